//! The canonical pool file: what `import` keeps and everything else reads.
//!
//! JSON Lines in UTF-8, the header `{"format":1,"kind":"pool"}`, then one profile a line in its
//! canonical form, sorted by id (byte order), every line ended by LF. Compressed where the file's
//! name ends in `.gz` or `.zst`; read compressed or not, whatever it is called. The same people give the same bytes.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path as FilePath;

use muster_matcher::json::{Faults, FromJson, Json, Path, parse};
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;

use super::replace::Pending;
use super::source::{Line, Lines, MAX_LINE_BYTES, SourceError, not_utf8};

/// The first line of a pool file.
pub const HEADER: &str = r#"{"format":1,"kind":"pool"}"#;

/// Why a file is no pool.
#[derive(Debug, thiserror::Error)]
pub enum PoolError {
    /// The file could not be opened or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The bytes are no text in UTF-8.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The first line says that the file is something else.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// Lines that are no profiles, or not in their place.
    #[error("{0}")]
    Lines(BadLines),
}

/// The lines of a pool that are wrong: the first [`BadLines::KEPT`] and how many there are.
#[derive(Debug, Default)]
pub struct BadLines {
    /// Line number and what is wrong there.
    pub list: Vec<(u64, Faults)>,
    /// How many there are, the ones not kept included.
    pub total: u64,
}

impl BadLines {
    /// How many lines are kept with their faults.
    pub const KEPT: usize = 100;

    fn add(&mut self, line: u64, faults: Faults) {
        self.total += 1;
        if self.list.len() < Self::KEPT {
            self.list.push((line, faults));
        }
    }
}

impl fmt::Display for BadLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.total == 1 { "line" } else { "lines" };
        write!(f, "{} bad {noun}", self.total)?;
        for (line, faults) in &self.list {
            for fault in faults.list() {
                write!(f, "\nline {line}: {fault}")?;
            }
        }
        let unlisted = self.total - self.list.len() as u64;
        if unlisted > 0 {
            write!(f, "\n… and {unlisted} more bad lines")?;
        }
        Ok(())
    }
}

/// A header line that names another format or kind.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {at}: found {found}, expected {expected}")]
pub struct HeaderError {
    /// Where the header is.
    pub line: u64,
    /// JSON pointer in the header.
    pub at: String,
    /// What is there.
    pub found: String,
    /// What is known.
    pub expected: String,
}

/// Whether a line is a header (an object with `format` or `kind` and without `id`), and if so a legal one.
pub(super) fn is_header(json: &Json, line: u64, kinds: &[&str]) -> Result<bool, HeaderError> {
    let Json::Object(fields) = json else {
        return Ok(false);
    };
    let has = |name: &str| fields.iter().any(|(key, _)| key == name);
    if has("id") || !(has("format") || has("kind")) {
        return Ok(false);
    }
    let error = |at: &str, found: String, expected: String| HeaderError {
        line,
        at: format!("/{at}"),
        found,
        expected,
    };
    for (name, value) in fields {
        let (legal, expected) = match name.as_str() {
            "format" => (
                *value == Json::Int(1),
                "1, the only format there is".to_owned(),
            ),
            "kind" => (
                matches!(value, Json::Text(kind) if kinds.contains(&kind.as_str())),
                format!("the kind {}", kinds.join(" or ")),
            ),
            _ => (
                false,
                "no such field; a header has format and kind".to_owned(),
            ),
        };
        if !legal {
            return Err(error(name, value.to_string(), expected));
        }
    }
    for name in ["format", "kind"] {
        if !has(name) {
            let expected = format!("a header such as {HEADER}");
            return Err(error(name, "nothing".to_owned(), expected));
        }
    }
    Ok(true)
}

/// Every person of a pool, sorted by id.
///
/// # Errors
/// [`PoolError`]: nobody is returned from a pool with any fault; all faults of the first
/// [`BadLines::KEPT`] bad lines are in the error.
///
/// # Complexity
/// Linear; some 25 µs of processor time for a person with every field (1.7 kB), 3 µs for a bare one.
pub fn read(source: impl Read) -> Result<Vec<Profile>, PoolError> {
    let mut people = Vec::new();
    for_each(source, |profile| {
        people.push(profile);
        Ok(())
    })?;
    Ok(people)
}

/// Opens and reads a pool file.
///
/// # Errors
/// As [`read`], and files that cannot be opened.
pub fn read_file(path: &FilePath) -> Result<Vec<Profile>, PoolError> {
    read(File::open(path)?)
}

/// Hands over every person of a pool in order, one at a time, and says how many there were. After
/// the first fault nobody is handed over any more.
///
/// # Errors
/// As [`read`], and what `each` returns.
pub fn for_each(
    source: impl Read,
    mut each: impl FnMut(Profile) -> io::Result<()>,
) -> Result<u64, PoolError> {
    let mut lines = Lines::open(source)?;
    let mut bad = BadLines::default();
    if lines.has_bom() {
        let mut faults = Faults::default();
        let found = "a byte-order mark";
        faults.add(&Path::ROOT, found, "plain UTF-8 without one");
        bad.add(1, faults);
    }
    let mut n_people = 0;
    let mut last: Option<Id> = None;
    while let Some(line) = lines.next()? {
        if line.is_blank() {
            continue;
        }
        let mut faults = Faults::default();
        let Some(json) = tree(&line, &mut faults) else {
            bad.add(line.number, faults);
            continue;
        };
        if line.number == 1 && is_header(&json, 1, &["pool"])? {
            continue;
        }
        let profile = Profile::from_json(json, &Path::ROOT, &mut faults);
        if let (Some(profile), Some(last)) = (&profile, &last)
            && profile.id <= *last
        {
            let found = format!("{:?} after {:?}", profile.id.as_str(), last.as_str());
            let expected = "ids that rise from line to line, each once; import the file into a new pool to sort it";
            faults.add(&Path::ROOT.key("id"), found, expected);
        }
        if let Some(profile) = &profile {
            last = Some(profile.id.clone());
        }
        match profile {
            Some(profile) if faults.is_empty() => {
                n_people += 1;
                if bad.total == 0 {
                    each(profile)?;
                }
            }
            _ => bad.add(line.number, faults),
        }
    }
    if bad.total > 0 {
        return Err(PoolError::Lines(bad));
    }
    Ok(n_people)
}

/// The tree of one line.
pub(super) fn tree(line: &Line, faults: &mut Faults) -> Option<Json> {
    let root = Path::ROOT;
    if line.too_long {
        let expected = format!("at most {MAX_LINE_BYTES}");
        faults.add(&root, "a line of more bytes than are read", expected);
        return None;
    }
    let text = match std::str::from_utf8(&line.text) {
        Ok(text) => text,
        Err(error) => {
            let (found, expected) = not_utf8(&line.text, error, line.offset);
            faults.add(&root, found, expected);
            return None;
        }
    };
    match parse(text.as_bytes()) {
        Ok(json) => Some(json),
        Err(error) => {
            let (found, expected) = syntax(text, &error.to_string());
            faults.add(&root, found, expected);
            None
        }
    }
}

/// What stands at the place that a parser complained about (`… at line 1 column 17`), and its complaint.
fn syntax(text: &str, complaint: &str) -> (String, String) {
    const SHOWN: usize = 20;
    let (cause, place) = complaint
        .rsplit_once(" at line ")
        .unwrap_or((complaint, ""));
    let column = place
        .rsplit_once(' ')
        .and_then(|(_, column)| column.parse().ok());
    let column: usize = column.unwrap_or(1);
    let from = text.floor_char_boundary(column.saturating_sub(1));
    let rest: String = text[from..].chars().take(SHOWN).collect();
    let found = if rest.is_empty() || cause.contains("EOF while") {
        "the end of the line".to_owned()
    } else {
        format!("{rest:?}")
    };
    let cause = cause.strip_prefix("broken JSON: ").unwrap_or(cause);
    (
        format!("{found} at byte {column} of the line"),
        format!("a JSON object in one line ({cause})"),
    )
}

/// The canonical line of a person, LF included.
pub(super) fn line(profile: &Profile) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(profile)?;
    line.push(b'\n');
    Ok(line)
}

/// Writes people as a pool. They must be sorted by id, each id once.
///
/// # Errors
/// People out of order, and what the sink reports.
pub fn write<'a>(
    mut sink: impl Write,
    people: impl IntoIterator<Item = &'a Profile>,
) -> io::Result<()> {
    writeln!(sink, "{HEADER}")?;
    let mut last: Option<&Id> = None;
    for profile in people {
        if last.is_some_and(|last| *last >= profile.id) {
            let message = format!("{} is not after the person before", profile.id);
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        last = Some(&profile.id);
        sink.write_all(&line(profile)?)?;
    }
    sink.flush()
}

/// Writes people as a pool file, which appears whole or not at all. They must be sorted by id, each
/// id once.
///
/// # Errors
/// People out of order, and files that cannot be written.
pub fn write_file<'a>(
    path: &FilePath,
    people: impl IntoIterator<Item = &'a Profile>,
) -> io::Result<()> {
    let mut file = Pending::create(path)?;
    write(&mut file, people)?;
    file.commit()
}
