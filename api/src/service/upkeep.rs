//! What is forgotten from time to time: answers kept for repeated requests, sessions that ended, callers who
//! have not called for a while, rejected rows that nobody fetched, and single samples of metrics.

use std::path::Path;
use std::time::{Duration, SystemTime};

use muster_matcher::json::Json;

use super::App;
use crate::access::hex;
use crate::store::{StoreError, has_string, now_ms};

/// How often.
const PERIOD: Duration = Duration::from_secs(600);
/// How often samples of metrics are summed up, scraped or not.
const SUMS: Duration = Duration::from_secs(5);
/// How long an answer is kept for whoever repeats the request.
const ANSWERS_MS: i64 = 24 * 60 * 60 * 1_000;
/// How long it is known at least who was erased: longer than a request takes.
const ERASURES_MS: i64 = 60 * 60 * 1_000;
/// How long rejected rows are kept.
const REJECTS: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Forgets until the service stops.
pub(super) async fn keep_up(app: App) {
    let mut stopping = app.stopping.subscribe();
    loop {
        if let Err(error) = round(&app).await {
            tracing::warn!(%error, "what is over is not forgotten");
        }
        let next = tokio::time::Instant::now() + PERIOD;
        while tokio::time::Instant::now() < next {
            app.metrics.run_upkeep();
            tokio::select! {
                () = tokio::time::sleep(SUMS) => {}
                _ = stopping.wait_for(|stopping| *stopping) => return,
            }
        }
    }
}

async fn round(app: &App) -> Result<(), StoreError> {
    app.limiter.forget();
    let answers = app.store.forget_answers(now_ms() - ANSWERS_MS).await?;
    let sessions = app.store.forget_sessions().await?;
    let erasures = app.store.forget_erasures(now_ms() - ERASURES_MS).await?;
    let folder = app.config.data.join("rejects");
    let files = tokio::task::spawn_blocking(move || old_files(&folder)).await;
    tracing::debug!(
        answers,
        sessions,
        erasures,
        files = files.unwrap_or_default(),
        "forgotten"
    );
    Ok(())
}

/// Deletes a tenant's files of rejects on this node that name somebody.
///
/// # Errors
/// One that cannot be read or deleted.
pub(super) fn forget_rejects_of(data: &Path, tenant: &str, id: &str) -> std::io::Result<()> {
    let folder = data.join("rejects").join(hex(tenant.as_bytes()));
    if !folder.exists() {
        return Ok(());
    }
    let quoted = crate::json::text(&Json::Text(id.to_owned()));
    // In CSV an id stands as it is, or with its quotes doubled.
    let in_csv = id.replace('"', "\"\"");
    let forms = [quoted.trim_matches('"'), id, &in_csv];
    for file in std::fs::read_dir(folder)? {
        let path = file?.path();
        let text = std::fs::read(&path)?;
        let text = String::from_utf8_lossy(&text);
        if forms.iter().any(|form| text.contains(form)) || has_string(&text, id) {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Deletes old files of rejects, and says how many; what cannot be deleted stays.
fn old_files(folder: &Path) -> usize {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
    let files = entries(folder).flat_map(|tenant| entries(&tenant.path()));
    let old = files.filter(|file| {
        let changed = file.metadata().and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| {
            SystemTime::now()
                .duration_since(changed)
                .is_ok_and(|age| age > REJECTS)
        })
    });
    old.filter(|file| std::fs::remove_file(file.path()).is_ok())
        .count()
}
