//! Problems of requests: inline or by id, read, kept, and with what is booked taken off.

use std::sync::Arc;

use muster_index::IndexSource;
use muster_matcher::candidates::{self, CandidateSource as _};
use muster_matcher::json::{Json, JsonError, parse};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::problem::{self, Problem as Staffing, ReadError};

use super::extract::Texts;
use super::{App, Code, Problem, reply};
use crate::access::Scope;
use crate::planning::{Booked, ProblemRecord, Snapshot, SnapshotError, together, without_booked};
use crate::store::{Document, Expect, Kind, Read, Write, joined};

/// The problem that a request is about.
#[derive(Debug)]
pub(super) enum Asked {
    /// One that was posted before.
    Known(String),
    /// One in the request.
    New(Box<Snapshot>),
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

fn unkept(at: &str, error: &SnapshotError) -> Problem {
    match error {
        SnapshotError::Walls(faults) => Problem::faults_below(at, faults).coded(
            Code::Forbidden,
            "campaigns of clients that this key does not reach",
        ),
        SnapshotError::Text(error) => Problem::new(Code::Internal, error.to_string()),
    }
}

/// The problem of staffing campaigns of the store from the pool, as far as the index knows it.
///
/// # Errors
/// [`Code::NotFound`]; [`Code::Invalid`] where they cannot be planned together or name people who are not
/// in the pool; [`Code::Unavailable`] while the index is built.
pub(super) async fn of_campaigns(
    app: &App,
    scope: &Scope,
    ids: Vec<Id>,
) -> Result<Snapshot, Problem> {
    let mut files = Vec::with_capacity(ids.len());
    let mut read = app.store.read(scope).await?;
    for id in &ids {
        let document = read.get(&Kind::CAMPAIGN, id.as_str()).await?;
        files.push(campaign_file(&document.body)?);
    }
    drop(read);
    let building = || Problem::new(Code::Unavailable, "the index is being built");
    let index = app.index(scope).ok_or_else(building)?;
    let (threads, scope) = (app.config.threads, scope.clone());
    let made = move || {
        let file = together(files).map_err(|faults| Problem::faults(&faults))?;
        let source = IndexSource::new(&index.pool, threads);
        let candidates = source.candidates(&file, usize::MAX).map_err(|error| {
            tracing::error!(%error, "the index gives no candidates");
            Problem::new(
                Code::Internal,
                "the index cannot be read; the log says more",
            )
        })?;
        let problem = candidates::problem(&file, &candidates);
        let problem = problem.map_err(|faults| Problem::faults(&faults))?;
        Snapshot::new(problem, &scope).map_err(|error| unkept("", &error))
    };
    app.compute(made).await?
}

/// A stored campaign: a campaign file, and where it stands.
fn campaign_file(body: &str) -> Result<CampaignFile, Problem> {
    let broken = |error: String| {
        tracing::error!(error, "a stored campaign cannot be read");
        Problem::new(Code::Internal, "a stored campaign cannot be read")
    };
    let mut tree = tree(body)?;
    if let Json::Object(fields) = &mut tree {
        fields.retain(|(name, _)| name != "status");
    }
    CampaignFile::from_tree(tree).map_err(|error| broken(error.to_string()))
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
            .put_content(&Kind::PROBLEM, &record.id, snapshot.text)
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
}

/// What is booked of people but by the plans `but`, within reach or not.
///
/// # Errors
/// As the store; [`Code::Internal`] where a booking cannot be read.
pub(super) async fn booked(read: &mut Read, but: &[&str]) -> Result<Booked, Problem> {
    let busy = read.busy(but).await?;
    Booked::read(&busy).map_err(|error| {
        tracing::error!(%error, "a booking cannot be read");
        Problem::new(Code::Internal, "a booking cannot be read")
    })
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
    let booked = booked(&mut read, &[replaces]).await?;
    let (record, text, new) = match asked {
        Asked::Known(id) => {
            let (record, text) = text(&mut read, &id).await?;
            (record, Arc::from(text), None)
        }
        Asked::New(snapshot) => {
            let record = snapshot.record.clone();
            (record, Arc::from(snapshot.text.as_str()), Some(*snapshot))
        }
    };
    drop(read);
    let text: Arc<str> = text;
    let mut resolved = Resolved {
        asked: record.clone(),
        solved: record.clone(),
        new: new.into_iter().collect(),
    };
    if booked.is_empty() {
        return Ok(resolved);
    }
    let derived = app
        .compute(move || derive(&text, &booked, &record))
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
