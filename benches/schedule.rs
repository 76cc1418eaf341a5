//! The full problem, solved to a gap of 0.1 %: `schedule/case/solve`, and `schedule/case/…` for planning again
//! after a change, with the plan in force as incumbent and the memory of its solve.
//!
//! Cases of 200,000 people and more are there only when they are asked for, with a filter that
//! contains `large`: `./run bench schedule/large`. A smoke run takes a few people of every case.

use std::cell::LazyCell;
use std::hint::black_box;

use criterion::{BatchSize, Criterion, SamplingMode, criterion_group, criterion_main};
use muster_datasets::generator::{Change, ProblemSpec, replan, staffing_problem};
use muster_matcher::model::CentsPerHour;
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::Problem;
use muster_matcher::solve::{Memory, Options, solve_again};
use muster_matcher::stop::Unlimited;

const ONE_CAMPAIGN: ProblemSpec = ProblemSpec {
    seed: 1,
    experts: 5_000,
    campaigns: 1,
    roles_a_campaign: 3,
    weeks: 13,
    peak_heads: 200,
    starved: false,
};

const QUARTER: ProblemSpec = ProblemSpec {
    experts: 20_000,
    campaigns: 5,
    peak_heads: 1_000,
    ..ONE_CAMPAIGN
};

const STARVED: ProblemSpec = ProblemSpec {
    starved: true,
    ..QUARTER
};

/// Whether an argument of this run contains `text`.
fn is_asked(text: &str) -> bool {
    std::env::args()
        .skip(1)
        .any(|argument| argument.contains(text))
}

/// The specification itself, or a small one like it in a smoke run.
fn sized(spec: ProblemSpec) -> ProblemSpec {
    match is_asked("--test") {
        true => ProblemSpec {
            experts: 200,
            peak_heads: 10 * spec.campaigns,
            ..spec
        },
        false => spec,
    }
}

/// The limit is 200 rounds over everybody: far more than needed, but an end.
fn solved(problem: &Problem, memory: &mut Memory) -> Plan {
    let rounds = 200;
    let options = Options {
        gap_ppm: 1_000,
        work_limit: Some((problem.experts.len() as u64).div_ceil(1_000) * rounds),
        ..Options::default()
    };
    solve_again(problem, memory, &options, &Unlimited, &mut |_| {})
}

fn problem(spec: ProblemSpec) -> Problem {
    Problem::new(staffing_problem(&sized(spec))).expect("generated problems are valid")
}

fn fresh(criterion: &mut Criterion) {
    let mut cases = vec![
        ("5k-one-campaign", ONE_CAMPAIGN),
        ("20k", QUARTER),
        ("20k-starved", STARVED),
    ];
    if is_asked("large") {
        for (name, experts) in [("large-200k", 200_000), ("large-1m", 1_000_000)] {
            cases.push((name, ProblemSpec { experts, ..QUARTER }));
        }
    }
    for (name, spec) in cases {
        let problem = LazyCell::new(|| problem(spec));
        let mut group = criterion.benchmark_group(format!("schedule/{name}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function("solve", |bench| {
            let problem = &*problem;
            bench.iter(|| black_box(solved(problem, &mut Memory::default())));
        });
        group.finish();
    }
}

fn again(criterion: &mut Criterion) {
    for (name, spec) in [("5k-one-campaign", ONE_CAMPAIGN), ("20k", QUARTER)] {
        let before = LazyCell::new(|| {
            let problem = problem(spec);
            let mut memory = Memory::default();
            let plan = solved(&problem, &mut memory);
            (problem, plan, memory)
        });
        let mut group = criterion.benchmark_group(format!("schedule/{name}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        for what in ["expert-gone", "more-heads", "dearer"] {
            let changed = LazyCell::new(|| {
                let (problem, plan, _) = &*before;
                let draft = staffing_problem(&sized(spec));
                let draft = replan(draft, plan, None, change(what, problem, plan));
                Problem::new(draft).expect("the changed problem is valid")
            });
            group.bench_function(what, |bench| {
                let problem = &*changed;
                bench.iter_batched(
                    || before.2.clone(),
                    |mut memory| black_box(solved(problem, &mut memory)),
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
}

/// A change that hits the plan's first stint, or the first pair where there is no stint.
fn change<'a>(what: &str, problem: &'a Problem, plan: &'a Plan) -> Change<'a> {
    let pair = &problem.pairs[0];
    let (expert, role) = match plan.stints.iter().flatten().next() {
        Some(stint) => (stint.expert.as_str(), stint.role.as_str()),
        None => (problem.expert_id(pair.expert), problem.role_id(pair.role)),
    };
    match what {
        "expert-gone" => Change::Gone { expert },
        "more-heads" => Change::MoreHeads { role, more: 5 },
        _ => Change::Rate {
            expert,
            role,
            rate: CentsPerHour::new(9_000).expect("in range"),
        },
    }
}

criterion_group!(benches, fresh, again);
criterion_main!(benches);
