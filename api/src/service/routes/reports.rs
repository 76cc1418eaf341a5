//! The auditor's report: how groups of people fare from the pool to published plans.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::model::words::Stage;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller};
use crate::service::extract::Params;
use crate::service::problem::ProblemBody;
use crate::service::{App, Problem, reply};
use crate::store::GroupRow;

/// What the report is about.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SelectionParams {
    /// The protected attribute.
    attribute: String,
    /// Only assignments by this published plan.
    plan: Option<String>,
}

/// A group; numbers of groups too small to be told are left out.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Group {
    /// The value of the attribute; null where it is not known.
    value: Option<String>,
    /// People in the pool.
    pool: Option<i64>,
    /// Of them: at a stage that is planned.
    planned: Option<i64>,
    /// Of them: hold a role by a published plan.
    assigned: Option<i64>,
    /// Assigned in a thousand of the planned.
    selection_per_mille: Option<i64>,
    /// That rate, in a thousandth of the highest of the known groups.
    impact_per_mille: Option<i64>,
    /// Whether it is below four fifths of the highest.
    below_four_fifths: Option<bool>,
}

/// Groups of an attribute.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Selection {
    /// The attribute.
    attribute: String,
    /// Its groups.
    groups: Vec<Group>,
    /// Groups of fewer people than this are not told.
    smallest: i64,
}

/// Groups of fewer people could be recognised.
const SMALLEST: i64 = 5;

/// Counts how groups of people fare. Only for auditors.
#[utoipa::path(get, path = "/v1/reports/selection", tag = "audit", params(SelectionParams),
    extensions(("x-action" = json!("protected:read"))),
    responses((status = 200, description = "Groups", body = Selection),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn selection(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<SelectionParams>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ProtectedRead)?;
    let stages: Vec<&str> = Stage::WORDS
        .iter()
        .filter(|(_, stage)| stage.is_planned())
        .map(|(word, _)| *word)
        .collect();
    let mut read = app.store.read(&scope).await?;
    let rows = read
        .groups(&params.attribute, params.plan.as_deref(), &stages)
        .await?;
    let highest = rows
        .iter()
        .filter(|row| row.value.is_some() && row.pool >= SMALLEST)
        .filter_map(rate)
        .max();
    let groups = rows.into_iter().map(|row| group(row, highest)).collect();
    let report = Selection {
        attribute: params.attribute,
        groups,
        smallest: SMALLEST,
    };
    reply::value(StatusCode::OK, &report)
}

/// Assigned in a thousand of the planned.
fn rate(row: &GroupRow) -> Option<i64> {
    (row.assigned * 1_000).checked_div(row.planned)
}

fn group(row: GroupRow, highest: Option<i64>) -> Group {
    let told = row.pool >= SMALLEST;
    let rate = rate(&row).filter(|_| told);
    let impact = rate
        .zip(highest)
        .filter(|_| row.value.is_some())
        .and_then(|(rate, highest)| (rate * 1_000).checked_div(highest));
    let told = |count: i64| told.then_some(count);
    Group {
        pool: told(row.pool),
        planned: told(row.planned),
        assigned: told(row.assigned),
        value: row.value,
        selection_per_mille: rate,
        impact_per_mille: impact,
        below_four_fifths: impact.map(|impact| impact < 800),
    }
}
