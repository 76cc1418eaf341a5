//! How far solving goes, for every command that solves; and showing how far it is.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::{Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use muster_api::solving::{Clock, ratio, told};
use muster_matcher::model::problem::Problem;
use muster_matcher::solve::{Options, Progress};

use super::input::Source;
use super::{output, plan_file, progress};

/// How far to go.
#[derive(clap::Args)]
pub(crate) struct Limits {
    /// Good enough: stop once the plan is proved to lack at most this share of its score value, in
    /// percent with up to four decimals
    #[arg(long, value_name = "PERCENT", default_value = "0", value_parser = gap, allow_negative_numbers = true)]
    gap: u32,
    /// Stop after so many seconds with the best plan so far; such a plan may differ from run to run
    #[arg(long, value_name = "SECONDS", value_parser = seconds, allow_negative_numbers = true)]
    time_limit: Option<Duration>,
    /// Stop after so much work: a unit is about a thousand schedules priced. The same limit gives the
    /// same plan on every machine
    #[arg(long, value_name = "UNITS", allow_negative_numbers = true)]
    work_limit: Option<u64>,
    /// Breaks ties between equally good choices
    #[arg(long, default_value_t = 0, allow_negative_numbers = true)]
    seed: u64,
    /// Threads; they never change the plan. As many as there are processors by default
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256), allow_negative_numbers = true)]
    threads: Option<u64>,
    /// Begin from this plan: its schedules and prices are used as far as they fit
    #[arg(long, value_name = "PLAN")]
    from: Option<Source>,
    /// Write one JSON line for every better plan or bound: seconds, phase, objective, bound, gap, columns,
    /// experts priced
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
}

/// A percentage in millionths.
pub(crate) fn gap(text: &str) -> Result<u32, String> {
    let expected = || "expected a percentage from 0 to 100 with at most four decimals".to_owned();
    let text = text.strip_suffix('%').unwrap_or(text);
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || part.len() > 4 || !is_plain(whole) || !is_plain(part) {
        return Err(expected());
    }
    let ppm = format!("{whole}{part:0<4}")
        .parse()
        .map_err(|_| expected())?;
    if ppm > 1_000_000 {
        Err(expected())
    } else {
        Ok(ppm)
    }
}

/// A length of time in seconds.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    let expected = "expected seconds from 0 to 10000000";
    let seconds: f64 = text.parse().map_err(|_| expected.to_owned())?;
    if !(0.0..=1e7).contains(&seconds) {
        return Err(expected.to_owned());
    }
    Duration::try_from_secs_f64(seconds).map_err(|_| expected.to_owned())
}

impl Limits {
    /// Limits of gap, time and threads alone.
    pub(crate) fn new(gap_ppm: u32, time: Option<Duration>, threads: Option<u64>) -> Self {
        Self {
            gap: gap_ppm,
            time_limit: time,
            work_limit: None,
            seed: 0,
            threads,
            from: None,
            trace: None,
        }
    }

    /// Refuses standard input for the plan to begin from where `other`, which is `what`, is read from it already.
    pub(crate) fn refuse_stdin_twice(&self, other: &Source, what: &str) -> Result<()> {
        if other.is_stdin() && self.from.as_ref().is_some_and(Source::is_stdin) {
            bail!("standard input cannot be both {what} and the plan to begin from");
        }
        Ok(())
    }

    /// Writes the trace that was kept, if one was wanted.
    pub(crate) fn write_trace(&self, trace: Option<Vec<u8>>) -> Result<()> {
        match (&self.trace, trace) {
            (Some(path), Some(trace)) => output::write(Some(path), |out| out.write_all(&trace)),
            _ => Ok(()),
        }
    }

    /// The options these limits stand for.
    pub(crate) fn options(&self) -> Result<Options> {
        let threads = match self.threads {
            Some(threads) => usize::try_from(threads)?,
            None => std::thread::available_parallelism().map_or(1, usize::from),
        };
        Ok(Options {
            gap_ppm: self.gap,
            work_limit: self.work_limit,
            seed: self.seed,
            threads,
            from: self.from.as_ref().map(plan_file::read).transpose()?,
        })
    }

    /// A clock that starts when it is first asked.
    pub(crate) fn clock(&self) -> Clock {
        Clock::new(self.time_limit, INTERRUPTED.clone())
    }
}

/// Set by the first interrupt from the keyboard: stop with the best plan so far.
static INTERRUPTED: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Lets an interrupt from the keyboard end solving with the best plan so far; a second one ends the program.
pub(crate) fn stop_at_interrupt() {
    // Without a handler an interrupt ends the program, as it always does.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
}

/// Shows progress on a terminal, and keeps a trace if one is wanted.
pub(crate) struct Watch {
    line: ProgressBar,
    trace: Option<Vec<u8>>,
    missing_target: i128,
}

impl Watch {
    /// For problems in which a missing head costs so many cents.
    pub(crate) fn new(missing_target: i128, trace: Option<&Path>) -> Self {
        let line = if progress::is_watched() {
            let line = ProgressBar::new_spinner();
            let style = ProgressStyle::with_template("{spinner} {msg}");
            line.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            line.enable_steady_tick(Duration::from_millis(250));
            line
        } else {
            ProgressBar::hidden()
        };
        Self {
            line,
            trace: trace.map(|_| Vec::new()),
            missing_target,
        }
    }

    /// For a problem.
    pub(crate) fn of(problem: &Problem, trace: Option<&Path>) -> Self {
        Self::new(problem.weights.missing_target.0, trace)
    }

    /// Notes what was found.
    pub(crate) fn note(&mut self, progress: &Progress) {
        self.line.set_message(text(progress));
        if let Some(trace) = &mut self.trace {
            let line = told(progress, self.missing_target);
            // Writing to memory does not fail.
            let _ = writeln!(trace, "{line}");
        }
    }

    /// Ends the line; the trace, if one was wanted.
    pub(crate) fn end(self) -> Option<Vec<u8>> {
        self.line.finish_and_clear();
        self.trace
    }
}

/// One line about where the search stands.
fn text(progress: &Progress) -> String {
    let cents = |cents: Option<i128>| {
        cents.map_or("none yet".to_owned(), |cents| (cents / 100).to_string())
    };
    let gap = progress
        .objective
        .zip(progress.bound)
        .zip(progress.score_value);
    let gap = gap.and_then(|((objective, bound), score)| ratio(bound - objective, score));
    let gap = gap.map_or("?".to_owned(), |gap| format!("{:.4} %", 100.0 * gap));
    format!(
        "{:>6.1} s  {:<6}  plan {}  bound {}  gap {gap}  {} schedules  {} experts priced",
        progress.elapsed.as_secs_f64(),
        progress.phase,
        cents(progress.objective),
        cents(progress.bound),
        progress.columns,
        progress.experts_priced,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gap_is_a_percentage_with_four_decimals() {
        assert_eq!(gap("0.1"), Ok(1_000));
        assert_eq!(gap("0.0001%"), Ok(1));
        assert_eq!(gap("100"), Ok(1_000_000));
        for bad in ["", ".", "-1", "0.00001", "101", "1e-3", "x"] {
            assert!(gap(bad).is_err(), "{bad}");
        }
    }
}
