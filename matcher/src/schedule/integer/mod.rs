//! Plans from schedules of small loss, and the proof that there is none better.
//!
//! At the best prices every schedule has a loss against its expert's best, and a plan's losses, with those of slack
//! rows, add up to its gap exactly. So plans are sought among columns of small loss; and a plan better than the best so
//! far uses only schedules whose loss is below the gap (reduced-cost fixing). Where these are few, all
//! of them are enumerated over the whole pool, and a search over them settles the problem.

mod branch;
mod choice;
mod choose;
mod linking;
mod some;
mod stints;
#[cfg(test)]
mod tests;
mod whole;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::plan::MICRO;
use crate::model::problem::ExpertIdx;

use super::Search;
use super::generate::Bound;
use super::master::Master;
use super::pricing::{CompiledPrices, Schedule};
use choice::Candidate;
use choose::choose;
use some::{by_campaign, of_small_loss, stints_of_some};
use whole::whole;

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
/// Looks at the schedules of small loss.
const MOST_LOOKS: usize = 3;
/// Columns the second choice is made of, besides those without loss.
const FIRST: usize = 1_500;
/// Columns, and stints, of a proof that is tried at once; and after better plans.
const FEW: usize = 1_000;
const FEW_STINTS: usize = 20_000;
const MOST: usize = 6_000;
const MOST_STINTS: usize = 60_000;

/// Values of the best schedules at the best prices.
struct Losses<'a> {
    bound: &'a Bound,
    compiled: CompiledPrices,
    best: FxHashMap<ExpertIdx, i128>,
}

impl<'a> Losses<'a> {
    fn new(search: &Search<'_>, bound: &'a Bound) -> Self {
        let best = bound.best.iter();
        Self {
            bound,
            compiled: search.pricer.compile(&bound.prices),
            best: best.map(|best| (best.expert, best.value)).collect(),
        }
    }

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
    let losses = Losses::new(search, &bound);
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
    if search.is_over() || search.is_good_enough() {
        return Outcome::Searched;
    }
    // What is small is settled at once; for the rest better plans come first, which make what may be better fewer.
    if let Some(outcome) = whole(search, &losses, FEW, FEW_STINTS) {
        return outcome;
    }
    candidates.extend(of_others.into_iter().take(FIRST));
    choose(search, &losses, candidates.clone(), musts, false);
    by_campaign(search, &losses, &candidates);
    for _ in 0..MOST_LOOKS {
        if search.is_over() || search.is_good_enough() {
            return Outcome::Searched;
        }
        let before = search.worth();
        if let Some(candidates) = of_small_loss(search, &losses) {
            choose(search, &losses, candidates, musts, false);
        }
        if search.worth() == before {
            break;
        }
    }
    stints_of_some(search, &losses, &candidates);
    if search.is_over() || search.is_good_enough() {
        return Outcome::Searched;
    }
    whole(search, &losses, MOST, MOST_STINTS).unwrap_or(Outcome::Searched)
}
