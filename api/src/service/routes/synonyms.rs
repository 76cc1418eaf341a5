//! The tenant's synonyms: one document, which every search of the tenant reads.

use std::num::NonZeroUsize;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use lru::LruCache;
use muster_index::Synonyms;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use serde::{Deserialize, Serialize};

use crate::access::{Action, Caller, Scope};
use crate::service::extract::{Body, Precondition};
use crate::service::problem::ProblemBody;
use crate::service::{App, Code, Problem, reply};
use crate::store::Kind;

/// The id of the one document.
const ID: &str = "synonyms";
/// The most rules, comments included: every search reads them.
const MOST_RULES: usize = 2_000;

/// Rules, in the order of writing: `"sre, site reliability engineer"`, or one way `"icu => intensive care, itu"`; `#`
/// begins a comment.
#[derive(Debug, Default, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Synonyms)]
pub(super) struct Rules {
    /// At most 2,000, each of at most 1,000 characters.
    #[schema(max_items = 2000)]
    rules: Vec<String>,
}

impl FromJson for Rules {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let rules: Option<Vec<String>> = fields.required("rules", faults);
        fields.finish(faults);
        let rules = rules?;
        let at = at.key("rules");
        if rules.len() > MOST_RULES {
            let found = format!("{} rules", rules.len());
            faults.add(&at, found, format!("at most {MOST_RULES}"));
            return None;
        }
        if let Some(rule) = rules.iter().position(|rule| rule.contains(['\n', '\r'])) {
            faults.add(&at.index(rule), "several lines", "a rule on one line");
            return None;
        }
        if let Err(wrong) = Synonyms::read(rules.iter().map(String::as_str)) {
            for fault in wrong {
                faults.add(&at.index(fault.rule), fault.found, fault.expected);
            }
            return None;
        }
        Some(Self { rules })
    }
}

/// Gives the synonyms of the tenant; there are none before some were put.
#[utoipa::path(get, path = "/v1/synonyms", tag = "search",
    extensions(("x-action" = json!("synonyms:read"))),
    responses((status = 200, description = "The rules; their revision in ETag", body = Rules),
              (status = 304, description = "They are at the revision in If-None-Match"),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SynonymsRead)?;
    let mut read = app.store.read(&scope).await?;
    match read.find(&Kind::SYNONYMS, ID).await? {
        Some(found) => Ok(reply::document(&found, found.body.clone(), &headers)),
        None => reply::value(StatusCode::OK, &Rules::default()),
    }
}

/// Replaces the synonyms of the tenant. Searches from now on read them.
#[utoipa::path(put, path = "/v1/synonyms", tag = "search", request_body = Rules,
    extensions(("x-action" = json!("synonyms:write"))),
    responses((status = 200, description = "Replaced", body = Rules),
              (status = 201, description = "Put for the first time", body = Rules),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(super) async fn put(
    State(app): State<App>,
    caller: Caller,
    Precondition(expect): Precondition,
    body: Body<Rules>,
) -> Result<Response, Problem> {
    let scope = caller.may_in_all(Action::SynonymsWrite)?;
    let text = reply::text(&body.value)?;
    let mut write = app.store.write(&scope).await?;
    let (document, new) = write
        .put(&Kind::SYNONYMS, ID, "", text, &[], &expect)
        .await?;
    write.commit().await?;
    Ok(reply::put(&document, new, "/v1/synonyms"))
}

/// Rules that were read last, by the hash of their document.
static KNOWN: LazyLock<Mutex<LruCache<String, Arc<Synonyms>>>> =
    LazyLock::new(|| Mutex::new(LruCache::new(MOST_KNOWN)));
const MOST_KNOWN: NonZeroUsize = NonZeroUsize::new(64).unwrap();

/// What a search of the scope's tenant reads words by; `None` where there are no rules.
///
/// # Errors
/// Whatever the database says, or a document that is none.
pub(super) async fn of(app: &App, scope: &Scope) -> Result<Option<Arc<Synonyms>>, Problem> {
    let mut read = app.store.read(scope).await?;
    let Some(found) = read.find(&Kind::SYNONYMS, ID).await? else {
        return Ok(None);
    };
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = known().get(&found.hash) {
        return Ok(Some(Arc::clone(known)));
    }
    let damaged = |why: String| Problem::new(Code::Internal, why);
    let rules: Rules =
        serde_json::from_str(&found.body).map_err(|error| damaged(error.to_string()))?;
    let read = Synonyms::read(rules.rules.iter().map(String::as_str));
    let synonyms = Arc::new(read.map_err(|faults| {
        let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
        damaged(format!(
            "synonyms cannot be read back: {}",
            faults.join("; ")
        ))
    })?);
    known().put(found.hash, Arc::clone(&synonyms));
    Ok(Some(synonyms))
}
