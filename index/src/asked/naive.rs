//! The same by reading the texts themselves.

use muster_matcher::eligibility::{Person, Terms, holds};
use muster_matcher::model::Week;

use super::*;

impl Asked {
    /// Whether the query holds for somebody in every week of the terms.
    pub(crate) fn holds(&self, person: &Person<'_>, terms: &Terms<'_>) -> bool {
        let texts = Section::ALL.map(|section| {
            let (mut row, mut start) = (Vec::new(), 0);
            for text in section.texts(person.profile) {
                let mut end = start;
                words::each(text, |word, place| {
                    row.push((start + place.position, word.to_owned()));
                    end = start + place.position + 1;
                });
                // One place between two texts.
                start = end + 1;
            }
            row
        });
        let mut weeks = terms.calendar.within(terms.weeks);
        weeks.all(|week| self.node.holds(&texts, person, terms, week))
    }
}

/// The words of a profile in their places, by section.
type Texts = [Vec<(usize, String)>; 3];

impl Node {
    fn holds(&self, texts: &Texts, person: &Person<'_>, terms: &Terms<'_>, week: Week) -> bool {
        let node_holds = |node: &Self| node.holds(texts, person, terms, week);
        match self {
            Self::All(nodes) => nodes.iter().all(node_holds),
            Self::Any(nodes) => nodes.iter().any(node_holds),
            Self::None(nodes) => !nodes.iter().any(node_holds),
            Self::AtLeast(k, nodes) => nodes.iter().filter(|node| node_holds(node)).count() >= *k,
            Self::Leaf(leaf) => holds(leaf, person, terms, week),
            Self::Words(meanings) => meanings.iter().any(|meaning| meaning.is_in(texts)),
        }
    }
}

impl Meaning {
    fn is_in(&self, texts: &Texts) -> bool {
        self.sections.iter().any(|section| {
            let text = &texts[section.idx()];
            match &self.how {
                How::OneOf(words) => text.iter().any(|(_, word)| words.contains(word)),
                How::Row(row) => text.iter().any(|(start, _)| {
                    let stands = |(at, word): &(usize, String)| {
                        text.contains(&(start + at - row[0].0, word.clone()))
                    };
                    row.iter().all(stands)
                }),
            }
        })
    }
}
