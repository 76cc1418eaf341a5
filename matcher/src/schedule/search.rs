//! What one search for a plan knows, and what it tells of itself.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use crate::lp::mip::{MipLimits, MipStatus};
use crate::model::plan::{MICRO, Proof};
use crate::model::problem::{ExpertIdx, Problem};
use crate::solve::{BestPlan, Options, Progress};
use crate::stint::WeekKind;
use crate::stop::Stop;

use super::column::Columns;
use super::generate::Bound;
use super::pricing::Pricer;
use super::result;
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
    /// Whether prices are to go on where they were good enough before.
    pub(super) goes_on: bool,
    /// Pricings of the whole pool.
    pub(super) rounds: u64,
    pub(super) experts_priced: u64,
    /// Most columns at once.
    pub(super) n_columns: usize,
    work_limit: Option<u64>,
    work: u64,
    /// When the present turn of prices and plans began: time and work.
    turn_began: (Duration, u64),
    /// The best bound of prices.
    pub(super) bound: Option<Bound>,
    /// The best bound from other proofs, in cents, and what it rests on.
    pub(super) other_bound: Option<(i128, Proof)>,
    /// The best plan and its worth in cents.
    pub(super) best: Option<(Tally, i128)>,
    pub(super) stop: &'a dyn Stop,
    /// Whether a clock ever decided what was done next.
    is_clocked: Cell<bool>,
    progress: RefCell<&'a mut dyn FnMut(&Progress)>,
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
        Self {
            problem,
            rows,
            columns,
            pricer: Pricer::new(problem),
            musts: sorted(musts),
            threads: options.threads.max(1),
            seed: options.seed,
            gap_ppm: options.gap_ppm,
            scale: scale as f64,
            seat: scale,
            heads: problem.roles.iter().map(peak).sum::<usize>().max(1),
            wants_any_plan: false,
            goes_on: false,
            rounds: 0,
            experts_priced: 0,
            n_columns: 0,
            work_limit: options.work_limit,
            work: 0,
            turn_began: (stop.elapsed(), 0),
            bound: None,
            other_bound: None,
            best: None,
            stop,
            is_clocked: Cell::new(false),
            progress: RefCell::new(progress),
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

    /// Work done.
    pub(super) fn work(&self) -> u64 {
        self.work
    }

    /// Whether to stop: time is up, the search was cancelled, or the work is done.
    pub(super) fn is_over(&self) -> bool {
        self.by_clock(self.stop.is_due()) || self.is_out_of_work()
    }

    /// Whether the work limit is reached.
    pub(super) fn is_out_of_work(&self) -> bool {
        self.work_left() == Some(0)
    }

    /// Work left under a work limit.
    pub(super) fn work_left(&self) -> Option<u64> {
        let limit = self.work_limit?;
        Some(limit.saturating_sub(self.work))
    }

    /// Begins another turn of prices and plans.
    pub(super) fn begin_turn(&mut self) {
        self.turn_began = (self.stop.elapsed(), self.work);
    }

    /// Whether two thirds of what the limits left to this turn are used up: then it is time to make plans of what there is.
    pub(super) fn is_late(&self) -> bool {
        let (time, work) = self.turn_began;
        let work_left = self.work_left();
        let of_work = work_left.is_some_and(|left| 2 * left <= self.work - work);
        let spent = self.stop.elapsed().saturating_sub(time);
        let of_time = self.stop.remaining().is_some_and(|left| 2 * left <= spent);
        of_work || self.by_clock(of_time)
    }

    /// Seconds left where only a clock limits the search.
    pub(super) fn seconds_left(&self) -> Option<f64> {
        let left = self.stop.remaining()?;
        self.work_limit.is_none().then_some(left.as_secs_f64())
    }

    /// Notes that a clock decides, where it does.
    fn by_clock(&self, decides: bool) -> bool {
        self.is_clocked.set(self.is_clocked.get() || decides);
        decides
    }

    /// Notes what a mixed-integer program took, and whether the clock ended it.
    pub(super) fn count_mip(&mut self, status: MipStatus, nodes: u64, limits: MipLimits) {
        self.count_work(10 + nodes);
        let n_nodes = limits.nodes.and_then(|most| u64::try_from(most).ok());
        let is_cut = status == MipStatus::Stopped && n_nodes.is_none_or(|most| nodes < most);
        self.by_clock(is_cut && limits.seconds.is_some());
    }

    /// Whether a clock decided anything, so that another run may find another plan.
    pub(super) fn is_clocked(&self) -> bool {
        self.is_clocked.get()
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

    /// What the best plan is worth, in cents.
    pub(super) fn worth(&self) -> Option<i128> {
        self.best.as_ref().map(|(_, worth)| *worth)
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
        if self.wants_any_plan && self.best.is_some() {
            return true;
        }
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
    pub(super) fn report(&self, phase: &'static str) {
        let best = || result::best(self);
        let best = self.best.is_some().then_some(BestPlan(&best));
        let progress = Progress {
            elapsed: self.stop.elapsed(),
            phase,
            objective: self.best.as_ref().map(|(_, worth)| *worth),
            bound: self.bound_cents(),
            score_value: self.best.as_ref().map(|(tally, _)| self.score_value(tally)),
            columns: self.n_columns,
            experts_priced: self.experts_priced,
            best,
        };
        // Nobody reports while somebody is told.
        (self.progress.borrow_mut())(&progress);
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

/// The experts of a list, ascending, each once.
pub(super) fn sorted(mut experts: Vec<ExpertIdx>) -> Vec<ExpertIdx> {
    experts.sort_unstable();
    experts.dedup();
    experts
}
