//! The whole contract on thousands of tiny problems against every plan there is.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::{Unverified, check};
use muster_matcher::model::plan::{Conflict, Status, Stint};
use muster_matcher::model::problem::{ExpertIdx, Problem, read};
use muster_matcher::one_shot;
use muster_matcher::solve::solve;
use muster_tests::brute_force::{
    Asked, LOCAL_RULES, Totals, contribution, is_real, keeps_pins, optimum, plan_of, schedules,
    worth,
};
use muster_tests::{Random, few_weeks_problem, full_problem};
use serde_json::Value;

fn problem(seed: u64) -> Problem {
    read(full_problem(seed).to_string().as_bytes()).unwrap()
}

/// The oracle reads heads, pay, means, ratios, quotas and changes by itself; so does the checker.
#[test]
fn the_oracle_judges_any_combination_of_schedules_as_the_checker_does() {
    let (mut n_kept, mut n_broken) = (0, 0);
    for seed in 0..1_500 {
        let problem = problem(seed);
        let asked = Asked::new(&problem, true);
        let experts: Vec<ExpertIdx> = (0..problem.experts.len()).map(ExpertIdx::from).collect();
        let by_expert: Vec<Vec<Vec<Stint>>> = experts
            .iter()
            .map(|expert| schedules(&problem, *expert, &LOCAL_RULES))
            .collect();
        let mut random = Random::new(seed);
        for _ in 0..40 {
            let mut stints = Vec::new();
            let (mut totals, mut value, mut pins_are_kept) = (Totals::default(), 0, true);
            for (expert, schedules) in experts.iter().zip(&by_expert) {
                let schedule = random.pick(schedules);
                pins_are_kept &= keeps_pins(&problem, *expert, &schedule, &problem.pins);
                let adds = contribution(&problem, &asked, *expert, schedule);
                totals = totals.plus(&adds.totals);
                value += adds.value;
                stints.extend(adds.stints);
            }
            let report = check(&problem, &plan_of(stints.clone()));
            let by_checker = report
                .keeps_rules()
                .then(|| report.objective.unwrap().total);
            let by_oracle = worth(&problem, &asked, &totals, value).filter(|_| pins_are_kept);
            assert_eq!(
                by_oracle,
                by_checker,
                "seed {seed}: {stints:?} {:?}",
                check(&problem, &plan_of(stints.clone())).broken()
            );
            n_kept += u32::from(by_checker.is_some());
            n_broken += u32::from(by_checker.is_none());
        }
    }
    assert!(
        n_kept > 10_000 && n_broken > 10_000,
        "{n_kept} kept, {n_broken} broken"
    );
}

#[test]
fn the_best_plan_of_the_oracle_passes_the_checker() {
    let (mut n_plans, mut n_infeasible) = (0, 0);
    for seed in 0..2_000 {
        let problem = problem(seed);
        let Some((most, stints)) = optimum(&problem) else {
            n_infeasible += 1;
            continue;
        };
        let report = check(&problem, &plan_of(stints));
        assert!(report.keeps_rules(), "seed {seed}: {report:#?}");
        assert_eq!(report.objective.unwrap().total, most, "seed {seed}");
        n_plans += 1;
    }
    assert!(
        n_plans > 1_500 && n_infeasible > 100,
        "{n_plans} plans, {n_infeasible} infeasible"
    );
}

/// What is named clashes, and pins alone or rules alone do not.
fn check_conflict(problem: &Problem, conflict: &Conflict, of: &str) {
    assert!(is_real(problem, conflict), "{of}: {conflict:#?}");
    let no_rules = Conflict {
        rules: Vec::new(),
        changes: Vec::new(),
        ..conflict.clone()
    };
    assert!(!is_real(problem, &no_rules), "{of}: {no_rules:#?}");
    let nothing_forced = Conflict {
        pins: Vec::new(),
        changes: Vec::new(),
        ..conflict.clone()
    };
    assert!(
        !is_real(problem, &nothing_forced),
        "{of}: {nothing_forced:#?}"
    );
}

#[test]
fn pins_that_clash_by_themselves_do_so_for_the_oracle_too() {
    let mut n_clashes = 0;
    for seed in 0..6_000 {
        let value = match seed % 2 {
            0 => full_problem(seed),
            _ => few_weeks_problem(seed),
        };
        let problem = read(value.to_string().as_bytes()).unwrap();
        if let Ok(plan) = one_shot::solve(&problem).map(|solved| solved.plan)
            && let Some(conflict) = &plan.conflict
        {
            assert_eq!(optimum(&problem), None, "seed {seed}");
            check_conflict(&problem, conflict, &format!("seed {seed}"));
            n_clashes += 1;
        }
    }
    assert!(n_clashes > 300, "only {n_clashes} clashes");
}

/// Solves the problems of some seeds and holds every claim against the oracle.
fn solved_as_the_oracle_does(seeds: std::ops::Range<u64>) {
    let (mut n_schedule, mut n_infeasible, mut n_by_prices) = (0, 0, 0);
    let n_problems = seeds.end - seeds.start;
    for seed in seeds {
        let problem = problem(seed);
        let plan = solve(&problem);
        let report = check(&problem, &plan);
        assert!(report.holds(), "seed {seed}: {plan:#?} {report:#?}");
        n_schedule += u64::from(plan.report["engine"]["name"] == "schedule");
        let Some((most, best)) = optimum(&problem) else {
            assert_eq!(plan.status, Status::Infeasible, "seed {seed}");
            let conflict = plan.conflict.as_ref().unwrap();
            check_conflict(&problem, conflict, &format!("seed {seed}"));
            n_infeasible += 1;
            continue;
        };
        assert_eq!(
            plan.objective,
            Some(most),
            "seed {seed}: best is {best:?}, found {:?}",
            plan.stints
        );
        assert_eq!(plan.status, Status::Optimal, "seed {seed}");
        // The oracle knows that the bound is one, whatever it rests on.
        assert!(
            plan.bound >= Some(most) && plan.price_bound >= plan.bound,
            "seed {seed}"
        );
        let is_bound = |claim: &Unverified| matches!(claim, Unverified::Bound { .. });
        assert!(
            report.unverified.iter().all(is_bound),
            "seed {seed}: {:?}",
            report.unverified
        );
        n_by_prices += u64::from(report.unverified.is_empty());
    }
    assert!(
        n_schedule > n_problems / 2,
        "{n_schedule} of {n_problems} were no flow"
    );
    assert!(
        n_infeasible > n_problems / 30,
        "{n_infeasible} of {n_problems} were infeasible"
    );
    assert!(
        n_by_prices > n_problems / 3,
        "prices prove only {n_by_prices} of {n_problems}"
    );
}

#[test]
fn tiny_problems_are_solved_to_the_optimum_of_all_plans() {
    solved_as_the_oracle_does(0..2_500);
}

#[test]
fn more_tiny_problems_are_solved_to_the_optimum_of_all_plans() {
    solved_as_the_oracle_does(10_000..12_500);
}

/// A rule that never binds is not tested.
#[test]
fn every_rule_decides_the_optimum_of_some_problems() {
    type Drop = fn(&mut Value);
    fn without(field: &str, entry: &str, value: &mut Value) {
        for entry_value in value[field].as_array_mut().into_iter().flatten() {
            entry_value.as_object_mut().unwrap().remove(entry);
        }
    }
    fn remove(field: &str, value: &mut Value) {
        value.as_object_mut().unwrap().remove(field);
    }
    let rules: [(&str, Drop); 18] = [
        ("walls", |it| without("campaigns", "wall", it)),
        ("budgets", |it| without("campaigns", "budget_cents", it)),
        ("means", |it| without("campaigns", "mean_score", it)),
        ("priorities", |it| without("campaigns", "priority", it)),
        ("minimum stints", |it| without("roles", "min_stint", it)),
        ("onboarding", |it| without("roles", "onboarding", it)),
        ("leave", |it| without("roles", "max_leave", it)),
        ("minimum heads", |it| without("roles", "min", it)),
        ("several roles", |it| without("experts", "max_roles", it)),
        ("ends of spans", |it| without("pairs", "to", it)),
        ("ongoing stints", |it| remove("ongoing", it)),
        ("apart lists", |it| remove("apart", it)),
        ("ratios", |it| remove("ratios", it)),
        ("quotas", |it| remove("quotas", it)),
        ("pins", |it| remove("pins", it)),
        ("vetoes", |it| remove("vetoes", it)),
        ("change limits", |it| remove("max_changes", it)),
        ("incumbents", |it| {
            remove("max_changes", it);
            remove("incumbent", it);
        }),
    ];
    let mut decided = [0; 18];
    for seed in 0..4_000 {
        let value = full_problem(seed);
        let optimum_of =
            |value: &Value| optimum(&read(value.to_string().as_bytes()).unwrap()).map(|it| it.0);
        let with = optimum_of(&value);
        for ((_, drop), decided) in rules.iter().zip(&mut decided) {
            let mut fewer = value.clone();
            drop(&mut fewer);
            *decided += u32::from(fewer != value && optimum_of(&fewer) != with);
        }
    }
    for ((rule, _), decided) in rules.iter().zip(decided) {
        assert!(decided >= 12, "{rule} decide only {decided} of 4,000");
    }
}
