//! Leaves of requirement trees: whether one holds, and what is lacking if not.

use jiff::civil::Date;

use super::evidence::{Fact, Tested};
use super::{Person, Reason, Terms};
use crate::availability::{DailyWindow, WorkTime};
use crate::model::profile::{Assessment, Consent, Credential, Language, Skill};
use crate::model::requirement::Leaf;
use crate::model::words::{Cefr, Country, CredentialStatus, LanguageTag, SkillId, TaskType};
use crate::model::{CentsPerHour, Count, Hours, Id, Level, Points, Week};

/// Whether the leaf holds for the person in a week of the campaign. Hours and daily windows are asked for in all of them.
pub(super) fn holds(leaf: &Leaf, person: &Person<'_>, terms: &Terms<'_>, week: Week) -> bool {
    let profile = person.profile;
    let last_day = terms.calendar.sunday(week);
    match leaf {
        Leaf::Skill { skill, level } => skills(person, skill, *level).next().is_some(),
        Leaf::Credential { kind, jurisdiction } => {
            let mut lasting = verified(person, kind, jurisdiction.as_ref(), last_day);
            lasting.next().is_some()
        }
        Leaf::Language { tag, cefr } => languages(person, tag, *cefr).next().is_some(),
        Leaf::Assessment {
            task_type,
            skill,
            score,
        } => {
            let about = (*task_type, skill.as_ref());
            passed(person, about, *score, last_day).next().is_some()
        }
        Leaf::CountryIn(countries) => profile
            .country
            .as_ref()
            .is_some_and(|own| countries.contains(own)),
        Leaf::CountryNotIn(countries) => profile
            .country
            .as_ref()
            .is_some_and(|own| !countries.contains(own)),
        Leaf::WorkAuthorisation(country) => {
            profile.country.as_ref() == Some(country)
                || profile.work_authorisations.contains(country)
        }
        Leaf::RateAtMost(rate) => person
            .minimum(terms.file)
            .is_some_and(|minimum| minimum.0 <= i128::from(rate.get())),
        Leaf::HoursAtLeast(hours) => person.fewest_hours(terms.weeks) >= *hours,
        Leaf::SensitiveHoursAtLeast(hours) => person
            .sensitive_hours(week)
            .is_none_or(|left| left >= *hours),
        Leaf::YearsAtLeast(years) => profile.years.is_some_and(|own| own >= *years),
        Leaf::Consent(topic) => granted(person, topic, last_day).next().is_some(),
        Leaf::Tag(tag) => profile.tags.contains(tag),
        Leaf::NotEmployedBy(employer) => !profile.employers.contains(employer),
        Leaf::CoolOff { client, weeks } => {
            too_recent(person, client, *weeks, terms.calendar.monday(week)).is_none()
        }
        Leaf::Overlap { .. } => overlaps(leaf, person.work(), terms),
    }
}

/// Whether a leaf that asks for hours shared with a daily window holds for somebody who works at such times; no other
/// leaf does.
pub fn overlaps(leaf: &Leaf, work: &WorkTime, terms: &Terms<'_>) -> bool {
    match leaf {
        Leaf::Overlap { hours, .. } => {
            shared_minutes(leaf, work, terms) >= 60 * u32::from(hours.get())
        }
        _ => false,
    }
}

/// What of a profile satisfies a leaf that holds in a week: of several facts the one that lasts longest, then the
/// best. Nothing does where a leaf asks for something not to be.
pub(super) fn fact(
    leaf: &Leaf,
    person: &Person<'_>,
    terms: &Terms<'_>,
    week: Week,
) -> Option<Fact> {
    let profile = person.profile;
    let last_day = terms.calendar.sunday(week);
    // What has no end lasts longest.
    let end = |day: Option<Date>| day.unwrap_or(Date::MAX);
    Some(match leaf {
        Leaf::Skill { skill, level } => Fact::Skill(
            skills(person, skill, *level)
                .max_by_key(|own| own.level)?
                .clone(),
        ),
        Leaf::Credential { kind, jurisdiction } => {
            let lasting = verified(person, kind, jurisdiction.as_ref(), last_day);
            Fact::Credential(lasting.max_by_key(|own| end(own.expires_on))?.clone())
        }
        Leaf::Language { tag, cefr } => Fact::Language(
            languages(person, tag, *cefr)
                .max_by_key(|own| own.cefr)?
                .clone(),
        ),
        Leaf::Assessment {
            task_type,
            skill,
            score,
        } => {
            let passed = passed(person, (*task_type, skill.as_ref()), *score, last_day);
            let best = passed.max_by_key(|own| (end(own.expires_on), own.score))?;
            Fact::Assessment(Tested::of(best))
        }
        Leaf::CountryIn(_) | Leaf::CountryNotIn(_) => Fact::Country {
            country: profile.country.clone()?,
        },
        Leaf::WorkAuthorisation(country) => match profile.country.as_ref() == Some(country) {
            true => Fact::Country {
                country: country.clone(),
            },
            false => Fact::WorkAuthorisation {
                country: country.clone(),
            },
        },
        Leaf::RateAtMost(_) => Fact::Rate {
            min_cents: profile.rate.min_cents,
            currency: profile.rate.currency.clone(),
            in_plan_currency: CentsPerHour::new(person.minimum(terms.file)?.0)?,
        },
        Leaf::HoursAtLeast(_) => Fact::Hours {
            fewest: person.fewest_hours(terms.weeks),
        },
        Leaf::SensitiveHoursAtLeast(_) => Fact::SensitiveHours {
            left: person.sensitive_hours(week)?,
        },
        Leaf::YearsAtLeast(_) => Fact::Years {
            years: profile.years?,
        },
        Leaf::Consent(topic) => {
            let lasting = granted(person, topic, last_day);
            let consent = lasting.max_by_key(|own| end(own.until))?;
            Fact::Consent {
                topic: topic.clone(),
                until: consent.until,
            }
        }
        Leaf::Tag(tag) => Fact::Tag { tag: tag.clone() },
        Leaf::NotEmployedBy(_) => return None,
        Leaf::CoolOff { client, .. } => Fact::PastClient {
            client: client.clone(),
            until: last_work(person, client)?,
        },
        Leaf::Overlap { .. } => Fact::Overlap {
            minutes: shared_minutes(leaf, person.work(), terms),
        },
    })
}

/// What is lacking, for a leaf that does not hold in a week.
pub(super) fn lack(leaf: &Leaf, person: &Person<'_>, terms: &Terms<'_>, week: Week) -> Reason {
    let profile = person.profile;
    let days = Days {
        first: terms.calendar.monday(week),
        last: terms.calendar.sunday(week),
    };
    match leaf {
        Leaf::Skill { skill, level } => {
            let own = profile.skills.iter().filter(|own| own.skill == *skill);
            Reason::Skill {
                skill: skill.clone(),
                has: own.map(|own| own.level).max(),
                wanted: *level,
            }
        }
        Leaf::Credential { kind, jurisdiction } => {
            lack_of_credential(person, kind, jurisdiction.as_ref(), days)
        }
        Leaf::Language { tag, cefr } => {
            let own = profile.languages.iter();
            let own = own.filter(|own| own.tag.satisfies(tag));
            Reason::Language {
                tag: tag.clone(),
                has: own.map(|own| own.cefr).max(),
                wanted: *cefr,
            }
        }
        Leaf::Assessment { .. } => lack_of_assessment(leaf, person, days),
        Leaf::CountryIn(_) | Leaf::CountryNotIn(_) => Reason::Country {
            country: profile.country.clone(),
        },
        Leaf::WorkAuthorisation(country) => Reason::WorkAuthorisation {
            country: country.clone(),
        },
        Leaf::RateAtMost(at_most) => match person.minimum(terms.file) {
            Some(minimum) => Reason::MinimumTooHigh {
                minimum,
                at_most: *at_most,
            },
            None => Reason::MinimumUnknown {
                currency: profile.rate.currency.clone(),
            },
        },
        Leaf::HoursAtLeast(wanted) => Reason::FreeHours {
            has: person.fewest_hours(terms.weeks),
            wanted: *wanted,
        },
        Leaf::SensitiveHoursAtLeast(wanted) => Reason::SensitiveHours {
            has: person.sensitive_hours(week).unwrap_or(Hours::MAX),
            wanted: *wanted,
        },
        Leaf::YearsAtLeast(wanted) => Reason::Years {
            has: profile.years,
            wanted: *wanted,
        },
        Leaf::Consent(topic) => lack_of_consent(person, topic, days),
        Leaf::Tag(tag) => Reason::Tag { tag: tag.clone() },
        Leaf::NotEmployedBy(employer) => Reason::Employer {
            employer: employer.clone(),
        },
        Leaf::CoolOff { client, weeks } => Reason::CoolOff {
            client: client.clone(),
            until: too_recent(person, client, *weeks, days.first).unwrap_or(days.last),
            weeks: *weeks,
        },
        Leaf::Overlap { hours, .. } => Reason::Overlap {
            minutes: shared_minutes(leaf, person.work(), terms),
            wanted: *hours,
        },
    }
}

/// The days of a week.
#[derive(Clone, Copy)]
struct Days {
    first: Date,
    last: Date,
}

/// Whether a fact that ends on `expiry`, or never, holds through `day`.
pub(crate) fn reaches(expiry: Option<Date>, day: Date) -> bool {
    expiry.is_none_or(|expiry| expiry >= day)
}

/// The skill at the level or above.
fn skills<'a>(
    person: &Person<'a>,
    skill: &'a SkillId,
    level: Level,
) -> impl Iterator<Item = &'a Skill> {
    let own = person.profile.skills.iter();
    own.filter(move |own| own.skill == *skill && own.level >= level)
}

/// What satisfies the language at the level or above.
fn languages<'a>(
    person: &Person<'a>,
    tag: &'a LanguageTag,
    cefr: Cefr,
) -> impl Iterator<Item = &'a Language> {
    let own = person.profile.languages.iter();
    own.filter(move |own| own.tag.satisfies(tag) && own.cefr >= cefr)
}

/// Credentials that count through a day.
fn verified<'a>(
    person: &Person<'a>,
    kind: &'a Id,
    jurisdiction: Option<&'a Country>,
    day: Date,
) -> impl Iterator<Item = &'a Credential> {
    credentials(person, kind, jurisdiction)
        .filter(move |own| own.status == CredentialStatus::Verified && reaches(own.expires_on, day))
}

/// Results that are good enough and count through a day.
fn passed<'a>(
    person: &Person<'a>,
    (task_type, skill): (TaskType, Option<&'a SkillId>),
    score: Points,
    day: Date,
) -> impl Iterator<Item = &'a Assessment> {
    results(person, task_type, skill)
        .filter(move |own| own.score >= score && reaches(own.expires_on, day))
}

/// Agreement that holds through a day.
fn granted<'a>(person: &Person<'a>, topic: &'a Id, day: Date) -> impl Iterator<Item = &'a Consent> {
    consents(person, topic).filter(move |own| own.granted && reaches(own.until, day))
}

/// Credentials of a kind that hold where asked.
fn credentials<'a>(
    person: &Person<'a>,
    kind: &'a Id,
    jurisdiction: Option<&'a Country>,
) -> impl Iterator<Item = &'a Credential> {
    person.profile.credentials.iter().filter(move |own| {
        own.kind == *kind && (jurisdiction.is_none() || own.jurisdiction.as_ref() == jurisdiction)
    })
}

fn lack_of_credential(
    person: &Person<'_>,
    kind: &Id,
    jurisdiction: Option<&Country>,
    days: Days,
) -> Reason {
    let known = || credentials(person, kind, jurisdiction);
    let verified = known().filter(|own| own.status == CredentialStatus::Verified);
    let expiring = verified.filter_map(|own| own.expires_on).max();
    let unverified = known().find(|own| own.status != CredentialStatus::Verified);
    match (expiring, unverified) {
        (Some(expires_on), _) if expires_on >= days.first => Reason::CredentialExpiring {
            kind: kind.clone(),
            expires_on,
            needed_until: days.last,
        },
        (_, Some(own)) => Reason::CredentialNotVerified {
            kind: kind.clone(),
            status: own.status,
        },
        _ => Reason::CredentialMissing {
            kind: kind.clone(),
            jurisdiction: jurisdiction.cloned(),
        },
    }
}

/// Results in a kind of work, about a skill if one is named.
fn results<'a>(
    person: &Person<'a>,
    task_type: TaskType,
    skill: Option<&'a SkillId>,
) -> impl Iterator<Item = &'a Assessment> {
    person.profile.assessments.iter().filter(move |own| {
        own.task_type == task_type && (skill.is_none() || own.skill.as_ref() == skill)
    })
}

fn lack_of_assessment(leaf: &Leaf, person: &Person<'_>, days: Days) -> Reason {
    let Leaf::Assessment {
        task_type,
        skill,
        score: wanted,
    } = leaf
    else {
        unreachable!("only asked about assessments");
    };
    let valid = || {
        results(person, *task_type, skill.as_ref())
            .filter(|own| reaches(own.expires_on, days.first))
    };
    let good = valid().filter(|own| own.score >= *wanted);
    let expiring = good.filter_map(|own| own.expires_on).max();
    let best = valid().map(|own| own.score).max();
    match (expiring, best) {
        (Some(expires_on), _) => Reason::AssessmentExpiring {
            task_type: *task_type,
            expires_on,
            needed_until: days.last,
        },
        (None, Some(has)) => Reason::AssessmentTooLow {
            task_type: *task_type,
            has,
            wanted: *wanted,
        },
        (None, None) => Reason::AssessmentMissing {
            task_type: *task_type,
            skill: skill.clone(),
        },
    }
}

fn consents<'a>(person: &Person<'a>, topic: &'a Id) -> impl Iterator<Item = &'a Consent> {
    let consents = person.profile.consents.iter();
    consents.filter(move |own| own.topic == *topic)
}

fn lack_of_consent(person: &Person<'_>, topic: &Id, days: Days) -> Reason {
    let granted = consents(person, topic).filter(|own| own.granted);
    match granted.filter_map(|own| own.until).max() {
        Some(until) if until >= days.first => Reason::ConsentExpiring {
            topic: topic.clone(),
            until,
            needed_until: days.last,
        },
        _ => Reason::ConsentMissing {
            topic: topic.clone(),
        },
    }
}

/// The last day of work for a client, if fewer than `weeks` whole weeks lie between it and `start`.
fn too_recent(person: &Person<'_>, client: &Id, weeks: Count, start: Date) -> Option<Date> {
    let until = last_work(person, client)?;
    let days = start.duration_since(until).as_hours() / 24;
    (days <= 7 * i64::from(weeks.get())).then_some(until)
}

/// The last day of work for a client.
fn last_work(person: &Person<'_>, client: &Id) -> Option<Date> {
    let past = person.profile.past_clients.iter();
    let past = past.filter(|past| past.client == *client);
    past.map(|past| past.until).max()
}

/// Minutes shared with the leaf's daily window on the best day of the campaign's worst week.
fn shared_minutes(leaf: &Leaf, work: &WorkTime, terms: &Terms<'_>) -> u32 {
    let known = terms.daily.iter().find(|(known, _)| **known == *leaf);
    let computed;
    let daily: &DailyWindow = match known {
        Some((_, daily)) => daily,
        None => match super::daily_window(leaf, &terms.calendar) {
            Some(daily) => {
                computed = daily;
                &computed
            }
            None => return 0,
        },
    };
    let weeks = work.overlap(daily);
    let (first, last) = terms.weeks;
    let weeks = weeks.iter().take(last.index() + 1).skip(first.index());
    let best = weeks.filter_map(|days| days.iter().max().copied());
    best.min().unwrap_or(0)
}
