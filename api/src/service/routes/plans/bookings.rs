//! What plans take of people's weeks: published ones in earnest, drafts maybe.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::{Deserialize, Serialize};

use super::reader;
use crate::access::Caller;
use crate::planning::Booking;
use crate::service::extract::Params;
use crate::service::paging::{PageOf, Paging};
use crate::service::{App, Code, Problem, reply, snapshots};
use crate::store::{Busy, BusyWanted};

/// Whether hours are taken in earnest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub(in crate::service::routes) enum BookingKind {
    /// A published plan has them: they count against everybody else.
    Hard,
    /// A draft would take them: they count nowhere.
    Soft,
}

/// Whose bookings are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct BookingParams {
    /// Only of this person.
    expert: Option<String>,
    /// Only of this kind.
    kind: Option<BookingKind>,
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Hours of somebody that are taken. For whom is told where the caller may know.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct BookingShown {
    /// Who.
    expert: String,
    /// Whether they are taken in earnest.
    kind: BookingKind,
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

impl BookingShown {
    fn of(busy: Busy, kind: BookingKind) -> Result<Self, Problem> {
        let booking = match kind {
            BookingKind::Hard => snapshots::stored(&busy.body)?,
            BookingKind::Soft => Booking::soft(snapshots::stored(&busy.body)?, &busy.plan),
        };
        let seen = |text: String| busy.in_reach.then_some(text);
        Ok(Self {
            expert: booking.expert,
            kind,
            start: booking.start,
            hours: booking.hours,
            plan: seen(booking.plan),
            campaign: seen(booking.campaign),
            role: seen(booking.role),
        })
    }
}

/// What a cursor calls the two parts of the list, which come in this order.
const HARD: &str = "hard";
const SOFT: &str = "soft";

/// Where a page begins: in which part, and after what there.
fn place(after: &str) -> Result<(BookingKind, String, i64), Problem> {
    let wrong = || Problem::of(Code::BadCursor, "cursor", after, "a `next` of this list");
    if after.is_empty() {
        return Ok((BookingKind::Hard, String::new(), 0));
    }
    let (part, rest) = after.split_once(' ').ok_or_else(wrong)?;
    let (number, id) = rest.split_once(' ').ok_or_else(wrong)?;
    let number = number.parse().map_err(|_| wrong())?;
    match part {
        HARD => Ok((BookingKind::Hard, id.to_owned(), number)),
        SOFT => Ok((BookingKind::Soft, id.to_owned(), number)),
        _ => Err(wrong()),
    }
}

/// Lists what plans take of people: hard bookings of published ones, then soft ones of drafts, which whoever reads
/// published plans only does not see. For other clients than the caller's no more than that people are busy.
#[utoipa::path(get, path = "/v1/bookings", tag = "plans", params(BookingParams),
    extensions(("x-action" = json!("plans:read-published"))),
    responses((status = 200, description = "The bookings", body = PageOf<BookingShown>),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<BookingParams>,
) -> Result<Response, Problem> {
    let (scope, published_only) = reader(&caller)?;
    let expert = params.expert.as_deref();
    if expert.is_some_and(|expert| expert.contains('\0')) {
        let expected = "the id of a person";
        return Err(Problem::of(Code::BadRequest, "expert", "NUL", expected));
    }
    let name = format!("bookings {expert:?} {:?} {published_only}", params.kind);
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let (part, id, number) = place(&paging.after)?;
    let mut read = app.store.read(&scope).await?;
    let mut found = Vec::new();
    if part == BookingKind::Hard && params.kind != Some(BookingKind::Soft) {
        let wanted = BusyWanted {
            expert,
            after: (&id, 0),
            limit: paging.limit + 1,
        };
        for ((id, number), busy) in read.hard_bookings(&wanted).await? {
            let shown = BookingShown::of(busy, BookingKind::Hard)?;
            found.push((format!("{HARD} {number} {id}"), shown));
        }
    }
    let left = paging.limit + 1 - u32::try_from(found.len()).unwrap_or(paging.limit + 1);
    if !published_only && params.kind != Some(BookingKind::Hard) && left > 0 {
        let after = match part {
            BookingKind::Hard => ("", 0),
            BookingKind::Soft => (id.as_str(), number),
        };
        let wanted = BusyWanted {
            expert,
            after,
            limit: left,
        };
        for ((plan, number), busy) in read.soft_bookings(&wanted).await? {
            let shown = BookingShown::of(busy, BookingKind::Soft)?;
            found.push((format!("{SOFT} {number} {plan}"), shown));
        }
    }
    let page = paging.page(found, |(place, _)| place.clone());
    reply::value(StatusCode::OK, &page.map(|(_, shown)| shown))
}
