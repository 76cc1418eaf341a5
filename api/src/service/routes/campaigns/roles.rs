//! Roles of a campaign: parts of its document, each with a place of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use muster_datasets::import::labels::campaigns_of_tree;
use muster_index::NearMisses;
use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::json::Json;
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use serde::{Deserialize, Serialize};

use super::{Wanted, put_campaign};
use crate::access::{Action, Caller, Scope};
use crate::json;
use crate::labels::Labels;
use crate::service::extract::{Body, Params, PathId, Precondition, path_id};
use crate::service::meter::{RoleMeter, meter as count};
use crate::service::paging::PageOf;
use crate::service::problem::ProblemBody;
use crate::service::routes::experts::shortlist::{RoleFound, role_found};
use crate::service::schemas::{AnyObject, CampaignFile as CampaignFileSchema};
use crate::service::{App, Code, Problem, reach, reply, snapshots, staffing};
use crate::store::Kind;

/// The list of roles in a campaign's tree, which has one.
fn roles(tree: &mut Json) -> Option<&mut Vec<Json>> {
    let campaigns = match field(tree, "campaigns")? {
        Json::List(campaigns) => campaigns,
        _ => return None,
    };
    match field(campaigns.first_mut()?, "roles")? {
        Json::List(roles) => Some(roles),
        _ => None,
    }
}

fn field<'a>(tree: &'a mut Json, name: &str) -> Option<&'a mut Json> {
    match tree {
        Json::Object(fields) => fields
            .iter_mut()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value),
        _ => None,
    }
}

/// The place of a role in the list.
fn place(roles: &mut [Json], id: &Id) -> Option<usize> {
    let is_it =
        |role: &mut Json| field(role, "id") == Some(&mut Json::Text(id.as_str().to_owned()));
    roles.iter_mut().position(is_it)
}

fn no_role(campaign: &Id, role: &Id) -> Problem {
    Problem::new(
        Code::NotFound,
        format!("campaign {campaign} has no role {role}"),
    )
}

/// Lists the roles of a campaign, in its order.
#[utoipa::path(get, path = "/v1/campaigns/{id}/roles", tag = "campaigns", params(("id" = String, Path)),
    extensions(("x-action" = json!("campaigns:read"))),
    responses((status = 200, description = "Roles as the campaign has them, on one page", body = PageOf<AnyObject>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn list(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsRead)?;
    let found = app
        .store
        .read(&scope)
        .await?
        .get(&Kind::CAMPAIGN, id.as_str())
        .await?;
    let mut tree = snapshots::tree(&found.body)?;
    let roles = roles(&mut tree).map(std::mem::take).unwrap_or_default();
    let page = Json::Object(vec![
        ("items".to_owned(), Json::List(roles)),
        ("next".to_owned(), Json::Null),
    ]);
    Ok(reply::document(&found, json::text(&page), &headers))
}

/// Gives a role of a campaign.
#[utoipa::path(get, path = "/v1/campaigns/{id}/roles/{role}", tag = "campaigns",
    params(("id" = String, Path), ("role" = String, Path)),
    extensions(("x-action" = json!("campaigns:read"))),
    responses((status = 200, description = "The role; the campaign's revision in ETag", body = Object),
              (status = 304, description = "The campaign is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsRead)?;
    let (id, role) = (path_id(&id)?, path_id(&role)?);
    let found = app
        .store
        .read(&scope)
        .await?
        .get(&Kind::CAMPAIGN, id.as_str())
        .await?;
    let mut tree = snapshots::tree(&found.body)?;
    let roles = roles(&mut tree).ok_or_else(|| no_role(&id, &role))?;
    let place = place(roles, &role).ok_or_else(|| no_role(&id, &role))?;
    Ok(reply::document(&found, json::text(&roles[place]), &headers))
}

/// Adds or replaces a role; `If-Match` states the campaign's revision. Faults point into the campaign.
#[utoipa::path(put, path = "/v1/campaigns/{id}/roles/{role}", tag = "campaigns",
    params(("id" = String, Path), ("role" = String, Path)),
    extensions(("x-action" = json!("campaigns:write"))),
    request_body(content = Object, description = "A role as in a campaign file"),
    responses((status = 200, description = "The campaign", body = super::Campaign),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
    precondition: Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsWrite)?;
    let (id, role) = (path_id(&id)?, path_id(&role)?);
    let mut stated = body.value;
    let said = match field(&mut stated, "id") {
        Some(Json::Text(id)) => id.clone(),
        other => other.map_or_else(String::new, |other| other.to_string()),
    };
    PathId(role.clone()).is_of(&said)?;
    change(&app, &scope, &id, precondition, |roles| {
        match place(roles, &role) {
            Some(place) => roles[place] = stated,
            None => roles.push(stated),
        }
        Ok(())
    })
    .await
}

/// Deletes a role; `If-Match` states the campaign's revision.
#[utoipa::path(delete, path = "/v1/campaigns/{id}/roles/{role}", tag = "campaigns",
    params(("id" = String, Path), ("role" = String, Path)),
    extensions(("x-action" = json!("campaigns:write"))),
    responses((status = 200, description = "The campaign", body = super::Campaign),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
    precondition: Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsWrite)?;
    let (id, role) = (path_id(&id)?, path_id(&role)?);
    change(&app, &scope, &id, precondition, |roles| {
        let place = place(roles, &role).ok_or_else(|| no_role(&id, &role))?;
        roles.remove(place);
        Ok(())
    })
    .await
}

/// Changes the roles of a campaign and puts it.
async fn change(
    app: &App,
    scope: &Scope,
    id: &Id,
    Precondition(expect): Precondition,
    change: impl FnOnce(&mut Vec<Json>) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let mut write = app.store.write(scope).await?;
    let before = write.get(&Kind::CAMPAIGN, id.as_str()).await?;
    let mut tree = snapshots::tree(&before.body)?;
    let none = || Problem::new(Code::Internal, "a stored campaign has no roles");
    change(roles(&mut tree).ok_or_else(none)?)?;
    let wanted = Wanted::read(tree, id)?;
    let (document, _) = put_campaign(&mut write, wanted, &expect).await?;
    write.commit().await?;
    Ok(reply::put(&document, false, ""))
}

/// How many people are shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct ShortlistParams {
    /// The most people shown, 1 to 1000; 20 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// Also show so many people whom exactly one reason keeps off the role, for each thing it is about, 0 to 1000.
    #[param(minimum = 0, maximum = 1000)]
    near: Option<u32>,
}

/// Finds people for a role: the best by match score, with its parts; and those whom one reason keeps away.
#[utoipa::path(get, path = "/v1/campaigns/{id}/roles/{role}/shortlist", tag = "search",
    params(("id" = String, Path), ("role" = String, Path), ShortlistParams),
    extensions(("x-action" = json!("search:run"))),
    responses((status = 200, description = "Who was found", body = RoleFound),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn shortlist(
    State(app): State<App>,
    caller: Caller,
    Path((id, role)): Path<(String, String)>,
    Params(params): Params<ShortlistParams>,
) -> Result<Response, Problem> {
    const MOST: u32 = 1_000;
    let scope = caller.may(Action::SearchRun)?;
    let (id, role) = (path_id(&id)?, path_id(&role)?);
    let (limit, near) = (params.limit.unwrap_or(20), params.near.unwrap_or(0));
    for (name, value, least) in [("limit", limit, 1), ("near", near, 0)] {
        if !(least..=MOST).contains(&value) {
            let expected = format!("an integer from {least} to {MOST}");
            return Err(Problem::of(Code::BadRequest, name, value, expected));
        }
    }
    let file = staffing::kept(&app, &scope, id.as_str()).await?;
    // What it says of people must not tell whom other clients know.
    reach::conditions_in(&file, &scope)?;
    let indexed = app.ready_index(&scope)?;
    let answer = app
        .compute(move || {
            let calendar = Arc::new(Calendar::of(&file));
            let wanted = format!("{id}/{role}");
            let all = Terms::of_file(&file, &calendar);
            let terms = all.iter().find(|terms| terms.role.id.as_str() == wanted);
            let terms = terms.ok_or_else(|| no_role(&id, &role))?;
            let found = indexed.pool.for_role(terms, limit as usize);
            let found = found.map_err(super::super::index_problem)?;
            let near = match near {
                0 => Ok(NearMisses::default()),
                near => indexed
                    .pool
                    .near_role(terms, near as usize, &BTreeSet::new()),
            };
            let near = near.map_err(super::super::index_problem)?;
            role_found(found, &near, indexed.position, &scope)
        })
        .await??;
    reply::value(StatusCode::OK, &answer)
}

/// Counts of every role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct Meters {
    /// Role by role, in file order.
    roles: Vec<RoleMeter>,
    /// The last change of the feed that the counts know of.
    position: i64,
}

/// Counts how many people each step leaves for every role of a campaign.
#[utoipa::path(get, path = "/v1/campaigns/{id}/meter", tag = "search", params(("id" = String, Path)),
    extensions(("x-action" = json!("search:run"))),
    responses((status = 200, description = "Counts", body = Meters),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn meter_of(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchRun)?;
    let file = staffing::kept(&app, &scope, id.as_str()).await?;
    reach::conditions_in(&file, &scope)?;
    metered(&app, &scope, file).await
}

/// Counts how many people each step leaves for every role of a campaign file that is being written.
#[utoipa::path(post, path = "/v1/meter", tag = "search", request_body = CampaignFileSchema,
    extensions(("x-action" = json!("search:run"))),
    responses((status = 200, description = "Counts", body = Meters),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn meter(
    State(app): State<App>,
    caller: Caller,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchRun)?;
    let file = campaigns_of_tree(body.value, &Labels);
    let mut file = file.map_err(super::super::campaign_problem)?;
    reach::campaigns(&file, &scope)?;
    if !scope.is_unlimited() {
        strange_to_all(&app, &scope, &mut file).await?;
    }
    metered(&app, &scope, file).await
}

/// Gives campaigns that are not the caller's to read an id that nobody has a conflict with: the one in the file may be
/// that of a campaign out of reach.
async fn strange_to_all(app: &App, scope: &Scope, file: &mut CampaignFile) -> Result<(), Problem> {
    let mut read = app.store.read(scope).await?;
    for campaign in &mut file.campaigns {
        if read
            .find(&Kind::CAMPAIGN, campaign.id.as_str())
            .await?
            .is_none()
            && let Some(id) = crate::access::random::<12>()
                .ok()
                .and_then(|id| Id::new(&id))
        {
            campaign.id = id;
        }
    }
    Ok(())
}

async fn metered(app: &App, scope: &Scope, file: CampaignFile) -> Result<Response, Problem> {
    let indexed = app.ready_index(scope)?;
    // Whatever wall they are behind, bookings take hours; no more of them is told than that.
    let mut read = app.store.read(scope).await?;
    let booked = snapshots::booked(&mut read, &[], file.start, file.weeks).await?;
    drop(read);
    let threads = app.config.threads;
    let meters = app
        .compute(move || {
            let counted = count(&indexed.pool, &file, &booked, threads);
            Ok::<_, Problem>(Meters {
                roles: counted.map_err(super::super::index_problem)?,
                position: indexed.position,
            })
        })
        .await??;
    reply::value(StatusCode::OK, &meters)
}
