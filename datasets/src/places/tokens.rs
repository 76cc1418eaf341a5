//! Words of a text as names are made of them.

use std::ops::Range;

use muster_text::words::folded;

use super::names::{MOST_WORDS, Names, mended};

/// A part of a word.
#[derive(Debug)]
pub(super) struct Token {
    /// As it is spelled, small and without marks.
    pub(super) text: String,
    /// Whether it was typed in capitals.
    pub(super) is_capital: bool,
    /// Whether a plus follows it.
    pub(super) has_plus: bool,
    /// The word it is of.
    word: usize,
}

/// Cuts words at hyphens and slashes; a slash is *or*, an ampersand *and*.
pub(super) fn tokens(words: &[&str]) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (word, written) in words.iter().enumerate() {
        let mut push = |text: String, part: &str| {
            let is_capital =
                part.chars().any(char::is_alphabetic) && !part.chars().any(char::is_lowercase);
            tokens.push(Token {
                text,
                is_capital,
                has_plus: part.ends_with('+'),
                word,
            });
        };
        if *written == "&" {
            push("and".to_owned(), "");
            continue;
        }
        for (idx, side) in written.split('/').enumerate() {
            if idx > 0 {
                push("or".to_owned(), "");
            }
            for part in side.split(['-', '‐', '–']) {
                push(folded(part), part);
            }
        }
    }
    tokens
}

/// A text to be read.
pub(super) struct Text<'a> {
    pub(super) tokens: &'a [Token],
    pub(super) is_word: &'a dyn Fn(&str) -> bool,
}

impl Text<'_> {
    /// A token; empty behind the last one.
    pub(super) fn at(&self, idx: usize) -> &str {
        self.tokens.get(idx).map_or("", |token| &token.text)
    }

    /// The token before another.
    pub(super) fn before(&self, idx: usize) -> &str {
        idx.checked_sub(1).map_or("", |idx| self.at(idx))
    }

    pub(super) fn is(&self, idx: usize, words: &[&str]) -> bool {
        words.contains(&self.at(idx))
    }

    pub(super) fn is_capital(&self, idx: usize) -> bool {
        self.tokens.get(idx).is_some_and(|it| it.is_capital)
    }

    pub(super) fn has_plus(&self, idx: usize) -> bool {
        self.tokens.get(idx).is_some_and(|it| it.has_plus)
    }

    /// Whether it is the first of its word.
    pub(super) fn starts_word(&self, idx: usize) -> bool {
        idx == 0 || !self.are_of_one_word(idx - 1)
    }

    /// Whether it is the last of its word.
    pub(super) fn ends_word(&self, idx: usize) -> bool {
        !self.are_of_one_word(idx)
    }

    /// Whether a token and the next are of one word.
    pub(super) fn are_of_one_word(&self, idx: usize) -> bool {
        let word = |idx: usize| self.tokens.get(idx).map(|it| it.word);
        word(idx).is_some() && word(idx) == word(idx + 1)
    }

    /// The words of some tokens.
    pub(super) fn words(&self, tokens: Range<usize>) -> Range<usize> {
        let words = self.tokens[tokens].iter().map(|it| it.word);
        words.clone().min().unwrap_or(0)..words.max().map_or(0, |last| last + 1)
    }

    /// The longest name that begins with a token: the token behind it, and its codes. With a slip, where nothing is
    /// called so, the word is none and the name has so many letters at least.
    pub(super) fn name(
        &self,
        names: &'static Names,
        at: usize,
        least: usize,
    ) -> Option<(usize, &'static [&'static str])> {
        let most = MOST_WORDS.min(self.tokens.len().saturating_sub(at));
        for n_words in (1..=most).rev() {
            let words: Vec<&str> = (at..at + n_words).map(|idx| self.at(idx)).collect();
            if let Some(codes) = names.get(&words.join(" ")) {
                return Some((at + n_words, codes));
            }
        }
        for n_words in (1..=most.min(3)).rev() {
            let words: Vec<&str> = (at..at + n_words).map(|idx| self.at(idx)).collect();
            if let Some(codes) = mended(names, &words.join(" "), least)
                && !words.iter().all(|word| (self.is_word)(word))
            {
                return Some((at + n_words, codes));
            }
        }
        None
    }
}
