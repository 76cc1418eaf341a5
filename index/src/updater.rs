//! Keeping an index up to date: some profiles changed, the next generation.
//!
//! One long-lived writer a folder. A batch of changes is one commit: documents and what the manifest says of them
//! (how far the source had come among it) change together or not at all, whenever the process ends. Segments are
//! merged behind the writer's back, which changes nothing that can be seen of the pool.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use tantivy::merge_policy::LogMergePolicy;
use tantivy::{DocId, Index, IndexWriter, SegmentReader, TantivyDocument, Term};

use crate::IndexError;
use crate::columns::{Columns, Rows};
use crate::ids::Ids;
use crate::lock::FolderLock;
use crate::manifest::{Manifest, PoolHash};
use crate::pool::{Pool, open_engine};
use crate::schema::schema;
use crate::segment::{COLUMNS, Segment, Shared, columns_file};
use crate::text::Lengths;
use crate::writer::{commit, seal, stored};

/// Memory for postings before they are written as a segment.
const MEMORY_BYTES: usize = 50_000_000;
/// The share of deleted documents from which a segment is written anew without them.
const MOST_DELETED: f32 = 0.2;
/// How often a generation is opened while merges end.
const ATTEMPTS: usize = 10;

/// What became of an expert.
#[derive(Clone, Debug)]
pub enum Change {
    /// The profile is this one now, whether or not there was one before.
    Put(Box<Profile>),
    /// There is no such profile any more, if there was one.
    Delete(Id),
}

impl Change {
    fn id(&self) -> &Id {
        match self {
            Self::Put(profile) => &profile.id,
            Self::Delete(id) => id,
        }
    }
}

/// The profiles put by one batch.
#[derive(Default)]
struct Batch {
    rows: Rows,
    /// Numbers of rows by id.
    ids: BTreeMap<Id, DocId>,
}

impl Batch {
    fn add(&mut self, profile: &Profile) {
        let row = self.rows.add(profile);
        self.ids.insert(profile.id.clone(), row);
    }
}

/// Changes the index in a folder, which belongs to it until it is dropped.
pub struct Updater {
    dir: PathBuf,
    index: Index,
    writer: IndexWriter<TantivyDocument>,
    latest: Arc<Pool>,
    hash: PoolHash,
    /// After a failure it is not known what the writer holds.
    failed: bool,
    _lock: FolderLock,
}

impl Updater {
    /// Opens the index in `dir` for changes, and checks every file of it.
    ///
    /// # Errors
    /// As [`Pool::open`]; [`IndexError::InUse`] where another process has the folder.
    ///
    /// # Complexity
    /// As [`Pool::open`].
    pub fn open(dir: &Path) -> Result<Self, IndexError> {
        let dir = std::path::absolute(dir).map_err(IndexError::io(dir))?;
        if !dir.exists() {
            return Err(IndexError::Missing { dir });
        }
        let lock = FolderLock::acquire(&dir)?;
        let latest = Pool::open(&dir)?;
        let hash = PoolHash::of_hex(&latest.manifest.pool_hash);
        let hash = hash.ok_or_else(|| IndexError::damaged(&dir, "it states no pool hash"))?;
        latest.manifest.while_writing().write(&dir)?;
        let index = open_engine(&dir)?;
        let writer = index.writer_with_num_threads(1, MEMORY_BYTES)?;
        let mut policy = LogMergePolicy::default();
        policy.set_del_docs_ratio_before_merge(MOST_DELETED);
        writer.set_merge_policy(Box::new(policy));
        Ok(Self {
            dir,
            index,
            writer,
            latest: Arc::new(latest),
            hash,
            failed: false,
            _lock: lock,
        })
    }

    /// The generation after the last batch.
    pub fn latest(&self) -> &Arc<Pool> {
        &self.latest
    }

    /// Applies a batch of changes, of which the last one of an expert holds, and gives the generation that has them;
    /// `position` says how far their source had come. To apply changes that are in the index already is no change.
    ///
    /// # Errors
    /// I/O; from then on the updater refuses every batch, and the index is to be opened again. Either all of a batch
    /// is in it then, or nothing.
    ///
    /// # Complexity
    /// O(changes × segments + documents / 64); when a merge has ended also O(documents).
    pub fn apply(
        &mut self,
        changes: impl IntoIterator<Item = Change>,
        position: i64,
    ) -> Result<Arc<Pool>, IndexError> {
        if std::mem::replace(&mut self.failed, true) {
            return Err(IndexError::damaged(
                &self.dir,
                "an update of it failed before",
            ));
        }
        let last: BTreeMap<Id, Change> = changes
            .into_iter()
            .map(|change| (change.id().clone(), change))
            .collect();
        let mut model = self.latest.model.clone();
        let mut batch = Batch::default();
        let mut hash = self.hash;
        let writer = &mut self.writer;
        let fields = &self.latest.fields;
        let packer = self.latest.dictionary.packer();
        let mut packer = packer.map_err(IndexError::io(&self.dir))?;
        for (id, change) in last {
            if let Some((before, text)) = self.latest.stored(&id)? {
                model.remove(&before);
                hash.remove(text.as_bytes());
                writer.delete_term(Term::from_field_text(fields.id, id.as_str()));
            }
            if let Change::Put(profile) = change {
                let text = stored(&profile).map_err(IndexError::io(&self.dir))?;
                model.add(&profile);
                batch.add(&profile);
                hash.add(text.as_bytes());
                let packed = packer.pack(&text).map_err(IndexError::io(&self.dir))?;
                let document = fields.document(&profile, &packed, &Lengths::of(&profile));
                writer.add_document(document)?;
            }
        }
        let generation = self.latest.manifest.generation + 1;
        let manifest = Manifest::of_commit(model.experts(), generation, hash, position);
        commit(writer, &manifest, &self.dir)?;
        let segments = self.segments(&batch)?;
        let next = Pool {
            dir: self.dir.clone(),
            manifest,
            fields: schema().1,
            model,
            segments,
            dictionary: Arc::clone(&self.latest.dictionary),
        };
        next.check_counts()?;
        self.latest = Arc::new(next);
        self.remove_old_columns();
        self.hash = hash;
        self.failed = false;
        Ok(Arc::clone(&self.latest))
    }

    /// The segments of the last commit.
    fn segments(&self, batch: &Batch) -> Result<Vec<Segment>, IndexError> {
        let mut last = self.segments_now(batch);
        for _ in 1..ATTEMPTS {
            if last.is_ok() {
                break;
            }
            // A merge ended, and removed files between their being named and their being opened.
            last = self.segments_now(batch);
        }
        last
    }

    /// What is known of segments that were there before is taken over. The columns of others are those of the batch and
    /// of the people of the segments that they were merged of.
    fn segments_now(&self, batch: &Batch) -> Result<Vec<Segment>, IndexError> {
        let segments = self.index.searchable_segments()?;
        let open = |segment: &tantivy::Segment| {
            let reader = SegmentReader::open(segment)?;
            let known = self.latest.segments.iter();
            let mut known = known.filter(|known| known.reader.segment_id() == reader.segment_id());
            if let Some(known) = known.next() {
                return Segment::new(reader, Arc::clone(&known.shared));
            }
            let ids = Ids::of(&reader)?;
            let columns = self.columns_of(&reader, &ids, batch);
            let file = columns_file(&self.dir, &reader);
            fs::write(&file, columns.to_bytes()).map_err(IndexError::io(&file))?;
            let shared = Shared::new(ids, columns, Arc::clone(&self.latest.dictionary));
            Segment::new(reader, Arc::new(shared))
        };
        segments.iter().map(open).collect()
    }

    /// The columns of a new segment. Whoever is alive in it is in the batch, or was alive before it.
    fn columns_of(&self, reader: &SegmentReader, ids: &Ids, batch: &Batch) -> Columns {
        let before = &self.latest.segments;
        let mut sources: Vec<&Columns> = before.iter().map(|it| &it.shared.columns).collect();
        sources.push(batch.rows.columns());
        let mut people = self.latest.places().peekable();
        let docs = (0..reader.max_doc()).map(|doc| {
            if reader.is_deleted(doc) {
                return None;
            }
            let id = ids.get(doc);
            if let Some(row) = batch.ids.get(id) {
                return Some((before.len(), *row));
            }
            while people
                .next_if(|place| self.latest.id_at(*place) < id)
                .is_some()
            {}
            let place = people.next_if(|place| self.latest.id_at(*place) == id)?;
            Some((place.segment, place.doc))
        });
        Columns::gathered(&sources, &docs.collect::<Vec<_>>())
    }

    /// Removes the columns of segments that are no more. What stays does no harm.
    fn remove_old_columns(&self) {
        let segments = self.latest.segments.iter();
        let used: BTreeSet<PathBuf> = segments
            .map(|segment| columns_file(&self.dir, &segment.reader))
            .collect();
        for entry in fs::read_dir(&self.dir).into_iter().flatten().flatten() {
            let path = entry.path();
            let is_columns = path.extension().is_some_and(|ending| ending == COLUMNS);
            if is_columns && !used.contains(&path) {
                let _ = fs::remove_file(path);
            }
        }
    }

    /// Begins to write segments anew that hold anything that was deleted or replaced, so that it leaves the files, too.
    /// The work goes on behind, and what it leaves is in the next generation.
    pub fn purge(&mut self) {
        let segments = self.latest.segments.iter();
        for segment in segments.filter(|segment| segment.reader.has_deletes()) {
            // A segment that is being merged already is written anew by that.
            drop(self.writer.merge(&[segment.reader.segment_id()]));
        }
    }

    /// Waits for merges and seals the folder. One that is not sealed, because the updater was dropped or the process
    /// ended, is as good: its files are checked in another way.
    ///
    /// # Errors
    /// I/O; the index is as it was after the last batch.
    pub fn close(self) -> Result<(), IndexError> {
        self.writer.wait_merging_threads()?;
        if self.failed {
            // What the last commit says is not known here; whoever opens the folder looks.
            return Ok(());
        }
        seal(&self.latest.manifest, &self.dir).map(|_| ())
    }
}
