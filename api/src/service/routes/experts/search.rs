//! Finding people by words and conditions.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::civil::{Date, Weekday};
use muster_datasets::import::labels::resolve_requirement;
use muster_index::{FacetKind, Found, NearMisses, Pool, Search, Setting, Synonyms};
use muster_matcher::eligibility::evidence::sparkline;
use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, within};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::{Leaf, Named, Requirement};
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::model::{Id, Points};
use muster_matcher::query::{self, Parsed, Query};
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::seen;
use crate::access::{Action, Caller, Scope};
use crate::finding::{self, DocumentShown, FacetShown, Highlight, clauses, documents};
use crate::labels::Labels;
use crate::represented::{DEPTH, Groups, Skews, represented};
use crate::service::extract::Body;
use crate::service::paging::Paging;
use crate::service::problem::ProblemBody;
use crate::service::routes::synonyms;
use crate::service::schemas::Profile as ProfileSchema;
use crate::service::{App, Code, Problem, reach, reply};
use crate::understanding::{Understood, like, read_stated, understand, widen};

/// What is searched for.
#[derive(Debug, serde::Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "utoipa reads the fields' types")]
pub(in crate::service) struct SearchWanted {
    /// Words of which people have at least one, the more and the rarer the better, and conditions such as
    /// `skill:cardiology>=4 lang:de>=C1`; docs/search.md has the whole language. Empty: everybody.
    #[schema(required = false)]
    text: String,
    /// A plain text, such as a paper's abstract or a job post, that ranks everybody who satisfies the conditions;
    /// nothing in it is a condition.
    #[schema(required = false, max_length = 100_000)]
    about: String,
    /// The id of somebody: people like them are found, by a word of their headline or a skill near theirs.
    #[schema(required = false)]
    like: String,
    /// Choose who is shown so that every beginning of the list has of each group at least its share among all who are
    /// found: `country`, or `tag:` and a tag. There are no further pages then.
    #[schema(required = false, pattern = "^(country|tag:.+)$")]
    represent: String,
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
    /// Also show so many of those who fail exactly one condition, for each condition; 0 to 1000.
    #[schema(required = false, maximum = 1000)]
    near: u32,
    /// Also count values of these: `skill`, `level`, `country`, `language`, `rate`, `hours`, `stage`, `tag`.
    #[schema(required = false)]
    facets: Vec<String>,
    /// The most values counted of each, 1 to 1000; 10 by default.
    #[schema(required = false, minimum = 1, maximum = 1000)]
    top: u32,
    /// Whether words mean themselves alone, and neither skills nor conditions that they state.
    #[schema(required = false)]
    literal: bool,
    /// The `next` of the page before, of the same search.
    #[schema(required = false)]
    cursor: String,
}

/// The most conditions that people who are shown say something to.
const MOST_SAID: usize = 100_000;

/// The most characters of a text that ranks.
const LONGEST_ABOUT: usize = 100_000;

/// What is read of it.
pub(in crate::service) struct Asked {
    search: Search,
    near: usize,
    facets: Vec<FacetKind>,
    top: usize,
    literal: bool,
    like: Option<Id>,
    represent: Option<Groups>,
    cursor: Option<String>,
}

impl Asked {
    /// Every condition.
    pub(in crate::service) fn leaves(&self) -> Vec<&Leaf> {
        self.search.query.leaves()
    }

    /// Whether it goes on behind a page.
    pub(in crate::service) fn has_cursor(&self) -> bool {
        self.cursor.is_some()
    }

    /// The tenant's own rules of which words stand for others, unless words are to be taken as they are.
    ///
    /// # Errors
    /// As the store.
    pub(in crate::service) async fn synonyms(
        &self,
        app: &App,
        scope: &Scope,
    ) -> Result<Option<Arc<Synonyms>>, Problem> {
        match self.literal {
            true => Ok(None),
            false => synonyms::of(app, scope).await,
        }
    }

    /// What is searched for in a pool, and what runs of words were understood as.
    ///
    /// # Errors
    /// [`Code::Invalid`]: nobody is like somebody who is not there.
    pub(in crate::service) fn search_in(
        &self,
        pool: &Pool,
        synonyms: Option<Arc<Synonyms>>,
    ) -> Result<(Search, Vec<Understood>), Problem> {
        let mut search = self.search.clone();
        let mut understood = Vec::new();
        if !self.literal {
            understood = read_stated(&mut search.query);
            if let Some(synonyms) = synonyms {
                understood.extend(widen(&mut search, synonyms));
            }
            let (meant, skills) = understand(&search.query);
            search.meant = meant;
            understood.extend(skills);
        }
        if let Some(id) = &self.like {
            let person = pool.person(id).map_err(super::super::index_problem)?;
            let expected = "the id of somebody in the pool with a headline or skills";
            if !person.is_some_and(|person| like(&mut search, person)) {
                return Err(Problem::of(Code::Invalid, "/like", id, expected));
            }
        }
        Ok((search, understood))
    }
}

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
        let near = fields.take("near").map_or(Some(0), |json| {
            within(0..=1_000, json, &at.key("near"), faults)
        });
        let top = fields.take("top").map_or(Some(10), |json| {
            within(1..=1_000, json, &at.key("top"), faults)
        });
        let facets = fields.or("facets", Vec::<String>::new(), faults);
        let facets = facets.and_then(|names| kinds(&names, &at.key("facets"), faults));
        let literal = fields.or("literal", false, faults);
        let like: Option<Option<Id>> = fields.optional("like", faults);
        let represent: Option<Option<String>> = fields.optional("represent", faults);
        let represent = represent.and_then(|text| groups(text, &at.key("represent"), faults));
        let cursor: Option<Option<String>> = fields.optional("cursor", faults);
        if let (Some(Some(_)), Some(Some(_))) = (&represent, &cursor) {
            let expected = "no cursor: who represents groups is chosen for one page";
            faults.add(&at.key("cursor"), "a cursor", expected);
        }
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
        let query = Query::All(vec![query, Query::from(&requirement?)]);
        let number = |number: i64| usize::try_from(number).ok();
        // Everybody who is shown says something to every condition.
        let deep = match represent {
            Some(Some(_)) => DEPTH,
            _ => 1,
        };
        let n_said = query
            .leaves()
            .len()
            .saturating_mul(deep * number(limit?)? + number(near?)?);
        if n_said > MOST_SAID {
            let found = format!("{n_said} answers of people to conditions");
            let expected = format!("conditions × (limit + near) of at most {MOST_SAID}");
            faults.add(&at.key("limit"), found, expected);
        }
        Some(Self {
            search: Search {
                about: about?,
                ..Search::new(query, setting, number(limit?)?)
            },
            near: number(near?)?,
            facets: facets?,
            top: number(top?)?,
            literal: literal?,
            like: like?,
            represent: represent?,
            cursor: cursor?,
        })
    }
}

/// What hits are grouped by, if they are.
fn groups(text: Option<String>, at: &Path<'_>, faults: &mut Faults) -> Option<Option<Groups>> {
    let Some(text) = text else { return Some(None) };
    match Groups::read(&text) {
        Ok(groups) => Some(Some(groups)),
        Err(expected) => {
            faults.add(at, format!("{text:?}"), expected);
            None
        }
    }
}

fn kinds(names: &[String], at: &Path<'_>, faults: &mut Faults) -> Option<Vec<FacetKind>> {
    let mut kinds = Vec::new();
    for (idx, name) in names.iter().enumerate() {
        match FacetKind::of(name) {
            Some(kind) if !kinds.contains(&kind) => kinds.push(kind),
            Some(_) => {}
            None => {
                let known: Vec<&str> = FacetKind::ALL.iter().map(|(name, _)| *name).collect();
                let expected = format!("one of {}", known.join(", "));
                faults.add(&at.index(idx), format!("{name:?}"), expected);
            }
        }
    }
    Some(kinds)
}

/// Clauses of the query, as they stand in the request.
fn in_request(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(in_request),
        Value::Object(fields) => {
            if let Some(Value::String(at)) = fields.get_mut("at") {
                let text = at.strip_prefix("/all/0").map(|rest| format!("/text{rest}"));
                let tree = at
                    .strip_prefix("/all/1")
                    .map(|rest| format!("/where{rest}"));
                let like = at.strip_prefix("/all/2").map(|rest| format!("/like{rest}"));
                *at = text.or(tree).or(like).unwrap_or_else(|| at.clone());
            }
            fields.values_mut().for_each(in_request);
        }
        _ => {}
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

/// Somebody who was found.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct HitShown {
    /// What they are ranked by: of words alone, or the mean of words and skills where skills are meant.
    points: i64,
    /// How well the words fit, in points.
    text: i64,
    /// How well their skills show what the words mean, in points.
    skills: Option<i64>,
    /// Where the words stand.
    highlight: Option<Highlight>,
    /// The documents that tell most, the best first; at most three.
    documents: Vec<DocumentShown>,
    /// What they say to every clause of the request, and by what.
    #[schema(value_type = Vec<Object>)]
    evidence: Value,
    /// Free hours, week by week.
    hours: Vec<u16>,
    /// The same, a character each.
    sparkline: String,
    /// The least they work for, in cents of the search's currency.
    rate_cents: Option<i64>,
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
    /// The cursor of the next page; null after the last.
    next: Option<String>,
    /// What runs of words were understood as.
    understood: Vec<Understood>,
    /// Those who fail exactly one condition, by condition, if they were asked for.
    #[schema(value_type = Object)]
    #[serde(skip_serializing_if = "Option::is_none")]
    near: Option<Value>,
    /// Counts, if they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    facets: Vec<FacetShown>,
    /// How well groups are represented, if that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    representation: Option<Skews>,
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
    reach::conditions(body.value.leaves(), "/text", &scope)?;
    let indexed = app.ready_index(&scope)?;
    let synonyms = body.value.synonyms(&app, &scope).await?;
    let found = app
        .compute(move || {
            answer(
                &indexed.pool,
                indexed.position,
                body.value,
                synonyms,
                &scope,
            )
        })
        .await??;
    reply::value(StatusCode::OK, &found)
}

fn answer(
    pool: &Pool,
    position: i64,
    asked: Asked,
    synonyms: Option<Arc<Synonyms>>,
    scope: &Scope,
) -> Result<SearchFound, Problem> {
    let (mut search, understood) = asked.search_in(pool, synonyms)?;
    let pages = Pages::new(pool, &search, asked.cursor.as_deref())?;
    search.after = pages.after.clone();
    let (found, representation) = match &asked.represent {
        Some(groups) => {
            represented(pool, &search, groups).map(|(found, skews)| (found, Some(skews)))
        }
        None => pool.search(&search).map(|found| (found, None)),
    }
    .map_err(super::super::index_problem)?;
    let next = pages
        .next(&found, search.limit)
        .filter(|_| representation.is_none());
    let items = found.hits.into_iter().map(|hit| {
        let mut evidence = clauses(&hit.evidence);
        in_request(&mut evidence);
        Ok::<_, Problem>(HitShown {
            points: i64::from(hit.points.get()),
            text: i64::from(hit.text.get()),
            skills: hit.skills.map(|points| i64::from(points.get())),
            highlight: hit.snippet.map(Highlight::from),
            documents: documents(&hit.documents),
            evidence,
            sparkline: sparkline(&hit.hours),
            hours: hit.hours,
            rate_cents: hit.rate.map(|rate| i64::from(rate.get())),
            profile: masked(hit.profile, scope)?,
        })
    });
    let items = items.collect::<Result<_, _>>()?;
    let near = match asked.near {
        0 => None,
        best => {
            let near = pool
                .near(&search, best)
                .map_err(super::super::index_problem)?;
            let mut near = near_shown(&near, scope)?;
            in_request(&mut near);
            Some(near)
        }
    };
    let facets = pool.facets(&search, &asked.facets, asked.top);
    let facets = facets.map_err(super::super::index_problem)?;
    Ok(SearchFound {
        total: found.total,
        items,
        next,
        understood,
        near,
        facets: facets.into_iter().map(FacetShown::from).collect(),
        representation,
        position,
    })
}

/// Those who fail one thing, their profiles as the scope sees them.
pub(super) fn near_shown(near: &NearMisses, scope: &Scope) -> Result<Value, Problem> {
    finding::near(near, None, |profile| {
        let shown = masked(profile.clone(), scope)?;
        serde_json::from_str(shown.get())
            .map_err(|error| Problem::new(Code::Internal, error.to_string()))
    })
}

/// Pages of a search: behind the last hit's points and id, in the generation that gave them.
struct Pages {
    paging: Paging,
    generation: u64,
    after: Option<(Points, Id)>,
}

impl Pages {
    fn new(pool: &Pool, search: &Search, cursor: Option<&str>) -> Result<Self, Problem> {
        // A cursor goes on with the search it is of, however many hits a page has.
        let applied = search.synonyms.as_ref();
        let applied = applied.map(|synonyms| synonyms.applied(&search.query));
        let list = format!(
            "search {:?} {:?} {:?} {:?} {applied:?}",
            search.query, search.about, search.setting, search.meant
        );
        let paging = Paging::new(&list, None, cursor)?;
        let generation = pool.manifest().generation;
        let mut parts = paging.after.splitn(3, ' ');
        let after = match (parts.next(), parts.next(), parts.next()) {
            (Some(of), Some(points), Some(id)) => {
                if of != generation.to_string() {
                    let found = format!("a page of generation {of}");
                    let expected = format!(
                        "a page of generation {generation}: people have changed since; search again"
                    );
                    return Err(Problem::of(Code::BadCursor, "/cursor", found, expected));
                }
                let points = points.parse::<u16>().ok().and_then(Points::new);
                points.zip(Id::new(id))
            }
            _ => None,
        };
        Ok(Self {
            paging,
            generation,
            after,
        })
    }

    /// The cursor behind the last hit, if there may be more.
    fn next(&self, found: &Found, limit: usize) -> Option<String> {
        let last = found.hits.last().filter(|_| found.hits.len() == limit)?;
        let (points, id) = (last.points, &last.profile.id);
        Some(
            self.paging
                .cursor(&format!("{} {points} {id}", self.generation)),
        )
    }
}

/// A profile as those who search see it: first name and initial, and nothing of other clients.
pub(super) fn masked(profile: Profile, scope: &Scope) -> Result<Box<RawValue>, Problem> {
    let text = seen(&reply::text(&finding::masked(profile))?, scope)?;
    let raw = RawValue::from_string(text);
    raw.map_err(|error| Problem::new(Code::Internal, error.to_string()))
}
