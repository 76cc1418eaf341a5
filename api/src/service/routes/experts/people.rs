//! What happens to people beside reading and writing them: export, protected attributes, erasure.

use axum::body::{Body as Stream, Bytes};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use muster_matcher::json::{Faults, FromJson, Json, Path};
use muster_matcher::model::Id;

use super::seen;
use crate::access::{Action, Caller};
use crate::service::extract::{Body, Once, PathId};
use crate::service::problem::ProblemBody;
use crate::service::reply::{self, Created};
use crate::service::upkeep::forget_rejects_of;
use crate::service::{App, Problem};
use crate::store::{Begun, Erased, Kind};

/// People read at once.
const BATCH: u32 = 1_000;

/// Gives everybody as JSON lines, in the order of ids: what an import takes.
#[utoipa::path(get, path = "/v1/exports/experts", tag = "experts",
    extensions(("x-action" = json!("experts:read"))),
    responses((status = 200, description = "A profile a line", content_type = "application/x-ndjson", body = String),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn export(
    State(app): State<App>,
    caller: Caller,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::ExpertsRead)?;
    // The first page is read before anything is answered, so that a database that is away is a problem.
    let lines = stream::try_unfold(Some(String::new()), move |after| {
        let (app, scope) = (app.clone(), scope.clone());
        async move {
            let Some(after) = after else { return Ok(None) };
            let failed = |error: String| std::io::Error::other(error);
            let page = async {
                let mut read = app.store.read(&scope).await?;
                read.list(&Kind::EXPERT, &[], &after, BATCH).await
            };
            let page = page.await.map_err(|error| failed(error.to_string()))?;
            let mut text = String::new();
            for person in &page.items {
                let line = seen(&person.body, &scope);
                text.push_str(&line.map_err(|_| failed("a profile cannot be read".to_owned()))?);
                text.push('\n');
            }
            Ok::<_, std::io::Error>(Some((Bytes::from(text), page.next)))
        }
    });
    let kind = [(header::CONTENT_TYPE, "application/x-ndjson")];
    Ok((StatusCode::OK, kind, Stream::from_stream(lines)).into_response())
}

/// Protected attributes of a person: names and values, short words both.
pub(in crate::service::routes) struct Attributes(Vec<(String, String)>);

impl FromJson for Attributes {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let Json::Object(fields) = json else {
            faults.add(at, json, "an object: attributes with their values");
            return None;
        };
        let mut attributes: Vec<(String, String)> = Vec::new();
        for (name, value) in fields {
            let here = at.key(&name);
            if Id::new(&name).is_none() {
                faults.add(&here, format!("{name:?}"), Id::EXPECTED);
            } else if attributes.iter().any(|(known, _)| *known == name) {
                faults.add(&here, "the attribute again", "each attribute once");
            } else if let Some(value) = Id::from_json(value, &here, faults) {
                attributes.push((name, value.as_str().to_owned()));
            }
        }
        Some(Self(attributes))
    }
}

/// Replaces a person's protected attributes, such as age group or gender. They are counted by the auditor's
/// report and read by nothing else: not by whoever writes them, not by index, search or solver.
#[utoipa::path(put, path = "/v1/experts/{id}/protected", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("protected:write"))),
    request_body(content = std::collections::BTreeMap<String, String>, description = "Attributes with their values"),
    responses((status = 204, description = "Replaced"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn protect(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    body: Body<Attributes>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ProtectedWrite)?;
    let mut write = app.store.write(&scope).await?;
    write.set_protected(id.as_str(), &body.value.0).await?;
    write.commit().await?;
    Ok(reply::done())
}

/// Erases a person: profile and protected attributes are deleted, and plans, bookings and events call them by a
/// pseudonym that leads nowhere. The audit never held their id.
#[utoipa::path(post, path = "/v1/experts/{id}/erase", tag = "experts", params(("id" = String, Path)),
    extensions(("x-action" = json!("experts:erase"))),
    responses((status = 200, description = "Erased", body = Erased),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn erase(
    State(app): State<App>,
    caller: Caller,
    PathId(id): PathId,
    once: Once,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::ExpertsErase)?;
    let request = once.of("");
    let mut write = match app.store.write_once(&scope, request.clone()).await? {
        Begun::Again(answer) => return Ok(reply::answer(answer)),
        Begun::First(write) => write,
    };
    // A person may be in thousands of texts: some at a time, so that nobody waits. Broken off, it is asked again.
    let mut erasure = write.erase_expert(id.as_str()).await?;
    write.commit().await?;
    loop {
        let mut write = app.store.write(&scope).await?;
        let more = write.erase_more(&mut erasure).await?;
        write.commit().await?;
        if !more {
            break;
        }
    }
    let (data, tenant) = (app.config.data.clone(), scope.tenant().to_owned());
    let named = id.to_string();
    let forgotten = app.compute_long(move || forget_rejects_of(&data, &tenant, &named));
    if let Err(error) = forgotten.await? {
        tracing::warn!(%error, "rejects that may name somebody who is erased stay until they are old");
    }
    let mut write = app.store.write(&scope).await?;
    write.answers(request);
    let erased = write.end_erasure(erasure).await?;
    let kept = Created {
        status: StatusCode::OK,
        location: String::new(),
        body: reply::text(&erased)?,
    };
    let answer = kept.answer();
    write.commit_answer(&answer).await?;
    Ok(reply::answer(answer))
}
