//! What a role asks of people: a tree over checkable facts.
//!
//! In files a node is an object with one of the keys `all`, `any`, `none`, `at_least`, `use`, or a
//! leaf's. Names given by `use` are replaced while reading, so a tree is finite; chains that come
//! back to themselves and trees deeper than [`MAX_DEPTH`] or larger than [`MAX_NODES`] are faults.

mod write;

use std::collections::BTreeMap;

use jiff::civil::Time;

use crate::json::{Faults, Fields, FromJson, Json, Path};
use crate::model::protected::refuse_protected;
use crate::model::words::{Cefr, Country, LanguageTag, SkillId, TaskType, TimeZoneName};
use crate::model::{CentsPerHour, Count, Hours, Id, Level, Points};

/// The deepest tree that is read.
pub const MAX_DEPTH: usize = 32;

/// The most nodes of a tree, with names replaced: names that use names grow fast.
pub const MAX_NODES: usize = 10_000;

/// A condition on a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// Every one holds; the empty list holds.
    All(Vec<Requirement>),
    /// At least one holds; the empty list does not.
    Any(Vec<Requirement>),
    /// Not one holds.
    None(Vec<Requirement>),
    /// At least `k` hold.
    AtLeast {
        /// How many.
        k: Count,
        /// Of these.
        of: Vec<Requirement>,
    },
    /// One checkable fact.
    Leaf(Leaf),
}

/// One checkable fact about a person, in the weeks a role is held.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Leaf {
    /// `{"skill": "esco:…", "level": 3}`: the skill at that level or above.
    Skill {
        /// Which.
        skill: SkillId,
        /// At least.
        level: Level,
    },
    /// `{"credential": "medical_licence", "jurisdiction": "DE"}`: verified and not expired.
    Credential {
        /// Which kind.
        kind: Id,
        /// Where it must hold; anywhere if absent.
        jurisdiction: Option<Country>,
    },
    /// `{"language": "de", "cefr": "C1"}`: a region satisfies its language.
    Language {
        /// Which.
        tag: LanguageTag,
        /// At least.
        cefr: Cefr,
    },
    /// `{"assessment": "rubric_writing", "score": 700}`: a result that has not expired.
    Assessment {
        /// Which kind of work.
        task_type: TaskType,
        /// About this skill; about any if absent.
        skill: Option<SkillId>,
        /// At least.
        score: Points,
    },
    /// `{"country_in": ["DE", "AT"]}`; an unknown country is in no list.
    CountryIn(Vec<Country>),
    /// `{"country_not_in": ["DE"]}`; an unknown country does not satisfy it either.
    CountryNotIn(Vec<Country>),
    /// `{"work_authorisation": "US"}`: lives there, or may work for it.
    WorkAuthorisation(Country),
    /// `{"rate_at_most_cents": 9000}`: the person's own minimum in plan currency.
    RateAtMost(CentsPerHour),
    /// `{"hours_at_least": 10}`: free hours in every week.
    HoursAtLeast(Hours),
    /// `{"sensitive_hours_at_least": 10}`: their cap on sensitive content leaves so many hours a week.
    SensitiveHoursAtLeast(Hours),
    /// `{"years_at_least": 5}` of professional experience.
    YearsAtLeast(Count),
    /// `{"consent": "nda"}`: granted and not over.
    Consent(Id),
    /// `{"tag": "newcomer"}`.
    Tag(Id),
    /// `{"not_employed_by": "acme"}`.
    NotEmployedBy(Id),
    /// `{"cool_off": "acme", "weeks": 12}`: so long since work for that client ended.
    CoolOff {
        /// Which client.
        client: Id,
        /// How long.
        weeks: Count,
    },
    /// `{"overlap": {"time_zone": "UTC", "start": "15:00", "end": "21:00"}, "hours": 4}`: on some weekday
    /// of every week the person's windows meet the daily window for that long; people who named no
    /// windows are taken to work 09:00–18:00 in their zone, Monday to Friday.
    Overlap {
        /// Zone of the daily window.
        time_zone: TimeZoneName,
        /// When it begins.
        start: Time,
        /// When it ends; before `start`: past midnight.
        end: Time,
        /// Hours a day that must be shared, on at least one day.
        hours: Hours,
    },
}

/// Named requirements of a file, still as written.
pub type Named = BTreeMap<String, Json>;

impl Requirement {
    /// Reads a tree; `named` holds what `use` may refer to.
    pub fn read(json: Json, at: &Path<'_>, named: &Named, faults: &mut Faults) -> Option<Self> {
        Reader {
            named,
            using: Vec::new(),
            n_nodes: 0,
            faults,
        }
        .node(json, at, 0)
    }

    /// Every leaf, in order of writing.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::All(nodes)
            | Self::Any(nodes)
            | Self::None(nodes)
            | Self::AtLeast { of: nodes, .. } => nodes.iter().flat_map(Self::leaves).collect(),
        }
    }
}

struct Reader<'a> {
    named: &'a Named,
    /// The names whose trees are being read.
    using: Vec<String>,
    n_nodes: usize,
    faults: &'a mut Faults,
}

const LEAVES: [&str; 16] = [
    "skill",
    "credential",
    "language",
    "assessment",
    "country_in",
    "country_not_in",
    "work_authorisation",
    "rate_at_most_cents",
    "hours_at_least",
    "sensitive_hours_at_least",
    "years_at_least",
    "consent",
    "tag",
    "not_employed_by",
    "cool_off",
    "overlap",
];
const NODES: [&str; 5] = ["all", "any", "none", "at_least", "use"];

impl Reader<'_> {
    fn node(&mut self, json: Json, at: &Path<'_>, depth: usize) -> Option<Requirement> {
        if depth > MAX_DEPTH {
            self.faults.add(
                at,
                "a node below that",
                format!("a tree at most {MAX_DEPTH} deep"),
            );
            return None;
        }
        self.n_nodes += 1;
        if self.n_nodes > MAX_NODES {
            if self.n_nodes == MAX_NODES + 1 {
                let expected = format!("a tree of at most {MAX_NODES} nodes, names replaced");
                self.faults.add(at, "a node more than that", expected);
            }
            return None;
        }
        let kind = match &json {
            Json::Object(entries) => {
                let kinds = NODES.iter().chain(&LEAVES);
                let kinds: Vec<&str> = kinds
                    .copied()
                    .filter(|kind| entries.iter().any(|(name, _)| name == kind))
                    .collect();
                match kinds[..] {
                    [kind] => Some(kind),
                    // A skill or an assessment may stand beside each other's key.
                    ["skill", "assessment"] => Some("assessment"),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(kind) = kind else {
            let expected = format!(
                "an object with one of the keys {}, {}",
                NODES.join(", "),
                LEAVES.join(", ")
            );
            self.faults.add(at, keys(&json), expected);
            return None;
        };
        let mut fields = Fields::open(json, at, self.faults)?;
        let value = fields.take(kind)?;
        let below = at.key(kind);
        let node = match kind {
            "all" => self.nodes(value, &below, depth).map(Requirement::All),
            "any" => self.nodes(value, &below, depth).map(Requirement::Any),
            "none" => self.nodes(value, &below, depth).map(Requirement::None),
            "at_least" => {
                let k = Count::from_json(value, &below, self.faults);
                let of = fields.required::<Json>("of", self.faults);
                let of = of.and_then(|of| self.nodes(of, &at.key("of"), depth));
                k.zip(of).map(|(k, of)| Requirement::AtLeast { k, of })
            }
            "use" => self.used(value, &below, depth),
            _ => leaf(kind, value, &below, &mut fields, self.faults).map(Requirement::Leaf),
        };
        fields.finish(self.faults);
        node
    }

    fn nodes(&mut self, json: Json, at: &Path<'_>, depth: usize) -> Option<Vec<Requirement>> {
        let items: Vec<Json> = Vec::from_json(json, at, self.faults)?;
        let read: Vec<Option<Requirement>> = items
            .into_iter()
            .enumerate()
            .map(|(idx, item)| self.node(item, &at.index(idx), depth + 1))
            .collect();
        read.into_iter().collect()
    }

    fn used(&mut self, json: Json, at: &Path<'_>, depth: usize) -> Option<Requirement> {
        let name = String::from_json(json, at, self.faults)?;
        if self.using.contains(&name) {
            let chain = [self.using.as_slice(), &[name]].concat().join(" → ");
            self.faults
                .add(at, chain, "a requirement that does not use itself");
            return None;
        }
        let Some(tree) = self.named.get(&name) else {
            let known: Vec<&str> = self.named.keys().map(String::as_str).collect();
            let known = match known.as_slice() {
                [] => "there are none".to_owned(),
                known => known.join(", "),
            };
            let expected = format!("the name of a requirement of this file: {known}");
            self.faults.add(at, format!("{name:?}"), expected);
            return None;
        };
        let tree = tree.clone();
        self.using.push(name);
        let node = self.node(tree, at, depth + 1);
        self.using.pop();
        node
    }
}

/// A value that is no requirement, an object with its keys.
fn keys(json: &Json) -> String {
    match json {
        Json::Object(entries) if !entries.is_empty() => {
            let keys: Vec<String> = entries.iter().map(|(key, _)| format!("{key:?}")).collect();
            format!("an object with {}", keys.join(", "))
        }
        other => other.to_string(),
    }
}

fn leaf(
    kind: &str,
    value: Json,
    at: &Path<'_>,
    fields: &mut Fields<'_>,
    faults: &mut Faults,
) -> Option<Leaf> {
    Some(match kind {
        "skill" => {
            let skill = SkillId::from_json(value, at, faults);
            let level = fields.or("level", Level::new(1)?, faults);
            Leaf::Skill {
                skill: skill?,
                level: level?,
            }
        }
        "credential" => {
            let kind = Id::from_json(value, at, faults);
            let jurisdiction = fields.optional("jurisdiction", faults);
            Leaf::Credential {
                kind: kind?,
                jurisdiction: jurisdiction?,
            }
        }
        "language" => {
            let tag = LanguageTag::from_json(value, at, faults);
            let cefr = fields.required("cefr", faults);
            Leaf::Language {
                tag: tag?,
                cefr: cefr?,
            }
        }
        "assessment" => {
            let task_type = TaskType::from_json(value, at, faults);
            let skill = fields.optional("skill", faults);
            let score = fields.required("score", faults);
            Leaf::Assessment {
                task_type: task_type?,
                skill: skill?,
                score: score?,
            }
        }
        "country_in" => Leaf::CountryIn(Vec::from_json(value, at, faults)?),
        "country_not_in" => Leaf::CountryNotIn(Vec::from_json(value, at, faults)?),
        "work_authorisation" => Leaf::WorkAuthorisation(Country::from_json(value, at, faults)?),
        "rate_at_most_cents" => Leaf::RateAtMost(CentsPerHour::from_json(value, at, faults)?),
        "hours_at_least" => Leaf::HoursAtLeast(Hours::from_json(value, at, faults)?),
        "sensitive_hours_at_least" => {
            Leaf::SensitiveHoursAtLeast(Hours::from_json(value, at, faults)?)
        }
        "years_at_least" => Leaf::YearsAtLeast(Count::from_json(value, at, faults)?),
        "consent" => Leaf::Consent(Id::from_json(value, at, faults)?),
        "tag" => Leaf::Tag(refuse_protected(
            Id::from_json(value, at, faults)?,
            at,
            faults,
        )?),
        "not_employed_by" => Leaf::NotEmployedBy(Id::from_json(value, at, faults)?),
        "cool_off" => {
            let client = Id::from_json(value, at, faults);
            let weeks = fields.required("weeks", faults);
            Leaf::CoolOff {
                client: client?,
                weeks: weeks?,
            }
        }
        _ => {
            let mut window = Fields::open(value, at, faults)?;
            let time_zone = window.required("time_zone", faults);
            let start = window.required("start", faults);
            let end = window.required("end", faults);
            window.finish(faults);
            let hours = fields.required("hours", faults);
            Leaf::Overlap {
                time_zone: time_zone?,
                start: start?,
                end: end?,
                hours: hours?,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    fn read(text: &str, named: &[(&str, &str)]) -> Result<Requirement, Faults> {
        let json = |text: &str| parse(text.as_bytes()).unwrap();
        let named = named
            .iter()
            .map(|(name, tree)| ((*name).to_owned(), json(tree)))
            .collect();
        let mut faults = Faults::default();
        Requirement::read(json(text), &Path::ROOT, &named, &mut faults).ok_or(faults)
    }

    #[test]
    fn named_requirements_are_replaced() {
        let tree = read(
            r#"{"all": [{"use": "adult"}]}"#,
            &[("adult", r#"{"years_at_least": 5}"#)],
        );
        let five = Requirement::Leaf(Leaf::YearsAtLeast(Count::new(5).unwrap()));
        assert_eq!(tree.unwrap(), Requirement::All(vec![five]));
    }

    #[test]
    fn a_cycle_of_names_is_a_fault_that_shows_the_chain() {
        let named = [
            ("a", r#"{"any": [{"use": "b"}]}"#),
            ("b", r#"{"use": "a"}"#),
        ];
        let faults = read(r#"{"use": "a"}"#, &named).unwrap_err();
        assert_eq!(faults.list()[0].found, "a → b → a");
    }

    #[test]
    fn a_tree_that_is_too_deep_is_a_fault() {
        let text = format!(
            "{}{{\"tag\": \"x\"}}{}",
            "{\"all\": [".repeat(40),
            "]}".repeat(40)
        );
        assert!(
            read(&text, &[]).unwrap_err().list()[0]
                .expected
                .contains("at most 32 deep")
        );
    }

    #[test]
    fn names_that_use_names_cannot_grow_without_end() {
        let named: Vec<(String, String)> = (0..12)
            .map(|level| {
                let below = match level {
                    0 => r#"{"tag": "x"}"#.to_owned(),
                    _ => format!("{{\"use\": \"r{}\"}}", level - 1),
                };
                (
                    format!("r{level}"),
                    format!("{{\"any\": [{}]}}", vec![below; 10].join(", ")),
                )
            })
            .collect();
        let named: Vec<(&str, &str)> = named
            .iter()
            .map(|(a, b)| (a.as_str(), b.as_str()))
            .collect();
        let faults = read(r#"{"use": "r11"}"#, &named).unwrap_err();
        assert!(faults.list()[0].expected.contains("at most 10000 nodes"));
    }

    #[test]
    fn two_conditions_in_one_object_are_a_fault() {
        assert!(read(r#"{"tag": "x", "consent": "nda"}"#, &[]).is_err());
        assert!(
            read(
                r#"{"assessment": "review", "score": 500, "skill": "local:x"}"#,
                &[]
            )
            .is_ok()
        );
    }
}
