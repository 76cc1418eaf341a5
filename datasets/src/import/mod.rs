//! Profiles from other systems into a pool file.
//!
//! [`import`] reads rows of JSON Lines or CSV (`docs/formats.md` says field by field what they hold),
//! checks every one, merges the good ones by id into the canonical pool file ([`pool`]) and hands the bad
//! ones back, each with every reason. Importing a file twice changes nothing the second time. The pool
//! file appears whole or stays as it was.
//!
//! Skills may be written by their labels ([`labels`]), here and in campaign files.
//!
//! ```
//! use muster_datasets::import::{Kind, Options, import, pool};
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("pool.jsonl");
//! let rows = "id,min_rate_cents,currency,weekly_hours\n\
//!             ana,9000,EUR,20\n\
//!             bo,45.00,USD,10\n";
//! let report = import(rows.as_bytes(), Kind::Csv, &path, Options::default())?;
//! assert_eq!((report.added, report.rejected), (1, 1));
//! assert_eq!(
//!     report.faults[0].to_string(),
//!     "line 3: column min_rate_cents (/rate/min_cents): found \"45.00\", expected an integer from 0 to 1000000"
//! );
//! assert_eq!(pool::read_file(&path)?[0].id.as_str(), "ana");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod columns;
mod each;
pub mod labels;
mod mapping;
mod merge;
pub mod pool;
mod replace;
mod report;
pub mod results;
mod rows;
mod source;
mod table;
#[cfg(test)]
mod tests;
pub mod zst;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;

pub use each::each;
pub use labels::{LabelMatch, NoLabels, SkillLabels};
pub use mapping::{Mapping, MappingError};
pub use report::{ImportReport, RowFault};
pub use source::{MAX_LINE_BYTES, SourceError};

use merge::{Fresh, merge};
use replace::Pending;
use report::RowFaults;
use rows::Rows;
use source::Lines;

/// The two ways profiles are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// JSON Lines: one profile a line.
    Jsonl,
    /// CSV with a header.
    Csv,
}

impl Kind {
    /// The kind that a file's name says: `.csv`, or `.jsonl` and `.ndjson`, each with or without `.gz` or `.zst`.
    pub fn of_name(path: &Path) -> Option<Self> {
        match stem_and_extension(path).1.as_str() {
            ".csv" | ".csv.gz" | ".csv.zst" => Some(Self::Csv),
            ".jsonl" | ".ndjson" | ".jsonl.gz" | ".ndjson.gz" | ".jsonl.zst" | ".ndjson.zst" => {
                Some(Self::Jsonl)
            }
            _ => None,
        }
    }
}

/// How to import.
pub struct Options<'a> {
    /// What the file is called in messages.
    pub file: String,
    /// Other names for the columns of a CSV file.
    pub map: Vec<Mapping>,
    /// What stands between the cells of a CSV file.
    pub separator: u8,
    /// Knows skills by their labels.
    pub labels: &'a dyn SkillLabels,
    /// Where rejected rows go; nowhere if absent. A file that is there is replaced, even if no row is rejected.
    pub rejects: Option<PathBuf>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Told how far reading has come, every thousand rows and at the end.
    pub progress: Option<&'a mut dyn FnMut(Progress)>,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            file: "(input)".to_owned(),
            map: Vec::new(),
            separator: b',',
            labels: &NoLabels,
            rejects: None,
            dry_run: false,
            progress: None,
        }
    }
}

/// How far reading has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes taken from the source, compressed if it is.
    pub bytes: u64,
    /// Rows read.
    pub rows: u64,
}

/// Why nothing was imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file could not be opened.
    #[error("cannot open {}: {source}", path.display())]
    Open {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file's name does not say what it holds.
    #[error("{}: expected a name that ends in .csv, .jsonl or .ndjson (with or without .gz or .zst)", path.display())]
    UnknownKind {
        /// Which.
        path: PathBuf,
    },
    /// The bytes are no text in UTF-8.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The file says that it is of another format or kind.
    #[error(transparent)]
    Header(#[from] pool::HeaderError),
    /// The file is one JSON array.
    #[error(
        "line 1: found a JSON array, expected one profile a line; `jq -c '.[]'` makes such a file"
    )]
    Array,
    /// The header of a CSV file is not what it should be.
    #[error("header: {}", .0.join("\nheader: "))]
    Columns(Vec<String>),
    /// Column names were mapped, but the file has no columns.
    #[error(
        "columns can be mapped in CSV files only; fields of JSON Lines have names of their own"
    )]
    MapWithoutColumns,
    /// The character between cells cannot be that.
    #[error("separator {0:?}, expected one ASCII character that is no quote and no line end")]
    Separator(char),
    /// The existing pool is damaged; it stays as it is.
    #[error("pool {}: {source}", path.display())]
    Pool {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        source: pool::PoolError,
    },
    /// Somebody else wrote the pool meanwhile; what they wrote stays.
    #[error("pool {} changed while the file was imported; import it again", path.display())]
    PoolChanged {
        /// Which.
        path: PathBuf,
    },
    /// The rejects file would replace the pool or the file that is imported.
    #[error("rejected rows would replace {}; name another file for them", path.display())]
    RejectsPlace {
        /// Which.
        path: PathBuf,
    },
    /// A file could not be written; what was there stays.
    #[error("cannot write {}: {source}", path.display())]
    Write {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// Imports a file. Its name says of which kind it is; without [`Options::rejects`], rejected rows go
/// beside it: `people.csv.gz` has its in `people.rejects.csv.gz`.
///
/// # Errors
/// As [`import`], and files that cannot be opened or whose names say nothing.
pub fn import_file(
    path: &Path,
    pool: &Path,
    mut options: Options<'_>,
) -> Result<ImportReport, ImportError> {
    let kind = Kind::of_name(path).ok_or_else(|| ImportError::UnknownKind {
        path: path.to_owned(),
    })?;
    let source = File::open(path).map_err(|source| ImportError::Open {
        path: path.to_owned(),
        source,
    })?;
    let rejects = options.rejects.unwrap_or_else(|| rejects_beside(path));
    if same(&rejects, path) {
        return Err(ImportError::RejectsPlace { path: rejects });
    }
    options.rejects = Some(rejects);
    options.file = path.display().to_string();
    import(source, kind, pool, options)
}

/// Imports the profiles that `source` holds into the pool file `pool`, which is made if it is missing.
///
/// A person is known by id: new ids are added, known ones replaced whole. If two good rows have one
/// id, the second is rejected. Bad rows are rejected with every fault and the others go in.
///
/// # Errors
/// [`ImportError`], and then nothing was written: bytes that cannot be read as text, a header that is not
/// as it should be, a damaged pool, files that cannot be written.
///
/// # Complexity
/// Time is linear in file and pool, but for sorting the file's ids; memory holds the file's people, not the pool's.
pub fn import(
    source: impl Read,
    kind: Kind,
    pool: &Path,
    options: Options<'_>,
) -> Result<ImportReport, ImportError> {
    let Options {
        file,
        map,
        separator,
        labels,
        rejects: rejects_path,
        dry_run,
        progress,
    } = options;
    if !separator.is_ascii() || matches!(separator, b'"' | b'\n' | b'\r') {
        return Err(ImportError::Separator(char::from(separator)));
    }
    if kind == Kind::Jsonl && !map.is_empty() {
        return Err(ImportError::MapWithoutColumns);
    }
    if let Some(path) = rejects_path.as_ref().filter(|path| same(path, pool)) {
        return Err(ImportError::RejectsPlace { path: path.clone() });
    }
    let mut report = ImportReport {
        file,
        dry_run,
        ..ImportReport::default()
    };
    let lines = Lines::open(source)?;
    if lines.has_bom() {
        let note = "the file begins with a byte-order mark, which was skipped";
        report.notes.push(note.to_owned());
    }
    let rows = match kind {
        Kind::Jsonl => Some(Rows::jsonl(lines)),
        Kind::Csv => Rows::csv(lines, separator, &map)?,
    };
    let mut rejects = Rejects {
        path: rejects_path.filter(|_| !dry_run),
        pending: None,
    };
    let mut fresh = BTreeMap::new();
    if let Some(rows) = rows {
        read(
            rows,
            labels,
            &mut report,
            &mut rejects,
            &mut fresh,
            progress,
        )?;
    }
    if report.rows == 0 {
        report.notes.push("the file holds no rows".to_owned());
    }
    let (counts, replacement) = merge(pool, fresh, dry_run)?;
    report.added = counts.added;
    report.changed = counts.changed;
    report.unchanged = counts.unchanged;
    report.people = counts.people;
    report.rejects_path = rejects.commit(report.rejected > 0)?;
    if let Some(replacement) = replacement {
        replacement.commit(pool)?;
    }
    Ok(report)
}

fn read(
    mut rows: Rows<'_>,
    labels: &dyn SkillLabels,
    report: &mut ImportReport,
    rejects: &mut Rejects,
    fresh: &mut BTreeMap<Id, Fresh>,
    mut progress: Option<&mut dyn FnMut(Progress)>,
) -> Result<(), ImportError> {
    const ROWS_A_TICK: u64 = 1_000;
    if rejects.has_older() {
        rejects.begin(&rows)?;
    }
    while let Some(row) = rows.next(labels)? {
        report.rows += 1;
        let faults = match row.person {
            Ok(profile) => take(row.line, profile, &rows, fresh)?,
            Err(faults) => Some(faults),
        };
        if let Some(faults) = faults {
            report.reject(&faults);
            rejects.add(&rows, &faults)?;
        }
        if let Some(progress) = &mut progress
            && report.rows.is_multiple_of(ROWS_A_TICK)
        {
            progress(Progress {
                bytes: rows.bytes(),
                rows: report.rows,
            });
        }
    }
    if let Some(progress) = progress {
        progress(Progress {
            bytes: rows.bytes(),
            rows: report.rows,
        });
    }
    Ok(())
}

/// Takes a person in, unless the pool could not hold them or an earlier row has their id.
fn take(
    line: u64,
    profile: Profile,
    rows: &Rows<'_>,
    fresh: &mut BTreeMap<Id, Fresh>,
) -> Result<Option<RowFaults>, ImportError> {
    let fault = |at: &str, value: String, expected: String| {
        Some(RowFaults::one(RowFault {
            line,
            column: rows.column(at),
            at: at.to_owned(),
            value,
            expected,
        }))
    };
    let text = pool::line(&profile).map_err(SourceError::Io)?;
    // Ids and defaults can make a line longer than the one that was read.
    if text.len() > MAX_LINE_BYTES {
        let found = format!("{} bytes in the pool", text.len());
        return Ok(fault("", found, format!("at most {MAX_LINE_BYTES}")));
    }
    Ok(match fresh.entry(profile.id) {
        Entry::Vacant(place) => {
            let text = text.into();
            place.insert(Fresh { line, text });
            None
        }
        Entry::Occupied(first) => {
            let found = format!("{:?} again", first.key().as_str());
            let expected = format!("an id of its own; line {} has it", first.get().line);
            fault("/id", found, expected)
        }
    })
}

/// The rejects file in the making.
struct Rejects {
    path: Option<PathBuf>,
    pending: Option<Pending>,
}

impl Rejects {
    fn begin(&mut self, rows: &Rows<'_>) -> Result<(), ImportError> {
        let Some(path) = self.path.as_ref().filter(|_| self.pending.is_none()) else {
            return Ok(());
        };
        let begun = Pending::create(path).and_then(|mut pending| {
            rows.begin_rejects(&mut pending)?;
            Ok(pending)
        });
        self.pending = Some(begun.map_err(|source| self.cannot_write(source))?);
        Ok(())
    }

    fn add(&mut self, rows: &Rows<'_>, faults: &RowFaults) -> Result<(), ImportError> {
        self.begin(rows)?;
        let written = match &mut self.pending {
            Some(pending) => rows.reject(faults, pending),
            None => Ok(()),
        };
        written.map_err(|source| self.cannot_write(source))
    }

    /// Whether rejects of an earlier import are there.
    fn has_older(&self) -> bool {
        self.path.as_ref().is_some_and(|path| path.exists())
    }

    /// Puts the file in place if there are rejects, or in the place of older ones.
    fn commit(mut self, any: bool) -> Result<Option<PathBuf>, ImportError> {
        if let (None, Some(path), true) = (&self.pending, &self.path, self.has_older()) {
            let empty = Pending::create(path).map_err(|source| self.cannot_write(source))?;
            self.pending = Some(empty);
        }
        if let Some(pending) = self.pending.take() {
            pending
                .commit()
                .map_err(|source| self.cannot_write(source))?;
        }
        Ok(self.path.filter(|_| any))
    }

    fn cannot_write(&self, source: io::Error) -> ImportError {
        ImportError::Write {
            path: self.path.clone().unwrap_or_default(),
            source,
        }
    }
}

/// Whether two paths name one file.
fn same(a: &Path, b: &Path) -> bool {
    a == b || matches!((fs::canonicalize(a), fs::canonicalize(b)), (Ok(a), Ok(b)) if a == b)
}

fn rejects_beside(path: &Path) -> PathBuf {
    let (stem, extension) = stem_and_extension(path);
    path.with_file_name(format!("{stem}.rejects{extension}"))
}

/// A file's name in two: `people` and `.csv.gz`.
fn stem_and_extension(path: &Path) -> (String, String) {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let lower = name.to_ascii_lowercase();
    let plain = lower.strip_suffix(".gz").or(lower.strip_suffix(".zst"));
    let plain = plain.unwrap_or(&lower);
    let at = plain.rfind('.').unwrap_or(plain.len());
    (name[..at].to_owned(), lower[at..].to_owned())
}
