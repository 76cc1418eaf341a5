//! Whether a tiny problem has a plan, by trying every combination of schedules.

use std::collections::BTreeSet;

use crate::model::problem::{Problem, Share};
use crate::model::{Name, Week};

/// The (role, week)s one expert holds, as bits: role × weeks + week.
type Held = u32;

/// What schedules add up to: heads by (role, week), pay by campaign, slack by quota, changed experts.
type Totals = Vec<i64>;

/// Whether no plan keeps every rule and pin.
pub(super) fn is_infeasible(problem: &Problem) -> bool {
    let n_seats = problem.roles.len() * usize::from(problem.weeks);
    assert!(n_seats <= 12, "too many sets to try");
    let n_totals = n_seats + problem.campaigns.len() + problem.quotas.len() + 1;
    let mut sums: BTreeSet<Totals> = [vec![0; n_totals]].into();
    for expert in 0..problem.experts.len() {
        let schedules = (0..1_u32 << n_seats).filter_map(|held| schedule(problem, expert, held));
        let own: BTreeSet<Totals> = schedules.collect();
        let mut next = BTreeSet::new();
        for sum in &sums {
            for own in &own {
                let sum: Totals = sum.iter().zip(own).map(|(a, b)| a + b).collect();
                if is_within(problem, &sum) {
                    next.insert(sum);
                }
            }
        }
        sums = next;
    }
    !sums.iter().any(|sum| keeps_shares(problem, sum))
}

fn bit(problem: &Problem, role: usize, week: usize) -> usize {
    role * usize::from(problem.weeks) + week
}

fn week(week: usize) -> Week {
    Week::new(week).unwrap()
}

/// What a set adds up to, if it is a schedule: rules 1, 2, 3, 5 and 9, word by word.
fn schedule(problem: &Problem, expert: usize, held: Held) -> Option<Totals> {
    let weeks = usize::from(problem.weeks);
    let n_seats = problem.roles.len() * weeks;
    let n_campaigns = problem.campaigns.len();
    let mut totals = vec![0; n_seats + n_campaigns + problem.quotas.len() + 1];
    let holds = |role: usize, week: usize| held >> bit(problem, role, week) & 1 == 1;
    let facts = &problem.experts[expert];
    for pin in &problem.pins {
        let mut pinned = pin.from.index()..=pin.to.index();
        if pin.expert.index() == expert && !pinned.all(|week| holds(pin.role.index(), week)) {
            return None;
        }
    }
    for at in 0..weeks {
        let roles = (0..problem.roles.len()).filter(|role| holds(*role, at));
        let hours = roles.clone().map(|role| problem.roles[role].hours.get());
        let free = facts.hours.at(week(at)).get();
        let worked: u16 = hours.filter(|hours| *hours <= free).sum();
        if worked > free || roles.count() > facts.max_roles.get() as usize {
            return None;
        }
    }
    let served: Vec<usize> = (0..problem.roles.len())
        .filter(|role| (0..weeks).any(|at| holds(*role, at)))
        .collect();
    for a in &served {
        for b in &served {
            let campaign = |role: &usize| &problem.campaigns[problem.roles[*role].campaign.index()];
            let (x, y) = (campaign(a), campaign(b));
            let is_walled = x.wall.is_some() && x.wall == y.wall && x.client != y.client;
            let is_apart = problem.apart.iter().any(|list| {
                let on = |role: &usize| list.iter().any(|it| it.index() == *role);
                a != b && on(a) && on(b)
            });
            if is_walled || is_apart {
                return None;
            }
        }
    }
    for role in served {
        let mut from = 0;
        while from < weeks {
            if !holds(role, from) {
                from += 1;
                continue;
            }
            let to = (from..weeks).find(|at| !holds(role, at + 1) || at + 1 == weeks)?;
            stint(problem, expert, role, (from, to), &mut totals)?;
            from = to + 1;
        }
    }
    totals[n_seats + n_campaigns + problem.quotas.len()] =
        i64::from(is_changed(problem, expert, held));
    Some(totals)
}

/// Adds what a stint adds; `None` if it breaks rule 1 or 3.
fn stint(
    problem: &Problem,
    expert: usize,
    role: usize,
    (from, to): (usize, usize),
    totals: &mut Totals,
) -> Option<()> {
    let mut pairs = problem.pairs.iter().enumerate();
    let (pair_idx, pair) =
        pairs.find(|(_, it)| (it.expert.index(), it.role.index()) == (expert, role))?;
    let mut vetoes = problem.vetoes.iter();
    if vetoes.any(|it| (it.expert.index(), it.role.index()) == (expert, role))
        || from < pair.from.index()
        || to > pair.to.index()
    {
        return None;
    }
    let shape = &problem.roles[role];
    let mut ongoing = problem.ongoing.iter();
    let before = ongoing
        .find(|it| it.pair.index() == pair_idx)
        .filter(|_| from == 0);
    let (mut worked, mut leave) = before.map_or((0, 0), |it| (it.worked.get(), it.leave.get()));
    let works = |at: usize| problem.experts[expert].hours.at(week(at)) >= shape.hours;
    if !works(to) || !works(from) && before.is_none() {
        return None;
    }
    let n_seats = problem.roles.len() * usize::from(problem.weeks);
    for at in from..=to {
        if !works(at) {
            leave += 1;
            continue;
        }
        totals[n_seats + shape.campaign.index()] +=
            i64::from(pair.rate.get()) * i64::from(shape.hours.get());
        if worked >= shape.onboarding.get() {
            totals[bit(problem, role, at)] += 1;
            for (idx, quota) in problem.quotas.iter().enumerate() {
                if quota.roles.iter().any(|it| it.index() == role) {
                    let tagged = 100 * i64::from(problem.experts[expert].tags.contains(&quota.tag));
                    totals[n_seats + problem.campaigns.len() + idx] += match quota.share {
                        Share::AtMost(percent) => i64::from(percent) - tagged,
                        Share::AtLeast(percent) => tagged - i64::from(percent),
                    };
                }
            }
        }
        worked += 1;
    }
    (worked >= shape.min_stint.get() && leave <= shape.max_leave.get()).then_some(())
}

fn is_changed(problem: &Problem, expert: usize, held: Held) -> bool {
    let weeks = usize::from(problem.weeks);
    let mut holds: BTreeSet<(Name, usize)> = BTreeSet::new();
    for (role, facts) in problem.roles.iter().enumerate() {
        let own = (0..weeks).filter(|at| held >> bit(problem, role, *at) & 1 == 1);
        holds.extend(own.map(|at| (facts.id, at)));
    }
    let stints = problem.incumbent.iter().flatten();
    let own = stints.filter(|it| it.expert == problem.experts[expert].id);
    let said: BTreeSet<(Name, usize)> = own
        .flat_map(|it| (it.from..=it.to).map(|at| (it.role, at)))
        .filter_map(|(role, at)| Some((role, usize::try_from(at).ok().filter(|at| *at < weeks)?)))
        .collect();
    problem.incumbent.is_some() && holds != said
}

/// The rules that more schedules never mend: headcount, budgets, the change limit.
fn is_within(problem: &Problem, sum: &Totals) -> bool {
    let weeks = usize::from(problem.weeks);
    let n_seats = problem.roles.len() * weeks;
    let heads_fit = problem.roles.iter().enumerate().all(|(role, facts)| {
        (0..weeks)
            .all(|at| sum[bit(problem, role, at)] <= i64::from(facts.target.at(week(at)).get()))
    });
    let budgets_fit = problem.campaigns.iter().enumerate().all(|(idx, it)| {
        it.budget
            .is_none_or(|budget| i128::from(sum[n_seats + idx]) <= budget.0)
    });
    let n_changed = sum[sum.len() - 1];
    let changes_fit = problem
        .max_changes
        .is_none_or(|most| n_changed <= i64::from(most.get()));
    heads_fit && budgets_fit && changes_fit
}

/// Ratios and quotas.
fn keeps_shares(problem: &Problem, sum: &Totals) -> bool {
    let weeks = usize::from(problem.weeks);
    let n_seats = problem.roles.len() * weeks;
    let ratios_hold = problem.ratios.iter().all(|ratio| {
        (0..weeks).all(|at| {
            let heads = |roles: &[crate::model::problem::RoleIdx]| -> i64 {
                let heads = roles.iter().map(|role| sum[bit(problem, role.index(), at)]);
                heads.sum()
            };
            i64::from(ratio.q) * heads(&ratio.of) >= i64::from(ratio.p) * heads(&ratio.to)
        })
    });
    let first = n_seats + problem.campaigns.len();
    ratios_hold && (0..problem.quotas.len()).all(|idx| sum[first + idx] >= 0)
}
