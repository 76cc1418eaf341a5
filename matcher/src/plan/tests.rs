//! Plans from a few candidates, priced over the whole pool, against the problem of everybody.

use std::num::NonZeroUsize;

use proptest::prelude::*;

use super::*;
use crate::candidates::{Exhaustive, price};
use crate::check::price_bound;
use crate::eligibility::examples::{any_file, any_profile};
use crate::model::campaign::{PinSpec, QuotaSpec};
use crate::model::plan::Status;
use crate::model::problem::{Ratio, Share};
use crate::model::profile::Profile;
use crate::model::{Cents, Id, Points};
use crate::solve::solve;
use crate::stop::Unlimited;

fn any_pool() -> impl Strategy<Value = Vec<Profile>> {
    (0..20_usize).prop_flat_map(|people| {
        let ids = (0..people).map(|idx| any_profile(format!("p{idx:02}")));
        ids.collect::<Vec<_>>()
    })
}

/// Files with rules across people, most of the time.
fn any_ruled_file() -> impl Strategy<Value = CampaignFile> {
    let rules = (
        prop::option::of(0..400_000_i64),
        prop::option::of(400..900_u16),
        prop::option::of((any::<bool>(), 0..=100_u8)),
        prop::option::of((1..4_u32, 1..4_u32)),
    );
    (any_file(), rules).prop_map(|(mut file, (budget, mean, quota, ratio))| {
        file.campaigns[0].budget = budget.map(|cents| Cents(cents.into()));
        file.campaigns[1].mean_score = mean.and_then(Points::new);
        let roles: Vec<Id> = file.roles().map(|(_, role)| role.id.clone()).collect();
        if let Some((at_most, percent)) = quota {
            file.quotas.push(QuotaSpec {
                roles: roles.clone().into(),
                tag: Id::new("x").unwrap(),
                share: match at_most {
                    true => Share::AtMost(percent),
                    false => Share::AtLeast(percent),
                },
            });
        }
        if let Some((p, q)) = ratio {
            file.ratios.push(Ratio {
                of: [roles[0].clone()].into(),
                to: [roles[1].clone()].into(),
                p,
                q,
            });
        }
        file
    })
}

fn source<'p>(pool: &'p [Profile], file: &CampaignFile) -> Exhaustive<'p> {
    let words = |role: usize, profile: &Profile| {
        let sum: usize = profile.id.as_str().bytes().map(usize::from).sum();
        Points::new((sum * 37 + role * 101) % 4 * 250).unwrap()
    };
    let of_role = |role| pool.iter().map(|profile| words(role, profile)).collect();
    Exhaustive {
        profiles: pool,
        text: (0..file.roles().count()).map(of_role).collect(),
        threads: NonZeroUsize::MIN,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_bound_of_a_few_candidates_holds_for_everybody(
        pool in any_pool(), file in any_ruled_file(), k in 0..4_usize,
    ) {
        let source = source(&pool, &file);
        let options = Options::default();
        let staffing = plan_from(&source, &file, &[k, 3 - k], &options, &Unlimited, &mut |_| {}).unwrap();
        let everybody = source.candidates(&file, usize::MAX).unwrap();
        let everybody = problem(&file, &everybody).unwrap();
        let best = solve(&everybody);
        prop_assert!(staffing.plan.objective <= best.objective, "of some of the same people");
        let whole = &staffing.whole_pool;
        prop_assert!(whole.is_proved(), "time was not up: {:?}", whole);
        let (Some(bound), Some(objective)) = (whole.bound, best.objective) else {
            panic!("no bound, or no plan: {whole:?}");
        };
        prop_assert!(bound >= objective, "{} is no bound: {}", bound, objective);
        // The prices prove for everybody exactly what they prove for the candidates.
        let prices = staffing.plan.prices.as_ref().unwrap();
        let proved = price_bound(&everybody, prices).unwrap().cents;
        prop_assert_eq!(Some(proved), price_bound(&staffing.problem, prices).ok().map(|it| it.cents));
        if staffing.plan.price_bound == staffing.plan.objective {
            prop_assert_eq!(staffing.plan.objective, best.objective);
            prop_assert_eq!(best.status, Status::Optimal);
        }
    }

    #[test]
    fn whoever_asks_more_than_they_are_worth_gains_nothing(
        pool in any_pool(), file in any_ruled_file(), k in 0..4_usize,
    ) {
        let source = source(&pool, &file);
        let few = source.candidates(&file, k).unwrap();
        let some = problem(&file, &few).unwrap();
        let plan = solve(&some);
        let Some(prices) = &plan.prices else { return Ok(()) };
        let priced = price(&source, &file, &few, &some, prices).unwrap();
        let everybody = source.candidates(&file, usize::MAX).unwrap();
        let everybody = problem(&file, &everybody).unwrap();
        let few = price_bound(&some, prices).unwrap();
        let all = price_bound(&everybody, prices).unwrap();
        // In millionths of a cent both are exact; a gain is rounded up.
        let gain = all.experts - few.experts;
        prop_assert_eq!(priced.gain, -(-gain).div_euclid(1_000_000));
        prop_assert_eq!(priced.n_better > 0, gain > 0);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// Pins clash in one person, with what is wanted, with money, or with shares and ratios that others may mend.
    #[test]
    fn pins_clash_over_a_few_candidates_exactly_if_they_do_over_everybody(
        pool in any_pool(), mut file in any_ruled_file(), k in 0..2_usize,
        pins in prop::collection::vec((0..20_usize, 0..2_usize), 1..5),
    ) {
        let roles: Vec<Id> = file.roles().map(|(_, role)| role.id.clone()).collect();
        for (expert, role) in pins {
            if let Some(profile) = pool.get(expert) {
                let (expert, role) = (profile.id.clone(), roles[role].clone());
                file.pins.push(PinSpec { expert, role, from: None, to: None });
            }
        }
        let source = source(&pool, &file);
        let options = Options::default();
        let staffing = plan_from(&source, &file, &[k, k], &options, &Unlimited, &mut |_| {}).unwrap();
        let everybody = source.candidates(&file, usize::MAX).unwrap();
        let best = solve(&problem(&file, &everybody).unwrap());
        let clash = |plan: &Plan| plan.status == Status::Infeasible;
        prop_assert_eq!(clash(&staffing.plan), clash(&best));
        prop_assert!(staffing.whole_pool.is_proved());
    }
}
