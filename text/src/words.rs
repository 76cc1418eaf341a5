//! Words of a text in their ground form, numbered.
//!
//! A word is a run of letters and digits; `c++` and `c#` keep their signs. Compatibility forms and
//! diacritics are folded away, letters made small, British and American spellings made the same,
//! English endings taken off (Snowball). Common words are left out. Scripts without spaces between
//! words (Chinese, Japanese, Thai …) give every pair of neighbouring characters instead.

use frostem::{Algorithm, Stemmer};
use rustc_hash::FxHashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer runs are no words.
const LONGEST_WORD_BYTES: usize = 60;

/// Words that say nothing of what a text is about, sorted.
const COMMON: [&str; 129] = [
    "a",
    "about",
    "above",
    "across",
    "after",
    "all",
    "also",
    "am",
    "an",
    "and",
    "any",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "being",
    "between",
    "both",
    "but",
    "by",
    "can",
    "could",
    "did",
    "do",
    "does",
    "during",
    "e",
    "each",
    "etc",
    "every",
    "for",
    "from",
    "g",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "his",
    "how",
    "i",
    "if",
    "in",
    "into",
    "is",
    "it",
    "its",
    "just",
    "like",
    "ll",
    "looking",
    "many",
    "may",
    "more",
    "most",
    "must",
    "my",
    "no",
    "nor",
    "not",
    "of",
    "on",
    "one",
    "or",
    "other",
    "our",
    "out",
    "over",
    "own",
    "per",
    "re",
    "s",
    "same",
    "shall",
    "she",
    "should",
    "so",
    "some",
    "such",
    "t",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "through",
    "to",
    "too",
    "under",
    "until",
    "up",
    "upon",
    "us",
    "using",
    "ve",
    "very",
    "was",
    "we",
    "well",
    "were",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "whom",
    "why",
    "will",
    "with",
    "within",
    "without",
    "would",
    "you",
    "your",
    "yours",
    "yourself",
    "yourselves",
];

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
pub struct Vocabulary {
    ids: FxHashMap<Box<str>, WordId>,
    words: Vec<Box<str>>,
    /// What a word as it was written stands for, `None` for common words: stemming is slow.
    written: FxHashMap<Box<str>, Option<WordId>>,
    stemmer: Stemmer,
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            ids: FxHashMap::default(),
            words: Vec::new(),
            written: FxHashMap::default(),
            stemmer: Stemmer::new(Algorithm::English),
        }
    }
}

impl Vocabulary {
    /// The words of a text; new ones are learnt.
    pub fn learn(&mut self, text: &str) -> Vec<WordId> {
        let mut found = Vec::new();
        each_written(text, |written| {
            if let Some(&known) = self.written.get(written) {
                found.extend(known);
                return;
            }
            let id = ground_form(written, self.stemmer).map(|ground| self.id_of_new(&ground));
            self.written.insert(Box::from(written), id);
            found.extend(id);
        });
        found
    }

    /// The words of a text; unknown ones are given as they are.
    pub fn read(&self, text: &str) -> Vec<Word> {
        let mut found = Vec::new();
        each_written(text, |written| match self.written.get(written) {
            Some(known) => found.extend(known.map(Word::Known)),
            None => found.extend(ground_form(written, self.stemmer).map(|ground| {
                match self.ids.get(ground.as_str()) {
                    Some(&id) => Word::Known(id),
                    None => Word::Unknown(ground.into()),
                }
            })),
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
    let stemmer = Stemmer::new(Algorithm::English);
    let mut found = Vec::new();
    each_written(text, |written| found.extend(ground_form(written, stemmer)));
    found
}

/// A written word without its ending; nothing for a common word.
fn ground_form(written: &str, stemmer: Stemmer) -> Option<String> {
    if COMMON.binary_search(&written).is_ok() {
        return None;
    }
    if !written.is_ascii() || written.ends_with(['+', '#']) {
        return Some(written.to_owned());
    }
    Some(stemmer.stem(&one_spelling(written)).into_owned())
}

/// American spelling as the British one or the other way round, whichever is a simple rule.
fn one_spelling(word: &str) -> String {
    let word = match word
        .strip_suffix("isation")
        .or(word.strip_suffix("isations"))
    {
        Some(start) => format!("{start}ization"),
        None => word.to_owned(),
    };
    let mut word = word.replace("yse", "yze").replace("ysing", "yzing");
    for (british, american) in [
        ("ise", "ize"),
        ("ises", "izes"),
        ("ised", "ized"),
        ("ising", "izing"),
        ("iser", "izer"),
        ("our", "or"),
        ("ours", "ors"),
        ("oural", "oral"),
        ("ouring", "oring"),
        ("ourist", "orist"),
        ("centre", "center"),
        ("centres", "centers"),
        ("metre", "meter"),
        ("metres", "meters"),
        ("fibre", "fiber"),
        ("fibres", "fibers"),
        ("theatre", "theater"),
        ("theatres", "theaters"),
        ("programme", "program"),
        ("programmes", "programs"),
        ("licence", "license"),
        ("licences", "licenses"),
        ("defence", "defense"),
        ("catalogue", "catalog"),
        ("catalogues", "catalogs"),
        ("aesthetic", "esthetic"),
        ("paediatric", "pediatric"),
        ("anaesthetic", "anesthetic"),
        ("grey", "gray"),
        ("tyre", "tire"),
        ("tyres", "tires"),
        ("aluminium", "aluminum"),
        ("jewellery", "jewelry"),
        ("fulfil", "fulfill"),
    ] {
        let long_enough =
            word.len() >= british.len() + 3 || british.len() >= 4 && word.len() >= british.len();
        if long_enough && word.ends_with(british) {
            word.replace_range(word.len() - british.len().., american);
            break;
        }
    }
    word
}

/// Calls `visit` with every word of a text, folded and in small letters.
fn each_written(text: &str, mut visit: impl FnMut(&str)) {
    let mut word = String::new();
    let mut previous_unspaced: Option<char> = None;
    let mut end = |word: &mut String| {
        if !word.is_empty() && word.len() <= LONGEST_WORD_BYTES {
            visit(word);
        }
        word.clear();
    };
    // Most texts are plain; folding them would be half of the work.
    let folded: Either<_, _> = if text.is_ascii() {
        Either::Plain(text.chars())
    } else {
        Either::Folded(
            text.nfkd()
                .filter(|&c| !is_combining_mark(c) || is_unspaced(c)),
        )
    };
    for c in folded {
        if c.is_ascii_alphanumeric() {
            previous_unspaced = None;
            word.push(c.to_ascii_lowercase());
        } else if is_unspaced(c) {
            end(&mut word);
            if let Some(previous) = previous_unspaced {
                word.extend([previous, c]);
                end(&mut word);
            }
            previous_unspaced = Some(c);
        } else if c.is_alphanumeric() {
            previous_unspaced = None;
            word.extend(c.to_lowercase());
        } else if (c == '+' || c == '#') && !word.is_empty() {
            // Only c++, c#, f# and their like keep their signs; others lose them below.
            word.push(c);
        } else {
            previous_unspaced = None;
            trim_signs(&mut word);
            end(&mut word);
        }
    }
    trim_signs(&mut word);
    end(&mut word);
}

/// Characters of a text, folded or as they are.
enum Either<P, F> {
    Plain(P),
    Folded(F),
}

impl<P: Iterator<Item = char>, F: Iterator<Item = char>> Iterator for Either<P, F> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        match self {
            Self::Plain(chars) => chars.next(),
            Self::Folded(chars) => chars.next(),
        }
    }
}

fn trim_signs(word: &mut String) {
    let letters = word.trim_end_matches(['+', '#']).len();
    if letters != 1 {
        word.truncate(letters);
    }
}

/// Characters of scripts that put no spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(u32::from(c),
        0x0E00..=0x0EFF | 0x1000..=0x109F | 0x1780..=0x17FF | 0x3040..=0x30FF | 0x3400..=0x4DBF
        | 0x4E00..=0x9FFF | 0x2_0000..=0x2_FA1F)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn common_words_are_sorted() {
        assert!(COMMON.is_sorted());
    }

    #[test]
    fn forms_of_one_word_have_one_ground_form() {
        for (one, other) in [
            ("cardiologists", "Cardiologist"),
            ("organising events", "Organizing event"),
            ("analyse behaviour", "analyzes behaviors"),
            ("training programme", "train program"),
            ("Café", "cafe"),
            ("modelling", "modeling"),
            ("C++, C# and .NET", "c++ c# net"),
            ("specialised centres", "specialized centers"),
        ] {
            assert_eq!(ground_forms(one), ground_forms(other), "{one}");
        }
    }

    #[test]
    fn signs_stay_with_one_letter_only() {
        assert_eq!(ground_forms("C++ skills++ C# ++"), ["c++", "skill", "c#"]);
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(ground_forms("機械学習 ok"), ["機械", "械学", "学習", "ok"]);
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
        fn any_text_is_read(text in any::<String>()) {
            let mut vocabulary = Vocabulary::default();
            let learnt = vocabulary.learn(&text);
            let read: Vec<_> = vocabulary.read(&text);
            prop_assert_eq!(learnt.into_iter().map(Word::Known).collect::<Vec<_>>(), read);
        }
    }
}
