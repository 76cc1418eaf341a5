//! Plans from schedules of small loss, and the proof that there is none better.
//!
//! At the best prices every schedule has a loss against its expert's best, and a plan's losses, with those of slack
//! rows, add up to its gap exactly. So plans are sought among columns of small loss; and a plan better than the best so
//! far uses only schedules whose loss is below the gap (reduced-cost fixing). Where these are few, all
//! of them are enumerated over the whole pool, and a search over them settles the problem.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lp::mip::{MipLimits, MipStatus};
use crate::model::plan::{MICRO, Proof};
use crate::model::problem::{ExpertIdx, Problem};
use crate::stop::Stop;

use super::branch::branch;
use super::choice::{Candidate, Choice};
use super::generate::Bound;
use super::master::Master;
use super::pricing::{CompiledPrices, Schedule, Who};
use super::{SMALL, Search};

/// How the search for plans ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There is a plan or there is none: nothing more can be said.
    Searched,
    /// No plan keeps the pins and the change limit.
    Infeasible,
}

/// Share of the master's last point above which a column counts as taken.
const TAKEN: f64 = 1e-2;
/// Columns the second choice is made of, besides those without loss.
const FIRST: usize = 1_500;
/// Columns a proof may have.
const MOST: usize = 6_000;
/// Columns a proof may have where few people make a problem small.
const MOST_OF_SMALL: usize = 60_000;
/// Looks at the schedules of small loss; each better plan makes them fewer.
const MOST_LOOKS: usize = 3;
/// The same where few people make a problem small.
const MOST_LOOKS_OF_SMALL: usize = 12;

/// Times that all campaigns are chosen anew.
const MOST_SWEEPS: usize = 3;
/// Steps that one expert's schedules may take.
const MOST_STEPS: u64 = 2_000_000;

/// Values of the best schedules at the best prices.
struct Losses<'a> {
    bound: &'a Bound,
    compiled: CompiledPrices,
    best: FxHashMap<ExpertIdx, i128>,
}

/// Looks for better plans until the gap is small enough, or nothing helps.
pub(super) fn plan(search: &mut Search<'_>, master: &Master<'_>) -> Outcome {
    let musts = &search.musts.clone();
    let stop = search.stop;
    let Some(bound) = search.bound.clone() else {
        return Outcome::Searched;
    };
    let Some(priced) = search
        .pricer
        .price(&bound.prices, Who::All, search.threads, stop)
    else {
        return Outcome::Searched;
    };
    let compiled = search.pricer.compile(&bound.prices);
    let best = priced
        .best
        .iter()
        .map(|best| (best.expert, best.value))
        .collect();
    let losses = Losses {
        bound: &bound,
        compiled,
        best,
    };
    let mut candidates: Vec<Candidate> = Vec::new();
    for column in priced.best.into_iter().map(|best| {
        search
            .columns
            .column(search.rows, best.expert, best.schedule)
    }) {
        candidates.push(Candidate { column, loss: 0 });
    }
    let loss_of = |search: &Search<'_>, expert: ExpertIdx, schedule: &Schedule| {
        let value = search.pricer.value(&losses.compiled, expert, schedule);
        losses.best.get(&expert).copied().unwrap_or(0) - value
    };
    let mut more: Vec<Candidate> = master
        .columns()
        .map(|column| Candidate {
            loss: loss_of(search, column.expert, &column.schedule),
            column: column.clone(),
        })
        .filter(|it| it.loss > 0)
        .collect();
    more.sort_by(|a, b| {
        (a.loss, a.column.expert, &a.column.schedule).cmp(&(
            b.loss,
            b.column.expert,
            &b.column.schedule,
        ))
    });
    // Whoever must hold something keeps all they know.
    let (of_musts, of_others): (Vec<Candidate>, Vec<Candidate>) = more
        .into_iter()
        .partition(|it| musts.binary_search(&it.column.expert).is_ok());
    let taken: FxHashSet<(ExpertIdx, &Schedule)> = master
        .shares()
        .filter(|(_, share)| *share > TAKEN)
        .map(|(column, _)| (column.expert, &column.schedule))
        .collect();
    candidates.extend(of_musts);
    // First what the master takes a share of: few columns, and a good plan at once. Then more.
    let is_taken = |it: &&Candidate| taken.contains(&(it.column.expert, &it.column.schedule));
    let few = candidates
        .iter()
        .chain(of_others.iter().filter(is_taken))
        .cloned()
        .collect();
    choose(search, &losses, few, musts, false, stop);
    if search.is_over() || search.is_good_enough() {
        return Outcome::Searched;
    }
    candidates.extend(of_others.into_iter().take(FIRST));
    choose(search, &losses, candidates.clone(), musts, false, stop);
    by_campaign(search, &losses, &candidates, musts);
    let is_small = search.problem.experts.len() <= SMALL;
    for _ in 0..if is_small {
        MOST_LOOKS_OF_SMALL
    } else {
        MOST_LOOKS
    } {
        if search.is_over() || search.is_good_enough() {
            return Outcome::Searched;
        }
        let before = search.best.as_ref().map(|(_, worth)| *worth);
        let most = if is_small { MOST_OF_SMALL } else { MOST };
        let Some((candidates, is_complete)) = enumerate(search, &losses, musts, most, stop) else {
            return Outcome::Searched;
        };
        let (status, proved) = choose(search, &losses, candidates, musts, is_complete, stop);
        if is_complete && status == MipStatus::Infeasible && before.is_none() {
            return Outcome::Infeasible;
        }
        if proved {
            return Outcome::Searched;
        }
        let after = search.best.as_ref().map(|(_, worth)| *worth);
        if is_complete || after == before {
            return Outcome::Searched;
        }
    }
    Outcome::Searched
}

/// Chooses anew for the people of one campaign at a time, and for those without a stint, while everybody else keeps
/// theirs; until no campaign gains by it.
fn by_campaign(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    candidates: &[Candidate],
    musts: &[ExpertIdx],
) {
    let problem = search.problem;
    if problem.campaigns.len() < 2 {
        return;
    }
    for _ in 0..MOST_SWEEPS {
        let before = search.best.as_ref().map(|(_, worth)| *worth);
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
            let mut kept: Vec<ExpertIdx> = kept.chain(musts.iter().copied()).collect();
            kept.sort_unstable();
            kept.dedup();
            choose(search, losses, open, &kept, false, search.stop);
        }
        if search.best.as_ref().map(|(_, worth)| *worth) == before {
            return;
        }
    }
}

/// Every schedule over the whole pool whose loss is at most the gap, or as many of the smallest losses as there is room
/// for; and whether these are all.
fn enumerate(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    musts: &[ExpertIdx],
    most: usize,
    stop: &dyn Stop,
) -> Option<(Vec<Candidate>, bool)> {
    let gap = match &search.best {
        Some((_, worth)) => (losses.bound.micro - worth * MICRO).max(0),
        None => i128::MAX / 4,
    };
    let experts = (0..search.problem.experts.len()).map(ExpertIdx::from);
    let mut limit = gap;
    let mut scratch = search.pricer.scratch();
    'narrower: for _ in 0..40 {
        let mut candidates = Vec::new();
        for (n, expert) in experts.clone().enumerate() {
            if n % 256 == 0 && stop.is_due() {
                return None;
            }
            let best = losses.best.get(&expert).copied().unwrap_or(0);
            let least = best.saturating_sub(limit);
            let room = most - candidates.len();
            let found = search.pricer.enumerate(
                expert,
                &losses.compiled,
                least,
                room,
                MOST_STEPS,
                &mut scratch,
            );
            let Some(found) = found else {
                limit = (limit / 3).min(100 * search.seat * MICRO);
                continue 'narrower;
            };
            for found in found {
                let is_must = musts.binary_search(&expert).is_ok();
                if !found.schedule.is_empty() || is_must {
                    let loss = best - found.value;
                    let column = search.columns.column(search.rows, expert, found.schedule);
                    candidates.push(Candidate { column, loss });
                }
            }
        }
        search.n_columns = search.n_columns.max(candidates.len());
        return Some((candidates, limit == gap));
    }
    None
}

/// Chooses among candidates, and what the best plan holds; how the search ended, and whether the best plan is proved.
fn choose(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    mut candidates: Vec<Candidate>,
    musts: &[ExpertIdx],
    is_complete: bool,
    stop: &dyn Stop,
) -> (MipStatus, bool) {
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
                    (MipStatus::Optimal, true)
                }
                None => (MipStatus::Infeasible, false),
            };
        }
    }
    let is_small = search.problem.experts.len() <= SMALL;
    let limits = MipLimits {
        nodes: (!is_small).then_some(if is_complete { 200 } else { 50 }),
        stall_nodes: None,
        seconds: search.seconds_left(),
        gap: if is_complete || is_small {
            0.2
        } else {
            0.01 * search.scale
        },
        seed: i32::try_from(search.seed % (1 << 31)).unwrap_or(0),
        presolve: true,
        heuristics: if is_complete { 0.05 } else { 0.2 },
    };
    if !search.has_time_for(candidates.len()) {
        return (MipStatus::Stopped, false);
    }
    let start = best.as_ref().map(|(tally, _)| tally);
    let chosen = Choice {
        problem: search.problem,
        rows: search.rows,
        prices: &losses.bound.prices,
        best: &losses.best,
        candidates: &candidates,
        musts,
    }
    .best(start, limits, stop);
    search.count_work(10 + chosen.nodes);
    let Some(tally) = chosen.tally else {
        return (chosen.status, false);
    };
    let worth = tally.worth(search.rows);
    search.offer(&tally, if is_complete { "proof" } else { "plan" });
    if !is_complete || worth.is_none() {
        return (chosen.status, false);
    }
    // Nothing that was left out is better than the plan the search began with; of what was in, nothing is better
    // than the solver's bound, loosened by its tolerance.
    let worth = worth.unwrap_or(0) - search.columns.incumbent.cost_of_nothing();
    if let Some(excess) = chosen.excess {
        let best = search.best.as_ref().map_or(worth, |(_, best)| *best);
        let grain = grain(search.problem);
        let claim = ((worth + excess).div_euclid(grain) * grain).max(best);
        if search.bound_cents().is_none_or(|bound| claim < bound) {
            search.other_bound = Some((claim, Proof::Mip));
            search.report("proof");
        }
    }
    (chosen.status, search.is_proved())
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
fn divisor(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}
