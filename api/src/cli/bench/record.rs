//! The figures of a run: what is written as JSON, and read again to compare with.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use super::machine::{self, Machine};

const KIND: &str = "muster-bench";
const FORMAT: u32 = 1;
const SUITE: &str = "ladder";
/// What a row says of a plan that passes the checker.
pub(super) const HOLDS: &str = "holds";

/// A run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    format: u32,
    kind: String,
    suite: String,
    /// The program's version.
    version: String,
    /// What it was built from, or `unknown`.
    pub(super) commit: String,
    pub(super) machine: Machine,
    /// Busy processes when the run ended, on average over a minute.
    pub(super) load: Option<f64>,
    pub(super) settings: Settings,
    pub(super) rows: Vec<Row>,
}

/// What a run was asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Settings {
    pub(super) people: u32,
    pub(super) seed: u64,
    pub(super) gap_ppm: u32,
    pub(super) time_limit_s: f64,
    pub(super) threads: u64,
}

/// One size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    /// People in the pool.
    pub(super) people: u32,
    /// Roles, and heads wanted in their busiest weeks.
    pub(super) roles: usize,
    pub(super) seats: usize,
    /// Pairs of a person and a role that may be, in the whole pool.
    pub(super) pairs_allowed: usize,
    /// Pairs of the problem that was solved last.
    pub(super) pairs: usize,
    /// Schedules generated; 0 where the problem was a flow.
    pub(super) columns: usize,
    /// Generating people and indexing them, in seconds and in processor seconds.
    pub(super) index_s: f64,
    pub(super) index_cpu_s: Option<f64>,
    pub(super) index_bytes: u64,
    pub(super) index_peak_bytes: Option<u64>,
    /// Opening the index.
    pub(super) open_s: f64,
    /// From the open index to the candidates of every role.
    pub(super) candidates_s: f64,
    /// From there to the first plan.
    pub(super) first_plan_s: Option<f64>,
    /// … and to the proof that it lacks no more than was asked for, over the whole pool; `None` if time was up before.
    pub(super) proof_s: Option<f64>,
    /// From the open index to the checked, explained plan.
    pub(super) plan_s: f64,
    pub(super) plan_cpu_s: Option<f64>,
    pub(super) plan_peak_bytes: Option<u64>,
    /// How often the whole pool was priced.
    pub(super) rounds: usize,
    /// Of the seat-weeks wanted, the share that is covered.
    pub(super) fill: Option<f64>,
    /// What the plan lacks of its bound, in cents and as a share of its score value.
    pub(super) gap_cents: Option<i64>,
    pub(super) gap_share: Option<f64>,
    /// `optimal`, `feasible`, …
    pub(super) status: String,
    /// `holds`, or what the checker says.
    pub(super) check: String,
}

impl Record {
    /// What was measured here and now.
    pub(super) fn new(settings: Settings, rows: Vec<Row>) -> Self {
        Self {
            format: FORMAT,
            kind: KIND.to_owned(),
            suite: SUITE.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            commit: machine::commit(),
            machine: Machine::here(),
            load: machine::load(),
            settings,
            rows,
        }
    }

    /// Reads the figures of an earlier run.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let name = path.display();
        let text = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
        Self::parse(&text).with_context(|| format!("{name} holds no figures of `muster bench`"))
    }

    fn parse(text: &[u8]) -> Result<Self> {
        let header: Header = serde_json::from_slice(text)?;
        if (header.kind.as_str(), header.format, header.suite.as_str()) != (KIND, FORMAT, SUITE) {
            let Header {
                kind,
                format,
                suite,
            } = header;
            bail!(
                "kind {kind:?}, format {format}, suite {suite:?}; expected kind {KIND:?}, format {FORMAT}, suite {SUITE:?}"
            );
        }
        Ok(serde_json::from_slice(text)?)
    }
}

/// What every format says.
#[derive(Deserialize)]
struct Header {
    kind: String,
    format: u32,
    suite: String,
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A run of one size, in which everything took so long.
    pub(in crate::cli::bench) fn record(seconds: f64) -> Record {
        let settings = Settings {
            people: 1_000,
            seed: 1,
            gap_ppm: 1_000,
            time_limit_s: 60.0,
            threads: 2,
        };
        let row = Row {
            people: 1_000,
            roles: 15,
            seats: 30,
            pairs_allowed: 900,
            pairs: 900,
            columns: 77,
            index_s: seconds,
            index_cpu_s: Some(seconds),
            index_bytes: 1_000_000,
            index_peak_bytes: Some(50_000_000),
            open_s: seconds,
            candidates_s: seconds,
            first_plan_s: Some(seconds),
            proof_s: None,
            plan_s: seconds,
            plan_cpu_s: None,
            plan_peak_bytes: Some(60_000_000),
            rounds: 1,
            fill: Some(0.93),
            gap_cents: Some(12),
            gap_share: Some(0.0004),
            status: "feasible".to_owned(),
            check: HOLDS.to_owned(),
        };
        Record::new(settings, vec![row])
    }

    #[test]
    fn figures_are_read_as_they_were_written() {
        let record = record(0.1);
        let text = serde_json::to_vec(&record).unwrap();
        assert_eq!(Record::parse(&text).unwrap(), record);
    }

    #[test]
    fn other_files_are_refused_with_what_they_are() {
        let said = |text: &str| format!("{:#}", Record::parse(text.as_bytes()).unwrap_err());
        let other = said(r#"{"kind":"muster-bench","format":2,"suite":"ladder"}"#);
        assert!(
            other.contains("format 2") && other.contains("expected"),
            "{other}"
        );
        assert!(said(r#"{"format":1}"#).contains("kind"));
        assert!(said("pool").contains("line 1"));
        assert!(said(r#"{"kind":"muster-bench","format":1,"suite":"ladder"}"#).contains("version"));
    }
}
