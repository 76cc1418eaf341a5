//! Beginning from a plan: its schedules, as far as they fit the problem.

use std::collections::BTreeMap;

use crate::conflict::between;
use crate::model::Week;
use crate::model::plan::Stint;
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::stint::{PairView, StintRules};

use super::pricing::{Schedule, ScheduledStint};

/// The schedules that stints make up which are legal by themselves in `problem`, by expert.
pub(super) fn schedules(problem: &Problem, stints: &[Stint]) -> Vec<(ExpertIdx, Schedule)> {
    let mut by_expert: BTreeMap<ExpertIdx, Vec<ScheduledStint>> = BTreeMap::new();
    for stint in stints {
        let expert = problem.expert_with_id(&stint.expert);
        let role = problem.role_with_id(&stint.role);
        let pair = expert
            .zip(role)
            .and_then(|(expert, role)| problem.pair_of(expert, role));
        let weeks = u16::try_from(stint.from)
            .ok()
            .zip(u16::try_from(stint.to).ok());
        if let (Some(expert), Some(pair), Some((from, to))) = (expert, pair, weeks) {
            by_expert
                .entry(expert)
                .or_default()
                .push(ScheduledStint { pair, from, to });
        }
    }
    by_expert
        .into_iter()
        .filter(|(expert, stints)| is_legal(problem, *expert, stints))
        .map(|(expert, stints)| (expert, Schedule::new(stints)))
        .collect()
}

/// What the incumbent of a problem says within the horizon.
pub(super) fn incumbent(problem: &Problem) -> Vec<Stint> {
    let last = i32::from(problem.weeks) - 1;
    let within = problem
        .incumbent
        .iter()
        .flatten()
        .filter(|stint| stint.from <= last && stint.to >= 0);
    let stints = within.map(|stint| Stint {
        expert: problem.text(stint.expert).to_owned(),
        role: problem.text(stint.role).to_owned(),
        from: stint.from.max(0).into(),
        to: stint.to.min(last).into(),
    });
    stints.collect()
}

/// Whether one expert may do all of this: rules 1, 2, 3, 5 and 9, and no week covered that nobody wants.
fn is_legal(problem: &Problem, expert: ExpertIdx, stints: &[ScheduledStint]) -> bool {
    let role_of = |stint: &ScheduledStint| problem.pair(stint.pair).role;
    let shapes = stints.iter().all(|stint| {
        let mut found = false;
        PairView::new(problem, stint.pair).visit_stints(StintRules::ALL, |it| {
            found |= it.from.get() == stint.from && it.to.get() == stint.to;
            !found
        });
        found && !problem.is_vetoed(expert, role_of(stint))
    });
    let others = |idx: usize| stints[..idx].iter();
    let together = stints.iter().enumerate().all(|(idx, stint)| {
        others(idx).all(|other| {
            let apart = stint.from > other.to + 1 || other.from > stint.to + 1;
            match role_of(stint) == role_of(other) {
                true => apart,
                false => between(problem, role_of(stint), role_of(other)).is_none(),
            }
        })
    });
    let facts = problem.expert(expert);
    let capacity = problem.all_weeks().all(|week| {
        let held: Vec<RoleIdx> = stints
            .iter()
            .filter(|it| holds(it, week))
            .map(role_of)
            .collect();
        let available = facts.hours.at(week);
        let hours = held
            .iter()
            .map(|role| problem.role(*role).hours)
            .filter(|hours| *hours <= available);
        let worked: u32 = hours.map(|hours| u32::from(hours.get())).sum();
        held.len() <= facts.max_roles.get() as usize && worked <= u32::from(available.get())
    });
    let pins = problem
        .pins
        .iter()
        .filter(|pin| pin.expert == expert)
        .all(|pin| {
            Week::span(pin.from, pin.to).all(|week| {
                stints
                    .iter()
                    .any(|it| role_of(it) == pin.role && holds(it, week))
            })
        });
    shapes && together && capacity && pins
}

fn holds(stint: &ScheduledStint, week: Week) -> bool {
    (stint.from..=stint.to).contains(&week.get())
}
