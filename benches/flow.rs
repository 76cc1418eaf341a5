//! Minimum-cost flow: `flow/case/engine`, on generated networks; the file is read outside of the
//! measurement.

use std::hint::black_box;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use muster_matcher::flow::role_prices::{CoreArc, Leaf, LeafIdx, Standing};
use muster_matcher::flow::{
    Network, NodeIdx, Solution, dimacs, network_simplex, role_prices, successive_shortest_paths,
};

/// A small generator of pseudo-random numbers (SplitMix64), so that cases are the same everywhere.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }

    /// From 1 to `most`.
    fn up_to(&mut self, most: i64) -> i64 {
        1 + i64::try_from(self.below(most.unsigned_abs())).expect("it is below a positive i64")
    }

    fn node(&mut self, nodes: &[NodeIdx]) -> NodeIdx {
        nodes[usize::try_from(self.below(nodes.len() as u64)).expect("it is below a usize")]
    }
}

/// In the manner of NETGEN: chains from each of `√n` sources through all other nodes to a sink
/// carry the supply, and random arcs on top make it eight arcs a node.
fn netgen_8(n_nodes: usize) -> Network {
    const SUPPLY: i64 = 1000;
    let mut random = Random(8);
    let n_sources = n_nodes.isqrt();
    let mut network = Network::with_capacity(n_nodes, 8 * n_nodes);
    let nodes: Vec<NodeIdx> = (0..n_nodes)
        .map(|v| {
            if v < n_sources {
                SUPPLY
            } else if v >= n_nodes - n_sources {
                -SUPPLY
            } else {
                0
            }
        })
        .map(|supply| network.add_node(supply).expect("it is small"))
        .collect();
    let mut add = |tail, head, capacity, cost| {
        network
            .add_arc(tail, head, 0, capacity, i128::from(cost))
            .expect("its ends exist");
    };
    let mut chain_ends = nodes[..n_sources].to_vec();
    for &node in &nodes[n_sources..n_nodes - n_sources] {
        let chain = usize::try_from(random.below(n_sources as u64)).expect("it is below a usize");
        add(chain_ends[chain], node, SUPPLY, random.up_to(10_000));
        chain_ends[chain] = node;
    }
    for (&end, &sink) in chain_ends.iter().zip(&nodes[n_nodes - n_sources..]) {
        add(end, sink, SUPPLY, random.up_to(10_000));
    }
    for _ in n_nodes..8 * n_nodes {
        let tail = random.node(&nodes[..n_nodes - n_sources]);
        let head = random.node(&nodes[n_sources..]);
        add(tail, head, random.up_to(1000), random.up_to(10_000));
    }
    network
}

/// Papers with three reviewers each, and reviewers with a least and a largest load.
fn reviewers(n_papers: usize) -> Network {
    let mut random = Random(3);
    let n_reviewers = n_papers / 3;
    let mut network = Network::new();
    let mut add = |supply| network.add_node(supply).expect("it is small");
    let papers: Vec<NodeIdx> = (0..n_papers).map(|_| add(3)).collect();
    let reviewers: Vec<NodeIdx> = (0..n_reviewers).map(|_| add(0)).collect();
    let done = add(-3 * i64::try_from(n_papers).expect("it is small"));
    for (place, &paper) in papers.iter().enumerate() {
        let always = (0..3).map(|choice| reviewers[(3 * place + choice) % n_reviewers]);
        let others: Vec<NodeIdx> = (0..40).map(|_| random.node(&reviewers)).collect();
        for reviewer in always.chain(others) {
            let cost = -i128::from(random.up_to(1000));
            network
                .add_arc(paper, reviewer, 0, 1, cost)
                .expect("its ends exist");
        }
    }
    for &reviewer in &reviewers {
        network
            .add_arc(reviewer, done, 8, 12, 0)
            .expect("its ends exist");
    }
    network
}

/// Few roles with seats, many experts with one unit each, who may idle; an empty seat costs 200,000.
fn experts(n_experts: usize, n_roles: usize, seats: i64) -> Network {
    let mut network = Network::new();
    let mut add = |supply| network.add_node(supply).expect("it is small");
    let roles: Vec<NodeIdx> = (0..n_roles).map(|_| add(0)).collect();
    let experts: Vec<NodeIdx> = (0..n_experts).map(|_| add(1)).collect();
    let idle = add(-i64::try_from(n_experts).expect("it is small"));
    let mut add = |tail, head, capacity, cost| {
        network
            .add_arc(tail, head, 0, capacity, cost)
            .expect("its ends exist");
    };
    for (leaf, &expert) in pool(n_experts, n_roles).iter().zip(&experts) {
        add(expert, idle, 1, 0);
        for &(role, cost) in &leaf.pairs {
            add(expert, roles[usize::from(role)], 1, cost.into());
        }
    }
    for &role in &roles {
        add(role, idle, seats, -200_000);
    }
    network
}

/// Experts with 27 roles each, at costs of -1 to -100,000, whose home is the core node after the roles.
fn pool(n_experts: usize, n_roles: usize) -> Vec<Leaf> {
    let mut random = Random(5);
    let home = u16::try_from(n_roles).expect("it is small");
    let mut expert = || Leaf {
        home,
        units: 1,
        pairs: (0..27)
            .map(|_| {
                let role = random.below(u64::from(home));
                let role = u16::try_from(role).expect("it is below a u16");
                (role, -random.up_to(100_000))
            })
            .collect(),
    };
    (0..n_experts).map(|_| expert()).collect()
}

/// One change at a time to a plan for 100,000 experts.
fn changes(criterion: &mut Criterion) {
    const N_ROLES: u16 = 60;
    let leaves = pool(100_000, N_ROLES.into());
    for (case, seats) in [("plenty", 17), ("scarce", 1650)] {
        let arc = |tail| CoreArc {
            tail,
            head: N_ROLES,
            capacity: seats,
            cost: -200_000,
        };
        let arcs = (0..N_ROLES).map(arc).collect();
        let standing = Standing::new(usize::from(N_ROLES) + 1, arcs, &leaves, 2);
        let mut standing = standing.expect("its numbers are small");
        let mut random = Random(9);
        let mut there: Vec<LeafIdx> = (0..100_000).map(LeafIdx).collect();
        let mut any =
            |n: usize| usize::try_from(random.below(n as u64)).expect("it is below a usize");
        let mut group = criterion.benchmark_group(format!("flow/100k-experts-60-roles-{case}"));
        group.sample_size(10);
        group.bench_function("standing-drop-out-and-return", |bencher| {
            bencher.iter(|| {
                let place = any(there.len());
                standing.remove(there[place]).expect("it is there");
                there[place] = standing.add(&leaves[place]).expect("its numbers are small");
            });
        });
        group.bench_function("standing-change-a-rate", |bencher| {
            bencher.iter(|| {
                let place = any(there.len());
                let (role, _) = leaves[place].pairs[any(27)];
                let cost = -i64::try_from(any(100_000)).expect("it is small");
                standing
                    .set_cost(there[place], role, cost)
                    .expect("it has that pair");
            });
        });
        group.bench_function("standing-change-seats", |bencher| {
            bencher.iter(|| {
                let seats = seats + i64::try_from(any(5)).expect("it is small");
                standing
                    .set_arc(any(N_ROLES.into()), seats, -200_000)
                    .expect("its numbers are small");
            });
        });
        assert!(standing.is_proved());
        group.finish();
    }
}

type Engine = fn(&Network) -> Solution;

fn simplex(network: &Network) -> Solution {
    network_simplex::solve(network).expect("the case has an optimum")
}

fn prices(network: &Network) -> Solution {
    role_prices::solve(network, 2)
        .expect("the case has a small core")
        .expect("the case has an optimum")
}

fn shortest_paths(network: &Network) -> Solution {
    successive_shortest_paths::solve(network).expect("the case has an optimum")
}

fn flow(criterion: &mut Criterion) {
    let simplex_only: &[(&str, Engine)] = &[("network-simplex", simplex)];
    let prices_and_simplex: &[(&str, Engine)] =
        &[("role-prices", prices), ("network-simplex", simplex)];
    let prices_only: &[(&str, Engine)] = &[("role-prices", prices)];
    let both: &[(&str, Engine)] = &[
        ("network-simplex", simplex),
        ("successive-shortest-paths", shortest_paths),
    ];
    for (case, network, engines) in [
        ("netgen-8-256", netgen_8(256), both),
        ("netgen-8-4096", netgen_8(4096), simplex_only),
        ("netgen-8-16384", netgen_8(16_384), simplex_only),
        ("reviewers-200", reviewers(200), both),
        ("reviewers-2000", reviewers(2000), simplex_only),
        (
            "10k-experts-60-roles-plenty",
            experts(10_000, 60, 17),
            prices_and_simplex,
        ),
        (
            "10k-experts-60-roles-scarce",
            experts(10_000, 60, 160),
            prices_and_simplex,
        ),
        (
            "100k-experts-60-roles-plenty",
            experts(100_000, 60, 17),
            prices_only,
        ),
        (
            "100k-experts-60-roles-scarce",
            experts(100_000, 60, 1650),
            prices_only,
        ),
    ] {
        let mut group = criterion.benchmark_group(format!("flow/{case}"));
        group.sampling_mode(SamplingMode::Flat).sample_size(10);
        for (engine, solve) in engines {
            group.bench_function(*engine, |bencher| {
                bencher.iter(|| solve(black_box(&network)))
            });
        }
        group.finish();
    }
}

fn read(criterion: &mut Criterion) {
    let mut file = Vec::new();
    dimacs::write(&netgen_8(4096), &mut file).expect("memory takes it");
    criterion.bench_function("flow/netgen-8-4096/read-dimacs", |bencher| {
        bencher.iter(|| dimacs::read(black_box(&file[..])).expect("it was just written"));
    });
}

criterion_group!(benches, flow, changes, read);
criterion_main!(benches);
