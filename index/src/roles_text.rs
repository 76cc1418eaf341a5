//! Text points of many people for several texts, such as the roles of a file, block by block: places of a word that
//! several texts have are read once.

use std::collections::BTreeMap;
use std::ops::Range;

use tantivy::DocId;

use crate::IndexError;
use crate::document_scan::DocumentScan;
use crate::places::Places;
use crate::pool::Pool;
use crate::scan::{BLOCK, BlockPoints, Sums};
use crate::segment::Segment;
use crate::text::{Section, TextQuery};

/// A bit for each document of a block.
pub(crate) type Bits = [u64; BLOCK as usize / 64];

/// No document.
pub(crate) const NOBODY: Bits = [0; BLOCK as usize / 64];

/// The term counts of the words of several texts.
pub(crate) struct RolesText<'a> {
    segment: &'a Segment,
    texts: &'a [Option<TextQuery>],
    start: DocId,
    words: Vec<Word>,
    /// By text and in the order of summation, each word's number there, its section, and its position in `words`.
    of_text: Vec<Vec<(usize, Section, usize)>>,
    sums: Sums,
    /// What the people wrote, by text, where they wrote anything.
    written: Vec<Option<DocumentScan<'a>>>,
}

/// A word of some texts in one section.
struct Word {
    section: Section,
    places: Places,
    /// The texts that have it.
    texts: Vec<usize>,
    /// Who of the block has it, of those whom any of these texts wants.
    has: Bits,
    /// How many of them come before the 64 documents of each of its words.
    before: [u32; BLOCK as usize / 64],
    /// How well they have it, in their order.
    saturations: Vec<f64>,
}

impl<'a> RolesText<'a> {
    pub(crate) fn new(
        pool: &Pool,
        segment: &'a Segment,
        texts: &'a [Option<TextQuery>],
    ) -> Result<Self, IndexError> {
        let mut words: Vec<Word> = Vec::new();
        let mut known: BTreeMap<&str, [Option<usize>; 2]> = BTreeMap::new();
        let mut of_text = Vec::new();
        let mut written = Vec::new();
        for (text_idx, text) in texts.iter().enumerate() {
            let mut own = Vec::new();
            for (word_idx, word) in text.iter().flat_map(TextQuery::words).enumerate() {
                let places = match known.get(word) {
                    Some(places) => *places,
                    None => {
                        let mut places = [None, None];
                        for section in Section::SINGLE {
                            if let Some(word) = Word::of(pool, segment, section, word)? {
                                places[section.idx()] = Some(words.len());
                                words.push(word);
                            }
                        }
                        known.insert(word, places);
                        places
                    }
                };
                for section in Section::SINGLE {
                    if let Some(place) = places[section.idx()] {
                        words[place].texts.push(text_idx);
                        own.push((word_idx, section, place));
                    }
                }
            }
            of_text.push(own);
            let scan = text
                .as_ref()
                .map(|text| DocumentScan::new(pool, segment, text));
            written.push(scan.transpose()?.flatten());
        }
        Ok(Self {
            segment,
            texts,
            start: 0,
            words,
            of_text,
            sums: Sums::default(),
            written,
        })
    }

    /// Looks at the people in `block` whom the texts want: by text, a bit for each. Ask for ever later blocks.
    ///
    /// # Complexity
    /// O(places of the words in the block, or those sought + texts × their words × documents / 64).
    pub(crate) fn read(&mut self, block: &Range<DocId>, wanted: &[Bits]) {
        self.start = block.start;
        // Every text is of one model, which knows how long texts are on average.
        let Some(text) = self.texts.iter().flatten().next() else {
            return;
        };
        for word in &mut self.words {
            word.read(self.segment, text, block, wanted);
        }
    }

    /// The points that a text gives the people of the block whom it wants; `None` if it has no words.
    pub(crate) fn points(&mut self, text: usize, wanted: &Bits) -> Option<BlockPoints<'_>> {
        let query = self.texts[text].as_ref()?;
        self.sums.clear();
        for (word_idx, section, word) in &self.of_text[text] {
            let word = &self.words[*word];
            let weight = query.weight(*word_idx);
            let here = word.has.iter().zip(wanted).zip(&word.before).enumerate();
            for (idx, ((has, wanted), before)) in here {
                let mut hits = has & wanted;
                while hits != 0 {
                    let bit = hits.trailing_zeros();
                    let rank = before + (has & ((1 << bit) - 1)).count_ones();
                    let gain = weight * word.saturations[rank as usize];
                    self.sums.add(*section, 64 * idx + bit as usize, gain);
                    hits &= hits - 1;
                }
            }
        }
        let written = self.written[text].as_mut();
        let written = written.map(|written| {
            let end = self.segment.documents().min(self.start + BLOCK);
            written.read(&(self.start..end), wanted, self.sums.touched());
            &*written
        });
        Some(BlockPoints::new(self.start, query, &self.sums, written))
    }
}

impl Word {
    /// `None` where nobody has the word there.
    fn of(
        pool: &Pool,
        segment: &Segment,
        section: Section,
        word: &str,
    ) -> Result<Option<Self>, IndexError> {
        let places = Places::of(pool, segment, section, word)?;
        Ok(places.map(|places| Self {
            section,
            places,
            texts: Vec::new(),
            has: NOBODY,
            before: [0; BLOCK as usize / 64],
            saturations: Vec::new(),
        }))
    }

    fn read(&mut self, segment: &Segment, text: &TextQuery, block: &Range<DocId>, wanted: &[Bits]) {
        self.has = NOBODY;
        self.saturations.clear();
        let mut any = NOBODY;
        for text in &self.texts {
            for (any, wanted) in any.iter_mut().zip(&wanted[*text]) {
                *any |= wanted;
            }
        }
        if any == NOBODY {
            return;
        }
        let (section, has, saturations) = (self.section, &mut self.has, &mut self.saturations);
        self.places.each(block, &any, |doc, idx, times| {
            let length = segment.length(section, doc);
            has[idx / 64] |= 1 << (idx % 64);
            saturations.push(text.saturation(section, times, length));
        });
        let mut before = 0;
        for (place, has) in self.before.iter_mut().zip(&self.has) {
            *place = before;
            before += has.count_ones();
        }
    }
}
