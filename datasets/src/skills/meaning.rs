//! How alike texts are in meaning, by word vectors.
//!
//! The vector of a text is the sum of its words' vectors, each times the word's rarity, at unit length;
//! likeness is the cosine. `datasets/examples/word_vectors.rs` makes the vectors of words.

use std::sync::LazyLock;

use muster_text::number::rarity;
use muster_text::words::{Vocabulary, WordId};

use super::narrow;
use crate::embedded::{rows, unpack};

const N_DIMENSIONS: usize = 64;

static VECTORS: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../../skills/word_vectors.tsv.gz")));

/// One component of a unit vector as a printable letter: steps of 1/92, ±1/2 at most.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "−46 … 46"
)]
pub fn letter_of(component: f64) -> char {
    let step = (component * 92.0).round().clamp(-46.0, 46.0) as i32;
    char::from((80 + step) as u8)
}

/// Word vectors, and those of some texts.
pub(super) struct Meaning {
    /// By word, times its rarity; zeros where there is none.
    words: Vec<[f32; N_DIMENSIONS]>,
    /// Of unit length, or zeros.
    texts: Vec<[f32; N_DIMENSIONS]>,
}

impl Meaning {
    /// Vectors of texts given as weighted fields of words.
    pub(super) fn of(vocabulary: &Vocabulary, texts: &[Vec<(Vec<WordId>, f32)>]) -> Self {
        let mut n_with = vec![0_usize; vocabulary.len()];
        let mut last = vec![usize::MAX; vocabulary.len()];
        for (number, text) in texts.iter().enumerate() {
            for &word in text.iter().flat_map(|(words, _)| words) {
                if last[word as usize] != number {
                    last[word as usize] = number;
                    n_with[word as usize] += 1;
                }
            }
        }
        let mut words = vec![[0.0; N_DIMENSIONS]; vocabulary.len()];
        for [word, letters] in rows(&VECTORS) {
            let Some(id) = vocabulary.id(word) else {
                continue;
            };
            let weight = narrow(rarity(texts.len(), n_with[id as usize]));
            for (component, letter) in words[id as usize].iter_mut().zip(letters.bytes()) {
                *component = weight * (f32::from(letter) - 80.0) / 92.0;
            }
        }
        let mut meaning = Self {
            words,
            texts: Vec::new(),
        };
        meaning.texts = texts
            .iter()
            .map(|text| {
                let words = text
                    .iter()
                    .flat_map(|(words, weight)| words.iter().map(|&word| (word, *weight)));
                meaning.vector(words)
            })
            .collect();
        meaning
    }

    /// Cosines of all texts with words.
    pub(super) fn likenesses(&self, words: &[(WordId, f32)]) -> Vec<f32> {
        let query = self.vector(words.iter().copied());
        self.texts.iter().map(|text| cosine(text, &query)).collect()
    }

    fn vector(&self, words: impl Iterator<Item = (WordId, f32)>) -> [f32; N_DIMENSIONS] {
        let mut sum = [0.0_f32; N_DIMENSIONS];
        for (word, weight) in words {
            if let Some(vector) = self.words.get(word as usize) {
                sum.iter_mut()
                    .zip(vector)
                    .for_each(|(sum, x)| *sum += weight * x);
            }
        }
        let length = sum.iter().map(|x| x * x).sum::<f32>().sqrt();
        if length > 0.0 {
            sum.iter_mut().for_each(|x| *x /= length);
        }
        sum
    }
}

/// Of unit vectors: sums of every sixteenth component first, which processors make side by side.
fn cosine(a: &[f32; N_DIMENSIONS], b: &[f32; N_DIMENSIONS]) -> f32 {
    let mut sums = [0.0_f32; 16];
    for (a, b) in a.chunks_exact(16).zip(b.chunks_exact(16)) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum()
}
