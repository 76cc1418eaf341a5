//! Workers: each claims a job, solves it on a thread of its own, and tells how far it is.
//!
//! A claim is a lease that every look prolongs; whoever loses it writes nothing more, because each write
//! is fenced by the claim's number. A worker that dies leaves its lease to run out, and another begins
//! the job again from the best plan that was kept meanwhile. A node that is told to stop hands its jobs
//! back with the best plan so far.

mod record;
mod solver;

use std::sync::atomic::Ordering;
use std::time::Duration;

use muster_matcher::model::plan::Status;
use muster_matcher::solve::Options;
use serde_json::json;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};
use tracing::Instrument as _;

use super::staffing::Job;
use super::tasks::keep;
use super::{App, Code, Problem, snapshots};
use crate::access::{Action, Scope, random};
use crate::plan_file;
use crate::planning::{PlanRecord, RunStatus, SolveFailure, Solved};
use crate::store::{Claimed, Kind, StoreError, now_ms};
use solver::{News, Solver, Staff, Work};

pub(super) use record::{plan, put_new_plan, put_plan};

/// How long a claim holds without being prolonged.
const LEASE_MS: i64 = 10_000;
/// How often a worker looks: it prolongs, hears of stops, and tells progress.
const LOOK: Duration = Duration::from_millis(400);
/// How often an idle worker looks for jobs of other nodes.
const IDLE: Duration = Duration::from_millis(500);
/// How long a job waits for this node's index before another node may have it.
const BEHIND: Duration = Duration::from_secs(30);
/// How long a solver that was told to stop is waited for when the node stops.
const PATIENCE: Duration = Duration::from_secs(5);
/// A job that so many workers did not come back from is what ends them, it seems.
const MAX_ATTEMPTS: i64 = 5;

/// Why a worker lets go of a job.
#[derive(Debug, thiserror::Error)]
enum Lost {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("{0:?}")]
    Problem(Problem),
}

impl From<Problem> for Lost {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl Lost {
    /// Whether trying again may help.
    fn is_passing(&self) -> bool {
        match self {
            Self::Store(StoreError::Unavailable(_) | StoreError::Full(_) | StoreError::Race) => {
                true
            }
            Self::Store(_) => false,
            Self::Problem(problem) => matches!(
                problem.code(),
                Code::Unavailable | Code::DiskFull | Code::Conflict
            ),
        }
    }
}

/// Starts this node's workers. Where there are threads for it, a long job does not hold up a short one.
pub(super) fn start(app: &App) -> Vec<JoinHandle<()>> {
    let threads = app.config.threads.get();
    let workers = threads.min(2);
    let name = random::<4>().unwrap_or_default();
    let run = |idx: usize| {
        let name = format!("{name}-{idx}");
        keep(app, format!("worker {idx}"), move |app| {
            work(app, name.clone(), threads / workers)
        })
    };
    (0..workers).map(run).collect()
}

async fn work(app: App, name: String, threads: usize) {
    let mut stopping = app.stopping.subscribe();
    while !*stopping.borrow() {
        match app.store.claim_job(&app.gate, &name, LEASE_MS).await {
            Ok(Some(claimed)) => {
                let id = claimed.job.id.clone();
                let span = tracing::info_span!("job", id, attempt = claimed.job.attempt);
                if let Err(error) = run(&app, claimed, threads).instrument(span).await {
                    tracing::warn!(%error, job = id, "a job is left to another worker");
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "no job can be claimed"),
        }
        tokio::select! {
            biased;
            () = told_to_stop(&mut stopping) => {}
            () = app.queued.notified() => {}
            () = sleep(IDLE) => {}
        }
    }
}

async fn told_to_stop(stopping: &mut watch::Receiver<bool>) {
    // The sender lives as long as the service.
    let _ = stopping.wait_for(|stopping| *stopping).await;
}

/// One job that is this worker's.
struct Held<'a> {
    app: &'a App,
    scope: Scope,
    claimed: Claimed,
    /// When it was taken, in UTC milliseconds: whoever was erased since is named in what was read of it.
    taken_ms: i64,
}

async fn run(app: &App, claimed: Claimed, threads: usize) -> Result<(), Lost> {
    let scope = app
        .gate
        .scope(&claimed.tenant, "worker", Action::PlansWrite);
    let held = Held {
        app,
        scope,
        claimed,
        taken_ms: now_ms(),
    };
    // Before anything else: what ends workers may be in how a job begins.
    let handed_back = held.record().await?.handed_back;
    if held.claimed.job.attempt - handed_back > MAX_ATTEMPTS {
        let error = format!("given up: {MAX_ATTEMPTS} workers died at it");
        return held.end(RunStatus::Failed, Err(error)).await;
    }
    let record = held.begin().await?;
    let mut options = record.limits.options(threads);
    let work = match held.work(&record).await? {
        Ready::Work(work) => work,
        Ready::NotHere => {
            held.hand_back(&record, None).await?;
            if !*app.stopping.borrow() {
                // Others look for jobs meanwhile.
                sleep(2 * IDLE).await;
            }
            return Ok(());
        }
        Ready::Stopped => {
            let error = "stopped before it was begun".to_owned();
            return held.end(RunStatus::Stopped, Err(error)).await;
        }
    };
    let mut read = app.store.read(&held.scope).await?;
    let from = match record.limits.work_limit {
        // The same work gives the same plan, wherever and however often it was begun.
        Some(_) => None,
        None => plan_text(&mut read, &record.id).await?,
    };
    let from = match from {
        Some(text) => Some(text),
        None if !record.from.is_empty() => plan_text(&mut read, &record.from).await?,
        None => None,
    };
    drop(read);
    options.from = from.and_then(|text| plan_file::read(text.as_bytes()).ok());
    let ended = held.solve(&record, work, options).await?;
    match ended {
        Ended::Solved(status, solved) => held.end(status, solved).await,
        Ended::HandedBack(solved) => held.hand_back(&record, solved).await,
    }
}

/// The text of a plan; none where it has none yet, or is gone.
async fn plan_text(read: &mut crate::store::Read, id: &str) -> Result<Option<String>, Lost> {
    match read.find(&Kind::PLAN, id).await? {
        Some(plan) => Ok(read.content(&Kind::PLAN, &plan).await?),
        None => Ok(None),
    }
}

/// Whether a job can begin here.
enum Ready {
    Work(Work),
    /// This node stops, or its index is too far behind.
    NotHere,
    /// The job was told to stop.
    Stopped,
}

/// How a solve ended on this node.
enum Ended {
    Solved(RunStatus, Result<Box<Solved>, String>),
    /// The node stops; the best plan so far, if there is one in time.
    HandedBack(Option<Box<Solved>>),
}

impl Held<'_> {
    /// Marks the plan as running.
    async fn begin(&self) -> Result<PlanRecord, Lost> {
        let mut write = self.app.store.write(&self.scope).await?;
        write.alone().await?;
        let body = json!({"event": "running", "attempt": self.claimed.job.attempt});
        write.tell_job(&self.claimed.job, body.to_string()).await?;
        let (document, mut record) = plan(&mut write, &self.claimed.job.id).await?;
        record.status = RunStatus::Running;
        put_plan(&mut write, &document, &record).await?;
        write.commit().await?;
        Ok(record)
    }

    /// The plan's record as it is.
    async fn record(&self) -> Result<PlanRecord, Lost> {
        let mut read = self.app.store.read(&self.scope).await?;
        let document = read.get(&Kind::PLAN, &self.claimed.job.id).await?;
        Ok(snapshots::stored(&document.body)?)
    }

    /// What is to be solved.
    async fn work(&self, record: &PlanRecord) -> Result<Ready, Lost> {
        let Some(job) = Job::of(&self.claimed.job.body)? else {
            let mut read = self.app.store.read(&self.scope).await?;
            let (_, text) = snapshots::text(&mut read, &record.solved_problem).await?;
            return Ok(Ready::Work(Work::Problem(text)));
        };
        // This node's index may be behind that of the one which was asked.
        let begun = Instant::now();
        while let Some(pause) = job.waits(self.app, &self.scope) {
            if *self.app.stopping.borrow() || begun.elapsed() > BEHIND {
                return Ok(Ready::NotHere);
            }
            let store = &self.app.store;
            if store
                .keep_job(&self.app.gate, &self.claimed, LEASE_MS)
                .await?
            {
                return Ok(Ready::Stopped);
            }
            sleep(pause).await;
        }
        let file = job.file()?;
        let mut read = self.app.store.read(&self.scope).await?;
        let but = [record.replaces.as_str()];
        let booked = snapshots::booked(&mut read, &but, file.start, file.weeks).await?;
        let staff = Staff {
            file,
            index: self.app.ready_index(&self.scope)?,
            booked,
            threads: self.app.config.threads,
        };
        Ok(Ready::Work(Work::Pool(Box::new(staff))))
    }

    /// Solves on a thread of its own, looking after lease, stops and progress meanwhile.
    async fn solve(
        &self,
        record: &PlanRecord,
        work: Work,
        options: Options,
    ) -> Result<Ended, Lost> {
        let Solver {
            cancelled,
            mut news,
            mut finished,
        } = match Solver::start(record, work, options) {
            Ok(solver) => solver,
            Err(error) => {
                return Ok(Ended::Solved(RunStatus::Failed, Err(error.to_string())));
            }
        };
        let mut stopping = self.app.stopping.subscribe();
        let mut is_to_stop = false;
        let mut kept = Instant::now();
        loop {
            // In this order: what is done is kept, and a node that stops does not look again before it hands back.
            let looked = tokio::select! {
                biased;
                done = &mut finished => return Ok(ended(done, is_to_stop)),
                () = told_to_stop(&mut stopping) => {
                    cancelled.store(true, Ordering::Relaxed);
                    let done = timeout(PATIENCE, &mut finished).await;
                    let solved = done.ok().and_then(Result::ok).and_then(Result::ok);
                    return Ok(Ended::HandedBack(solved.map(Box::new)));
                }
                () = sleep(LOOK) => self.look(&mut news).await,
            };
            match looked {
                Ok(stop) => {
                    kept = Instant::now();
                    is_to_stop |= stop;
                    if is_to_stop {
                        cancelled.store(true, Ordering::Relaxed);
                    }
                }
                Err(error) => {
                    // A database that is away may come back before the claim is over.
                    let is_over = kept.elapsed() > Duration::from_millis(LEASE_MS.unsigned_abs());
                    if is_over || matches!(error, StoreError::LeaseLost(_)) {
                        cancelled.store(true, Ordering::Relaxed);
                        return Err(error.into());
                    }
                }
            }
        }
    }

    /// Prolongs the claim, tells and keeps what is new, and says whether the job is to stop.
    async fn look(&self, news: &mut News) -> Result<bool, StoreError> {
        let store = &self.app.store;
        let stop = store
            .keep_job(&self.app.gate, &self.claimed, LEASE_MS)
            .await?;
        let Some((mut body, best)) = news.take() else {
            return Ok(stop);
        };
        body["event"] = "progress".into();
        match self.keep(body.to_string(), best.as_deref()).await {
            Ok(()) => Ok(stop),
            Err(Lost::Store(error)) => Err(error),
            Err(Lost::Problem(problem)) => {
                tracing::warn!(?problem, "the best plan so far is not kept");
                Ok(stop)
            }
        }
    }
}

/// What a solver's answer means; none if it panicked.
fn ended(
    done: Result<Result<Solved, SolveFailure>, oneshot::error::RecvError>,
    was_stopped: bool,
) -> Ended {
    match done {
        Ok(Ok(solved)) => {
            let is_proved = matches!(solved.outcome.status, Status::Optimal | Status::Infeasible);
            let status = match was_stopped && !is_proved {
                true => RunStatus::Stopped,
                false => RunStatus::Finished,
            };
            Ended::Solved(status, Ok(Box::new(solved)))
        }
        Ok(Err(failure)) => {
            tracing::error!(%failure, "a plan failed");
            Ended::Solved(RunStatus::Failed, Err(failure.to_string()))
        }
        Err(_) => {
            tracing::error!("a solver panicked");
            let error = "a defect of the solver; the log says more".to_owned();
            Ended::Solved(RunStatus::Failed, Err(error))
        }
    }
}
