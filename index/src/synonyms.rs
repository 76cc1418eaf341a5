//! Words of one's own that stand for others.
//!
//! A rule a line, as in the synonym files of Solr and Elasticsearch; `#` begins a comment, a backslash takes the meaning
//! from the mark behind it:
//!
//! ```text
//! sre, site reliability engineer      each stands for the others, too
//! icu => intensive care, itu          icu stands for these, too, and they do not for icu
//! ```
//!
//! A word that is searched for always stands for itself. What it stands for besides counts [`SHARE`] of it, and several words
//! must stand in a row. Rules are not chained.

use std::collections::BTreeMap;
use std::fmt;

use muster_matcher::query::{Form, Query, Word};
use muster_text::words;

/// What a synonym tells, of what the words themselves tell.
pub const SHARE: f64 = 0.8;

/// The most rules.
pub const MOST_RULES: usize = 10_000;
/// The most characters of a rule.
pub const LONGEST_RULE: usize = 1_000;
/// The most words of a side of a rule.
const MOST_WORDS: usize = 8;
/// The most that something stands for.
const MOST_INSTEAD: usize = 50;

/// What words stand for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Synonyms {
    /// By words in their ground form.
    of: BTreeMap<Vec<String>, Vec<Instead>>,
    /// Of the longest key.
    most_words: usize,
}

/// What stands for something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Instead {
    /// As it was written.
    text: String,
    /// Ground forms in their places, which leave out common words; at least one.
    pub(crate) row: Vec<(usize, String)>,
}

/// A rule that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SynonymFault {
    /// Its position, from 0.
    pub rule: usize,
    /// What is there.
    pub found: String,
    /// What was expected.
    pub expected: String,
}

impl fmt::Display for SynonymFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rule,
            found,
            expected,
        } = self;
        write!(f, "line {}: found {found}, expected {expected}", rule + 1)
    }
}

impl std::error::Error for SynonymFault {}

impl Synonyms {
    /// Reads rules; comments and empty ones are skipped.
    ///
    /// # Errors
    /// Every rule that is none.
    pub fn read<'t>(rules: impl IntoIterator<Item = &'t str>) -> Result<Self, Vec<SynonymFault>> {
        let mut synonyms = Self::default();
        let mut faults = Vec::new();
        let mut n_rules = 0;
        for (rule, text) in rules.into_iter().enumerate() {
            let text = text.trim();
            if text.is_empty() || text.starts_with('#') {
                continue;
            }
            n_rules += 1;
            let added = match n_rules > MOST_RULES {
                true => Err((
                    "a rule more than that".to_owned(),
                    format!("at most {MOST_RULES} rules"),
                )),
                false => synonyms.add(text),
            };
            if let Err((found, expected)) = added {
                faults.push(SynonymFault {
                    rule,
                    found,
                    expected,
                });
                if n_rules > MOST_RULES {
                    break;
                }
            }
        }
        match faults.is_empty() {
            true => Ok(synonyms),
            false => Err(faults),
        }
    }

    /// Whether there are no rules.
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// Words of a query that stand for others, with these, in the order of writing, each once.
    pub fn applied(&self, query: &Query) -> Vec<(String, Vec<String>)> {
        let mut applied: Vec<(String, Vec<String>)> = Vec::new();
        match query {
            Query::All(nodes) | Query::Any(nodes) | Query::AtLeast { of: nodes, .. } => {
                for found in nodes.iter().flat_map(|node| self.applied(node)) {
                    if !applied.contains(&found) {
                        applied.push(found);
                    }
                }
            }
            Query::Words(words) => {
                for (range, instead) in self.within(words) {
                    let typed: Vec<&str> = words[range].iter().map(|it| it.text.as_str()).collect();
                    let others = instead.iter().map(|it| it.text.clone()).collect();
                    let found = (typed.join(" "), others);
                    if !applied.contains(&found) {
                        applied.push(found);
                    }
                }
            }
            Query::None(_) | Query::Leaf(_) => {}
        }
        applied
    }

    /// Runs of words that stand for others, the longest from each word on, and what for. Words in a row are of one
    /// section and stand as they were typed: no phrase, beginning or typo.
    pub(crate) fn within(&self, words: &[Word]) -> Vec<(std::ops::Range<usize>, &[Instead])> {
        let mut found = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let fits = |word: &&Word| word.form == Form::Word && word.section == words[at].section;
            let run = words[at..].iter().take_while(fits).take(self.most_words);
            let mut key: Vec<String> = Vec::new();
            let mut longest = None;
            for (idx, word) in run.enumerate() {
                key.extend(words::ground_forms(&word.text));
                if let Some(instead) = self.of.get(&key) {
                    longest = Some((at..at + idx + 1, instead.as_slice()));
                }
            }
            at = longest.as_ref().map_or(at + 1, |(range, _)| range.end);
            found.extend(longest);
        }
        found
    }

    fn add(&mut self, rule: &str) -> Result<(), (String, String)> {
        let n_chars = rule.chars().count();
        if n_chars > LONGEST_RULE {
            let expected = format!("at most {LONGEST_RULE}");
            return Err((format!("{n_chars} characters"), expected));
        }
        let shown = || format!("{rule:?}");
        let sides = sides(rule);
        let each = |side: &[String]| -> Result<Vec<Instead>, (String, String)> {
            side.iter().map(|text| Instead::read(text)).collect()
        };
        match sides.as_slice() {
            [all] => {
                let all = each(all)?;
                if all.len() < 2 {
                    let expected = "two or more alternatives with commas between, or a => b";
                    return Err((shown(), expected.to_owned()));
                }
                for (idx, one) in all.iter().enumerate() {
                    let others = all.iter().enumerate().filter(|(other, _)| *other != idx);
                    self.link(one, others.map(|(_, other)| other))?;
                }
            }
            [left, right] => {
                let (left, right) = (each(left)?, each(right)?);
                for one in &left {
                    self.link(one, &right)?;
                }
            }
            _ => return Err((shown(), "one => at most".to_owned())),
        }
        Ok(())
    }

    fn link<'i>(
        &mut self,
        one: &Instead,
        others: impl IntoIterator<Item = &'i Instead>,
    ) -> Result<(), (String, String)> {
        let key: Vec<String> = one.row.iter().map(|(_, word)| word.clone()).collect();
        self.most_words = self.most_words.max(one.text.split_whitespace().count());
        let known = self.of.entry(key).or_default();
        for other in others {
            if other.row != one.row && !known.iter().any(|it| it.row == other.row) {
                known.push(other.clone());
            }
        }
        match known.len() > MOST_INSTEAD {
            true => Err((
                format!("{} words for {:?}", known.len(), one.text),
                format!("at most {MOST_INSTEAD}"),
            )),
            false => Ok(()),
        }
    }
}

impl Instead {
    fn read(text: &str) -> Result<Self, (String, String)> {
        let mut row = Vec::new();
        words::each(text, |word, place| {
            row.push((place.position, word.to_owned()))
        });
        let n_words = text.split_whitespace().count();
        if row.is_empty() || n_words > MOST_WORDS {
            let expected = format!("1 to {MOST_WORDS} words, not only common ones");
            return Err((format!("{text:?}"), expected));
        }
        Ok(Self {
            text: text.to_owned(),
            row,
        })
    }
}

/// The alternatives on each side of a rule.
fn sides(rule: &str) -> Vec<Vec<String>> {
    let mut sides = vec![vec![String::new()]];
    let mut marks = rule.chars().peekable();
    while let Some(mark) = marks.next() {
        let is_arrow = mark == '=' && marks.peek() == Some(&'>');
        let side = sides
            .last_mut()
            .expect("there is a side from the beginning");
        match mark {
            _ if is_arrow => {
                marks.next();
                sides.push(vec![String::new()]);
            }
            ',' => side.push(String::new()),
            mark => {
                let mark = if mark == '\\' {
                    marks.next()
                } else {
                    Some(mark)
                };
                if let (Some(last), Some(mark)) = (side.last_mut(), mark) {
                    last.push(mark);
                }
            }
        }
    }
    for side in &mut sides {
        side.iter_mut()
            .for_each(|text| *text = text.trim().to_owned());
    }
    sides
}

#[cfg(test)]
mod tests {
    use muster_matcher::query::parse;

    use super::*;
    use crate::laws::{index, words};
    use crate::testing::profile;
    use crate::{Pool, Search};

    fn synonyms(rules: &str) -> Synonyms {
        Synonyms::read(rules.lines()).unwrap()
    }

    fn applied(rules: &str, text: &str) -> Vec<(String, Vec<String>)> {
        let query = parse(text, &|_: &str| Err(String::new())).unwrap().query;
        synonyms(rules).applied(&query)
    }

    fn found(pool: &Pool, rules: &str, text: &str) -> Vec<(String, u16)> {
        let search = Search {
            synonyms: Some(synonyms(rules).into()),
            ..words(text)
        };
        let found = pool.search(&search).unwrap();
        let hits = found.hits.iter();
        hits.map(|hit| (hit.profile.id.to_string(), hit.points.get()))
            .collect()
    }

    fn ids(found: &[(String, u16)]) -> Vec<&str> {
        found.iter().map(|(id, _)| id.as_str()).collect()
    }

    #[test]
    fn rules_are_those_of_solr() {
        let rules = "# our words\n\nsre, site reliability engineer\nicu => intensive care, itu\na\\,b, x\\=>y";
        let one = |typed: &str, others: &[&str]| {
            let others = others.iter().map(|it| (*it).to_owned()).collect();
            vec![(typed.to_owned(), others)]
        };
        assert_eq!(
            applied(rules, "SRE berlin"),
            one("SRE", &["site reliability engineer"])
        );
        assert_eq!(
            applied(rules, "senior site reliability engineers"),
            one("site reliability engineers", &["sre"])
        );
        assert_eq!(
            applied(rules, "icu nurse"),
            one("icu", &["intensive care", "itu"])
        );
        for text in [
            "itu",
            "intensive care",
            "site engineer",
            "\"sre\"",
            "sre*",
            "-sre",
            "country:DE",
            "",
        ] {
            assert_eq!(applied(rules, text), [], "{text}");
        }
    }

    #[test]
    fn what_is_no_rule_is_named_with_its_line() {
        let faults = Synonyms::read(["x, y", "alone", "a => b => c", "the, x", ", y", "=>", "# x"]);
        let faults: Vec<String> = faults
            .unwrap_err()
            .iter()
            .map(ToString::to_string)
            .collect();
        assert_eq!(
            faults,
            [
                "line 2: found \"alone\", expected two or more alternatives with commas between, or a => b",
                "line 3: found \"a => b => c\", expected one => at most",
                "line 4: found \"the\", expected 1 to 8 words, not only common ones",
                "line 5: found \"\", expected 1 to 8 words, not only common ones",
                "line 6: found \"\", expected 1 to 8 words, not only common ones",
            ]
        );
    }

    #[test]
    fn synonyms_find_and_rank_behind_the_words_themselves() {
        let (pool, _dir) = index(&[
            profile("a", "SRE, cloud platforms", ""),
            profile("b", "Site reliability engineer", ""),
            profile("c", "Site engineer", ""),
            profile("d", "Nurse", ""),
            profile("e", "Reliability of a site", ""),
        ]);
        let rules = "sre, site reliability engineer";
        assert_eq!(ids(&found(&pool, "x, y", "sre")), ["a"]);
        let hits = found(&pool, rules, "sre");
        assert_eq!(ids(&hits), ["a", "b"], "others have not all words in a row");
        assert!(hits[0].1 > hits[1].1 && hits[1].1 > 300, "{hits:?}");
        let hits = found(&pool, rules, "site reliability engineer");
        assert_eq!(hits[0].0, "b", "{hits:?}");
        let of = |id: &str| hits.iter().find(|hit| hit.0 == id).map(|hit| hit.1);
        assert!(of("a") > of("c") && of("a") < of("b"), "{hits:?}");
        assert_eq!(of("d"), None);
        // One way.
        let rules = "icu => nurse";
        assert_eq!(
            ids(&found(&pool, rules, "icu")),
            ["d"],
            "nobody wrote the word itself"
        );
        assert_eq!(ids(&found(&pool, rules, "nurse")), ["d"]);
        assert_eq!(
            ids(&found(&pool, "nurse => sre", "nurse AND site")),
            [""; 0]
        );
        assert_eq!(ids(&found(&pool, "nurse => sre", "-nurse sre")), ["a"]);
    }

    #[test]
    fn any_rules_are_read_or_refused() {
        let marks = [
            ",",
            "=>",
            "=",
            ">",
            "\\",
            "#",
            " ",
            "a",
            "the",
            "ü",
            "日本",
            "site engineer",
        ];
        for seed in 0..20_000_usize {
            let (mut left, mut rule) = (seed, String::new());
            while left > 0 {
                rule.push_str(marks[left % marks.len()]);
                left /= marks.len();
            }
            if let Ok(synonyms) = Synonyms::read([rule.as_str()]) {
                let query = parse("site engineer a the", &|_: &str| Err(String::new()));
                synonyms.applied(&query.unwrap().query);
            }
        }
    }
}
