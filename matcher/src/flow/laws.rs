//! The laws that both engines keep, on random networks.

use proptest::prelude::*;

use super::range::Word;
use super::{
    ArcIdx, FlowError, Network, NodeIdx, Solution, certificate, network_simplex,
    successive_shortest_paths,
};

/// Supplies, and arcs as tail, head, lower bound, capacity above it, cost.
type Data = (Vec<i64>, Vec<(usize, usize, i64, i64, i128)>);

fn network((supplies, arcs): &Data) -> Network {
    let mut network = Network::new();
    let nodes: Vec<NodeIdx> = supplies
        .iter()
        .map(|&supply| network.add_node(supply).unwrap())
        .collect();
    for &(tail, head, lower, width, cost) in arcs {
        let capacity = if width < 0 {
            Network::UNBOUNDED
        } else {
            lower.saturating_add(width)
        };
        network
            .add_arc(nodes[tail], nodes[head], lower, capacity, cost)
            .unwrap();
    }
    network
}

/// Networks of up to `n_nodes` nodes and `n_arcs` arcs, one arc in sixteen without capacity,
/// balanced unless the last number says otherwise.
fn networks(
    n_nodes: usize,
    n_arcs: usize,
    capacity: i64,
    cost: impl Strategy<Value = i128> + Clone,
) -> impl Strategy<Value = Data> {
    let width = prop_oneof![15 => 0..=capacity, 1 => Just(-1)];
    let lower = prop_oneof![3 => Just(0), 1 => 0..=capacity / 4];
    (1..=n_nodes).prop_flat_map(move |n_nodes| {
        let arc = (
            0..n_nodes,
            0..n_nodes,
            lower.clone(),
            width.clone(),
            cost.clone(),
        );
        let supplies = prop::collection::vec(-capacity..=capacity, n_nodes);
        let density = prop_oneof![Just(1), Just(3), Just(8)];
        (
            supplies,
            prop::collection::vec(arc, 0..=n_arcs),
            density,
            0..20_u8,
        )
            .prop_map(|(mut supplies, arcs, density, unbalanced)| {
                for supply in &mut supplies {
                    *supply /= density;
                }
                if unbalanced > 0 {
                    supplies[0] -= supplies.iter().sum::<i64>();
                }
                (supplies, arcs)
            })
    })
}

fn kind(result: &Result<Solution, FlowError>) -> Result<i128, &'static str> {
    match result {
        Ok(solution) => Ok(solution.cost),
        Err(FlowError::Unbalanced { .. }) => Err("unbalanced"),
        Err(FlowError::Infeasible(_)) => Err("infeasible"),
        Err(FlowError::Unbounded { .. }) => Err("unbounded"),
        Err(FlowError::CapacityRange { .. }) => Err("capacity range"),
        Err(FlowError::CostRange { .. } | FlowError::TotalCostRange) => Err("cost range"),
    }
}

/// A result proves itself.
fn assert_proven(network: &Network, result: &Result<Solution, FlowError>) {
    match result {
        Ok(Solution {
            flow,
            potentials,
            cost,
        }) => {
            assert_eq!(certificate::verify(network, flow, potentials), Ok(*cost));
        }
        Err(FlowError::Unbalanced { supply_sum }) => assert_ne!(*supply_sum, 0),
        Err(FlowError::Infeasible(bottleneck)) => {
            assert!(bottleneck.is_proof(network), "{bottleneck}")
        }
        Err(FlowError::Unbounded { cycle }) => {
            assert!(certificate::is_unbounded_along(network, cycle), "{cycle:?}");
            assert_eq!(super::feasibility::bottleneck(network), None);
        }
        Err(
            FlowError::CapacityRange { .. }
            | FlowError::CostRange { .. }
            | FlowError::TotalCostRange,
        ) => {}
    }
}

/// Both engines come to the same proven result.
fn assert_agreed(network: &Network) -> Result<i128, &'static str> {
    let simplex = network_simplex::solve(network);
    let paths = successive_shortest_paths::solve(network);
    assert_proven(network, &simplex);
    assert_proven(network, &paths);
    assert_eq!(kind(&simplex), kind(&paths));
    kind(&simplex)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn both_engines_agree_and_prove_it(data in networks(7, 24, 12, -20..=20_i128)) {
        assert_agreed(&network(&data)).ok();
    }

    #[test]
    fn both_engines_agree_where_costs_tie(data in networks(9, 40, 3, -1..=2_i128)) {
        assert_agreed(&network(&data)).ok();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn both_engines_agree_on_larger_networks(data in networks(40, 400, 1000, -100..=10_000_i128)) {
        assert_agreed(&network(&data)).ok();
    }

    #[test]
    fn both_engines_agree_at_the_end_of_64_bits(
        data in networks(6, 20, i64::MAX / 64, i128::from(i64::MIN)..=i128::from(i64::MAX)),
    ) {
        assert_agreed(&network(&data)).ok();
    }

    #[test]
    fn both_engines_agree_on_costs_beyond_64_bits(
        data in networks(6, 20, 50, -(1_i128 << 90)..=1 << 90),
    ) {
        assert_agreed(&network(&data)).ok();
    }

    #[test]
    fn the_order_of_arcs_does_not_change_the_cost(
        ((supplies, arcs), permuted) in networks(8, 30, 12, -20..=20_i128)
            .prop_flat_map(|(supplies, arcs)| {
                (Just((supplies, arcs.clone())), Just(arcs).prop_shuffle())
            }),
    ) {
        let given = network_simplex::solve(&network(&(supplies.clone(), arcs)));
        let permuted = network_simplex::solve(&network(&(supplies, permuted)));
        prop_assert_eq!(kind(&given), kind(&permuted));
    }

    #[test]
    fn scaling_the_costs_scales_the_total(
        data in networks(8, 30, 12, -20..=20_i128),
        factor in prop_oneof![Just(3_i128), Just(1 << 40), Just(1 << 80)],
    ) {
        let (supplies, mut arcs) = data.clone();
        for (.., cost) in &mut arcs {
            *cost *= factor;
        }
        let given = kind(&network_simplex::solve(&network(&data)));
        let scaled = kind(&network_simplex::solve(&network(&(supplies, arcs))));
        prop_assert_eq!(given.map(|cost| cost * factor), scaled);
    }

    #[test]
    fn the_certificate_refuses_a_changed_flow(
        data in networks(8, 30, 12, -20..=20_i128),
        arc in any::<prop::sample::Index>(),
        by in 1..4_i64,
    ) {
        let network = network(&data);
        let Ok(mut solution) = network_simplex::solve(&network) else { return Ok(()) };
        prop_assume!(network.n_arcs() > 0);
        let arc = network.arcs().nth(arc.index(network.n_arcs())).unwrap();
        solution.flow[arc.index()] += by;
        let verdict = certificate::verify(&network, &solution.flow, &solution.potentials);
        let still_optimal = network.tail(arc) == network.head(arc) && network.cost(arc) == 0;
        prop_assert!(verdict.is_err() || still_optimal);
    }

    #[test]
    fn the_certificate_refuses_potentials_that_prove_nothing(
        data in networks(8, 30, 12, 1..=20_i128),
    ) {
        // Without potentials every reduced cost is the cost: positive, so that any free flow is
        // refused.
        let network = network(&data);
        let Ok(solution) = network_simplex::solve(&network) else { return Ok(()) };
        let is_free = |arc: ArcIdx| solution.flow[arc.index()] > network.lower(arc);
        let has_free_flow = network.arcs().any(is_free);
        let verdict = certificate::verify(&network, &solution.flow, &vec![0; network.n_nodes()]);
        prop_assert_eq!(verdict.is_err(), has_free_flow);
    }

    #[test]
    fn maximum_flow_finds_a_bottleneck_exactly_where_no_flow_is(
        data in networks(8, 20, 12, 0..=9_i128),
    ) {
        let network = network(&data);
        prop_assume!(network.supply_sum() == 0);
        let bottleneck = super::feasibility::bottleneck(&network);
        let verdict = kind(&network_simplex::solve(&network));
        prop_assert_eq!(bottleneck.is_some(), verdict == Err("infeasible"));
        prop_assert!(bottleneck.is_none_or(|bottleneck| bottleneck.is_proof(&network)));
    }

    #[test]
    fn a_network_survives_its_file(
        data in networks(8, 30, i64::MAX / 64, i128::from(i64::MIN)..=i128::from(i64::MAX)),
    ) {
        let network = network(&data);
        let mut file = Vec::new();
        super::dimacs::write(&network, &mut file).unwrap();
        prop_assert_eq!(super::dimacs::read(&file[..]).unwrap(), network);
    }

    #[test]
    fn any_text_is_read_or_refused(
        bytes in "(p min [0-9]{1,2} [0-9]{1,2}\n|[npac] [-0-9 ]{0,12}\n|.{0,5}\n){0,6}",
    ) {
        super::dimacs::read(bytes.as_bytes()).ok();
    }
}

#[test]
fn more_flow_than_64_bits_hold_is_refused_by_name() {
    let half = i64::MAX;
    let mut network = Network::new();
    let [a, b, via, c, d] =
        [half, half, 0, -half, -half].map(|supply| network.add_node(supply).unwrap());
    for (tail, head) in [(a, via), (b, via), (via, c), (via, d)] {
        network
            .add_arc(tail, head, 0, Network::UNBOUNDED, 1)
            .unwrap();
    }
    assert_eq!(assert_agreed(&network), Ok(4 * i128::from(half)));

    let mut network = Network::new();
    let [a, b, v, w, c, d] =
        [half, half, 0, 0, -half, -half].map(|supply| network.add_node(supply).unwrap());
    for (tail, head) in [(a, v), (b, v), (v, w), (w, c), (w, d)] {
        network
            .add_arc(tail, head, 0, Network::UNBOUNDED, 1)
            .unwrap();
    }
    assert_eq!(assert_agreed(&network), Err("capacity range"));
}

#[test]
fn costs_that_128_bits_cannot_add_up_are_refused_by_name() {
    let mut network = Network::new();
    let v = network.add_node(0).unwrap();
    network.add_arc(v, v, 0, 1, 5).unwrap();
    let dearest = network.add_arc(v, v, 0, 1, i128::MIN).unwrap();
    let refused = FlowError::CostRange {
        arc: dearest,
        cost: i128::MIN,
        nodes: 1,
    };
    assert_eq!(network_simplex::solve(&network), Err(refused.clone()));
    assert_eq!(successive_shortest_paths::solve(&network), Err(refused));
}

#[test]
fn a_total_cost_beyond_128_bits_is_refused_by_name() {
    let mut network = Network::new();
    let v = network.add_node(0).unwrap();
    for _ in 0..3 {
        network
            .add_arc(v, v, 0, i64::MAX - 1, i64::MIN.into())
            .unwrap();
    }
    assert_eq!(
        network_simplex::solve(&network),
        Err(FlowError::TotalCostRange)
    );
}

#[test]
fn networks_without_arcs_or_nodes_are_networks() {
    let mut network = Network::new();
    assert_eq!(assert_agreed(&network), Ok(0));
    network.add_node(0).unwrap();
    assert_eq!(assert_agreed(&network), Ok(0));
    network.add_node(1).unwrap();
    assert_eq!(assert_agreed(&network), Err("unbalanced"));
    network.add_node(-1).unwrap();
    assert_eq!(assert_agreed(&network), Err("infeasible"));
}

#[test]
fn words_wrap_and_convert() {
    assert_eq!(i64::MAX.plus(1).minus(1), i64::MAX);
    assert_eq!(<i128 as Word>::of(-5), -5);
}
