//! Which ESCO occupations an O*NET occupation is, by the titles that both have.
//!
//! There is no judgement in it but equality: a title of one is a title of the other, word for word in
//! their ground forms, order aside. A pair is *sound* if O*NET's first title is a title of the ESCO
//! occupation, or the two share at least two titles. There are 1,783 sound pairs of 759 of the 1,016 O*NET and 1,205 of the
//! 3,039 ESCO occupations, and 4,880 more that share one alternative title.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use muster_text::words::{Vocabulary, WordId};

use crate::esco::Taxonomy;
use crate::onet;

/// An O*NET and an ESCO occupation with titles in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// Row of [`onet::occupations`].
    pub onet: usize,
    /// Row of [`Taxonomy::occupations`].
    pub esco: usize,
    /// Titles in common.
    pub n_shared: usize,
    /// Whether O*NET's first title is among them.
    pub by_first_title: bool,
}

impl Pair {
    /// Whether it is more than one alternative title that may mean two things.
    pub fn is_sound(&self) -> bool {
        self.by_first_title || self.n_shared >= 2
    }
}

/// All pairs of occupations with titles in common that pass `is_used` (first titles always do), by O*NET
/// row, then the most shared titles, then ESCO row.
pub fn pairs(
    esco: &Taxonomy,
    onet: &[onet::Occupation],
    is_used: &dyn Fn(&str) -> bool,
    vocabulary: &mut Vocabulary,
) -> Vec<Pair> {
    let mut owners: HashMap<Vec<WordId>, BTreeSet<usize>> = HashMap::new();
    for (row, occupation) in esco.occupations.iter().enumerate() {
        let others = occupation
            .alternatives
            .iter()
            .filter(|title| is_used(title));
        for title in [&occupation.label].into_iter().chain(others) {
            owners
                .entry(key(vocabulary.learn(title)))
                .or_default()
                .insert(row);
        }
    }
    let mut pairs = Vec::new();
    for (row, occupation) in onet.iter().enumerate() {
        let first = key(vocabulary.learn(occupation.title));
        let others = occupation
            .alternate
            .iter()
            .chain(&occupation.reported)
            .filter(|title| is_used(title));
        let mut titles: BTreeSet<_> = others.map(|title| key(vocabulary.learn(title))).collect();
        titles.insert(first.clone());
        let mut shared: BTreeMap<usize, Pair> = BTreeMap::new();
        for title in &titles {
            for &esco in owners.get(title).into_iter().flatten() {
                let pair = shared.entry(esco).or_insert(Pair {
                    onet: row,
                    esco,
                    n_shared: 0,
                    by_first_title: false,
                });
                pair.n_shared += 1;
                pair.by_first_title |= *title == first;
            }
        }
        let start = pairs.len();
        pairs.extend(shared.into_values());
        pairs[start..].sort_by_key(|pair| (std::cmp::Reverse(pair.n_shared), pair.esco));
    }
    pairs
}

/// The words of a title in one order.
fn key(mut words: Vec<WordId>) -> Vec<WordId> {
    words.sort_unstable();
    words.dedup();
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esco::taxonomy;

    #[test]
    fn coverage_is_as_stated() {
        let onet = onet::occupations();
        let pairs = pairs(taxonomy(), &onet, &|_| true, &mut Vocabulary::default());
        let sound: Vec<_> = pairs.iter().filter(|pair| pair.is_sound()).collect();
        let count = |of: &dyn Fn(&Pair) -> usize, all: &[&Pair]| {
            all.iter()
                .map(|pair| of(pair))
                .collect::<BTreeSet<_>>()
                .len()
        };
        let figures = (
            pairs.len(),
            sound.len(),
            count(&|pair| pair.onet, &sound),
            count(&|pair| pair.esco, &sound),
        );
        assert_eq!(
            figures,
            (6_663, 1_783, 759, 1_205),
            "pairs, sound ones, O*NET and ESCO occupations in these"
        );
        let named = |title: &str| {
            let row = onet.iter().position(|o| o.title == title).unwrap();
            let pair = sound.iter().find(|pair| pair.onet == row).unwrap();
            taxonomy().occupations[pair.esco].label
        };
        assert_eq!(named("Statisticians"), "statistician");
    }
}
