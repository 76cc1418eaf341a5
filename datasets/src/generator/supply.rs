//! How many people could take a role: an estimate to size campaigns by.
//!
//! Not the product's eligibility, which decides on dates and weeks too: here a fact that holds
//! today holds, and overlaps of working hours are taken for granted.

use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::model::words::CredentialStatus;

use super::person::START;

/// Whether a person satisfies a requirement, as far as the estimate looks.
pub(super) fn holds(requirement: &Requirement, expert: &Profile) -> bool {
    match requirement {
        Requirement::All(nodes) => nodes.iter().all(|node| holds(node, expert)),
        Requirement::Any(nodes) => nodes.iter().any(|node| holds(node, expert)),
        Requirement::None(nodes) => !nodes.iter().any(|node| holds(node, expert)),
        Requirement::AtLeast { k, of } => {
            let n_held = of.iter().filter(|node| holds(node, expert)).count();
            n_held >= k.get() as usize
        }
        Requirement::Leaf(leaf) => leaf_holds(leaf, expert),
    }
}

fn leaf_holds(leaf: &Leaf, expert: &Profile) -> bool {
    match leaf {
        Leaf::Skill { skill, level } => expert
            .skills
            .iter()
            .any(|held| held.skill == *skill && held.level >= *level),
        Leaf::Credential { kind, jurisdiction } => expert.credentials.iter().any(|held| {
            held.kind == *kind
                && held.status == CredentialStatus::Verified
                && (jurisdiction.is_none() || held.jurisdiction == *jurisdiction)
                && held.expires_on.is_none_or(|day| day >= START)
        }),
        Leaf::Language { tag, cefr } => expert
            .languages
            .iter()
            .any(|spoken| spoken.tag.satisfies(tag) && spoken.cefr >= *cefr),
        Leaf::Assessment {
            task_type,
            skill,
            score,
        } => expert.assessments.iter().any(|result| {
            result.task_type == *task_type
                && (skill.is_none() || result.skill == *skill)
                && result.score >= *score
                && result.expires_on.is_none_or(|day| day >= START)
        }),
        Leaf::CountryIn(countries) => expert
            .country
            .as_ref()
            .is_some_and(|country| countries.contains(country)),
        Leaf::CountryNotIn(countries) => expert
            .country
            .as_ref()
            .is_some_and(|country| !countries.contains(country)),
        Leaf::WorkAuthorisation(country) => {
            expert.country.as_ref() == Some(country) || expert.work_authorisations.contains(country)
        }
        Leaf::RateAtMost(rate) => expert.rate.min_cents <= *rate,
        Leaf::HoursAtLeast(hours) => expert.availability.weekly_hours >= *hours,
        Leaf::YearsAtLeast(years) => expert.years.is_some_and(|held| held >= *years),
        Leaf::Consent(topic) => expert
            .consents
            .iter()
            .any(|consent| consent.topic == *topic && consent.granted),
        Leaf::Tag(tag) => expert.tags.contains(tag),
        Leaf::NotEmployedBy(client) => !expert.employers.contains(client),
        Leaf::CoolOff { client, weeks } => {
            let days = 7 * i64::from(weeks.get());
            expert.past_clients.iter().all(|past| {
                past.client != *client || START.duration_since(past.until).as_hours() / 24 >= days
            })
        }
        Leaf::Overlap { .. } => true,
    }
}
