//! The reviewed tables that turn survey answers into ids; see `datasets/tables/README.md`.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::embedded::rows;

/// How exact a line of a table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    /// The same thing.
    Exact,
    /// The nearest thing there is.
    Close,
    /// Something that contains it.
    Broader,
    /// Muster's own id, since ESCO has none.
    Local,
    /// Deliberately mapped to nothing.
    None,
}

/// A skill that a technology stands for.
#[derive(Clone, Debug)]
pub struct TechnologySkill {
    /// `esco:<id>` or `local:<name>`.
    pub skill: &'static str,
    /// The label of the skill.
    pub label: &'static str,
    /// How exact the line is.
    pub exactness: Match,
}

/// What an occupation of the survey stands for.
#[derive(Clone, Debug)]
pub struct SurveyOccupation {
    /// The id of the ESCO occupation, `esco:<id>`; none where the answer names no occupation.
    pub occupation: Option<&'static str>,
    /// How exact the line is.
    pub exactness: Match,
    /// The skills that the name itself states.
    pub skills: Vec<&'static str>,
}

/// What is known of a country.
#[derive(Clone, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: &'static str,
    /// The IANA time zone of most of its people.
    pub time_zone: &'static str,
    /// Official or most used languages (BCP-47), the main one first.
    pub languages: Vec<&'static str>,
}

const TECHNOLOGIES: &str = include_str!("../tables/technologies.tsv");
const OCCUPATIONS: &str = include_str!("../tables/occupations.tsv");
const COUNTRIES: &str = include_str!("../tables/countries.tsv");

type SkillsByName = HashMap<&'static str, Vec<TechnologySkill>>;

static BY_SOURCE: LazyLock<HashMap<&str, SkillsByName>> = LazyLock::new(|| {
    let mut found: HashMap<_, SkillsByName> = HashMap::new();
    for [source, name, skill, label, exactness, _note] in rows(TECHNOLOGIES) {
        let skills = found.entry(source).or_default().entry(name).or_default();
        if skill != "-" {
            skills.push(TechnologySkill {
                skill,
                label,
                exactness: exactness_of(exactness),
            });
        }
    }
    found
});

static BY_OCCUPATION: LazyLock<HashMap<&str, SurveyOccupation>> = LazyLock::new(|| {
    rows(OCCUPATIONS)
        .map(
            |[name, occupation, _label, exactness, skills, _labels, _note]| {
                let answer = SurveyOccupation {
                    occupation: (occupation != "-").then_some(occupation),
                    exactness: exactness_of(exactness),
                    skills: skills.split(' ').filter(|&skill| skill != "-").collect(),
                };
                (name, answer)
            },
        )
        .collect()
});

static BY_COUNTRY: LazyLock<HashMap<&str, Country>> = LazyLock::new(|| {
    rows(COUNTRIES)
        .map(|[name, code, time_zone, languages, _note]| {
            let country = Country {
                code,
                time_zone,
                languages: languages.split(' ').collect(),
            };
            (name, country)
        })
        .collect()
});

fn exactness_of(word: &str) -> Match {
    match word {
        "exact" => Match::Exact,
        "close" => Match::Close,
        "broader" => Match::Broader,
        "local" => Match::Local,
        "none" => Match::None,
        _ => panic!("embedded tables use five words for exactness, not {word}"),
    }
}

/// The skills of a technology people said they work in; empty for an unknown one.
pub fn technology(name: &str) -> &'static [TechnologySkill] {
    BY_SOURCE["technology"].get(name).map_or(&[], Vec::as_slice)
}

/// The skills of a development environment; empty for a plain editor or an unknown one.
pub fn environment(name: &str) -> &'static [TechnologySkill] {
    BY_SOURCE["environment"]
        .get(name)
        .map_or(&[], Vec::as_slice)
}

/// What an occupation of the survey stands for.
pub fn occupation(name: &str) -> Option<&'static SurveyOccupation> {
    BY_OCCUPATION.get(name)
}

/// The country that the survey calls so.
pub fn country(name: &str) -> Option<&'static Country> {
    BY_COUNTRY.get(name)
}

/// The country with this ISO 3166-1 alpha-2 code.
pub fn country_of_code(code: &str) -> Option<&'static Country> {
    BY_COUNTRY.values().find(|country| country.code == code)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esco::taxonomy;

    #[test]
    fn every_technology_names_an_existing_skill_with_its_label() {
        assert_eq!(BY_SOURCE["technology"].len(), 42);
        assert_eq!(BY_SOURCE["environment"].len(), 23);
        for (name, skills) in BY_SOURCE.values().flatten() {
            for skill in skills {
                match skill.skill.split_once(':') {
                    Some(("esco", id)) => {
                        assert_eq!(taxonomy().skill(id).unwrap().label, skill.label, "{name}");
                        assert_ne!(skill.exactness, Match::Local);
                    }
                    Some(("local", _)) => assert_eq!(skill.exactness, Match::Local),
                    _ => panic!("{name}: {}", skill.skill),
                }
            }
        }
    }

    #[test]
    fn every_occupation_names_existing_ids_with_their_labels() {
        assert_eq!(BY_OCCUPATION.len(), 27);
        for [name, occupation, label, _, skills, labels, _] in rows(OCCUPATIONS) {
            if occupation != "-" {
                assert_eq!(
                    taxonomy().occupation(occupation).unwrap().label,
                    label,
                    "{name}"
                );
            }
            let found: Vec<_> = skills
                .split(' ')
                .filter(|&skill| skill != "-")
                .map(|skill| taxonomy().skill(skill).unwrap().label)
                .collect();
            assert_eq!(found.join("; "), labels.trim_matches('-'), "{name}");
        }
    }

    #[test]
    fn country_codes_are_unique_and_of_two_letters() {
        let mut codes: Vec<_> = BY_COUNTRY.values().map(|country| country.code).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), 174);
        assert!(codes.iter().all(|code| code.len() == 2));
        assert_eq!(country("Ireland {Republic}").unwrap().code, "IE");
        assert_eq!(
            country("United States").unwrap().time_zone,
            "America/New_York"
        );
    }

    #[test]
    fn the_survey_s_spark_is_not_esco_s_spark() {
        let spark: Vec<_> = technology("Spark").iter().map(|t| t.skill).collect();
        assert_eq!(spark[0], "local:apache-spark");
        assert!(environment("Vim").is_empty());
    }
}
