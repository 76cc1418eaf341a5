//! Building an index: in a hidden folder beside its place, then moved there.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;
use rustc_hash::FxHashMap;
use tantivy::merge_policy::NoMergePolicy;
use tantivy::store::Compressor;
use tantivy::{
    DocId, Index, IndexSettings, IndexSortByField, IndexWriter, Order, SegmentReader,
    TantivyDocument,
};

use crate::IndexError;
use crate::columns::{Columns, Rows};
use crate::lock::{FolderLock, beside};
use crate::manifest::{Manifest, PoolHash};
use crate::packing::{Dictionary, Packer, SAMPLE};
use crate::pool::{committed, open_engine};
use crate::schema::{Fields, schema};
use crate::segment::columns_file;
use crate::text::{Lengths, words};

/// Memory for postings before they are written as a segment.
const MEMORY_BYTES: usize = 200_000_000;

/// An index being built. Nothing is at its place before [`IndexBuilder::finish`]; dropped without
/// it, an index already there stays as it is.
pub struct IndexBuilder {
    /// Where the index will be.
    place: PathBuf,
    /// Where it is built.
    site: PathBuf,
    generation: u64,
    fields: Fields,
    index: Index,
    writer: IndexWriter<TantivyDocument>,
    rows: Rows,
    /// Numbers of rows by id.
    ids: FxHashMap<Id, DocId>,
    hash: PoolHash,
    /// The first profiles, with their texts, until there is a packer.
    sample: (Vec<Profile>, Vec<String>),
    packer: Option<Packer>,
    position: i64,
    _remains: Remains,
    _lock: FolderLock,
}

/// Removes what is left of a site that did not become an index. After one that did, nothing is.
struct Remains(PathBuf);

impl Drop for Remains {
    fn drop(&mut self) {
        // The next build at this place removes what stays.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Builds an index of `profiles` in `dir`, replacing an index that is there.
///
/// # Errors
/// As [`IndexBuilder::new`], [`IndexBuilder::add`] and [`IndexBuilder::finish`].
pub fn build(
    dir: &Path,
    profiles: impl IntoIterator<Item = Profile>,
) -> Result<Manifest, IndexError> {
    let mut builder = IndexBuilder::new(dir)?;
    for profile in profiles {
        builder.add(&profile)?;
    }
    builder.finish()
}

impl IndexBuilder {
    /// Begins an index for the folder `dir`, which may not exist, be empty, or hold an index.
    ///
    /// # Errors
    /// [`IndexError::NotAnIndex`] where `dir` holds something else, [`IndexError::InUse`] where
    /// another process builds there, or I/O.
    pub fn new(dir: &Path) -> Result<Self, IndexError> {
        let place = std::path::absolute(dir).map_err(IndexError::io(dir))?;
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent).map_err(IndexError::io(parent))?;
        }
        let lock = FolderLock::acquire(&place)?;
        let generation = next_generation(&place)?;
        let site = beside(&place, "building");
        remove(&site)?;
        fs::create_dir(&site).map_err(IndexError::io(&site))?;
        let remains = Remains(site.clone());
        let (schema, fields) = schema();
        let index = Index::builder()
            .schema(schema)
            .settings(IndexSettings {
                // Documents in the order of ids: ties go by document.
                sort_by_field: Some(IndexSortByField {
                    field: "id".to_owned(),
                    order: Order::Asc,
                }),
                // Profiles are packed one by one.
                docstore_compression: Compressor::None,
                ..IndexSettings::default()
            })
            .create_in_dir(&site)?;
        index
            .tokenizers()
            .register(words::TOKENIZER, words::analyzer());
        let writer = index.writer_with_num_threads(1, MEMORY_BYTES)?;
        // There is one merge, at the end.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        Ok(Self {
            place,
            site,
            generation,
            fields,
            index,
            writer,
            rows: Rows::default(),
            ids: FxHashMap::default(),
            hash: PoolHash::default(),
            sample: Default::default(),
            packer: None,
            position: 0,
            _remains: remains,
            _lock: lock,
        })
    }

    /// Says how far the source of the profiles had come; kept in the manifest.
    #[must_use]
    pub fn at(mut self, position: i64) -> Self {
        self.position = position;
        self
    }

    /// Adds a profile. The order does not matter.
    ///
    /// # Errors
    /// [`IndexError::DuplicateId`], or I/O.
    pub fn add(&mut self, profile: &Profile) -> Result<(), IndexError> {
        if self.ids.contains_key(&profile.id) {
            return Err(IndexError::DuplicateId {
                id: profile.id.clone(),
            });
        }
        self.ids.insert(profile.id.clone(), self.rows.add(profile));
        let json = stored(profile).map_err(IndexError::io(&self.site))?;
        self.hash.add(json.as_bytes());
        if self.packer.is_some() {
            return self.write(profile, &json);
        }
        let (profiles, texts) = &mut self.sample;
        profiles.push(profile.clone());
        texts.push(json);
        match texts.len() < SAMPLE {
            true => Ok(()),
            false => self.settle(),
        }
    }

    /// Makes the dictionary of the profiles that wait for it, and writes them.
    fn settle(&mut self) -> Result<(), IndexError> {
        let (profiles, texts) = std::mem::take(&mut self.sample);
        let dictionary = Dictionary::of(&texts).map_err(IndexError::io(&self.site))?;
        dictionary.write(&self.site)?;
        let packer = dictionary.packer().map_err(IndexError::io(&self.site))?;
        self.packer = Some(packer);
        profiles
            .iter()
            .zip(&texts)
            .try_for_each(|(profile, json)| self.write(profile, json))
    }

    fn write(&mut self, profile: &Profile, json: &str) -> Result<(), IndexError> {
        let packer = self.packer.as_mut();
        let packer = packer.expect("it is made before anything is written");
        let packed = packer.pack(json).map_err(IndexError::io(&self.site))?;
        let document = self
            .fields
            .document(profile, &packed, &Lengths::of(profile));
        self.writer.add_document(document)?;
        Ok(())
    }

    /// Writes what is left, and puts the index in its place.
    ///
    /// # Errors
    /// I/O.
    pub fn finish(mut self) -> Result<Manifest, IndexError> {
        if self.packer.is_none() {
            self.settle()?;
        }
        let experts = u64::from(self.rows.columns().n_docs());
        let manifest = Manifest::of_commit(experts, self.generation, self.hash, self.position);
        commit(&mut self.writer, &manifest, &self.site)?;
        let segments = self.index.searchable_segment_ids()?;
        if segments.len() > 1 {
            self.writer.merge(&segments).wait()?;
        }
        self.write_columns()?;
        self.writer.garbage_collect_files().wait()?;
        self.writer.wait_merging_threads()?;
        drop(self.index);
        let manifest = seal(&manifest, &self.site)?;
        put_in_place(&self.site, &self.place)?;
        Ok(manifest)
    }

    /// Writes the columns of the one segment.
    fn write_columns(&self) -> Result<(), IndexError> {
        let segments = self.index.searchable_segments()?;
        let [segment] = &segments[..] else {
            return Ok(());
        };
        // Documents are in the order of ids.
        let mut rows: Vec<(&Id, DocId)> = self.ids.iter().map(|(id, row)| (id, *row)).collect();
        rows.sort_unstable();
        let docs: Vec<_> = rows.into_iter().map(|(_, row)| Some((0, row))).collect();
        let columns = Columns::gathered(&[self.rows.columns()], &docs);
        let file = columns_file(&self.site, &SegmentReader::open(segment)?);
        fs::write(&file, columns.to_bytes()).map_err(IndexError::io(&file))
    }
}

/// A profile's text as it is stored.
pub(crate) fn stored(profile: &Profile) -> io::Result<String> {
    serde_json::to_string(profile).map_err(io::Error::other)
}

/// Commits, with what the manifest says of it.
pub(crate) fn commit(
    writer: &mut IndexWriter<TantivyDocument>,
    manifest: &Manifest,
    dir: &Path,
) -> Result<(), IndexError> {
    let payload = serde_json::to_string(manifest).map_err(io::Error::other);
    let payload = payload.map_err(IndexError::io(dir))?;
    let mut commit = writer.prepare_commit()?;
    commit.set_payload(&payload);
    commit.commit()?;
    Ok(())
}

/// Writes the manifest of a folder that nobody writes any more.
pub(crate) fn seal(manifest: &Manifest, dir: &Path) -> Result<Manifest, IndexError> {
    for lock in [".tantivy-writer.lock", ".tantivy-meta.lock"] {
        remove(&dir.join(lock))?;
    }
    let manifest = manifest.sealed(dir)?;
    manifest.write(dir)?;
    Ok(manifest)
}

/// The generation after that of the index at `place`; 1 where there is none.
fn next_generation(place: &Path) -> Result<u64, IndexError> {
    match Manifest::read(place) {
        Ok(manifest) => {
            // While somebody writes, what holds is what the last commit says.
            let last = open_engine(place).and_then(|index| committed(&index, place));
            let last = last.map_or(0, |last| last.generation);
            Ok(manifest.generation.max(last) + 1)
        }
        // An index that cannot be read any more is what rebuilding is for.
        Err(IndexError::Damaged { .. } | IndexError::OtherFormat { .. }) => Ok(1),
        Err(IndexError::Missing { .. }) => Ok(1),
        Err(IndexError::NotAnIndex { .. }) if is_empty(place)? => Ok(1),
        Err(error) => Err(error),
    }
}

fn is_empty(dir: &Path) -> Result<bool, IndexError> {
    if !dir.is_dir() {
        return Ok(false);
    }
    let mut entries = fs::read_dir(dir).map_err(IndexError::io(dir))?;
    Ok(entries.next().is_none())
}

/// Moves the folder `site` to `place`; what was at `place` is removed. Between the two moves there
/// is nothing at `place` for a moment; readers of the old index keep its files.
fn put_in_place(site: &Path, place: &Path) -> Result<(), IndexError> {
    let old = beside(place, "old");
    remove(&old)?;
    if place.exists() {
        fs::rename(place, &old).map_err(IndexError::io(place))?;
    }
    fs::rename(site, place).map_err(IndexError::io(place))?;
    remove(&old)
}

/// Removes a file or a folder, if there is one.
fn remove(path: &Path) -> Result<(), IndexError> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(IndexError::io(path)(error)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pool;
    use crate::testing::random_pool;

    #[test]
    fn a_pool_of_several_segments_ends_up_as_one_in_the_order_of_ids() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("pool");
        let mut profiles = random_pool(&(0..90).collect::<Vec<u64>>());
        let mut builder = IndexBuilder::new(&place).unwrap();
        builder.settle().unwrap();
        for (idx, profile) in profiles.iter().enumerate() {
            builder.add(profile).unwrap();
            if idx % 25 == 0 {
                builder.writer.commit().unwrap();
            }
        }
        builder.finish().unwrap();
        let stored: Vec<Profile> = Pool::open(&place)
            .unwrap()
            .profiles()
            .map(Result::unwrap)
            .collect();
        profiles.sort_by(|a, b| a.id.cmp(&b.id));
        assert_eq!(stored, profiles);
    }

    #[test]
    fn a_second_builder_at_one_place_is_told_who_is_first() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("pool");
        let _first = IndexBuilder::new(&place).unwrap();
        let second = IndexBuilder::new(&place);
        assert!(matches!(second, Err(IndexError::InUse { .. })));
    }
}
