//! The text part of a match score: how well a profile's words cover a text.
//!
//! Score model 1. For each section of a profile (headline, bio)
//!
//! ```text
//! share = Σ gain(word, times in the section, words in the section)
//!       / Σ gain(word, times in the text,    words in the text)
//! gain  = ln((2N + 2) / (2 df + 1)) · times · (k₁ + 1) / (times + k₁ · (1 − b + b · words / average))
//! ```
//!
//! both sums over the distinct words of the text: BM25 of the section over BM25 of the text itself,
//! with k₁ = 1.2 and b = 0.75. The best section counts, at most 1, in whole points of 1000, half up.
//!
//! The statistics (N experts, df of them with the word, the average words of a section) belong to
//! the model, and every generation of an index has those of its pool: whoever uses the same model gets
//! the same points, whether term counts come from the index or from a profile. Only exactly rounded operations are
//! used, in the order of the words, so they are the same on every machine.

mod alike;
mod count;
mod counts;
pub(crate) mod words;

use std::collections::BTreeMap;

use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
pub use muster_matcher::query::Section;
use muster_text::number::{exact, points, rarity};
use rustc_hash::FxHashMap;

use counts::Counts;

/// The number of the formula above; another formula gets another number.
pub const SCORE_MODEL: u32 = 1;

const K1: f64 = 1.2;
const B: f64 = 0.75;

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
    /// By [`Section::idx`].
    pub(crate) totals: [SectionTotals; 2],
    /// Experts who use the word in any section.
    pub(crate) experts_with: Counts,
}

/// Gathers a [`TextModel`] profile by profile.
#[derive(Default)]
pub struct TextModelBuilder {
    experts: u64,
    totals: [SectionTotals; 2],
    experts_with: FxHashMap<Box<str>, WordCount>,
}

/// How many experts use a word.
struct WordCount {
    experts: u32,
    /// The number of the last one, so that nobody is counted twice.
    last: u64,
}

impl TextModelBuilder {
    /// Counts one profile's words; gives the number of words of each section.
    pub fn add(&mut self, profile: &Profile) -> [u32; 2] {
        self.experts += 1;
        Section::ALL.map(|section| {
            let mut length = 0;
            words::each(section.of(profile), |token| {
                length += 1;
                self.count(&token.text);
            });
            let totals = &mut self.totals[section.idx()];
            totals.sections += u64::from(length > 0);
            totals.words += u64::from(length);
            length
        })
    }

    fn count(&mut self, word: &str) {
        match self.experts_with.get_mut(word) {
            Some(count) if count.last == self.experts => {}
            Some(count) => {
                count.experts += 1;
                count.last = self.experts;
            }
            None => {
                let count = WordCount {
                    experts: 1,
                    last: self.experts,
                };
                self.experts_with.insert(Box::from(word), count);
            }
        }
    }

    /// The statistics of all profiles added.
    pub fn finish(self) -> TextModel {
        let counts = self.experts_with.into_iter();
        TextModel {
            experts: self.experts,
            totals: self.totals,
            experts_with: Counts::of(counts.map(|(word, count)| (word, count.experts)).collect()),
        }
    }
}

/// A text that profiles are scored by, such as a role's.
#[derive(Clone, Debug)]
pub struct TextQuery {
    /// Distinct words in order, with their weight.
    words: Vec<(String, f64)>,
    /// What the text scores by itself, by section; 0 where nothing can be scored.
    full: [f64; 2],
    /// The average words of a section.
    average: [f64; 2],
}

/// A word that ranks.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// As the tokenizer gives it.
    pub(crate) word: String,
    /// How often it was asked for.
    pub(crate) times: u32,
    /// Words that count in its place, each with a share of what it tells itself.
    pub(crate) instead: Vec<(String, f64)>,
}

impl Wanted {
    /// A word not yet asked for.
    pub(crate) fn new(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            times: 0,
            instead: Vec::new(),
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

    /// Counts one profile more.
    pub(crate) fn add(&mut self, profile: &Profile) {
        let words = ProfileWords::of(profile);
        self.experts += 1;
        for (totals, length) in self.totals.iter_mut().zip(words.lengths) {
            totals.sections += u64::from(length > 0);
            totals.words += u64::from(length);
        }
        for word in words.distinct() {
            self.experts_with.change(word, |count| count + 1);
        }
    }

    /// Counts one profile less, which was counted before.
    pub(crate) fn remove(&mut self, profile: &Profile) {
        let words = ProfileWords::of(profile);
        self.experts = self.experts.saturating_sub(1);
        for (totals, length) in self.totals.iter_mut().zip(words.lengths) {
            totals.sections = totals.sections.saturating_sub(u64::from(length > 0));
            totals.words = totals.words.saturating_sub(u64::from(length));
        }
        for word in words.distinct() {
            self.experts_with
                .change(word, |count| count.saturating_sub(1));
        }
    }

    /// Experts counted.
    pub fn experts(&self) -> u64 {
        self.experts
    }

    /// Prepares a text to score profiles by.
    pub fn query(&self, text: &str) -> TextQuery {
        let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
        words::each(text, |token| {
            let entry = wanted.entry(token.text.clone());
            entry.or_insert_with(|| Wanted::new(&token.text)).times += 1;
        });
        self.ranking(wanted.into_values().collect())
    }

    /// Prepares distinct words to score profiles by. A word's substitutes count by their share beside it; they are
    /// no part of what the words score by themselves, unless nobody uses the word.
    pub(crate) fn ranking(&self, wanted: Vec<Wanted>) -> TextQuery {
        let average = self.totals.map(|totals| {
            if totals.sections == 0 {
                0.0
            } else {
                exact(count(totals.words)) / exact(count(totals.sections))
            }
        });
        let length = wanted.iter().map(|wanted| wanted.times).sum();
        let mut weights: BTreeMap<String, f64> = BTreeMap::new();
        let mut full = [0.0; 2];
        for Wanted {
            word,
            times,
            instead,
        } in wanted
        {
            let substitutes = instead.into_iter().map(|(word, share)| {
                let rarity = self.rarity(&word) * share;
                (word, rarity)
            });
            let substitutes: Vec<(String, f64)> = substitutes.collect();
            let mut best = self.rarity(&word);
            if self.n_experts_with(&word) == 0 && !substitutes.is_empty() {
                best = substitutes
                    .iter()
                    .map(|(_, weight)| *weight)
                    .fold(0.0, f64::max);
            }
            for section in Section::ALL {
                let average = average[section.idx()];
                if average > 0.0 {
                    full[section.idx()] += best * saturation(times, length, average);
                }
            }
            for (word, weight) in substitutes.into_iter().chain([(word, best)]) {
                let known = weights.entry(word).or_default();
                *known = known.max(weight);
            }
        }
        TextQuery {
            words: weights.into_iter().collect(),
            full,
            average,
        }
    }

    /// A profile's points for a text, from its words.
    pub fn points(&self, query: &TextQuery, profile: &Profile) -> Points {
        query.points_of(&ProfileWords::of(profile))
    }

    /// Points of every profile for every text: one row a text.
    pub fn table<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        profiles: &[Profile],
    ) -> Vec<Vec<Points>> {
        let queries: Vec<TextQuery> = texts.into_iter().map(|text| self.query(text)).collect();
        let mut rows = vec![Vec::with_capacity(profiles.len()); queries.len()];
        for profile in profiles {
            let words = ProfileWords::of(profile);
            for (row, query) in rows.iter_mut().zip(&queries) {
                row.push(query.points_of(&words));
            }
        }
        rows
    }

    /// ln((2N + 2) / (2 df + 1)): how much a word tells.
    fn rarity(&self, word: &str) -> f64 {
        rarity(count(self.experts), self.experts_with.get(word) as usize)
    }
}

/// The words of a profile's sections, each with its number of times.
struct ProfileWords {
    /// By [`Section::idx`].
    times: [FxHashMap<String, u32>; 2],
    lengths: [u32; 2],
}

impl ProfileWords {
    fn of(profile: &Profile) -> Self {
        let mut lengths = [0; 2];
        let times = Section::ALL.map(|section| {
            let mut times: FxHashMap<String, u32> = FxHashMap::default();
            words::each(section.of(profile), |token| {
                lengths[section.idx()] += 1;
                match times.get_mut(&token.text) {
                    Some(times) => *times += 1,
                    None => {
                        times.insert(token.text.clone(), 1);
                    }
                }
            });
            times
        });
        Self { times, lengths }
    }

    /// Every word once, in no particular order.
    fn distinct(&self) -> impl Iterator<Item = &str> {
        let [headline, bio] = &self.times;
        let only_bio = bio.keys().filter(|word| !headline.contains_key(*word));
        headline.keys().chain(only_bio).map(String::as_str)
    }
}

impl TextQuery {
    fn points_of(&self, words: &ProfileWords) -> Points {
        self.points(Section::ALL.map(|section| {
            let times = &words.times[section.idx()];
            let of_word = |word| times.get(word).copied().unwrap_or_default();
            let times = self.words().map(of_word);
            self.sum(section, times, words.lengths[section.idx()])
        }))
    }

    /// The distinct words in the order in which gains are to be added up.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.words.iter().map(|(word, _)| word.as_str())
    }

    /// Whether the text has no words: everybody gets 0 points.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the text has the word, as the tokenizer gives it.
    pub(crate) fn has(&self, word: &str) -> bool {
        let found = self
            .words
            .binary_search_by(|(own, _)| own.as_str().cmp(word));
        found.is_ok()
    }

    /// What the word `word_idx` adds to a section of `length` words that has it `times` times, at least once.
    pub(crate) fn gain(&self, word_idx: usize, section: Section, times: u32, length: u32) -> f64 {
        self.words[word_idx].1 * saturation(times, length, self.average[section.idx()])
    }

    /// The gains of all words: the one order of summation.
    fn sum(&self, section: Section, times: impl Iterator<Item = u32>, length: u32) -> f64 {
        let mut sum = 0.0;
        for (idx, times) in times.enumerate() {
            if times > 0 {
                sum += self.gain(idx, section, times, length);
            }
        }
        sum
    }

    /// The points of a profile whose sections' gains sum to `sums`. Here, and nowhere else, text
    /// scores become integers.
    pub(crate) fn points(&self, sums: [f64; 2]) -> Points {
        let share = |section: Section| {
            let full = self.full[section.idx()];
            if full > 0.0 {
                (sums[section.idx()] / full).min(1.0)
            } else {
                0.0
            }
        };
        let best = share(Section::Headline).max(share(Section::Bio));
        Points::new(points(best)).unwrap_or(Points::MAX)
    }
}

/// A count of words or experts, which fits wherever a pool does.
fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// What a word counts for that stands `times` times in a text of `length` words.
fn saturation(times: u32, length: u32, average: f64) -> f64 {
    let times = f64::from(times);
    let relative_length = f64::from(length) / average;
    times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * relative_length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;

    fn pool() -> Vec<Profile> {
        vec![
            profile(
                "a",
                "Python engineer",
                "Reviews python code for data pipelines.",
            ),
            profile("b", "Cardiologist", "Reads ECGs and writes reviews."),
            profile("c", "Translator", ""),
        ]
    }

    fn points(text: &str) -> Vec<u16> {
        let pool = pool();
        let model = TextModel::of(&pool);
        let query = model.query(text);
        pool.iter()
            .map(|profile| model.points(&query, profile).get())
            .collect()
    }

    #[test]
    fn a_section_that_is_the_text_gets_all_points() {
        assert_eq!(points("Cardiologist"), [0, 1000, 0]);
        assert_eq!(points("reads ecgs and writes reviews"), [126, 1000, 0]);
    }

    #[test]
    fn rarer_words_tell_more() {
        let scores = points("python reviews");
        assert!(scores[0] > scores[1] && scores[1] > 0, "{scores:?}");
    }

    #[test]
    fn a_text_without_words_gives_no_points() {
        assert_eq!(points(""), [0; 3]);
        assert_eq!(points("the of … !"), [0; 3]);
    }

    #[test]
    fn a_pool_without_words_gives_no_points() {
        let nobody = TextModel::of([]);
        let query = nobody.query("python");
        assert_eq!(nobody.points(&query, &pool()[0]).get(), 0);
    }
}
