//! Laws of solving within limits: the same answer for the same input, and a plan and a bound that hold however
//! early the solver is stopped and whatever it began from.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Prices, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::{Memory, Options, Progress, solve, solve_again, solve_within};
use muster_matcher::stop::{Stop, Unlimited};
use muster_tests::brute_force::{optimum, plan_of};
use muster_tests::{Random, full_problem};
use serde_json::Value;

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

fn bytes(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap()
}

/// Solves within limits; the answer is checked, and held against the optimum of all plans.
fn solve_early(value: &Value, options: &Options, stop: &dyn Stop, of: &str) -> Plan {
    let problem = problem(value);
    let mut last: Option<(Option<i128>, Option<i128>)> = None;
    let most = optimum(&problem).map(|it| it.0);
    let plan = solve_within(&problem, options, stop, &mut |now: &Progress| {
        assert!(
            ["start", "prices", "plan", "proof"].contains(&now.phase),
            "{of}: {}",
            now.phase
        );
        assert!(now.objective <= most, "{of}: {now:?} of {most:?}");
        let bound_holds = now.bound.is_none_or(|bound| Some(bound) >= most);
        assert!(bound_holds, "{of}: {now:?} of {most:?}");
        if let Some((objective, bound)) = last {
            assert!(now.objective >= objective, "{of}: {last:?}, then {now:?}");
            let bounds_fall = now.bound <= bound || bound.is_none();
            assert!(bounds_fall, "{of}: {last:?}, then {now:?}");
        }
        assert_eq!(now.best.is_some(), now.objective.is_some(), "{of}");
        if let Some(best) = now.best {
            let best = best.make();
            let report = check(&problem, &best);
            assert!(report.holds(), "{of}: the best so far: {report:#?}");
            assert_eq!(best.objective, now.objective, "{of}");
            assert!(best.bound <= now.bound || now.bound.is_none(), "{of}");
        }
        last = Some((now.objective, now.bound));
    });
    let report = check(&problem, &plan);
    assert!(report.holds(), "{of}: {report:#?}");
    match plan.status {
        Status::Optimal => assert_eq!(plan.objective, most, "{of}"),
        Status::Feasible => {
            assert!(plan.objective <= most, "{of}");
            assert!(
                plan.bound >= most,
                "{of}: bound {:?}, optimum {most:?}",
                plan.bound
            );
        }
        Status::Infeasible => assert_eq!(most, None, "{of}"),
        Status::Unknown => {
            let may_have_none = !problem.pins.is_empty() || problem.max_changes.is_some();
            assert!(may_have_none, "{of}: the empty plan is one");
        }
    }
    if let Some((objective, _)) = last {
        assert!(
            plan.objective >= objective,
            "{of}: {last:?} is better than the answer"
        );
    }
    plan
}

#[test]
fn the_answer_is_the_same_bytes_again_and_with_two_threads() {
    for seed in 0..200 {
        let problem = problem(&full_problem(seed));
        let with_threads = |threads| {
            let options = Options {
                threads,
                seed,
                ..Options::default()
            };
            bytes(&solve_within(&problem, &options, &Unlimited, &mut |_| {}))
        };
        let first = with_threads(1);
        assert_eq!(first, with_threads(1), "seed {seed}, again");
        assert_eq!(first, with_threads(2), "seed {seed}, two threads");
    }
}

#[test]
fn little_work_still_gives_a_plan_and_a_bound_whatever_the_threads() {
    let mut n_plans = 0;
    for seed in 0..200 {
        let value = full_problem(seed);
        for work in [0, 1, Random::new(seed).below(30)] {
            let of = format!("seed {seed}, work {work}");
            let with_threads = |threads| {
                let options = Options {
                    work_limit: Some(work),
                    threads,
                    ..Options::default()
                };
                solve_early(&value, &options, &Unlimited, &of)
            };
            let plan = with_threads(1);
            assert_eq!(bytes(&plan), bytes(&with_threads(2)), "{of}");
            n_plans += u32::from(plan.stints.is_some());
        }
    }
    assert!(n_plans > 400, "only {n_plans} plans of 600 problems");
}

/// Stops once it was asked often enough, being cancelled or out of time.
struct After {
    n_polls: AtomicU64,
    is_cancelled: bool,
}

impl After {
    fn is_over(&self) -> bool {
        let down = |left: u64| Some(left.saturating_sub(1));
        self.n_polls
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, down)
            == Ok(0)
    }
}

impl Stop for After {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn remaining(&self) -> Option<Duration> {
        let is_over = !self.is_cancelled && self.is_over();
        Some(if is_over {
            Duration::ZERO
        } else {
            Duration::from_secs(60)
        })
    }

    fn is_cancelled(&self) -> bool {
        self.is_cancelled && self.is_over()
    }
}

#[test]
fn a_stop_at_any_moment_leaves_a_plan() {
    let mut n_stopped = 0;
    for seed in 0..300 {
        let value = full_problem(seed);
        let mut random = Random::new(seed);
        for most in [1, 4, 16, 64, 256] {
            let n_polls = random.below(most);
            let stop = After {
                n_polls: n_polls.into(),
                is_cancelled: random.chance(50),
            };
            let options = Options {
                threads: random.pick(&[1, 2]),
                ..Options::default()
            };
            let of = format!("seed {seed}, {n_polls} polls");
            let plan = solve_early(&value, &options, &stop, &of);
            n_stopped +=
                u32::from(plan.status == Status::Feasible || plan.status == Status::Unknown);
        }
    }
    assert!(
        n_stopped > 30,
        "only {n_stopped} of 1,500 solves were stopped in time"
    );
}

#[test]
fn a_gap_that_is_good_enough_is_not_exceeded() {
    for seed in 0..200 {
        let gap_ppm = Random::new(seed).pick(&[1, 1_000, 50_000, 300_000]);
        let options = Options {
            gap_ppm,
            ..Options::default()
        };
        let of = format!("seed {seed}, {gap_ppm} ppm");
        let value = full_problem(seed);
        let plan = solve_early(&value, &options, &Unlimited, &of);
        assert_ne!(plan.status, Status::Unknown, "{of}");
        let report = check(&problem(&value), &plan);
        if let Some(gap) = report.gap {
            assert!(
                gap.cents * 1_000_000 <= gap.score_cents * i128::from(gap_ppm),
                "{of}: {gap:?}"
            );
        }
    }
}

#[test]
fn whatever_plan_it_begins_from_the_optimum_is_the_same() {
    let nonsense = Plan {
        prices: Some(Prices {
            heads: [
                ("r0".to_owned(), vec![i128::MAX; 2]),
                ("nobody".to_owned(), vec![1]),
            ]
            .into(),
            change: -1,
            ..Prices::default()
        }),
        ..plan_of(vec![
            Stint {
                expert: "e0".into(),
                role: "r0".into(),
                from: -9,
                to: i64::MAX
            };
            3
        ])
    };
    for seed in 0..150 {
        let value = full_problem(seed);
        let own = solve(&problem(&value));
        let of_another = solve(&problem(&full_problem(seed + 1)));
        for (from, name) in [
            (own, "its own"),
            (of_another, "another problem's"),
            (nonsense.clone(), "nonsense"),
        ] {
            let options = Options {
                from: Some(from),
                ..Options::default()
            };
            let of = format!("seed {seed}, from {name}");
            let plan = solve_early(&value, &options, &Unlimited, &of);
            assert!(
                matches!(plan.status, Status::Optimal | Status::Infeasible),
                "{of}: {:?}",
                plan.status
            );
        }
    }
}

#[test]
fn whatever_the_memory_the_optimum_is_the_same() {
    let mut memory = Memory::default();
    let mut n_used = 0;
    for seed in 0..300 {
        // Each problem twice, then another: the memory fits, or it does not.
        let problem = problem(&full_problem(seed / 2));
        let options = Options::default();
        n_used += u32::from(!memory.is_empty());
        let plan = solve_again(&problem, &mut memory, &options, &Unlimited, &mut |_| {});
        assert!(check(&problem, &plan).holds(), "seed {seed}");
        let most = optimum(&problem).map(|it| it.0);
        assert_eq!(plan.objective, most, "seed {seed}");
        let expected = most.map_or(Status::Infeasible, |_| Status::Optimal);
        assert_eq!(plan.status, expected, "seed {seed}");
    }
    assert!(n_used > 200, "{n_used}");
}

/// A whole number of a report, which is text where it is beyond 64 bits.
fn whole(value: &Value) -> i128 {
    let text = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.parse().unwrap()
}

/// Every number in a tree of objects.
fn numbers(value: &Value) -> Vec<i128> {
    match value {
        Value::Object(parts) => parts.values().flat_map(numbers).collect(),
        part => vec![whole(part)],
    }
}

#[test]
fn the_parts_of_the_gap_of_the_prices_add_up_to_it() {
    let mut n_open = 0;
    for seed in 0..800 {
        let problem = problem(&full_problem(seed));
        let limits = Options {
            work_limit: Some(seed % 5),
            ..Options::default()
        };
        let plan = solve_within(&problem, &limits, &Unlimited, &mut |_| {});
        let Some(gap) = plan.report.get("gap") else {
            continue;
        };
        let parts = numbers(&gap["by_rule_micro_cents"]);
        assert!(parts.iter().all(|part| *part >= 0), "seed {seed}: {gap}");
        let of_prices = whole(&gap["price_gap_micro_cents"]);
        assert_eq!(parts.iter().sum::<i128>(), of_prices, "seed {seed}: {gap}");
        // The checker recomputes the bound of the prices.
        let proved = (plan.objective.unwrap() * 1_000_000 + of_prices).div_euclid(1_000_000);
        assert_eq!(Some(proved), plan.price_bound, "seed {seed}: {gap}");
        assert!(check(&problem, &plan).holds(), "seed {seed}");
        n_open += u32::from(of_prices > 0);
    }
    assert!(n_open > 100, "{n_open}");
}
