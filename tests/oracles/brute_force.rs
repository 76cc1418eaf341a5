//! One-shot problems of a few experts, roles and weeks against every plan there is: each expert's stints
//! in every combination, judged by the checker alone.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Rule, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::one_shot::{Shape, solve};
use muster_tests::few_weeks_problem;
use serde_json::Value;

/// The runs of set bits: first and last week of each stint.
fn runs(held: u32, weeks: u16) -> Vec<(i64, i64)> {
    let is_held = |week: u16| held >> week & 1 == 1;
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for week in (0..weeks).filter(|week| is_held(*week)) {
        match runs.last_mut() {
            Some((_, to)) if *to + 1 == i64::from(week) => *to += 1,
            _ => runs.push((week.into(), week.into())),
        }
    }
    runs
}

fn plan_of(stints: Vec<Stint>) -> Plan {
    Plan {
        stints: Some(stints),
        ..Plan::without_stints(Status::Feasible)
    }
}

/// Every set of one expert's stints that could be part of a plan.
fn schedules(problem: &Problem, expert: usize) -> Vec<Vec<Stint>> {
    let within = [
        Rule::Eligible,
        Rule::Capacity,
        Rule::Stint,
        Rule::Headcount,
        Rule::Wall,
        Rule::Apart,
    ];
    let mut schedules: Vec<Vec<Stint>> = vec![Vec::new()];
    for pair in problem.pairs_of(expert.into()) {
        let pair = problem.pair(*pair);
        let mut longer = Vec::new();
        for base in &schedules {
            for held in 0..1_u32 << problem.weeks {
                let stint = |(from, to)| Stint {
                    expert: problem.expert_id(pair.expert).to_owned(),
                    role: problem.role_id(pair.role).to_owned(),
                    from,
                    to,
                };
                let mut stints = base.clone();
                stints.extend(runs(held, problem.weeks).into_iter().map(stint));
                let broken = check(problem, &plan_of(stints.clone())).broken();
                if within.iter().all(|rule| !broken.contains_key(rule)) {
                    longer.push(stints);
                }
            }
        }
        schedules = longer;
    }
    schedules
}

/// The most any feasible plan is worth; none if there is no feasible plan.
fn optimum(problem: &Problem) -> Option<i128> {
    let by_expert: Vec<Vec<Vec<Stint>>> = (0..problem.experts.len())
        .map(|expert| schedules(problem, expert))
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
