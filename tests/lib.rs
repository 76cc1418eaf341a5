//! What the test targets of this package share: small random problems, seeded.

use serde_json::{Value, json};

/// A small generator of random numbers (SplitMix64, Steele, Lea & Flood 2014).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The generator of a seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A number below `n`, which is positive.
    pub fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }

    /// Whether something with a chance of `percent` happens.
    pub fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// One of several.
    pub fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        let idx = usize::try_from(self.below(of.len() as u64)).expect("an index fits");
        of[idx].clone()
    }
}

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
