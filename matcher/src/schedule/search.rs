//! What one search for a plan knows, and what it tells of itself.

use std::time::Duration;

use crate::model::plan::{MICRO, Proof};
use crate::model::problem::{ExpertIdx, Problem};
use crate::solve::{Options, Progress};
use crate::stint::WeekKind;
use crate::stop::Stop;

use super::column::Columns;
use super::generate::Bound;
use super::pricing::Pricer;
use super::rows::Rows;
use super::tally::Tally;

/// Experts priced that make a unit of work.
const EXPERTS_A_UNIT: u64 = 1_000;

/// Everything that one search for a plan knows.
pub(super) struct Search<'a> {
    pub(super) problem: &'a Problem,
    pub(super) rows: &'a Rows<'a>,
    pub(super) columns: Columns<'a>,
    pub(super) pricer: Pricer<'a>,
    /// Experts for whom the empty schedule is no matter of course, ascending: they have pins, or it may be a change.
    pub(super) musts: Vec<ExpertIdx>,
    pub(super) threads: usize,
    pub(super) seed: u64,
    pub(super) gap_ppm: u32,
    /// Cents that matter: what a missing head costs, or a seat-week's score.
    pub(super) scale: f64,
    /// The same, exactly.
    pub(super) seat: i128,
    /// Heads wanted at the peak of every role, together.
    pub(super) heads: usize,
    /// Whether any feasible plan will do.
    pub(super) wants_any_plan: bool,
    /// Pricings of the whole pool.
    pub(super) rounds: u64,
    pub(super) experts_priced: u64,
    /// Most columns at once.
    pub(super) n_columns: usize,
    work_limit: Option<u64>,
    work: u64,
    /// The best bound of prices.
    pub(super) bound: Option<Bound>,
    /// The best bound from other proofs, in cents, and what it rests on.
    pub(super) other_bound: Option<(i128, Proof)>,
    /// The best plan and its worth in cents.
    pub(super) best: Option<(Tally, i128)>,
    pub(super) stop: &'a dyn Stop,
    progress: &'a mut dyn FnMut(&Progress),
}

impl<'a> Search<'a> {
    pub(super) fn new(
        problem: &'a Problem,
        rows: &'a Rows<'a>,
        options: &Options,
        stop: &'a dyn Stop,
        progress: &'a mut dyn FnMut(&Progress),
    ) -> Self {
        let weights = &problem.weights;
        let scale = weights.missing_target.0.max(weights.point.0 * 500).max(1);
        let peak = |role: &crate::model::problem::Role| {
            let heads = problem.all_weeks().map(|week| role.target.at(week).get());
            heads.max().unwrap_or(0) as usize
        };
        let columns = Columns::new(problem);
        let mut musts: Vec<ExpertIdx> = problem.pins.iter().map(|pin| pin.expert).collect();
        if problem.max_changes.is_some() {
            musts.extend(columns.incumbent.experts());
        }
        musts.sort_unstable();
        musts.dedup();
        Self {
            problem,
            rows,
            columns,
            pricer: Pricer::new(problem),
            musts,
            threads: options.threads.max(1),
            seed: options.seed,
            gap_ppm: options.gap_ppm,
            scale: scale as f64,
            seat: scale,
            heads: problem.roles.iter().map(peak).sum::<usize>().max(1),
            wants_any_plan: false,
            rounds: 0,
            experts_priced: 0,
            n_columns: 0,
            work_limit: options.work_limit,
            work: 0,
            bound: None,
            other_bound: None,
            best: None,
            stop,
            progress,
        }
    }

    /// Counts experts priced.
    pub(super) fn count_priced(&mut self, experts: usize) {
        self.experts_priced += experts as u64;
        self.work += (experts as u64).div_ceil(EXPERTS_A_UNIT);
    }

    /// Counts other work: iterations of linear programs, nodes of search trees.
    pub(super) fn count_work(&mut self, units: u64) {
        self.work += units;
    }

    /// Whether to stop: time is up, the search was cancelled, or the work is done.
    pub(super) fn is_over(&self) -> bool {
        self.stop.is_due() || self.is_out_of_work()
    }

    /// Whether the work limit is reached.
    pub(super) fn is_out_of_work(&self) -> bool {
        self.work_limit.is_some_and(|limit| self.work >= limit)
    }

    /// Whether two thirds of what the limits allow are used up: then it is time to make plans of what there is.
    pub(super) fn is_late(&self) -> bool {
        let of_work = self
            .work_limit
            .is_some_and(|limit| 3 * self.work >= 2 * limit);
        let of_time = self
            .stop
            .remaining()
            .is_some_and(|left| 2 * left <= self.stop.elapsed());
        of_work || of_time
    }

    /// Whether a choice among so many candidates would end in time. HiGHS does not always ask whether to stop, so one is
    /// begun only if there is time for it.
    pub(super) fn has_time_for(&self, candidates: usize) -> bool {
        let needed = Duration::from_millis(300)
            + Duration::from_millis(4) * u32::try_from(candidates).unwrap_or(u32::MAX);
        !self.is_over() && self.stop.remaining().is_none_or(|left| left >= needed)
    }

    /// Seconds left where only a clock limits the search.
    pub(super) fn seconds_left(&self) -> Option<f64> {
        let left = self.stop.remaining()?;
        self.work_limit.is_none().then_some(left.as_secs_f64())
    }

    /// The best bound in cents.
    pub(super) fn bound_cents(&self) -> Option<i128> {
        let of_prices = self
            .bound
            .as_ref()
            .map(|bound| bound.micro.div_euclid(MICRO));
        [of_prices, self.other_bound.map(|it| it.0)]
            .into_iter()
            .flatten()
            .min()
    }

    /// Whether the best plan is worth what is proved.
    pub(super) fn is_proved(&self) -> bool {
        let bound = self.bound_cents();
        self.best
            .as_ref()
            .is_some_and(|(_, worth)| Some(*worth) == bound)
    }

    /// Whether the gap is as small as was asked for.
    pub(super) fn is_good_enough(&self) -> bool {
        let Some(((tally, worth), bound)) = self.best.as_ref().zip(self.bound_cents()) else {
            return false;
        };
        let share = (bound - worth).saturating_mul(1_000_000);
        bound == *worth
            || share
                <= self
                    .score_value(tally)
                    .saturating_mul(i128::from(self.gap_ppm))
    }

    /// Whether a gap in cents between bound and master is a tenth of the gap that was asked for, so that plans are what is
    /// wanted now.
    pub(super) fn is_small_enough(&self, gap: f64) -> bool {
        let score = self
            .best
            .as_ref()
            .map_or(0, |(tally, _)| self.score_value(tally));
        self.gap_ppm > 0 && gap * 1e7 <= score as f64 * f64::from(self.gap_ppm)
    }

    /// Keeps a plan if it is feasible and better than the best.
    pub(super) fn offer(&mut self, tally: &Tally, phase: &'static str) {
        if self.musts.iter().any(|expert| tally.of(*expert).is_none()) {
            return;
        }
        let Some(worth) = tally.worth(self.rows) else {
            return;
        };
        let worth = worth - self.columns.incumbent.cost_of_nothing();
        if self.best.as_ref().is_none_or(|(_, best)| worth > *best) {
            self.best = Some((tally.clone(), worth));
            self.report(phase);
        }
    }

    /// Tells whoever watches where the search stands.
    pub(super) fn report(&mut self, phase: &'static str) {
        let progress = Progress {
            elapsed: self.stop.elapsed(),
            phase,
            objective: self.best.as_ref().map(|(_, worth)| *worth),
            bound: self.bound_cents(),
            score_value: self.best.as_ref().map(|(tally, _)| self.score_value(tally)),
            columns: self.n_columns,
            experts_priced: self.experts_priced,
        };
        (self.progress)(&progress);
    }

    /// Σ score × point_cents of a plan.
    pub(super) fn score_value(&self, tally: &Tally) -> i128 {
        let mut points = 0;
        for stint in tally
            .columns()
            .iter()
            .flat_map(|column| column.schedule.stints())
        {
            let weeks = stint.weeks(self.problem);
            let covering = weeks
                .filter(|(_, kind)| *kind == WeekKind::Covering)
                .count();
            points += i128::from(self.problem.pair(stint.pair).score.get()) * covering as i128;
        }
        points * self.problem.weights.point.0
    }
}
