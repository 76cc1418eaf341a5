//! Conditions that bare words of a search state: countries, languages and years of experience.
//!
//! `nurse in Germany`, `German-speaking`, `fluent in French or Spanish`, `5+ years of experience` are read as what the query
//! language says by `country:DE`, `lang:de>=B2`, `lang:fr>=C1 OR lang:es>=C1` and `years>=5`. Only phrases that can
//! hardly mean something else are read:
//!
//! - a country behind *in*, *from*, *based in* and the like, unless what comes before says that something else is there
//!   (*experience in Germany*); with *based* or *only* behind it; or by itself, if its name is no other word and what comes next
//!   does not make it an attribute (*Canada tax law*). *US* and other abbreviations stand at the end or behind *in*;
//! - *outside*, *not in*, *except* before a country: anywhere else;
//! - a language with *speaking*, *speaker*, *speaks*, *fluent in*, *native* or a level of the CEFR beside it. A language by
//!   itself says nothing: *French press*, *German nurse*;
//! - *remote*, which asks for nothing, unless it is part of what ESCO calls something (*remote sensing*);
//! - a number of years with *experience* behind them, a plus, or *at least* before them.
//!
//! One slip is forgiven in names of five letters or more, where the word typed is none. All countries of one text are
//! alternatives.

mod countries;
mod languages;
mod names;
mod remote;
mod tokens;
mod years;

use std::collections::BTreeSet;
use std::ops::Range;

use muster_matcher::model::requirement::Leaf;
use muster_matcher::model::words::Country;
use muster_matcher::query::Query;

use tokens::{Text, tokens};

/// What some words of a text state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stated {
    /// Which, by position, in order.
    pub words: Vec<usize>,
    /// The condition.
    pub condition: Query,
}

/// What one phrase states.
enum Phrase {
    In(Vec<Country>),
    NotIn(Vec<Country>),
    Other(Query),
}

/// What the words of a text state, in the order of writing. `is_word` says of a word whether it is one, so that it is no
/// slip; it is asked seldom.
///
/// # Complexity
/// O(words × names) at worst.
pub fn stated(words: &[&str], is_word: &dyn Fn(&str) -> bool) -> Vec<Stated> {
    let tokens = tokens(words);
    let text = Text {
        tokens: &tokens,
        is_word,
    };
    let mut found: Vec<(Range<usize>, Phrase)> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let phrase = text.starts_word(at).then(|| phrase(&text, at)).flatten();
        let phrase = phrase.filter(|(end, _)| *end > at && text.ends_word(*end - 1));
        at = match phrase {
            Some((end, phrase)) => {
                found.push((text.words(at..end), phrase));
                end
            }
            None => at + 1,
        };
    }
    together(found)
}

/// The phrase that begins with a token, and the token behind it.
fn phrase(text: &Text<'_>, at: usize) -> Option<(usize, Phrase)> {
    let others = || {
        let other = languages::read(text, at)
            .or_else(|| years::read(text, at))
            .or_else(|| remote::read(text, at));
        other.map(|(end, condition)| (end, Phrase::Other(condition)))
    };
    countries::read(text, at).or_else(others)
}

/// One condition of all countries that are wanted, one of those that are not, and the others.
fn together(found: Vec<(Range<usize>, Phrase)>) -> Vec<Stated> {
    let mut stated: Vec<Stated> = Vec::new();
    let (mut inside, mut outside) = (None, None);
    for (words, phrase) in found {
        let (known, countries, is_in) = match phrase {
            Phrase::In(countries) => (&mut inside, countries, true),
            Phrase::NotIn(countries) => (&mut outside, countries, false),
            Phrase::Other(condition) => {
                let words = words.collect();
                stated.push(Stated { words, condition });
                continue;
            }
        };
        let place = *known.get_or_insert_with(|| {
            stated.push(Stated {
                words: Vec::new(),
                condition: Query::All(Vec::new()),
            });
            stated.len() - 1
        });
        let known = &mut stated[place];
        known.words.extend(words);
        let mut all: BTreeSet<Country> = countries.into_iter().collect();
        if let Query::Leaf(Leaf::CountryIn(before) | Leaf::CountryNotIn(before)) = &known.condition
        {
            all.extend(before.iter().cloned());
        }
        let all = all.into_iter().collect();
        known.condition = Query::Leaf(match is_in {
            true => Leaf::CountryIn(all),
            false => Leaf::CountryNotIn(all),
        });
    }
    stated
}

#[cfg(test)]
mod tests;
