//! The core: the few nodes that all leaves lead to, and the arcs among them.

/// An arc between two core nodes; its lower bound is zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoreArc {
    /// The position of the core node that it leaves.
    pub tail: u16,
    /// The position of the core node that it enters.
    pub head: u16,
    /// The most flow it takes.
    pub capacity: i64,
    /// The cost of a unit of flow.
    pub cost: i64,
}

/// A small network.
#[derive(Clone, Debug, Default)]
pub(super) struct Core {
    pub(super) supplies: Vec<i64>,
    pub(super) arcs: Vec<CoreArc>,
}

impl Core {
    pub(super) fn n_nodes(&self) -> usize {
        self.supplies.len()
    }

    /// By node, its arcs: position, and whether it is the tail.
    pub(super) fn incident(&self) -> Vec<Vec<(u32, bool)>> {
        let mut incident = vec![Vec::new(); self.n_nodes()];
        for (idx, arc) in (0..).zip(&self.arcs) {
            if arc.tail != arc.head {
                incident[usize::from(arc.tail)].push((idx, true));
                incident[usize::from(arc.head)].push((idx, false));
            }
        }
        incident
    }

    /// Bellman–Ford over some of the arcs.
    pub(super) fn has_negative_cycle(&self, takes: impl Fn(&CoreArc) -> bool) -> bool {
        let mut distances = vec![0_i64; self.n_nodes()];
        for _ in 0..=self.n_nodes() {
            let mut is_changed = false;
            for arc in self.arcs.iter().filter(|arc| takes(arc)) {
                let distance = distances[usize::from(arc.tail)] + arc.cost;
                if distance < distances[usize::from(arc.head)] {
                    distances[usize::from(arc.head)] = distance;
                    is_changed = true;
                }
            }
            if !is_changed {
                return false;
            }
        }
        true
    }
}

impl CoreArc {
    /// `cost − price(tail) + price(head)`; within range as [`super::range`] says.
    pub(super) fn reduced_cost(&self, prices: &[i64]) -> i64 {
        self.cost - prices[usize::from(self.tail)] + prices[usize::from(self.head)]
    }
}
