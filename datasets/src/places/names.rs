//! Countries and languages by what people call them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use muster_text::alike::slips;
use muster_text::words::folded;

use crate::embedded::rows;

const COUNTRIES: &str = include_str!("../../places/countries.tsv");
const LANGUAGES: &str = include_str!("../../places/languages.tsv");
const ALIASES: &str = include_str!("../../places/aliases.tsv");

/// Codes by name: words as they are spelled, small and without marks, a space between.
pub(super) type Names = BTreeMap<String, Vec<&'static str>>;

/// Every country.
pub(super) static COUNTRY: LazyLock<Names> = LazyLock::new(|| names(COUNTRIES, "country"));
/// Every language.
pub(super) static LANGUAGE: LazyLock<Names> = LazyLock::new(|| names(LANGUAGES, "language"));

/// The most words of a name.
pub(super) const MOST_WORDS: usize = 6;

/// A name shorter than that is not mended.
pub(super) const LEAST_MENDED: usize = 5;
/// Nor is one shorter than that where nothing beside it says that it is a name: `angora` is not Angola.
pub(super) const LEAST_ALONE: usize = 7;
/// From so many letters on, two slips are.
const LEAST_MENDED_TWICE: usize = 8;

fn names(table: &'static str, kind: &str) -> Names {
    let mut names = Names::new();
    for [code, name] in rows(table) {
        for name in variants(name) {
            names.insert(name, vec![code]);
        }
    }
    for [of, name, codes] in rows(ALIASES) {
        if of == kind {
            names.insert(spelled(name), codes.split(' ').collect());
        }
    }
    names
}

/// A name, with `and` for `&` and with `Saint` for `St.`, too; without what stands in parentheses.
fn variants(name: &str) -> Vec<String> {
    let name = name.replace('&', "and");
    let name = name.split(" (").next().unwrap_or_default();
    let mut variants = vec![spelled(name)];
    if let Some(rest) = name.strip_prefix("St. ") {
        variants.push(spelled(&format!("Saint {rest}")));
    }
    variants
}

fn spelled(name: &str) -> String {
    let words = name.split([' ', '-']).map(folded);
    let words: Vec<String> = words.filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

/// The only name that is a slip away from what was typed, or two of eight letters or more: `germny`. It begins with the same
/// letter, neither begins with the other (`serbian`), and it has so many letters at least; where there are two slips, it ends alike, too (`argentinian`).
pub(super) fn mended(
    names: &'static Names,
    typed: &str,
    least: usize,
) -> Option<&'static [&'static str]> {
    let length = typed.chars().count();
    if length + 1 < least {
        return None;
    }
    let (first, last) = (typed.chars().next(), typed.chars().next_back());
    for n_slips in 1..=2 {
        let near = names.iter().filter(|(name, _)| {
            let is_long = name.len().min(length) >= LEAST_MENDED_TWICE;
            name.len() >= least
                && name.len().abs_diff(length) <= n_slips
                && name.chars().next() == first
                && (n_slips == 1 || (is_long && name.chars().next_back() == last))
                && !typed.starts_with(name.as_str())
                && !name.starts_with(typed)
                && slips(typed, name) == n_slips
        });
        let mut codes = near.map(|(_, codes)| codes.as_slice());
        if let Some(found) = codes.next() {
            return codes.all(|other| other == found).then_some(found);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_matcher::model::words::{Country, LanguageTag};

    #[test]
    fn every_code_is_one_that_a_profile_can_have() {
        for codes in COUNTRY.values() {
            assert!(
                codes.iter().all(|code| Country::new(code).is_some()),
                "{codes:?}"
            );
        }
        for codes in LANGUAGE.values() {
            assert!(
                codes.iter().all(|code| LanguageTag::new(code).is_some()),
                "{codes:?}"
            );
        }
        let longest = COUNTRY.keys().chain(LANGUAGE.keys());
        let longest = longest.map(|name| name.split(' ').count()).max();
        assert!(longest <= Some(MOST_WORDS), "{longest:?}");
        assert!(COUNTRY.len() > 290 && LANGUAGE.len() > 215);
    }

    #[test]
    fn names_are_found_however_they_are_spelled() {
        for (name, code) in [
            ("germany", "DE"),
            ("cote divoire", "CI"),
            ("trinidad and tobago", "TT"),
            ("saint lucia", "LC"),
            ("guinea bissau", "GW"),
            ("myanmar", "MM"),
        ] {
            assert_eq!(
                COUNTRY.get(name).map(Vec::as_slice),
                Some(&[code][..]),
                "{name}"
            );
        }
        for (slip, code) in [
            ("germny", "DE"),
            ("swizerland", "CH"),
            ("frnace", "FR"),
            ("phillipines", "PH"),
        ] {
            assert_eq!(
                mended(&COUNTRY, slip, LEAST_MENDED),
                Some(&[code][..]),
                "{slip}"
            );
        }
        for other in [
            "serbian",
            "germanys",
            "german",
            "trance",
            "argentinian",
            "indi",
        ] {
            assert_eq!(mended(&COUNTRY, other, LEAST_MENDED), None, "{other}");
        }
    }
}
