//! Drawings of a plan made by hand.

use muster_matcher::model::plan::{Plan, Prices, Proof, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use serde_json::json;

use super::summary;

/// Two campaigns over 13 weeks, the second starved.
fn case() -> (Problem, Plan) {
    let ids: Vec<String> = (0..12).map(|idx| format!("e{idx}")).collect();
    let experts: Vec<_> = ids
        .iter()
        .map(|id| json!({ "id": id, "hours": 20, "tags": ["new"] }))
        .collect();
    let pair = |id: &String, role: &str| json!({ "expert": id, "role": role, "score": 800, "rate_cents": 5000 });
    let pairs: Vec<_> = ids
        .iter()
        .flat_map(|id| [pair(id, "atlas/annotator"), pair(id, "borealis/reviewer")])
        .collect();
    let problem = json!({
        "horizon": { "start": "2027-01-04", "weeks": 13 },
        "campaigns": [
            { "id": "atlas", "client": "acme", "priority": 3, "budget_cents": 30_000_000, "mean_score": 700 },
            { "id": "borealis" },
        ],
        "roles": [
            { "id": "atlas/annotator", "campaign": "atlas", "hours": 20,
              "target": [0, 2, 4, 8, 8, 8, 8, 8, 8, 8, 8, 4, 2] },
            { "id": "borealis/reviewer", "campaign": "borealis", "hours": 20, "target": 6, "min": 2 },
        ],
        "experts": experts, "pairs": pairs,
        "quotas": [{ "roles": ["atlas/annotator"], "tag": "new", "min_percent": 10 }],
        "ratios": [{ "of": ["borealis/reviewer"], "to": ["atlas/annotator"], "at_least": [1, 8] }],
    });
    let problem = read(problem.to_string().as_bytes()).unwrap();
    let stint = |id: usize, role: &str, from, to| Stint {
        expert: ids[id].clone(),
        role: role.to_owned(),
        from,
        to,
    };
    let mut stints = Vec::new();
    for id in 0..8 {
        let (from, to) = match id {
            0 | 1 => (1, 12),
            2 | 3 => (2, 11),
            _ => (3, 10),
        };
        stints.push(stint(id, "atlas/annotator", from, to));
    }
    stints.extend((8..11).map(|id| stint(id, "borealis/reviewer", 0, 12)));
    let mut prices = Prices::default();
    prices
        .heads
        .insert("borealis/reviewer".to_owned(), vec![50_000_000_000; 13]);
    prices
        .heads
        .insert("atlas/annotator".to_owned(), vec![31_000_000_000; 13]);
    let plan = Plan {
        objective: Some(1_000_000),
        bound: Some(1_500_000),
        price_bound: Some(1_500_000),
        proof: Some(Proof::Prices),
        stints: Some(stints),
        prices: Some(prices),
        ..Plan::without_stints(Status::Feasible)
    };
    (problem, plan)
}

#[test]
fn a_plan_is_drawn_week_by_week_with_its_sums_and_shortfalls() {
    let (problem, plan) = case();
    let text = summary(&problem, &plan, false);
    let expected = include_str!("tests/plan.txt");
    assert_eq!(text, expected, "\n{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 100));
}

#[test]
fn colours_change_nothing_but_colours() {
    let (problem, plan) = case();
    let plain = summary(&problem, &plan, false);
    assert!(!plain.contains('\u{1b}'));
    let mut bare = String::new();
    let coloured = summary(&problem, &plan, true);
    for (idx, part) in coloured.split('\u{1b}').enumerate() {
        let text = if idx == 0 {
            part
        } else {
            part.split_once('m').unwrap().1
        };
        bare.push_str(text);
    }
    assert!(coloured.contains('\u{1b}'));
    assert_eq!(bare, plain);
}

#[test]
fn without_a_plan_there_is_a_verdict_only() {
    let (problem, _) = case();
    let none = |status| summary(&problem, &Plan::without_stints(status), false);
    assert!(none(Status::Infeasible).starts_with("infeasible: "));
    assert!(none(Status::Unknown).starts_with("unknown: "));
}
