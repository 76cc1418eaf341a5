//! Scenarios: kept, read, listed and deleted; a plan of one is asked for as any other.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use muster_matcher::json::{Faults, Fields, Path, parse};
use muster_matcher::model::Id;
use serde_json::value::RawValue;

use super::GetParams;
use super::problems::{ListParams, PostParams};
use crate::access::{Action, Caller};
use crate::json;
use crate::service::extract::{Once, Params, PathId, Precondition, Text, split};
use crate::service::paging::{Paging, sparse};
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::scenarios::{Scenario, change};
use crate::service::{App, Code, Problem, snapshots, staffing};
use crate::store::{Begun, Expect, Kind, now_ms};

/// What is kept.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct ScenarioWanted {
    /// What people call it.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// What else they should know.
    #[schema(max_length = 10_000)]
    note: Option<String>,
    /// The problem to change, by id.
    problem: Option<String>,
    /// In place of a problem: campaigns to change, by id.
    campaigns: Option<Vec<String>>,
    /// The change, a JSON merge patch (RFC 7396).
    #[schema(value_type = Object)]
    patch: Box<RawValue>,
}

/// Reads a request, as far as that can be done without looking at what is stored.
fn read(text: &[u8], owner: &str) -> Result<Scenario, Problem> {
    const NAME_BYTES: usize = 128;
    const NOTE_BYTES: usize = 10_000;
    let (tree, texts) = split(text, &["patch"])?;
    let (root, mut faults) = (Path::ROOT, Faults::default());
    let read = Fields::open(tree, &root, &mut faults).map(|mut fields| {
        fields.take("patch");
        let name = fields.required::<String>("name", &mut faults);
        let note = fields.or("note", String::new(), &mut faults);
        let problem = fields.optional::<Id>("problem", &mut faults);
        let campaigns = fields.optional::<Vec<Id>>("campaigns", &mut faults);
        fields.finish(&mut faults);
        staffing::each_once(campaigns.iter().flatten().flatten(), &mut faults);
        (name, note, problem, campaigns)
    });
    let patch = texts.get("patch").copied().unwrap_or_default();
    if !patch.starts_with('{') {
        let found: String = patch.chars().take(60).collect();
        let found = if found.is_empty() { "nothing" } else { &found };
        faults.add(&root.key("patch"), found, "an object: a JSON merge patch");
    }
    let Some((Some(name), Some(note), Some(problem), Some(campaigns))) = read else {
        return Err(Problem::faults(&faults));
    };
    if name.trim().is_empty() || name.len() > NAME_BYTES {
        let found = format!("{} bytes", name.len());
        let expected = format!("1 to {NAME_BYTES} bytes that are not all spaces");
        faults.add(&root.key("name"), found, expected);
    }
    if note.len() > NOTE_BYTES {
        let found = format!("{} bytes", note.len());
        faults.add(&root.key("note"), found, format!("at most {NOTE_BYTES}"));
    }
    match (&problem, &campaigns) {
        (None, None) => faults.add(&root.key("problem"), "nothing", "a problem, or campaigns"),
        (Some(_), Some(_)) => {
            faults.add(
                &root.key("campaigns"),
                "both",
                "either problem or campaigns",
            );
        }
        _ => {}
    }
    if !faults.is_empty() {
        return Err(Problem::faults(&faults));
    }
    let internal = |error: String| Problem::new(Code::Internal, error);
    let id = reply::new_id()?;
    // As all that is stored, so that names in it are found however they were spelt.
    let patch = parse(patch.as_bytes());
    let patch = patch.map_err(|error| Problem::new(Code::BrokenJson, error.to_string()))?;
    let patch = RawValue::from_string(json::text(&patch));
    Ok(Scenario {
        id,
        name,
        note,
        owner: owner.to_owned(),
        created_ms: now_ms(),
        problem: problem.map(|id| id.to_string()),
        campaigns: campaigns.map(|ids| ids.iter().map(ToString::to_string).collect()),
        patch: patch.map_err(|error| internal(error.to_string()))?,
    })
}

/// Keeps a scenario, if there is a whole after the change. Plans of it are asked for by its id.
#[utoipa::path(post, path = "/v1/scenarios", tag = "scenarios", params(PostParams), request_body = ScenarioWanted,
    extensions(("x-action" = json!("problems:write"))),
    responses((status = 200, description = "Valid (`validate_only`)", body = Scenario),
              (status = 201, description = "Kept", body = Scenario),
              (status = "4XX", description = "A problem; pointers of what the patch leads to are into the whole after it", body = ProblemBody)))]
pub(super) async fn create(
    State(app): State<App>,
    caller: Caller,
    once: Once,
    Params(params): Params<PostParams>,
    text: Text,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsWrite)?;
    let asked_ms = now_ms();
    if !params.validate_only
        && let Some(answer) = once.answered(&app, &scope, &text.hash).await?
    {
        return Ok(answer);
    }
    let scenario = read(&text.bytes, caller.actor())?;
    let client = change(&app, &scope, &scenario).await?.client();
    let body = reply::text(&scenario)?;
    if params.validate_only {
        return Ok(reply::json(StatusCode::OK, body));
    }
    let mut write = match app.store.write_once(&scope, once.of(&text.hash)).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    let id = &scenario.id;
    snapshots::refuse_erased_in(&mut write, asked_ms, std::iter::once(body.as_str())).await?;
    write
        .put(
            &Kind::SCENARIO,
            id,
            &client,
            body.clone(),
            &[],
            &Expect::Absent,
        )
        .await?;
    let created = Created {
        status: StatusCode::CREATED,
        location: reply::place("/v1/scenarios", id),
        body,
    };
    let answer = created.answer();
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}

/// Lists scenarios, the oldest first.
#[utoipa::path(get, path = "/v1/scenarios", tag = "scenarios", params(ListParams),
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "`items`: scenarios; `next`: the cursor of the next page, or null", body = Object),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Params(params): Params<ListParams>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsRead)?;
    let paging = Paging::new("scenarios", params.limit, params.cursor.as_deref())?;
    let mut read = app.store.read(&scope).await?;
    let page = read
        .list(&Kind::SCENARIO, &[], &paging.after, paging.limit)
        .await?;
    let json = paging.json(&page, params.fields.as_deref())?;
    Ok(reply::json(StatusCode::OK, json))
}

/// Gives a scenario.
#[utoipa::path(get, path = "/v1/scenarios/{id}", tag = "scenarios", params(("id" = String, Path), GetParams),
    extensions(("x-action" = json!("problems:read"))),
    responses((status = 200, description = "The scenario, or the fields asked for; its revision in ETag", body = Object),
              (status = 304, description = "It is at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Params(params): Params<GetParams>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsRead)?;
    let mut read = app.store.read(&scope).await?;
    let found = read.get(&Kind::SCENARIO, id.as_str()).await?;
    let body = sparse(&found.body, params.fields.as_deref())?;
    Ok(reply::document(&found, body, &headers))
}

/// Deletes a scenario. Plans that were made of it stay.
#[utoipa::path(delete, path = "/v1/scenarios/{id}", tag = "scenarios", params(("id" = String, Path)),
    extensions(("x-action" = json!("problems:write"))),
    responses((status = 204, description = "Deleted"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    Precondition(stated): Precondition,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ProblemsWrite)?;
    // It never changes: who states nothing means what they saw.
    let expect = match stated {
        Expect::Unstated => Expect::Whatever,
        stated => stated,
    };
    let mut write = app.store.write(&scope).await?;
    write.delete(&Kind::SCENARIO, id.as_str(), &expect).await?;
    write.commit().await?;
    Ok(reply::done())
}
