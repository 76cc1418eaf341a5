//! A text as the linker reads it.

use std::collections::BTreeMap;

use muster_text::alike::Alike;
use muster_text::words::{Vocabulary, Word, WordId};

use super::wider::Wider;

/// The words of a text, with the words they may stand for.
pub(super) struct Query {
    /// By position, the words that may stand there, with likenesses, the best first; none for a word that
    /// is like no other.
    pub(super) positions: Vec<Vec<(WordId, f32)>>,
    /// The distinct words of all positions by number, with their best likeness.
    pub(super) words: Vec<(WordId, f32)>,
}

impl Query {
    /// Reads a text. Words that `alike` does not have are mended; others may also stand for words derived
    /// from the same stem, at half of their likeness. `uses` tells of each word how many labels have it.
    pub(super) fn read(
        text: &str,
        vocabulary: &Vocabulary,
        alike: &Alike,
        uses: &[u32],
        wider: &Wider,
    ) -> Self {
        let positions: Vec<Vec<(WordId, f32)>> = vocabulary
            .read(text)
            .into_iter()
            .map(|word| match word {
                Word::Known(id) => {
                    let mut words = vec![(id, 1.0)];
                    let is_label_word = uses.get(id as usize).is_some_and(|&n| n > 0);
                    let (limit, share) = if is_label_word { (2, 0.4) } else { (3, 0.9) };
                    for (other, likeness) in alike.near(vocabulary.word(id), limit) {
                        let derived = is_derived(vocabulary.word(id), vocabulary.word(other));
                        // A word that is spelt right is no slip for another one.
                        if derived {
                            words.push((other, share * likeness));
                        }
                    }
                    words
                }
                Word::Unknown(word) => likely(alike.near(&word, 3), uses),
            })
            .collect();
        let mut best: BTreeMap<WordId, f32> = BTreeMap::new();
        for &(word, likeness) in positions.iter().flatten() {
            let known = best.entry(word).or_default();
            *known = known.max(likeness);
        }
        let first: Vec<Option<WordId>> = positions
            .iter()
            .map(|words| words.first().map(|&(word, _)| word))
            .collect();
        for (word, likeness) in wider.of_text(&first) {
            let known = best.entry(word).or_default();
            *known = known.max(likeness);
        }
        for word in wider.background() {
            if let Some(likeness) = best.get_mut(word) {
                *likeness *= 0.4;
            }
        }
        Self {
            positions,
            words: best.into_iter().collect(),
        }
    }

    /// How close together words stand: their number by the length of the shortest run of positions that has
    /// as many of them as the whole text. 0 … 1, 1 for neighbours.
    pub(super) fn closeness(&self, words: &[WordId]) -> f32 {
        // Which of the words stands at each position, if any does.
        let stands: Vec<Option<usize>> = self
            .positions
            .iter()
            .map(|position| {
                position
                    .iter()
                    .find_map(|(word, _)| words.iter().position(|other| other == word))
            })
            .collect();
        let mut times = vec![0_usize; words.len()];
        let mut n_distinct = 0;
        for &word in stands.iter().flatten() {
            times[word] += 1;
            n_distinct += usize::from(times[word] == 1);
        }
        if n_distinct < 2 {
            return 1.0;
        }
        times.fill(0);
        let (mut start, mut n_inside, mut shortest) = (0, 0, stands.len());
        for end in 0..stands.len() {
            let Some(word) = stands[end] else { continue };
            times[word] += 1;
            n_inside += usize::from(times[word] == 1);
            while n_inside == n_distinct {
                shortest = shortest.min(end + 1 - start);
                if let Some(first) = stands[start] {
                    times[first] -= 1;
                    n_inside -= usize::from(times[first] == 0);
                }
                start += 1;
            }
        }
        small(n_distinct) / small(shortest)
    }
}

/// Whether two words begin alike, as words of one stem do.
fn is_derived(one: &str, other: &str) -> bool {
    let common = one
        .chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .count();
    common >= 5 && 2 * common >= one.len().max(other.len())
}

#[expect(clippy::cast_precision_loss, reason = "positions of a text")]
fn small(count: usize) -> f32 {
    count as f32
}

/// Of words that may stand for a mistyped one, those that far fewer labels have than another count half: who writes
/// `devloper` means developers, not `DevOps`.
fn likely(mut words: Vec<(WordId, f32)>, uses: &[u32]) -> Vec<(WordId, f32)> {
    /// How many times fewer labels is far fewer.
    const RARE: u32 = 10;
    let uses = |word: WordId| uses.get(word as usize).copied().unwrap_or_default();
    let most = words.iter().map(|(word, _)| uses(*word)).max();
    for (word, likeness) in &mut words {
        if uses(*word).saturating_mul(RARE) < most.unwrap_or_default() {
            *likeness /= 2.0;
        }
    }
    words.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    words
}
