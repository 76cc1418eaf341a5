//! The network: nodes with supplies, arcs with bounds and costs. One that exists is valid.

use std::fmt;

/// A node's position in its network, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeIdx(pub u32);

/// An arc's position in its network, counted from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArcIdx(pub u32);

impl NodeIdx {
    /// The index into vectors by node.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl ArcIdx {
    /// The index into vectors by arc.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// What a network refuses to hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// An arc's end is not a node of the network.
    #[error("node {} does not exist: the network has {nodes} nodes", node.index() + 1)]
    UnknownNode {
        /// The node that was named.
        node: NodeIdx,
        /// How many nodes there are.
        nodes: usize,
    },
    /// Lower bounds are at least zero.
    #[error("lower bound {lower} is negative")]
    NegativeLower {
        /// The lower bound.
        lower: i64,
    },
    /// The bounds leave no value for the flow; a negative capacity is always of this kind.
    #[error("lower bound {lower} exceeds capacity {capacity}")]
    LowerAboveCapacity {
        /// The lower bound.
        lower: i64,
        /// The capacity.
        capacity: i64,
    },
    /// Nodes and arcs together (with a few for internal use) are counted in 32 bits.
    #[error("more than {} nodes and arcs", Network::MAX_SIZE)]
    TooLarge,
}

/// Numbers by arc, with as many bits as the widest so far needs.
#[derive(Clone, Debug)]
enum Column {
    Bits32(Vec<i32>),
    Bits64(Vec<i64>),
    Bits128(Vec<i128>),
}

impl Column {
    fn with_capacity(n: usize) -> Self {
        Self::Bits32(Vec::with_capacity(n))
    }

    #[inline(always)]
    fn get(&self, idx: usize) -> i128 {
        match self {
            Self::Bits32(numbers) => numbers[idx].into(),
            Self::Bits64(numbers) => numbers[idx].into(),
            Self::Bits128(numbers) => numbers[idx],
        }
    }

    /// The number, if all numbers fit 64 bits.
    #[inline(always)]
    fn get_64(&self, idx: usize) -> Option<i64> {
        match self {
            Self::Bits32(numbers) => Some(numbers[idx].into()),
            Self::Bits64(numbers) => Some(numbers[idx]),
            Self::Bits128(_) => None,
        }
    }

    fn push(&mut self, number: i128) {
        match self {
            Self::Bits32(numbers) => match i32::try_from(number) {
                Ok(narrow) => numbers.push(narrow),
                Err(_) => {
                    let wide = numbers.iter().map(|&number| number.into()).collect();
                    *self = Self::Bits64(wide);
                    self.push(number);
                }
            },
            Self::Bits64(numbers) => match i64::try_from(number) {
                Ok(narrow) => numbers.push(narrow),
                Err(_) => {
                    let wide = numbers.iter().map(|&number| number.into()).collect();
                    *self = Self::Bits128(wide);
                    self.push(number);
                }
            },
            Self::Bits128(numbers) => numbers.push(number),
        }
    }

    /// Appends what `of` makes of the numbers at some places. Which bits there are is asked once, not for every number.
    fn gather<T>(&self, places: &[u32], of: impl Fn(i128) -> T, into: &mut Vec<T>) {
        let places = places.iter().map(|&place| place as usize);
        match self {
            Self::Bits32(numbers) => into.extend(places.map(|place| of(numbers[place].into()))),
            Self::Bits64(numbers) => into.extend(places.map(|place| of(numbers[place].into()))),
            Self::Bits128(numbers) => into.extend(places.map(|place| of(numbers[place]))),
        }
    }

    /// The largest absolute value; 0 of no numbers.
    fn largest_size(&self) -> u128 {
        let narrow = |size: Option<u64>| size.unwrap_or(0).into();
        match self {
            Self::Bits32(numbers) => {
                let sizes = numbers.iter().map(|number| number.unsigned_abs());
                sizes.max().unwrap_or(0).into()
            }
            Self::Bits64(numbers) => narrow(numbers.iter().map(|it| it.unsigned_abs()).max()),
            Self::Bits128(numbers) => {
                let sizes = numbers.iter().map(|number| number.unsigned_abs());
                sizes.max().unwrap_or(0)
            }
        }
    }

    fn iter(&self) -> impl Iterator<Item = i128> {
        let n = match self {
            Self::Bits32(numbers) => numbers.len(),
            Self::Bits64(numbers) => numbers.len(),
            Self::Bits128(numbers) => numbers.len(),
        };
        (0..n).map(|idx| self.get(idx))
    }
}

impl PartialEq for Column {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Column {}

/// A directed network with supplies, lower bounds, capacities and costs, as parallel vectors by
/// arc: 16 bytes an arc, more once a capacity or a cost beyond 32 bits or a lower bound occurs.
#[derive(Clone, PartialEq, Eq)]
pub struct Network {
    supplies: Vec<i64>,
    tails: Vec<u32>,
    heads: Vec<u32>,
    /// Empty while every lower bound is zero.
    lowers: Vec<i64>,
    capacities: Column,
    costs: Column,
}

impl Network {
    /// The capacity of an arc that has none.
    pub const UNBOUNDED: i64 = i64::MAX;

    /// The largest sum of the number of nodes and the number of arcs.
    pub const MAX_SIZE: usize = u32::MAX as usize - 2;

    /// A network without nodes and arcs.
    pub fn new() -> Self {
        Self::with_capacity(0, 0)
    }

    /// An empty network with room for `n_nodes` nodes and `n_arcs` arcs.
    pub fn with_capacity(n_nodes: usize, n_arcs: usize) -> Self {
        Self {
            supplies: Vec::with_capacity(n_nodes),
            tails: Vec::with_capacity(n_arcs),
            heads: Vec::with_capacity(n_arcs),
            lowers: Vec::new(),
            capacities: Column::with_capacity(n_arcs),
            costs: Column::with_capacity(n_arcs),
        }
    }

    /// Adds a node with the given supply; a negative one is a demand.
    ///
    /// # Errors
    ///
    /// [`NetworkError::TooLarge`].
    pub fn add_node(&mut self, supply: i64) -> Result<NodeIdx, NetworkError> {
        self.make_room()?;
        let node = NodeIdx(to_u32(self.supplies.len()));
        self.supplies.push(supply);
        Ok(node)
    }

    /// Adds an arc. Self-loops and parallel arcs are welcome.
    ///
    /// # Errors
    ///
    /// Every [`NetworkError`].
    pub fn add_arc(
        &mut self,
        tail: NodeIdx,
        head: NodeIdx,
        lower: i64,
        capacity: i64,
        cost: i128,
    ) -> Result<ArcIdx, NetworkError> {
        self.make_room()?;
        for node in [tail, head] {
            if node.index() >= self.supplies.len() {
                return Err(NetworkError::UnknownNode {
                    node,
                    nodes: self.supplies.len(),
                });
            }
        }
        if lower < 0 {
            return Err(NetworkError::NegativeLower { lower });
        }
        if lower > capacity {
            return Err(NetworkError::LowerAboveCapacity { lower, capacity });
        }
        let arc = ArcIdx(to_u32(self.tails.len()));
        if lower > 0 && self.lowers.is_empty() {
            self.lowers = vec![0; self.tails.len()];
        }
        if lower > 0 || !self.lowers.is_empty() {
            self.lowers.push(lower);
        }
        self.tails.push(tail.0);
        self.heads.push(head.0);
        self.capacities.push(capacity.into());
        self.costs.push(cost);
        Ok(arc)
    }

    /// Replaces the supply of a node.
    ///
    /// # Panics
    ///
    /// If the node is not of this network.
    pub fn set_supply(&mut self, node: NodeIdx, supply: i64) {
        self.supplies[node.index()] = supply;
    }

    /// The number of nodes.
    pub fn n_nodes(&self) -> usize {
        self.supplies.len()
    }

    /// The number of arcs.
    pub fn n_arcs(&self) -> usize {
        self.tails.len()
    }

    /// All nodes, in order.
    pub fn nodes(&self) -> impl ExactSizeIterator<Item = NodeIdx> + use<> {
        (0..to_u32(self.n_nodes())).map(NodeIdx)
    }

    /// All arcs, in order.
    pub fn arcs(&self) -> impl ExactSizeIterator<Item = ArcIdx> + use<> {
        (0..to_u32(self.n_arcs())).map(ArcIdx)
    }

    /// What the node sends into the network, less what it takes.
    pub fn supply(&self, node: NodeIdx) -> i64 {
        self.supplies[node.index()]
    }

    /// The node that the arc leaves.
    pub fn tail(&self, arc: ArcIdx) -> NodeIdx {
        NodeIdx(self.tails[arc.index()])
    }

    /// The node that the arc enters.
    pub fn head(&self, arc: ArcIdx) -> NodeIdx {
        NodeIdx(self.heads[arc.index()])
    }

    /// By arc, the node that it leaves.
    pub(super) fn tails(&self) -> &[u32] {
        &self.tails
    }

    /// By arc, the node that it enters.
    pub(super) fn heads(&self) -> &[u32] {
        &self.heads
    }

    /// Whether some arc has a lower bound other than zero.
    pub(super) fn has_lowers(&self) -> bool {
        !self.lowers.is_empty()
    }

    /// The least flow of the arc.
    pub fn lower(&self, arc: ArcIdx) -> i64 {
        self.lowers.get(arc.index()).copied().unwrap_or(0)
    }

    /// The largest flow of the arc, or [`Network::UNBOUNDED`].
    pub fn capacity(&self, arc: ArcIdx) -> i64 {
        self.capacities
            .get_64(arc.index())
            .expect("a capacity was given in 64 bits")
    }

    /// Whether the arc's flow has no upper limit.
    pub fn is_unbounded(&self, arc: ArcIdx) -> bool {
        self.capacity(arc) == Self::UNBOUNDED
    }

    /// The cost of a unit of flow.
    pub fn cost(&self, arc: ArcIdx) -> i128 {
        self.costs.get(arc.index())
    }

    /// The cost of a unit of flow, where all costs of the network fit 64 bits.
    #[inline(always)]
    pub(super) fn cost_64(&self, arc: ArcIdx) -> Option<i64> {
        self.costs.get_64(arc.index())
    }

    /// Appends what `of` makes of the costs of some arcs.
    pub(super) fn gather_costs<T>(&self, arcs: &[u32], of: impl Fn(i128) -> T, into: &mut Vec<T>) {
        self.costs.gather(arcs, of, into);
    }

    /// Appends what `of` makes of the capacities of some arcs, [`Network::UNBOUNDED`] included.
    pub(super) fn gather_capacities<T>(
        &self,
        arcs: &[u32],
        of: impl Fn(i128) -> T,
        into: &mut Vec<T>,
    ) {
        self.capacities.gather(arcs, of, into);
    }

    /// The largest absolute value of a cost; 0 without arcs.
    pub(super) fn largest_cost_size(&self) -> u128 {
        self.costs.largest_size()
    }

    /// Sum and largest of the capacities that are bounded, and whether some are not.
    pub(super) fn capacity_summary(&self) -> (i128, i64, bool) {
        if let Column::Bits32(numbers) = &self.capacities {
            // Capacities of 32 bits, fewer than 2³² of them.
            let sum: i64 = numbers.iter().map(|&number| i64::from(number)).sum();
            let largest = numbers.iter().max().copied().unwrap_or(0);
            return (sum.into(), largest.into(), false);
        }
        let mut summary = (0, 0, false);
        for arc in self.arcs() {
            let capacity = self.capacity(arc);
            if capacity == Self::UNBOUNDED {
                summary.2 = true;
            } else {
                summary.0 += i128::from(capacity);
                summary.1 = summary.1.max(capacity);
            }
        }
        summary
    }

    /// The sum of all supplies, zero in a balanced network.
    pub fn supply_sum(&self) -> i128 {
        self.supplies.iter().map(|&supply| i128::from(supply)).sum()
    }

    /// `Σ c(a) x(a)`, or `None` where that exceeds 128 bits. Opposite signs may cancel on the way:
    /// the products are summed in two halves, neither of which can overflow.
    pub(super) fn cost_of(&self, flow: &[i64]) -> Option<i128> {
        const HALF: u32 = 64;
        let (mut high, mut low) = (0_i128, 0_i128);
        for (arc, &flow) in self.arcs().zip(flow).filter(|(_, flow)| **flow != 0) {
            let product = self.cost(arc).checked_mul(i128::from(flow))?;
            let product_high = product >> HALF;
            high += product_high;
            low += product - (product_high << HALF);
        }
        high += low >> HALF;
        low &= i128::from(u64::MAX);
        high.checked_mul(1 << HALF)?.checked_add(low)
    }

    fn make_room(&self) -> Result<(), NetworkError> {
        if self.n_nodes() + self.n_arcs() < Self::MAX_SIZE {
            Ok(())
        } else {
            Err(NetworkError::TooLarge)
        }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self::new()
    }
}

/// The network as its DIMACS file, which is what a failed test should show.
impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "p min {} {}", self.n_nodes(), self.n_arcs())?;
        for node in self.nodes().filter(|&node| self.supply(node) != 0) {
            writeln!(f, "n {} {}", node.index() + 1, self.supply(node))?;
        }
        for arc in self.arcs() {
            let (tail, head) = (self.tail(arc).index() + 1, self.head(arc).index() + 1);
            let (lower, capacity, cost) = (self.lower(arc), self.capacity(arc), self.cost(arc));
            writeln!(f, "a {tail} {head} {lower} {capacity} {cost}")?;
        }
        Ok(())
    }
}

fn to_u32(count: usize) -> u32 {
    u32::try_from(count).expect("nodes and arcs are at most MAX_SIZE")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arc_that_no_flow_can_use_is_refused_by_name() {
        let mut network = Network::new();
        let v = network.add_node(0).unwrap();
        let stranger = NodeIdx(7);
        let refused = |network: &mut Network, head, lower, capacity| {
            network.add_arc(v, head, lower, capacity, 0).unwrap_err()
        };
        assert_eq!(
            refused(&mut network, stranger, 0, 1),
            NetworkError::UnknownNode {
                node: stranger,
                nodes: 1
            }
        );
        assert_eq!(
            refused(&mut network, v, -1, 1),
            NetworkError::NegativeLower { lower: -1 }
        );
        assert_eq!(
            refused(&mut network, v, 0, -1),
            NetworkError::LowerAboveCapacity {
                lower: 0,
                capacity: -1
            }
        );
        assert_eq!(network.n_arcs(), 0);
    }

    #[test]
    fn lower_bounds_and_wide_costs_may_come_late() {
        let mut network = Network::new();
        let v = network.add_node(0).unwrap();
        let narrow = network.add_arc(v, v, 0, 1, -5).unwrap();
        let wide = network.add_arc(v, v, 2, 3, i128::MAX).unwrap();
        let last = network.add_arc(v, v, 0, 1, 7).unwrap();
        assert_eq!(
            [narrow, wide, last].map(|arc| network.cost(arc)),
            [-5, i128::MAX, 7]
        );
        assert_eq!(
            [narrow, wide, last].map(|arc| network.lower(arc)),
            [0, 2, 0]
        );
    }

    #[test]
    fn a_total_cost_whose_parts_cancel_does_not_overflow() {
        let mut network = Network::new();
        let v = network.add_node(0).unwrap();
        let most = i128::from(i64::MAX);
        for cost in [most, most, most, -most, -most, -most, 3] {
            network.add_arc(v, v, 0, i64::MAX, cost).unwrap();
        }
        let flow = [i64::MAX; 7];
        assert_eq!(network.cost_of(&flow), Some(3 * most));
        assert_eq!(network.cost_of(&flow[..3]), None);
        assert_eq!(network.cost_of(&flow[..2]), Some(2 * most * most));
    }
}
