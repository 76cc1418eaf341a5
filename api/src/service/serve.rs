//! The running service.

use std::fs;
use std::future::IntoFuture;
use std::io;
use std::net::SocketAddr;

use metrics_exporter_prometheus::PrometheusBuilder;
use muster_index::{FolderLock, IndexError};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::{App, Config, follower, routes, upkeep, worker};
use crate::access::{Gate, first_key};
use crate::store::{Store, StoreError};

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
    let listener = TcpListener::bind(listen).await;
    let listener = listener.map_err(|error| ServeError::Listen(listen, error))?;
    let app = App::new(config, store, metrics);
    tokio::spawn(follower::follow(app.clone()));
    tokio::spawn(upkeep::keep_up(app.clone()));
    let workers = worker::start(&app);
    ready(listener.local_addr()?, first);

    let service = routes::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
    let told = told_to_stop(app.clone());
    let serving = axum::serve(listener, service)
        .with_graceful_shutdown(told)
        .into_future();
    let mut stopping = app.stopping.subscribe();
    tokio::select! {
        done = serving => done?,
        () = async {
            // Whoever holds a connection open longer is cut off.
            let _ = stopping.wait_for(|stopping| *stopping).await;
            tokio::time::sleep(grace).await;
        } => tracing::warn!("requests that did not end in time are cut off"),
    }
    let handed_back = tokio::time::timeout(grace, futures_util::future::join_all(workers));
    if handed_back.await.is_err() {
        tracing::warn!("jobs that did not end in time are left to other workers");
    }
    app.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// Waits for an interrupt or termination, and tells everybody.
async fn told_to_stop(app: App) {
    let terminated = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        () = terminated => {}
    }
    tracing::info!("told to stop");
    app.stopping.send_replace(true);
}
