//! Successive shortest paths [AMO93, §9.7]: the short engine, oracle of the fast one.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::{ArcIdx, Bottleneck, FlowError, Network, Solution, feasibility};

/// Solves a minimum-cost flow problem by sending flow along shortest paths.
///
/// Starts from the pseudo-flow that fills every arc of negative cost, and from potentials under
/// which no arc without capacity has a negative reduced cost (Bellman–Ford). Then flow goes along
/// shortest paths in the residual network (Dijkstra on reduced costs) from nodes with too much to
/// nodes with too little. All in 128 bits.
///
/// # Errors
///
/// As [`network_simplex::solve`](super::network_simplex::solve), with the same witnesses in kind;
/// but [`FlowError::CostRange`] comes sooner, where costs times nodes exceed 98 bits.
///
/// # Complexity
///
/// `O(B m log n)` for `B` paths, of which there may be as many as units of flow; `O(n m)` first if
/// arcs without capacity have negative cost. Space `O(n + m)`.
///
/// # Example
///
/// ```
/// use muster_matcher::flow::{Network, successive_shortest_paths};
///
/// let mut network = Network::new();
/// let v = network.add_node(0)?;
/// network.add_arc(v, v, 1, 3, -2)?;
/// assert_eq!(successive_shortest_paths::solve(&network)?.cost, -6);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn solve(network: &Network) -> Result<Solution, FlowError> {
    let supply_sum = network.supply_sum();
    if supply_sum != 0 {
        return Err(FlowError::Unbalanced { supply_sum });
    }
    range(network)?;
    let potentials = match potentials_over_unbounded_arcs(network) {
        Ok(potentials) => potentials,
        Err(cycle) => {
            return Err(match feasibility::bottleneck(network) {
                Some(bottleneck) => FlowError::Infeasible(bottleneck),
                None => FlowError::Unbounded { cycle },
            });
        }
    };
    let mut paths = Paths::new(network, potentials);
    while let Some(source) = paths.excesses.iter().position(|&excess| excess > 0) {
        match paths.shortest_path(source) {
            Ok(sink) => paths.augment(source, sink),
            Err(reached) => {
                let inside = network
                    .nodes()
                    .filter(|node| reached[node.index()])
                    .collect();
                return Err(FlowError::Infeasible(Bottleneck::around(network, inside)));
            }
        }
    }
    let mut flow = Vec::with_capacity(network.n_arcs());
    for (arc, &wide) in network.arcs().zip(&paths.flow) {
        flow.push(i64::try_from(wide).map_err(|_| FlowError::CapacityRange { arc, flow: wide })?);
    }
    let cost = network.cost_of(&flow).ok_or(FlowError::TotalCostRange)?;
    Ok(Solution {
        flow,
        potentials: paths.potentials,
        cost,
    })
}

/// Refuses costs of which a path may exceed 98 bits: potentials drift by one path's cost with each
/// path, and there are fewer than 2²⁹ of them in a lifetime.
fn range(network: &Network) -> Result<(), FlowError> {
    let nodes = network.n_nodes();
    let Some(arc) = network
        .arcs()
        .min_by_key(|&arc| Reverse(network.cost(arc).unsigned_abs()))
    else {
        return Ok(());
    };
    let cost = network.cost(arc);
    let path_cost = cost
        .unsigned_abs()
        .checked_add(1)
        .and_then(|size| size.checked_mul(nodes as u128));
    match path_cost {
        Some(path_cost) if path_cost <= i128::MAX.unsigned_abs() >> 29 => Ok(()),
        _ => Err(FlowError::CostRange { arc, cost, nodes }),
    }
}

/// Bellman–Ford over the arcs without capacity: potentials that make their reduced costs at least
/// zero, or a cycle of negative cost.
fn potentials_over_unbounded_arcs(network: &Network) -> Result<Vec<i128>, Vec<ArcIdx>> {
    let unbounded: Vec<ArcIdx> = network
        .arcs()
        .filter(|&arc| network.is_unbounded(arc))
        .collect();
    let mut distances = vec![0_i128; network.n_nodes()];
    let mut arc_into: Vec<Option<ArcIdx>> = vec![None; network.n_nodes()];
    let mut last_changed = None;
    for _ in network.nodes() {
        last_changed = None;
        for &arc in &unbounded {
            let (tail, head) = (network.tail(arc), network.head(arc));
            let distance = distances[tail.index()] + network.cost(arc);
            if distance < distances[head.index()] {
                distances[head.index()] = distance;
                arc_into[head.index()] = Some(arc);
                last_changed = Some(head);
            }
        }
        if last_changed.is_none() {
            break;
        }
    }
    let Some(mut node) = last_changed else {
        return Ok(distances.iter().map(|distance| -distance).collect());
    };
    let before =
        |node: super::NodeIdx| arc_into[node.index()].expect("every node before it was improved");
    for _ in network.nodes() {
        node = network.tail(before(node));
    }
    let mut cycle = vec![before(node)];
    let mut at = network.tail(cycle[0]);
    while at != node {
        cycle.push(before(at));
        at = network.tail(before(at));
    }
    cycle.reverse();
    Err(cycle)
}

/// A pseudo-flow, and potentials under which no residual arc has a negative reduced cost.
struct Paths<'a> {
    network: &'a Network,
    flow: Vec<i128>,
    potentials: Vec<i128>,
    /// Supply, and what comes in, less what goes out.
    excesses: Vec<i128>,
    /// The arcs at each node, at both of their ends.
    incident: Vec<Vec<ArcIdx>>,
    /// The last arc of the shortest path to each node that the last search has reached.
    arc_into: Vec<Option<ArcIdx>>,
}

impl<'a> Paths<'a> {
    fn new(network: &'a Network, potentials: Vec<i128>) -> Self {
        let mut paths = Self {
            network,
            flow: Vec::with_capacity(network.n_arcs()),
            potentials,
            excesses: network
                .nodes()
                .map(|node| network.supply(node).into())
                .collect(),
            incident: vec![Vec::new(); network.n_nodes()],
            arc_into: Vec::new(),
        };
        for arc in network.arcs() {
            let (tail, head) = (network.tail(arc).index(), network.head(arc).index());
            let reduced_cost = network.cost(arc) - paths.potentials[tail] + paths.potentials[head];
            let flow = if reduced_cost < 0 {
                network.capacity(arc)
            } else {
                network.lower(arc)
            };
            paths.flow.push(flow.into());
            paths.excesses[tail] -= i128::from(flow);
            paths.excesses[head] += i128::from(flow);
            paths.incident[tail].push(arc);
            paths.incident[head].push(arc);
        }
        paths
    }

    /// The residual capacity of an arc from one of its ends, the other end, and the reduced cost of
    /// going there.
    fn residual(&self, arc: ArcIdx, from: usize) -> (i128, usize, i128) {
        let (tail, head) = (
            self.network.tail(arc).index(),
            self.network.head(arc).index(),
        );
        let flow = self.flow[arc.index()];
        let reduced_cost = self.network.cost(arc) - self.potentials[tail] + self.potentials[head];
        if from == tail {
            let capacity = i128::from(self.network.capacity(arc));
            let room = if self.network.is_unbounded(arc) {
                i128::MAX
            } else {
                capacity - flow
            };
            (room, head, reduced_cost)
        } else {
            (
                flow - i128::from(self.network.lower(arc)),
                tail,
                -reduced_cost,
            )
        }
    }

    /// Dijkstra to the nearest node with a deficit, and new potentials; or all that can be reached,
    /// if none.
    fn shortest_path(&mut self, source: usize) -> Result<usize, Vec<bool>> {
        let mut distances: Vec<Option<i128>> = vec![None; self.excesses.len()];
        self.arc_into = vec![None; self.excesses.len()];
        distances[source] = Some(0);
        let mut heap = BinaryHeap::from([Reverse((0, source))]);
        while let Some(Reverse((distance, v))) = heap.pop() {
            if distances[v] != Some(distance) {
                continue;
            }
            if self.excesses[v] < 0 {
                for (potential, reached) in self.potentials.iter_mut().zip(&distances) {
                    *potential -= reached.map_or(distance, |reached| reached.min(distance));
                }
                return Ok(v);
            }
            for &arc in &self.incident[v] {
                let (room, w, reduced_cost) = self.residual(arc, v);
                let through = distance + reduced_cost;
                if w != v && room > 0 && distances[w].is_none_or(|known| through < known) {
                    distances[w] = Some(through);
                    self.arc_into[w] = Some(arc);
                    heap.push(Reverse((through, w)));
                }
            }
        }
        Err(distances.iter().map(Option::is_some).collect())
    }

    fn augment(&mut self, source: usize, sink: usize) {
        let mut path = Vec::new();
        let mut v = sink;
        while v != source {
            let arc = self.arc_into[v].expect("the sink was reached from the source");
            let (tail, head) = (
                self.network.tail(arc).index(),
                self.network.head(arc).index(),
            );
            v = if v == head { tail } else { head };
            path.push((arc, v));
        }
        let most = self.excesses[source].min(-self.excesses[sink]);
        let step = path
            .iter()
            .map(|&(arc, from)| self.residual(arc, from).0)
            .fold(most, i128::min);
        for (arc, from) in path {
            let forward = from == self.network.tail(arc).index();
            self.flow[arc.index()] += if forward { step } else { -step };
        }
        self.excesses[source] -= step;
        self.excesses[sink] += step;
    }
}
