//! Whose columns are whose: the header of a CSV file.

use std::fmt;
use std::str::FromStr;

use muster_matcher::json::Json;

use super::ImportError;
use super::columns::{self, Column, REASONS, REQUIRED};
use super::source::not_utf8;
use super::table::Record;

/// What a column of a file is called here: `theirs=ours`, or `theirs=` for a column that is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The file's name of the column.
    pub theirs: String,
    /// Our name of it; `None`: not read.
    pub ours: Option<String>,
}

/// A text that is no mapping, and what it should be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found {found:?}, expected their_column=our_column, or their_column= for a column that is not read{}",
    self.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default())]
pub struct MappingError {
    /// The text.
    pub found: String,
    /// What more there is to say.
    pub hint: Option<String>,
}

impl FromStr for Mapping {
    type Err = MappingError;

    fn from_str(text: &str) -> Result<Self, MappingError> {
        let error = |hint| MappingError {
            found: text.to_owned(),
            hint,
        };
        let (theirs, ours) = text.rsplit_once('=').ok_or_else(|| error(None))?;
        let (theirs, ours) = (theirs.trim(), ours.trim());
        if theirs.is_empty() {
            return Err(error(None));
        }
        if !ours.is_empty() && columns::find(ours).is_none() {
            return Err(error(Some(format!("our columns are {}", known()))));
        }
        Ok(Self {
            theirs: theirs.to_owned(),
            ours: (!ours.is_empty()).then(|| ours.to_owned()),
        })
    }
}

impl fmt::Display for Mapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}={}",
            self.theirs,
            self.ours.as_deref().unwrap_or_default()
        )
    }
}

fn known() -> String {
    let names: Vec<&str> = columns::all().map(|column| column.name).collect();
    names.join(", ")
}

/// How many unknown columns are named.
const SHOWN: usize = 20;

/// A text from a file as messages show it: in quotes, and cut where it goes on for too long.
fn shortened(text: &str) -> Json {
    Json::Text(text.to_owned())
}

/// The names in a header, and what each column is; `None` for columns that are not read.
type Header = (Vec<String>, Vec<Option<(Column, String)>>);

/// Reads the header of a CSV file.
pub(super) fn header(
    record: &Record,
    separator: u8,
    map: &[Mapping],
) -> Result<Header, ImportError> {
    let header = names(record)?;
    let mut problems = Vec::new();
    if let [only] = header.as_slice()
        && let Some(other) = [',', ';', '\t', '|']
            .into_iter()
            .find(|other| u32::from(*other) != u32::from(separator) && only.contains(*other))
    {
        let expected = char::from(separator);
        problems.push(format!(
            "the columns are separated by {other:?}, expected {expected:?}; another separator can be named"
        ));
        return Err(ImportError::Columns(problems));
    }
    for mapping in map {
        if !header.contains(&mapping.theirs) {
            problems.push(format!(
                "found no column {:?} to map; the file has {}",
                mapping.theirs,
                shortened(&header.join(", "))
            ));
        }
        if map
            .iter()
            .filter(|other| other.theirs == mapping.theirs)
            .count()
            > 1
        {
            problems.push(format!("column {:?} is mapped twice", mapping.theirs));
        }
    }
    let mut columns: Vec<Option<(Column, String)>> = Vec::new();
    let mut unknown = Vec::new();
    for (idx, theirs) in header.iter().enumerate() {
        let mapping = map.iter().find(|mapping| mapping.theirs == *theirs);
        let ours = match mapping {
            Some(mapping) => mapping.ours.as_deref(),
            None if theirs == REASONS => None,
            None => Some(theirs.as_str()),
        };
        let Some(ours) = ours else {
            columns.push(None);
            continue;
        };
        let column = columns::find(ours);
        if column.is_none() {
            unknown.push(format!("{} (column {})", shortened(ours), idx + 1));
        }
        let twice = columns
            .iter()
            .flatten()
            .find(|(known, _)| known.name == ours);
        if let Some((_, earlier)) = twice {
            problems.push(format!(
                "columns {earlier:?} and {theirs:?} both are {ours}, expected one"
            ));
        }
        columns.push(column.map(|column| (column, theirs.clone())));
    }
    if !unknown.is_empty() {
        let more = unknown.len().saturating_sub(SHOWN);
        unknown.truncate(SHOWN);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        problems.push(format!(
            "found {}{more}, expected only known columns: {}; others can be mapped (theirs=ours) or left out (theirs=)",
            unknown.join(", "),
            known()
        ));
    }
    for required in REQUIRED {
        let there = columns
            .iter()
            .flatten()
            .any(|(column, _)| column.name == required);
        if !there {
            problems.push(format!(
                "found no column {required}, expected one: it is required"
            ));
        }
    }
    problems.dedup();
    if problems.is_empty() {
        Ok((header, columns))
    } else {
        Err(ImportError::Columns(problems))
    }
}

fn names(record: &Record) -> Result<Vec<String>, ImportError> {
    let one = |problem: String| ImportError::Columns(vec![problem]);
    let cells = record
        .cells
        .as_ref()
        .map_err(|(found, expected)| one(format!("found {found}, expected {expected}")))?;
    if let Err(error) = std::str::from_utf8(&record.raw) {
        let (found, expected) = not_utf8(&record.raw, error, record.offset);
        return Err(one(format!("found {found}, expected {expected}")));
    }
    let names: Vec<String> = cells
        .iter()
        .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
        .collect();
    if record.raw.contains(&b'\r') {
        return Err(one(
            "found lines that end in CR only, expected LF or CRLF".to_owned()
        ));
    }
    Ok(names)
}
