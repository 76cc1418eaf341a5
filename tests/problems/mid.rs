//! Problems of tens of people that look like real ones: too many plans to look at, few enough for an integer program.

use serde_json::{Value, json};

use crate::Random;

/// A random problem file of `n_experts` experts, two campaigns of two or three roles, 6 to 13 weeks: ramps, budgets
/// that bind or do not, a mean score, ratios of reviewers to annotators, a quota, a wall, an apart list, leave,
/// onboarding, minimum stints, ongoing stints, and in some of them an incumbent, a change limit or a pin.
pub fn mid_problem(seed: u64, n_experts: u64) -> Value {
    let mut random = Random::new(seed.wrapping_mul(7_919).wrapping_add(n_experts));
    let weeks = 6 + random.below(8);
    let (roles, mean_cost) = roles(&mut random, weeks, n_experts);
    let experts: Vec<Value> = (0..n_experts)
        .map(|idx| expert(&mut random, idx, weeks))
        .collect();
    let has_wall = random.chance(50);
    let campaigns: Vec<Value> = (0..2)
        .map(|idx| {
            let mut campaign = json!({ "id": format!("c{idx}"), "client": format!("k{idx}"), "priority": 1 + random.below(3) });
            if has_wall {
                campaign["wall"] = json!("labs");
            }
            let share = random.pick(&[0, 40, 60, 80, 150]);
            if share > 0 {
                campaign["budget_cents"] = json!(mean_cost[idx] / 100 * share);
            }
            if random.chance(50) {
                campaign["mean_score"] = json!(600 + 50 * random.below(4));
            }
            campaign
        })
        .collect();
    let (mut pairs, mut ongoing, mut incumbent) = (Vec::new(), Vec::new(), Vec::new());
    for expert in 0..n_experts {
        for role in &roles {
            if !random.chance(45) {
                continue;
            }
            let named = json!({ "expert": format!("e{expert}"), "role": role["id"] });
            let mut pair = named.clone();
            pair["score"] = json!(300 + random.below(651));
            pair["rate_cents"] = json!(3_000 + 100 * random.below(61));
            if random.chance(8) {
                pair["from"] = json!(random.below(weeks));
            }
            pairs.push(pair);
            if random.chance(6) {
                let mut stint = named.clone();
                (stint["worked"], stint["leave"]) = (json!(1 + random.below(6)), json!(0));
                ongoing.push(stint);
            }
            if random.chance(20) {
                let mut stint = named;
                (stint["from"], stint["to"]) =
                    (json!(random.below(3)), json!(weeks - 1 - random.below(3)));
                incumbent.push(stint);
            }
        }
    }
    let mut problem = json!({
        "horizon": { "start": "2027-03-01", "weeks": weeks },
        "campaigns": campaigns, "roles": roles, "experts": experts, "pairs": pairs, "ongoing": ongoing,
    });
    if random.chance(60) {
        problem["ratios"] = json!([{ "of": ["c0/reviewer"], "to": ["c0/annotator"], "at_least": [1, random.pick(&[3, 4, 6])] }]);
    }
    if random.chance(60) {
        problem["quotas"] = json!([{ "roles": ["c0/annotator", "c1/annotator"], "tag": "country:IN", "max_percent": random.pick(&[30, 40, 50]) }]);
    }
    if random.chance(50) {
        problem["apart"] = json!([
            ["c0/annotator", "c0/reviewer"],
            ["c1/annotator", "c1/reviewer"]
        ]);
    }
    if random.chance(40) {
        problem["incumbent"] = json!(incumbent);
        if random.chance(50) {
            problem["max_changes"] = json!(n_experts * random.pick(&[3, 5, 8]) / 10);
        }
    }
    if random.chance(30) {
        let mut pin = random.pick(&pairs);
        for field in ["score", "rate_cents", "from"] {
            pin.as_object_mut().unwrap().remove(field);
        }
        let week = weeks / 2 + random.below(2);
        (pin["from"], pin["to"]) = (json!(week), json!(week));
        problem["pins"] = json!([pin]);
    }
    if random.chance(30) {
        problem["weights"] = json!({ "start_cents": 30_000, "missing_target_cents": 150_000, "missing_min_cents": 400_000 });
    }
    problem
}

/// The roles, and by campaign what it costs about to staff them.
fn roles(random: &mut Random, weeks: u64, n_experts: u64) -> (Vec<Value>, [u64; 2]) {
    let mut roles = Vec::new();
    let mut costs = [0, 0];
    for (campaign, cost) in costs.iter_mut().enumerate() {
        let names = ["annotator", "reviewer", "writer"];
        let n_roles = random.pick(&[2, 2, 3]);
        for name in &names[..n_roles] {
            let share = if *name == "annotator" { 30 } else { 10 };
            let peak = (n_experts * (share / 2 + random.below(share)) / 100).max(1);
            let (up, down) = (1 + random.below(3), random.below(3));
            let (first, last) = (random.below(2), weeks - 1 - random.below(2));
            let heads = |week: u64| {
                if week < first || week > last {
                    return 0;
                }
                (peak * (week - first + 1) / up)
                    .min(peak * (last - week + 1) / (down + 1))
                    .min(peak)
            };
            let target: Vec<u64> = (0..weeks).map(heads).collect();
            let min: Vec<u64> = target.iter().map(|heads| heads / 2).collect();
            let hours = random.pick(&[10, 20]);
            *cost += target.iter().sum::<u64>() * hours * 5_500;
            roles.push(json!({
                "id": format!("c{campaign}/{name}"), "campaign": format!("c{campaign}"), "hours": hours,
                "target": target, "min": min, "min_stint": 2 + random.below(3),
                "onboarding": random.pick(&[0, 0, 1]), "max_leave": random.below(3),
            }));
        }
    }
    (roles, costs)
}

fn expert(random: &mut Random, idx: u64, weeks: u64) -> Value {
    let usual = random.pick(&[20, 20, 20, 30, 40]);
    let hours: Vec<u64> = (0..weeks)
        .map(|_| {
            if random.chance(8) {
                random.pick(&[0, 0, 10])
            } else {
                usual
            }
        })
        .collect();
    let tag = random.pick(&["country:IN", "country:IN", "country:DE", "country:US"]);
    json!({ "id": format!("e{idx}"), "hours": hours, "max_roles": random.pick(&[1, 1, 2, 3]), "tags": [tag] })
}
