//! How alike people's documents are to a text, from the places of words in the index, block by block.

use std::ops::Range;

use muster_text::expertise::Best;
use tantivy::postings::{Postings, SegmentPostings};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocId, DocSet, Term};

use crate::IndexError;
use crate::places::first_from;
use crate::pool::Pool;
use crate::scan::BLOCK;
use crate::segment::Segment;
use crate::text::{Section, Shape, TextQuery, all_distinct, times_by_document};

/// The places of one text's words in the documents of a segment's people.
pub(crate) struct DocumentScan<'a> {
    segment: &'a Segment,
    query: &'a TextQuery,
    /// Words with their numbers, in the order of summation.
    postings: Vec<(usize, SegmentPostings)>,
    start: DocId,
    /// The block's people; only those who have a word.
    people: Vec<Option<Author>>,
    /// Who has a word, by their position in the block.
    with_words: Vec<usize>,
    shapes: Vec<Shape>,
    /// Sums of gains.
    sums: Vec<f64>,
    /// Buffers.
    places: Vec<u32>,
    of_person: Vec<Shape>,
}

/// Somebody who has a word of the text.
#[derive(Clone)]
struct Author {
    /// Where their documents stand in the scan's lists.
    documents: Range<usize>,
    /// Distinct words of each document, in sum.
    distinct: u32,
    /// What words add to all documents.
    in_all: f64,
}

impl<'a> DocumentScan<'a> {
    /// `None` where no document has a word of the text.
    pub(crate) fn new(
        pool: &Pool,
        segment: &'a Segment,
        query: &'a TextQuery,
    ) -> Result<Option<Self>, IndexError> {
        if !segment.has_documents() {
            return Ok(None);
        }
        let field = pool.fields.sections[Section::Documents.idx()];
        let index = segment.reader.inverted_index(field)?;
        let mut postings = Vec::new();
        for (word_idx, word) in query.words().enumerate() {
            let term = Term::from_field_text(field, word);
            let of_word = index
                .read_postings(&term, IndexRecordOption::WithFreqsAndPositions)
                .map_err(tantivy::TantivyError::from)?;
            postings.extend(of_word.map(|of_word| (word_idx, of_word)));
        }
        let has_words = !postings.is_empty();
        Ok(has_words.then_some(Self {
            segment,
            query,
            postings,
            start: 0,
            people: vec![None; BLOCK as usize],
            with_words: Vec::new(),
            shapes: Vec::new(),
            sums: Vec::new(),
            places: Vec::new(),
            of_person: Vec::new(),
        }))
    }

    /// Looks at the documents of the people in `block` who are among `wanted`. Ask for ever later blocks.
    /// Sets the bits of those who have a word in any. Both have a bit for each of the block's documents.
    pub(crate) fn read(&mut self, block: &Range<DocId>, wanted: &[u64], touched: &mut [u64]) {
        self.start = block.start;
        for idx in self.with_words.drain(..) {
            self.people[idx] = None;
        }
        self.shapes.clear();
        self.sums.clear();
        for (word_idx, postings) in &mut self.postings {
            let mut doc = postings.doc();
            if doc < block.start {
                doc = postings.seek(block.start);
            }
            while doc < block.end {
                let idx = (doc - block.start) as usize;
                if wanted[idx / 64] >> (idx % 64) & 1 == 0 {
                    doc = next(postings, wanted, block);
                    continue;
                }
                let author = self.people[idx].get_or_insert_with(|| {
                    touched[idx / 64] |= 1 << (idx % 64);
                    self.with_words.push(idx);
                    let first = self.shapes.len();
                    self.segment.shapes(doc, &mut self.of_person);
                    self.shapes.extend_from_slice(&self.of_person);
                    self.sums.resize(self.shapes.len(), 0.0);
                    Author {
                        documents: first..self.shapes.len(),
                        distinct: all_distinct(self.of_person.iter()),
                        in_all: 0.0,
                    }
                });
                postings.positions(&mut self.places);
                let first = author.documents.start;
                let shapes = &self.shapes[author.documents.clone()];
                let mut in_all = 0_u32;
                times_by_document(shapes, &self.places, |number, times| {
                    self.sums[first + number] += self.query.gain_in_document(*word_idx, times);
                    in_all = in_all.saturating_add(times);
                });
                if in_all > 0 {
                    let gain = self.query.gain_in_all(*word_idx, in_all, author.distinct);
                    author.in_all += gain;
                }
                doc = postings.advance();
            }
        }
    }

    /// Whether any document of somebody in the block has a word of the text.
    pub(crate) fn has_word(&self, doc: DocId) -> bool {
        self.people[(doc - self.start) as usize].is_some()
    }

    /// What the documents of somebody in the block show.
    pub(crate) fn evidence(&self, doc: DocId) -> f64 {
        let Some(author) = &self.people[(doc - self.start) as usize] else {
            return 0.0;
        };
        let documents = author.documents.clone();
        let shapes = self.shapes[documents.clone()].iter();
        let mut best = Best::default();
        for (shape, sum) in shapes.zip(&self.sums[documents]) {
            best.add(self.query.likeness(*sum, shape.distinct));
        }
        self.query.evidence(&best, author.in_all)
    }
}

/// The next document that has a word and is wanted, or may be; the end of the block where none of it is. `wanted` has a
/// bit for each document of the block.
fn next(postings: &mut SegmentPostings, wanted: &[u64], block: &Range<DocId>) -> DocId {
    /// Documents that are gone through rather than sought.
    const NEAR: u32 = 12;
    let doc = postings.doc();
    match first_from(doc, block, wanted) {
        None => block.end,
        Some(next) if next - doc <= NEAR => postings.advance(),
        Some(next) => postings.seek(next),
    }
}
