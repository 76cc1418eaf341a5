//! The independent checker, for anybody's plan.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::check::{Report, check as checked};
use muster_matcher::json::{Faults, Fields, Path};
use muster_matcher::model::plan::Plan;
use serde::Serialize;

use crate::access::{Action, Caller};
use crate::plan_file::{self, PlanFileError};
use crate::service::extract::{Text, Texts, split};
use crate::service::snapshots::{self, Asked};
use crate::service::{App, Code, Problem, reply};

/// A problem and a plan of it, whoever made them.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct CheckWanted {
    /// A problem file, or the id of a problem that was posted.
    problem: serde_json::Value,
    /// A plan file.
    #[schema(value_type = Object)]
    plan: serde_json::Value,
}

/// What the checker says.
#[derive(Serialize, utoipa::ToSchema)]
pub(super) struct Checked {
    /// Whether every rule is kept and no claim is false.
    holds: bool,
    /// Rule by rule, the objective by term, the bound, false and unverified claims, the gap.
    #[schema(value_type = Object)]
    report: Report,
}

/// Checks a plan: every rule, what it is worth, what its prices prove, and whether its claims are true.
#[utoipa::path(post, path = "/v1/check", tag = "plans", request_body = CheckWanted,
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "The report, whatever it says", body = Checked),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn check(
    State(app): State<App>,
    caller: Caller,
    text: Text,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsRead)?;
    let reader = scope.clone();
    let (asked, plan) = app
        .compute_long(move || {
            let (tree, texts) = split(&text.bytes, &["problem", "plan"])?;
            let mut faults = Faults::default();
            if let Some(mut fields) = Fields::open(tree, &Path::ROOT, &mut faults) {
                fields.take("problem");
                fields.take("plan");
                fields.finish(&mut faults);
            }
            if !faults.is_empty() {
                return Err(Problem::faults(&faults));
            }
            Ok((snapshots::asked(&texts, &reader)?, plan(&texts)?))
        })
        .await??;
    let (known, new) = match asked {
        Asked::Known(id) => {
            let mut read = app.store.read(&scope).await?;
            (snapshots::text(&mut read, &id).await?.1, None)
        }
        Asked::New(snapshot) | Asked::Campaigns(snapshot, _) => {
            (String::new(), Some(snapshot.problem))
        }
    };
    let report = move || {
        let problem = match new {
            Some(problem) => problem,
            None => snapshots::read_back(&known)?,
        };
        Ok::<_, Problem>(checked(&problem, &plan))
    };
    let report = app.compute_long(report).await??;
    let holds = report.holds();
    reply::value(StatusCode::OK, &Checked { holds, report })
}

/// Reads the field `plan`.
fn plan(texts: &Texts<'_>) -> Result<Plan, Problem> {
    let text = texts.get("plan").copied().unwrap_or_default();
    if text.is_empty() {
        return Err(Problem::of(
            Code::Invalid,
            "/plan",
            "nothing",
            "a plan file",
        ));
    }
    plan_file::read(text.as_bytes()).map_err(|error| match error {
        PlanFileError::Json(error) => Problem::new(Code::BrokenJson, error.to_string()),
        PlanFileError::Faults(faults) => Problem::faults_below("/plan", &faults),
    })
}
