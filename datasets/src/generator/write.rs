//! Writing a pool with several threads, in order.
//!
//! Each thread makes every n-th chunk of lines and hands it over through a channel of its own; the
//! writer takes them in turn. A chunk is a gzip member or a zstd frame of its own, so packing is parallel too, and
//! what is in a chunk does not depend on the number of threads.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc::sync_channel;
use std::thread;

use flate2::write::GzEncoder;

use super::Generator;
use crate::import::zst;

/// How a pool file is packed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Plain text.
    None,
    /// Gzip of many members, as `cat` of gzip files makes it: readers must go on after the first.
    Gzip,
    /// Zstd of many frames.
    Zstd,
}

/// Lines made at a time.
const CHUNK: u32 = 2048;

/// Chunks a thread may be ahead of the writer.
const AHEAD: usize = 2;

pub(super) fn pool(
    generator: &Generator,
    mut out: impl Write,
    compression: Compression,
    n_threads: NonZeroUsize,
) -> io::Result<()> {
    let n_chunks = generator.settings.experts.div_ceil(CHUNK) as usize;
    thread::scope(|scope| {
        let made: Vec<_> = (0..n_threads.get())
            .map(|first| {
                let (ready, taken) = sync_channel(AHEAD);
                scope.spawn(move || {
                    for number in (first..n_chunks).step_by(n_threads.get()) {
                        // The writer stops listening only after an error of its own.
                        if ready.send(chunk(generator, number, compression)).is_err() {
                            return;
                        }
                    }
                });
                taken
            })
            .collect();
        for number in 0..n_chunks {
            let lines = made[number % made.len()].recv();
            out.write_all(&lines.expect("threads make every chunk that is asked for")?)?;
        }
        out.flush()
    })
}

fn chunk(generator: &Generator, number: usize, compression: Compression) -> io::Result<Vec<u8>> {
    let first = u32::try_from(number).expect("fewer chunks than experts") * CHUNK;
    let end = generator.settings.experts.min(first.saturating_add(CHUNK));
    let mut lines = Vec::with_capacity(2048 * (end - first) as usize);
    for number in first..end {
        serde_json::to_writer(&mut lines, &generator.expert(number))?;
        lines.push(b'\n');
    }
    match compression {
        Compression::None => Ok(lines),
        Compression::Gzip => {
            let mut packed = GzEncoder::new(Vec::new(), flate2::Compression::fast());
            packed.write_all(&lines)?;
            packed.finish()
        }
        Compression::Zstd => zst::packed(&lines),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::MultiGzDecoder;

    use super::super::{Family, Settings};
    use super::*;

    fn bytes(seed: u64, compression: Compression, n_threads: usize) -> Vec<u8> {
        let generator = Generator::new(Settings {
            experts: 5000,
            campaigns: 0,
            seed,
            family: Family::Plenty,
        });
        let mut out = Vec::new();
        let n_threads = NonZeroUsize::new(n_threads).unwrap();
        generator
            .write_pool(&mut out, compression, n_threads)
            .unwrap();
        out
    }

    #[test]
    fn the_number_of_threads_does_not_change_the_bytes() {
        let one = bytes(3, Compression::None, 1);
        assert_eq!(one, bytes(3, Compression::None, 2));
        assert_eq!(one, bytes(3, Compression::None, 5));
        assert_eq!(one.iter().filter(|&&byte| byte == b'\n').count(), 5000);
        assert_ne!(one, bytes(4, Compression::None, 1));
    }

    #[test]
    fn packed_members_unpack_to_the_plain_lines() {
        let mut unpacked = Vec::new();
        MultiGzDecoder::new(bytes(3, Compression::Gzip, 2).as_slice())
            .read_to_end(&mut unpacked)
            .unwrap();
        assert_eq!(unpacked, bytes(3, Compression::None, 1));
    }

    #[test]
    fn the_bytes_are_those_of_earlier_versions() {
        // FNV-1a. A change here changes every pool that somebody can name by its seed: say so in
        // the changelog.
        let digest = |bytes: &[u8]| {
            bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
            })
        };
        assert_eq!(
            digest(&bytes(3, Compression::None, 2)),
            1_385_675_380_909_745_925
        );
        let campaigns = Generator::new(Settings {
            experts: 5000,
            campaigns: 20,
            seed: 3,
            family: Family::Scarce,
        });
        let text = campaigns.campaign_text();
        assert_eq!(digest(text.as_bytes()), 903_995_590_587_611_827);
    }
}
