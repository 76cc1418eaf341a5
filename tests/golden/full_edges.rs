//! Problems at the edges of the contract, each with its optimum or its conflict.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::{Options, solve, solve_within};
use muster_matcher::stop::Unlimited;
use muster_tests::brute_force::{is_real, optimum};
use serde_json::{Value, json};

/// Two weeks, two roles with a ratio between them and a budget, two experts: no flow.
fn base() -> Value {
    let pair = |expert: &str, role: &str, score: u16| json!({ "expert": expert, "role": role, "score": score, "rate_cents": 3_000 });
    json!({
        "horizon": { "start": "2027-03-01", "weeks": 2 },
        "campaigns": [{ "id": "c", "client": "k", "budget_cents": 1_000_000 }],
        "roles": [
            { "id": "annotator", "campaign": "c", "hours": 10, "target": [1, 2], "min": [0, 1] },
            { "id": "reviewer", "campaign": "c", "hours": 10, "target": [1, 1] },
        ],
        "experts": [{ "id": "ana", "hours": 10, "tags": ["t"] }, { "id": "ben", "hours": [20, 10] }],
        "pairs": [pair("ana", "annotator", 900), pair("ben", "annotator", 700), pair("ben", "reviewer", 800)],
        "ratios": [{ "of": ["reviewer"], "to": ["annotator"], "at_least": [1, 2] }],
    })
}

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

fn solved(value: &Value) -> Plan {
    let problem = problem(value);
    let plan = solve(&problem);
    let report = check(&problem, &plan);
    assert!(report.holds(), "{report:#?}");
    plan
}

/// The base, changed, is solved to an optimum of so many cents, with so many stints.
fn check_optimum(change: impl Fn(&mut Value), objective: i128, n_stints: usize) {
    let mut value = base();
    change(&mut value);
    let by_oracle = optimum(&problem(&value)).unwrap();
    assert_eq!(
        (by_oracle.0, by_oracle.1.len()),
        (objective, n_stints),
        "the oracle: {:?}",
        by_oracle.1
    );
    let plan = solved(&value);
    assert_eq!(
        (plan.status, plan.objective),
        (Status::Optimal, Some(objective))
    );
    assert_eq!(plan.stints.unwrap().len(), n_stints);
}

/// The base, changed, is infeasible, and the conflict is one that the checker can verify.
fn check_conflict(change: impl Fn(&mut Value)) {
    let mut value = base();
    change(&mut value);
    let problem = problem(&value);
    assert_eq!(optimum(&problem), None, "the oracle");
    let plan = solved(&value);
    assert_eq!(plan.status, Status::Infeasible);
    let unverified = check(&problem, &plan).unverified;
    assert!(unverified.is_empty(), "{unverified:?}");
    assert!(is_real(&problem, &plan.conflict.unwrap()));
}

fn pin(expert: &str, role: &str, from: u16, to: u16) -> Value {
    json!({ "expert": expert, "role": role, "from": from, "to": to })
}

#[test]
fn the_base_keeps_one_on_each_role() {
    // Ana 2 × (90,000 − 30,000), Ben 2 × (80,000 − 30,000); one head above the minimum is missing in week 1.
    check_optimum(|_| (), 120_000 + 100_000 - 500_000, 2);
}

#[test]
fn without_anybody_every_head_is_missing() {
    let nobody = |it: &mut Value| (it["experts"], it["pairs"]) = (json!([]), json!([]));
    check_optimum(nobody, -2_000_000 - 4 * 500_000, 0);
}

#[test]
fn without_pairs_every_head_is_missing() {
    check_optimum(|it| it["pairs"] = json!([]), -2_000_000 - 4 * 500_000, 0);
}

#[test]
fn without_roles_there_is_nothing_to_do() {
    let nothing = |it: &mut Value| {
        for list in ["roles", "pairs", "ratios"] {
            it[list] = json!([]);
        }
    };
    check_optimum(nothing, 0, 0);
    let not_even_a_campaign = |it: &mut Value| {
        nothing(it);
        it["campaigns"] = json!([]);
    };
    check_optimum(not_even_a_campaign, 0, 0);
}

#[test]
fn targets_of_zero_are_met_by_nobody() {
    let zero = |it: &mut Value| {
        for role in it["roles"].as_array_mut().unwrap() {
            (role["target"], role["min"]) = (json!(0), json!([0, 0]));
        }
    };
    check_optimum(zero, 0, 0);
}

#[test]
fn people_on_leave_throughout_do_nothing() {
    let away = |it: &mut Value| {
        for expert in it["experts"].as_array_mut().unwrap() {
            expert["hours"] = json!([9, 0]);
        }
        for role in it["roles"].as_array_mut().unwrap() {
            role["max_leave"] = json!(5);
        }
    };
    check_optimum(away, -2_000_000 - 4 * 500_000, 0);
}

#[test]
fn a_budget_of_zero_buys_only_unpaid_work() {
    let broke = |it: &mut Value| it["campaigns"][0]["budget_cents"] = json!(0);
    check_optimum(broke, -2_000_000 - 4 * 500_000, 0);
    // Nobody reviews for nothing, so the unpaid annotator may not work either.
    let one_unpaid = |it: &mut Value| {
        broke(it);
        it["pairs"][0]["rate_cents"] = json!(0);
    };
    check_optimum(one_unpaid, -2_000_000 - 4 * 500_000, 0);
    let unpaid_and_unreviewed = |it: &mut Value| {
        one_unpaid(it);
        it["ratios"][0]["at_least"] = json!([0, 1]);
    };
    check_optimum(unpaid_and_unreviewed, 180_000 - 3 * 500_000, 1);
}

#[test]
fn work_that_is_worth_nothing_is_not_paid() {
    let worthless = |it: &mut Value| {
        it["weights"] = json!({ "missing_min_cents": 0, "missing_target_cents": 0, "point_cents": 0,
            "below_mean_cents": 0, "change_cents": 0, "start_cents": 0 });
    };
    check_optimum(worthless, 0, 0);
}

#[test]
fn one_person_holds_the_best_four_of_six_roles() {
    let value = |max_roles: u16| {
        let roles = (0..6).map(
            |idx| json!({ "id": format!("r{idx}"), "campaign": "c", "hours": 10, "target": 1 }),
        );
        let pair = |idx: u16| json!({ "expert": "ana", "role": format!("r{idx}"), "score": 400 + 100 * idx, "rate_cents": 1_000 });
        json!({
            "horizon": { "start": "2027-03-01", "weeks": 2 },
            "campaigns": [{ "id": "c", "budget_cents": 80_000 }],
            "roles": roles.collect::<Vec<_>>(), "pairs": (0..6).map(pair).collect::<Vec<_>>(),
            "experts": [{ "id": "ana", "hours": 40, "max_roles": max_roles }],
        })
    };
    // Scores 900, 800, 700 and 600 in two weeks; 8 of 12 heads are missing without the four.
    let worth_of =
        |scores: i128, n_held: i128| 2 * (scores * 100 - n_held * 10_000 - (6 - n_held) * 500_000);
    let plan = solved(&value(4));
    assert_eq!(
        (plan.status, plan.objective),
        (Status::Optimal, Some(worth_of(3_000, 4)))
    );
    let plan = solved(&value(2));
    assert_eq!(
        (plan.status, plan.objective),
        (Status::Optimal, Some(worth_of(1_700, 2)))
    );
}

/// Ten years of one role with a week of onboarding: `n_experts` alike, leave every eighth week.
fn ten_years(n_experts: u16, max_leave: u16, budget_cents: u64) -> Value {
    let hours: Vec<u8> = (0..520)
        .map(|week| if week % 8 == 7 { 0 } else { 20 })
        .collect();
    let expert = |idx: u16| json!({ "id": format!("e{idx}"), "hours": hours });
    let pair = |idx: u16| json!({ "expert": format!("e{idx}"), "role": "r", "score": 900, "rate_cents": 5_000 });
    json!({
        "horizon": { "start": "2027-03-01", "weeks": 520 },
        "campaigns": [{ "id": "c", "budget_cents": budget_cents }],
        "roles": [{ "id": "r", "campaign": "c", "hours": 10, "target": 1, "min_stint": 4, "onboarding": 1, "max_leave": max_leave }],
        "experts": (0..n_experts).map(expert).collect::<Vec<_>>(),
        "pairs": (0..n_experts).map(pair).collect::<Vec<_>>(),
    })
}

#[test]
fn ten_years_are_planned() {
    // One stint: 455 working weeks (519, the last, is a leave week), 454 of them covering.
    let plan = solved(&ten_years(1, 65, 1_000_000_000));
    let objective = 454 * 90_000 - 455 * 50_000 - 66 * 500_000;
    assert_eq!(
        (plan.status, plan.objective),
        (Status::Optimal, Some(objective))
    );
    // Without leave: 65 stints of seven weeks.
    let plan = solved(&ten_years(1, 0, 1_000_000_000));
    let objective = 65 * (6 * 90_000 - 7 * 50_000) - 130 * 500_000;
    assert_eq!(
        (plan.status, plan.objective),
        (Status::Optimal, Some(objective))
    );
}

#[test]
fn ten_years_on_a_small_budget_give_a_plan_within_little_work() {
    let value = ten_years(3, 2, 9_999_999);
    let problem = problem(&value);
    let options = Options {
        work_limit: Some(50),
        ..Options::default()
    };
    let plan = solve_within(&problem, &options, &Unlimited, &mut |_| {});
    let report = check(&problem, &plan);
    assert!(report.holds(), "{report:#?}");
    assert!(plan.stints.is_some());
}

#[test]
fn two_roles_pinned_at_once_clash_with_the_number_of_roles() {
    check_conflict(|it| {
        it["pins"] = json!([pin("ben", "annotator", 0, 0), pin("ben", "reviewer", 0, 1)])
    });
}

#[test]
fn two_roles_pinned_at_once_clash_with_the_hours() {
    check_conflict(|it| {
        it["experts"][1]["max_roles"] = json!(2);
        it["pins"] = json!([pin("ben", "annotator", 1, 1), pin("ben", "reviewer", 1, 1)]);
    });
}

#[test]
fn two_people_pinned_to_one_seat_clash_with_the_headcount() {
    check_conflict(|it| {
        it["pins"] = json!([pin("ana", "annotator", 0, 0), pin("ben", "annotator", 0, 0)])
    });
}

#[test]
fn without_work_it_stays_unknown_whether_pins_clash() {
    let with_pins = |pins: Value| {
        let mut value = base();
        value["pins"] = pins;
        problem(&value)
    };
    let without_work = |problem: &Problem| {
        let options = Options {
            work_limit: Some(0),
            ..Options::default()
        };
        let plan = solve_within(problem, &options, &Unlimited, &mut |_| {});
        let report = check(problem, &plan);
        assert!(report.holds(), "{report:#?}");
        plan
    };
    let clashing = with_pins(json!([
        pin("ana", "annotator", 0, 0),
        pin("ben", "annotator", 0, 0)
    ]));
    let plan = without_work(&clashing);
    assert_eq!((plan.status, plan.stints), (Status::Unknown, None));
    assert_eq!(solve(&clashing).status, Status::Infeasible);
    // Pins that a first plan keeps are settled at once.
    let kept = with_pins(json!([pin("ana", "annotator", 0, 0)]));
    assert!(without_work(&kept).stints.is_some());
}

#[test]
fn a_pin_clashes_with_a_target_of_zero() {
    check_conflict(|it| {
        it["roles"][1]["target"] = json!([1, 0]);
        it["pins"] = json!([pin("ben", "reviewer", 1, 1)]);
    });
}

#[test]
fn a_pin_clashes_with_a_budget() {
    check_conflict(|it| {
        it["campaigns"][0]["budget_cents"] = json!(59_999);
        it["pins"] = json!([pin("ben", "reviewer", 0, 1)]);
    });
}

#[test]
fn a_pin_clashes_with_a_ratio() {
    check_conflict(|it| {
        it["pairs"].as_array_mut().unwrap().pop();
        it["pins"] = json!([pin("ana", "annotator", 0, 0)]);
    });
}

#[test]
fn a_pin_clashes_with_a_quota() {
    check_conflict(|it| {
        it["quotas"] = json!([{ "roles": ["reviewer"], "tag": "t", "min_percent": 10 }]);
        it["pins"] = json!([pin("ben", "reviewer", 0, 0)]);
    });
}

#[test]
fn pins_on_both_sides_clash_with_a_wall() {
    check_conflict(|it| {
        it["campaigns"][0]["wall"] = json!("labs");
        let other = json!({ "id": "d", "client": "another", "wall": "labs" });
        it["campaigns"].as_array_mut().unwrap().push(other);
        it["roles"][1]["campaign"] = json!("d");
        it["pins"] = json!([pin("ben", "annotator", 1, 1), pin("ben", "reviewer", 0, 0)]);
    });
}

#[test]
fn pins_on_both_roles_clash_with_an_apart_list() {
    check_conflict(|it| {
        it["apart"] = json!([["reviewer", "annotator"]]);
        it["pins"] = json!([pin("ben", "annotator", 1, 1), pin("ben", "reviewer", 0, 0)]);
    });
}

#[test]
fn a_pin_clashes_with_a_minimum_stint() {
    check_conflict(|it| {
        it["roles"][0]["min_stint"] = json!(3);
        it["pins"] = json!([pin("ana", "annotator", 0, 0)]);
    });
}

#[test]
fn a_pin_clashes_with_a_leave_week() {
    check_conflict(|it| {
        it["experts"][0]["hours"] = json!([9, 10]);
        it["pins"] = json!([pin("ana", "annotator", 0, 1)]);
    });
}

#[test]
fn a_pin_clashes_with_a_veto_and_with_a_missing_pair() {
    check_conflict(|it| {
        it["vetoes"] = json!([{ "expert": "ana", "role": "annotator" }]);
        it["pins"] = json!([pin("ana", "annotator", 0, 1)]);
    });
    check_conflict(|it| it["pins"] = json!([pin("ana", "reviewer", 0, 0)]));
}

#[test]
fn forced_changes_clash_with_their_limit() {
    let incumbent = |it: &mut Value| {
        it["incumbent"] = json!([pin("ana", "annotator", 0, 1), pin("ben", "closed", 0, 0)]);
        it["max_changes"] = json!(1);
    };
    // Ben's role is gone; Ana is still on hers, until she is vetoed.
    check_conflict(|it| {
        incumbent(it);
        it["vetoes"] = json!([{ "expert": "ana", "role": "annotator" }]);
    });
    // No veto but a ratio: Ana may stay if Ben reviews, which is the one change allowed.
    check_optimum(incumbent, 120_000 + 100_000 - 500_000 - 3 * 20_000, 2);
}
