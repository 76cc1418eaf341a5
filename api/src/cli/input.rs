//! Opening what a command reads: a file, standard input (`-`), plain, gzip or zstd.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::bufread::MultiGzDecoder;
use muster_datasets::import::zst;
use muster_matcher::model::problem::{self, Problem, ReadError};

/// Bytes read at once.
const BUFFER: usize = 1 << 18;

/// A file to read, or standard input.
#[derive(Clone, Debug)]
pub(crate) struct Source(PathBuf);

impl std::str::FromStr for Source {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(PathBuf::from(text)))
    }
}

impl From<&PathBuf> for Source {
    fn from(path: &PathBuf) -> Self {
        Self(path.clone())
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_stdin() {
            f.write_str("standard input")
        } else {
            self.0.display().fmt(f)
        }
    }
}

impl Source {
    /// Whether it is standard input.
    pub(crate) fn is_stdin(&self) -> bool {
        self.0 == Path::new("-")
    }

    /// The bytes, unpacked if they are gzip or zstd (told by their first bytes).
    pub(crate) fn open(&self) -> Result<Box<dyn BufRead>> {
        let raw: Box<dyn Read> = if self.is_stdin() {
            Box::new(io::stdin())
        } else {
            let file = File::open(&self.0).with_context(|| format!("cannot open {self}"))?;
            if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
                anyhow::bail!("cannot read {self}: it is a folder, expected a file");
            }
            Box::new(file)
        };
        let mut raw = BufReader::with_capacity(BUFFER, raw);
        let start = raw
            .fill_buf()
            .with_context(|| format!("cannot read {self}"))?;
        if start.starts_with(&[0x1f, 0x8b]) {
            return Ok(Box::new(BufReader::with_capacity(
                BUFFER,
                Unpacked(MultiGzDecoder::new(raw)),
            )));
        }
        if start.starts_with(zst::MAGIC) {
            let unpacked = zst::Unpacked::new(raw).context("zstd")?;
            return Ok(Box::new(BufReader::with_capacity(BUFFER, unpacked)));
        }
        Ok(Box::new(raw))
    }

    /// Opens a JSON document, which is not empty and text.
    fn open_json(&self) -> Result<Box<dyn BufRead>> {
        let mut text = self.open_text("JSON")?;
        if text
            .fill_buf()
            .with_context(|| format!("cannot read {self}"))?
            .is_empty()
        {
            anyhow::bail!("{self} is empty, expected a JSON document");
        }
        Ok(text)
    }

    /// Opens a text, which is not in another format; `what` it should be, for the error.
    pub(crate) fn open_text(&self, what: &str) -> Result<Box<dyn BufRead>> {
        let mut text = self.open()?;
        let start = text
            .fill_buf()
            .with_context(|| format!("cannot read {self}"))?;
        if let Some(found) = foreign(start) {
            anyhow::bail!("{self} is {found}, expected {what} in UTF-8, plain, gzip or zstd");
        }
        Ok(text)
    }

    /// All bytes of a JSON document, unpacked if they are packed.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open_json()?
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {self}"))?;
        Ok(bytes)
    }
}

/// What begins like this is no JSON, whatever follows.
fn foreign(start: &[u8]) -> Option<&'static str> {
    const KNOWN: [(&[u8], &str); 7] = [
        (b"\xff\xfe", "in UTF-16"),
        (b"\xfe\xff", "in UTF-16"),
        (b"\x1f\x8b", "compressed with gzip twice"),
        (b"PK\x03\x04", "a zip archive"),
        (zst::MAGIC, "compressed with zstd twice"),
        (b"\xfd7zXZ\x00", "compressed with xz"),
        (b"BZh", "compressed with bzip2"),
    ];
    let known = KNOWN.iter().find(|(magic, _)| start.starts_with(magic));
    let known = known.map(|(_, found)| *found);
    let nul = start.iter().take(2).any(|byte| *byte == 0);
    known.or_else(|| nul.then_some("binary, or in UTF-16 without a byte-order mark"))
}

/// A gzip stream whose faults say so.
struct Unpacked<R>(MultiGzDecoder<R>);

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| {
            let what = match error.kind() {
                io::ErrorKind::UnexpectedEof => "the gzip stream ends early".to_owned(),
                _ => format!("the gzip stream is damaged ({error})"),
            };
            io::Error::new(io::ErrorKind::InvalidData, what)
        })
    }
}

/// Reads a problem file; the error lists its faults.
pub(crate) fn problem(source: &Source) -> Result<Problem> {
    match problem::read(source.open_json()?) {
        Ok(problem) => Ok(problem),
        Err(ReadError::Json(error)) => anyhow::bail!("{source}: {error}"),
        Err(ReadError::Faults(faults)) => {
            let noun = if faults.total() == 1 {
                "fault"
            } else {
                "faults"
            };
            anyhow::bail!(
                "{source} is no valid problem, {} {noun}:\n{faults}",
                faults.total()
            )
        }
    }
}
