//! Some of a pool's experts: a segment of the engine with the columns of the same documents.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};
use std::thread;

use muster_matcher::availability::Calendar;
use muster_matcher::json::{Faults, FromJson, Path as JsonPath, parse};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use tantivy::columnar::Column;
use tantivy::schema::Value;
use tantivy::store::StoreReader;
use tantivy::{DocId, SegmentReader, TantivyDocument};

use crate::IndexError;
use crate::columns::{Bitmap, Columns, HoursOf, MoneyOf, Rows, Sets, Setting};
use crate::ids::Ids;
use crate::packing::{Dictionary, Unpacker};
use crate::schema::{Fields, LENGTHS, SHAPES};
use crate::text::{Section, Shape};

/// Blocks of stored profiles kept decompressed while they are read in order.
const CACHED_BLOCKS: usize = 4;
/// The ending of files of columns.
pub(crate) const COLUMNS: &str = "columns";

/// Some of a pool's experts.
pub(crate) struct Segment {
    pub(crate) reader: SegmentReader,
    lengths: Arc<Lengths>,
    /// Absent where nobody has documents.
    shapes: Option<Column<u64>>,
    pub(crate) shared: Arc<Shared>,
    /// Documents that were not deleted.
    pub(crate) alive: Bitmap,
}

/// The words of each section of one text, by document.
type Lengths = [Vec<u32>; 2];

/// What does not change while documents of a segment are deleted.
pub(crate) struct Shared {
    pub(crate) ids: Ids,
    pub(crate) columns: Columns,
    hours: HoursOf,
    money: MoneyOf,
    sets: Arc<Sets>,
    /// Known once a reader asked: a scan looks them up for every place of a word.
    lengths: OnceLock<Arc<Lengths>>,
    dictionary: Arc<Dictionary>,
}

impl Shared {
    pub(crate) fn new(ids: Ids, columns: Columns, dictionary: Arc<Dictionary>) -> Self {
        let sets = Arc::new(Sets::new(columns.n_docs()));
        Self {
            ids,
            columns,
            hours: HoursOf::default(),
            money: MoneyOf::default(),
            sets,
            lengths: OnceLock::new(),
            dictionary,
        }
    }

    fn lengths(&self, reader: &SegmentReader) -> Result<Arc<Lengths>, IndexError> {
        if let Some(known) = self.lengths.get() {
            return Ok(Arc::clone(known));
        }
        let of = |name: &str| {
            let column = reader.fast_fields().u64(name)?;
            let length = |doc| {
                let length = column.first(doc).unwrap_or_default();
                u32::try_from(length).unwrap_or(u32::MAX)
            };
            Ok::<_, IndexError>((0..reader.max_doc()).map(length).collect())
        };
        let [headline, bio] = LENGTHS;
        let made = Arc::new([of(headline)?, of(bio)?]);
        Ok(Arc::clone(self.lengths.get_or_init(|| made)))
    }

    /// Whether ids and columns are those of all documents.
    pub(crate) fn fits(&self, reader: &SegmentReader) -> bool {
        let n_docs = reader.max_doc();
        self.ids.len() == n_docs as usize && self.columns.n_docs() == n_docs
    }

    /// What a campaign file makes of the people; `calendar` is the file's.
    pub(crate) fn setting(&self, file: &CampaignFile, calendar: &Calendar) -> Setting {
        Setting {
            money: self.money.get(&self.columns, file),
            hours: self.hours.get(&self.columns, file, calendar),
            sets: Arc::clone(&self.sets),
        }
    }
}

/// The file of a segment's columns.
pub(crate) fn columns_file(dir: &Path, reader: &SegmentReader) -> PathBuf {
    let id = reader.segment_id().uuid_string();
    dir.join(format!("{id}.{COLUMNS}"))
}

impl Segment {
    /// A segment of which ids and columns are known.
    pub(crate) fn new(reader: SegmentReader, shared: Arc<Shared>) -> Result<Self, IndexError> {
        let lengths = shared.lengths(&reader)?;
        let shapes = reader.fast_fields().column_opt(SHAPES)?;
        let alive = match reader.alive_bitset() {
            None => Bitmap::all(reader.max_doc()),
            Some(alive) => Bitmap::of(reader.max_doc(), |doc| {
                DocId::try_from(doc).is_ok_and(|doc| alive.is_alive(doc))
            }),
        };
        Ok(Self {
            reader,
            lengths,
            shapes,
            shared,
            alive,
        })
    }

    /// Opens a segment with its file of columns; if that is not whole, the columns are made of the stored profiles.
    pub(crate) fn open(
        reader: SegmentReader,
        fields: &Fields,
        dir: &Path,
        dictionary: &Arc<Dictionary>,
    ) -> Result<Self, IndexError> {
        let ids = Ids::of(&reader)?;
        let file = fs::read(columns_file(dir, &reader)).ok();
        let known = file.and_then(|bytes| Columns::from_bytes(&bytes).ok());
        let known = known.filter(|columns| columns.n_docs() == reader.max_doc());
        let columns = match known {
            Some(columns) => columns,
            None => columns_of_profiles(&reader, fields, dir, dictionary)?,
        };
        let shared = Shared::new(ids, columns, Arc::clone(dictionary));
        Self::new(reader, Arc::new(shared))
    }

    /// Documents, of which some may have been deleted.
    pub(crate) fn documents(&self) -> DocId {
        self.reader.max_doc()
    }

    /// Whether a document was not deleted.
    pub(crate) fn is_alive(&self, doc: DocId) -> bool {
        self.alive.contains(doc)
    }

    /// Documents that were not deleted, in order.
    pub(crate) fn alive_docs(&self) -> impl Iterator<Item = DocId> + '_ {
        self.alive.docs()
    }

    /// The id of a document.
    pub(crate) fn id(&self, doc: DocId) -> &str {
        self.shared.ids.get(doc)
    }

    /// The words of a section of one text of a document.
    pub(crate) fn length(&self, section: Section, doc: DocId) -> u32 {
        let lengths = &self.lengths[section.idx()];
        lengths.get(doc as usize).copied().unwrap_or_default()
    }

    /// Whether anybody has documents.
    pub(crate) fn has_documents(&self) -> bool {
        self.shapes.is_some()
    }

    /// Writes the shapes of somebody's documents over `shapes`.
    pub(crate) fn shapes(&self, doc: DocId, shapes: &mut Vec<Shape>) {
        shapes.clear();
        let Some(column) = &self.shapes else { return };
        let mut numbers = column
            .values_for_doc(doc)
            .map(|number| u32::try_from(number).unwrap_or(u32::MAX));
        while let (Some(title), Some(text), Some(distinct)) =
            (numbers.next(), numbers.next(), numbers.next())
        {
            shapes.push(Shape {
                title,
                text,
                distinct,
            });
        }
    }

    /// A reader of stored profiles, for one thread.
    pub(crate) fn store<'a>(
        &'a self,
        fields: &'a Fields,
        dir: &'a Path,
    ) -> Result<ProfileStore<'a>, IndexError> {
        ProfileStore::of(&self.reader, fields, dir, &self.shared.dictionary)
    }
}

/// Columns made of the stored profiles.
fn columns_of_profiles(
    reader: &SegmentReader,
    fields: &Fields,
    dir: &Path,
    dictionary: &Dictionary,
) -> Result<Columns, IndexError> {
    let rows_of = |docs: std::ops::Range<DocId>| {
        let store = ProfileStore::of(reader, fields, dir, dictionary)?;
        let mut rows = Rows::default();
        for doc in docs {
            rows.add(&store.profile(doc)?);
        }
        Ok::<_, IndexError>(rows)
    };
    let (middle, end) = (reader.max_doc() / 2, reader.max_doc());
    let (first, second) = thread::scope(|scope| {
        let first = scope.spawn(|| rows_of(0..middle));
        let second = rows_of(middle..end);
        match first.join() {
            Ok(first) => (first, second),
            Err(panic) => std::panic::resume_unwind(panic),
        }
    });
    let (first, second) = (first?, second?);
    let docs = (0..middle).map(|doc| Some((0, doc)));
    let docs: Vec<_> = docs
        .chain((0..end - middle).map(|doc| Some((1, doc))))
        .collect();
    Ok(Columns::gathered(
        &[first.columns(), second.columns()],
        &docs,
    ))
}

/// Reads stored profiles; best in the order of documents.
pub(crate) struct ProfileStore<'a> {
    store: StoreReader,
    unpacker: Unpacker<'a>,
    fields: &'a Fields,
    dir: &'a Path,
}

impl<'a> ProfileStore<'a> {
    fn of(
        reader: &SegmentReader,
        fields: &'a Fields,
        dir: &'a Path,
        dictionary: &'a Dictionary,
    ) -> Result<Self, IndexError> {
        let store = reader.get_store_reader(CACHED_BLOCKS);
        Ok(Self {
            store: store.map_err(IndexError::io(dir))?,
            unpacker: dictionary.unpacker().map_err(IndexError::io(dir))?,
            fields,
            dir,
        })
    }

    /// The text of a document's profile.
    pub(crate) fn text(&self, doc: DocId) -> Result<String, IndexError> {
        let document: TantivyDocument = self.store.get(doc)?;
        let packed = document
            .get_first(self.fields.profile)
            .and_then(|value| value.as_bytes());
        let packed = packed.ok_or_else(|| self.damaged(doc, "it is not stored"))?;
        let text = self.unpacker.unpack(packed);
        text.map_err(|error| self.damaged(doc, &error.to_string()))
    }

    /// The profile of a document.
    pub(crate) fn profile(&self, doc: DocId) -> Result<Profile, IndexError> {
        Ok(self.stored(doc)?.0)
    }

    /// The profile of a document, and its text.
    pub(crate) fn stored(&self, doc: DocId) -> Result<(Profile, String), IndexError> {
        let json = self.text(doc)?;
        let tree = parse(json.as_bytes()).map_err(|error| self.damaged(doc, &error.to_string()))?;
        let mut faults = Faults::default();
        let profile = Profile::from_json(tree, &JsonPath::ROOT, &mut faults);
        let profile = profile.ok_or_else(|| self.damaged(doc, &faults.to_string()))?;
        Ok((profile, json))
    }

    fn damaged(&self, doc: DocId, what: &str) -> IndexError {
        let what = format!("profile {doc} cannot be read: {what}");
        IndexError::damaged(self.dir, what)
    }
}
