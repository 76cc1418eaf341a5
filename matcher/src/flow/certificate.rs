//! Optimality, verified from a flow and potentials alone.
//!
//! Shares no code with the engines and believes nothing they say; everything is summed in 128 bits.

use super::{ArcIdx, Network, NodeIdx};

/// The first law that a claimed optimum breaks.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A flow for each arc and a potential for each node are wanted.
    #[error("{flows} flows and {potentials} potentials for {arcs} arcs and {nodes} nodes")]
    WrongLength {
        /// How many flows were given.
        flows: usize,
        /// How many potentials were given.
        potentials: usize,
        /// How many arcs the network has.
        arcs: usize,
        /// How many nodes the network has.
        nodes: usize,
    },
    /// An arc's flow is not within its bounds.
    #[error("arc {}: flow {flow} is outside its bounds, {lower} to {capacity}", arc.index() + 1)]
    Bounds {
        /// The arc.
        arc: ArcIdx,
        /// Its flow.
        flow: i64,
        /// Its lower bound.
        lower: i64,
        /// Its capacity.
        capacity: i64,
    },
    /// What leaves a node, less what enters it, is not its supply.
    #[error("node {}: net outflow {net_outflow}, but supply {supply}", node.index() + 1)]
    Conservation {
        /// The node.
        node: NodeIdx,
        /// What leaves less what enters.
        net_outflow: i128,
        /// Its supply.
        supply: i64,
    },
    /// More flow would pay: the reduced cost is negative, and the arc is not full.
    #[error(
        "arc {}: reduced cost {reduced_cost} is negative, but flow {flow} is below capacity {capacity}",
        arc.index() + 1
    )]
    MoreWouldPay {
        /// The arc.
        arc: ArcIdx,
        /// Its reduced cost.
        reduced_cost: i128,
        /// Its flow.
        flow: i64,
        /// Its capacity.
        capacity: i64,
    },
    /// Less flow would pay: the reduced cost is positive, and the flow is above the lower bound.
    #[error(
        "arc {}: reduced cost {reduced_cost} is positive, but flow {flow} is above lower bound {lower}",
        arc.index() + 1
    )]
    LessWouldPay {
        /// The arc.
        arc: ArcIdx,
        /// Its reduced cost.
        reduced_cost: i128,
        /// Its flow.
        flow: i64,
        /// Its lower bound.
        lower: i64,
    },
    /// The potentials are so far apart that the reduced cost exceeds 128 bits.
    #[error("arc {}: the reduced cost exceeds 128 bits", arc.index() + 1)]
    ReducedCostRange {
        /// The arc.
        arc: ArcIdx,
    },
    /// The flow is optimal, but the sum of its costs, arc after arc, exceeds 128 bits.
    #[error("the total cost exceeds 128 bits")]
    TotalCostRange,
}

/// Verifies that a flow keeps bounds and conservation, and that the potentials prove it optimal.
///
/// # Arguments
///
/// `flow` by arc and `potentials` by node, in the [sign convention](super) of this module.
///
/// # Returns
///
/// The cost of the flow.
///
/// # Errors
///
/// The first [`Violation`]: bounds before conservation before reduced costs, each in index order.
///
/// # Complexity
///
/// `O(n + m)`.
///
/// # Example
///
/// See the [module](super).
pub fn verify(network: &Network, flow: &[i64], potentials: &[i128]) -> Result<i128, Violation> {
    if flow.len() != network.n_arcs() || potentials.len() != network.n_nodes() {
        return Err(Violation::WrongLength {
            flows: flow.len(),
            potentials: potentials.len(),
            arcs: network.n_arcs(),
            nodes: network.n_nodes(),
        });
    }
    bounds(network, flow)?;
    conservation(network, flow)?;
    complementary_slackness(network, flow, potentials)?;
    total_cost(network, flow)
}

fn bounds(network: &Network, flow: &[i64]) -> Result<(), Violation> {
    for (arc, &flow) in network.arcs().zip(flow) {
        let (lower, capacity) = (network.lower(arc), network.capacity(arc));
        if flow < lower || (flow > capacity && !network.is_unbounded(arc)) {
            return Err(Violation::Bounds {
                arc,
                flow,
                lower,
                capacity,
            });
        }
    }
    Ok(())
}

fn conservation(network: &Network, flow: &[i64]) -> Result<(), Violation> {
    let mut net_outflows = vec![0_i128; network.n_nodes()];
    for (arc, &flow) in network.arcs().zip(flow) {
        net_outflows[network.tail(arc).index()] += i128::from(flow);
        net_outflows[network.head(arc).index()] -= i128::from(flow);
    }
    for (node, net_outflow) in network.nodes().zip(net_outflows) {
        let supply = network.supply(node);
        if net_outflow != i128::from(supply) {
            return Err(Violation::Conservation {
                node,
                net_outflow,
                supply,
            });
        }
    }
    Ok(())
}

fn complementary_slackness(
    network: &Network,
    flow: &[i64],
    potentials: &[i128],
) -> Result<(), Violation> {
    for (arc, &flow) in network.arcs().zip(flow) {
        let (lower, capacity) = (network.lower(arc), network.capacity(arc));
        let (tail, head) = (network.tail(arc).index(), network.head(arc).index());
        let reduced_cost = potentials[head]
            .checked_sub(potentials[tail])
            .and_then(|difference| difference.checked_add(network.cost(arc)))
            .ok_or(Violation::ReducedCostRange { arc })?;
        if reduced_cost < 0 && (flow < capacity || network.is_unbounded(arc)) {
            return Err(Violation::MoreWouldPay {
                arc,
                reduced_cost,
                flow,
                capacity,
            });
        }
        if reduced_cost > 0 && flow > lower {
            return Err(Violation::LessWouldPay {
                arc,
                reduced_cost,
                flow,
                lower,
            });
        }
    }
    Ok(())
}

fn total_cost(network: &Network, flow: &[i64]) -> Result<i128, Violation> {
    // What would overflow waits until the opposite sign has made room for it.
    let (mut waiting, mut total) = (Vec::new(), 0_i128);
    for (arc, &flow) in network.arcs().zip(flow) {
        let cost = network
            .cost(arc)
            .checked_mul(i128::from(flow))
            .ok_or(Violation::TotalCostRange)?;
        match total.checked_add(cost) {
            Some(sum) => total = sum,
            None => waiting.push(cost),
        }
    }
    waiting
        .into_iter()
        .try_fold(total, i128::checked_add)
        .ok_or(Violation::TotalCostRange)
}

/// Verifies that a network is unbounded: a closed walk of arcs without capacity whose cost is
/// negative. (Whether a flow is feasible is another question.)
pub fn is_unbounded_along(network: &Network, cycle: &[ArcIdx]) -> bool {
    let follows = |(arc, next): (&ArcIdx, &ArcIdx)| network.head(*arc) == network.tail(*next);
    let cost = cycle
        .iter()
        .try_fold(0_i128, |sum, &arc| sum.checked_add(network.cost(arc)));
    cycle
        .iter()
        .all(|arc| arc.index() < network.n_arcs() && network.is_unbounded(*arc))
        && cycle.iter().zip(cycle.iter().cycle().skip(1)).all(follows)
        && cost.is_some_and(|cost| cost < 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two parallel arcs of capacity 2 from a supply of 3 to a demand of 3, at costs 1 and 4.
    fn two_ways() -> Network {
        let mut network = Network::new();
        let v = network.add_node(3).unwrap();
        let w = network.add_node(-3).unwrap();
        network.add_arc(v, w, 0, 2, 1).unwrap();
        network.add_arc(v, w, 0, 2, 4).unwrap();
        network
    }

    #[test]
    fn an_optimum_is_accepted_and_each_law_is_checked() {
        let network = two_ways();
        let (first, second) = (ArcIdx(0), ArcIdx(1));
        let verify = |flow: [i64; 2], potentials: [i128; 2]| verify(&network, &flow, &potentials);
        assert_eq!(verify([2, 1], [4, 0]), Ok(6));
        assert_eq!(
            verify([3, 0], [4, 0]),
            Err(Violation::Bounds {
                arc: first,
                flow: 3,
                lower: 0,
                capacity: 2
            })
        );
        assert_eq!(
            verify([2, 0], [4, 0]),
            Err(Violation::Conservation {
                node: NodeIdx(0),
                net_outflow: 2,
                supply: 3
            })
        );
        assert_eq!(
            verify([2, 1], [5, 0]),
            Err(Violation::MoreWouldPay {
                arc: second,
                reduced_cost: -1,
                flow: 1,
                capacity: 2
            })
        );
        assert_eq!(
            verify([2, 1], [3, 0]),
            Err(Violation::LessWouldPay {
                arc: second,
                reduced_cost: 1,
                flow: 1,
                lower: 0
            })
        );
        assert_eq!(
            verify([2, 1], [i128::MAX, i128::MIN]),
            Err(Violation::ReducedCostRange { arc: first })
        );
    }
}
