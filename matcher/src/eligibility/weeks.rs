//! In which weeks of a campaign a person may hold a role.

use jiff::civil::Date;

use super::{Person, Terms, conflicts, holds};
use crate::model::requirement::Requirement;
use crate::model::{Count, Week};

/// The longest run of weeks of the campaign in which the person is eligible, from its first to its last week; the first of
/// several as long. `None` if there is no such week.
///
/// What is true of a person changes only where a fact ends, so one week between two such turns speaks for all.
pub fn weeks(person: &Person<'_>, terms: &Terms<'_>) -> Option<(Week, Week)> {
    let profile = person.profile;
    if !profile.stage.is_planned() || profile.max_roles == Count::default() {
        return None;
    }
    let turns = turns(person, terms);
    let (first, last) = terms.weeks;
    let mut is_eligible = is_eligible_in(first, person, terms);
    if turns.is_empty() {
        return is_eligible.then_some((first, last));
    }
    let mut longest: Option<(Week, Week)> = None;
    let mut run: Option<(Week, Week)> = None;
    for week in Week::span(first, last) {
        if turns.contains(&i64::from(week.get())) {
            is_eligible = is_eligible_in(week, person, terms);
        }
        run = is_eligible.then(|| (run.map_or(week, |(from, _)| from), week));
        longest = match (run, longest) {
            (Some(run), Some(longest)) if length(run) <= length(longest) => Some(longest),
            (Some(run), _) => Some(run),
            (None, longest) => longest,
        };
    }
    longest
}

/// Whether the person is planned at all and satisfies what the role requires in some week of the campaign; conflicts, hours
/// and pay are not looked at.
pub fn qualifies(person: &Person<'_>, terms: &Terms<'_>) -> bool {
    let profile = person.profile;
    if !profile.stage.is_planned() || profile.max_roles == Count::default() {
        return false;
    }
    let (first, last) = terms.weeks;
    let turns = turns(person, terms);
    let is_turn = |week: &Week| *week == first || turns.contains(&i64::from(week.get()));
    Week::span(first, last)
        .filter(is_turn)
        .any(|week| holds(&terms.role.requires, person, terms, week))
}

/// Whether a requirement holds for the person in every week from one to another, both of the campaign.
pub fn holds_throughout(
    requirement: &Requirement,
    person: &Person<'_>,
    terms: &Terms<'_>,
    weeks: (Week, Week),
) -> bool {
    first_failing(requirement, person, terms, weeks).is_none()
}

/// The first week from one to another, both of the campaign, in which a requirement does not hold for the person.
pub(super) fn first_failing(
    requirement: &Requirement,
    person: &Person<'_>,
    terms: &Terms<'_>,
    (from, to): (Week, Week),
) -> Option<Week> {
    let turns = turns(person, terms);
    let is_turn = |week: &Week| *week == from || turns.contains(&i64::from(week.get()));
    Week::span(from, to)
        .filter(is_turn)
        .find(|week| !holds(requirement, person, terms, *week))
}

fn length((from, to): (Week, Week)) -> usize {
    to.index() - from.index()
}

/// Whether nothing forbids the role in a week, and its requirement holds.
pub(super) fn is_eligible_in(week: Week, person: &Person<'_>, terms: &Terms<'_>) -> bool {
    conflicts(person.profile, terms, week).next().is_none()
        && holds(&terms.role.requires, person, terms, week)
}

/// The weeks after the campaign's first, up to its last, in which something may be true that was not in the week before,
/// or the other way round.
fn turns(person: &Person<'_>, terms: &Terms<'_>) -> Vec<i64> {
    let profile = person.profile;
    let day = |date: Date| terms.calendar.first_day.duration_since(date).as_hours() / -24;
    let credentials = profile.credentials.iter().filter_map(|it| it.expires_on);
    let assessments = profile.assessments.iter().filter_map(|it| it.expires_on);
    let consents = profile.consents.iter().filter_map(|it| it.until);
    // The first week whose Sunday comes after the last day of what must last through it.
    let ending = credentials.chain(assessments).chain(consents);
    let ending = ending.map(|last| (day(last) + 1).div_euclid(7));
    // A day of sensitive work more or less than in the week before.
    let sensitive = profile.max_sensitive_hours.iter().flat_map(|_| {
        let work = profile.commitments.iter().filter(|it| it.sensitive);
        let at = |date: Date| day(date).div_euclid(7);
        work.flat_map(move |it| [at(it.from), at(it.from) + 1, at(it.to), at(it.to) + 1])
    });
    // The first week whose Monday comes after the last day of what must be over.
    let conflicts = profile.conflicts.iter().filter_map(|it| it.until).map(day);
    let cool_offs = profile.past_clients.iter().flat_map(|past| {
        let known = terms.cool_offs.iter();
        let asked = known.filter(|(client, _)| **client == past.client);
        asked.map(|(_, weeks)| day(past.until) + 7 * i64::from(weeks.get()))
    });
    let over = conflicts.chain(cool_offs);
    let over = over.map(|last| last.div_euclid(7) + 1);
    let (first, last) = terms.weeks;
    let inside = i64::from(first.get()) + 1..=i64::from(last.get());
    ending
        .chain(over)
        .chain(sensitive)
        .filter(|week| inside.contains(week))
        .collect()
}
