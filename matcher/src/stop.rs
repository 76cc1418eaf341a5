//! When to stop: the only way the world outside tells a solver about time.

use std::time::Duration;

/// A stopping criterion, asked between any two steps and from any thread.
///
/// Nothing in this crate reads a clock; whoever calls says how much time has passed.
pub trait Stop: Sync {
    /// Time since the work began.
    fn elapsed(&self) -> Duration;

    /// Time left; `None` without a limit.
    fn remaining(&self) -> Option<Duration>;

    /// Whether whoever asked for the work has lost interest.
    fn is_cancelled(&self) -> bool;

    /// Whether to stop now.
    fn is_due(&self) -> bool {
        self.is_cancelled() || self.remaining().is_some_and(|left| left.is_zero())
    }
}

/// Never stops, and knows no time.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unlimited;

impl Stop for Unlimited {
    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }

    fn remaining(&self) -> Option<Duration> {
        None
    }

    fn is_cancelled(&self) -> bool {
        false
    }
}
