use super::*;
use crate::model::plan::Status;
use crate::model::problem::Problem;
use crate::schedule::generate::{Ended, generate};
use crate::schedule::pricing::tests::random::{Dice, Shape, parse, problem};
use crate::schedule::rows::Rows;
use crate::schedule::{Memory, result, solve, start};
use crate::solve::{Options, Progress};
use crate::stop::Unlimited;

/// Status and objective by a program over all stints alone.
fn by_stints(problem: &Problem) -> (Status, Option<i128>) {
    let rows = Rows::new(problem);
    let mut ignore = |_: &Progress| {};
    let mut search = Search::new(problem, &rows, &Options::default(), &Unlimited, &mut ignore);
    let mut master = Master::new(problem, &rows, &search.musts);
    start::start(&mut search, &mut master, None, &Memory::default());
    if generate(&mut search, &mut master) == Ended::NoSchedule {
        return (Status::Infeasible, None);
    }
    let bound = search.bound.clone().unwrap();
    let losses = Losses::new(&search, &bound);
    match whole(&mut search, &losses, 0, usize::MAX) {
        Some(Outcome::Infeasible) => (Status::Infeasible, None),
        _ => {
            let plan = result::plan(&search);
            (plan.status, plan.objective)
        }
    }
}

#[test]
fn stints_and_schedules_have_the_same_optimum() {
    let shape = Shape {
        weeks: (1, 4),
        roles: (1, 3),
        experts: (1, 4),
        max_roles: &[0, 1, 1, 2, 3],
        hours: &[0, 10, 20, 30, 40],
        role_hours: &[10, 15, 20],
        pins: 20,
        incumbent: 50,
        ongoing: 40,
        walls: 50,
    };
    let mut counts = [0; 2];
    for seed in 0..600 {
        let mut json = problem(&mut Dice::new(seed), shape);
        // Heads that cost nothing when missing need not be there.
        match seed % 4 {
            0 => json["weights"]["missing_target_cents"] = 0.into(),
            1 => {
                json["weights"]["missing_min_cents"] = 0.into();
                json["weights"]["missing_target_cents"] = 0.into();
            }
            _ => {}
        }
        let problem = parse(&json);
        let plan = solve(&problem, &Options::default(), &Unlimited, &mut |_| {});
        assert_ne!(plan.status, Status::Feasible, "seed {seed}: {json}");
        let expected = (plan.status, plan.objective);
        assert_eq!(by_stints(&problem), expected, "seed {seed}: {json}");
        counts[usize::from(plan.status == Status::Infeasible)] += 1;
    }
    assert!(counts[0] > 300 && counts[1] > 10, "{counts:?}");
}
