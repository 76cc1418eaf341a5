//! An index that was opened: checked, read-only, shared between threads.

use std::path::{Path, PathBuf};

use muster_matcher::json::{Faults, FromJson, Path as JsonPath, parse};
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use tantivy::columnar::Column;
use tantivy::schema::{IndexRecordOption, Value};
use tantivy::store::StoreReader;
use tantivy::{DocId, DocSet, Index, SegmentReader, TERMINATED, TantivyDocument, Term};

use crate::IndexError;
use crate::manifest::{Manifest, WORDS};
use crate::schema::{Fields, LENGTHS, schema};
use crate::text::{self, SCORE_MODEL, Section, TextModel, words};

/// The talent pool on disk.
///
/// Experts are numbered in the order of their ids, so the order of documents is the order of ids.
pub struct Pool {
    dir: PathBuf,
    manifest: Manifest,
    pub(crate) fields: Fields,
    model: TextModel,
    /// Nothing where the pool is empty.
    pub(crate) segment: Option<Segment>,
}

/// All experts of a pool.
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    lengths: [Column<u64>; 2],
}

/// Blocks of stored profiles kept decompressed while they are read in order.
const CACHED_BLOCKS: usize = 4;

impl Pool {
    /// Opens the index in `dir` and checks every file of it.
    ///
    /// # Errors
    /// [`IndexError::Missing`], [`IndexError::NotAnIndex`], [`IndexError::OtherFormat`],
    /// [`IndexError::OtherScoreModel`]; [`IndexError::Damaged`] with the file and what is wrong with
    /// it. The messages say how to build the index again.
    ///
    /// # Complexity
    /// Reads every byte of the index once.
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        let manifest = Manifest::read(dir)?;
        if manifest.score_model != SCORE_MODEL {
            return Err(IndexError::OtherScoreModel {
                dir: dir.to_owned(),
                found: manifest.score_model,
                expected: SCORE_MODEL,
            });
        }
        manifest.check_files(dir)?;
        let words = dir.join(WORDS);
        let file = std::fs::File::open(&words).map_err(IndexError::io(&words))?;
        let model = text::read(file).map_err(|error| IndexError::damaged(&words, error))?;
        let pool = Self::open_checked(dir, manifest, model)?;
        let found = pool.documents();
        if u64::from(found) != pool.manifest.experts || pool.model.experts() != u64::from(found) {
            let what = format!(
                "{found} experts, expected {} with word statistics of {}",
                pool.manifest.experts,
                pool.model.experts()
            );
            return Err(IndexError::damaged(dir, what));
        }
        Ok(pool)
    }

    fn open_checked(dir: &Path, manifest: Manifest, model: TextModel) -> Result<Self, IndexError> {
        let index = Index::open_in_dir(dir)?;
        index
            .tokenizers()
            .register(words::TOKENIZER, words::analyzer());
        let (schema, fields) = schema();
        if index.schema() != schema {
            return Err(IndexError::damaged(
                dir,
                "its fields are not those of this format",
            ));
        }
        let segments = index.searchable_segments()?;
        let segment = match segments.as_slice() {
            [] => None,
            [segment] => Some(Segment::open(segment)?),
            more => {
                let what = format!("{} segments, expected one", more.len());
                return Err(IndexError::damaged(dir, what));
            }
        };
        Ok(Self {
            dir: dir.to_owned(),
            manifest,
            fields,
            model,
            segment,
        })
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
        let store = self.segment.as_ref().map(|segment| segment.store(self));
        let (mut store, mut failed) = match store.transpose() {
            Ok(store) => (store, None),
            Err(error) => (None, Some(error)),
        };
        let mut docs = 0..self.documents();
        std::iter::from_fn(move || {
            if let Some(error) = failed.take() {
                return Some(Err(error));
            }
            let doc = docs.next()?;
            store.as_mut().map(|store| store.profile(doc))
        })
    }

    pub(crate) fn documents(&self) -> DocId {
        self.segment
            .as_ref()
            .map_or(0, |segment| segment.reader.max_doc())
    }
}

impl Segment {
    fn open(segment: &tantivy::Segment) -> Result<Self, IndexError> {
        let reader = SegmentReader::open(segment)?;
        let [headline, bio] = LENGTHS;
        let lengths = [
            reader.fast_fields().u64(headline)?,
            reader.fast_fields().u64(bio)?,
        ];
        Ok(Self { reader, lengths })
    }

    /// The words of a section of a document.
    pub(crate) fn length(&self, section: Section, doc: DocId) -> u32 {
        let length = self.lengths[section.idx()].first(doc).unwrap_or_default();
        u32::try_from(length).unwrap_or(u32::MAX)
    }

    /// The document of an expert, if the pool has them.
    pub(crate) fn document(&self, pool: &Pool, id: &Id) -> Result<Option<DocId>, IndexError> {
        let term = Term::from_field_text(pool.fields.id, id.as_str());
        let ids = self.reader.inverted_index(pool.fields.id)?;
        let postings = ids.read_postings(&term, IndexRecordOption::Basic);
        let postings = postings.map_err(IndexError::io(&pool.dir))?;
        let doc = postings.map(|postings| postings.doc());
        Ok(doc.filter(|doc| *doc != TERMINATED))
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
    /// The profile of a document.
    pub(crate) fn profile(&self, doc: DocId) -> Result<Profile, IndexError> {
        let document: TantivyDocument = self.store.get(doc)?;
        let json = document
            .get_first(self.pool.fields.profile)
            .and_then(|value| value.as_str());
        let damaged = |what: String| {
            IndexError::damaged(
                &self.pool.dir,
                format!("profile {doc} cannot be read: {what}"),
            )
        };
        let json = json.ok_or_else(|| damaged("it is not stored".to_owned()))?;
        let tree = parse(json.as_bytes()).map_err(|error| damaged(error.to_string()))?;
        let mut faults = Faults::default();
        Profile::from_json(tree, &JsonPath::ROOT, &mut faults)
            .ok_or_else(|| damaged(faults.to_string()))
    }
}
