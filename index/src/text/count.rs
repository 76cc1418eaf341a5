//! Word statistics of what is in an index, from its term counts.

use rustc_hash::FxHashMap;
use tantivy::postings::SegmentPostings;
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED};

use super::{Counts, Section, TextModel};
use crate::IndexError;
use crate::schema::Fields;
use crate::segment::Segment;

impl TextModel {
    /// The statistics of everybody in these segments.
    ///
    /// # Complexity
    /// O(words + documents); with deletions, or for words that stand in both sections, O(their postings).
    pub(crate) fn of_segments<'a>(
        fields: &Fields,
        segments: impl IntoIterator<Item = &'a Segment>,
    ) -> Result<Self, IndexError> {
        let mut model = Self::default();
        let mut counts: FxHashMap<Box<str>, u32> = FxHashMap::default();
        for segment in segments {
            model.experts += u64::from(segment.reader.num_docs());
            for doc in segment.alive_docs() {
                for section in Section::ALL {
                    let length = segment.length(section, doc);
                    let totals = &mut model.totals[section.idx()];
                    totals.sections += u64::from(length > 0);
                    totals.words += u64::from(length);
                }
            }
            count_words(fields, segment, &mut counts)?;
        }
        model.experts_with = Counts::of(counts);
        Ok(model)
    }
}

/// Adds how many documents of the segment have each word.
fn count_words(
    fields: &Fields,
    segment: &Segment,
    counts: &mut FxHashMap<Box<str>, u32>,
) -> Result<(), IndexError> {
    let engine = tantivy::TantivyError::from;
    let [headline, bio] = fields.sections;
    let indexes = [
        segment.reader.inverted_index(headline)?,
        segment.reader.inverted_index(bio)?,
    ];
    let mut streams = [
        indexes[0].terms().stream().map_err(engine)?,
        indexes[1].terms().stream().map_err(engine)?,
    ];
    let mut more = [streams[0].advance(), streams[1].advance()];
    while more[0] || more[1] {
        let ahead = match more {
            [true, true] => streams[0].key().cmp(streams[1].key()),
            [true, false] => std::cmp::Ordering::Less,
            _ => std::cmp::Ordering::Greater,
        };
        let has = [ahead.is_le(), ahead.is_ge()];
        let key = if has[0] {
            streams[0].key()
        } else {
            streams[1].key()
        };
        let word = String::from_utf8_lossy(key).into_owned();
        let experts = match has {
            [true, true] => count_either(
                segment,
                open(&indexes[0], streams[0].value())?,
                open(&indexes[1], streams[1].value())?,
            ),
            [headline, _] => {
                let section = usize::from(!headline);
                let info = streams[section].value();
                if segment.reader.has_deletes() {
                    count_alive(segment, open(&indexes[section], info)?)
                } else {
                    info.doc_freq
                }
            }
        };
        if experts > 0 {
            *counts.entry(word.into_boxed_str()).or_default() += experts;
        }
        for section in 0..2 {
            if has[section] {
                more[section] = streams[section].advance();
            }
        }
    }
    Ok(())
}

fn open(
    index: &InvertedIndexReader,
    info: &tantivy::postings::TermInfo,
) -> Result<SegmentPostings, IndexError> {
    let postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic);
    Ok(postings.map_err(tantivy::TantivyError::from)?)
}

fn count_alive(segment: &Segment, mut postings: SegmentPostings) -> u32 {
    let mut count = 0;
    while postings.doc() != TERMINATED {
        count += u32::from(segment.is_alive(postings.doc()));
        postings.advance();
    }
    count
}

/// Documents alive that are in one of the postings or in both.
fn count_either(segment: &Segment, mut a: SegmentPostings, mut b: SegmentPostings) -> u32 {
    let mut count = 0;
    loop {
        // What stands for the end of all documents is after every document.
        let doc = a.doc().min(b.doc());
        if doc == TERMINATED {
            return count;
        }
        count += u32::from(segment.is_alive(doc));
        if a.doc() == doc {
            a.advance();
        }
        if b.doc() == doc {
            b.advance();
        }
    }
}
