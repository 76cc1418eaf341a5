//! An optimum that is kept while the problem changes.
//!
//! Prices, heaps and near pairs stay. A change takes the units that it concerns out, and puts what is new in
//! where it is cheapest at the prices; then a few shortest paths repair what core nodes have too
//! much or too little of. Only when prices have left their margins are all rows looked at again.

use super::core::{Core, CoreArc};
use super::levels::{self, Settled};
use super::near::Sample;
use super::range::{LARGEST_COST, LARGEST_FLOW, LARGEST_WIDTH, MOST_HUBS};
use super::repair::{Repair, Stuck};
use super::rows::Rows;
use super::writing::{Placed, is_optimal};

/// What leaves have: units that rest at home at no cost, or go one by one to other core nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leaf {
    /// The core node where its idle units are.
    pub home: u16,
    /// How many units it has.
    pub units: u32,
    /// Core nodes that each take one unit of it, and what that costs.
    pub pairs: Vec<(u16, i64)>,
}

/// A position among the leaves of a [`Standing`], in the order in which they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeafIdx(pub u32);

/// What a [`Standing`] refuses; nothing is changed then, unless it is a price that no bound holds: that ends what
/// can be done with it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// A core node that there is none of.
    #[error("core node {hub} does not exist; there are {n_hubs}")]
    UnknownHub {
        /// Its position.
        hub: u16,
        /// How many there are.
        n_hubs: usize,
    },
    /// There are more core nodes than the method is for.
    #[error("{n_hubs} core nodes; at most {MOST_HUBS}")]
    TooManyHubs {
        /// How many were given.
        n_hubs: usize,
    },
    /// A leaf that there is none of, or that was removed.
    #[error("leaf {} does not exist", leaf.0)]
    UnknownLeaf {
        /// Its position.
        leaf: LeafIdx,
    },
    /// The leaf has no pair with the core node.
    #[error("leaf {} has no pair with core node {hub}", leaf.0)]
    UnknownPair {
        /// The leaf's position.
        leaf: LeafIdx,
        /// The core node's position.
        hub: u16,
    },
    /// A core arc that there is none of.
    #[error("core arc {arc} does not exist")]
    UnknownArc {
        /// Its position.
        arc: usize,
    },
    /// A cost, capacity or number of units beyond its range.
    #[error("{what} {value} is out of range")]
    OutOfRange {
        /// Which number.
        what: &'static str,
        /// The number.
        value: i64,
    },
}

/// A problem of a core and leaves with its optimum, which follows every change.
///
/// Each leaf can always stay at home, and core arcs can stay empty, so there always is a flow.
///
/// # Example
///
/// ```
/// use muster_matcher::flow::role_prices::{CoreArc, Leaf, Standing};
///
/// // A hub (0), and a role (1) with one seat that is worth 100.
/// let seat = CoreArc { tail: 1, head: 0, capacity: 1, cost: -100 };
/// let expert = |cost| Leaf { home: 0, units: 1, pairs: vec![(1, cost)] };
/// let mut standing = Standing::new(2, vec![seat], &[expert(30), expert(20)], 1)?;
/// assert_eq!(standing.cost(), 20 - 100);
///
/// let newcomer = standing.add(&expert(10))?;
/// assert_eq!(standing.cost(), 10 - 100);
/// assert_eq!(standing.hubs_of(newcomer), [1]);
/// standing.remove(newcomer)?;
/// assert_eq!(standing.cost(), 20 - 100);
/// # Ok::<(), muster_matcher::flow::role_prices::Refused>(())
/// ```
pub struct Standing {
    rows: Rows<i64>,
    homes: Vec<u16>,
    /// By leaf, its place among the near leaves, if it has a choice.
    owners: Vec<Option<u32>>,
    is_gone: Vec<bool>,
    settled: Settled,
    /// How many pairs were near when all were looked at last.
    n_near: usize,
    n_threads: usize,
}

impl Standing {
    /// Solves for the first time, on up to `n_threads` threads.
    ///
    /// # Errors
    ///
    /// Every [`Refused`] but those of leaves and pairs that are not there.
    ///
    /// # Complexity
    ///
    /// That of [`super::solve`]; each later change takes about the square of the number of core nodes for
    /// each unit that moves, and a pass over all pairs where prices have gone far.
    pub fn new(
        n_hubs: usize,
        arcs: Vec<CoreArc>,
        leaves: &[Leaf],
        n_threads: usize,
    ) -> Result<Self, Refused> {
        if n_hubs == 0 || n_hubs > MOST_HUBS {
            return Err(Refused::TooManyHubs { n_hubs });
        }
        let n_arcs = i64::try_from(arcs.len()).unwrap_or(i64::MAX);
        check("the number of core arcs", n_arcs, 0..=1 << 16)?;
        let most = leaves.iter().map(|leaf| leaf.units).max().unwrap_or(0);
        let n_leaves = i64::try_from(leaves.len()).unwrap_or(i64::MAX);
        // A leaf of a sample stands for others, at most for all.
        let weighted = n_leaves.saturating_mul(most.into());
        check(
            "units of a leaf times leaves",
            weighted,
            0..=u32::MAX.into(),
        )?;
        for arc in &arcs {
            check_hub(arc.tail, n_hubs)?;
            check_hub(arc.head, n_hubs)?;
            check("capacity", arc.capacity, 0..=LARGEST_FLOW >> 16)?;
            check("cost", arc.cost, -LARGEST_COST..=LARGEST_COST)?;
        }
        let mut core = Core {
            supplies: vec![0; n_hubs],
            arcs,
        };
        let mut rows = Rows {
            starts: vec![0],
            ..Rows::default()
        };
        for leaf in leaves {
            check_leaf(leaf, n_hubs)?;
            append(&mut rows, leaf);
            core.supplies[usize::from(leaf.home)] -= i64::from(leaf.units);
        }
        let settled = levels::solve(&core, &rows, n_threads).map_err(out_of_range)?;
        let mut standing = Self {
            homes: leaves.iter().map(|leaf| leaf.home).collect(),
            owners: Vec::new(),
            is_gone: vec![false; leaves.len()],
            rows,
            settled,
            n_near: 0,
            n_threads,
        };
        // Wider margins last longer.
        for width in &mut standing.settled.widths {
            *width = width.saturating_mul(4).min(LARGEST_WIDTH);
        }
        standing.look_at_all()?;
        Ok(standing)
    }

    /// Adds a leaf.
    ///
    /// # Errors
    ///
    /// [`Refused::UnknownHub`], [`Refused::OutOfRange`].
    pub fn add(&mut self, leaf: &Leaf) -> Result<LeafIdx, Refused> {
        check_leaf(leaf, self.n_hubs())?;
        let idx = LeafIdx(u32::try_from(self.homes.len()).expect("leaves are counted in 32 bits"));
        append(&mut self.rows, leaf);
        self.homes.push(leaf.home);
        self.owners.push(None);
        self.is_gone.push(false);
        self.expect_at_home(leaf.home, i64::from(leaf.units));
        self.put_in(idx);
        self.repair()?;
        Ok(idx)
    }

    /// Removes a leaf. Its position is not given to another.
    ///
    /// # Errors
    ///
    /// [`Refused::UnknownLeaf`].
    pub fn remove(&mut self, leaf: LeafIdx) -> Result<(), Refused> {
        self.check_there(leaf)?;
        self.take_out(leaf);
        let idx = leaf.0 as usize;
        let units = std::mem::take(&mut self.rows.units[idx]);
        self.expect_at_home(self.homes[idx], -i64::from(units));
        self.is_gone[idx] = true;
        self.repair()
    }

    /// Changes what the unit of a leaf costs at a core node.
    ///
    /// # Errors
    ///
    /// [`Refused::UnknownLeaf`], [`Refused::UnknownPair`], [`Refused::OutOfRange`].
    pub fn set_cost(&mut self, leaf: LeafIdx, hub: u16, cost: i64) -> Result<(), Refused> {
        self.check_there(leaf)?;
        check("cost", cost, -LARGEST_COST..=LARGEST_COST)?;
        let row = self.rows.row(leaf.0 as usize);
        // The first pair is the way home.
        let found = row.hubs.iter().skip(1).position(|own| *own == hub);
        let place = found.ok_or(Refused::UnknownPair { leaf, hub })? + 1;
        let position = row.first as usize + place;
        self.take_out(leaf);
        self.rows.costs[position] = cost;
        self.put_in(leaf);
        self.repair()
    }

    /// Changes capacity and cost of a core arc: another seat, another target.
    ///
    /// # Errors
    ///
    /// [`Refused::UnknownArc`], [`Refused::OutOfRange`].
    pub fn set_arc(&mut self, arc: usize, capacity: i64, cost: i64) -> Result<(), Refused> {
        if arc >= self.settled.repair.core.arcs.len() {
            return Err(Refused::UnknownArc { arc });
        }
        check("capacity", capacity, 0..=LARGEST_FLOW >> 16)?;
        check("cost", cost, -LARGEST_COST..=LARGEST_COST)?;
        self.settled.repair.set_arc(arc, capacity, cost);
        self.repair()
    }

    /// The core nodes, other than its home, that the leaf's units are at.
    pub fn hubs_of(&self, leaf: LeafIdx) -> Vec<u16> {
        let leaf = leaf.0 as usize;
        let placed = self.placed(leaf..leaf + 1);
        let row = self.rows.row(leaf);
        let places = placed.units.iter().map(|(_, place, _)| *place as usize);
        places
            .filter(|place| *place > 0)
            .map(|place| row.hubs[place])
            .collect()
    }

    /// The price of each core node: what a unit more there would save.
    pub fn prices(&self) -> &[i64] {
        &self.settled.repair.prices
    }

    /// The flow of each core arc.
    pub fn core_flow(&self) -> &[i64] {
        &self.settled.repair.flow
    }

    /// What the optimum costs.
    ///
    /// # Complexity
    ///
    /// A pass over all pairs.
    pub fn cost(&self) -> i128 {
        let repair = &self.settled.repair;
        let placed = self.placed(0..self.rows.n_leaves());
        let of_leaf = |&(leaf, place, units): &(u32, u32, u32)| {
            let costs = self.rows.row(leaf as usize).costs;
            i128::from(costs[place as usize]) * i128::from(units)
        };
        let arcs = repair.core.arcs.iter().zip(&repair.flow);
        let of_arcs = arcs.map(|(arc, flow)| i128::from(arc.cost) * i128::from(*flow));
        placed.units.iter().map(of_leaf).sum::<i128>() + of_arcs.sum::<i128>()
    }

    /// Whether the prices prove the optimum over all pairs: each is looked at.
    pub fn is_proved(&self) -> bool {
        let placed = self.placed(0..self.rows.n_leaves());
        is_optimal(&self.settled.repair, &[placed])
    }

    fn placed(&self, leaves: std::ops::Range<usize>) -> Placed {
        Placed::of(&self.rows, &self.settled.repair, leaves, |leaf| {
            self.owners[leaf].map(|owner| owner as usize)
        })
    }

    fn n_hubs(&self) -> usize {
        self.settled.repair.core.n_nodes()
    }

    fn check_there(&self, leaf: LeafIdx) -> Result<(), Refused> {
        match self.is_gone.get(leaf.0 as usize) {
            Some(false) => Ok(()),
            _ => Err(Refused::UnknownLeaf { leaf }),
        }
    }

    /// So many units more are to end at a home.
    fn expect_at_home(&mut self, home: u16, units: i64) {
        let repair = &mut self.settled.repair;
        repair.core.supplies[usize::from(home)] -= units;
        repair.excess[usize::from(home)] -= units;
    }

    /// Lets a leaf choose at the prices of now.
    fn put_in(&mut self, leaf: LeafIdx) {
        let repair = &mut self.settled.repair;
        let idx = leaf.0 as usize;
        let n_before = repair.near.owners.len();
        let fixed = repair.near.fixed.clone();
        let row = self.rows.row(idx);
        repair
            .near
            .take(idx, row, 1, &self.settled.margins, &mut Vec::new());
        for (excess, (now, before)) in repair
            .excess
            .iter_mut()
            .zip(repair.near.fixed.iter().zip(fixed))
        {
            *excess += now - before;
        }
        self.owners[idx] = None;
        if repair.near.owners.len() > n_before {
            self.owners[idx] = u32::try_from(n_before).ok();
            repair.welcome_last();
        }
    }

    /// Takes a leaf's units from where they are.
    fn take_out(&mut self, leaf: LeafIdx) {
        let idx = leaf.0 as usize;
        let repair = &mut self.settled.repair;
        match self.owners[idx].take() {
            Some(owner) => repair.dismiss(owner as usize),
            None => {
                let placed = Placed::of(&self.rows, repair, idx..idx + 1, |_| None);
                for (hub, units) in placed.inflow.iter().enumerate() {
                    repair.excess[hub] -= units;
                    repair.near.fixed[hub] -= units;
                }
            }
        }
    }

    /// Repairs; looks at all pairs again where prices have left their margins, or near pairs do not suffice.
    fn repair(&mut self) -> Result<(), Refused> {
        match self.settled.repair.run() {
            Ok(()) if self.is_lean() && self.settled.margins.hold(&self.settled.repair.prices) => {
                Ok(())
            }
            Ok(()) | Err(Stuck::NoWay) => self.look_at_all(),
            // Only differences of prices count: all can drift away together.
            Err(Stuck::Range) => {
                let prices = &mut self.settled.repair.prices;
                let mut sorted = prices.clone();
                sorted.sort_unstable();
                let middle = sorted[sorted.len() / 2];
                prices.iter_mut().for_each(|price| *price -= middle);
                self.look_at_all()
            }
        }
    }

    /// Whether what changes have left behind is less than what there was before them.
    fn is_lean(&self) -> bool {
        self.settled.repair.near.pairs.len() <= 2 * self.n_near + 1000
    }

    fn look_at_all(&mut self) -> Result<(), Refused> {
        let Repair { core, prices, .. } = &self.settled.repair;
        let all = Sample::of(self.rows.n_leaves(), self.rows.n_leaves());
        let widths = &self.settled.widths;
        let settled = levels::settle(core, &self.rows, all, prices, widths, self.n_threads);
        self.settled = settled.map_err(out_of_range)?;
        self.n_near = self.settled.repair.near.pairs.len();
        self.owners.clear();
        self.owners.resize(self.rows.n_leaves(), None);
        for (place, owner) in (0..).zip(&self.settled.repair.near.owners) {
            self.owners[owner.leaf as usize] = Some(place);
        }
        Ok(())
    }
}

/// There always is a flow, so only prices can go wrong.
fn out_of_range(_: Stuck) -> Refused {
    Refused::OutOfRange {
        what: "price, beyond",
        value: super::range::LARGEST_PRICE,
    }
}

fn check(
    what: &'static str,
    value: i64,
    range: std::ops::RangeInclusive<i64>,
) -> Result<(), Refused> {
    if range.contains(&value) {
        Ok(())
    } else {
        Err(Refused::OutOfRange { what, value })
    }
}

fn check_hub(hub: u16, n_hubs: usize) -> Result<(), Refused> {
    if usize::from(hub) < n_hubs {
        Ok(())
    } else {
        Err(Refused::UnknownHub { hub, n_hubs })
    }
}

fn check_leaf(leaf: &Leaf, n_hubs: usize) -> Result<(), Refused> {
    check_hub(leaf.home, n_hubs)?;
    check("units", leaf.units.into(), 0..=1 << 16)?;
    for &(hub, cost) in &leaf.pairs {
        check_hub(hub, n_hubs)?;
        check("cost", cost, -LARGEST_COST..=LARGEST_COST)?;
    }
    Ok(())
}

/// Adds a row: the way home first.
fn append(rows: &mut Rows<i64>, leaf: &Leaf) {
    if leaf.units > 1 && rows.rooms.is_empty() {
        rows.rooms = vec![1; rows.hubs.len()];
    }
    let has_rooms = leaf.units > 1 || !rows.rooms.is_empty();
    rows.hubs.push(leaf.home);
    rows.costs.push(0);
    for &(hub, cost) in &leaf.pairs {
        rows.hubs.push(hub);
        rows.costs.push(cost);
    }
    if has_rooms {
        rows.rooms.push(leaf.units);
        rows.rooms.resize(rows.hubs.len(), leaf.units.min(1));
    }
    rows.units.push(leaf.units);
    rows.starts
        .push(u32::try_from(rows.hubs.len()).expect("pairs are counted in 32 bits"));
}
