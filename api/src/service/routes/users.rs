//! People who sign in. A change of any kind ends their sessions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;
use serde::Serialize;

use super::PageParams;
use crate::access::{Action, Caller, Role, hash_password};
use crate::service::extract::{Body, Params, PathId};
use crate::service::paging::{PageOf, Paging};
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::store::{UserRow, now_ms};

/// A password: 12 to 1024 bytes.
pub(super) struct Password(pub(super) String);

impl FromJson for Password {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Json::Text(text) = json else {
            faults.add(at, "something else", "a string of 12 to 1024 bytes");
            return None;
        };
        if !(12..=1024).contains(&text.len()) {
            faults.add(at, format!("{} bytes", text.len()), "12 to 1024 bytes");
            return None;
        }
        Some(Self(text))
    }
}

/// Hashes a password on a thread of its own.
pub(super) async fn hashed(password: Password) -> Result<String, Problem> {
    let hash = tokio::task::spawn_blocking(move || hash_password(&password.0)).await;
    hash.map_err(|error| Problem::new(Code::Internal, error.to_string()))?
        .map_err(|error| Problem::new(Code::Unavailable, error.to_string()))
}

/// A user to be added or changed.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(super) struct UserWanted {
    /// What they may.
    #[schema(value_type = Role)]
    role: String,
    /// Clients they are limited to; empty: all.
    #[schema(required = false)]
    clients: Vec<String>,
    /// 12 to 1024 bytes; left out, it stays as it is.
    #[schema(required = false, min_length = 12, max_length = 1024)]
    password: String,
}

/// What is read of it.
pub(super) struct Wanted {
    role: Role,
    clients: Vec<Id>,
    password: Option<Password>,
}

impl FromJson for Wanted {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let role = fields.required("role", faults);
        let clients = fields.or("clients", Vec::new(), faults);
        let password = fields.optional("password", faults);
        fields.finish(faults);
        Some(Self {
            role: role?,
            clients: clients?,
            password: password?,
        })
    }
}

/// A user as they are shown.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct UserShown {
    /// Unique in the tenant.
    id: String,
    /// What they may.
    role: String,
    /// Clients they are limited to; empty: all.
    clients: Vec<String>,
    /// When they were added, in UTC milliseconds.
    created_ms: i64,
    /// When they were disabled; 0: they were not.
    disabled_ms: i64,
}

impl From<UserRow> for UserShown {
    fn from(row: UserRow) -> Self {
        Self {
            id: row.id,
            role: row.role,
            clients: row.clients.split_whitespace().map(str::to_owned).collect(),
            created_ms: row.created_ms,
            disabled_ms: row.disabled_ms,
        }
    }
}

/// Lists those who sign in, in the order of ids.
#[utoipa::path(get, path = "/v1/users", tag = "users", params(PageParams),
    extensions(("x-action" = json!("users:read"))),
    responses((status = 200, description = "Users", body = PageOf<UserShown>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::UsersRead)?;
    let paging = Paging::new("users", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let users = read.users(&paging.after, paging.limit + 1).await?;
    let page = paging.page(users, |user| user.id.clone());
    reply::value(StatusCode::OK, &page.map(UserShown::from))
}

/// Gives a user.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    extensions(("x-action" = json!("users:read"))),
    responses((status = 200, description = "The user", body = UserShown),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::UsersRead)?;
    let user = app.store.read(&scope).await?.user(id.as_str()).await?;
    reply::value(StatusCode::OK, &UserShown::from(user))
}

/// Adds a user, or changes one and ends their sessions. Who is new needs a password.
#[utoipa::path(put, path = "/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    extensions(("x-action" = json!("users:write"))), request_body = UserWanted,
    responses((status = 200, description = "Changed", body = UserShown),
              (status = 201, description = "Added", body = UserShown),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    body: Body<Wanted>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::UsersWrite)?;
    let wanted = body.value;
    let clients: Vec<&str> = wanted.clients.iter().map(Id::as_str).collect();
    let clients = clients.join(" ");
    if !caller.actions().is_empty() {
        let why = "a key limited to actions adds no users, who are not";
        return Err(caller.refuse(Action::UsersWrite, why).into());
    }
    if !scope.reaches_all(&clients) {
        let why = "a user cannot reach further than whoever adds them";
        return Err(caller.refuse(Action::UsersWrite, why).into());
    }
    let password = match wanted.password {
        Some(password) => Some(hashed(password).await?),
        None => None,
    };
    let mut write = app.store.write(&scope).await?;
    let before = write.user(id.as_str()).await.ok();
    let known = before.as_ref().map(|user| user.password_hash.clone());
    let password_hash = password.or(known).ok_or_else(|| {
        Problem::of(
            Code::Invalid,
            "/password",
            "nothing",
            "a password: the user is new",
        )
    })?;
    let user = UserRow {
        id: id.as_str().to_owned(),
        password_hash,
        role: wanted.role.as_str().to_owned(),
        clients,
        created_ms: before.map_or_else(now_ms, |user| user.created_ms),
        disabled_ms: 0,
    };
    let new = write.put_user(&user).await?;
    write.commit().await?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    reply::value(status, &UserShown::from(user))
}

/// Disables a user and ends their sessions.
#[utoipa::path(delete, path = "/v1/users/{id}", tag = "users", params(("id" = String, Path)),
    extensions(("x-action" = json!("users:write"))),
    responses((status = 204, description = "Disabled"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn disable(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::UsersWrite)?;
    let mut write = app.store.write(&scope).await?;
    let user = write.user(id.as_str()).await?;
    let disabled = UserRow {
        disabled_ms: now_ms(),
        ..user
    };
    write.put_user(&disabled).await?;
    write.commit().await?;
    Ok(reply::done())
}
