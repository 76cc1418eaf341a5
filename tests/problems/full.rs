//! Tiny problems with every rule of the contract now on and now off.

use serde_json::{Value, json};

use crate::Random;

/// How many weeks, roles and experts a problem has at most; small enough that every plan can be looked at.
const SHAPES: [(u64, u64, u64); 10] = [
    (1, 3, 4),
    (1, 2, 4),
    (2, 2, 4),
    (2, 3, 3),
    (2, 2, 3),
    (3, 2, 3),
    (3, 3, 2),
    (3, 1, 4),
    (4, 2, 2),
    (4, 1, 4),
];

/// A problem being made: its random numbers and its size.
struct Maker {
    random: Random,
    weeks: u64,
    n_campaigns: u64,
    n_roles: u64,
    n_experts: u64,
}

/// A random problem file of one to four weeks, roles and experts. Every rule is there in some problems and not in
/// others: varying targets and hours, leave, minimum stints, onboarding, spans, ongoing stints, several roles at
/// once, walls, apart lists, budgets, means, ratios, quotas, pins (also clashing ones), vetoes, incumbents (also of
/// what is gone, and outside the horizon) and change limits; weights from 0 to the largest.
pub fn full_problem(seed: u64) -> Value {
    let mut random = Random::new(seed.wrapping_mul(1_000_003).wrapping_add(17));
    let (weeks, roles, experts) = random.pick(&SHAPES);
    let n_roles = 1 + random.below(roles).max(random.below(roles));
    let n_experts = 1 + random.below(experts);
    let n_campaigns = random.pick(&[1, 2, 2]);
    let mut maker = Maker {
        random,
        weeks,
        n_campaigns,
        n_roles,
        n_experts,
    };
    maker.problem()
}

impl Maker {
    fn on(&mut self, percent: u64) -> bool {
        self.random.chance(percent)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.random.below(n)
    }

    fn problem(&mut self) -> Value {
        let mut problem = json!({
            "horizon": { "start": "2027-03-01", "weeks": self.weeks },
            "campaigns": self.campaigns(),
            "roles": self.roles(),
            "experts": self.experts(),
            "weights": self.weights(),
        });
        let leaves = self.on(30);
        self.add_by_pair(&mut problem, leaves);
        self.add_shared(&mut problem);
        if self.on(45) {
            self.add_incumbent(&mut problem);
        }
        problem
    }

    fn campaigns(&mut self) -> Vec<Value> {
        let (has_walls, has_budgets, has_means) = (self.on(60), self.on(45), self.on(40));
        let n_campaigns = self.n_campaigns;
        let campaign = |idx: u64| {
            let mut campaign = json!({ "id": format!("c{idx}"), "client": format!("k{}", if self.on(80) { idx } else { 0 }) });
            if has_walls && self.on(95) {
                campaign["wall"] = json!(
                    self.random
                        .pick(&["labs", "labs", "labs", "labs", "labs", "banks"])
                );
            }
            if self.on(40) {
                campaign["priority"] = json!(1 + self.below(4));
            }
            if has_budgets && self.on(75) {
                let tight = 10_000 * (1 + self.below(20));
                let budget =
                    self.random
                        .pick(&[tight, tight, tight, tight, 0, 77_777, 10_u64.pow(15)]);
                campaign["budget_cents"] = json!(budget);
            }
            if has_means && self.on(75) {
                campaign["mean_score"] =
                    json!(self.random.pick(&[0, 333, 500, 600, 700, 900, 1000]));
            }
            campaign
        };
        (0..n_campaigns).map(campaign).collect()
    }

    fn roles(&mut self) -> Vec<Value> {
        let all_hours = self
            .random
            .pick(&[vec![10], vec![10, 20], vec![10, 15, 30], vec![0, 10]]);
        let (varies, has_onboarding) = (self.on(50), self.on(35));
        let (has_leave, has_min_stints) = (self.on(55), self.on(45));
        let most = self.random.pick(&[1, 2, 2, 3]);
        let n_roles = self.n_roles;
        let role = |idx: u64| {
            let campaign = if self.on(80) {
                idx % self.n_campaigns
            } else {
                0
            };
            let mut role = json!({
                "id": format!("r{idx}"), "campaign": format!("c{campaign}"),
                "hours": self.random.pick(&all_hours),
            });
            if varies {
                let target: Vec<u64> = (0..self.weeks).map(|_| self.below(most + 1)).collect();
                let min: Vec<u64> = target.iter().map(|heads| self.below(heads + 1)).collect();
                (role["target"], role["min"]) = (json!(target), json!(min));
            } else {
                let target = self.below(most + 1).max(self.below(most + 1));
                role["target"] = json!(target);
                if self.on(60) {
                    role["min"] = json!(self.below(target + 1));
                }
            }
            if has_min_stints && self.on(70) {
                role["min_stint"] = json!(self.below(self.weeks + 2));
            }
            if has_onboarding && self.on(70) {
                role["onboarding"] = json!(self.random.pick(&[0, 1, 1, 2]));
            }
            if has_leave && self.on(80) {
                role["max_leave"] = json!(self.random.pick(&[1, 1, 2, 3]));
            }
            role
        };
        (0..n_roles).map(role).collect()
    }

    fn experts(&mut self) -> Vec<Value> {
        let (varies, most_roles) = (self.on(55), self.random.pick(&[1, 2, 2, 4]));
        let n_experts = self.n_experts;
        let expert = |idx: u64| {
            let hours = if varies && self.on(70) {
                let weekly =
                    (0..self.weeks).map(|_| self.random.pick(&[0, 0, 5, 10, 20, 30, 40, 40]));
                json!(weekly.collect::<Vec<_>>())
            } else {
                json!(self.random.pick(&[0, 9, 10, 20, 20, 40, 40, 60]))
            };
            let mut expert = json!({ "id": format!("e{idx}"), "hours": hours });
            if most_roles > 1 || self.on(10) {
                expert["max_roles"] =
                    json!(self.below(most_roles + 1).max(self.below(most_roles + 1)));
            }
            let tags: Vec<&str> = ["t", "u"].into_iter().filter(|_| self.on(45)).collect();
            if !tags.is_empty() {
                expert["tags"] = json!(tags);
            }
            expert
        };
        (0..n_experts).map(expert).collect()
    }

    fn weights(&mut self) -> Value {
        if self.on(20) {
            return json!({});
        }
        let mut weights = json!({});
        let huge = if self.on(4) { 1_000_000_000_000_u64 } else { 1 };
        let missing_min = self.random.pick(&[0, 30_000, 100_000, 300_000, 2_000_000]);
        let missing_target = missing_min / self.random.pick(&[1, 2, 4, 1_000]);
        weights["missing_min_cents"] = json!(missing_min.max(huge - 1));
        weights["missing_target_cents"] = json!(missing_target);
        if self.on(60) {
            weights["point_cents"] = json!(self.random.pick(&[0, 1, 30, 100, 411]).max(huge / 7));
        }
        if self.on(60) {
            weights["below_mean_cents"] = json!(self.random.pick(&[0, 1, 90, 500, 20_000]));
        }
        if self.on(60) {
            weights["change_cents"] =
                json!(self.random.pick(&[0, 1_000, 20_000, 90_001, huge / 3]));
        }
        if self.on(40) {
            weights["start_cents"] = json!(self.random.pick(&[0, 7, 30_000, 120_000]));
        }
        weights
    }

    fn experts_and_roles(&self) -> impl Iterator<Item = (u64, u64)> + use<> {
        let (n_experts, n_roles) = (self.n_experts, self.n_roles);
        (0..n_experts).flat_map(move |expert| (0..n_roles).map(move |role| (expert, role)))
    }

    /// First and last of some weeks of the horizon.
    fn span(&mut self) -> (u64, u64) {
        let from = self.below(self.weeks);
        (from, from + self.below(self.weeks - from))
    }

    /// What is said of an expert and a role: pairs, ongoing stints, pins, vetoes.
    fn add_by_pair(&mut self, problem: &mut Value, has_spans: bool) {
        let (has_ongoing, has_pins, has_vetoes) = (self.on(40), self.on(25), self.on(25));
        let (mut pairs, mut ongoing, mut pins, mut vetoes) = (vec![], vec![], vec![], vec![]);
        for (expert, role) in self.experts_and_roles() {
            let named = json!({ "expert": format!("e{expert}"), "role": format!("r{role}") });
            if self.on(85) {
                let mut pair = named.clone();
                pair["score"] = json!(self.random.pick(&[0, 250, 400, 500, 611, 700, 800, 1000]));
                pair["rate_cents"] = json!(
                    self.random
                        .pick(&[0, 1_000, 2_000, 3_000, 3_333, 5_000, 9_000])
                );
                if has_spans && self.on(60) {
                    let (from, to) = self.span();
                    pair["from"] = json!(from);
                    if self.on(80) {
                        pair["to"] = json!(to);
                    }
                }
                pairs.push(pair);
            }
            if has_ongoing && self.on(40) {
                let mut stint = named.clone();
                stint["worked"] = json!(self.below(4));
                stint["leave"] = json!(self.random.pick(&[0, 0, 0, 1, 2]));
                ongoing.push(stint);
            }
            if has_pins && self.on(18) {
                let (from, to) = self.span();
                let mut pin = named.clone();
                (pin["from"], pin["to"]) = (json!(from), json!(to));
                pins.push(pin);
            }
            if has_vetoes && self.on(20) {
                vetoes.push(named);
            }
        }
        if has_ongoing && self.on(20) {
            ongoing.push(json!({ "expert": "gone", "role": "r0", "worked": 1, "leave": 0 }));
        }
        problem["pairs"] = json!(pairs);
        for (name, list) in [("ongoing", ongoing), ("pins", pins), ("vetoes", vetoes)] {
            if !list.is_empty() {
                problem[name] = json!(list);
            }
        }
    }

    fn some_roles(&mut self) -> Vec<String> {
        let roles: Vec<u64> = (0..self.n_roles).filter(|_| self.on(55)).collect();
        roles.into_iter().map(|role| format!("r{role}")).collect()
    }

    /// What is said of several experts or roles: apart lists, ratios, quotas.
    fn add_shared(&mut self, problem: &mut Value) {
        if self.on(35) {
            let roles: Vec<String> = (0..self.n_roles).map(|role| format!("r{role}")).collect();
            problem["apart"] = json!([roles]);
            if self.on(40) {
                problem["apart"] = json!([self.some_roles(), self.some_roles()]);
            }
        }
        if self.on(35) {
            let n_ratios = 1 + self.below(2);
            let ratio = |_| {
                let at_least = [
                    self.random.pick(&[0, 1, 1, 1, 2]),
                    self.random.pick(&[1, 1, 2, 3]),
                ];
                json!({ "of": self.some_roles(), "to": self.some_roles(), "at_least": at_least })
            };
            problem["ratios"] = (0..n_ratios).map(ratio).collect();
        }
        if self.on(35) {
            let n_quotas = 1 + self.below(2);
            let quota = |_| {
                let share = self.random.pick(&["min_percent", "max_percent"]);
                let percent = self.random.pick(&[0, 20, 33, 40, 50, 50, 67, 100]);
                json!({ "roles": self.some_roles(), "tag": self.random.pick(&["t", "t", "u", "nobody"]), share: percent })
            };
            problem["quotas"] = (0..n_quotas).map(quota).collect();
        }
    }

    fn add_incumbent(&mut self, problem: &mut Value) {
        let mut stints = Vec::new();
        for _ in 0..self.below(2 * self.n_experts + 1) {
            let expert = if self.on(92) {
                format!("e{}", self.below(self.n_experts))
            } else {
                "gone".to_owned()
            };
            let role = if self.on(92) {
                format!("r{}", self.below(self.n_roles))
            } else {
                "closed".to_owned()
            };
            let weeks = i64::try_from(self.weeks).unwrap();
            let (from, to) = self.span();
            let inside = (i64::try_from(from).unwrap(), i64::try_from(to).unwrap());
            let (from, to) = match self.below(10) {
                0..4 => (-1, weeks + 2),
                4..9 => inside,
                _ => self.random.pick(&[(-5, -1), (weeks, weeks + 3), (-2, 0)]),
            };
            stints.push(json!({ "expert": expert, "role": role, "from": from, "to": to }));
        }
        problem["incumbent"] = json!(stints);
        if self.on(50) {
            problem["max_changes"] = json!(self.below(self.n_experts + 1));
        }
    }
}
