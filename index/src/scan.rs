//! Text points of many documents from the index's term counts, block by block.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::thread;

use muster_matcher::model::Points;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Term};

use crate::IndexError;
use crate::pool::{Place, Pool, Segment};
use crate::set::BLOCK;
use crate::text::{Section, TextQuery};

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
    postings: Vec<[Option<SegmentPostings>; 2]>,
    /// By section; sums of gains of the block's documents.
    sums: [Vec<f64>; 2],
}

impl<'a> TextScan<'a> {
    pub(crate) fn new(
        pool: &Pool,
        segment: &'a Segment,
        query: &'a TextQuery,
    ) -> Result<Self, IndexError> {
        let mut postings = Vec::new();
        for word in query.words() {
            let mut of_word = [None, None];
            for section in Section::ALL {
                let field = pool.fields.sections[section.idx()];
                let term = Term::from_field_text(field, word);
                let inverted = segment.reader.inverted_index(field)?;
                of_word[section.idx()] = inverted
                    .read_postings(&term, IndexRecordOption::WithFreqs)
                    .map_err(tantivy::TantivyError::from)?;
            }
            postings.push(of_word);
        }
        Ok(Self {
            segment,
            query,
            postings,
            sums: Default::default(),
        })
    }

    /// Computes the points of the documents in `block`, at most [`crate::set::BLOCK`] of them. Ask for ever later
    /// blocks.
    pub(crate) fn read(&mut self, block: Range<DocId>) -> BlockPoints<'_> {
        let start = block.start;
        for sums in &mut self.sums {
            sums.clear();
            sums.resize(block.len(), 0.0);
        }
        for (word_idx, of_word) in self.postings.iter_mut().enumerate() {
            for section in Section::ALL {
                let Some(postings) = &mut of_word[section.idx()] else {
                    continue;
                };
                let mut doc = postings.doc();
                if doc < start {
                    doc = postings.seek(start);
                }
                while doc < block.end {
                    let times = postings.term_freq();
                    let length = self.segment.length(section, doc);
                    let gain = self.query.gain(word_idx, section, times, length);
                    self.sums[section.idx()][(doc - start) as usize] += gain;
                    doc = postings.advance();
                }
            }
        }
        BlockPoints {
            start,
            query: self.query,
            sums: &self.sums,
        }
    }
}

/// The points of a block's documents.
pub(crate) struct BlockPoints<'a> {
    start: DocId,
    query: &'a TextQuery,
    sums: &'a [Vec<f64>; 2],
}

impl BlockPoints<'_> {
    /// Whether the document has any word of the text.
    pub(crate) fn has_word(&self, doc: DocId) -> bool {
        let idx = (doc - self.start) as usize;
        self.sums.iter().any(|sums| sums[idx] > 0.0)
    }

    pub(crate) fn of(&self, doc: DocId) -> Points {
        let idx = (doc - self.start) as usize;
        self.query.points([self.sums[0][idx], self.sums[1][idx]])
    }
}
