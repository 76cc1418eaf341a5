//! What an index says of itself, and whether its files are as written.
//!
//! A manifest without files is the payload of every commit, so that it changes together with the documents. One with
//! the checksums of all files is `manifest.json` while nobody writes; while somebody does, that file says so, and what
//! holds is the payload of the last commit.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use flate2::Crc;
use serde::{Deserialize, Serialize};

use crate::IndexError;

/// The manifest's file name.
pub(crate) const MANIFEST: &str = "manifest.json";

const KIND: &str = "muster-index";
const FORMAT: u64 = 4;
/// The engine's list of segments, with the payload of the last commit.
pub(crate) const META: &str = "meta.json";
/// The engine's list of files it may remove: it is written at any time and holds nothing of the pool.
const MANAGED: &str = ".managed.json";

/// What an index holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the folder.
    pub format: u64,
    /// `muster-index`.
    pub kind: String,
    /// Profiles in it.
    pub experts: u64,
    /// Counts the builds and updates at this place, from 1.
    pub generation: u64,
    /// The number of the text score's formula.
    pub score_model: u32,
    /// Identifies the pool's contents, whatever the order of its profiles.
    pub pool_hash: String,
    /// How far the source it was built from had come, for whoever follows one; 0 otherwise.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub position: i64,
    /// Whether somebody writes, so that files come and go.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub writing: bool,
    /// Every file with its length and checksum, while nobody writes.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub files: BTreeMap<String, Sealed>,
    /// CRC-32 of this manifest, written compactly with 0 here.
    pub crc32: u32,
}

fn is_zero(position: &i64) -> bool {
    *position == 0
}

/// A file as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// Length.
    pub bytes: u64,
    /// CRC-32 of the contents.
    pub crc32: u32,
}

/// The part of a manifest every format has.
#[derive(Deserialize)]
struct Header {
    kind: String,
    format: u64,
}

impl Manifest {
    /// What a commit says of the pool.
    pub(crate) fn of_commit(
        experts: u64,
        generation: u64,
        pool_hash: PoolHash,
        position: i64,
    ) -> Self {
        Self {
            format: FORMAT,
            kind: KIND.to_owned(),
            experts,
            generation,
            score_model: crate::text::SCORE_MODEL,
            pool_hash: pool_hash.hex(),
            position,
            writing: false,
            files: BTreeMap::new(),
            crc32: 0,
        }
        .with_crc32()
    }

    /// The same, while somebody writes.
    pub(crate) fn while_writing(&self) -> Self {
        Self {
            writing: true,
            files: BTreeMap::new(),
            ..self.clone()
        }
        .with_crc32()
    }

    /// The same with all files in `dir` as they are now.
    pub(crate) fn sealed(&self, dir: &Path) -> Result<Self, IndexError> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(dir).map_err(IndexError::io(dir))? {
            let path = entry.map_err(IndexError::io(dir))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(name) = name.filter(|name| ![MANIFEST, MANAGED].contains(name)) {
                let sealed = Sealed::of(&path).map_err(IndexError::io(&path))?;
                files.insert(name.to_owned(), sealed);
            }
        }
        let sealed = Self {
            writing: false,
            files,
            ..self.clone()
        };
        Ok(sealed.with_crc32())
    }

    fn with_crc32(mut self) -> Self {
        self.crc32 = self.own_crc32();
        self
    }

    /// Puts the manifest into `dir`, whole or not at all.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), IndexError> {
        let path = dir.join(MANIFEST);
        let new = dir.join(".manifest.new");
        let on_disk = || {
            let mut file = File::create(&new)?;
            serde_json::to_writer_pretty(&mut file, self)?;
            writeln!(file)?;
            file.sync_all()?;
            fs::rename(&new, &path)
        };
        on_disk().map_err(IndexError::io(&path))
    }

    fn own_crc32(&self) -> u32 {
        let unsealed = Self {
            crc32: 0,
            ..self.clone()
        };
        let mut crc = Crc::new();
        // Text, numbers and maps with text keys are always written.
        crc.update(&serde_json::to_vec(&unsealed).unwrap_or_default());
        crc.sum()
    }

    /// Reads the manifest of the index in `dir`.
    pub(crate) fn read(dir: &Path) -> Result<Self, IndexError> {
        if !dir.exists() {
            return Err(IndexError::Missing {
                dir: dir.to_owned(),
            });
        }
        if !dir.is_dir() {
            return Err(IndexError::NotAnIndex {
                dir: dir.to_owned(),
                why: "it is no folder".to_owned(),
            });
        }
        let path = dir.join(MANIFEST);
        let text = match fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IndexError::NotAnIndex {
                    dir: dir.to_owned(),
                    why: format!("there is no {MANIFEST}"),
                });
            }
            Err(error) => return Err(IndexError::io(&path)(error)),
        };
        Self::parse(&text, dir, &path)
    }

    /// The manifest that stands in `file` of the index in `dir`.
    pub(crate) fn parse(text: &[u8], dir: &Path, file: &Path) -> Result<Self, IndexError> {
        let header: Header =
            serde_json::from_slice(text).map_err(|error| IndexError::damaged(file, error))?;
        if header.kind != KIND {
            return Err(IndexError::NotAnIndex {
                dir: dir.to_owned(),
                why: format!("its kind is {:?}, not {KIND:?}", header.kind),
            });
        }
        if header.format != FORMAT {
            return Err(IndexError::OtherFormat {
                dir: dir.to_owned(),
                found: header.format,
                expected: FORMAT,
            });
        }
        let manifest: Self =
            serde_json::from_slice(text).map_err(|error| IndexError::damaged(file, error))?;
        if manifest.own_crc32() != manifest.crc32 {
            return Err(IndexError::damaged(file, "its checksum is wrong"));
        }
        Ok(manifest)
    }

    /// Whether every file is there and as it was written.
    pub(crate) fn check_files(&self, dir: &Path) -> Result<(), IndexError> {
        for (name, written) in &self.files {
            let path = dir.join(name);
            let found = match Sealed::of(&path) {
                Ok(found) => found,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    return Err(IndexError::damaged(&path, "the file is missing"));
                }
                Err(error) => return Err(IndexError::io(&path)(error)),
            };
            if found.bytes != written.bytes {
                let what = format!("{} bytes, expected {}", found.bytes, written.bytes);
                return Err(IndexError::damaged(&path, what));
            }
            if found.crc32 != written.crc32 {
                let what = format!(
                    "checksum {:08x}, expected {:08x}",
                    found.crc32, written.crc32
                );
                return Err(IndexError::damaged(&path, what));
            }
        }
        Ok(())
    }
}

impl Sealed {
    fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut crc = Crc::new();
        let mut bytes = 0;
        let mut buffer = vec![0; 1 << 16];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            crc.update(&buffer[..read]);
            bytes += u64::try_from(read).unwrap_or_default();
        }
        Ok(Self {
            bytes,
            crc32: crc.sum(),
        })
    }
}

/// Hash of a set of profiles: the sum of the hashes of their texts (64 bits), so
/// that order does not matter. It tells pools apart; it is no protection against forgery.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PoolHash(u64);

impl PoolHash {
    /// The hash a manifest states.
    pub(crate) fn of_hex(hex: &str) -> Option<Self> {
        u64::from_str_radix(hex, 16).ok().map(Self)
    }

    /// Adds a profile's text.
    pub(crate) fn add(&mut self, profile: &[u8]) {
        self.0 = self.0.wrapping_add(Self::hash(profile));
    }

    /// Takes a profile's text away.
    pub(crate) fn remove(&mut self, profile: &[u8]) {
        self.0 = self.0.wrapping_sub(Self::hash(profile));
    }

    /// Eight bytes at a time: a pool of a million is two gigabytes of text.
    fn hash(profile: &[u8]) -> u64 {
        const PRIME: u64 = 0xd6e8_feb8_6659_fd93;
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |bytes: [u8; 8]| {
            hash = (hash.rotate_left(23) ^ u64::from_le_bytes(bytes)).wrapping_mul(PRIME);
        };
        let (whole, rest) = profile.as_chunks::<8>();
        whole.iter().for_each(|bytes| add(*bytes));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        add(last);
        add((profile.len() as u64).to_le_bytes());
        hash = (hash ^ (hash >> 32)).wrapping_mul(PRIME);
        hash ^ (hash >> 32)
    }

    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_of_an_older_format_is_refused_with_what_to_do() {
        let (dir, file) = (Path::new("pool"), Path::new("pool/manifest.json"));
        let old = Manifest::parse(br#"{"format": 2, "kind": "muster-index"}"#, dir, file);
        let said = old.unwrap_err().to_string();
        let wanted = format!("pool has index format 2, expected {FORMAT}; build it again: ");
        assert!(said.starts_with(&wanted), "{said}");
    }
}
