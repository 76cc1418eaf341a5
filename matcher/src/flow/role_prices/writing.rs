//! From an optimal flow over core and rows back to the network, verified on the way.
//!
//! Nothing is believed: supplies of all nodes, and the sign of every reduced cost, are looked at
//! again over all pairs.

use std::ops::Range;

use super::levels::Settled;
use super::near::last_needed;
use super::parallel;
use super::reading::{LeafArc, Reading};
use super::repair::Repair;
use super::rows::{Cost, Row, Rows};
use super::split::Split;
use crate::flow::{ArcIdx, FlowError, Network, Solution};

/// Units that leaves place.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    /// Position of a pair and its units, ascending, without zeros.
    units: Vec<(u32, u32)>,
    /// By leaf, where its units begin in the list.
    starts: Vec<u32>,
    /// By leaf, its price.
    prices: Vec<i64>,
    /// By core node, the units that come in.
    inflow: Vec<i64>,
    /// Whether no leaf would rather place its units otherwise.
    is_optimal: bool,
}

impl Placed {
    /// Of the leaves in a range.
    pub(super) fn of<C: Cost>(rows: &Rows<C>, repair: &Repair<'_>, leaves: Range<usize>) -> Self {
        let mut placed = Self {
            inflow: vec![0; repair.prices.len()],
            is_optimal: true,
            ..Self::default()
        };
        let near = &repair.near;
        let mut owner = near
            .owners
            .partition_point(|owner| (owner.leaf as usize) < leaves.start);
        let mut scratch = Vec::new();
        for leaf in leaves {
            let begin = placed.units.len();
            placed.starts.push(count(begin));
            let row = rows.row(leaf);
            if near.owners.get(owner).is_some_and(|it| it.leaf as usize == leaf) {
                let held = near.pairs[near.pairs_of(owner)].iter();
                let held = held.filter(|pair| pair.held > 0);
                placed.units.extend(held.map(|pair| (pair.position, pair.held)));
                owner += 1;
            } else {
                placed.cheapest(&row, &repair.prices, &mut scratch);
            }
            placed.look_at(&row, begin, &repair.prices);
        }
        placed
    }

    /// All pairs of a leaf without a choice that are among its cheapest.
    fn cheapest<C: Cost>(&mut self, row: &Row<'_, C>, prices: &[i64], scratch: &mut Vec<(i64, u32)>) {
        if row.units == 0 {
            return;
        }
        if row.units == 1 {
            let open = (0..row.hubs.len()).filter(|place| row.room(*place) > 0);
            let best = open.min_by_key(|place| row.value(*place, prices));
            self.units.extend(best.map(|place| (row.first + count(place), 1)));
            return;
        }
        let Some(limit) = last_needed(row, prices, scratch) else {
            return;
        };
        let taken = (0..row.hubs.len()).filter(|place| row.value(*place, prices) <= limit);
        let taken = taken.filter(|place| row.room(*place) > 0);
        self.units
            .extend(taken.map(|place| (row.first + count(place), row.room(place))));
    }

    /// Adds a leaf's units to the core's inflow, and asks whether a unit of it would rather be elsewhere.
    fn look_at<C: Cost>(&mut self, row: &Row<'_, C>, begin: usize, prices: &[i64]) {
        let mut held = self.units[begin..].iter().peekable();
        let (mut dearest_held, mut cheapest_open) = (i64::MIN, i64::MAX);
        let mut n_placed = 0_u64;
        for place in 0..row.hubs.len() {
            let value = row.value(place, prices);
            let position = row.first + count(place);
            let units = held
                .next_if(|(at, _)| *at == position)
                .map_or(0, |(_, units)| *units);
            if units > 0 {
                dearest_held = dearest_held.max(value);
                self.inflow[usize::from(row.hubs[place])] += i64::from(units);
                n_placed += u64::from(units);
            }
            if units < row.room(place) {
                cheapest_open = cheapest_open.min(value);
            }
            self.is_optimal &= units <= row.room(place);
        }
        self.is_optimal &= dearest_held <= cheapest_open && n_placed == u64::from(row.units);
        let price = match (dearest_held, cheapest_open) {
            (i64::MIN, i64::MAX) => 0,
            (i64::MIN, open) => open,
            (held, _) => held,
        };
        self.prices.push(price);
    }
}

/// The network's solution; `None` where the flow is not optimal after all.
pub(super) fn solution<C: Cost>(
    network: &Network,
    split: &Split,
    reading: &Reading<C>,
    settled: &Settled<'_>,
    n_threads: usize,
) -> Option<Result<Solution, FlowError>> {
    let (rows, repair) = (&reading.rows, &settled.repair);
    let parts = parallel::over(rows.n_leaves(), n_threads, |leaves| {
        let first = leaves.start;
        let placed = Placed::of(rows, repair, leaves);
        let flow = placed.flow(network, split, rows, first);
        (placed, flow)
    });
    let mut excess = reading.core.supplies.clone();
    let mut leaf_prices = Vec::with_capacity(rows.n_leaves());
    for (placed, _) in &parts {
        if !placed.is_optimal {
            return None;
        }
        leaf_prices.extend_from_slice(&placed.prices);
        for (excess, inflow) in excess.iter_mut().zip(&placed.inflow) {
            *excess += inflow;
        }
    }
    if !is_core_optimal(repair, &reading.core.arcs, excess) {
        return None;
    }
    let mut flow = vec![0; network.n_arcs()];
    if network.has_lowers() {
        for (flow, arc) in flow.iter_mut().zip(network.arcs()) {
            *flow = network.lower(arc);
        }
    }
    for &(arc, units) in parts.iter().flat_map(|(_, flow)| flow) {
        flow[arc as usize] = units;
    }
    for (&arc, &units) in split.core_arcs.iter().zip(&repair.flow) {
        flow[arc as usize] = network.lower(ArcIdx(arc)) + units;
    }
    let sign = if split.is_reversed { -1 } else { 1 };
    let n_hubs = split.hubs.len();
    let potential = |&place: &u32| {
        let place = place as usize;
        let price = match place.checked_sub(n_hubs) {
            None => repair.prices[place],
            Some(leaf) => leaf_prices[leaf],
        };
        i128::from(sign * price)
    };
    let potentials = split.places.iter().map(potential).collect();
    let cost = network.cost_of(&flow);
    Some(cost.ok_or(FlowError::TotalCostRange).map(|cost| Solution {
        flow,
        potentials,
        cost,
    }))
}

/// Whether every node of the core gets rid of what it has, and each arc is at the bound that its
/// reduced cost asks for.
fn is_core_optimal(
    repair: &Repair<'_>,
    arcs: &[super::core::CoreArc],
    mut excess: Vec<i64>,
) -> bool {
    let mut is_optimal = true;
    for (arc, &units) in arcs.iter().zip(&repair.flow) {
        let reduced_cost = arc.reduced_cost(&repair.prices);
        is_optimal &= (0..=arc.capacity).contains(&units)
            && (reduced_cost <= 0 || units == 0)
            && (reduced_cost >= 0 || units == arc.capacity);
        excess[usize::from(arc.tail)] -= units;
        excess[usize::from(arc.head)] += units;
    }
    is_optimal && excess.iter().all(|&excess| excess == 0)
}

impl Placed {
    /// The flows of the leaves' arcs that are not at their lower bounds: arc and flow.
    fn flow<C: Cost>(
        &self,
        network: &Network,
        split: &Split,
        rows: &Rows<C>,
        first: usize,
    ) -> Vec<(u32, i64)> {
        let first_leaf = count(first);
        let own = first..first + self.starts.len();
        let mut positions = rows.starts[own].to_vec();
        let mut next = self.starts.clone();
        let mut flow = Vec::with_capacity(self.units.len());
        let ends = network.tails().iter().zip(network.heads());
        for (idx, (&tail, &head)) in (0..).zip(ends) {
            let Some(LeafArc { leaf, enters, .. }) = split.leaf_arc(tail, head) else {
                continue;
            };
            let leaf = leaf.wrapping_sub(first_leaf) as usize;
            let Some(position) = positions.get_mut(leaf) else {
                continue;
            };
            let mut units = 0;
            if let Some(&(at, placed)) = self.units.get(next[leaf] as usize)
                && at == *position
            {
                units = i64::from(placed);
                next[leaf] += 1;
            }
            *position += 1;
            let arc = ArcIdx(idx);
            if enters {
                flow.push((idx, network.capacity(arc) - units));
            } else if units > 0 {
                flow.push((idx, network.lower(arc) + units));
            }
        }
        flow
    }
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("pairs are counted in 32 bits")
}
