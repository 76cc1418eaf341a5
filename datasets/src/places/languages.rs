//! What people are to speak.

use muster_matcher::model::requirement::Leaf;
use muster_matcher::model::words::{Cefr, LanguageTag};
use muster_matcher::query::Query;

use super::names::{LANGUAGE, LEAST_MENDED};
use super::tokens::Text;

/// Who speaks a language, with nothing said of how well, does so at work.
const SPEAKING: Cefr = Cefr::B2;

/// The languages that are asked for from a token on, and the token behind them.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<(usize, Query)> {
    let (end, languages, level) = behind_a_word(text, at).or_else(|| before_a_word(text, at))?;
    Some((end, languages.condition(level)))
}

/// `fluent in German`, `native French`, `speaks Spanish`, `C1 German`.
fn behind_a_word(text: &Text<'_>, at: usize) -> Option<(usize, Languages, Cefr)> {
    let (mut start, mut level) = match text.at(at) {
        "speaks" | "speak" | "speaking" if text.before(at) != "public" => (at + 1, SPEAKING),
        word => (at + 1, how_well(word).or_else(|| cefr(word))?),
    };
    if let Some(better) = how_well(text.at(start)) {
        (start, level) = (start + 1, better);
    }
    start += usize::from(text.is(start, &["in"]));
    let (end, languages) = Languages::read(text, start)?;
    Some((also(text, end), languages, level))
}

/// `German speaking`, `German native speaker`, `German C1`.
fn before_a_word(text: &Text<'_>, at: usize) -> Option<(usize, Languages, Cefr)> {
    let (end, languages) = Languages::read(text, at)?;
    let level = match text.at(end) {
        "speaking" | "speaker" | "speakers" | "speaks" => SPEAKING,
        "mother" if text.is(end + 1, &["tongue"]) => Cefr::Native,
        "native" | "natively" => Cefr::Native,
        "fluent" | "fluently" | "fluency" => Cefr::C1,
        word => cefr(word)?,
    };
    let end = end + 1 + usize::from(text.is(end, &["mother"]));
    Some((also(text, end), languages, level))
}

/// Behind what only says again that it is spoken.
fn also(text: &Text<'_>, mut end: usize) -> usize {
    while text.is(end, &["speaking", "speaker", "speakers", "level"]) {
        end += 1;
    }
    end
}

fn how_well(word: &str) -> Option<Cefr> {
    match word {
        "native" => Some(Cefr::Native),
        "fluent" | "fluently" | "fluency" | "proficient" | "bilingual" => Some(Cefr::C1),
        "conversational" => Some(Cefr::B1),
        _ => None,
    }
}

fn cefr(word: &str) -> Option<Cefr> {
    let known = Cefr::WORDS.iter().take(6);
    let mut known = known.filter(|(name, _)| name.eq_ignore_ascii_case(word));
    known.next().map(|(_, level)| *level)
}

/// Some languages.
struct Languages {
    /// Each by all of its codes.
    each: Vec<&'static [&'static str]>,
    is_or: bool,
}

impl Languages {
    fn read(text: &Text<'_>, at: usize) -> Option<(usize, Self)> {
        let (mut end, first) = text.name(&LANGUAGE, at, LEAST_MENDED)?;
        let mut languages = Self {
            each: vec![first],
            is_or: false,
        };
        loop {
            let is_or = text.is(end, &["or"]);
            let next = end + usize::from(is_or || text.is(end, &["and"]));
            let Some((behind, codes)) = text.name(&LANGUAGE, next, LEAST_MENDED) else {
                return Some((end, languages));
            };
            languages.each.push(codes);
            languages.is_or |= is_or;
            end = behind;
        }
    }

    fn condition(&self, cefr: Cefr) -> Query {
        let language = |codes: &&[&str]| {
            let tags = codes.iter().filter_map(|code| LanguageTag::new(code));
            one_of(
                tags.map(|tag| Query::Leaf(Leaf::Language { tag, cefr }))
                    .collect(),
            )
        };
        let mut each: Vec<Query> = self.each.iter().map(language).collect();
        match (self.is_or, each.len()) {
            (_, 1) => each.remove(0),
            (true, _) => Query::Any(each),
            (false, _) => Query::All(each),
        }
    }
}

fn one_of(mut nodes: Vec<Query>) -> Query {
    match nodes.len() {
        1 => nodes.remove(0),
        _ => Query::Any(nodes),
    }
}
