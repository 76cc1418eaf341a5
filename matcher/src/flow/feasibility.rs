//! Whether the bounds leave room for any flow at all, and which nodes are stuck if not.
//!
//! A flow exists exactly if no set `S` of nodes has more to send than can leave it [AMO93, §6.7]:
//!
//! ```text
//! Σ b(v) in S  +  Σ l(a) into S   ≤   Σ u(a) out of S
//! ```

use std::fmt;

use petgraph::algo::dinics;
use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::unionfind::UnionFind;
use petgraph::visit::EdgeRef;

use super::{Network, NodeIdx};

/// A set of nodes that cannot get rid of what it is supplied with: a proof that no flow is
/// feasible.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bottleneck {
    /// The set, in ascending order.
    pub nodes: Vec<NodeIdx>,
    /// What the nodes supply, less what they take.
    pub supply: i128,
    /// What the lower bounds of arcs from outside bring in on top.
    pub lower_in: i128,
    /// What the arcs to the outside carry at most; `i128::MAX` where one has no capacity.
    pub capacity_out: i128,
}

impl Bottleneck {
    /// The numbers of a set of nodes, given in ascending order.
    pub fn around(network: &Network, nodes: Vec<NodeIdx>) -> Self {
        let mut is_inside = vec![false; network.n_nodes()];
        for node in &nodes {
            is_inside[node.index()] = true;
        }
        let supply = nodes
            .iter()
            .map(|&node| i128::from(network.supply(node)))
            .sum();
        let (mut lower_in, mut capacity_out) = (0_i128, 0_i128);
        for arc in network.arcs() {
            let (tail, head) = (network.tail(arc).index(), network.head(arc).index());
            match (is_inside[tail], is_inside[head]) {
                (true, false) if network.is_unbounded(arc) => capacity_out = i128::MAX,
                (true, false) => {
                    capacity_out = capacity_out.saturating_add(network.capacity(arc).into())
                }
                (false, true) => lower_in += i128::from(network.lower(arc)),
                _ => {}
            }
        }
        Self {
            nodes,
            supply,
            lower_in,
            capacity_out,
        }
    }

    /// Whether the numbers are those of the network, and leave no room for a flow.
    pub fn is_proof(&self, network: &Network) -> bool {
        let in_order = self.nodes.is_sorted_by(|v, w| v < w);
        let exist = self
            .nodes
            .iter()
            .all(|node| node.index() < network.n_nodes());
        in_order
            && exist
            && *self == Self::around(network, self.nodes.clone())
            && self.supply + self.lower_in > self.capacity_out
    }
}

impl fmt::Display for Bottleneck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const N_SHOWN: usize = 10;
        let shown: Vec<String> = self
            .nodes
            .iter()
            .take(N_SHOWN)
            .map(|node| (node.index() + 1).to_string())
            .collect();
        let more = if self.nodes.len() > N_SHOWN {
            ", …"
        } else {
            ""
        };
        let noun = if self.nodes.len() == 1 {
            "node"
        } else {
            "nodes"
        };
        write!(
            f,
            "{} {noun} ({}{more}) supply {}",
            self.nodes.len(),
            shown.join(", "),
            self.supply
        )?;
        if self.lower_in > 0 {
            write!(f, " and must take in {}", self.lower_in)?;
        }
        write!(f, ", but the arcs out carry at most {}", self.capacity_out)
    }
}

/// Looks for a bottleneck of a balanced network: first a connected component that supplies more
/// than it takes, then the minimum cut of a maximum flow.
///
/// The maximum flow is Dinic's \[Din70\], from a source with an arc to each node of positive supply
/// to a sink with an arc from each node of negative supply, lower bounds taken off on both sides.
///
/// # Arguments
///
/// `network`, whose supplies sum to zero. Costs are not looked at.
///
/// # Returns
///
/// `None` exactly if a feasible flow exists.
///
/// # Complexity
///
/// `O(n² m)` time at worst, `O(n + m)` space.
///
/// # Example
///
/// ```
/// use muster_matcher::flow::{Network, feasibility};
///
/// let mut network = Network::new();
/// let plant = network.add_node(5)?;
/// let shop = network.add_node(-5)?;
/// network.add_arc(plant, shop, 0, 3, 1)?;
/// let bottleneck = feasibility::bottleneck(&network).expect("3 is less than 5");
/// assert_eq!(bottleneck.nodes, [plant]);
/// assert_eq!(bottleneck.to_string(), "1 node (1) supply 5, but the arcs out carry at most 3");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn bottleneck(network: &Network) -> Option<Bottleneck> {
    debug_assert_eq!(network.supply_sum(), 0);
    surplus_component(network).or_else(|| minimum_cut(network))
}

/// The first connected component with a positive supply.
fn surplus_component(network: &Network) -> Option<Bottleneck> {
    let mut components = UnionFind::<u32>::new(network.n_nodes());
    for arc in network.arcs() {
        components.union(network.tail(arc).0, network.head(arc).0);
    }
    let component_of = components.into_labeling();
    let mut supplies = vec![0_i128; network.n_nodes()];
    for node in network.nodes() {
        supplies[component_of[node.index()] as usize] += i128::from(network.supply(node));
    }
    let surplus = component_of
        .iter()
        .copied()
        .find(|&component| supplies[component as usize] > 0)?;
    let inside = network
        .nodes()
        .filter(|node| component_of[node.index()] == surplus)
        .collect();
    Some(Bottleneck::around(network, inside))
}

fn minimum_cut(network: &Network) -> Option<Bottleneck> {
    let mut supplies: Vec<i128> = network
        .nodes()
        .map(|node| network.supply(node).into())
        .collect();
    for arc in network.arcs() {
        let lower = i128::from(network.lower(arc));
        supplies[network.tail(arc).index()] -= lower;
        supplies[network.head(arc).index()] += lower;
    }
    let wanted: u128 = supplies
        .iter()
        .filter(|&&supply| supply > 0)
        .map(|supply| supply.unsigned_abs())
        .sum();

    let mut graph = DiGraph::<(), u128>::with_capacity(network.n_nodes() + 2, network.n_arcs());
    for _ in network.nodes() {
        graph.add_node(());
    }
    let (source, sink) = (graph.add_node(()), graph.add_node(()));
    for arc in network.arcs() {
        let free = if network.is_unbounded(arc) {
            wanted
        } else {
            u128::from(network.capacity(arc).abs_diff(network.lower(arc)))
        };
        graph.add_edge(network.tail(arc).0.into(), network.head(arc).0.into(), free);
    }
    for (node, supply) in network.nodes().zip(&supplies) {
        let node = NodeIndex::from(node.0);
        if *supply > 0 {
            graph.add_edge(source, node, supply.unsigned_abs());
        } else if *supply < 0 {
            graph.add_edge(node, sink, supply.unsigned_abs());
        }
    }

    let (sent, flow) = dinics(&graph, source, sink);
    if sent == wanted {
        return None;
    }
    let is_inside = reachable(&graph, &flow, source);
    let inside = network
        .nodes()
        .filter(|node| is_inside[node.index()])
        .collect();
    Some(Bottleneck::around(network, inside))
}

/// The nodes to which more could be sent.
fn reachable(graph: &DiGraph<(), u128>, flow: &[u128], source: NodeIndex) -> Vec<bool> {
    let carried = |edge: EdgeIndex| flow[edge.index()];
    let mut is_reached = vec![false; graph.node_count()];
    is_reached[source.index()] = true;
    let mut queue = vec![source];
    while let Some(v) = queue.pop() {
        let forward = graph
            .edges(v)
            .filter(|edge| carried(edge.id()) < *edge.weight())
            .map(|edge| edge.target());
        let backward = graph
            .edges_directed(v, petgraph::Incoming)
            .filter(|edge| carried(edge.id()) > 0)
            .map(|edge| edge.source());
        for w in forward.chain(backward) {
            if !is_reached[w.index()] {
                is_reached[w.index()] = true;
                queue.push(w);
            }
        }
    }
    is_reached
}
