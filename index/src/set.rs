//! Sets of experts, read block by block as bits.
//!
//! The engine's own boolean queries are not used: tantivy 0.27 asks a numeric range within a negation
//! for documents before those it asked for last, which its range reader does not support.

use std::ops::{Range, RangeInclusive};

use tantivy::columnar::Column;
use tantivy::postings::SegmentPostings;
use tantivy::query::{EnableScoring, PhraseQuery, Query, Scorer};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet, SegmentReader, Term};

use crate::schema::COUNTRY;

/// Documents looked at together: few enough for what is known of them to stay in the processor's cache.
pub(crate) const BLOCK: u32 = 4096;

/// `docs` in blocks.
pub(crate) fn blocks(docs: Range<DocId>) -> impl Iterator<Item = Range<DocId>> {
    let starts = docs.clone().step_by(BLOCK as usize);
    starts.map(move |start| start..docs.end.min(start + BLOCK))
}

/// A set of experts.
#[derive(Clone, Debug)]
pub(crate) enum Set {
    Everybody,
    Nobody,
    Term(Term),
    Phrase(PhraseQuery),
    /// The numeric field of this name has a value in the range.
    Within(&'static str, RangeInclusive<u64>),
    HasCountry,
    /// In at least so many of these.
    AtLeast(usize, Vec<Set>),
    Not(Box<Set>),
}

impl Set {
    /// Everybody who is in each of the sets.
    pub(crate) fn all(sets: impl IntoIterator<Item = Self>) -> Self {
        let sets: Vec<Self> = sets.into_iter().collect();
        Self::at_least(sets.len(), sets)
    }

    /// Everybody who is in some of the sets.
    pub(crate) fn any(sets: impl IntoIterator<Item = Self>) -> Self {
        Self::at_least(1, sets)
    }

    /// Everybody who is in at least `k` of the sets.
    pub(crate) fn at_least(mut k: usize, sets: impl IntoIterator<Item = Self>) -> Self {
        let mut open = Vec::new();
        for set in sets {
            match set {
                Self::Everybody => k = k.saturating_sub(1),
                Self::Nobody => {}
                set => open.push(set),
            }
        }
        if k == 0 {
            Self::Everybody
        } else if k > open.len() {
            Self::Nobody
        } else if open.len() == 1 {
            open.remove(0)
        } else {
            Self::AtLeast(k, open)
        }
    }

    /// Everybody else.
    pub(crate) fn not(self) -> Self {
        match self {
            Self::Everybody => Self::Nobody,
            Self::Nobody => Self::Everybody,
            set => Self::Not(Box::new(set)),
        }
    }

    pub(crate) fn term(field: Field, term: &str) -> Self {
        Self::Term(Term::from_field_text(field, term))
    }

    /// A reader of the set's members in a segment.
    pub(crate) fn members(&self, reader: &SegmentReader) -> tantivy::Result<Members> {
        let of = |sets: &[Self]| {
            let members = sets.iter().map(|set| set.members(reader));
            members.collect::<tantivy::Result<Vec<_>>>()
        };
        Ok(match self {
            Self::Everybody => Members::Everybody,
            Self::Nobody => Members::Nobody,
            Self::Term(term) => {
                let index = reader.inverted_index(term.field())?;
                match index.read_postings(term, IndexRecordOption::Basic)? {
                    Some(postings) => Members::Postings(Box::new(postings)),
                    None => Members::Nobody,
                }
            }
            Self::Phrase(phrase) => {
                let scoring = EnableScoring::disabled_from_schema(reader.schema());
                Members::Phrase(phrase.weight(scoring)?.scorer(reader, 1.0)?)
            }
            Self::Within(name, range) => match reader.fast_fields().column_opt(name)? {
                // A column takes a range below its least value for that value.
                Some(column)
                    if *range.end() < column.min_value() || *range.start() > column.max_value() =>
                {
                    Members::Nobody
                }
                Some(column) => Members::Within(column, range.clone()),
                None => Members::Nobody,
            },
            Self::HasCountry => match reader.fast_fields().str(COUNTRY)? {
                Some(column) => Members::Within(column.ords().clone(), 0..=u64::MAX),
                None => Members::Nobody,
            },
            Self::AtLeast(k, sets) => Members::AtLeast(*k, of(sets)?),
            Self::Not(set) => Members::Not(Box::new(set.members(reader)?)),
        })
    }
}

/// Reads the members of a set. Ask for ever later blocks.
pub(crate) enum Members {
    Everybody,
    Nobody,
    Postings(Box<SegmentPostings>),
    Phrase(Box<dyn Scorer>),
    Within(Column<u64>, RangeInclusive<u64>),
    AtLeast(usize, Vec<Members>),
    Not(Box<Members>),
}

impl Members {
    /// The members among the documents of `block`, at most [`BLOCK`] of them.
    pub(crate) fn read(&mut self, block: &Range<DocId>) -> Bits {
        match self {
            Self::Everybody => Bits::all(block),
            Self::Nobody => Bits::none(block),
            Self::Postings(postings) => Bits::of(postings.as_mut(), block),
            Self::Phrase(scorer) => Bits::of(scorer, block),
            Self::Within(column, range) => {
                let mut docs = Vec::new();
                column.get_docids_for_value_range(range.clone(), block.clone(), &mut docs);
                let mut bits = Bits::none(block);
                for doc in docs {
                    bits.insert(doc);
                }
                bits
            }
            Self::AtLeast(1, sets) => {
                let mut any = Bits::none(block);
                for set in sets {
                    any.unite(&set.read(block));
                }
                any
            }
            Self::AtLeast(k, sets) if *k == sets.len() => {
                let mut all = Bits::all(block);
                for set in sets {
                    all.intersect(&set.read(block));
                    if all.is_empty() {
                        // The readers left out find their place at the next block.
                        break;
                    }
                }
                all
            }
            Self::AtLeast(k, sets) => {
                let mut times = vec![0_usize; block.len()];
                for set in sets {
                    for doc in set.read(block).docs() {
                        times[(doc - block.start) as usize] += 1;
                    }
                }
                let mut bits = Bits::none(block);
                for (doc, times) in block.clone().zip(times) {
                    if times >= *k {
                        bits.insert(doc);
                    }
                }
                bits
            }
            Self::Not(set) => {
                let mut others = Bits::all(block);
                others.remove(&set.read(block));
                others
            }
        }
    }
}

/// Some of a block's documents.
#[derive(Clone)]
pub(crate) struct Bits {
    start: DocId,
    words: [u64; (BLOCK / 64) as usize],
}

impl Bits {
    fn none(block: &Range<DocId>) -> Self {
        debug_assert!(block.len() <= BLOCK as usize);
        Self {
            start: block.start,
            words: [0; (BLOCK / 64) as usize],
        }
    }

    fn all(block: &Range<DocId>) -> Self {
        let mut bits = Self::none(block);
        for (idx, word) in bits.words.iter_mut().enumerate() {
            *word = match block.len().saturating_sub(64 * idx) {
                0 => 0,
                left @ 1..64 => (1 << left) - 1,
                _ => u64::MAX,
            };
        }
        bits
    }

    /// Documents of the block that were not deleted.
    pub(crate) fn alive(reader: &SegmentReader, block: &Range<DocId>) -> Self {
        let mut bits = Self::all(block);
        if let Some(alive) = reader.alive_bitset() {
            for doc in block.clone().filter(|doc| alive.is_deleted(*doc)) {
                bits.delete(doc);
            }
        }
        bits
    }

    fn of(docs: &mut impl DocSet, block: &Range<DocId>) -> Self {
        let mut bits = Self::none(block);
        let mut doc = docs.doc();
        if doc < block.start {
            doc = docs.seek(block.start);
        }
        // What stands for the end of all documents is after every block.
        while doc < block.end {
            bits.insert(doc);
            doc = docs.advance();
        }
        bits
    }

    fn insert(&mut self, doc: DocId) {
        let idx = (doc - self.start) as usize;
        self.words[idx / 64] |= 1 << (idx % 64);
    }

    fn delete(&mut self, doc: DocId) {
        let idx = (doc - self.start) as usize;
        self.words[idx / 64] &= !(1 << (idx % 64));
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        let idx = (doc - self.start) as usize;
        (self.words[idx / 64] >> (idx % 64)) & 1 == 1
    }

    fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// The documents, in order.
    pub(crate) fn docs(&self) -> impl Iterator<Item = DocId> + '_ {
        let starts = (self.start..).step_by(64);
        self.words.iter().zip(starts).flat_map(|(word, start)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let lowest = left.trailing_zeros();
                (left != 0).then(|| {
                    left &= left - 1;
                    start + lowest
                })
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_documents_of_a_block_are_its_range() {
        for block in [0..0, 5..6, 4096..4160, 100..165, 0..BLOCK] {
            let docs: Vec<DocId> = Bits::all(&block).docs().collect();
            assert_eq!(docs, block.collect::<Vec<_>>());
        }
    }

    #[test]
    fn blocks_cover_their_documents_once() {
        let docs: Vec<DocId> = blocks(3..10_000).flatten().collect();
        assert_eq!(docs, (3..10_000).collect::<Vec<_>>());
    }
}
