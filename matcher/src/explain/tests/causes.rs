//! One cause at a time: what is lifted hands the person on to the next cause.

use serde_json::{Value, json};

use super::{obstacles, parse, plan_of, six_weeks, stint};
use crate::explain::{Obstacle, shortfall_spans, shortfalls};
use crate::model::plan::{Plan, Prices};
use crate::model::problem::Problem;

/// Bob and carl cover c/r in all weeks but week 2.
fn around_week_2() -> Vec<crate::model::plan::Stint> {
    vec![stint("bob", "c/r", 0, 1), stint("carl", "c/r", 3, 5)]
}

/// The cause in week 2 that ana does not cover c/r, of a problem with changes to it.
fn cause(changes: &[(&str, Value)], ana: Option<(&str, i64, i64)>) -> Option<Obstacle> {
    let (problem, plan) = case(changes, ana);
    let found = shortfalls(&problem, &plan);
    let week = found
        .iter()
        .find(|it| it.role == "c/r" && it.week == 2)
        .unwrap();
    let counted: u32 = week.causes.iter().map(|it| it.people).sum();
    assert_eq!(counted + week.filled, 3, "{week:?}");
    let ana = problem.expert_with_id("ana").unwrap();
    let role = problem.role_with_id("c/r").unwrap();
    match problem.pair_of(ana, role) {
        Some(pair) => obstacles(&problem, &plan, pair.index())[2],
        None => {
            assert!(
                week.causes
                    .iter()
                    .any(|it| it.cause == Obstacle::NotEligible)
            );
            Some(Obstacle::NotEligible)
        }
    }
}

fn case(changes: &[(&str, Value)], ana: Option<(&str, i64, i64)>) -> (Problem, Plan) {
    let mut problem = Value::Object(six_weeks());
    for (at, value) in changes {
        let (parent, field) = at.rsplit_once('/').unwrap();
        let parent = problem.pointer_mut(parent).unwrap();
        if let Some(idx) = field.parse::<usize>().ok().filter(|_| parent.is_array()) {
            parent[idx] = value.clone();
        } else {
            parent[field] = value.clone();
        }
    }
    let mut stints = around_week_2();
    stints.extend(ana.map(|(role, from, to)| stint("ana", role, from, to)));
    (parse(&problem), plan_of(stints, None))
}

#[test]
fn each_cause_is_the_first_that_applies_and_lifting_it_shows_the_next() {
    // Every step leaves out the change before, and keeps those behind it.
    let everything: Vec<(Obstacle, (&str, Value))> = vec![
        (Obstacle::NotEligible, ("/experts/0/max_roles", json!(0))),
        (
            Obstacle::Vetoed,
            ("/vetoes", json!([{ "expert": "ana", "role": "c/r" }])),
        ),
        (Obstacle::OutsideSpan, ("/pairs/0/from", json!(3))),
        (
            Obstacle::OnLeave,
            ("/experts/0/hours", json!([20, 20, 9, 20, 20, 20])),
        ),
        (Obstacle::MinStint, ("/roles/0/min_stint", json!(7))),
        (
            Obstacle::OverBudget,
            ("/campaigns/0/budget_cents", json!(59_999)),
        ),
        (
            Obstacle::Ratio,
            (
                "/ratios",
                json!([{ "of": ["c/s", "c/r"], "to": ["c/r"], "at_least": [2, 1] }]),
            ),
        ),
        (
            Obstacle::Quota,
            (
                "/quotas",
                json!([{ "roles": ["c/r"], "tag": "t", "max_percent": 16 }]),
            ),
        ),
        (
            Obstacle::NotWorthCost,
            ("/pairs/0/rate_cents", json!(58_001)),
        ),
    ];
    for (step, (expected, _)) in everything.iter().enumerate() {
        let changes: Vec<(&str, Value)> =
            everything[step..].iter().map(|it| it.1.clone()).collect();
        assert_eq!(cause(&changes, None), Some(*expected), "step {step}");
    }
    assert_eq!(cause(&[], None), Some(Obstacle::CouldBeAdded));
}

#[test]
fn without_a_pair_nobody_is_eligible() {
    let other = json!({ "expert": "ana", "role": "c/s", "score": 800, "rate_cents": 1000 });
    assert_eq!(
        cause(&[("/pairs/0", other)], None),
        Some(Obstacle::NotEligible)
    );
}

#[test]
fn hours_that_never_suffice_are_no_leave() {
    let never = |most: u16| cause(&[("/experts/0/hours", json!([most, 9, 9, 9, 9, 9]))], None);
    assert_eq!(never(9), Some(Obstacle::TooFewHours));
    assert_eq!(never(10), Some(Obstacle::OnLeave));
}

#[test]
fn a_stint_that_needs_too_much_leave_is_leave() {
    let leave = |most: u32| {
        let hours = json!([20, 0, 20, 0, 0, 0]);
        let changes = [
            ("/experts/0/hours", hours),
            ("/roles/0/min_stint", json!(2)),
            ("/roles/0/max_leave", json!(most)),
            ("/roles/0/target", json!(2)),
        ];
        cause(&changes, None)
    };
    assert_eq!(leave(0), Some(Obstacle::OnLeave));
    assert_eq!(leave(1), Some(Obstacle::CouldBeAdded));
}

#[test]
fn other_roles_take_slots_or_hours_in_this_week_or_in_all_that_a_stint_needs() {
    let held = Some(("d/o", 2, 2));
    assert_eq!(cause(&[], held), Some(Obstacle::Busy));
    let two = ("/experts/0/max_roles", json!(2));
    let long = |hours: u16| ("/roles/1/hours", json!(hours));
    assert_eq!(
        cause(&[two.clone(), long(11)], held),
        Some(Obstacle::TooFewHoursLeft)
    );
    assert_eq!(cause(&[two, long(10)], held), Some(Obstacle::CouldBeAdded));
    let whole = [
        ("/roles/0/min_stint", json!(6)),
        ("/roles/0/target", json!(2)),
    ];
    assert_eq!(cause(&whole, Some(("d/o", 5, 5))), Some(Obstacle::Busy));
    let (problem, plan) = case(&whole, Some(("d/o", 5, 5)));
    let found = shortfalls(&problem, &plan);
    let week = found.iter().find(|it| it.role == "c/r" && it.week == 2);
    let busy = &week.unwrap().busy_in;
    assert_eq!((busy[0].role.as_str(), busy[0].people), ("d/o", 1));
}

#[test]
fn walls_and_lists_keep_people_off_who_would_have_time() {
    let elsewhere = Some(("d/o", 5, 5));
    let walls = [
        ("/campaigns/0/wall", json!("w")),
        ("/campaigns/1/wall", json!("w")),
        ("/apart", json!([["c/r", "d/o"]])),
        ("/roles/0/min_stint", json!(7)),
    ];
    assert_eq!(cause(&walls, elsewhere), Some(Obstacle::BehindWall));
    assert_eq!(cause(&walls[2..], elsewhere), Some(Obstacle::Apart));
    assert_eq!(cause(&walls[3..], elsewhere), Some(Obstacle::MinStint));
    assert_eq!(cause(&[], elsewhere), Some(Obstacle::CouldBeAdded));
}

#[test]
fn a_stint_of_ones_own_in_the_way_is_no_room_for_a_stint() {
    // Leave in week 3 keeps the two stints from being one.
    let changes = [
        ("/experts/0/hours", json!([20, 20, 20, 0, 20, 20])),
        ("/roles/0/target", json!(2)),
        ("/roles/0/min_stint", json!(1)),
    ];
    let held = Some(("c/r", 4, 5));
    assert_eq!(cause(&changes, held), Some(Obstacle::CouldBeAdded));
    let held = Some(("c/r", 1, 1));
    let longer = [("/roles/0/target", json!(2)), ("/pairs/0/from", json!(2))];
    // Nothing legal holds week 1 and 2 together.
    assert_eq!(cause(&longer, held), Some(Obstacle::MinStint));
}

#[test]
fn onboarding_is_under_way_or_could_not_be_done_before() {
    let need = |weeks: u32| ("/roles/0/onboarding", json!(weeks));
    assert_eq!(cause(&[need(3)], None), Some(Obstacle::Onboarding));
    assert_eq!(
        cause(&[need(2), ("/roles/0/target", json!(2))], None),
        Some(Obstacle::CouldBeAdded)
    );
    assert_eq!(
        cause(&[need(1)], Some(("c/r", 2, 3))),
        Some(Obstacle::Onboarding)
    );
}

#[test]
fn a_ratio_holds_off_where_one_more_would_break_it() {
    let ratio = |p: u32| {
        let ratio = json!([{ "of": ["c/s"], "to": ["c/r"], "at_least": [p, 1] }]);
        cause(&[("/ratios", ratio)], None)
    };
    assert_eq!(ratio(1), Some(Obstacle::Ratio));
    assert_eq!(ratio(0), Some(Obstacle::CouldBeAdded));
}

#[test]
fn a_stint_that_would_overfill_other_weeks_waits_for_them() {
    let changes = |target: u32| {
        let short = [
            ("/roles/0/min_stint", json!(2)),
            ("/roles/0/target", json!(target)),
        ];
        cause(&short, None)
    };
    assert_eq!(changes(1), Some(Obstacle::SeatsFullElsewhere));
    assert_eq!(changes(2), Some(Obstacle::CouldBeAdded));
}

#[test]
fn the_change_limit_counts_people_and_not_weeks() {
    let limit = |most: u32, ana| {
        let changes = [("/incumbent", json!([])), ("/max_changes", json!(most))];
        cause(&changes, ana)
    };
    assert_eq!(limit(2, None), Some(Obstacle::ChangeLimit));
    assert_eq!(limit(3, None), Some(Obstacle::CouldBeAdded));
    // Who is changed already may be changed more.
    assert_eq!(limit(3, Some(("d/o", 5, 5))), Some(Obstacle::CouldBeAdded));
    assert_eq!(limit(2, Some(("d/o", 5, 5))), Some(Obstacle::CouldBeAdded));
}

#[test]
fn worth_counts_score_saved_heads_pay_start_changes_and_the_mean() {
    // One week: 80,000 for the score and 500,000 for the head, at 10,000 of pay.
    let bare = |start: u64| cause(&[("/weights", json!({ "start_cents": start }))], None);
    assert_eq!(bare(569_999), Some(Obstacle::CouldBeAdded));
    assert_eq!(bare(570_000), Some(Obstacle::NotWorthCost));
    let change = |cents: u64| {
        let weights = json!({ "change_cents": cents });
        cause(&[("/weights", weights), ("/incumbent", json!([]))], None)
    };
    assert_eq!(change(569_999), Some(Obstacle::CouldBeAdded));
    assert_eq!(change(570_000), Some(Obstacle::NotWorthCost));
    let mean = |cents: u64| {
        let changes = [
            ("/weights", json!({ "below_mean_cents": cents })),
            ("/campaigns/0/mean_score", json!(1000)),
        ];
        cause(&changes, None)
    };
    assert_eq!(mean(2_849), Some(Obstacle::CouldBeAdded));
    assert_eq!(mean(2_850), Some(Obstacle::NotWorthCost));
}

#[test]
fn a_shortfall_says_what_is_missing_what_it_costs_and_why() {
    let changes = [
        ("/roles/0/target", json!([1, 1, 3, 3, 1, 1])),
        ("/roles/0/min", json!([0, 0, 2, 0, 0, 0])),
        ("/campaigns/0/priority", json!(2)),
    ];
    let (problem, mut plan) = case(&changes, Some(("d/o", 2, 3)));
    let mut prices = Prices::default();
    let weekly = |cents: i128| vec![0, 0, cents * 1_000_000, cents * 2_000_000, 0, 0];
    prices.heads.insert("d/o".to_owned(), weekly(31_050));
    prices.heads.insert("c/r".to_owned(), weekly(100_000));
    plan.prices = Some(prices);
    let found = shortfalls(&problem, &plan);
    let of_role: Vec<_> = found.iter().filter(|it| it.role == "c/r").collect();
    assert_eq!(of_role.len(), 2);
    let first = of_role[0];
    assert_eq!(
        (
            first.week,
            first.filled,
            first.missing_min,
            first.missing_target
        ),
        (2, 0, 2, 1)
    );
    assert_eq!(first.cost.0, 2 * (2 * 2_000_000 + 500_000));
    assert_eq!(first.head_price.0, 100_000);
    assert_eq!(first.main_cause, Some(Obstacle::CouldBeAdded));
    assert_eq!(
        first.text,
        "week 2: 3 of 3 c/r missing: 2 who could be added, 1 busy in d/o (worth 310.50 a week there)"
    );
    let spans = shortfall_spans(&found);
    let spans: Vec<_> = spans.iter().filter(|it| it.role == "c/r").collect();
    assert_eq!((spans.len(), spans[0].from), (2, 2));
    assert_eq!(
        spans[1].text,
        "week 3: 2 of 3 c/r missing: 1 busy in d/o (worth 621 a week there), 1 who could be added"
    );
    let json = serde_json::to_value(first).unwrap();
    assert_eq!(json["causes"][0], json!({ "cause": "busy", "people": 1 }));
    assert_eq!(json["main_cause"], "could_be_added");
    assert_eq!(json["cost_cents"], 9_000_000);
}

#[test]
fn weeks_with_one_main_cause_are_said_together() {
    let changes = [
        ("/roles/0/target", json!([1, 1, 2, 3, 2, 1])),
        (
            "/vetoes",
            json!([{ "expert": "ana", "role": "c/r" }, { "expert": "bob", "role": "c/r" }]),
        ),
        ("/pairs/3/rate_cents", json!(900)),
    ];
    let (problem, _) = case(&changes, None);
    let plan = plan_of(vec![stint("carl", "c/r", 0, 5)], None);
    let found = shortfalls(&problem, &plan);
    let spans = shortfall_spans(&found);
    let of_role: Vec<_> = spans.iter().filter(|it| it.role == "c/r").collect();
    assert_eq!(of_role.len(), 1);
    assert_eq!(
        of_role[0].text,
        "weeks 2–4: 1–2 of 2–3 c/r missing: nobody else may hold it, 2 vetoed"
    );
    assert_eq!(of_role[0].missing, 4);
}
