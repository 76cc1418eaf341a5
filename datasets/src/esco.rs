//! The ESCO taxonomy of skills and occupations, embedded in the program.
//!
//! `datasets/esco/README.md` says where it comes from and what was changed. Skills point to each
//! other, to their groups and are pointed to by occupations through row numbers, which are
//! meaningful within one [`Taxonomy`] only; files and users name a skill by its id.

use std::collections::HashMap;
use std::sync::LazyLock;

use thiserror::Error;

use crate::embedded::{numbers, rows, unpack};

/// What kind of thing a skill is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something one knows.
    Knowledge,
    /// Something one can do.
    Skill,
    /// The sources did not say.
    Unknown,
}

/// How widely a skill is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reuse {
    /// In nearly every occupation.
    Transversal,
    /// In several economic sectors.
    CrossSector,
    /// In one sector.
    SectorSpecific,
    /// In one occupation.
    OccupationSpecific,
    /// The sources did not say.
    Unknown,
}

/// A skill, competence or field of knowledge.
#[derive(Clone, Debug)]
pub struct Skill {
    /// The id in ESCO, without a prefix; [`Skill::code`] is the id in Muster's files.
    pub id: &'static str,
    /// The preferred label; no two skills have the same.
    pub label: &'static str,
    /// Knowledge or skill.
    pub kind: Kind,
    /// How widely it is used.
    pub reuse: Reuse,
    /// Other labels in use; two skills may share one.
    pub alternatives: Vec<&'static str>,
    /// Rows of the skills that are directly broader.
    pub broader: Vec<usize>,
    /// Rows of the groups it is directly in.
    pub groups: Vec<usize>,
    /// Rows of the skills that it needs.
    pub essential: Vec<usize>,
    /// Rows of the skills that often go with it.
    pub optional: Vec<usize>,
}

impl Skill {
    /// The id in Muster's files: `esco:<id>`.
    pub fn code(&self) -> String {
        format!("esco:{}", self.id)
    }
}

/// A group of skills, or a field of study in which ESCO files knowledge.
#[derive(Clone, Debug)]
pub struct Group {
    /// The id in ESCO.
    pub id: &'static str,
    /// The position in its hierarchy, as `S1.8.2` or `0611`.
    pub code: &'static str,
    /// The label.
    pub label: &'static str,
    /// Rows of the groups that are directly broader.
    pub broader: Vec<usize>,
}

/// An occupation and the skills it needs.
#[derive(Clone, Debug)]
pub struct Occupation {
    /// The id in ESCO, without a prefix.
    pub id: &'static str,
    /// The position in the hierarchy; it begins with [`Occupation::isco`].
    pub code: &'static str,
    /// The four-digit group of ISCO-08.
    pub isco: &'static str,
    /// The preferred label.
    pub label: &'static str,
    /// Other titles in use.
    pub alternatives: Vec<&'static str>,
    /// Rows of the skills everybody in the occupation needs.
    pub essential: Vec<usize>,
    /// Rows of the skills that some in the occupation need.
    pub optional: Vec<usize>,
}

/// A group of occupations of ISCO-08, of one to four digits.
#[derive(Clone, Debug)]
pub struct IscoGroup {
    /// The digits.
    pub code: &'static str,
    /// The label.
    pub label: &'static str,
}

/// Why a label does not name one skill.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LabelError {
    /// No skill is called that.
    #[error("no skill is called “{label}”")]
    Unknown {
        /// The label asked for.
        label: String,
    },
    /// Several skills are called that, and none has it as its preferred label.
    #[error(
        "“{label}” may mean {}; name one by its id",
        .candidates.iter().map(|(id, label)| format!("{id} ({label})")).collect::<Vec<_>>().join(" or ")
    )]
    Ambiguous {
        /// The label asked for.
        label: String,
        /// Id and preferred label of each skill it may mean, by label.
        candidates: Vec<(String, String)>,
    },
}

/// Everything in the embedded ESCO tables, with lookups.
#[derive(Debug)]
pub struct Taxonomy {
    /// All skills, by label.
    pub skills: Vec<Skill>,
    /// All skill groups, by code.
    pub groups: Vec<Group>,
    /// All occupations, by label.
    pub occupations: Vec<Occupation>,
    /// All groups of occupations, by code.
    pub isco: Vec<IscoGroup>,
    skill_rows: HashMap<&'static str, usize>,
    occupation_rows: HashMap<&'static str, usize>,
    labels: HashMap<String, usize>,
    alternatives: HashMap<String, Vec<usize>>,
}

static SKILLS: LazyLock<String> = LazyLock::new(|| unpack(include_bytes!("../esco/skills.tsv.gz")));
static GROUPS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../esco/skill_groups.tsv.gz")));
static OCCUPATIONS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../esco/occupations.tsv.gz")));
static ISCO: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../esco/isco_groups.tsv.gz")));
static SKILL_DESCRIPTIONS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../esco/skill_descriptions.tsv.gz")));
static OCCUPATION_DESCRIPTIONS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../esco/occupation_descriptions.tsv.gz")));
static TAXONOMY: LazyLock<Taxonomy> = LazyLock::new(Taxonomy::load);

/// The embedded taxonomy; the first call unpacks it, in about a tenth of a second.
///
/// ```
/// let esco = muster_datasets::esco::taxonomy();
/// let python = esco.find("python (computer programming)")?;
/// assert_eq!(python.code(), "esco:ccd0a1d9-afda-43d9-b901-96344886e14d");
/// # Ok::<(), muster_datasets::esco::LabelError>(())
/// ```
pub fn taxonomy() -> &'static Taxonomy {
    &TAXONOMY
}

/// What each skill of [`Taxonomy::skills`] is, in a sentence or a few; empty where ESCO does not say.
pub fn skill_descriptions() -> Vec<&'static str> {
    rows(&SKILL_DESCRIPTIONS).map(|[text]| text).collect()
}

/// What people do in each occupation of [`Taxonomy::occupations`].
pub fn occupation_descriptions() -> Vec<&'static str> {
    rows(&OCCUPATION_DESCRIPTIONS).map(|[text]| text).collect()
}

impl Taxonomy {
    /// The skill with this id, with or without the prefix `esco:`.
    pub fn skill(&self, id: &str) -> Option<&Skill> {
        let id = id.strip_prefix("esco:").unwrap_or(id);
        self.skill_rows.get(id).map(|&row| &self.skills[row])
    }

    /// The occupation with this id, with or without the prefix `esco:`.
    pub fn occupation(&self, id: &str) -> Option<&Occupation> {
        let id = id.strip_prefix("esco:").unwrap_or(id);
        self.occupation_rows
            .get(id)
            .map(|&row| &self.occupations[row])
    }

    /// The skill that a person means by a label.
    ///
    /// Letter case and the width of spaces do not matter. A preferred label wins over
    /// alternative ones.
    ///
    /// # Errors
    /// [`LabelError`] if no skill or, among the alternative labels, several skills have the label.
    pub fn find(&self, label: &str) -> Result<&Skill, LabelError> {
        let key = folded(label);
        if let Some(&row) = self.labels.get(&key) {
            return Ok(&self.skills[row]);
        }
        match self.alternatives.get(&key).map(Vec::as_slice) {
            Some(&[row]) => Ok(&self.skills[row]),
            Some(candidates) => Err(LabelError::Ambiguous {
                label: label.to_owned(),
                candidates: candidates
                    .iter()
                    .map(|&row| (self.skills[row].code(), self.skills[row].label.to_owned()))
                    .collect(),
            }),
            None => Err(LabelError::Unknown {
                label: label.to_owned(),
            }),
        }
    }

    fn load() -> Taxonomy {
        let skills: Vec<Skill> = rows(&SKILLS).map(skill).collect();
        let groups = rows(&GROUPS).map(group).collect();
        let occupations: Vec<Occupation> = rows(&OCCUPATIONS).map(occupation).collect();
        let isco = rows(&ISCO)
            .map(|[code, label]| IscoGroup { code, label })
            .collect();

        let mut alternatives: HashMap<String, Vec<usize>> = HashMap::new();
        for (row, skill) in skills.iter().enumerate() {
            for alternative in &skill.alternatives {
                let owners = alternatives.entry(folded(alternative)).or_default();
                if owners.last() != Some(&row) {
                    owners.push(row);
                }
            }
        }
        Taxonomy {
            skill_rows: skills.iter().map(|s| s.id).zip(0..).collect(),
            occupation_rows: occupations.iter().map(|o| o.id).zip(0..).collect(),
            labels: skills.iter().map(|s| folded(s.label)).zip(0..).collect(),
            alternatives,
            skills,
            groups,
            occupations,
            isco,
        }
    }
}

fn skill(row: [&'static str; 9]) -> Skill {
    let [
        id,
        label,
        kind,
        reuse,
        alternatives,
        broader,
        groups,
        essential,
        optional,
    ] = row;
    Skill {
        id,
        label,
        kind: match kind {
            "knowledge" => Kind::Knowledge,
            "skill" => Kind::Skill,
            _ => Kind::Unknown,
        },
        reuse: match reuse {
            "transversal" => Reuse::Transversal,
            "cross-sector" => Reuse::CrossSector,
            "sector-specific" => Reuse::SectorSpecific,
            "occupation-specific" => Reuse::OccupationSpecific,
            _ => Reuse::Unknown,
        },
        alternatives: labels(alternatives),
        broader: numbers(broader),
        groups: numbers(groups),
        essential: numbers(essential),
        optional: numbers(optional),
    }
}

fn group([id, code, label, broader]: [&'static str; 4]) -> Group {
    Group {
        id,
        code,
        label,
        broader: numbers(broader),
    }
}

fn occupation(row: [&'static str; 7]) -> Occupation {
    let [id, code, isco, label, alternatives, essential, optional] = row;
    Occupation {
        id,
        code,
        isco,
        label,
        alternatives: labels(alternatives),
        essential: numbers(essential),
        optional: numbers(optional),
    }
}

fn labels(list: &'static str) -> Vec<&'static str> {
    list.split('|').filter(|label| !label.is_empty()).collect()
}

/// The form in which labels are compared.
fn folded(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_complete() {
        let esco = taxonomy();
        assert_eq!(esco.skills.len(), 13_701);
        assert_eq!(esco.groups.len(), 640);
        assert_eq!(esco.occupations.len(), 3_039);
        assert_eq!(esco.isco.len(), 619);
        let links: usize = esco
            .occupations
            .iter()
            .map(|o| o.essential.len() + o.optional.len())
            .sum();
        assert_eq!(links, 126_152);
    }

    #[test]
    fn every_row_number_is_a_row_and_every_label_is_unique() {
        let esco = taxonomy();
        for skill in &esco.skills {
            for &row in [&skill.broader, &skill.essential, &skill.optional]
                .into_iter()
                .flatten()
            {
                assert!(row < esco.skills.len());
            }
            assert!(skill.groups.iter().all(|&row| row < esco.groups.len()));
        }
        for group in &esco.groups {
            assert!(group.broader.iter().all(|&row| row < esco.groups.len()));
        }
        for occupation in &esco.occupations {
            assert!(occupation.code.starts_with(occupation.isco));
            assert!(
                occupation
                    .essential
                    .iter()
                    .all(|&row| row < esco.skills.len())
            );
            assert!(
                occupation
                    .optional
                    .iter()
                    .all(|&row| row < esco.skills.len())
            );
        }
        assert_eq!(esco.labels.len(), esco.skills.len());
    }

    #[test]
    fn the_broader_skills_form_no_cycle() {
        let esco = taxonomy();
        let mut finished = vec![false; esco.skills.len()];
        for start in 0..esco.skills.len() {
            let mut path = vec![(start, 0)];
            let mut on_path = vec![start];
            while let Some((row, next)) = path.pop() {
                match esco.skills[row].broader.get(next) {
                    _ if finished[row] => {
                        on_path.pop();
                    }
                    Some(&parent) => {
                        assert!(!on_path.contains(&parent), "{}", esco.skills[parent].label);
                        path.push((row, next + 1));
                        path.push((parent, 0));
                        on_path.push(parent);
                    }
                    None => {
                        finished[row] = true;
                        on_path.pop();
                    }
                }
            }
        }
    }

    #[test]
    fn a_preferred_label_wins_whatever_its_case() {
        let esco = taxonomy();
        assert_eq!(esco.find("  sql ").unwrap().label, "SQL");
        assert_eq!(esco.find("Machine  Learning").unwrap().id.len(), 36);
        assert_eq!(
            esco.find("supervised learning").unwrap().label,
            "machine learning"
        );
    }

    #[test]
    fn an_ambiguous_label_lists_its_candidates() {
        let esco = taxonomy();
        let error = esco.find("Guide others").unwrap_err();
        let LabelError::Ambiguous { label, candidates } = &error else {
            panic!("{error}");
        };
        assert_eq!(label, "Guide others");
        let labels: Vec<_> = candidates.iter().map(|(_, label)| label.as_str()).collect();
        assert_eq!(labels, ["advise others", "lead others"]);
        assert!(
            error
                .to_string()
                .ends_with("(lead others); name one by its id")
        );
        assert_eq!(
            esco.find("no such thing").unwrap_err(),
            LabelError::Unknown {
                label: "no such thing".to_owned()
            }
        );
    }

    #[test]
    fn ids_are_found_with_and_without_their_prefix() {
        let esco = taxonomy();
        let id = "f2b15a0e-e65a-438a-affb-29b9d50b77d1";
        assert_eq!(esco.occupation(id).unwrap().label, "software developer");
        let skill = &esco.skills[100];
        assert_eq!(esco.skill(&skill.code()).unwrap().id, skill.id);
        assert!(esco.skill("esco:nothing").is_none());
    }
}
