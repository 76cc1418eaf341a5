//! Laws of solving any problem: what never worsens the optimum, what never changes the answer, and what holds
//! however early the solver is stopped.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Prices, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::{Options, Progress, solve, solve_within};
use muster_matcher::stop::{Stop, Unlimited};
use muster_tests::brute_force::{optimum, plan_of};
use muster_tests::{Random, full_problem};
use serde_json::{Value, json};

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

/// The proved best plan, checked; `None` if there is none.
fn best(value: &Value, of: &str) -> Option<Plan> {
    let problem = problem(value);
    let plan = solve(&problem);
    let report = check(&problem, &plan);
    assert!(report.holds(), "{of}: {report:#?}");
    if plan.status == Status::Infeasible {
        return None;
    }
    assert_eq!(plan.status, Status::Optimal, "{of}");
    Some(plan)
}

fn bytes(plan: &Plan) -> String {
    serde_json::to_string(plan).unwrap()
}

/// Solves within limits; the answer is checked, and held against the optimum of all plans.
fn solve_early(value: &Value, options: &Options, stop: &dyn Stop, of: &str) -> Plan {
    let problem = problem(value);
    let mut last: Option<Progress> = None;
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
        if let Some(last) = &last {
            assert!(
                now.objective >= last.objective,
                "{of}: {last:?}, then {now:?}"
            );
            let bounds_fall = now.bound <= last.bound || last.bound.is_none();
            assert!(bounds_fall, "{of}: {last:?}, then {now:?}");
        }
        last = Some(now.clone());
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
    if let Some(last) = last {
        assert!(
            plan.objective >= last.objective,
            "{of}: {last:?} is better than the answer"
        );
    }
    plan
}

fn list<'a>(value: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    if value[name].is_null() {
        value[name] = json!([]);
    }
    value[name].as_array_mut().unwrap()
}

/// Removes a field wherever the entries of a list have it.
fn drop_field(value: &mut Value, name: &str, field: &str) {
    for entry in list(value, name) {
        entry.as_object_mut().unwrap().remove(field);
    }
}

fn drop_one(value: &mut Value, name: &str, random: &mut Random) {
    let list = list(value, name);
    if !list.is_empty() {
        let idx = usize::try_from(random.below(list.len() as u64)).unwrap();
        list.remove(idx);
    }
}

fn extra_expert(value: &mut Value, random: &mut Random) {
    let roles = value["roles"].as_array().unwrap().clone();
    list(value, "experts").push(json!({ "id": "new", "hours": 20, "max_roles": 2, "tags": ["t"] }));
    for role in roles {
        let score = 100 * random.below(11);
        let pair =
            json!({ "expert": "new", "role": role["id"], "score": score, "rate_cents": 2_000 });
        list(value, "pairs").push(pair);
    }
}

fn extra_dollar(value: &mut Value, random: &mut Random) {
    for campaign in list(value, "campaigns") {
        if let Some(budget) = campaign["budget_cents"]
            .as_u64()
            .filter(|it| *it < 1_000_000_000)
        {
            campaign["budget_cents"] = json!(budget + random.pick(&[1, 100, 30_000]));
        }
    }
}

fn extra_pair(value: &mut Value, _: &mut Random) {
    let ids = |name: &str| -> Vec<Value> {
        value[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect()
    };
    let (experts, roles) = (ids("experts"), ids("roles"));
    let pairs = list(value, "pairs");
    for (expert, role) in experts
        .iter()
        .flat_map(|expert| roles.iter().map(move |role| (expert, role)))
    {
        if !pairs
            .iter()
            .any(|pair| pair["expert"] == *expert && pair["role"] == *role)
        {
            pairs
                .push(json!({ "expert": expert, "role": role, "score": 900, "rate_cents": 1_000 }));
            return;
        }
    }
}

/// An hour more in the weeks in which it turns no leave week into a working one.
fn extra_hour(value: &mut Value, random: &mut Random) {
    let weeks = usize::try_from(value["horizon"]["weeks"].as_u64().unwrap()).unwrap();
    let role_hours: Vec<u64> = value["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["hours"].as_u64().unwrap())
        .collect();
    for expert in list(value, "experts") {
        let hours: Vec<u64> = match &expert["hours"] {
            Value::Array(weekly) => weekly.iter().map(|it| it.as_u64().unwrap()).collect(),
            same => vec![same.as_u64().unwrap(); weeks],
        };
        let more = random.pick(&[1, 5, 10]);
        let raised = |own: &u64| {
            let turns = role_hours
                .iter()
                .any(|hours| (*own + 1..=*own + more).contains(hours));
            if turns { *own } else { own + more }
        };
        expert["hours"] = json!(hours.iter().map(raised).collect::<Vec<u64>>());
    }
}

fn raise(value: &mut Value, name: &str, field: &str, default: u64) {
    for entry in list(value, name) {
        entry[field] = json!((entry[field].as_u64().unwrap_or(default) + 1).min(4));
    }
}

#[test]
fn more_to_choose_from_and_fewer_rules_never_worsen_the_optimum() {
    type Relax = fn(&mut Value, &mut Random);
    let relaxations: [(&str, Relax); 17] = [
        ("an expert more", extra_expert),
        ("a dollar more", extra_dollar),
        ("a pair more", extra_pair),
        ("an hour more", extra_hour),
        ("a ratio less", |it, random| drop_one(it, "ratios", random)),
        ("a quota less", |it, random| drop_one(it, "quotas", random)),
        ("an apart list less", |it, random| {
            drop_one(it, "apart", random)
        }),
        ("a veto less", |it, random| drop_one(it, "vetoes", random)),
        ("a pin less", |it, random| drop_one(it, "pins", random)),
        ("no walls", |it, _| drop_field(it, "campaigns", "wall")),
        ("no budgets", |it, _| {
            drop_field(it, "campaigns", "budget_cents")
        }),
        ("no means", |it, _| {
            drop_field(it, "campaigns", "mean_score")
        }),
        ("no minimum stints", |it, _| {
            drop_field(it, "roles", "min_stint")
        }),
        ("no spans", |it, _| {
            drop_field(it, "pairs", "from");
            drop_field(it, "pairs", "to");
        }),
        ("more leave", |it, _| raise(it, "roles", "max_leave", 0)),
        ("more roles at once", |it, _| {
            raise(it, "experts", "max_roles", 1)
        }),
        ("no change limit", |it, _| {
            it.as_object_mut().unwrap().remove("max_changes");
        }),
    ];
    let mut n_better = [0; 17];
    for seed in 0..300 {
        let base = full_problem(seed);
        let before = best(&base, &format!("seed {seed}")).and_then(|plan| plan.objective);
        for ((name, relax), n_better) in relaxations.iter().zip(&mut n_better) {
            let mut relaxed = base.clone();
            relax(&mut relaxed, &mut Random::new(seed));
            if relaxed == base {
                continue;
            }
            let of = format!("seed {seed}, {name}");
            let after = best(&relaxed, &of);
            let (worth, bound) = after.map_or((None, None), |plan| (plan.objective, plan.bound));
            assert!(
                worth >= before,
                "{of}: {worth:?} with it, {before:?} without"
            );
            assert!(
                bound >= before,
                "{of}: bound {bound:?}, {before:?} was possible"
            );
            *n_better += u32::from(worth > before);
        }
    }
    let n_useful = n_better.iter().filter(|n_better| **n_better > 0).count();
    assert!(
        n_useful >= 12,
        "these helped in so many problems: {n_better:?}"
    );
}

/// Other ids in another order: what was first of two is last.
fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(renamed).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), renamed(value)))
            .collect(),
        Value::String(text) => match text
            .split_at_checked(1)
            .map(|(kind, number)| (kind, number.parse::<u8>()))
        {
            Some((kind, Ok(number))) if ["e", "r", "c"].contains(&kind) => {
                json!(format!("{kind}-{}", 90 - number))
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

#[test]
fn ids_and_the_order_of_lists_do_not_change_the_optimum() {
    for seed in 0..300 {
        let base = full_problem(seed);
        let mut other = renamed(&base);
        let mut random = Random::new(seed);
        let lists = [
            "campaigns",
            "roles",
            "experts",
            "pairs",
            "ongoing",
            "apart",
            "ratios",
            "quotas",
            "pins",
            "vetoes",
            "incumbent",
        ];
        for name in lists {
            for entry in other[name].as_array_mut().into_iter() {
                for idx in (1..entry.len()).rev() {
                    entry.swap(idx, usize::try_from(random.below(idx as u64 + 1)).unwrap());
                }
            }
        }
        assert!(
            optimum(&problem(&base)).map(|it| it.0) == optimum(&problem(&other)).map(|it| it.0),
            "the oracle, seed {seed}"
        );
        let objective =
            |value: &Value| best(value, &format!("seed {seed}")).and_then(|plan| plan.objective);
        assert_eq!(objective(&base), objective(&other), "seed {seed}");
    }
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
