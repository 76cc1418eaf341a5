//! Plans as files for people and other programs.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::find;
use crate::access::{Action, Caller, Scope};
use crate::export::{ExportError, Format, write};
use crate::plan_file;
use crate::planning::{PlanRecord, campaigns_in_reach};
use crate::service::extract::{Params, PathId};
use crate::service::{App, Code, Problem, reply, snapshots};
use crate::store::Kind;

/// What is exported.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct ExportParams {
    /// `json`, `csv`, `xlsx`, `ical` or `svg`.
    format: String,
    /// Only what the plan says of this campaign.
    campaign: Option<String>,
}

/// Gives a plan as a file: the plan file (`json`), its stints (`csv`), a workbook for planners (`xlsx`), a calendar
/// (`ical`), or a chart of heads by role and week (`svg`).
#[utoipa::path(get, path = "/v1/plans/{id}/export", tag = "plans", params(("id" = String, Path), ExportParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "The file",
               content((Object = "application/json"), (String = "text/csv"), (String = "text/calendar"),
                       (String = "image/svg+xml"),
                       (String = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"))),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn export(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    let format = Format::from_name(&params.format).ok_or_else(|| {
        let expected = "json, csv, xlsx, ical or svg";
        Problem::of(Code::BadRequest, "format", &params.format, expected)
    })?;
    let (mut read, document, record) = find(&app, &caller, &id).await?;
    let scope = read.scope().clone();
    let is_whole = scope.reaches(&document.client);
    let plan = read.content(&Kind::PLAN, &document).await?;
    drop(read);
    let Some(plan) = plan else {
        let detail = format!(
            "the plan is {}: there is nothing to export",
            record.status.as_str()
        );
        return Err(Problem::new(Code::WrongState, detail));
    };
    // The problem speaks of every client; only what is in reach is shown of it.
    let all = app.gate.scope(scope.tenant(), "export", Action::PlansRead);
    let (_, problem) =
        snapshots::text(&mut app.store.read(&all).await?, &record.solved_problem).await?;
    let bytes = app
        .compute_long(move || {
            file(
                &problem,
                plan,
                &record,
                &scope,
                is_whole,
                params.campaign,
                format,
            )
        })
        .await??;
    let name = reply::attachment(&format!("plan-{id}.{}", format.extension()));
    let headers = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

fn file(
    problem: &str,
    plan: String,
    record: &PlanRecord,
    scope: &Scope,
    is_whole: bool,
    campaign: Option<String>,
    format: Format,
) -> Result<Vec<u8>, Problem> {
    if is_whole && campaign.is_none() && format == Format::Json {
        return Ok(plan.into_bytes());
    }
    let problem = snapshots::read_back(problem)?;
    let internal = |error: &dyn std::fmt::Display| Problem::new(Code::Internal, error.to_string());
    let plan = plan_file::read(plan.as_bytes()).map_err(|error| internal(&error))?;
    let near = campaigns_in_reach(&problem, &record.owner, scope);
    let shown = match (campaign, is_whole) {
        (Some(campaign), _) if near.contains(&campaign) => vec![campaign],
        (Some(campaign), _) => {
            let detail = format!("the plan has no campaign {campaign:?}");
            return Err(Problem::new(Code::NotFound, detail));
        }
        (None, true) => Vec::new(),
        (None, false) => near,
    };
    let mut bytes = Vec::new();
    match write(&problem, &plan, &shown, format, &mut bytes) {
        Ok(()) => Ok(bytes),
        Err(error @ ExportError::NoStints(_)) => {
            Err(Problem::new(Code::WrongState, error.to_string()))
        }
        Err(error @ ExportError::PartOfPlan) => {
            let expected = "csv, xlsx, ical or svg for a part of a plan";
            Err(Problem::of(Code::BadRequest, "format", "json", expected)
                .coded(Code::BadRequest, error.to_string()))
        }
        Err(error @ (ExportError::NoDates | ExportError::Xlsx(_))) => {
            Err(Problem::new(Code::WrongState, error.to_string()))
        }
        Err(error) => {
            tracing::error!(%error, "a plan cannot be exported");
            Err(Problem::new(
                Code::Internal,
                "the plan cannot be exported; the log says more",
            ))
        }
    }
}
