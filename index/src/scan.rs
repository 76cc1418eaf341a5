//! Text points of many documents from the index's term counts, block by block.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::sync::LazyLock;
use std::thread;

use muster_matcher::model::Points;
use tantivy::DocId;

use crate::IndexError;
use crate::columns::{Bitmap, documents};
use crate::document_scan::DocumentScan;
use crate::places::Places;
use crate::pool::{Place, Pool};
use crate::segment::Segment;
use crate::text::{Section, TextQuery};

/// Documents looked at together: few enough for what is known of them to stay in the processor's cache.
pub(crate) const BLOCK: u32 = 4096;

/// `docs` in blocks.
pub(crate) fn blocks(docs: Range<DocId>) -> impl Iterator<Item = Range<DocId>> {
    let starts = docs.clone().step_by(BLOCK as usize);
    starts.map(move |start| start..docs.end.min(start + BLOCK))
}

/// Some of the documents of a segment.
#[derive(Clone)]
pub(crate) struct Part<'a> {
    pub(crate) segment: &'a Segment,
    /// Its position in the pool.
    pub(crate) segment_idx: usize,
    pub(crate) docs: Range<DocId>,
}

impl Part<'_> {
    /// Where one of its documents stands.
    pub(crate) fn place(&self, doc: DocId) -> Place {
        Place {
            segment: self.segment_idx,
            doc,
        }
    }
}

/// How many threads the machine runs at once: to ask means to read files of the system.
static THREADS: LazyLock<NonZeroUsize> =
    LazyLock::new(|| thread::available_parallelism().unwrap_or(NonZeroUsize::MIN));

/// Threads that are worth starting for work that is done in microseconds for a thousand people.
pub(crate) fn threads(pool: &Pool) -> NonZeroUsize {
    /// People for each thread.
    const LEAST: usize = 1 << 17;
    let most = NonZeroUsize::MIN.saturating_add(pool.experts() / LEAST);
    most.min(*THREADS)
}

/// What `work` makes of each item, in order.
pub(crate) fn each_of<'i, I: Sync, T: Send>(
    items: &'i [I],
    threads: NonZeroUsize,
    work: impl Fn(&'i I) -> T + Sync,
) -> Vec<T> {
    let share = items.len().div_ceil(threads.get()).max(1);
    if items.len() <= share {
        return items.iter().map(work).collect();
    }
    thread::scope(|scope| {
        let work = &work;
        let shares = items.chunks(share);
        let running: Vec<_> = shares
            .map(|share| scope.spawn(move || share.iter().map(work).collect::<Vec<T>>()))
            .collect();
        let ended = running.into_iter().flat_map(|part| match part.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect()
    })
}

/// What `work` makes of the documents of the pool, in about as many equal shares as there are threads.
pub(crate) fn in_parts<'a, T: Send>(
    pool: &'a Pool,
    threads: NonZeroUsize,
    work: impl Fn(&[Part<'a>]) -> Result<T, IndexError> + Sync,
) -> Result<Vec<T>, IndexError> {
    let shares = shares(pool, threads);
    if let [share] = &shares[..] {
        return Ok(vec![work(share)?]);
    }
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = shares
            .iter()
            .map(|share| scope.spawn(move || work(share)))
            .collect();
        let ended = running.into_iter().map(|part| match part.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect()
    })
}

/// The documents of a pool in equal shares of whole blocks.
fn shares(pool: &Pool, threads: NonZeroUsize) -> Vec<Vec<Part<'_>>> {
    let total: usize = pool
        .segments
        .iter()
        .map(|segment| segment.documents() as usize)
        .sum();
    let size = total.div_ceil(threads.get()).max(1);
    let mut shares: Vec<Vec<Part<'_>>> = vec![Vec::new()];
    let mut left = size;
    for (segment_idx, segment) in pool.segments.iter().enumerate() {
        let mut start = 0;
        while start < segment.documents() {
            if left == 0 {
                shares.push(Vec::new());
                left = size;
            }
            let most = u32::try_from(left)
                .unwrap_or(u32::MAX)
                .checked_next_multiple_of(BLOCK)
                .unwrap_or(u32::MAX);
            let end = segment.documents().min(start.saturating_add(most));
            left = left.saturating_sub((end - start) as usize);
            let docs = start..end;
            if let Some(share) = shares.last_mut() {
                share.push(Part {
                    segment,
                    segment_idx,
                    docs,
                });
            }
            start = end;
        }
    }
    shares
}

/// The term counts of one text's words.
pub(crate) struct TextScan<'a> {
    segment: &'a Segment,
    query: &'a TextQuery,
    /// By word and section, in the order of summation.
    places: Vec<[Option<Places>; 2]>,
    sums: Sums,
    /// What the people wrote, where they wrote anything.
    written: Option<DocumentScan<'a>>,
}

impl<'a> TextScan<'a> {
    pub(crate) fn new(
        pool: &Pool,
        segment: &'a Segment,
        query: &'a TextQuery,
    ) -> Result<Self, IndexError> {
        let mut places = Vec::new();
        for word in query.words() {
            let mut of_word = [None, None];
            for section in Section::SINGLE {
                of_word[section.idx()] = Places::of(pool, segment, section, word)?;
            }
            places.push(of_word);
        }
        Ok(Self {
            segment,
            query,
            places,
            sums: Sums::default(),
            written: DocumentScan::new(pool, segment, query)?,
        })
    }

    /// Computes the points of the documents in `block`, at most [`BLOCK`] of them, that are among `wanted`; others have
    /// none. Ask for ever later blocks.
    pub(crate) fn read(&mut self, block: Range<DocId>, wanted: &Bitmap) -> BlockPoints<'_> {
        let start = block.start;
        let wanted_here = wanted.in_block(&block);
        self.sums.clear();
        let (query, segment, sums) = (self.query, self.segment, &mut self.sums);
        for (word_idx, of_word) in self.places.iter_mut().enumerate() {
            for section in Section::SINGLE {
                if let Some(places) = &mut of_word[section.idx()] {
                    places.each(&block, wanted_here, |doc, idx, times| {
                        let length = segment.length(section, doc);
                        sums.add(section, idx, query.gain(word_idx, section, times, length));
                    });
                }
            }
        }
        if let Some(written) = &mut self.written {
            written.read(&block, wanted_here, self.sums.touched());
        }
        BlockPoints::new(start, self.query, &self.sums, self.written.as_ref())
    }
}

/// What the words of a text add up to for the documents of a block.
pub(crate) struct Sums {
    /// By section, of the gains.
    of: [Vec<f64>; 2],
    /// The documents that have a word, a bit each; all others have sums of 0.
    touched: Vec<u64>,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            of: [(); 2].map(|()| vec![0.0; BLOCK as usize]),
            touched: vec![0; BLOCK as usize / 64],
        }
    }
}

impl Sums {
    /// Of no words.
    pub(crate) fn clear(&mut self) {
        for (word, start) in self.touched.iter_mut().zip((0..).step_by(64)) {
            for idx in documents(std::mem::take(word), start) {
                for sums in &mut self.of {
                    sums[idx as usize] = 0.0;
                }
            }
        }
    }

    /// Adds a gain to the section of a document, given by its position in the block.
    pub(crate) fn add(&mut self, section: Section, idx: usize, gain: f64) {
        self.of[section.idx()][idx] += gain;
        self.touched[idx / 64] |= 1 << (idx % 64);
    }

    /// The documents that have a word, a bit each.
    pub(crate) fn touched(&mut self) -> &mut [u64] {
        &mut self.touched
    }
}

/// The points of a block's documents.
pub(crate) struct BlockPoints<'a> {
    start: DocId,
    query: &'a TextQuery,
    sums: &'a Sums,
    written: Option<&'a DocumentScan<'a>>,
}

impl<'a> BlockPoints<'a> {
    /// Of a block that begins with a document.
    pub(crate) fn new(
        start: DocId,
        query: &'a TextQuery,
        sums: &'a Sums,
        written: Option<&'a DocumentScan<'a>>,
    ) -> Self {
        Self {
            start,
            query,
            sums,
            written,
        }
    }

    /// The documents that may have points, a bit each: the 64 from the `idx`th such of the block on.
    pub(crate) fn touched(&self, idx: usize) -> u64 {
        self.sums.touched[idx]
    }

    /// Whether the document has any word of the text.
    pub(crate) fn has_word(&self, doc: DocId) -> bool {
        let idx = (doc - self.start) as usize;
        self.sums.of.iter().any(|sums| sums[idx] > 0.0)
            || self.written.is_some_and(|written| written.has_word(doc))
    }

    pub(crate) fn of(&self, doc: DocId) -> Points {
        let idx = (doc - self.start) as usize;
        let evidence = self.written.map_or(0.0, |written| written.evidence(doc));
        let sums = [self.sums.of[0][idx], self.sums.of[1][idx]];
        self.query.points(sums, evidence)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_cover_their_documents_once() {
        let docs: Vec<DocId> = blocks(3..10_000).flatten().collect();
        assert_eq!(docs, (3..10_000).collect::<Vec<_>>());
    }

    #[test]
    fn work_on_items_is_in_their_order() {
        let items: Vec<u32> = (0..10).collect();
        for threads in 1..12 {
            let threads = NonZeroUsize::new(threads).unwrap();
            assert_eq!(each_of(&items, threads, |item| *item), items);
        }
    }
}
