//! CSV rows back to stints, with everything that is wrong by line and column.

use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use muster_matcher::model::plan::Stint;
use muster_matcher::model::problem::{Problem, RoleIdx};
use serde::Serialize;

use super::super::text::{clean, shortened};
use super::super::view::{monday, span};
use super::{NEEDED, bare};

/// One thing that is wrong with a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowFault {
    /// The line where the row begins, counted from 1.
    pub line: u64,
    /// The column's name, where it is one column.
    pub column: Option<&'static str>,
    /// What is there (shortened), or "nothing".
    pub found: String,
    /// What was expected instead.
    pub expected: String,
}

/// Everything that is wrong with a file of stints.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RowFaults {
    /// The first [`RowFaults::KEPT`], by line.
    pub faults: Vec<RowFault>,
    /// How many there are.
    pub total: usize,
}

impl RowFaults {
    /// How many faults are kept in full.
    pub const KEPT: usize = 1_000;

    fn add(
        &mut self,
        line: u64,
        column: Option<&'static str>,
        found: impl fmt::Display,
        expected: impl fmt::Display,
    ) {
        self.total += 1;
        if self.faults.len() < Self::KEPT {
            self.faults.push(RowFault {
                line,
                column,
                found: shortened(&clean(&found.to_string()), 60),
                expected: expected.to_string(),
            });
        }
    }
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)
    }
}

impl fmt::Display for RowFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "{fault}")?;
        }
        match self.total - self.faults.len() {
            0 => Ok(()),
            more => writeln!(f, "… and {more} more"),
        }
    }
}

impl std::error::Error for RowFaults {}

/// Reads stints that [`super::write`] wrote, or that people made: a header with at least `expert`,
/// `role`, `from_week` and `to_week`, in any order, and a stint a row. `campaign`, `from_date` and
/// `to_date` must fit where they are there and not empty; other columns are not looked at. Cells are
/// separated by commas, semicolons or tabs, as the header is. A byte-order mark and rows of empty cells
/// are passed over.
///
/// Whether the stints keep the rules is for [`muster_matcher::check::check`].
///
/// # Errors
/// All faults of all rows: ids, pairs and weeks that the problem does not have, and cells that
/// contradict each other.
pub fn read(problem: &Problem, text: &[u8]) -> Result<Vec<Stint>, RowFaults> {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    let mut faults = RowFaults::default();
    let mut csv = ReaderBuilder::new()
        .delimiter(separator(text))
        .flexible(true)
        .has_headers(false)
        .from_reader(text);
    let mut columns = None;
    let mut stints = Vec::new();
    let mut record = StringRecord::new();
    loop {
        match csv.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {}
            Err(error) => {
                let line = error.position().map_or(1, csv::Position::line);
                faults.add(line, None, "bytes that are no UTF-8", "text in UTF-8");
                continue;
            }
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let line = record.position().map_or(1, csv::Position::line);
        match &columns {
            None => columns = Some(Columns::find(&record, line, &mut faults)?),
            Some(columns) => {
                let row = Row {
                    problem,
                    record: &record,
                    columns,
                    line,
                };
                stints.extend(row.stint(&mut faults));
            }
        }
    }
    if columns.is_none() && faults.total == 0 {
        faults.add(
            1,
            None,
            "an empty file",
            format_args!("a header with {}", NEEDED.join(", ")),
        );
    }
    if faults.total > 0 {
        return Err(faults);
    }
    Ok(stints)
}

/// What separates the cells of the header: the first of comma, semicolon and tab outside quotes.
fn separator(text: &[u8]) -> u8 {
    let header = text
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .find(|line| !line.is_empty());
    let mut is_quoted = false;
    let found = header.unwrap_or_default().iter().copied().find(|byte| {
        is_quoted ^= *byte == b'"';
        !is_quoted && matches!(byte, b',' | b';' | b'\t')
    });
    found.unwrap_or(b',')
}

/// Where the columns that are looked at stand.
struct Columns {
    expert: usize,
    role: usize,
    from_week: usize,
    to_week: usize,
    campaign: Option<usize>,
    from_date: Option<usize>,
    to_date: Option<usize>,
    n: usize,
}

impl Columns {
    /// # Errors
    /// A column that is needed and missing, or one that is there twice: then no row can be read.
    fn find(header: &StringRecord, line: u64, faults: &mut RowFaults) -> Result<Self, RowFaults> {
        let mut column = |name: &'static str| {
            let mut places = (0..header.len()).filter(|idx| header[*idx].trim() == name);
            let place = places.next();
            if places.next().is_some() {
                faults.add(line, Some(name), "the column again", "each column once");
            } else if place.is_none() && NEEDED.contains(&name) {
                let expected = format_args!("a header with {}", NEEDED.join(", ")).to_string();
                faults.add(line, Some(name), "no such column", expected);
            }
            place
        };
        let [expert, role, from_week, to_week] = NEEDED.map(&mut column);
        let [campaign, from_date, to_date] = ["campaign", "from_date", "to_date"].map(&mut column);
        match (expert, role, from_week, to_week) {
            (Some(expert), Some(role), Some(from_week), Some(to_week)) if faults.total == 0 => {
                Ok(Self {
                    expert,
                    role,
                    from_week,
                    to_week,
                    campaign,
                    from_date,
                    to_date,
                    n: header.len(),
                })
            }
            _ => Err(std::mem::take(faults)),
        }
    }
}

/// A row being read.
struct Row<'a> {
    problem: &'a Problem,
    record: &'a StringRecord,
    columns: &'a Columns,
    line: u64,
}

impl Row<'_> {
    fn stint(&self, faults: &mut RowFaults) -> Option<Stint> {
        let n = self.record.len();
        if n != self.columns.n {
            let expected = format_args!("{}, as the header has", self.columns.n);
            faults.add(self.line, None, format_args!("{n} cells"), expected);
            return None;
        }
        let before = faults.total;
        let (problem, cell) = (self.problem, |idx: usize| bare(&self.record[idx]));
        let (expert_id, role_id) = (cell(self.columns.expert), cell(self.columns.role));
        let expert = problem.expert_with_id(expert_id);
        if expert.is_none() {
            faults.add(
                self.line,
                Some("expert"),
                quoted(expert_id),
                "an expert of the problem",
            );
        }
        let role = problem.role_with_id(role_id);
        if role.is_none() {
            faults.add(
                self.line,
                Some("role"),
                quoted(role_id),
                "a role of the problem",
            );
        }
        let from = self.week("from_week", self.columns.from_week, faults);
        let to = self.week("to_week", self.columns.to_week, faults);
        if let (Some(from), Some(to)) = (from, to) {
            self.check_weeks(from, to, faults);
        }
        if let (Some(expert), Some(role)) = (expert, role) {
            if problem.pair_of(expert, role).is_none() {
                let found = format!("{expert_id:?} on {role_id:?}");
                faults.add(self.line, None, found, "a pair of the problem");
            }
            self.check_campaign(role, faults);
        }
        let stint = Stint {
            expert: expert_id.to_owned(),
            role: role_id.to_owned(),
            from: from?,
            to: to?,
        };
        (faults.total == before).then_some(stint)
    }

    fn week(&self, name: &'static str, idx: usize, faults: &mut RowFaults) -> Option<i64> {
        let cell = self.record[idx].trim();
        let week = cell.parse();
        if week.is_err() {
            faults.add(
                self.line,
                Some(name),
                quoted(cell),
                "the number of a week, counted from 0",
            );
        }
        week.ok()
    }

    /// The weeks are weeks of the horizon, and the dates are theirs.
    fn check_weeks(&self, from: i64, to: i64, faults: &mut RowFaults) {
        let (first, last) = match span(self.problem, from, to) {
            Ok(weeks) => weeks,
            Err((field, found, expected)) => {
                let column = if field == "from" {
                    "from_week"
                } else {
                    "to_week"
                };
                faults.add(self.line, Some(column), found, expected);
                return;
            }
        };
        let sunday = monday(self.problem, last).saturating_add(jiff::Span::new().days(6));
        for (name, idx, expected, what) in [
            (
                "from_date",
                self.columns.from_date,
                monday(self.problem, first),
                format!("the Monday of week {from}"),
            ),
            (
                "to_date",
                self.columns.to_date,
                sunday,
                format!("the Sunday of week {to}"),
            ),
        ] {
            let found = idx.map_or("", |idx| self.record[idx].trim());
            if !found.is_empty() && found != expected.to_string() {
                let expected = format_args!("{expected}, {what}, or no such column");
                faults.add(self.line, Some(name), quoted(found), expected);
            }
        }
    }

    fn check_campaign(&self, role: RoleIdx, faults: &mut RowFaults) {
        let Some(found) = self.columns.campaign.map(|idx| bare(&self.record[idx])) else {
            return;
        };
        let campaign = self.problem.role(role).campaign;
        let expected = self
            .problem
            .text(self.problem.campaigns[campaign.index()].id);
        if !found.is_empty() && found != expected {
            let expected = format_args!("{}, the role's", quoted(expected)).to_string();
            faults.add(self.line, Some("campaign"), quoted(found), expected);
        }
    }
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
