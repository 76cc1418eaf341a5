//! The engine's tokenizer: the words of [`muster_text::words`].

use muster_text::words::{Grounds, Spelled};
use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// The tokenizer's name in the index's schema.
pub(crate) const TOKENIZER: &str = "words";

/// Makes words of texts, for one thread.
pub(crate) fn analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Words::default())
}

/// Cuts a text into words.
#[derive(Clone, Default)]
struct Words {
    grounds: Grounds,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        Stream {
            grounds: &mut self.grounds,
            words: Spelled::new(text),
            token: Token::default(),
        }
    }
}

/// The words of a text.
struct Stream<'a> {
    grounds: &'a mut Grounds,
    words: Spelled<'a>,
    token: Token,
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        loop {
            let Some(place) = self.words.next_into(&mut self.token.text) else {
                return false;
            };
            if self.grounds.ground(&mut self.token.text) {
                self.token.offset_from = place.from;
                self.token.offset_to = place.to;
                self.token.position = place.position;
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

    proptest! {
        #[test]
        fn the_engine_sees_the_words_that_are_scored(text in "\\PC*|[a-zäß日本語 #+.-]{0,40}") {
            let mut wanted = Vec::new();
            muster_text::words::each(&text, |word, place| {
                wanted.push((word.to_owned(), place.from, place.to, place.position));
            });
            let mut found = Vec::new();
            analyzer().token_stream(&text).process(&mut |token| {
                let place = (token.offset_from, token.offset_to, token.position);
                found.push((token.text.clone(), place.0, place.1, place.2));
            });
            prop_assert_eq!(found, wanted);
        }
    }
}
