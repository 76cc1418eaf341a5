//! The change feed over HTTP, and the audit log.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller};
use crate::service::extract::Params;
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::store::{AuditRow, Event};

/// From where on, and how much.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct AfterParams {
    /// The `seq` of the last entry seen; 0 for all.
    #[serde(default)]
    #[param(minimum = 0, required = false)]
    after: i64,
    /// The most entries, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
}

impl AfterParams {
    fn checked(&self) -> Result<(i64, u32), Problem> {
        let limit = self.limit.unwrap_or(100);
        if !(1..=1_000).contains(&limit) {
            let expected = "an integer from 1 to 1000";
            return Err(Problem::of(Code::BadRequest, "limit", limit, expected));
        }
        if self.after < 0 {
            let expected = "an integer, not negative";
            return Err(Problem::of(Code::BadRequest, "after", self.after, expected));
        }
        Ok((self.after, limit))
    }
}

/// Entries in order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Entries<T> {
    /// The entries; fewer than asked for only at the end.
    items: Vec<T>,
    /// Ask for what is `after` this number next.
    last: i64,
}

/// Gives what changed after an event, in order.
#[utoipa::path(get, path = "/v1/events", tag = "events", params(AfterParams),
    extensions(("x-action" = json!("events:read"))),
    responses((status = 200, description = "Changes", body = Entries<Event>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<AfterParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::EventsRead)?;
    let (after, limit) = params.checked()?;
    let items = app
        .store
        .read(&scope)
        .await?
        .events_after(after, limit)
        .await?;
    let last = items.last().map_or(after, |event| event.seq);
    reply::value(StatusCode::OK, &Entries { items, last })
}

/// Rows of the audit log, in order.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct AuditPage {
    /// The rows; fewer than asked for only at the end.
    items: Vec<AuditRow>,
    /// Ask for what is `after` this number next.
    last: i64,
    /// The people whom the rows call by pseudonyms; those who were erased are not in it.
    people: BTreeMap<String, String>,
}

/// The pseudonyms in the rows.
fn pseudonyms(rows: &[AuditRow]) -> Vec<String> {
    let details = rows
        .iter()
        .filter_map(|row| serde_json::from_str(&row.detail).ok());
    let mut names = BTreeSet::new();
    for changes in details {
        let changes: Vec<serde_json::Value> = changes;
        let people = changes.iter().filter(|change| change["kind"] == "expert");
        names.extend(people.filter_map(|change| change["id"].as_str().map(str::to_owned)));
    }
    names.into_iter().collect()
}

/// Gives the audit log after a row, in order.
#[utoipa::path(get, path = "/v1/audit", tag = "audit", params(AfterParams),
    extensions(("x-action" = json!("audit:read"))),
    responses((status = 200, description = "Rows", body = AuditPage),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn audit(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<AfterParams>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::AuditRead)?;
    let (after, limit) = params.checked()?;
    let mut read = app.store.read(&scope).await?;
    let items = read.audit_after(after, limit).await?;
    let people = read.people_called(&pseudonyms(&items)).await?;
    let page = AuditPage {
        last: items.last().map_or(after, |row| row.seq),
        items,
        people: people.into_iter().collect(),
    };
    reply::value(StatusCode::OK, &page)
}

/// Whether the audit log is as it was written.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Verified {
    /// Whether it is.
    intact: bool,
    /// Rows up to the first bad one, or all.
    rows: i64,
    /// The first bad row.
    first_bad: Option<i64>,
    /// What is wrong with it.
    what: Option<&'static str>,
    /// The hash of the last row, to be kept elsewhere: a log whose rows were all written again has another.
    head: Option<String>,
}

/// Checks the audit log from the first row to the last.
#[utoipa::path(get, path = "/v1/audit/verification", tag = "audit",
    extensions(("x-action" = json!("audit:read"))),
    responses((status = 200, description = "What was found", body = Verified),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn verify(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::AuditRead)?;
    let verified = match app.store.read(&scope).await?.audit_verify().await? {
        Ok(found) => Verified {
            intact: true,
            rows: found.rows,
            first_bad: None,
            what: None,
            head: Some(found.head),
        },
        Err(broken) => Verified {
            intact: false,
            rows: broken.seq - 1,
            first_bad: Some(broken.seq),
            what: Some(broken.what),
            head: None,
        },
    };
    reply::value(StatusCode::OK, &verified)
}
