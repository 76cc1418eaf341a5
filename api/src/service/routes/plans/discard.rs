//! Discarding: a draft that nobody wants is forgotten.

use axum::extract::State;
use axum::response::Response;

use super::publish;
use crate::access::{Action, Caller};
use crate::planning::PlanRecord;
use crate::service::extract::{Once, PathId};
use crate::service::{App, Code, Problem, reply, worker};
use crate::store::{Begun, Expect, Kind};

/// Forgets a draft that is over: what it says, its rows, what its making told, and its soft bookings. Its problem stays.
#[utoipa::path(post, path = "/v1/plans/{id}/discard", tag = "plans", params(("id" = String, Path)),
    extensions(("x-action" = json!("plans:write"))),
    responses((status = 200, description = "Forgotten; as it was", body = PlanRecord),
              (status = 409, description = "It is published, or still being made (WRONG_STATE)",
               body = super::super::super::problem::ProblemBody),
              (status = "4XX", description = "A problem", body = super::super::super::problem::ProblemBody)))]
pub(in crate::service::routes) async fn discard(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::PlansWrite)?;
    let mut write = match app.store.write_once(&scope, once.of("")).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write.alone().await?;
    let (document, record) = worker::plan(&mut write, id.as_str()).await?;
    let wrong = |why: &str| Err(Problem::new(Code::WrongState, why));
    if record.published {
        return wrong("the plan is published; unpublish it first");
    }
    if !record.status.is_over() {
        return wrong("the plan is still being made; stop it first");
    }
    write
        .delete(&Kind::PLAN, &document.id, &Expect::Whatever)
        .await?;
    write.forget_plan(&document.id).await?;
    publish::finish(write, &record).await
}
