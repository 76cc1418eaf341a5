//! Tells of people who come to match watched searches.
//!
//! Every node looks at the people whom the change feed names, a bounded batch a time, as its index knows them, and
//! commits whom each search finds of them together with how far the feed was looked at. Of several nodes one commits
//! a batch; the others find the feed further on. What a search is, and what it found to begin with, is written by
//! whoever holds the same number ([`Write::hold_alerts`](crate::store::Write::hold_alerts)), so that no change falls
//! between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use muster_matcher::model::Id;

use super::app::Indexed;
use super::found::Question;
use super::saved::SavedSearch;
use super::watching::{Improvable, Watch};
use super::{App, Code, Problem, reach, snapshots};
use crate::access::{Action, Scope};
use crate::planning::Booked;
use crate::store::{Document, ERASE, Kind, Match, StoreError, now_ms};

/// How often a node looks, told or not.
const PERIOD: Duration = Duration::from_secs(1);
/// Events read at once.
const BATCH: u32 = 1_000;
/// Plans kept in memory, with their problems and prices.
const MOST_PLANS: usize = 16;

/// Plans that people might improve, by tenant and id, each at a revision; none for one that nobody can.
type Plans = BTreeMap<(String, String), (String, Option<Arc<Improvable>>)>;

/// Follows until the service stops.
pub(super) async fn follow(app: App) {
    let mut stopping = app.stopping.subscribe();
    let mut plans = Plans::new();
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
    let documents = read.watched().await?;
    let (Some(from), false) = (read.alerted_to().await?, documents.is_empty()) else {
        return Ok(false);
    };
    let mut events = read.events_after(from, BATCH).await?;
    drop(read);
    events.retain(|event| event.seq <= indexed.position);
    let Some(to) = events.last().map(|event| event.seq) else {
        return Ok(false);
    };
    let of_people = events.iter().filter(|it| it.kind == Kind::EXPERT.name);
    if of_people.clone().any(|event| event.op == ERASE) {
        plans.clear();
    }
    let looked_at: BTreeSet<&str> = of_people
        .filter(|event| event.op != ERASE)
        .map(|event| event.id.as_str())
        .collect();
    let looked_at: Vec<String> = looked_at.into_iter().map(str::to_owned).collect();
    let revision = |document: &Document| (document.id.clone(), document.rev);
    let revisions: Vec<(String, i64)> = documents.iter().map(revision).collect();
    let found = match looked_at.is_empty() {
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

/// What each search looks for. One that asks about what is gone, or by now about clients whose walls it is not behind,
/// finds nobody, and is left out.
async fn watched(
    app: &App,
    scope: &Scope,
    documents: Vec<Document>,
    plans: &mut Plans,
) -> Result<Vec<Watched>, Problem> {
    let mut watched = Vec::new();
    for document in documents {
        let search: SavedSearch = snapshots::stored(&document.body)?;
        let question = match search.question(app, scope).await {
            Err(problem) if is_gone(&problem) => continue,
            question => question?,
        };
        // A campaign may have gone to another client since, or ask about one.
        if let Question::Role(file, _) = &question
            && !reach::covers(&document.client, &reach::clients_in(file))
        {
            continue;
        }
        let plan = match &search.plan {
            None => None,
            Some(id) => match plan(app, scope, id, plans).await? {
                None => continue,
                Some(plan) => {
                    let mut read = app.store.read(scope).await?;
                    let booked = plan.booked(&mut read, id).await?;
                    Some((plan, booked))
                }
            },
        };
        watched.push(Watched {
            document,
            question,
            plan,
        });
    }
    Ok(watched)
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
    if plans.len() >= MOST_PLANS {
        plans.clear();
    }
    plans.insert(key, (etag, plan.clone()));
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
                Err(problem) if is_gone(&problem) => all.push((document, Vec::new())),
                Err(problem) => return Err(problem),
            }
        }
        Ok(all)
    };
    app.compute_long(look).await?
}
