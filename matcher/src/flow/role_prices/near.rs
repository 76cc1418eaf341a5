//! Which pairs can matter while prices stay near where they are.
//!
//! Around the price of each core node lies a margin. A pair is *near* if within the margins it can be
//! one of the cheapest of its leaf; whatever prices do within them (or all of them together beyond),
//! no other pair carries a unit of an optimal flow. So a flow that is optimal over the near pairs
//! is optimal over all pairs if its prices are within the margins, without another look.

use super::parallel;
use super::rows::{Cost, PriceTable, Row, Rows, price_table};

/// Some of the leaves, each standing for several: one of each block of neighbours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    n_leaves: usize,
    n_taken: usize,
}

impl Sample {
    /// About evenly spread, in order, and without a pattern.
    pub(super) fn of(n_leaves: usize, n_taken: usize) -> Self {
        Self {
            n_leaves,
            n_taken: n_taken.min(n_leaves),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.n_taken
    }

    /// The leaf that stands for a block, and how many are in the block.
    fn leaf(&self, block: usize) -> (usize, u32) {
        let first = self.n_leaves * block / self.n_taken;
        let weight = self.n_leaves * (block + 1) / self.n_taken - first;
        // Fibonacci hashing.
        let mixed = (block as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32;
        let offset = usize::try_from(mixed).expect("it has 32 bits") % weight;
        (
            first + offset,
            u32::try_from(weight).expect("leaves are counted in 32 bits"),
        )
    }
}

/// Prices, and how far each may move.
#[derive(Clone, Debug)]
pub(super) struct Margins {
    n_hubs: usize,
    low: PriceTable,
    high: PriceTable,
}

impl Margins {
    pub(super) fn around(prices: &[i64], margins: &[i64]) -> Self {
        let mut around = Self {
            n_hubs: prices.len(),
            low: price_table(prices),
            high: price_table(prices),
        };
        for (hub, margin) in margins.iter().enumerate() {
            around.low[hub] -= margin;
            around.high[hub] += margin;
        }
        around
    }

    /// Whether prices, all moved by the same amount if need be, are within the margins.
    pub(super) fn hold(&self, prices: &[i64]) -> bool {
        let above = prices.iter().zip(&self.low).map(|(price, low)| price - low);
        let below = prices
            .iter()
            .zip(&self.high)
            .map(|(price, high)| price - high);
        below.max() <= above.min()
    }
}

/// A pair that can matter.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pair {
    pub(super) cost: i64,
    /// Its position among all pairs.
    pub(super) position: u32,
    /// Its leaf's place among the near leaves.
    pub(super) owner: u32,
    /// The most units it takes.
    pub(super) room: u32,
    /// The units it has.
    pub(super) held: u32,
    pub(super) hub: u16,
}

/// A leaf that has a choice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owner {
    pub(super) leaf: u32,
    /// The position of its first near pair.
    pub(super) first: u32,
    pub(super) units: u32,
}

/// The near pairs, and what leaves without a choice bring to each core node.
#[derive(Clone, Debug, Default)]
pub(super) struct Near {
    pub(super) owners: Vec<Owner>,
    pub(super) pairs: Vec<Pair>,
    pub(super) fixed: Vec<i64>,
    /// The units of all leaves looked at.
    pub(super) n_units: i64,
    /// Whether some leaf has more units than its pairs take.
    pub(super) is_stuck: bool,
}

impl Near {
    /// Goes over the sample's rows once.
    pub(super) fn of<C: Cost>(
        rows: &Rows<C>,
        sample: Sample,
        margins: &Margins,
        n_threads: usize,
    ) -> Self {
        let parts = parallel::over(sample.len(), n_threads, |places| {
            let mut near = Near {
                fixed: vec![0; margins.n_hubs],
                ..Near::default()
            };
            let mut values = Vec::new();
            for place in places {
                let (leaf, weight) = sample.leaf(place);
                near.take(leaf, rows.row(leaf), weight, margins, &mut values);
            }
            near
        });
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            all.append(part);
        }
        all
    }

    /// The near pairs of an owner, as positions.
    pub(super) fn pairs_of(&self, owner: usize) -> std::ops::Range<usize> {
        let end = self
            .owners
            .get(owner + 1)
            .map_or(self.pairs.len(), |next| next.first as usize);
        self.owners[owner].first as usize..end
    }

    pub(super) fn take<C: Cost>(
        &mut self,
        leaf: usize,
        row: Row<'_, C>,
        weight: u32,
        margins: &Margins,
        values: &mut Vec<(i64, u32)>,
    ) {
        self.n_units += i64::from(row.units) * i64::from(weight);
        if row.units == 0 {
            return;
        }
        let limit = if row.is_single() {
            // The most frequent case by far: one look at each pair.
            let Some((limit, only)) = single(&row, margins) else {
                self.is_stuck = true;
                return;
            };
            if let Some(hub) = only {
                self.fixed[usize::from(hub)] += i64::from(weight);
                return;
            }
            limit
        } else {
            let Some(limit) = last_needed(&row, &margins.high, values) else {
                self.is_stuck = true;
                return;
            };
            limit
        };
        let near = || {
            let places = row.values(&margins.low).zip(row.rooms()).enumerate();
            places.filter_map(move |(place, (value, room))| {
                (value <= limit && room > 0).then_some((place, room))
            })
        };
        let near_room: u64 = near().map(|(_, room)| u64::from(room)).sum();
        if near_room == u64::from(row.units) {
            for (place, room) in near() {
                self.fixed[usize::from(row.hubs[place])] += i64::from(room) * i64::from(weight);
            }
            return;
        }
        let owner = u32::try_from(self.owners.len()).expect("leaves are counted in 32 bits");
        self.owners.push(Owner {
            leaf: u32::try_from(leaf).expect("leaves are counted in 32 bits"),
            first: u32::try_from(self.pairs.len()).expect("pairs are counted in 32 bits"),
            units: row.units * weight,
        });
        for (place, room) in near() {
            self.pairs.push(Pair {
                cost: row.costs[place].into(),
                position: row.first + u32::try_from(place).expect("pairs are counted in 32 bits"),
                owner,
                room: room * weight,
                held: 0,
                hub: row.hubs[place],
            });
        }
    }

    fn append(&mut self, other: Self) {
        let first_owner = u32::try_from(self.owners.len()).expect("leaves are counted in 32 bits");
        let first_pair = u32::try_from(self.pairs.len()).expect("pairs are counted in 32 bits");
        self.owners.extend(other.owners.iter().map(|owner| Owner {
            first: owner.first + first_pair,
            ..*owner
        }));
        self.pairs.extend(other.pairs.iter().map(|pair| Pair {
            owner: pair.owner + first_owner,
            ..*pair
        }));
        for (sum, more) in self.fixed.iter_mut().zip(&other.fixed) {
            *sum += more;
        }
        self.n_units += other.n_units;
        self.is_stuck |= other.is_stuck;
    }
}

/// For a leaf with one unit and room in each pair: the most that its cheapest pair can come to within the
/// margins, and the pair's core node if no other pair can be cheaper.
#[inline(always)]
fn single<C: Cost>(row: &Row<'_, C>, margins: &Margins) -> Option<(i64, Option<u16>)> {
    let (mut limit, mut least, mut second) = (i64::MAX, i64::MAX, i64::MAX);
    for (low, high) in row.values(&margins.low).zip(row.values(&margins.high)) {
        limit = limit.min(high);
        second = second.min(least.max(low));
        least = least.min(low);
    }
    let mut places = row.hubs.iter().zip(row.values(&margins.low));
    let only = (second > limit).then(|| places.find(|(_, low)| *low == least));
    (!row.hubs.is_empty()).then_some((limit, only.flatten().map(|(hub, _)| *hub)))
}

/// The value of the dearest unit where the units take the cheapest pairs; `None` where they do not
/// fit.
pub(super) fn last_needed<C: Cost>(
    row: &Row<'_, C>,
    prices: &PriceTable,
    values: &mut Vec<(i64, u32)>,
) -> Option<i64> {
    values.clear();
    values.extend(row.values(prices).zip(row.rooms()));
    values.sort_unstable();
    let mut left = u64::from(row.units);
    for &(value, room) in values.iter() {
        left = left.saturating_sub(u64::from(room));
        if left == 0 {
            return Some(value);
        }
    }
    None
}
