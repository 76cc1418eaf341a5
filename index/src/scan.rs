//! Text points of many documents from the index's term counts, block by block.

use std::num::NonZeroUsize;
use std::ops::Range;
use std::thread;

use muster_matcher::model::Points;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Term};

use crate::IndexError;
use crate::pool::{Pool, Segment};
use crate::text::{Section, TextQuery};

/// What `work` makes of every part of `0..n_docs`, one part a thread, in order.
pub(crate) fn in_parts<T: Send>(
    n_docs: u32,
    threads: NonZeroUsize,
    work: impl Fn(Range<DocId>) -> Result<T, IndexError> + Sync,
) -> Result<Vec<T>, IndexError> {
    let threads = u32::try_from(threads.get()).unwrap_or(u32::MAX);
    let share = n_docs.div_ceil(threads).max(1);
    let starts = (0..n_docs).step_by(share as usize);
    let parts = starts.map(|start| start..n_docs.min(start.saturating_add(share)));
    thread::scope(|scope| {
        let work = &work;
        let running: Vec<_> = parts.map(|docs| scope.spawn(move || work(docs))).collect();
        let ended = running.into_iter().map(|part| match part.join() {
            Ok(part) => part,
            Err(panic) => std::panic::resume_unwind(panic),
        });
        ended.collect()
    })
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
