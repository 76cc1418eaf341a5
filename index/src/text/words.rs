//! Words of a text: the same ones whether a profile is indexed, scored directly, or searched for.
//!
//! A word is a run of letters, digits and combining marks, in NFKC, lowercased and stemmed as
//! English; `c++` and `c#` keep their signs. Scripts that put no spaces between words (Chinese,
//! Japanese, Thai …) give every pair of neighbouring characters instead. Common English words are
//! left out, but keep their place, so that phrases with them are found.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use tantivy::tokenizer::{
    Language, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer,
};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Longer runs are no words (tokens of code, bases of data) and are left out.
const LONGEST_WORD_BYTES: usize = 100;

/// The tokenizer's name in the index's schema.
pub(crate) const TOKENIZER: &str = "words";

/// Common words.
const STOP_WORDS: [&str; 35] = [
    "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it",
    "no", "not", "of", "on", "or", "s", "such", "t", "that", "the", "their", "then", "there",
    "these", "they", "this", "to", "was", "will", "with",
];

/// Makes words of texts, for one thread.
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Splitter {
        stems: Stems {
            known: FxHashMap::default(),
            stemmer: TextAnalyzer::builder(RawTokenizer::default())
                .filter(Stemmer::new(Language::English))
                .build(),
        },
    })
}

/// Calls `visit`, which must not call this function, with every word of a text.
pub(crate) fn each(text: &str, mut visit: impl FnMut(&Token)) {
    thread_local! {
        static ANALYZER: RefCell<TextAnalyzer> = RefCell::new(analyzer());
    }
    ANALYZER.with_borrow_mut(|analyzer| analyzer.token_stream(text).process(&mut visit));
}

/// The only word of a text, as [`each`] gives it; `None` if it has none or several.
pub(crate) fn stem(text: &str) -> Option<String> {
    let mut stems = Vec::new();
    each(text, |token| stems.push(token.text.clone()));
    match <[String; 1]>::try_from(stems) {
        Ok([stem]) => Some(stem),
        Err(_) => None,
    }
}

/// A text as its words are spelled before they are stemmed.
pub(crate) fn folded(text: &str) -> String {
    text.nfkc().flat_map(char::to_lowercase).collect()
}

/// Cuts a text into words.
#[derive(Clone)]
struct Splitter {
    stems: Stems,
}

/// Stems words; remembers, because stemming is the slowest part of it.
#[derive(Clone)]
struct Stems {
    /// Nothing for common words.
    known: FxHashMap<Box<str>, Option<Box<str>>>,
    stemmer: TextAnalyzer,
}

impl Stems {
    /// The most words remembered.
    const CAPACITY: usize = 1 << 16;

    /// Replaces a word by its stem; `false` if it is a common word.
    fn stem(&mut self, word: &mut String) -> bool {
        if let Some(known) = self.known.get(word.as_str()) {
            let Some(stem) = known else { return false };
            word.clear();
            word.push_str(stem);
            return true;
        }
        if self.known.len() == Self::CAPACITY {
            self.known.clear();
        }
        let unstemmed = Box::from(word.as_str());
        if STOP_WORDS.contains(&word.as_str()) {
            self.known.insert(unstemmed, None);
            return false;
        }
        let mut stem = word.clone();
        self.stemmer
            .token_stream(word)
            .process(&mut |token| stem.clone_from(&token.text));
        word.clone_from(&stem);
        self.known.insert(unstemmed, Some(stem.into_boxed_str()));
        true
    }
}

impl Tokenizer for Splitter {
    type TokenStream<'a> = Runs<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Runs<'a> {
        Runs {
            stems: &mut self.stems,
            text,
            next: 0,
            token: Token::default(),
        }
    }
}

struct Runs<'a> {
    stems: &'a mut Stems,
    text: &'a str,
    /// Where the next run is looked for.
    next: usize,
    token: Token,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Part of a word.
    Letter,
    /// Of a script without spaces.
    Unspaced,
    /// Between words.
    Break,
}

fn kind(c: char) -> Kind {
    if c.is_ascii() {
        return if c.is_ascii_alphanumeric() {
            Kind::Letter
        } else {
            Kind::Break
        };
    }
    match c {
        '\u{0e00}'..='\u{0eff}' // Thai, Lao
        | '\u{1000}'..='\u{109f}' // Myanmar
        | '\u{1780}'..='\u{17ff}' // Khmer
        | '\u{3041}'..='\u{30ff}' // Kana
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{3134f}' // Han
            if c != '・' => Kind::Unspaced,
        '\u{200c}' | '\u{200d}' => Kind::Letter, // joiners within words
        _ if c.is_alphanumeric() || is_combining_mark(c) => Kind::Letter,
        _ => Kind::Break,
    }
}

impl Runs<'_> {
    /// The end of the run of one kind that begins at `from`.
    fn run_end(&self, from: usize, of: Kind) -> usize {
        let rest = &self.text[from..];
        from + rest.find(|c| kind(c) != of).unwrap_or(rest.len())
    }

    /// `end`, or behind the `+`, `++` or `#` that follows there and ends the word, as in `c++`.
    fn with_sign(&self, end: usize) -> usize {
        let rest = &self.text[end..];
        let sign = ["++", "+", "#"]
            .into_iter()
            .find(|sign| rest.starts_with(sign))
            .map_or(0, str::len);
        let goes_on = rest[sign..]
            .chars()
            .next()
            .is_some_and(|c| kind(c) != Kind::Break || c == '+' || c == '#');
        if goes_on { end } else { end + sign }
    }

    /// Makes the run the current token; `false` if it is a common word.
    fn put(&mut self, from: usize, to: usize) -> bool {
        let run = &self.text[from..to];
        self.token.text.clear();
        if run.is_ascii() {
            self.token.text.push_str(run);
            self.token.text.make_ascii_lowercase();
        } else {
            let composed: String = run.nfkc().collect();
            self.token.text.push_str(&composed.to_lowercase());
        }
        self.token.offset_from = from;
        self.token.offset_to = to;
        self.token.position = self.token.position.wrapping_add(1);
        self.stems.stem(&mut self.token.text)
    }
}

impl TokenStream for Runs<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let rest = &self.text[self.next..];
            let Some((from, first)) = rest.char_indices().find(|(_, c)| kind(*c) != Kind::Break)
            else {
                self.next = self.text.len();
                return false;
            };
            let from = self.next + from;
            let is_word = if kind(first) == Kind::Letter {
                let to = self.with_sign(self.run_end(from, Kind::Letter));
                self.next = to;
                if to - from > LONGEST_WORD_BYTES {
                    continue;
                }
                self.put(from, to)
            } else {
                let second = from + first.len_utf8();
                let pair = self.text[second..].chars().next();
                let pair = pair.filter(|c| kind(*c) == Kind::Unspaced);
                let to = second + pair.map_or(0, char::len_utf8);
                let run_ends_here = self.run_end(second, Kind::Unspaced) <= to;
                self.next = if run_ends_here { to } else { second };
                self.put(from, to)
            };
            if is_word {
                return true;
            }
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words(text: &str) -> Vec<(String, usize)> {
        let mut words = Vec::new();
        each(text, |token| {
            words.push((token.text.clone(), token.position));
        });
        words
    }

    fn only_words(text: &str) -> Vec<String> {
        words(text).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn inflections_of_a_word_are_one_word() {
        assert_eq!(only_words("Reviewing reviews, reviewed"), ["review"; 3]);
        assert_eq!(only_words("ÉTUDES études e\u{301}tudes"), ["étude"; 3]);
    }

    #[test]
    fn programming_languages_keep_their_signs() {
        assert_eq!(
            only_words("C++, C# (and C) for C++20; a+b"),
            ["c++", "c#", "c", "c", "20", "b"]
        );
    }

    #[test]
    fn common_words_keep_their_place() {
        assert_eq!(
            words("head of the sales"),
            [("head".into(), 0), ("sale".into(), 3)]
        );
    }

    #[test]
    fn scripts_without_spaces_give_pairs() {
        assert_eq!(only_words("日本語 x 日"), ["日本", "本語", "x", "日"]);
        assert_eq!(only_words("हिन्दी"), ["हिन्दी"], "marks stay in the word");
    }

    #[test]
    fn runs_too_long_for_a_word_are_left_out() {
        assert_eq!(only_words(&format!("x{} y", "z".repeat(100))), ["y"]);
    }

    proptest! {
        #[test]
        fn any_text_has_words_within_it(text in "\\PC*|(?s).{0,40}") {
            each(&text, |token| {
                assert!(text.get(token.offset_from..token.offset_to).is_some());
            });
        }
    }
}
