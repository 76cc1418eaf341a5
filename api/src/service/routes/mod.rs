//! The routes, one line each. The router and the `OpenAPI` document are made from the same list.

mod check;
mod demo;
mod experts;
mod keys;
mod plans;
mod problems;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Code, Problem, health, observe};

/// What the document says beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Muster", description = "Staffs human-data campaigns from a pool of experts, with proof"),
    components(schemas(super::problem::ProblemBody, super::problem::Detail)),
    security(("key" = []))
)]
struct About;

/// What a profile is, for people who write pool files and for this document.
const PROFILE: &str = include_str!("../../../../docs/profile.schema.json");

/// Requests that end soon.
fn short() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(experts::list))
        .routes(routes!(
            experts::get,
            experts::put,
            experts::patch,
            experts::delete
        ))
        .routes(routes!(keys::list, keys::create))
        .routes(routes!(keys::get, keys::revoke))
        .routes(routes!(keys::rotate))
        .routes(routes!(problems::list, problems::create))
        .routes(routes!(problems::get))
        .routes(routes!(demo::problem))
        .routes(routes!(check::check))
        .routes(routes!(plans::list, plans::create))
        .routes(routes!(plans::get, plans::delete))
        .routes(routes!(plans::stop))
        .routes(routes!(plans::rows::assignments))
        .routes(routes!(plans::rows::shortfalls))
        .routes(routes!(plans::rows::alternates))
        .routes(routes!(plans::diff::diff))
        .routes(routes!(plans::publish::publish))
        .routes(routes!(plans::publish::unpublish))
        .routes(routes!(plans::bookings::list))
        .routes(routes!(plans::export::export))
}

/// Requests that last as long as they need: streams.
fn long() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(experts::import::import))
        .routes(routes!(experts::import::rejects))
        .routes(routes!(plans::events::events))
}

/// The whole service.
pub fn router(app: App) -> Router {
    let limit = DefaultBodyLimit::max(app.config.max_body_bytes);
    let timeout = from_fn_with_state(app.clone(), in_time);
    let (short, _) = short().split_for_parts();
    let (long, _) = long().split_for_parts();
    let viewer = utoipa_swagger_ui::SwaggerUi::new("/docs")
        .external_url_unchecked("/openapi.json", openapi());
    short
        .layer(limit)
        .layer(timeout)
        .merge(long.layer(DefaultBodyLimit::disable()))
        .route("/livez", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .merge(viewer)
        .fallback(async || Problem::new(Code::NotFound, "there is no such path"))
        .method_not_allowed_fallback(async || Problem::new(Code::MethodNotAllowed, "see /docs"))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| panicked(),
        ))
        .layer(from_fn(observe::request))
        .with_state(app)
}

/// Answers for a request that takes too long. What it was doing ends; a transaction rolls back.
async fn in_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let answered = tokio::time::timeout(app.config.timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| {
        Problem::new(Code::Timeout, "the request took too long").into_response()
    })
}

fn panicked() -> Response {
    Problem::new(Code::Internal, "the service panicked; the log says more").into_response()
}

/// The `OpenAPI` 3.1 document. A profile's schema is the one of pool files.
pub fn openapi() -> Value {
    let mut document: Document = About::openapi();
    document.merge(short().to_openapi());
    document.merge(long().to_openapi());
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    // Its references are to its own definitions, wherever it is put.
    let profile = PROFILE.replace("#/$defs/", "#/components/schemas/Profile/$defs/");
    let profile: Value = serde_json::from_str(&profile).unwrap_or_default();
    document["components"]["schemas"]["Profile"] = profile;
    document["components"]["securitySchemes"]["key"] =
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "muster_<id>_<secret>"});
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::Action;

    #[test]
    fn every_route_names_the_action_it_needs() {
        let document = openapi();
        let paths = document["paths"].as_object().unwrap();
        assert!(paths.len() >= 6);
        for (path, methods) in paths {
            for (method, operation) in methods.as_object().unwrap() {
                let action = operation["x-action"].as_str().and_then(Action::of);
                assert!(action.is_some(), "{method} {path} names no action");
            }
        }
    }
}
