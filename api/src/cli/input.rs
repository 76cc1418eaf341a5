//! Opening what a command reads: a file, standard input (`-`), plain or gzip.

use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use flate2::bufread::MultiGzDecoder;
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
    fn is_stdin(&self) -> bool {
        self.0 == Path::new("-")
    }

    /// The bytes, unpacked if they are gzip (told by their first two bytes).
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
        Ok(Box::new(raw))
    }

    /// All bytes, unpacked if they are gzip.
    pub(crate) fn bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open()?
            .read_to_end(&mut bytes)
            .with_context(|| format!("cannot read {self}"))?;
        Ok(bytes)
    }
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
    match problem::read(source.open()?) {
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
