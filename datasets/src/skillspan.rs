//! Sentences of job posts in which people marked skills and knowledge; embedded.
//!
//! `datasets/skillspan/README.md` says where they come from.

use std::sync::LazyLock;

use crate::embedded::{rows, unpack};

/// A sentence with what is marked in it.
#[derive(Clone, Debug)]
pub struct Sentence {
    /// Its words, separated by spaces.
    pub text: &'static str,
    /// What is marked, as it stands there.
    pub spans: Vec<&'static str>,
}

static SENTENCES: LazyLock<String> =
    LazyLock::new(|| unpack(include_bytes!("../skillspan/sentences.tsv.gz")));

/// All sentences in which something is marked.
pub fn sentences() -> Vec<Sentence> {
    rows(&SENTENCES)
        .map(|[text, spans]| Sentence {
            text,
            spans: spans.split('|').collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete() {
        let sentences = sentences();
        assert_eq!(sentences.len(), 2_455);
        assert!(
            sentences
                .iter()
                .all(|s| s.spans.iter().all(|span| !span.is_empty()))
        );
    }
}
