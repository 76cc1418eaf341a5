//! Bulk import of people: NDJSON or CSV as a stream, written in batches.

use std::fs::File;
use std::io::{self, BufWriter, Read, Write as _};
use std::path::PathBuf;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::StreamExt;
use muster_datasets::import::{
    ImportError, ImportReport, Kind as FileKind, Mapping, RowFault, each,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::stored_form;
use crate::access::{Action, Caller, Scope, hex, random};
use crate::labels::Labels;
use crate::service::extract::{Once, Params};
use crate::service::{App, Code, Problem, reply};
use crate::store::{Answer, Became, Kind, Known, Put};

/// People written in one transaction.
const BATCH: usize = 1_000;

/// How an import is read.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct ImportParams {
    /// What stands between the cells of CSV; a comma by default.
    separator: Option<char>,
    /// Other names of CSV columns, `THEIRS=OURS`, separated by commas.
    map: Option<String>,
    /// Only say what would be wrong.
    #[serde(default)]
    dry_run: bool,
}

/// What an import did.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct Imported {
    /// Rows that held something.
    rows: u64,
    /// People who are new.
    added: u64,
    /// People whose profile was replaced.
    changed: u64,
    /// People whose profile is the one that was there.
    unchanged: u64,
    /// Rows that did not go in.
    rejected: u64,
    /// Whether nothing was written on purpose.
    dry_run: bool,
    /// What is wrong: the first 1,000 faults, each with line, column, pointer, value and what was expected.
    #[schema(value_type = Vec<Object>)]
    faults: Vec<RowFault>,
    /// All faults, those not listed included.
    n_faults: u64,
    /// Where the rejected rows are, with their reasons, ready to be corrected and imported.
    rejects: Option<String>,
    /// What else a person should know.
    notes: Vec<String>,
}

/// Imports people. Good rows go in batch by batch, bad ones come back with every reason; a file
/// imported again changes nothing.
#[utoipa::path(post, path = "/v1/imports/experts", tag = "experts", params(ImportParams),
    extensions(("x-action" = json!("experts:write"))),
    request_body(content(("application/x-ndjson"), ("text/csv"))),
    responses((status = 200, description = "What was done", body = Imported),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn import(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    Params(params): Params<ImportParams>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsWrite)?;
    let kind = kind(&headers)?;
    let options = options(&params)?;
    if let Some(key) = once.key() {
        let known = app.store.read(&scope).await?.answered(key).await?;
        if let Some(known) = known {
            return again(known, &once, body, app.config.timeout).await;
        }
    }
    let id = random::<16>().map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    let path = rejects_path(&app, &scope, &id, kind);
    let (chunks, source) = pipe();
    let (batches, mut batches_read) = mpsc::channel::<Vec<Put>>(2);
    let pumping = tokio::spawn(pump(body.into_data_stream(), chunks, app.config.timeout));
    let reading = tokio::task::spawn_blocking(move || read(source, kind, options, &path, &batches));
    let mut became = Became::default();
    // The last batch waits for the answer, which is kept with it.
    let mut last = None;
    while let Some(batch) = batches_read.recv().await {
        if let Some(before) = last.replace(batch)
            && !params.dry_run
        {
            let mut write = app.store.write(&scope).await?;
            became += write.put_all(&Kind::EXPERT, before).await?;
            write.commit().await?;
        }
    }
    let report = reading
        .await
        .map_err(|error| Problem::new(Code::Internal, error.to_string()))??;
    let request = pumping.await.ok().and_then(|hash| once.of(&hash));
    let mut write = app.store.write(&scope).await?;
    if let Some(batch) = last.filter(|_| !params.dry_run) {
        became += write.put_all(&Kind::EXPERT, batch).await?;
    }
    let rejects = (report.rejected > 0).then(|| reply::place("/v1/imports", &id) + "/rejects");
    let imported = Imported {
        rows: report.rows,
        added: became.added,
        changed: became.changed,
        unchanged: became.unchanged,
        rejected: report.rejected,
        dry_run: params.dry_run,
        faults: report.faults,
        n_faults: report.n_faults,
        rejects,
        notes: report.notes,
    };
    let answer = Answer {
        status: StatusCode::OK.as_u16(),
        location: String::new(),
        etag: String::new(),
        body: reply::text(&imported)?,
    };
    write.answers(request);
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// The answer to an import that was done before, once it is read to its end and is the same.
async fn again(
    known: Known,
    once: &Once,
    body: Body,
    patience: Duration,
) -> Result<Response, Problem> {
    let mut hash = Sha256::new();
    let mut body = body.into_data_stream();
    let slow = |_| Problem::new(Code::Timeout, SILENCE);
    while let Some(chunk) = timeout(patience, body.next()).await.map_err(slow)? {
        let broken = |error: axum::Error| Problem::new(Code::BadRequest, error.to_string());
        hash.update(&chunk.map_err(broken)?);
    }
    let request = once.of(&hex(&hash.finalize()));
    let request = request.ok_or_else(|| Problem::new(Code::Internal, "a key went missing"))?;
    Ok(reply::answer(known.again(&request)?))
}

/// Gives the rows that an import refused.
#[utoipa::path(get, path = "/v1/imports/{id}/rejects", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    responses((status = 200, description = "Rows with their reasons, in the format that was imported"),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn rejects(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsWrite)?;
    let missing = || {
        Problem::new(
            Code::NotFound,
            format!("there are no rejects of an import {id:?}"),
        )
    };
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(missing());
    }
    for (kind, media) in [
        (FileKind::Jsonl, "application/x-ndjson"),
        (FileKind::Csv, "text/csv"),
    ] {
        if let Ok(text) = tokio::fs::read(rejects_path(&app, &scope, &id, kind)).await {
            return Ok(([(header::CONTENT_TYPE, media)], text).into_response());
        }
    }
    Err(missing())
}

fn kind(headers: &HeaderMap) -> Result<FileKind, Problem> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .map_or("", |kind| kind.to_str().unwrap_or("?"));
    match kind.split(';').next().unwrap_or_default().trim() {
        "application/x-ndjson" | "application/jsonl" => Ok(FileKind::Jsonl),
        "text/csv" => Ok(FileKind::Csv),
        _ => Err(Problem::of(
            Code::MediaType,
            "content-type",
            format!("{kind:?}"),
            "application/x-ndjson or text/csv",
        )),
    }
}

fn options(params: &ImportParams) -> Result<(u8, Vec<Mapping>), Problem> {
    let separator = params.separator.unwrap_or(',');
    let separator = u8::try_from(separator).unwrap_or(u8::MAX);
    let maps = params.map.iter().flat_map(|map| map.split(','));
    let maps = maps.map(|map| {
        map.parse()
            .map_err(|error| Problem::new(Code::BadRequest, format!("map: {error}")))
    });
    Ok((separator, maps.collect::<Result<_, _>>()?))
}

/// Where rejects are: below the tenant's own folder, under a name that cannot be guessed.
fn rejects_path(app: &App, scope: &Scope, id: &str, kind: FileKind) -> PathBuf {
    let end = match kind {
        FileKind::Jsonl => "jsonl",
        FileKind::Csv => "csv",
    };
    let tenant = hex(scope.tenant().as_bytes());
    app.config
        .data
        .join("rejects")
        .join(tenant)
        .join(format!("{id}.{end}"))
}

/// Reads rows on a thread of its own and hands on the good ones in batches.
fn read(
    source: Pipe,
    kind: FileKind,
    (separator, map): (u8, Vec<Mapping>),
    rejects: &std::path::Path,
    batches: &mpsc::Sender<Vec<Put>>,
) -> Result<ImportReport, Problem> {
    let unwritable = |error: io::Error| {
        tracing::warn!(%error, "rejected rows cannot be written");
        Problem::new(Code::DiskFull, "rejected rows cannot be written")
    };
    let folder = rejects.parent().unwrap_or(rejects);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let mut sink = BufWriter::new(tempfile::NamedTempFile::new_in(folder).map_err(unwritable)?);
    let mut batch = Vec::with_capacity(BATCH);
    // Where nobody takes batches any more, the request failed and its rows are read to no end.
    let send = |batch: Vec<Put>| batches.blocking_send(batch).is_ok();
    let (mut open, mut failed) = (true, None);
    let report = each(
        source,
        kind,
        separator,
        &map,
        &Labels,
        &mut sink,
        &mut |profile| {
            match stored_form(&profile) {
                Ok(put) => batch.push(put),
                Err(problem) => {
                    failed = Some(problem);
                    return false;
                }
            }
            if batch.len() == BATCH {
                open = send(std::mem::replace(&mut batch, Vec::with_capacity(BATCH)));
            }
            open
        },
    );
    let report = report.map_err(import_problem)?;
    if let Some(problem) = failed {
        return Err(problem);
    }
    if open {
        send(batch);
    }
    if report.rejected > 0 {
        sink.flush().map_err(unwritable)?;
        let file = sink
            .into_inner()
            .map_err(|error| unwritable(error.into_error()))?;
        let kept: Result<File, _> = file.persist(rejects);
        kept.map_err(|error| unwritable(error.error))?;
    }
    Ok(report)
}

fn import_problem(error: ImportError) -> Problem {
    match error {
        ImportError::Write { source, .. } => Problem::new(Code::DiskFull, source.to_string()),
        other => match other.to_string() {
            said if said.contains(SILENCE) => Problem::new(Code::Timeout, said),
            said => Problem::new(Code::Invalid, said),
        },
    }
}

/// The body as a reader for another thread: at most a few chunks wait.
struct Pipe {
    chunks: mpsc::Receiver<io::Result<Bytes>>,
    current: Bytes,
}

fn pipe() -> (mpsc::Sender<io::Result<Bytes>>, Pipe) {
    let (send, chunks) = mpsc::channel(8);
    (
        send,
        Pipe {
            chunks,
            current: Bytes::new(),
        },
    )
}

/// What is said of a body that does not go on.
const SILENCE: &str = "nothing more of the body came";

/// Feeds the pipe until the body ends or nobody reads any more; gives the hash of what was fed.
///
/// Whoever sends nothing for longer than `patience` is not waited for.
async fn pump(
    mut body: BodyDataStream,
    chunks: mpsc::Sender<io::Result<Bytes>>,
    patience: Duration,
) -> String {
    let mut hash = Sha256::new();
    loop {
        let chunk = match timeout(patience, body.next()).await {
            Ok(None) => break,
            Ok(Some(chunk)) => chunk.map_err(io::Error::other),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, SILENCE)),
        };
        if let Ok(bytes) = &chunk {
            hash.update(bytes);
        }
        let is_broken = chunk.is_err();
        if chunks.send(chunk).await.is_err() || is_broken {
            break;
        }
    }
    hex(&hash.finalize())
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.current.is_empty() {
            match self.chunks.blocking_recv() {
                Some(chunk) => self.current = chunk?,
                None => return Ok(0),
            }
        }
        let n = buffer.len().min(self.current.len());
        buffer[..n].copy_from_slice(&self.current.split_to(n));
        Ok(n)
    }
}
