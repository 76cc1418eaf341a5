//! Word statistics of what is in an index, from its term counts.

use rustc_hash::FxHashMap;
use tantivy::postings::{Postings, SegmentPostings, TermInfo};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, InvertedIndexReader, TERMINATED};

use super::{Counts, Section, TextModel, times_by_document};
use crate::IndexError;
use crate::schema::Fields;
use crate::segment::Segment;

/// How many experts use each word, and how many documents have it.
#[derive(Default)]
struct WordCounts {
    experts: FxHashMap<Box<str>, u32>,
    documents: FxHashMap<Box<str>, u32>,
}

impl TextModel {
    /// The statistics of everybody in these segments.
    ///
    /// # Complexity
    /// O(words + people); with deletions, or for words that stand in several sections, O(their postings); of documents
    /// always O(their words).
    pub(crate) fn of_segments<'a>(
        fields: &Fields,
        segments: impl IntoIterator<Item = &'a Segment>,
    ) -> Result<Self, IndexError> {
        let mut model = Self::default();
        let mut counts = WordCounts::default();
        let mut shapes = Vec::new();
        for segment in segments {
            model.experts += u64::from(segment.reader.num_docs());
            for doc in segment.alive_docs() {
                for section in Section::SINGLE {
                    let length = segment.length(section, doc);
                    let totals = &mut model.totals[section.idx()];
                    totals.sections += u64::from(length > 0);
                    totals.words += u64::from(length);
                }
                segment.shapes(doc, &mut shapes);
                model.count_documents(shapes.iter());
            }
            count_words(fields, segment, &mut counts)?;
        }
        model.experts_with = Counts::of(counts.experts);
        model.documents_with = Counts::of(counts.documents);
        Ok(model)
    }
}

/// Adds how many people of the segment, and how many of their documents, have each word.
fn count_words(
    fields: &Fields,
    segment: &Segment,
    counts: &mut WordCounts,
) -> Result<(), IndexError> {
    let engine = tantivy::TantivyError::from;
    let mut indexes = Vec::new();
    for field in fields.sections {
        indexes.push(segment.reader.inverted_index(field)?);
    }
    let mut streams = Vec::new();
    for index in &indexes {
        let mut stream = index.terms().stream().map_err(engine)?;
        let more = stream.advance();
        streams.push((stream, more));
    }
    loop {
        let left = streams.iter().filter(|(_, more)| *more);
        let Some(word) = left.map(|(stream, _)| stream.key()).min() else {
            return Ok(());
        };
        let word = word.to_vec();
        let mut found: Vec<(Section, TermInfo)> = Vec::new();
        for (section, (stream, more)) in Section::ALL.into_iter().zip(&mut streams) {
            if *more && stream.key() == word {
                found.push((section, stream.value().clone()));
                *more = stream.advance();
            }
        }
        let open = |(section, info): &(Section, TermInfo)| open(&indexes[section.idx()], info);
        let (experts, documents) = match &found[..] {
            [(section, info)]
                if *section != Section::Documents && !segment.reader.has_deletes() =>
            {
                (info.doc_freq, 0)
            }
            found => {
                let experts = found.iter().map(open).collect::<Result<_, _>>()?;
                let documents = found
                    .iter()
                    .find(|(section, _)| *section == Section::Documents);
                let documents = match documents {
                    Some((section, info)) => {
                        count_documents(segment, &indexes[section.idx()], info)?
                    }
                    None => 0,
                };
                (count_any(segment, experts), documents)
            }
        };
        let word = String::from_utf8_lossy(&word);
        for (counts, n) in [
            (&mut counts.experts, experts),
            (&mut counts.documents, documents),
        ] {
            if n > 0 {
                *counts.entry(Box::from(word.as_ref())).or_default() += n;
            }
        }
    }
}

fn open(index: &InvertedIndexReader, info: &TermInfo) -> Result<SegmentPostings, IndexError> {
    let postings = index.read_postings_from_terminfo(info, IndexRecordOption::Basic);
    Ok(postings.map_err(tantivy::TantivyError::from)?)
}

/// People alive who are in any of the postings.
fn count_any(segment: &Segment, mut postings: Vec<SegmentPostings>) -> u32 {
    let mut count = 0;
    loop {
        // What stands for the end of all documents is after every document.
        let doc = postings.iter().map(DocSet::doc).min();
        let Some(doc) = doc.filter(|doc| *doc != TERMINATED) else {
            return count;
        };
        count += u32::from(segment.is_alive(doc));
        for postings in &mut postings {
            if postings.doc() == doc {
                postings.advance();
            }
        }
    }
}

/// Documents of people alive that have a word.
fn count_documents(
    segment: &Segment,
    index: &InvertedIndexReader,
    info: &TermInfo,
) -> Result<u32, IndexError> {
    let option = IndexRecordOption::WithFreqsAndPositions;
    let postings = index.read_postings_from_terminfo(info, option);
    let mut postings = postings.map_err(tantivy::TantivyError::from)?;
    let (mut places, mut shapes) = (Vec::new(), Vec::new());
    let mut count = 0;
    while postings.doc() != TERMINATED {
        let doc = postings.doc();
        if segment.is_alive(doc) {
            segment.shapes(doc, &mut shapes);
            postings.positions(&mut places);
            times_by_document(&shapes, &places, |_, _| count += 1);
        }
        postings.advance();
    }
    Ok(count)
}
