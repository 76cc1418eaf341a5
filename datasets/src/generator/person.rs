//! One generated person, from the seed and a number alone.
//!
//! A hidden *standing* (0 … 999, bell-shaped) stands behind everything that goes together in people:
//! years, levels, pay and test results rise with it. `datasets/README.md` has the distributions.

use jiff::Span;
use jiff::civil::{Date, Time, date};
use muster_matcher::model::profile::{
    Assessment, Availability, Commitment, Conflict, Consent, Credential, Exception, Language,
    PastClient, Profile, Rate, Reliability, Skill, Window,
};
use muster_matcher::model::words::{Cefr, CredentialStatus, LanguageTag, Stage, TaskType, Weekday};
use muster_matcher::model::{CentsPerHour, Count, Hours, Id, Level, Points};

use super::clients::CLIENTS;
use super::rng::{Rng, Stream};
use super::text::{Facts, bio, headline};
use super::world::{CredentialRule, KnownSkill, Place, Profession, World};
use super::{Family, Settings};

/// The Monday that generated campaigns start on; dates in profiles lie around it.
pub(crate) const START: Date = date(2027, 1, 4);

/// The expert of a number.
pub(crate) fn expert(world: &World, settings: &Settings, number: u32) -> Profile {
    let mut rng = Rng::of(settings.seed, Stream::Expert, u64::from(number));
    let rng = &mut rng;
    let profession = world.profession(rng);
    let place = world.place(rng);
    let standing = rng.bell(470, 420).clamp(0, 999);
    let years = (standing * 28 / 1000 + rng.between(-4, 6)).max(0);

    let mut known = skills(profession, standing, years, rng);
    known.sort_by(|a, b| {
        b.level
            .cmp(&a.level)
            .then_with(|| a.known.id.cmp(&b.known.id))
    });
    let labels: Vec<&str> = known.iter().map(|skill| skill.known.label).collect();
    let credential = profession
        .credential
        .as_ref()
        .filter(|rule| rng.chance(rule.holders_per_mille));
    let facts = Facts {
        occupation: profession.occupation,
        rank: rank(standing, rng),
        years: u16::try_from(years).unwrap_or_default(),
        skills: &labels,
        credential: credential.map(|rule| rule.words.as_str()),
    };
    let (headline, bio) = (headline(&facts, rng), bio(&facts, rng));
    let weekly_hours = HOURS[rng.weighted(&HOURS_SUMS)];
    let reliability = reliability(standing, rng);
    let main_skill = known[rng.index(known.len())].known;
    let ties = ties(settings, number);
    Profile {
        id: id(&format!("x{number:07}")),
        stage: STAGES[rng.weighted(&STAGE_SUMS)],
        name: None,
        headline,
        bio,
        documents: Vec::new(),
        country: Some(place.country.clone()),
        time_zone: Some(place.time_zone.clone()),
        work_authorisations: Vec::new(),
        credentials: credential
            .map(|rule| credential_of(rule, place, rng))
            .into_iter()
            .collect(),
        languages: languages(world, profession, place, rng),
        assessments: assessments(standing, main_skill, rng),
        years: Some(count(years)),
        rate: Rate {
            min_cents: rate(profession, place, standing, rng),
            currency: world.currency.clone(),
        },
        availability: availability(weekly_hours, rng),
        commitments: commitments(weekly_hours, rng),
        max_roles: count(max_roles(settings, number)),
        max_sensitive_hours: None,
        employers: ties.employers,
        past_clients: ties.past_clients,
        conflicts: ties.conflicts,
        consents: consents(world, rng),
        tags: tags(world, profession, place, standing, reliability),
        reliability,
        skills: written(world, known, rng),
    }
}

/// A skill somebody has.
struct Held<'a> {
    known: &'a KnownSkill,
    level: i32,
    years: i32,
}

/// Three to nine of the occupation's essential skills and up to three of its optional ones; the
/// latter are known a little less well.
fn skills<'a>(
    profession: &'a Profession,
    standing: i32,
    years: i32,
    rng: &mut Rng,
) -> Vec<Held<'a>> {
    let n_essential = 3 + rng.index(4) + usize::try_from(standing / 300).unwrap_or_default();
    let n_optional = rng.index(4);
    let mut held = Vec::with_capacity(n_essential + n_optional);
    for (pool, n, shift) in [
        (&profession.essential, n_essential, 60),
        (&profession.optional, n_optional, -60),
    ] {
        for row in rng.distinct(pool.len(), n) {
            let level = 1 + (standing + rng.bell(shift, 220)).clamp(0, 999) / 200;
            let years = years * rng.between(30, 100) / 100;
            held.push(Held {
                known: &pool[row],
                level,
                years,
            });
        }
    }
    held
}

fn written(world: &World, held: Vec<Held<'_>>, rng: &mut Rng) -> Vec<Skill> {
    let mut skills: Vec<_> = held
        .into_iter()
        .map(|held| Skill {
            skill: held.known.id.clone(),
            level: Level::new(held.level).expect("standing below 1000 gives at most 5"),
            years: Some(count(held.years)),
            source: Some(world.sources[rng.weighted(&SOURCE_SUMS)].clone()),
        })
        .collect();
    skills.sort_unstable_by(|a, b| a.skill.cmp(&b.skill));
    skills
}

fn rank(standing: i32, rng: &mut Rng) -> &'static str {
    let list: &[&str] = match standing {
        ..250 => &["Junior", "", "Trainee", "Assistant"],
        250..600 => &["", "", "", "Experienced"],
        600..800 => &["Senior", "Senior", "", "Lead"],
        _ => &["Principal", "Senior", "Lead", "Chief"],
    };
    rng.pick(list)
}

/// Base rate of the profession × level of the country × standing × chance, up to 25 cents.
fn rate(profession: &Profession, place: &Place, standing: i32, rng: &mut Rng) -> CentsPerHour {
    let per_mille_of_standing = u32::try_from(500 + standing).unwrap_or_default();
    let percent_of_chance = u32::try_from(rng.bell(100, 24)).unwrap_or_default();
    let in_country = profession.rate_cents * place.rate_percent / 100;
    let cents = in_country * per_mille_of_standing / 1000 * percent_of_chance / 100;
    let rounded = cents.max(300).div_ceil(25) * 25;
    CentsPerHour::new(rounded).expect("the dearest hour is below 1,000 dollars")
}

/// The languages of the country, English by how common it is there, and others: many for
/// linguists, seldom for the rest.
fn languages(
    world: &World,
    profession: &Profession,
    place: &Place,
    rng: &mut Rng,
) -> Vec<Language> {
    let mut spoken: Vec<(&LanguageTag, Cefr)> = Vec::new();
    for (position, tag) in place.languages.iter().enumerate() {
        if position == 0 {
            spoken.push((tag, Cefr::Native));
        } else if *tag != world.english && rng.chance(400) {
            spoken.push((tag, rng.pick(&[Cefr::B2, Cefr::C1, Cefr::Native])));
        }
    }
    if place.languages.first() != Some(&world.english) {
        let good = rng.chance(place.good_english_per_mille);
        let levels = match good {
            true => [Cefr::B2, Cefr::B2, Cefr::C1, Cefr::C2],
            false => [Cefr::A1, Cefr::A2, Cefr::A2, Cefr::B1],
        };
        spoken.push((&world.english, rng.pick(&levels)));
    }
    let n_others = match profession.is_linguistic {
        true => 1 + rng.index(3),
        false => usize::from(rng.chance(180)),
    };
    for row in rng.distinct(world.learnt_languages.len(), n_others) {
        let tag = &world.learnt_languages[row];
        let levels = match profession.is_linguistic {
            true => [Cefr::C1, Cefr::C1, Cefr::C2, Cefr::Native],
            false => [Cefr::A2, Cefr::B1, Cefr::B2, Cefr::C1],
        };
        if spoken.iter().all(|(known, _)| *known != tag) {
            spoken.push((tag, rng.pick(&levels)));
        }
    }
    spoken.sort_unstable();
    spoken
        .into_iter()
        .map(|(tag, cefr)| Language {
            tag: tag.clone(),
            cefr,
        })
        .collect()
}

/// Licences hold in the person's country for a while; degrees hold everywhere for good.
fn credential_of(rule: &CredentialRule, place: &Place, rng: &mut Rng) -> Credential {
    let status = match rng.below(100) {
        ..84 => CredentialStatus::Verified,
        84..94 => CredentialStatus::Pending,
        _ => CredentialStatus::Expired,
    };
    let expires_on = rule.valid_months.map(|months| {
        let days = rng.between(1, 30 * i32::from(months));
        match status {
            CredentialStatus::Expired => days_from_start(-days),
            _ => days_from_start(days),
        }
    });
    Credential {
        kind: rule.kind.clone(),
        jurisdiction: rule.valid_months.map(|_| place.country.clone()),
        status: match (status, expires_on) {
            (CredentialStatus::Expired, None) => CredentialStatus::Pending,
            _ => status,
        },
        expires_on,
    }
}

/// Up to three results of different kinds of work; a quarter of the people took no test.
fn assessments(standing: i32, main_skill: &KnownSkill, rng: &mut Rng) -> Vec<Assessment> {
    let n = [0, 1, 1, 2, 2, 3, 1, 0][rng.index(8)];
    let mut kinds: Vec<_> = rng
        .distinct(TESTED.len(), n)
        .into_iter()
        .map(|row| TESTED[row])
        .collect();
    kinds.sort_unstable();
    kinds
        .into_iter()
        .map(|task_type| {
            let score = (300 + standing * 450 / 1000 + rng.bell(0, 150)).clamp(0, 1000);
            let taken = rng.between(5, 700);
            Assessment {
                task_type,
                skill: rng.chance(250).then(|| main_skill.id.clone()),
                score: Points::new(score).expect("clamped"),
                deviation: Points::new(rng.between(30, 110)).expect("small"),
                taken_on: days_from_start(-taken),
                expires_on: rng.chance(700).then(|| days_from_start(730 - taken)),
            }
        })
        .collect()
}

/// Weekly hours; for a quarter with windows on the weekdays, for an eighth with a leave.
fn availability(weekly_hours: u16, rng: &mut Rng) -> Availability {
    let mut windows = Vec::new();
    if rng.chance(250) {
        let length = weekly_hours.div_ceil(5);
        let begin = 6 + rng.below(u32::from(18 - length));
        let begin = i8::try_from(begin).expect("an hour of the day");
        let end = begin + i8::try_from(length).expect("at most eight hours");
        windows = WEEKDAYS
            .into_iter()
            .map(|weekday| Window {
                weekday,
                start: on_the_hour(begin),
                end: on_the_hour(end),
            })
            .collect();
    }
    let mut exceptions = Vec::new();
    if rng.chance(120) {
        let from = rng.between(-10, 180);
        exceptions.push(Exception {
            from: days_from_start(from),
            to: days_from_start(from + 7 * rng.between(1, 3) - 1),
            hours: Hours::default(),
        });
    }
    Availability {
        weekly_hours: Hours::new(weekly_hours).expect("at most 40"),
        windows,
        exceptions,
        earliest_start: rng.chance(100).then(|| days_from_start(rng.between(1, 60))),
    }
}

fn commitments(weekly_hours: u16, rng: &mut Rng) -> Vec<Commitment> {
    let mut commitments = Vec::new();
    if rng.chance(100) {
        let most = i32::from(weekly_hours / 2).max(1);
        let hours = rng.between(1, most);
        commitments.push(Commitment {
            label: id(&format!("other-work-{}", rng.below(500))),
            client: None,
            from: days_from_start(-rng.between(1, 120)),
            to: days_from_start(rng.between(7, 150)),
            hours: Hours::new(hours).expect("at most 20"),
            sensitive: false,
        });
    }
    commitments
}

fn consents(world: &World, rng: &mut Rng) -> Vec<Consent> {
    let mut consents = Vec::new();
    for (topic, asked, granted) in &world.consent_topics {
        if rng.chance(*asked) {
            consents.push(Consent {
                topic: topic.clone(),
                granted: rng.chance(*granted),
                until: None,
            });
        }
    }
    consents
}

/// Seat-weeks delivered and missed; more than half of the pool never worked here.
fn reliability(standing: i32, rng: &mut Rng) -> Reliability {
    if rng.chance(550) {
        return Reliability::default();
    }
    let weeks = rng.between(1, 80);
    let missed_per_mille = rng.bell(140 - standing / 10, 90).clamp(0, 400);
    let missed = weeks * missed_per_mille / 1000;
    Reliability {
        delivered: count(weeks - missed),
        missed: count(missed),
    }
}

/// One in seven holds two roles at once. Drawn apart, so that everything else is as it would be without.
fn max_roles(settings: &Settings, number: u32) -> i32 {
    let mut rng = Rng::of(settings.seed, Stream::Roles, u64::from(number));
    1 + i32::from(rng.chance(140))
}

/// What binds a person to clients.
#[derive(Default)]
struct Ties {
    employers: Vec<Id>,
    past_clients: Vec<PastClient>,
    conflicts: Vec<Conflict>,
}

/// Ties to the clients of the campaigns: rare, except in the family that is about them. They have
/// a stream of their own, so that everything else is the same in every family.
fn ties(settings: &Settings, number: u32) -> Ties {
    let mut rng = Rng::of(settings.seed, Stream::Ties, u64::from(number));
    let (employed, worked, conflicted) = match settings.family {
        Family::Conflicts => (250, 450, 200),
        _ => (30, 80, 20),
    };
    let client = |rng: &mut Rng| id(rng.pick(&CLIENTS).id);
    let mut ties = Ties::default();
    if rng.chance(employed) {
        ties.employers.push(client(&mut rng));
    }
    if rng.chance(worked) {
        ties.past_clients.push(PastClient {
            client: client(&mut rng),
            until: days_from_start(-rng.between(1, 400)),
        });
    }
    if rng.chance(conflicted) {
        ties.conflicts.push(Conflict {
            against: client(&mut rng),
            until: rng
                .chance(500)
                .then(|| days_from_start(rng.between(1, 365))),
        });
    }
    ties
}

fn tags(
    world: &World,
    profession: &Profession,
    place: &Place,
    standing: i32,
    reliability: Reliability,
) -> Vec<Id> {
    let [junior, mid, senior] = &world.seniority_tags;
    let seniority = match standing {
        ..300 => junior,
        300..650 => mid,
        _ => senior,
    };
    let mut tags = vec![
        place.tag.clone(),
        profession.domain_tag.clone(),
        seniority.clone(),
    ];
    if reliability.is_unknown() {
        tags.push(world.newcomer_tag.clone());
    }
    tags.sort_unstable();
    tags
}

const WEEKDAYS: [Weekday; 5] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
];
const HOURS: [u16; 8] = [4, 8, 10, 15, 20, 25, 30, 40];
const HOURS_SUMS: [u32; 8] = [60, 220, 420, 570, 770, 830, 910, 1000];
const STAGES: [Stage; 7] = [
    Stage::Active,
    Stage::Onboarded,
    Stage::Qualified,
    Stage::Assessed,
    Stage::Applied,
    Stage::Sourced,
    Stage::Paused,
];
const STAGE_SUMS: [u32; 7] = [250, 350, 770, 840, 900, 960, 1000];
/// Shares of the sources of a level: own word, interview, test.
const SOURCE_SUMS: [u32; 3] = [450, 750, 1000];
const TESTED: [TaskType; 9] = [
    TaskType::PreferenceRanking,
    TaskType::ResponseEvaluation,
    TaskType::RubricWriting,
    TaskType::RubricGrading,
    TaskType::SftDemonstration,
    TaskType::PromptAuthoring,
    TaskType::RedTeaming,
    TaskType::FactChecking,
    TaskType::Review,
];

fn days_from_start(days: i32) -> Date {
    START
        .checked_add(Span::new().days(days))
        .expect("a few years around 2027 are dates")
}

fn on_the_hour(hour: i8) -> Time {
    Time::new(hour, 0, 0, 0).expect("an hour of the day")
}

fn count(n: i32) -> Count {
    Count::new(n).expect("small and not negative")
}

fn id(text: &str) -> Id {
    Id::new(text).expect("ids made here have no spaces")
}

#[cfg(test)]
mod tests {
    use muster_matcher::json::{Faults, FromJson, Path, parse};

    use super::*;

    fn settings(family: Family) -> Settings {
        Settings {
            experts: 1000,
            campaigns: 0,
            seed: 11,
            family,
        }
    }

    #[test]
    fn every_profile_is_one_that_pool_files_accept() {
        let world = World::new();
        for number in 0..300 {
            let profile = expert(&world, &settings(Family::Conflicts), number);
            let text = serde_json::to_string(&profile).unwrap();
            let mut faults = Faults::default();
            let json = parse(text.as_bytes()).unwrap();
            let read = Profile::from_json(json, &Path::ROOT, &mut faults);
            assert!(faults.is_empty(), "{faults}");
            assert_eq!(read, Some(profile));
        }
    }

    #[test]
    fn families_differ_only_in_what_ties_people_to_clients() {
        let world = World::new();
        for number in 0..100 {
            let mut tied = expert(&world, &settings(Family::Conflicts), number);
            let plain = expert(&world, &settings(Family::Plenty), number);
            tied.employers.clone_from(&plain.employers);
            tied.past_clients.clone_from(&plain.past_clients);
            tied.conflicts.clone_from(&plain.conflicts);
            assert_eq!(tied, plain);
        }
    }

    #[test]
    fn levels_pay_and_results_rise_with_years() {
        let world = World::new();
        let mut sums = [[0_u64; 4]; 2];
        for number in 0..4000 {
            let profile = expert(&world, &settings(Family::Plenty), number);
            let years = profile.years.unwrap().get();
            let [n, levels, rates, scores] = &mut sums[usize::from(years >= 14)];
            let Some(result) = profile.assessments.first() else {
                continue;
            };
            *n += 1;
            *levels += u64::from(profile.skills[0].level.get());
            *rates += u64::from(profile.rate.min_cents.get());
            *scores += u64::from(result.score.get());
        }
        let [[n_young, young @ ..], [n_old, old @ ..]] = sums;
        assert!(n_young > 500 && n_old > 500);
        for (young, old) in young.into_iter().zip(old) {
            assert!(10 * old / n_old > 11 * young / n_young);
        }
    }
}
