//! Why there is no plan: a small set of pins, forced changes and rules that clash.
//!
//! Only pins and the change limit can make a problem infeasible. The cheap explanations are tried first: pins of one
//! expert that clash inside a schedule or with one rule across experts (`verified`, which asks the checker), and
//! experts who cannot keep their incumbent schedules (`forced`). Then the deletion filter (Chinneck & Dravnieks,
//! *Locating minimal infeasible constraint sets in linear programs*, 1991): drop rules and pins, groups first, as
//! long as the relaxed problem stays infeasible (`relaxed`, `shrink`). What remains clashes and, if every question
//! was answered, none of it can be dropped.
//!
//! As the checker reads a conflict, a ratio, a quota or a change clashes with what all the rules inside schedules
//! allow, so those are named beside them only where naming explains something; beside headcounts and budgets alone
//! they count only if they are named.

mod forced;
mod relaxed;
mod shrink;
#[cfg(test)]
mod tests;
mod verified;

use std::collections::BTreeSet;

use crate::conflict::of_pins;
use crate::model::Week;
use crate::model::plan::{Conflict, ConflictRule, Rule};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use relaxed::{Part, relaxed};
use shrink::shrink;
use verified::{Suspects, has_leave, is_false};

/// The most relaxed problems that are asked about; what was not asked about is kept.
const MOST_QUESTIONS: usize = 200;
/// After so many questions without an answer no more are asked.
const MOST_SILENCES: usize = 5;

/// A small set of pins, changes and rules of an infeasible problem that clash.
///
/// `is_infeasible` decides whether a relaxed problem has no plan, or says `None` where it cannot. It is asked
/// at most 200 times. If `problem` is infeasible and `is_infeasible` never errs, what is named clashes, however often
/// it says `None`; more answers make it smaller.
pub(super) fn conflict(
    problem: &Problem,
    is_infeasible: &mut dyn FnMut(&Problem) -> Option<bool>,
) -> Conflict {
    let cheap = of_pins(problem)
        .or_else(|| Suspects::all(problem).conflict(problem))
        .or_else(|| forced::changes(problem));
    if let Some(conflict) = cheap.filter(|it| !is_false(problem, it)) {
        return conflict;
    }
    let parts = remaining(problem, is_infeasible);
    let conflict = match suspects(problem, &parts).and_then(|it| it.conflict(problem)) {
        Some(verified) => verified,
        None => named(problem, &parts),
    };
    if is_false(problem, &conflict) {
        return everything(problem);
    }
    conflict
}

/// The parts of a problem that clash, none of which can be dropped if every question was answered.
fn remaining(
    problem: &Problem,
    is_infeasible: &mut dyn FnMut(&Problem) -> Option<bool>,
) -> Vec<Part> {
    let mut parts = Part::all(problem);
    let (mut n_asked, mut n_silent) = (0, 0);
    let mut clash = |parts: &[Part]| {
        if n_asked >= MOST_QUESTIONS || n_silent >= MOST_SILENCES {
            return false;
        }
        n_asked += 1;
        let answer = relaxed(problem, parts).and_then(|it| is_infeasible(&it));
        n_silent += usize::from(answer.is_none());
        answer == Some(true)
    };
    let incumbents: BTreeSet<_> = problem
        .incumbent
        .iter()
        .flatten()
        .map(|it| it.expert)
        .collect();
    let n_of_group = |part: &Part| match part {
        Part::Ratio(_) => 0,
        Part::Quota(_) => 1,
        Part::ChangeLimit => 2,
        Part::Budget(_) => 3,
        Part::Headcount(..) => 4,
        Part::Pin(_) => 5,
        // Whoever holds nothing today is seldom forced to change.
        Part::Change(expert) if incumbents.contains(&problem.expert(*expert).id) => 7,
        Part::Change(_) => 6,
        _ => 8,
    };
    for group in 0..N_GROUPS {
        let is_limited = parts.contains(&Part::ChangeLimit);
        if !is_limited {
            parts.retain(|part| !matches!(part, Part::Change(_)));
        }
        let (mut own, others): (Vec<Part>, Vec<Part>) = parts
            .into_iter()
            .partition(|part| n_of_group(part) == group);
        shrink(&mut own, |own| clash(&[&others, own].concat()));
        parts = [others, own].concat();
    }
    parts.sort_unstable();
    parts
}

/// Groups in which parts are dropped: first those that are hardest to understand.
const N_GROUPS: u8 = 9;

/// What the checker may be able to verify by itself: parts of which at most one kind goes across experts.
fn suspects(problem: &Problem, parts: &[Part]) -> Option<Suspects> {
    let mut suspects = Suspects::default();
    for part in parts {
        match part {
            Part::Ratio(idx) => {
                let weeks = problem.all_weeks();
                let weekly = weeks.map(|week| verified::ratio(*idx, Some(week)));
                suspects.shares.extend(weekly);
            }
            Part::Quota(idx) => suspects.shares.push(verified::quota(*idx)),
            Part::Budget(idx) => suspects.sums.push(verified::budget(*idx)),
            Part::Headcount(role, week) if problem.role(*role).target.at(*week).get() == 0 => {
                suspects.zeros.push((*role, *week));
            }
            Part::Headcount(role, week) => {
                suspects.sums.push(verified::headcount(*role, *week));
            }
            Part::Pin(idx) => suspects.pins.push(*idx),
            Part::ChangeLimit | Part::Change(_) => return None,
            _ => {}
        }
    }
    Some(suspects)
}

/// The conflict of these parts, and of what no part stands for.
fn named(problem: &Problem, parts: &[Part]) -> Conflict {
    let mut conflict = Conflict::default();
    let mut needs_all = false;
    let mut add = |rule, at: String, week: Option<Week>| {
        conflict.rules.push(ConflictRule {
            rule,
            at,
            week: week.map(Week::get),
        });
    };
    let all: BTreeSet<Part> = parts.iter().copied().collect();
    let headcount = |role: RoleIdx, week: Week| all.contains(&Part::Headcount(role, week));
    let mut whole: BTreeSet<RoleIdx> = BTreeSet::new();
    for part in parts {
        let (rule, at) = match part {
            Part::Ratio(idx) => {
                needs_all = true;
                (Rule::Ratio, format!("/ratios/{idx}"))
            }
            Part::Quota(idx) => {
                needs_all = true;
                (Rule::Quota, format!("/quotas/{idx}"))
            }
            Part::ChangeLimit => {
                needs_all = true;
                (Rule::ChangeLimit, "/max_changes".into())
            }
            Part::Budget(idx) => (Rule::Budget, format!("/campaigns/{idx}/budget_cents")),
            Part::Headcount(role, week) => {
                let at = format!("/roles/{}/target", role.index());
                let is_whole =
                    problem.weeks > 1 && problem.all_weeks().all(|week| headcount(*role, week));
                if !is_whole {
                    add(Rule::Headcount, at, Some(*week));
                } else if whole.insert(*role) {
                    add(Rule::Headcount, at, None);
                }
                continue;
            }
            Part::Wall(idx) => (Rule::Wall, format!("/campaigns/{idx}/wall")),
            Part::Apart(idx) => (Rule::Apart, format!("/apart/{idx}")),
            Part::Veto(idx) => (Rule::Eligible, format!("/vetoes/{idx}")),
            Part::Span(pair) => (Rule::Eligible, format!("/pairs/{}", pair.index())),
            Part::MinStint(role) => (Rule::Stint, format!("/roles/{}/min_stint", role.index())),
            Part::MaxLeave(role) => (Rule::Stint, format!("/roles/{}/max_leave", role.index())),
            Part::Pin(_) | Part::Change(_) => continue,
        };
        add(rule, at, None);
    }
    for part in parts {
        match part {
            Part::Pin(idx) => conflict.pins.push(*idx),
            Part::Change(expert) => conflict.changes.push(problem.expert_id(*expert).to_owned()),
            _ => {}
        }
    }
    if !needs_all {
        name_unasked(problem, &mut conflict);
    }
    conflict
}

/// Names the rules inside schedules that no relaxed problem is without, where they could matter to the pins:
/// capacity for who is pinned to several roles, stints for who has leave.
fn name_unasked(problem: &Problem, conflict: &mut Conflict) {
    let mut roles: BTreeSet<(ExpertIdx, RoleIdx)> = BTreeSet::new();
    roles.extend(
        conflict
            .pins
            .iter()
            .map(|pin| (problem.pins[*pin].expert, problem.pins[*pin].role)),
    );
    let roles: Vec<(ExpertIdx, RoleIdx)> = roles.into_iter().collect();
    for own in roles.chunk_by(|a, b| a.0 == b.0) {
        let expert = own[0].0;
        let mut add = |rule, at| {
            let week = None;
            conflict.rules.push(ConflictRule { rule, at, week });
        };
        if own.len() > 1 {
            add(Rule::Capacity, format!("/experts/{}", expert.index()));
        }
        let is_on_leave = |(expert, role): &(ExpertIdx, RoleIdx)| {
            let pair = problem.pair_of(*expert, *role);
            pair.is_some_and(|pair| has_leave(problem, pair))
        };
        if own.iter().any(is_on_leave) {
            add(Rule::Stint, format!("/experts/{}/hours", expert.index()));
        }
    }
}

/// Every pin and every rule.
fn everything(problem: &Problem) -> Conflict {
    let mut conflict = named(problem, &Part::all(problem));
    conflict.pins = (0..problem.pins.len()).collect();
    let whole = |rule| ConflictRule {
        rule,
        at: String::new(),
        week: None,
    };
    let rules = [
        Rule::Eligible,
        Rule::Capacity,
        Rule::Stint,
        Rule::Wall,
        Rule::Apart,
    ];
    conflict.rules.splice(0..0, rules.map(whole));
    conflict
}
