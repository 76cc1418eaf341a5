//! What can go wrong with an index on disk.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use muster_matcher::model::Id;

/// Why an index could not be built, opened or read.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
    /// There is nothing at the place.
    #[error("no index at {}; build it: {Rebuild}", dir.display())]
    Missing {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// The folder holds something else; it is left as it is.
    #[error("{} holds no index of Muster ({why}); choose an empty or a new folder and build one: {Rebuild}", dir.display())]
    NotAnIndex {
        /// The folder.
        dir: PathBuf,
        /// What speaks against it.
        why: String,
    },
    /// The index was written in another format.
    #[error("{} has index format {found}, expected {expected}; build it again: {Rebuild}", dir.display())]
    OtherFormat {
        /// The index's folder.
        dir: PathBuf,
        /// The format it states.
        found: u64,
        /// The format this program reads.
        expected: u64,
    },
    /// The index's word statistics belong to another formula for text scores.
    #[error("{} has score model {found}, expected {expected}; build it again: {Rebuild}", dir.display())]
    OtherScoreModel {
        /// The index's folder.
        dir: PathBuf,
        /// The score model it states.
        found: u32,
        /// The score model this program computes.
        expected: u32,
    },
    /// A file of the index is not as it was written.
    #[error("{}: {what}; the index is damaged, build it again: {Rebuild}", file.display())]
    Damaged {
        /// Which file.
        file: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// Two profiles of the pool have one id.
    #[error("expert {id} is in the pool twice")]
    DuplicateId {
        /// Which.
        id: Id,
    },
    /// Another process writes there.
    #[error("{} is in use by {owner}; wait for it, or end it", folder.display())]
    InUse {
        /// The folder both want.
        folder: PathBuf,
        /// Who has it.
        owner: String,
    },
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which file or folder.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The search library failed in a way that names no file.
    #[error("search index: {0}")]
    Engine(#[from] tantivy::TantivyError),
}

/// The command that builds an index anew.
struct Rebuild;

impl fmt::Display for Rebuild {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("muster index POOL --out FOLDER")
    }
}

impl IndexError {
    /// For `map_err`: an I/O error with its path.
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    pub(crate) fn damaged(file: &Path, what: impl fmt::Display) -> Self {
        Self::Damaged {
            file: file.to_owned(),
            what: what.to_string(),
        }
    }
}
