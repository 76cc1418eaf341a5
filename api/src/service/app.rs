//! What handlers share.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use metrics_exporter_prometheus::PrometheusHandle;
use muster_index::Pool;
use tokio::sync::{Notify, Semaphore, watch};

use super::tasks::Tasks;
use super::{Code, Config, Problem};
use crate::access::{Gate, Limiter, Scope};
use crate::store::Store;

/// What handlers share. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Shared>);

/// See [`App`].
pub struct Shared {
    /// The configuration.
    pub config: Config,
    /// The database.
    pub store: Store,
    /// How often somebody may call.
    pub limiter: Limiter,
    /// Woken when something was written, so that followers need not wait for their next look.
    pub written: Notify,
    /// Woken when an index has changed, so that those who look at whom it finds need not wait for their next look.
    pub indexed: Notify,
    /// Woken when a job was queued, so that this node's workers need not wait for their next look.
    pub queued: Notify,
    /// True from the moment the service is told to stop.
    pub stopping: watch::Sender<bool>,
    /// What is done beside answering.
    pub tasks: Tasks,
    pub(super) gate: Gate,
    pub(super) metrics: PrometheusHandle,
    /// Turns of work that takes milliseconds.
    short: Arc<Semaphore>,
    /// Turns of work that may take seconds, which never waits in the way of the other.
    long: Arc<Semaphore>,
    indexes: RwLock<BTreeMap<String, Arc<Indexed>>>,
}

/// A tenant's index, and the last change that is in it.
pub struct Indexed {
    /// The index: one generation of it, which later changes leave as it is.
    pub pool: Arc<Pool>,
    /// Every change up to this one is in it.
    pub position: i64,
}

impl Indexed {
    pub(super) fn new(pool: Arc<Pool>, position: i64) -> Self {
        Self { pool, position }
    }
}

impl Deref for App {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.0
    }
}

impl App {
    pub(super) fn new(config: Config, store: Store, metrics: PrometheusHandle) -> Self {
        Self(Arc::new(Shared {
            limiter: Limiter::new(config.rate_per_key, config.failures_per_address),
            short: Arc::new(Semaphore::new(config.threads.get())),
            long: Arc::new(Semaphore::new(config.threads.get())),
            config,
            store,
            written: Notify::new(),
            indexed: Notify::new(),
            queued: Notify::new(),
            stopping: watch::Sender::new(false),
            tasks: Tasks::default(),
            gate: Gate::program(),
            metrics,
            indexes: RwLock::default(),
        }))
    }

    /// Runs CPU-bound work of milliseconds, such as a search, on a thread of its own, as many at once as are
    /// configured.
    ///
    /// # Errors
    /// The work panicked.
    pub async fn compute<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        in_turn(&self.short, work).await
    }

    /// As [`App::compute`], for work that may take seconds, such as reading a large problem: as many at once, and
    /// none of them in the way of short work.
    ///
    /// # Errors
    /// The work panicked.
    pub async fn compute_long<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        in_turn(&self.long, work).await
    }

    /// The index of the scope's tenant, once there is one.
    pub fn index(&self, scope: &Scope) -> Option<Arc<Indexed>> {
        let indexes = self.indexes.read().unwrap_or_else(PoisonError::into_inner);
        indexes.get(scope.tenant()).cloned()
    }

    /// The index of the scope's tenant.
    ///
    /// # Errors
    /// [`Code::Unavailable`] while it is being built.
    pub fn ready_index(&self, scope: &Scope) -> Result<Arc<Indexed>, Problem> {
        let building = || Problem::new(Code::Unavailable, "the index is being built");
        self.index(scope).ok_or_else(building)
    }

    pub(super) fn set_index(&self, tenant: &str, index: Indexed) {
        let mut indexes = self.indexes.write().unwrap_or_else(PoisonError::into_inner);
        indexes.insert(tenant.to_owned(), Arc::new(index));
        self.indexed.notify_one();
    }
}

/// Runs work on a thread of its own when it is its turn.
async fn in_turn<T: Send + 'static>(
    turns: &Arc<Semaphore>,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    let turn = turns.clone().acquire_owned().await;
    let done = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        work()
    });
    done.await.map_err(|error| {
        tracing::error!(%error, "work panicked");
        Problem::new(Code::Internal, "the computation failed; the log says more")
    })
}
