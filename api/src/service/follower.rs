//! Every node's index follows the change feed of each tenant.
//!
//! Each round looks at the last change and puts the people who changed since into the index, a bounded batch a time;
//! a batch and the position it reaches are committed together, and searches see it from then on. A position is read
//! before the people are, so what is indexed is never older than it says; to put somebody in twice changes nothing.
//! Where there is no index, or none that can be used, it is built from the store.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use muster_index::{Change, IndexBuilder, IndexError, Updater};
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;

use super::app::Indexed;
use super::{App, Problem, extract};
use crate::access::{Action, hex};
use crate::store::{Document, ERASE, Kind, Read, StoreError};

/// How often a node looks, told or not.
const PERIOD: Duration = Duration::from_secs(1);
/// Events and people read at once.
const BATCH: u32 = 1_000;
/// How often what was deleted or replaced is removed from the index's files, too.
const PURGE: Duration = Duration::from_secs(24 * 60 * 60);

/// Why a round failed; the next one tries again.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("the work on the index failed")]
    Work,
}

/// A tenant's index, open for changes.
struct Followed {
    updater: Updater,
    /// Every change up to this one is in it.
    position: i64,
    purged: Instant,
}

/// Follows until the service stops.
pub(super) async fn follow(app: App) {
    let mut stopping = app.stopping.subscribe();
    let mut indexes = BTreeMap::new();
    loop {
        if let Err(error) = round(&app, &mut indexes).await {
            tracing::warn!(%error, "no index follows");
        }
        tokio::select! {
            () = app.written.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
            _ = stopping.wait_for(|stopping| *stopping) => break,
        }
    }
    // To let go of indexes may take a moment.
    let _ = tokio::task::spawn_blocking(move || drop(indexes)).await;
}

/// One tenant's failure keeps nobody else's index from following.
async fn round(app: &App, indexes: &mut BTreeMap<String, Followed>) -> Result<(), FollowError> {
    for tenant in app.store.tenants(&app.gate).await? {
        // An index whose round fails is opened again in the next one, and is then what its last commit says.
        let known = indexes.remove(&tenant);
        match tenant_round(app, &tenant, known).await {
            Ok(followed) => {
                indexes.insert(tenant, followed);
            }
            Err(error) => tracing::warn!(%error, tenant, "the index does not follow"),
        }
    }
    Ok(())
}

async fn tenant_round(
    app: &App,
    tenant: &str,
    known: Option<Followed>,
) -> Result<Followed, FollowError> {
    let known = match known {
        Some(known) => Some(known),
        None => open(app, tenant).await?,
    };
    let scope = app.gate.scope(tenant, "index", Action::ExpertsRead);
    let mut read = app.store.read(&scope).await?;
    let last = read.last_event().await?;
    // An index from after the last change is of another store: one that was restored.
    let mut followed = match known {
        Some(known) if known.position <= last => known,
        unusable => {
            drop(read);
            close(unusable).await?;
            return build(app, tenant).await;
        }
    };
    while followed.position < last {
        let events = read.events_after(followed.position, BATCH).await?;
        let Some(position) = events.last().map(|event| event.seq) else {
            break;
        };
        let people = events
            .into_iter()
            .filter(|event| event.kind == Kind::EXPERT.name);
        let mut ids = BTreeSet::new();
        let mut is_erased = false;
        for event in people {
            is_erased |= event.op == ERASE;
            ids.insert(event.id);
        }
        if is_erased {
            // The feed knows them by a pseudonym only.
            ids.extend(gone(&mut read, &followed).await?);
        }
        if ids.is_empty() {
            followed.position = position;
        } else {
            let changes = changes(&mut read, ids.into_iter().collect()).await?;
            followed = apply(followed, changes, position).await?;
        }
        if is_erased {
            followed.updater.purge();
        }
        followed.publish(app, tenant);
    }
    if followed.purged.elapsed() > PURGE {
        followed.updater.purge();
        followed.purged = Instant::now();
    }
    Ok(followed)
}

/// Whoever is in the index and in the store no more.
async fn gone(read: &mut Read, followed: &Followed) -> Result<Vec<String>, FollowError> {
    let mut kept = BTreeSet::new();
    let mut after = Some(String::new());
    while let Some(cursor) = after {
        let page = read.list(&Kind::EXPERT, &[], &cursor, BATCH).await?;
        kept.extend(page.items.into_iter().map(|document| document.id));
        after = page.next;
    }
    let known = followed.updater.latest().ids().map(str::to_owned);
    Ok(known.filter(|id| !kept.contains(id)).collect())
}

/// What became of these people. Whoever cannot be read is in no index.
async fn changes(read: &mut Read, ids: Vec<String>) -> Result<Vec<Change>, FollowError> {
    let documents = read.find_all(&Kind::EXPERT, &ids).await?;
    let mut gone: BTreeSet<String> = ids.into_iter().collect();
    let mut changes = Vec::new();
    for document in documents {
        if let Some(profile) = profile(&document) {
            gone.remove(&document.id);
            changes.push(Change::Put(Box::new(profile)));
        }
    }
    let gone = gone.iter().filter_map(|id| Id::new(id));
    changes.extend(gone.map(Change::Delete));
    Ok(changes)
}

/// The profile of a document, if it can be read.
fn profile(document: &Document) -> Option<Profile> {
    let profile: Result<Profile, Problem> = extract::read(document.body.as_bytes());
    if profile.is_err() {
        tracing::error!(
            expert = document.id,
            "a profile cannot be read and is not indexed"
        );
    }
    profile.ok()
}

async fn apply(
    mut followed: Followed,
    changes: Vec<Change>,
    position: i64,
) -> Result<Followed, FollowError> {
    let work = move || -> Result<Followed, FollowError> {
        followed.updater.apply(changes, position)?;
        followed.position = position;
        Ok(followed)
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|_| FollowError::Work)?
}

async fn close(followed: Option<Followed>) -> Result<(), FollowError> {
    let closed = tokio::task::spawn_blocking(move || drop(followed)).await;
    closed.map_err(|_| FollowError::Work)
}

impl Followed {
    /// An index as its last commit left it.
    fn of(updater: Updater) -> Self {
        Self {
            position: updater.latest().manifest().position,
            updater,
            purged: Instant::now(),
        }
    }

    /// Lets searches and plans see it.
    fn publish(&self, app: &App, tenant: &str) {
        let indexed = Indexed::new(self.updater.latest().clone(), self.position);
        app.set_index(tenant, indexed);
    }
}

/// Opens the index that an earlier run left, if it is whole.
async fn open(app: &App, tenant: &str) -> Result<Option<Followed>, FollowError> {
    let dir = folder(app, tenant);
    let opened = tokio::task::spawn_blocking(move || {
        let opened = Updater::open(&dir);
        let is_free = !matches!(opened, Err(IndexError::InUse { .. }));
        if opened.is_err() && is_free {
            // The folder is this service's own. What cannot be removed is replaced when the index is built.
            let _ = std::fs::remove_dir_all(&dir);
        }
        opened
    })
    .await;
    match opened.map_err(|_| FollowError::Work)? {
        Ok(updater) => {
            let followed = Followed::of(updater);
            followed.publish(app, tenant);
            Ok(Some(followed))
        }
        Err(IndexError::Missing { .. }) => Ok(None),
        Err(error @ IndexError::InUse { .. }) => Err(error.into()),
        Err(error) => {
            tracing::warn!(%error, "the index is built again");
            Ok(None)
        }
    }
}

/// Builds the tenant's index from the store.
async fn build(app: &App, tenant: &str) -> Result<Followed, FollowError> {
    let scope = app.gate.scope(tenant, "index", Action::ExpertsRead);
    let mut read = app.store.read(&scope).await?;
    let position = read.last_event().await?;
    let (send, mut receive) = tokio::sync::mpsc::channel::<Vec<Document>>(2);
    let dir = folder(app, tenant);
    let builder = tokio::task::spawn_blocking(move || -> Result<Updater, FollowError> {
        let mut builder = IndexBuilder::new(&dir)?.at(position);
        while let Some(documents) = receive.blocking_recv() {
            for profile in documents.iter().filter_map(profile) {
                builder.add(&profile)?;
            }
        }
        builder.finish()?;
        Ok(Updater::open(&dir)?)
    });
    let mut after = String::new();
    loop {
        let page = read.list(&Kind::EXPERT, &[], &after, BATCH).await?;
        after = page.next.clone().unwrap_or_default();
        if send.send(page.items).await.is_err() || page.next.is_none() {
            break;
        }
    }
    drop(send);
    let followed = Followed::of(builder.await.map_err(|_| FollowError::Work)??);
    followed.publish(app, tenant);
    Ok(followed)
}

/// Where a tenant's index is. The name is spelled so that it is one on every file system.
fn folder(app: &App, tenant: &str) -> PathBuf {
    app.config.data.join("index").join(hex(tenant.as_bytes()))
}
