//! Searches kept by name: made, read, listed, changed and deleted.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Serialize;
use serde_json::value::RawValue;

use super::experts::people_shown;
use super::problems::ListParams;
use super::{GetParams, PageParams};
use crate::access::{Action, Caller, Scope};
use crate::planning::PlanRecord;
use crate::service::extract::{Body, Once, Params, PathId, Precondition};
use crate::service::paging::{PageOf, Paging, sparse};
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::saved::{SavedSearch, SavedWanted, Wanted};
use crate::service::schemas::Profile as ProfileSchema;
use crate::service::watching::Baseline;
use crate::service::{App, Code, Problem, reach, snapshots};
use crate::store::{Begun, Column, Document, Expect, Kind, Read, Write, now_ms};

/// The most searches of a tenant.
const MOST: i64 = 200;
/// How often whom a search finds is looked for anew, since others were faster.
const ROUNDS: usize = 8;

/// Keeps a search.
#[utoipa::path(post, path = "/v1/searches", tag = "searches", request_body = SavedWanted,
    extensions(("x-action" = json!("searches:write"))),
    responses((status = 201, description = "Kept", body = SavedSearch),
              (status = "4XX", description = "A problem", body = ProblemBody),
              (status = 503, description = "People change too fast; Retry-After says when to try again", body = ProblemBody)))]
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
    let wall = body.value.wall(&app, &scope).await?;
    refuse_draft(&app, &caller, &scope, &body.value).await?;
    let kept = body.value.kept(&reply::new_id()?, &scope)?;
    let mut watching = Watching::new(&app, &scope, kept, wall);
    for _ in 0..ROUNDS {
        watching.look().await?;
        let mut write = match app.store.write_once(&scope, once.of(&body.hash)).await? {
            Begun::Again(answer) => return Ok(reply::answer(answer)),
            Begun::First(write) => write,
        };
        if let Some((document, _)) = watching.put(&mut write, &Expect::Absent).await? {
            let created = Created {
                status: StatusCode::CREATED,
                location: reply::place("/v1/searches", &document.id),
                body: document.body,
            };
            let answer = created.answer();
            write.commit_answer(&answer).await?;
            return Ok(reply::answer(answer));
        }
    }
    Err(too_busy())
}

/// People change faster than whom a search finds can be looked for.
fn too_busy() -> Problem {
    let detail = format!(
        "people changed while whom the search finds was looked for, {ROUNDS} times over; nothing is kept: try again \
         when fewer change, or keep it with \"alerts\": false"
    );
    Problem::new(Code::Unavailable, detail)
}

/// Whoever may not read drafts is told nothing by one either.
async fn refuse_draft(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    wanted: &Wanted,
) -> Result<(), Problem> {
    let Some(id) = wanted.plan() else {
        return Ok(());
    };
    let mut read = app.store.read(scope).await?;
    let plan = read.get(&Kind::PLAN, id.as_str()).await?;
    caller.may(needed(&plan)?)?;
    Ok(())
}

/// What whoever reads a plan must be allowed to.
fn needed(plan: &Document) -> Result<Action, Problem> {
    let record: PlanRecord = snapshots::stored(&plan.body)?;
    Ok(match record.published {
        true => Action::PublishedRead,
        false => Action::PlansRead,
    })
}

/// The plan that a search is to improve, if there is one that the caller may read as it is now.
async fn plan_to_read(
    caller: &Caller,
    read: &mut Read,
    search: &Document,
) -> Result<Option<String>, Problem> {
    let search: SavedSearch = snapshots::stored(&search.body)?;
    let plan = match &search.plan {
        None => None,
        Some(id) => read.find(&Kind::PLAN, id).await?,
    };
    Ok(match plan {
        Some(plan) if caller.may(needed(&plan)?).is_ok() => Some(plan.id),
        _ => None,
    })
}

/// A search that is put, with whom it finds to begin with.
struct Watching<'a> {
    app: &'a App,
    scope: &'a Scope,
    search: SavedSearch,
    wall: String,
    asked_ms: i64,
    baseline: Option<Baseline>,
}

impl<'a> Watching<'a> {
    fn new(app: &'a App, scope: &'a Scope, search: SavedSearch, wall: String) -> Self {
        Self {
            app,
            scope,
            search,
            wall,
            asked_ms: now_ms(),
            baseline: None,
        }
    }

    /// Looks for whom it finds, if it is to be watched.
    async fn look(&mut self) -> Result<(), Problem> {
        self.baseline = match self.search.alerts {
            false => None,
            true => Some(Baseline::of(self.app, self.scope, &self.search).await?),
        };
        Ok(())
    }

    /// Puts it, unless there are too many or it names somebody who was erased meanwhile; none where others have looked at
    /// people further than what was found, so that it is to be looked for anew.
    async fn put(
        &mut self,
        write: &mut Write,
        expect: &Expect,
    ) -> Result<Option<(Document, bool)>, Problem> {
        let id = self.search.id.clone();
        let before = write.find(&Kind::SEARCH, &id).await?;
        if let Some(before) = &before {
            reach::refuse_taking(&Kind::SEARCH, before, self.scope)?;
        }
        let before: Option<SavedSearch> = match before {
            Some(before) => Some(snapshots::stored(&before.body)?),
            None => None,
        };
        if let Some(before) = &before {
            self.search.owner.clone_from(&before.owner);
            self.search.created_ms = before.created_ms;
        }
        let text = reply::text(&self.search)?;
        let texts = std::iter::once(text.as_str());
        snapshots::refuse_erased_in(write, self.asked_ms, texts).await?;
        let known = self
            .baseline
            .as_ref()
            .map_or(0, |baseline| baseline.position);
        let is_latest = write.hold_alerts(known).await?;
        if self.baseline.is_some() && !is_latest {
            return Ok(None);
        }
        let columns = [Column::int("watched", i64::from(self.search.alerts))];
        let put = write.put(&Kind::SEARCH, &id, &self.wall, text, &columns, expect);
        let (document, new) = put.await?;
        if new && write.count(&Kind::SEARCH).await? > MOST {
            let detail = format!("{MOST} searches are kept, and no more can be; delete one");
            return Err(Problem::new(Code::WrongState, detail));
        }
        let is_same = before.is_some_and(|before| before.watches_as(&self.search));
        if !is_same {
            let people = self.baseline.iter().flat_map(|it| &it.people);
            let people: Vec<&str> = people.map(String::as_str).collect();
            write.watch(&id, &people).await?;
        }
        if !new {
            write.rewall_alerts(&document).await?;
        }
        Ok(Some((document, new)))
    }
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

async fn find(
    app: &App,
    scope: &Scope,
    id: &muster_matcher::model::Id,
) -> Result<Document, Problem> {
    let mut read = app.store.read(scope).await?;
    Ok(read.get(&Kind::SEARCH, id.as_str()).await?)
}

/// Adds or replaces a search.
#[utoipa::path(put, path = "/v1/searches/{id}", tag = "searches", params(("id" = String, Path)),
    extensions(("x-action" = json!("searches:write"))), request_body = SavedWanted,
    responses((status = 200, description = "Replaced", body = SavedSearch),
              (status = 201, description = "Added", body = SavedSearch),
              (status = "4XX", description = "A problem", body = ProblemBody),
              (status = 503, description = "People change too fast; Retry-After says when to try again", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesWrite)?;
    let wall = body.value.wall(&app, &scope).await?;
    refuse_draft(&app, &caller, &scope, &body.value).await?;
    let kept = body.value.kept(id.as_str(), &scope)?;
    let mut watching = Watching::new(&app, &scope, kept, wall);
    for _ in 0..ROUNDS {
        watching.look().await?;
        let mut write = app.store.write(&scope).await?;
        if let Some((document, new)) = watching.put(&mut write, &expect).await? {
            write.commit().await?;
            let place = reply::place("/v1/searches", id.as_str());
            return Ok(reply::put(&document, new, &place));
        }
    }
    Err(too_busy())
}

/// Somebody who came to match a search, and who that is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AlertShown {
    /// Counted from 1 within the search.
    seq: i64,
    /// Who.
    expert: String,
    /// When that was seen, in UTC milliseconds.
    at_ms: i64,
    /// Whether the search had never found them before.
    first: bool,
    /// Their points for what the search asks.
    points: i64,
    /// By how much at most they improve the search's plan, in cents; for those alone who may read the plan. Alerts of another plan, before
    /// this one was put in its place, have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    gain_cents: Option<i64>,
    /// Who, their name masked; null where they are gone.
    #[schema(value_type = Option<ProfileSchema>)]
    profile: Option<Box<RawValue>>,
}

/// Lists who came to match a search since it is watched, in the order in which that was seen.
#[utoipa::path(get, path = "/v1/searches/{id}/alerts", tag = "searches", params(("id" = String, Path), PageParams),
    extensions(("x-action" = json!("searches:read"))),
    responses((status = 200, description = "Alerts", body = PageOf<AlertShown>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn alerts(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchesRead)?;
    let name = format!("alerts {id}");
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let after = paging.after.parse().unwrap_or_default();
    let mut read = app.store.read(&scope).await?;
    let search = read.get(&Kind::SEARCH, id.as_str()).await?;
    let alerts = read.alerts_after(&search, after, paging.limit + 1).await?;
    let plan = plan_to_read(&caller, &mut read, &search).await?;
    drop(read);
    let page = paging.page(alerts, |alert| alert.seq.to_string());
    let ids: BTreeSet<String> = page.items.iter().map(|it| it.expert.clone()).collect();
    let people = people_shown(&app, &scope, ids.into_iter().collect()).await?;
    let shown = page.map(|alert| AlertShown {
        profile: people.get(&alert.expert).cloned(),
        seq: alert.seq,
        expert: alert.expert,
        at_ms: alert.at_ms,
        first: alert.first,
        points: alert.told.points,
        gain_cents: alert
            .told
            .gain_cents
            .filter(|_| plan.is_some() && alert.told.plan == plan),
    });
    reply::value(StatusCode::OK, &shown)
}

/// Deletes a search, and its alerts.
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
    write.hold_alerts(0).await?;
    let before = write.get(&Kind::SEARCH, id.as_str()).await?;
    reach::refuse_taking(&Kind::SEARCH, &before, &scope)?;
    write.delete(&Kind::SEARCH, id.as_str(), &expect).await?;
    write.unwatch(id.as_str()).await?;
    write.commit().await?;
    Ok(reply::done())
}
