//! Lists of people that are kept: made, read, listed, renamed and deleted. Who is on them: [`entries`].

pub(super) mod entries;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::GetParams;
use super::problems::ListParams;
use crate::access::{Action, Caller};
use crate::service::extract::{Body, Once, Params, PathId, Precondition};
use crate::service::paging::{Paging, sparse};
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::shortlists::{ListWanted, Shortlist, ShortlistWanted};
use crate::service::{App, Code, Problem, reach};
use crate::store::{Begun, Document, Expect, Kind, Write};

/// The most lists of a tenant.
const MOST: i64 = 1_000;

/// What lists of lists show where nothing is said: all but the people.
const SHOWN: &str = "id,name,owner,created_ms,client,role,search";

/// Keeps a list, with nobody on it.
#[utoipa::path(post, path = "/v1/shortlists", tag = "shortlists", request_body = ShortlistWanted,
    extensions(("x-action" = json!("shortlists:write"))),
    responses((status = 201, description = "Kept", body = Shortlist),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Body<ListWanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsWrite)?;
    if let Some(answer) = once.answered(&app, &scope, &body.hash).await? {
        return Ok(answer);
    }
    let id = reply::new_id()?;
    let wall = body.value.wall(&app, &scope).await?;
    let mut write = match app.store.write_once(&scope, once.of(&body.hash)).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    let kept = body.value.kept(&id, &scope, None);
    let (document, _) = put_list(&mut write, &kept, &wall, &Expect::Absent).await?;
    let created = Created {
        status: StatusCode::CREATED,
        location: reply::place("/v1/shortlists", &id),
        body: document.body,
    };
    let answer = created.answer();
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// Puts a list, unless there are too many.
async fn put_list(
    write: &mut Write,
    kept: &Shortlist,
    wall: &str,
    expect: &Expect,
) -> Result<(Document, bool), Problem> {
    let text = reply::text(kept)?;
    let put = write.put(&Kind::SHORTLIST, &kept.id, wall, text, &[], expect);
    let (document, new) = put.await?;
    if new && write.count(&Kind::SHORTLIST).await? > MOST {
        let detail = format!("{MOST} shortlists are kept, and no more can be; delete one");
        return Err(Problem::new(Code::WrongState, detail));
    }
    Ok((document, new))
}

/// Lists the lists, the oldest first, without who is on them unless `fields` asks for `entries`.
#[utoipa::path(get, path = "/v1/shortlists", tag = "shortlists", params(ListParams),
    extensions(("x-action" = json!("shortlists:read"))),
    responses((status = 200, description = "`items`: lists; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsRead)?;
    let paging = Paging::new("shortlists", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::SHORTLIST, &[], &paging.after, paging.limit)
        .await?;
    let json = paging.json(&page, Some(params.fields.as_deref().unwrap_or(SHOWN)))?;
    Ok(reply::json(StatusCode::OK, json))
}

/// Gives a list with who is on it.
#[utoipa::path(get, path = "/v1/shortlists/{id}", tag = "shortlists", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("shortlists:read"))),
    responses((status = 200, description = "The list, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsRead)?;
    let mut read = app.store.read(&scope).await?;
    let found = read.get(&Kind::SHORTLIST, id.as_str()).await?;
    let body = sparse(&found.body, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

/// Adds a list, or changes its name and what it is for. Who is on it stays, with the points they were added with.
#[utoipa::path(put, path = "/v1/shortlists/{id}", tag = "shortlists", params(("id" = String, Path)),
    extensions(("x-action" = json!("shortlists:write"))), request_body = ShortlistWanted,
    responses((status = 200, description = "Changed", body = Shortlist),
              (status = 201, description = "Added", body = Shortlist),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<ListWanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsWrite)?;
    let wall = body.value.wall(&app, &scope).await?;
    let mut write = app.store.write(&scope).await?;
    let before = write.find(&Kind::SHORTLIST, id.as_str()).await?;
    if let Some(before) = &before {
        reach::refuse_taking(&Kind::SHORTLIST, before, &scope)?;
    }
    let before = before.as_ref().map(Shortlist::of).transpose()?;
    let kept = body.value.kept(id.as_str(), &scope, before);
    let (document, new) = put_list(&mut write, &kept, &wall, &expect).await?;
    write.commit().await?;
    let place = reply::place("/v1/shortlists", id.as_str());
    Ok(reply::put(&document, new, &place))
}

/// Deletes a list.
#[utoipa::path(delete, path = "/v1/shortlists/{id}", tag = "shortlists", params(("id" = String, Path)),
    extensions(("x-action" = json!("shortlists:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let before = write.get(&Kind::SHORTLIST, id.as_str()).await?;
    reach::refuse_taking(&Kind::SHORTLIST, &before, &scope)?;
    write.delete(&Kind::SHORTLIST, id.as_str(), &expect).await?;
    write.commit().await?;
    Ok(reply::done())
}
