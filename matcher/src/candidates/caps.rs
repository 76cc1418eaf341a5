//! What a problem makes of people's caps on sensitive content.
//!
//! Whoever may hold a sensitive role has its hours within their cap: the requirement tree asks that. A problem has no
//! rule for several such roles at once, so people come into it with what makes exceeding the cap impossible: with no more
//! free hours than the cap, where every role of the file is sensitive, which excludes nothing else; otherwise with fewer
//! roles at once, which may exclude more than it must. It depends on file and profile alone, not on who else is a candidate.

use super::CandidateExpert;
use crate::eligibility::Person;
use crate::model::campaign::CampaignFile;
use crate::model::{Count, Hours, Week, Weekly};

/// The sensitive roles of a file.
#[derive(Clone, Debug)]
pub(super) struct Caps {
    /// Hours and weeks of each.
    roles: Vec<(Hours, (Week, Week))>,
    /// Whether the file has no others.
    are_all: bool,
    weeks: u16,
}

impl Caps {
    pub(super) fn of(file: &CampaignFile) -> Self {
        let sensitive = file.roles().filter(|(_, role)| role.sensitive);
        let roles = sensitive.map(|(campaign, role)| (role.hours, file.weeks_of(campaign)));
        Self {
            roles: roles.collect(),
            are_all: file.roles().all(|(_, role)| role.sensitive),
            weeks: file.weeks,
        }
    }

    /// Whether any role is sensitive.
    pub(super) fn is_asked(&self) -> bool {
        !self.roles.is_empty()
    }

    /// What a plan needs to know of a person.
    pub(super) fn expert(&self, person: &Person<'_>) -> CandidateExpert {
        let profile = person.profile;
        let mut expert = CandidateExpert {
            id: profile.id.clone(),
            hours: person.hours().clone(),
            max_roles: profile.max_roles,
            tags: profile.tags.clone(),
        };
        if profile.max_sensitive_hours.is_some() {
            self.keep(&mut expert, |week| person.sensitive_hours(week));
        }
        expert
    }

    fn keep(&self, expert: &mut CandidateExpert, left: impl Fn(Week) -> Option<Hours>) {
        let left = |week| left(week).unwrap_or(Hours::MAX);
        let weeks = || Week::all(self.weeks);
        let most = expert.max_roles.get() as usize;
        let fitting = weeks().map(|week| self.fitting(week, left(week), expert.hours.at(week)));
        let fitting = fitting.min().unwrap_or(usize::MAX);
        if fitting >= most {
            return;
        }
        if self.are_all {
            let hours = weeks().map(|week| expert.hours.at(week).min(left(week)));
            expert.hours = Weekly::Each(hours.collect());
        } else {
            expert.max_roles = Count::new(fitting).unwrap_or(expert.max_roles);
        }
    }

    /// The most roles of which no so many together exceed in a week what is left of a cap; one always does not, as
    /// nobody holds a role that does by itself.
    fn fitting(&self, week: Week, left: Hours, free: Hours) -> usize {
        let here = self.roles.iter();
        let here = here.filter(|(hours, (from, to))| {
            (*from..=*to).contains(&week) && Hours::default() < *hours && *hours <= left
        });
        let mut hours: Vec<u32> = here.map(|(hours, _)| u32::from(hours.get())).collect();
        hours.sort_unstable_by(|a, b| b.cmp(a));
        if free <= left {
            return usize::MAX;
        }
        let mut sum = 0;
        let exceeding = hours.iter().position(|hours| {
            sum += hours;
            sum > u32::from(left.get())
        });
        exceeding.unwrap_or(usize::MAX)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::{CandidateSource, Exhaustive, problem};
    use super::*;
    use crate::availability::Calendar;
    use crate::eligibility::examples::{file, profile};
    use crate::model::Points;

    /// Hours in each of two weeks and roles at once of somebody with `facts`, beside roles of so many hours, of which some
    /// are sensitive.
    fn kept(facts: serde_json::Value, roles: &[(u32, bool)]) -> (Vec<u16>, u32) {
        let roles = roles.iter().enumerate().map(|(idx, (hours, sensitive))| {
            json!({"id": format!("r{idx}"), "task_type": "red_teaming", "heads": 2, "hours": hours,
                "sensitive": sensitive, "pay": {"target_cents": 6000}})
        });
        let roles: Vec<_> = roles.collect();
        let campaigns = json!([{"id": "acme-1", "client": "acme", "roles": roles}]);
        let file = file(json!({}), json!({"weeks": 2, "campaigns": campaigns}));
        let (profile, calendar) = (profile(facts), Calendar::of(&file));
        let expert = Caps::of(&file).expert(&Person::new(&profile, &calendar));
        let hours = Week::all(2).map(|week| expert.hours.at(week).get());
        (hours.collect(), expert.max_roles.get())
    }

    #[test]
    fn nobody_exceeds_their_cap_by_several_roles() {
        let facts = |cap: u32| json!({"max_roles": 3, "max_sensitive_hours": cap});
        // All work is sensitive: the cap is a cap on hours.
        assert_eq!(kept(facts(10), &[(5, true), (8, true)]), (vec![10, 10], 3));
        // There is other work: as many roles as fit whichever they are.
        let mixed = [(5, true), (4, true), (8, true), (20, false)];
        for (cap, roles) in [(8, 1), (12, 1), (13, 2), (16, 2), (17, 3), (4, 3), (8, 1)] {
            assert_eq!(kept(facts(cap), &mixed), (vec![20, 20], roles), "{cap}");
        }
        // Fewer free hours than the cap cannot exceed it.
        assert_eq!(kept(facts(20), &mixed[..3]), (vec![20, 20], 3));
        assert_eq!(kept(json!({"max_roles": 3}), &mixed), (vec![20, 20], 3));
    }

    #[test]
    fn what_people_are_bound_to_counts() {
        let facts = json!({"max_roles": 3, "max_sensitive_hours": 10, "commitments": [
            {"label": "other", "from": "2027-01-11", "to": "2027-01-17", "hours": 4, "sensitive": true}]});
        assert_eq!(
            kept(facts.clone(), &[(5, true), (3, true)]),
            (vec![10, 6], 3)
        );
        assert_eq!(
            kept(facts, &[(5, true), (3, true), (1, false)]),
            (vec![20, 16], 1)
        );
    }

    proptest! {
        /// Whatever a plan gives somebody of what the problem allows them in a week, by days and hours counted anew.
        #[test]
        fn nothing_that_a_problem_allows_exceeds_a_cap(
            roles in prop::collection::vec((1..12_u32, prop::bool::weighted(0.7), 0..3_u32, 0..3_u32), 1..5),
            (cap, max_roles, free) in (0..20_u32, 0..4_u32, 0..40_u32),
            (from, days, taken) in (1..25_u32, 0..12_u32, 0..15_u32),
        ) {
            let campaign = |(idx, (hours, sensitive, start, more)): (usize, &(u32, bool, u32, u32))| {
                let day = |week: u32| format!("2027-01-{:02}", 4 + 7 * week.min(2));
                json!({"id": format!("c{idx}"), "client": "acme", "start": day(*start), "end": day(start + more), "roles": [
                    {"id": "r", "task_type": "red_teaming", "heads": 2, "hours": hours, "sensitive": sensitive,
                        "pay": {"target_cents": 6000}}]})
            };
            let campaigns: Vec<_> = roles.iter().enumerate().map(campaign).collect();
            let file = file(json!({}), json!({"weeks": 3, "campaigns": campaigns}));
            let bound = json!({"label": "other", "from": format!("2027-01-{from:02}"), "hours": taken,
                "to": format!("2027-01-{:02}", (from + days).min(31)), "sensitive": true});
            let profiles = [profile(json!({"max_sensitive_hours": cap, "max_roles": max_roles,
                "availability": {"weekly_hours": free}, "commitments": [bound]}))];
            let source = Exhaustive {
                profiles: &profiles,
                text: vec![vec![Points::default()]; roles.len()],
                threads: std::num::NonZeroUsize::MIN,
            };
            let problem = problem(&file, &source.candidates(&file, 9).unwrap()).unwrap();
            for week in 0..3_u32 {
                let first = 4 + 7 * week;
                let days = (first..first + 7).filter(|day| (from..=(from + days).min(31)).contains(day));
                let bound = u32::try_from(days.count()).unwrap() * taken;
                let Some(expert) = problem.experts.first() else { continue };
                let at = Week::new(week).unwrap();
                let here = problem.pairs.iter().filter(|pair| (pair.from..=pair.to).contains(&at));
                let held: Vec<(u32, bool)> = here.map(|pair| roles[pair.role.index()]).map(|it| (it.0, it.1)).collect();
                for set in 0..1_u32 << held.len() {
                    let held = held.iter().enumerate().filter(|(idx, _)| set >> idx & 1 == 1);
                    let held: Vec<(u32, bool)> = held.map(|(_, role)| *role).collect();
                    let hours: u32 = held.iter().map(|(hours, _)| hours).sum();
                    let allowed = set.count_ones() <= expert.max_roles.get()
                        && hours <= u32::from(expert.hours.at(at).get());
                    let sensitive: u32 = held.iter().filter(|it| it.1).map(|(hours, _)| hours).sum();
                    prop_assert!(
                        !allowed || sensitive == 0 || 7 * sensitive + bound <= 7 * cap,
                        "week {}: {:?} beside {} sevenths of {}", week, held, bound, cap
                    );
                }
            }
        }
    }
}
