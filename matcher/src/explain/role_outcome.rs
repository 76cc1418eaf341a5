//! What became of a role: its seats, its people, and how many fell at each step.

use rustc_hash::{FxHashMap, FxHashSet};
use serde::Serialize;

use crate::conflict::between;

use crate::candidates::{Candidates, Funnel};
use crate::model::plan::{MICRO, Plan};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::model::{Cents, Week};

/// Where people were lost whom a short role needed: the first step that leaves fewer than it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Too few may hold the role at all.
    TooFewEligible,
    /// Enough may, but too few have its hours free.
    TooFewHours,
    /// Enough have the hours, but too few work for what it pays.
    RateTooLow,
    /// Enough are affordable, but other roles gain more by them.
    BetterUse,
    /// Enough are free, but they cost more than their work and the filled seat are worth.
    NotWorthTheirCost,
}

/// What became of one role in the plan's first week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleOutcome {
    /// Its campaign's id.
    pub campaign: String,
    /// Its id.
    pub role: String,
    /// Heads wanted.
    pub target: u32,
    /// Heads there.
    pub filled: u32,
    /// How many people each step from pool to role leaves.
    pub funnel: Funnel,
    /// Of the affordable ones: not taken up by another role, so chosen here or free. Candidates who
    /// were left out for being worth less than all others count as free.
    pub not_taken: usize,
    /// Sum of the scores of those chosen, in points.
    pub score_sum: u64,
    /// Pay of those chosen, in cents a week.
    #[serde(serialize_with = "cents")]
    pub pay_a_week: Cents,
    /// What one more head in this week is worth, in cents.
    #[serde(serialize_with = "cents")]
    pub head_price: Cents,
    /// Why it is short, if it is.
    pub cause: Option<Cause>,
}

fn cents<S: serde::Serializer>(cents: &Cents, serializer: S) -> Result<S::Ok, S::Error> {
    cents.0.serialize(serializer)
}

impl RoleOutcome {
    /// Heads missing.
    pub fn short(&self) -> u32 {
        self.target - self.filled
    }

    /// The mean score of those chosen, rounded to whole points; none without any.
    pub fn mean_score(&self) -> Option<u64> {
        let heads = u64::from(self.filled);
        (heads > 0).then(|| (self.score_sum + heads / 2) / heads)
    }
}

/// What became of every role, in the problem's order.
pub fn outcomes(problem: &Problem, candidates: &Candidates, plan: &Plan) -> Vec<RoleOutcome> {
    let chosen = chosen_in_first_week(problem, plan);
    let mut held: FxHashMap<ExpertIdx, Vec<RoleIdx>> = FxHashMap::default();
    for (expert, role) in &chosen {
        held.entry(*expert).or_default().push(*role);
    }
    let is_taken = |expert: ExpertIdx, role: RoleIdx| {
        held.get(&expert)
            .is_some_and(|held| !has_room(problem, expert, held, role))
    };
    let mut outcomes: Vec<RoleOutcome> = (0..problem.roles.len())
        .map(RoleIdx::from)
        .zip(&candidates.roles)
        .map(|(role, found)| RoleOutcome {
            campaign: problem
                .text(problem.campaigns[problem.role(role).campaign.index()].id)
                .to_owned(),
            role: problem.role_id(role).to_owned(),
            target: problem.role(role).target.at(Week::default()).get(),
            filled: 0,
            funnel: found.funnel,
            not_taken: found.funnel.affordable,
            score_sum: 0,
            pay_a_week: Cents::ZERO,
            head_price: head_price(problem, plan, role),
            cause: None,
        })
        .collect();
    for pair in &problem.pairs {
        let here = chosen.contains(&(pair.expert, pair.role));
        let outcome = &mut outcomes[pair.role.index()];
        if here {
            outcome.filled += 1;
            outcome.score_sum += u64::from(pair.score.get());
            outcome.pay_a_week += pair.rate * problem.role(pair.role).hours;
        } else if is_taken(pair.expert, pair.role) {
            outcome.not_taken -= 1;
        }
    }
    for outcome in &mut outcomes {
        outcome.cause = cause(outcome);
    }
    outcomes
}

/// Whether an expert who holds `held` in week 0 could hold `role` beside them.
fn has_room(problem: &Problem, expert: ExpertIdx, held: &[RoleIdx], role: RoleIdx) -> bool {
    let facts = problem.expert(expert);
    let hours = |role: &RoleIdx| u32::from(problem.role(*role).hours.get());
    let worked: u32 = held.iter().map(hours).sum();
    held.len() < facts.max_roles.get() as usize
        && worked + hours(&role) <= u32::from(facts.hours.at(Week::default()).get())
        && held
            .iter()
            .all(|other| between(problem, *other, role).is_none())
}

/// Who holds what in week 0.
fn chosen_in_first_week(problem: &Problem, plan: &Plan) -> FxHashSet<(ExpertIdx, RoleIdx)> {
    let stints = plan.stints.iter().flatten().filter(|stint| stint.from == 0);
    stints
        .filter_map(|stint| {
            Some((
                problem.expert_with_id(&stint.expert)?,
                problem.role_with_id(&stint.role)?,
            ))
        })
        .collect()
}

/// The price of a head in week 0, rounded to a cent.
fn head_price(problem: &Problem, plan: &Plan, role: RoleIdx) -> Cents {
    let prices = plan
        .prices
        .as_ref()
        .and_then(|prices| prices.heads.get(problem.role_id(role)));
    let micro = prices
        .and_then(|prices| prices.first())
        .copied()
        .unwrap_or(0);
    Cents((micro + MICRO / 2).div_euclid(MICRO))
}

/// The first step that leaves fewer people than the role wants.
fn cause(outcome: &RoleOutcome) -> Option<Cause> {
    if outcome.short() == 0 {
        return None;
    }
    let wanted = outcome.target as usize;
    let steps = [
        (outcome.funnel.eligible, Cause::TooFewEligible),
        (outcome.funnel.enough_hours, Cause::TooFewHours),
        (outcome.funnel.affordable, Cause::RateTooLow),
        (outcome.not_taken, Cause::BetterUse),
    ];
    let lost = steps.iter().find(|(left, _)| *left < wanted);
    Some(lost.map_or(Cause::NotWorthTheirCost, |(_, cause)| *cause))
}
