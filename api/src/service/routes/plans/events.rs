//! What a plan's making tells, as it happens: server-sent events, or a list for those who poll.

use std::convert::Infallible;
use std::time::{Duration, Instant};

use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::RawValue;

use super::find;
use crate::access::{Caller, Scope, authenticate_again};
use crate::service::extract::{Params, PathId};
use crate::service::{App, Code, Problem, reply};
use crate::store::{JobEvent, JobState, StoreError};

/// Where to go on.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct EventParams {
    /// Only events after this number; the header Last-Event-ID says the same.
    #[param(minimum = 0)]
    after: Option<i64>,
}

/// One event.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct EventShown {
    /// Counted from 1.
    id: i64,
    /// When, in UTC milliseconds.
    at_ms: i64,
    /// `event`: running, progress, queued, finished, stopped or failed; and what goes with it.
    #[schema(value_type = Object)]
    data: Box<RawValue>,
}

/// Events for those who poll.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct Events {
    /// The events.
    items: Vec<EventShown>,
    /// What to ask for as `after` the next time.
    after: i64,
    /// Whether no more will come.
    over: bool,
}

/// Events read at once.
const BATCH: u32 = 200;
/// How often a stream looks for news, and how seldom where there have been none for a while.
const SOON: Duration = Duration::from_millis(300);
const SELDOM: Duration = Duration::from_secs(2);
/// How often it is looked whether who listens still may.
const AGAIN: Duration = Duration::from_secs(10);
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// Tells how the making of a plan goes: as server-sent events, which end when it ends and go on after
/// Last-Event-ID; or, asked for `application/json`, as a list of what there is.
#[utoipa::path(get, path = "/v1/plans/{id}/events", tag = "plans", params(("id" = String, Path), EventParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "Events: objective, bound and gap as they get better",
               content((String = "text/event-stream"), (Events = "application/json"))),
              (status = 204, description = "Over, and nothing was missed"),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn events(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<EventParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = after(&params, &headers)?;
    let (mut read, plan, _) = find(&app, &caller, &id).await?;
    let scope = read.scope().clone();
    let is_whole = scope.reaches(&plan.client);
    let is_over = read.job(&plan.id).await?.state == JobState::Done;
    let told = read.job_events_after(&plan.id, after, BATCH).await?;
    drop(read);
    let accepts = headers.get(header::ACCEPT).and_then(|it| it.to_str().ok());
    if accepts.is_some_and(|it| it.contains("application/json")) {
        return listed(&told, after, is_over, is_whole);
    }
    if is_over && told.is_empty() {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let follow = Follow {
        app,
        caller,
        id,
        known: Instant::now(),
        scope,
        plan: plan.id,
        is_whole,
        after,
        pause: SOON,
        ready: told.into_iter(),
        over: false,
    };
    Ok(Sse::new(follow.stream())
        .keep_alive(KeepAlive::default())
        .into_response())
}

fn after(params: &EventParams, headers: &HeaderMap) -> Result<i64, Problem> {
    let stated = headers
        .get(LAST_EVENT_ID)
        .map(|it| it.to_str().unwrap_or("?"));
    let number = match stated {
        Some(text) => text.parse().ok(),
        None => Some(params.after.unwrap_or(0)),
    };
    number.filter(|it| *it >= 0).ok_or_else(|| {
        let found = stated.map_or_else(|| params.after.unwrap_or(0).to_string(), str::to_owned);
        let name = if stated.is_some() {
            "last-event-id"
        } else {
            "after"
        };
        Problem::of(Code::BadRequest, name, found, "the id of an event")
    })
}

fn listed(
    told: &[JobEvent],
    after: i64,
    is_over: bool,
    is_whole: bool,
) -> Result<Response, Problem> {
    let mut items = Vec::with_capacity(told.len());
    for event in told {
        let data = RawValue::from_string(shown(&event.body, is_whole)?);
        items.push(EventShown {
            id: event.seq,
            at_ms: event.at_ms,
            data: data.map_err(|error| Problem::new(Code::Internal, error.to_string()))?,
        });
    }
    let full = told.len() >= usize::try_from(BATCH).unwrap_or(usize::MAX);
    let events = Events {
        after: told.last().map_or(after, |event| event.seq),
        over: is_over && !full,
        items,
    };
    reply::value(StatusCode::OK, &events)
}

/// An event as somebody may see it: without amounts where they do not reach every client.
pub(super) fn shown(body: &str, is_whole: bool) -> Result<String, Problem> {
    if is_whole {
        return Ok(body.to_owned());
    }
    let internal = |error: serde_json::Error| Problem::new(Code::Internal, error.to_string());
    let mut fields: serde_json::Map<String, Value> =
        serde_json::from_str(body).map_err(internal)?;
    fields.retain(|name, _| ["event", "attempt", "seconds", "phase"].contains(&name.as_str()));
    Ok(Value::from(fields).to_string())
}

/// Somebody who listens.
struct Follow {
    app: App,
    caller: Caller,
    id: Id,
    /// When it was last looked at who they are and whether they may.
    known: Instant,
    scope: Scope,
    plan: String,
    is_whole: bool,
    after: i64,
    pause: Duration,
    ready: std::vec::IntoIter<JobEvent>,
    over: bool,
}

impl Follow {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, async |mut follow| {
            let event = follow.next().await?;
            Some((Ok(event), follow))
        })
    }

    /// The next event; none when it is over, the service stops, or the database does not answer: whoever
    /// listens comes back with Last-Event-ID.
    async fn next(&mut self) -> Option<Event> {
        let mut stopping = self.app.stopping.subscribe();
        loop {
            if let Some(told) = self.ready.next() {
                self.after = told.seq;
                return self.event(&told);
            }
            if self.over || *stopping.borrow() {
                return None;
            }
            if self.known.elapsed() >= AGAIN && self.may_still().await.is_err() {
                return None;
            }
            match self.look().await {
                Ok(true) => self.pause = SOON,
                Ok(false) if self.over => return None,
                Ok(false) => {
                    tokio::select! {
                        () = tokio::time::sleep(self.pause) => {}
                        _ = stopping.wait_for(|stopping| *stopping) => return None,
                    }
                    self.pause = (self.pause * 2).min(SELDOM);
                }
                Err(_) => return None,
            }
        }
    }

    /// Whether key or session still hold, and whoever has them may still read this plan. They may see less of it now.
    async fn may_still(&mut self) -> Result<(), Problem> {
        let caller = authenticate_again(&self.app.store, &self.app.gate, &self.caller).await?;
        let (read, plan, _) = find(&self.app, &caller, &self.id).await?;
        self.scope = read.scope().clone();
        self.is_whole = self.scope.reaches(&plan.client);
        self.known = Instant::now();
        Ok(())
    }

    /// Reads what is new, and says whether there was anything.
    async fn look(&mut self) -> Result<bool, StoreError> {
        let mut read = self.app.store.read(&self.scope).await?;
        // In this order: what is told with the end is there when the end is.
        let is_over = read.job(&self.plan).await?.state == JobState::Done;
        let told = read.job_events_after(&self.plan, self.after, BATCH).await?;
        let any = !told.is_empty();
        self.over = is_over && !any;
        self.ready = told.into_iter();
        Ok(any)
    }

    fn event(&self, told: &JobEvent) -> Option<Event> {
        let body = shown(&told.body, self.is_whole).ok()?;
        let tree: Value = serde_json::from_str(&told.body).ok()?;
        let name = tree["event"].as_str().unwrap_or("progress").to_owned();
        let event = Event::default().id(told.seq.to_string()).event(name);
        Some(event.data(body))
    }
}
