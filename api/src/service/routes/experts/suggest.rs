//! Completing what somebody types into a search.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller};
use crate::service::extract::Params;
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::suggest::{self, Suggestion};

/// What was typed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct SuggestParams {
    /// The beginning; from four letters on it may be mistyped.
    q: String,
    /// The most suggestions, 1 to 100; 10 by default.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// What could be meant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct Suggestions {
    /// The best first.
    items: Vec<Suggestion>,
}

/// Completes a beginning to skills and titles; what more people have comes first.
#[utoipa::path(get, path = "/v1/suggest", tag = "search", params(SuggestParams),
    extensions(("x-action" = json!("search:run"))),
    responses((status = 200, description = "Suggestions", body = Suggestions),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn suggest(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<SuggestParams>,
) -> Result<Response, Problem> {
    const MOST: u32 = 100;
    let scope = caller.may(Action::SearchRun)?;
    let limit = params.limit.unwrap_or(10);
    if !(1..=MOST).contains(&limit) {
        let expected = format!("an integer from 1 to {MOST}");
        return Err(Problem::of(Code::BadRequest, "limit", limit, expected));
    }
    // While there is no index, nobody is counted.
    let indexed = app.index(&scope);
    let items = app
        .compute(move || {
            let people = |skill: &str| Some(indexed.as_ref()?.pool.people_with(skill));
            suggest::suggest(&params.q, limit as usize, &people)
        })
        .await?;
    reply::value(StatusCode::OK, &Suggestions { items })
}
