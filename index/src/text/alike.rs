//! Words of a pool that begin like or look like one that was typed.

use std::cmp::Reverse;

use muster_text::words;

use super::TextModel;

/// Endings that the stemmer takes off.
const ENDINGS: [&str; 34] = [
    "s", "es", "ed", "ing", "ings", "er", "ers", "ly", "y", "ies", "ied", "ist", "ists", "ity",
    "ities", "al", "ally", "ical", "ically", "ation", "ations", "ational", "ment", "ments", "ness",
    "able", "ible", "ably", "ive", "ives", "ize", "izes", "ized", "izing",
];

impl TextModel {
    /// How many experts use a word, as the tokenizer gives it.
    pub(crate) fn n_experts_with(&self, word: &str) -> u32 {
        self.experts_with.get(word)
    }

    /// Stems of words that begin so, the most used first. Only stems are known, so an ending may be begun, too:
    /// `nursi` begins `nursing`, whose stem is `nurs`; other words with that stem are found with it.
    ///
    /// # Complexity
    /// O(words of the pool).
    pub(crate) fn beginning(&self, typed: &str) -> Vec<String> {
        let begins = |stem: &str| {
            stem.starts_with(typed)
                || typed.strip_prefix(stem).is_some_and(|rest| {
                    let endings = ENDINGS.iter().filter(|ending| ending.starts_with(rest));
                    let mut words = endings.map(|ending| format!("{stem}{ending}"));
                    words.any(|word| words::only(&word).as_deref() == Some(stem))
                })
        };
        let words = self.experts_with.iter();
        most_used(words.filter(|(word, _)| begins(word)))
    }

    /// Words that somebody who typed `typed`, before stemming, may have meant: at the least distance, at most
    /// `most` edits away, the most used first. An edit is a character put in, left out or
    /// replaced, or two neighbours exchanged.
    ///
    /// Only stems are known, so an ending may follow what is alike: `cardiolgist` is one edit from `cardiolog`
    /// because `cardiologist` has that stem.
    ///
    /// # Complexity
    /// O(words of the pool + characters of those with about the same letters).
    pub(crate) fn alike(&self, typed: &str, most: usize) -> Vec<String> {
        if most == 0 {
            return Vec::new();
        }
        let letters = letters(typed);
        let typed: Vec<char> = typed.chars().collect();
        let mut least = most + 1;
        let mut alike = Vec::new();
        for (known, count) in self.experts_with.iter() {
            // Most words are ruled out by their letters alone: every edit brings in at most one.
            let is_possible = (self::letters(known) & !letters).count_ones() as usize <= most;
            let Some(distance) = is_possible.then(|| distance(&typed, known, most)).flatten()
            else {
                continue;
            };
            if distance > 0 && distance <= least {
                if distance < least {
                    alike.clear();
                }
                least = distance;
                alike.push((known, count));
            }
        }
        most_used(alike.into_iter())
    }
}

/// The most used first, then by word.
fn most_used<'a>(words: impl Iterator<Item = (&'a str, u32)>) -> Vec<String> {
    let mut words: Vec<_> = words.collect();
    words.sort_unstable_by_key(|(word, count)| (Reverse(*count), *word));
    words.into_iter().map(|(word, _)| word.to_owned()).collect()
}

/// Which characters a word has, each told by six bits of it.
fn letters(word: &str) -> u64 {
    word.chars()
        .fold(0, |letters, c| letters | 1 << (u32::from(c) % 64))
}

/// The edits (optimal string alignment) between a stem and a beginning of what was typed whose rest is an
/// ending of the stem, if they are at most `most`.
fn distance(typed: &[char], stem: &str, most: usize) -> Option<usize> {
    let known: Vec<char> = stem.chars().collect();
    if known.len() > typed.len() + most {
        return None;
    }
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=known.len()).collect();
    // By how much of what was typed is compared with the stem.
    let mut edits = vec![known.len()];
    for (row, c) in typed.iter().enumerate() {
        let mut here = Vec::with_capacity(known.len() + 1);
        here.push(row + 1);
        for (col, k) in known.iter().enumerate() {
            let replaced = above[col] + usize::from(c != k);
            let mut least = replaced.min(above[col + 1] + 1).min(here[col] + 1);
            if row > 0 && col > 0 && *c == known[col - 1] && typed[row - 1] == *k {
                least = least.min(before[col - 1] + 1);
            }
            here.push(least);
        }
        edits.push(here[known.len()]);
        if here.iter().all(|edits| *edits > most) {
            break;
        }
        before = std::mem::replace(&mut above, here);
    }
    // Of a word of two letters, two edits leave nothing.
    let most = most.min(known.len() / 2);
    let near = edits
        .iter()
        .enumerate()
        .filter(|(_, edits)| **edits <= most);
    let meant = near.filter(|(len, _)| {
        let ending: String = typed[*len..].iter().collect();
        ending.is_empty() || words::only(&format!("{stem}{ending}")).as_deref() == Some(stem)
    });
    meant.map(|(_, edits)| *edits).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;

    #[test]
    fn edits_are_counted_up_to_an_ending() {
        let edits = |typed: &str, stem: &str| distance(&typed.chars().collect::<Vec<_>>(), stem, 2);
        let examples = [
            ("nurs", "nurs", Some(0)),
            ("nrs", "nurs", Some(1)),
            ("nusr", "nurs", Some(1)),
            ("nurz", "nurs", Some(1)),
            ("nusres", "nurs", Some(1)),
            ("ärzt", "arzt", Some(1)),
            ("kardiolog", "cardiolog", Some(1)),
            ("cardiolgist", "cardiolog", Some(1)),
            ("cardigan", "cardiolog", None),
            ("", "ab", None),
            ("nobodyhasthis", "日本", None),
            ("ab", "abcde", None),
        ];
        for (typed, stem, wanted) in examples {
            assert_eq!(edits(typed, stem), wanted, "{typed} {stem}");
        }
    }

    #[test]
    fn the_nearest_words_come_by_use() {
        let pool = [
            profile("a", "nurse", "purse"),
            profile("b", "nurse", ""),
            profile("c", "norse nursery", ""),
        ];
        let model = TextModel::of(&pool);
        assert_eq!(model.alike("nyrse", 2), ["nurs", "nors"]);
        assert_eq!(model.alike("nosre", 2), ["nors"]);
        assert_eq!(model.alike("durse", 1), ["nurs", "purs"]);
        assert_eq!(model.alike("zzzz", 2), [""; 0]);
        assert_eq!(model.beginning("nurs"), ["nurs", "nurseri"]);
        assert_eq!(model.beginning("nursi"), ["nurs"], "nursing");
        assert_eq!(model.beginning("nursx"), [""; 0]);
    }
}
