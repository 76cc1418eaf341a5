//! From answers to profiles.
//!
//! Every rule here is a row of the table in `datasets/so2016/README.md`, with what it assumes. The
//! mapping is a function of the survey alone: no clock, no randomness, integers only.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::{Date, date};
use muster_matcher::model::profile::{
    Assessment, Availability, Credential, Language, Profile, Rate, Reliability, Skill,
};
use muster_matcher::model::words::{
    Cefr, Country, CredentialStatus, Currency, LanguageTag, SkillId, Stage, TaskType, TimeZoneName,
};
use muster_matcher::model::{CentsPerHour, Count, Hours, Id, Level, Points};

use super::Respondent;
use super::text::{bio, headline};
use crate::tables::{self, Match, TechnologySkill};

/// The last day of the survey; its facts are as of then.
pub const SURVEYED_ON: Date = date(2016, 1, 25);

/// Nobody is taken to work for less, in US cents an hour.
const LEAST_RATE_CENTS: u32 = 500;

/// A median stands on at least this many rates.
const LEAST_RATES: usize = 10;

/// The profiles of all respondents, in the order given. Missing rates are imputed from the others.
pub(super) fn profiles(respondents: &[Respondent]) -> Vec<Profile> {
    let medians = Medians::of(respondents);
    respondents
        .iter()
        .map(|respondent| profile(respondent, &medians))
        .collect()
}

fn profile(respondent: &Respondent, medians: &Medians) -> Profile {
    let country = respondent.country.as_deref().and_then(tables::country);
    let stated_rate = stated_rate_cents(respondent);
    let rate_cents = stated_rate.unwrap_or_else(|| medians.rate_cents(respondent));
    Profile {
        id: id(&format!("so2016-{}", respondent.id)),
        stage: stage(respondent),
        name: None,
        headline: headline(respondent),
        bio: bio(respondent),
        documents: Vec::new(),
        country: country.map(|c| Country::new(c.code).expect("reviewed codes are codes")),
        time_zone: country
            .map(|c| TimeZoneName::new(c.time_zone).expect("reviewed zones are IANA names")),
        work_authorisations: Vec::new(),
        skills: skills(respondent),
        credentials: credentials(&respondent.education),
        languages: languages(country),
        assessments: assessment(respondent.reputation.as_deref())
            .into_iter()
            .collect(),
        years: respondent
            .experience_months
            .and_then(|months| Count::new(months / 12)),
        rate: Rate {
            min_cents: CentsPerHour::new(rate_cents).expect("the highest pay is 210,000 a year"),
            currency: Currency::new("USD").expect("three capital letters"),
        },
        availability: Availability {
            weekly_hours: Hours::new(weekly_hours(respondent)).expect("at most 40 hours"),
            windows: Vec::new(),
            exceptions: Vec::new(),
            earliest_start: None,
        },
        commitments: Vec::new(),
        max_roles: Count::new(1_u32).expect("one is a count"),
        max_sensitive_hours: None,
        employers: Vec::new(),
        past_clients: Vec::new(),
        conflicts: Vec::new(),
        consents: Vec::new(),
        reliability: Reliability::default(),
        tags: tags(respondent, country, stated_rate.is_none()),
    }
}

/// Planned are those who said they are open to new work and named something they can do.
fn stage(respondent: &Respondent) -> Stage {
    let open = match respondent.open_to_new_job.as_deref() {
        None | Some("I am not interested in new job opportunities") => false,
        Some(_) => true,
    };
    if open && !skills(respondent).is_empty() {
        Stage::Qualified
    } else {
        Stage::Sourced
    }
}

/// Skills by id, each at the highest level that an answer gives it.
fn skills(respondent: &Respondent) -> Vec<Skill> {
    let level = level(respondent);
    let mut levels: BTreeMap<SkillId, u8> = BTreeMap::new();
    let mut add = |skill: &str, level: u8| {
        let skill = SkillId::new(skill).expect("reviewed skills are skills");
        let known = levels.entry(skill).or_default();
        *known = level.max(*known);
    };
    let answered = respondent
        .technologies
        .iter()
        .flat_map(|name| tables::technology(name));
    for entry in answered {
        add(entry.skill, level_of_entry(entry, level));
    }
    let environments = respondent
        .environments
        .iter()
        .flat_map(|name| tables::environment(name));
    for entry in environments {
        add(entry.skill, level_of_entry(entry, level.min(3)));
    }
    let occupation = respondent
        .occupation
        .as_deref()
        .and_then(tables::occupation);
    for skill in occupation.iter().flat_map(|occupation| &occupation.skills) {
        add(skill, level);
    }
    levels
        .into_iter()
        .map(|(skill, level)| Skill {
            skill,
            level: Level::new(level).expect("levels are 1 to 5"),
            years: None,
            source: Some(id("self")),
        })
        .collect()
}

/// The level of what the person works in: from years of programming, moved by one where the
/// person's own rating is far from the middle.
fn level(respondent: &Respondent) -> u8 {
    let from_years = match respondent.experience_months {
        None => 2,
        Some(..12) => 1,
        Some(12..24) => 2,
        Some(24..60) => 3,
        Some(_) => 4,
    };
    match respondent.programming_ability {
        Some(..=4) => from_years - u8::from(from_years > 1),
        Some(9..) if from_years < 4 => from_years + 1,
        Some(9..) if respondent.experience_months >= Some(120) => 5,
        _ => from_years,
    }
}

/// A skill that merely contains the technology is known one level less well.
fn level_of_entry(entry: &TechnologySkill, level: u8) -> u8 {
    match entry.exactness {
        Match::Broader => (level - 1).max(1),
        _ => level,
    }
}

/// Degrees as stated: nobody checked them, so they are pending and fulfil no requirement.
fn credentials(education: &[String]) -> Vec<Credential> {
    const DEGREES: [(&str, &str); 4] = [
        (
            "B.A. in Computer Science (or related field)",
            "bachelor_computing",
        ),
        (
            "B.S. in Computer Science (or related field)",
            "bachelor_computing",
        ),
        (
            "Masters Degree in Computer Science (or related field)",
            "master_computing",
        ),
        (
            "PhD in Computer Science (or related field)",
            "doctorate_computing",
        ),
    ];
    let mut kinds: Vec<_> = DEGREES
        .iter()
        .filter(|(answer, _)| education.iter().any(|stated| stated == answer))
        .map(|(_, kind)| *kind)
        .collect();
    kinds.sort_unstable();
    kinds.dedup();
    kinds
        .into_iter()
        .map(|kind| Credential {
            kind: id(kind),
            jurisdiction: None,
            status: CredentialStatus::Pending,
            expires_on: None,
        })
        .collect()
}

/// The country's main language as a native; English well enough to answer the survey in it, or
/// better where the country uses it.
fn languages(country: Option<&tables::Country>) -> Vec<Language> {
    let spoken = country.map_or(&[][..], |country| &country.languages);
    let english = match spoken.iter().position(|&tag| tag == "en") {
        Some(0) => Cefr::Native,
        Some(_) => Cefr::C1,
        None => Cefr::B2,
    };
    let mut languages = vec![("en", english)];
    if let Some(&main) = spoken.first().filter(|&&tag| tag != "en") {
        languages.push((main, Cefr::Native));
    }
    languages.sort_unstable();
    languages
        .into_iter()
        .map(|(tag, cefr)| Language {
            tag: LanguageTag::new(tag).expect("reviewed tags are tags"),
            cefr,
        })
        .collect()
}

/// Reputation is other people's votes on answers the person gave: the one fact in the survey that
/// is not the person's own word. It says little about judging answers, hence the wide deviation.
fn assessment(reputation: Option<&str>) -> Option<Assessment> {
    let (score, deviation) = match reputation? {
        "101 - 500" => (520, 200),
        "501 - 1,000" => (570, 190),
        "1,001 - 5,000" => (630, 175),
        "5,001 - 10,000" => (690, 160),
        "10,001+" => (750, 150),
        _ => return None,
    };
    Some(Assessment {
        task_type: TaskType::ResponseEvaluation,
        skill: None,
        score: Points::new(score).expect("scores are at most 1000"),
        deviation: Points::new(deviation).expect("deviations are at most 1000"),
        taken_on: SURVEYED_ON,
        expires_on: None,
    })
}

/// Hours a week for project work.
fn weekly_hours(respondent: &Respondent) -> u16 {
    let hobby = match respondent.hobby.as_deref() {
        Some("1-2 hours per week") => 1,
        Some("2-5 hours per week") => 3,
        Some("5-10 hours per week") => 7,
        Some("10-20 hours per week") => 15,
        Some("20+ hours per week") => 20,
        _ => 0,
    };
    let looking =
        respondent.open_to_new_job.as_deref() == Some("I am actively looking for a new job");
    match respondent.employment.as_deref() {
        Some("Employed full-time") => hobby + if looking { 5 } else { 0 },
        Some("Employed part-time" | "Self-employed" | "I'm a student") => hobby.max(15),
        Some("Freelance / Contractor") => hobby.max(20),
        Some("Unemployed") => 30,
        Some("Retired" | "Other (please specify)") => hobby.max(10),
        _ => hobby,
    }
}

/// Yearly pay by the hours it usually pays for, rounded up to the cent.
fn stated_rate_cents(respondent: &Respondent) -> Option<u32> {
    let paid_hours = match respondent.employment.as_deref() {
        Some("Employed part-time" | "I'm a student") => 1_040,
        Some("Freelance / Contractor" | "Self-employed") => 1_500,
        _ => 2_080,
    };
    let yearly_cents = respondent.salary_usd? * 100;
    Some(yearly_cents.div_ceil(paid_hours).max(LEAST_RATE_CENTS))
}

/// Median rates of those who stated their pay, for those who did not.
struct Medians<'a> {
    by_country_and_experience: HashMap<(Option<&'a str>, Option<u16>), u32>,
    by_country: HashMap<Option<&'a str>, u32>,
    by_experience: HashMap<Option<u16>, u32>,
    of_all: u32,
}

impl<'a> Medians<'a> {
    fn of(respondents: &'a [Respondent]) -> Self {
        let stated = || {
            respondents.iter().filter_map(|r| {
                Some((
                    r.country.as_deref(),
                    r.experience_months,
                    stated_rate_cents(r)?,
                ))
            })
        };
        Self {
            by_country_and_experience: medians(stated().map(|(c, e, rate)| ((c, e), rate))),
            by_country: medians(stated().map(|(c, _, rate)| (c, rate))),
            by_experience: medians(stated().map(|(_, e, rate)| (e, rate))),
            of_all: medians(stated().map(|(_, _, rate)| ((), rate)))
                .get(&())
                .copied()
                .unwrap_or(LEAST_RATE_CENTS),
        }
    }

    /// The median of the same country and experience; where there are too few, of the country,
    /// then of the experience, then of all.
    fn rate_cents(&self, respondent: &Respondent) -> u32 {
        let country = respondent.country.as_deref();
        let experience = respondent.experience_months;
        let cell = self.by_country_and_experience.get(&(country, experience));
        let of_country = || self.by_country.get(&country).filter(|_| country.is_some());
        let of_experience = || self.by_experience.get(&experience);
        *cell
            .filter(|_| country.is_some())
            .or_else(of_country)
            .or_else(of_experience)
            .unwrap_or(&self.of_all)
    }
}

/// The lower median of every group with enough rates.
fn medians<K: std::hash::Hash + Eq>(rates: impl Iterator<Item = (K, u32)>) -> HashMap<K, u32> {
    let mut groups: HashMap<K, Vec<u32>> = HashMap::new();
    for (key, rate) in rates {
        groups.entry(key).or_default().push(rate);
    }
    groups
        .into_iter()
        .filter(|(_, rates)| rates.len() >= LEAST_RATES)
        .map(|(key, mut rates)| {
            let middle = (rates.len() - 1) / 2;
            let (_, median, _) = rates.select_nth_unstable(middle);
            (key, *median)
        })
        .collect()
}

/// Job-related facts that quotas and filters may speak of.
fn tags(
    respondent: &Respondent,
    country: Option<&tables::Country>,
    rate_is_imputed: bool,
) -> Vec<Id> {
    let mut tags = Vec::new();
    if let Some(country) = country {
        tags.push(id(&format!("country:{}", country.code)));
    }
    if let Some(industry) = respondent.industry.as_deref().map(slug) {
        let is_none = [
            "i-m-a-student",
            "not-currently-employed",
            "other-please-specify",
        ];
        if !is_none.contains(&industry.as_str()) {
            tags.push(id(&format!("industry:{industry}")));
        }
    }
    if let Some(occupation) = respondent.occupation.as_deref().filter(|&o| o != "other") {
        tags.push(id(&format!("occupation:{}", slug(occupation))));
    }
    if rate_is_imputed {
        tags.push(id("rate:imputed"));
    }
    if let Some(remote) = respondent.remote.as_deref() {
        let share = match remote {
            "Full-time remote" => "full",
            "Part-time remote" => "part",
            "Never" => "never",
            _ => "rarely",
        };
        tags.push(id(&format!("remote:{share}")));
    }
    tags.sort_unstable();
    tags
}

/// Lower-case letters and digits, with one hyphen for whatever is between them.
fn slug(text: &str) -> String {
    text.to_lowercase()
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-")
}

fn id(text: &str) -> Id {
    Id::new(text).expect("ids made here have no spaces")
}

#[cfg(test)]
mod tests {
    use super::super::respondents;
    use super::*;
    use crate::esco::taxonomy;

    fn somebody() -> Respondent {
        Respondent {
            id: 7,
            country: Some("India".to_owned()),
            occupation: Some("Back-end web developer".to_owned()),
            experience_months: Some(42),
            salary_usd: Some(25_000),
            technologies: vec!["Spark".to_owned(), "Python".to_owned()],
            programming_ability: Some(7),
            employment: Some("Employed full-time".to_owned()),
            industry: Some("Finance / Banking".to_owned()),
            education: Vec::new(),
            remote: Some("Never".to_owned()),
            hobby: Some("5-10 hours per week".to_owned()),
            open_to_new_job: Some("I am actively looking for a new job".to_owned()),
            environments: vec!["Vim".to_owned()],
            reputation: Some("501 - 1,000".to_owned()),
        }
    }

    fn mapped(respondent: &Respondent) -> Profile {
        profile(respondent, &Medians::of(&[]))
    }

    #[test]
    fn a_profile_follows_from_the_answers() {
        let profile = mapped(&somebody());
        assert_eq!(profile.id.as_str(), "so2016-7");
        assert_eq!(profile.stage, Stage::Qualified);
        assert_eq!(profile.headline, "Back-end web developer: Spark and Python");
        assert_eq!(
            profile.rate.min_cents.get(),
            1202,
            "25,000 a year by 2,080 hours"
        );
        assert_eq!(profile.availability.weekly_hours.get(), 12);
        assert_eq!(profile.years.unwrap().get(), 3);
        let skill = |id: &str| {
            let id = taxonomy()
                .find(id)
                .map_or(id.to_owned(), |found| found.code());
            let mut held = profile.skills.iter();
            held.find(|held| held.skill.as_str() == id)
                .unwrap()
                .level
                .get()
        };
        assert_eq!(skill("Python (computer programming)"), 3);
        assert_eq!(skill("local:apache-spark"), 3);
        assert_eq!(skill("distributed computing"), 2, "broader than Spark");
        assert_eq!(profile.assessments[0].score.get(), 570);
        let tags: Vec<_> = profile.tags.iter().map(Id::as_str).collect();
        let occupation = "occupation:back-end-web-developer";
        assert_eq!(
            tags,
            [
                "country:IN",
                "industry:finance-banking",
                occupation,
                "remote:never"
            ]
        );
    }

    #[test]
    fn a_rating_of_oneself_is_no_assessment() {
        let silent = Respondent {
            programming_ability: Some(10),
            reputation: None,
            ..somebody()
        };
        assert!(mapped(&silent).assessments.is_empty());
    }

    #[test]
    fn who_did_not_say_to_be_open_to_work_is_not_planned() {
        for answer in [None, Some("I am not interested in new job opportunities")] {
            let closed = Respondent {
                open_to_new_job: answer.map(str::to_owned),
                ..somebody()
            };
            assert_eq!(mapped(&closed).stage, Stage::Sourced);
        }
    }

    #[test]
    fn a_missing_rate_is_the_median_of_country_and_experience_and_says_so() {
        let mut pool: Vec<_> = (1..=11)
            .map(|n| Respondent {
                salary_usd: Some(10_000 * n),
                ..somebody()
            })
            .collect();
        pool.push(Respondent {
            salary_usd: None,
            ..somebody()
        });
        let imputed = profiles(&pool).pop().unwrap();
        assert_eq!(
            imputed.rate.min_cents.get(),
            (6_000_000_u32).div_ceil(2_080)
        );
        assert!(
            imputed
                .tags
                .iter()
                .any(|tag| tag.as_str() == "rate:imputed")
        );
    }

    #[test]
    fn all_respondents_become_profiles_that_pool_files_accept() {
        use muster_matcher::json::{Faults, FromJson, Path, parse};
        let pool = profiles(&respondents());
        assert_eq!(pool.len(), 56_030);
        let n_planned = pool.iter().filter(|p| p.stage.is_planned()).count();
        assert_eq!(n_planned, 34_633);
        let n_assessed = pool.iter().filter(|p| !p.assessments.is_empty()).count();
        assert_eq!(n_assessed, 18_607);
        for profile in pool.into_iter().step_by(50) {
            let text = serde_json::to_string(&profile).unwrap();
            for protected in ["gender", "\"age", "Male", "Female", "disclose"] {
                assert!(!text.contains(protected), "{text}");
            }
            let mut faults = Faults::default();
            let read =
                Profile::from_json(parse(text.as_bytes()).unwrap(), &Path::ROOT, &mut faults);
            assert!(faults.is_empty(), "{faults}");
            assert_eq!(read, Some(profile));
        }
    }
}
