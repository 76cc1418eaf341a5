//! The network simplex method [AMO93, ch. 11], \[Kov15\].

use std::array;

use super::range::{Scale, Word};
use super::spanning_tree::{Blocking, Cycle, SpanningTree};
use super::{ArcIdx, Bottleneck, FlowError, Network, NodeIdx, Solution};

/// Solves a minimum-cost flow problem.
///
/// The primal simplex method on spanning trees. An artificial root joins every node by an
/// artificial arc that carries the node's supply at a prohibitive cost; the first tree is that
/// star. A pivot takes an arc outside the tree that violates optimality, pushes flow around the
/// cycle that it closes with the tree, and drops the arc that blocks. At the end flow left on an
/// artificial arc proves infeasibility, and the potentials show the bottleneck.
///
/// * *Entering arc*: block search \[Gri86\]: arcs in blocks of about `√m`, round-robin; the most violating
///   one of the first block that has any.
/// * *Leaving arc*: the last blocking one from the apex on \[Cun76\], so that trees stay strongly
///   feasible and the method is finite.
///
/// The result depends on the network alone: ties go to the arc that is met first.
///
/// # Errors
///
/// Every [`FlowError`] except [`FlowError::Unbalanced`] comes with a witness that can be checked.
///
/// # Complexity
///
/// Exponential at worst, like the simplex method; in practice about `n` to `4 n` pivots of
/// `O(√m + n)` each, and mostly far below that. Space `O(n + m)`.
///
/// # Example
///
/// See the [module](super).
pub fn solve(network: &Network) -> Result<Solution, FlowError> {
    let supply_sum = network.supply_sum();
    if supply_sum != 0 {
        return Err(FlowError::Unbalanced { supply_sum });
    }
    let scale = Scale::of(network)?;
    if scale.fits::<i64>() {
        Simplex::<i64>::new(network, &scale).run(network, &scale)
    } else {
        Simplex::<i128>::new(network, &scale).run(network, &scale)
    }
}

/// Pivots from one renumbering of the nodes to the next. Half as many as there are nodes is about best for large networks;
/// small ones stay in the cache anyway; and because renumbering goes over all arcs, it is to be so seldom that the search
/// for entering arcs goes over several times as many. Few in tests, whose networks are small.
fn renumbering_interval(n_nodes: u32, block_size: usize) -> u32 {
    if cfg!(test) {
        return (n_nodes / 2).max(3);
    }
    let seldom = u32::try_from(8 * block_size).unwrap_or(u32::MAX);
    (n_nodes / 2).max(8_000).max(seldom)
}

/// Arcs in a block of the search for an entering arc: the root of their number \[Kov15\], fewer where nodes have many
/// arcs, because there trees are shallow, and a pivot costs less than to look at a block.
fn block_size(n_nodes: usize, n_arcs: usize) -> usize {
    const MANY: usize = 16;
    let tenths = if n_arcs > MANY * n_nodes { 7 } else { 10 };
    (n_arcs.isqrt() * tenths / 10).max(10)
}

/// The arcs, each one outside the tree in its residual direction: an arc at its capacity is kept
/// reversed, with the negative cost. So an arc may enter exactly if its reduced cost is negative,
/// and a tree arc, whose reduced cost is zero, never does.
#[derive(Debug)]
struct Arcs<W> {
    tails: Vec<u32>,
    heads: Vec<u32>,
    costs: Vec<W>,
    reversed: Vec<bool>,
    /// Capacity less lower bound.
    capacities: Vec<W>,
    /// The arc's index in the network.
    names: Vec<u32>,
}

#[derive(Debug)]
struct Simplex<W> {
    arcs: Arcs<W>,
    tree: SpanningTree<W>,
    n_arcs: usize,
    block_size: usize,
    /// Where the search for an entering arc goes on.
    next_arc: usize,
}

impl<W: Word> Simplex<W> {
    fn new(network: &Network, scale: &Scale) -> Self {
        let n_nodes =
            u32::try_from(network.n_nodes()).expect("a network counts its nodes in 32 bits");
        let n_arcs = u32::try_from(network.n_arcs()).expect("a network counts its arcs in 32 bits");
        let arcs = Arcs::new(network, scale);
        let unlimited: W = W::of(scale.unlimited);
        let tree = SpanningTree::star(n_nodes, n_arcs, |v| {
            let supply = W::of(scale.supplies[v as usize]);
            if supply >= W::ZERO {
                (unlimited.minus(supply), supply, W::ZERO)
            } else {
                (
                    W::ZERO.minus(supply),
                    unlimited.plus(supply),
                    W::of(-scale.penalty),
                )
            }
        });
        let n_arcs = network.n_arcs();
        Self {
            arcs,
            tree,
            n_arcs,
            block_size: block_size(n_nodes as usize, n_arcs),
            next_arc: 0,
        }
    }

    fn run(mut self, network: &Network, scale: &Scale) -> Result<Solution, FlowError> {
        let longest_step = W::of(scale.longest_step());
        let renumbering_interval = renumbering_interval(self.tree.n_nodes(), self.block_size);
        let mut n_pivots = 0_u32;

        for arc in self.first_entering_arcs(scale) {
            let reduced_cost = self.reduced_cost(arc);
            if reduced_cost < W::ZERO {
                self.pivot(arc, reduced_cost, longest_step)
                    .map_err(|cycle| Self::unbounded(network, scale, cycle))?;
            }
        }
        while let Some((arc, reduced_cost)) = self.entering_arc() {
            self.pivot(arc, reduced_cost, longest_step)
                .map_err(|cycle| Self::unbounded(network, scale, cycle))?;
            n_pivots += 1;
            if n_pivots == renumbering_interval {
                n_pivots = 0;
                self.renumber();
            }
        }
        self.solution(network, scale)
    }

    /// The cheapest arc into each node of negative supply: a start that saves pivots \[Kov15\].
    fn first_entering_arcs(&self, scale: &Scale) -> Vec<usize> {
        let mut cheapest: Vec<Option<usize>> = vec![None; scale.supplies.len()];
        for (arc, &head) in self.arcs.heads[..self.n_arcs].iter().enumerate() {
            let head = head as usize;
            let is_cheaper = |other| self.arcs.costs[arc] < self.arcs.costs[other];
            if scale.supplies[head] < 0 && cheapest[head].is_none_or(is_cheaper) {
                cheapest[head] = Some(arc);
            }
        }
        cheapest.into_iter().flatten().collect()
    }

    fn reduced_cost(&self, arc: usize) -> W {
        let (tail, head) = (self.arcs.tails[arc] as usize, self.arcs.heads[arc] as usize);
        self.arcs.costs[arc]
            .minus(self.tree.potentials[tail])
            .plus(self.tree.potentials[head])
    }

    /// The next entering arc and its reduced cost, by block search; `None` at the optimum.
    fn entering_arc(&mut self) -> Option<(usize, W)> {
        let potentials = &self.tree.potentials[..];
        let mut n_unseen = self.n_arcs;
        while n_unseen > 0 {
            let start = self.next_arc;
            let end = self.n_arcs.min(start + self.block_size.min(n_unseen));
            let least = most_violating(
                &self.arcs.tails[start..end],
                &self.arcs.heads[start..end],
                &self.arcs.costs[start..end],
                potentials,
            );
            n_unseen -= end - start;
            self.next_arc = if end == self.n_arcs { 0 } else { end };
            if let Some((place, reduced_cost)) = least {
                return Some((start + place, reduced_cost));
            }
        }
        None
    }

    /// Takes an arc into the tree, or to its other bound; or returns the cycle along which nothing
    /// blocks.
    fn pivot(&mut self, arc: usize, reduced_cost: W, longest_step: W) -> Result<(), Vec<ArcIdx>> {
        let residual = self.arcs.capacities[arc];
        let cycle = self
            .tree
            .cycle(self.arcs.tails[arc], self.arcs.heads[arc], residual);
        if cycle.step > longest_step {
            return Err(self.names_of(arc, &cycle));
        }
        self.tree.push(&cycle);
        match cycle.blocking {
            Blocking::Entering => self.arcs.reverse(arc),
            // What leaves was filled towards, or from, its lower node; it stays in the other
            // direction.
            Blocking::AboveTail(lower_node) => {
                self.arcs.orient(self.tree.arc(lower_node), lower_node)
            }
            Blocking::AboveHead(lower_node) => {
                self.arcs
                    .orient_towards(self.tree.arc(lower_node), lower_node);
            }
        }
        let entering = u32::try_from(arc).expect("a network counts its arcs in 32 bits");
        self.tree.exchange(&cycle, entering, residual, reduced_cost);
        Ok(())
    }

    fn renumber(&mut self) {
        let position = self.tree.renumber();
        for ends in [&mut self.arcs.tails, &mut self.arcs.heads] {
            for end in ends {
                *end = position[*end as usize];
            }
        }
    }

    fn names_of(&self, entering: usize, cycle: &Cycle<W>) -> Vec<ArcIdx> {
        let tree_arcs = self.tree.arcs_of(cycle).into_iter().map(|arc| arc as usize);
        let arcs = [entering].into_iter().chain(tree_arcs);
        arcs.map(|arc| ArcIdx(self.arcs.names[arc])).collect()
    }

    /// The verdict on a network with such a cycle, which is unbounded only if a flow is feasible at
    /// all: without negative costs that is the only question left. (Zeros would do, but so many ties
    /// take several times the pivots.)
    fn unbounded(network: &Network, scale: &Scale, cycle: Vec<ArcIdx>) -> FlowError {
        let mut bounded = Self::new(network, scale);
        for cost in &mut bounded.arcs.costs {
            *cost = (*cost).max(W::ZERO.minus(*cost));
        }
        match bounded.run(network, scale) {
            Err(FlowError::Infeasible(bottleneck)) => FlowError::Infeasible(bottleneck),
            _ => FlowError::Unbounded { cycle },
        }
    }

    fn solution(self, network: &Network, scale: &Scale) -> Result<Solution, FlowError> {
        let potentials = self.tree.named_potentials();
        let mut flow: Vec<i64> = network.arcs().map(|arc| network.lower(arc)).collect();
        let outside = self
            .arcs
            .names
            .iter()
            .zip(&self.arcs.reversed)
            .zip(&self.arcs.capacities);
        for ((&name, _), &capacity) in outside.filter(|((_, reversed), _)| **reversed) {
            add_flow(&mut flow, ArcIdx(name), capacity.into())?;
        }
        for (v, _, arc, up, down) in self.tree.arms() {
            let arc = arc as usize;
            let leads_up = (self.arcs.tails[arc] == v) != self.arcs.reversed[arc];
            let carried: i128 = if leads_up { down.into() } else { up.into() };
            if arc >= self.n_arcs {
                if carried > 0 {
                    return Err(FlowError::Infeasible(bottleneck(
                        network,
                        scale,
                        &potentials,
                    )));
                }
                continue;
            }
            let name = ArcIdx(self.arcs.names[arc]);
            if self.arcs.reversed[arc] {
                // It was counted as full.
                flow[name.index()] = network.lower(name);
            }
            add_flow(&mut flow, name, carried)?;
        }
        let cost = network.cost_of(&flow).ok_or(FlowError::TotalCostRange)?;
        Ok(Solution {
            flow,
            potentials,
            cost,
        })
    }
}

/// Arcs that the search for an entering arc looks at together.
const LANES: usize = 4;

/// The most violating of some arcs: its place among them and its reduced cost; the first of several. There are
/// potentials for a power of two of nodes, at least as many as there are.
///
/// Most of the time is spent here, so it is kept out of line, where registers suffice. More violating arcs are rare:
/// one comparison for several arcs finds out whether there is one.
#[inline(never)]
fn most_violating<W: Word>(
    tails: &[u32],
    heads: &[u32],
    costs: &[W],
    potentials: &[W],
) -> Option<(usize, W)> {
    let mask = potentials.len().checked_sub(1)?;
    let reduced_cost = |cost: W, tail: u32, head: u32| {
        cost.minus(potentials[tail as usize & mask])
            .plus(potentials[head as usize & mask])
    };
    let mut most = None;
    let mut least = W::ZERO;
    let mut look = |place: usize, reduced_cost: W| {
        if reduced_cost < least {
            least = reduced_cost;
            most = Some((place, reduced_cost));
        }
        least
    };
    let (tails, last_tails) = tails.as_chunks::<LANES>();
    let (heads, last_heads) = heads.as_chunks::<LANES>();
    let (costs, last_costs) = costs.as_chunks::<LANES>();
    let mut least_yet = W::ZERO;
    for (chunk, ((costs, tails), heads)) in costs.iter().zip(tails).zip(heads).enumerate() {
        let lanes: [W; LANES] = array::from_fn(|k| reduced_cost(costs[k], tails[k], heads[k]));
        if lanes[0].min(lanes[1]).min(lanes[2].min(lanes[3])) < least_yet {
            for (place, lane) in (LANES * chunk..).zip(lanes) {
                least_yet = look(place, lane);
            }
        }
    }
    let last = last_costs.iter().zip(last_tails).zip(last_heads);
    for (place, ((&cost, &tail), &head)) in (LANES * costs.len()..).zip(last) {
        look(place, reduced_cost(cost, tail, head));
    }
    most
}

fn add_flow(flow: &mut [i64], arc: ArcIdx, more: i128) -> Result<(), FlowError> {
    let sum = i128::from(flow[arc.index()]) + more;
    flow[arc.index()] =
        i64::try_from(sum).map_err(|_| FlowError::CapacityRange { arc, flow: sum })?;
    Ok(())
}

/// The nodes that send what they have left straight to the root, and all that they can reach. Their
/// potentials differ from those of the others by a penalty, which is more than any path costs; so
/// every arc between the two sides is at the bound that helps.
fn bottleneck(network: &Network, scale: &Scale, potentials: &[i128]) -> Bottleneck {
    let threshold = -scale.penalty / 2;
    let inside = network
        .nodes()
        .filter(|node: &NodeIdx| potentials[node.index()] > threshold)
        .collect();
    let bottleneck = Bottleneck::around(network, inside);
    debug_assert!(
        bottleneck.is_proof(network),
        "the potentials of an infeasible problem show a bottleneck"
    );
    bottleneck
}

impl<W: Word> Arcs<W> {
    /// The arcs of the network by tail, then dealt out in strides, so that a block has arcs from
    /// `m / n` regions and yet neighbours among them; then the artificial arcs.
    fn new(network: &Network, scale: &Scale) -> Self {
        let (n_nodes, n_arcs) = (network.n_nodes(), network.n_arcs());
        let names = dealt_in_strides(&sorted_by_tail(network), (n_arcs / n_nodes.max(1)).max(3));
        let by_name = || names.iter().map(|&name| ArcIdx(name));
        let room = n_nodes + n_arcs;
        let mut arcs = Self {
            tails: Vec::with_capacity(room),
            heads: Vec::with_capacity(room),
            costs: Vec::with_capacity(room),
            reversed: vec![false; room],
            capacities: Vec::with_capacity(n_arcs),
            names: Vec::new(),
        };
        arcs.tails.extend(by_name().map(|arc| network.tail(arc).0));
        arcs.heads.extend(by_name().map(|arc| network.head(arc).0));
        network.gather_costs(&names, W::of, &mut arcs.costs);
        let unlimited = W::of(scale.unlimited);
        let unbounded = i128::from(Network::UNBOUNDED);
        let capacity = |capacity: i128| match capacity == unbounded {
            true => unlimited,
            false => W::of(capacity),
        };
        network.gather_capacities(&names, capacity, &mut arcs.capacities);
        if network.has_lowers() {
            for (capacity, arc) in arcs.capacities.iter_mut().zip(by_name()) {
                if !network.is_unbounded(arc) {
                    *capacity = capacity.minus(W::of(network.lower(arc).into()));
                }
            }
        }
        arcs.names = names;
        // Once out of the tree an artificial arc never returns: its cost is of no interest.
        let root = u32::try_from(n_nodes).expect("a network counts its nodes in 32 bits");
        for (v, &supply) in (0..root).zip(&scale.supplies) {
            let (tail, head) = if supply >= 0 { (v, root) } else { (root, v) };
            arcs.tails.push(tail);
            arcs.heads.push(head);
            arcs.costs.push(W::ZERO);
        }
        arcs
    }

    fn reverse(&mut self, arc: usize) {
        std::mem::swap(&mut self.tails[arc], &mut self.heads[arc]);
        self.costs[arc] = W::ZERO.minus(self.costs[arc]);
        self.reversed[arc] = !self.reversed[arc];
    }

    /// Keeps the arc in the direction that leaves the node.
    fn orient(&mut self, arc: u32, tail: u32) {
        let arc = arc as usize;
        if self.tails[arc] != tail {
            self.reverse(arc);
        }
    }

    /// Keeps the arc in the direction that enters the node.
    fn orient_towards(&mut self, arc: u32, head: u32) {
        let arc = arc as usize;
        if self.heads[arc] != head {
            self.reverse(arc);
        }
    }
}

/// The network's arcs by tail, in their order where that is the same (a counting sort).
fn sorted_by_tail(network: &Network) -> Vec<u32> {
    let mut next_place = vec![0_usize; network.n_nodes() + 1];
    for arc in network.arcs() {
        next_place[network.tail(arc).index() + 1] += 1;
    }
    for v in 1..next_place.len() {
        next_place[v] += next_place[v - 1];
    }
    let mut sorted = vec![0; network.n_arcs()];
    for arc in network.arcs() {
        let place = &mut next_place[network.tail(arc).index()];
        sorted[*place] = arc.0;
        *place += 1;
    }
    sorted
}

/// Puts one item after the other `stride` places further, beginning again one place later.
fn dealt_in_strides(items: &[u32], stride: usize) -> Vec<u32> {
    let mut dealt = vec![0; items.len()];
    let mut places = (0..stride).flat_map(|first| (first..items.len()).step_by(stride));
    for &item in items {
        dealt[places.next().expect("the strides cover every place once")] = item;
    }
    dealt
}
