//! What people type: words, phrases, exclusions; and where they stand in a profile.

use std::ops::Range;

use muster_matcher::model::profile::Profile;
use tantivy::query::{EnableScoring, PhraseQuery, Query};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use crate::IndexError;
use crate::columns::Bitmap;
use crate::schema::Fields;
use crate::segment::Segment;
use crate::text::{Section, TextQuery, words};

/// Characters of a search that are looked at; what is behind them is ignored.
const LONGEST_TEXT: usize = 4_000;

/// A search text taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Wording {
    /// Everything wanted, without quotation marks.
    pub(crate) words: String,
    /// What must stand so.
    phrases: Vec<String>,
    /// What must not stand so.
    excluded: Vec<String>,
}

impl Wording {
    /// Takes a text apart; every text has a meaning.
    pub(crate) fn of(text: &str) -> Self {
        let text: String = text.chars().take(LONGEST_TEXT).collect();
        let text = text.replace(['“', '”', '„', '«', '»'], "\"");
        let mut wording = Self::default();
        let mut rest = text.trim_start();
        while !rest.is_empty() {
            let unsigned = rest.strip_prefix('-');
            let body = unsigned.unwrap_or(rest);
            let phrase = body.strip_prefix('"').and_then(|body| body.split_once('"'));
            let (part, behind) = phrase.unwrap_or_else(|| {
                let end = body.find(char::is_whitespace).unwrap_or(body.len());
                body.split_at(end)
            });
            if unsigned.is_some() {
                wording.excluded.push(part.to_owned());
            } else {
                wording.words.push_str(part);
                wording.words.push(' ');
                if phrase.is_some() {
                    wording.phrases.push(part.to_owned());
                }
            }
            rest = behind.trim_start();
        }
        wording
    }

    /// Everybody who has the phrases and not what is excluded.
    pub(crate) fn matches(&self, fields: &Fields, segment: &Segment) -> Result<Bitmap, IndexError> {
        let mut found = segment.alive.clone();
        for text in &self.phrases {
            if let Some(has) = phrase(text, fields, segment)? {
                found.intersect(&has);
            }
        }
        for text in &self.excluded {
            if let Some(has) = phrase(text, fields, segment)? {
                found.remove(&has);
            }
        }
        Ok(found)
    }
}

/// Everybody in whose headline or bio the words of `text` stand in a row; `None` if it has no words.
fn phrase(text: &str, fields: &Fields, segment: &Segment) -> Result<Option<Bitmap>, IndexError> {
    let mut row: Vec<(usize, String)> = Vec::new();
    words::each(text, |token| {
        row.push((token.position, token.text.clone()));
    });
    if row.is_empty() {
        return Ok(None);
    }
    let mut found = Bitmap::none(segment.documents());
    let mut add = |docs: &mut dyn DocSet| {
        while docs.doc() != TERMINATED {
            found.insert(docs.doc());
            docs.advance();
        }
    };
    for section in Section::ALL {
        let field = fields.sections[section.idx()];
        let term = |word: &str| Term::from_field_text(field, word);
        if let [(_, word)] = row.as_slice() {
            let index = segment.reader.inverted_index(field)?;
            let postings = index.read_postings(&term(word), IndexRecordOption::Basic);
            if let Some(mut postings) = postings.map_err(tantivy::TantivyError::from)? {
                add(&mut postings);
            }
        } else {
            let terms = row.iter().map(|(position, word)| (*position, term(word)));
            let query = PhraseQuery::new_with_offset(terms.collect());
            let scoring = EnableScoring::disabled_from_schema(segment.reader.schema());
            let weight = query.weight(scoring)?;
            add(&mut *weight.scorer(&segment.reader, 1.0)?);
        }
    }
    Ok(Some(found))
}

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

/// The piece of the bio, or else of the headline, with most words of the query; `None` if neither has any.
pub(crate) fn snippet(query: &TextQuery, profile: &Profile) -> Option<Snippet> {
    [Section::Bio, Section::Headline]
        .into_iter()
        .find_map(|section| snippet_of(query, section, section.of(profile)))
}

fn snippet_of(query: &TextQuery, section: Section, text: &str) -> Option<Snippet> {
    let mut tokens: Vec<(Range<usize>, bool)> = Vec::new();
    words::each(text, |token| {
        tokens.push((token.offset_from..token.offset_to, query.has(&token.text)));
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
    fn quotes_make_phrases_and_minus_excludes() {
        let wording = Wording::of(r#"python "code review" -java -"team lead" follow-up"#);
        assert_eq!(wording.words, "python code review follow-up ");
        assert_eq!(wording.phrases, ["code review"]);
        assert_eq!(wording.excluded, ["java", "team lead"]);
    }

    #[test]
    fn every_text_has_a_meaning() {
        assert_eq!(Wording::of("\"open (").words, "\"open ( ");
        assert_eq!(Wording::of("- -").excluded, ["", ""]);
        assert_eq!(Wording::of(" \u{0} ").words, "\u{0} ");
    }

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
