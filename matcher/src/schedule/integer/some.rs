//! Better plans by choosing anew for some people, or among some schedules, while the rest stays.

use rustc_hash::FxHashSet;

use crate::model::plan::MICRO;
use crate::model::problem::{ExpertIdx, RoleIdx};
use crate::schedule::pricing::Schedule;
use crate::schedule::search::sorted;

use super::choice::Candidate;
use super::choose::{choose, keep, limits};
use super::stints::StintChoice;
use super::whole::enumerate;
use super::{Losses, MOST, Search};

/// Times that the loss allowed is made smaller, to have fewer schedules or stints.
const MOST_NARROWINGS: usize = 40;
/// Stints of a choice for some people, and how many without a stint are among them at least.
const STINTS_OF_SOME: usize = 4_000;
const LEAST_IDLE: usize = 20;
/// Times that everything is chosen anew.
const MOST_SWEEPS: usize = 3;

/// Chooses stints anew for the people of a campaign or a role, and for the best of those without a stint, while everybody
/// else keeps theirs; until nothing is gained by it.
pub(super) fn stints_of_some(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    candidates: &[Candidate],
) {
    let problem = search.problem;
    let roles = |campaign: usize| -> Vec<RoleIdx> {
        let all = (0..problem.roles.len()).map(RoleIdx::from);
        all.filter(|role| problem.role(*role).campaign.index() == campaign)
            .collect()
    };
    let by_campaign = (0..problem.campaigns.len()).map(roles);
    let by_role = (0..problem.roles.len()).map(|role| vec![RoleIdx::from(role)]);
    let circles: Vec<Vec<RoleIdx>> = by_campaign.chain(by_role).collect();
    for _ in 0..MOST_SWEEPS {
        let before = search.worth();
        for roles in &circles {
            if search.is_over() || search.is_good_enough() {
                return;
            }
            let Some(experts) = around(search, candidates, roles) else {
                return;
            };
            let limits = limits(search, false);
            let change = losses.bound.prices.change;
            let (mut experts, mut worst) = (experts, losses.gap(search));
            let least = worst / 64;
            let chosen = (0..MOST_NARROWINGS).find_map(|_| {
                let (compiled, some) = (&losses.compiled, experts.clone());
                let choice =
                    StintChoice::new(search, compiled, change, some, worst, STINTS_OF_SOME);
                // Worse stints go first, then every other of the people.
                if worst > least {
                    worst /= 4;
                } else {
                    experts = experts.iter().copied().step_by(2).collect();
                }
                choice.map(|choice| choice.best(limits))
            });
            if let Some(chosen) = chosen {
                search.count_mip(chosen.status, chosen.nodes, limits);
                keep(search, &chosen, false);
            }
        }
        if search.worth() == before {
            return;
        }
    }
}

/// Who serves any of the roles in the best plan, and as many without a stint whose columns for them lose least; ascending.
fn around(
    search: &Search<'_>,
    candidates: &[Candidate],
    roles: &[RoleIdx],
) -> Option<Vec<ExpertIdx>> {
    let problem = search.problem;
    let (tally, _) = search.best.as_ref()?;
    let serves = |schedule: &Schedule| {
        let mut stints = schedule.stints().iter();
        stints.any(|stint| roles.contains(&problem.pair(stint.pair).role))
    };
    let columns = tally.columns().into_iter();
    let holders = columns.filter(|column| serves(&column.schedule));
    let mut experts: Vec<ExpertIdx> = holders.map(|column| column.expert).collect();
    let is_idle = |expert: ExpertIdx| {
        tally
            .of(expert)
            .is_none_or(|column| column.schedule.is_empty())
    };
    let idle = candidates.iter().map(|it| &it.column);
    let idle = idle.filter(|column| is_idle(column.expert) && serves(&column.schedule));
    let n_more = experts.len().max(LEAST_IDLE);
    let mut known = FxHashSet::default();
    let more = idle
        .map(|column| column.expert)
        .filter(|it| known.insert(*it));
    experts.extend(more.take(n_more).collect::<Vec<_>>());
    Some(sorted(experts))
}

/// Chooses anew for the people of one campaign at a time, and for those without a stint, while everybody else keeps
/// theirs; until no campaign gains by it.
pub(super) fn by_campaign(search: &mut Search<'_>, losses: &Losses<'_>, candidates: &[Candidate]) {
    let problem = search.problem;
    if problem.campaigns.len() < 2 {
        return;
    }
    for _ in 0..MOST_SWEEPS {
        let before = search.worth();
        for campaign in 0..problem.campaigns.len() {
            if search.is_over() || search.is_good_enough() {
                return;
            }
            let Some((tally, _)) = search.best.clone() else {
                return;
            };
            let serves = |schedule: &Schedule| {
                let mut stints = schedule.stints().iter();
                stints.any(|stint| {
                    problem.role(problem.pair(stint.pair).role).campaign.index() == campaign
                })
            };
            let stays = |expert: ExpertIdx| {
                let held = tally.of(expert);
                held.is_some_and(|column| !column.schedule.is_empty() && !serves(&column.schedule))
            };
            let open = candidates
                .iter()
                .filter(|it| !stays(it.column.expert))
                .cloned()
                .collect();
            let kept = tally
                .columns()
                .into_iter()
                .map(|column| column.expert)
                .filter(|it| stays(*it));
            let mut kept: Vec<ExpertIdx> = kept.chain(search.musts.iter().copied()).collect();
            kept.sort_unstable();
            kept.dedup();
            choose(search, losses, open, &kept, false);
        }
        if search.worth() == before {
            return;
        }
    }
}

/// As many schedules of the smallest losses over the whole pool as there is room for, nearly.
pub(super) fn of_small_loss(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
) -> Option<Vec<Candidate>> {
    let mut limit = losses.gap(search);
    for _ in 0..MOST_NARROWINGS {
        limit = (limit / 3).min(100 * search.seat * MICRO);
        let found = enumerate(search, losses, limit, MOST);
        if found.is_some() || search.is_over() {
            return found;
        }
    }
    None
}
