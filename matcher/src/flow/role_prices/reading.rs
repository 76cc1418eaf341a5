//! From a network that was split to a core and rows.
//!
//! Every arc of a leaf is read as one that leaves it: an arc `a` that enters it with flow `x` is the arc
//! that leaves it with `u(a) − x`, at the negative cost. Lower bounds are taken off. So every leaf
//! has units that it must place, and that is all.

use super::core::{Core, CoreArc};
use super::parallel;
use super::range::{LARGEST_COST, LARGEST_FLOW};
use super::rows::{Cost, Rows};
use super::split::Split;
use super::within;
use crate::flow::{ArcIdx, Network, NodeIdx};

/// The same problem in another form.
pub(super) struct Reading<C> {
    pub(super) core: Core,
    pub(super) rows: Rows<C>,
    /// The arcs that enter leaves, where arcs are reversed if they are.
    pub(super) entering: Vec<u32>,
    pub(super) arcs: ArcsOfPairs,
}

/// Which arc a pair was.
pub(super) enum ArcsOfPairs {
    /// By leaf, its first arc; the others follow.
    InRuns(Vec<u32>),
    /// By pair.
    Listed(Vec<u32>),
}

impl ArcsOfPairs {
    pub(super) fn arc(&self, leaf: usize, place: u32, position: u32) -> ArcIdx {
        ArcIdx(match self {
            Self::InRuns(first) => first[leaf] + place,
            Self::Listed(arcs) => arcs[position as usize],
        })
    }
}

/// Why a network that was split is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unread {
    /// A cost of a pair needs more bits than were tried.
    WiderCost,
    /// A number is out of range, or a leaf has more to send than its arcs carry.
    Other,
}

/// An arc of a leaf.
#[derive(Clone, Copy, Debug)]
pub(super) struct LeafArc {
    /// The position of the leaf among the leaves.
    pub(super) leaf: u32,
    pub(super) hub: u16,
    /// Whether it enters the leaf, where arcs are reversed if they are.
    pub(super) enters: bool,
}

impl Split {
    pub(super) fn n_hubs(&self) -> u32 {
        u32::try_from(self.hubs.len()).expect("core nodes are few")
    }

    pub(super) fn n_leaves(&self) -> usize {
        self.places.len() - self.hubs.len()
    }

    /// Whether an arc with this head enters a leaf, where arcs are reversed if they are.
    pub(super) fn enters_leaf(&self, head: u32) -> bool {
        (self.places[head as usize] >= self.n_hubs()) != self.is_reversed
    }

    /// The arc with these ends, if one of them is a leaf.
    #[inline(always)]
    pub(super) fn leaf_arc(&self, tail: u32, head: u32) -> Option<LeafArc> {
        let n_hubs = self.n_hubs();
        let (tail, head) = (self.places[tail as usize], self.places[head as usize]);
        if tail >= n_hubs {
            Some(LeafArc {
                leaf: tail - n_hubs,
                hub: u16::try_from(head).unwrap_or(u16::MAX),
                enters: self.is_reversed,
            })
        } else if head >= n_hubs {
            Some(LeafArc {
                leaf: head - n_hubs,
                hub: u16::try_from(tail).unwrap_or(u16::MAX),
                enters: !self.is_reversed,
            })
        } else {
            None
        }
    }
}

/// The part of the rows that one thread reads.
struct Part<'a, C> {
    /// The first of its leaves.
    first: u32,
    hubs: &'a mut [u16],
    costs: &'a mut [C],
    /// By leaf of the part.
    units: &'a mut [i64],
    /// By leaf of the part, its first arc.
    first_arcs: &'a mut [u32],
}

/// What reading a part shows besides.
#[derive(Default)]
struct Seen {
    /// By core node, what its supply changes by.
    supplies: Vec<i128>,
    wider: bool,
    out_of_range: bool,
    /// Whether some pair takes nothing.
    has_full: bool,
    /// Whether the arcs of some leaf are not in a run.
    is_mixed: bool,
    entering: Vec<u32>,
}

/// Units of a leaf at one pair can move to each other one, and every move waits in a heap: where leaves have more units
/// than this, a spanning tree over all nodes takes less.
const MOST_MOVES_A_PAIR: u64 = 16;

impl<C: Cost> Reading<C> {
    pub(super) fn of(network: &Network, split: &Split, n_threads: usize) -> Result<Self, Unread> {
        let n_leaves = split.n_leaves();
        let mut starts: Vec<u32> = Vec::with_capacity(n_leaves + 1);
        let mut units: Vec<i64> = Vec::with_capacity(n_leaves);
        let sign = if split.is_reversed { -1 } else { 1 };
        let mut n_pairs = 0;
        for (node, &place) in (0..).zip(&split.places) {
            if place >= split.n_hubs() {
                let supply = network.supply(NodeIdx(node));
                within(supply.into(), LARGEST_FLOW).ok_or(Unread::Other)?;
                starts.push(n_pairs);
                units.push(sign * supply);
                n_pairs += split.degrees[node as usize];
            }
        }
        starts.push(n_pairs);
        let mut hubs = vec![0_u16; n_pairs as usize];
        let mut costs = vec![C::default(); n_pairs as usize];
        let mut first_arcs = vec![0_u32; n_leaves];
        let columns = (
            &mut hubs[..],
            &mut costs[..],
            &mut units[..],
            &mut first_arcs[..],
        );
        let parts = parts(&starts, columns, n_threads);
        let seen = parallel::each(parts, |part| part.read(network, split, &starts));
        if seen.iter().any(|seen| seen.out_of_range) {
            return Err(Unread::Other);
        }
        if seen.iter().any(|seen| seen.wider) {
            return Err(Unread::WiderCost);
        }
        let n_leaves = u32::try_from(n_leaves).expect("leaves are counted in 32 bits");
        let most = i64::from(u32::MAX / n_leaves.max(1));
        if units.iter().any(|units| !(0..=most).contains(units)) {
            return Err(Unread::Other);
        }
        let mut rows = Rows {
            starts,
            hubs,
            costs,
            rooms: Vec::new(),
            units: Vec::new(),
        };
        let has_many = units.iter().any(|&units| units > 1);
        if units.iter().any(|&units| units != 1) {
            let narrow = |units: &i64| u32::try_from(*units).unwrap_or(0);
            rows.units = units.iter().map(narrow).collect();
        }
        if has_many || seen.iter().any(|seen| seen.has_full) {
            rows.rooms = rooms(network, split, &rows);
        }
        let n_moves = (0..rows.n_leaves()).map(|leaf| {
            let n_pairs = u64::from(rows.starts[leaf + 1] - rows.starts[leaf]);
            n_pairs * n_pairs.min(units[leaf].unsigned_abs())
        });
        if n_moves.sum::<u64>() > MOST_MOVES_A_PAIR * u64::from(n_pairs) + (1 << 22) {
            return Err(Unread::Other);
        }
        let core = core(network, split, &seen)?;
        let arcs = if seen.iter().any(|seen| seen.is_mixed) {
            ArcsOfPairs::Listed(listed(network, split, &rows))
        } else {
            ArcsOfPairs::InRuns(first_arcs)
        };
        let entering = seen.into_iter().flat_map(|seen| seen.entering).collect();
        Ok(Self {
            core,
            rows,
            entering,
            arcs,
        })
    }
}

type Columns<'a, C> = (&'a mut [u16], &'a mut [C], &'a mut [i64], &'a mut [u32]);

fn is_cost(cost: i64) -> bool {
    (-LARGEST_COST..=LARGEST_COST).contains(&cost)
}

/// Cuts the rows into a part for each thread, about equal in pairs.
fn parts<'a, C>(
    starts: &[u32],
    (mut hubs, mut costs, mut units, mut first_arcs): Columns<'a, C>,
    n_threads: usize,
) -> Vec<Part<'a, C>> {
    let n_leaves = starts.len() - 1;
    let n_pairs = starts[n_leaves] as usize;
    let mut parts = Vec::new();
    let mut first = 0;
    for thread in 1..=n_threads {
        let end = if thread == n_threads {
            n_leaves
        } else {
            let target = n_pairs / n_threads * thread;
            starts
                .partition_point(|&start| (start as usize) < target)
                .clamp(first, n_leaves)
        };
        let n_own = (starts[end] - starts[first]) as usize;
        let (own_hubs, rest_hubs) = hubs.split_at_mut(n_own);
        let (own_costs, rest_costs) = costs.split_at_mut(n_own);
        let (own_units, rest_units) = units.split_at_mut(end - first);
        let (own_arcs, rest_arcs) = first_arcs.split_at_mut(end - first);
        parts.push(Part {
            first: u32::try_from(first).expect("leaves are counted in 32 bits"),
            hubs: own_hubs,
            costs: own_costs,
            units: own_units,
            first_arcs: own_arcs,
        });
        (hubs, costs, units, first_arcs) = (rest_hubs, rest_costs, rest_units, rest_arcs);
        first = end;
    }
    parts
}

impl<C: Cost> Part<'_, C> {
    fn read(mut self, network: &Network, split: &Split, starts: &[u32]) -> Seen {
        let first_pair = starts[self.first as usize];
        let own = self.first as usize..self.first as usize + self.units.len();
        let mut next: Vec<u32> = starts[own].iter().map(|start| start - first_pair).collect();
        let mut seen = Seen {
            supplies: vec![0; split.hubs.len()],
            ..Seen::default()
        };
        // Arcs of a leaf mostly follow each other: the place of the next one stays at hand.
        let (mut current, mut place, mut follows) = (usize::MAX, 0, u32::MAX);
        let ends = network.tails().iter().zip(network.heads());
        for (idx, (&tail, &head)) in (0..).zip(ends) {
            let Some(LeafArc { leaf, hub, enters }) = split.leaf_arc(tail, head) else {
                continue;
            };
            let own = leaf.wrapping_sub(self.first) as usize;
            if own >= self.units.len() {
                continue;
            }
            if own == current {
                place += 1;
                seen.is_mixed |= idx != follows;
            } else {
                if let Some(next) = next.get_mut(current) {
                    *next = place + 1;
                }
                place = next[own];
                current = own;
                if place + first_pair == starts[leaf as usize] {
                    self.first_arcs[own] = idx;
                } else {
                    seen.is_mixed = true;
                }
            }
            follows = idx + 1;
            let arc = ArcIdx(idx);
            let Some(cost) = network.cost_64(arc).filter(|cost| is_cost(*cost)) else {
                seen.out_of_range = true;
                continue;
            };
            let Ok(narrow) = C::try_from(if enters { -cost } else { cost }) else {
                seen.wider = true;
                continue;
            };
            self.hubs[place as usize] = hub;
            self.costs[place as usize] = narrow;
            let (lower, capacity) = (network.lower(arc), network.capacity(arc));
            seen.has_full |= capacity == lower;
            if enters {
                seen.entering.push(idx);
            }
            let shift = if enters { capacity } else { -lower };
            if shift != 0 {
                self.shift(own, hub, shift, &mut seen);
            }
        }
        seen
    }

    /// Gives a leaf so many units more, and takes them from a core node.
    fn shift(&mut self, own: usize, hub: u16, by: i64, seen: &mut Seen) {
        seen.supplies[usize::from(hub)] -= i128::from(by);
        let units = &mut self.units[own];
        match units
            .checked_add(by)
            .filter(|sum| (-LARGEST_FLOW..=LARGEST_FLOW).contains(sum))
        {
            Some(sum) => *units = sum,
            None => seen.out_of_range = true,
        }
    }
}

/// By pair, the most units it takes.
fn rooms<C: Cost>(network: &Network, split: &Split, rows: &Rows<C>) -> Vec<u32> {
    let mut next = rows.starts.clone();
    let mut rooms = vec![0; rows.hubs.len()];
    for arc in network.arcs() {
        let (NodeIdx(tail), NodeIdx(head)) = (network.tail(arc), network.head(arc));
        if let Some(LeafArc { leaf, .. }) = split.leaf_arc(tail, head) {
            let units = rows.units.get(leaf as usize).copied().unwrap_or(1);
            let room = network.capacity(arc) - network.lower(arc);
            let next = &mut next[leaf as usize];
            rooms[*next as usize] = u32::try_from(room).unwrap_or(u32::MAX).min(units);
            *next += 1;
        }
    }
    rooms
}

/// By pair, its arc.
fn listed<C: Cost>(network: &Network, split: &Split, rows: &Rows<C>) -> Vec<u32> {
    let mut next = rows.starts.clone();
    let mut arcs = vec![0; rows.hubs.len()];
    let ends = network.tails().iter().zip(network.heads());
    for (arc, (&tail, &head)) in (0..).zip(ends) {
        if let Some(LeafArc { leaf, .. }) = split.leaf_arc(tail, head) {
            let next = &mut next[leaf as usize];
            arcs[*next as usize] = arc;
            *next += 1;
        }
    }
    arcs
}

/// The core, its supplies changed as reading the leaves asked for.
fn core(network: &Network, split: &Split, seen: &[Seen]) -> Result<Core, Unread> {
    let sign = if split.is_reversed { -1 } else { 1 };
    let mut supplies: Vec<i128> = split
        .hubs
        .iter()
        .map(|&hub| sign * i128::from(network.supply(NodeIdx(hub))))
        .collect();
    for seen in seen {
        for (supply, change) in supplies.iter_mut().zip(&seen.supplies) {
            *supply += change;
        }
    }
    // A flow without cycles carries no more than all supplies and capacities together.
    let mut flow_bound: i128 = supplies.iter().map(|supply| supply.abs()).sum();
    flow_bound += network
        .nodes()
        .map(|node| i128::from(network.supply(node)).abs())
        .sum::<i128>();
    let mut arcs = Vec::with_capacity(split.core_arcs.len());
    for arc in split.core_arcs.iter().map(|&arc| ArcIdx(arc)) {
        let lower = i128::from(network.lower(arc));
        let [mut tail, mut head] = [network.tail(arc), network.head(arc)]
            .map(|node| u16::try_from(split.places[node.index()]).expect("core nodes are few"));
        if split.is_reversed {
            (tail, head) = (head, tail);
        }
        supplies[usize::from(tail)] -= lower;
        supplies[usize::from(head)] += lower;
        flow_bound += lower;
        if !network.is_unbounded(arc) {
            flow_bound += i128::from(network.capacity(arc));
        }
        arcs.push(CoreArc {
            tail,
            head,
            capacity: network.capacity(arc),
            cost: network
                .cost_64(arc)
                .filter(|cost| is_cost(*cost))
                .ok_or(Unread::Other)?,
        });
    }
    let unlimited = within(4 * flow_bound + 1, LARGEST_FLOW).ok_or(Unread::Other)?;
    // All of them may be full at first.
    let n_core_arcs = i128::try_from(arcs.len()).map_err(|_| Unread::Other)?;
    within(i128::from(unlimited) * (n_core_arcs + 1), LARGEST_FLOW).ok_or(Unread::Other)?;
    for (arc, idx) in arcs.iter_mut().zip(&split.core_arcs) {
        let name = ArcIdx(*idx);
        arc.capacity = if network.is_unbounded(name) {
            unlimited
        } else {
            network.capacity(name) - network.lower(name)
        };
    }
    let narrow = |supply: i128| within(supply, LARGEST_FLOW).ok_or(Unread::Other);
    let core = Core {
        supplies: supplies.into_iter().map(narrow).collect::<Result<_, _>>()?,
        arcs,
    };
    let is_unlimited = |arc: &CoreArc| arc.capacity == unlimited;
    if core.has_negative_cycle(is_unlimited) {
        return Err(Unread::Other);
    }
    Ok(core)
}
