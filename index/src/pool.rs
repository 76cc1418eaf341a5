//! A generation of an index: checked, read-only, shared between threads.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_matcher::json::{Faults, FromJson, Path as JsonPath, parse};
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use tantivy::columnar::Column;
use tantivy::schema::Value;
use tantivy::store::StoreReader;
use tantivy::{DocId, Index, SegmentReader, TantivyDocument};

use crate::IndexError;
use crate::ids::Ids;
use crate::manifest::{META, Manifest};
use crate::schema::{Fields, LENGTHS, schema};
use crate::text::{SCORE_MODEL, Section, TextModel, words};

/// The talent pool on disk, as it was when this was opened: later changes are in later generations.
///
/// Experts stand in segments, in each in the order of their ids.
pub struct Pool {
    pub(crate) dir: PathBuf,
    pub(crate) manifest: Manifest,
    pub(crate) fields: Fields,
    pub(crate) model: TextModel,
    pub(crate) segments: Vec<Segment>,
}

/// Some of a pool's experts.
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    lengths: [Column<u64>; 2],
    pub(crate) ids: Arc<Ids>,
}

/// Where an expert stands: a segment's position in the pool, and a document in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: usize,
    pub(crate) doc: DocId,
}

/// Blocks of stored profiles kept decompressed while they are read in order.
const CACHED_BLOCKS: usize = 4;

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
        let mut segments = Vec::new();
        for segment in index.searchable_segments()? {
            let reader = SegmentReader::open(&segment)?;
            segments.push(Segment::new(reader, None)?);
        }
        let (_, fields) = schema();
        let model = TextModel::of_segments(&fields, &segments)?;
        let pool = Self {
            dir: dir.to_owned(),
            manifest,
            fields,
            model,
            segments,
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
            .all(|segment| segment.ids.len() == segment.reader.max_doc() as usize);
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
        let mut stores: Vec<Option<ProfileStore<'_>>> =
            self.segments.iter().map(|_| None).collect();
        self.places().map(move |place| {
            let segment = &self.segments[place.segment];
            let store = match &mut stores[place.segment] {
                Some(store) => store,
                closed => closed.insert(segment.store(self)?),
            };
            store.profile(place.doc)
        })
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
                Some((self.segments[idx].ids.get(doc), idx))
            });
            let (_, segment) = first.min()?;
            let doc = heads[segment].next()?;
            Some(Place { segment, doc })
        })
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
                let doc = segment.ids.find(id)?;
                segment.is_alive(doc).then_some(Place { segment: idx, doc })
            })
            .next()
    }

    /// The id of whoever stands somewhere.
    pub(crate) fn id_at(&self, place: Place) -> &str {
        self.segments[place.segment].ids.get(place.doc)
    }

    /// The profile of whoever stands somewhere.
    pub(crate) fn profile(&self, place: Place) -> Result<Profile, IndexError> {
        self.segments[place.segment].store(self)?.profile(place.doc)
    }

    /// The profile of an expert, and its text as it is stored, if the pool has them.
    pub(crate) fn stored(&self, id: &Id) -> Result<Option<(Profile, String)>, IndexError> {
        let Some(place) = self.place(id.as_str()) else {
            return Ok(None);
        };
        let store = self.segments[place.segment].store(self)?;
        Ok(Some((store.profile(place.doc)?, store.text(place.doc)?)))
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

impl Segment {
    /// A segment whose ids are known or will be read.
    pub(crate) fn new(reader: SegmentReader, ids: Option<Arc<Ids>>) -> Result<Self, IndexError> {
        let [headline, bio] = LENGTHS;
        let lengths = [
            reader.fast_fields().u64(headline)?,
            reader.fast_fields().u64(bio)?,
        ];
        let ids = match ids {
            Some(ids) => ids,
            None => Arc::new(Ids::of(&reader)?),
        };
        Ok(Self {
            reader,
            lengths,
            ids,
        })
    }

    /// Documents, of which some may have been deleted.
    pub(crate) fn documents(&self) -> DocId {
        self.reader.max_doc()
    }

    /// Whether a document was not deleted.
    pub(crate) fn is_alive(&self, doc: DocId) -> bool {
        !self.reader.is_deleted(doc)
    }

    /// Documents that were not deleted, in order.
    pub(crate) fn alive_docs(&self) -> impl Iterator<Item = DocId> + '_ {
        (0..self.documents()).filter(|doc| self.is_alive(*doc))
    }

    /// The words of a section of a document.
    pub(crate) fn length(&self, section: Section, doc: DocId) -> u32 {
        let length = self.lengths[section.idx()].first(doc).unwrap_or_default();
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// A reader of stored profiles, for one thread.
    pub(crate) fn store<'a>(&self, pool: &'a Pool) -> Result<ProfileStore<'a>, IndexError> {
        let store = self.reader.get_store_reader(CACHED_BLOCKS);
        Ok(ProfileStore {
            store: store.map_err(IndexError::io(&pool.dir))?,
            pool,
        })
    }
}

/// Reads stored profiles; best in the order of documents.
pub(crate) struct ProfileStore<'a> {
    store: StoreReader,
    pool: &'a Pool,
}

impl ProfileStore<'_> {
    /// The text of a document's profile.
    pub(crate) fn text(&self, doc: DocId) -> Result<String, IndexError> {
        let document: TantivyDocument = self.store.get(doc)?;
        let json = document
            .get_first(self.pool.fields.profile)
            .and_then(|value| value.as_str());
        let json = json.ok_or_else(|| self.damaged(doc, "it is not stored"))?;
        Ok(json.to_owned())
    }

    /// The profile of a document.
    pub(crate) fn profile(&self, doc: DocId) -> Result<Profile, IndexError> {
        let json = self.text(doc)?;
        let tree = parse(json.as_bytes()).map_err(|error| self.damaged(doc, &error.to_string()))?;
        let mut faults = Faults::default();
        Profile::from_json(tree, &JsonPath::ROOT, &mut faults)
            .ok_or_else(|| self.damaged(doc, &faults.to_string()))
    }

    fn damaged(&self, doc: DocId, what: &str) -> IndexError {
        let what = format!("profile {doc} cannot be read: {what}");
        IndexError::damaged(&self.pool.dir, what)
    }
}
