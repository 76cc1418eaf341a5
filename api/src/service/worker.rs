//! Workers: each claims a job, solves it on a thread of its own, and tells how far it is.
//!
//! A claim is a lease that every look prolongs; whoever loses it writes nothing more, because each write
//! is fenced by the claim's number. A worker that dies leaves its lease to run out, and another begins
//! the job again. A node that is told to stop hands its jobs back with the best plan so far.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use muster_matcher::model::plan::Status;
use muster_matcher::solve::Options;
use serde_json::{Value, json};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::{App, Code, Problem, reply, snapshots};
use crate::access::{Action, Scope, random};
use crate::plan_file;
use crate::planning::{PlanRecord, RunStatus, Solved, solve};
use crate::solving::{Clock, told};
use crate::store::{Claimed, Column, Document, Expect, Kind, StoreError, Write, joined, now_ms};

/// How long a claim holds without being prolonged.
const LEASE: Duration = Duration::from_secs(10);
/// How often a worker looks: it prolongs, hears of stops, and tells progress.
const LOOK: Duration = Duration::from_millis(400);
/// How often an idle worker looks for jobs of other nodes.
const IDLE: Duration = Duration::from_millis(500);
/// How long a solver that was told to stop is waited for when the node stops.
const PATIENCE: Duration = Duration::from_secs(5);
/// As much as a program's main thread has.
const STACK_BYTES: usize = 8 << 20;
/// How long a result is kept ready for a database that is away.
const STUBBORN: Duration = Duration::from_secs(600);
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
        tokio::spawn(work(
            app.clone(),
            format!("{name}-{idx}"),
            threads / workers,
        ))
    };
    (0..workers).map(run).collect()
}

async fn work(app: App, name: String, threads: usize) {
    let mut stopping = app.stopping.subscribe();
    let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
    while !*stopping.borrow() {
        match app.store.claim_job(&app.gate, &name, lease).await {
            Ok(Some(claimed)) => {
                let id = claimed.job.id.clone();
                if let Err(error) = run(&app, claimed, threads).await {
                    tracing::warn!(%error, job = id, "a job is left to another worker");
                }
                continue;
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "no job can be claimed"),
        }
        tokio::select! {
            () = app.queued.notified() => {}
            () = sleep(IDLE) => {}
            () = told_to_stop(&mut stopping) => {}
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
}

async fn run(app: &App, claimed: Claimed, threads: usize) -> Result<(), Lost> {
    let scope = app
        .gate
        .scope(&claimed.tenant, "worker", Action::PlansWrite);
    let held = Held {
        app,
        scope,
        claimed,
    };
    let record = held.begin().await?;
    if held.claimed.job.attempt - record.handed_back > MAX_ATTEMPTS {
        let error = format!("given up: {MAX_ATTEMPTS} workers died at it");
        return held.end(RunStatus::Failed, Err(error)).await;
    }
    let mut options = record.limits.options(threads);
    let mut read = app.store.read(&held.scope).await?;
    let (_, text) = snapshots::text(&mut read, &record.solved_problem).await?;
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
    let ended = held.solve(&record, text, options).await?;
    match ended {
        Ended::Solved(status, solved) => held.end(status, solved).await,
        Ended::HandedBack(solved) => held.hand_back(&record, solved).await,
    }
}

async fn plan_text(read: &mut crate::store::Read, id: &str) -> Result<Option<String>, Lost> {
    let plan = read.get(&Kind::PLAN, id).await?;
    Ok(read.content(&Kind::PLAN, &plan).await?)
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
        let body = json!({"event": "running", "attempt": self.claimed.job.attempt});
        write.tell_job(&self.claimed.job, body.to_string()).await?;
        let (document, mut record) = plan(&mut write, &self.claimed.job.id).await?;
        record.status = RunStatus::Running;
        put_plan(&mut write, &document, &record).await?;
        write.commit().await?;
        Ok(record)
    }

    /// Solves on a thread of its own, looking after lease, stops and progress meanwhile.
    async fn solve(
        &self,
        record: &PlanRecord,
        text: String,
        options: Options,
    ) -> Result<Ended, Lost> {
        let cancelled = Arc::new(AtomicBool::new(false));
        let clock = Clock::new(Some(record.limits.time()), cancelled.clone());
        let (tell, mut telling) = watch::channel(Value::Null);
        let (finish, mut finished) = oneshot::channel();
        let owner = record.owner.clone();
        let solver = move || {
            clock.start();
            let mut note = |progress: &_, missing| {
                tell.send_replace(told(progress, missing));
            };
            let solved = solve(&text, &owner, &options, &clock, &mut note);
            // Nobody waits where the job was lost.
            let _ = finish.send(solved);
        };
        let thread = std::thread::Builder::new().name("solver".to_owned());
        let thread = thread.stack_size(STACK_BYTES);
        if let Err(error) = thread.spawn(solver) {
            return Ok(Ended::Solved(RunStatus::Failed, Err(error.to_string())));
        }
        let mut stopping = self.app.stopping.subscribe();
        let mut is_to_stop = false;
        let mut kept = Instant::now();
        loop {
            let looked = tokio::select! {
                done = &mut finished => return Ok(ended(done, is_to_stop)),
                () = told_to_stop(&mut stopping) => {
                    cancelled.store(true, Ordering::Relaxed);
                    let done = timeout(PATIENCE, &mut finished).await;
                    let solved = done.ok().and_then(Result::ok).and_then(Result::ok);
                    return Ok(Ended::HandedBack(solved.map(Box::new)));
                }
                () = sleep(LOOK) => self.look(&mut telling).await,
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
                    let is_over = kept.elapsed() > LEASE;
                    if is_over || matches!(error, StoreError::LeaseLost(_)) {
                        cancelled.store(true, Ordering::Relaxed);
                        return Err(error.into());
                    }
                }
            }
        }
    }

    /// Prolongs the claim, tells what is new, and says whether the job is to stop.
    async fn look(&self, telling: &mut watch::Receiver<Value>) -> Result<bool, StoreError> {
        let lease = i64::try_from(LEASE.as_millis()).unwrap_or(i64::MAX);
        let store = &self.app.store;
        let stop = store.keep_job(&self.app.gate, &self.claimed, lease).await?;
        if telling.has_changed().unwrap_or(false) {
            let mut body = telling.borrow_and_update().clone();
            body["event"] = "progress".into();
            let mut write = store.write(&self.scope).await?;
            write.tell_job(&self.claimed.job, body.to_string()).await?;
            write.commit().await?;
        }
        Ok(stop)
    }

    /// Keeps what came of it, trying for a while where the database is away.
    async fn end(
        &self,
        status: RunStatus,
        solved: Result<Box<Solved>, String>,
    ) -> Result<(), Lost> {
        let begun = Instant::now();
        loop {
            match self.try_end(status, &solved).await {
                Err(error) if error.is_passing() && begun.elapsed() < STUBBORN => {
                    tracing::warn!(%error, "a result waits for the database");
                    sleep(Duration::from_secs(1)).await;
                }
                done => return done,
            }
        }
    }

    async fn try_end(
        &self,
        status: RunStatus,
        solved: &Result<Box<Solved>, String>,
    ) -> Result<(), Lost> {
        let job = &self.claimed.job;
        let mut write = self.app.store.write(&self.scope).await?;
        // First, since it holds the job: whoever lost it writes nothing below.
        let outcome = solved.as_ref().ok().map(|solved| &solved.outcome);
        let said = json!({"event": status.as_str(), "error": solved.as_ref().err()}).to_string();
        let said = match outcome {
            Some(outcome) => {
                let outcome = reply::text(outcome)?;
                format!(
                    "{{\"event\":\"{}\",\"outcome\":{outcome}}}",
                    status.as_str()
                )
            }
            None => said,
        };
        write.tell_job(job, said.clone()).await?;
        let (document, mut record) = plan(&mut write, &job.id).await?;
        record.status = status;
        record.ended_ms = now_ms();
        record.outcome = outcome.cloned();
        record.error = solved.as_ref().err().cloned().unwrap_or_default();
        put_plan(&mut write, &document, &record).await?;
        if let Ok(solved) = solved {
            write
                .put_content(&Kind::PLAN, &record.id, solved.text.clone())
                .await?;
            write.put_plan_rows(&record.id, &solved.rows).await?;
        }
        write.end_job(job, said).await?;
        write.commit().await?;
        metrics::counter!("muster_jobs_total", "status" => status.as_str()).increment(1);
        if let Some(outcome) = outcome {
            metrics::histogram!("muster_solve_seconds").record(outcome.seconds);
        }
        Ok(())
    }

    /// Gives the job back, with the best plan so far to begin from.
    async fn hand_back(
        &self,
        record: &PlanRecord,
        solved: Option<Box<Solved>>,
    ) -> Result<(), Lost> {
        let job = &self.claimed.job;
        let mut write = self.app.store.write(&self.scope).await?;
        let body = json!({"event": "queued"}).to_string();
        write.tell_job(job, body).await?;
        let (document, mut record) = plan(&mut write, &record.id).await?;
        record.status = RunStatus::Queued;
        record.handed_back += 1;
        put_plan(&mut write, &document, &record).await?;
        let best = solved.filter(|it| it.outcome.objective.is_some());
        if let (Some(best), None) = (best, record.limits.work_limit) {
            write
                .put_content(&Kind::PLAN, &record.id, best.text)
                .await?;
        }
        write.hand_back_job(job).await?;
        write.commit().await?;
        Ok(())
    }
}

/// What a solver's answer means; none if it panicked.
fn ended(
    done: Result<Result<Solved, crate::planning::SolveFailure>, oneshot::error::RecvError>,
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

/// A plan with its document.
pub(super) async fn plan(write: &mut Write, id: &str) -> Result<(Document, PlanRecord), Problem> {
    let document = write.get(&Kind::PLAN, id).await?;
    let record = snapshots::stored(&document.body)?;
    Ok((document, record))
}

/// Puts a plan back.
pub(super) async fn put_plan(
    write: &mut Write,
    before: &Document,
    record: &PlanRecord,
) -> Result<Document, Problem> {
    let expect = Expect::Revision(before.etag());
    put(write, record, &expect).await
}

/// Puts a plan for the first time.
pub(super) async fn put_new_plan(
    write: &mut Write,
    record: &PlanRecord,
) -> Result<Document, Problem> {
    put(write, record, &Expect::Absent).await
}

async fn put(write: &mut Write, record: &PlanRecord, expect: &Expect) -> Result<Document, Problem> {
    let columns = [
        Column::text("problem", &record.problem),
        Column::text("state", record.status.as_str()),
        Column::int("published", i64::from(record.published)),
    ];
    let client = joined(record.clients.iter().map(String::as_str));
    let body = reply::text(record)?;
    let put = write
        .put(&Kind::PLAN, &record.id, &client, body, &columns, expect)
        .await?;
    Ok(put.0)
}
