//! Causes against the checker: every stint is tried, and the rules that the plan then breaks are read off.

use std::collections::BTreeMap;

use super::random::{Random, problem, stints};
use super::{obstacles, parse, plan_of, stint};
use crate::check::check;
use crate::explain::{Obstacle, role_covers, shortfalls};
use crate::model::Week;
use crate::model::plan::{Rule, Stint};
use crate::model::problem::{Pair, Problem};

/// The weeks a stint covers, as the contract says it.
pub(super) fn covered(problem: &Problem, pair: &Pair, from: u16, to: u16) -> Vec<u16> {
    let role = problem.role(pair.role);
    let idx = problem.pair_of(pair.expert, pair.role).unwrap();
    let ongoing = problem
        .ongoing
        .iter()
        .find(|it| it.pair == idx && from == 0);
    let mut worked = ongoing.map_or(0, |it| it.worked.get());
    let mut covered = Vec::new();
    for week in from..=to {
        if problem
            .expert(pair.expert)
            .hours
            .at(Week::new(week).unwrap())
            >= role.hours
        {
            if worked >= role.onboarding.get() {
                covered.push(week);
            }
            worked += 1;
        }
    }
    covered
}

/// What a stint runs into beside the others: the first of the rules in the order of causes, and then its worth.
fn stage(problem: &Problem, before: &[Stint], added: &Stint) -> Option<Obstacle> {
    let own = |it: &&Stint| it.expert == added.expert && it.role == added.role;
    let touches = |it: &&Stint| own(it) && it.from <= added.to + 1 && added.from <= it.to + 1;
    let contained = |it: &&Stint| own(it) && added.from <= it.from && it.to <= added.to;
    if before.iter().filter(touches).any(|it| !contained(&it)) {
        return None;
    }
    let mut after: Vec<Stint> = before.iter().filter(|it| !contained(it)).cloned().collect();
    after.push(added.clone());
    let objective = |stints: &[Stint]| {
        let report = check(problem, &plan_of(stints.to_vec(), None));
        (report.broken(), report.objective.unwrap().total)
    };
    let ((_, worth_before), (broken, worth)) = (objective(before), objective(&after));
    let order = [
        (Rule::Capacity, Obstacle::Busy),
        (Rule::Wall, Obstacle::BehindWall),
        (Rule::Apart, Obstacle::Apart),
        (Rule::Budget, Obstacle::OverBudget),
        (Rule::Ratio, Obstacle::Ratio),
        (Rule::Quota, Obstacle::Quota),
        (Rule::Headcount, Obstacle::SeatsFullElsewhere),
        (Rule::ChangeLimit, Obstacle::ChangeLimit),
    ];
    let first = order.iter().find(|(rule, _)| broken.contains_key(rule));
    Some(match first {
        Some((_, obstacle)) => *obstacle,
        None if worth <= worth_before => Obstacle::NotWorthCost,
        None => Obstacle::CouldBeAdded,
    })
}

/// The cause by trying: `None` where no stint that is legal by itself covers the week.
fn tried(problem: &Problem, before: &[Stint], pair: &Pair, week: u16) -> Option<Option<Obstacle>> {
    let mut furthest = None;
    for from in 0..problem.weeks {
        for to in from..problem.weeks {
            let covered = covered(problem, pair, from, to);
            let target = |week: &u16| problem.role(pair.role).target.at(Week::new(*week).unwrap());
            if !covered.contains(&week) || covered.iter().any(|week| target(week).get() == 0) {
                continue;
            }
            let (expert, role) = (problem.expert_id(pair.expert), problem.role_id(pair.role));
            let added = stint(expert, role, from.into(), to.into());
            let alone = check(problem, &plan_of(vec![added.clone()], None)).broken();
            if alone.contains_key(&Rule::Eligible) || alone.contains_key(&Rule::Stint) {
                continue;
            }
            furthest = furthest.max(Some(stage(problem, before, &added)));
        }
    }
    furthest
}

#[test]
fn causes_are_what_the_checker_says_of_every_stint() {
    let mut seen: BTreeMap<Obstacle, u32> = BTreeMap::new();
    for seed in 0..1_500 {
        let mut random = Random(seed);
        let problem = parse(&problem(&mut random));
        let Some(stints) = stints(&mut random, &problem) else {
            continue;
        };
        let plan = plan_of(stints.clone(), None);
        let covers = role_covers(&problem, &plan);
        let mut counts: BTreeMap<(usize, u16, Obstacle), u32> = BTreeMap::new();
        for (idx, pair) in problem.pairs.iter().enumerate() {
            let cover = &covers[pair.role.index()];
            for (week, obstacle) in (0..).zip(obstacles(&problem, &plan, idx)) {
                let at = usize::from(week);
                let (expert, role) = (problem.expert_id(pair.expert), problem.role_id(pair.role));
                let own = stints
                    .iter()
                    .filter(|it| it.expert == expert && it.role == role);
                let own: Vec<&Stint> = own.collect();
                let is_held = own
                    .iter()
                    .any(|it| (it.from..=it.to).contains(&i64::from(week)));
                let is_covered = own.iter().any(|it| {
                    let (from, to) = (
                        u16::try_from(it.from).unwrap(),
                        u16::try_from(it.to).unwrap(),
                    );
                    covered(&problem, pair, from, to).contains(&week)
                });
                if cover.filled[at] >= cover.target[at] {
                    continue;
                }
                assert_eq!(obstacle.is_none(), is_covered, "seed {seed}");
                let Some(obstacle) = obstacle else { continue };
                *counts
                    .entry((pair.role.index(), week, obstacle))
                    .or_default() += 1;
                *seen.entry(obstacle).or_default() += 1;
                let context = || format!("seed {seed}, {expert} on {role} in week {week}");
                let may_none = problem.expert(pair.expert).max_roles.get() == 0;
                let is_vetoed = problem.is_vetoed(pair.expert, pair.role);
                if may_none || is_vetoed {
                    assert!(obstacle <= Obstacle::Vetoed, "{}", context());
                    continue;
                }
                match tried(&problem, &stints, pair, week) {
                    None => assert!(
                        obstacle < Obstacle::OverBudget && obstacle > Obstacle::Vetoed,
                        "{}: {obstacle:?}",
                        context()
                    ),
                    Some(_) if is_held => {
                        assert_eq!(obstacle, Obstacle::Onboarding, "{}", context())
                    }
                    Some(None) => assert_eq!(obstacle, Obstacle::MinStint, "{}", context()),
                    Some(Some(Obstacle::Busy)) => {
                        assert!(
                            obstacle.is_about_other_roles(),
                            "{}: {obstacle:?}",
                            context()
                        );
                    }
                    Some(Some(expected)) => assert_eq!(obstacle, expected, "{}", context()),
                }
            }
        }
        let found = shortfalls(&problem, &plan);
        for shortfall in &found {
            let counted: u32 = shortfall.causes.iter().map(|it| it.people).sum();
            let everybody = u32::try_from(problem.experts.len()).unwrap();
            assert_eq!(counted + shortfall.filled, everybody, "seed {seed}");
            let role = problem.role_with_id(&shortfall.role).unwrap().index();
            for cause in shortfall
                .causes
                .iter()
                .filter(|it| it.cause != Obstacle::NotEligible)
            {
                let own = counts.get(&(role, shortfall.week, cause.cause));
                assert_eq!(own, Some(&cause.people), "seed {seed}");
            }
            assert_eq!(shortfall.main_cause.is_some(), counted > 0, "seed {seed}");
        }
        // What the missing heads cost is what the objective says.
        let terms = check(&problem, &plan).objective.unwrap().terms;
        let cost: i128 = found.iter().map(|it| it.cost.0).sum();
        assert_eq!(
            cost,
            -terms.missing_min - terms.missing_target,
            "seed {seed}"
        );
    }
    // Every cause came up; vetoes and the like are counted with the pair.
    assert_eq!(seen.len(), Obstacle::N, "{seen:?}");
}
