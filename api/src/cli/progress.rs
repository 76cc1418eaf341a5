//! Telling whoever waits what is going on: stages with their times, bars for long ones.

use std::io::IsTerminal as _;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Stages of a command, timed; a spinner for those longer than a second, on a terminal only.
pub(crate) struct Stages {
    done: Vec<(String, Duration)>,
    running: Option<(String, Instant, ProgressBar)>,
}

impl Stages {
    pub(crate) fn new() -> Self {
        Self {
            done: Vec::new(),
            running: None,
        }
    }

    /// Ends the running stage and begins another.
    pub(crate) fn begin(&mut self, name: &str) {
        self.begin_stage(name, is_watched());
    }

    /// As [`Stages::begin`], for a stage that shows by itself how far it is.
    pub(crate) fn begin_unseen(&mut self, name: &str) {
        self.begin_stage(name, false);
    }

    fn begin_stage(&mut self, name: &str, is_shown: bool) {
        self.end();
        let spinner = if is_shown {
            let spinner = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {msg} {elapsed}");
            spinner.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            spinner.set_message(name.to_owned());
            spinner.enable_steady_tick(Duration::from_millis(250));
            spinner
        } else {
            ProgressBar::hidden()
        };
        self.running = Some((name.to_owned(), Instant::now(), spinner));
    }

    /// Ends the running stage.
    pub(crate) fn end(&mut self) {
        if let Some((name, start, spinner)) = self.running.take() {
            spinner.finish_and_clear();
            self.done.push((name, start.elapsed()));
        }
    }

    /// Runs one stage.
    pub(crate) fn run<T>(&mut self, name: &str, work: impl FnOnce() -> T) -> T {
        self.begin(name);
        let result = work();
        self.end();
        result
    }

    /// The stages so far with their times, in order.
    pub(crate) fn done(&self) -> &[(String, Duration)] {
        &self.done
    }
}

/// Whether somebody watches: standard error is a terminal.
pub(crate) fn is_watched() -> bool {
    std::io::stderr().is_terminal()
}

/// A bar over bytes with a message.
pub(crate) fn bar_style() -> ProgressStyle {
    ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {msg} {eta}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
}
