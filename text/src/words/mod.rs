//! Words of a text in their ground form: the same ones wherever texts are read.
//!
//! A word is a run of letters, digits and combining marks; `c++`, `c#` and `.net` keep their signs. Compatibility
//! forms and diacritics are folded away (`naïve` is `naive`, `Müller` is `Muller`), letters made small, British and
//! American spellings made the same, English endings taken off (Snowball). Common words are left out, but keep
//! their place, so that phrases with them are found. Scripts whose words are not told apart by spaces (Chinese,
//! Japanese, Korean, Thai …) give every pair of neighbouring characters instead.

mod common;
mod ground;
mod spelled;

use std::cell::RefCell;

use rustc_hash::FxHashMap;

pub use ground::Grounds;
pub use spelled::{Place, Spelled};

/// The number of a word in a [`Vocabulary`], from 0 on in the order in which words were learnt.
pub type WordId = u32;

/// A word of a text that was read with a [`Vocabulary`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    /// A word of the vocabulary.
    Known(WordId),
    /// Another word, in its ground form.
    Unknown(Box<str>),
}

/// Words in their ground form, numbered.
#[derive(Default)]
pub struct Vocabulary {
    ids: FxHashMap<Box<str>, WordId>,
    words: Vec<Box<str>>,
    /// What a word as it was written stands for, `None` for common words: stemming is slow.
    written: FxHashMap<Box<str>, Option<WordId>>,
}

impl Vocabulary {
    /// The words of a text; new ones are learnt.
    pub fn learn(&mut self, text: &str) -> Vec<WordId> {
        let mut found = Vec::new();
        each_spelled(text, |spelled| {
            if let Some(&known) = self.written.get(spelled.as_str()) {
                found.extend(known);
                return;
            }
            let written = Box::from(spelled.as_str());
            let id = ground(spelled).then(|| self.id_of_new(spelled));
            self.written.insert(written, id);
            found.extend(id);
        });
        found
    }

    /// The words of a text; unknown ones are given as they are.
    pub fn read(&self, text: &str) -> Vec<Word> {
        let mut found = Vec::new();
        each_spelled(text, |spelled| {
            if let Some(known) = self.written.get(spelled.as_str()) {
                found.extend(known.map(Word::Known));
            } else if ground(spelled) {
                found.push(match self.ids.get(spelled.as_str()) {
                    Some(&id) => Word::Known(id),
                    None => Word::Unknown(Box::from(spelled.as_str())),
                });
            }
        });
        found
    }

    /// The number of a word in its ground form.
    pub fn id(&self, ground: &str) -> Option<WordId> {
        self.ids.get(ground).copied()
    }

    /// A word in its ground form. `id` must be of this vocabulary.
    pub fn word(&self, id: WordId) -> &str {
        &self.words[id as usize]
    }

    /// How many words there are.
    pub fn len(&self) -> usize {
        self.words.len()
    }

    /// Whether there are no words.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    fn id_of_new(&mut self, ground: &str) -> WordId {
        if let Some(&id) = self.ids.get(ground) {
            return id;
        }
        let id = WordId::try_from(self.words.len()).expect("texts have fewer than 2³² words");
        self.words.push(Box::from(ground));
        self.ids.insert(Box::from(ground), id);
        id
    }
}

/// The words of a text in their ground form, in order, common ones left out.
pub fn ground_forms(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    each(text, |word, _| found.push(word.to_owned()));
    found
}

/// Calls `visit` with every word of a text in its ground form and with its place, common ones left out.
pub fn each(text: &str, mut visit: impl FnMut(&str, Place)) {
    let (mut words, mut word) = (Spelled::new(text), String::new());
    while let Some(place) = words.next_into(&mut word) {
        if ground(&mut word) {
            visit(&word, place);
        }
    }
}

/// The ground form of the only word of a text; `None` if it has none, or several.
pub fn only(text: &str) -> Option<String> {
    <[String; 1]>::try_from(ground_forms(text))
        .ok()
        .map(|[only]| only)
}

/// How a text is spelled: all its words, common ones too, without anything between them.
pub fn folded(text: &str) -> String {
    let mut all = String::new();
    each_spelled(text, |word| all.push_str(word));
    all
}

/// Replaces a spelled word by its ground form, as [`Grounds::ground`].
fn ground(word: &mut String) -> bool {
    thread_local! {
        static GROUNDS: RefCell<Grounds> = RefCell::default();
    }
    GROUNDS.with_borrow_mut(|grounds| grounds.ground(word))
}

fn each_spelled(text: &str, mut visit: impl FnMut(&mut String)) {
    let (mut words, mut word) = (Spelled::new(text), String::new());
    while words.next_into(&mut word).is_some() {
        visit(&mut word);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn forms_of_one_word_have_one_ground_form() {
        for (one, other) in [
            ("cardiologists", "Cardiologist"),
            ("organising events", "Organizing event"),
            ("analyse behaviour", "analyzes behaviors"),
            ("training programme", "train program"),
            ("Café", "cafe"),
            ("modelling", "modeling"),
            ("C++, C# and .NET", "c++ c# dotnet"),
            ("naïve Müller", "Naive MULLER"),
            ("specialised centres", "specialized centers"),
        ] {
            assert_eq!(ground_forms(one), ground_forms(other), "{one}");
        }
    }

    #[test]
    fn signs_stay_with_one_letter_only() {
        assert_eq!(ground_forms("C++ skills++ C# ++"), ["c++", "skill", "c#"]);
        assert_eq!(
            ground_forms("k8s, i18n; C++20"),
            ["k8s", "i18n", "c++", "20"]
        );
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(ground_forms("機械学習 ok"), ["機械", "械学", "学習", "ok"]);
    }

    #[test]
    fn common_words_keep_their_place() {
        let mut places = Vec::new();
        each("head of the sales", |word, place| {
            places.push((word.to_owned(), place.position));
        });
        assert_eq!(places, [("head".to_owned(), 0), ("sale".to_owned(), 3)]);
    }

    #[test]
    fn runs_too_long_for_a_word_are_left_out() {
        assert_eq!(
            ground_forms(&format!("x{} y", "z".repeat(100))),
            ["x", "y"][1..]
        );
    }

    #[test]
    fn a_vocabulary_reads_what_it_learnt() {
        let mut vocabulary = Vocabulary::default();
        assert_eq!(vocabulary.learn("the heart of a heart doctor"), [0, 0, 1]);
        let words = vocabulary.read("hearts, doctors and nurses");
        assert_eq!(
            words,
            [Word::Known(0), Word::Known(1), Word::Unknown("nurs".into())]
        );
        assert_eq!(vocabulary.word(1), "doctor");
        assert_eq!(vocabulary.len(), 2);
    }

    proptest! {
        #[test]
        fn any_text_has_words_within_it(text in "\\PC*|(?s).{0,40}") {
            let mut next = 0;
            each(&text, |word, place| {
                assert!(text.get(place.from..place.to).is_some());
                assert!(place.position >= next && !word.is_empty());
                next = place.position + 1;
            });
        }

        #[test]
        fn any_text_is_read(text in any::<String>()) {
            let mut vocabulary = Vocabulary::default();
            let learnt = vocabulary.learn(&text);
            let read: Vec<_> = vocabulary.read(&text);
            prop_assert_eq!(learnt.into_iter().map(Word::Known).collect::<Vec<_>>(), read);
        }
    }
}
