//! A generation of an index: checked, read-only, shared between threads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use tantivy::{DocId, Index, SegmentReader};

use crate::IndexError;
use crate::manifest::{META, Manifest};
use crate::packing::Dictionary;
use crate::schema::{Fields, schema};
use crate::segment::{ProfileStore, Segment};
use crate::text::{SCORE_MODEL, TextModel, words};

/// The talent pool on disk, as it was when this was opened: later changes are in later generations.
///
/// Experts stand in segments, in each in the order of their ids.
pub struct Pool {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) fields: Fields,
    pub(crate) model: TextModel,
    pub(crate) segments: Vec<Segment>,
    pub(crate) dictionary: Arc<Dictionary>,
}

/// Where an expert stands: a segment's position in the pool, and a document in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: usize,
    pub(crate) doc: DocId,
}

/// How often an index is opened while another process changes it.
const ATTEMPTS: usize = 5;

impl Pool {
    /// Opens the index in `dir` and checks every file of it. Another process may be changing it.
    ///
    /// # Errors
    /// [`IndexError::Missing`], [`IndexError::NotAnIndex`], [`IndexError::OtherFormat`],
    /// [`IndexError::OtherScoreModel`]; [`IndexError::Damaged`] with the file and what is wrong with
    /// it. The messages say how to build the index again.
    ///
    /// # Complexity
    /// Reads every byte of the index once.
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        // Whoever changes an index removes files that were there a moment ago.
        let state = || fs::read(dir.join(META)).ok();
        let mut before = state();
        for _ in 1..ATTEMPTS {
            let opened = Self::open_once(dir);
            let after = state();
            if opened.is_ok() || after == before {
                return opened;
            }
            before = after;
        }
        Self::open_once(dir)
    }

    fn open_once(dir: &Path) -> Result<Self, IndexError> {
        let manifest = Manifest::read(dir)?;
        if manifest.score_model != SCORE_MODEL {
            return Err(IndexError::OtherScoreModel {
                dir: dir.to_owned(),
                found: manifest.score_model,
                expected: SCORE_MODEL,
            });
        }
        if !manifest.writing {
            manifest.check_files(dir)?;
        }
        let index = open_engine(dir)?;
        if manifest.writing {
            check_written(&index, dir)?;
        }
        let stated = committed(&index, dir)?;
        let manifest = if manifest.writing { stated } else { manifest };
        let (_, fields) = schema();
        let dictionary = Dictionary::read(dir)?;
        let mut segments = Vec::new();
        for segment in index.searchable_segments()? {
            let reader = SegmentReader::open(&segment)?;
            segments.push(Segment::open(reader, &fields, dir, &dictionary)?);
        }
        let model = TextModel::of_segments(&fields, &segments)?;
        let pool = Self {
            dir: dir.to_owned(),
            manifest,
            fields,
            model,
            segments,
            dictionary,
        };
        pool.check_counts()?;
        Ok(pool)
    }

    /// Whether as many experts are in it as were put there.
    pub(crate) fn check_counts(&self) -> Result<(), IndexError> {
        let found = self.model.experts();
        let segments = self.segments.iter();
        let named = segments
            .clone()
            .all(|segment| segment.shared.fits(&segment.reader));
        if found != self.manifest.experts || !named {
            let what = format!("{found} experts, expected {}", self.manifest.experts);
            return Err(IndexError::damaged(&self.dir.join(META), what));
        }
        Ok(())
    }

    /// What the index says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The word statistics that text scores are made with.
    pub fn text_model(&self) -> &TextModel {
        &self.model
    }

    /// Every profile, in the order of ids.
    pub fn profiles(&self) -> impl Iterator<Item = Result<Profile, IndexError>> {
        let mut reader = self.reader();
        self.places().map(move |place| reader.profile(place))
    }

    /// Reads profiles, for one thread.
    pub(crate) fn reader(&self) -> Reader<'_> {
        Reader {
            pool: self,
            stores: self.segments.iter().map(|_| None).collect(),
        }
    }

    /// Where everybody stands, in the order of ids.
    pub(crate) fn places(&self) -> impl Iterator<Item = Place> {
        let mut heads: Vec<_> = self
            .segments
            .iter()
            .map(|segment| segment.alive_docs().peekable())
            .collect();
        std::iter::from_fn(move || {
            let first = heads.iter_mut().enumerate().filter_map(|(idx, docs)| {
                let doc = *docs.peek()?;
                Some((self.segments[idx].id(doc), idx))
            });
            let (_, segment) = first.min()?;
            let doc = heads[segment].next()?;
            Some(Place { segment, doc })
        })
    }

    /// Everybody's id, in order.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.places().map(|place| self.id_at(place))
    }

    /// How many people are in it.
    pub fn experts(&self) -> usize {
        usize::try_from(self.model.experts()).unwrap_or(usize::MAX)
    }

    /// Where an expert stands, if the pool has them.
    pub(crate) fn place(&self, id: &str) -> Option<Place> {
        let segments = self.segments.iter().enumerate();
        segments
            .filter_map(|(idx, segment)| {
                let doc = segment.shared.ids.find(id)?;
                segment.is_alive(doc).then_some(Place { segment: idx, doc })
            })
            .next()
    }

    /// The id of whoever stands somewhere.
    pub(crate) fn id_at(&self, place: Place) -> &str {
        self.segments[place.segment].id(place.doc)
    }

    /// The profile of an expert, if the pool has them.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn person(&self, id: &Id) -> Result<Option<Profile>, IndexError> {
        let place = self.place(id.as_str());
        place.map(|place| self.reader().profile(place)).transpose()
    }

    /// The profile of an expert, and its text as it is stored, if the pool has them.
    pub(crate) fn stored(&self, id: &Id) -> Result<Option<(Profile, String)>, IndexError> {
        let place = self.place(id.as_str());
        place.map(|place| self.reader().stored(place)).transpose()
    }
}

/// Reads stored profiles; each segment's are opened once.
pub(crate) struct Reader<'p> {
    pool: &'p Pool,
    /// By segment, where one was asked for.
    stores: Vec<Option<ProfileStore<'p>>>,
}

impl<'p> Reader<'p> {
    /// The profile of whoever stands somewhere.
    pub(crate) fn profile(&mut self, place: Place) -> Result<Profile, IndexError> {
        self.store(place)?.profile(place.doc)
    }

    /// The same, and its text as it is stored.
    pub(crate) fn stored(&mut self, place: Place) -> Result<(Profile, String), IndexError> {
        self.store(place)?.stored(place.doc)
    }

    fn store(&mut self, place: Place) -> Result<&ProfileStore<'p>, IndexError> {
        let (pool, segment) = (self.pool, &self.pool.segments[place.segment]);
        Ok(match &mut self.stores[place.segment] {
            Some(store) => store,
            closed => closed.insert(segment.store(&pool.fields, &pool.dir)?),
        })
    }
}

/// Opens the engine's index, whose fields must be those of this format.
pub(crate) fn open_engine(dir: &Path) -> Result<Index, IndexError> {
    let index = Index::open_in_dir(dir)
        .map_err(|error| IndexError::damaged(&dir.join(META), error.to_string()))?;
    index
        .tokenizers()
        .register(words::TOKENIZER, words::analyzer());
    if index.schema() != schema().0 {
        return Err(IndexError::damaged(
            &dir.join(META),
            "its fields are not those of this format",
        ));
    }
    Ok(index)
}

/// What the last commit says of the pool.
pub(crate) fn committed(index: &Index, dir: &Path) -> Result<Manifest, IndexError> {
    let meta = dir.join(META);
    let payload = index.load_metas()?.payload;
    let payload = payload.ok_or_else(|| IndexError::damaged(&meta, "it says nothing of a pool"))?;
    Manifest::parse(payload.as_bytes(), dir, &meta)
}

/// Whether the files of an index that somebody was writing are as they were written.
fn check_written(index: &Index, dir: &Path) -> Result<(), IndexError> {
    let meta = index.load_metas()?;
    for file in meta.list_segment_files() {
        let path = dir.join(&file);
        // Segments name files that they need not have.
        if path.exists() && !index.directory().validate_checksum(&file).unwrap_or(false) {
            return Err(IndexError::damaged(&path, "its checksum is wrong"));
        }
    }
    Ok(())
}
