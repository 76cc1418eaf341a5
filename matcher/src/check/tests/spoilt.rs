//! Good plans spoilt one way at a time: each spoils exactly what it should.

use serde_json::{Value, json};

use crate::check::testing::parse;
use crate::check::{FalseClaim, NoPriceBound, Report, Unverified, check, price_bound};
use crate::model::plan::{Plan, Prices, Rule};

/// Two campaigns with a wall between them, every rule in force.
fn problem_json() -> Value {
    json!({
        "horizon": {"start": "2027-03-01", "weeks": 6},
        "campaigns": [
            {"id": "atlas", "client": "atlas-ai", "wall": "labs", "budget_cents": 400_000, "mean_score": 500},
            {"id": "borea", "client": "borea-ai", "wall": "labs"}
        ],
        "roles": [
            {"id": "annotator", "campaign": "atlas", "hours": 10, "target": 2, "min": 1,
             "min_stint": 2, "max_leave": 1},
            {"id": "reviewer", "campaign": "atlas", "hours": 10, "target": 1},
            {"id": "writer", "campaign": "borea", "hours": 10, "target": 1, "onboarding": 1}
        ],
        "experts": [
            {"id": "ana", "hours": [20, 20, 0, 20, 20, 20], "max_roles": 2, "tags": ["in"]},
            {"id": "ben", "hours": 15, "max_roles": 2},
            {"id": "cho", "hours": 10}
        ],
        "pairs": [
            {"expert": "ana", "role": "annotator", "score": 800, "rate_cents": 3000},
            {"expert": "ana", "role": "reviewer", "score": 900, "rate_cents": 3000},
            {"expert": "ana", "role": "writer", "score": 900, "rate_cents": 3000},
            {"expert": "ben", "role": "annotator", "score": 700, "rate_cents": 2000},
            {"expert": "ben", "role": "reviewer", "score": 700, "rate_cents": 2000, "from": 1, "to": 4},
            {"expert": "cho", "role": "annotator", "score": 400, "rate_cents": 1000},
            {"expert": "cho", "role": "writer", "score": 400, "rate_cents": 1000}
        ],
        "ongoing": [{"expert": "cho", "role": "writer", "worked": 1, "leave": 0}],
        "apart": [["annotator", "reviewer"]],
        "ratios": [{"of": ["reviewer"], "to": ["annotator"], "at_least": [1, 2]}],
        "quotas": [{"roles": ["annotator", "reviewer"], "tag": "in", "max_percent": 60}],
        "pins": [{"expert": "ana", "role": "annotator", "from": 1, "to": 3}],
        "vetoes": [{"expert": "ana", "role": "writer"}],
        "incumbent": [{"expert": "ana", "role": "annotator", "from": -3, "to": 3},
                      {"expert": "ben", "role": "reviewer", "from": 1, "to": 3}],
        "max_changes": 3,
        "weights": {"start_cents": 700}
    })
}

fn stint(expert: &str, role: &str, from: i64, to: i64) -> Value {
    json!({"expert": expert, "role": role, "from": from, "to": to})
}

/// Keeps every rule.
fn good() -> Vec<Value> {
    vec![
        stint("ana", "annotator", 1, 3),
        stint("ben", "reviewer", 1, 3),
        stint("cho", "writer", 0, 3),
    ]
}

fn report(stints: &[Value]) -> Report {
    report_on(&problem_json(), stints)
}

fn report_on(problem: &Value, stints: &[Value]) -> Report {
    let plan = json!({"status": "feasible", "stints": stints});
    check(&parse(problem), &serde_json::from_value(plan).unwrap())
}

/// What the stints break, and where in the plan and the problem.
#[track_caller]
fn breaks(stints: &[Value], rule: Rule, at: &str, stated_at: &str) {
    let report = report(stints);
    let broken: Vec<Rule> = report.broken().into_keys().collect();
    assert_eq!(broken, [rule], "{report:#?}");
    let violations = report.rules.into_iter().flat_map(|it| it.violations);
    let first = violations.into_iter().next().unwrap();
    assert_eq!(
        (first.at.as_str(), first.stated_at.as_str()),
        (at, stated_at),
        "{first}"
    );
}

fn with(extra: Value) -> Vec<Value> {
    let mut stints = good();
    stints.push(extra);
    stints
}

fn instead(idx: usize, stint: Value) -> Vec<Value> {
    let mut stints = good();
    stints[idx] = stint;
    stints
}

#[test]
fn a_good_plan_keeps_every_rule_and_its_terms_add_up() {
    let report = report(&good());
    assert!(report.keeps_rules(), "{report:#?}");
    assert!(
        report.rules.iter().all(|rule| rule.checked > 0),
        "{report:#?}"
    );
    let objective = report.objective.unwrap();
    // Covering: ana 1 and 3, ben 1 to 3, cho 0 to 3 (onboarded before the horizon).
    assert_eq!(objective.terms.score, 100 * (2 * 800 + 3 * 700 + 4 * 400));
    assert_eq!(objective.terms.pay, -(2 * 30_000 + 3 * 20_000 + 4 * 10_000));
    // Annotator: covered once in weeks 1 and 3.
    assert_eq!(objective.terms.missing_min, -4 * 2_000_000);
    assert_eq!(objective.terms.missing_target, -(6 + 3 + 2) * 500_000);
    assert_eq!(objective.terms.below_mean, 0);
    assert_eq!(objective.terms.start, -2 * 700);
    // Ana gives up week 0; cho's four weeks are new.
    assert_eq!(objective.change, -5 * 20_000);
    assert_eq!(objective.total, objective.terms.total() + objective.change);
}

#[test]
fn rule_1_is_spoilt_by_unknown_ids_weeks_windows_and_vetoes() {
    breaks(
        &with(stint("dia", "writer", 4, 5)),
        Rule::Eligible,
        "/stints/3",
        "/experts",
    );
    breaks(
        &with(stint("ana", "cook", 4, 5)),
        Rule::Eligible,
        "/stints/3",
        "/roles",
    );
    breaks(
        &with(stint("cho", "writer", 5, 6)),
        Rule::Eligible,
        "/stints/3",
        "/horizon",
    );
    breaks(
        &with(stint("cho", "writer", 5, 4)),
        Rule::Eligible,
        "/stints/3",
        "/horizon",
    );
    breaks(
        &with(stint("cho", "writer", -1, 4)),
        Rule::Eligible,
        "/stints/3",
        "/horizon",
    );
    breaks(
        &instead(1, stint("ben", "reviewer", 1, 5)),
        Rule::Eligible,
        "/stints/1",
        "/pairs/4",
    );
    let mut problem = problem_json();
    problem["pairs"].as_array_mut().unwrap().remove(4);
    let no_pair = report_on(&problem, &good());
    assert_eq!(
        no_pair.broken().into_keys().collect::<Vec<_>>(),
        [Rule::Eligible]
    );
    assert_eq!(no_pair.rules[0].violations[0].stated_at, "/pairs");
    assert!(
        no_pair.objective.is_none(),
        "there is neither score nor rate"
    );
    let mut problem = problem_json();
    problem["vetoes"] = json!([{"expert": "cho", "role": "writer"}]);
    let broken = report_on(&problem, &good());
    let violation = &broken.rules[0].violations[0];
    assert_eq!(
        (violation.at.as_str(), violation.stated_at.as_str()),
        ("/stints/2", "/vetoes/0")
    );
    assert!(
        broken.objective.is_some(),
        "a vetoed pair has score and rate"
    );
}

#[test]
fn rule_2_is_spoilt_by_too_many_hours_or_roles() {
    let mut problem = problem_json();
    problem["experts"][2]["max_roles"] = json!(2);
    let stints = with(stint("cho", "annotator", 1, 2));
    let hours = &report_on(&problem, &stints).rules[1];
    assert_eq!(
        (hours.n_violations, hours.violations[0].stated_at.as_str()),
        (2, "/experts/2/hours")
    );
    problem["experts"][2] = json!({"id": "cho", "hours": 20});
    let roles = &report_on(&problem, &stints).rules[1];
    assert_eq!(
        (roles.n_violations, roles.violations[0].stated_at.as_str()),
        (2, "/experts/2/max_roles")
    );
}

#[test]
fn rule_3_is_spoilt_by_shape() {
    let short = with(stint("ben", "annotator", 5, 5));
    assert!(
        report(&short).broken().contains_key(&Rule::Stint),
        "one working week of two"
    );
    let touching = [
        stint("ana", "annotator", 1, 3),
        stint("ben", "reviewer", 1, 2),
        stint("ben", "reviewer", 3, 3),
        stint("cho", "writer", 0, 3),
    ];
    breaks(&touching, Rule::Stint, "/stints/2", "/roles/1");
    breaks(
        &with(stint("cho", "writer", 0, 3)),
        Rule::Stint,
        "/stints/3",
        "/roles/2",
    );
    let mut problem = problem_json();
    problem["roles"][0]["max_leave"] = json!(0);
    let leave = report_on(&problem, &good());
    assert_eq!(leave.rules[2].violations[0].stated_at, "/roles/0/max_leave");
    let ends = report(&instead(0, stint("ana", "annotator", 1, 2)));
    assert_eq!(ends.rules[2].violations[0].stated_at, "/roles/0/hours");
}

#[test]
fn an_ongoing_stint_counts_its_past() {
    let problem = |worked: u32, leave: u32| {
        parse(&json!({
            "horizon": {"start": "2027-03-01", "weeks": 3},
            "campaigns": [{"id": "c"}],
            "roles": [{"id": "r", "campaign": "c", "hours": 10, "target": 1, "min_stint": 4,
                       "onboarding": 2, "max_leave": 2}],
            "experts": [{"id": "e", "hours": [0, 10, 10]}],
            "pairs": [{"expert": "e", "role": "r", "score": 1, "rate_cents": 0}],
            "ongoing": [{"expert": "e", "role": "r", "worked": worked, "leave": leave}],
            "weights": {"start_cents": 5}
        }))
    };
    let plan = |from: i64, to: i64| -> Plan {
        let stints = [stint("e", "r", from, to)];
        serde_json::from_value(json!({"status": "feasible", "stints": stints})).unwrap()
    };
    let kept = check(&problem(2, 1), &plan(0, 2));
    assert!(kept.keeps_rules());
    let terms = kept.objective.unwrap().terms;
    assert_eq!((terms.score, terms.start), (200, 0));
    assert!(
        !check(&problem(2, 2), &plan(0, 2)).keeps_rules(),
        "three weeks of leave"
    );
    assert!(
        !check(&problem(1, 1), &plan(0, 2)).keeps_rules(),
        "three working weeks"
    );
    assert!(
        !check(&problem(9, 0), &plan(0, 0)).keeps_rules(),
        "ends on leave"
    );
    assert!(
        !check(&problem(9, 0), &plan(1, 2)).keeps_rules(),
        "does not hold week 0: a new stint"
    );
}

#[test]
fn rule_4_is_spoilt_by_one_head_too_many() {
    let mut problem = problem_json();
    problem["roles"][1]["target"] = json!([1, 1, 1, 0, 1, 1]);
    let broken = report_on(&problem, &good());
    assert_eq!(
        broken.broken().into_iter().collect::<Vec<_>>(),
        [(Rule::Headcount, 1)]
    );
    assert_eq!(broken.rules[3].violations[0].stated_at, "/roles/1/target");
}

#[test]
fn rule_5_is_spoilt_by_two_clients_or_two_roles_apart() {
    let mut problem = problem_json();
    problem["vetoes"] = json!([]);
    let walled = report_on(&problem, &with(stint("ana", "writer", 4, 5)));
    let broken: Vec<Rule> = walled.broken().into_keys().collect();
    assert_eq!(broken, [Rule::Wall]);
    assert_eq!(walled.rules[4].violations[0].at, "/stints/3");
    breaks(
        &with(stint("ana", "reviewer", 5, 5)),
        Rule::Apart,
        "/stints/3",
        "/apart/0",
    );
}

#[test]
fn rules_6_to_10_are_spoilt_by_the_plan_as_a_whole() {
    let mut problem = problem_json();
    problem["campaigns"][0]["budget_cents"] = json!(119_999);
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::Budget]
    );
    let mut problem = problem_json();
    problem["quotas"][0]["max_percent"] = json!(39);
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::Quota]
    );
    problem["quotas"][0] = json!({"roles": ["writer"], "tag": "in", "min_percent": 1});
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::Quota]
    );
    breaks(
        &instead(1, stint("ben", "reviewer", 1, 2)),
        Rule::Ratio,
        "/stints",
        "/ratios/0",
    );
    let mut problem = problem_json();
    problem["pins"][0]["to"] = json!(4);
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::Pin]
    );
    let mut problem = problem_json();
    problem["max_changes"] = json!(1);
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::ChangeLimit]
    );
    problem["incumbent"] = json!([{"expert": "ana", "role": "gone", "from": 5, "to": 9}]);
    problem["max_changes"] = json!(2);
    assert_eq!(
        report_on(&problem, &good())
            .broken()
            .into_keys()
            .collect::<Vec<_>>(),
        [Rule::ChangeLimit]
    );
}

/// A problem of one seat, and the plan that fills it with all claims right.
fn sound() -> (Value, Value) {
    let problem = json!({
        "horizon": {"start": "2027-03-01", "weeks": 1},
        "campaigns": [{"id": "c"}],
        "roles": [{"id": "r", "campaign": "c", "hours": 10, "target": 1}],
        "experts": [{"id": "e", "hours": 10}, {"id": "f", "hours": 10}],
        "pairs": [{"expert": "e", "role": "r", "score": 800, "rate_cents": 3000},
                  {"expert": "f", "role": "r", "score": 700, "rate_cents": 3000}]
    });
    // f would earn 40,000; at this price nobody but e wants the seat.
    let plan = json!({
        "status": "optimal", "objective": 50_000, "bound": 50_000, "price_bound": 50_000,
        "proof": "prices", "stints": [stint("e", "r", 0, 0)],
        "prices": {"heads": {"r": [-40_000_000_000_i64]}}
    });
    (problem, plan)
}

#[track_caller]
fn claims(problem: &Value, plan: &Value) -> Vec<FalseClaim> {
    check(
        &parse(problem),
        &serde_json::from_value(plan.clone()).unwrap(),
    )
    .false_claims
}

#[test]
fn sound_claims_hold() {
    let (problem, plan) = sound();
    let report = check(&parse(&problem), &serde_json::from_value(plan).unwrap());
    assert!(
        report.holds() && report.unverified.is_empty(),
        "{report:#?}"
    );
    let gap = report.gap.unwrap();
    assert_eq!(
        (gap.cents, gap.seat_weeks(), gap.share_of_score()),
        (0, Some(0.0), Some(0.0))
    );
}

#[test]
fn each_false_claim_is_named() {
    let (problem, plan) = sound();
    let spoil = |field: &str, value: Value| {
        let mut plan = plan.clone();
        plan[field] = value;
        claims(&problem, &plan)
    };
    let (bound, objective) = (50_000, 50_001);
    assert_eq!(
        spoil("objective", json!(50_001)),
        [
            FalseClaim::Objective {
                stated: 50_001,
                recomputed: 50_000
            },
            FalseClaim::BoundBelowObjective { bound, objective },
            FalseClaim::NotOptimal { bound, objective },
        ]
    );
    assert_eq!(
        spoil("price_bound", json!(49_999)),
        [
            FalseClaim::PriceBound {
                stated: 49_999,
                recomputed: 50_000
            },
            FalseClaim::BoundAbovePriceBound {
                bound: 50_000,
                price_bound: 49_999
            },
        ]
    );
    assert_eq!(
        spoil("price_bound", json!(60_000)),
        [],
        "anything above is proved too"
    );
    assert_eq!(
        spoil("bound", json!(49_999)),
        [
            FalseClaim::BoundBelowObjective {
                bound: 49_999,
                objective: 50_000
            },
            FalseClaim::NotOptimal {
                bound: 49_999,
                objective: 50_000
            },
            FalseClaim::NotByPrices {
                bound: 49_999,
                recomputed: 50_000
            },
        ]
    );
    assert_eq!(
        spoil("prices", json!({})),
        [
            FalseClaim::PriceBound {
                stated: 50_000,
                recomputed: 90_000
            },
            FalseClaim::NotByPrices {
                bound: 50_000,
                recomputed: 90_000
            },
        ]
    );
    for field in [
        "objective",
        "bound",
        "price_bound",
        "proof",
        "stints",
        "prices",
    ] {
        let mut plan = plan.clone();
        plan.as_object_mut().unwrap().remove(field);
        assert!(
            claims(&problem, &plan).contains(&FalseClaim::Missing { field }),
            "{field}"
        );
    }
    let mut plan = plan.clone();
    plan["status"] = json!("unknown");
    assert_eq!(
        claims(&problem, &plan),
        [
            FalseClaim::Superfluous { field: "objective" },
            FalseClaim::Superfluous { field: "stints" },
            FalseClaim::AlwaysFeasible,
        ]
    );
}

#[test]
fn a_bound_beyond_the_prices_is_left_to_its_proof() {
    let (problem, mut plan) = sound();
    plan["prices"] = json!({});
    plan["price_bound"] = json!(90_000);
    plan["proof"] = json!("mip");
    let report = check(&parse(&problem), &serde_json::from_value(plan).unwrap());
    assert!(report.holds());
    let proof = "mip";
    assert_eq!(
        report.unverified,
        [Unverified::Bound {
            bound: 50_000,
            proof
        }]
    );
}

#[test]
fn faulty_prices_are_all_named() {
    let (mut problem, _) = sound();
    let at = |problem: &Value, prices: Value| -> Vec<String> {
        let prices: Prices = serde_json::from_value(prices).unwrap();
        match price_bound(&parse(problem), &prices) {
            Err(NoPriceBound::Faulty { faults, .. }) => {
                faults.into_iter().map(|it| it.at).collect()
            }
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        at(&problem, json!({"heads": {"x/y": [0]}})),
        ["/prices/heads/x~1y"]
    );
    assert_eq!(
        at(&problem, json!({"heads": {"r": [0, 0]}})),
        ["/prices/heads/r"]
    );
    assert_eq!(
        at(&problem, json!({"heads": {"r": []}})),
        ["/prices/heads/r"]
    );
    assert_eq!(
        at(&problem, json!({"budget": {"c": 1}, "mean": {"c": 1}})),
        ["/prices/budget/c", "/prices/mean/c"]
    );
    assert_eq!(
        at(&problem, json!({"budget": {"d": 0}})),
        ["/prices/budget/d"]
    );
    assert_eq!(
        at(&problem, json!({"ratios": [[0]], "quotas": [0]})),
        ["/prices/ratios", "/prices/quotas"]
    );
    assert_eq!(at(&problem, json!({"change": 1})), ["/prices/change"]);
    problem["campaigns"][0] = json!({"id": "c", "budget_cents": 5, "mean_score": 7});
    problem["ratios"] = json!([{"of": ["r"], "to": [], "at_least": [1, 1]}]);
    let too_much = json!({"budget": {"c": 1_000_000_000_000_001_i64}, "mean": {"c": 500_000_001}, "ratios": [[-1]], "change": -1});
    assert_eq!(
        at(&problem, too_much),
        [
            "/prices/budget/c",
            "/prices/mean/c",
            "/prices/ratios/0/0",
            "/prices/change",
            "/prices/change"
        ]
    );
    let legal = json!({"budget": {"c": 1_000_000_000_000_000_i64}, "mean": {"c": 500_000_000}, "ratios": [], "change": 0});
    assert!(price_bound(&parse(&problem), &serde_json::from_value(legal).unwrap()).is_ok());
    let mut prices = Prices::default();
    prices
        .heads
        .insert("r".into(), vec![100_000_000_000_000_000_001]);
    assert!(price_bound(&parse(&problem), &prices).is_err());
    prices
        .heads
        .insert("r".into(), vec![-100_000_000_000_000_000_000]);
    assert!(price_bound(&parse(&problem), &prices).is_ok());
}

#[test]
fn prices_of_full_size_are_summed_exactly() {
    let size = 100_000_000_000_000_000_000_i128;
    let mut problem = sound().0;
    problem["ratios"] = json!(vec![
        json!({"of": ["r"], "to": [], "at_least": [0, 1_000_000]});
        1000
    ]);
    problem["horizon"]["weeks"] = json!(520);
    let prices = Prices {
        ratios: vec![vec![size; 520]; 1000],
        ..Prices::default()
    };
    let bound = price_bound(&parse(&problem), &prices).unwrap();
    let each = size * 1_000_000 * 1000;
    let earned = 520 * (50_000 + 40_000) * 1_000_000;
    assert_eq!(bound.experts, 2 * 520 * each + earned);
    let text = format!("{{\"heads\": {{\"r\": [{size}, -{size}]}}}}");
    let read: Prices = serde_json::from_str(&text).unwrap();
    assert_eq!(
        read.heads["r"],
        [size, -size],
        "plan files hold prices of 67 bits"
    );
}

#[test]
fn weights_of_full_size_are_summed_exactly() {
    let huge = 1_000_000_000_000_i64;
    let problem = json!({
        "horizon": {"start": "2027-03-01", "weeks": 520},
        "campaigns": [{"id": "c", "priority": 10, "mean_score": 1000}],
        "roles": [{"id": "r", "campaign": "c", "hours": 1, "target": 1_000_000, "min": 500_000}],
        "experts": [{"id": "e", "hours": 168}],
        "pairs": [{"expert": "e", "role": "r", "score": 0, "rate_cents": 1_000_000}],
        "weights": {"missing_min_cents": huge, "missing_target_cents": huge, "point_cents": huge,
                    "below_mean_cents": huge, "change_cents": huge, "start_cents": huge}
    });
    let objective = report_on(&problem, &[stint("e", "r", 0, 519)])
        .objective
        .unwrap();
    let huge = i128::from(huge);
    assert_eq!(objective.terms.missing_min, -10 * huge * 499_999 * 520);
    assert_eq!(objective.terms.missing_target, -10 * huge * 500_000 * 520);
    assert_eq!(objective.terms.below_mean, -huge * 1000 * 520);
    assert_eq!(objective.terms.pay, -520 * 1_000_000);
}

/// An infeasible problem and a conflict.
fn conflict_of(problem: &Value, conflict: Value) -> (Vec<FalseClaim>, Vec<Unverified>) {
    let plan = json!({"status": "infeasible", "conflict": conflict});
    let report = check(&parse(problem), &serde_json::from_value(plan).unwrap());
    (report.false_claims, report.unverified)
}

fn clashing() -> Value {
    json!({
        "horizon": {"start": "2027-03-01", "weeks": 3},
        "campaigns": [{"id": "a", "client": "a", "wall": "w", "budget_cents": 50}, {"id": "b", "client": "b", "wall": "w"}],
        "roles": [{"id": "ra", "campaign": "a", "hours": 1, "target": 1, "min_stint": 2},
                  {"id": "rb", "campaign": "b", "hours": 1, "target": [1, 1, 0]}],
        "experts": [{"id": "e", "hours": 2}, {"id": "f", "hours": 2}],
        "pairs": [{"expert": "e", "role": "ra", "score": 1, "rate_cents": 30}, {"expert": "e", "role": "rb", "score": 1, "rate_cents": 10},
                  {"expert": "f", "role": "ra", "score": 1, "rate_cents": 30, "to": 1}, {"expert": "f", "role": "rb", "score": 1, "rate_cents": 10}],
        "pins": [{"expert": "e", "role": "ra", "from": 0, "to": 0}, {"expert": "e", "role": "rb", "from": 1, "to": 1},
                 {"expert": "f", "role": "ra", "from": 0, "to": 0}, {"expert": "e", "role": "rb", "from": 0, "to": 0},
                 {"expert": "f", "role": "ra", "from": 2, "to": 2}],
        "incumbent": [{"expert": "f", "role": "ra", "from": 0, "to": 2}], "max_changes": 0
    })
}

#[test]
fn real_conflicts_are_verified() {
    let problem = clashing();
    let real = [
        json!({"pins": [0, 1], "changes": [], "rules": [{"rule": "wall", "at": "/campaigns/0/wall"}]}),
        json!({"pins": [0, 3], "changes": [], "rules": [{"rule": "capacity", "at": "/experts/0/max_roles", "week": 0}]}),
        json!({"pins": [4], "changes": [], "rules": [{"rule": "eligible", "at": "/pairs/2"}]}),
        json!({"pins": [0, 2], "changes": [], "rules": [{"rule": "headcount", "at": "/roles/0", "week": 0}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "budget", "at": "/campaigns/0/budget_cents"}, {"rule": "stint", "at": "/roles/0/min_stint"}]}),
        json!({"pins": [], "changes": ["f"], "rules": [{"rule": "change_limit", "at": "/max_changes"}, {"rule": "eligible", "at": "/pairs/2"}]}),
    ];
    for conflict in real {
        assert_eq!(
            conflict_of(&problem, conflict.clone()),
            (vec![], vec![]),
            "{conflict}"
        );
    }
}

#[test]
fn conflicts_that_are_none_or_name_nothing_are_refused() {
    let problem = clashing();
    let none = [
        json!({"pins": [0, 1], "changes": [], "rules": [{"rule": "capacity", "at": "/experts/0"}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "wall", "at": "/campaigns/0/wall"}]}),
        json!({"pins": [], "changes": [], "rules": []}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "headcount", "at": "/roles/0", "week": 0}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "budget", "at": "/campaigns/0"}]}),
    ];
    for conflict in none {
        let (claims, _) = conflict_of(&problem, conflict.clone());
        assert!(
            matches!(claims.as_slice(), [FalseClaim::NoConflict(_)]),
            "{conflict}: {claims:?}"
        );
    }
    let unknown = [
        json!({"pins": [9], "changes": [], "rules": []}),
        json!({"pins": [], "changes": ["x"], "rules": []}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "wall", "at": "/campaigns/7"}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "wall", "at": "/experts/0"}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "pin", "at": "/pins/0"}]}),
        json!({"pins": [0], "changes": [], "rules": [{"rule": "stint", "at": "/roles/0/min_stint", "week": 3}]}),
    ];
    for conflict in unknown {
        let (claims, _) = conflict_of(&problem, conflict.clone());
        assert!(
            matches!(claims.as_slice(), [FalseClaim::ConflictNames { .. }]),
            "{conflict}: {claims:?}"
        );
    }
    let undecided = json!({"pins": [0], "changes": [],
        "rules": [{"rule": "headcount", "at": "/roles/0", "week": 1}, {"rule": "budget", "at": "/campaigns/0"}]});
    let (claims, unverified) = conflict_of(&problem, undecided);
    assert!(
        claims.is_empty() && matches!(unverified.as_slice(), [Unverified::Conflict(_)]),
        "{claims:?}"
    );
}

#[test]
fn infeasible_is_refuted_by_the_empty_plan() {
    let mut problem = clashing();
    problem["pins"] = json!([]);
    problem["max_changes"] = json!(1);
    let (claims, _) = conflict_of(&problem, json!({"pins": [], "changes": [], "rules": []}));
    assert!(
        claims.contains(&FalseClaim::NotInfeasible {
            which: "the empty plan"
        }),
        "{claims:?}"
    );
}

#[test]
fn an_expert_without_schedule_proves_no_bound() {
    let problem = parse(&clashing());
    let expert = "e".to_owned();
    assert_eq!(
        price_bound(&problem, &Prices::default()),
        Err(NoPriceBound::NoSchedule { expert })
    );
}
