//! Tenants. They know nothing of each other; the tenant the service was started with adds others, and reads
//! nothing in them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;
use serde::Serialize;

use crate::access::{Action, Caller, NewKey, Role, Scope};
use crate::service::extract::{Body, Once};
use crate::service::paging::PageOf;
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::{App, Code, Problem};
use crate::store::{Begun, StoreError};

/// A tenant to be added.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(super) struct TenantWanted {
    /// Its name.
    #[schema(min_length = 1, max_length = 128)]
    id: String,
}

/// What is read of it.
pub(super) struct Wanted(Id);

impl FromJson for Wanted {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let id = fields.required("id", faults);
        fields.finish(faults);
        id.map(Self)
    }
}

/// A tenant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Tenant {
    /// Its name.
    id: String,
    /// Its first administrator key, when it was added just now and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Only the tenant of the service itself looks after others.
fn of_the_house(app: &App, caller: &Caller, action: Action) -> Result<Scope, Problem> {
    let scope = caller.may_in_all(action)?;
    if scope.tenant() == app.config.tenant {
        return Ok(scope);
    }
    let why = "only the tenant the service was started with looks after tenants";
    Err(caller.refuse(action, why).into())
}

/// Lists tenants.
#[utoipa::path(get, path = "/v1/tenants", tag = "tenants",
    extensions(("x-action" = json!("tenants:read"))),
    responses((status = 200, description = "All tenants, on one page", body = PageOf<Tenant>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    of_the_house(&app, &caller, Action::TenantsRead)?;
    let tenants = app.store.tenants(&app.gate).await?;
    let items = tenants.into_iter().map(|id| Tenant { id, secret: None });
    let page = PageOf {
        items: items.collect(),
        next: None,
    };
    reply::value(StatusCode::OK, &page)
}

/// Adds a tenant. Its first administrator key is in this answer only; a repeated request gets the answer
/// without it.
#[utoipa::path(post, path = "/v1/tenants", tag = "tenants", request_body = TenantWanted,
    extensions(("x-action" = json!("tenants:write"))),
    responses((status = 201, description = "Added", body = Tenant),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let scope = of_the_house(&app, &caller, Action::TenantsWrite)?;
    let id = body.value.0.as_str();
    let made = NewKey::make(id, "first administrator", Role::Administrator, &[], &[], 0);
    let made = made.map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    let request = once.of(&body.hash);
    let mut write = match app.store.write_once(&scope, request).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write
        .add_tenant(id, &made.row)
        .await
        .map_err(|error| match error {
            StoreError::Race => {
                Problem::new(Code::WrongState, format!("there is a tenant {id} already"))
            }
            other => other.into(),
        })?;
    let mut tenant = Tenant {
        id: id.to_owned(),
        secret: None,
    };
    let kept = Created {
        status: StatusCode::CREATED,
        location: String::new(),
        body: reply::text(&tenant)?,
    };
    let mut answer = kept.answer();
    write.commit_answer(&answer).await?;
    app.written.notify_one();
    tenant.secret = Some(made.secret);
    answer.body = reply::text(&tenant)?;
    Ok(reply::answer(answer))
}
