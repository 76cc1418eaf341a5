//! People of the pool.

pub(super) mod import;
pub(super) mod people;
pub(super) mod search;
pub(super) mod shortlist;
pub(super) mod suggest;

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use muster_datasets::import::labels::resolve_profile;
use muster_matcher::json::{Faults, FromJson, Json, Path};
use muster_matcher::model::profile::Profile;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::GetParams;
use crate::access::{Action, Caller, Scope};
use crate::labels::Labels;
use crate::service::extract::{self, Body, Params, PathId, Precondition};
use crate::service::paging::{PageOf, Paging, sparse};
use crate::service::schemas::{AnyObject, Profile as ProfileSchema};
use crate::service::{App, Code, Problem, reply, snapshots};
use crate::store::{Column, Document, Expect, Filter, Kind, Op, Put, Write};

/// Which people are listed, and how much of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ListParams {
    /// Only people at this stage.
    stage: Option<String>,
    /// Only people who work in this country.
    country: Option<String>,
    /// Only people whose minimum is in this currency.
    currency: Option<String>,
    /// Only people who work for at most so many cents an hour.
    max_rate_cents: Option<i64>,
    /// Only people who work at least so many hours in an ordinary week.
    min_weekly_hours: Option<i64>,
    /// Only these fields, separated by commas.
    fields: Option<String>,
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

impl ListParams {
    fn filters(&self) -> Vec<Filter> {
        let text = |name, value: &Option<String>| {
            let value = value.as_ref()?;
            Some(Filter {
                column: Column::text(name, value),
                op: Op::Is,
            })
        };
        let int = |name, value: Option<i64>, op| {
            Some(Filter {
                column: Column::int(name, value?),
                op,
            })
        };
        let filters = [
            text("stage", &self.stage),
            text("country", &self.country),
            text("currency", &self.currency),
            int("min_cents", self.max_rate_cents, Op::AtMost),
            int("weekly_hours", self.min_weekly_hours, Op::AtLeast),
        ];
        filters.into_iter().flatten().collect()
    }
}

/// Lists people, in the order of ids.
#[utoipa::path(get, path = "/v1/experts", tag = "experts", params(ListParams),
    extensions(("x-action" = json!("experts:read"))),
    responses((status = 200, description = "People; with `fields` only those of each", body = PageOf<AnyObject>),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ExpertsRead)?;
    let filters = params.filters();
    let name = format!("experts {filters:?}");
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let mut page = read
        .list(&Kind::EXPERT, &filters, &paging.after, paging.limit)
        .await?;
    for person in &mut page.items {
        person.body = seen(&person.body, &scope)?;
    }
    Ok(reply::json(
        axum::http::StatusCode::OK,
        paging.json(&page, params.fields.as_deref())?,
    ))
}

/// Gives a person.
#[utoipa::path(get, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("experts:read"))),
    responses((status = 200, description = "The profile, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ExpertsRead)?;
    let found = app
        .store
        .read(&scope)
        .await?
        .get(&Kind::EXPERT, id.as_str())
        .await?;
    let body = sparse(&seen(&found.body, &scope)?, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

/// Adds or replaces a person.
#[utoipa::path(put, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    request_body(content = ProfileSchema, description = "A profile as in a pool file"),
    responses((status = 200, description = "Replaced", body = ProfileSchema),
              (status = 201, description = "Added", body = ProfileSchema),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    id: PathId,
    Precondition(expect): Precondition,
    body: Body<Person>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsWrite)?;
    let Person(profile) = body.value;
    id.is_of(profile.id.as_str())?;
    let mut write = app.store.write(&scope).await?;
    let (document, new) = put_profile(&mut write, &profile, &expect).await?;
    write.commit().await?;
    Ok(reply::put(
        &document,
        new,
        &reply::place("/v1/experts", profile.id.as_str()),
    ))
}

/// Changes some fields of a person (JSON merge patch, RFC 7396): `null` removes a field.
#[utoipa::path(patch, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    request_body(content = Object, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed", body = ProfileSchema),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn patch(
    State(app): State<App>,
    caller: Caller,
    id: PathId,
    Precondition(expect): Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let before = write.get(&Kind::EXPERT, id.0.as_str()).await?;
    let before = snapshots::tree(&before.body)?;
    let Person(profile) = extract::of_tree(merged(before, body.value))?;
    id.is_of(profile.id.as_str())?;
    let (document, _) = put_profile(&mut write, &profile, &expect).await?;
    write.commit().await?;
    Ok(reply::put(&document, false, ""))
}

/// Deletes a person.
#[utoipa::path(delete, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsWrite)?;
    let mut write = app.store.write(&scope).await?;
    write.delete(&Kind::EXPERT, id.as_str(), &expect).await?;
    write.commit().await?;
    Ok(reply::done())
}

/// A profile in which skills may be named by their labels.
pub(super) struct Person(Profile);

impl FromJson for Person {
    fn from_json(mut json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        resolve_profile(&mut json, &Labels, faults);
        Profile::from_json(json, at, faults).map(Self)
    }
}

/// Puts a profile.
async fn put_profile(
    write: &mut Write,
    profile: &Profile,
    expect: &Expect,
) -> Result<(Document, bool), Problem> {
    let Put { id, body, columns } = stored_form(profile)?;
    let put = write.put(&Kind::EXPERT, &id, "", body, &columns, expect);
    Ok(put.await?)
}

/// A profile as it is stored: its text, and the columns people are filtered by.
fn stored_form(profile: &Profile) -> Result<Put, Problem> {
    Ok(Put {
        id: profile.id.as_str().to_owned(),
        body: reply::text(profile)?,
        columns: vec![
            Column::text("stage", word(&profile.stage)?),
            Column::text("country", word(&profile.country)?),
            Column::text("currency", word(&profile.rate.currency)?),
            Column::int("min_cents", profile.rate.min_cents.get()),
            Column::int("weekly_hours", profile.availability.weekly_hours.get()),
        ],
    })
}

/// A profile as a scope sees it: of other clients' work no more than that the person is busy.
///
/// # Errors
/// [`Code::Internal`]: the profile is no JSON object.
fn seen(body: &str, scope: &Scope) -> Result<String, Problem> {
    if scope.is_unlimited() {
        return Ok(body.to_owned());
    }
    let broken = |error: serde_json::Error| Problem::new(Code::Internal, error.to_string());
    let mut profile: Value = serde_json::from_str(body).map_err(broken)?;
    let hidden = |client: &Value| !client.as_str().is_some_and(|client| scope.reaches(client));
    for (list, client) in [("conflicts", "against"), ("past_clients", "client")] {
        if let Some(entries) = profile[list].as_array_mut() {
            entries.retain(|entry| !hidden(&entry[client]));
        }
    }
    for work in profile["commitments"].as_array_mut().into_iter().flatten() {
        // Work for nobody known may be for another client, too.
        if hidden(&work["client"]) {
            work["label"] = "busy".into();
            work.as_object_mut().map(|work| work.remove("client"));
        }
    }
    Ok(profile.to_string())
}

/// Those of some people, at most 1,000, who are there: masked, as searches show them.
///
/// # Errors
/// As the store; [`Code::Internal`]: a profile cannot be read back.
pub(super) async fn people_shown(
    app: &App,
    scope: &Scope,
    ids: Vec<String>,
) -> Result<BTreeMap<String, Box<RawValue>>, Problem> {
    let mut read = app.store.read(scope).await?;
    let found = read.find_all(&Kind::EXPERT, &ids).await?;
    let shown = found.into_iter().map(|document| {
        let profile: Profile = extract::read(document.body.as_bytes())?;
        Ok((document.id, search::masked(profile, scope)?))
    });
    shown.collect()
}

/// A word as JSON has it, without its quotes; empty where there is none.
fn word(value: &impl serde::Serialize) -> Result<String, Problem> {
    let text = reply::text(value)?;
    Ok(if text == "null" {
        String::new()
    } else {
        text.trim_matches('"').to_owned()
    })
}

/// `target` changed by `patch`.
pub(in crate::service) fn merged(target: Json, patch: Json) -> Json {
    let Json::Object(changes) = patch else {
        return patch;
    };
    let mut fields = match target {
        Json::Object(fields) => fields,
        _ => Vec::new(),
    };
    for (name, change) in changes {
        let place = fields.iter().position(|(known, _)| *known == name);
        match (place, change) {
            (Some(place), Json::Null) => drop(fields.remove(place)),
            (Some(place), change) => {
                let before = std::mem::replace(&mut fields[place].1, Json::Null);
                fields[place].1 = merged(before, change);
            }
            (None, Json::Null) => {}
            (None, change) => fields.push((name, merged(Json::Null, change))),
        }
    }
    Json::Object(fields)
}

#[cfg(test)]
mod tests {
    use muster_matcher::json::parse;

    use super::*;

    #[test]
    fn a_patch_removes_replaces_and_adds() {
        let tree = |text: &str| parse(text.as_bytes()).unwrap();
        let target = tree(r#"{"a": {"b": 1, "c": 2}, "d": 3}"#);
        let after = merged(
            target,
            tree(r#"{"a": {"b": null, "x": {"y": null}}, "e": [1]}"#),
        );
        assert_eq!(after, tree(r#"{"a": {"c": 2, "x": {}}, "d": 3, "e": [1]}"#));
    }
}
