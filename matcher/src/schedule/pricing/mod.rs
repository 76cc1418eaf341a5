//! Pricing: the best schedule of every expert at given prices, exactly.
//!
//! A schedule's value is a sum over its weeks and stints, in millionths of a cent (see [`DensePrices`]).
//! [`Pricer::new`] lays a problem out once; [`Pricer::price`] compiles prices and goes through the experts:
//!
//! 1. Most pairs are skipped with one comparison: below a [`threshold`] no stint of the role is worth anything.
//! 2. The rest become [`lanes`], one a role, and [`best`] finds the best schedule on them: of one role at a
//!    time ([`one_role`]), of [`several`] at once, or in a single week ([`one_week`]); where roles may
//!    not be served by one person, by branching over which.
//! 3. Somebody with pins, stints under way or incumbent stints keeps all pairs, and their incumbent schedule is
//!    compared with the best changed one.
//!
//! Everything is exact, in 64-bit integers where all sums provably fit and in 128-bit ones where not. Prices must
//! be within the contract's ranges.

mod best;
mod enumerate;
mod lanes;
mod money;
mod one_role;
mod one_week;
mod pool;
mod prices;
mod run;
mod schedule;
mod setup;
mod several;
#[cfg(test)]
pub(super) mod tests;
mod threshold;

pub(crate) use prices::CompiledPrices;
pub(crate) use schedule::{Schedule, ScheduledStint};

use super::DensePrices;
use crate::model::Week;
use crate::model::plan::MICRO;
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::stint::WeekKind;
use crate::stop::Stop;
use money::Money;
use pool::Pool;
use prices::{Compiled, Draft, Tables};
use run::{Run, Work};

/// A problem laid out for pricing.
#[derive(Clone, Debug)]
pub(crate) struct Pricer<'a> {
    pool: Pool<'a>,
}

/// Whom to price.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Who<'a> {
    /// Everybody.
    All,
    /// These, each once, ascending.
    Some(&'a [ExpertIdx]),
}

/// One expert's schedule and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Best {
    /// Who.
    pub(crate) expert: ExpertIdx,
    /// What it is worth in millionths of a cent, the price of a change included.
    pub(crate) value: i128,
    /// The schedule.
    pub(crate) schedule: Schedule,
}

/// What pricing found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Priced {
    /// Sum of the values of the best schedules of all who were priced, in millionths of a cent.
    pub(crate) experts: i128,
    /// The best schedule of everybody whose best is not the empty one at value 0, in the order of experts.
    pub(crate) best: Vec<Best>,
    /// If asked for: further schedules of value, at most three an expert, each of one pair alone; in the
    /// order of experts, then by falling value.
    pub(crate) more: Vec<Best>,
    /// The first expert without any schedule, if there is one: then the problem is infeasible and the rest is
    /// not complete.
    pub(crate) without_schedule: Option<ExpertIdx>,
}

/// Room for pricing one expert after another with [`Pricer::price_one`].
#[derive(Clone, Debug)]
pub(crate) struct Scratch {
    narrow: Work<i64>,
    wide: Work<i128>,
}

impl<'a> Pricer<'a> {
    /// Lays out a problem. O(pairs); about 40 bytes a pair and expert.
    pub(crate) fn new(problem: &'a Problem) -> Self {
        Self {
            pool: Pool::new(problem),
        }
    }

    /// Room for [`Pricer::price_one`].
    pub(crate) fn scratch(&self) -> Scratch {
        Scratch {
            narrow: Work::new(self.pool.n_weeks),
            wide: Work::new(self.pool.n_weeks),
        }
    }

    /// Compiles prices. O(roles × (weeks² + classes of tags)).
    pub(crate) fn compile(&self, prices: &DensePrices) -> CompiledPrices {
        Draft::new(&self.pool, prices).finish(&self.pool, true)
    }

    /// The best schedules of `who` at `prices`, found with so many threads, whose number changes nothing; `None` if
    /// `stop` fell due.
    pub(crate) fn price(
        &self,
        prices: &DensePrices,
        who: Who<'_>,
        threads: usize,
        stop: &dyn Stop,
    ) -> Option<Priced> {
        self.price_compiled(&self.compile(prices), who, false, threads, stop)
    }

    /// As [`Pricer::price`], with [`Priced::more`].
    pub(crate) fn price_few(
        &self,
        prices: &DensePrices,
        who: Who<'_>,
        threads: usize,
        stop: &dyn Stop,
    ) -> Option<Priced> {
        self.price_compiled(&self.compile(prices), who, true, threads, stop)
    }

    fn price_compiled(
        &self,
        prices: &CompiledPrices,
        who: Who<'_>,
        few: bool,
        threads: usize,
        stop: &dyn Stop,
    ) -> Option<Priced> {
        match &prices.0 {
            Compiled::Narrow(tables) => Run::new(&self.pool, tables, few).all(who, threads, stop),
            Compiled::Wide(tables) => Run::new(&self.pool, tables, few).all(who, threads, stop),
        }
    }

    /// The best schedule of one expert that covers none of the `forbidden` (role, week)s, by
    /// `role * weeks + week`; the empty one counts. `None` if there is none.
    pub(crate) fn price_one(
        &self,
        expert: ExpertIdx,
        prices: &CompiledPrices,
        forbidden: Option<&[bool]>,
        scratch: &mut Scratch,
    ) -> Option<Best> {
        match &prices.0 {
            Compiled::Narrow(tables) => {
                let run = Run::new(&self.pool, tables, false).without(forbidden);
                run.one(expert, &mut scratch.narrow)
            }
            Compiled::Wide(tables) => {
                let run = Run::new(&self.pool, tables, false).without(forbidden);
                run.one(expert, &mut scratch.wide)
            }
        }
    }

    /// What a schedule of an expert is worth in millionths of a cent, the price of a change included. O(weeks held).
    pub(crate) fn value(
        &self,
        prices: &CompiledPrices,
        expert: ExpertIdx,
        schedule: &Schedule,
    ) -> i128 {
        match &prices.0 {
            Compiled::Narrow(tables) => value(&self.pool, tables, expert, schedule),
            Compiled::Wide(tables) => value(&self.pool, tables, expert, schedule),
        }
    }

    /// What a stint of an expert is worth in millionths of a cent, whether they are changed aside. O(its weeks).
    pub(crate) fn stint_value(
        &self,
        prices: &CompiledPrices,
        expert: ExpertIdx,
        stint: ScheduledStint,
    ) -> i128 {
        match &prices.0 {
            Compiled::Narrow(tables) => stint_value(&self.pool, tables, expert, stint),
            Compiled::Wide(tables) => stint_value(&self.pool, tables, expert, stint),
        }
    }

    /// The part of the bound that is not experts: heads, budgets, the change limit and what the incumbent's
    /// weeks cost; in millionths of a cent. O(roles × weeks).
    pub(crate) fn constant(&self, prices: &DensePrices) -> i128 {
        let problem = self.pool.problem;
        let mut sum = 0;
        for (role, prices) in problem
            .roles
            .iter()
            .zip(prices.heads.chunks(self.pool.n_weeks.max(1)))
        {
            let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
            let below_min = priority * problem.weights.missing_min.0 * MICRO;
            let below_target = priority * problem.weights.missing_target.0 * MICRO;
            for (week, price) in problem.all_weeks().zip(prices) {
                let min = i128::from(role.min.at(week).get());
                let above = i128::from(role.target.at(week).get()) - min;
                sum += ((below_min - price).max(0) - below_min) * min;
                sum += ((below_target - price).max(0) - below_target) * above;
            }
        }
        for (campaign, price) in problem.campaigns.iter().zip(&prices.budget) {
            sum += campaign.budget.map_or(0, |budget| budget.0) * price;
        }
        sum += problem.max_changes.map_or(0, |most| i128::from(most.get())) * prices.change;
        sum - problem.weights.change.0 * MICRO * self.pool.n_incumbent_weeks
    }
}

fn value<T: Money>(
    pool: &Pool<'_>,
    tables: &Tables<T>,
    expert: ExpertIdx,
    schedule: &Schedule,
) -> i128 {
    let stints = schedule.stints().iter();
    let sum: i128 = stints
        .map(|stint| stint_value(pool, tables, expert, *stint))
        .sum();
    match is_changed(pool, expert, schedule) {
        true => sum - tables.change,
        false => sum,
    }
}

fn stint_value<T: Money>(
    pool: &Pool<'_>,
    tables: &Tables<T>,
    expert: ExpertIdx,
    stint: ScheduledStint,
) -> i128 {
    let special = pool.special.get(&expert);
    let pair = pool.problem.pair(stint.pair);
    let hot = pool::Hot {
        role: pair.role.0,
        rate: pair.rate.get(),
        score: pair.score.get(),
    };
    let covering = tables
        .covering(pool, &hot, pool.class[expert.index()])
        .wide();
    let base = &tables.base[pair.role.index() * pool.n_weeks..];
    let is_said = |week: Week| special.is_some_and(|it| it.says(pair.role, week.get()));
    let mut sum = 0;
    for (week, kind) in stint.weeks(pool.problem) {
        sum += match kind {
            WeekKind::Leave => 0,
            WeekKind::Onboarding => tables.working(&hot).wide(),
            WeekKind::Covering => covering + base[week.index()].wide(),
        };
        let held = tables.held.wide();
        sum += if is_said(week) { -held } else { held };
    }
    let continues = |special: &pool::Special| special.ongoing.iter().any(|it| it.0 == stint.pair);
    if stint.from > 0 || !special.is_some_and(continues) {
        sum += tables.start.wide();
    }
    sum
}

fn is_changed(pool: &Pool<'_>, expert: ExpertIdx, schedule: &Schedule) -> bool {
    let Some(special) = pool.special.get(&expert) else {
        return !schedule.is_empty();
    };
    let stints = schedule.stints().iter();
    let mut held: Vec<(RoleIdx, u16, u16)> = stints
        .map(|it| (pool.problem.pair(it.pair).role, it.from, it.to))
        .collect();
    held.sort_unstable();
    let said = special.said.iter();
    let mut said: Vec<(RoleIdx, u16, u16)> = said
        .flat_map(|(role, spans)| spans.iter().map(|it| (*role, it.0, it.1)))
        .collect();
    said.sort_unstable();
    special.said_gone || held != said
}
