//! Alternates against a naive ranking: every stint of everybody unused, by the contract's formula.

use serde_json::{Value, json};

use super::laws::covered;
use super::random::{Random, prices, problem, stints};
use super::{parse, plan_of, six_weeks, stint};
use crate::check::check;
use crate::explain::alternates;
use crate::model::Week;
use crate::model::plan::{Prices, Rule};
use crate::model::problem::{Pair, Problem, Share};

/// The value of a schedule of one stint, in millionths of a cent.
fn value(problem: &Problem, prices: &Prices, pair: &Pair, from: u16, to: u16) -> i128 {
    const MICRO: i128 = 1_000_000;
    let role = problem.role(pair.role);
    let campaign = &problem.campaigns[role.campaign.index()];
    let id = problem.text(campaign.id);
    let price = |of: Option<&i128>| of.copied().unwrap_or(0);
    let (l, m) = (price(prices.budget.get(id)), price(prices.mean.get(id)));
    let pay = (pair.rate * role.hours).0;
    let score = i128::from(pair.score.get());
    let covering = covered(problem, pair, from, to);
    let mut value = 0;
    for week in from..=to {
        let at = Week::new(week).unwrap();
        if problem.expert(pair.expert).hours.at(at) >= role.hours {
            value -= pay * (MICRO + l);
        }
        if covering.contains(&week) {
            value += score * (problem.weights.point.0 * MICRO + m);
            value -= m * campaign.mean_score.map_or(0, |it| i128::from(it.get()));
            value += prices.heads[problem.role_id(pair.role)][usize::from(week)];
            for (ratio, weekly) in problem.ratios.iter().zip(&prices.ratios) {
                let of = i128::from(ratio.of.contains(&pair.role)) * i128::from(ratio.q);
                let to = i128::from(ratio.to.contains(&pair.role)) * i128::from(ratio.p);
                value += weekly[usize::from(week)] * (of - to);
            }
            for (quota, q) in problem.quotas.iter().zip(&prices.quotas) {
                if quota.roles.contains(&pair.role) {
                    let tagged = problem.expert(pair.expert).tags.contains(&quota.tag);
                    let tagged = 100 * i128::from(tagged);
                    value += q * match quota.share {
                        Share::AtMost(percent) => i128::from(percent) - tagged,
                        Share::AtLeast(percent) => tagged - i128::from(percent),
                    };
                }
            }
        }
    }
    let (expert_name, role_name) = (problem.expert(pair.expert).id, role.id);
    let says = |role, week: u16| {
        let mut stints = problem.incumbent.iter().flatten();
        stints.any(|it| {
            it.expert == expert_name
                && it.role == role
                && (it.from..=it.to).contains(&i32::from(week))
        })
    };
    if problem.incumbent.is_some() {
        for week in from..=to {
            let sign = if says(role_name, week) { 1 } else { -1 };
            value += sign * problem.weights.change.0 * MICRO;
        }
    }
    let idx = problem.pair_of(pair.expert, pair.role).unwrap();
    let continues = from == 0 && problem.ongoing_of(idx).is_some();
    if !continues {
        value -= problem.weights.start.0 * MICRO;
    }
    let mut named: Vec<_> = problem
        .incumbent
        .iter()
        .flatten()
        .map(|it| it.role)
        .collect();
    named.push(role_name);
    let is_same = (0..problem.weeks).all(|week| {
        named
            .iter()
            .all(|role| says(*role, week) == (*role == role_name && (from..=to).contains(&week)))
    });
    if !is_same {
        value -= prices.change;
    }
    value
}

#[test]
fn alternates_are_the_best_of_all_stints_of_everybody_unused() {
    let mut n_found = 0;
    for seed in 0..1_500 {
        let mut random = Random(1_000_000 + seed);
        let problem = parse(&problem(&mut random));
        let Some(mut stints) = stints(&mut random, &problem) else {
            continue;
        };
        stints.truncate(1);
        let prices = prices(&mut random, &problem);
        let plan = plan_of(stints.clone(), Some(prices.clone()));
        let found = alternates(&problem, &plan);
        assert_eq!(found.len(), problem.roles.len());
        for (idx, role) in problem.roles.iter().enumerate() {
            let mut all = Vec::new();
            for pair in problem.pairs.iter().filter(|it| it.role.index() == idx) {
                let id = problem.expert_id(pair.expert);
                if stints.iter().any(|it| it.expert == id) {
                    continue;
                }
                let mut best: Option<(i128, u16, u16)> = None;
                for from in 0..problem.weeks {
                    for to in from..problem.weeks {
                        let own = stint(id, problem.text(role.id), from.into(), to.into());
                        let pins = problem.pins.iter().filter(|it| it.expert == pair.expert);
                        let keeps_pins = pins.clone().all(|it| {
                            it.role == pair.role && from <= it.from.get() && it.to.get() <= to
                        });
                        let broken = check(&problem, &plan_of(vec![own], None)).broken();
                        let covered = covered(&problem, pair, from, to);
                        let target = |week: &u16| role.target.at(Week::new(*week).unwrap()).get();
                        let is_legal = ![Rule::Eligible, Rule::Capacity, Rule::Stint]
                            .iter()
                            .any(|rule| broken.contains_key(rule))
                            && covered.iter().all(|week| target(week) > 0);
                        let value = value(&problem, &prices, pair, from, to);
                        if is_legal
                            && keeps_pins
                            && !covered.is_empty()
                            && best.is_none_or(|it| value > it.0)
                        {
                            best = Some((value, from, to));
                        }
                    }
                }
                if let Some((value, from, to)) = best {
                    all.push((-value, pair.expert, from, to));
                }
            }
            all.sort_unstable();
            all.truncate(3);
            let expected: Vec<(String, i128, u16, u16)> = all
                .iter()
                .map(|(value, expert, from, to)| {
                    let id = problem.expert_id(*expert).to_owned();
                    (id, (-value).div_euclid(1_000_000), *from, *to)
                })
                .collect();
            let people = found[idx].people.iter();
            let people: Vec<_> = people
                .map(|it| (it.expert.clone(), it.value_cents, it.from, it.to))
                .collect();
            assert_eq!(people, expected, "seed {seed}, role {idx}");
            n_found += people.len();
        }
    }
    assert!(n_found > 1_000, "{n_found}");
}

#[test]
fn a_tenth_of_the_peak_is_named_and_at_least_three() {
    for (target, expected) in [(0, 0), (1, 3), (30, 3), (31, 4), (1_000, 12)] {
        let mut problem = six_weeks();
        let ids: Vec<String> = (0..12).map(|idx| format!("e{idx}")).collect();
        let experts = ids.iter().map(|id| json!({ "id": id, "hours": 10 }));
        problem.insert("experts".into(), experts.collect());
        let pair = |id| json!({ "expert": id, "role": "c/r", "score": 5, "rate_cents": 0 });
        problem.insert("pairs".into(), ids.iter().map(pair).collect());
        let mut problem = Value::Object(problem);
        problem["roles"][0]["target"] = json!([0, target, 0, 0, 0, 0]);
        let found = alternates(&parse(&problem), &plan_of(Vec::new(), None));
        assert_eq!(found[0].people.len(), expected, "target {target}");
        if let Some(first) = found[0].people.first() {
            assert_eq!((first.expert.as_str(), first.value_cents), ("e0", 500));
            assert!(first.estimate);
        }
    }
}
