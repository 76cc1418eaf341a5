//! Campaigns: campaign files with one campaign each, and where it stands.

pub(super) mod roles;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use muster_datasets::import::labels::resolve_campaigns;
use muster_matcher::json::{Faults, FromJson, Json, Path};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use serde::Deserialize;

use super::GetParams;
use super::experts::merged;
use crate::access::{Action, Caller};
use crate::json;
use crate::labels::Labels;
use crate::service::extract::{Body, Params, PathId, Precondition, same_id};
use crate::service::paging::{PageOf, Paging, sparse};
use crate::service::problem::ProblemBody;
use crate::service::schemas::{AnyObject, Campaign};
use crate::service::status::{Status, status_of};
use crate::service::{App, Code, Problem, reach, reply, snapshots};
use crate::store::{Column, Document, Expect, Filter, Kind, Op, Write};

/// A campaign that was read: its file, where it stands if that was said, and its JSON without that.
struct Wanted {
    file: CampaignFile,
    status: Option<Status>,
    fields: Vec<(String, Json)>,
}

impl Wanted {
    /// Reads a campaign file with one campaign, and `status` beside it.
    fn read(mut tree: Json, id: &Id) -> Result<Self, Problem> {
        let mut faults = Faults::default();
        let at = Path::ROOT;
        resolve_campaigns(&mut tree, &Labels, &mut faults);
        let mut fields = match tree {
            Json::Object(fields) => fields,
            other => {
                faults.add(&at, other, "an object: a campaign file");
                return Err(Problem::faults(&faults));
            }
        };
        let stated = fields.iter().position(|(name, _)| name == "status");
        let stated = stated.map(|place| fields.remove(place).1);
        let status = stated.map(|json| Status::from_json(json, &at.key("status"), &mut faults));
        let file = match CampaignFile::from_tree(Json::Object(fields.clone())) {
            Ok(file) => file,
            Err(CampaignFileError::Faults(found)) => {
                faults.append(&found);
                return Err(Problem::faults(&faults));
            }
            Err(error) => return Err(super::campaign_problem(error)),
        };
        let list = at.key("campaigns");
        match file.campaigns.as_slice() {
            [one] => {
                let first = list.index(0);
                same_id(id, one.id.as_str(), &first.key("id"), &mut faults);
            }
            more => faults.add(&list, format!("{} campaigns", more.len()), "one campaign"),
        }
        if !faults.is_empty() {
            return Err(Problem::faults(&faults));
        }
        Ok(Self {
            file,
            status: status.flatten(),
            fields,
        })
    }

    /// The document: where it stands, then the file.
    fn text(self, status: Status) -> String {
        let stands = Json::Text(status.word().to_owned());
        let mut fields = vec![("status".to_owned(), stands)];
        fields.extend(self.fields);
        json::text(&Json::Object(fields))
    }
}

/// Puts a campaign, if it may come to stand where it wants to.
async fn put_campaign(
    write: &mut Write,
    wanted: Wanted,
    expect: &Expect,
) -> Result<(Document, bool), Problem> {
    // There is one: `Wanted::read` saw it.
    let one = wanted.file.campaigns[0].clone();
    reach::conditions_in(&wanted.file, write.scope())?;
    let before = write.find(&Kind::CAMPAIGN, one.id.as_str()).await?;
    let stands = before
        .as_ref()
        .map(|before| status_of(&before.body))
        .transpose()?;
    let status = wanted.status.or(stands).unwrap_or(Status::Draft);
    let text = wanted.text(status);
    let wrong = |detail: String| Err(Problem::new(Code::WrongState, detail));
    match stands {
        None if !status.may_begin() => {
            return wrong(format!("a new campaign cannot be {}", status.word()));
        }
        Some(stands) if stands != status && !stands.next().contains(&status) => {
            let next: Vec<&str> = stands.next().iter().map(|status| status.word()).collect();
            let next = if next.is_empty() {
                "nowhere".to_owned()
            } else {
                next.join(", ")
            };
            let (from, to) = (stands.word(), status.word());
            return wrong(format!(
                "the campaign is {from} and cannot become {to}; it can become: {next}"
            ));
        }
        Some(Status::Closed) if before.as_ref().is_some_and(|before| before.body != text) => {
            return wrong("the campaign is closed and does not change any more".to_owned());
        }
        _ => {}
    }
    let columns = [Column::text("status", status.word())];
    let client = one.client.as_str();
    Ok(write
        .put(
            &Kind::CAMPAIGN,
            one.id.as_str(),
            client,
            text,
            &columns,
            expect,
        )
        .await?)
}

/// Which campaigns are listed, and how much of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only campaigns that stand here.
    status: Option<String>,
    /// Only campaigns of this client.
    client: Option<String>,
    /// Only these fields, separated by commas.
    fields: Option<String>,
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists campaigns, in the order of ids.
#[utoipa::path(get, path = "/v1/campaigns", tag = "campaigns", params(ListParams),
    extensions(("x-action" = json!("campaigns:read"))),
    responses((status = 200, description = "Campaigns; with `fields` only those of each", body = PageOf<AnyObject>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsRead)?;
    let filter = |name, value: &Option<String>| {
        let column = Column::text(name, value.as_ref()?);
        Some(Filter { column, op: Op::Is })
    };
    let filters = [
        filter("status", &params.status),
        filter("client", &params.client),
    ];
    let filters: Vec<Filter> = filters.into_iter().flatten().collect();
    let name = format!("campaigns {filters:?}");
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::CAMPAIGN, &filters, &paging.after, paging.limit)
        .await?;
    let text = paging.json(&page, params.fields.as_deref())?;
    Ok(reply::json(StatusCode::OK, text))
}

/// Gives a campaign.
#[utoipa::path(get, path = "/v1/campaigns/{id}", tag = "campaigns", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("campaigns:read"))),
    responses((status = 200, description = "The campaign, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsRead)?;
    let mut read = app.store.read(&scope).await?;
    let found = read.get(&Kind::CAMPAIGN, id.as_str()).await?;
    let body = sparse(&found.body, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

/// Adds or replaces a campaign. Without `status` it stays where it stands, or begins as a draft.
#[utoipa::path(put, path = "/v1/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    extensions(("x-action" = json!("campaigns:write"))),
    request_body(content = Campaign, description = "A campaign file with one campaign, and `status`"),
    responses((status = 200, description = "Replaced", body = Campaign),
              (status = 201, description = "Added", body = Campaign),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsWrite)?;
    let wanted = Wanted::read(body.value, &id)?;
    let mut write = app.store.write(&scope).await?;
    let (document, new) = put_campaign(&mut write, wanted, &expect).await?;
    write.commit().await?;
    let place = reply::place("/v1/campaigns", id.as_str());
    Ok(reply::put(&document, new, &place))
}

/// Changes some fields of a campaign (JSON merge patch, RFC 7396), such as `status`: `null` removes a field.
#[utoipa::path(patch, path = "/v1/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    extensions(("x-action" = json!("campaigns:write"))),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed", body = Campaign),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let before = write.get(&Kind::CAMPAIGN, id.as_str()).await?;
    let wanted = Wanted::read(merged(snapshots::tree(&before.body)?, body.value), &id)?;
    let (document, _) = put_campaign(&mut write, wanted, &expect).await?;
    write.commit().await?;
    Ok(reply::put(&document, false, ""))
}

/// Deletes a campaign on which nobody works.
#[utoipa::path(delete, path = "/v1/campaigns/{id}", tag = "campaigns", params(("id" = String, Path)),
    extensions(("x-action" = json!("campaigns:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::CampaignsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let before = write.get(&Kind::CAMPAIGN, id.as_str()).await?;
    write.delete(&Kind::CAMPAIGN, id.as_str(), &expect).await?;
    let stands = status_of(&before.body)?;
    if matches!(stands, Status::Running | Status::Paused) {
        let detail = format!("the campaign is {}; close it first", stands.word());
        return Err(Problem::new(Code::WrongState, detail));
    }
    write.commit().await?;
    Ok(reply::done())
}
