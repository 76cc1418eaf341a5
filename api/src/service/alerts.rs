//! Tells of people who come to match watched searches.
//!
//! Every node looks at the people whom the change feed names, a bounded batch a time, as its index knows them, and
//! commits whom each search finds of them together with how far the feed was looked at. Of several nodes one commits
//! a batch; the others find the feed further on. What a search is, and what it found to begin with, is written by
//! whoever holds the same number ([`Write::hold_alerts`](crate::store::Write::hold_alerts)), so that no change falls
//! between.

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use lru::LruCache;
use muster_matcher::model::Id;

use super::app::Indexed;
use super::found::Question;
use super::saved::SavedSearch;
use super::watching::{Improvable, Watch};
use super::{App, Code, Problem, reach, snapshots};
use crate::access::{Action, Scope};
use crate::planning::Booked;
use crate::store::{Document, ERASE, Event, Kind, Match, StoreError, now_ms};

/// How often a node looks, told or not.
const PERIOD: Duration = Duration::from_secs(1);
/// Events read at once.
const BATCH: u32 = 1_000;
/// Alerts told at once: so many searches find so many people at most.
const MOST_TOLD: usize = 1_000;
/// People looked at together at least, however many searches are watched.
const LEAST_PEOPLE: usize = 10;
/// Plans kept in memory, with their problems and prices.
const MOST_PLANS: NonZeroUsize = NonZeroUsize::new(16).unwrap();

/// Plans that people might improve, by tenant and id, each at a revision; none for one that nobody can.
type Plans = LruCache<(String, String), (String, Option<Arc<Improvable>>)>;

/// Follows until the service stops.
pub(super) async fn follow(app: App) {
    let mut stopping = app.stopping.subscribe();
    let mut plans = Plans::new(MOST_PLANS);
    loop {
        if let Err(error) = round(&app, &mut plans).await {
            tracing::warn!(%error, "nobody is told of new matches");
        }
        tokio::select! {
            () = app.indexed.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

/// One tenant's failure keeps nobody else from being told.
async fn round(app: &App, plans: &mut Plans) -> Result<(), StoreError> {
    for tenant in app.store.tenants(&app.gate).await? {
        let scope = app.gate.scope(&tenant, "alerts", Action::SearchesWrite);
        // Until the feed is looked at as far as the index knows it, or another node does so.
        loop {
            match batch(app, &scope, plans).await {
                Ok(true) => {}
                Ok(false) => break,
                Err(problem) => {
                    tracing::warn!(?problem, tenant, "nobody is told of new matches");
                    break;
                }
            }
        }
    }
    Ok(())
}

/// A watched search, as it was read.
struct Watched {
    document: Document,
    question: Question,
    plan: Option<(Arc<Improvable>, Booked)>,
}

/// Looks at the next few changes; says whether there may be more.
async fn batch(app: &App, scope: &Scope, plans: &mut Plans) -> Result<bool, Problem> {
    let Some(indexed) = app.index(scope) else {
        return Ok(false);
    };
    let begun_ms = now_ms();
    let mut read = app.store.read(scope).await?;
    // Of most looks nothing comes: what is watched is read only where people are to be looked at.
    let from = match read.alerted_to().await? {
        Some(from) if from < indexed.position => from,
        _ => return Ok(false),
    };
    let revisions = read.watched_revisions().await?;
    if revisions.is_empty() {
        return Ok(false);
    }
    let mut events = read.events_after(from, BATCH).await?;
    events.retain(|event| event.seq <= indexed.position);
    if events
        .iter()
        .any(|event| is_of_person(event) && event.op == ERASE)
    {
        plans.clear();
    }
    let most = (MOST_TOLD / revisions.len()).max(LEAST_PEOPLE);
    let (to, looked_at) = first_people(&events, most);
    let Some(to) = to else {
        return Ok(false);
    };
    let documents = match looked_at.is_empty() {
        true => Vec::new(),
        // Whether it is still the same is seen when the position moves.
        false => read.watched().await?,
    };
    drop(read);
    let found = match documents.is_empty() {
        true => Vec::new(),
        false => {
            let watched = watched(app, scope, documents, plans).await?;
            found(app, indexed, watched, &looked_at).await?
        }
    };
    let mut write = app.store.write(scope).await?;
    write.alone().await?;
    if !write.move_alerts(from, to, &revisions).await? {
        // Another node was faster, or somebody changed what is watched: it is looked for anew.
        return Ok(true);
    }
    let people = looked_at.iter().map(String::as_str);
    let erased = write.erased_since(begun_ms, people).await?;
    let is_erased = |id: &str| erased.iter().any(|(erased, _)| erased == id);
    let looked_at: Vec<String> = looked_at.into_iter().filter(|id| !is_erased(id)).collect();
    for (document, mut matches) in found {
        matches.retain(|it| !is_erased(&it.expert));
        write
            .tell_matches(&document, &looked_at, &matches, now_ms())
            .await?;
    }
    write.commit().await?;
    Ok(true)
}

fn is_of_person(event: &Event) -> bool {
    event.kind == Kind::EXPERT.name
}

/// The people whom events tell of, at most so many, in the order of ids, and the last event of those that tell of no
/// others.
fn first_people(events: &[Event], most: usize) -> (Option<i64>, Vec<String>) {
    let (mut to, mut people) = (None, BTreeSet::new());
    for event in events {
        if is_of_person(event) && event.op != ERASE && !people.contains(&event.id) {
            if people.len() == most {
                break;
            }
            people.insert(event.id.clone());
        }
        to = Some(event.seq);
    }
    (to, people.into_iter().collect())
}

/// What each search looks for, but for those that are left out.
async fn watched(
    app: &App,
    scope: &Scope,
    documents: Vec<Document>,
    plans: &mut Plans,
) -> Result<Vec<Watched>, Problem> {
    let mut watched = Vec::new();
    for document in documents {
        match looks_for(app, scope, &document, plans).await {
            Ok(Some((question, plan))) => watched.push(Watched {
                document,
                question,
                plan,
            }),
            Ok(None) => {}
            Err(problem) => leave_out(&document, problem)?,
        }
    }
    Ok(watched)
}

type Looks = (Question, Option<(Arc<Improvable>, Booked)>);

/// What a search looks for; none where its plan cannot be improved any more, or it asks about clients by now whose walls
/// it is not behind.
async fn looks_for(
    app: &App,
    scope: &Scope,
    document: &Document,
    plans: &mut Plans,
) -> Result<Option<Looks>, Problem> {
    let search: SavedSearch = snapshots::stored(&document.body)?;
    let question = search.question(app, scope).await?;
    // A campaign may have gone to another client since, or ask about one.
    if let Question::Role(file, _) = &question
        && !reach::covers(&document.client, &reach::clients_in(file))
    {
        return Ok(None);
    }
    let Some(id) = &search.plan else {
        return Ok(Some((question, None)));
    };
    let Some(plan) = plan(app, scope, id, plans).await? else {
        return Ok(None);
    };
    let mut read = app.store.read(scope).await?;
    let booked = plan.booked(&mut read).await?;
    Ok(Some((question, Some((plan, booked)))))
}

/// Leaves out a search that asks about what is gone, and one that fails by itself, which keeps no other from telling.
///
/// # Errors
/// The problem, where it is none of the search's, and may pass.
fn leave_out(document: &Document, problem: Problem) -> Result<(), Problem> {
    match problem.code() {
        Code::Internal => {
            tracing::error!(?problem, search = document.id, "a search tells nobody");
            Ok(())
        }
        _ if is_gone(&problem) => Ok(()),
        _ => Err(problem),
    }
}

fn is_gone(problem: &Problem) -> bool {
    matches!(
        problem.code(),
        Code::NotFound | Code::Invalid | Code::WrongState
    )
}

/// A plan as it is now; none where it is gone, or nobody can improve it any more.
async fn plan(
    app: &App,
    scope: &Scope,
    id: &str,
    plans: &mut Plans,
) -> Result<Option<Arc<Improvable>>, Problem> {
    let mut read = app.store.read(scope).await?;
    let Some(document) = read.find(&Kind::PLAN, id).await? else {
        return Ok(None);
    };
    drop(read);
    let key = (scope.tenant().to_owned(), id.to_owned());
    let etag = document.etag();
    if let Some((of, known)) = plans.get(&key)
        && *of == etag
    {
        return Ok(known.clone());
    }
    let plan = match Improvable::of(app, scope, &document).await {
        Ok(plan) => Some(Arc::new(plan)),
        Err(problem) if is_gone(&problem) => None,
        Err(problem) => return Err(problem),
    };
    plans.put(key, (etag, plan.clone()));
    Ok(plan)
}

/// Whom each search finds among some people.
async fn found(
    app: &App,
    indexed: Arc<Indexed>,
    watched: Vec<Watched>,
    people: &[String],
) -> Result<Vec<(Document, Vec<Match>)>, Problem> {
    let ids: Vec<Id> = people.iter().filter_map(|id| Id::new(id)).collect();
    let threads = app.config.threads;
    let look = move || {
        let mut all = Vec::new();
        for Watched {
            document,
            question,
            plan,
        } in watched
        {
            let plan = plan.as_ref();
            let watch = Watch {
                question: &question,
                plan: plan.map(|(plan, booked)| (&**plan, booked)),
            };
            let found = watch.found(&indexed.pool, Some(&ids), ids.len(), threads);
            match found {
                Ok((found, _)) => all.push((document, found)),
                Err(problem) => leave_out(&document, problem)?,
            }
        }
        Ok(all)
    };
    app.compute_long(look).await?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_looked_at_up_to_so_many_people() {
        let event = |seq, kind: &str, id: &str, op: &str| Event {
            seq,
            at_ms: 0,
            kind: kind.to_owned(),
            id: id.to_owned(),
            op: op.to_owned(),
            rev: 1,
        };
        let events = [
            event(4, "expert", "bo", "put"),
            event(5, "alert", "s", "match"),
            event(6, "expert", "p-1", ERASE),
            event(7, "expert", "ana", "put"),
            event(8, "expert", "bo", "put"),
            event(9, "alert", "s", "match"),
            event(10, "expert", "cy", "put"),
        ];
        for (most, to, people) in [
            (1, 6, vec!["bo"]),
            (2, 9, vec!["ana", "bo"]),
            (3, 10, vec!["ana", "bo", "cy"]),
        ] {
            let people = people.into_iter().map(str::to_owned).collect();
            assert_eq!(first_people(&events, most), (Some(to), people));
        }
        assert_eq!(first_people(&[], 1), (None, Vec::new()));
    }
}
