//! Who has a word, and how often, read from the first document to the last.

use std::ops::Range;

use tantivy::postings::BlockSegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, Term};

use crate::IndexError;
use crate::pool::Pool;
use crate::segment::Segment;
use crate::text::Section;

/// The places of a word in a section.
pub(crate) struct Places {
    postings: BlockSegmentPostings,
    /// How many of those that are decoded were gone through.
    at: usize,
}

impl Places {
    /// `None` where nobody has the word.
    pub(crate) fn of(
        pool: &Pool,
        segment: &Segment,
        section: Section,
        word: &str,
    ) -> Result<Option<Self>, IndexError> {
        let field = pool.fields.sections[section.idx()];
        let term = Term::from_field_text(field, word);
        let index = segment.reader.inverted_index(field)?;
        let postings = index.read_block_postings(&term, IndexRecordOption::WithFreqs);
        let postings = postings.map_err(tantivy::TantivyError::from)?;
        Ok(postings.map(|postings| Self { postings, at: 0 }))
    }

    /// Tells of everybody in `block` who has the word and is wanted: the document, its position in the block, and how often. `wanted`
    /// has a bit for each of the block's documents. Ask for ever later blocks.
    ///
    /// # Complexity
    /// O(places between wanted documents), less those that stand between places decoded together, which are skipped.
    pub(crate) fn each(
        &mut self,
        block: &Range<DocId>,
        wanted: &[u64],
        mut tell: impl FnMut(DocId, usize, u32),
    ) {
        let mut from = block.start;
        loop {
            let docs = self.postings.docs();
            if docs.get(self.at).is_none_or(|doc| *doc < from) {
                let Some(next) = first_from(from, block, wanted) else {
                    return;
                };
                self.at = self.postings.seek(next);
            }
            let left = self.postings.docs().get(self.at..).unwrap_or_default();
            let times = self.postings.freqs().get(self.at..).unwrap_or_default();
            let Some(last) = left.last() else { return };
            for (doc, times) in left.iter().zip(times) {
                if *doc >= block.end {
                    return;
                }
                self.at += 1;
                let idx = (doc - block.start) as usize;
                if (wanted[idx / 64] >> (idx % 64)) & 1 == 1 {
                    tell(*doc, idx, *times);
                }
            }
            from = last + 1;
        }
    }
}

/// The first wanted document of a block from one on.
pub(crate) fn first_from(from: DocId, block: &Range<DocId>, wanted: &[u64]) -> Option<DocId> {
    let idx = (from - block.start) as usize;
    let first = wanted.get(idx / 64)? & (u64::MAX << (idx % 64));
    let later = wanted[idx / 64 + 1..].iter();
    let words = std::iter::once(&first).chain(later);
    let mut found = words
        .zip((block.start + (from - block.start) / 64 * 64..).step_by(64))
        .filter(|(word, _)| **word != 0);
    found
        .next()
        .map(|(word, first)| first + word.trailing_zeros())
}
