//! From an optimal flow over core and rows back to the network, verified on the way.
//!
//! Supplies of all nodes, and the sign of every reduced cost, are looked at again over all pairs, as the rows have
//! them; whether the rows are the network is for the certificate and the laws to say.

use std::ops::Range;

use super::levels::Settled;
use super::near::last_needed;
use super::parallel;
use super::reading::Reading;
use super::repair::Repair;
use super::rows::{Cost, PriceTable, Row, Rows, price_table};
use super::split::Split;
use crate::flow::{ArcIdx, FlowError, Network, Solution};

/// Units that leaves place.
#[derive(Clone, Debug, Default)]
pub(super) struct Placed {
    /// Leaf, place of a pair in its row, and units, ascending, without zeros.
    pub(super) units: Vec<(u32, u32, u32)>,
    /// By leaf, its price.
    prices: Vec<i64>,
    /// By core node, the units that come in.
    pub(super) inflow: Vec<i64>,
    /// Whether no leaf would rather place its units otherwise.
    pub(super) is_optimal: bool,
}

impl Placed {
    /// Of the leaves in a range; `owner_of` gives a leaf's place among the near leaves, if it has a choice.
    pub(super) fn of<C: Cost>(
        rows: &Rows<C>,
        repair: &Repair,
        leaves: Range<usize>,
        mut owner_of: impl FnMut(usize) -> Option<usize>,
    ) -> Self {
        let mut placed = Self {
            inflow: vec![0; repair.prices.len()],
            is_optimal: true,
            ..Self::default()
        };
        let near = &repair.near;
        let mut scratch = Vec::new();
        let prices = price_table(&repair.prices);
        for leaf in leaves {
            let row = rows.row(leaf);
            let name = count(leaf);
            if let Some(owner) = owner_of(leaf) {
                let begin = placed.units.len();
                let held = near.pairs[near.pairs_of(owner)].iter();
                let held = held.filter(|pair| pair.held > 0);
                let units = held.map(|pair| (name, pair.position - row.first, pair.held));
                placed.units.extend(units);
                placed.look_at(&row, begin, &prices);
            } else if row.is_single() {
                placed.single(name, &row, &prices);
            } else {
                let begin = placed.units.len();
                placed.cheapest(name, &row, &prices, &mut scratch);
                placed.look_at(&row, begin, &prices);
            }
        }
        placed
    }

    /// The one unit of a leaf without a choice, which any pair takes.
    fn single<C: Cost>(&mut self, leaf: u32, row: &Row<'_, C>, prices: &PriceTable) {
        let values = row.values(prices);
        match (0..).zip(values).min_by_key(|(_, value)| *value) {
            Some((place, value)) => {
                self.inflow[usize::from(row.hubs[place as usize])] += 1;
                self.units.push((leaf, place, 1));
                self.prices.push(value);
            }
            None => self.is_optimal = false,
        }
    }

    /// All pairs of a leaf without a choice that are among its cheapest.
    fn cheapest<C: Cost>(
        &mut self,
        leaf: u32,
        row: &Row<'_, C>,
        prices: &PriceTable,
        scratch: &mut Vec<(i64, u32)>,
    ) {
        if row.units == 0 {
            return;
        }
        let Some(limit) = last_needed(row, prices, scratch) else {
            return;
        };
        let pairs = (0..).zip(row.values(prices).zip(row.rooms()));
        let taken = pairs.filter(|(_, (value, room))| *value <= limit && *room > 0);
        self.units
            .extend(taken.map(|(place, (_, room))| (leaf, place, room)));
    }

    /// Adds a leaf's units to the core's inflow, and asks whether a unit of it would rather be elsewhere.
    fn look_at<C: Cost>(&mut self, row: &Row<'_, C>, begin: usize, prices: &PriceTable) {
        let mut held = self.units[begin..].iter().peekable();
        let (mut dearest_held, mut cheapest_open) = (i64::MIN, i64::MAX);
        let mut n_placed = 0_u64;
        let pairs = row.values(prices).zip(row.rooms()).zip(row.hubs);
        for (place, ((value, room), &hub)) in (0..).zip(pairs) {
            let units = held
                .next_if(|(_, at, _)| *at == place)
                .map_or(0, |(_, _, units)| *units);
            if units > 0 {
                dearest_held = dearest_held.max(value);
                self.inflow[usize::from(hub)] += i64::from(units);
                n_placed += u64::from(units);
            }
            if units < room {
                cheapest_open = cheapest_open.min(value);
            }
            self.is_optimal &= units <= room;
        }
        self.is_optimal &= dearest_held <= cheapest_open && n_placed == u64::from(row.units);
        // A leaf without units asks for nothing at the price of its cheapest pair, whatever its room.
        let idle = || row.values(prices).min().unwrap_or(0);
        self.prices
            .push(if n_placed > 0 { dearest_held } else { idle() });
    }
}

/// The network's solution; `None` where the flow is not optimal after all.
pub(super) fn solution<C: Cost>(
    network: &Network,
    split: &Split,
    reading: Reading<C>,
    settled: Settled,
    n_threads: usize,
) -> Option<Result<Solution, FlowError>> {
    let (rows, repair) = (reading.rows, settled.repair);
    let parts = parallel::over(rows.n_leaves(), n_threads, |leaves| {
        let owners = &repair.near.owners;
        let mut next = owners.partition_point(|owner| (owner.leaf as usize) < leaves.start);
        Placed::of(&rows, &repair, leaves, |leaf| {
            let is_next = owners
                .get(next)
                .is_some_and(|own| own.leaf as usize == leaf);
            next += usize::from(is_next);
            is_next.then(|| next - 1)
        })
    });
    if !is_optimal(&repair, &parts) {
        return None;
    }
    let mut leaf_prices = Vec::with_capacity(rows.n_leaves());
    for placed in &parts {
        leaf_prices.extend_from_slice(&placed.prices);
    }
    // The flow takes the place of rows and heaps.
    let starts = rows.into_starts();
    let (prices, core_flow) = repair.into_prices_and_flow();
    let mut flow = vec![0; network.n_arcs()];
    if network.has_lowers() {
        for (flow, arc) in flow.iter_mut().zip(network.arcs()) {
            *flow = network.lower(arc);
        }
    }
    for &arc in &reading.entering {
        flow[arc as usize] = network.capacity(ArcIdx(arc));
    }
    for &(leaf, place, units) in parts.iter().flat_map(|placed| &placed.units) {
        let leaf = leaf as usize;
        let arc = reading.arcs.arc(leaf, place, starts[leaf] + place);
        let enters = split.enters_leaf(network.head(arc).0);
        flow[arc.index()] += if enters {
            -i64::from(units)
        } else {
            i64::from(units)
        };
    }
    for (&arc, &units) in split.core_arcs.iter().zip(&core_flow) {
        flow[arc as usize] = network.lower(ArcIdx(arc)) + units;
    }
    let sign = if split.is_reversed { -1 } else { 1 };
    let n_hubs = split.hubs.len();
    let potential = |&place: &u32| {
        let place = place as usize;
        let price = match place.checked_sub(n_hubs) {
            None => prices[place],
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

/// Whether no leaf would rather be elsewhere, every node of the core gets rid of what it has, and each core arc
/// is at the bound that its reduced cost asks for.
pub(super) fn is_optimal(repair: &Repair, parts: &[Placed]) -> bool {
    let mut excess = repair.core.supplies.clone();
    let mut is_optimal = true;
    for placed in parts {
        is_optimal &= placed.is_optimal;
        for (excess, inflow) in excess.iter_mut().zip(&placed.inflow) {
            *excess += inflow;
        }
    }
    for (arc, &units) in repair.core.arcs.iter().zip(&repair.flow) {
        let reduced_cost = arc.reduced_cost(&repair.prices);
        is_optimal &= (0..=arc.capacity).contains(&units)
            && (reduced_cost <= 0 || units == 0)
            && (reduced_cost >= 0 || units == arc.capacity);
        excess[usize::from(arc.tail)] -= units;
        excess[usize::from(arc.head)] += units;
    }
    is_optimal && excess.iter().all(|&excess| excess == 0)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).expect("pairs are counted in 32 bits")
}
