//! What a plan file claims besides its stints, and whether it is so.

use serde::Serialize;

use super::conflict::{self, Verdict};
use super::price_bound::NoPriceBound;
use super::report::{BoundReport, Report};
use super::rules_and_objective;
use crate::model::plan::{Plan, Proof, Status};
use crate::model::problem::Problem;

/// A claim of a plan file that is not true, or a claim it must make and does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum FalseClaim {
    /// A field that the status requires.
    #[error("`{field}` is missing: a plan of this status has it")]
    Missing {
        /// The field.
        field: &'static str,
    },
    /// A field that the status excludes.
    #[error("`{field}` is there: a plan of this status omits it")]
    Superfluous {
        /// The field.
        field: &'static str,
    },
    /// The objective is another.
    #[error("objective {stated} is stated, it is {recomputed}")]
    Objective {
        /// In the plan file.
        stated: i128,
        /// From the stints.
        recomputed: i128,
    },
    /// The prices prove no bound.
    #[error("the prices prove no bound: {0}")]
    NoPriceBound(NoPriceBound),
    /// The prices prove less than stated.
    #[error("price_bound {stated} is stated, the prices prove no better than {recomputed}")]
    PriceBound {
        /// In the plan file.
        stated: i128,
        /// From the prices.
        recomputed: i128,
    },
    /// The best bound is worse than one of those it is the best of.
    #[error("bound {bound} is above price_bound {price_bound}")]
    BoundAbovePriceBound {
        /// As stated.
        bound: i128,
        /// As stated.
        price_bound: i128,
    },
    /// A feasible plan is worth more than the bound.
    #[error("bound {bound} is below the objective, {objective}")]
    BoundBelowObjective {
        /// As stated.
        bound: i128,
        /// From the stints, or as stated.
        objective: i128,
    },
    /// Optimal means that bound and objective are equal.
    #[error("status is optimal, but the bound is {bound} and the objective {objective}")]
    NotOptimal {
        /// As stated.
        bound: i128,
        /// From the stints, or as stated.
        objective: i128,
    },
    /// The bound is said to rest on prices that do not prove it.
    #[error("bound {bound} does not rest on prices alone, which prove {recomputed}")]
    NotByPrices {
        /// As stated.
        bound: i128,
        /// From the prices.
        recomputed: i128,
    },
    /// Without pins and a change limit the empty plan is feasible.
    #[error("a problem without pins and change limit has a feasible plan, the empty one")]
    AlwaysFeasible,
    /// A plan that keeps every rule is at hand: the plan's own stints or the empty plan.
    #[error("the problem is not infeasible: {which} keeps every rule")]
    NotInfeasible {
        /// Which plan.
        which: &'static str,
    },
    /// The conflict names something the problem does not have, or a rule stated elsewhere.
    #[error("{at}: {message}")]
    ConflictNames {
        /// JSON pointer into the plan.
        at: String,
        /// What is wrong.
        message: String,
    },
    /// What the conflict names does not clash.
    #[error("{0}")]
    NoConflict(String),
}

/// A claim that was neither verified nor refuted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum Unverified {
    /// The stints have no objective, so what was stated of it could not be compared.
    #[error("the objective: a stint has no pair in the problem, or impossible ids or weeks")]
    Objective,
    /// The bound is better than what the prices prove.
    #[error("the bound {bound}: it is below what the prices prove and rests on {proof}")]
    Bound {
        /// As stated.
        bound: i128,
        /// What it is said to rest on.
        proof: &'static str,
    },
    /// The conflict.
    #[error("the conflict: {0}")]
    Conflict(String),
}

/// Checks every claim of the plan file; `report` knows rules, objective and price bound already.
pub(super) fn check(problem: &Problem, plan: &Plan, report: &mut Report) {
    match plan.status {
        Status::Optimal | Status::Feasible => {
            required(plan, &mut report.false_claims);
            objective(plan, report);
        }
        Status::Infeasible | Status::Unknown => no_plan(problem, plan, report),
    }
    bounds(plan, report);
    if plan.status == Status::Infeasible {
        infeasible(problem, plan, report);
    }
}

fn required(plan: &Plan, claims: &mut Vec<FalseClaim>) {
    let fields = [
        ("objective", plan.objective.is_some()),
        ("bound", plan.bound.is_some()),
        ("price_bound", plan.price_bound.is_some()),
        ("proof", plan.proof.is_some()),
        ("stints", plan.stints.is_some()),
        ("prices", plan.prices.is_some()),
    ];
    let missing = fields.into_iter().filter(|(_, is_there)| !is_there);
    claims.extend(missing.map(|(field, _)| FalseClaim::Missing { field }));
}

fn objective(plan: &Plan, report: &mut Report) {
    let recomputed = report.objective.as_ref().map(|it| it.total);
    match (plan.objective, recomputed) {
        (Some(stated), Some(recomputed)) if stated != recomputed => {
            report
                .false_claims
                .push(FalseClaim::Objective { stated, recomputed });
        }
        (Some(_), None) => report.unverified.push(Unverified::Objective),
        _ => {}
    }
    let Some(bound) = plan.bound else { return };
    // A plan that breaks rules may be worth more than any feasible one, whatever it claims.
    let attained = recomputed.filter(|_| report.keeps_rules());
    if let Some(objective) = plan.objective.max(attained).filter(|worth| bound < *worth) {
        let claim = FalseClaim::BoundBelowObjective { bound, objective };
        report.false_claims.push(claim);
    }
    let objectives = [recomputed, plan.objective];
    let other = objectives.into_iter().flatten().find(|it| *it != bound);
    if let Some(objective) = other.filter(|_| plan.status == Status::Optimal) {
        let claim = FalseClaim::NotOptimal { bound, objective };
        report.false_claims.push(claim);
    }
}

fn bounds(plan: &Plan, report: &mut Report) {
    if let BoundReport::None(reason) = &report.bound {
        let claims_none = plan.status == Status::Infeasible && plan.price_bound.is_none();
        let is_harmless = matches!(reason, NoPriceBound::NoSchedule { .. }) && claims_none;
        if !is_harmless {
            report
                .false_claims
                .push(FalseClaim::NoPriceBound(reason.clone()));
        }
    }
    let recomputed = report.bound.cents();
    if let (Some(stated), Some(recomputed)) = (plan.price_bound, recomputed)
        && stated < recomputed
    {
        report
            .false_claims
            .push(FalseClaim::PriceBound { stated, recomputed });
    }
    if let (Some(bound), Some(price_bound)) = (plan.bound, plan.price_bound)
        && bound > price_bound
    {
        let claim = FalseClaim::BoundAbovePriceBound { bound, price_bound };
        report.false_claims.push(claim);
    }
    let (Some(bound), Some(proof)) = (plan.bound, plan.proof) else {
        return;
    };
    let is_proved = recomputed.is_some_and(|recomputed| bound >= recomputed);
    match (proof, recomputed) {
        _ if is_proved => {}
        (Proof::Prices, Some(recomputed)) => {
            report
                .false_claims
                .push(FalseClaim::NotByPrices { bound, recomputed });
        }
        // What is wrong with the prices was said.
        (Proof::Prices, None) => {}
        (Proof::Branching, _) => unverified_bound(bound, "branching", report),
        (Proof::Mip, _) => unverified_bound(bound, "mip", report),
    }
}

fn unverified_bound(bound: i128, proof: &'static str, report: &mut Report) {
    report.unverified.push(Unverified::Bound { bound, proof });
}

/// What infeasible and unknown have in common.
fn no_plan(problem: &Problem, plan: &Plan, report: &mut Report) {
    let omitted = [
        ("objective", plan.objective.is_some()),
        ("stints", plan.stints.is_some()),
    ];
    let there = omitted.into_iter().filter(|(_, is_there)| *is_there);
    let claims = &mut report.false_claims;
    claims.extend(there.map(|(field, _)| FalseClaim::Superfluous { field }));
    if problem.pins.is_empty() && problem.max_changes.is_none() {
        claims.push(FalseClaim::AlwaysFeasible);
    }
}

fn infeasible(problem: &Problem, plan: &Plan, report: &mut Report) {
    let claims = &mut report.false_claims;
    if plan.stints.is_some() && report.rules.iter().all(super::RuleReport::holds) {
        claims.push(FalseClaim::NotInfeasible {
            which: "the plan's list of stints",
        });
    }
    let (empty, _) = rules_and_objective(problem, &[]);
    if empty.iter().all(super::RuleReport::holds) {
        claims.push(FalseClaim::NotInfeasible {
            which: "the empty plan",
        });
    }
    let Some(conflict) = &plan.conflict else {
        claims.push(FalseClaim::Missing { field: "conflict" });
        return;
    };
    let names = conflict::names(problem, conflict);
    let are_sound = names.is_empty();
    claims.extend(names);
    if are_sound {
        match conflict::verify(problem, conflict) {
            Verdict::Clashes => {}
            Verdict::DoesNotClash(message) => claims.push(FalseClaim::NoConflict(message)),
            Verdict::NotVerified(reason) => report.unverified.push(Unverified::Conflict(reason)),
        }
    }
}
