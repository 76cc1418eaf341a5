//! People of the pool.

pub(super) mod import;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use muster_datasets::import::labels::NoLabels;
use muster_matcher::json::{Json, parse};
use muster_matcher::model::profile::Profile;
use serde::Deserialize;

use crate::access::{Action, Caller};
use crate::service::extract::{self, Body, Params, PathId, Precondition};
use crate::service::paging::{Paging, sparse};
use crate::service::{App, Code, Problem, reply};
use crate::store::{Column, Document, Expect, Filter, Kind, Op, Write};

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
    /// Entries of a page, 1 to 1000.
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
    responses((status = 200, description = "`items`: profiles; `next`: the cursor of the next page, or null"),
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
    let page = read
        .list(&Kind::EXPERT, &filters, &paging.after, paging.limit)
        .await?;
    Ok(reply::json(
        axum::http::StatusCode::OK,
        paging.json(&page, params.fields.as_deref())?,
    ))
}

/// Which fields of a person are wanted.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct GetParams {
    /// Only these fields, separated by commas.
    fields: Option<String>,
}

/// Gives a person.
#[utoipa::path(get, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("experts:read"))),
    responses((status = 200, description = "The profile; its revision in ETag"),
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
    let body = sparse(&found.body, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

/// Adds or replaces a person.
#[utoipa::path(put, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    request_body(content = serde_json::Value, description = "A profile as in a pool file (schema Profile)"),
    responses((status = 200, description = "Replaced"), (status = 201, description = "Added"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Profile>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ExpertsWrite)?;
    if body.value.id != id {
        let found = format!("{:?}", body.value.id.as_str());
        return Err(Problem::of(
            Code::Invalid,
            "/id",
            found,
            "the id in the path",
        ));
    }
    let mut write = app.store.write(&scope).await?;
    let (document, new) = put_profile(&mut write, &body.value, &expect).await?;
    write.commit().await?;
    app.written.notify_one();
    Ok(reply::put(
        &document,
        new,
        &reply::place("/v1/experts", id.as_str()),
    ))
}

/// Changes some fields of a person (JSON merge patch, RFC 7396): `null` removes a field.
#[utoipa::path(patch, path = "/v1/experts/{id}", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:write"))),
    request_body(content = serde_json::Value, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "Changed"),
              (status = "4XX", description = "A problem", body = super::super::problem::ProblemBody)))]
pub(super) async fn patch(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(expect): Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ExpertsWrite)?;
    let mut write = app.store.write(&scope).await?;
    let before = write.get(&Kind::EXPERT, id.as_str()).await?;
    let before = parse(before.body.as_bytes());
    let before = before.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
    let profile: Profile = extract::of_tree(merged(before, body.value))?;
    if profile.id != id {
        return Err(Problem::of(
            Code::Invalid,
            "/id",
            profile.id,
            "the id in the path: ids never change",
        ));
    }
    let (document, _) = put_profile(&mut write, &profile, &expect).await?;
    write.commit().await?;
    app.written.notify_one();
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
    let scope = caller.may(Action::ExpertsWrite)?;
    let mut write = app.store.write(&scope).await?;
    write.delete(&Kind::EXPERT, id.as_str(), &expect).await?;
    write.commit().await?;
    app.written.notify_one();
    Ok(reply::done())
}

/// Puts a profile with the columns people are filtered by.
async fn put_profile(
    write: &mut Write,
    profile: &Profile,
    expect: &Expect,
) -> Result<(Document, bool), Problem> {
    let columns = [
        Column::text("stage", word(&profile.stage)?),
        Column::text("country", word(&profile.country)?),
        Column::text("currency", word(&profile.rate.currency)?),
        Column::int("min_cents", profile.rate.min_cents.get()),
        Column::int("weekly_hours", profile.availability.weekly_hours.get()),
    ];
    let body = reply::text(profile)?;
    Ok(write
        .put(
            &Kind::EXPERT,
            profile.id.as_str(),
            "",
            body,
            &columns,
            expect,
        )
        .await?)
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
fn merged(target: Json, patch: Json) -> Json {
    let Json::Object(changes) = patch else {
        return patch;
    };
    let mut fields = match target {
        Json::Object(fields) => fields,
        _ => Vec::new(),
    };
    for (name, change) in changes {
        let place = fields.iter().position(|(known, _)| *known == name);
        let before = place.map_or(Json::Null, |place| fields.swap_remove(place).1);
        if change != Json::Null {
            fields.push((name, merged(before, change)));
        }
    }
    Json::Object(fields)
}

/// Skills of an import are ids; labels are a matter of the command line for now.
const LABELS: NoLabels = NoLabels;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_patch_removes_replaces_and_adds() {
        let tree = |text: &str| parse(text.as_bytes()).unwrap();
        let target = tree(r#"{"a": {"b": 1, "c": 2}, "d": 3}"#);
        let after = merged(
            target,
            tree(r#"{"a": {"b": null, "x": {"y": null}}, "e": [1]}"#),
        );
        assert_eq!(after, tree(r#"{"d": 3, "a": {"c": 2, "x": {}}, "e": [1]}"#));
    }
}
