//! The word statistics of a pool.

use muster_matcher::model::profile::Profile;
use muster_text::expertise::Usual;
use muster_text::number::{exact, rarity};
use rustc_hash::{FxHashMap, FxHashSet};

use super::Counts;
use super::profile::{ProfileWords, Shape};

/// How many sections of a kind have words, and how many words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SectionTotals {
    pub(crate) sections: u64,
    pub(crate) words: u64,
}

/// The word statistics of a pool, and the formula.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextModel {
    /// Experts counted.
    pub(crate) experts: u64,
    /// By [`super::Section::idx`], of sections of one text.
    pub(crate) totals: [SectionTotals; 2],
    /// Experts who use the word in any section.
    pub(crate) experts_with: Counts,
    /// Documents of all experts, and experts who have any.
    pub(crate) documents: u64,
    pub(crate) authors: u64,
    /// Distinct words of each document, in sum.
    pub(crate) document_words: u64,
    /// Documents that have the word.
    pub(crate) documents_with: Counts,
}

/// Gathers a [`TextModel`] profile by profile.
#[derive(Default)]
pub struct TextModelBuilder {
    /// Without counts by word.
    model: TextModel,
    experts_with: FxHashMap<Box<str>, u32>,
    documents_with: FxHashMap<Box<str>, u32>,
}

impl TextModelBuilder {
    /// Counts one profile's words.
    pub fn add(&mut self, profile: &Profile) {
        let words = ProfileWords::of(profile);
        self.model.count(&words);
        let mut seen = FxHashSet::default();
        for document in &words.documents {
            for word in document.times.keys() {
                count_one(&mut self.documents_with, word);
                if seen.insert(word.as_str()) {
                    count_one(&mut self.experts_with, word);
                }
            }
        }
        let [headline, bio] = &words.times;
        let only_bio = bio.keys().filter(|word| !headline.contains_key(*word));
        for word in headline.keys().chain(only_bio) {
            if !seen.contains(word.as_str()) {
                count_one(&mut self.experts_with, word);
            }
        }
    }

    /// The statistics of all profiles added.
    pub fn finish(self) -> TextModel {
        TextModel {
            experts_with: Counts::of(self.experts_with),
            documents_with: Counts::of(self.documents_with),
            ..self.model
        }
    }
}

fn count_one(counts: &mut FxHashMap<Box<str>, u32>, word: &str) {
    match counts.get_mut(word) {
        Some(count) => *count += 1,
        None => {
            counts.insert(Box::from(word), 1);
        }
    }
}

impl TextModel {
    /// Statistics of `profiles`.
    pub fn of<'a>(profiles: impl IntoIterator<Item = &'a Profile>) -> Self {
        let mut builder = TextModelBuilder::default();
        for profile in profiles {
            builder.add(profile);
        }
        builder.finish()
    }

    /// Counts all of a profile but its words.
    fn count(&mut self, words: &ProfileWords) {
        self.experts += 1;
        self.count_documents(words.documents.iter().map(|document| &document.shape));
        for (totals, length) in self.totals.iter_mut().zip(words.lengths) {
            totals.sections += u64::from(length > 0);
            totals.words += u64::from(length);
        }
    }

    /// Counts one person's documents, all but their words.
    pub(super) fn count_documents<'s>(&mut self, shapes: impl ExactSizeIterator<Item = &'s Shape>) {
        self.documents += shapes.len() as u64;
        self.authors += u64::from(shapes.len() > 0);
        self.document_words += shapes.map(|shape| u64::from(shape.distinct)).sum::<u64>();
    }

    /// Counts one profile more.
    pub(crate) fn add(&mut self, profile: &Profile) {
        let words = ProfileWords::of(profile);
        self.count(&words);
        self.change_words(&words, |count| count + 1);
    }

    /// Counts one profile less, which was counted before.
    pub(crate) fn remove(&mut self, profile: &Profile) {
        let words = ProfileWords::of(profile);
        self.experts = self.experts.saturating_sub(1);
        let mut own = Self::default();
        own.count_documents(words.documents.iter().map(|document| &document.shape));
        self.documents = self.documents.saturating_sub(own.documents);
        self.authors = self.authors.saturating_sub(own.authors);
        self.document_words = self.document_words.saturating_sub(own.document_words);
        for (totals, length) in self.totals.iter_mut().zip(words.lengths) {
            totals.sections = totals.sections.saturating_sub(u64::from(length > 0));
            totals.words = totals.words.saturating_sub(u64::from(length));
        }
        self.change_words(&words, |count| count.saturating_sub(1));
    }

    fn change_words(&mut self, words: &ProfileWords, new: impl Fn(u32) -> u32) {
        for word in words.distinct() {
            self.experts_with.change(word, &new);
        }
        for document in &words.documents {
            for word in document.times.keys() {
                self.documents_with.change(word, &new);
            }
        }
    }

    /// Experts counted.
    pub fn experts(&self) -> u64 {
        self.experts
    }

    /// The average words of the sections of one text; 0 where nobody has any.
    pub(super) fn averages(&self) -> [f64; 2] {
        self.totals
            .map(|totals| average(totals.words, totals.sections))
    }

    /// How long documents are.
    pub(super) fn usual(&self) -> Usual {
        Usual {
            document: average(self.document_words, self.documents),
            person: average(self.document_words, self.authors),
        }
    }

    /// ln((2N + 2) / (2 df + 1)): how much a word tells in a section of one text.
    pub(super) fn rarity(&self, word: &str) -> f64 {
        rarity(count(self.experts), self.experts_with.get(word) as usize)
    }

    /// How much a word tells in documents; 0 for one that no document has.
    pub(super) fn rarity_in_documents(&self, word: &str) -> f64 {
        match self.documents_with.get(word) {
            0 => 0.0,
            documents => rarity(count(self.documents), documents as usize),
        }
    }
}

/// 0 of nothing.
fn average(sum: u64, of: u64) -> f64 {
    match of {
        0 => 0.0,
        of => exact(count(sum)) / exact(count(of)),
    }
}

/// A count of words, experts or documents, which fits wherever a pool does.
fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
