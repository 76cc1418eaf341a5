//! Finding people by words and conditions.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::{Date, Weekday};
use muster_datasets::import::labels::resolve_requirement;
use muster_index::{FoundForRole, Search, Setting, Shown, Snippet};
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, within};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Named, Requirement};
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::query::{self, Parsed, Query};
use serde::Serialize;
use serde_json::value::RawValue;

use super::seen;
use crate::access::{Action, Caller, Scope};
use crate::labels::Labels;
use crate::service::extract::Body;
use crate::service::problem::ProblemBody;
use crate::service::schemas::Profile as ProfileSchema;
use crate::service::{App, Problem, reach, reply};

/// What is searched for.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(in crate::service::routes) struct SearchWanted {
    /// Words of which people have at least one, the more and the rarer the better, and conditions such as
    /// `skill:cardiology>=4 lang:de>=C1`; docs/search.md has the whole language. Empty: everybody.
    #[schema(required = false)]
    text: String,
    /// A plain text, such as a paper's abstract or a job post, that ranks everybody who satisfies the conditions;
    /// nothing in it is a condition.
    #[schema(required = false, max_length = 100_000)]
    about: String,
    /// A requirement as in campaign files; skills by id or by ESCO label.
    #[schema(required = false, value_type = Object)]
    r#where: String,
    /// The currency of rates in the requirement; USD by default.
    #[schema(required = false, pattern = "^[A-Z]{3}$")]
    currency: String,
    /// Monday of the week that hours and expiries are looked at in; the next one by default.
    #[schema(required = false, format = Date)]
    week: String,
    /// The most people shown, 1 to 1000; 20 by default.
    #[schema(required = false, minimum = 1, maximum = 1000)]
    limit: u32,
}

/// The most characters of a text that ranks.
const LONGEST_ABOUT: usize = 100_000;

/// What is read of it.
pub(in crate::service::routes) struct Asked(Search, Option<String>);

impl FromJson for Asked {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let text = fields.or("text", String::new(), faults);
        let parsed = text.and_then(|text| query_of(&text, &at.key("text"), faults));
        let about: Option<Option<String>> = fields.optional("about", faults);
        let n_about: usize = about.iter().flatten().map(|it| it.chars().count()).sum();
        if n_about > LONGEST_ABOUT {
            let found = format!("{n_about} characters");
            faults.add(&at.key("about"), found, format!("at most {LONGEST_ABOUT}"));
        }
        let requirement = match fields.take("where") {
            Some(mut tree) => {
                let at = at.key("where");
                resolve_requirement(&mut tree, &at, &Labels, faults);
                Requirement::read(tree, &at, &Named::new(), faults)
            }
            None => Some(Requirement::All(Vec::new())),
        };
        let currency = fields.or("currency", Currency::new("USD")?, faults);
        let week: Option<Option<Date>> = fields.optional("week", faults);
        if let Some(Some(week)) = week
            && week.weekday() != Weekday::Monday
        {
            let found = format!("{week} (a {:?})", week.weekday());
            faults.add(&at.key("week"), found, "a Monday");
        }
        let limit = fields.take("limit").map_or(Some(20), |json| {
            within(1..=1_000, json, &at.key("limit"), faults)
        });
        fields.finish(faults);
        let (Parsed { query, weeks }, week) = (parsed?, week?);
        let (monday, n_weeks) = match (weeks, week) {
            (Some(_), Some(week)) => {
                let expected = "no week: the text names its weeks by free:";
                faults.add(&at.key("week"), week, expected);
                return None;
            }
            (Some(weeks), None) => (weeks.monday, weeks.weeks),
            (None, week) => (week.unwrap_or_else(next_monday), 1),
        };
        let setting = Setting::new(currency?, TimeZoneName::new("UTC")?, monday, n_weeks);
        let search = Search {
            query: Query::All(vec![query, Query::from(&requirement?)]),
            setting,
            limit: usize::try_from(limit?).ok()?,
        };
        Some(Self(search, about?))
    }
}

fn next_monday() -> Date {
    let today = jiff::Zoned::now().date();
    today.nth_weekday(1, Weekday::Monday).unwrap_or(today)
}

/// What a text asks for; places that are not understood are told by their character.
fn query_of(text: &str, at: &Path<'_>, faults: &mut Faults) -> Option<Parsed> {
    match query::parse(text, &Labels) {
        Ok(parsed) => Some(parsed),
        Err(error) => {
            for fault in &error.faults {
                let character = text
                    .get(..fault.at.start)
                    .unwrap_or_default()
                    .chars()
                    .count()
                    + 1;
                let found = format!("{} at character {character}", fault.found);
                faults.add(at, found, &fault.expected);
            }
            None
        }
    }
}

/// Where words stand.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct Evidence {
    /// The piece of the bio, the headline or a document.
    text: String,
    /// Beginnings and ends of the words in it, in bytes.
    marked: Vec<[usize; 2]>,
}

impl From<Snippet> for Evidence {
    fn from(snippet: Snippet) -> Self {
        let marked = snippet.marked.iter().map(|range| [range.start, range.end]);
        Self {
            marked: marked.collect(),
            text: snippet.text,
        }
    }
}

/// A document that tells that somebody knows what was asked for.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct DocumentShown {
    /// Its position among the profile's documents.
    document: usize,
    /// What it is called, or how it begins.
    title: String,
    /// How well its words fit.
    points: i64,
}

impl From<Shown> for DocumentShown {
    fn from(shown: Shown) -> Self {
        Self {
            document: shown.document,
            title: shown.title,
            points: i64::from(shown.points.get()),
        }
    }
}

/// Somebody who was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct HitShown {
    /// How well the words fit, in points.
    points: i64,
    /// Where they stand.
    evidence: Option<Evidence>,
    /// The documents that tell most, the best first; at most three.
    documents: Vec<DocumentShown>,
    /// Who, their name masked; of documents without their texts.
    #[schema(value_type = ProfileSchema)]
    profile: Box<RawValue>,
}

/// Who was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct SearchFound {
    /// How many there are.
    total: usize,
    /// The first of them: by points, then by id.
    items: Vec<HitShown>,
    /// The last change of the feed that the answer knows of.
    position: i64,
}

/// Finds people by words and conditions, the best first. Names are masked.
#[utoipa::path(post, path = "/v1/experts/search", tag = "search", request_body = SearchWanted,
    extensions(("x-action" = json!("search:run"))),
    responses((status = 200, description = "Who was found", body = SearchFound),
              (status = "4XX", description = "A problem", body = ProblemBody)))]
pub(in crate::service::routes) async fn search(
    State(app): State<App>,
    caller: Caller,
    body: Body<Asked>,
) -> Result<Response, Problem> {
    let scope = caller.may(Action::SearchRun)?;
    reach::conditions(body.value.0.query.leaves(), "/text", &scope)?;
    let indexed = app.ready_index(&scope)?;
    let found = app
        .compute(move || {
            let Asked(search, about) = &body.value;
            let found = match about {
                Some(about) => indexed.pool.search_about(search, about),
                None => indexed.pool.search(search),
            };
            let found = found.map_err(super::super::index_problem)?;
            let items = found.hits.into_iter().map(|hit| {
                Ok::<_, Problem>(HitShown {
                    points: i64::from(hit.text.get()),
                    evidence: hit.snippet.map(Evidence::from),
                    documents: hit.documents.into_iter().map(DocumentShown::from).collect(),
                    profile: masked(hit.profile, &scope)?,
                })
            });
            Ok::<_, Problem>(SearchFound {
                total: found.total,
                items: items.collect::<Result<_, _>>()?,
                position: indexed.position,
            })
        })
        .await??;
    reply::value(StatusCode::OK, &found)
}

/// A profile as those who search see it: first name and initial, no texts of documents, and nothing of other clients.
fn masked(mut profile: Profile, scope: &Scope) -> Result<Box<RawValue>, Problem> {
    profile.name = profile.name.as_deref().map(initial);
    profile.documents.iter_mut().for_each(|it| it.text.clear());
    let text = seen(&reply::text(&profile)?, scope)?;
    let raw = RawValue::from_string(text);
    raw.map_err(|error| Problem::new(crate::service::Code::Internal, error.to_string()))
}

/// `Ana Maria López` as `Ana L.`
fn initial(name: &str) -> String {
    let mut words = name.split_whitespace();
    let first = words.next().unwrap_or_default();
    match words.next_back().and_then(|last| last.chars().next()) {
        Some(letter) => format!("{first} {letter}."),
        None => first.to_owned(),
    }
}

/// Somebody who may hold a role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct RoleHitShown {
    /// The match score with its parts, in points.
    #[schema(value_type = Object)]
    score: muster_matcher::score::Score,
    /// What the role pays them, in cents an hour.
    rate_cents: i64,
    /// Where words of the role's text stand.
    evidence: Option<Evidence>,
    /// Who, their name masked.
    #[schema(value_type = ProfileSchema)]
    profile: Box<RawValue>,
}

/// Somebody whom exactly one reason keeps off a role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct NearShown {
    /// The match score with its parts, in points.
    #[schema(value_type = Object)]
    score: muster_matcher::score::Score,
    /// The reason's code.
    code: String,
    /// The reason in words.
    reason: String,
    /// Who, their name masked.
    #[schema(value_type = ProfileSchema)]
    profile: Box<RawValue>,
}

/// Who was found for a role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct RoleFound {
    /// How many may hold it.
    total: usize,
    /// The first of them: by match score, then by id.
    items: Vec<RoleHitShown>,
    /// Those whom one reason keeps away: by match score, then by id.
    near: Vec<NearShown>,
    /// The last change of the feed that the answer knows of.
    position: i64,
}

/// What was found for a role, as it is shown.
pub(in crate::service::routes) fn role_found(
    found: FoundForRole,
    position: i64,
    scope: &Scope,
) -> Result<RoleFound, Problem> {
    let items = found.hits.into_iter().map(|hit| {
        Ok::<_, Problem>(RoleHitShown {
            score: hit.score,
            rate_cents: i64::from(hit.rate.get()),
            evidence: hit.snippet.map(Evidence::from),
            profile: masked(hit.profile, scope)?,
        })
    });
    let near = found.near.into_iter().map(|miss| {
        Ok::<_, Problem>(NearShown {
            score: miss.score,
            code: miss.reason.code().to_owned(),
            reason: miss.reason.to_string(),
            profile: masked(miss.profile, scope)?,
        })
    });
    Ok(RoleFound {
        total: found.total,
        items: items.collect::<Result<_, _>>()?,
        near: near.collect::<Result<_, _>>()?,
        position,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_masked() {
        let pairs = [
            ("Ana Maria López", "Ana L."),
            ("Kim", "Kim"),
            ("", ""),
            (" Bo  Óscar ", "Bo Ó."),
        ];
        for (name, masked) in pairs {
            assert_eq!(initial(name), masked);
        }
    }
}
