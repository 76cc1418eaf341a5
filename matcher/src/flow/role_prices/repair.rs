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
pub(super) struct Repair {
    pub(super) core: Core,
    incident: Vec<Vec<(u32, bool)>>,
    pub(super) prices: Vec<i64>,
    pub(super) near: Near,
    /// By core arc.
    pub(super) flow: Vec<i64>,
    /// Supply, and what comes in, less what goes out.
    pub(super) excess: Vec<i64>,
    heaps: Vec<BinaryHeap<Move>>,
    /// By two core nodes, the cost of the cheapest move, or [`FAR`].
    cheapest: Vec<i64>,
    /// The same the other way about.
    cheapest_back: Vec<i64>,
    distances: Vec<i64>,
    /// Distances of nodes that are not final, 2⁶³ − 1 for those that are.
    open: Vec<i64>,
    /// Whether the last search went along arcs, or against them.
    is_forward: bool,
    /// Prices, or their negatives where the search goes back.
    signed_prices: Vec<i64>,
    /// The nodes the last search was for.
    ends: Vec<usize>,
    /// How many of them a search looks for: as many as lately could all be served.
    n_ends_wanted: usize,
    into: Vec<(u16, Via)>,
    /// The moves of a path, and its core arcs; kept to save the allocations.
    moves: Vec<(usize, usize)>,
    arcs: Vec<(usize, bool)>,
}

impl Repair {
    /// Every leaf takes its cheapest pairs at `prices`, every core arc the better bound.
    pub(super) fn new(core: Core, near: Near, prices: Vec<i64>) -> Self {
        let n = core.n_nodes();
        let mut excess = core.supplies.clone();
        for (excess, fixed) in excess.iter_mut().zip(&near.fixed) {
            *excess += fixed;
        }
        let mut flow = Vec::with_capacity(core.arcs.len());
        for arc in &core.arcs {
            let units = if arc.reduced_cost(&prices) < 0 {
                arc.capacity
            } else {
                0
            };
            excess[usize::from(arc.tail)] -= units;
            excess[usize::from(arc.head)] += units;
            flow.push(units);
        }
        let mut repair = Self {
            incident: core.incident(),
            core,
            prices,
            near,
            flow,
            excess,
            heaps: Vec::new(),
            cheapest: vec![FAR; n * n],
            cheapest_back: vec![FAR; n * n],
            distances: vec![FAR; n],
            open: vec![FAR; n],
            is_forward: true,
            signed_prices: vec![0; n],
            ends: Vec::new(),
            n_ends_wanted: 1,
            into: vec![(0, Via::Start); n],
            moves: Vec::new(),
            arcs: Vec::new(),
        };
        repair.choose();
        repair.fill_heaps();
        repair
    }

    /// By core node and by core arc; everything else is freed.
    pub(super) fn into_prices_and_flow(self) -> (Vec<i64>, Vec<i64>) {
        (self.prices, self.flow)
    }

    /// Lets the last owner choose, which came after the others.
    pub(super) fn welcome_last(&mut self) {
        let owner = self.near.owners.len() - 1;
        let mut order = Vec::new();
        self.order_of(owner, &mut order);
        self.give(&order, self.near.owners[owner].units);
        for from in self.near.pairs_of(owner) {
            for to in self.near.pairs_of(owner) {
                self.push(from, to);
            }
        }
    }

    /// Takes an owner's units from the core, and its moves from the heaps.
    pub(super) fn dismiss(&mut self, owner: usize) {
        let range = self.near.pairs_of(owner);
        for pair in &mut self.near.pairs[range.clone()] {
            self.excess[usize::from(pair.hub)] -= i64::from(pair.held);
            (pair.held, pair.room) = (0, 0);
        }
        for from in range.clone() {
            for to in range.clone() {
                let [v, w] = [from, to].map(|pair| self.near.pairs[pair].hub);
                self.drop_stale(v, w);
            }
        }
    }

    /// Gives a core arc another capacity and cost; its flow goes to the better bound.
    pub(super) fn set_arc(&mut self, idx: usize, capacity: i64, cost: i64) {
        let arc = &mut self.core.arcs[idx];
        (arc.capacity, arc.cost) = (capacity, cost);
        let arc = *arc;
        let units = if arc.reduced_cost(&self.prices) < 0 {
            capacity
        } else {
            0
        };
        let more = units - self.flow[idx];
        self.flow[idx] = units;
        self.excess[usize::from(arc.tail)] -= more;
        self.excess[usize::from(arc.head)] += more;
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
                (
                    value,
                    self.excess[usize::from(self.near.pairs[idx].hub)],
                    idx,
                )
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
        for place in 0..n * n {
            self.note_cheapest(place);
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
        loop {
            let n_sources = self.excess.iter().filter(|excess| **excess > 0).count();
            let n_sinks = self.excess.iter().filter(|excess| **excess < 0).count();
            if n_sources == 0 {
                return Ok(());
            }
            // A tree from one node to many serves many.
            self.search(n_sinks >= n_sources)?;
            let mut n_served = 0;
            for place in 0..self.ends.len() {
                n_served += usize::from(self.augment(self.ends[place]));
            }
            self.n_ends_wanted = if n_served == self.ends.len() {
                2 * n_served
            } else {
                n_served.max(1)
            };
        }
    }

    /// Dijkstra on reduced costs: forward from all nodes with too much to those with too little, or back from these
    /// to those; until as many are reached as are wanted or as can take everything. Then new prices, at
    /// which all paths of the search cost nothing.
    fn search(&mut self, is_forward: bool) -> Result<(), Stuck> {
        self.is_forward = is_forward;
        let sign = if is_forward { 1 } else { -1 };
        let mut left = 0;
        for v in 0..self.core.n_nodes() {
            let is_start = sign * self.excess[v] > 0;
            self.distances[v] = if is_start { 0 } else { FAR };
            self.open[v] = self.distances[v];
            self.into[v] = (0, Via::Start);
            self.signed_prices[v] = sign * self.prices[v];
            left += (sign * self.excess[v]).max(0);
        }
        let mut farthest = 0;
        self.ends.clear();
        while left > 0 && self.ends.len() < self.n_ends_wanted {
            let (v, distance) = nearest(&self.open);
            if distance >= FAR {
                break;
            }
            farthest = distance;
            if sign * self.excess[v] < 0 {
                left += sign * self.excess[v];
                self.ends.push(v);
            }
            self.open[v] = i64::MAX;
            self.relax(v);
        }
        if self.ends.is_empty() {
            return Err(Stuck::NoWay);
        }
        for (price, reached) in self.prices.iter_mut().zip(&self.distances) {
            *price -= sign * farthest.min(*reached);
            if price.abs() > LARGEST_PRICE {
                return Err(Stuck::Range);
            }
        }
        Ok(())
    }

    /// Looks at the ways on, or back, from a node that is final now.
    fn relax(&mut self, v: usize) {
        let n = self.core.n_nodes();
        let here = u16::try_from(v).expect("core nodes are few");
        let base = self.distances[v] - self.signed_prices[v];
        for &(idx, is_tail) in &self.incident[v] {
            let along = is_tail == self.is_forward;
            let arc = &self.core.arcs[idx as usize];
            let w = usize::from(if is_tail { arc.head } else { arc.tail });
            let cost = if along { arc.cost } else { -arc.cost };
            let through = base + cost + self.signed_prices[w];
            if self.room(idx as usize, along) > 0 && through < self.distances[w] {
                (self.distances[w], self.open[w]) = (through, through);
                self.into[w] = (here, Via::Arc(idx, along));
            }
        }
        let cheapest = if self.is_forward {
            &self.cheapest
        } else {
            &self.cheapest_back
        };
        let ways = cheapest[v * n..(v + 1) * n].iter().zip(&self.signed_prices);
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

    fn room(&self, arc: usize, along: bool) -> i64 {
        if along {
            self.core.arcs[arc].capacity - self.flow[arc]
        } else {
            self.flow[arc]
        }
    }

    /// Sends what fits along the path to an end of the search, if no path before took away an arc of it.
    fn augment(&mut self, end: usize) -> bool {
        let Some((start, step)) = self.path_to(end) else {
            return false;
        };
        let (source, sink) = if self.is_forward {
            (start, end)
        } else {
            (end, start)
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

    /// Follows the path to an end of the search back to its start. Gives that and how much fits, if any, and
    /// notes moves and arcs.
    fn path_to(&mut self, end: usize) -> Option<(usize, i64)> {
        self.moves.clear();
        self.arcs.clear();
        let mut step = self.excess[end].abs();
        let mut w = end;
        loop {
            let (v, via) = self.into[w];
            let v = usize::from(v);
            match via {
                Via::Start => break,
                Via::Move => {
                    let (tail, head) = if self.is_forward { (v, w) } else { (w, v) };
                    let cost = self.cheapest[tail * self.core.n_nodes() + head];
                    if cost == FAR || cost - self.prices[tail] + self.prices[head] != 0 {
                        return None;
                    }
                    let (from, to) = self.cheapest_move(tail, head);
                    let (a, b) = (&self.near.pairs[from], &self.near.pairs[to]);
                    step = step.min(i64::from(a.held.min(b.room - b.held)));
                    self.moves.push((from, to));
                }
                Via::Arc(idx, along) => {
                    step = step.min(self.room(idx as usize, along));
                    self.arcs.push((idx as usize, along));
                }
            }
            w = v;
        }
        step = step.min(self.excess[w].abs());
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
            self.heaps[heap].push(entry);
            self.note_cheapest(heap);
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
        self.note_cheapest(place);
    }

    /// Keeps the cost at the top of a heap at hand.
    fn note_cheapest(&mut self, place: usize) {
        let n = self.core.n_nodes();
        let cost = self.heaps[place]
            .peek()
            .map_or(FAR, |Reverse((cost, ..))| *cost);
        self.cheapest[place] = cost;
        self.cheapest_back[place % n * n + place / n] = cost;
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
