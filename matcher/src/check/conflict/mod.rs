//! Whether what an infeasible answer names exists, and really clashes.
//!
//! Rules inside one expert's schedule are decided exactly: the named pins are kept under the named
//! rules, or no schedule does. One rule across experts is decided by what each expert is forced to
//! contribute to it at least. Several such rules together are beyond this checker, and it says so.
//! Of a named rule the whole rule is taken for every expert, whatever its `at` and `week` point to,
//! except for headcounts, budgets, ratios and quotas, which are taken one by one. Whether the set
//! could be smaller is not asked.

mod forced;
mod pointer;

use super::best_schedule::{LocalRules, PinOf, Surroundings};
use super::claims::FalseClaim;
use crate::model::plan::{Conflict, Rule};
use crate::model::problem::{CampaignIdx, ExpertIdx, Problem, RoleIdx};
use forced::Forced;

/// Whether a conflict is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Clashes,
    /// It is none, and why.
    DoesNotClash(String),
    /// It was not decided, and why.
    NotVerified(String),
}

/// Everything a conflict names that the problem does not have, or that states another rule.
pub(super) fn names(problem: &Problem, conflict: &Conflict) -> Vec<FalseClaim> {
    let mut claims = Vec::new();
    let mut add = |at: String, message: String| {
        claims.push(FalseClaim::ConflictNames { at, message });
    };
    for (idx, pin) in conflict.pins.iter().enumerate() {
        if *pin >= problem.pins.len() {
            let n_pins = problem.pins.len();
            let message = format!("pin {pin} of {n_pins}, counted from 0, does not exist");
            add(format!("/conflict/pins/{idx}"), message);
        }
    }
    for (idx, id) in conflict.changes.iter().enumerate() {
        if problem.expert_with_id(id).is_none() {
            let message = format!("the problem has no expert {id:?}");
            add(format!("/conflict/changes/{idx}"), message);
        }
    }
    for (idx, rule) in conflict.rules.iter().enumerate() {
        let at = format!("/conflict/rules/{idx}");
        if let Err(message) = pointer::states(problem, rule.rule, &rule.at) {
            add(format!("{at}/at"), message);
        }
        if rule.week.is_some_and(|week| week >= problem.weeks) {
            let message = format!("the horizon has weeks 0 to {}", problem.last_week());
            add(format!("{at}/week"), message);
        }
    }
    claims
}

/// A rule across experts that a conflict names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shared {
    Headcount(RoleIdx, Option<usize>),
    Budget(CampaignIdx),
    Ratio(usize, Option<usize>),
    Quota(usize),
    ChangeLimit,
    /// It points to no single instance.
    Vague(Rule),
}

/// Whether a conflict, all of whose names exist, is one.
pub(super) fn verify(problem: &Problem, conflict: &Conflict) -> Verdict {
    let around = Surroundings::new(problem);
    let shared = shared(problem, conflict);
    let forced = Forced {
        around: &around,
        rules: local(conflict),
        pins: pins(problem, conflict),
        zero_targets: zero_targets(problem, &shared),
    };
    if forced.someone_has_no_schedule() == Some(true) {
        return Verdict::Clashes;
    }
    let verdicts: Vec<Verdict> = shared
        .iter()
        .map(|rule| verify_shared(problem, conflict, &forced, *rule))
        .collect();
    if verdicts.contains(&Verdict::Clashes) {
        return Verdict::Clashes;
    }
    match verdicts.as_slice() {
        [] => Verdict::DoesNotClash(
            "the conflict is none: every expert has a schedule that keeps the named pins and rules"
                .into(),
        ),
        [verdict] => verdict.clone(),
        _ => Verdict::NotVerified("it joins several rules across experts".into()),
    }
}

fn verify_shared(
    problem: &Problem,
    conflict: &Conflict,
    forced: &Forced<'_>,
    rule: Shared,
) -> Verdict {
    let too_large = || Verdict::NotVerified("a sum does not fit 128 bits".into());
    match rule {
        Shared::Headcount(role, Some(week)) => {
            let target = problem.role(role).target.at(super::seats::week_at(week));
            let Some(heads) = forced.heads(role, week) else {
                return too_large();
            };
            decide(heads > u64::from(target.get()), || {
                let role = problem.role_id(role);
                format!(
                    "{heads} heads are forced on {role:?} in week {week}, its target is {target}"
                )
            })
        }
        Shared::Headcount(role, None) => {
            let clashes = problem.all_weeks().any(|week| {
                let heads = forced.heads(role, week.index());
                heads.is_some_and(|heads| {
                    heads > u64::from(problem.role(role).target.at(week).get())
                })
            });
            undecided(
                clashes,
                "the headcount of no single week is forced above its target",
            )
        }
        Shared::Budget(campaign) => {
            let budget = problem.campaigns[campaign.index()].budget;
            let (Some(pay), Some(budget)) = (forced.pay(campaign), budget) else {
                return too_large();
            };
            decide(pay > budget.0, || {
                format!("the named pins force a pay of {pay} cents, the budget is {budget}")
            })
        }
        Shared::Ratio(ratio, Some(week)) => {
            let clashes = forced.most_ratio(ratio, week).is_some_and(|most| most < 0);
            undecided(
                clashes,
                "the ratio could hold if no other rule across experts counted",
            )
        }
        Shared::Quota(quota) => {
            let clashes = forced.most_quota(quota).is_some_and(|most| most < 0);
            undecided(
                clashes,
                "the quota could hold if no other rule across experts counted",
            )
        }
        Shared::ChangeLimit => {
            let changes = conflict.changes.iter();
            let experts = changes.filter_map(|id| problem.expert_with_id(id));
            let n_forced = forced.changes(experts);
            let most = problem
                .max_changes
                .map_or(u64::MAX, |it| u64::from(it.get()));
            undecided(
                n_forced > most,
                "fewer of the named changes than that are forced by an expert's own rules and pins",
            )
        }
        Shared::Ratio(_, None) => {
            Verdict::NotVerified("it does not say in which week the ratio clashes".into())
        }
        Shared::Vague(rule) => {
            let message = format!("its rule {} points to no single one", rule.name());
            Verdict::NotVerified(message)
        }
    }
}

fn decide(clashes: bool, why_not: impl FnOnce() -> String) -> Verdict {
    if clashes {
        Verdict::Clashes
    } else {
        Verdict::DoesNotClash(format!("the conflict is none: {}", why_not()))
    }
}

fn undecided(clashes: bool, reason: &str) -> Verdict {
    if clashes {
        Verdict::Clashes
    } else {
        Verdict::NotVerified(reason.into())
    }
}

/// The named rules that speak of one expert.
fn local(conflict: &Conflict) -> LocalRules {
    let names = |rule| conflict.rules.iter().any(|it| it.rule == rule);
    LocalRules {
        eligible: names(Rule::Eligible),
        capacity: names(Rule::Capacity),
        stint: names(Rule::Stint),
        wall: names(Rule::Wall),
        apart: names(Rule::Apart),
        zero_targets: false,
    }
}

/// The named pins, by expert.
fn pins(problem: &Problem, conflict: &Conflict) -> Vec<(ExpertIdx, Vec<PinOf>)> {
    let mut named: Vec<_> = conflict.pins.iter().map(|idx| problem.pins[*idx]).collect();
    named.sort_by_key(|pin| (pin.expert, pin.role, pin.from, pin.to));
    let groups = named.chunk_by(|a, b| a.expert == b.expert);
    let pin_of = |pin: &crate::model::problem::Pin| (pin.role, pin.from.index(), pin.to.index());
    groups
        .map(|group| (group[0].expert, group.iter().map(pin_of).collect()))
        .collect()
}

/// The named rules that speak of several experts, each once.
fn shared(problem: &Problem, conflict: &Conflict) -> Vec<Shared> {
    let mut all = Vec::new();
    for named in &conflict.rules {
        let idx = pointer::position(&named.at);
        let week = named.week.map(usize::from);
        let shared = match (named.rule, idx) {
            (Rule::ChangeLimit, _) => Shared::ChangeLimit,
            (Rule::Headcount, Some(idx)) => {
                let week = week.or_else(|| pointer::element(&named.at));
                Shared::Headcount(RoleIdx::from(idx), week)
            }
            (Rule::Budget, Some(idx)) => Shared::Budget(CampaignIdx::from(idx)),
            (Rule::Ratio, Some(idx)) if problem.weeks == 1 => Shared::Ratio(idx, Some(0)),
            (Rule::Ratio, Some(idx)) => Shared::Ratio(idx, week),
            (Rule::Quota, Some(idx)) => Shared::Quota(idx),
            (Rule::Headcount | Rule::Budget | Rule::Ratio | Rule::Quota, None) => {
                Shared::Vague(named.rule)
            }
            _ => continue,
        };
        if !all.contains(&shared) {
            all.push(shared);
        }
    }
    if !conflict.changes.is_empty() && !all.contains(&Shared::ChangeLimit) {
        all.push(Shared::ChangeLimit);
    }
    all
}

/// The role-weeks with a target of 0 among the named headcounts.
fn zero_targets(problem: &Problem, shared: &[Shared]) -> Vec<(RoleIdx, usize)> {
    let mut zeros = Vec::new();
    for rule in shared {
        if let Shared::Headcount(role, week) = rule {
            let weeks = problem.all_weeks();
            let named = weeks.filter(|it| week.is_none_or(|week| it.index() == week));
            let target = |week| problem.role(*role).target.at(week).get();
            let empty = named.filter(|week| target(*week) == 0);
            zeros.extend(empty.map(|week| (*role, week.index())));
        }
    }
    zeros
}
