//! Laws of the one-shot solver. Optimality needs no oracle here: the checker recomputes the bound
//! from the plan's prices over every pair of the file, and the plan claims to reach it.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::check;
use muster_matcher::model::plan::Status;
use muster_matcher::model::problem::{Problem, read, write};
use muster_matcher::one_shot::{Shape, solve};
use muster_tests::{CROWD, Sizes, TINY, one_shot_problem};
use serde_json::{Value, json};

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

/// The optimum, checked; `None` outside the class or without a plan.
fn optimum(value: &Value, seed: u64) -> Option<i128> {
    let problem = problem(value);
    let solved = solve(&problem).ok()?;
    let report = check(&problem, &solved.plan);
    assert!(report.holds(), "seed {seed}: {report:#?}");
    solved.plan.objective
}

#[test]
fn every_plan_is_proved_by_its_prices_over_all_pairs() {
    let (mut n_single, mut n_uniform, mut n_cut) = (0, 0, 0);
    for seed in 0..6_000 {
        let sizes = if seed % 2 == 0 { TINY } else { CROWD };
        let problem = problem(&one_shot_problem(seed, sizes));
        let Ok(solved) = solve(&problem) else {
            continue;
        };
        let report = check(&problem, &solved.plan);
        assert!(report.holds(), "seed {seed}: {report:#?}");
        if solved.plan.status == Status::Infeasible {
            continue;
        }
        assert_eq!(
            solved.plan.objective, solved.plan.price_bound,
            "seed {seed}"
        );
        assert_eq!(report.bound.cents(), solved.plan.objective, "seed {seed}");
        n_single += u32::from(solved.shape == Some(Shape::SingleStints));
        n_uniform += u32::from(solved.shape == Some(Shape::Uniform));
        n_cut += u32::from(solved.n_uses_kept < solved.n_uses);
    }
    assert!(
        n_single > 1_500 && n_uniform > 300,
        "{n_single} and {n_uniform} of 6,000"
    );
    assert!(n_cut > 500, "pairs were left out of only {n_cut} flows");
}

#[test]
fn an_extra_expert_or_head_never_worsens_what_it_cannot() {
    let mut n_compared = 0;
    for seed in 0..800 {
        let base = one_shot_problem(
            seed,
            Sizes {
                experts: 6,
                heads: 4,
            },
        );
        let Some(before) = optimum(&base, seed) else {
            continue;
        };
        let mut larger = base.clone();
        let roles = larger["roles"].as_array().unwrap().clone();
        larger["experts"]
            .as_array_mut()
            .unwrap()
            .push(json!({ "id": "new", "hours": 40 }));
        for role in &roles {
            let pair =
                json!({ "expert": "new", "role": role["id"], "score": 700, "rate_cents": 3000 });
            larger["pairs"].as_array_mut().unwrap().push(pair);
        }
        let Some(after) = optimum(&larger, seed) else {
            continue;
        };
        assert!(
            after >= before,
            "seed {seed}: {after} with one expert more, {before} without"
        );
        n_compared += 1;
    }
    assert!(n_compared > 300);
}

#[test]
fn the_order_of_lists_does_not_change_the_optimum() {
    for seed in 0..400 {
        let base = one_shot_problem(seed, TINY);
        let mut reversed = base.clone();
        for list in [
            "campaigns",
            "roles",
            "experts",
            "pairs",
            "pins",
            "vetoes",
            "ongoing",
        ] {
            reversed[list].as_array_mut().unwrap().reverse();
        }
        assert_eq!(
            optimum(&base, seed),
            optimum(&reversed, seed),
            "seed {seed}"
        );
    }
}

#[test]
fn weights_at_the_end_of_their_range_are_solved_and_checked() {
    for seed in 0..400 {
        let mut value = one_shot_problem(seed, TINY);
        let most = 1_000_000_000_000_i64;
        value["weights"] = json!({
            "missing_min_cents": most, "missing_target_cents": most - 1, "point_cents": most,
            "change_cents": most, "start_cents": most / 3,
        });
        for campaign in value["campaigns"].as_array_mut().unwrap() {
            campaign["priority"] = json!(10);
        }
        optimum(&value, seed);
    }
}

#[test]
fn a_problem_written_and_read_again_is_the_same() {
    for seed in 0..200 {
        let first = problem(&one_shot_problem(seed, TINY));
        let mut once = Vec::new();
        write(&first, &mut once).unwrap();
        let mut twice = Vec::new();
        write(&read(once.as_slice()).unwrap(), &mut twice).unwrap();
        assert_eq!(
            String::from_utf8(once).unwrap(),
            String::from_utf8(twice).unwrap()
        );
    }
}

/// A role wanted in weeks 1 to 3, to be held throughout: each pair has one possible stint.
#[test]
fn windows_that_must_be_held_whole_are_of_the_class() {
    let value = json!({
        "horizon": { "start": "2027-03-01", "weeks": 5 },
        "campaigns": [{ "id": "c", "client": "c" }],
        "roles": [
            { "id": "a", "campaign": "c", "hours": 10, "target": [0, 2, 1, 2, 0], "min": [0, 1, 1, 0, 0], "min_stint": 3 },
            { "id": "b", "campaign": "c", "hours": 10, "target": [0, 0, 1, 1, 1], "min_stint": 3 },
        ],
        "experts": [{ "id": "ana", "hours": 10 }, { "id": "ben", "hours": 10 }, { "id": "cho", "hours": [10, 10, 5, 10, 10] }],
        "pairs": [
            { "expert": "ana", "role": "a", "score": 900, "rate_cents": 2000 },
            { "expert": "ana", "role": "b", "score": 950, "rate_cents": 2000 },
            { "expert": "ben", "role": "a", "score": 300, "rate_cents": 2000 },
            { "expert": "ben", "role": "b", "score": 100, "rate_cents": 2000 },
            { "expert": "cho", "role": "a", "score": 1000, "rate_cents": 100 },
        ],
    });
    assert_eq!(
        optimum(&value, 0),
        Some(-2 * 500_000 + (950 + 300) * 300 - 6 * 20_000)
    );
}

#[test]
fn prices_too_large_to_be_stated_are_cut_and_the_plan_is_optimal_all_the_same() {
    let value = json!({
        "horizon": { "start": "2027-03-01", "weeks": 1 },
        "campaigns": [{ "id": "c" }],
        "roles": [{ "id": "r", "campaign": "c", "hours": 10, "target": 1 }],
        "experts": [{ "id": "ana", "hours": 10 }, { "id": "ben", "hours": 10 }],
        "pairs": [
            { "expert": "ana", "role": "r", "score": 1000, "rate_cents": 0 },
            { "expert": "ben", "role": "r", "score": 999, "rate_cents": 0 },
        ],
        "weights": { "point_cents": 1_000_000_000_000_i64 },
    });
    let problem = problem(&value);
    let plan = solve(&problem).unwrap().plan;
    assert_eq!(plan.objective, Some(1_000_000_000_000_000));
    assert_eq!(plan.bound, plan.objective);
    assert!(plan.price_bound > plan.objective);
    let report = check(&problem, &plan);
    assert!(report.holds(), "{report:#?}");
    assert_eq!(report.bound.cents(), plan.price_bound);
}

/// Pins of one week that force whole stints, which then clash elsewhere: the conflict names the rules
/// that bring them there, or the checker would not believe it.
#[test]
fn pins_that_clash_through_the_stints_they_force_are_a_conflict_with_every_rule() {
    let pins = |pins: &[(&str, &str, u16)]| -> Value {
        let pin = |(expert, role, week): &(&str, &str, u16)| json!({ "expert": expert, "role": role, "from": week, "to": week });
        pins.iter().map(pin).collect()
    };
    let pair = |expert: &str, role: &str| json!({ "expert": expert, "role": role, "score": 500, "rate_cents": 1000 });
    let for_a_role = json!({
        "horizon": { "start": "2027-03-01", "weeks": 2 },
        "campaigns": [{ "id": "c" }],
        "roles": [{ "id": "r", "campaign": "c", "hours": 10, "target": [2, 1], "min_stint": 2 }],
        "experts": [{ "id": "e0", "hours": 10 }, { "id": "e1", "hours": 10 }],
        "pairs": [pair("e0", "r"), pair("e1", "r")],
        "pins": pins(&[("e0", "r", 0), ("e1", "r", 0)]),
    });
    let for_an_expert = json!({
        "horizon": { "start": "2027-03-01", "weeks": 3 },
        "campaigns": [{ "id": "c" }],
        "roles": [
            { "id": "a", "campaign": "c", "hours": 10, "target": [1, 1, 0], "min_stint": 2 },
            { "id": "b", "campaign": "c", "hours": 10, "target": [0, 1, 1], "min_stint": 2 },
        ],
        "experts": [{ "id": "e0", "hours": 10 }],
        "pairs": [pair("e0", "a"), pair("e0", "b")],
        "pins": pins(&[("e0", "a", 0), ("e0", "b", 2)]),
    });
    for value in [for_a_role, for_an_expert] {
        let problem = problem(&value);
        let plan = solve(&problem).unwrap().plan;
        assert_eq!(plan.status, Status::Infeasible);
        let report = check(&problem, &plan);
        assert!(
            report.holds() && report.unverified.is_empty(),
            "{report:#?}"
        );
    }
}

#[test]
fn prices_are_spread_over_the_weeks_before_they_are_cut() {
    let pair =
        |expert: &str| json!({ "expert": expert, "role": "r", "score": 500, "rate_cents": 0 });
    let value = json!({
        "horizon": { "start": "2027-03-01", "weeks": 3 },
        "campaigns": [{ "id": "c" }],
        "roles": [{ "id": "r", "campaign": "c", "hours": 10, "target": 1, "min_stint": 3 }],
        "experts": [{ "id": "ana", "hours": 10 }, { "id": "ben", "hours": 10 }],
        "pairs": [pair("ana"), pair("ben")],
        "weights": { "point_cents": 100_000_000_000_i64 },
    });
    let plan = solve(&problem(&value)).unwrap().plan;
    assert_eq!(plan.price_bound, plan.objective);
}
