//! A requirement as campaign files state it.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Leaf, Requirement};

impl Serialize for Requirement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = match self {
            Self::Leaf(leaf) => return leaf.serialize(serializer),
            _ => serializer.serialize_map(None)?,
        };
        match self {
            Self::All(nodes) => map.serialize_entry("all", nodes)?,
            Self::Any(nodes) => map.serialize_entry("any", nodes)?,
            Self::None(nodes) => map.serialize_entry("none", nodes)?,
            Self::AtLeast { k, of } => {
                map.serialize_entry("at_least", k)?;
                map.serialize_entry("of", of)?;
            }
            Self::Leaf(_) => {}
        }
        map.end()
    }
}

/// `{"time_zone": …, "start": …, "end": …}`
#[derive(Serialize)]
struct Daily<'a> {
    time_zone: &'a crate::model::words::TimeZoneName,
    start: String,
    end: String,
}

impl Serialize for Leaf {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::Skill { skill, level } => {
                map.serialize_entry("skill", skill)?;
                map.serialize_entry("level", level)?;
            }
            Self::Credential { kind, jurisdiction } => {
                map.serialize_entry("credential", kind)?;
                if let Some(country) = jurisdiction {
                    map.serialize_entry("jurisdiction", country)?;
                }
            }
            Self::Language { tag, cefr } => {
                map.serialize_entry("language", tag)?;
                map.serialize_entry("cefr", cefr)?;
            }
            Self::Assessment {
                task_type,
                skill,
                score,
            } => {
                map.serialize_entry("assessment", task_type)?;
                if let Some(skill) = skill {
                    map.serialize_entry("skill", skill)?;
                }
                map.serialize_entry("score", score)?;
            }
            Self::CountryIn(countries) => map.serialize_entry("country_in", countries)?,
            Self::CountryNotIn(countries) => map.serialize_entry("country_not_in", countries)?,
            Self::WorkAuthorisation(country) => {
                map.serialize_entry("work_authorisation", country)?
            }
            Self::RateAtMost(rate) => map.serialize_entry("rate_at_most_cents", rate)?,
            Self::HoursAtLeast(hours) => map.serialize_entry("hours_at_least", hours)?,
            Self::SensitiveHoursAtLeast(hours) => {
                map.serialize_entry("sensitive_hours_at_least", hours)?;
            }
            Self::YearsAtLeast(years) => map.serialize_entry("years_at_least", years)?,
            Self::Consent(topic) => map.serialize_entry("consent", topic)?,
            Self::Tag(tag) => map.serialize_entry("tag", tag)?,
            Self::NotEmployedBy(employer) => map.serialize_entry("not_employed_by", employer)?,
            Self::CoolOff { client, weeks } => {
                map.serialize_entry("cool_off", client)?;
                map.serialize_entry("weeks", weeks)?;
            }
            Self::Overlap {
                time_zone,
                start,
                end,
                hours,
            } => {
                let start = start.strftime("%H:%M").to_string();
                let end = end.strftime("%H:%M").to_string();
                let daily = Daily {
                    time_zone,
                    start,
                    end,
                };
                map.serialize_entry("overlap", &daily)?;
                map.serialize_entry("hours", hours)?;
            }
        }
        map.end()
    }
}
