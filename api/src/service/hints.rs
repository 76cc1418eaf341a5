//! Wakes the index follower when people changed, here or on another node.

use std::time::Duration;

use super::App;
use crate::store::{Hints, StoreError};

/// However much is written, a node tells the others no more often.
const PAUSE: Duration = Duration::from_millis(50);
/// How long to wait for a database that is away.
const AWAY: Duration = Duration::from_secs(1);

/// Wakes the follower after transactions of this process, and tells the other nodes; until the service stops.
pub(super) async fn tell(app: App) {
    let mut changes = app.store.changes_of_people();
    let mut stopping = app.stopping.subscribe();
    loop {
        tokio::select! {
            _ = changes.changed() => app.written.notify_one(),
            _ = stopping.wait_for(|stopping| *stopping) => return,
        }
        if let Err(error) = app.store.tell_nodes().await {
            tracing::debug!(%error, "other nodes learn of a change with their next look");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Wakes the follower when another node over the same PostgreSQL database tells; until the service stops.
pub(super) async fn hear(app: App, url: String) {
    let mut stopping = app.stopping.subscribe();
    loop {
        let heard = tokio::select! {
            heard = hear_all(&app, &url) => heard,
            _ = stopping.wait_for(|stopping| *stopping) => return,
        };
        if let Err(error) = heard {
            tracing::debug!(%error, "hints of other nodes are not heard");
        }
        tokio::time::sleep(AWAY).await;
    }
}

async fn hear_all(app: &App, url: &str) -> Result<(), StoreError> {
    let mut hints = Hints::of(url).await?;
    loop {
        hints.next().await?;
        app.written.notify_one();
    }
}
