//! Which of many short texts fit a text: BM25 over numbered words, in memory.
//!
//! ```text
//! score(text, query) = Σ weight(word) · rarity(word) · times · (k₁ + 1) / (times + k₁ · (1 − b + b · length / average))
//! ```
//!
//! over the words of the query, with k₁ = 1.2 and b = 0.75 (Robertson and Zaragoza, *The Probabilistic
//! Relevance Framework: BM25 and Beyond*, 2009). Times may be weighted by the field a word stands in
//! (BM25F): a text is then given as words with weights.

use rustc_hash::FxHashMap;

use crate::number::{exact, rarity};
use crate::words::WordId;

const K1: f64 = 1.2;
const B: f64 = 0.75;

/// Texts, by word.
pub struct Bm25 {
    n_texts: usize,
    /// Where a word's texts begin in `texts`; one more than there are words.
    starts: Vec<usize>,
    /// Text and what the word adds to its score.
    texts: Vec<(u32, f32)>,
}

/// Gathers a [`Bm25`] text by text.
#[derive(Default)]
pub struct Bm25Builder {
    /// Word, text, weighted times.
    entries: Vec<(WordId, u32, f64)>,
    lengths: Vec<f64>,
}

impl Bm25Builder {
    /// Adds the next text: fields of words, each with a weight.
    pub fn add(&mut self, fields: &[(&[WordId], f64)]) {
        let text = u32::try_from(self.lengths.len()).expect("there are fewer than 2³² texts");
        let mut times: FxHashMap<WordId, f64> = FxHashMap::default();
        let mut length = 0.0;
        for &(words, weight) in fields {
            for &word in words {
                *times.entry(word).or_default() += weight;
                length += weight;
            }
        }
        self.lengths.push(length);
        // The order does not matter: entries are sorted before they are used.
        self.entries
            .extend(times.into_iter().map(|(word, times)| (word, text, times)));
    }

    /// All texts that were added. `O(n log n)` in their words.
    pub fn finish(mut self) -> Bm25 {
        self.entries
            .sort_unstable_by_key(|&(word, text, _)| (word, text));
        let n_texts = self.lengths.len();
        let average = (self.lengths.iter().sum::<f64>() / exact(n_texts.max(1))).max(1e-9);
        let n_words = self
            .entries
            .last()
            .map_or(0, |&(word, ..)| word as usize + 1);
        let mut starts = vec![0; n_words + 1];
        for &(word, ..) in &self.entries {
            starts[word as usize + 1] += 1;
        }
        for word in 0..n_words {
            starts[word + 1] += starts[word];
        }
        let texts = self.entries.iter().map(|&(word, text, times)| {
            let n_with = starts[word as usize + 1] - starts[word as usize];
            let length = self.lengths[text as usize] / average;
            let gain = times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * length));
            (text, narrow(rarity(n_texts, n_with) * gain))
        });
        Bm25 {
            n_texts,
            texts: texts.collect(),
            starts,
        }
    }
}

impl Bm25 {
    /// Scores of all texts for words with weights, by text. `O(texts + occurrences of the words)`.
    pub fn scores(&self, query: &[(WordId, f32)]) -> Vec<f32> {
        let mut scores = vec![0.0; self.n_texts];
        for &(word, weight) in query {
            for &(text, gain) in self.of(word) {
                scores[text as usize] += weight * gain;
            }
        }
        scores
    }

    /// How many texts have the word.
    pub fn n_with(&self, word: WordId) -> usize {
        self.of(word).len()
    }

    fn of(&self, word: WordId) -> &[(u32, f32)] {
        let word = word as usize;
        match (self.starts.get(word), self.starts.get(word + 1)) {
            (Some(&start), Some(&end)) => &self.texts[start..end],
            _ => &[],
        }
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounds to the nearest float, the same everywhere"
)]
fn narrow(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scores(texts: &[&[WordId]], query: &[(WordId, f32)]) -> Vec<f32> {
        let mut builder = Bm25Builder::default();
        for text in texts {
            builder.add(&[(text, 1.0)]);
        }
        builder.finish().scores(query)
    }

    #[test]
    fn the_score_is_that_of_the_formula() {
        let got = scores(&[&[0, 0, 1], &[1]], &[(0, 1.0)]);
        // One of two texts has the word twice, among 3 words where 2 are usual.
        let want = (6.0_f64 / 3.0).ln() * 2.0 * 2.2 / (2.0 + 1.2 * (0.25 + 0.75 * 1.5));
        assert!((f64::from(got[0]) - want).abs() < 1e-6, "{} {want}", got[0]);
        assert_eq!(got[1], 0.0);
    }

    #[test]
    fn rare_words_and_short_texts_win() {
        let got = scores(&[&[0, 1], &[0, 2], &[0, 1, 3, 4]], &[(0, 1.0), (2, 1.0)]);
        assert!(got[1] > got[0] && got[0] > got[2]);
    }

    #[test]
    fn unknown_words_and_no_texts_give_nothing() {
        assert!(scores(&[], &[(7, 1.0)]).is_empty());
        assert_eq!(scores(&[&[0]], &[(7, 1.0)]), [0.0]);
    }
}
