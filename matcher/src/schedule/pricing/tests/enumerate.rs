//! Enumeration against trying every set of weeks on every role, judged by the checker.

use super::*;

const MOST: usize = 1_000_000;
const STEPS: u64 = 1_000_000_000;

/// A set of weeks of one pair, as the stints it is made of.
fn stints_of(pair: crate::model::problem::PairIdx, weeks: u32) -> Vec<ScheduledStint> {
    let mut stints: Vec<ScheduledStint> = Vec::new();
    for week in (0..16_u16).filter(|week| weeks >> week & 1 == 1) {
        match stints.last_mut() {
            Some(last) if last.to + 1 == week => last.to = week,
            _ => stints.push(ScheduledStint {
                pair,
                from: week,
                to: week,
            }),
        }
    }
    stints
}

/// Every legal schedule of an expert, best first.
fn brute_force(pricer: &Pricer<'_>, expert: ExpertIdx, prices: &CompiledPrices) -> Vec<Best> {
    let problem = pricer.pool.problem;
    let mut all: Vec<Vec<ScheduledStint>> = vec![Vec::new()];
    for pair in problem.pairs_of(expert) {
        let mut next = Vec::new();
        for weeks in 0..1_u32 << problem.weeks {
            let stints = stints_of(*pair, weeks);
            // What is broken by some stints is broken by more; pins are looked at last.
            if !broken(problem, expert, &Schedule::new(stints.clone())).is_empty() {
                continue;
            }
            for before in &all {
                let both = [before.as_slice(), &stints].concat();
                let is_new = stints.is_empty() || before.is_empty();
                if is_new || broken(problem, expert, &Schedule::new(both.clone())).is_empty() {
                    next.push(both);
                }
            }
        }
        all = next;
    }
    let schedules = all.into_iter().map(Schedule::new);
    let legal = schedules.filter(|it| holds_pins(problem, expert, it));
    let mut legal: Vec<Best> = legal
        .map(|schedule| Best {
            expert,
            value: pricer.value(prices, expert, &schedule),
            schedule,
        })
        .collect();
    legal.sort_by(|a, b| (-a.value, &a.schedule).cmp(&(-b.value, &b.schedule)));
    legal
}

/// Everything that enumeration finds is what trying everything finds; how many schedules there are.
fn compare(seed: u64, shape: Shape, scale: i128) -> usize {
    let mut dice = Dice::new(seed);
    let json = random::problem(&mut dice, shape);
    let problem = parse(&json);
    let prices = random::prices(&mut dice, &problem, scale);
    let pricer = Pricer::new(&problem);
    let compiled = pricer.compile(&prices);
    let wide = Draft::new(&pricer.pool, &prices).finish(&pricer.pool, false);
    let mut scratch = pricer.scratch();
    let mut n_found = 0;
    for expert in (0..problem.experts.len()).map(ExpertIdx::from) {
        let all = brute_force(&pricer, expert, &compiled);
        n_found += all.len();
        let best = pricer.price_one(expert, &compiled, None, &mut scratch);
        let best = best.map(|it| it.value);
        assert_eq!(all.first().map(|it| it.value), best, "{json}");
        let mut thresholds = vec![i128::MIN, -MICRO, 0, 1, i128::MAX];
        if let (Some(first), Some(last)) = (all.first(), all.last()) {
            let gap = i128::from(dice.of(0, 300)) * MICRO * scale;
            let middle = all[all.len() / 2].value;
            let few = all[all.len().min(4) - 1].value;
            thresholds.extend([first.value, first.value + 1, first.value - gap]);
            thresholds.extend([middle, middle + 1, few, few - 1, last.value, last.value + 1]);
        }
        for at_least in thresholds {
            let enough = all.partition_point(|it| it.value >= at_least);
            let expected = &all[..enough];
            let mut find = |prices: &CompiledPrices, most, steps| {
                pricer.enumerate(expert, prices, at_least, most, steps, &mut scratch)
            };
            let found = find(&compiled, MOST, STEPS);
            assert_eq!(found.as_deref(), Some(expected), "{at_least} {json}");
            assert_eq!(find(&wide, MOST, STEPS), found, "{at_least} {json}");
            assert_eq!(find(&compiled, enough, STEPS), found);
            if enough > 0 {
                assert_eq!(find(&compiled, enough - 1, STEPS), None);
            }
            for steps in [0, 1, 10, 100, 1_000] {
                let limited = find(&compiled, MOST, steps);
                assert!(limited.is_none() || limited == found);
            }
        }
    }
    n_found
}

fn batch(shape: Shape, seeds: std::ops::Range<u64>, scale: i128, at_least: usize) {
    let n_found: usize = seeds.map(|seed| compare(seed, shape, scale)).sum();
    assert!(n_found >= at_least, "too few schedules: {n_found}");
}

#[test]
fn every_schedule_of_small_problems_is_found() {
    let shape = Shape {
        weeks: (1, 4),
        experts: (1, 4),
        ..SMALL
    };
    batch(shape, 0..500, 1, 10_000);
}

#[test]
fn every_schedule_of_one_role_at_a_time_is_found() {
    let shape = Shape {
        weeks: (4, 7),
        roles: (1, 2),
        experts: (1, 2),
        max_roles: &[1],
        ..SMALL
    };
    batch(shape, 0..300, 1, 10_000);
}

#[test]
fn every_schedule_of_several_roles_at_once_is_found() {
    let shape = Shape {
        weeks: (2, 3),
        roles: (3, 4),
        experts: (1, 1),
        ..BUSY
    };
    batch(shape, 0..250, 1, 10_000);
}

#[test]
fn every_schedule_of_a_single_week_is_found() {
    let shape = Shape {
        roles: (2, 7),
        experts: (1, 3),
        ..ONE_WEEK
    };
    batch(shape, 0..1_500, 1, 10_000);
}

#[test]
fn every_schedule_at_prices_that_need_128_bits_is_found() {
    let shape = Shape {
        weeks: (1, 3),
        experts: (1, 3),
        ..SMALL
    };
    batch(shape, 20_000..20_200, 400_000_000_000, 1_000);
}

#[test]
fn steps_and_schedules_are_limited() {
    let problem = parse(&json!({
        "horizon": {"start": "2029-01-01", "weeks": 40},
        "campaigns": [{"id": "c"}],
        "roles": [{"id": "r", "campaign": "c", "hours": 2, "target": 1}],
        "experts": [{"id": "e", "hours": 2}],
        "pairs": [{"expert": "e", "role": "r", "score": 1, "rate_cents": 7}],
    }));
    let pricer = Pricer::new(&problem);
    let compiled = pricer.compile(&DensePrices::zero(&problem));
    let mut scratch = pricer.scratch();
    let mut find = |at_least: i128, most, steps| {
        pricer.enumerate(ExpertIdx(0), &compiled, at_least, most, steps, &mut scratch)
    };
    // A week is worth 86 cents; without one of them there are 40 schedules.
    let best = 40 * 86 * MICRO;
    assert_eq!(find(best, 1, 1_000).map(|it| it.len()), Some(1));
    let found = find(best - 86 * MICRO, 41, 100_000).unwrap();
    assert_eq!(found.len(), 41);
    assert_eq!(found[0].value, best);
    assert!(found.is_sorted_by(|a, b| (-a.value, &a.schedule) < (-b.value, &b.schedule)));
    assert_eq!(find(best - 86 * MICRO, 40, 100_000), None);
    assert_eq!(find(i128::MIN, usize::MAX, 100_000), None);
}
