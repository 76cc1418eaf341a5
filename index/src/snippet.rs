//! Where words that were searched for stand in a profile.

use std::ops::Range;

use muster_matcher::model::profile::Profile;

use muster_text::words;

use crate::text::{Section, TextQuery};

/// A piece of a profile's text with the words that were searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snippet {
    /// From which section.
    pub section: Section,
    /// The piece.
    pub text: String,
    /// Where the words stand in it, in bytes.
    pub marked: Vec<Range<usize>>,
}

/// Words of a snippet.
const SNIPPET_WORDS: usize = 30;

/// The piece of the bio, or else of the headline, or else of the first document that has any, with most words of the
/// query; `None` if nothing has any.
pub(crate) fn snippet(query: &TextQuery, profile: &Profile) -> Option<Snippet> {
    let sections = [Section::Bio, Section::Headline, Section::Documents];
    sections.into_iter().find_map(|section| {
        let mut texts = section.texts(profile).into_iter();
        texts.find_map(|text| snippet_of(query, section, text))
    })
}

fn snippet_of(query: &TextQuery, section: Section, text: &str) -> Option<Snippet> {
    let mut tokens: Vec<(Range<usize>, bool)> = Vec::new();
    words::each(text, |word, place| {
        tokens.push((place.from..place.to, query.has(word)));
    });
    let count = |tokens: &[(Range<usize>, bool)]| tokens.iter().filter(|token| token.1).count();
    let windows = tokens.windows(SNIPPET_WORDS.min(tokens.len()).max(1));
    // The first window with most words.
    let best = windows.max_by_key(|window| (count(window), std::cmp::Reverse(window[0].0.start)));
    let best = best.filter(|window| count(window) > 0)?;
    let (start, end) = (best[0].0.start, best[best.len() - 1].0.end);
    let marked = best.iter().filter(|token| token.1);
    Some(Snippet {
        section,
        text: text[start..end].to_owned(),
        marked: marked
            .map(|(range, _)| range.start - start..range.end - start)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::profile;
    use crate::text::TextModel;

    #[test]
    fn a_snippet_marks_the_words() {
        let ana = profile(
            "ana",
            "Engineer",
            &format!("{} Reviews Python code.", "x ".repeat(60)),
        );
        let query = TextModel::of([&ana]).query("python reviewer review");
        let snippet = snippet(&query, &ana).unwrap();
        let marked: Vec<&str> = snippet
            .marked
            .iter()
            .map(|range| &snippet.text[range.clone()])
            .collect();
        assert_eq!(marked, ["Reviews", "Python"]);
        assert!(snippet.text.len() < 100, "{}", snippet.text);
    }
}
