//! Laws of solving any problem: what never worsens the optimum, and what never changes it.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::{LISTS, Problem, read};
use muster_matcher::solve::solve;
use muster_tests::brute_force::optimum;
use muster_tests::{Random, full_problem};
use serde_json::{Value, json};

fn problem(value: &Value) -> Problem {
    read(value.to_string().as_bytes()).unwrap()
}

/// The proved best plan, checked; `None` if there is none.
fn best(value: &Value, of: &str) -> Option<Plan> {
    let problem = problem(value);
    let plan = solve(&problem);
    let report = check(&problem, &plan);
    assert!(report.holds(), "{of}: {report:#?}");
    if plan.status == Status::Infeasible {
        return None;
    }
    assert_eq!(plan.status, Status::Optimal, "{of}");
    Some(plan)
}

/// A list of the problem file, if it is there.
fn entries<'a>(value: &'a mut Value, name: &str) -> Option<&'a mut Vec<Value>> {
    value.get_mut(name).and_then(Value::as_array_mut)
}

/// A list that every problem file has.
fn list<'a>(value: &'a mut Value, name: &str) -> &'a mut Vec<Value> {
    entries(value, name).unwrap()
}

/// Removes a field wherever the entries of a list have it.
fn drop_field(value: &mut Value, name: &str, field: &str) {
    for entry in list(value, name) {
        entry.as_object_mut().unwrap().remove(field);
    }
}

fn drop_one(value: &mut Value, name: &str, random: &mut Random) {
    if let Some(list) = entries(value, name).filter(|list| !list.is_empty()) {
        let idx = usize::try_from(random.below(list.len() as u64)).unwrap();
        list.remove(idx);
    }
}

fn extra_expert(value: &mut Value, random: &mut Random) {
    let roles = value["roles"].as_array().unwrap().clone();
    list(value, "experts").push(json!({ "id": "new", "hours": 20, "max_roles": 2, "tags": ["t"] }));
    for role in roles {
        let score = 100 * random.below(11);
        let pair =
            json!({ "expert": "new", "role": role["id"], "score": score, "rate_cents": 2_000 });
        list(value, "pairs").push(pair);
    }
}

fn extra_dollar(value: &mut Value, random: &mut Random) {
    for campaign in list(value, "campaigns") {
        if let Some(budget) = campaign["budget_cents"]
            .as_u64()
            .filter(|it| *it < 1_000_000_000)
        {
            campaign["budget_cents"] = json!(budget + random.pick(&[1, 100, 30_000]));
        }
    }
}

fn extra_pair(value: &mut Value, _: &mut Random) {
    let ids = |name: &str| -> Vec<Value> {
        value[name]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["id"].clone())
            .collect()
    };
    let (experts, roles) = (ids("experts"), ids("roles"));
    let pairs = list(value, "pairs");
    for (expert, role) in experts
        .iter()
        .flat_map(|expert| roles.iter().map(move |role| (expert, role)))
    {
        if !pairs
            .iter()
            .any(|pair| pair["expert"] == *expert && pair["role"] == *role)
        {
            pairs
                .push(json!({ "expert": expert, "role": role, "score": 900, "rate_cents": 1_000 }));
            return;
        }
    }
}

/// An hour more in the weeks in which it turns no leave week into a working one.
fn extra_hour(value: &mut Value, random: &mut Random) {
    let weeks = usize::try_from(value["horizon"]["weeks"].as_u64().unwrap()).unwrap();
    let role_hours: Vec<u64> = value["roles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["hours"].as_u64().unwrap())
        .collect();
    for expert in list(value, "experts") {
        let hours: Vec<u64> = match &expert["hours"] {
            Value::Array(weekly) => weekly.iter().map(|it| it.as_u64().unwrap()).collect(),
            same => vec![same.as_u64().unwrap(); weeks],
        };
        let more = random.pick(&[1, 5, 10]);
        let raised = |own: &u64| {
            let turns = role_hours
                .iter()
                .any(|hours| (*own + 1..=*own + more).contains(hours));
            if turns { *own } else { own + more }
        };
        expert["hours"] = json!(hours.iter().map(raised).collect::<Vec<u64>>());
    }
}

fn raise(value: &mut Value, name: &str, field: &str, default: u64) {
    for entry in list(value, name) {
        entry[field] = json!((entry[field].as_u64().unwrap_or(default) + 1).min(4));
    }
}

#[test]
fn more_to_choose_from_and_fewer_rules_never_worsen_the_optimum() {
    type Relax = fn(&mut Value, &mut Random);
    let relaxations: [(&str, Relax); 17] = [
        ("an expert more", extra_expert),
        ("a dollar more", extra_dollar),
        ("a pair more", extra_pair),
        ("an hour more", extra_hour),
        ("a ratio less", |it, random| drop_one(it, "ratios", random)),
        ("a quota less", |it, random| drop_one(it, "quotas", random)),
        ("an apart list less", |it, random| {
            drop_one(it, "apart", random)
        }),
        ("a veto less", |it, random| drop_one(it, "vetoes", random)),
        ("a pin less", |it, random| drop_one(it, "pins", random)),
        ("no walls", |it, _| drop_field(it, "campaigns", "wall")),
        ("no budgets", |it, _| {
            drop_field(it, "campaigns", "budget_cents")
        }),
        ("no means", |it, _| {
            drop_field(it, "campaigns", "mean_score")
        }),
        ("no minimum stints", |it, _| {
            drop_field(it, "roles", "min_stint")
        }),
        ("no spans", |it, _| {
            drop_field(it, "pairs", "from");
            drop_field(it, "pairs", "to");
        }),
        ("more leave", |it, _| raise(it, "roles", "max_leave", 0)),
        ("more roles at once", |it, _| {
            raise(it, "experts", "max_roles", 1)
        }),
        ("no change limit", |it, _| {
            it.as_object_mut().unwrap().remove("max_changes");
        }),
    ];
    let mut n_better = [0; 17];
    for seed in 0..300 {
        let base = full_problem(seed);
        let before = best(&base, &format!("seed {seed}")).and_then(|plan| plan.objective);
        for ((name, relax), n_better) in relaxations.iter().zip(&mut n_better) {
            let mut relaxed = base.clone();
            relax(&mut relaxed, &mut Random::new(seed));
            if relaxed == base {
                continue;
            }
            let of = format!("seed {seed}, {name}");
            let after = best(&relaxed, &of);
            let (worth, bound) = after.map_or((None, None), |plan| (plan.objective, plan.bound));
            assert!(
                worth >= before,
                "{of}: {worth:?} with it, {before:?} without"
            );
            assert!(
                bound >= before,
                "{of}: bound {bound:?}, {before:?} was possible"
            );
            *n_better += u32::from(worth > before);
        }
    }
    let n_useful = n_better.iter().filter(|n_better| **n_better > 0).count();
    assert!(
        n_useful >= 12,
        "these helped in so many problems: {n_better:?}"
    );
}

/// Other ids in another order: what was first of two is last.
fn renamed(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(renamed).collect(),
        Value::Object(fields) => fields
            .iter()
            .map(|(name, value)| (name.clone(), renamed(value)))
            .collect(),
        Value::String(text) => match text
            .split_at_checked(1)
            .map(|(kind, number)| (kind, number.parse::<u8>()))
        {
            Some((kind, Ok(number))) if ["e", "r", "c"].contains(&kind) => {
                json!(format!("{kind}-{}", 90 - number))
            }
            _ => value.clone(),
        },
        _ => value.clone(),
    }
}

#[test]
fn ids_and_the_order_of_lists_do_not_change_the_optimum() {
    for seed in 0..300 {
        let base = full_problem(seed);
        let mut other = renamed(&base);
        let mut random = Random::new(seed);
        for name in LISTS.into_iter().chain(["incumbent"]) {
            if let Some(list) = entries(&mut other, name) {
                for idx in (1..list.len()).rev() {
                    list.swap(idx, usize::try_from(random.below(idx as u64 + 1)).unwrap());
                }
            }
        }
        assert!(
            optimum(&problem(&base)).map(|it| it.0) == optimum(&problem(&other)).map(|it| it.0),
            "the oracle, seed {seed}"
        );
        let objective =
            |value: &Value| best(value, &format!("seed {seed}")).and_then(|plan| plan.objective);
        assert_eq!(objective(&base), objective(&other), "seed {seed}");
    }
}
