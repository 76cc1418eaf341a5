//! What an enumeration has found, and how far it may go.

use crate::model::problem::ExpertIdx;
use crate::schedule::pricing::lanes::{LaneStint, Lanes};
use crate::schedule::pricing::money::Money;
use crate::schedule::pricing::pool::Pool;
use crate::schedule::pricing::run::schedule;
use crate::schedule::pricing::{Best, Schedule, is_changed};

/// Schedules of one expert that are worth enough.
#[derive(Debug)]
pub(in super::super) struct Collect<'a, T> {
    pool: &'a Pool<'a>,
    expert: ExpertIdx,
    /// What a changed schedule must be worth, the price of the change aside.
    least: T,
    /// Price of a change.
    change: i128,
    most: usize,
    steps_left: u64,
    /// Groups of lanes one of which must be served.
    pub(super) musts: Vec<Vec<usize>>,
    found: Vec<Best>,
}

impl<'a, T: Money> Collect<'a, T> {
    pub(super) fn new(
        pool: &'a Pool<'a>,
        expert: ExpertIdx,
        least: T,
        change: i128,
        most: usize,
        steps_left: u64,
    ) -> Self {
        Self {
            pool,
            expert,
            least,
            change,
            most,
            steps_left,
            musts: Vec::new(),
            found: Vec::new(),
        }
    }

    /// Whether a bound on what a changed schedule is worth, the price of the change aside, rules it out.
    pub(in super::super) fn rules_out(&self, bound: T) -> bool {
        bound.is_none() || bound < self.least
    }

    /// What rules everything out if nothing is worth more.
    pub(in super::super) fn floor(&self) -> T {
        self.least - T::from(1)
    }

    /// Takes steps; `None` if there are not so many left.
    pub(in super::super) fn step(&mut self, n_steps: usize) -> Option<()> {
        let n_steps = u64::try_from(n_steps).ok()?;
        self.steps_left = self.steps_left.checked_sub(n_steps)?;
        Some(())
    }

    /// Takes up a legal schedule unless it is the unchanged one or another piece finds it; `None` if there are too many.
    pub(in super::super) fn add(
        &mut self,
        lanes: &Lanes<T>,
        stints: &[LaneStint],
        worth: T,
    ) -> Option<()> {
        let is_served = |lane: &usize| stints.iter().any(|it| it.lane == *lane);
        if self.rules_out(worth) || !self.musts.iter().all(|any| any.iter().any(is_served)) {
            return Some(());
        }
        let schedule = schedule(lanes, stints);
        if !is_changed(self.pool, self.expert, &schedule) {
            return Some(());
        }
        self.push(worth.wide() - self.change, schedule)
    }

    /// Takes up the unchanged schedule; `None` if there are too many.
    pub(super) fn add_unchanged(&mut self, value: i128, schedule: Schedule) -> Option<()> {
        self.push(value, schedule)
    }

    fn push(&mut self, value: i128, schedule: Schedule) -> Option<()> {
        if self.found.len() >= self.most {
            return None;
        }
        self.found.push(Best {
            expert: self.expert,
            value,
            schedule,
        });
        Some(())
    }

    /// What was found, best first.
    pub(super) fn finish(mut self) -> Vec<Best> {
        let order = |a: &Best, b: &Best| {
            let by_value = b.value.cmp(&a.value);
            by_value.then_with(|| a.schedule.cmp(&b.schedule))
        };
        self.found.sort_unstable_by(order);
        self.found
    }
}
