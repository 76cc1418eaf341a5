//! What words stand for besides by synonyms of one's own.

use std::collections::BTreeSet;

use muster_matcher::query::Word;
use muster_text::words::ground_forms;

use super::{How, Meaning, Ranking, Section, Typed, want};
use crate::synonyms::{Instead, SHARE};
use crate::text::TextQuery;

/// A word, or several in a row, and what stands for them, word by word with its share of all of them.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    words: Vec<String>,
    instead: Vec<(String, f64)>,
}

impl Group {
    /// Lets what stands for the words tell its share of what these tell together.
    pub(super) fn raise(&self, ranking: &mut TextQuery) {
        ranking.raise(&self.words, &self.instead);
    }
}

/// What some words of a query stand for besides: found by, and ranking with their share. Of a word that stands for several,
/// each of these counts its part of the share.
pub(super) fn meanings(
    words: &[Word],
    typed: &mut Typed<'_>,
    wanted: &mut Ranking,
) -> Vec<Meaning> {
    let Some(synonyms) = typed.synonyms else {
        return Vec::new();
    };
    let mut meanings = Vec::new();
    for (range, instead) in synonyms.within(words) {
        let section = words[range.start].section;
        let sections = section.map_or_else(|| Section::ALL.to_vec(), |section| vec![section]);
        let own = words[range]
            .iter()
            .flat_map(|word| ground_forms(&word.text));
        let own: BTreeSet<String> = own.collect();
        let shares: Vec<(String, f64)> = instead.iter().flat_map(shares).collect();
        for word in &own {
            want_instead(wanted, word, &shares);
        }
        typed.groups.push(Group {
            words: own.into_iter().collect(),
            instead: shares,
        });
        meanings.extend(instead.iter().map(|it| Meaning {
            sections: sections.clone(),
            how: match it.row.as_slice() {
                [(_, word)] => How::OneOf(vec![word.clone()]),
                row => How::Row(row.to_vec()),
            },
        }));
    }
    meanings
}

/// The words of something, each with its part of the share.
fn shares(instead: &Instead) -> impl Iterator<Item = (String, f64)> + '_ {
    let parts = u32::try_from(instead.row.len()).map_or(1.0, f64::from);
    let words = instead.row.iter();
    words.map(move |(_, word)| (word.clone(), SHARE / parts))
}

/// Lets others count in a word's place, but for what is the word itself.
fn want_instead(wanted: &mut Ranking, word: &str, shares: &[(String, f64)]) {
    let others = shares.iter().filter(|(other, _)| other != word);
    let others: Vec<(String, f64)> = others.cloned().collect();
    // It was asked for already, once for each time it stands there.
    if let Some(known) = wanted.get_mut(word) {
        known.instead.extend(others);
    } else {
        want(wanted, word, others);
    }
}
