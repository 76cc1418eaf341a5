//! Which words of a vocabulary a mistyped or derived word may stand for.
//!
//! Words that share letter trigrams are compared in two ways, and the better one counts:
//!
//! - *mistyped*: one slip (a letter wrong, missing, too much, or two swapped) in words of four letters
//!   or more, two in words of eight or more: 0.9 and 0.75;
//! - *derived*: a common beginning of at least five letters and half of the longer word, with little
//!   after it: `cardiologist` and `cardiology`: 0.8 of the share of common letters.

use rustc_hash::FxHashMap;

use crate::number::exact;
use crate::words::{Vocabulary, WordId};

/// The words to choose from, by their trigrams.
pub struct Alike {
    words: Vec<(WordId, Box<str>)>,
    /// Positions in `words`.
    by_trigram: FxHashMap<[char; 3], Vec<u32>>,
}

impl Alike {
    /// Prepares the choice among some words of a vocabulary.
    pub fn of(vocabulary: &Vocabulary, ids: impl IntoIterator<Item = WordId>) -> Self {
        let mut words = Vec::new();
        let mut by_trigram: FxHashMap<[char; 3], Vec<u32>> = FxHashMap::default();
        for id in ids {
            let word = vocabulary.word(id);
            let position = u32::try_from(words.len()).expect("there are fewer than 2³² words");
            words.push((id, Box::from(word)));
            for trigram in trigrams(word) {
                let holders = by_trigram.entry(trigram).or_default();
                if holders.last() != Some(&position) {
                    holders.push(position);
                }
            }
        }
        Self { words, by_trigram }
    }

    /// The words most alike to a word other than itself, with likenesses between 0 and 1, the best
    /// first, ties by number. `O(occurrences of its trigrams)`.
    pub fn near(&self, word: &str, limit: usize) -> Vec<(WordId, f32)> {
        if word.chars().count() < 4 || word.chars().any(|c| c.is_ascii_digit()) {
            return Vec::new();
        }
        let own = trigrams(word);
        let mut shared: FxHashMap<u32, u32> = FxHashMap::default();
        for trigram in &own {
            for &position in self.by_trigram.get(trigram).map_or(&[][..], Vec::as_slice) {
                *shared.entry(position).or_default() += 1;
            }
        }
        let mut found: Vec<(WordId, f32)> = shared
            .into_iter()
            // A slip spoils three trigrams, a swap four.
            .filter(|&(_, n_shared)| n_shared as usize + 8 >= own.len() && n_shared >= 2)
            .filter_map(|(position, _)| {
                let (id, other) = &self.words[position as usize];
                let likeness = likeness(word, other);
                (likeness > 0.0 && **other != *word).then_some((*id, likeness))
            })
            .collect();
        found.sort_unstable_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(limit);
        found
    }
}

/// How alike two words are, 0 if one cannot stand for the other.
fn likeness(one: &str, other: &str) -> f32 {
    mistyped(one, other).max(derived(one, other))
}

/// How many slips two words are apart: letters that are wrong, missing, too much, or swapped.
pub fn slips(one: &str, other: &str) -> usize {
    strsim::osa_distance(one, other)
}

fn mistyped(one: &str, other: &str) -> f32 {
    let (length, other_length) = (one.chars().count(), other.chars().count());
    if length.abs_diff(other_length) > 2 || length.min(other_length) < 4 {
        return 0.0;
    }
    match strsim::osa_distance(one, other) {
        0 => 1.0,
        1 => 0.9,
        2 if length.min(other_length) >= 8 => 0.75,
        _ => 0.0,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "rounds to the nearest float, the same everywhere"
)]
fn derived(one: &str, other: &str) -> f32 {
    let common = one
        .chars()
        .zip(other.chars())
        .take_while(|(a, b)| a == b)
        .count();
    let longer = one.chars().count().max(other.chars().count());
    if common < 5 || 2 * common < longer || longer > common + 6 {
        return 0.0;
    }
    (0.8 * exact(common) / exact(longer)) as f32
}

/// The trigrams of a word with its ends marked.
fn trigrams(word: &str) -> Vec<[char; 3]> {
    let marked: Vec<char> = [' '].into_iter().chain(word.chars()).chain([' ']).collect();
    marked
        .windows(3)
        .map(|three| [three[0], three[1], three[2]])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(words: &str, word: &str) -> Vec<String> {
        let mut vocabulary = Vocabulary::default();
        let ids = vocabulary.learn(words);
        let alike = Alike::of(&vocabulary, ids);
        let found = alike.near(word, 5);
        found
            .iter()
            .map(|&(id, _)| vocabulary.word(id).to_owned())
            .collect()
    }

    #[test]
    fn slips_of_each_kind_are_mended() {
        for slip in ["cardilogy", "cardoilogi", "cardiollogi", "cardiolofi"] {
            assert_eq!(
                near("cardiology radiology economy", slip)[0],
                "cardiolog",
                "{slip}"
            );
        }
    }

    #[test]
    fn a_profession_finds_its_field() {
        assert_eq!(near("cardiology radiology", "cardiologist"), ["cardiolog"]);
    }

    #[test]
    fn short_words_and_numbers_stand_for_themselves() {
        assert!(near("java lava 2019", "jav").is_empty());
        assert!(near("2018 2019x", "2019").is_empty());
    }

    #[test]
    fn a_word_is_not_near_itself() {
        assert!(near("python", "python").is_empty());
    }
}
