//! Pools as commands name them: a pool file, or the folder of an index.

use std::path::Path;

use anyhow::{Context, Result};
use muster_datasets::import::pool::read_file;
use muster_index::{IndexSource, TextModel};
use muster_matcher::candidates::{CandidateSource, Exhaustive};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;

use super::generate::threads;

/// A pool that was opened.
pub(crate) enum Pool {
    /// A pool file, read whole, with the statistics of its words.
    File {
        profiles: Vec<Profile>,
        words: TextModel,
    },
    /// An index.
    Index(Box<muster_index::Pool>),
}

impl Pool {
    /// Opens a pool file or the folder of an index.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if path.is_dir() {
            let index = muster_index::Pool::open(path)?;
            return Ok(Self::Index(Box::new(index)));
        }
        let profiles = read_file(path).with_context(|| format!("pool {}", path.display()))?;
        Ok(Self::of(profiles))
    }

    /// A pool in memory.
    pub(crate) fn of(profiles: Vec<Profile>) -> Self {
        let words = TextModel::of(&profiles);
        Self::File { profiles, words }
    }

    /// Where a plan of `file` gets its candidates. Both kinds of pool give the same ones.
    pub(crate) fn source<'p>(
        &'p self,
        file: &CampaignFile,
    ) -> Result<Box<dyn CandidateSource + 'p>> {
        match self {
            Self::Index(index) => Ok(Box::new(IndexSource::new(index, threads()))),
            Self::File { profiles, words } => {
                let texts = file.roles().map(|(_, role)| role.text.as_str());
                let text = words.table(texts, profiles);
                Ok(Box::new(Exhaustive {
                    profiles,
                    text,
                    threads: threads(),
                }))
            }
        }
    }
}
