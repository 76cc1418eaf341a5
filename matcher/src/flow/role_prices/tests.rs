//! Against the other engines, on random networks of few hubs and many leaves.

use proptest::prelude::*;

use super::{CoreArc, Leaf, LeafIdx, Standing, solve_within};
use crate::flow::{
    FlowError, Network, NodeIdx, Solution, certificate, network_simplex, successive_shortest_paths,
};

/// An arc between two nodes, by position: lower bound, room above it, cost.
type Arc = (usize, usize, i64, i64, i64);

/// Supplies of hubs, then of leaves; arcs; hubs have the first positions.
#[derive(Clone, Debug)]
struct Data {
    supplies: Vec<i64>,
    arcs: Vec<Arc>,
}

impl Data {
    fn network(&self) -> Network {
        let mut network = Network::new();
        let nodes: Vec<NodeIdx> = self
            .supplies
            .iter()
            .map(|supply| network.add_node(*supply).unwrap())
            .collect();
        for &(tail, head, lower, room, cost) in &self.arcs {
            let capacity = if room < 0 {
                Network::UNBOUNDED
            } else {
                lower + room
            };
            network
                .add_arc(nodes[tail], nodes[head], lower, capacity, cost.into())
                .unwrap();
        }
        network
    }
}

/// How random networks differ.
#[derive(Clone, Copy, Debug)]
struct Kind {
    n_hubs: usize,
    n_leaves: usize,
    /// The most units of a leaf, and the most room of its arcs.
    units: i64,
    cost: i64,
    /// Of eight arcs, how many have their own direction, lower bound or room.
    odd: u8,
}

/// Leaves with units, arcs to hubs and mostly a way to idle; hubs with demands and arcs among them. The
/// supplies balance.
fn of_kind(kind: Kind) -> impl Strategy<Value = Data> {
    let Kind {
        n_hubs,
        n_leaves,
        units,
        cost,
        odd,
    } = kind;
    (1..=n_hubs, 0..=n_leaves, any::<bool>()).prop_flat_map(move |(n_hubs, n_leaves, reversed)| {
        let leaf_arc = (0..n_hubs, 0..8_u8, 0..=1_i64, 0..=units, -cost..=cost);
        let leaf = (
            0..=units,
            prop::collection::vec(leaf_arc, 0..=n_hubs + 2),
            0..8_u8,
        );
        let room = prop_oneof![8 => 0..=6 * units, 1 => Just(-1)];
        let core_arc = (0..n_hubs, 0..n_hubs, 0..=1_i64, room, -cost..=2 * cost);
        (
            prop::collection::vec(leaf, n_leaves),
            prop::collection::vec(-6 * units..=units, n_hubs),
            prop::collection::vec(core_arc, 0..=3 * n_hubs),
        )
            .prop_map(move |(leaves, mut supplies, core_arcs)| {
                let mut arcs: Vec<Arc> = core_arcs;
                if odd == 0 {
                    arcs.iter_mut().for_each(|arc| arc.2 = 0);
                }
                for (position, (units, own, idles)) in (n_hubs..).zip(leaves) {
                    supplies.push(units);
                    if idles > 0 {
                        arcs.push((position, 0, 0, units, 0));
                    }
                    for (hub, oddness, lower, room, cost) in own {
                        let arc = if oddness >= odd {
                            (position, hub, 0, room.max(1), cost)
                        } else if oddness % 2 == 0 {
                            (position, hub, lower, room, cost)
                        } else {
                            (hub, position, lower, room, cost)
                        };
                        arcs.push(arc);
                    }
                }
                supplies[0] -= supplies.iter().sum::<i64>();
                if reversed {
                    supplies.iter_mut().for_each(|supply| *supply = -*supply);
                    arcs.iter_mut()
                        .for_each(|arc| *arc = (arc.1, arc.0, arc.2, arc.3, arc.4));
                }
                Data { supplies, arcs }
            })
    })
}

/// An answer proves itself and has the cost that the network simplex finds; and there is one wherever that has
/// one.
fn assert_right(data: &Data) -> Result<Option<Solution>, TestCaseError> {
    let network = data.network();
    let expected = network_simplex::solve(&network);
    let found = solve_within(&network, network.n_nodes(), 1);
    prop_assert_eq!(&found, &solve_within(&network, network.n_nodes(), 3));
    match (&expected, &found) {
        (Ok(expected), Some(Ok(found))) => {
            let verdict = certificate::verify(&network, &found.flow, &found.potentials);
            prop_assert_eq!(verdict, Ok(expected.cost));
            prop_assert_eq!(found.cost, expected.cost);
        }
        (Ok(_), _) => {
            // An arc without capacity may enter what was taken for a leaf.
            let is_excused = network.n_arcs() == 0 || data.arcs.iter().any(|arc| arc.3 < 0);
            prop_assert!(is_excused, "it found {found:?}");
        }
        (Err(_), Some(Ok(_))) => prop_assert!(false, "there is none: {expected:?}"),
        (Err(expected), Some(Err(found))) => prop_assert_eq!(expected, found),
        (Err(_), None) => {}
    }
    Ok(found.and_then(Result::ok))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn experts_with_one_unit_each(
        data in of_kind(Kind { n_hubs: 4, n_leaves: 40, units: 1, cost: 20, odd: 0 }),
    ) {
        assert_right(&data)?;
    }

    #[test]
    fn where_costs_tie(
        data in of_kind(Kind { n_hubs: 5, n_leaves: 40, units: 1, cost: 1, odd: 0 }),
    ) {
        assert_right(&data)?;
    }

    #[test]
    fn experts_with_several_units(
        data in of_kind(Kind { n_hubs: 4, n_leaves: 30, units: 4, cost: 20, odd: 0 }),
    ) {
        assert_right(&data)?;
    }

    #[test]
    fn arcs_either_way_with_lower_bounds_and_any_room(
        data in of_kind(Kind { n_hubs: 4, n_leaves: 30, units: 3, cost: 9, odd: 5 }),
    ) {
        assert_right(&data)?;
    }

    #[test]
    fn against_successive_shortest_paths(
        data in of_kind(Kind { n_hubs: 3, n_leaves: 12, units: 2, cost: 6, odd: 3 }),
    ) {
        let found = assert_right(&data)?;
        let expected = successive_shortest_paths::solve(&data.network());
        if let Some(found) = found {
            prop_assert_eq!(Ok(found.cost), expected.map(|expected| expected.cost));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn larger_networks(
        data in of_kind(Kind { n_hubs: 12, n_leaves: 400, units: 2, cost: 10_000, odd: 1 }),
    ) {
        assert_right(&data)?;
    }

    #[test]
    fn costs_at_the_end_of_their_range(
        data in of_kind(Kind { n_hubs: 4, n_leaves: 40, units: 2, cost: 1 << 47, odd: 1 }),
    ) {
        assert_right(&data)?;
    }
}

/// A change of a standing problem: kind, and numbers that it makes something of.
type Change = (u8, usize, u16, i64);

/// The problem of leaves that are there and of core arcs, as a network.
fn network_of(n_hubs: usize, arcs: &[CoreArc], leaves: &[Option<Leaf>]) -> Network {
    let mut network = Network::new();
    let hubs: Vec<NodeIdx> = (0..n_hubs).map(|_| network.add_node(0).unwrap()).collect();
    for arc in arcs {
        let [tail, head] = [arc.tail, arc.head].map(|hub| hubs[usize::from(hub)]);
        network
            .add_arc(tail, head, 0, arc.capacity, arc.cost.into())
            .unwrap();
    }
    for leaf in leaves.iter().flatten() {
        let home = hubs[usize::from(leaf.home)];
        let units = i64::from(leaf.units);
        network.set_supply(home, network.supply(home) - units);
        let node = network.add_node(units).unwrap();
        network.add_arc(node, home, 0, units, 0).unwrap();
        for &(hub, cost) in &leaf.pairs {
            let room = units.min(1);
            network
                .add_arc(node, hubs[usize::from(hub)], 0, room, cost.into())
                .unwrap();
        }
    }
    network
}

fn leaf(n_hubs: u16, units: u32) -> impl Strategy<Value = Leaf> {
    let pairs = prop::collection::vec((0..n_hubs, -20..=20_i64), 0..=usize::from(n_hubs));
    (0..2_u16, 0..=units, pairs).prop_map(|(home, units, pairs)| Leaf { home, units, pairs })
}

fn core_arc(n_hubs: u16) -> impl Strategy<Value = CoreArc> {
    (0..n_hubs, 0..n_hubs, 0..8_i64, -40..=20_i64).prop_map(|(tail, head, capacity, cost)| {
        CoreArc {
            tail,
            head,
            capacity,
            cost,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn after_any_changes_the_optimum_is_that_of_a_fresh_solve(
        (mut leaves, mut arcs, changes) in (1..=3_u32).prop_flat_map(|units| (
            prop::collection::vec(leaf(4, units), 0..30),
            prop::collection::vec(core_arc(4), 1..8),
            prop::collection::vec(
                ((0..5_u8, any::<usize>(), 0..4_u16, -20..=20_i64), leaf(4, units)),
                1..25,
            ),
        )),
    ) {
        let mut standing = Standing::new(4, arcs.clone(), &leaves, 1).unwrap();
        let mut there: Vec<Option<Leaf>> = leaves.drain(..).map(Some).collect();
        for (change, newcomer) in changes {
            let (kind, which, hub, cost): Change = change;
            let which_leaf = which % there.len().max(1);
            let idx = LeafIdx(u32::try_from(which_leaf).unwrap());
            match kind {
                0 => {
                    standing.add(&newcomer).unwrap();
                    there.push(Some(newcomer));
                }
                1 => {
                    let is_there = there.get(which_leaf).is_some_and(Option::is_some);
                    prop_assert_eq!(standing.remove(idx).is_ok(), is_there);
                    if is_there {
                        there[which_leaf] = None;
                    }
                }
                2 | 3 => {
                    let own = there.get_mut(which_leaf).and_then(Option::as_mut);
                    let pair = own.and_then(|own| own.pairs.iter_mut().find(|it| it.0 == hub));
                    prop_assert_eq!(standing.set_cost(idx, hub, cost).is_ok(), pair.is_some());
                    if let Some(pair) = pair {
                        pair.1 = cost;
                    }
                }
                _ => {
                    let arc = which % arcs.len();
                    arcs[arc].capacity = cost.abs();
                    arcs[arc].cost = 2 * cost;
                    standing.set_arc(arc, cost.abs(), 2 * cost).unwrap();
                }
            }
            prop_assert!(standing.is_proved());
            let fresh = network_simplex::solve(&network_of(4, &arcs, &there)).unwrap();
            prop_assert_eq!(standing.cost(), fresh.cost);
        }
    }
}

#[test]
fn a_wider_cost_or_no_core_is_left_to_others() {
    let mut network = Network::new();
    let (v, w) = (network.add_node(1).unwrap(), network.add_node(-1).unwrap());
    network.add_arc(v, w, 0, 1, 1 << 49).unwrap();
    assert_eq!(solve_within(&network, 2, 1), None);

    let mut ring = Network::new();
    let nodes: Vec<NodeIdx> = (0..100).map(|_| ring.add_node(0).unwrap()).collect();
    for (tail, head) in nodes.iter().zip(nodes.iter().cycle().skip(1)) {
        ring.add_arc(*tail, *head, 0, 1, 0).unwrap();
    }
    assert_eq!(super::solve(&ring, 1), None);
}

#[test]
fn many_arcs_without_capacity_that_all_pay_are_no_overflow() {
    let mut network = Network::new();
    let nodes: Vec<NodeIdx> = (0..12).map(|_| network.add_node(0).unwrap()).collect();
    network.set_supply(nodes[0], 1 << 55);
    network.set_supply(nodes[1], -(1 << 55));
    for leaf in &nodes[2..] {
        network.add_arc(*leaf, nodes[0], 0, 1, 1).unwrap();
        network.add_arc(*leaf, nodes[1], 0, 1, 1).unwrap();
    }
    for cost in 1..60 {
        network
            .add_arc(nodes[0], nodes[1], 0, Network::UNBOUNDED, -cost)
            .unwrap();
    }
    let expected = network_simplex::solve(&network).unwrap();
    if let Some(found) = solve_within(&network, 2, 1) {
        assert_eq!(found.unwrap().cost, expected.cost);
    }
}

#[test]
fn no_threads_are_one_thread() {
    let mut network = Network::new();
    let hub = network.add_node(-20).unwrap();
    for _ in 0..20 {
        let leaf = network.add_node(1).unwrap();
        network.add_arc(leaf, hub, 0, 1, 3).unwrap();
    }
    assert_eq!(super::solve(&network, 0).unwrap().unwrap().cost, 60);
}

#[test]
fn supplies_that_do_not_balance_are_said() {
    let mut network = Network::new();
    network.add_node(1).unwrap();
    let expected = FlowError::Unbalanced { supply_sum: 1 };
    assert_eq!(super::solve(&network, 1), Some(Err(expected)));
}
