//! Random problems against the checker, which prices people in other ways and shares no code with this.

mod enumerate;
pub(in crate::schedule) mod random;

use serde_json::{Map, Value, json};

use super::*;
use crate::check::{NoPriceBound, check, price_bound};
use crate::model::plan::{Plan, Rule, Status, Stint};
use crate::stop::Unlimited;
use random::{Dice, Shape, parse};

const SMALL: Shape = Shape {
    weeks: (1, 5),
    roles: (1, 3),
    experts: (1, 6),
    max_roles: &[0, 1, 1, 1, 2, 2, 3, 4],
    hours: &[0, 1, 2, 3, 3, 4, 5],
    role_hours: &[0, 1, 2, 2, 3],
    pins: 35,
    incumbent: 50,
    ongoing: 40,
    walls: 40,
};
/// Nobody with pins, stints under way or an incumbent stint.
const PLAIN: Shape = Shape {
    weeks: (4, 12),
    roles: (1, 5),
    experts: (1, 12),
    max_roles: &[1, 1, 2],
    hours: &[4, 4, 4, 4, 4, 1],
    pins: 0,
    incumbent: 0,
    ongoing: 0,
    ..SMALL
};
const BUSY: Shape = Shape {
    weeks: (3, 9),
    roles: (3, 6),
    experts: (1, 3),
    max_roles: &[2, 3, 4],
    hours: &[3, 4, 5, 5, 6, 7],
    ..SMALL
};
const ONE_WEEK: Shape = Shape {
    weeks: (1, 1),
    roles: (2, 9),
    max_roles: &[2, 3, 4, 7, 1_000_000],
    hours: &[3, 5, 7, 9],
    walls: 70,
    ..SMALL
};

/// Everything that pricing says of a problem at prices is as the checker has it.
fn compare(json: &Value, prices: &DensePrices) {
    let problem = parse(json);
    let pricer = Pricer::new(&problem);
    let priced = pricer.price_few(prices, Who::All, 1, &Unlimited).unwrap();
    let compiled = pricer.compile(prices);
    let wide = Draft::new(&pricer.pool, prices).finish(&pricer.pool, false);
    assert_eq!(
        pricer.price_compiled(&wide, Who::All, true, 1, &Unlimited),
        Some(priced.clone()),
        "{json}"
    );
    for threads in 2..4 {
        let other = pricer.price_few(prices, Who::All, threads, &Unlimited);
        assert_eq!(other, Some(priced.clone()), "{json}");
    }
    match price_bound(&problem, &prices.stated(&problem)) {
        Ok(bound) => {
            assert_eq!(priced.without_schedule, None, "{json}");
            let constant = bound.heads + bound.budget + bound.change_limit + bound.incumbent;
            assert_eq!(pricer.constant(prices), constant, "{json}");
            assert_eq!(priced.experts, bound.experts, "{json}\n{prices:?}");
            let sum: i128 = priced.best.iter().map(|it| it.value).sum();
            assert_eq!(sum, bound.experts, "those left out are worth nothing");
        }
        Err(NoPriceBound::NoSchedule { expert }) => {
            let without = priced
                .without_schedule
                .map(|it| problem.expert_id(it).to_owned());
            assert_eq!(without, Some(expert), "{json}");
        }
        Err(error) => panic!("{error}"),
    }
    let mut scratch = pricer.scratch();
    for best in &priced.best {
        assert!(best.value != 0 || !best.schedule.is_empty());
        assert_eq!(
            pricer.value(&compiled, best.expert, &best.schedule),
            best.value,
            "{json}"
        );
        legal(&problem, best);
        let one = pricer.price_one(best.expert, &compiled, None, &mut scratch);
        assert_eq!(one.as_ref(), Some(best));
        let only = pricer
            .price(prices, Who::Some(&[best.expert]), 1, &Unlimited)
            .unwrap();
        assert_eq!(only.best, std::slice::from_ref(best));
    }
    for more in &priced.more {
        assert!(more.value > 0);
        assert_eq!(
            pricer.value(&compiled, more.expert, &more.schedule),
            more.value
        );
        let pairs = more.schedule.stints();
        assert!(pairs.iter().all(|it| it.pair == pairs[0].pair));
        legal(&problem, more);
    }
}

/// The schedule keeps every rule of one person.
fn legal(problem: &Problem, best: &Best) {
    let broken = broken(problem, best.expert, &best.schedule);
    assert!(broken.is_empty(), "{broken:?}\n{best:?}");
    assert!(holds_pins(problem, best.expert, &best.schedule));
}

/// The rules of one person, pins aside, that the checker finds broken.
fn broken(problem: &Problem, expert: ExpertIdx, schedule: &Schedule) -> Vec<Rule> {
    let stints = schedule.stints().iter().map(|it| Stint {
        expert: problem.expert_id(expert).to_owned(),
        role: problem.role_id(problem.pair(it.pair).role).to_owned(),
        from: it.from.into(),
        to: it.to.into(),
    });
    assert!(
        schedule
            .stints()
            .iter()
            .all(|it| problem.pair(it.pair).expert == expert)
    );
    let plan = Plan {
        status: Status::Feasible,
        objective: None,
        bound: None,
        price_bound: None,
        proof: None,
        stints: Some(stints.collect()),
        prices: None,
        conflict: None,
        report: Map::new(),
    };
    let report = check(problem, &plan);
    let asked = [
        Rule::Eligible,
        Rule::Capacity,
        Rule::Stint,
        Rule::Wall,
        Rule::Apart,
        Rule::Headcount,
    ];
    let rules = report.rules.iter().filter(|it| asked.contains(&it.rule));
    let broken = rules.filter(|it| it.n_violations > 0);
    broken.map(|it| it.rule).collect()
}

fn holds_pins(problem: &Problem, expert: ExpertIdx, schedule: &Schedule) -> bool {
    let mut pins = problem.pins.iter().filter(|pin| pin.expert == expert);
    pins.all(|pin| {
        Week::span(pin.from, pin.to).all(|week| {
            let holds = |it: &&ScheduledStint| (it.from..=it.to).contains(&week.get());
            let mut stints = schedule.stints().iter().filter(holds);
            stints.any(|it| problem.pair(it.pair).role == pin.role)
        })
    })
}

fn batch(shape: Shape, seeds: std::ops::Range<u64>, scale: i128) {
    for seed in seeds {
        let mut dice = Dice::new(seed);
        let json = random::problem(&mut dice, shape);
        for _ in 0..2 {
            let prices = random::prices(&mut dice, &parse(&json), scale);
            compare(&json, &prices);
        }
    }
}

#[test]
fn small_problems_are_priced_as_the_checker_prices_them() {
    batch(SMALL, 0..3_000, 1);
}

#[test]
fn plain_experts_are_priced_as_the_checker_prices_them() {
    batch(PLAIN, 0..1_500, 1);
}

#[test]
fn people_with_several_roles_are_priced_as_the_checker_prices_them() {
    batch(BUSY, 0..1_200, 1);
}

#[test]
fn single_weeks_are_priced_as_the_checker_prices_them() {
    batch(ONE_WEEK, 0..1_500, 1);
}

#[test]
fn prices_that_need_128_bits_are_priced_as_the_checker_prices_them() {
    batch(SMALL, 10_000..10_400, 400_000_000_000);
    batch(BUSY, 10_000..10_200, 400_000_000_000);
}

#[test]
fn a_forbidden_week_is_one_in_which_nobody_is_wanted() {
    for seed in 0..1_500 {
        let mut dice = Dice::new(seed);
        let shape = if seed % 2 == 0 { SMALL } else { BUSY };
        let mut json = random::problem(&mut dice, shape);
        let problem = parse(&json);
        let prices = random::prices(&mut dice, &problem, 1);
        let weeks = usize::from(problem.weeks);
        let mut forbidden = vec![false; problem.roles.len() * weeks];
        for (at, is_forbidden) in forbidden.iter_mut().enumerate() {
            *is_forbidden = dice.chance(25);
            if *is_forbidden {
                for field in ["min", "target"] {
                    json["roles"][at / weeks][field][at % weeks] = json!(0);
                }
            }
        }
        let closed = parse(&json);
        let (pricer, other) = (Pricer::new(&problem), Pricer::new(&closed));
        let (compiled, other_compiled) = (pricer.compile(&prices), other.compile(&prices));
        let (mut scratch, mut other_scratch) = (pricer.scratch(), other.scratch());
        for expert in (0..problem.experts.len()).map(ExpertIdx::from) {
            assert_eq!(
                pricer.price_one(expert, &compiled, Some(&forbidden), &mut scratch),
                other.price_one(expert, &other_compiled, None, &mut other_scratch),
                "{json}"
            );
        }
    }
}
