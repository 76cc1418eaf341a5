//! Recognising a core and leaves in a network: a small set of nodes that has an end of every arc.

use super::parallel;
use crate::flow::Network;

/// The nodes of a network, told apart.
#[derive(Clone, Debug)]
pub(super) struct Split {
    /// By node: its position in the core, or the number of core nodes and its position among the leaves.
    pub(super) places: Vec<u32>,
    /// The core nodes, ascending.
    pub(super) hubs: Vec<u32>,
    /// The arcs between core nodes, ascending.
    pub(super) core_arcs: Vec<u32>,
    /// By node, how many arcs it has.
    pub(super) degrees: Vec<u32>,
    /// Whether most arcs of leaves enter them: then all arcs are read the other way about.
    pub(super) is_reversed: bool,
}

/// Finds the core: nodes of many more arcs than usual, then whatever it takes to have an end of every
/// arc. `None` where that is more than `most` nodes.
pub(super) fn split(network: &Network, most: usize, n_threads: usize) -> Option<Split> {
    let n_nodes = network.n_nodes();
    if n_nodes == 0 || network.n_arcs() == 0 {
        return None;
    }
    let degrees = degrees(network, n_threads);
    let usual = u32::try_from(2 * network.n_arcs() / n_nodes + 1).unwrap_or(u32::MAX);
    let largest = degrees.iter().copied().max().unwrap_or(0);
    let many = largest.div_ceil(2).min(usual.saturating_mul(16));
    let mut is_core: Vec<bool> = degrees.iter().map(|degree| *degree >= many).collect();
    let mut n_hubs = is_core.iter().filter(|is_core| **is_core).count();
    let mut survey;
    loop {
        if n_hubs > most {
            return None;
        }
        survey = Survey::of(network, &is_core, n_threads);
        let Some(largest) = survey.open_degrees.iter().map(|(_, degree)| *degree).max() else {
            break;
        };
        for &(node, degree) in &survey.open_degrees {
            if degree >= largest.div_ceil(2) {
                is_core[node as usize] = true;
                n_hubs += 1;
            }
        }
    }
    let mut places = Vec::with_capacity(n_nodes);
    let mut hubs = Vec::with_capacity(n_hubs);
    let mut next_leaf = u32::try_from(n_hubs).expect("nodes are counted in 32 bits");
    for (node, is_core) in (0..).zip(&is_core) {
        if *is_core {
            places.push(u32::try_from(hubs.len()).expect("nodes are counted in 32 bits"));
            hubs.push(node);
        } else {
            places.push(next_leaf);
            next_leaf += 1;
        }
    }
    Some(Split {
        places,
        hubs,
        core_arcs: survey.core_arcs,
        degrees,
        is_reversed: survey.n_into_leaves > survey.n_out_of_leaves,
    })
}

/// By node, how many arcs it has; an arc to itself counts twice.
fn degrees(network: &Network, n_threads: usize) -> Vec<u32> {
    let parts = parallel::over(network.n_arcs(), n_threads, |arcs| {
        let mut degrees = vec![0_u32; network.n_nodes()];
        let ends = network.tails()[arcs.clone()].iter();
        for (&tail, &head) in ends.zip(&network.heads()[arcs]) {
            degrees[tail as usize] += 1;
            degrees[head as usize] += 1;
        }
        degrees
    });
    let sum = |mut sums: Vec<u32>, part: Vec<u32>| {
        for (sum, more) in sums.iter_mut().zip(&part) {
            *sum += more;
        }
        sums
    };
    parts.into_iter().reduce(sum).unwrap_or_default()
}

/// What a look at all arcs shows.
#[derive(Default)]
struct Survey {
    /// Nodes outside the core with arcs to others outside, and how many.
    open_degrees: Vec<(u32, u32)>,
    core_arcs: Vec<u32>,
    n_out_of_leaves: usize,
    n_into_leaves: usize,
}

impl Survey {
    fn of(network: &Network, is_core: &[bool], n_threads: usize) -> Self {
        let (tails, heads) = (network.tails(), network.heads());
        let parts = parallel::over(network.n_arcs(), n_threads, |arcs| {
            let mut part = Survey::default();
            let mut open_arcs = Vec::new();
            let first = u32::try_from(arcs.start).expect("arcs are counted in 32 bits");
            let n_arcs = arcs.len();
            let ends = tails[arcs.clone()].iter().zip(&heads[arcs]);
            for (arc, (&tail, &head)) in (first..).zip(ends) {
                let (tail_in, head_in) = (is_core[tail as usize], is_core[head as usize]);
                part.n_out_of_leaves += usize::from(!tail_in);
                if tail_in == head_in {
                    if tail_in {
                        part.core_arcs.push(arc);
                    } else {
                        open_arcs.push(arc);
                    }
                }
            }
            part.n_out_of_leaves -= open_arcs.len();
            part.n_into_leaves =
                n_arcs - part.n_out_of_leaves - open_arcs.len() - part.core_arcs.len();
            (part, open_arcs)
        });
        let mut all = Self::default();
        let mut open_ends = Vec::new();
        for (part, open_arcs) in parts {
            all.core_arcs.extend(part.core_arcs);
            all.n_out_of_leaves += part.n_out_of_leaves;
            all.n_into_leaves += part.n_into_leaves;
            for arc in open_arcs {
                open_ends.extend([tails[arc as usize], heads[arc as usize]]);
            }
        }
        open_ends.sort_unstable();
        for run in open_ends.chunk_by(|a, b| a == b) {
            let degree = u32::try_from(run.len()).expect("arcs are counted in 32 bits");
            all.open_degrees.push((run[0], degree));
        }
        all
    }
}
