//! Which words stand for what was typed: completions, and corrections of what nobody uses.

use muster_matcher::query::Form;

use super::Group;
use crate::pool::Pool;
use crate::search::Search;
use crate::synonyms::Synonyms;
use crate::text::TextModel;

/// What a completion or a correction tells, of what the word itself tells.
const SHARE_OF_TYPO: f64 = 0.5;

/// A correction that so many times fewer people use than another is less likely meant.
const RARE: u64 = 10;

/// The most completions or corrections of a word that rank; all of them find.
pub(super) const MOST_RANKED: usize = 50;

/// The words of a pool, and how many times all of them were gone through for a word typed.
pub(crate) struct Typed<'a> {
    pub(super) model: &'a TextModel,
    pub(super) synonyms: Option<&'a Synonyms>,
    /// Words of the query that others stand for.
    pub(super) groups: Vec<Group>,
    /// What was guessed: the form, how the word was spelled, whether it was excluded, and the words.
    guesses: Vec<(Form, String, bool, Vec<String>)>,
}

impl<'a> Typed<'a> {
    /// Before anything was typed.
    pub(crate) fn new(model: &'a TextModel) -> Self {
        Self {
            model,
            synonyms: None,
            groups: Vec::new(),
            guesses: Vec::new(),
        }
    }

    /// As [`Typed::new`], with the synonyms of a search.
    pub(crate) fn of(pool: &'a Pool, search: &'a Search) -> Self {
        Self {
            synonyms: search.synonyms.as_deref(),
            ..Self::new(pool.text_model())
        }
    }

    /// Words of a query that are completed or corrected; those behind them stand for themselves alone.
    const MOST_GUESSES: usize = 32;

    /// Other words that `spelled`, whose stem is `word`, stands for. Nobody is left out because of a word that
    /// nobody uses, unless it is excluded.
    pub(super) fn guess(
        &mut self,
        form: Form,
        spelled: &str,
        word: &str,
        is_excluded: bool,
    ) -> Vec<String> {
        let model = self.model;
        let is_unknown = model.n_experts_with(word) == 0 && !is_excluded;
        if !(matches!(form, Form::Prefix | Form::Typos) || is_unknown) {
            return Vec::new();
        }
        // A word that stands in a part and in the whole, or twice, is guessed once.
        let known = self.guesses.iter().find(|(known, own, excluded, _)| {
            *known == form && own == spelled && *excluded == is_excluded
        });
        if let Some((.., words)) = known {
            return words.clone();
        }
        if self.guesses.len() == Self::MOST_GUESSES {
            return Vec::new();
        }
        let words = match form {
            Form::Prefix => {
                let mut completions = model.beginning(spelled);
                completions.retain(|completion| completion != word);
                completions
            }
            Form::Typos => model.alike(spelled, edits(spelled).max(1)),
            _ => model.alike(spelled, edits(spelled)),
        };
        let guess = (form, spelled.to_owned(), is_excluded, words.clone());
        self.guesses.push(guess);
        words
    }
}

/// Of the first words that may stand for what was typed how much each counts: half of that where it is far less used
/// than another, and half again where it begins with another letter, which is seldom mistyped.
pub(super) fn shares(
    model: &TextModel,
    form: Form,
    typed: &str,
    instead: &[String],
) -> Vec<(String, f64)> {
    let instead = instead.iter().take(MOST_RANKED);
    let uses = |word: &String| u64::from(model.n_experts_with(word));
    let most = instead.clone().map(uses).max().unwrap_or_default();
    let share = |word: &String| {
        let mut share = SHARE_OF_TYPO;
        if form != Form::Prefix {
            if uses(word) * RARE < most {
                share /= 2.0;
            }
            if word.chars().next() != typed.chars().next() {
                share /= 2.0;
            }
        }
        (word.clone(), share)
    };
    instead.map(share).collect()
}

/// How many edits a mistyped word is taken to be away from what was meant.
fn edits(word: &str) -> usize {
    match word.chars().count() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

#[cfg(test)]
mod tests {
    use muster_matcher::query::parse;

    use super::super::Asked;
    use super::*;
    use crate::testing::profile;

    /// Points of everybody for what somebody typed.
    fn points(typed: &str, people: &[(&str, &str)]) -> Vec<u16> {
        let people: Vec<_> = people
            .iter()
            .map(|(headline, bio)| profile("x", headline, bio))
            .collect();
        let model = TextModel::of(&people);
        let no_skills = |_: &str| Err(String::new());
        let asked = Asked::new(&parse(typed, &no_skills).unwrap().query, &model);
        people
            .iter()
            .map(|it| model.points(&asked.ranking, it).get())
            .collect()
    }

    #[test]
    fn what_was_likely_meant_is_ahead_of_rare_words_like_it() {
        let mut people = vec![("Nurse", ""), ("Norse", ""), ("Purse", "")];
        people.resize(20, ("Nurse", ""));
        let got = points("nyrse", &people);
        assert!(got[0] > got[1] && got[0] > got[2], "norse is rare: {got:?}");
        people.resize(40, ("Purse", ""));
        let got = points("nurze", &people[1..]);
        assert!(
            got[2] > got[1],
            "its first letter is that of nurse: {got:?}"
        );
        let got = points("nuqse", &[("Nurse", ""), ("Purse", ""), ("Cook", "")]);
        assert!(got[0] > 0 && got[2] == 0, "{got:?}");
    }

    #[test]
    fn exact_words_are_ahead_of_mistyped_ones() {
        let people = [("Nurses", ""), ("Purse", ""), ("Nursery", ""), ("Cook", "")];
        let got = points("nurse~", &people);
        assert!(got[0] > got[1] && got[1] > got[3], "{got:?}");
        let swapped = points("nusre", &people);
        assert!(
            swapped[0] > swapped[1] && swapped[0] > swapped[3],
            "{swapped:?}"
        );
    }
}
