//! Problems of a few people and weeks around the edge of the one-shot class.

use serde_json::{Value, json};

use crate::Random;

/// A random problem file of one to three weeks with few people: windows, leave, spans, ongoing stints with
/// leave, incumbents of part of the horizon, pins, start and change costs, onboarding, walls.
pub fn few_weeks_problem(seed: u64) -> Value {
    let mut random = Random::new(seed.wrapping_mul(77_777).wrapping_add(5));
    let weeks = random.pick(&[1, 1, 2, 3, 3]);
    let varies = weeks > 1 && random.chance(55);
    let n_experts = 1 + random.below(if weeks == 3 { 2 } else { 3 });
    let n_roles = 1 + random.below(3);
    let n_campaigns = 1 + random.below(2);
    let campaigns: Vec<Value> = (0..n_campaigns)
        .map(|idx| {
            let mut campaign = json!({ "id": format!("c{idx}"), "client": format!("k{idx}"), "priority": 1 + random.below(3) });
            if random.chance(30) {
                campaign["wall"] = json!("labs");
            }
            campaign
        })
        .collect();
    // Some weeks of the horizon, first and last.
    let span = |random: &mut Random| {
        let from = random.below(weeks);
        (from, from + random.below(weeks - from))
    };
    let role_hours = random.pick(&[vec![10], vec![10, 20], vec![0, 10], vec![0]]);
    let roles: Vec<Value> = (0..n_roles)
        .map(|idx| {
            let campaign = format!("c{}", random.below(n_campaigns));
            let mut role = json!({ "id": format!("r{idx}"), "campaign": campaign, "hours": random.pick(&role_hours) });
            if varies {
                let (from, to) = span(&mut random);
                let wanted = |week: u64| (from..=to).contains(&week);
                let target: Vec<u64> =
                    (0..weeks).map(|week| if wanted(week) { 1 + random.below(2) } else { 0 }).collect();
                let min: Vec<u64> = target.iter().map(|heads| random.below(heads + 1)).collect();
                role["target"] = json!(target);
                role["min"] = json!(min);
                role["min_stint"] = json!(if random.chance(70) { to - from + 1 } else { random.below(weeks + 2) });
            } else {
                let target = random.below(3);
                role["target"] = json!(target);
                role["min"] = json!(random.below(target + 1));
                role["min_stint"] = json!(if random.chance(30) { random.below(weeks + 2) } else { 1 });
            }
            if random.chance(if varies || weeks == 1 { 20 } else { 3 }) {
                role["onboarding"] = json!(random.below(3));
            }
            if random.chance(20) {
                role["max_leave"] = json!(random.below(3));
            }
            role
        })
        .collect();
    let experts: Vec<Value> = (0..n_experts)
        .map(|idx| {
            let hours = match varies && random.chance(50) {
                true => (0..weeks).map(|_| random.pick(&[0, 10, 20, 20, 40])).collect(),
                false => json!(random.pick(&[0, 5, 10, 10, 20, 20, 30, 40])),
            };
            json!({ "id": format!("e{idx}"), "hours": hours, "max_roles": random.pick(&[0, 1, 1, 1, 2, 2, 3, 4]) })
        })
        .collect();
    let (mut pairs, mut pins, mut vetoes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut ongoing, mut incumbent) = (Vec::new(), Vec::new());
    for (expert, role) in
        (0..n_experts).flat_map(|expert| (0..n_roles).map(move |role| (expert, role)))
    {
        let named = json!({ "expert": format!("e{expert}"), "role": format!("r{role}") });
        let between = |from: Value, to: Value| {
            let mut entry = named.clone();
            entry["from"] = from;
            entry["to"] = to;
            entry
        };
        if random.chance(80) {
            let mut pair = named.clone();
            if varies && random.chance(20) {
                let (from, to) = span(&mut random);
                pair = between(json!(from), json!(to));
            }
            pair["score"] = json!(random.below(4) * 300);
            pair["rate_cents"] = json!(random.below(5) * 1000);
            pairs.push(pair);
        }
        if random.chance(7) {
            let (from, to) = if random.chance(50) {
                (0, weeks - 1)
            } else {
                span(&mut random)
            };
            pins.push(between(json!(from), json!(to)));
        }
        if random.chance(4) {
            vetoes.push(named.clone());
        }
        if random.chance(25) {
            let mut stint = named.clone();
            stint["worked"] = json!(random.below(4));
            stint["leave"] = json!(if random.chance(80) {
                0
            } else {
                random.below(3)
            });
            ongoing.push(stint);
        }
        if random.chance(25) {
            let (from, to) = span(&mut random);
            incumbent.push(match random.chance(65) {
                true => between(json!(-1), json!(weeks + 1)),
                false => between(json!(from), json!(to)),
            });
        }
    }
    if random.chance(15) {
        incumbent.push(json!({ "expert": "gone", "role": "r0", "from": 0, "to": 0 }));
    }
    let missing_min = random.pick(&[0, 30_000, 300_000]);
    let mut problem = json!({
        "horizon": { "start": "2027-03-01", "weeks": weeks },
        "campaigns": campaigns, "roles": roles, "experts": experts, "pairs": pairs,
        "pins": pins, "vetoes": vetoes, "ongoing": ongoing,
        "weights": {
            "missing_min_cents": missing_min,
            "missing_target_cents": random.below(3) * missing_min / 2,
            "point_cents": random.pick(&[0, 7, 100]),
            "start_cents": random.pick(&[0, 0, 7, 50_001]),
            "change_cents": random.pick(&[0, 1_000, 60_000]),
        },
    });
    if random.chance(50) {
        problem["incumbent"] = json!(incumbent);
    }
    if n_roles > 1 && random.chance(20) {
        problem["apart"] = json!([["r0", "r1"]]);
    }
    problem
}
