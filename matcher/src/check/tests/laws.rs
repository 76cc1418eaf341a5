//! Laws, on random small problems and random plans.

use proptest::prelude::*;

use crate::check::testing::{
    HeldSet, Naive, Random, Size, plan_of, plan_stints, prices, problem, stints_of,
};
use crate::check::{NoPriceBound, check, price_bound};
use crate::model::plan::{Conflict, ConflictRule, Plan, Prices, Proof, Rule, Status, Stint};
use crate::model::problem::{ExpertIdx, Problem};

const TINY: Size = Size {
    weeks: 4,
    roles: 3,
    experts: 3,
};

/// Sizes with at most 12 (role, week)s for an expert.
fn size(random: &mut Random) -> Size {
    random.pick(&[
        TINY,
        Size {
            weeks: 6,
            roles: 2,
            experts: 2,
        },
        Size {
            weeks: 3,
            roles: 4,
            experts: 2,
        },
        Size {
            weeks: 2,
            roles: 6,
            experts: 2,
        },
        Size {
            weeks: 1,
            roles: 10,
            experts: 2,
        },
        Size {
            weeks: 12,
            roles: 1,
            experts: 2,
        },
    ])
}

/// With the brute force's own room for many roles in one week.
fn many_roles(random: &mut Random, size: Size) -> Problem {
    let mut json = crate::check::testing::problem_json(random, size);
    if json["horizon"]["weeks"] == 1 {
        for expert in json["experts"].as_array_mut().unwrap() {
            expert["max_roles"] = random.between(0, 8).into();
            expert["hours"] = random.between(0, 12).into();
        }
    }
    crate::check::testing::parse(&json)
}

fn schedules(problem: &Problem) -> Vec<Vec<HeldSet>> {
    let naive = Naive(problem);
    (0..problem.experts.len())
        .map(|idx| naive.schedules(idx))
        .collect()
}

fn plan(problem: &Problem, held: &[HeldSet]) -> Plan {
    let stints = held
        .iter()
        .enumerate()
        .flat_map(|(idx, held)| plan_stints(problem, idx, held));
    plan_of(stints.collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn the_price_bound_is_that_of_brute_force(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let size = size(random);
        let problem = many_roles(random, size);
        let schedules = schedules(&problem);
        let naive = Naive(&problem);
        for _ in 0..3 {
            let prices = prices(random, &problem);
            let expected = naive.price_bound(&prices, &schedules);
            match price_bound(&problem, &prices) {
                Ok(bound) => prop_assert_eq!(Some(bound.cents), expected),
                Err(NoPriceBound::NoSchedule { expert }) => {
                    let idx = problem.expert_with_id(&expert).unwrap();
                    prop_assert!(schedules[idx.index()].is_empty());
                }
                Err(other) => prop_assert!(false, "{other}"),
            }
        }
    }

    #[test]
    fn no_feasible_plan_is_worth_more_than_any_prices_prove(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let size = size(random);
        let problem = problem(random, size);
        let schedules = schedules(&problem);
        if schedules.iter().any(Vec::is_empty) {
            return Ok(());
        }
        let all: Vec<Prices> = (0..4).map(|_| prices(random, &problem)).collect();
        let bounds: Vec<i128> = all.iter().map(|it| price_bound(&problem, it).unwrap().cents).collect();
        let least = bounds.into_iter().min().unwrap();
        for _ in 0..20 {
            let choose = |all: &Vec<HeldSet>| all[usize::try_from(random.below(all.len() as u64)).unwrap()].clone();
            let held: Vec<HeldSet> = schedules.iter().map(choose).collect();
            let report = check(&problem, &plan(&problem, &held));
            if report.keeps_rules() {
                prop_assert!(report.objective.unwrap().total <= least);
            }
        }
    }

    #[test]
    fn rules_and_objective_are_those_of_the_naive_reading(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let problem = problem(random, TINY);
        let naive = Naive(&problem);
        for _ in 0..4 {
            let density = random.pick(&[2, 3, 6]);
            let held: Vec<HeldSet> = (0..problem.experts.len()).map(|_| {
                let seats = (0..problem.roles.len()).flat_map(|role| (0..usize::from(problem.weeks)).map(move |week| (role, week)));
                seats.filter(|_| random.one_in(density)).collect()
            }).collect();
            let report = check(&problem, &plan(&problem, &held));
            let broken: Vec<Rule> = report.broken().into_keys().collect();
            prop_assert_eq!(broken, naive.broken(&held).into_iter().collect::<Vec<_>>());
            let are_pairs = held.iter().enumerate().all(|(idx, held)| stints_of(held).iter().all(|(role, ..)| {
                problem.pair_of(ExpertIdx::from(idx), crate::model::problem::RoleIdx::from(*role)).is_some()
            }));
            let expected = are_pairs.then(|| naive.objective(&held));
            prop_assert_eq!(report.objective.as_ref().map(|it| it.total), expected);
            if let Some(objective) = report.objective {
                let parts: i128 = objective.campaigns.iter().map(|it| it.total).sum();
                prop_assert_eq!(parts + objective.change, objective.total);
            }
        }
    }

    #[test]
    fn a_best_schedule_of_several_roles_at_once_is_that_of_brute_force(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let mut json = crate::check::testing::problem_json(random, Size { weeks: 4, roles: 3, experts: 1 });
        json["experts"][0]["max_roles"] = random.between(2, 3).into();
        let weeks = json["horizon"]["weeks"].as_u64().unwrap();
        json["experts"][0]["hours"] = (0..weeks).map(|_| random.between(0, 8)).collect();
        let problem = crate::check::testing::parse(&json);
        let schedules = schedules(&problem);
        let prices = prices(random, &problem);
        let expected = Naive(&problem).price_bound(&prices, &schedules);
        prop_assert_eq!(price_bound(&problem, &prices).ok().map(|it| it.cents), expected);
    }

    #[test]
    fn garbage_is_refused_without_panic(seed in any::<u64>()) {
        let random = &mut Random(seed);
        let problem = problem(random, TINY);
        let weeks = [i64::MIN, -1, 0, 1, 2, 3, 4, 519, 520, 70_000, i64::MAX];
        let ids = ["e0", "e1", "e2", "e9", "", "r0"];
        let roles = ["r0", "r1", "r2", "c0", "?"];
        let stints = (0..random.below(8)).map(|_| Stint {
            expert: random.pick(&ids).into(), role: random.pick(&roles).into(),
            from: random.pick(&weeks), to: random.pick(&weeks),
        }).collect();
        let mut garbage = plan_of(stints);
        let numbers = [None, Some(0), Some(-5), Some(i128::MAX), Some(i128::MIN)];
        garbage.status = random.pick(&[Status::Optimal, Status::Feasible, Status::Infeasible, Status::Unknown]);
        garbage.objective = random.pick(&numbers);
        garbage.bound = random.pick(&numbers);
        garbage.price_bound = random.pick(&numbers);
        garbage.proof = random.pick(&[None, Some(Proof::Prices), Some(Proof::Branching), Some(Proof::Mip)]);
        let mut prices = prices(random, &problem);
        if random.one_in(2) {
            let huge = [i128::MAX, i128::MIN, -1, 1, 100_000_000_000_000_000_000];
            prices.heads.insert(random.pick(&roles).into(), vec![random.pick(&huge); usize::try_from(random.below(5)).unwrap()]);
            prices.budget.insert(random.pick(&["c0", "c1", "z"]).into(), random.pick(&huge));
            prices.change = random.pick(&huge);
            prices.quotas = vec![random.pick(&huge); usize::try_from(random.below(3)).unwrap()];
        }
        garbage.prices = Some(prices).filter(|_| !random.one_in(4));
        if random.one_in(2) {
            let rules = [Rule::Eligible, Rule::Capacity, Rule::Stint, Rule::Headcount, Rule::Wall, Rule::Apart, Rule::Budget, Rule::Ratio, Rule::Quota, Rule::Pin, Rule::ChangeLimit];
            let at = ["", "/", "/roles/0", "/roles/0/target/0", "/experts/0", "/experts/9", "/pairs", "/ratios/0", "/quotas/0", "/campaigns/0", "/max_changes", "//", "/apart/0", "/vetoes/0", "/roles/00", "/ongoing/1", "roles"];
            garbage.conflict = Some(Conflict {
                pins: (0..random.below(3)).map(|_| usize::try_from(random.below(3)).unwrap()).collect(),
                changes: (0..random.below(3)).map(|_| random.pick(&ids).into()).collect(),
                rules: (0..random.below(3)).map(|_| ConflictRule {
                    rule: random.pick(&rules), at: random.pick(&at).into(), week: random.pick(&[None, Some(0), Some(3), Some(u16::MAX)]),
                }).collect(),
            });
        }
        let report = check(&problem, &garbage);
        let _ = format!("{report:?}");
        serde_json::to_string(&report).unwrap();
    }
}

#[test]
fn prices_of_nothing_prove_what_everybody_could_earn_at_best() {
    for seed in 0..200 {
        let random = &mut Random(seed);
        let problem = problem(random, TINY);
        let Ok(bound) = price_bound(&problem, &Prices::default()) else {
            continue;
        };
        assert_eq!((bound.heads, bound.budget, bound.change_limit), (0, 0, 0));
        assert_eq!(
            bound.cents,
            (bound.experts + bound.incumbent).div_euclid(1_000_000)
        );
    }
}
