//! Where people are to be.

use muster_matcher::model::words::Country;

use super::Phrase;
use super::names::{COUNTRY, LANGUAGE, LEAST_ALONE, LEAST_MENDED};
use super::tokens::Text;

/// Names that are other words, too: people, products, US states, things. By themselves they say nothing.
const OTHER_WORDS: [&str; 13] = [
    "america", "chad", "congo", "dominica", "eu", "georgia", "grenada", "guinea", "jersey",
    "jordan", "monaco", "reunion", "turkey",
];
/// Names so short that they stand in front of all sorts of things.
const ABBREVIATIONS: [&str; 6] = ["us", "usa", "uk", "uae", "eu", "dach"];
/// What says that somebody is somewhere.
const IN: [&str; 5] = ["in", "from", "within", "across", "inside"];
/// What may stand before that.
const BASED: [&str; 9] = [
    "based",
    "located",
    "living",
    "lives",
    "residing",
    "resident",
    "residents",
    "situated",
    "people",
];
/// What may stand behind a country.
const BEHIND: [&str; 5] = ["based", "located", "only", "resident", "residents"];
/// Before `in` or `from`: something of people is there, and not they.
const SOMETHING_ELSE: [&str; 36] = [
    "experience",
    "experienced",
    "expertise",
    "expert",
    "experts",
    "worked",
    "licensed",
    "licenced",
    "licence",
    "license",
    "registered",
    "qualified",
    "qualification",
    "admitted",
    "barred",
    "trained",
    "educated",
    "studied",
    "degree",
    "graduated",
    "graduate",
    "phd",
    "diploma",
    "born",
    "interested",
    "interest",
    "specialised",
    "specialized",
    "specialising",
    "specializing",
    "specialist",
    "clients",
    "market",
    "markets",
    "law",
    "versed",
];
/// Before a country by itself: it is no place where people are, or another place.
const NO_PLACE: [&str; 27] = [
    "of", "for", "to", "about", "with", "on", "and", "or", "against", "into", "vs", "new", "latin",
    "north", "northern", "south", "southern", "east", "eastern", "west", "western", "central",
    "middle", "upper", "visit", "bone", "fine",
];
/// Behind a country: it says what sort of thing these are.
const ATTRIBUTED: [&str; 34] = [
    "tax",
    "taxes",
    "taxation",
    "law",
    "laws",
    "legal",
    "gaap",
    "market",
    "markets",
    "marketing",
    "payroll",
    "visa",
    "visas",
    "vat",
    "gst",
    "history",
    "politics",
    "policy",
    "studies",
    "study",
    "cuisine",
    "culture",
    "accounting",
    "regulation",
    "regulations",
    "regulatory",
    "compliance",
    "trade",
    "economy",
    "economics",
    "bank",
    "embassy",
    "university",
    "immigration",
];

/// The countries that are named from a token on, and the token behind them.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<(usize, Phrase)> {
    if let Some(start) = excluding(text, at) {
        let (end, countries) = list(text, start)?;
        return Some((end, Phrase::NotIn(countries)));
    }
    let is_based = text.is(at, &BASED) && text.is(at + 1, &IN);
    let preposition = at + usize::from(is_based);
    if text.is(preposition, &IN) {
        let is_else = SOMETHING_ELSE.contains(&text.before(at));
        let (end, countries) = list(text, preposition + 1)?;
        let fits = is_based || !(is_else || is_attribute(text, preposition + 1, end));
        return fits.then_some((behind(text, end), Phrase::In(countries)));
    }
    by_itself(text, at)
}

/// What stands behind `outside of`, `not in` and the like, if they begin here.
fn excluding(text: &Text<'_>, at: usize) -> Option<usize> {
    let skip = |idx: usize, words: &[&str]| idx + usize::from(text.is(idx, words));
    match text.at(at) {
        "outside" => Some(skip(at + 1, &["of"])),
        "except" | "excluding" => Some(skip(at + 1, &["in", "from", "for"])),
        "not" => {
            let behind = skip(at + 1, &BASED);
            text.is(behind, &IN).then_some(behind + 1)
        }
        _ => None,
    }
}

fn by_itself(text: &Text<'_>, at: usize) -> Option<(usize, Phrase)> {
    let (end, codes) = text.name(&COUNTRY, at, LEAST_ALONE)?;
    let typed: Vec<&str> = (at..end).map(|idx| text.at(idx)).collect();
    let typed = typed.join(" ");
    // A slip that is also the name of a language is none: `indonesian`.
    if !COUNTRY.contains_key(&typed) && LANGUAGE.contains_key(&typed) {
        return None;
    }
    // Behind a preposition that was no such place: `experience in Germany`.
    if IN.contains(&text.before(at)) || text.before(at) == "the" {
        return None;
    }
    let is_pronoun = typed == "us" && !text.is_capital(at);
    let says_so = text.is(end, &BEHIND);
    let is_meant = !is_pronoun || text.is(end, &["based"]);
    if says_so && is_meant && !NO_PLACE.contains(&text.before(at)) {
        return Some((behind(text, end), Phrase::In(countries(codes))));
    }
    let fits = !OTHER_WORDS.contains(&typed.as_str())
        && !is_pronoun
        && !NO_PLACE.contains(&text.before(at))
        && !is_attribute(text, at, end);
    if !fits {
        return None;
    }
    let (end, countries) = more(text, end, countries(codes));
    (!is_attribute(text, at, end)).then_some((end, Phrase::In(countries)))
}

/// Whether what stands from one token to another says of what comes next of which sort it is.
fn is_attribute(text: &Text<'_>, from: usize, end: usize) -> bool {
    let is_short = end > from && ABBREVIATIONS.contains(&text.at(end - 1));
    let goes_on = [
        "",
        "and",
        "or",
        "with",
        "who",
        "for",
        "at",
        "to",
        "that",
        "having",
        "speaking",
        "fluent",
        "native",
        "remote",
        "available",
        "based",
        "only",
        "in",
        "from",
        "located",
        "not",
        "resident",
        "residents",
    ];
    text.is(end, &ATTRIBUTED) || (is_short && !text.is(end, &goes_on))
}

/// Behind what only says again that people are there.
fn behind(text: &Text<'_>, end: usize) -> usize {
    end + usize::from(text.is(end, &BEHIND))
}

/// Countries behind a preposition.
fn list(text: &Text<'_>, at: usize) -> Option<(usize, Vec<Country>)> {
    let start = at + usize::from(text.is(at, &["the"]));
    let (end, codes) = text
        .name(&COUNTRY, at, LEAST_MENDED)
        .or_else(|| text.name(&COUNTRY, start, LEAST_MENDED))?;
    Some(more(text, end, countries(codes)))
}

/// Countries that go on with `or`, `and`, or nothing between.
fn more(text: &Text<'_>, mut end: usize, mut all: Vec<Country>) -> (usize, Vec<Country>) {
    loop {
        let mut next = end + usize::from(text.is(end, &["or", "and"]));
        let has_link = next > end;
        if has_link {
            next += usize::from(text.is(next, &IN));
            next += usize::from(text.is(next, &["the"]));
        }
        let Some((behind, codes)) = text.name(&COUNTRY, next, LEAST_MENDED) else {
            return (end, all);
        };
        // `german` is no slip of a country that goes on.
        let is_exact = (1..=behind - next).any(|n| {
            let words: Vec<&str> = (next..next + n).map(|idx| text.at(idx)).collect();
            COUNTRY.contains_key(&words.join(" "))
        });
        let is_doubtful = OTHER_WORDS.contains(&text.at(next))
            || text.is(next, &["us"]) && !text.is_capital(next);
        if !is_exact || (!has_link && is_doubtful) || text.is(behind, &ATTRIBUTED) {
            return (end, all);
        }
        all.extend(countries(codes));
        end = behind;
    }
}

fn countries(codes: &[&str]) -> Vec<Country> {
    codes.iter().filter_map(|code| Country::new(code)).collect()
}
