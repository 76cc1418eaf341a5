//! Searches kept by name: made, read, listed, changed and deleted.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::GetParams;
use super::problems::ListParams;
use crate::access::{Action, Caller, Scope, random};
use crate::service::extract::{Body, Once, Params, PathId, Precondition};
use crate::service::paging::{Paging, sparse};
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::saved::{SavedSearch, SavedWanted, Wanted};
use crate::service::{App, Code, Problem, snapshots};
use crate::store::{Begun, Column, Document, Expect, Kind, Write, now_ms};

/// The most searches of a tenant.
const MOST: i64 = 200;

/// A new id: what is made later comes later in lists.
pub(super) fn new_id() -> Result<String, Problem> {
    let random = random::<10>().map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    Ok(format!("{:012x}{random}", now_ms()))
}

/// Keeps a search.
#[utoipa::path(post, path = "/v1/searches", tag = "searches", request_body = SavedWanted,
    extensions(("x-action" = json!("searches:write"))),
    responses((status = 201, description = "Kept", body = SavedSearch),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesWrite)?;
    if let Some(answer) = once.answered(&app, &scope, &body.hash).await? {
        return Ok(answer);
    }
    let id = new_id()?;
    let asked_ms = now_ms();
    let wall = body.value.wall(&app, &scope).await?;
    let mut write = match app.store.write_once(&scope, once.of(&body.hash)).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    let kept = body.value.kept(&id, &scope, None)?;
    let expect = Expect::Absent;
    let (document, _) = put_search(&mut write, &kept, &wall, &expect, asked_ms).await?;
    let created = Created {
        status: StatusCode::CREATED,
        location: reply::place("/v1/searches", &id),
        body: document.body,
    };
    let answer = created.answer();
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// Puts a search, unless there are too many or it names somebody who was erased meanwhile.
async fn put_search(
    write: &mut Write,
    kept: &SavedSearch,
    wall: &str,
    expect: &Expect,
    asked_ms: i64,
) -> Result<(Document, bool), Problem> {
    let text = reply::text(kept)?;
    snapshots::refuse_erased_in(write, asked_ms, std::iter::once(text.as_str())).await?;
    let columns = [Column::int("watched", 0)];
    let put = write.put(&Kind::SEARCH, &kept.id, wall, text, &columns, expect);
    let (document, new) = put.await?;
    if new && write.count(&Kind::SEARCH).await? > MOST {
        let detail = format!("{MOST} searches are kept, and no more can be; delete one");
        return Err(Problem::new(Code::WrongState, detail));
    }
    Ok((document, new))
}

/// Lists searches, the oldest first.
#[utoipa::path(get, path = "/v1/searches", tag = "searches", params(ListParams),
    extensions(("x-action" = json!("searches:read"))),
    responses((status = 200, description = "`items`: searches; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesRead)?;
    let paging = Paging::new("searches", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::SEARCH, &[], &paging.after, paging.limit)
        .await?;
    let json = paging.json(&page, params.fields.as_deref())?;
    Ok(reply::json(StatusCode::OK, json))
}

/// Gives a search.
#[utoipa::path(get, path = "/v1/searches/{id}", tag = "searches", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("searches:read"))),
    responses((status = 200, description = "The search, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesRead)?;
    let found = find(&app, &scope, &id).await?;
    let body = sparse(&found.body, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

async fn find(app: &App, scope: &Scope, id: &muster_matcher::model::Id) -> Result<Document, Problem> {
    let mut read = app.store.read(scope).await?;
    Ok(read.get(&Kind::SEARCH, id.as_str()).await?)
}

/// Adds or replaces a search.
#[utoipa::path(put, path = "/v1/searches/{id}", tag = "searches", params(("id" = String, Path)),
    extensions(("x-action" = json!("searches:write"))), request_body = SavedWanted,
    responses((status = 200, description = "Replaced", body = SavedSearch),
              (status = 201, description = "Added", body = SavedSearch),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesWrite)?;
    let asked_ms = now_ms();
    let wall = body.value.wall(&app, &scope).await?;
    let mut write = app.store.write(&scope).await?;
    let before = write.find(&Kind::SEARCH, id.as_str()).await?;
    let kept = body.value.kept(id.as_str(), &scope, before.as_ref())?;
    let (document, new) = put_search(&mut write, &kept, &wall, &expect, asked_ms).await?;
    write.commit().await?;
    Ok(reply::put(&document, new, &reply::place("/v1/searches", id.as_str())))
}

/// Deletes a search.
#[utoipa::path(delete, path = "/v1/searches/{id}", tag = "searches", params(("id" = String, Path)),
    extensions(("x-action" = json!("searches:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesWrite)?;
    let mut write = app.store.write(&scope).await?;
    write.delete(&Kind::SEARCH, id.as_str(), &expect).await?;
    write.commit().await?;
    Ok(reply::done())
}
