//! Every schedule of one expert that is worth enough.

mod collect;
mod one_role;
mod pieces;

pub(super) use collect::Collect;

use super::money::Money;
use super::pool::Pool;
use super::prices::{Compiled, Tables};
use super::run::{Work, schedule};
use super::setup::Question;
use super::{Best, CompiledPrices, Pricer, Schedule, Scratch};
use crate::model::problem::ExpertIdx;

impl Pricer<'_> {
    /// Every schedule of `expert` that keeps all rules of one person and is worth at least `at_least` millionths of a
    /// cent at `prices`, the price of a change included; the empty one too where it is one. Each once, best first,
    /// ties by schedule. `None` if there are more than `most`, or if finding them takes more than `most_steps` steps, of
    /// some nanoseconds each.
    ///
    /// Stints worth nothing or less are looked at like all others: what rules a schedule out is only that nothing which
    /// begins as it does is worth enough. How much the stints ahead may still be worth is exact where one role is held at
    /// a time, so that every step leads to a schedule; with several at once it is the bound by tolls (see `several`).
    ///
    /// *Complexity*: that of pricing the expert on all pairs, then schedules found × weeks × pairs; with several roles
    /// at once, exponential where the bound is weak.
    pub(crate) fn enumerate(
        &self,
        expert: ExpertIdx,
        prices: &CompiledPrices,
        at_least: i128,
        most: usize,
        most_steps: u64,
        scratch: &mut Scratch,
    ) -> Option<Vec<Best>> {
        let (pool, limits) = (&self.pool, (most, most_steps));
        match &prices.0 {
            Compiled::Narrow(tables) => {
                all(pool, tables, expert, at_least, limits, &mut scratch.narrow)
            }
            Compiled::Wide(tables) => {
                all(pool, tables, expert, at_least, limits, &mut scratch.wide)
            }
        }
    }
}

/// The unchanged schedule if it is legal and worth enough, and all changed ones.
fn all<T: Money>(
    pool: &Pool<'_>,
    tables: &Tables<T>,
    expert: ExpertIdx,
    at_least: i128,
    (most, most_steps): (usize, u64),
    work: &mut Work<T>,
) -> Option<Vec<Best>> {
    let question = Question {
        pool,
        tables,
        forbidden: None,
    };
    let solver = &mut work.solver;
    let special = pool.special.get(&expert);
    let unchanged = match special {
        None => Some((0, Schedule::default())),
        Some(special) => question
            .set_up_incumbent(expert, special, solver)
            .map(|worth| (worth.wide(), schedule(&solver.lanes, &solver.stints))),
    };
    question.set_up_all(expert, special, solver);
    let change = tables.change;
    let mut collect = Collect::new(
        pool,
        expert,
        T::narrow(at_least.saturating_add(change)),
        change,
        most,
        most_steps,
    );
    if let Some((value, schedule)) = unchanged.filter(|it| it.0 >= at_least) {
        collect.add_unchanged(value, schedule)?;
    }
    let pins = special.map_or(&[][..], |special| &special.pins);
    let lanes = &solver.lanes.list;
    let is_out = |pin: &(_, u16, u16)| {
        let lane = lanes.iter().find(|lane| lane.role == pin.0);
        lane.is_none_or(|lane| usize::from(pin.1) < lane.from || lane.to < usize::from(pin.2))
    };
    if !pins.iter().any(is_out) {
        pieces::search(solver, &mut collect)?;
    }
    Some(collect.finish())
}
