//! The whole contract as one compact integer program, solved by HiGHS through good_lp: a binary for each stint that
//! a pair allows. It shares no code with the solver, and its answer is a plan that the checker judges.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

mod stint_program;

use muster_matcher::check::check;
use muster_matcher::model::plan::Status;
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::solve;
use muster_tests::brute_force::optimum;
use muster_tests::{full_problem, mid_problem};
use serde_json::Value;
use stint_program::best_plan;

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

#[test]
fn the_program_finds_the_optimum_of_all_plans_of_tiny_problems() {
    let (mut n_plans, mut n_infeasible) = (0, 0);
    for seed in 0..1_500 {
        let problem = problem(&full_problem(seed));
        let weights = problem.weights;
        let most = [weights.missing_min, weights.point, weights.change]
            .into_iter()
            .max()
            .unwrap();
        // Amounts near 10¹² are beyond a program of floating-point numbers.
        if most.0 > 10_000_000 {
            continue;
        }
        let expected = optimum(&problem).map(|it| it.0);
        let found = best_plan(&problem);
        assert_eq!(
            found.as_ref().map(|it| it.0),
            expected,
            "seed {seed}: {found:?}"
        );
        n_plans += u32::from(found.is_some());
        n_infeasible += u32::from(found.is_none());
    }
    assert!(
        n_plans > 1_000 && n_infeasible > 50,
        "{n_plans} plans, {n_infeasible} infeasible"
    );
}

/// Solves some problems both ways. The seeds are those that HiGHS takes a few seconds for at most; the others take
/// it minutes.
fn solved_as_the_program_does(n_experts: u64, seeds: &[u64]) {
    for seed in seeds.iter().copied() {
        let problem = problem(&mid_problem(seed, n_experts));
        let plan = solve(&problem);
        let report = check(&problem, &plan);
        assert!(report.holds(), "seed {seed}: {report:#?}");
        let Some((most, _)) = best_plan(&problem) else {
            assert_eq!(plan.status, Status::Infeasible, "seed {seed}");
            continue;
        };
        assert_eq!(plan.status, Status::Optimal, "seed {seed}");
        // The program's plan is a plan, so it is worth at most the bound; it is the best but for HiGHS's tolerances.
        let (objective, bound) = (plan.objective.unwrap(), plan.bound.unwrap());
        assert!(
            most <= bound,
            "seed {seed}: {most} is possible, {bound} was stated as the bound"
        );
        assert!(
            (objective - most).abs() <= 1,
            "seed {seed}: {objective} is not {most}"
        );
    }
}

#[test]
fn ten_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(10, &[0, 1, 2, 4, 5, 6, 7, 9, 11, 13, 14, 16, 17, 19]);
}

#[test]
fn twenty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(20, &[0, 1, 3, 6, 7, 8, 9, 10, 12, 14, 15, 16, 17, 18]);
}

#[test]
fn thirty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(30, &[2, 5, 6, 7, 16, 18, 19, 24, 30, 32, 37, 38]);
}

#[test]
fn forty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(40, &[2, 7, 9, 15, 16, 19, 25, 29]);
}

#[test]
fn fifty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(50, &[4, 25, 27, 28, 34, 35, 39]);
}

#[test]
fn sixty_experts_are_staffed_as_the_program_does() {
    solved_as_the_program_does(60, &[1, 4, 17, 19, 26, 27, 29]);
}
