//! What an import did, and what was wrong with the rows it refused.

use std::fmt;
use std::path::PathBuf;

use muster_matcher::json::Faults;
use serde::{Serialize, Serializer};

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ImportReport {
    /// The file that was imported.
    pub file: String,
    /// Rows that held something, a header not counted: added + changed + unchanged + rejected.
    pub rows: u64,
    /// People who are new in the pool.
    pub added: u64,
    /// People whose profile differs from the one in the pool.
    pub changed: u64,
    /// People whose profile is the one in the pool.
    pub unchanged: u64,
    /// Rows that did not go in.
    pub rejected: u64,
    /// People in the pool afterwards.
    pub people: u64,
    /// Whether this is only what would be done: nothing was written.
    pub dry_run: bool,
    /// Where the rejected rows are, if there are any and a place was given.
    #[serde(serialize_with = "lossy")]
    pub rejects_path: Option<PathBuf>,
    /// What is wrong, the first [`ImportReport::KEPT`] faults.
    pub faults: Vec<RowFault>,
    /// How many faults there are, the ones not listed included.
    pub n_faults: u64,
    /// What else a person should know, such as that the file was empty.
    pub notes: Vec<String>,
}

/// One thing that is wrong with one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// The line the row begins on, counted from 1.
    pub line: u64,
    /// The column of a CSV file, by its name there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<String>,
    /// JSON pointer into the profile; empty for the row as a whole.
    pub at: String,
    /// What is there (shortened), or "nothing".
    pub value: String,
    /// What was expected instead.
    pub expected: String,
}

/// The faults of one row: the first ones, and how many there are.
#[derive(Debug, Default)]
pub(super) struct RowFaults {
    pub(super) list: Vec<RowFault>,
    pub(super) total: u64,
}

impl RowFaults {
    /// `faults` of the row at `line`, each in the column that `column` names for its pointer.
    pub(super) fn new(line: u64, faults: &Faults, column: impl Fn(&str) -> Option<String>) -> Self {
        let list = faults
            .list()
            .iter()
            .map(|fault| RowFault {
                line,
                column: column(&fault.at),
                at: fault.at.clone(),
                value: fault.found.clone(),
                expected: fault.expected.clone(),
            })
            .collect();
        Self {
            list,
            total: faults.total() as u64,
        }
    }

    pub(super) fn one(fault: RowFault) -> Self {
        Self {
            list: vec![fault],
            total: 1,
        }
    }

    /// One line for a person.
    pub(super) fn reasons(&self) -> Vec<String> {
        let mut reasons: Vec<String> = self.list.iter().map(RowFault::reason).collect();
        let unlisted = self.total - self.list.len() as u64;
        if unlisted > 0 {
            reasons.push(format!("… and {unlisted} more"));
        }
        reasons
    }
}

impl RowFault {
    /// The fault without its line.
    fn reason(&self) -> String {
        let place = match (&self.column, self.at.as_str()) {
            (Some(column), "") => format!("column {column}"),
            (Some(column), at) => format!("column {column} ({at})"),
            (None, "") => "(whole row)".to_owned(),
            (None, at) => at.to_owned(),
        };
        format!("{place}: found {}, expected {}", self.value, self.expected)
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason())
    }
}

impl ImportReport {
    /// How many faults are listed in full.
    pub const KEPT: usize = 1_000;

    pub(super) fn reject(&mut self, faults: &RowFaults) {
        self.rejected += 1;
        self.n_faults += faults.total;
        let room = Self::KEPT.saturating_sub(self.faults.len());
        self.faults.extend(faults.list.iter().take(room).cloned());
    }
}

impl fmt::Display for ImportReport {
    /// Counts, then notes, then faults; one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rows,
            added,
            changed,
            unchanged,
            rejected,
            ..
        } = self;
        let dry = if self.dry_run {
            " (dry run, nothing written)"
        } else {
            ""
        };
        write!(
            f,
            "{}: {rows} rows: {added} added, {changed} changed, {unchanged} unchanged, {rejected} rejected; \
             {} people in the pool{dry}",
            self.file, self.people
        )?;
        for note in &self.notes {
            write!(f, "\nnote: {note}")?;
        }
        for fault in &self.faults {
            write!(f, "\n{}:{fault}", self.file)?;
        }
        let unlisted = self.n_faults - self.faults.len() as u64;
        if unlisted > 0 {
            write!(f, "\n… and {unlisted} more faults")?;
        }
        if let Some(path) = &self.rejects_path {
            write!(f, "\nrejected rows: {}", path.display())?;
        }
        Ok(())
    }
}

fn lossy<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.as_ref()
        .map(|path| path.to_string_lossy())
        .serialize(serializer)
}
