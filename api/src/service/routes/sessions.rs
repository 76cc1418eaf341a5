//! Signing in and out, for a console in a browser: a cookie that scripts cannot read and other sites cannot use.

use axum::extract::{FromRequest, FromRequestParts as _, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;
use serde::Serialize;

use super::users::{Password, hashed};
use crate::access::{Action, COOKIE, Caller, Denied, NewSession, SESSION_MS, Scope, sign_in};
use crate::service::extract::{Body, Once, may_fail, wait};
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::store::{Answer, Begun, RequestKey, UserRow, Write};

/// Who signs in.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(super) struct SignIn {
    /// The tenant; the one the service was started with by default.
    #[schema(required = false, min_length = 1, max_length = 128)]
    tenant: String,
    /// The user.
    #[schema(min_length = 1, max_length = 128)]
    user: String,
    /// Their password.
    password: String,
}

/// What is read of it.
pub(super) struct Credentials {
    tenant: Option<Id>,
    user: Id,
    password: String,
}

impl FromJson for Credentials {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let tenant = fields.optional("tenant", faults);
        let user = fields.required("user", faults);
        let password = fields.required("password", faults);
        fields.finish(faults);
        Some(Self {
            tenant: tenant?,
            user: user?,
            password: password?,
        })
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Session {
    /// The tenant.
    tenant: String,
    /// `user:…`, or `key:…` where a key was sent instead.
    actor: String,
    /// What they may.
    role: String,
    /// Clients they are limited to; empty: all.
    clients: Vec<String>,
}

impl Session {
    fn of(caller: &Caller) -> Self {
        Self {
            tenant: caller.tenant().to_owned(),
            actor: caller.actor().to_owned(),
            role: caller.role().as_str().to_owned(),
            clients: caller.clients().into_iter().map(str::to_owned).collect(),
        }
    }
}

/// The answer with the session's cookie; an empty one takes it away.
fn with_cookie(mut response: Response, app: &App, cookie: &str) -> Response {
    let seconds = if cookie.is_empty() {
        0
    } else {
        SESSION_MS / 1_000
    };
    let secure = if app.config.secure_cookies {
        "; Secure"
    } else {
        ""
    };
    let text =
        format!("{COOKIE}={cookie}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

/// Adds a session of a user to what is written; gives its cookie.
async fn begin(write: &mut Write, tenant: &str, user: &str) -> Result<String, Problem> {
    let made = NewSession::make(tenant, user);
    let made = made.map_err(|error| Problem::new(Code::Unavailable, error.to_string()))?;
    write.add_session(&made.row).await?;
    Ok(made.cookie)
}

/// The scope, user and session of somebody who signed in; keys have neither.
fn own(caller: &Caller) -> Result<(Scope, &str, &str), Problem> {
    let scope = caller.may(Action::SessionOwn)?;
    let session = caller.session();
    let (user, session) = session
        .ok_or_else(|| caller.refuse(Action::SessionOwn, "this is for people who signed in"))?;
    Ok((scope, user, session))
}

/// Signs in. A session lasts 12 hours.
#[utoipa::path(post, path = "/v1/sessions", tag = "sessions", request_body = SignIn, security(()),
    extensions(("x-action" = json!("public"))),
    responses((status = 204, description = "Signed in; the session is in the cookie"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn create(State(app): State<App>, request: Request) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let once = Once::from_request_parts(&mut parts, &app).await?;
    let request = Request::from_parts(parts.clone(), body);
    let asked = Body::<Credentials>::from_request(request, &app)
        .await?
        .value;
    let tenant = asked
        .tenant
        .as_ref()
        .map_or(app.config.tenant.as_str(), Id::as_str);
    let user = asked.user.as_str();
    // Counted before it is looked at: beyond the limit a right password is refused like a wrong one.
    may_fail(&parts, &app)?;
    app.limiter.password(tenant, user).map_err(wait)?;
    sign_in(&app.store, &app.gate, tenant, user, asked.password).await?;
    let scope = app.gate.scope(tenant, "sign-in", Action::SessionOwn);
    // Everybody signs in as the same actor. The password is no part of what is kept: its hash could be guessed.
    let mut request = once.of("sign-in");
    if let Some(request) = &mut request {
        request.name = format!("{user} {}", request.name);
    }
    let write = first(&app, &scope, request).await?;
    begun(&app, write, tenant, user).await
}

/// A transaction for a request that is done once; whoever repeats it is told so. The cookie is kept nowhere.
async fn first(app: &App, scope: &Scope, request: Option<RequestKey>) -> Result<Write, Problem> {
    match app.store.write_once(scope, request).await? {
        Begun::First(write) => Ok(write),
        Begun::Again(answer) => {
            let detail = format!(
                "this request was done, and its session begins with {}; the cookie was in the first answer",
                answer.body
            );
            Err(Problem::new(Code::DoneBefore, detail))
        }
    }
}

/// Begins a session and gives its cookie.
async fn begun(app: &App, mut write: Write, tenant: &str, user: &str) -> Result<Response, Problem> {
    let cookie = begin(&mut write, tenant, user).await?;
    let answer = Answer {
        status: StatusCode::NO_CONTENT.as_u16(),
        location: String::new(),
        etag: String::new(),
        // The public part.
        body: cookie.split('_').next().unwrap_or_default().to_owned(),
    };
    write.commit_answer(&answer).await?;
    Ok(with_cookie(reply::done(), app, &cookie))
}

/// Says who calls.
#[utoipa::path(get, path = "/v1/session", tag = "sessions",
    extensions(("x-action" = json!("session:own"))),
    responses((status = 200, description = "Who calls", body = Session),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(caller: Caller) -> Result<Response, Problem> {
    caller.may(Action::SessionOwn)?;
    reply::value(StatusCode::OK, &Session::of(&caller))
}

/// Signs out: the session ends at once.
#[utoipa::path(delete, path = "/v1/session", tag = "sessions",
    extensions(("x-action" = json!("session:own"))),
    responses((status = 204, description = "Signed out"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(State(app): State<App>, caller: Caller) -> Result<Response, Problem> {
    let (scope, user, session) = own(&caller)?;
    let mut write = app.store.write(&scope).await?;
    write.end_session(user, session).await?;
    write.commit().await?;
    Ok(with_cookie(reply::done(), &app, ""))
}

/// Gives the session another cookie; the old one is worth nothing from then on.
#[utoipa::path(post, path = "/v1/session/rotate", tag = "sessions",
    extensions(("x-action" = json!("session:own"))),
    responses((status = 204, description = "The new session is in the cookie"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    once: Once,
) -> Result<Response, Problem> {
    let (scope, user, session) = own(&caller)?;
    let mut write = first(&app, &scope, once.of("")).await?;
    write.end_session(user, session).await?;
    begun(&app, write, scope.tenant(), user).await
}

/// A new password.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(super) struct PasswordChange {
    /// The password until now.
    old: String,
    /// 12 to 1024 bytes.
    #[schema(min_length = 12, max_length = 1024)]
    new: String,
}

/// What is read of it.
pub(super) struct Change {
    old: String,
    new: Password,
}

impl FromJson for Change {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let old = fields.required("old", faults);
        let new = fields.required("new", faults);
        fields.finish(faults);
        Some(Self {
            old: old?,
            new: new?,
        })
    }
}

/// Changes one's own password. All sessions end; this one goes on under a new cookie.
#[utoipa::path(put, path = "/v1/session/password", tag = "sessions", request_body = PasswordChange,
    extensions(("x-action" = json!("session:own"))),
    responses((status = 204, description = "Changed; the new session is in the cookie"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn password(
    State(app): State<App>,
    caller: Caller,
    body: Body<Change>,
) -> Result<Response, Problem> {
    let (scope, user, _) = own(&caller)?;
    let change = body.value;
    app.limiter.password(scope.tenant(), user).map_err(wait)?;
    sign_in(&app.store, &app.gate, scope.tenant(), user, change.old).await?;
    let password_hash = hashed(change.new).await?;
    let known = app.store.find_user(&app.gate, scope.tenant(), user).await?;
    let known = known.ok_or(Denied::Unknown(None))?;
    let mut write = app.store.write(&scope).await?;
    let changed = UserRow {
        password_hash,
        ..known
    };
    write.put_user(&changed).await?;
    let cookie = begin(&mut write, scope.tenant(), user).await?;
    write.commit().await?;
    Ok(with_cookie(reply::done(), &app, &cookie))
}
