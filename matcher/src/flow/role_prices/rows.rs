//! The pairs of all leaves as compressed rows: six bytes a pair where costs fit 32 bits.

use super::range::MOST_HUBS;

/// A cost as it is kept.
pub(super) trait Cost: Copy + Default + Send + Sync + Into<i64> + TryFrom<i64> {}

impl Cost for i32 {}
impl Cost for i64 {}

/// Leaves, each with units to place and a row of pairs: a core node, a cost a unit, and room.
///
/// A leaf places exactly its units; what may stay idle has a pair for that. Pairs are parallel
/// vectors in leaf order.
#[derive(Clone, Debug, Default)]
pub(super) struct Rows<C> {
    /// By leaf, the position of its first pair; one more at the end.
    pub(super) starts: Vec<u32>,
    /// By pair, the core node.
    pub(super) hubs: Vec<u16>,
    /// By pair, the cost of a unit.
    pub(super) costs: Vec<C>,
    /// By pair, the most units it takes, never more than its leaf has; empty where that is one for all.
    pub(super) rooms: Vec<u32>,
    /// By leaf, its units; empty where each has one.
    pub(super) units: Vec<u32>,
}

/// One leaf's pairs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row<'a, C> {
    /// The position of the first pair.
    pub(super) first: u32,
    pub(super) units: u32,
    pub(super) hubs: &'a [u16],
    pub(super) costs: &'a [C],
    /// Empty where each pair has room for one.
    rooms: &'a [u32],
}

impl<C: Cost> Rows<C> {
    pub(super) fn n_leaves(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    pub(super) fn row(&self, leaf: usize) -> Row<'_, C> {
        let (start, end) = (self.starts[leaf], self.starts[leaf + 1]);
        let range = start as usize..end as usize;
        Row {
            first: start,
            units: self.units.get(leaf).copied().unwrap_or(1),
            hubs: &self.hubs[range.clone()],
            costs: &self.costs[range.clone()],
            rooms: self.rooms.get(range).unwrap_or(&[]),
        }
    }

    /// By leaf, the position of its first pair; everything else is freed.
    pub(super) fn into_starts(self) -> Vec<u32> {
        self.starts
    }

    /// The units of all leaves.
    pub(super) fn n_units(&self) -> i64 {
        if self.units.is_empty() {
            i64::try_from(self.n_leaves()).expect("leaves are counted in 32 bits")
        } else {
            self.units.iter().map(|&units| i64::from(units)).sum()
        }
    }
}

impl<C: Cost> Row<'_, C> {
    /// The most units the pair at this place of the row takes.
    pub(super) fn room(&self, place: usize) -> u32 {
        self.rooms.get(place).copied().unwrap_or(1)
    }

    /// Whether any one pair takes all the leaf has.
    pub(super) fn is_single(&self) -> bool {
        self.units == 1 && self.rooms.is_empty()
    }

    /// What a unit costs by each pair, the price at its core node included.
    ///
    /// Sums wrap, and never do: costs and prices are in range (see [`super::range`]).
    #[inline(always)]
    pub(super) fn values(&self, prices: &PriceTable) -> impl Iterator<Item = i64> {
        let pairs = self.hubs.iter().zip(self.costs);
        pairs.map(|(&hub, &cost)| {
            cost.into()
                .wrapping_add(prices[usize::from(hub) % MOST_HUBS])
        })
    }

    /// The most units each pair takes.
    pub(super) fn rooms(&self) -> impl Iterator<Item = u32> {
        (0..self.hubs.len()).map(|place| self.room(place))
    }
}

/// Prices by core node, in a table of a fixed size: a look at it needs no check.
pub(super) type PriceTable = [i64; MOST_HUBS];

/// The table of some prices.
pub(super) fn price_table(prices: &[i64]) -> PriceTable {
    let mut table = [0; MOST_HUBS];
    table[..prices.len()].copy_from_slice(prices);
    table
}
