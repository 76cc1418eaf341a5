//! The independent checker: every rule of a plan, its objective, the bound its prices prove, and
//! whether what the plan file claims is true. Exact, in integers, from problem and plan alone.
//!
//! It shares no code with any solver, and answers nothing but "is this so?": it never repairs a plan
//! and never looks for a better one. [`check`] is the whole of it; [`price_bound`] stands alone for
//! whoever has prices and no plan.

mod best_schedule;
mod claims;
mod conflict;
mod incumbent;
mod objective;
mod price_bound;
mod prices;
mod report;
mod rules;
mod seats;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod weeks;

pub use claims::{FalseClaim, Unverified};
pub use objective::{CampaignObjective, Objective, Terms};
pub(crate) use price_bound::expert_worths;
pub use price_bound::{NoPriceBound, PriceBound, price_bound};
pub use report::{BoundReport, Gap, Report, RuleReport, Violation};

use crate::model::plan::{Plan, Stint};
use crate::model::problem::Problem;
use incumbent::Incumbent;
use seats::{Seat, Seats};

/// Checks a plan against its problem.
///
/// Every rule is checked for every instance, whatever else is broken: a stint with unknown ids or
/// impossible weeks breaks rule 1 and is left out of the other rules. Nothing in a plan makes this
/// panic.
///
/// *Complexity*: linear in roles × weeks and in the weeks of all stints, besides that of
/// [`price_bound`].
pub fn check(problem: &Problem, plan: &Plan) -> Report {
    let bound = match &plan.prices {
        None => BoundReport::NotStated,
        Some(prices) => match price_bound(problem, prices) {
            Ok(bound) => BoundReport::Proved(bound),
            Err(reason) => BoundReport::None(reason),
        },
    };
    let (rules, objective) = match &plan.stints {
        Some(stints) => rules_and_objective(problem, stints),
        None => (Vec::new(), None),
    };
    let gap = objective.as_ref().and_then(|objective| {
        let bound = plan.bound.or(bound.cents())?;
        Some(Gap {
            bound,
            cents: bound.checked_sub(objective.total)?,
            seat_week_cents: problem.weights.missing_target.0,
            score_cents: objective.terms.score,
        })
    });
    let mut report = Report {
        rules,
        objective,
        bound,
        false_claims: Vec::new(),
        unverified: Vec::new(),
        gap,
    };
    claims::check(problem, plan, &mut report);
    report
}

fn rules_and_objective(
    problem: &Problem,
    stints: &[Stint],
) -> (Vec<RuleReport>, Option<Objective>) {
    let resolve = |(entry, stint)| Seat::resolve(problem, entry, stint);
    let list: Vec<Seat> = stints.iter().enumerate().filter_map(resolve).collect();
    let are_well_formed = list.len() == stints.len();
    let seats = Seats::new(problem, list);
    let incumbent = Incumbent::new(problem);
    let objective = are_well_formed
        .then(|| objective::objective(&seats, incumbent.as_ref()))
        .flatten();
    let rules = rules::check(stints, &seats, incumbent.as_ref());
    (rules, objective)
}
