//! Which integers the network simplex computes in: 64 bits where that provably suffices, else 128.

use std::fmt::Debug;

use super::{ArcIdx, FlowError, Network};

/// The integers of one run. Operations wrap: [`Scale`] bounds every quantity that is compared.
pub(super) trait Word: Copy + Ord + Debug + Into<i128> + TryFrom<i128> {
    const ZERO: Self;
    const MAX: Self;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;

    /// The word of a value that [`Scale::fits`] has bounded.
    fn of(value: i128) -> Self {
        let Ok(word) = Self::try_from(value) else {
            panic!("{value} was found to be in range")
        };
        word
    }
}

macro_rules! word {
    ($integer:ty) => {
        impl Word for $integer {
            const ZERO: Self = 0;
            const MAX: Self = Self::MAX;

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
        }
    };
}

word!(i64);
word!(i128);

/// Bounds on what occurs while a network is solved.
#[derive(Clone, Debug)]
pub(super) struct Scale {
    /// Supplies after every arc has been given its lower bound.
    pub(super) supplies: Vec<i128>,
    /// The cost of an artificial arc: more than twice what any path of arcs can cost, so that the
    /// optimum uses one only if it must, and potentials tell which side of the bottleneck a node is
    /// on.
    pub(super) penalty: i128,
    /// No flow on an arc without capacity passes this before the problem is found unbounded.
    pub(super) flow_bound: i128,
    /// What stands for the capacity of an arc that has none: after any such flow, more is left than
    /// `flow_bound`.
    pub(super) unlimited: i128,
    has_unbounded_arcs: bool,
    largest_capacity: i64,
}

impl Scale {
    /// Measures a network.
    ///
    /// # Errors
    ///
    /// [`FlowError::CostRange`] where potentials might exceed 128 bits.
    pub(super) fn of(network: &Network) -> Result<Self, FlowError> {
        let mut supplies: Vec<i128> = network
            .nodes()
            .map(|node| network.supply(node).into())
            .collect();
        if network.has_lowers() {
            for arc in network.arcs() {
                let lower = i128::from(network.lower(arc));
                supplies[network.tail(arc).index()] -= lower;
                supplies[network.head(arc).index()] += lower;
            }
        }
        let (capacity_sum, largest_capacity, has_unbounded_arcs) = network.capacity_summary();
        // In a basic solution the flow on a tree arc is the supply below it and what the saturated
        // arcs bring, so that these sums bound it.
        let supply_size: i128 = supplies.iter().map(|supply| supply.abs()).sum();
        let flow_bound = supply_size + if has_unbounded_arcs { capacity_sum } else { 0 };
        let largest = network.largest_cost_size();
        let penalty = match network.n_arcs() {
            0 => Some(2),
            _ => Self::penalty(network.n_nodes(), largest),
        };
        let Some(penalty) = penalty else {
            let is_dearest = |arc: &ArcIdx| network.cost(*arc).unsigned_abs() == largest;
            let arc = network.arcs().find(is_dearest);
            let arc = arc.expect("without arcs the penalty is known");
            return Err(FlowError::CostRange {
                arc,
                cost: network.cost(arc),
                nodes: network.n_nodes(),
            });
        };
        let unlimited = 3 * flow_bound + 1;
        Ok(Self {
            supplies,
            penalty,
            flow_bound,
            unlimited,
            has_unbounded_arcs,
            largest_capacity,
        })
    }

    /// `2 n (max |c| + 1)`, if four times that is within 128 bits: potentials are a penalty and at
    /// most `n` costs, reduced costs two potentials and a cost.
    fn penalty(n_nodes: usize, cost_size: u128) -> Option<i128> {
        let n_nodes = i128::try_from(n_nodes).ok()?;
        let penalty = i128::try_from(cost_size)
            .ok()?
            .checked_add(1)?
            .checked_mul(2 * n_nodes)?;
        penalty.checked_mul(4).map(|_| penalty)
    }

    /// Whether every flow, residual capacity, potential and reduced cost is a `W`.
    pub(super) fn fits<W: Word>(&self) -> bool {
        let largest: i128 = W::MAX.into();
        4 * self.penalty <= largest && self.unlimited <= largest
    }

    /// The most that a pivot can push unless the problem is unbounded.
    pub(super) fn longest_step(&self) -> i128 {
        if self.has_unbounded_arcs {
            self.flow_bound
        } else {
            self.flow_bound.max(self.largest_capacity.into())
        }
    }
}
