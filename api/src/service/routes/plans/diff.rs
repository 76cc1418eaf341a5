//! What differs between two plans.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::model::Id;

use super::find;
use super::rows::all_assignments;
use crate::access::Caller;
use crate::planning::{Diff, diff as difference};
use crate::service::{App, Code, Problem, reply};
use crate::store::RowFilter;

/// Says who is added, removed, moved to other roles or shifted to other weeks, by person and by role-week.
#[utoipa::path(get, path = "/v1/plans/{id}/diff/{other}", tag = "plans",
    params(("id" = String, Path), ("other" = String, Path)),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "From the first plan to the other", body = Diff),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn diff(
    State(app): State<App>,
    caller: Caller,
    Path((id, other)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let mut sides = Vec::new();
    for id in [id, other] {
        let id = Id::new(&id).ok_or_else(|| {
            Problem::of(
                Code::Invalid,
                "id in the path",
                format!("{id:?}"),
                Id::EXPECTED,
            )
        })?;
        let (mut read, plan, _) = find(&app, &caller, &id).await?;
        sides.push(all_assignments(&mut read, &plan, &RowFilter::default()).await?);
    }
    let found = app.compute_long(move || match sides.as_slice() {
        [before, after] => difference(before, after),
        _ => Diff::default(),
    });
    reply::value(StatusCode::OK, &found.await?)
}
