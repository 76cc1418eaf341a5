//! Whether what an infeasible answer names really clashes.

use muster_matcher::model::plan::{Conflict, Rule};
use muster_matcher::model::problem::{ExpertIdx, Pin, Problem};

use super::contribution::{Asked, Contribution, contribution};
use super::schedules::{LOCAL_RULES, schedules};
use super::search::{best, keeps_pins};

/// Whether no choice of schedules keeps the named pins and the named rules.
///
/// A rule inside schedules that is not named does not count, unless a ratio, a quota or a change is named: those
/// clash with what all the rules inside schedules allow. A named change counts with all pins of its expert.
pub fn is_real(problem: &Problem, conflict: &Conflict) -> bool {
    let names = |rule| conflict.rules.iter().any(|it| it.rule == rule);
    let has_changes = names(Rule::ChangeLimit) || !conflict.changes.is_empty();
    let needs_all = has_changes || names(Rule::Ratio) || names(Rule::Quota);
    let mut local: Vec<Rule> = LOCAL_RULES
        .into_iter()
        .filter(|rule| needs_all || names(*rule))
        .collect();
    local.retain(|rule| *rule != Rule::Headcount);
    let asked = asked(problem, conflict);
    let of_expert = |expert| -> Vec<Contribution> {
        let pins: Vec<Pin> = (problem.pins.iter().enumerate())
            .filter(|(idx, _)| conflict.pins.contains(idx) || asked.changes.contains(&expert))
            .map(|(_, pin)| *pin)
            .filter(|pin| pin.expert == expert)
            .collect();
        let may_stay_out = pins.is_empty() && !needs_all;
        let all = match may_stay_out {
            true => vec![Vec::new()],
            false => schedules(problem, expert, &local),
        };
        let kept = all
            .into_iter()
            .filter(|stints| keeps_pins(problem, expert, stints, &pins));
        kept.map(|stints| contribution(problem, &asked, expert, stints))
            .collect()
    };
    let experts = (0..problem.experts.len()).map(ExpertIdx::from);
    best(problem, &asked, experts.map(of_expert).collect()).is_none()
}

/// The rules across experts that a conflict names; a pointer to no single one names them all.
fn asked(problem: &Problem, conflict: &Conflict) -> Asked {
    let mut asked = Asked::new(problem, false);
    let changes = conflict
        .changes
        .iter()
        .map(|id| problem.expert_with_id(id).unwrap());
    asked.changes = changes.collect();
    for named in &conflict.rules {
        let steps: Vec<&str> = named.at.split('/').collect();
        let position: Option<usize> = steps.get(2).and_then(|step| step.parse().ok());
        let element: Option<usize> = steps.get(4).and_then(|step| step.parse().ok());
        let in_week = named
            .week
            .map(usize::from)
            .or(element.filter(|_| named.rule == Rule::Headcount));
        let is_named = |idx: usize| position.is_none_or(|position| position == idx);
        let set = |flags: &mut [bool], only: Option<usize>| {
            let named = flags
                .iter_mut()
                .enumerate()
                .filter(|(idx, _)| only.is_none_or(|only| only == *idx));
            named.for_each(|(_, flag)| *flag = true);
        };
        let set_weekly = |lists: &mut [Vec<bool>]| {
            let named = lists
                .iter_mut()
                .enumerate()
                .filter(|(idx, _)| is_named(*idx));
            named.for_each(|(_, weeks)| set(weeks, in_week));
        };
        match named.rule {
            Rule::Headcount => set_weekly(&mut asked.headcounts),
            Rule::Ratio => set_weekly(&mut asked.ratios),
            Rule::Budget => set(&mut asked.budgets, position),
            Rule::Quota => set(&mut asked.quotas, position),
            _ => {}
        }
    }
    asked
}
