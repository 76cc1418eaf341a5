//! Networks of a small core and many leaves: one price for each core node, and every leaf for itself.
//!
//! # The structure
//!
//! A *core* of few nodes has an end of every arc; all other nodes are *leaves*, each with arcs to core
//! nodes only. Staffing has this shape: experts are leaves, roles and a hub for the idle are the core;
//! so have transports from many plants to few depots, and reviewers with least and largest loads whose
//! papers are leaves. Arcs may run either way, have lower bounds, costs of any sign and parallels,
//! and the core may be any network: tiers of seats, a common source, limits on groups of roles.
//!
//! # The method
//!
//! Optimal potentials come down to those of the core. Given them, which we call *prices*, each
//! leaf by itself gives its units to the arcs of least cost and price. So the certificate is one number a
//! core node, and looking for it needs no tree over a million nodes:
//!
//! 1. The network is told apart (`split`) and its leaves become compressed rows, six bytes an
//!    arc where costs fit 32 bits (`reading`, `rows`).
//! 2. Prices come from samples of the leaves, each eight times as large as the one before and begun with
//!    its prices (`levels`). A leaf in a sample stands for several, so the core is always the same.
//! 3. Around the prices lie margins. One look at each row finds the pairs that can matter as long as
//!    prices stay within them (`near`): few, even of a hundred million.
//! 4. Each leaf takes its best near pairs. Core nodes then have too much or too little, which is
//!    *repaired* by shortest paths over the core, where an arc is the cheapest move of a unit by any
//!    leaf (`repair`) [AMO93, §9.7].
//! 5. If the prices have left the margins, these are widened around the new prices, and 3 follows again. So
//!    the answer is exact whatever the samples said.
//! 6. Flow and potentials go back to the network, and every reduced cost and every supply is looked at
//!    once more on the way (`writing`).
//!
//! [`Standing`] keeps all of this between changes of the problem.
//!
//! Passes over rows run on several threads; the result does not depend on how many.
//!
//! # What it cannot do
//!
//! Large cores (many reviewers and few papers, say), arcs into leaves without capacity, costs beyond 2⁴⁸, flows beyond 2⁶⁰ (see
//! `range`), and to prove that there is no flow at all. [`solve`] then gives `None`, and
//! [`network_simplex`](super::network_simplex) is the one to ask.

mod core;
mod levels;
mod near;
mod parallel;
mod range;
mod reading;
mod repair;
mod rows;
mod split;
mod standing;
#[cfg(test)]
mod tests;
mod writing;

pub use self::core::CoreArc;
pub use self::standing::{Leaf, LeafIdx, Refused, Standing};

use self::range::MOST_HUBS;
use self::reading::{Reading, Unread};
use self::rows::Cost;
use self::split::Split;
use super::{FlowError, Network, Solution};

/// Solves a minimum-cost flow problem that has a small core, on up to `n_threads` threads.
///
/// Among flows of the same cost, which one is found depends on the network alone.
///
/// # Returns
///
/// `None` where the network has no such structure, a number is out of range, or no flow was found: then
/// nothing is said about the network.
///
/// # Errors
///
/// [`FlowError::Unbalanced`] and [`FlowError::TotalCostRange`].
///
/// # Complexity
///
/// A few passes over the arcs, and for each unit that the samples' prices misplace, about the square of the core's
/// size. Memory besides the network: 6 to 18 bytes an arc, and about 50 for each near pair.
///
/// # Example
///
/// ```
/// use muster_matcher::flow::{Network, NodeIdx, certificate, role_prices};
///
/// // Ten people, each idle at no cost or on the one role with two seats, at costs 0 to 9.
/// let mut network = Network::new();
/// let (hub, role) = (network.add_node(-10)?, network.add_node(0)?);
/// for cost in 0..10 {
///     let expert = network.add_node(1)?;
///     network.add_arc(expert, hub, 0, 1, 0)?;
///     network.add_arc(expert, role, 0, 1, cost)?;
/// }
/// network.add_arc(role, hub, 0, 2, -7)?;
///
/// let solution = role_prices::solve(&network, 2).expect("it has a core of two")?;
/// assert_eq!(solution.cost, (0 - 7) + (1 - 7));
/// let verdict = certificate::verify(&network, &solution.flow, &solution.potentials);
/// assert_eq!(verdict, Ok(solution.cost));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn solve(network: &Network, n_threads: usize) -> Option<Result<Solution, FlowError>> {
    let n_threads = n_threads.clamp(1, 1 + network.n_arcs() / ARCS_A_THREAD);
    solve_within(network, most_hubs(network.n_nodes()), n_threads)
}

/// As many arcs as are worth a thread.
const ARCS_A_THREAD: usize = 50_000;

/// The most core nodes with which shortest paths over the core beat a spanning tree over all nodes, as measured on
/// 500 to 20,000 leaves and 60 to 1,000 core nodes: an eighth of the nodes, and the root of eight times as
/// many.
fn most_hubs(n_nodes: usize) -> usize {
    MOST_HUBS.min(1 + n_nodes / 8).min((8 * n_nodes).isqrt())
}

/// Solves where the core has at most `most_hubs` nodes.
fn solve_within(
    network: &Network,
    most_hubs: usize,
    n_threads: usize,
) -> Option<Result<Solution, FlowError>> {
    let supply_sum = network.supply_sum();
    if supply_sum != 0 {
        return Some(Err(FlowError::Unbalanced { supply_sum }));
    }
    let split = split::split(network, most_hubs, n_threads)?;
    match solve_as::<i32>(network, &split, n_threads) {
        Err(Unread::WiderCost) => solve_as::<i64>(network, &split, n_threads).ok()?,
        solved => solved.ok()?,
    }
}

/// Solves with costs of pairs kept as `C`.
fn solve_as<C: Cost>(
    network: &Network,
    split: &Split,
    n_threads: usize,
) -> Result<Option<Result<Solution, FlowError>>, Unread> {
    let reading = Reading::<C>::of(network, split, n_threads)?;
    let settled = levels::solve(&reading.core, &reading.rows, n_threads).ok();
    Ok(settled.and_then(|settled| writing::solution(network, split, reading, settled, n_threads)))
}

/// A number of 64 bits within `± largest`.
fn within(number: i128, largest: i64) -> Option<i64> {
    i64::try_from(number)
        .ok()
        .filter(|number| (-largest..=largest).contains(number))
}
