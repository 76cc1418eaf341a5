//! Random problems with every rule now on and now off, and random prices.

use serde_json::{Map, Value, json};

use crate::model::plan::MICRO;
use crate::model::problem::{Problem, read};
use crate::schedule::DensePrices;

/// Multiply-with-carry; good enough for shuffling rules.
pub(in crate::schedule) struct Dice(u64);

impl Dice {
    pub(in crate::schedule) fn new(seed: u64) -> Self {
        let mut dice = Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d);
        for _ in 0..4 {
            dice.roll();
        }
        dice
    }

    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 11
    }

    pub(super) fn of(&mut self, from: i64, to: i64) -> i64 {
        from + i64::try_from(self.roll() % u64::try_from(to - from + 1).unwrap()).unwrap()
    }

    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.of(0, 99) < percent
    }

    fn one<T: Copy>(&mut self, list: &[T]) -> T {
        list[usize::try_from(self.of(0, list.len() as i64 - 1)).unwrap()]
    }
}

/// What a batch of random problems is like at most.
#[derive(Clone, Copy)]
pub(in crate::schedule) struct Shape {
    pub(in crate::schedule) weeks: (i64, i64),
    pub(in crate::schedule) roles: (i64, i64),
    pub(in crate::schedule) experts: (i64, i64),
    pub(in crate::schedule) max_roles: &'static [i64],
    pub(in crate::schedule) hours: &'static [i64],
    pub(in crate::schedule) role_hours: &'static [i64],
    /// Percent of problems with pins, with an incumbent, with stints under way, with walls and lists apart.
    pub(in crate::schedule) pins: i64,
    pub(in crate::schedule) incumbent: i64,
    pub(in crate::schedule) ongoing: i64,
    pub(in crate::schedule) walls: i64,
}

pub(in crate::schedule) fn parse(json: &Value) -> Problem {
    read(json.to_string().as_bytes()).unwrap_or_else(|error| panic!("{error}\n{json}"))
}

pub(in crate::schedule) fn problem(dice: &mut Dice, shape: Shape) -> Value {
    let weeks = dice.of(shape.weeks.0, shape.weeks.1);
    let n_roles = dice.of(shape.roles.0, shape.roles.1);
    let n_experts = dice.of(shape.experts.0, shape.experts.1);
    let n_campaigns = dice.of(1, 4);
    let [pins, said, ongoing, walls] = [shape.pins, shape.incumbent, shape.ongoing, shape.walls]
        .map(|percent| dice.chance(percent));
    let mut out = Map::new();
    out.insert(
        "horizon".into(),
        json!({"start": "2029-01-01", "weeks": weeks}),
    );
    let campaigns = (0..n_campaigns).map(|idx| {
        let mut it = json!({"id": format!("c{idx}"), "priority": dice.of(1, 4)});
        if walls && dice.chance(70) {
            it["client"] = json!(dice.one(&["k", "l", "m"]));
            if dice.chance(70) {
                it["wall"] = json!(dice.one(&["v", "w"]));
            }
        }
        if dice.chance(50) {
            it["budget_cents"] = json!(dice.of(0, 90));
        }
        if dice.chance(50) {
            it["mean_score"] = json!(dice.of(0, 30));
        }
        it
    });
    out.insert("campaigns".into(), campaigns.collect());
    let roles = (0..n_roles).map(|idx| {
        let zero = dice.one(&[0, 10, 30]);
        let target: Vec<i64> = (0..weeks)
            .map(|_| if dice.chance(zero) { 0 } else { dice.of(1, 4) })
            .collect();
        let min: Vec<i64> = target.iter().map(|it| dice.of(0, *it)).collect();
        let mut it = json!({
            "id": format!("r{idx}"), "campaign": format!("c{}", dice.of(0, n_campaigns - 1)),
            "hours": dice.one(shape.role_hours), "min": min, "target": target,
        });
        for (field, most) in [("min_stint", 4), ("onboarding", 3), ("max_leave", 3)] {
            if dice.chance(50) {
                it[field] = json!(dice.of(0, most));
            }
        }
        it
    });
    out.insert("roles".into(), roles.collect());
    let experts = (0..n_experts).map(|idx| {
        let hours = if dice.chance(40) {
            json!(dice.one(shape.hours))
        } else {
            (0..weeks).map(|_| json!(dice.one(shape.hours))).collect()
        };
        let tags: Vec<&str> = ["s", "t", "u"].into_iter().filter(|_| dice.chance(40)).collect();
        json!({"id": format!("e{idx}"), "hours": hours, "tags": tags, "max_roles": dice.one(shape.max_roles)})
    });
    out.insert("experts".into(), experts.collect());
    let mut lists: [Vec<Value>; 4] = Default::default();
    for expert in 0..n_experts {
        for role in 0..n_roles {
            let of = |more: Value| {
                let mut it = json!({"expert": format!("e{expert}"), "role": format!("r{role}")});
                it.as_object_mut()
                    .unwrap()
                    .extend(more.as_object().unwrap().clone());
                it
            };
            let from = dice.of(0, weeks - 1);
            let span = json!({"from": from, "to": dice.of(from, weeks - 1)});
            if dice.chance(85) {
                let mut it = json!({"score": dice.of(0, 40), "rate_cents": dice.of(0, 5)});
                if dice.chance(20) {
                    it.as_object_mut()
                        .unwrap()
                        .extend(span.as_object().unwrap().clone());
                }
                lists[0].push(of(it));
            }
            if ongoing && dice.chance(35) {
                let far = dice.chance(5);
                let before = if far { 1_000_000 } else { dice.of(0, 4) };
                lists[1].push(of(
                    json!({"worked": before, "leave": if far { 3 } else { dice.of(0, 3) }}),
                ));
            }
            if dice.chance(5) {
                lists[2].push(of(json!({})));
            }
            if pins && dice.chance(15) {
                lists[3].push(of(span));
            }
        }
    }
    for (name, list) in ["pairs", "ongoing", "vetoes", "pins"]
        .into_iter()
        .zip(lists)
    {
        out.insert(name.into(), list.into());
    }
    let mut some = |percent: i64| -> Vec<String> {
        (0..n_roles)
            .filter(|_| dice.chance(percent))
            .map(|role| format!("r{role}"))
            .collect()
    };
    let apart: Vec<Value> = (0..if walls { 2 } else { 0 })
        .map(|_| json!(some(40)))
        .collect();
    let ratios: Vec<Value> = (0..2)
        .map(|idx| json!({"of": some(50), "to": some(50), "at_least": [idx, 2]}))
        .collect();
    let quotas: Vec<Value> = [
        ("s", "min_percent"),
        ("t", "max_percent"),
        ("t", "min_percent"),
    ]
    .into_iter()
    .map(|(tag, share)| json!({"roles": some(50), "tag": tag, share: 35}))
    .collect();
    out.insert("apart".into(), apart.into());
    out.insert("ratios".into(), ratios.into());
    out.insert("quotas".into(), quotas.into());
    if said {
        let stints = (0..dice.of(0, 2 * n_experts)).map(|_| {
            let from = dice.of(-2, weeks);
            json!({"expert": format!("e{}", dice.of(0, n_experts)), "role": format!("r{}", dice.of(0, n_roles)),
                   "from": from, "to": dice.of(from, weeks + 1)})
        });
        out.insert("incumbent".into(), stints.collect());
        if dice.chance(70) {
            out.insert("max_changes".into(), json!(dice.of(0, 3)));
        }
    }
    out.insert(
        "weights".into(),
        json!({"missing_min_cents": 90, "missing_target_cents": dice.of(0, 90), "point_cents": dice.of(0, 3),
               "below_mean_cents": dice.of(0, 5), "change_cents": dice.one(&[0, 2, 20]),
               "start_cents": dice.one(&[0, 0, 9])}),
    );
    out.into()
}

/// Prices of any size that matters, times `scale`.
pub(super) fn prices(dice: &mut Dice, problem: &Problem, scale: i128) -> DensePrices {
    let mut prices = DensePrices::zero(problem);
    let level = dice.of(-40, 90);
    for price in &mut prices.heads {
        *price = i128::from(level * 1_000_000 + dice.of(-50_000_000, 50_000_000)) * scale;
    }
    for (campaign, price) in problem.campaigns.iter().zip(&mut prices.budget) {
        if campaign.budget.is_some() && dice.chance(50) {
            *price = i128::from(dice.of(0, 3_000_000));
        }
    }
    for (campaign, price) in problem.campaigns.iter().zip(&mut prices.mean) {
        if campaign.mean_score.is_some() && dice.chance(50) {
            *price = i128::from(dice.of(0, 5_000_000)).min(problem.weights.below_mean.0 * MICRO);
        }
    }
    if dice.chance(50) {
        prices
            .ratios
            .iter_mut()
            .for_each(|it| *it = i128::from(dice.of(0, 12_000_000)) * scale);
    }
    if dice.chance(50) {
        prices
            .quotas
            .iter_mut()
            .for_each(|it| *it = i128::from(dice.of(0, 400_000)) * scale);
    }
    if problem.max_changes.is_some() && dice.chance(70) {
        prices.change = i128::from(dice.of(0, 200_000_000)) * scale;
    }
    prices
}
