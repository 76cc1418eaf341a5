//! What an index folder says of itself, in `manifest.json`, and whether its files are as written.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use flate2::Crc;
use serde::{Deserialize, Serialize};

use crate::IndexError;

/// The manifest's file name.
pub(crate) const MANIFEST: &str = "manifest.json";
/// The file of word statistics.
pub(crate) const WORDS: &str = "words.gz";

const KIND: &str = "muster-index";
const FORMAT: u64 = 1;

/// What an index holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The format of the folder.
    pub format: u64,
    /// `muster-index`.
    pub kind: String,
    /// Profiles in it.
    pub experts: u64,
    /// Counts the builds at this place, from 1.
    pub generation: u64,
    /// The number of the text score's formula.
    pub score_model: u32,
    /// Identifies the pool's contents, whatever the order of its profiles.
    pub pool_hash: String,
    /// How far the source it was built from had come, for whoever follows one; 0 otherwise.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub position: i64,
    /// Every file with its length and checksum.
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
    /// A manifest of the files in `dir` as they are now.
    pub(crate) fn seal(
        dir: &Path,
        experts: u64,
        generation: u64,
        pool_hash: String,
        position: i64,
    ) -> Result<Self, IndexError> {
        let mut files = BTreeMap::new();
        for entry in fs::read_dir(dir).map_err(IndexError::io(dir))? {
            let path = entry.map_err(IndexError::io(dir))?.path();
            let name = path.file_name().and_then(|name| name.to_str());
            if let Some(name) = name {
                let sealed = Sealed::of(&path).map_err(IndexError::io(&path))?;
                files.insert(name.to_owned(), sealed);
            }
        }
        let mut manifest = Self {
            format: FORMAT,
            kind: KIND.to_owned(),
            experts,
            generation,
            score_model: crate::text::SCORE_MODEL,
            pool_hash,
            position,
            files,
            crc32: 0,
        };
        manifest.crc32 = manifest.own_crc32();
        Ok(manifest)
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
        let header: Header =
            serde_json::from_slice(&text).map_err(|error| IndexError::damaged(&path, error))?;
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
            serde_json::from_slice(&text).map_err(|error| IndexError::damaged(&path, error))?;
        if manifest.own_crc32() != manifest.crc32 {
            return Err(IndexError::damaged(&path, "its checksum is wrong"));
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

/// Hash of a set of profiles: the sum of their texts' FNV-1a hashes (64 bits, mixed once more), so
/// that order does not matter. It tells pools apart; it is no protection against forgery.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct PoolHash(u64);

impl PoolHash {
    pub(crate) fn add(&mut self, profile: &[u8]) {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for byte in profile {
            hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
        hash = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        self.0 = self.0.wrapping_add(hash ^ (hash >> 32));
    }

    pub(crate) fn hex(self) -> String {
        format!("{:016x}", self.0)
    }
}
