//! Problems: posted once, never changed.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::GetParams;
use crate::access::{Action, Caller};
use crate::planning::ProblemRecord;
use crate::service::extract::{Once, Params, PathId, Text};
use crate::service::paging::{Paging, sparse};
use crate::service::reply::{self, Created};
use crate::service::{App, Code, Problem, snapshots};
use crate::store::{Begun, Kind, now_ms};

/// Whether a request only asks what would be wrong.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct PostParams {
    /// Only say whether it is valid; nothing is kept.
    #[serde(default)]
    pub(super) validate_only: bool,
}

/// Which problems are listed, and how much of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only these fields, separated by commas.
    pub(super) fields: Option<String>,
    /// Entries of a page, 1 to 1000.
    pub(super) limit: Option<u32>,
    /// The `next` of the page before.
    pub(super) cursor: Option<String>,
}

/// A problem with what is said of it.
#[derive(Debug, Serialize)]
struct ProblemShown {
    /// What is said of it.
    #[serde(flatten)]
    record: ProblemRecord,
    /// The problem itself, in canonical form.
    problem: Option<Box<RawValue>>,
}

/// Keeps a problem. The same problem again has the same id; it is there once.
#[utoipa::path(post, path = "/v1/problems", tag = "problems", params(PostParams),
    extensions(("x-action" = json!("problems:write"))),
    request_body(content = serde_json::Value, description = "A problem file, see /docs"),
    responses((status = 200, description = "Valid (`validate_only`), or kept before", body = ProblemRecord),
              (status = 201, description = "Kept", body = ProblemRecord),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    Params(params): Params<PostParams>,
    text: Text,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsWrite)?;
    let asked_ms = now_ms();
    let (request, reader) = (once.of(&text.hash), scope.clone());
    let read = move || snapshots::snapshot("", &text.bytes, &reader);
    let snapshot = app.compute_long(read).await??;
    let record = snapshot.record.clone();
    if params.validate_only {
        return reply::value(StatusCode::OK, &record);
    }
    let mut write = match app.store.write_once(&scope, request).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    let texts = std::iter::once(snapshot.text.as_str());
    snapshots::refuse_erased_in(&mut write, asked_ms, texts).await?;
    let new = snapshots::keep(&mut write, snapshot).await?;
    let answer = Created {
        status: if new {
            StatusCode::CREATED
        } else {
            StatusCode::OK
        },
        location: reply::place("/v1/problems", &record.id),
        body: reply::text(&record)?,
    };
    let answer = answer.answer();
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// Lists problems, without their texts, in the order of ids.
#[utoipa::path(get, path = "/v1/problems", tag = "problems", params(ListParams),
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "`items`: problems; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsRead)?;
    let paging = Paging::new("problems", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::PROBLEM, &[], &paging.after, paging.limit)
        .await?;
    let json = paging.json(&page, params.fields.as_deref())?;
    Ok(reply::json(StatusCode::OK, json))
}

/// Gives a problem, with its text unless `fields` leaves it out.
#[utoipa::path(get, path = "/v1/problems/{id}", tag = "problems", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "The problem as ProblemRecord, with `problem`, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsRead)?;
    let mut read = app.store.read(&scope).await?;
    let document = read.get(&Kind::PROBLEM, id.as_str()).await?;
    let problem = match wants(params.fields.as_deref(), "problem") {
        true => read.content(&Kind::PROBLEM, &document).await?,
        false => None,
    };
    let record = snapshots::record(&document)?;
    let problem = problem.map(RawValue::from_string).transpose();
    let problem = problem.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let shown = reply::text(&ProblemShown { record, problem })?;
    let body = sparse(&shown, params.fields.as_deref())?;
    Ok(reply::document(&document, body, &headers))
}

/// Whether a field is among those asked for.
pub(super) fn wants(fields: Option<&str>, field: &str) -> bool {
    fields.is_none_or(|fields| fields.split(',').any(|name| name.trim() == field))
}
