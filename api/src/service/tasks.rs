//! What the service does beside answering: tasks that are begun anew where they panic or end.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use super::App;

/// How long until a task is begun anew.
const PAUSE: Duration = Duration::from_secs(1);
/// How long a task must have lived to be thought well again.
const STEADY: Duration = Duration::from_secs(5);

/// Which tasks do not do well.
#[derive(Debug, Default)]
pub struct Tasks(Mutex<BTreeSet<String>>);

impl Tasks {
    /// Those that failed and have not lived for a while since.
    pub fn failing(&self) -> Vec<String> {
        let failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failing.iter().cloned().collect()
    }

    fn note(&self, name: &str, fails: bool) {
        let mut failing = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match fails {
            true => failing.insert(name.to_owned()),
            false => failing.remove(name),
        };
    }

    /// Runs a task, and again each time it panics or ends, until the service stops.
    async fn keep<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: &str,
        stopping: watch::Receiver<bool>,
        (pause, steady): (Duration, Duration),
        task: impl Fn() -> F,
    ) {
        loop {
            let mut running = tokio::spawn(task());
            let done = match timeout(steady, &mut running).await {
                Ok(done) => done,
                Err(_) => {
                    self.note(name, false);
                    running.await
                }
            };
            if *stopping.borrow() {
                return;
            }
            self.note(name, true);
            let error = done.err().map(|error| error.to_string());
            let error = error.unwrap_or_else(|| "it ended".to_owned());
            tracing::error!(error, task = name, "a task failed and is begun anew");
            metrics::counter!("muster_task_failures_total").increment(1);
            sleep(pause).await;
        }
    }
}

/// Keeps a task of the service running until it stops. Where it fails, the service is not ready until it has run
/// for a while again.
pub(super) fn keep<F: Future<Output = ()> + Send + 'static>(
    app: &App,
    name: impl Into<String>,
    task: impl Fn(App) -> F + Send + Sync + 'static,
) -> JoinHandle<()> {
    let (app, name) = (app.clone(), name.into());
    tokio::spawn(async move {
        let stopping = app.stopping.subscribe();
        let begin = || task(app.clone());
        app.tasks
            .keep(&name, stopping, (PAUSE, STEADY), begin)
            .await;
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[tokio::test]
    async fn a_task_that_panics_or_ends_is_begun_anew_and_said_to_fail_meanwhile() {
        let (tasks, begun) = (Arc::new(Tasks::default()), Arc::new(AtomicU32::new(0)));
        let (stop, stopping) = watch::channel(false);
        let (kept, counted) = (tasks.clone(), begun.clone());
        let task = move || {
            let nth = counted.fetch_add(1, Ordering::Relaxed);
            let mut stopping = stopping.clone();
            async move {
                match nth {
                    0 => panic!("on purpose"),
                    1 => {}
                    _ => drop(stopping.wait_for(|stopping| *stopping).await),
                }
            }
        };
        let watched = stop.subscribe();
        let pace = (Duration::from_millis(100), Duration::from_millis(200));
        let running = tokio::spawn(async move { kept.keep("test", watched, pace, task).await });
        sleep(Duration::from_millis(50)).await;
        assert_eq!(tasks.failing(), ["test"]);
        while begun.load(Ordering::Relaxed) < 3 {
            sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(tasks.failing(), ["test"], "not yet well");
        sleep(Duration::from_millis(600)).await;
        assert!(tasks.failing().is_empty());
        assert_eq!(begun.load(Ordering::Relaxed), 3);
        stop.send_replace(true);
        running.await.unwrap();
    }
}
