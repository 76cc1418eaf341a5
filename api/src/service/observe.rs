//! Logs and metrics.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::traces::{self, Traces};
use crate::access::random;

/// The header that names a request, in answers and in the log.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Writes the log to standard error, a JSON object a line; `MUSTER_LOG` chooses how much. Builds with the feature
/// `otel` also send traces, as long as what is returned lives.
pub fn log_to_stderr() -> Traces {
    let filter = EnvFilter::try_from_env("MUSTER_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt::layer().json();
    let (sender, traces, failed) = traces::layer();
    let all = tracing_subscriber::registry().with(sender).with(filter);
    // A log that was begun before stays.
    let _ = all.with(log.with_writer(std::io::stderr)).try_init();
    if let Some(error) = failed {
        tracing::warn!(error, "no traces are sent");
    }
    traces
}

/// Names a request, logs and counts it.
pub(super) async fn request(mut request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let given = request
        .headers()
        .get(REQUEST_ID)
        .filter(|id| id.len() <= 64 && id.to_str().is_ok());
    let id = match given {
        Some(id) => id.clone(),
        None => HeaderValue::from_str(&random::<8>().unwrap_or_default())
            .unwrap_or(HeaderValue::from_static("unnamed")),
    };
    request.headers_mut().insert(REQUEST_ID, id.clone());
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("(none)", MatchedPath::as_str).to_owned();
    // Anybody may make up a method; each would be a series of its own.
    let method = match *request.method() {
        Method::GET
        | Method::HEAD
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::OPTIONS => request.method().to_string(),
        _ => "other".to_owned(),
    };
    let span = tracing::info_span!(
        "request",
        id = id.to_str().unwrap_or_default(),
        method,
        route,
        key = tracing::field::Empty
    );
    let mut response = next.run(request).instrument(span.clone()).await;
    let (status, took) = (response.status().as_u16(), begun.elapsed());
    span.in_scope(|| {
        tracing::info!(
            status,
            ms = u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "answered"
        )
    });
    let labels = [
        ("method", method),
        ("route", route),
        ("status", status.to_string()),
    ];
    metrics::counter!("muster_requests_total", &labels).increment(1);
    metrics::histogram!("muster_request_seconds", &labels[..2]).record(took);
    response.headers_mut().insert(REQUEST_ID, id);
    response
}
