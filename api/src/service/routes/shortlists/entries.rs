//! Who is on a list: parts of its document, each with a place of its own, shown with their masked profiles.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use muster_matcher::json::Json;
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::access::{Action, Caller, Scope};
use crate::export::csv::armoured;
use crate::service::extract::{Body, Params, PathId, Precondition, path_id};
use crate::service::paging::{PageOf, Paging};
use crate::service::problem::ProblemBody;
use crate::service::routes::experts::people_shown;
use crate::service::schemas::Profile as ProfileSchema;
use crate::service::shortlists::{
    Entry, EntryChange, EntryPatch, EntryWanted, LIST_BYTES, Shortlist, Stands, full,
};
use crate::service::{App, Code, Problem, reply, snapshots};
use crate::store::{Kind, now_ms};

/// Somebody on a list, and who that is.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct EntryShown {
    #[serde(flatten)]
    entry: Entry,
    /// Who, their name masked; null where they are gone.
    #[schema(value_type = Option<ProfileSchema>)]
    profile: Option<Box<RawValue>>,
}

/// Which of a list's people are shown.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct EntriesParams {
    /// Only those who stand here: `proposed`, `accepted`, `declined` or `rejected`.
    state: Option<String>,
    /// Entries of a page, 1 to 1000; 100 by default.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<u32>,
    /// The `next` of the page before.
    cursor: Option<String>,
}

/// Lists who is on a list, in the order of ids, with their profiles as searches show them.
#[utoipa::path(get, path = "/v1/shortlists/{id}/entries", tag = "shortlists",
    params(("id" = String, Path), EntriesParams),
    extensions(("x-action" = json!("shortlists:read"))),
    responses((status = 200, description = "Who is on it", body = PageOf<EntryShown>),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn list(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<EntriesParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsRead)?;
    let wanted = params.state.as_deref().map(|name| {
        let expected = "proposed, accepted, declined or rejected";
        Stands::of(name).ok_or_else(|| Problem::of(Code::BadRequest, "state", name, expected))
    });
    let wanted = wanted.transpose()?;
    let name = format!("entries {id} {wanted:?}");
    let paging = Paging::new(&name, params.limit, params.cursor.as_deref())?;
    let mut list = read(&app, &scope, &id).await?;
    list.entries.retain(|entry| {
        wanted.is_none_or(|state| entry.state == state) && entry.expert > paging.after
    });
    let page = paging.page(list.entries, |entry| entry.expert.clone());
    let items = shown(&app, &scope, page.items).await?;
    reply::value(
        StatusCode::OK,
        &PageOf {
            items,
            next: page.next,
        },
    )
}

async fn read(app: &App, scope: &Scope, id: &Id) -> Result<Shortlist, Problem> {
    let mut read = app.store.read(scope).await?;
    Shortlist::of(&read.get(&Kind::SHORTLIST, id.as_str()).await?)
}

/// Entries with the profiles of those who are still there.
async fn shown(app: &App, scope: &Scope, entries: Vec<Entry>) -> Result<Vec<EntryShown>, Problem> {
    let ids = entries.iter().map(|entry| entry.expert.clone());
    let mut people = people_shown(app, scope, ids.collect()).await?;
    let shown = entries.into_iter().map(|entry| EntryShown {
        profile: people.remove(&entry.expert),
        entry,
    });
    Ok(shown.collect())
}

/// Puts somebody on a list, or says where they stand; `If-Match` states the list's revision. What was noted of them
/// stays.
#[utoipa::path(put, path = "/v1/shortlists/{id}/entries/{expert}", tag = "shortlists",
    params(("id" = String, Path), ("expert" = String, Path)),
    extensions(("x-action" = json!("shortlists:write"))), request_body = EntryWanted,
    responses((status = 200, description = "The list; its revision in ETag", body = Shortlist),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn put(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    precondition: Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let place = Place::of(&path)?;
    let scope = caller.may(Action::ShortlistsWrite)?;
    let change = EntryChange::put(body.value)?;
    let list = read(&app, &scope, &place.list).await?;
    let points = match list.entry(place.expert.as_str()) {
        Some(_) => None,
        None => points(&app, &scope, &list, &place.expert).await?,
    };
    let said: Vec<String> = change.said().cloned().collect();
    let add = |list: &mut Shortlist| {
        list.add(&place.expert, points, &scope)?;
        list.change(&place.expert, change, &scope)
    };
    changed(&app, &scope, &place, precondition, said, add).await
}

/// Changes where somebody on a list stands, or notes something about them; `If-Match` states the list's revision.
#[utoipa::path(patch, path = "/v1/shortlists/{id}/entries/{expert}", tag = "shortlists",
    params(("id" = String, Path), ("expert" = String, Path)),
    extensions(("x-action" = json!("shortlists:write"))),
    request_body(content = EntryPatch, content_type = "application/merge-patch+json"),
    responses((status = 200, description = "The list; its revision in ETag", body = Shortlist),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn patch(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    precondition: Precondition,
    body: Body<Json>,
) -> Result<Response, Problem> {
    let place = Place::of(&path)?;
    let scope = caller.may(Action::ShortlistsWrite)?;
    let change = EntryChange::patch(body.value)?;
    let said: Vec<String> = change.said().cloned().collect();
    let note = |list: &mut Shortlist| list.change(&place.expert, change, &scope);
    changed(&app, &scope, &place, precondition, said, note).await
}

/// Takes somebody off a list, with what was noted of them; `If-Match` states the list's revision.
#[utoipa::path(delete, path = "/v1/shortlists/{id}/entries/{expert}", tag = "shortlists",
    params(("id" = String, Path), ("expert" = String, Path)),
    extensions(("x-action" = json!("shortlists:write"))),
    responses((status = 200, description = "The list; its revision in ETag", body = Shortlist),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(path): Path<(String, String)>,
    precondition: Precondition,
) -> Result<Response, Problem> {
    let place = Place::of(&path)?;
    let scope = caller.may(Action::ShortlistsWrite)?;
    let remove = |list: &mut Shortlist| list.remove(&place.expert);
    changed(&app, &scope, &place, precondition, Vec::new(), remove).await
}

/// Where an entry is.
struct Place {
    list: Id,
    expert: Id,
}

impl Place {
    fn of((list, expert): &(String, String)) -> Result<Self, Problem> {
        Ok(Self {
            list: path_id(list)?,
            expert: path_id(expert)?,
        })
    }
}

/// Somebody's points for what a list is for, as the index knows them.
async fn points(
    app: &App,
    scope: &Scope,
    list: &Shortlist,
    expert: &Id,
) -> Result<Option<i64>, Problem> {
    // Whoever is not there is on no list.
    let mut read = app.store.read(scope).await?;
    read.get(&Kind::EXPERT, expert.as_str()).await?;
    drop(read);
    let Some(question) = list.question(app, scope).await? else {
        return Ok(None);
    };
    let indexed = app.ready_index(scope)?;
    let (people, threads) = ([expert.clone()], app.config.threads);
    let found = app
        .compute(move || question.found(&indexed.pool, Some(&people), 1, threads))
        .await?;
    match found {
        Ok((found, _)) => Ok(found.into_values().next()),
        // Somebody whom others were to be like is gone.
        Err(problem) if problem.code() == Code::Invalid => Ok(None),
        Err(problem) => Err(problem),
    }
}

/// Changes a list and puts it; `said` is what was said of people, which must name nobody who was erased just now.
async fn changed(
    app: &App,
    scope: &Scope,
    place: &Place,
    Precondition(expect): Precondition,
    said: Vec<String>,
    change: impl FnOnce(&mut Shortlist) -> Result<(), Problem>,
) -> Result<Response, Problem> {
    let asked_ms = now_ms();
    let mut write = app.store.write(scope).await?;
    let before = write.get(&Kind::SHORTLIST, place.list.as_str()).await?;
    // Told before any fault of the change, which may come of what others changed.
    write.expect(&Kind::SHORTLIST, &before, &expect)?;
    let mut list = Shortlist::of(&before)?;
    change(&mut list)?;
    let text = reply::text(&list)?;
    if text.len() > LIST_BYTES {
        return Err(full(&format!("{LIST_BYTES} bytes")));
    }
    snapshots::refuse_erased_in(&mut write, asked_ms, std::iter::once(text.as_str())).await?;
    let said = said.iter().map(String::as_str);
    if !write.erased_in_prose(asked_ms, said).await?.is_empty() {
        return Err(snapshots::erased_just_now());
    }
    let wall = before.client.clone();
    let put = write.put(&Kind::SHORTLIST, &list.id, &wall, text, &[], &expect);
    let (document, _) = put.await?;
    write.commit().await?;
    Ok(reply::put(&document, false, ""))
}

/// How a list is exported.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::service::routes) struct ExportParams {
    /// `csv` or `json`.
    format: String,
}

/// A list as a file.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct ListFile {
    /// Its id.
    id: String,
    /// What people call it.
    name: String,
    /// Who is on it, in the order of ids.
    entries: Vec<EntryShown>,
}

/// Gives a list as a file: one row a person (`csv`), or with their profiles (`json`). Names are masked.
#[utoipa::path(get, path = "/v1/shortlists/{id}/export", tag = "shortlists",
    params(("id" = String, Path), ExportParams),
    extensions(("x-action" = json!("shortlists:read"))),
    responses((status = 200, description = "The file",
               content((ListFile = "application/json"), (String = "text/csv"))),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn export(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<ExportParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ShortlistsRead)?;
    let list = read(&app, &scope, &id).await?;
    let file = ListFile {
        entries: shown(&app, &scope, list.entries).await?,
        id: list.id,
        name: list.name,
    };
    let (bytes, kind) = match params.format.as_str() {
        "json" => (reply::text(&file)?.into_bytes(), "application/json"),
        "csv" => (csv(&file)?, "text/csv; charset=utf-8; header=present"),
        other => {
            return Err(Problem::of(
                Code::BadRequest,
                "format",
                other,
                "csv or json",
            ));
        }
    };
    let name = reply::attachment(&format!("shortlist-{id}.{}", params.format));
    let headers = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, name),
    ];
    Ok((headers, bytes).into_response())
}

const COLUMNS: [&str; 10] = [
    "expert", "name", "headline", "country", "state", "reason", "points", "added", "added_by",
    "notes",
];

/// A row a person; of several notes each is a line of the cell.
fn csv(file: &ListFile) -> Result<Vec<u8>, Problem> {
    #[derive(Default, Deserialize)]
    struct Person {
        #[serde(default)]
        name: Option<String>,
        #[serde(default)]
        headline: Option<String>,
        #[serde(default)]
        country: Option<String>,
    }
    let failed = |error: csv::Error| Problem::new(Code::Internal, error.to_string());
    let mut rows = csv::Writer::from_writer(Vec::new());
    rows.write_record(COLUMNS).map_err(failed)?;
    for EntryShown { entry, profile } in &file.entries {
        let person: Option<Person> = match profile {
            Some(profile) => Some(snapshots::stored(profile.get())?),
            None => None,
        };
        let person = person.unwrap_or_default();
        let notes: Vec<String> = entry
            .notes
            .iter()
            .map(|note| format!("{} {}: {}", moment(note.at_ms), note.by, note.note))
            .collect();
        let record = [
            entry.expert.clone(),
            person.name.unwrap_or_default(),
            person.headline.unwrap_or_default(),
            person.country.unwrap_or_default(),
            entry.state.as_str().to_owned(),
            entry.reason.clone().unwrap_or_default(),
            entry
                .points
                .map(|points| points.to_string())
                .unwrap_or_default(),
            moment(entry.added_ms),
            entry.added_by.clone(),
            notes.join("\n"),
        ];
        let cells = record.iter().map(|cell| armoured(cell).into_owned());
        rows.write_record(cells).map_err(failed)?;
    }
    let bytes = rows.into_inner();
    bytes.map_err(|error| Problem::new(Code::Internal, error.to_string()))
}

/// A moment as RFC 3339 has it, in UTC.
fn moment(at_ms: i64) -> String {
    jiff::Timestamp::from_millisecond(at_ms).map_or_else(|_| at_ms.to_string(), |at| at.to_string())
}
