//! Reading an import row by row, for whoever keeps people somewhere else than in a pool file.

use std::collections::BTreeMap;
use std::io::{Read, Write};

use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;

use super::report::{RowFault, RowFaults};
use super::rows::Rows;
use super::source::Lines;
use super::{ImportError, ImportReport, Kind, Mapping, SkillLabels};

/// Reads `source` and gives every good profile to `take`, until it answers false; bad rows go to
/// `rejects` with every reason. Of two good rows with one id the second is bad. The report counts rows
/// and faults; what was added is known to `take` alone.
///
/// # Errors
/// [`ImportError`]: bytes that cannot be read as text, a header that is not as it should be, rejects
/// that cannot be written. What `take` got by then was good.
///
/// # Complexity
/// Linear, but for looking up ids; memory holds the ids and one row.
pub fn each(
    source: impl Read,
    kind: Kind,
    separator: u8,
    map: &[Mapping],
    labels: &dyn SkillLabels,
    rejects: &mut dyn Write,
    take: &mut dyn FnMut(Profile) -> bool,
) -> Result<ImportReport, ImportError> {
    if !separator.is_ascii() || matches!(separator, b'"' | b'\n' | b'\r') {
        return Err(ImportError::Separator(char::from(separator)));
    }
    if kind == Kind::Jsonl && !map.is_empty() {
        return Err(ImportError::MapWithoutColumns);
    }
    let mut report = ImportReport::default();
    let lines = Lines::open(source)?;
    let rows = match kind {
        Kind::Jsonl => Some(Rows::jsonl(lines)),
        Kind::Csv => Rows::csv(lines, separator, map)?,
    };
    let mut first_lines: BTreeMap<Id, u64> = BTreeMap::new();
    let unwritable = |source| ImportError::Write {
        path: "(rejects)".into(),
        source,
    };
    if let Some(mut rows) = rows {
        while let Some(row) = rows.next(labels)? {
            report.rows += 1;
            let faults = match row.person {
                Ok(profile) => match first_lines.get(&profile.id) {
                    Some(first) => again(&rows, row.line, &profile.id, *first),
                    None => {
                        first_lines.insert(profile.id.clone(), row.line);
                        if !take(profile) {
                            break;
                        }
                        continue;
                    }
                },
                Err(faults) => faults,
            };
            if report.rejected == 0 {
                rows.begin_rejects(rejects).map_err(unwritable)?;
            }
            report.reject(&faults);
            rows.reject(&faults, rejects).map_err(unwritable)?;
        }
    }
    if report.rows == 0 {
        report.notes.push("the file holds no rows".to_owned());
    }
    Ok(report)
}

/// The fault of a row whose id an earlier row has.
fn again(rows: &Rows<'_>, line: u64, id: &Id, first: u64) -> RowFaults {
    RowFaults::one(RowFault {
        line,
        column: rows.column("/id"),
        at: "/id".to_owned(),
        value: format!("{:?} again", id.as_str()),
        expected: format!("an id of its own; line {first} has it"),
    })
}
