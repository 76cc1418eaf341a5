//! One problem for every kind of conflict, with the conflict worked out by hand.

use serde_json::{Value, json};

use super::brute_force::is_infeasible;
use super::random::parse;
use crate::explain::conflict_in_words;
use crate::schedule::clash::conflict;

/// Two people who may annotate and review for one campaign, two weeks.
fn base() -> Value {
    json!({
        "horizon": { "start": "2027-03-01", "weeks": 2 },
        "campaigns": [
            { "id": "atlas", "client": "a", "budget_cents": 100_000 },
            { "id": "borealis", "client": "b" },
        ],
        "roles": [
            { "id": "annotator", "campaign": "atlas", "hours": 10, "target": 2 },
            { "id": "reviewer", "campaign": "borealis", "hours": 10, "target": 2 },
        ],
        "experts": [
            { "id": "ana", "hours": 20, "max_roles": 2, "tags": ["t"] },
            { "id": "ben", "hours": 20, "max_roles": 2 },
        ],
        "pairs": [
            { "expert": "ana", "role": "annotator", "score": 1, "rate_cents": 1_000 },
            { "expert": "ana", "role": "reviewer", "score": 1, "rate_cents": 1_000 },
            { "expert": "ben", "role": "annotator", "score": 1, "rate_cents": 1_000 },
            { "expert": "ben", "role": "reviewer", "score": 1, "rate_cents": 1_000 },
        ],
    })
}

fn pin(expert: &str, role: &str, from: u16, to: u16) -> Value {
    json!({ "expert": expert, "role": role, "from": from, "to": to })
}

/// The conflict of the base, changed, is the one these words say.
fn says(change: impl Fn(&mut Value), words: &str) {
    let mut json = base();
    change(&mut json);
    let problem = parse(&json);
    assert!(is_infeasible(&problem), "the oracle");
    let found = conflict(&problem, &mut |relaxed| Some(is_infeasible(relaxed)));
    assert_eq!(conflict_in_words(&problem, &found), words);
}

#[test]
fn eligibility() {
    says(
        |it| {
            it["pairs"][3]["to"] = json!(0);
            it["pins"] = json!([pin("ana", "reviewer", 0, 1), pin("ben", "reviewer", 1, 1)]);
        },
        "pin of ben on reviewer in week 1 and the eligibility of ben for reviewer (week 0)",
    );
}

#[test]
fn capacity() {
    says(
        |it| {
            it["experts"][0]["hours"] = json!(15);
            it["pins"] = json!([
                pin("ben", "annotator", 0, 0),
                pin("ana", "annotator", 0, 1),
                pin("ana", "reviewer", 1, 1)
            ]);
        },
        "pin of ana on annotator in weeks 0–1, pin of ana on reviewer in week 1 \
         and the hours of ana in week 1",
    );
}

#[test]
fn capacity_by_way_of_a_stint_that_must_be_longer() {
    says(
        |it| {
            it["experts"][0]["max_roles"] = json!(1);
            it["roles"][0]["min_stint"] = json!(2);
            it["pins"] = json!([pin("ana", "annotator", 0, 0), pin("ana", "reviewer", 1, 1)]);
        },
        "pin of ana on annotator in week 0, pin of ana on reviewer in week 1, \
         the hours and the most roles of ana and the shortest stint on annotator (min_stint 2)",
    );
}

#[test]
fn stints() {
    says(
        |it| {
            it["roles"][1]["min_stint"] = json!(3);
            it["pins"] = json!([pin("ben", "reviewer", 0, 0)]);
        },
        "pin of ben on reviewer in week 0 and the shortest stint on reviewer (min_stint 3)",
    );
}

#[test]
fn headcount() {
    says(
        |it| {
            it["roles"][0]["target"] = json!([2, 1]);
            it["pins"] = json!([
                pin("ana", "annotator", 0, 1),
                pin("ben", "reviewer", 0, 0),
                pin("ben", "annotator", 1, 1)
            ]);
        },
        "pin of ana on annotator in weeks 0–1, pin of ben on annotator in week 1 \
         and the target of annotator (1) in week 1",
    );
}

#[test]
fn walls() {
    says(
        |it| {
            it["campaigns"][0]["wall"] = json!("labs");
            it["campaigns"][1]["wall"] = json!("labs");
            it["pins"] = json!([pin("ana", "annotator", 0, 0), pin("ana", "reviewer", 1, 1)]);
        },
        "pin of ana on annotator in week 0, pin of ana on reviewer in week 1, \
         the wall of borealis and the wall of atlas",
    );
}

#[test]
fn apart_lists() {
    says(
        |it| {
            it["apart"] = json!([["annotator", "reviewer"]]);
            it["pins"] = json!([pin("ana", "annotator", 0, 0), pin("ana", "reviewer", 1, 1)]);
        },
        "pin of ana on annotator in week 0, pin of ana on reviewer in week 1 \
         and the apart list of annotator and reviewer",
    );
}

#[test]
fn budgets() {
    says(
        |it| {
            it["campaigns"][0]["budget_cents"] = json!(29_999);
            it["pins"] = json!([
                pin("ana", "annotator", 0, 1),
                pin("ana", "reviewer", 1, 1),
                pin("ben", "annotator", 0, 0)
            ]);
        },
        "pin of ana on annotator in weeks 0–1, pin of ben on annotator in week 0 \
         and the budget of atlas (299.99)",
    );
}

#[test]
fn ratios() {
    says(
        |it| {
            it["pairs"][1]["to"] = json!(0);
            it["vetoes"] = json!([{ "expert": "ben", "role": "reviewer" }]);
            it["ratios"] = json!([{ "of": ["reviewer"], "to": ["annotator"], "at_least": [1, 2] }]);
            it["pins"] = json!([pin("ana", "reviewer", 0, 0), pin("ben", "annotator", 0, 1)]);
        },
        "pin of ben on annotator in weeks 0–1 \
         and the ratio of reviewer to annotator (at least 1 to 2) in week 1",
    );
}

#[test]
fn a_ratio_that_a_target_of_zero_keeps_from_being_met() {
    says(
        |it| {
            it["roles"][1]["target"] = json!([2, 0]);
            it["roles"][0]["target"] = json!([0, 2]);
            it["ratios"] = json!([{ "of": ["reviewer"], "to": ["annotator"], "at_least": [1, 2] }]);
            it["pins"] = json!([pin("ben", "annotator", 1, 1)]);
        },
        "pin of ben on annotator in week 1, \
         the ratio of reviewer to annotator (at least 1 to 2) in week 1 \
         and the target of reviewer (0) in week 1",
    );
}

#[test]
fn quotas() {
    says(
        |it| {
            it["quotas"] = json!([{ "roles": ["annotator"], "tag": "t", "max_percent": 40 }]);
            it["vetoes"] = json!([{ "expert": "ben", "role": "annotator" }]);
            it["pins"] = json!([pin("ben", "reviewer", 1, 1), pin("ana", "annotator", 1, 1)]);
        },
        "pin of ana on annotator in week 1 and the quota of t on annotator (at most 40 %)",
    );
}

/// An incumbent of both, so that the change limit has something to say.
fn with_incumbent(it: &mut Value, max_changes: u16) {
    it["incumbent"] = json!([pin("ana", "annotator", 0, 1), pin("ben", "annotator", 0, 1)]);
    it["max_changes"] = json!(max_changes);
}

#[test]
fn changes_forced_by_a_pin_and_a_veto() {
    says(
        |it| {
            with_incumbent(it, 1);
            it["pins"] = json!([pin("ana", "reviewer", 1, 1)]);
            it["vetoes"] = json!([{ "expert": "ben", "role": "annotator" }]);
        },
        "pin of ana on reviewer in week 1, the change of ana, the change of ben, \
         the limit of 1 changed expert and the veto of ben on annotator",
    );
}

#[test]
fn changes_forced_by_what_is_gone() {
    says(
        |it| {
            with_incumbent(it, 0);
            it["incumbent"][1]["role"] = json!("closed");
        },
        "the change of ben, the limit of 0 changed experts \
         and the incumbent stint of ben on closed, which is gone",
    );
}

#[test]
fn one_of_two_changes_forced_by_a_budget() {
    says(
        |it| {
            with_incumbent(it, 0);
            it["campaigns"][0]["budget_cents"] = json!(39_999);
        },
        "the change of ana, the change of ben, the limit of 0 changed experts \
         and the budget of atlas (399.99)",
    );
}

#[test]
fn a_budget_and_a_ratio_that_clash_only_together() {
    says(
        |it| {
            it["campaigns"][1]["budget_cents"] = json!(9_999);
            it["ratios"] = json!([{ "of": ["reviewer"], "to": ["annotator"], "at_least": [1, 2] }]);
            it["pins"] = json!([pin("ben", "annotator", 1, 1)]);
        },
        "pin of ben on annotator in week 1, \
         the ratio of reviewer to annotator (at least 1 to 2) and the budget of borealis (99.99)",
    );
}
