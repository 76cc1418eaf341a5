//! Shortest paths over the core: a flow that obeys its prices but misses supplies is repaired.
//!
//! At any prices let each leaf give its units to its cheapest pairs, and each core arc be full or empty by
//! the sign of its reduced cost. No change of that pays, but core nodes have too much or too
//! little. Units then go along shortest paths from nodes with too much to nodes with too little
//! [AMO93, §9.7], in the residual network over the core alone: an arc there is a core arc or *the
//! cheapest move* of a unit, by any leaf, from one core node to another. Moves wait in a heap for
//! each pair of core nodes; entries that hold no longer are dropped when they come up.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::core::Core;
use super::near::{Near, Pair};
use super::range::{FAR, LARGEST_PRICE};

/// Why a flow could not be repaired over the pairs at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuck {
    /// Too much at some nodes, and no way to those with too little.
    NoWay,
    /// A price left its range.
    Range,
}

/// A unit of a leaf goes from the core node of the pair `from` to that of `to`, at this change of cost.
type Move = Reverse<(i64, u32, u32)>;

/// What a step of a path uses.
#[derive(Clone, Copy, Debug)]
enum Via {
    /// The cheapest move.
    Move,
    /// A core arc, along it or against it.
    Arc(u32, bool),
    /// Nothing: the path begins here.
    Start,
}

/// A flow that its prices prove optimal but for what core nodes have too much or too little of.
pub(super) struct Repair<'a> {
    core: &'a Core,
    incident: Vec<Vec<(u32, bool)>>,
    pub(super) prices: Vec<i64>,
    pub(super) near: Near,
    /// By core arc.
    pub(super) flow: Vec<i64>,
    /// Supply, and what comes in, less what goes out.
    excess: Vec<i64>,
    heaps: Vec<BinaryHeap<Move>>,
    /// By two core nodes, the cost of the cheapest move, or [`FAR`].
    cheapest: Vec<i64>,
    distances: Vec<i64>,
    /// Distances of nodes that are not final, 2⁶³ − 1 for those that are.
    open: Vec<i64>,
    /// The nodes with too little that the last search has reached.
    sinks: Vec<usize>,
    /// How many of them a search looks for: as many as lately could all be served.
    n_sinks_wanted: usize,
    into: Vec<(u16, Via)>,
    /// The moves of a path, and its core arcs; kept to save the allocations.
    moves: Vec<(usize, usize)>,
    arcs: Vec<(usize, bool)>,
}

impl<'a> Repair<'a> {
    /// Every leaf takes its cheapest pairs at `prices`, every core arc the better bound.
    pub(super) fn new(core: &'a Core, supplies: &[i64], near: Near, prices: Vec<i64>) -> Self {
        let n = core.n_nodes();
        let mut excess: Vec<i64> = supplies.to_vec();
        for (excess, fixed) in excess.iter_mut().zip(&near.fixed) {
            *excess += fixed;
        }
        let mut flow = Vec::with_capacity(core.arcs.len());
        for arc in &core.arcs {
            let units = if arc.reduced_cost(&prices) < 0 { arc.capacity } else { 0 };
            excess[usize::from(arc.tail)] -= units;
            excess[usize::from(arc.head)] += units;
            flow.push(units);
        }
        let mut repair = Self {
            core,
            incident: core.incident(),
            prices,
            near,
            flow,
            excess,
            heaps: Vec::new(),
            cheapest: vec![FAR; n * n],
            distances: vec![FAR; n],
            open: vec![FAR; n],
            sinks: Vec::new(),
            n_sinks_wanted: 1,
            into: vec![(0, Via::Start); n],
            moves: Vec::new(),
            arcs: Vec::new(),
        };
        repair.choose();
        repair.fill_heaps();
        repair
    }

    /// Gives units to the cheapest pairs; where several cost the same, to the node that has least. Leaves that
    /// have no such choice come first.
    fn choose(&mut self) {
        let mut tied = Vec::new();
        let mut order: Vec<(i64, usize)> = Vec::new();
        for owner in 0..self.near.owners.len() {
            self.order_of(owner, &mut order);
            let units = self.near.owners[owner].units;
            if self.is_tied(&order, units) {
                tied.push(owner);
            } else {
                self.give(&order, units);
            }
        }
        for owner in tied {
            self.order_of(owner, &mut order);
            let by_need = |&(value, idx): &(i64, usize)| {
                (value, self.excess[usize::from(self.near.pairs[idx].hub)], idx)
            };
            order.sort_unstable_by_key(by_need);
            let units = self.near.owners[owner].units;
            self.give(&order, units);
        }
    }

    /// The pairs of an owner with their values, cheapest first.
    fn order_of(&self, owner: usize, order: &mut Vec<(i64, usize)>) {
        order.clear();
        order.extend(self.near.pairs_of(owner).map(|idx| (self.value(idx), idx)));
        order.sort_unstable();
    }

    /// Whether the last unit could as well go to another pair.
    fn is_tied(&self, order: &[(i64, usize)], units: u32) -> bool {
        let mut left = units;
        let mut last = None;
        for &(value, idx) in order {
            if left == 0 {
                return last == Some(value);
            }
            left = left.saturating_sub(self.near.pairs[idx].room);
            last = Some(value);
        }
        false
    }

    fn give(&mut self, order: &[(i64, usize)], units: u32) {
        let mut left = units;
        for &(_, idx) in order {
            let pair = &mut self.near.pairs[idx];
            pair.held = pair.room.min(left);
            left -= pair.held;
            self.excess[usize::from(pair.hub)] += i64::from(pair.held);
            if left == 0 {
                break;
            }
        }
    }

    fn value(&self, idx: usize) -> i64 {
        let pair = &self.near.pairs[idx];
        pair.cost + self.prices[usize::from(pair.hub)]
    }

    fn fill_heaps(&mut self) {
        let n = self.core.n_nodes();
        let mut moves: Vec<Vec<Move>> = vec![Vec::new(); n * n];
        for owner in 0..self.near.owners.len() {
            let range = self.near.pairs_of(owner);
            for from in range.clone().filter(|from| self.near.pairs[*from].held > 0) {
                for to in range.clone() {
                    if let Some((heap, entry)) = self.entry(from, to) {
                        moves[heap].push(entry);
                    }
                }
            }
        }
        self.heaps = moves.into_iter().map(BinaryHeap::from).collect();
        for (cheapest, heap) in self.cheapest.iter_mut().zip(&self.heaps) {
            *cheapest = heap.peek().map_or(FAR, |Reverse((cost, ..))| *cost);
        }
    }

    /// The move from one pair to another of the same owner, if it can be made, and its heap.
    fn entry(&self, from: usize, to: usize) -> Option<(usize, Move)> {
        let (a, b) = (&self.near.pairs[from], &self.near.pairs[to]);
        (a.hub != b.hub && can_move(a, b)).then(|| {
            let name = |idx: usize| u32::try_from(idx).expect("pairs are counted in 32 bits");
            let heap = usize::from(a.hub) * self.core.n_nodes() + usize::from(b.hub);
            (heap, Reverse((b.cost - a.cost, name(from), name(to))))
        })
    }

    /// Sends everything that is too much where too little is.
    pub(super) fn run(&mut self) -> Result<(), Stuck> {
        while self.excess.iter().any(|&excess| excess > 0) {
            self.shortest_paths()?;
            let mut n_done = 0;
            for place in 0..self.sinks.len() {
                n_done += usize::from(self.augment(self.sinks[place]));
            }
            self.n_sinks_wanted = if n_done == self.sinks.len() {
                2 * n_done
            } else {
                n_done.max(1)
            };
        }
        Ok(())
    }

    /// Dijkstra on reduced costs from all nodes with too much, until the nodes with too little that were
    /// reached take all of it or nothing more can be reached; and new prices, at which all those paths cost
    /// nothing.
    fn shortest_paths(&mut self) -> Result<(), Stuck> {
        let n = self.core.n_nodes();
        let mut left = 0;
        for v in 0..n {
            self.distances[v] = if self.excess[v] > 0 { 0 } else { FAR };
            self.open[v] = self.distances[v];
            self.into[v] = (0, Via::Start);
            left += self.excess[v].max(0);
        }
        let mut farthest = 0;
        self.sinks.clear();
        while left > 0 && self.sinks.len() < self.n_sinks_wanted {
            let (v, distance) = nearest(&self.open);
            if distance == FAR {
                break;
            }
            farthest = distance;
            if self.excess[v] < 0 {
                left += self.excess[v];
                self.sinks.push(v);
            }
            self.open[v] = i64::MAX;
            self.relax(v);
        }
        if self.sinks.is_empty() {
            return Err(Stuck::NoWay);
        }
        self.lower_prices(farthest)
    }

    /// Looks at the ways on from a node that is final now.
    fn relax(&mut self, v: usize) {
        let n = self.core.n_nodes();
        let here = u16::try_from(v).expect("core nodes are few");
        let base = self.distances[v] - self.prices[v];
        for &(idx, is_tail) in &self.incident[v] {
            let arc = &self.core.arcs[idx as usize];
            let flow = self.flow[idx as usize];
            let (room, w, cost) = if is_tail {
                (arc.capacity - flow, usize::from(arc.head), arc.cost)
            } else {
                (flow, usize::from(arc.tail), -arc.cost)
            };
            let through = base + cost + self.prices[w];
            if room > 0 && through < self.distances[w] {
                (self.distances[w], self.open[w]) = (through, through);
                self.into[w] = (here, Via::Arc(idx, is_tail));
            }
        }
        let ways = self.cheapest[v * n..(v + 1) * n].iter().zip(&self.prices);
        let known = self.distances.iter_mut().zip(&mut self.open);
        for (w, ((&cost, &price), (distance, open))) in ways.zip(known).enumerate() {
            // Wraps, and never does: see `range`. Where there is no move it is above 2⁶¹.
            let through = base.wrapping_add(price).wrapping_add(cost);
            if through < *distance && cost < FAR {
                (*distance, *open) = (through, through);
                self.into[w] = (here, Via::Move);
            }
        }
    }

    fn lower_prices(&mut self, distance: i64) -> Result<(), Stuck> {
        if distance == 0 {
            return Ok(());
        }
        for (price, reached) in self.prices.iter_mut().zip(&self.distances) {
            *price -= distance.min(*reached);
            if *price < -LARGEST_PRICE {
                return Err(Stuck::Range);
            }
        }
        Ok(())
    }

    /// Sends what fits along the path to `sink`, if no path before took away an arc of it.
    fn augment(&mut self, sink: usize) -> bool {
        let Some((source, step)) = self.path_to(sink) else {
            return false;
        };
        self.excess[source] -= step;
        self.excess[sink] += step;
        for &(idx, along) in &self.arcs {
            self.flow[idx] += if along { step } else { -step };
        }
        let moves = std::mem::take(&mut self.moves);
        let units = u32::try_from(step).unwrap_or(u32::MAX);
        for &(from, to) in &moves {
            self.near.pairs[from].held -= units;
            self.near.pairs[to].held += units;
        }
        for &(from, to) in &moves {
            self.update_heaps(from, to, units);
        }
        self.moves = moves;
        true
    }

    /// Follows the path to `sink` back to its source. Gives that and how much fits, if any, and notes moves and
    /// arcs.
    fn path_to(&mut self, sink: usize) -> Option<(usize, i64)> {
        self.moves.clear();
        self.arcs.clear();
        let mut step = -self.excess[sink];
        let mut w = sink;
        loop {
            let (v, via) = self.into[w];
            let v = usize::from(v);
            match via {
                Via::Start => break,
                Via::Move => {
                    let cost = self.cheapest[v * self.core.n_nodes() + w];
                    if cost == FAR || cost - self.prices[v] + self.prices[w] != 0 {
                        return None;
                    }
                    let (from, to) = self.cheapest_move(v, w);
                    let (a, b) = (&self.near.pairs[from], &self.near.pairs[to]);
                    step = step.min(i64::from(a.held.min(b.room - b.held)));
                    self.moves.push((from, to));
                }
                Via::Arc(idx, along) => {
                    let flow = self.flow[idx as usize];
                    let room = self.core.arcs[idx as usize].capacity - flow;
                    step = step.min(if along { room } else { flow });
                    self.arcs.push((idx as usize, along));
                }
            }
            w = v;
        }
        step = step.min(self.excess[w]);
        (step > 0).then_some((w, step))
    }

    fn cheapest_move(&self, v: usize, w: usize) -> (usize, usize) {
        let heap = &self.heaps[v * self.core.n_nodes() + w];
        let Reverse((_, from, to)) = heap.peek().expect("its cost was known");
        (*from as usize, *to as usize)
    }

    /// After `units` of a leaf went from one of its pairs to another: new moves go in, old ones that were
    /// cheapest come out.
    fn update_heaps(&mut self, from: usize, to: usize, units: u32) {
        let (a, b) = (self.near.pairs[from], self.near.pairs[to]);
        for other in self.near.pairs_of(a.owner as usize) {
            let hub = self.near.pairs[other].hub;
            if b.held == units {
                self.push(to, other);
            }
            let is_pushed_above = other == to && b.held == units;
            if a.held + units == a.room && !is_pushed_above {
                self.push(other, from);
            }
            if a.held == 0 {
                self.drop_stale(a.hub, hub);
            }
            if b.held == b.room {
                self.drop_stale(hub, b.hub);
            }
        }
    }

    fn push(&mut self, from: usize, to: usize) {
        if let Some((heap, entry)) = self.entry(from, to) {
            let Reverse((cost, ..)) = entry;
            self.heaps[heap].push(entry);
            self.cheapest[heap] = self.cheapest[heap].min(cost);
        }
    }

    fn drop_stale(&mut self, v: u16, w: u16) {
        let place = usize::from(v) * self.core.n_nodes() + usize::from(w);
        let heap = &mut self.heaps[place];
        let pairs = &self.near.pairs;
        while let Some(Reverse((_, from, to))) = heap.peek()
            && !can_move(&pairs[*from as usize], &pairs[*to as usize])
        {
            heap.pop();
        }
        self.cheapest[place] = heap.peek().map_or(FAR, |Reverse((cost, ..))| *cost);
    }
}

/// The first of the least.
fn nearest(distances: &[i64]) -> (usize, i64) {
    let mut nearest = (0, i64::MAX);
    for (v, &distance) in distances.iter().enumerate() {
        if distance < nearest.1 {
            nearest = (v, distance);
        }
    }
    nearest
}

fn can_move(from: &Pair, to: &Pair) -> bool {
    from.held > 0 && to.held < to.room
}
