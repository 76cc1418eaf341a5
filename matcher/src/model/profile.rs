//! A person of the pool, as pool files say it.
//!
//! Protected attributes (age, gender …) have no field here and never get one: they are kept apart
//! for audits and reach neither index nor solver.

mod document;

use jiff::civil::{Date, Time};
use serde::Serialize;

use super::words::{
    Cefr, Country, CredentialStatus, Currency, LanguageTag, SkillId, Stage, TaskType, TimeZoneName,
    Weekday,
};
use super::{CentsPerHour, Count, Hours, Id, Level, Points};
use crate::json::{Faults, Fields, FromJson, Json, Path, within};

pub use document::Document;

/// A person of the pool. Lists are sorted by their key, which occurs once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// Unique in the pool.
    pub id: Id,
    /// Where they stand between being found and working.
    pub stage: Stage,
    /// What the person is called; shown masked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// One line on who they are.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub headline: String,
    /// Their work in a few sentences.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub bio: String,
    /// What they wrote or made.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub documents: Vec<Document>,
    /// Where they work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<Country>,
    /// The zone their availability windows are in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_zone: Option<TimeZoneName>,
    /// Countries they may work for besides their own.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub work_authorisations: Vec<Country>,
    /// What they can do, by skill.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub skills: Vec<Skill>,
    /// Licences, degrees, memberships.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub credentials: Vec<Credential>,
    /// What they speak.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub languages: Vec<Language>,
    /// Results of tests. Self-ratings are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub assessments: Vec<Assessment>,
    /// Years of professional experience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<Count>,
    /// The least they work for.
    pub rate: Rate,
    /// When they work.
    pub availability: Availability,
    /// Work they are bound to already.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commitments: Vec<Commitment>,
    /// The most roles held at once.
    pub max_roles: Count,
    /// The most hours a week of sensitive content; `None` is no cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_sensitive_hours: Option<Hours>,
    /// Whom they are employed by now.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub employers: Vec<Id>,
    /// Clients worked for, with the last day, for cool-off rules.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub past_clients: Vec<PastClient>,
    /// Clients and campaigns they must not work for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
    /// What they agreed to, or refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consents: Vec<Consent>,
    /// What they delivered of what they promised.
    #[serde(skip_serializing_if = "Reliability::is_unknown")]
    pub reliability: Reliability,
    /// Job-related words that quotas and filters speak of.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<Id>,
}

/// A skill at a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Skill {
    /// Which.
    pub skill: SkillId,
    /// 1 aware … 5 authority.
    pub level: Level,
    /// Years of use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub years: Option<Count>,
    /// Where the level comes from, such as `self`, `interview`, `test`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<Id>,
}

/// A licence, degree or membership.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Credential {
    /// Which kind, such as `medical_licence`.
    pub kind: Id,
    /// Where it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Country>,
    /// What is known of it; only verified ones count.
    pub status: CredentialStatus,
    /// The last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
}

/// A language at a level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Language {
    /// Which.
    pub tag: LanguageTag,
    /// How well.
    pub cefr: Cefr,
}

/// The result of a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Assessment {
    /// The kind of work it tested.
    pub task_type: TaskType,
    /// The skill it tested, if it was about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillId>,
    /// The score in points.
    pub score: Points,
    /// Standard error of the score in points.
    pub deviation: Points,
    /// When it was taken.
    pub taken_on: Date,
    /// The last day it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_on: Option<Date>,
}

impl Assessment {
    /// What the results of a profile are sorted by, each once.
    pub fn key(&self) -> (TaskType, Option<SkillId>, Date) {
        (self.task_type, self.skill.clone(), self.taken_on)
    }
}

/// The least an hour must pay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Cents of `currency`.
    pub min_cents: CentsPerHour,
    /// Of which currency.
    pub currency: Currency,
}

/// When a person works: hours a week, or windows in their own time zone; with dated exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// Hours in an ordinary week. With windows: the most of them.
    pub weekly_hours: Hours,
    /// Recurring windows; empty if the person did not say when.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// Times that differ.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Exception>,
    /// The first day they can work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub earliest_start: Option<Date>,
}

/// A recurring window on one weekday, in the person's own time zone; `end` before `start` runs past midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Window {
    /// The day it begins on.
    pub weekday: Weekday,
    /// When it begins.
    #[serde(serialize_with = "clock")]
    pub start: Time,
    /// When it ends.
    #[serde(serialize_with = "clock")]
    pub end: Time,
}

/// From one day to another (both included) other hours hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Exception {
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Hours a week in that time; 0 is away.
    pub hours: Hours,
}

/// Work a person is bound to: it takes hours of every week it touches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Commitment {
    /// The campaign or a label.
    pub label: Id,
    /// For which client, if known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<Id>,
    /// First day.
    pub from: Date,
    /// Last day.
    pub to: Date,
    /// Hours a week.
    pub hours: Hours,
    /// Whether it is work with sensitive content.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
}

/// A client worked for until a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PastClient {
    /// Which.
    pub client: Id,
    /// The last day.
    pub until: Date,
}

/// A client or campaign a person must not work for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// A client's or campaign's id.
    pub against: Id,
    /// The last day it holds; without one it holds for ever.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Agreement to a topic such as `nda` or `recording`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consent {
    /// To what.
    pub topic: Id,
    /// Whether they agreed.
    pub granted: bool,
    /// The last day it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
}

/// Counts of seat-weeks delivered and missed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Reliability {
    /// Delivered as promised.
    pub delivered: Count,
    /// Missed.
    pub missed: Count,
}

impl Reliability {
    /// Whether nothing was observed.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

fn clock<S: serde::Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
}

impl FromJson for Date {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let date = match &json {
            Json::Text(text) if text.len() == 10 => text.parse().ok(),
            _ => None,
        };
        if date.is_none() {
            faults.add(at, json, "a date as YYYY-MM-DD");
        }
        date
    }
}

impl FromJson for Time {
    /// `HH:MM`.
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let time = match &json {
            Json::Text(text) if text.len() == 5 => text.parse().ok(),
            _ => None,
        };
        if time.is_none() {
            faults.add(at, json, "a time of day as HH:MM");
        }
        time
    }
}

impl FromJson for Level {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        Self::new(within(1..=5, json, at, faults)?)
    }
}

/// Defaults of a profile's optional fields.
mod default {
    use super::{Count, Points};

    /// One role at a time.
    pub(super) fn max_roles() -> Count {
        Count::new(1).unwrap_or_default()
    }

    /// Standard error of an assessment that states none.
    pub(super) fn deviation() -> Points {
        Points::new(100).unwrap_or_default()
    }
}

impl FromJson for Profile {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let before = faults.total();
        let mut fields = Fields::open(json, at, faults)?;
        let id = fields.required("id", faults);
        let stage = fields.or("stage", Stage::Qualified, faults);
        let name = fields.optional("name", faults);
        let headline = fields.or("headline", String::new(), faults);
        let bio = fields.or("bio", String::new(), faults);
        let documents = fields.or("documents", Vec::new(), faults);
        let country = fields.optional("country", faults);
        let time_zone = fields.optional("time_zone", faults);
        let work_authorisations = fields.or("work_authorisations", Vec::new(), faults);
        let skills = fields.or("skills", Vec::new(), faults);
        let credentials = fields.or("credentials", Vec::new(), faults);
        let languages = fields.or("languages", Vec::new(), faults);
        let assessments = fields.or("assessments", Vec::new(), faults);
        let years = fields.optional("years", faults);
        let rate = fields.required("rate", faults);
        let availability = fields.required("availability", faults);
        let commitments = fields.or("commitments", Vec::new(), faults);
        let max_roles = fields.or("max_roles", default::max_roles(), faults);
        let max_sensitive_hours = fields.optional("max_sensitive_hours", faults);
        let employers = fields.or("employers", Vec::new(), faults);
        let past_clients = fields.or("past_clients", Vec::new(), faults);
        let conflicts = fields.or("conflicts", Vec::new(), faults);
        let consents = fields.or("consents", Vec::new(), faults);
        let reliability = fields.or("reliability", Reliability::default(), faults);
        let tags = fields.or("tags", Vec::new(), faults);
        fields.finish(faults);
        let mut profile = Self {
            id: id?,
            stage: stage?,
            name: name?,
            headline: headline?,
            bio: bio?,
            documents: documents?,
            country: country?,
            time_zone: time_zone?,
            work_authorisations: work_authorisations?,
            skills: skills?,
            credentials: credentials?,
            languages: languages?,
            assessments: assessments?,
            years: years?,
            rate: rate?,
            availability: availability?,
            commitments: commitments?,
            max_roles: max_roles?,
            max_sensitive_hours: max_sensitive_hours?,
            employers: employers?,
            past_clients: past_clients?,
            conflicts: conflicts?,
            consents: consents?,
            reliability: reliability?,
            tags: tags?,
        };
        let windows_need_a_zone =
            !profile.availability.windows.is_empty() && profile.time_zone.is_none();
        if windows_need_a_zone {
            faults.add(
                &at.key("time_zone"),
                "nothing",
                "a time zone, because there are windows",
            );
        }
        profile.put_in_order(at, faults);
        (faults.total() == before).then_some(profile)
    }
}

impl Profile {
    /// Sorts every list by its key; a key that occurs twice is a fault.
    fn put_in_order(&mut self, at: &Path<'_>, faults: &mut Faults) {
        self.work_authorisations.sort();
        self.work_authorisations.dedup();
        self.employers.sort();
        self.employers.dedup();
        self.tags.sort();
        self.tags.dedup();
        document::put_in_order(&mut self.documents, at, faults);
        let mut sort = Sort { at, faults };
        sort.by("skills", &mut self.skills, |it| it.skill.clone());
        sort.by("credentials", &mut self.credentials, |it| {
            (it.kind.clone(), it.jurisdiction.clone())
        });
        sort.by("languages", &mut self.languages, |it| it.tag.clone());
        sort.by("assessments", &mut self.assessments, Assessment::key);
        sort.by("commitments", &mut self.commitments, |it| {
            (it.label.clone(), it.from)
        });
        sort.by("past_clients", &mut self.past_clients, |it| {
            it.client.clone()
        });
        sort.by("conflicts", &mut self.conflicts, |it| it.against.clone());
        sort.by("consents", &mut self.consents, |it| it.topic.clone());
    }
}

struct Sort<'a> {
    at: &'a Path<'a>,
    faults: &'a mut Faults,
}

impl Sort<'_> {
    fn by<T: std::fmt::Debug, K: Ord>(
        &mut self,
        field: &str,
        list: &mut [T],
        key: impl Fn(&T) -> K,
    ) {
        list.sort_by_key(|entry| key(entry));
        for twice in list.windows(2).filter(|two| key(&two[0]) == key(&two[1])) {
            let found = format!("two entries of one key, the second {:?}", twice[1]);
            self.faults.add(&self.at.key(field), found, "each key once");
        }
    }
}

/// Declares how a plain struct of a profile reads itself: every field required unless it has a default.
macro_rules! read_struct {
    ($name:ident { $($field:ident $(= $default:expr)?),* ; $($maybe:ident),* }) => {
        impl FromJson for $name {
            fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                let mut fields = Fields::open(json, at, faults)?;
                $(let $field = read_struct!(@read fields, faults, $field $(, $default)?);)*
                $(let $maybe = fields.optional(stringify!($maybe), faults);)*
                fields.finish(faults);
                Some(Self { $($field: $field?,)* $($maybe: $maybe?,)* })
            }
        }
    };
    (@read $fields:ident, $faults:ident, $field:ident) => {
        $fields.required(stringify!($field), $faults)
    };
    (@read $fields:ident, $faults:ident, $field:ident, $default:expr) => {
        $fields.or(stringify!($field), $default, $faults)
    };
}

read_struct!(Skill { skill, level; years, source });
read_struct!(Credential { kind, status = CredentialStatus::Pending; jurisdiction, expires_on });
read_struct!(Language { tag, cefr; });
read_struct!(Assessment {
    task_type, score, deviation = default::deviation(), taken_on; skill, expires_on
});
read_struct!(Rate { min_cents, currency; });
read_struct!(Availability {
    weekly_hours, windows = Vec::new(), exceptions = Vec::new(); earliest_start
});
read_struct!(Window { weekday, start, end; });
read_struct!(PastClient { client, until; });
read_struct!(Conflict { against; until });
read_struct!(Consent { topic, granted; until });
read_struct!(Reliability { delivered, missed; });

impl FromJson for Exception {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let days = days(&mut fields, faults);
        let hours = fields.required("hours", faults);
        fields.finish(faults);
        let (from, to) = days?;
        Some(Self {
            from,
            to,
            hours: hours?,
        })
    }
}

impl FromJson for Commitment {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let label = fields.required("label", faults);
        let client = fields.optional("client", faults);
        let days = days(&mut fields, faults);
        let hours = fields.required("hours", faults);
        let sensitive = fields.or("sensitive", false, faults);
        fields.finish(faults);
        let (from, to) = days?;
        Some(Self {
            label: label?,
            client: client?,
            from,
            to,
            hours: hours?,
            sensitive: sensitive?,
        })
    }
}

/// The fields `from` and `to`, in order.
fn days(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<(Date, Date)> {
    let from: Option<Date> = fields.required("from", faults);
    let to: Option<Date> = fields.required("to", faults);
    let (from, to) = (from?, to?);
    if from > to {
        faults.add(
            &fields.at().key("from"),
            from,
            format!("a day up to `to`, {to}"),
        );
        return None;
    }
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    const ANA: &str = r#"{
        "id": "ana", "stage": "active", "headline": "Cardiologist", "country": "DE",
        "time_zone": "Europe/Berlin",
        "skills": [
            {"skill": "local:ecg", "level": 5},
            {"skill": "esco:00064735-8fad-454b-90c7-ed858cc993f2", "level": 3, "years": 4}
        ],
        "credentials": [{"kind": "medical_licence", "jurisdiction": "DE", "status": "verified", "expires_on": "2030-01-01"}],
        "languages": [{"tag": "de", "cefr": "native"}],
        "rate": {"min_cents": 9000, "currency": "EUR"},
        "availability": {"weekly_hours": 20, "windows": [{"weekday": "mon", "start": "08:00", "end": "12:00"}]},
        "tags": ["senior", "country:DE"]
    }"#;

    fn read(text: &str) -> Result<Profile, Faults> {
        let mut faults = Faults::default();
        let json = parse(text.as_bytes()).unwrap();
        Profile::from_json(json, &Path::ROOT, &mut faults).ok_or(faults)
    }

    #[test]
    fn a_profile_written_and_read_again_is_the_same() {
        let ana = read(ANA).unwrap();
        let text = serde_json::to_string(&ana).unwrap();
        assert_eq!(read(&text).unwrap(), ana);
        assert_eq!(ana.tags[0].as_str(), "country:DE", "sorted");
    }

    #[test]
    fn every_fault_of_a_profile_is_reported() {
        let spoilt = ANA
            .replace("\"level\": 5", "\"level\": 6")
            .replace("9000", "90.5")
            .replace("Europe/Berlin", "Mars/Olympus")
            .replace("\"stage\"", "\"stages\"");
        let faults = read(&spoilt).unwrap_err();
        let places: Vec<&str> = faults
            .list()
            .iter()
            .map(|fault| fault.at.as_str())
            .collect();
        assert_eq!(
            places,
            [
                "/time_zone",
                "/skills/0/level",
                "/rate/min_cents",
                "/stages"
            ]
        );
    }
}
