//! Settling a problem: a choice among everything that a plan better than the best one may have.

use crate::lp::mip::MipStatus;
use crate::model::problem::ExpertIdx;

use super::choice::Candidate;
use super::choose::{choose, keep, limits};
use super::stints::StintChoice;
use super::{Losses, Outcome, Search};

/// Steps that one expert's schedules may take.
const MOST_STEPS: u64 = 2_000_000;

/// Chooses among all schedules that a better plan may have, or all stints, if there are at most `columns` or `stints` of
/// them; whether that settled the problem.
pub(super) fn whole(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    columns: usize,
    stints: usize,
) -> Option<Outcome> {
    let before = search.worth();
    let gap = losses.gap(search);
    let outcome = |search: &Search<'_>, status| match status {
        MipStatus::Infeasible if before.is_none() => Some(Outcome::Infeasible),
        _ if search.is_over() || search.is_good_enough() => Some(Outcome::Searched),
        _ => None,
    };
    if let Some(candidates) = enumerate(search, losses, gap, columns) {
        let status = choose(search, losses, candidates, &search.musts.clone(), true);
        return outcome(search, status);
    }
    if search.problem.pairs.len() > stints {
        return None;
    }
    let everybody = (0..search.problem.experts.len()).map(ExpertIdx::from);
    let change = losses.bound.prices.change;
    let (compiled, experts) = (&losses.compiled, everybody.collect());
    let limits = limits(search, true);
    let choice = StintChoice::new(search, compiled, change, experts, gap, stints)?;
    let chosen = choice.best(limits);
    search.count_mip(chosen.status, chosen.nodes, limits);
    keep(search, &chosen, true);
    outcome(search, chosen.status)
}

/// Every schedule over the whole pool whose loss is at most `limit`; none if these are more than `most`, or time is up.
pub(super) fn enumerate(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    limit: i128,
    most: usize,
) -> Option<Vec<Candidate>> {
    let experts = (0..search.problem.experts.len()).map(ExpertIdx::from);
    let mut scratch = search.pricer.scratch();
    let mut candidates = Vec::new();
    for (n, expert) in experts.enumerate() {
        if n % 256 == 0 && search.is_over() {
            return None;
        }
        let best = losses.best.get(&expert).copied().unwrap_or(0);
        let least = best.saturating_sub(limit);
        let room = most - candidates.len();
        let compiled = &losses.compiled;
        let found =
            search
                .pricer
                .enumerate(expert, compiled, least, room, MOST_STEPS, &mut scratch)?;
        let is_must = search.musts.binary_search(&expert).is_ok();
        for found in found {
            if !found.schedule.is_empty() || is_must {
                let loss = best - found.value;
                let column = search.columns.column(search.rows, expert, found.schedule);
                candidates.push(Candidate { column, loss });
            }
        }
    }
    search.n_columns = search.n_columns.max(candidates.len());
    Some(candidates)
}
