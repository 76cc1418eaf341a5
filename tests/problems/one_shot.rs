//! Small problems, most of them of the one-shot class.

use serde_json::{Value, json};

use crate::Random;

/// How large a random problem is: numbers below these.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Experts.
    pub experts: u64,
    /// Heads wanted by a role.
    pub heads: u64,
}

/// As few experts as seats: they compete.
pub const TINY: Sizes = Sizes {
    experts: 8,
    heads: 4,
};

/// Many more experts than seats: most are never needed.
pub const CROWD: Sizes = Sizes {
    experts: 60,
    heads: 3,
};

/// A random problem file in which nothing varies by week and no rule ties experts together. Most,
/// not all, are of the one-shot class.
pub fn one_shot_problem(seed: u64, sizes: Sizes) -> Value {
    let mut random = Random::new(seed);
    let weeks = random.pick(&[1, 1, 1, 3]);
    let last = weeks - 1;
    let n_campaigns = 1 + random.below(3);
    let campaigns: Vec<Value> = (0..n_campaigns)
        .map(|idx| {
            let mut campaign = json!({ "id": format!("c{idx}"), "client": format!("client{idx}") });
            if random.chance(30) {
                campaign["wall"] = json!(random.pick(&["labs", "banks"]));
            }
            if random.chance(40) {
                campaign["priority"] = json!(1 + random.below(4));
            }
            campaign
        })
        .collect();
    let n_roles = 1 + random.below(4);
    let role_hours = random.pick(&[vec![10], vec![10], vec![10, 20], vec![0, 10]]);
    let roles: Vec<Value> = (0..n_roles)
        .map(|idx| {
            let target = random.below(sizes.heads);
            let mut role = json!({
                "id": format!("r{idx}"), "campaign": format!("c{}", random.below(n_campaigns)),
                "hours": random.pick(&role_hours), "target": target,
                "min": random.below(target + 1),
            });
            if weeks == 1 && random.chance(15) {
                role["onboarding"] = json!(1);
            }
            if random.chance(15) {
                role["min_stint"] = json!(2);
            }
            role
        })
        .collect();
    let n_experts = random.below(sizes.experts);
    let experts: Vec<Value> = (0..n_experts)
        .map(|idx| {
            json!({ "id": format!("e{idx}"), "hours": random.pick(&[5, 10, 10, 15, 20, 40]),
                    "max_roles": random.pick(&[0, 1, 1, 1, 1, 2, 2, 3]) })
        })
        .collect();
    let mut pairs = Vec::new();
    let (mut pins, mut vetoes) = (Vec::new(), Vec::new());
    let (mut ongoing, mut incumbent) = (Vec::new(), Vec::new());
    for expert in 0..n_experts {
        for role in 0..n_roles {
            let (expert, role) = (format!("e{expert}"), format!("r{role}"));
            let named = || json!({ "expert": expert, "role": role });
            if random.chance(70) {
                let mut pair = named();
                pair["score"] = json!(random.below(11) * 100);
                pair["rate_cents"] = json!(random.below(8) * 1000);
                pairs.push(pair);
            }
            if random.chance(3) {
                let mut pin = named();
                pin["from"] = json!(0);
                pin["to"] = json!(last);
                pins.push(pin);
            }
            if random.chance(4) {
                vetoes.push(named());
            }
            if random.chance(12) {
                let mut stint = named();
                stint["worked"] = json!(random.below(3));
                stint["leave"] = json!(0);
                ongoing.push(stint);
            }
            if random.chance(12) {
                let mut stint = named();
                stint["from"] = json!(-1);
                stint["to"] = json!(last + 2);
                incumbent.push(stint);
            }
        }
    }
    let mut problem = json!({
        "horizon": { "start": "2027-03-01", "weeks": weeks },
        "campaigns": campaigns, "roles": roles, "experts": experts, "pairs": pairs,
        "pins": pins, "vetoes": vetoes, "ongoing": ongoing,
        "weights": {
            "missing_min_cents": 300_000 + random.below(5) * 10_000,
            "missing_target_cents": random.below(4) * 20_000,
            "start_cents": random.pick(&[0, 0, 7, 10_001]),
            "change_cents": random.pick(&[0, 1_000, 25_000]),
        },
    });
    if random.chance(40) {
        problem["incumbent"] = json!(incumbent);
    }
    if n_roles > 1 && random.chance(15) {
        problem["apart"] = json!([["r0", "r1"]]);
    }
    problem
}
