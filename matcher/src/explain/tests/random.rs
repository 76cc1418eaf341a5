//! Small random problems with every rule, and plans that the checker lets pass.

use serde_json::{Value, json};

use super::{plan_of, stint};
use crate::check::check;
use crate::model::plan::{Prices, Stint};
use crate::model::problem::Problem;

/// A generator of random numbers (SplitMix64, Steele, Lea & Flood 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    pub(super) fn below(&mut self, n: u64) -> u64 {
        self.bits() % n
    }

    pub(super) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(super) fn pick<T: Clone>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.below(of.len() as u64)).unwrap()].clone()
    }
}

/// A random problem file with two to five weeks.
pub(super) fn problem(random: &mut Random) -> Value {
    let weeks = 2 + random.below(4);
    let (n_roles, n_experts) = (1 + random.below(3), 1 + random.below(5));
    let role = |idx: u64| format!("c{}/r{idx}", idx % 2);
    let mut problem = json!({ "horizon": { "start": "2027-03-01", "weeks": weeks } });
    let has_walls = random.chance(20);
    let campaigns = (0..2).map(|idx| {
        let mut it =
            json!({ "id": format!("c{idx}"), "client": format!("x{idx}"), "priority": 1 + idx });
        if has_walls {
            it["wall"] = json!("w");
        }
        if random.chance(30) {
            it["budget_cents"] = json!(random.below(60));
        }
        if random.chance(30) {
            it["mean_score"] = json!(random.below(20));
        }
        it
    });
    problem["campaigns"] = campaigns.collect();
    let roles = (0..n_roles).map(|idx| {
        let target: Vec<u64> = (0..weeks).map(|_| random.pick(&[0, 1, 1, 2, 2, 3])).collect();
        let min: Vec<u64> = target.iter().map(|it| random.below(it + 1)).collect();
        let mut it = json!({ "id": role(idx), "campaign": format!("c{}", idx % 2),
                             "hours": random.pick(&[0, 1, 2, 2, 3]), "target": target, "min": min });
        for (field, most) in [("min_stint", 3), ("onboarding", 2), ("max_leave", 2)] {
            if random.chance(40) {
                it[field] = json!(random.below(most + 1));
            }
        }
        it
    });
    problem["roles"] = roles.collect();
    let experts = (0..n_experts).map(|idx| {
        let hours: Vec<u8> = (0..weeks).map(|_| random.pick(&[0, 1, 2, 3, 3, 4, 5])).collect();
        let tags: Vec<&str> = ["t", "u"].into_iter().filter(|_| random.chance(50)).collect();
        json!({ "id": format!("e{idx}"), "hours": hours, "tags": tags, "max_roles": random.pick(&[0, 1, 1, 1, 2, 3]) })
    });
    problem["experts"] = experts.collect();
    let mut lists: [Vec<Value>; 5] = Default::default();
    let [pairs, ongoing, vetoes, incumbent, pins] = &mut lists;
    let has_pins = random.chance(15);
    for (expert, idx) in
        (0..n_experts).flat_map(|expert| (0..n_roles).map(move |idx| (expert, idx)))
    {
        let named = || json!({ "expert": format!("e{expert}"), "role": role(idx) });
        let with_span = |random: &mut Random, mut it: Value| {
            let from = random.below(weeks);
            it["from"] = json!(from);
            it["to"] = json!(from + random.below(weeks - from));
            it
        };
        if random.chance(85) {
            let mut pair = named();
            if random.chance(25) {
                pair = with_span(random, pair);
            }
            pair["score"] = json!(random.below(31));
            pair["rate_cents"] = json!(random.below(12));
            pairs.push(pair);
        }
        if random.chance(15) {
            let mut it = named();
            it["worked"] = json!(random.below(4));
            it["leave"] = json!(random.below(2));
            ongoing.push(it);
        }
        if random.chance(8) {
            vetoes.push(named());
        }
        if random.chance(25) {
            incumbent.push(with_span(random, named()));
        }
        if has_pins && random.chance(15) {
            pins.push(with_span(random, named()));
        }
    }
    let [pairs, ongoing, vetoes, incumbent, pins] = lists;
    problem["pairs"] = json!(pairs);
    problem["ongoing"] = json!(ongoing);
    problem["vetoes"] = json!(vetoes);
    problem["pins"] = json!(pins);
    if random.chance(40) {
        problem["incumbent"] = json!(incumbent);
        if random.chance(50) {
            problem["max_changes"] = json!(random.below(4));
        }
    }
    let some = |random: &mut Random| -> Vec<String> {
        (0..n_roles)
            .filter(|_| random.chance(60))
            .map(role)
            .collect()
    };
    if random.chance(25) {
        problem["apart"] = json!([some(random)]);
    }
    if random.chance(30) {
        problem["ratios"] = json!([{ "of": some(random), "to": some(random), "at_least": [random.below(3), 1 + random.below(3)] }]);
    }
    if random.chance(30) {
        let share = random.pick(&["min_percent", "max_percent"]);
        problem["quotas"] =
            json!([{ "roles": some(random), "tag": "t", share: random.below(101) }]);
    }
    let target = random.below(60);
    problem["weights"] = json!({
        "missing_min_cents": target + random.below(40), "missing_target_cents": target,
        "point_cents": random.below(4), "below_mean_cents": random.below(4),
        "change_cents": random.pick(&[0, 3, 15]), "start_cents": random.pick(&[0, 0, 7]),
    });
    problem
}

/// Stints that keep every rule, found by trying; none where the empty plan breaks one.
pub(super) fn stints(random: &mut Random, problem: &Problem) -> Option<Vec<Stint>> {
    let keeps = |stints: &[Stint]| check(problem, &plan_of(stints.to_vec(), None)).keeps_rules();
    let mut stints = Vec::new();
    if !keeps(&stints) {
        return None;
    }
    for _ in 0..random.below(30) {
        if problem.pairs.is_empty() {
            break;
        }
        let pair = random.below(problem.pairs.len() as u64);
        let pair = &problem.pairs[usize::try_from(pair).unwrap()];
        let from = random.below(problem.weeks.into());
        let to = from + random.below(u64::from(problem.weeks) - from);
        let (from, to) = (i64::try_from(from).unwrap(), i64::try_from(to).unwrap());
        stints.push(stint(
            problem.expert_id(pair.expert),
            problem.role_id(pair.role),
            from,
            to,
        ));
        if !keeps(&stints) {
            stints.pop();
        }
    }
    Some(stints)
}

/// Random prices, not in whole cents.
pub(super) fn prices(random: &mut Random, problem: &Problem) -> Prices {
    let mut prices = Prices::default();
    let price = |random: &mut Random| i128::from(random.below(40_000_000));
    for role in &problem.roles {
        let sign = random.pick(&[-1, 1, 1, 1]);
        let heads = (0..problem.weeks).map(|_| sign * price(random) * 2);
        prices
            .heads
            .insert(problem.text(role.id).to_owned(), heads.collect());
    }
    for campaign in &problem.campaigns {
        let id = problem.text(campaign.id).to_owned();
        if campaign.budget.is_some() {
            prices.budget.insert(id.clone(), price(random) / 16);
        }
        if campaign.mean_score.is_some() {
            prices.mean.insert(id, price(random) / 10);
        }
    }
    let weekly = |random: &mut Random| (0..problem.weeks).map(|_| price(random) / 4).collect();
    prices.ratios = problem.ratios.iter().map(|_| weekly(random)).collect();
    prices.quotas = problem.quotas.iter().map(|_| price(random) / 100).collect();
    if problem.max_changes.is_some() {
        prices.change = price(random) * 2;
    }
    prices
}
