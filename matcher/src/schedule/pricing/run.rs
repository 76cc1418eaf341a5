//! Going through the experts.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use super::best::Best as Solver;
use super::lanes::{LaneStint, Lanes};
use super::money::Money;
use super::pool::Pool;
use super::prices::Tables;
use super::setup::{Forbidden, Question};
use super::{Best, Priced, Schedule, ScheduledStint, Who, value};
use crate::model::problem::ExpertIdx;
use crate::stop::Stop;

/// Experts priced between two looks at the clock.
const CHUNK: usize = if cfg!(test) { 2 } else { 2_048 };
/// The most further schedules of one expert.
const FEW: usize = 3;

/// Room of one thread.
#[derive(Clone, Debug)]
pub(super) struct Work<T> {
    pub(super) solver: Solver<T>,
}

impl<T: Money> Work<T> {
    pub(super) fn new(n_weeks: usize) -> Self {
        Self {
            solver: Solver::new(n_weeks),
        }
    }
}

/// One pricing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'a, T> {
    question: Question<'a, T>,
    /// Whether schedules besides the best are asked for.
    few: bool,
}

impl<'a, T: Money> Run<'a, T> {
    pub(super) fn new(pool: &'a Pool<'a>, tables: &'a Tables<T>, few: bool) -> Self {
        let question = Question {
            pool,
            tables,
            forbidden: None,
        };
        Self { question, few }
    }

    /// With weeks that may not be covered.
    pub(super) fn without(mut self, forbidden: Forbidden<'a>) -> Self {
        self.question.forbidden = forbidden;
        self
    }

    /// Everybody asked for, in chunks that threads take one after another.
    pub(super) fn all(&self, who: Who<'_>, threads: usize, stop: &dyn Stop) -> Option<Priced> {
        let n_experts = match who {
            Who::All => self.question.pool.problem.experts.len(),
            Who::Some(list) => list.len(),
        };
        let n_chunks = n_experts.div_ceil(CHUNK);
        let (next, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        let work = || {
            let mut work = Work::new(self.question.pool.n_weeks);
            let mut done = Vec::new();
            loop {
                let chunk = next.fetch_add(1, Ordering::Relaxed);
                if chunk >= n_chunks || stopped.load(Ordering::Relaxed) {
                    return done;
                }
                if stop.is_due() {
                    stopped.store(true, Ordering::Relaxed);
                    return done;
                }
                let span = chunk * CHUNK..n_experts.min((chunk + 1) * CHUNK);
                done.push((chunk, self.chunk(who, span, &mut work)));
            }
        };
        let mut chunks = if threads.min(n_chunks) <= 1 {
            work()
        } else {
            std::thread::scope(|scope| {
                let others: Vec<_> = (1..threads.min(n_chunks))
                    .map(|_| scope.spawn(work))
                    .collect();
                let mut chunks = work();
                for other in others {
                    match other.join() {
                        Ok(done) => chunks.extend(done),
                        Err(panic) => std::panic::resume_unwind(panic),
                    }
                }
                chunks
            })
        };
        if stopped.into_inner() {
            return None;
        }
        chunks.sort_unstable_by_key(|it| it.0);
        Some(merge(chunks.into_iter().map(|it| it.1)))
    }

    fn chunk(&self, who: Who<'_>, span: std::ops::Range<usize>, work: &mut Work<T>) -> Priced {
        let mut priced = Priced::default();
        for idx in span {
            let expert = match who {
                Who::All => ExpertIdx::from(idx),
                Who::Some(list) => list[idx],
            };
            if !self.add(expert, work, &mut priced) {
                priced.without_schedule = priced.without_schedule.or(Some(expert));
            }
        }
        priced
    }

    /// Prices one expert; whether they have a schedule.
    fn add(&self, expert: ExpertIdx, work: &mut Work<T>, priced: &mut Priced) -> bool {
        if self.question.pool.is_special[expert.index()] {
            let Some(best) = self.special(expert, work) else {
                return false;
            };
            priced.experts = priced.experts.saturating_add(best.value);
            if best.value != 0 || !best.schedule.is_empty() {
                if self.few {
                    self.more(expert, work, Some(&best.schedule), priced);
                }
                priced.best.push(best);
            } else if self.few {
                self.more(expert, work, None, priced);
            }
            return true;
        }
        let solver = &mut work.solver;
        self.question.set_up(expert, None, solver);
        if solver.lanes.list.is_empty() {
            return true;
        }
        let value = solver.best().map_or(0, T::wide) - self.question.tables.change;
        if value <= 0 {
            return true;
        }
        let schedule = schedule(&solver.lanes, &solver.stints);
        priced.experts = priced.experts.saturating_add(value);
        if self.few {
            self.more(expert, work, Some(&schedule), priced);
        }
        priced.best.push(Best {
            expert,
            value,
            schedule,
        });
        true
    }

    /// The best schedule of one expert, the empty one included; `None` if there is none.
    pub(super) fn one(&self, expert: ExpertIdx, work: &mut Work<T>) -> Option<Best> {
        if self.question.pool.is_special[expert.index()] {
            return self.special(expert, work);
        }
        let mut priced = Priced::default();
        self.add(expert, work, &mut priced);
        let nothing = || Best {
            expert,
            value: 0,
            schedule: Schedule::default(),
        };
        Some(priced.best.pop().unwrap_or_else(nothing))
    }

    /// The better of the incumbent schedule and the best of all others less the price of a change.
    fn special(&self, expert: ExpertIdx, work: &mut Work<T>) -> Option<Best> {
        let (pool, change) = (self.question.pool, self.question.tables.change);
        let solver = &mut work.solver;
        let special = pool.special.get(&expert)?;
        let unchanged = if change == 0 {
            None
        } else {
            let worth = self.question.set_up_incumbent(expert, special, solver);
            worth.map(|worth| (worth.wide(), schedule(&solver.lanes, &solver.stints)))
        };
        self.question.set_up(expert, Some(special), solver);
        let pinned_out = |pin: &(_, _, _)| {
            let lane = solver.lanes.list.iter().find(|lane| lane.role == pin.0);
            lane.is_none_or(|lane| usize::from(pin.1) < lane.from || lane.to < usize::from(pin.2))
        };
        let best = if special.pins.iter().any(pinned_out) {
            None
        } else {
            solver.best()
        };
        let changed = best.map(|worth| worth.wide() - change);
        let (value, schedule) = match (unchanged, changed) {
            (None, None) => return None,
            (Some((worth, schedule)), changed) if changed.is_none_or(|it| it <= worth) => {
                (worth, schedule)
            }
            (_, changed) => (changed?, schedule(&solver.lanes, &solver.stints)),
        };
        Some(Best {
            expert,
            value,
            schedule,
        })
    }

    /// Adds the best schedules of the expert's single pairs; the lanes are set up.
    fn more(
        &self,
        expert: ExpertIdx,
        work: &mut Work<T>,
        best: Option<&Schedule>,
        priced: &mut Priced,
    ) {
        let solver = &mut work.solver;
        if solver.lanes.any_pinned || solver.lanes.max_roles == 0 || solver.lanes.list.len() < 2 {
            return;
        }
        let mut found = Vec::new();
        for lane in 0..solver.lanes.list.len() {
            let worth = solver.one.run(&solver.lanes, &[lane], None);
            if worth <= T::ZERO {
                continue;
            }
            solver.stints.clear();
            solver
                .one
                .trace(&solver.lanes, &[lane], None, &mut solver.stints);
            let schedule = schedule(&solver.lanes, &solver.stints);
            let value = value(self.question.pool, self.question.tables, expert, &schedule);
            if value > 0 && best != Some(&schedule) {
                found.push(Best {
                    expert,
                    value,
                    schedule,
                });
            }
        }
        found.sort_by_key(|it| -it.value);
        priced.more.extend(found.into_iter().take(FEW));
    }
}

/// Stints of lanes as a schedule.
pub(super) fn schedule<T: Money>(lanes: &Lanes<T>, stints: &[LaneStint]) -> Schedule {
    // Weeks are below 520.
    let week = |week: usize| u16::try_from(week).unwrap_or(u16::MAX);
    let stints = stints.iter().map(|it| ScheduledStint {
        pair: lanes.list[it.lane].pair,
        from: week(it.from),
        to: week(it.to),
    });
    Schedule::new(stints.collect())
}

fn merge(parts: impl Iterator<Item = Priced>) -> Priced {
    let mut all = Priced::default();
    for part in parts {
        all.experts = all.experts.saturating_add(part.experts);
        all.best.extend(part.best);
        all.more.extend(part.more);
        all.without_schedule = all.without_schedule.or(part.without_schedule);
    }
    all
}
