//! The routes, one line each. The router and the `OpenAPI` document are made from the same list.

mod campaigns;
mod check;
mod clients;
mod demo;
mod events;
mod experts;
mod keys;
mod plans;
mod problems;
mod reports;
mod scenarios;
mod searches;
mod sessions;
mod shortlists;
mod synonyms;
mod tenants;
mod users;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use muster_matcher::model::campaign::CampaignFileError;
use serde_json::{Value, json};
use tower_http::catch_panic::CatchPanicLayer;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::{App, Code, Problem, health, observe, schemas};
use crate::access::{COOKIE, Refused};

pub(super) use experts::merged;
pub(super) use experts::search::{Asked, SearchWanted};

/// What the document says beside the routes.
#[derive(OpenApi)]
#[openapi(
    info(title = "Muster", description = "Staffs human-data campaigns from a pool of experts, with proof"),
    components(schemas(super::problem::ProblemBody, super::problem::Detail)),
    security(("key" = []), ("session" = []))
)]
struct About;

/// Which page of a list.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct PageParams {
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Which fields of one document are wanted.
#[derive(Debug, serde::Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct GetParams {
    /// Only these fields, separated by commas.
    fields: Option<String>,
}

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
        .routes(routes!(scenarios::list, scenarios::create))
        .routes(routes!(scenarios::get, scenarios::delete))
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
        .routes(routes!(plans::discard::discard))
        .routes(routes!(plans::bookings::list))
        .routes(routes!(plans::export::export))
        .routes(routes!(experts::search::search))
        .routes(routes!(searches::list, searches::create))
        .routes(routes!(searches::get, searches::put, searches::delete))
        .routes(routes!(searches::alerts))
        .routes(routes!(shortlists::list, shortlists::create))
        .routes(routes!(
            shortlists::get,
            shortlists::put,
            shortlists::delete
        ))
        .routes(routes!(shortlists::entries::list))
        .routes(routes!(
            shortlists::entries::put,
            shortlists::entries::patch,
            shortlists::entries::delete
        ))
        .routes(routes!(shortlists::entries::export))
        .routes(routes!(experts::suggest::suggest))
        .routes(routes!(synonyms::get, synonyms::put))
        .routes(routes!(experts::people::protect))
        .routes(routes!(experts::people::erase))
        .routes(routes!(campaigns::list))
        .routes(routes!(
            campaigns::get,
            campaigns::put,
            campaigns::patch,
            campaigns::delete
        ))
        .routes(routes!(campaigns::roles::list))
        .routes(routes!(
            campaigns::roles::get,
            campaigns::roles::put,
            campaigns::roles::delete
        ))
        .routes(routes!(campaigns::roles::shortlist))
        .routes(routes!(campaigns::roles::meter_of))
        .routes(routes!(campaigns::roles::meter))
        .routes(routes!(reports::selection))
        .routes(routes!(clients::list))
        .routes(routes!(clients::get, clients::put, clients::delete))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(users::list))
        .routes(routes!(users::get, users::put, users::disable))
        .routes(routes!(sessions::create))
        .routes(routes!(sessions::get, sessions::delete))
        .routes(routes!(sessions::rotate))
        .routes(routes!(sessions::password))
        .routes(routes!(events::list))
        .routes(routes!(events::audit))
        .routes(routes!(events::verify))
}

/// Requests that last as long as they need: streams.
fn long() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(experts::import::import))
        .routes(routes!(experts::import::rejects))
        .routes(routes!(plans::events::events))
        .routes(routes!(experts::people::export))
}

/// An index that cannot be read is built again; until then there is none.
pub(super) fn index_problem(error: muster_index::IndexError) -> Problem {
    tracing::error!(%error, "the index cannot be read");
    Problem::new(
        Code::Internal,
        "the index cannot be read; the log says more",
    )
}

/// Faults of a campaign file.
pub(super) fn campaign_problem(error: CampaignFileError) -> Problem {
    match error {
        CampaignFileError::Faults(faults) => Problem::faults(&faults),
        CampaignFileError::Json(error) => Problem::new(Code::BrokenJson, error.to_string()),
    }
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
        .layer(from_fn_with_state(app.clone(), audited))
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

/// Writes refused calls to the audit of the tenant they were refused in.
async fn audited(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if let Some(refused) = response.extensions_mut().remove::<Refused>() {
        let (actor, action, why) = (&refused.actor, refused.action, &refused.why);
        tracing::warn!(actor, action, why, "refused");
        let name = format!("{} {}", refused.tenant, refused.actor);
        if app.limiter.audits(&name)
            && let Err(error) = app.store.audit_refusal(&app.gate, &refused).await
        {
            tracing::warn!(%error, "a refusal is not audited");
        }
    }
    response
}

fn panicked() -> Response {
    Problem::new(Code::Internal, "the service panicked; the log says more").into_response()
}

/// The `OpenAPI` 3.1 document.
pub fn openapi() -> Value {
    let mut document: Document = About::openapi();
    document.merge(short().to_openapi());
    document.merge(long().to_openapi());
    let mut document = serde_json::to_value(&document).unwrap_or_default();
    schemas::put_into(&mut document);
    name_problems(&mut document);
    name_keys(&mut document);
    document["components"]["securitySchemes"]["key"] =
        json!({"type": "http", "scheme": "bearer", "bearerFormat": "muster_<id>_<secret>"});
    document["components"]["securitySchemes"]["session"] =
        json!({"type": "apiKey", "in": "cookie", "name": COOKIE});
    document
}

/// POSTs that only answer: to do them twice changes nothing.
const ANSWERS: [&str; 3] = ["/v1/experts/search", "/v1/meter", "/v1/check"];

/// Every other POST may be repeated with a key.
fn name_keys(document: &mut Value) {
    let header = json!({
        "name": "Idempotency-Key", "in": "header", "required": false,
        "description": "Repeated with the same key, it is done once and answered alike, for a day",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255}
    });
    for (path, methods) in document["paths"].as_object_mut().into_iter().flatten() {
        if ANSWERS.contains(&path.as_str()) {
            continue;
        }
        if let Some(post) = methods.get_mut("post").and_then(Value::as_object_mut) {
            let parameters = post.entry("parameters").or_insert_with(|| json!([]));
            if let Some(parameters) = parameters.as_array_mut() {
                parameters.push(header.clone());
            }
        }
    }
}

/// Problems have a media type of their own.
fn name_problems(document: &mut Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(_, methods)| methods.as_object_mut().into_iter().flatten());
    for (_, operation) in operations {
        let responses = operation["responses"].as_object_mut().into_iter().flatten();
        for (_, response) in responses {
            let problem = response.pointer("/content/application~1json/schema/$ref");
            if problem.is_some_and(|schema| schema == "#/components/schemas/Problem") {
                let content = response["content"]["application/json"].take();
                response["content"] = json!({"application/problem+json": content});
            }
        }
    }
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
                let action = operation["x-action"].as_str().unwrap_or_default();
                let public = action == "public" && path == "/v1/sessions";
                let known = public || Action::of(action).is_some();
                assert!(known, "{method} {path} names no action");
            }
        }
    }
}
