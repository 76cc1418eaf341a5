//! What everybody who solves shares: a clock that can be stopped, and progress as JSON.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use muster_matcher::solve::Progress;
use muster_matcher::stop::Stop;
use serde_json::{Value, json};

/// Time since the start, a limit, and a flag that ends it all.
#[derive(Debug)]
pub struct Clock {
    start: OnceLock<Instant>,
    limit: Option<Duration>,
    cancelled: Arc<AtomicBool>,
}

impl Clock {
    /// A clock that starts when it is first asked, and is cancelled by whoever sets `cancelled`.
    pub fn new(limit: Option<Duration>, cancelled: Arc<AtomicBool>) -> Self {
        Self {
            start: OnceLock::new(),
            limit,
            cancelled,
        }
    }

    /// Starts it, if it does not run yet.
    pub fn start(&self) {
        self.start.get_or_init(Instant::now);
    }
}

impl Stop for Clock {
    fn elapsed(&self) -> Duration {
        self.start.get_or_init(Instant::now).elapsed()
    }

    fn remaining(&self) -> Option<Duration> {
        Some(self.limit?.saturating_sub(self.elapsed()))
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// What is known while a problem is being solved in which a missing head costs `missing_target` cents.
pub fn told(progress: &Progress, missing_target: i128) -> Value {
    let gap = progress.objective.zip(progress.bound);
    let gap = gap.map(|(objective, bound)| bound - objective);
    let share = gap.zip(progress.score_value);
    json!({
        "seconds": progress.elapsed.as_secs_f64(),
        "phase": progress.phase,
        "objective": progress.objective.map(number),
        "bound": progress.bound.map(number),
        "gap_cents": gap.map(number),
        "gap_seat_weeks": gap.and_then(|gap| ratio(gap, missing_target)),
        "gap_share": share.and_then(|(gap, score)| ratio(gap, score)),
        "columns": progress.columns,
        "experts_priced": progress.experts_priced,
    })
}

/// As a JSON number, or text where JSON readers would round it.
fn number(cents: i128) -> Value {
    i64::try_from(cents).map_or_else(|_| cents.to_string().into(), Into::into)
}

/// A quotient for people to read; none by 0.
#[expect(clippy::cast_precision_loss, reason = "for display only")]
pub fn ratio(of: i128, to: i128) -> Option<f64> {
    (to != 0).then(|| of as f64 / to as f64)
}
