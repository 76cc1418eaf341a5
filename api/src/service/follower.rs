//! Every node's index follows the change feed of each tenant.
//!
//! Each round looks at the last change; if people changed, the index is built again from the store
//! beside the one in use, with the position it has reached in its manifest, and takes its place. A
//! position is read before the people are, so what is indexed is never older than it says.

use std::path::PathBuf;
use std::time::Duration;

use muster_index::{IndexBuilder, IndexError, Pool};
use muster_matcher::model::profile::Profile;

use super::app::Indexed;
use super::{App, Problem, extract};
use crate::access::{Action, hex};
use crate::store::{Document, Kind, StoreError};

/// How often a node looks, told or not.
const PERIOD: Duration = Duration::from_secs(1);
/// Events and people read at once.
const BATCH: u32 = 1_000;

/// Why a round failed; the next one tries again.
#[derive(Debug, thiserror::Error)]
enum FollowError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Index(#[from] IndexError),
    #[error("expert {0} cannot be read")]
    Profile(String),
    #[error("building the index failed")]
    Work,
}

/// Follows until the service stops.
pub(super) async fn follow(app: App) {
    let mut stopping = app.stopping.subscribe();
    loop {
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "the index does not follow");
        }
        tokio::select! {
            () = app.written.notified() => {}
            () = tokio::time::sleep(PERIOD) => {}
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
    }
}

async fn round(app: &App) -> Result<(), FollowError> {
    for tenant in app.store.tenants(&app.gate).await? {
        let scope = app.gate.scope(&tenant, "index", Action::ExpertsRead);
        let indexed = app.index(&scope).map(|index| index.position);
        let indexed = match indexed {
            Some(position) => Some(position),
            None => open(app, &tenant).await?,
        };
        let mut read = app.store.read(&scope).await?;
        let last = read.last_event().await?;
        if indexed == Some(last) {
            continue;
        }
        // Changes of other kinds are no reason to build. An index from after the last change is of another
        // store: one that was restored.
        let mut position = indexed.unwrap_or_default();
        let mut changed = indexed.is_none_or(|position| position > last);
        while !changed && position < last {
            let events = read.events_after(position, BATCH).await?;
            let Some(end) = events.last() else { break };
            position = end.seq;
            changed = events.iter().any(|event| event.kind == Kind::EXPERT.name);
        }
        drop(read);
        if changed {
            build(app, &tenant).await?;
        }
    }
    Ok(())
}

/// Opens the index that an earlier run left, if it is whole and no newer than the store.
async fn open(app: &App, tenant: &str) -> Result<Option<i64>, FollowError> {
    let dir = folder(app, tenant);
    let opened = tokio::task::spawn_blocking(move || Pool::open(&dir)).await;
    match opened.map_err(|_| FollowError::Work)? {
        Ok(pool) => {
            let position = pool.manifest().position;
            app.set_index(tenant, Indexed::new(pool, position));
            Ok(Some(position))
        }
        Err(IndexError::Missing { .. }) => Ok(None),
        Err(error) => {
            tracing::warn!(%error, "the index is built again");
            Ok(None)
        }
    }
}

/// Builds the tenant's index from the store.
async fn build(app: &App, tenant: &str) -> Result<(), FollowError> {
    let scope = app.gate.scope(tenant, "index", Action::ExpertsRead);
    let mut read = app.store.read(&scope).await?;
    let position = read.last_event().await?;
    let (send, mut receive) = tokio::sync::mpsc::channel::<Vec<Document>>(2);
    let dir = folder(app, tenant);
    let builder = tokio::task::spawn_blocking(move || -> Result<Pool, FollowError> {
        let mut builder = IndexBuilder::new(&dir)?.at(position);
        while let Some(documents) = receive.blocking_recv() {
            for document in documents {
                let profile: Result<Profile, Problem> = extract::read(document.body.as_bytes());
                builder.add(&profile.map_err(|_| FollowError::Profile(document.id))?)?;
            }
        }
        builder.finish()?;
        Ok(Pool::open(&dir)?)
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
    let pool = builder.await.map_err(|_| FollowError::Work)??;
    app.set_index(tenant, Indexed::new(pool, position));
    Ok(())
}

/// Where a tenant's index is. The name is spelled so that it is one on every file system.
fn folder(app: &App, tenant: &str) -> PathBuf {
    app.config.data.join("index").join(hex(tenant.as_bytes()))
}
