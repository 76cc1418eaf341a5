//! One-shot problems of a few experts, roles and weeks against every plan there is: each expert's stints
//! in every combination, judged by the checker alone.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::check;
use muster_matcher::model::plan::{Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::one_shot::{Shape, solve};
use muster_tests::brute_force::{LOCAL_RULES, plan_of, schedules};
use muster_tests::few_weeks_problem;
use serde_json::Value;

/// The most any feasible plan is worth; none if there is no feasible plan.
fn optimum(problem: &Problem) -> Option<i128> {
    let by_expert: Vec<Vec<Vec<Stint>>> = (0..problem.experts.len())
        .map(|expert| schedules(problem, expert.into(), &LOCAL_RULES))
        .collect();
    let mut best = None;
    let mut choice = vec![0; by_expert.len()];
    loop {
        let chosen = by_expert
            .iter()
            .zip(&choice)
            .flat_map(|(schedules, idx)| schedules[*idx].clone());
        let report = check(problem, &plan_of(chosen.collect()));
        if report.keeps_rules() {
            best = best.max(Some(report.objective.unwrap().total));
        }
        // The next choice, counted like a number whose digits are the schedules.
        let Some(digit) =
            (0..choice.len()).find(|digit| choice[*digit] + 1 < by_expert[*digit].len())
        else {
            return best;
        };
        choice[..digit].fill(0);
        choice[digit] += 1;
    }
}

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

#[test]
fn no_plan_is_worth_more_than_the_one_found() {
    let (mut n_single, mut n_uniform, mut n_one_week, mut n_infeasible) = (0, 0, 0, 0);
    for seed in 0..8_000 {
        let problem = problem(&few_weeks_problem(seed));
        let Ok(solved) = solve(&problem) else {
            continue;
        };
        let report = check(&problem, &solved.plan);
        assert!(report.holds(), "seed {seed}: {report:#?}");
        assert!(
            report.unverified.is_empty(),
            "seed {seed}: {:?}",
            report.unverified
        );
        assert_eq!(solved.plan.objective, optimum(&problem), "seed {seed}");
        match (solved.plan.status, problem.weeks, solved.shape) {
            (Status::Infeasible, ..) => n_infeasible += 1,
            (_, 1, _) => n_one_week += 1,
            (_, _, Some(Shape::Uniform)) => n_uniform += 1,
            _ => n_single += 1,
        }
    }
    let counts = [n_single, n_uniform, n_one_week, n_infeasible];
    assert!(
        counts.iter().all(|count| *count > 300),
        "too few of a kind: {counts:?}"
    );
}
