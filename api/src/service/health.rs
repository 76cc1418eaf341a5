//! Whether the service lives, is ready, and how it does. Open to everybody on the address it listens on.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::{App, Code, Problem, reply};

/// The process lives.
pub(super) async fn live() -> Response {
    reply::json(StatusCode::OK, r#"{"status":"live"}"#.to_owned())
}

/// The database answers, everything that goes on beside requests does, and the service is not stopping.
pub(super) async fn ready(State(app): State<App>) -> Result<Response, Problem> {
    if *app.stopping.borrow() {
        return Err(Problem::new(Code::Unavailable, "the service is stopping"));
    }
    let failing = app.tasks.failing();
    if !failing.is_empty() {
        let detail = format!("failing: {}", failing.join(", "));
        return Err(Problem::new(Code::Unavailable, detail));
    }
    app.store.ping().await?;
    Ok(reply::json(
        StatusCode::OK,
        r#"{"status":"ready"}"#.to_owned(),
    ))
}

/// Counters for Prometheus. No tenant, key or id is in them.
pub(super) async fn metrics(State(app): State<App>) -> Response {
    let kind = [(header::CONTENT_TYPE, "text/plain; version=0.0.4")];
    (kind, app.metrics.render()).into_response()
}
