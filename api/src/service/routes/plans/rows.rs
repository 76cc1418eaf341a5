//! What a plan says, row by row, by campaign, role, person and week.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{ASSIGNMENT, ROWS, find};
use crate::access::Caller;
use crate::planning::Assignment;
use crate::service::extract::{Params, PathId};
use crate::service::paging::{Paging, sparse};
use crate::service::{App, Code, Problem, reply, snapshots};
use crate::store::{Document, Read, RowFilter, RowKind};

/// Which rows are listed, and how much of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct RowParams {
    /// Only of this campaign.
    campaign: Option<String>,
    /// Only of this role.
    role: Option<String>,
    /// Only about this person.
    expert: Option<String>,
    /// Only rows that hold this week of the horizon, the first of which is 0.
    week: Option<u16>,
    /// Only these fields, separated by commas.
    fields: Option<String>,
    /// Entries of a page, 1 to 1000.
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists who holds which role in which weeks, at what rate.
#[utoipa::path(get, path = "/v1/plans/{id}/assignments", tag = "plans", params(("id" = String, Path), RowParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "`items`: assignments; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn assignments(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<RowParams>,
) -> Result<Response, Problem> {
    let (read, plan, _) = find(&app, &caller, &id).await?;
    list(read, &plan, ASSIGNMENT, params).await
}

/// Lists the role-weeks below target, what keeps people away, and what a head more would be worth.
#[utoipa::path(get, path = "/v1/plans/{id}/shortfalls", tag = "plans", params(("id" = String, Path), RowParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "`items`: shortfalls; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn shortfalls(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<RowParams>,
) -> Result<Response, Problem> {
    let (read, plan, _) = find(&app, &caller, &id).await?;
    list(read, &plan, RowKind::Shortfall, params).await
}

/// Lists who could step in, the best of each role first.
#[utoipa::path(get, path = "/v1/plans/{id}/alternates", tag = "plans", params(("id" = String, Path), RowParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "`items`: alternates; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn alternates(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<RowParams>,
) -> Result<Response, Problem> {
    let (read, plan, _) = find(&app, &caller, &id).await?;
    list(read, &plan, RowKind::Alternate, params).await
}

async fn list(
    mut read: Read,
    plan: &Document,
    kind: RowKind,
    params: RowParams,
) -> Result<Response, Problem> {
    let filter = RowFilter {
        campaign: params.campaign,
        role: params.role,
        expert: params.expert,
        week: params.week.map(i64::from),
    };
    let name = format!("{} {kind:?} {filter:?}", plan.id);
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let after = match paging.after.as_str() {
        "" => 0,
        number => number
            .parse()
            .map_err(|_| Problem::of(Code::BadCursor, "cursor", number, "a `next` of this list"))?,
    };
    let mut rows = read
        .plan_rows(plan, kind, &filter, after, paging.limit + 1)
        .await?;
    let most = usize::try_from(paging.limit).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let next = rows.last().filter(|_| more);
    let next = next.map(|(seq, _)| paging.cursor(&seq.to_string()));
    let mut items = Vec::with_capacity(rows.len());
    for (_, body) in &rows {
        items.push(sparse(body, params.fields.as_deref())?);
    }
    let next = reply::text(&next)?;
    let json = format!("{{\"items\":[{}],\"next\":{next}}}", items.join(","));
    Ok(reply::json(StatusCode::OK, json))
}

/// Every assignment in reach.
pub(super) async fn all_assignments(
    read: &mut Read,
    plan: &Document,
    filter: &RowFilter,
) -> Result<Vec<Assignment>, Problem> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let rows = read
            .plan_rows(plan, ASSIGNMENT, filter, after, ROWS)
            .await?;
        let Some((last, _)) = rows.last() else {
            return Ok(all);
        };
        after = *last;
        for (_, body) in &rows {
            all.push(snapshots::stored(body)?);
        }
    }
}
