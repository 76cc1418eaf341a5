//! Roles and campaigns over the weeks, rules and prices in words.

use serde_json::{Value, json};

use super::{parse, plan_of, six_weeks, stint};
use crate::explain::{
    campaign_covers, quota_statuses, ratio_statuses, role_covers, shortfalls, worths,
};
use crate::model::plan::Prices;

#[test]
fn covers_add_up_week_by_week_and_over_campaigns() {
    let mut problem = Value::Object(six_weeks());
    problem["roles"][0]["target"] = json!([0, 1, 2, 2, 2, 1]);
    problem["roles"][0]["onboarding"] = json!(1);
    problem["campaigns"][0]["budget_cents"] = json!(1_000_000);
    problem["campaigns"][0]["mean_score"] = json!(801);
    let problem = parse(&problem);
    let plan = plan_of(
        vec![stint("bob", "c/r", 0, 3), stint("carl", "c/r", 2, 5)],
        None,
    );
    let role = &role_covers(&problem, &plan)[0];
    assert_eq!(role.filled, [0, 1, 1, 2, 1, 1]);
    assert_eq!((role.peak_target, role.people), (2, 2));
    assert_eq!(
        (
            role.seat_weeks_wanted,
            role.seat_weeks_filled,
            role.seat_weeks_missing
        ),
        (8, 6, 2)
    );
    assert_eq!((role.pay.0, role.mean_score()), (80_000, Some(800)));
    let campaign = &campaign_covers(&problem, &plan)[0];
    assert_eq!(
        (campaign.peak_target, campaign.peak_filled, campaign.people),
        (3, 2, 2)
    );
    assert_eq!((campaign.pay.0, campaign.points_below_mean), (80_000, 6));
    assert_eq!(campaign.seat_weeks_missing, 8);
}

#[test]
fn rules_and_prices_are_said_in_words() {
    let mut problem = Value::Object(six_weeks());
    problem["campaigns"][0]["budget_cents"] = json!(1_000_000);
    problem["ratios"] = json!([{ "of": ["c/r"], "to": ["d/o"], "at_least": [1, 2] }]);
    problem["quotas"] = json!([{ "roles": ["c/r", "d/o"], "tag": "t", "max_percent": 40 }]);
    let problem = parse(&problem);
    let mut prices = Prices::default();
    prices.budget.insert("c".into(), 1_250_000);
    prices.ratios = vec![vec![0, 3_000_000_000, 0, 0, 0, 0]];
    prices.quotas = vec![2_000_000];
    let stints = vec![stint("bob", "c/r", 0, 3), stint("ana", "d/o", 0, 1)];
    let plan = plan_of(stints, Some(prices));
    let texts: Vec<String> = worths(&problem, &plan)
        .iter()
        .map(|it| it.text().to_owned())
        .collect();
    assert_eq!(
        texts,
        [
            "one more 1.00 of c's budget would be worth 1.250",
            "one more head of c/r in 1 week would be worth 60 by the ratio 1:2 to d/o",
            "one point of the quota \"at most 40 % t\" would be worth 0.12",
        ]
    );
    let ratio = &ratio_statuses(&problem, &plan)[0];
    assert!(ratio.holds);
    assert_eq!(
        ratio.text,
        "c/r to d/o at least 1:2: kept with room in every week"
    );
    let quota = &quota_statuses(&problem, &plan)[0];
    assert_eq!((quota.tagged, quota.all), (2, 6));
    assert_eq!(quota.text, "t of c/r + d/o: 33.3 %, at most 40 %: kept");
}

#[test]
fn stints_that_name_nothing_known_and_impossible_prices_do_no_harm() {
    let problem = parse(&Value::Object(six_weeks()));
    let mut prices = Prices {
        change: i128::MAX,
        ..Prices::default()
    };
    prices.heads.insert("c/r".into(), vec![i128::MAX; 6]);
    prices.budget.insert("c".into(), i128::MAX);
    let stints = vec![
        stint("nobody", "c/r", 0, 1),
        stint("ana", "c/r", -1, 1),
        stint("ana", "c/r", 0, 6),
        stint("bob", "d/o", 0, 6),
        stint("bob", "c/r", i64::MIN, i64::MAX),
        stint("bob", "c/r", 0, 3),
        stint("bob", "c/r", 2, 5),
    ];
    let plan = plan_of(stints, Some(prices));
    assert_eq!(role_covers(&problem, &plan)[0].filled, [1, 1, 2, 2, 1, 1]);
    assert_eq!(shortfalls(&problem, &plan).len(), 12);
    assert_eq!(crate::explain::alternates(&problem, &plan).len(), 3);
    assert_eq!(worths(&problem, &plan).len(), 2);
}
