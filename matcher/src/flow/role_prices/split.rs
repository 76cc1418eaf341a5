//! Recognising a core and leaves in a network: a small set of nodes that has an end of every arc.

use super::parallel;
use super::range::MOST_HUBS;
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

/// What a look at all arcs shows.
#[derive(Clone, Debug, Default)]
struct Survey {
    /// By node, its arcs to nodes that are not in the core either, where it is not in the core.
    open_degrees: Vec<u32>,
    core_arcs: Vec<u32>,
    n_out_of_leaves: usize,
    n_into_leaves: usize,
}

/// Finds the core: nodes of many more arcs than usual, then whatever it takes to have an end of every
/// arc. `None` where that is more than [`MOST_HUBS`], or more than an eighth of the nodes.
pub(super) fn split(network: &Network, n_threads: usize) -> Option<Split> {
    let n_nodes = network.n_nodes();
    if n_nodes == 0 || network.n_arcs() == 0 {
        return None;
    }
    let most = MOST_HUBS.min(n_nodes / 8 + 1);
    let mut is_core = vec![false; n_nodes];
    let mut survey = Survey::of(network, &is_core, n_threads);
    let degrees = survey.open_degrees.clone();
    let usual = 16 * (2 * network.n_arcs() / n_nodes + 1);
    let mut n_hubs = 0;
    loop {
        let largest = survey.open_degrees.iter().copied().max().unwrap_or(0);
        if largest == 0 {
            break;
        }
        let half = largest.div_ceil(2);
        let least = match n_hubs {
            0 => half.min(u32::try_from(usual).unwrap_or(u32::MAX)),
            _ => half,
        };
        for (is_core, &degree) in is_core.iter_mut().zip(&survey.open_degrees) {
            if degree >= least {
                *is_core = true;
                n_hubs += 1;
            }
        }
        if n_hubs > most {
            return None;
        }
        survey = Survey::of(network, &is_core, n_threads);
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

impl Survey {
    fn of(network: &Network, is_core: &[bool], n_threads: usize) -> Self {
        let (tails, heads) = (network.tails(), network.heads());
        let parts = parallel::over(network.n_arcs(), n_threads, |arcs| {
            let mut part = Survey {
                open_degrees: vec![0; is_core.len()],
                ..Survey::default()
            };
            let first = u32::try_from(arcs.start).expect("arcs are counted in 32 bits");
            let ends = tails[arcs.clone()].iter().zip(&heads[arcs]);
            for (arc, (&tail, &head)) in (first..).zip(ends) {
                match (is_core[tail as usize], is_core[head as usize]) {
                    (false, false) => {
                        part.open_degrees[tail as usize] += 1;
                        part.open_degrees[head as usize] += 1;
                    }
                    (false, true) => part.n_out_of_leaves += 1,
                    (true, false) => part.n_into_leaves += 1,
                    (true, true) => part.core_arcs.push(arc),
                }
            }
            part
        });
        let mut parts = parts.into_iter();
        let mut all = parts.next().unwrap_or_default();
        for part in parts {
            for (sum, more) in all.open_degrees.iter_mut().zip(&part.open_degrees) {
                *sum += more;
            }
            all.core_arcs.extend(part.core_arcs);
            all.n_out_of_leaves += part.n_out_of_leaves;
            all.n_into_leaves += part.n_into_leaves;
        }
        all
    }
}
