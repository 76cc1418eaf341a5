//! Minimum-cost flow in general networks; nothing here knows of staffing.
//!
//! # The problem
//!
//! A network is a directed graph `G = (N, A)` with `n` nodes and `m` arcs. Every node `v` has a
//! supply `b(v)` (a demand where it is negative), every arc `a = (v, w)` from its tail `v` to its
//! head `w` has a lower bound `l(a)`, a capacity `u(a)` and a cost `c(a)` for each unit of flow.
//! Parallel arcs and self-loops are arcs like any other. All numbers are integers. Wanted is
//!
//! ```text
//! minimise    Σ c(a) x(a)                                       over all arcs a
//! subject to  Σ x(a) out of v  −  Σ x(a) into v  =  b(v)        for each node v   (conservation)
//!             l(a) ≤ x(a) ≤ u(a)                                for each arc a    (bounds)
//! ```
//!
//! with `0 ≤ l(a) ≤ u(a)`; [`Network::UNBOUNDED`] as a capacity means that there is none. A
//! *pseudo-flow* keeps the bounds and need not conserve; the engines move from one to a flow.
//!
//! # Optimality
//!
//! **Sign convention, as in \[AMO93\]: a positive supply leaves its node, and the reduced cost of an
//! arc `a = (v, w)` under node potentials `π` is `c(a) − π(v) + π(w)`.** (LEMON and OR-Tools
//! use the negative of these potentials.) A feasible flow `x` is of minimum cost exactly if
//! potentials exist such that for each arc
//!
//! ```text
//! reduced cost > 0   ⇒   x(a) = l(a)
//! reduced cost < 0   ⇒   x(a) = u(a)           (never, where there is no capacity)
//! ```
//!
//! All engines return such potentials beside the flow, and [`certificate::verify`] checks the two
//! conditions, the bounds and conservation from flow and potentials alone. A problem without an
//! optimum has a witness as well: a set of nodes that cannot get rid of its supply
//! ([`Bottleneck`]), or a cycle without capacities and of negative cost.
//!
//! # The engines
//!
//! * [`role_prices`] is for networks of a small core and many leaves, such as roles and experts: a price for each
//!   core node, and every leaf for itself.
//! * [`network_simplex`] is for all others: block-search pivots over a strongly feasible spanning
//!   tree.
//! * [`successive_shortest_paths`] is short and slow: the oracle that the others are tested against.
//!
//! [`solve`] takes the first where the network has the structure, else the second.
//!
//! [`feasibility`] asks Dinic's maximum flow (petgraph) about the bounds alone.
//!
//! # What it cannot do
//!
//! Negative lower bounds (substitute `x' = x − l`), fractional data, gains and losses on arcs, and
//! convex costs except as parallel arcs. Flows are 64-bit; costs may be 128-bit. No sum is ever
//! wrong in silence: what does not fit is a [`FlowError`] that names the quantity.
//!
//! # Example
//!
//! ```
//! use muster_matcher::flow::{self, Network, certificate};
//!
//! let mut network = Network::new();
//! let factory = network.add_node(4)?;
//! let depot = network.add_node(0)?;
//! let shop = network.add_node(-4)?;
//! network.add_arc(factory, depot, 0, 4, 2)?;
//! network.add_arc(depot, shop, 0, 3, 2)?;
//! let direct = network.add_arc(factory, shop, 0, 4, 5)?;
//!
//! let solution = flow::solve(&network, 1)?;
//! assert_eq!(solution.cost, 17);
//! assert_eq!(solution.flow[direct.index()], 1);
//! assert_eq!(certificate::verify(&network, &solution.flow, &solution.potentials), Ok(17));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # References
//!
//! * \[AMO93\] R. K. Ahuja, T. L. Magnanti, J. B. Orlin. *Network Flows*. Prentice Hall, 1993:
//!   ch. 9 (optimality, successive shortest paths), ch. 10, ch. 11 (network simplex).
//! * \[Cun76\] W. H. Cunningham. A network simplex method. *Mathematical Programming* 11, 1976
//!   (strongly feasible trees).
//! * \[Gri86\] M. D. Grigoriadis. An efficient implementation of the network simplex method.
//!   *Mathematical Programming Study* 26, 1986 (block search).
//! * \[Kov15\] P. Kovács. Minimum-cost flow algorithms: an experimental evaluation. *Optimization
//!   Methods and Software* 30(1), 2015, doi:10.1080/10556788.2014.895828.
//! * \[Din70\] E. A. Dinic. Algorithm for solution of a problem of maximum flow in networks with
//!   power estimation. *Soviet Mathematics Doklady* 11, 1970.

pub mod certificate;
pub mod dimacs;
pub mod feasibility;
mod graph;
#[cfg(test)]
mod laws;
pub mod network_simplex;
mod range;
pub mod role_prices;
mod spanning_tree;
pub mod successive_shortest_paths;

pub use feasibility::Bottleneck;
pub use graph::{ArcIdx, Network, NetworkError, NodeIdx};

/// Solves a minimum-cost flow problem by the engine that its structure asks for, on up to `n_threads`
/// threads. The result does not depend on their number.
///
/// # Errors
///
/// As [`network_simplex::solve`].
///
/// # Complexity
///
/// That of the engine; asking for the structure takes a pass or two over the arcs.
///
/// # Example
///
/// See the [module](self).
pub fn solve(network: &Network, n_threads: usize) -> Result<Solution, FlowError> {
    role_prices::solve(network, n_threads).unwrap_or_else(|| network_simplex::solve(network))
}

/// A flow of minimum cost and the potentials that prove it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Solution {
    /// The flow on each arc, by [`ArcIdx`].
    pub flow: Vec<i64>,
    /// The potential of each node, by [`NodeIdx`]; see the sign convention of this module.
    pub potentials: Vec<i128>,
    /// `Σ c(a) x(a)`.
    pub cost: i128,
}

/// Why a network has no optimal flow, or none that the engines can state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FlowError {
    /// The supplies do not sum to zero, so that no flow conserves. Add a node that takes the
    /// surplus or covers the want, at the cost that this has.
    #[error("the supplies sum to {supply_sum}, not to zero")]
    Unbalanced {
        /// The sum of all supplies.
        supply_sum: i128,
    },
    /// The supplies balance, yet no flow keeps all bounds: the set of nodes inside has more to send
    /// than the arcs out of it can carry. Raise one of those capacities, or lower that supply.
    #[error("no feasible flow: {0}")]
    Infeasible(Bottleneck),
    /// Feasible flows exist, and the cost falls without end along a cycle of arcs without capacity.
    /// Give one of them a capacity.
    #[error(
        "unbounded: a cycle of {} arcs without capacity, from arc {} on, has negative cost",
        cycle.len(),
        cycle.first().map_or(0, |arc| arc.index() + 1)
    )]
    Unbounded {
        /// The arcs of the cycle, in its order.
        cycle: Vec<ArcIdx>,
    },
    /// The optimum needs more flow on an arc without capacity than 64 bits hold. With capacities
    /// everywhere this cannot happen.
    #[error("capacity range: the flow {flow} of arc {} exceeds 64 bits", arc.index() + 1)]
    CapacityRange {
        /// The arc.
        arc: ArcIdx,
        /// The flow it would carry.
        flow: i128,
    },
    /// An arc's cost is so large that potentials, which are sums of up to `n` costs, may exceed 128
    /// bits. No cost of 64 bits is.
    #[error("cost range: cost {cost} of arc {} is too large for {nodes} nodes", arc.index() + 1)]
    CostRange {
        /// The arc of the largest absolute cost.
        arc: ArcIdx,
        /// Its cost.
        cost: i128,
        /// The number of nodes.
        nodes: usize,
    },
    /// The optimum was found, but its total cost exceeds 128 bits.
    #[error("cost range: the total cost exceeds 128 bits")]
    TotalCostRange,
}
