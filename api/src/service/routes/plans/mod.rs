//! Plans: asked for, made by workers, read, published.

mod ask;
pub(super) mod bookings;
pub(super) mod diff;
pub(super) mod discard;
pub(super) mod events;
pub(super) mod export;
pub(super) mod publish;
pub(super) mod rows;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use ask::{PlanWanted, Wanted};

use super::GetParams;
use super::problems::{PostParams, wants};
use crate::access::{Action, Caller, Scope};
use crate::planning::{Limits, PlanRecord, ProblemRecord, RunStatus};
use crate::service::extract::{Once, Params, PathId, Text};
use crate::service::paging::{Paging, sparse};
use crate::service::reply::{self, Created};
use crate::service::{App, Code, Problem, snapshots, worker};
use crate::store::{
    Answer, Begun, Column, Document, Filter, JobState, Kind, Op, Read, RequestKey, RowFilter,
    RowKind, StoreError, now_ms,
};

/// A plan with how far it is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlanShown {
    /// What is said of it.
    #[serde(flatten)]
    record: PlanRecord,
    /// How often its making was begun.
    attempts: i64,
    /// While it is made: the last that was told of it, see its events.
    #[schema(value_type = Option<Object>)]
    progress: Option<Box<RawValue>>,
    /// The plan file, as soon as there is one; only the stints of campaigns in reach where that is not all.
    #[schema(value_type = Option<Object>)]
    plan: Option<Box<RawValue>>,
}

/// What would be made of a request.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct PlanValid {
    /// The problem that was asked about.
    problem: ProblemRecord,
    /// The problem that would be solved: the same, but for hours that are booked.
    solved_problem: ProblemRecord,
    /// How far solving would go.
    limits: Limits,
}

/// Asks for a plan. It is made by a worker: the answer says where it will be.
#[utoipa::path(post, path = "/v1/plans", tag = "plans", params(PostParams), request_body = PlanWanted,
    extensions(("x-action" = json!("plans:write"))),
    responses((status = 200, description = "Valid (`validate_only`)", body = PlanValid),
              (status = 202, description = "Queued; Location says where it will be", body = PlanRecord),
              (status = 503, description = "Too many jobs wait; Retry-After says when to try again", body = super::super::problem::ProblemBody),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    Params(params): Params<PostParams>,
    text: Text,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::PlansWrite)?;
    let asked_ms = now_ms();
    if !params.validate_only
        && let Some(answer) = once.answered(&app, &scope, &text.hash).await?
    {
        return Ok(answer);
    }
    let (request, reader) = (once.of(&text.hash), scope.clone());
    let read = move || Wanted::read(&text.bytes, &reader);
    let (wanted, source) = app.compute_long(read).await??;
    ask::check_plans(&app, &scope, &wanted).await?;
    let resolved = ask::resolve(&app, &scope, source, &wanted).await?;
    if params.validate_only {
        let valid = PlanValid {
            problem: resolved.asked,
            solved_problem: resolved.solved,
            limits: wanted.limits,
        };
        return reply::value(StatusCode::OK, &valid);
    }
    let record = ask::record(wanted, &resolved)?;
    let mut write = match app.store.write_once(&scope, request).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    ask::queue(&app, &mut write, resolved, asked_ms, &record).await?;
    let answer = Created {
        status: StatusCode::ACCEPTED,
        location: reply::place("/v1/plans", &record.id),
        body: reply::text(&record)?,
    };
    let answer = answer.answer();
    write.commit_answer(&answer).await?;
    app.queued.notify_one();
    Ok(reply::answer(answer))
}

/// Which plans are listed, and how much of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only plans whose making stands there.
    status: Option<RunStatus>,
    /// Only plans of this problem.
    problem: Option<String>,
    /// Only plans that are published, or are not.
    published: Option<bool>,
    /// Only these fields, separated by commas.
    fields: Option<String>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists plans, without their stints, the oldest first.
#[utoipa::path(get, path = "/v1/plans", tag = "plans", params(ListParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "`items`: plans; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let (scope, published_only) = reader(&caller)?;
    let published_only = published_only.then_some(true);
    let is = |column| Filter { column, op: Op::Is };
    let filters: Vec<Filter> = [
        params
            .status
            .map(|it| is(Column::text("state", it.as_str()))),
        params
            .problem
            .map(|it| is(Column::text("problem", it.replace('\0', "\u{fffd}")))),
        params
            .published
            .map(|it| is(Column::int("published", i64::from(it)))),
        published_only.map(|it| is(Column::int("published", i64::from(it)))),
    ]
    .into_iter()
    .flatten()
    .collect();
    let name = format!("plans {filters:?}");
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let mut page = read
        .list_plans(&filters, &paging.after, paging.limit)
        .await?;
    for plan in &mut page.items {
        let record = walled(&scope, plan, snapshots::stored(&plan.body)?);
        plan.body = reply::text(&record)?;
    }
    let json = paging.json(&page, params.fields.as_deref())?;
    Ok(reply::json(StatusCode::OK, json))
}

/// Gives a plan: where it stands, the best so far, what it is worth, bound and gap.
#[utoipa::path(get, path = "/v1/plans/{id}", tag = "plans", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "The plan as PlanShown, or the fields asked for; once it is over its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let (mut read, document, record) = find(&app, &caller, &id).await?;
    let wants_plan = wants(params.fields.as_deref(), "plan");
    let is_over = record.status.is_over();
    let shown = shown(&mut read, &document, record, wants_plan).await?;
    let body = sparse(&reply::text(&shown)?, params.fields.as_deref())?;
    Ok(match is_over {
        true => reply::document(&document, body, &headers),
        // What is being made changes without a revision.
        false => reply::json(StatusCode::OK, body),
    })
}

/// Stops the making of a plan and keeps the best so far. A plan that is made already stays as it is.
#[utoipa::path(post, path = "/v1/plans/{id}/stop", tag = "plans", params(("id" = String, Path)),
    extensions(("x-action" = json!("plans:write"))),
    responses((status = 200, description = "It is over", body = PlanShown),
              (status = 202, description = "It is told to stop, and will within seconds", body = PlanShown),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn stop(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    stopped(&app, &caller, &id, once.of("")).await
}

async fn stopped(
    app: &App,
    caller: &Caller,
    id: &Id,
    request: Option<RequestKey>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::PlansWrite)?;
    let mut write = match app.store.write_once(&scope, request).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write.alone().await?;
    let (document, mut record) = worker::plan(&mut write, id.as_str()).await?;
    if !record.status.is_over() {
        let said = r#"{"event":"stopped"}"#.to_owned();
        if write.withdraw_job(&record.id, said).await? {
            record.status = RunStatus::Stopped;
            record.ended_ms = now_ms();
            worker::put_plan(&mut write, &document, &record).await?;
        } else {
            write.cancel_job(&record.id).await?;
        }
    }
    let status = match record.status.is_over() {
        true => StatusCode::OK,
        false => StatusCode::ACCEPTED,
    };
    let shown = shown(&mut write, &document, record, false).await?;
    let answer = Answer {
        status: status.as_u16(),
        location: String::new(),
        etag: String::new(),
        body: reply::text(&shown)?,
    };
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// The same as stopping it: the best so far is kept.
#[utoipa::path(delete, path = "/v1/plans/{id}", tag = "plans", params(("id" = String, Path)),
    extensions(("x-action" = json!("plans:write"))),
    responses((status = 200, description = "It is over", body = PlanShown),
              (status = 202, description = "It is told to stop, and will within seconds", body = PlanShown),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    stopped(&app, &caller, &id, None).await
}

/// The scope of somebody who reads plans, and whether they read published ones only.
fn reader(caller: &Caller) -> Result<(Scope, bool), Problem> {
    match caller.may(Action::PlansRead) {
        Ok(scope) => Ok((scope, false)),
        Err(_) => Ok((caller.may(Action::PublishedRead)?, true)),
    }
}

/// A plan that the caller may read, at least in part.
async fn find(
    app: &App,
    caller: &Caller,
    id: &Id,
) -> Result<(Read, Document, PlanRecord), Problem> {
    let (scope, published_only) = reader(caller)?;
    let mut read = app.store.read(&scope).await?;
    let document = read.plan(id.as_str()).await?;
    let record: PlanRecord = snapshots::stored(&document.body)?;
    if published_only && !record.published {
        return Err(Problem::from(StoreError::NotFound {
            kind: Kind::PLAN.name,
            id: id.to_string(),
        }));
    }
    Ok((read, document, record))
}

/// What of a record somebody may see who does not reach every client: neither totals nor other clients.
fn walled(scope: &Scope, plan: &Document, mut record: PlanRecord) -> PlanRecord {
    if !scope.reaches(&plan.client) {
        record.clients.retain(|client| scope.reaches(client));
        record.outcome = None;
        record.error = String::new();
    }
    record
}

async fn shown(
    read: &mut Read,
    document: &Document,
    record: PlanRecord,
    with_plan: bool,
) -> Result<PlanShown, Problem> {
    let scope = read.scope().clone();
    let is_whole = scope.reaches(&document.client);
    let mut record = walled(&scope, document, record);
    let job = read.job(&record.id).await?;
    let mut progress = None;
    if !record.status.is_over() {
        record.status = match job.state {
            JobState::Queued => RunStatus::Queued,
            JobState::Running | JobState::Done => RunStatus::Running,
        };
        let last = read.last_job_event(&record.id).await?;
        progress = last
            .map(|event| events::shown(&event.body, is_whole))
            .transpose()?;
    }
    let plan = match (with_plan, is_whole) {
        (false, _) => None,
        (true, true) => read.content(&Kind::PLAN, document).await?,
        (true, false) => own_stints(read, document).await?,
    };
    let raw = |text: String| {
        RawValue::from_string(text).map_err(|error| Problem::new(Code::Internal, error.to_string()))
    };
    Ok(PlanShown {
        attempts: job.attempt,
        progress: progress.map(raw).transpose()?,
        plan: plan.map(raw).transpose()?,
        record,
    })
}

/// The stints in reach, as a plan that claims nothing else.
async fn own_stints(read: &mut Read, document: &Document) -> Result<Option<String>, Problem> {
    let all = rows::all_assignments(read, document, &RowFilter::default()).await?;
    let stints: Vec<_> = all
        .iter()
        .map(|it| {
            serde_json::json!({"expert": it.expert, "role": it.role, "from": it.from, "to": it.to})
        })
        .collect();
    Ok((!stints.is_empty()).then(|| serde_json::json!({ "stints": stints }).to_string()))
}

/// Rows of a plan at once, where all of them are wanted.
const ROWS: u32 = 1_000;
const ASSIGNMENT: RowKind = RowKind::Assignment;
