//! From bytes to lines: gzip and zstd, byte-order marks, foreign files, lines that are too long.

use std::cell::Cell;
use std::io::{self, BufRead, BufReader, Cursor, Read};
use std::rc::Rc;

use flate2::read::MultiGzDecoder;

use super::zst;

/// The longest line, and the longest CSV record, that is read.
pub const MAX_LINE_BYTES: usize = 16 << 20;

/// Why a stream of bytes is not text that can be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The bytes could not be read.
    #[error("cannot read: {0}")]
    Io(io::Error),
    /// The gzip stream stops before its end.
    #[error(
        "gzip stream ends early, after {bytes} compressed bytes; copy or download the file again"
    )]
    TruncatedGzip {
        /// Compressed bytes that were there.
        bytes: u64,
    },
    /// The gzip stream is damaged.
    #[error("damaged gzip stream: {0}")]
    DamagedGzip(io::Error),
    /// The zstd stream stops before its end, is damaged or swells without end.
    #[error("{0}")]
    DamagedZstd(io::Error),
    /// The file is something else altogether.
    #[error("the file is {found}, expected {expected}")]
    Foreign {
        /// What it looks like.
        found: &'static str,
        /// What to do about it.
        expected: &'static str,
    },
}

/// One line without its end.
#[derive(Debug)]
pub(super) struct Line {
    /// Counted from 1.
    pub(super) number: u64,
    /// Bytes of (uncompressed) text before it.
    pub(super) offset: u64,
    /// Its bytes; empty if it is too long.
    pub(super) text: Vec<u8>,
    /// Whether it was longer than [`MAX_LINE_BYTES`].
    pub(super) too_long: bool,
}

impl Line {
    pub(super) fn is_blank(&self) -> bool {
        !self.too_long && self.text.iter().all(u8::is_ascii_whitespace)
    }
}

/// The lines of a stream, which may be compressed.
pub(super) struct Lines<'a> {
    text: BufReader<Box<dyn Read + 'a>>,
    bytes: Rc<Cell<u64>>,
    packing: Packing,
    bom: bool,
    number: u64,
    offset: u64,
}

impl<'a> Lines<'a> {
    /// Opens a stream: decompresses it if it begins as gzip or zstd does, steps over a byte-order mark of
    /// UTF-8, refuses what is no text in UTF-8 at first sight.
    pub(super) fn open(source: impl Read + 'a) -> Result<Self, SourceError> {
        let bytes = Rc::new(Cell::new(0));
        let counted = Counted {
            inner: source,
            bytes: Rc::clone(&bytes),
        };
        let (start, whole) = peek(counted).map_err(SourceError::Io)?;
        let packing = Packing::of(&start);
        let whole: Box<dyn Read + 'a> = match packing {
            Packing::None => Box::new(whole),
            Packing::Gzip => Box::new(MultiGzDecoder::new(BufReader::new(whole))),
            Packing::Zstd => {
                let stream = zst::Unpacked::new(BufReader::new(whole));
                Box::new(stream.map_err(SourceError::Io)?)
            }
        };
        let (start, mut whole) =
            peek(whole).map_err(|error| classify(error, packing, bytes.get()))?;
        if let Some((found, expected)) = foreign(&start) {
            return Err(SourceError::Foreign { found, expected });
        }
        let bom = start.starts_with(b"\xef\xbb\xbf");
        if bom {
            whole
                .read_exact(&mut [0; 3])
                .map_err(|error| classify(error, packing, bytes.get()))?;
        }
        Ok(Self {
            text: BufReader::with_capacity(1 << 16, Box::new(whole)),
            bytes,
            packing,
            bom,
            number: 0,
            offset: if bom { 3 } else { 0 },
        })
    }

    /// Whether the text begins with a byte-order mark.
    pub(super) fn has_bom(&self) -> bool {
        self.bom
    }

    /// Bytes taken from the source so far, compressed if it is.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.get()
    }

    /// The next line, or `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Line>, SourceError> {
        let mut text = Vec::new();
        let mut n_bytes = self.until_newline(&mut text)?;
        if n_bytes == 0 {
            return Ok(None);
        }
        let mut too_long = false;
        // One byte beyond the limit may be the line's end.
        while !text.ends_with(b"\n") && text.len() > MAX_LINE_BYTES {
            too_long = true;
            text.clear();
            n_bytes += self.until_newline(&mut text)?;
        }
        if too_long {
            text = Vec::new();
        } else if text.ends_with(b"\n") {
            text.pop();
            if text.ends_with(b"\r") {
                text.pop();
            }
        }
        self.number += 1;
        let offset = self.offset;
        self.offset += n_bytes;
        Ok(Some(Line {
            number: self.number,
            offset,
            text,
            too_long,
        }))
    }

    fn until_newline(&mut self, text: &mut Vec<u8>) -> Result<u64, SourceError> {
        let limit = MAX_LINE_BYTES as u64 + 1;
        (&mut self.text)
            .take(limit)
            .read_until(b'\n', text)
            .map(|n| n as u64)
            .map_err(|error| classify(error, self.packing, self.bytes.get()))
    }
}

/// The first bytes of a stream, and the whole of it.
fn peek<'a>(mut source: impl Read + 'a) -> io::Result<(Vec<u8>, impl Read + 'a)> {
    let mut start = Vec::new();
    source.by_ref().take(8).read_to_end(&mut start)?;
    Ok((start.clone(), Cursor::new(start).chain(source)))
}

/// How a stream is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
    Zstd,
}

impl Packing {
    /// As its first bytes say.
    fn of(start: &[u8]) -> Self {
        match start {
            start if start.starts_with(b"\x1f\x8b") => Self::Gzip,
            start if start.starts_with(zst::MAGIC) => Self::Zstd,
            _ => Self::None,
        }
    }
}

fn classify(error: io::Error, packing: Packing, bytes: u64) -> SourceError {
    use io::ErrorKind::{InvalidData, InvalidInput, UnexpectedEof};
    match (packing, error.kind()) {
        (Packing::Gzip, UnexpectedEof) => SourceError::TruncatedGzip { bytes },
        (Packing::Gzip, InvalidInput | InvalidData) => SourceError::DamagedGzip(error),
        (Packing::Zstd, InvalidData) => SourceError::DamagedZstd(error),
        _ => SourceError::Io(error),
    }
}

/// What a text begins with that is no text in UTF-8.
fn foreign(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const CONVERT: &str = "UTF-8; convert it, for example with `iconv -f UTF-16 -t UTF-8`";
    const UNPACK: &str =
        "text in UTF-8, plain or compressed once with gzip or zstd; unpack it first";
    const KNOWN: [(&[u8], &str, &str); 7] = [
        (b"\xff\xfe", "in UTF-16 (or UTF-32)", CONVERT),
        (b"\xfe\xff", "in UTF-16", CONVERT),
        (
            b"PK\x03\x04",
            "a zip archive (spreadsheet files are such)",
            "CSV or JSONL; export the sheet as CSV in UTF-8",
        ),
        (b"\x1f\x8b", "compressed with gzip twice", UNPACK),
        (zst::MAGIC, "compressed with zstd twice", UNPACK),
        (b"\xfd7zXZ\x00", "compressed with xz", UNPACK),
        (b"BZh", "compressed with bzip2", UNPACK),
    ];
    let known = KNOWN
        .iter()
        .find(|(magic, ..)| start.starts_with(magic))
        .map(|(_, found, expected)| (*found, *expected));
    let nul = || {
        start
            .contains(&0)
            .then_some(("binary, or in UTF-16 without a byte-order mark", CONVERT))
    };
    known.or_else(nul)
}

/// What is wrong with bytes that are no UTF-8, `offset` bytes into a file.
pub(super) fn not_utf8(
    text: &[u8],
    error: std::str::Utf8Error,
    offset: u64,
) -> (String, &'static str) {
    let at = error.valid_up_to();
    let found = text.get(at).map_or_else(String::new, |byte| {
        format!("byte 0x{byte:02X} at offset {}", offset + at as u64)
    });
    (
        found,
        "UTF-8; convert the file, for example with `iconv -f WINDOWS-1252 -t UTF-8`",
    )
}

struct Counted<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes.set(self.bytes.get() + n as u64);
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_skipped_and_the_next_one_read() {
        let long = vec![b'x'; 2 * MAX_LINE_BYTES + 5];
        let text = [b"a\n".as_slice(), &long, b"\r\nb"].concat();
        let mut lines = Lines::open(text.as_slice()).unwrap();
        assert_eq!(lines.next().unwrap().unwrap().text, b"a");
        assert!(lines.next().unwrap().unwrap().too_long);
        let last = lines.next().unwrap().unwrap();
        assert_eq!((last.number, last.text.as_slice()), (3, b"b".as_slice()));
        assert_eq!(last.offset, long.len() as u64 + 4);
        assert!(lines.next().unwrap().is_none());
    }

    #[test]
    fn a_line_at_the_limit_is_read() {
        let text = [vec![b'x'; MAX_LINE_BYTES], b"\ny".to_vec()].concat();
        let mut lines = Lines::open(text.as_slice()).unwrap();
        assert_eq!(lines.next().unwrap().unwrap().text.len(), MAX_LINE_BYTES);
        assert_eq!(lines.next().unwrap().unwrap().text, b"y");
    }
}
