//! The example problems: brute force over all plans, judged by the checker alone, finds the optimum.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::check::check;
use crate::check::testing::{HeldSet, Naive, parse, plan_of, plan_stints};
use crate::model::plan::Stint;
use crate::model::problem::Problem;

/// The most worth of the plans that choose one schedule an expert from `from` on.
fn best(
    problem: &Problem,
    schedules: &[Vec<HeldSet>],
    from: usize,
    stints: &mut Vec<Stint>,
) -> Option<i128> {
    let Some(choices) = schedules.get(from) else {
        let report = check(problem, &plan_of(stints.clone()));
        let worth = report.objective.as_ref().map(|it| it.total);
        return worth.filter(|_| report.keeps_rules());
    };
    let mut most = None;
    for held in choices {
        let n_before = stints.len();
        stints.extend(plan_stints(problem, from, held));
        most = most.max(best(problem, schedules, from + 1, stints));
        stints.truncate(n_before);
    }
    most
}

#[test]
fn brute_force_finds_every_examples_optimum() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/golden/examples");
    let mut n_examples = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let Some(stem) = name.strip_suffix(".expected.json") else {
            continue;
        };
        let json =
            |path: PathBuf| -> Value { serde_json::from_slice(&fs::read(path).unwrap()).unwrap() };
        let problem = parse(&json(path.with_file_name(format!("{stem}.json"))));
        let naive = Naive(&problem);
        let schedules: Vec<_> = (0..problem.experts.len())
            .map(|idx| naive.schedules(idx))
            .collect();
        let most = best(&problem, &schedules, 0, &mut Vec::new());
        let expected = json(path);
        assert_eq!(
            most.map(i64::try_from).transpose().unwrap(),
            expected["objective"].as_i64(),
            "{stem}"
        );
        assert_eq!(most.is_none(), expected["status"] == "infeasible", "{stem}");
        n_examples += 1;
    }
    assert_eq!(n_examples, 12);
}
