//! Plans from schedules of small loss, and the proof that there is none better.
//!
//! At the best prices every schedule has a loss against its expert's best, and a plan's losses, with those of slack
//! rows, add up to its gap exactly. So plans are sought among columns of small loss; and a plan better than the best so
//! far uses only schedules whose loss is below the gap (reduced-cost fixing). Where these are few, all
//! of them are enumerated over the whole pool, and a search over them settles the problem.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::lp::mip::{MipLimits, MipStatus};
use crate::model::plan::{MICRO, Proof};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};

use super::branch::branch;
use super::choice::{Candidate, Choice, Chosen};
use super::generate::Bound;
use super::master::Master;
use super::pricing::{CompiledPrices, Schedule};
use super::stints::StintChoice;
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
/// Columns, and stints, of a proof that is tried at once; and after better plans.
const FEW: usize = 1_000;
const FEW_STINTS: usize = 20_000;
const MOST: usize = 6_000;
const MOST_STINTS: usize = 60_000;
/// Looks at the schedules of small loss.
const MOST_LOOKS: usize = 3;
/// Times that the loss allowed is made smaller, to have fewer schedules or stints.
const MOST_NARROWINGS: usize = 40;
/// Stints of a choice for some people, and how many without a stint are among them at least.
const STINTS_OF_SOME: usize = 4_000;
const LEAST_IDLE: usize = 20;
/// Nodes of a search for a proof that nothing else limits, and of one for a plan.
const MOST_NODES_OF_A_PROOF: i32 = 1_000;
const MOST_NODES: i32 = 50;
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

impl Losses<'_> {
    /// What a plan better than the best one may lose, in millionths of a cent.
    fn gap(&self, search: &Search<'_>) -> i128 {
        match search.worth() {
            Some(worth) => (self.bound.micro - worth * MICRO).max(0),
            None => i128::MAX / 4,
        }
    }
}

/// Looks for better plans until the gap is small enough, or nothing helps.
pub(super) fn plan(search: &mut Search<'_>, master: &Master<'_>) -> Outcome {
    let musts = &search.musts.clone();
    let Some(bound) = search.bound.clone() else {
        return Outcome::Searched;
    };
    let compiled = search.pricer.compile(&bound.prices);
    let best = bound
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
    for best in bound.best.iter() {
        let schedule = best.schedule.clone();
        let column = search.columns.column(search.rows, best.expert, schedule);
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
    choose(search, &losses, few, musts, false);
    // What is small is settled at once; for the rest better plans come first, which make what may be better fewer.
    if let Some(outcome) = whole(search, &losses, musts, FEW, FEW_STINTS) {
        return outcome;
    }
    candidates.extend(of_others.into_iter().take(FIRST));
    choose(search, &losses, candidates.clone(), musts, false);
    by_campaign(search, &losses, &candidates, musts);
    for _ in 0..MOST_LOOKS {
        if search.is_over() || search.is_good_enough() {
            return Outcome::Searched;
        }
        let before = search.worth();
        if let Some(candidates) = of_small_loss(search, &losses, musts) {
            choose(search, &losses, candidates, musts, false);
        }
        if search.worth() == before {
            break;
        }
    }
    stints_of_some(search, &losses, &candidates);
    whole(search, &losses, musts, MOST, MOST_STINTS).unwrap_or(Outcome::Searched)
}

/// Chooses among all schedules that a better plan may have, or all stints, if there are at most `columns` or `stints` of
/// them, which settles the problem; else nothing.
fn whole(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    musts: &[ExpertIdx],
    columns: usize,
    stints: usize,
) -> Option<Outcome> {
    if search.is_over() || search.is_good_enough() {
        return Some(Outcome::Searched);
    }
    let before = search.worth();
    let gap = losses.gap(search);
    let outcome = |status| match status == MipStatus::Infeasible && before.is_none() {
        true => Outcome::Infeasible,
        false => Outcome::Searched,
    };
    if let Some(candidates) = enumerate(search, losses, musts, gap, columns) {
        let status = choose(search, losses, candidates, musts, true);
        return Some(outcome(status));
    }
    if search.problem.pairs.len() > stints {
        return None;
    }
    let everybody = (0..search.problem.experts.len()).map(ExpertIdx::from);
    let Losses {
        bound, compiled, ..
    } = losses;
    let limits = limits(search, true);
    let choice = StintChoice::new(search, bound, compiled, everybody.collect(), gap, stints)?;
    let chosen = choice.best(limits);
    search.count_mip(&chosen, limits);
    settle(search, &chosen, true);
    Some(outcome(chosen.status))
}

/// Chooses stints anew for the people of a campaign or a role, and for the best of those without a stint, while everybody
/// else keeps theirs; until nothing is gained by it.
fn stints_of_some(search: &mut Search<'_>, losses: &Losses<'_>, candidates: &[Candidate]) {
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
            let Losses {
                bound, compiled, ..
            } = losses;
            let mut worst = losses.gap(search);
            let chosen = (0..MOST_NARROWINGS).find_map(|_| {
                let experts = experts.clone();
                let choice =
                    StintChoice::new(search, bound, compiled, experts, worst, STINTS_OF_SOME);
                worst /= 4;
                choice.map(|choice| choice.best(limits))
            });
            if let Some(chosen) = chosen {
                search.count_mip(&chosen, limits);
                settle(search, &chosen, false);
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
    Some(super::generate::sorted(&experts))
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
            let mut kept: Vec<ExpertIdx> = kept.chain(musts.iter().copied()).collect();
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
fn of_small_loss(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    musts: &[ExpertIdx],
) -> Option<Vec<Candidate>> {
    let mut limit = losses.gap(search);
    for _ in 0..MOST_NARROWINGS {
        limit = (limit / 3).min(100 * search.seat * MICRO);
        let found = enumerate(search, losses, musts, limit, MOST);
        if found.is_some() || search.is_over() {
            return found;
        }
    }
    None
}

/// Every schedule over the whole pool whose loss is at most `limit`; none if these are more than `most`, or time is up.
fn enumerate(
    search: &mut Search<'_>,
    losses: &Losses<'_>,
    musts: &[ExpertIdx],
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
        let is_must = musts.binary_search(&expert).is_ok();
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

/// Chooses among candidates, and what the best plan holds; how the search ended.
fn choose(
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
    search.count_mip(&chosen, limits);
    settle(search, &chosen, is_complete);
    chosen.status
}

/// How far a mixed-integer program may go, and whether it is to prove anything.
fn limits(search: &Search<'_>, is_proof: bool) -> MipLimits {
    let left = search.work_left();
    let left = left.map(|left| i32::try_from(left).unwrap_or(i32::MAX));
    let is_small = search.problem.experts.len() <= SMALL;
    let is_limited = left.is_some() || search.stop.remaining().is_some();
    let most = match is_proof {
        true if is_small || is_limited => None,
        true => Some(MOST_NODES_OF_A_PROOF),
        false => Some(MOST_NODES),
    };
    MipLimits {
        nodes: most.into_iter().chain(left).min(),
        seconds: search.seconds_left(),
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
fn settle(search: &mut Search<'_>, chosen: &Chosen, is_complete: bool) {
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
