//! Demonstration data, ready to be posted.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_datasets::generator::{ProblemSpec, staffing_problem};
use muster_matcher::model::problem::{Problem as Staffing, write};
use serde::Deserialize;

use crate::access::{Action, Caller};
use crate::service::extract::Params;
use crate::service::{App, Code, Problem, reply};

/// What is generated.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct DemoParams {
    /// People, 1 to 20000; 300 by default.
    #[param(minimum = 1, maximum = 20000)]
    experts: Option<u32>,
    /// Campaigns, 1 to 20; 2 by default.
    #[param(minimum = 1, maximum = 20)]
    campaigns: Option<u32>,
    /// Heads wanted in the busiest week, 1 to 2000; 40 by default.
    #[param(minimum = 1, maximum = 2000)]
    heads: Option<u32>,
    /// Weeks, 1 to 52; 13 by default.
    #[param(minimum = 1, maximum = 52)]
    weeks: Option<u16>,
    /// Another seed, another problem.
    #[param(value_type = Option<i64>, minimum = 0, maximum = 4294967295_i64)]
    seed: Option<u32>,
}

/// Generates a problem with every kind of rule. The same parameters give the same problem.
#[utoipa::path(get, path = "/v1/demo/problem", tag = "problems", params(DemoParams),
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "A problem file, ready for POST /v1/problems", body = Object),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn problem(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<DemoParams>,
) -> Result<Response, Problem> {
    caller.may(Action::ProblemsRead)?;
    let spec = ProblemSpec {
        seed: params.seed.unwrap_or(1).into(),
        experts: within("experts", params.experts, 300, 20_000)?,
        campaigns: within("campaigns", params.campaigns, 2, 20)?,
        peak_heads: within("heads", params.heads, 40, 2_000)?,
        weeks: u16::try_from(within("weeks", params.weeks.map(u32::from), 13, 52)?).unwrap_or(52),
        ..ProblemSpec::default()
    };
    let text = app.compute_long(move || generated(&spec)).await??;
    Ok(reply::json(StatusCode::OK, text))
}

fn within(name: &str, value: Option<u32>, default: u32, most: u32) -> Result<u32, Problem> {
    let value = value.unwrap_or(default);
    match (1..=most).contains(&value) {
        true => Ok(value),
        false => {
            let expected = format!("an integer from 1 to {most}");
            Err(Problem::of(Code::BadRequest, name, value, expected))
        }
    }
}

fn generated(spec: &ProblemSpec) -> Result<String, Problem> {
    let problem = Staffing::new(staffing_problem(spec));
    let problem = problem.map_err(|faults| Problem::new(Code::Internal, faults.to_string()))?;
    let mut text = Vec::new();
    let written = write(&problem, &mut text);
    written.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    String::from_utf8(text).map_err(|error| Problem::new(Code::Internal, error.to_string()))
}
