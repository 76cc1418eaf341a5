//! New profiles into a pool file.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use muster_matcher::model::Id;

use super::ImportError;
use super::pool::{self, HEADER};
use super::replace::Pending;

/// An imported person: the line they came from, and their line in the pool.
pub(super) struct Fresh {
    pub(super) line: u64,
    pub(super) text: Box<[u8]>,
}

/// What a merge comes to.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) added: u64,
    pub(super) changed: u64,
    pub(super) unchanged: u64,
    pub(super) people: u64,
}

/// Merges `fresh` into the pool at `path`. What is to be put in its place, if that differs from what is
/// there and if this is no dry run, is returned still to be committed.
///
/// # Complexity
/// The pool streams by; memory holds `fresh` only.
pub(super) fn merge(
    path: &Path,
    fresh: BTreeMap<Id, Fresh>,
    dry_run: bool,
) -> Result<(Counts, Option<Replacement>), ImportError> {
    merge_since(Stamp::of(path), path, fresh, dry_run)
}

/// The same into the pool as it was when `stamp` was taken: `fresh` was made from it.
pub(super) fn merge_since(
    stamp: Option<Stamp>,
    path: &Path,
    fresh: BTreeMap<Id, Fresh>,
    dry_run: bool,
) -> Result<(Counts, Option<Replacement>), ImportError> {
    let cannot_write = |source| ImportError::Write {
        path: path.to_owned(),
        source,
    };
    let damaged = |source| ImportError::Pool {
        path: path.to_owned(),
        source,
    };
    let existing = match File::open(path) {
        Ok(file) => Some(file),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(damaged(error.into())),
    };
    let is_new = existing.is_none();
    let mut pending = if dry_run {
        None
    } else {
        Some(Pending::create(path).map_err(cannot_write)?)
    };
    let mut counts = Counts::default();
    let mut failed = None;
    let mut put = |line: &[u8]| {
        if let Some(pending) = &mut pending
            && failed.is_none()
            && let Err(error) = pending.write_all(line)
        {
            failed = Some(error);
        }
    };
    put(HEADER.as_bytes());
    put(b"\n");
    let mut fresh = fresh.into_iter().peekable();
    if let Some(existing) = existing {
        let merged = pool::for_each(existing, |profile| {
            while let Some((_, new)) = fresh.next_if(|(id, _)| *id < profile.id) {
                counts.added += 1;
                put(&new.text);
            }
            let known = pool::line(&profile)?;
            match fresh.next_if(|(id, _)| *id == profile.id) {
                Some((_, new)) if *new.text == *known => {
                    counts.unchanged += 1;
                    put(&known);
                }
                Some((_, new)) => {
                    counts.changed += 1;
                    put(&new.text);
                }
                None => put(&known),
            }
            Ok(())
        });
        counts.people = merged.map_err(damaged)?;
    }
    for (_, new) in fresh {
        counts.added += 1;
        put(&new.text);
    }
    counts.people += counts.added;
    if let Some(error) = failed {
        return Err(cannot_write(error));
    }
    let differs = is_new || counts.added + counts.changed > 0;
    let replacement = pending
        .filter(|_| differs)
        .map(|pending| Replacement { pending, stamp });
    Ok((counts, replacement))
}

/// A pool file ready to be put in place of the one that was read.
pub(super) struct Replacement {
    pending: Pending,
    stamp: Option<Stamp>,
}

impl Replacement {
    /// Puts the file in place, unless the one there is not the one that was read any more.
    pub(super) fn commit(self, path: &Path) -> Result<(), ImportError> {
        if Stamp::of(path) != self.stamp {
            return Err(ImportError::PoolChanged {
                path: path.to_owned(),
            });
        }
        self.pending.commit().map_err(|source| ImportError::Write {
            path: path.to_owned(),
            source,
        })
    }
}

/// Tells one state of a file from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    bytes: u64,
    modified: Option<SystemTime>,
}

impl Stamp {
    pub(super) fn of(path: &Path) -> Option<Self> {
        let known = fs::metadata(path).ok()?;
        Some(Self {
            bytes: known.len(),
            modified: known.modified().ok(),
        })
    }
}
