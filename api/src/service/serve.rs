//! The running service.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use futures_util::FutureExt;
use futures_util::future::join_all;
use metrics_exporter_prometheus::PrometheusBuilder;
use muster_index::{FolderLock, IndexError};
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::listen::{self, Listener};
use super::tasks::keep;
use super::{App, Config, alerts, follower, hints, routes, upkeep, worker};
use crate::access::{Gate, first_key};
use crate::store::{Dialect, Store, StoreError};

/// Why the service does not run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The data folder cannot be used.
    #[error("data folder {0}: {1}")]
    Data(String, io::Error),
    /// Another process serves it.
    #[error(transparent)]
    InUse(#[from] IndexError),
    /// The database cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("cannot listen on {0}: {1}")]
    Listen(SocketAddr, io::Error),
    /// Serving ended with an error.
    #[error("serving failed: {0}")]
    Io(#[from] io::Error),
    /// Metrics cannot be kept.
    #[error("metrics: {0}")]
    Metrics(String),
}

/// Serves until the process is told to stop. `ready` is told the address, and the first administrator
/// key if one was made: it is not shown again.
///
/// # Errors
/// [`ServeError`].
pub async fn serve(
    config: Config,
    ready: impl FnOnce(SocketAddr, Option<String>),
) -> Result<(), ServeError> {
    let data = |error| ServeError::Data(config.data.display().to_string(), error);
    fs::create_dir_all(&config.data).map_err(data)?;
    let _lock = FolderLock::acquire(&config.data.join("muster"))?;
    let file = fs::canonicalize(&config.data)
        .map_err(data)?
        .join("muster.db");
    let url = config
        .database_url
        .clone()
        .unwrap_or_else(|| Store::sqlite_url(&file));
    let store = Store::open(&url).await?;
    if let Some(role) = store.role_above_walls().await? {
        tracing::warn!(
            role,
            "PostgreSQL shows this role every tenant's rows, since it is a superuser or bypasses row-level security; \
             use a role of its own: CREATE ROLE muster LOGIN PASSWORD '…'; CREATE DATABASE muster OWNER muster"
        );
    }
    let first = first_key(&store, &Gate::program(), &config.tenant).await?;
    let metrics = PrometheusBuilder::new().install_recorder();
    let metrics = metrics.map_err(|error| ServeError::Metrics(error.to_string()))?;
    let (listen, grace) = (config.listen, config.grace);
    let (close, closing) = watch::channel(false);
    let listener = Listener::bind(listen, closing).await;
    let listener = listener.map_err(|error| ServeError::Listen(listen, error))?;
    let address = listener.address();
    let patience = config.timeout;
    let app = App::new(config, store, metrics);
    // From here on nobody who says stop goes unheard.
    let signals = (
        signal(SignalKind::terminate())?,
        signal(SignalKind::interrupt())?,
    );
    keep(&app, "follower", follower::follow);
    keep(&app, "alerts", alerts::follow);
    keep(&app, "upkeep", upkeep::keep_up);
    keep(&app, "hints", hints::tell);
    if app.store.dialect() == Dialect::Postgres {
        keep(&app, "hints of other nodes", move |app| {
            hints::hear(app, url.clone())
        });
    }
    let workers = worker::start(&app);
    ready(address, first);

    let router = routes::router(app.clone()).layer(from_fn_with_state(app.clone(), last_answer));
    let over = told_to_stop(app.clone(), close, signals);
    let serving = listen::serve(listener, router, patience, over);
    let mut stopping = app.stopping.subscribe();
    let late = async {
        // The sender lives as long as the service.
        let _ = stopping.wait_for(|stopping| *stopping).await;
        sleep(grace).await;
    };
    let mut late = pin!(late.shared());
    tokio::select! {
        () = serving => {}
        () = late.clone() => tracing::warn!("requests that did not end in time are cut off"),
    }
    tokio::select! {
        _ = join_all(workers) => {}
        () = &mut late => tracing::warn!("jobs that did not end in time are left to other workers"),
    }
    // Whoever still has a connection loses it.
    let _ = timeout(MOMENT, app.store.close()).await;
    tracing::info!("stopped");
    Ok(())
}

/// How long a service that is told to stop takes requests as before, while others learn that it is not ready;
/// and how long the last to come have for their requests.
const MOMENT: Duration = Duration::from_millis(300);

/// A service that is told to stop answers one request more on every connection.
async fn last_answer(State(app): State<App>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    if *app.stopping.borrow() {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    response
}

/// Waits for one of the signals, tells everybody, and closes the listener a moment later.
async fn told_to_stop(app: App, close: watch::Sender<bool>, mut signals: (Signal, Signal)) {
    tokio::select! {
        _ = signals.0.recv() => {}
        _ = signals.1.recv() => {}
    }
    tracing::info!("told to stop");
    app.stopping.send_replace(true);
    sleep(MOMENT).await;
    close.send_replace(true);
    sleep(MOMENT).await;
}
