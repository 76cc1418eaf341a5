//! One choice: the program that is run, how far, and what its answer proves.

use rustc_hash::FxHashSet;

use crate::lp::mip::{MipLimits, MipStatus};
use crate::model::plan::Proof;
use crate::model::problem::{ExpertIdx, Problem};
use crate::schedule::SMALL;

use super::branch::branch;
use super::choice::{Candidate, Choice, Chosen};
use super::{Losses, Search};

/// Nodes of a search for a proof that nothing else limits, and of one for a plan.
const MOST_NODES_OF_A_PROOF: i32 = 1_000;
const MOST_NODES: i32 = 50;

/// Chooses among candidates, and what the best plan holds; how the search ended.
pub(super) fn choose(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    mut candidates: Vec<Candidate>,
    musts: &[ExpertIdx],
    is_complete: bool,
) -> MipStatus {
    let best = search.best.clone();
    if let Some((tally, _)) = &best {
        for column in tally.columns() {
            let value = search
                .pricer
                .value(&losses.compiled, column.expert, &column.schedule);
            let loss = losses.best.get(&column.expert).copied().unwrap_or(0) - value;
            candidates.push(Candidate {
                column: column.clone(),
                loss,
            });
        }
    }
    let mut known = FxHashSet::default();
    candidates.retain(|it| known.insert((it.column.expert, it.column.schedule.clone())));
    candidates.sort_by(|a, b| {
        (a.column.expert, &a.column.schedule).cmp(&(b.column.expert, &b.column.schedule))
    });
    if is_complete {
        let with: FxHashSet<ExpertIdx> = candidates.iter().map(|it| it.column.expert).collect();
        let idle = losses
            .best
            .iter()
            .filter(|(expert, _)| !with.contains(expert));
        let others = idle.map(|(_, best)| *best).sum();
        let best_of = |expert: ExpertIdx| losses.best.get(&expert).copied().unwrap_or(0);
        if branch(search, &candidates, losses.bound.micro, others, &best_of) {
            return match &search.best {
                Some((_, worth)) => {
                    search.other_bound = Some((*worth, Proof::Branching));
                    search.report("proof");
                    MipStatus::Optimal
                }
                None => MipStatus::Infeasible,
            };
        }
    }
    if search.is_over() {
        return MipStatus::Stopped;
    }
    let limits = limits(search, is_complete);
    let start = best.as_ref().map(|(tally, _)| tally);
    let chosen = Choice {
        problem: search.problem,
        rows: search.rows,
        prices: &losses.bound.prices,
        best: &losses.best,
        candidates: &candidates,
        musts,
    }
    .best(start, limits, search.stop);
    search.count_mip(chosen.status, chosen.nodes, limits);
    keep(search, &chosen, is_complete);
    chosen.status
}

/// How far a mixed-integer program may go, and whether it is to prove anything.
pub(super) fn limits(search: &Search<'_>, is_proof: bool) -> MipLimits {
    let left = search.work_left();
    let left = left.map(|left| i32::try_from(left).unwrap_or(i32::MAX));
    let is_small = search.problem.experts.len() <= SMALL;
    let is_limited = left.is_some() || search.stop.remaining().is_some();
    let most = match is_proof {
        true if search.wants_any_plan => Some(MOST_NODES),
        true if is_small || is_limited => None,
        true => Some(MOST_NODES_OF_A_PROOF),
        false => Some(MOST_NODES),
    };
    MipLimits {
        nodes: most.into_iter().chain(left).min(),
        seconds: search
            .seconds_left()
            .map(|left| if is_proof { left } else { 0.5 * left }),
        gap: match is_proof {
            true => 0.2,
            false => 0.01 * search.scale,
        },
        seed: i32::try_from(search.seed % (1 << 31)).unwrap_or(0),
        presolve: true,
        heuristics: if is_proof { 0.05 } else { 0.2 },
    }
}

/// Keeps what was chosen if it is better; and what it proves, if it was chosen among all that could be better.
pub(super) fn keep(search: &mut Search<'_>, chosen: &Chosen, is_complete: bool) {
    let Some(tally) = &chosen.tally else {
        return;
    };
    search.offer(tally, if is_complete { "proof" } else { "plan" });
    // Nothing that was left out is better than the plan the search began with; of what was in, nothing is better
    // than the solver's bound, loosened by its tolerance.
    let worth = tally.worth(search.rows);
    if let Some((worth, excess)) = worth.zip(chosen.excess).filter(|_| is_complete) {
        let worth = worth - search.columns.incumbent.cost_of_nothing();
        let grain = grain(search.problem);
        let claim = (worth + excess).div_euclid(grain) * grain;
        let claim = claim.max(search.worth().unwrap_or(worth));
        if search.bound_cents().is_none_or(|bound| claim < bound) {
            search.other_bound = Some((claim, Proof::Mip));
            search.report("proof");
        }
    }
}

/// Cents of which the worth of every plan is a multiple: the greatest common divisor of all amounts it is a sum of.
/// O(pairs).
fn grain(problem: &Problem) -> i128 {
    let weights = &problem.weights;
    let with_incumbent = problem.incumbent.as_ref().map_or(0, |_| weights.change.0);
    let mut grain = divisor(weights.start.0, with_incumbent);
    for campaign in &problem.campaigns {
        let priority = i128::from(campaign.priority);
        grain = divisor(grain, priority * weights.missing_min.0);
        grain = divisor(grain, priority * weights.missing_target.0);
        if campaign.mean_score.is_some() {
            grain = divisor(grain, weights.below_mean.0);
        }
    }
    for pair in &problem.pairs {
        grain = divisor(grain, i128::from(pair.score.get()) * weights.point.0);
        grain = divisor(grain, (pair.rate * problem.role(pair.role).hours).0);
    }
    grain.max(1)
}

/// The greatest common divisor of two amounts that are not negative (Euclid).
pub(super) fn divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
