//! What published plans take of people's weeks.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::reader;
use crate::access::Caller;
use crate::planning::Booking;
use crate::service::extract::Params;
use crate::service::{App, Code, Problem, reply, snapshots};

/// Whose bookings are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct BookingParams {
    /// Of this person.
    expert: String,
}

/// Hours of somebody that are taken. For whom is told where the caller may know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
struct BookingShown {
    /// Who.
    expert: String,
    /// Monday of the first week.
    start: String,
    /// Hours, week by week; 0 on leave, when a role is held all the same.
    hours: Vec<u16>,
    /// By which plan; null: busy, for a client out of reach.
    plan: Option<String>,
    /// For which campaign; null likewise.
    campaign: Option<String>,
    /// On what; null likewise.
    role: Option<String>,
}

/// Everything that is booked of somebody.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct Bookings {
    /// The bookings.
    items: Vec<BookingShown>,
}

/// Lists what is booked of a person: for other clients than the caller's only that they are busy.
#[utoipa::path(get, path = "/v1/bookings", tag = "plans", params(BookingParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "The bookings", body = Bookings),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<BookingParams>,
) -> Result<Response, Problem> {
    let (scope, _) = reader(&caller)?;
    if params.expert.contains('\0') {
        let expected = "the id of a person";
        return Err(Problem::of(Code::BadRequest, "expert", "NUL", expected));
    }
    let mut read = app.store.read(&scope).await?;
    let mut items = Vec::new();
    for busy in read.busy_of(&params.expert).await? {
        let booking: Booking = snapshots::stored(&busy.body)?;
        let seen = |text: String| busy.in_reach.then_some(text);
        items.push(BookingShown {
            expert: booking.expert,
            start: booking.start,
            hours: booking.hours,
            plan: seen(booking.plan),
            campaign: seen(booking.campaign),
            role: seen(booking.role),
        });
    }
    reply::value(StatusCode::OK, &Bookings { items })
}
