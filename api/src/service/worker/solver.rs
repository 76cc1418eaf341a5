//! The solver's thread. It stands behind requests, and hands out the best plan so far at a pace that costs little.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use muster_index::IndexSource;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::solve::{Options, Progress};
use muster_matcher::stop::Stop;
use serde_json::Value;
use tokio::sync::{oneshot, watch};

use crate::planning::{
    Booked, FromPool, Note, PlanRecord, SolveFailure, Solved, solve, solve_from_pool,
};
use crate::service::app::Indexed;
use crate::solving::{Clock, told};

/// As much as a program's main thread has.
const STACK_BYTES: usize = 8 << 20;
/// How much nicer solvers are than requests: a busy core gives a request about nine tenths of its time.
const NICENESS: i32 = 10;

/// A solver at work.
pub(super) struct Solver {
    /// Set, it stops.
    pub(super) cancelled: Arc<AtomicBool>,
    /// What it tells meanwhile.
    pub(super) news: News,
    /// What came of it; closed where it panicked.
    pub(super) finished: oneshot::Receiver<Result<Solved, SolveFailure>>,
}

impl Solver {
    /// Starts one on a thread of its own.
    ///
    /// # Errors
    /// There is no thread.
    pub(super) fn start(
        record: &PlanRecord,
        work: Work,
        options: Options,
    ) -> std::io::Result<Self> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let clock = Clock::new(Some(record.limits.time()), cancelled.clone());
        let (tell, telling) = watch::channel(Value::Null);
        let (hand_out, best) = watch::channel(None);
        let (finish, finished) = oneshot::channel();
        let owner = record.owner.clone();
        let solving = move || {
            step_back();
            clock.start();
            let mut pace = Pace::default();
            let mut note = |progress: &Progress, missing, make: &dyn Fn() -> Option<Solved>| {
                tell.send_replace(told(progress, missing));
                if pace.is_due(progress) {
                    // None is a defect, which the answer at the end will tell of.
                    if let Some(solved) = make() {
                        hand_out.send_replace(Some(Arc::new(solved)));
                    }
                    pace.handed_out(progress, clock.elapsed());
                }
            };
            let solved = work.solve(&owner, &options, &clock, &mut note);
            // Nobody waits where the job was lost.
            let _ = finish.send(solved);
        };
        let thread = std::thread::Builder::new().name("solver".to_owned());
        thread.stack_size(STACK_BYTES).spawn(solving)?;
        Ok(Self {
            cancelled,
            news: News { telling, best },
            finished,
        })
    }
}

/// What is solved.
pub(super) enum Work {
    /// The text of a problem.
    Problem(String),
    /// Campaigns, from the pool.
    Pool(Box<Staff>),
}

/// Campaigns to be staffed.
pub(super) struct Staff {
    pub(super) file: CampaignFile,
    pub(super) index: Arc<Indexed>,
    pub(super) booked: Booked,
    pub(super) threads: NonZeroUsize,
}

impl Work {
    fn solve(
        &self,
        owner: &str,
        options: &Options,
        stop: &dyn Stop,
        note: &mut Note<'_>,
    ) -> Result<Solved, SolveFailure> {
        match self {
            Self::Problem(text) => solve(text, owner, options, stop, note),
            Self::Pool(staff) => {
                let source = IndexSource::new(&staff.index.pool, staff.threads);
                let from = FromPool {
                    file: &staff.file,
                    source: &source,
                    booked: &staff.booked,
                    owner,
                };
                solve_from_pool(&from, options, stop, note)
            }
        }
    }
}

/// What a solver tells: how far it is, and the best plan so far from time to time.
pub(super) struct News {
    telling: watch::Receiver<Value>,
    best: watch::Receiver<Option<Arc<Solved>>>,
}

impl News {
    /// What was told since this was last asked: how far it is, and the best plan so far if there is a new one.
    pub(super) fn take(&mut self) -> Option<(Value, Option<Arc<Solved>>)> {
        // A solver that is done has told everything, and answers.
        let is_new = |changed: Result<bool, _>| changed.unwrap_or(false);
        let best = is_new(self.best.has_changed());
        if !best && !is_new(self.telling.has_changed()) {
            return None;
        }
        let best = match best {
            true => self.best.borrow_and_update().clone(),
            false => None,
        };
        Some((self.telling.borrow_and_update().clone(), best))
    }
}

/// When the best plan so far is handed out: not in the first second, then each time a tenth of the time has
/// passed, and never so often that making it takes more than a twentieth.
struct Pace {
    next: Duration,
    /// Worth and bound when it was last handed out.
    last: (Option<i128>, Option<i128>),
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            next: Duration::from_secs(1),
            last: (None, None),
        }
    }
}

impl Pace {
    fn is_due(&self, progress: &Progress) -> bool {
        let is_new = (progress.objective, progress.bound) != self.last;
        progress.best.is_some() && is_new && progress.elapsed >= self.next
    }

    fn handed_out(&mut self, progress: &Progress, now: Duration) {
        const LEAST: Duration = Duration::from_millis(500);
        let took = now.saturating_sub(progress.elapsed);
        self.last = (progress.objective, progress.bound);
        self.next = now + LEAST.max(now / 10).max(took * 20);
    }
}

/// Puts this thread, and those it will start, behind all others.
#[cfg(target_os = "linux")]
fn step_back() {
    // Linux keeps niceness by thread.
    if let Err(error) = rustix::process::nice(NICENESS) {
        tracing::warn!(%error, "solvers share the processor with requests on equal terms");
    }
}

/// Elsewhere niceness is the whole process's.
#[cfg(not(target_os = "linux"))]
fn step_back() {}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(seconds: u64, objective: i128) -> Progress<'static> {
        Progress {
            elapsed: Duration::from_secs(seconds),
            phase: "plan",
            objective: Some(objective),
            bound: None,
            score_value: None,
            columns: 0,
            experts_priced: 0,
            best: None,
        }
    }

    #[test]
    fn the_best_plan_is_handed_out_at_a_pace_that_costs_little() {
        let mut pace = Pace::default();
        pace.handed_out(&progress(10, 5), Duration::from_millis(10_010));
        assert_eq!(pace.next, Duration::from_millis(11_011), "a tenth more");
        pace.handed_out(&progress(12, 6), Duration::from_secs(13));
        assert_eq!(
            pace.next,
            Duration::from_secs(33),
            "twenty times what it took"
        );
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_solver_stands_behind_others() {
        let own = || rustix::process::getpriority_process(None).unwrap();
        let before = own();
        let thread = std::thread::spawn(move || {
            step_back();
            std::thread::spawn(own).join().unwrap()
        });
        assert_eq!(thread.join().unwrap(), (before + NICENESS).min(19));
        assert_eq!(own(), before);
    }
}
