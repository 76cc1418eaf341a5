//! One-shot problems against a compact integer program: a variable for each pair and week, solved by
//! HiGHS through good_lp. The model knows nothing of uses, flows or whole-horizon stints.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use good_lp::{
    Expression, ProblemVariables, Solution, SolverModel, Variable, constraint, default_solver,
    variable,
};
use muster_matcher::check::check;
use muster_matcher::model::plan::Status;
use muster_matcher::model::problem::{PairIdx, Problem, RoleIdx, read};
use muster_matcher::one_shot;
use muster_tests::{TINY, one_shot_problem};

/// The optimum in cents. Minimum stints are left out: they only forbid, so the optimum is at least
/// the problem's.
fn optimum(problem: &Problem) -> f64 {
    let mut vars = ProblemVariables::new();
    let mut objective = Expression::from(0.0);
    let mut rows = Vec::new();
    let weeks: Vec<_> = problem.all_weeks().collect();
    let cents = |cents: i128| cents as f64;
    let weights = problem.weights;

    let mut held: Vec<Vec<Option<Variable>>> = Vec::new();
    let mut covering: Vec<Vec<Expression>> =
        vec![vec![Expression::from(0.0); weeks.len()]; problem.roles.len()];
    for (idx, pair) in problem.pairs.iter().enumerate() {
        let (role, expert) = (problem.role(pair.role), problem.expert(pair.expert));
        let ongoing = problem.ongoing_of(PairIdx::from(idx));
        let worked = ongoing.map_or(0, |it| it.worked.get());
        let mut of_pair: Vec<Option<Variable>> = Vec::new();
        let mut anywhere: Expression = 0.0.into();
        for week in &weeks {
            let usable = !problem.is_vetoed(pair.expert, pair.role)
                && expert.hours.at(*week) >= role.hours
                && worked + u32::from(problem.weeks) >= role.min_stint.get();
            if !usable {
                of_pair.push(None);
                continue;
            }
            let x = vars.add(variable().binary());
            let pay = cents((pair.rate * role.hours).0);
            objective -= x * pay;
            let in_week = u32::from(week.get()) + worked;
            if in_week >= role.onboarding.get() {
                objective += x * (f64::from(pair.score.get()) * cents(weights.point.0));
                covering[pair.role.index()][week.index()] += x;
            }
            // Without onboarding any later start covers at once; with it the horizon is one week.
            let before = week.index().checked_sub(1).map(|earlier| of_pair[earlier]);
            let start = vars.add(variable().min(0.0).max(1.0));
            match before {
                Some(Some(before)) => rows.push(constraint!(start >= x - before)),
                None if ongoing.is_some() => {}
                _ => rows.push(constraint!(start >= x)),
            }
            objective -= start * cents(weights.start.0);
            let pinned = problem
                .pins
                .iter()
                .any(|pin| (pin.expert, pin.role) == (pair.expert, pair.role));
            if pinned {
                rows.push(constraint!(x >= 1));
            }
            anywhere += x;
            of_pair.push(Some(x));
        }
        held.push(of_pair);
    }

    let mut said = std::collections::HashSet::new();
    for stint in problem.incumbent.iter().flatten() {
        for week in &weeks {
            if (stint.from..=stint.to).contains(&i32::from(week.get())) {
                said.insert((stint.expert, stint.role, week.get()));
            }
        }
    }
    if problem.incumbent.is_some() {
        let change = cents(weights.change.0);
        objective -= change * said.len() as f64;
        for (pair, of_pair) in problem.pairs.iter().zip(&held) {
            for (week, x) in weeks.iter().zip(of_pair) {
                let Some(x) = x else { continue };
                let key = (
                    problem.expert(pair.expert).id,
                    problem.role(pair.role).id,
                    week.get(),
                );
                objective += *x * if said.contains(&key) { change } else { -change };
            }
        }
    }

    for (idx, role) in problem.roles.iter().enumerate() {
        let priority = f64::from(problem.campaigns[role.campaign.index()].priority);
        for week in &weeks {
            let heads = covering[idx][week.index()].clone();
            let (min, target) = (role.min.at(*week).get(), role.target.at(*week).get());
            let below_min = vars.add(variable().min(0.0).max(f64::from(min)));
            let below_target = vars.add(variable().min(0.0).max(f64::from(target - min)));
            objective -= below_min * (priority * cents(weights.missing_min.0));
            objective -= below_target * (priority * cents(weights.missing_target.0));
            rows.push(constraint!(heads.clone() <= f64::from(target)));
            rows.push(constraint!(
                heads + below_min + below_target >= f64::from(target)
            ));
        }
    }

    for expert in 0..problem.experts.len() {
        let own: Vec<PairIdx> = problem.pairs_of(expert.into()).to_vec();
        let facts = &problem.experts[expert];
        for week in &weeks {
            let (mut roles, mut hours) = (Expression::from(0.0), Expression::from(0.0));
            for pair in &own {
                if let Some(x) = held[pair.index()][week.index()] {
                    roles += x;
                    hours += x * f64::from(problem.role(problem.pair(*pair).role).hours.get());
                }
            }
            rows.push(constraint!(roles <= f64::from(facts.max_roles.get())));
            rows.push(constraint!(hours <= f64::from(facts.hours.at(*week).get())));
        }
        for (idx, one) in own.iter().enumerate() {
            for other in &own[..idx] {
                if !apart(problem, problem.pair(*one).role, problem.pair(*other).role) {
                    continue;
                }
                for a in held[one.index()].iter().flatten() {
                    for b in held[other.index()].iter().flatten() {
                        rows.push(constraint!(*a + *b <= 1.0));
                    }
                }
            }
        }
    }

    let value = objective.clone();
    let mut model = vars.maximise(objective).using(default_solver);
    model.set_verbose(false);
    let mut model = model.set_threads(1);
    for row in rows {
        model = model.with(row);
    }
    model
        .solve()
        .expect("pins were checked before")
        .eval(&value)
}

fn apart(problem: &Problem, one: RoleIdx, other: RoleIdx) -> bool {
    let campaigns =
        [one, other].map(|role| &problem.campaigns[problem.role(role).campaign.index()]);
    let walls = campaigns.map(|campaign| campaign.wall);
    let clients = campaigns.map(|campaign| campaign.client);
    (walls[0].is_some() && walls[0] == walls[1] && clients[0] != clients[1])
        || problem
            .apart
            .iter()
            .any(|list| list.contains(&one) && list.contains(&other))
}

#[test]
fn the_flow_engine_finds_the_optimum_of_the_compact_model() {
    let (mut n_solved, mut n_infeasible) = (0, 0);
    for seed in 0..600 {
        let text = one_shot_problem(seed, TINY).to_string();
        let problem = read(text.as_bytes()).unwrap();
        let Ok(solved) = one_shot::solve(&problem) else {
            continue;
        };
        let report = check(&problem, &solved.plan);
        assert!(report.holds(), "seed {seed}: {report:#?}");
        if solved.plan.status == Status::Infeasible {
            n_infeasible += 1;
            continue;
        }
        let objective = solved.plan.objective.unwrap();
        let oracle = optimum(&problem);
        assert!(
            (oracle - objective as f64).abs() < 0.5,
            "seed {seed}: {objective} is not {oracle}"
        );
        n_solved += 1;
    }
    assert!(
        n_solved > 350,
        "only {n_solved} problems of 600 were of the class"
    );
    assert!(
        n_infeasible > 10,
        "only {n_infeasible} problems of 600 had clashing pins"
    );
}
