//! A plan file for bare stints: all that can be said of them without solving.

use muster_matcher::check::{check, price_bound};
use muster_matcher::model::plan::{Plan, Prices, Proof, Status, Stint};
use muster_matcher::model::problem::Problem;

/// The plan of some stints: its objective counted, and the bound that prices of 0 prove, which holds of
/// every plan and is far from the best there is. Amounts that do not exist stay out: an objective where
/// a stint names nothing of the problem, a bound where pins cannot be kept.
///
/// Whether the stints keep the rules is for [`check`] to say; the status is `feasible` all the same,
/// since no other claims stints without a proof.
///
/// *Complexity*: that of [`price_bound`].
pub fn restate(problem: &Problem, stints: Vec<Stint>) -> Plan {
    let mut plan = Plan {
        stints: Some(stints),
        ..Plan::without_stints(Status::Feasible)
    };
    let objective = check(problem, &plan).objective;
    plan.objective = objective.map(|objective| objective.total);
    let prices = Prices::default();
    if let Ok(bound) = price_bound(problem, &prices) {
        plan.bound = Some(bound.cents);
        plan.price_bound = Some(bound.cents);
        plan.proof = Some(Proof::Prices);
        plan.prices = Some(prices);
    }
    plan
}
