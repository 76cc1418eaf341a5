//! Which pairs can matter while prices stay near where they are.
//!
//! Around the price of each core node lies a margin. A pair is *near* if within the margins it can be
//! one of the cheapest of its leaf; whatever prices do within them (or all of them together beyond),
//! no other pair carries a unit of an optimal flow. So a flow that is optimal over the near pairs
//! is optimal over all pairs if its prices are within the margins, without another look.

use super::parallel;
use super::rows::{Cost, Row, Rows};

/// Some of the leaves, each standing for several.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    n_leaves: usize,
    n_taken: usize,
    step: usize,
}

impl Sample {
    /// All leaves, each for itself.
    pub(super) fn all(n_leaves: usize) -> Self {
        Self {
            n_leaves,
            n_taken: n_leaves,
            step: 1,
        }
    }

    /// `n_taken` leaves spread over all of them by the golden ratio.
    pub(super) fn spread(n_leaves: usize, n_taken: usize) -> Self {
        if n_taken >= n_leaves {
            return Self::all(n_leaves);
        }
        let golden = n_leaves / 1000 * 618 + n_leaves % 1000 * 618 / 1000;
        let is_coprime = |step: &usize| greatest_common_divisor(*step, n_leaves) == 1;
        let step = (golden.max(1)..).find(is_coprime).unwrap_or(1);
        Self {
            n_leaves,
            n_taken,
            step,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.n_taken
    }

    pub(super) fn is_all(&self) -> bool {
        self.n_taken == self.n_leaves
    }

    /// The leaf at this place, and how many it stands for.
    fn leaf(&self, place: usize) -> (usize, u32) {
        let weight = self.n_leaves / self.n_taken;
        let more = usize::from(place < self.n_leaves % self.n_taken);
        let weight = u32::try_from(weight + more).expect("leaves are counted in 32 bits");
        let leaf = u128::try_from(place).expect("it is a position")
            * u128::try_from(self.step).expect("it is below the number of leaves")
            % u128::try_from(self.n_leaves).expect("leaves are counted in 32 bits");
        (
            usize::try_from(leaf).expect("it is below the number of leaves"),
            weight,
        )
    }
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

/// Prices, and how far each may move.
#[derive(Clone, Debug)]
pub(super) struct Margins {
    low: Vec<i64>,
    high: Vec<i64>,
}

impl Margins {
    pub(super) fn around(prices: &[i64], margins: &[i64]) -> Self {
        let both = || prices.iter().zip(margins);
        Self {
            low: both().map(|(price, margin)| price - margin).collect(),
            high: both().map(|(price, margin)| price + margin).collect(),
        }
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
                fixed: vec![0; margins.low.len()],
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
        let limit = if row.units == 1 {
            least(&row, &margins.high)
        } else {
            last_needed(&row, &margins.high, values)
        };
        let Some(limit) = limit else {
            self.is_stuck = true;
            return;
        };
        let is_near = |place: &usize| row.value(*place, &margins.low) <= limit && row.room(*place) > 0;
        let near_room: u64 = (0..row.hubs.len())
            .filter(is_near)
            .map(|place| u64::from(row.room(place)))
            .sum();
        if near_room == u64::from(row.units) {
            for place in (0..row.hubs.len()).filter(is_near) {
                self.fixed[usize::from(row.hubs[place])] +=
                    i64::from(row.room(place)) * i64::from(weight);
            }
            return;
        }
        let owner = u32::try_from(self.owners.len()).expect("leaves are counted in 32 bits");
        self.owners.push(Owner {
            leaf: u32::try_from(leaf).expect("leaves are counted in 32 bits"),
            first: u32::try_from(self.pairs.len()).expect("pairs are counted in 32 bits"),
            units: row.units * weight,
        });
        for place in (0..row.hubs.len()).filter(is_near) {
            self.pairs.push(Pair {
                cost: row.costs[place].into(),
                position: row.first + u32::try_from(place).expect("pairs are counted in 32 bits"),
                owner,
                room: row.room(place) * weight,
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

fn least<C: Cost>(row: &Row<'_, C>, prices: &[i64]) -> Option<i64> {
    (0..row.hubs.len())
        .filter(|place| row.room(*place) > 0)
        .map(|place| row.value(place, prices))
        .min()
}

/// The value of the dearest unit where the units take the cheapest pairs; `None` where they do not
/// fit.
pub(super) fn last_needed<C: Cost>(
    row: &Row<'_, C>,
    prices: &[i64],
    values: &mut Vec<(i64, u32)>,
) -> Option<i64> {
    values.clear();
    values.extend((0..row.hubs.len()).map(|place| (row.value(place, prices), row.room(place))));
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
