//! How profiles are packed: each by itself, by zstd with a dictionary of what many of them say.
//!
//! The dictionary is trained on the first profiles of a pool and stands beside them in a file that never changes. A
//! profile takes a fifth of its text so, and is unpacked without its neighbours.

use std::cell::RefCell;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use flate2::Crc;
use zstd::bulk::{Compressor, Decompressor};
use zstd::dict::DecoderDictionary;

use crate::IndexError;

/// The dictionary's file: these eight bytes, the dictionary, and the CRC-32 of both.
const FILE: &str = "profiles.dictionary";
const MAGIC: &[u8; 8] = b"mustdic1";
/// Bytes of a dictionary at most: twice as many would save a tenth of the packed profiles.
const MOST_BYTES: usize = 128 << 10;
/// Profiles a dictionary is trained on.
pub(crate) const SAMPLE: usize = 4_000;
/// Of fewer profiles no dictionary is made.
const FEWEST: usize = 1_000;
/// The level at which a profile takes some 15 µs; the third, at 20 µs, saves three hundredths.
const LEVEL: i32 = 1;
/// Bytes of a profile's text at most; what claims to be longer is damaged.
const LONGEST: usize = 64 << 20;

/// The dictionary of a pool's profiles; the empty one is none.
#[derive(Default)]
pub(crate) struct Dictionary {
    bytes: Vec<u8>,
    ready: Option<DecoderDictionary<'static>>,
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a dictionary of {} bytes", self.bytes.len())
    }
}

impl Dictionary {
    /// The dictionary of some of the profiles' texts. The same texts give the same one.
    pub(crate) fn of(texts: &[String]) -> io::Result<Self> {
        if texts.len() < FEWEST {
            return Ok(Self::default());
        }
        // Texts in which nothing occurs twice have none.
        Self::new(zstd::dict::from_samples(texts, MOST_BYTES).unwrap_or_default())
    }

    fn new(bytes: Vec<u8>) -> io::Result<Self> {
        let ready = match bytes.is_empty() {
            true => None,
            false => Some(DecoderDictionary::try_copy(&bytes)?),
        };
        Ok(Self { bytes, ready })
    }

    /// Puts the dictionary into the folder of an index.
    pub(crate) fn write(&self, dir: &Path) -> Result<(), IndexError> {
        let path = dir.join(FILE);
        let mut bytes = MAGIC.to_vec();
        bytes.extend(&self.bytes);
        bytes.extend(sum(&bytes).to_le_bytes());
        fs::write(&path, bytes).map_err(IndexError::io(&path))
    }

    /// The dictionary of the index in a folder.
    ///
    /// # Errors
    /// [`IndexError::Damaged`] where it is missing or not as it was written, or I/O.
    pub(crate) fn read(dir: &Path) -> Result<Arc<Self>, IndexError> {
        let path = dir.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(IndexError::damaged(&path, "the file is missing"));
            }
            Err(error) => return Err(IndexError::io(&path)(error)),
        };
        let body = bytes
            .split_last_chunk()
            .filter(|(body, crc)| sum(body) == u32::from_le_bytes(**crc));
        let body = body.and_then(|(body, _)| body.strip_prefix(MAGIC));
        let body = body.ok_or_else(|| IndexError::damaged(&path, "its checksum is wrong"))?;
        let dictionary = Self::new(body.to_vec());
        Ok(Arc::new(
            dictionary.map_err(|error| IndexError::damaged(&path, error))?,
        ))
    }

    /// Packs texts.
    pub(crate) fn packer(&self) -> io::Result<Packer> {
        let mut packer = Compressor::with_dictionary(LEVEL, &self.bytes)?;
        // A profile unpacked with another dictionary is not taken for one.
        packer.include_checksum(true)?;
        Ok(Packer(packer))
    }

    /// Unpacks texts, for one thread.
    pub(crate) fn unpacker(&self) -> io::Result<Unpacker<'_>> {
        let unpacker = match &self.ready {
            Some(ready) => Decompressor::with_prepared_dictionary(ready)?,
            None => Decompressor::new()?,
        };
        Ok(Unpacker(RefCell::new(unpacker)))
    }
}

fn sum(bytes: &[u8]) -> u32 {
    let mut crc = Crc::new();
    crc.update(bytes);
    crc.sum()
}

/// Packs texts.
pub(crate) struct Packer(Compressor<'static>);

impl Packer {
    pub(crate) fn pack(&mut self, text: &str) -> io::Result<Vec<u8>> {
        self.0.compress(text.as_bytes())
    }
}

/// Unpacks texts.
pub(crate) struct Unpacker<'d>(RefCell<Decompressor<'d>>);

impl Unpacker<'_> {
    /// # Errors
    /// Bytes that are no text packed with this dictionary.
    pub(crate) fn unpack(&self, packed: &[u8]) -> io::Result<String> {
        // The frame says how long the text is; without that a buffer of the longest would be made for each.
        let length = zstd::zstd_safe::get_frame_content_size(packed)
            .ok()
            .flatten();
        let length = length.and_then(|length| usize::try_from(length).ok());
        let length = length.filter(|length| *length <= LONGEST);
        let length = length.ok_or_else(|| io::Error::other("no text that was packed here"))?;
        let text = self.0.borrow_mut().decompress(packed, length)?;
        String::from_utf8(text).map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::random_pool;
    use crate::writer::stored;

    fn texts() -> Vec<String> {
        let profiles = random_pool(&(0..1_200).collect::<Vec<u64>>());
        profiles.iter().map(|it| stored(it).unwrap()).collect()
    }

    #[test]
    fn texts_packed_and_unpacked_are_the_same_and_shorter() {
        let texts = texts();
        let dictionaries = [Dictionary::default(), Dictionary::of(&texts).unwrap()];
        let mut lengths = [0, 0];
        for (dictionary, length) in dictionaries.iter().zip(&mut lengths) {
            let mut packer = dictionary.packer().unwrap();
            let unpacker = dictionary.unpacker().unwrap();
            for text in &texts {
                let packed = packer.pack(text).unwrap();
                assert_eq!(&unpacker.unpack(&packed).unwrap(), text);
                *length += packed.len();
            }
        }
        let [without, with] = lengths;
        assert!(with * 2 < without, "{with} bytes, without {without}");
    }

    #[test]
    fn other_dictionaries_and_broken_bytes_are_refused() {
        let texts = texts();
        let dictionary = Dictionary::of(&texts).unwrap();
        let packed = dictionary.packer().unwrap().pack(&texts[0]).unwrap();
        let mut other = dictionary.bytes.clone();
        for byte in other.iter_mut().skip(1 << 10) {
            *byte ^= 1;
        }
        for other in [Vec::new(), other] {
            let other = Dictionary::new(other).unwrap();
            assert!(other.unpacker().unwrap().unpack(&packed).is_err());
        }
        let unpacker = dictionary.unpacker().unwrap();
        for place in 0..packed.len() {
            let mut broken = packed.clone();
            broken[place] ^= 0x55;
            assert_ne!(unpacker.unpack(&broken).ok().as_ref(), Some(&texts[1]));
            assert_ne!(
                unpacker.unpack(&packed[..place]).ok().as_ref(),
                Some(&texts[0])
            );
        }
    }
}
