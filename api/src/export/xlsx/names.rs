//! Names that Excel takes for sheets.

use std::collections::BTreeSet;

use super::super::text::clean;

/// The longest name, in UTF-16 units.
const LONGEST: usize = 31;

/// The names given so far, in lower case: Excel does not tell cases apart.
#[derive(Debug, Default)]
pub(super) struct SheetNames(BTreeSet<String>);

impl SheetNames {
    /// A name for a sheet about `id` that is legal and not yet given: what Excel forbids becomes `_`,
    /// what is too long is cut, and a name that is taken, or reserved, gets a number.
    pub(super) fn unique(&mut self, id: &str) -> String {
        let is_forbidden = |it: char| matches!(it, '[' | ']' | ':' | '*' | '?' | '/' | '\\');
        let legal = clean(id).replace(is_forbidden, "_");
        let legal = legal.trim().trim_matches('\'');
        let legal = if legal.is_empty() { "_" } else { legal };
        let mut name = cut(legal, LONGEST);
        let mut number = 1;
        // Excel keeps "History" for itself.
        while name.to_lowercase() == "history" || !self.0.insert(name.to_lowercase()) {
            number += 1;
            let end = format!(" ({number})");
            name = cut(legal, LONGEST - end.len()) + &end;
        }
        name
    }
}

/// As many whole characters of `text` as fit `most` UTF-16 units; no apostrophe at the end.
fn cut(text: &str, most: usize) -> String {
    let mut left = most;
    let fits = |it: &char| {
        let taken = left.checked_sub(it.len_utf16());
        left = taken.unwrap_or(left);
        taken.is_some()
    };
    let kept: String = text.chars().take_while(fits).collect();
    kept.trim_end_matches(['\'', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::utility::check_sheet_name;

    use super::*;

    #[test]
    fn every_name_is_legal_and_given_once() {
        let long = "a very long name of a campaign that goes on";
        let wide = "\u{1f600}".repeat(20);
        let ids = [
            "",
            "'",
            "''",
            " ",
            "acme/rlhf",
            "acme\\rlhf",
            "ACME_rlhf",
            "History",
            "history",
            "KPIs",
            "kpis",
            "[x]:*?",
            "a\u{1}b",
            long,
            long,
            &wide,
            &wide,
            "=1+1",
            "it's",
            "'quoted'",
            "ß",
            "ẞ",
            "thirty characters and a quote'''x",
        ];
        let mut names = SheetNames::default();
        let mut given = BTreeSet::new();
        for id in ids {
            let name = names.unique(id);
            check_sheet_name(&name).unwrap();
            assert_ne!(name.to_lowercase(), "history");
            assert!(!name.contains(char::is_control), "{name:?}");
            assert!(given.insert(name.to_lowercase()), "{name} twice");
        }
        for name in [
            "acme_rlhf",
            "acme_rlhf (2)",
            "acme_rlhf (3)",
            "history (2)",
            "a very long name of a campaign",
            "a very long name of a campa (2)",
            "=1+1",
            "quoted",
        ] {
            assert!(given.contains(name), "{name} is not in {given:?}");
        }
    }

    #[test]
    fn a_thousand_campaigns_of_one_beginning_have_a_thousand_names() {
        let mut names = SheetNames::default();
        for number in 0..1_000 {
            let name = names.unique(&format!("a campaign with a long common beginning {number}"));
            check_sheet_name(&name).unwrap();
        }
        assert_eq!(names.0.len(), 1_000);
    }
}
