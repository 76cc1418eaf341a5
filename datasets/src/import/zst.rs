//! Unpacking zstd from strangers: bounded in memory and in what comes out, with faults that say so.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use zstd::stream::read::Decoder;

/// What a zstd stream begins with.
pub const MAGIC: &[u8] = b"\x28\xb5\x2f\xfd";
/// The largest window, as a power of two: 128 MiB of memory.
const MOST_WINDOW_LOG: u32 = 27;
/// How many times its packed size a stream may unpack to …
const MOST_TIMES: u64 = 1_000;
/// … and so many bytes besides.
const ALWAYS: u64 = 64 << 20;

/// A zstd stream of one frame or several.
///
/// Errors are of the kind [`io::ErrorKind::InvalidData`] where the stream is at fault: it ends early, is damaged, needs
/// more memory than 128 MiB, or unpacks to more than a thousand times its size.
pub struct Unpacked<R: BufRead> {
    stream: Decoder<'static, Counted<R>>,
    packed: Rc<Cell<u64>>,
    unpacked: u64,
}

impl<R: BufRead> Unpacked<R> {
    /// Begins to read.
    ///
    /// # Errors
    /// Where there is no memory.
    pub fn new(packed: R) -> io::Result<Self> {
        let bytes = Rc::new(Cell::new(0));
        let mut stream = Decoder::with_buffer(Counted {
            inner: packed,
            bytes: Rc::clone(&bytes),
        })?;
        stream.window_log_max(MOST_WINDOW_LOG)?;
        Ok(Self {
            stream,
            packed: bytes,
            unpacked: 0,
        })
    }
}

impl<R: BufRead> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.stream.read(buffer).map_err(|error| {
            let what = match error.kind() {
                // What was read from is at fault, not the stream.
                _ if error.raw_os_error().is_some() => return error,
                io::ErrorKind::UnexpectedEof => format!(
                    "the zstd stream ends early, after {} packed bytes",
                    self.packed.get()
                ),
                _ => format!("the zstd stream is damaged ({error})"),
            };
            invalid(what)
        })?;
        self.unpacked += u64::try_from(read).unwrap_or(u64::MAX);
        let packed = self.packed.get();
        if self.unpacked > ALWAYS.saturating_add(packed.saturating_mul(MOST_TIMES)) {
            return Err(invalid(format!(
                "the zstd stream unpacks to more than {MOST_TIMES} times its size: {} bytes of {packed} so far; unpack it \
                 first if it is what you mean",
                self.unpacked
            )));
        }
        Ok(read)
    }
}

fn invalid(what: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Counts the bytes taken from it.
struct Counted<R> {
    inner: R,
    bytes: Rc<Cell<u64>>,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.count(amount);
    }
}

impl<R> Counted<R> {
    fn count(&self, bytes: usize) {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        self.bytes.set(self.bytes.get().saturating_add(bytes));
    }
}

/// Packs bytes as a frame with a checksum; frames one after the other are a stream.
///
/// # Errors
/// Where there is no memory.
pub fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = zstd::bulk::Compressor::new(zstd::DEFAULT_COMPRESSION_LEVEL)?;
    packer.include_checksum(true)?;
    packer.compress(bytes)
}

/// A writer that packs; end it with `finish`.
///
/// # Errors
/// Where there is no memory.
pub fn packer<W: io::Write>(to: W) -> io::Result<zstd::stream::write::Encoder<'static, W>> {
    let mut packer = zstd::stream::write::Encoder::new(to, zstd::DEFAULT_COMPRESSION_LEVEL)?;
    packer.include_checksum(true)?;
    Ok(packer)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unpack(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut text = Vec::new();
        let mut stream = Unpacked::new(bytes).unwrap();
        match stream.read_to_end(&mut text) {
            Ok(_) => Ok(text),
            Err(error) => {
                assert_eq!(error.kind(), io::ErrorKind::InvalidData);
                Err(error.to_string())
            }
        }
    }

    #[test]
    fn frames_one_after_the_other_are_one_stream() {
        let mut stream = packed(b"one ").unwrap();
        stream.extend(packed(b"two").unwrap());
        assert_eq!(unpack(&stream).unwrap(), b"one two");
    }

    #[test]
    fn what_is_cut_off_or_damaged_says_so() {
        let whole = packed(&b"people ".repeat(1_000)).unwrap();
        for cut in 1..whole.len() {
            assert!(
                unpack(&whole[..cut]).unwrap_err().contains("ends early"),
                "{cut}"
            );
        }
        let mut damaged = whole;
        let last = damaged.len() - 6;
        damaged[last] ^= 1;
        assert!(unpack(&damaged).unwrap_err().contains("damaged"));
        assert!(unpack(b"\x28\xb5\x2f\xfdrest of no stream").is_err());
    }

    #[test]
    fn a_stream_that_swells_without_end_is_refused() {
        let bomb = packed(&vec![b' '; 200 << 20]).unwrap();
        assert!(bomb.len() < 100_000);
        assert!(unpack(&bomb).unwrap_err().contains("1000 times its size"));
    }

    #[test]
    fn a_stream_that_needs_much_memory_is_refused() {
        let mut packer = zstd::stream::write::Encoder::new(Vec::new(), 1).unwrap();
        packer.window_log(MOST_WINDOW_LOG + 1).unwrap();
        io::Write::write_all(&mut packer, b"text").unwrap();
        let error = unpack(&packer.finish().unwrap()).unwrap_err();
        assert!(error.contains("damaged"), "{error}");
    }
}
