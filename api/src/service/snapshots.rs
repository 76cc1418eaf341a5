//! Problems of requests: inline or by id, read, kept, and with what is booked taken off.

use jiff::civil::Date;
use muster_matcher::json::{Json, JsonError, parse};
use muster_matcher::model::Id;
use muster_matcher::model::problem::{self, Problem as Staffing, ReadError};

use super::extract::Texts;
use super::staffing::Job;
use super::{App, Code, Problem, reply};
use crate::access::Scope;
use crate::planning::{Booked, ProblemRecord, Snapshot, SnapshotError, last_day, without_booked};
use crate::store::{Document, Expect, Kind, Read, Write, joined};

/// The problem that a request is about.
#[derive(Debug)]
pub(super) enum Asked {
    /// One that was posted before.
    Known(String),
    /// One in the request.
    New(Box<Snapshot>),
    /// Campaigns: the problem of their first candidates, and what the worker plans them from.
    Campaigns(Box<Snapshot>, Job),
}

/// Reads the field `problem`: an id, or a whole problem. The pointers of faults are into the body.
///
/// # Errors
/// [`Code::Invalid`] with every fault; [`Code::Forbidden`] for clients behind walls.
pub(super) fn asked(texts: &Texts<'_>, scope: &Scope) -> Result<Asked, Problem> {
    const AT: &str = "/problem";
    let text = texts.get("problem").copied().unwrap_or_default();
    if text.starts_with('"') {
        let id: Result<String, _> = serde_json::from_str(text);
        let id = id.map_err(|error| Problem::new(Code::BrokenJson, error.to_string()))?;
        let is_id = Id::new(&id).is_some();
        return match is_id {
            true => Ok(Asked::Known(id)),
            false => {
                let found = format!("{id:?}");
                Err(Problem::of(Code::Invalid, AT, found, "the id of a problem"))
            }
        };
    }
    if !text.starts_with('{') {
        let found = if text.is_empty() { "nothing" } else { text };
        let found: String = found.chars().take(60).collect();
        let expected = "the id of a problem, or a problem";
        return Err(Problem::of(Code::Invalid, AT, found, expected));
    }
    Ok(Asked::New(Box::new(snapshot(AT, text.as_bytes(), scope)?)))
}

/// Reads a problem that stands at `at` in the body.
///
/// # Errors
/// As [`asked`].
pub(super) fn snapshot(at: &str, text: &[u8], scope: &Scope) -> Result<Snapshot, Problem> {
    let problem = problem::read(text).map_err(|error| unreadable(at, &error))?;
    Snapshot::new(problem, scope).map_err(|error| unkept(at, &error))
}

/// Why a problem at `at` in the body is not kept.
pub(super) fn unkept(at: &str, error: &SnapshotError) -> Problem {
    match error {
        SnapshotError::Walls(faults) => Problem::faults_below(at, faults).coded(
            Code::Forbidden,
            "campaigns of clients that this key does not reach",
        ),
        SnapshotError::Text(error) => Problem::new(Code::Internal, error.to_string()),
    }
}

/// Refuses to keep texts that name somebody who was erased since they were asked for.
///
/// # Errors
/// [`Code::Conflict`]; as the store.
pub(super) async fn refuse_erased_in(
    write: &mut Write,
    since_ms: i64,
    texts: impl Iterator<Item = &str>,
) -> Result<(), Problem> {
    // Erasures wait for their turn, too: none begins between this look and the end of the transaction.
    write.alone().await?;
    match write.erased_in(since_ms, texts).await?.is_empty() {
        true => Ok(()),
        false => Err(erased_just_now()),
    }
}

/// Why nothing is kept that names somebody who was erased.
pub(super) fn erased_just_now() -> Problem {
    let detail =
        "somebody who is named was erased at the same moment; try again in a minute, without them";
    Problem::new(Code::Conflict, detail)
}

fn unreadable(at: &str, error: &ReadError) -> Problem {
    match error {
        ReadError::Json(JsonError::Io(_) | JsonError::Syntax(_) | JsonError::ByteOrderMark) => {
            Problem::new(Code::BrokenJson, error.to_string())
        }
        ReadError::Faults(faults) => Problem::faults_below(at, faults),
    }
}

/// Keeps a problem; one that is kept already stays as it is. Says whether it is new.
///
/// # Errors
/// As the store.
pub(super) async fn keep(write: &mut Write, snapshot: Snapshot) -> Result<bool, Problem> {
    let record = snapshot.record;
    let client = joined(record.clients.iter().map(String::as_str));
    let body = reply::text(&record)?;
    let (_, new) = write
        .put(
            &Kind::PROBLEM,
            &record.id,
            &client,
            body,
            &[],
            &Expect::Whatever,
        )
        .await?;
    if new {
        write
            .put_content(&Kind::PROBLEM, &record.id, &client, snapshot.text)
            .await?;
    }
    Ok(new)
}

/// What is said of a stored problem.
///
/// # Errors
/// [`Code::Internal`]: it cannot be read back.
pub(super) fn record(document: &Document) -> Result<ProblemRecord, Problem> {
    stored(&document.body)
}

/// A stored document as a tree.
///
/// # Errors
/// [`Code::Internal`]: it cannot be read back.
pub(super) fn tree(body: &str) -> Result<Json, Problem> {
    parse(body.as_bytes()).map_err(|error| unreadable_document(&error))
}

/// A stored document as its type.
///
/// # Errors
/// [`Code::Internal`]: it cannot be read back.
pub(super) fn stored<T: serde::de::DeserializeOwned>(body: &str) -> Result<T, Problem> {
    serde_json::from_str(body).map_err(|error| unreadable_document(&error))
}

fn unreadable_document(error: &dyn std::fmt::Display) -> Problem {
    tracing::error!(%error, "a stored document cannot be read");
    Problem::new(Code::Internal, "a stored document cannot be read")
}

/// A stored problem, whole: it must be in reach.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Internal`].
pub(super) async fn text(read: &mut Read, id: &str) -> Result<(ProblemRecord, String), Problem> {
    let document = read.get(&Kind::PROBLEM, id).await?;
    let text = read.content(&Kind::PROBLEM, &document).await?;
    let text = text.ok_or_else(|| Problem::new(Code::Internal, "a problem has lost its text"))?;
    Ok((record(&document)?, text))
}

/// A stored problem's text, read.
///
/// # Errors
/// [`Code::Internal`]: it cannot be read back.
pub(super) fn read_back(text: &str) -> Result<Staffing, Problem> {
    problem::read(text.as_bytes()).map_err(|error| {
        tracing::error!(%error, "a stored problem cannot be read");
        Problem::new(Code::Internal, "a stored problem cannot be read")
    })
}

/// The problem of a request, resolved.
pub(super) struct Resolved {
    /// What was asked.
    pub(super) asked: ProblemRecord,
    /// What is solved.
    pub(super) solved: ProblemRecord,
    /// What is not kept yet.
    pub(super) new: Vec<Snapshot>,
    /// The campaigns it is of, if it is to be planned from the pool.
    pub(super) job: Option<Job>,
}

/// What is booked of people in some weeks but by the plans `but`, within reach or not.
///
/// # Errors
/// As the store; [`Code::Internal`] where a booking cannot be read.
pub(super) async fn booked(
    read: &mut Read,
    but: &[&str],
    start: Date,
    weeks: u16,
) -> Result<Booked, Problem> {
    let last = last_day(start, weeks).unwrap_or(Date::MAX).to_string();
    let busy = read.busy(but, (&start.to_string(), &last)).await?;
    Booked::read(&busy).map_err(|error| {
        tracing::error!(%error, "a booking cannot be read");
        Problem::new(Code::Internal, "a booking cannot be read")
    })
}

/// As [`booked`], in the weeks of a problem.
///
/// # Errors
/// As [`booked`].
pub(super) async fn booked_beside(
    read: &mut Read,
    but: &[&str],
    problem: &ProblemRecord,
) -> Result<Booked, Problem> {
    let start: Result<Date, _> = problem.start.parse();
    let start = start.map_err(|error| unreadable_document(&error))?;
    booked(read, but, start, problem.weeks).await
}

/// Finds or takes the problem, and takes off what is booked by plans other than `replaces`.
///
/// # Errors
/// [`Code::NotFound`], or as the store.
pub(super) async fn resolve(
    app: &App,
    scope: &Scope,
    asked: Asked,
    replaces: &str,
) -> Result<Resolved, Problem> {
    let mut read = app.store.read(scope).await?;
    let (new, job) = match asked {
        Asked::Known(id) => (Err(id), None),
        Asked::New(snapshot) => (Ok(*snapshot), None),
        Asked::Campaigns(snapshot, job) => (Ok(*snapshot), Some(job)),
    };
    let (record, text) = match &new {
        Ok(snapshot) => (snapshot.record.clone(), snapshot.text.clone()),
        Err(id) => text(&mut read, id).await?,
    };
    let booked = booked_beside(&mut read, &[replaces], &record).await?;
    drop(read);
    let mut resolved = Resolved {
        asked: record.clone(),
        solved: record.clone(),
        new: new.into_iter().collect(),
        job,
    };
    if booked.is_empty() {
        return Ok(resolved);
    }
    let derived = app
        .compute_long(move || derive(&text, &booked, &record))
        .await??;
    if let Some(derived) = derived {
        resolved.solved = derived.record.clone();
        resolved.new.push(derived);
    }
    Ok(resolved)
}

fn derive(text: &str, booked: &Booked, of: &ProblemRecord) -> Result<Option<Snapshot>, Problem> {
    let problem = read_back(text)?;
    let Some(draft) = without_booked(&problem, booked) else {
        return Ok(None);
    };
    // Fewer hours never make a problem invalid.
    let less = Staffing::new(draft).map_err(|faults| Problem::faults(&faults))?;
    let snapshot = Snapshot::derived(less, of);
    snapshot
        .map(Some)
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))
}
