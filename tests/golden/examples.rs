//! The contract's small problems with their proven optima.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::path::Path;

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::solve;
use serde_json::Value;

/// Every example by name: its problem and what is proven of it.
fn examples() -> Vec<(String, Problem, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/examples");
    let mut examples: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let name = name.strip_suffix(".expected.json")?.to_owned();
            let text =
                |suffix: &str| std::fs::read(folder.join(format!("{name}{suffix}"))).unwrap();
            let problem = read(text(".json").as_slice()).unwrap();
            let expected = serde_json::from_slice(&text(".expected.json")).unwrap();
            Some((name, problem, expected))
        })
        .collect();
    examples.sort_by(|a, b| a.0.cmp(&b.0));
    examples
}

#[test]
fn there_are_twelve_examples() {
    assert_eq!(examples().len(), 12);
}

#[test]
fn every_example_is_solved_to_its_proven_optimum() {
    for (name, problem, expected) in examples() {
        let plan = solve(&problem);
        assert_eq!(
            serde_json::to_value(plan.status).unwrap(),
            expected["status"],
            "{name}"
        );
        let objective = plan
            .objective
            .map_or(Value::Null, |cents| i64::try_from(cents).unwrap().into());
        assert_eq!(objective, expected["objective"], "{name}");
        let report = check(&problem, &plan);
        assert!(report.holds(), "{name}: {report:#?}");
    }
}

#[test]
fn the_empty_plan_is_feasible_without_pins() {
    for (name, problem, _) in examples() {
        let empty = Plan {
            stints: Some(Vec::new()),
            ..Plan::without_stints(Status::Feasible)
        };
        let breaks_pins_only = check(&problem, &empty).broken().keys().all(|rule| {
            use muster_matcher::model::plan::Rule;
            matches!(rule, Rule::Pin | Rule::ChangeLimit)
        });
        assert!(breaks_pins_only, "{name}");
    }
}
