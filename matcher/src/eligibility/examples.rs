//! Profiles and campaign files for tests: made from JSON, over a base that is allowed everywhere.

use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::Terms;
use crate::availability::Calendar;
use crate::json::{Faults, FromJson, Path, parse};
use crate::model::campaign::CampaignFile;
use crate::model::profile::Profile;

/// `base` with the fields of `changes` in place of its own.
fn with(mut base: Value, changes: &Value) -> Value {
    for (field, value) in changes.as_object().unwrap() {
        base[field] = value.clone();
    }
    base
}

/// A qualified person with 20 hours a week for 50 dollars, with the fields of `changes`.
pub(crate) fn profile(changes: Value) -> Profile {
    let base = json!({
        "id": "ana", "rate": {"min_cents": 5000, "currency": "USD"},
        "availability": {"weekly_hours": 20}
    });
    let text = with(base, &changes).to_string();
    let mut faults = Faults::default();
    let json = parse(text.as_bytes()).unwrap();
    Profile::from_json(json, &Path::ROOT, &mut faults)
        .unwrap_or_else(|| panic!("{faults:?} in {text}"))
}

/// One week from 4 January 2027 with one role of 10 hours for 60 dollars, with the fields of `role` and `file`.
pub(crate) fn file(role: Value, file: Value) -> CampaignFile {
    let base = json!({
        "id": "ranker", "task_type": "preference_ranking", "heads": 2, "hours": 10,
        "pay": {"target_cents": 6000}
    });
    let campaigns = json!([{"id": "acme-1", "client": "acme", "roles": [with(base, &role)]}]);
    let base = json!({"currency": "USD", "start": "2027-01-04", "campaigns": campaigns});
    let text = with(base, &file).to_string();
    CampaignFile::read(text.as_bytes()).unwrap()
}

/// The terms of the file's first role.
pub(crate) fn terms(file: &CampaignFile) -> Terms<'_> {
    let calendar = Arc::new(Calendar::of(file));
    Terms::of_file(file, &calendar).swap_remove(0)
}

fn some<T: Clone + std::fmt::Debug + 'static>(
    list: &[T],
    most: usize,
) -> impl Strategy<Value = Vec<T>> + use<T> {
    proptest::sample::subsequence(list.to_vec(), 0..=most.min(list.len()))
}

/// People who differ in everything that eligibility, score and hours look at.
pub(crate) fn any_profile(id: String) -> impl Strategy<Value = Profile> {
    let stage = prop::sample::select(vec!["qualified", "qualified", "active", "paused"]);
    let country = prop::sample::select(vec!["DE", "US", "IN"]);
    let facts = (
        some(&["local:a", "local:b", "local:c"], 3),
        prop::collection::vec(1..=5, 3),
        some(&["x", "y"], 2),
        0..=1000_u32,
        prop::option::of("2027-01-(0[3-9]|1[0-9]|2[0-6])"),
        prop::option::of("2027-01-(0[3-9]|1[0-9]|2[0-6])"),
        prop::bool::ANY,
    );
    let terms = (
        3000..8000_u32,
        prop::sample::select(vec!["USD", "USD", "EUR", "GBP"]),
        0..40_u32,
        prop::option::of("2027-01-(0[3-9]|1[0-9])"),
        0..20_u32,
        prop::option::of("2027-01-0[3-9]"),
        some(&["acme", "acme-1", "zeta"], 1),
        prop::option::of("2027-01-(0[3-9]|1[0-9]|2[0-6])"),
        prop::option::of(0..30_u32),
        (3..20_u32, 0..12_u32, 0..15_u32, prop::bool::ANY),
    );
    (stage, country, facts, terms).prop_map(move |(stage, country, facts, terms)| {
        let (skills, levels, tags, score, expiry, agreed_until, agrees) = facts;
        let (rate, currency, hours, start, delivered, past, conflicts, against_until, cap, bound) =
            terms;
        let skills: Vec<Value> = skills
            .iter()
            .zip(levels)
            .map(|(skill, level)| json!({"skill": skill, "level": level}))
            .collect();
        let mut result =
            json!({"task_type": "preference_ranking", "score": score, "taken_on": "2026-12-01"});
        if let Some(expiry) = &expiry {
            result["expires_on"] = json!(expiry);
        }
        let mut availability = json!({"weekly_hours": hours});
        if let Some(start) = start {
            availability["earliest_start"] = json!(start);
        }
        let past: Vec<Value> = past
            .iter()
            .map(|until| json!({"client": "acme", "until": until}))
            .collect();
        let until = |mut fact: Value, day: &Option<String>| {
            if let Some(day) = day {
                fact["until"] = json!(day);
            }
            fact
        };
        let conflicts: Vec<Value> = conflicts
            .iter()
            .map(|it| until(json!({"against": it}), &against_until))
            .collect();
        let (from, days, hours_bound, sensitive) = bound;
        let bound = json!([{"label": "other", "from": format!("2027-01-{from:02}"),
            "to": format!("2027-01-{:02}", from + days), "hours": hours_bound, "sensitive": sensitive}]);
        let mut facts = json!({
            "id": id, "stage": stage, "commitments": if hours_bound > 9 { bound } else { json!([]) }, "country": country, "tags": tags, "skills": skills,
            "assessments": [result], "availability": availability, "past_clients": past,
            "conflicts": conflicts,
            "consents": [until(json!({"topic": "nda", "granted": agrees}), &agreed_until)],
            "rate": {"min_cents": rate, "currency": currency},
            "reliability": {"delivered": delivered, "missed": delivered / 3}
        });
        if let Some(cap) = cap {
            facts["max_sensitive_hours"] = json!(cap);
        }
        profile(facts)
    })
}

/// Requirement trees over the same facts.
pub(crate) fn any_requirement() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        ("local:[abc]", 1..=5).prop_map(|(skill, level)| json!({"skill": skill, "level": level})),
        (0..=1000).prop_map(|score| json!({"assessment": "preference_ranking", "score": score})),
        Just(json!({"country_in": ["DE", "US"]})),
        Just(json!({"country_not_in": ["IN"]})),
        Just(json!({"work_authorisation": "US"})),
        (3000..8000).prop_map(|cents| json!({"rate_at_most_cents": cents})),
        (0..40).prop_map(|hours| json!({"hours_at_least": hours})),
        (0..30).prop_map(|hours| json!({"sensitive_hours_at_least": hours})),
        Just(json!({"consent": "nda"})),
        "[xyz]".prop_map(|tag| json!({"tag": tag})),
        (0..3).prop_map(|weeks| json!({"cool_off": "acme", "weeks": weeks})),
    ];
    leaf.prop_recursive(3, 12, 3, |node| {
        let nodes = prop::collection::vec(node, 0..4);
        prop_oneof![
            nodes.clone().prop_map(|nodes| json!({"all": nodes})),
            nodes.clone().prop_map(|nodes| json!({"any": nodes})),
            nodes.clone().prop_map(|nodes| json!({"none": nodes})),
            (0..3, nodes).prop_map(|(k, nodes)| json!({"at_least": k, "of": nodes})),
        ]
    })
}

/// Files with two roles over one to three weeks; the second campaign may begin later, the first may end sooner.
pub(crate) fn any_file() -> impl Strategy<Value = CampaignFile> {
    let role = |id: &'static str| {
        (
            any_requirement(),
            any_requirement(),
            0..30,
            4000..7000,
            prop::bool::ANY,
            prop::bool::ANY,
        )
            .prop_map(move |(requires, wish, hours, target, fixed, sensitive)| {
                let mut pay = json!({"target_cents": target});
                if !fixed {
                    pay["policy"] = json!("individual");
                    pay["cap_cents"] = json!(target + 1000);
                }
                json!({
                    "id": id, "task_type": "preference_ranking", "heads": 2, "hours": hours,
                    "text": "rank", "pay": pay, "requires": {"any": [requires, {"tag": "x"}]},
                    "sensitive": sensitive, "prefers": [{"points": 5, "if": wish}]
                })
            })
    };
    (role("one"), role("two"), 1..=3, 0..3, 0..3).prop_map(|(one, two, weeks, end, start)| {
        let day = |week: i32| format!("2027-01-{:02}", 4 + 7 * week.min(weeks - 1));
        let campaigns = json!([
            {"id": "acme-1", "client": "acme", "end": day(end), "roles": [one]},
            {"id": "zeta-1", "client": "zeta", "start": day(start), "roles": [two]}
        ]);
        file(
            json!({}),
            json!({
                "weeks": weeks, "campaigns": campaigns, "exchange": {"EUR": [108, 100]},
                "pay_floors": {"US": 4500}
            }),
        )
    })
}
