//! Publishing: what a draft only says of people's weeks is booked from then on, for everybody.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::model::problem::Problem as Staffing;

use crate::access::{Action, Caller, Scope};
use crate::plan_file;
use crate::planning::{Booked, Booking, PlanRecord, bookings, clashes};
use crate::service::extract::{Once, PathId};
use crate::service::status::status_of;
use crate::service::{App, Code, Detail, Problem, reply, snapshots, worker};
use crate::store::{Answer, Begun, Column, Document, Expect, Filter, Kind, Op, Write, now_ms};

/// Publishes a plan: what it takes of people's weeks is booked in the same moment. Where that does not fit
/// beside what other published plans have booked, nothing happens and every clash is named.
#[utoipa::path(post, path = "/v1/plans/{id}/publish", tag = "plans", params(("id" = String, Path)),
    extensions(("x-action" = json!("plans:publish"))),
    responses((status = 200, description = "Published", body = PlanRecord),
              (status = 409, description = "People are booked elsewhere (BOOKED), or there is no finished plan (WRONG_STATE)",
               body = super::super::super::problem::ProblemBody),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn publish(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::PlansPublish)?;
    let ready = prepare(&app, &scope, id.as_str()).await?;
    let mut write = match app.store.write_once(&scope, once.of("")).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write.alone().await?;
    let (document, mut record) = worker::plan(&mut write, id.as_str()).await?;
    if document.rev != ready.document.rev {
        let detail = "the plan changed at the same moment; try again";
        return Err(Problem::new(Code::Conflict, detail));
    }
    if !record.published {
        refuse_open(&mut write, &ready.asked).await?;
        refuse_erased(&mut write, &ready).await?;
        let others = [record.id.as_str(), record.replaces.as_str()];
        let (start, weeks) = (ready.asked.start, ready.asked.weeks);
        let booked = snapshots::booked(&mut write, &others, start, weeks).await?;
        refuse_clashes(&ready.asked, &ready.bookings, &booked)?;
        // What was to be replaced may have been taken back and discarded. Where it is out of reach, nothing happens.
        if write.is_there(&Kind::PLAN, &record.replaces).await? {
            take_back(&mut write, &record.replaces.clone()).await?;
        }
        for booking in &ready.bookings {
            put_booking(&mut write, booking).await?;
        }
        record.published = true;
        worker::put_plan(&mut write, &document, &record).await?;
    }
    finish(write, &record).await
}

/// Takes a plan back: what it booked is free again.
#[utoipa::path(post, path = "/v1/plans/{id}/unpublish", tag = "plans", params(("id" = String, Path)),
    extensions(("x-action" = json!("plans:publish"))),
    responses((status = 200, description = "Taken back", body = PlanRecord),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn unpublish(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::PlansPublish)?;
    let mut write = match app.store.write_once(&scope, once.of("")).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write.alone().await?;
    let record = take_back(&mut write, id.as_str()).await?;
    finish(write, &record).await
}

/// Answers with a plan's record, and commits.
pub(super) async fn finish(write: Write, record: &PlanRecord) -> Result<Response, Problem> {
    let answer = Answer {
        status: StatusCode::OK.as_u16(),
        location: String::new(),
        etag: String::new(),
        body: reply::text(record)?,
    };
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// What publishing needs that takes time, read before the transaction.
struct Ready {
    document: Document,
    /// The problem as it was asked: what its people give in all.
    asked: Staffing,
    bookings: Vec<Booking>,
    /// When it was read, in UTC milliseconds.
    at_ms: i64,
}

async fn prepare(app: &App, scope: &Scope, id: &str) -> Result<Ready, Problem> {
    let at_ms = now_ms();
    let mut read = app.store.read(scope).await?;
    let document = read.get(&Kind::PLAN, id).await?;
    let record: PlanRecord = snapshots::stored(&document.body)?;
    let text = read.content(&Kind::PLAN, &document).await?;
    let has_stints = |record: &PlanRecord| {
        record.status.is_over()
            && record
                .outcome
                .as_ref()
                .is_some_and(|it| it.objective.is_some())
    };
    let Some(text) = text.filter(|_| has_stints(&record)) else {
        let detail = format!(
            "the plan is {}: there is nothing to publish",
            record.status.as_str()
        );
        return Err(Problem::new(Code::WrongState, detail));
    };
    let (_, asked) = snapshots::text(&mut read, &record.problem).await?;
    let (_, solved) = snapshots::text(&mut read, &record.solved_problem).await?;
    drop(read);
    let ready = move || {
        let solved = snapshots::read_back(&solved)?;
        let plan = plan_file::read(text.as_bytes())
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        Ok::<_, Problem>(Ready {
            bookings: bookings(&solved, &plan, &record.id, &record.owner),
            asked: snapshots::read_back(&asked)?,
            document,
            at_ms,
        })
    };
    app.compute_long(ready).await?
}

/// Campaigns that are kept and will not take place, as far as is known, book nobody.
async fn refuse_open(write: &mut Write, asked: &Staffing) -> Result<(), Problem> {
    let ids = asked
        .campaigns
        .iter()
        .map(|it| asked.text(it.id).to_owned());
    let ids: Vec<String> = ids.collect();
    let mut open = Vec::new();
    for ids in ids.chunks(500) {
        for campaign in write.find_all(&Kind::CAMPAIGN, ids).await? {
            let status = status_of(&campaign.body)?;
            if !status.is_firm() {
                open.push(format!("{} is {}", campaign.id, status.word()));
            }
        }
    }
    open.sort_unstable();
    match open.is_empty() {
        true => Ok(()),
        false => {
            let detail = format!("only confirmed campaigns book people: {}", open.join(", "));
            Err(Problem::new(Code::WrongState, detail))
        }
    }
}

/// Whoever was erased since the plan was read is called otherwise now.
async fn refuse_erased(write: &mut Write, ready: &Ready) -> Result<(), Problem> {
    let people = ready.bookings.iter().map(|it| it.expert.as_str());
    match write.erased_since(ready.at_ms, people).await?.is_empty() {
        true => Ok(()),
        false => {
            let detail = "a person of the plan was erased at the same moment; try again";
            Err(Problem::new(Code::Conflict, detail))
        }
    }
}

fn refuse_clashes(asked: &Staffing, wanted: &[Booking], booked: &Booked) -> Result<(), Problem> {
    let found = clashes(asked, wanted, booked);
    if found.is_empty() {
        return Ok(());
    }
    let detail = format!("{} stints take hours that are booked", found.len());
    let shown = found.into_iter().take(1_000).map(|clash| Detail {
        pointer: clash.pointer,
        value: clash.found,
        expected: clash.expected,
    });
    Err(Problem::list(Code::Booked, detail, shown.collect()))
}

async fn put_booking(write: &mut Write, booking: &Booking) -> Result<(), Problem> {
    let plain = |text: &str| text.replace('\0', "\u{fffd}");
    let columns = [
        Column::text("expert", plain(&booking.expert)),
        Column::text("campaign", plain(&booking.campaign)),
        Column::text("plan", &booking.plan),
        Column::text("kind", "hard"),
        Column::text("starts", &booking.start),
        Column::text("ends", booking.ends()),
    ];
    let (client, body) = (plain(&booking.client), reply::text(booking)?);
    write
        .put(
            &Kind::BOOKING,
            &booking.id,
            &client,
            body,
            &columns,
            &Expect::Absent,
        )
        .await?;
    Ok(())
}

/// Deletes what a plan booked.
async fn take_back(write: &mut Write, id: &str) -> Result<PlanRecord, Problem> {
    let (document, mut record) = worker::plan(write, id).await?;
    if record.published {
        let of_plan = Filter {
            column: Column::text("plan", id),
            op: Op::Is,
        };
        let mut after = String::new();
        loop {
            let page = write
                .list(
                    &Kind::BOOKING,
                    std::slice::from_ref(&of_plan),
                    &after,
                    1_000,
                )
                .await?;
            for booking in &page.items {
                write
                    .delete(&Kind::BOOKING, &booking.id, &Expect::Whatever)
                    .await?;
            }
            match page.next {
                Some(next) => after = next,
                None => break,
            }
        }
        record.published = false;
        worker::put_plan(write, &document, &record).await?;
    }
    Ok(record)
}
