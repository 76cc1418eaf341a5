//! What generated problems are like.

use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::{self, Pair, Problem};
use muster_matcher::model::{CentsPerHour, Week};

use super::*;

const SMALL: ProblemSpec = ProblemSpec {
    seed: 1,
    experts: 2_000,
    campaigns: 5,
    roles_a_campaign: 3,
    weeks: 13,
    peak_heads: 1_000,
    starved: false,
};

fn problem(spec: ProblemSpec) -> Problem {
    Problem::new(staffing_problem(&spec)).unwrap()
}

fn plan(stints: Vec<Stint>) -> Plan {
    Plan {
        stints: Some(stints),
        ..Plan::without_stints(Status::Feasible)
    }
}

fn in_percent(problem: &Problem, holds: impl Fn(&problem::Expert) -> bool) -> usize {
    let n = problem.experts.iter().filter(|it| holds(it)).count();
    n * 100 / problem.experts.len()
}

#[test]
fn problems_are_valid_nothing_in_them_is_strange_and_the_empty_plan_keeps_every_rule() {
    for (campaigns, roles_a_campaign, peak_heads) in [
        (5, 3, 1_000),
        (1, 3, 200),
        (2, 1, 60),
        (3, 5, 100),
        (3, 2, 4),
    ] {
        for weeks in [1, 2, 3, 5, 8, 13, 26, 52, 520] {
            for seed in 0..4 {
                let problem = problem(ProblemSpec {
                    seed,
                    experts: 500,
                    campaigns,
                    roles_a_campaign,
                    weeks,
                    peak_heads,
                    starved: seed % 2 == 0,
                });
                let case = (campaigns, roles_a_campaign, weeks, seed);
                assert_eq!(problem.warnings(), [], "{case:?}");
                let report = check(&problem, &plan(Vec::new()));
                assert!(report.rules.iter().all(|rule| rule.holds()), "{case:?}");
            }
        }
    }
}

#[test]
fn nobody_no_campaign_and_odd_numbers_of_weeks_are_problems_too() {
    for (experts, campaigns, weeks) in [(0, 2, 13), (10, 0, 13), (10, 1, 0), (10, 1, u16::MAX)] {
        for roles_a_campaign in [0, 3] {
            problem(ProblemSpec {
                experts,
                campaigns,
                weeks,
                roles_a_campaign,
                starved: true,
                ..SMALL
            });
        }
    }
}

#[test]
fn the_bytes_are_those_of_earlier_versions() {
    // FNV-1a. A change here changes every problem that somebody can name by its seed, and with it
    // what was measured on them: say so in the changelog.
    let digest = |spec| {
        let mut bytes = Vec::new();
        problem::write(&problem(spec), &mut bytes).unwrap();
        bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    let small = digest(SMALL);
    let starved = digest(ProblemSpec {
        starved: true,
        ..SMALL
    });
    assert_ne!(small, digest(ProblemSpec { seed: 2, ..SMALL }));
    assert_eq!(small, 2_024_962_572_755_283_642);
    assert_eq!(starved, 6_812_095_865_671_099_036);
}

#[test]
fn the_busiest_week_wants_the_heads_asked_for_and_min_is_half_of_target_or_more() {
    for (campaigns, peak_heads) in [(5, 1_000), (1, 200)] {
        for seed in 0..20 {
            let problem = problem(ProblemSpec {
                seed,
                experts: 100,
                campaigns,
                peak_heads,
                ..SMALL
            });
            let heads = |week: Week| -> u32 {
                let roles = problem.roles.iter();
                roles.map(|role| role.target.at(week).get()).sum()
            };
            assert_eq!(problem.all_weeks().map(heads).max(), Some(peak_heads));
            assert_eq!(heads(Week::default()), 0, "whoever starts is onboarding");
            for (role, week) in problem
                .roles
                .iter()
                .flat_map(|role| problem.all_weeks().map(move |week| (role, week)))
            {
                let (min, target) = (role.min.at(week).get(), role.target.at(week).get());
                assert!(min * 100 <= target * 70 && (min + 1) * 100 > target * 50);
            }
        }
    }
}

#[test]
fn heads_go_up_stay_and_go_down_and_campaigns_begin_in_different_weeks() {
    let problem = problem(SMALL);
    let mut first_weeks = Vec::new();
    for role in &problem.roles {
        let heads: Vec<u32> = problem
            .all_weeks()
            .map(|week| role.target.at(week).get())
            .collect();
        let peak = heads.iter().max().unwrap();
        let first_at_peak = heads.iter().position(|it| it == peak).unwrap();
        assert!(heads[..=first_at_peak].is_sorted());
        assert!(heads[first_at_peak..].iter().rev().is_sorted());
        assert!(
            heads.iter().filter(|it| *it == peak).count() >= 3,
            "{heads:?}"
        );
        first_weeks.push(heads.iter().position(|it| *it > 0));
    }
    first_weeks.sort_unstable();
    first_weeks.dedup();
    assert!(first_weeks.len() > 1);
}

#[test]
fn every_kind_of_rule_is_there() {
    let problem = problem(SMALL);
    let campaigns = &problem.campaigns;
    assert!(campaigns.iter().all(|it| it.budget.is_some()));
    assert_eq!(
        campaigns
            .iter()
            .filter(|it| it.mean_score.is_some())
            .count(),
        2
    );
    let walled: Vec<_> = campaigns.iter().filter(|it| it.wall.is_some()).collect();
    assert_eq!(walled.len(), 2);
    assert_eq!(walled[0].wall, walled[1].wall);
    assert_ne!(walled[0].client, walled[1].client);
    assert_eq!(problem.apart.len(), 5);
    assert_eq!(problem.ratios.len(), 5 + 3);
    assert_eq!(problem.quotas.len(), 2);
    assert!(problem.roles.iter().all(|it| it.min_stint.get() >= 3));
    assert!(problem.roles.iter().any(|it| it.onboarding.get() == 1));
}

#[test]
fn people_are_spread_as_documented() {
    let problem = problem(ProblemSpec {
        experts: 20_000,
        ..SMALL
    });
    let per_expert = problem.pairs.len() * 10 / problem.experts.len();
    assert!((33..=37).contains(&per_expert), "{per_expert} tenths");
    let n_pairs: Vec<usize> = (0..problem.experts.len())
        .map(|idx| problem.pairs_of(idx.into()).len())
        .collect();
    assert_eq!(n_pairs.iter().min(), Some(&1));
    assert!(*n_pairs.iter().max().unwrap() > 10);
    let tagged = |tag: &str| {
        let tag = problem.names.find(tag).unwrap();
        in_percent(&problem, |it| it.tags.contains(&tag))
    };
    assert!((36..=40).contains(&tagged(people::COMMONEST_COUNTRY)));
    assert!((18..=22).contains(&tagged(people::NEWCOMER)));
    let one_role = in_percent(&problem, |it| it.max_roles.get() == 1);
    assert!((68..=72).contains(&one_role), "{one_role}");
    let dented = in_percent(&problem, |it| it.hours.constant().is_none());
    assert!((23..=27).contains(&dented), "{dented}");
    let is_narrow = |pair: &&Pair| pair.from.get() > 0 || pair.to != problem.last_week();
    let narrow = problem.pairs.iter().filter(is_narrow).count() * 1_000 / problem.pairs.len();
    assert!((45..=55).contains(&narrow), "{narrow}");
    for pair in &problem.pairs {
        assert!((300..=950).contains(&pair.score.get()));
        assert!((2_500..=9_000).contains(&pair.rate.get()));
        let most = problem
            .all_weeks()
            .map(|week| problem.expert(pair.expert).hours.at(week));
        assert!(
            most.max() >= Some(problem.role(pair.role).hours),
            "{pair:?}"
        );
    }
}

#[test]
fn better_people_ask_for_more() {
    let problem = problem(SMALL);
    let mean_rate = |good: bool| {
        let rates = problem
            .pairs
            .iter()
            .filter(|it| (it.score.get() > 620) == good);
        let (n, sum) = rates.fold((0, 0), |(n, sum), it| (n + 1, sum + it.rate.get()));
        sum / n
    };
    assert!(mean_rate(true) > mean_rate(false) + 500);
}

#[test]
fn a_starved_campaign_cannot_pay_for_its_targets_and_the_others_are_as_they_were() {
    let plain = problem(SMALL);
    let starved = problem(ProblemSpec {
        starved: true,
        ..SMALL
    });
    // In each week the cheapest people, sorted out here pair by pair.
    let least = |campaign: usize| -> i128 {
        let of_role = |(idx, role): (usize, &Role)| -> i128 {
            let pairs = plain.pairs.iter().filter(|it| it.role.index() == idx);
            let mut rates: Vec<i128> = pairs.map(|it| i128::from(it.rate.get())).collect();
            rates.sort_unstable();
            let weeks = plain
                .all_weeks()
                .map(|week| role.target.at(week).get() as usize);
            let hourly: i128 = weeks.map(|heads| rates[..heads].iter().sum::<i128>()).sum();
            hourly * i128::from(role.hours.get())
        };
        let roles = plain.roles.iter().enumerate();
        let roles = roles.filter(|(_, role)| role.campaign.index() == campaign);
        roles.map(of_role).sum()
    };
    for idx in 0..5 {
        let budget = |problem: &Problem| problem.campaigns[idx].budget.unwrap().0;
        assert!(budget(&plain) > least(idx));
        match idx {
            2 => assert_eq!(budget(&starved), least(idx) * 60 / 100),
            _ => assert_eq!(budget(&starved), budget(&plain)),
        }
    }
}

#[test]
fn planning_again_keeps_the_stints_and_makes_the_change() {
    let spec = ProblemSpec {
        experts: 200,
        ..SMALL
    };
    let before = problem(spec);
    let pair = *before.pairs.first().unwrap();
    let (expert, role) = (before.expert_id(pair.expert), before.role_id(pair.role));
    let old = plan(vec![Stint {
        expert: expert.to_owned(),
        role: role.to_owned(),
        from: 2,
        to: 6,
    }]);
    let again = |change| {
        let limit = Count::new(3);
        let draft = replan(staffing_problem(&spec), &old, limit, change);
        let problem = Problem::new(draft).unwrap();
        let incumbent = problem.incumbent.as_ref().unwrap();
        assert_eq!(incumbent.len(), 1);
        assert_eq!((incumbent[0].from, incumbent[0].to), (2, 6));
        assert_eq!(problem.text(incumbent[0].expert), expert);
        assert_eq!(problem.max_changes, limit);
        problem
    };

    let gone = again(Change::Gone { expert });
    assert_eq!(gone.expert_with_id(expert), None);
    assert_eq!(gone.experts.len(), 199);
    let n_pairs_gone = before.pairs_of(pair.expert).len();
    assert_eq!(gone.pairs.len(), before.pairs.len() - n_pairs_gone);
    assert_eq!(gone.warnings().len(), 1, "the stint's expert is gone");

    let more = again(Change::MoreHeads { role, more: 5 });
    assert_eq!(more.warnings(), []);
    for (was, is) in before.roles.iter().zip(&more.roles) {
        for week in before.all_weeks() {
            let (was_wanted, wanted) = (was.target.at(week).get(), is.target.at(week).get());
            let is_raised = more.text(is.id) == role && was_wanted > 0;
            assert_eq!(wanted, was_wanted + if is_raised { 5 } else { 0 });
        }
    }

    let rate = CentsPerHour::new(9_999).unwrap();
    let dearer = again(Change::Rate { expert, role, rate });
    let changed: Vec<&Pair> = dearer.pairs.iter().filter(|it| it.rate == rate).collect();
    assert_eq!(changed, [&Pair { rate, ..pair }]);

    let unknown = again(Change::Gone { expert: "nobody" });
    assert_eq!(unknown.pairs, before.pairs);
}
