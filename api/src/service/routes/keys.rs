//! API keys. A secret is shown once, when it is made.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, within};
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller, NewKey, Role, Scope};
use crate::service::extract::{Body, Once, Params, PathId};
use crate::service::paging::{PageOf, Paging};
use crate::service::reply::{self, Created};
use crate::service::{App, Code, Problem};
use crate::store::{Begun, KeyRow, RequestKey, now_ms};

/// The key to be made.
#[derive(Debug, utoipa::ToSchema)]
pub(super) struct KeyWanted {
    /// What people call it.
    name: String,
    /// What it may.
    role: Role,
    /// Actions it is limited to; empty: all of the role.
    #[schema(value_type = Vec<String>, required = false)]
    actions: Vec<Action>,
    /// Clients it is limited to; empty: all.
    #[schema(value_type = Vec<String>, required = false)]
    clients: Vec<Id>,
    /// When it stops working, in UTC milliseconds; 0: never.
    #[schema(required = false, minimum = 0, maximum = 253_402_300_799_999_i64)]
    expires_ms: i64,
}

impl FromJson for KeyWanted {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let name = fields.required("name", faults);
        let role = fields.required("role", faults);
        let actions = fields.or("actions", Vec::new(), faults);
        let clients = fields.or("clients", Vec::new(), faults);
        let expires = fields.or("expires_ms", Time(0), faults);
        fields.finish(faults);
        Some(Self {
            name: name?,
            role: role?,
            actions: actions?,
            clients: clients?,
            expires_ms: expires?.0,
        })
    }
}

/// UTC milliseconds; 0 for never.
struct Time(i64);

impl FromJson for Time {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        within(0..=253_402_300_799_999, json, at, faults).map(Self)
    }
}

impl FromJson for Role {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let words = Role::ALL.map(|role| (role.as_str(), role));
        muster_matcher::json::one_of(&words, json, at, faults)
    }
}

impl FromJson for Action {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let words: Vec<_> = Action::ALL
            .iter()
            .map(|action| (action.as_str(), *action))
            .collect();
        muster_matcher::json::one_of(&words, json, at, faults)
    }
}

/// A key as it is shown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct KeyShown {
    /// Its public part: it begins with `muster_<id>_`.
    id: String,
    /// What people call it.
    name: String,
    /// Its role.
    role: String,
    /// Actions it is limited to; empty: all of the role.
    actions: Vec<String>,
    /// Clients it is limited to; empty: all.
    clients: Vec<String>,
    /// When it was made, in UTC milliseconds.
    created_ms: i64,
    /// When it stops working; 0: never.
    expires_ms: i64,
    /// When it was revoked; 0: it was not.
    revoked_ms: i64,
    /// The whole key, when it was made just now and never again.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl From<KeyRow> for KeyShown {
    fn from(row: KeyRow) -> Self {
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect();
        Self {
            actions: words(&row.actions),
            clients: words(&row.clients),
            id: row.id,
            name: row.name,
            role: row.role,
            created_ms: row.created_ms,
            expires_ms: row.expires_ms,
            revoked_ms: row.revoked_ms,
            secret: None,
        }
    }
}

/// Which keys are listed.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists the tenant's keys, without their secrets.
#[utoipa::path(get, path = "/v1/keys", tag = "keys", params(ListParams),
    extensions(("x-action" = json!("keys:read"))),
    responses((status = 200, description = "Keys", body = PageOf<KeyShown>),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::KeysRead)?;
    let paging = Paging::new("keys", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let keys = read.keys(&paging.after, paging.limit + 1).await?;
    let page = paging.page(keys, |key| key.id.clone());
    reply::value(StatusCode::OK, &page.map(KeyShown::from))
}

/// Makes a key. The secret is in this answer only; a repeated request gets the answer without it.
#[utoipa::path(post, path = "/v1/keys", tag = "keys", request_body = KeyWanted,
    extensions(("x-action" = json!("keys:write"))),
    responses((status = 201, description = "Made", body = KeyShown),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    body: Body<KeyWanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::KeysWrite)?;
    let wanted = body.value;
    let clients: Vec<String> = wanted.clients.iter().map(ToString::to_string).collect();
    let made = NewKey::make(
        scope.tenant(),
        &wanted.name,
        wanted.role,
        &wanted.actions,
        &clients,
        wanted.expires_ms,
    );
    add(&app, &caller, &scope, once.of(&body.hash), made, None).await
}

/// Makes a key like this one, and revokes this one.
#[utoipa::path(post, path = "/v1/keys/{id}/rotate", tag = "keys", params(("id" = String, Path)),
    extensions(("x-action" = json!("keys:write"))),
    responses((status = 201, description = "The new key", body = KeyShown),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::KeysWrite)?;
    let old = app.store.read(&scope).await?.key(id.as_str()).await?;
    let role = Role::of(&old.role).ok_or_else(|| Problem::new(Code::Internal, "unknown role"))?;
    let actions: Vec<Action> = old
        .actions
        .split_whitespace()
        .filter_map(Action::of)
        .collect();
    let clients: Vec<String> = old.clients.split_whitespace().map(str::to_owned).collect();
    let made = NewKey::make(
        scope.tenant(),
        &old.name,
        role,
        &actions,
        &clients,
        old.expires_ms,
    );
    add(&app, &caller, &scope, once.of(""), made, Some(&old)).await
}

/// Adds a key that can do no more than the caller, and revokes the one it replaces.
async fn add(
    app: &App,
    caller: &Caller,
    scope: &Scope,
    request: Option<RequestKey>,
    made: std::io::Result<NewKey>,
    replaced: Option<&KeyRow>,
) -> Result<Response, Problem> {
    let made = made.map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    let within = |granted: &str, own: Vec<&str>| {
        own.is_empty()
            || (!granted.is_empty() && granted.split_whitespace().all(|it| own.contains(&it)))
    };
    if !within(&made.row.actions, caller.actions()) || !within(&made.row.clients, caller.clients())
    {
        let why = "a key cannot reach further than the one that makes it";
        return Err(caller.refuse(Action::KeysWrite, why).into());
    }
    let mut write = match app.store.write_once(scope, request).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    write.add_key(&made.row).await?;
    if let Some(old) = replaced {
        if old.revoked_ms != 0 || (old.expires_ms != 0 && old.expires_ms <= now_ms()) {
            let detail = "the key is revoked or expired; make a new one";
            return Err(Problem::new(Code::Conflict, detail));
        }
        write.revoke_key(&old.id).await?;
    }
    let mut shown = KeyShown::from(made.row);
    let kept = Created {
        status: StatusCode::CREATED,
        location: reply::place("/v1/keys", &shown.id),
        body: reply::text(&shown)?,
    };
    let mut answer = kept.answer();
    write.commit_answer(&answer).await?;
    shown.secret = Some(made.secret);
    answer.body = reply::text(&shown)?;
    Ok(reply::answer(answer))
}

/// Gives a key, without its secret.
#[utoipa::path(get, path = "/v1/keys/{id}", tag = "keys", params(("id" = String, Path)),
    extensions(("x-action" = json!("keys:read"))),
    responses((status = 200, description = "The key", body = KeyShown),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::KeysRead)?;
    let key = app.store.read(&scope).await?.key(id.as_str()).await?;
    reply::value(StatusCode::OK, &KeyShown::from(key))
}

/// Revokes a key at once.
#[utoipa::path(delete, path = "/v1/keys/{id}", tag = "keys", params(("id" = String, Path)),
    extensions(("x-action" = json!("keys:write"))),
    responses((status = 204, description = "Revoked"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn revoke(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::KeysWrite)?;
    let mut write = app.store.write(&scope).await?;
    write.revoke_key(id.as_str()).await?;
    write.commit().await?;
    Ok(reply::done())
}
