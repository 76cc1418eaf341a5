//! Clients of the tenant. A client's wall is its id: whoever is limited to others does not find it.

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};

use super::PageParams;
use crate::access::{Action, Caller};
use crate::service::extract::{Body, Params, PathId, Precondition};
use crate::service::paging::{PageOf, Paging};
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::store::{Column, Filter, Kind, Op};

/// A client.
#[derive(Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Client {
    /// Unique in the tenant; campaigns name it.
    #[schema(min_length = 1, max_length = 128)]
    id: String,
    /// What people call it.
    name: String,
}

impl FromJson for Client {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let id: Option<Id> = fields.required("id", faults);
        let name = fields.required("name", faults);
        fields.finish(faults);
        Some(Self {
            id: id?.as_str().to_owned(),
            name: name?,
        })
    }
}

/// Lists clients, in the order of ids.
#[utoipa::path(get, path = "/v1/clients", tag = "clients", params(PageParams),
    extensions(("x-action" = json!("clients:read"))),
    responses((status = 200, description = "Clients", body = PageOf<Client>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<PageParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ClientsRead)?;
    let paging = Paging::new("clients", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::CLIENT, &[], &paging.after, paging.limit)
        .await?;
    Ok(reply::json(
        axum::http::StatusCode::OK,
        paging.json(&page, None)?,
    ))
}

/// Gives a client.
#[utoipa::path(get, path = "/v1/clients/{id}", tag = "clients", params(("id" = String, Path)),
    extensions(("x-action" = json!("clients:read"))),
    responses((status = 200, description = "The client; its revision in ETag", body = Client),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ClientsRead)?;
    let mut read = app.store.read(&scope).await?;
    let found = read.get(&Kind::CLIENT, id.as_str()).await?;
    Ok(reply::document(&found, found.body.clone(), &headers))
}

/// Adds or replaces a client.
#[utoipa::path(put, path = "/v1/clients/{id}", tag = "clients", params(("id" = String, Path)),
    extensions(("x-action" = json!("clients:write"))), request_body = Client,
    responses((status = 200, description = "Replaced", body = Client),
              (status = 201, description = "Added", body = Client),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    id: PathId,
    Precondition(expect): Precondition,
    body: Body<Client>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ClientsWrite)?;
    let client = body.value;
    id.is_of(&client.id)?;
    let mut write = app.store.write(&scope).await?;
    let text = reply::text(&client)?;
    let (document, new) = write
        .put(&Kind::CLIENT, &client.id, &client.id, text, &[], &expect)
        .await?;
    write.commit().await?;
    let place = reply::place("/v1/clients", &client.id);
    Ok(reply::put(&document, new, &place))
}

/// Deletes a client that has no campaigns.
#[utoipa::path(delete, path = "/v1/clients/{id}", tag = "clients", params(("id" = String, Path)),
    extensions(("x-action" = json!("clients:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ClientsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let of_client = Filter {
        column: Column::text("client", id.as_str()),
        op: Op::Is,
    };
    let campaigns = write.list(&Kind::CAMPAIGN, &[of_client], "", 1).await?;
    write.delete(&Kind::CLIENT, id.as_str(), &expect).await?;
    if !campaigns.items.is_empty() {
        let detail = format!("client {id} has campaigns");
        return Err(Problem::new(Code::WrongState, detail));
    }
    write.commit().await?;
    Ok(reply::done())
}
