//! One-shot staffing: the class of problems that is a minimum-cost flow, solved exactly.
//!
//! In this class every pair comes down to at most one stint, its *use*, and an expert can take any
//! k of its uses and no k + 1 (`class` decides, and says which rule is in the way if it does not
//! hold). Then
//!
//! ```text
//! maximise    Σ uses  value(use) · x(use)  −  Σ roles  penalty_r(n_r)
//! subject to  Σ uses of an expert   x  ≤  k(expert)
//!             Σ covering uses of r  x  =  n_r  ≤  the role's smallest target
//!             x = 1 where pinned,  x in {0, 1}
//! ```
//!
//! with `penalty_r` convex (a head below `min` costs at least as much as one below `target`), so it is
//! a flow from experts over roles to a sink, with one arc for each slope of a penalty (`network`).
//! Optimal potentials are prices of the contract (`prices`): the bound they prove equals the
//! objective, so the plan is optimal without any further proof.
//!
//! **Few candidates suffice** (`candidates`). Let D be the seats in all. A plan gives seats to at
//! most D experts; so among the D + 1 best uses of a role one belongs to an expert without a seat, at
//! whose surplus of 0 the role's price leaves nothing for any worse use. The flow over the best
//! D + 1 uses a role therefore has the optimum and the prices of the flow over all of them. Where N
//! experts may be taken up without a seat (by a pin, or by a use that covers nothing), D + N + 1 do.

mod bound;
mod candidates;
mod class;
mod network;
mod pinned;
mod prices;
mod uses;

pub use class::{Obstacle, OutsideClass, Shape};

use crate::conflict;
use crate::model::plan::{Plan, Proof, Status, Stint};
use crate::model::problem::Problem;

/// What [`solve`] did, besides the plan.
#[derive(Clone, Debug)]
pub struct Solved {
    /// The plan, optimal or infeasible.
    pub plan: Plan,
    /// Why the flow engine was the right one.
    pub shape: Option<Shape>,
    /// Uses there are, and uses the flow was solved over.
    pub n_uses: usize,
    /// See `n_uses`.
    pub n_uses_kept: usize,
}

/// Solves a problem of the one-shot class to proved optimality.
///
/// The status is `optimal`, with prices whose bound is the objective, or `infeasible` with the pins
/// and rules that clash. The same problem gives the same plan; among plans of equal worth, which
/// one is not specified.
///
/// # Errors
/// [`OutsideClass`] names every rule that keeps the problem out of the class.
///
/// # Complexity
/// O(pairs · weeks²) to recognise the class (O(pairs) in one week), then a flow over at
/// most roles × (D + N + 1) arcs and those of pinned uses.
pub fn solve(problem: &Problem) -> Result<Solved, OutsideClass> {
    solve_on(problem, 1)
}

/// As [`solve`], on up to `n_threads` threads. They never change the plan.
///
/// # Errors
/// [`OutsideClass`] names every rule that keeps the problem out of the class.
pub fn solve_on(problem: &Problem, n_threads: usize) -> Result<Solved, OutsideClass> {
    if let Some(conflict) = conflict::of_pins(problem) {
        let plan = Plan {
            conflict: Some(conflict),
            ..Plan::without_stints(Status::Infeasible)
        };
        return Ok(Solved {
            plan,
            shape: None,
            n_uses: 0,
            n_uses_kept: 0,
        });
    }
    let class = class::recognise(problem)?;
    if let Some(conflict) = pinned::clash(problem, &class) {
        let plan = Plan {
            conflict: Some(conflict),
            ..Plan::without_stints(Status::Infeasible)
        };
        return Ok(Solved {
            plan,
            shape: Some(class.shape),
            n_uses: class.uses.len(),
            n_uses_kept: 0,
        });
    }
    let kept = candidates::keep(problem, &class);
    let flow = network::solve(problem, &class, &kept, n_threads);
    let prices = prices::HeadPrices::new(problem, &class, &flow);
    // The flow proves its objective; where its prices are too large to be stated, those stated prove less.
    let (price_bound, proof) = match prices.are_exact {
        true => (flow.objective.0, Proof::Prices),
        false => (bound::of_prices(problem, &class, &prices), Proof::Branching),
    };
    let stints = flow.chosen.iter().map(|chosen| {
        let chosen = &class.uses[*chosen];
        Stint {
            expert: problem.expert_id(chosen.expert).to_owned(),
            role: problem.role_id(chosen.role).to_owned(),
            from: i64::from(chosen.stint.from.get()),
            to: i64::from(chosen.stint.to.get()),
        }
    });
    let mut stints: Vec<Stint> = stints.collect();
    stints.sort();
    let plan = Plan {
        objective: Some(flow.objective.0),
        bound: Some(flow.objective.0),
        price_bound: Some(price_bound),
        proof: Some(proof),
        stints: Some(stints),
        prices: Some(prices.stated(problem)),
        ..Plan::without_stints(Status::Optimal)
    };
    let (n_uses, n_uses_kept) = (class.uses.len(), kept.len());
    Ok(Solved {
        plan,
        shape: Some(class.shape),
        n_uses,
        n_uses_kept,
    })
}
