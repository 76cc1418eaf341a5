//! Skills and titles by what somebody began to type: ESCO's labels and alternative labels, its occupations, and
//! the titles of O*NET.
//!
//! Every word typed begins a word of the label, in any order. A word of four letters or more that begins nothing may be one
//! edit away from a beginning, from eight letters on two: the sorted words are walked as a tree of letters, in
//! which the rows of the edit distance are shared (Wagner and Fischer 1974) and dead branches skipped.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use muster_datasets::esco::taxonomy;
use muster_datasets::onet;
use serde::Serialize;

/// The most characters of what is typed that are looked at.
const LONGEST: usize = 80;
/// The most words of what is typed that are looked at.
const MOST_WORDS: usize = 8;

/// What is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Suggested {
    /// A skill of ESCO.
    Skill,
    /// An occupation of ESCO or O*NET.
    Title,
}

/// A suggestion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Suggestion {
    /// What it is.
    pub kind: Suggested,
    /// Its preferred label.
    pub label: &'static str,
    /// The label that was begun, if it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched: Option<&'static str>,
    /// What to put into a search.
    pub query: String,
    /// The skill's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<String>,
    /// How many people have the skill, where a pool is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub people: Option<usize>,
}

/// Something with labels.
struct Target {
    kind: Suggested,
    label: &'static str,
    /// The skill's id.
    skill: Option<String>,
}

struct Label {
    text: &'static str,
    /// As it is compared.
    folded: String,
    target: u32,
}

/// What can be suggested.
pub struct Suggester {
    targets: Vec<Target>,
    labels: Vec<Label>,
    /// Every word of a label, sorted.
    words: Vec<String>,
    /// By word, the labels that have it, in order.
    with_word: Vec<Vec<u32>>,
}

/// Made when first asked for.
static SUGGESTER: LazyLock<Suggester> = LazyLock::new(Suggester::new);

/// What begins as `typed`, the best first: nothing mistyped before something; then the label itself, labels that begin so, and
/// those with a word that does, preferred labels before others; then what more people have (`people` says of
/// a skill's id how many); then shorter labels.
///
/// # Complexity
/// O(labels with a word that begins so); some milliseconds for a single letter.
pub fn suggest(
    typed: &str,
    limit: usize,
    people: &dyn Fn(&str) -> Option<usize>,
) -> Vec<Suggestion> {
    SUGGESTER.suggest(typed, limit, people)
}

/// How well a label fits; the least is the best.
type Fit = (u8, u8, Reverse<usize>, usize, u32);

impl Suggester {
    fn new() -> Self {
        let esco = taxonomy();
        let mut made = Self {
            targets: Vec::new(),
            labels: Vec::new(),
            words: Vec::new(),
            with_word: Vec::new(),
        };
        for skill in &esco.skills {
            let others = skill.alternatives.iter().copied();
            made.add(Suggested::Skill, Some(skill.code()), skill.label, others);
        }
        for occupation in &esco.occupations {
            let others = occupation.alternatives.iter().copied();
            made.add(Suggested::Title, None, occupation.label, others);
        }
        for occupation in onet::occupations() {
            let others = occupation.alternate.into_iter().chain(occupation.reported);
            made.add(Suggested::Title, None, occupation.title, others);
        }
        let mut words: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
        for (label, number) in made.labels.iter().zip(0..) {
            for word in label.folded.split(' ') {
                let labels = words.entry(word).or_default();
                if labels.last() != Some(&number) {
                    labels.push(number);
                }
            }
        }
        let (words, with_word) = words
            .into_iter()
            .map(|(word, labels)| (word.to_owned(), labels))
            .unzip();
        (made.words, made.with_word) = (words, with_word);
        made
    }

    fn add(
        &mut self,
        kind: Suggested,
        skill: Option<String>,
        label: &'static str,
        others: impl Iterator<Item = &'static str>,
    ) {
        let target = u32::try_from(self.targets.len()).unwrap_or(u32::MAX);
        self.targets.push(Target { kind, label, skill });
        for text in std::iter::once(label).chain(others) {
            let folded = folded(text).join(" ");
            if !folded.is_empty() {
                self.labels.push(Label {
                    text,
                    folded,
                    target,
                });
            }
        }
    }

    fn suggest(
        &self,
        typed: &str,
        limit: usize,
        people: &dyn Fn(&str) -> Option<usize>,
    ) -> Vec<Suggestion> {
        let typed: String = typed.chars().take(LONGEST).collect();
        let mut typed = folded(&typed);
        typed.truncate(MOST_WORDS);
        if typed.is_empty() || limit == 0 {
            return Vec::new();
        }
        // By label: how many of the words typed it has begun with, and their edits.
        let mut had: Vec<(u8, u8)> = vec![(0, 0); self.labels.len()];
        let mut met: Vec<u32> = Vec::new();
        let mut first: Vec<Range<usize>> = Vec::new();
        for (number, word) in (0_u8..).zip(&typed) {
            met.clear();
            for (words, edits) in self.beginning(word) {
                if number == 0 {
                    first.push(words.clone());
                }
                for label in self.with_word[words].iter().flatten() {
                    let had = &mut had[*label as usize];
                    if had.0 == number {
                        *had = (number + 1, had.1.saturating_add(edits));
                        met.push(*label);
                    }
                }
            }
        }
        let whole = typed.join(" ");
        let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
        let mut best: BTreeMap<u32, Fit> = BTreeMap::new();
        for number in met {
            let label = &self.labels[number as usize];
            let target = &self.targets[label.target as usize];
            let n_people = *counts
                .entry(label.target)
                .or_insert_with(|| target.skill.as_deref().and_then(people).unwrap_or(0));
            let opening = label.folded.split(' ').next().unwrap_or_default();
            let opens = first.iter().any(|words| {
                self.words[words.start].as_str() <= opening
                    && opening <= self.words[words.end - 1].as_str()
            });
            let is_other = u8::from(label.text != target.label);
            let place = match opens {
                true if label.folded == whole => 0,
                true => 1 + is_other,
                false => 3 + is_other,
            };
            let edits = had[number as usize].1;
            let fit = (edits, place, Reverse(n_people), label.folded.len(), number);
            let known = best.entry(label.target).or_insert(fit);
            *known = (*known).min(fit);
        }
        let mut best: Vec<(Fit, u32)> = best
            .into_iter()
            .map(|(target, fit)| (fit, target))
            .collect();
        if limit < best.len() {
            best.select_nth_unstable(limit);
            best.truncate(limit);
        }
        best.sort_unstable();
        let shown = best.into_iter().map(|(fit, target)| {
            let label = &self.labels[fit.4 as usize];
            self.shown(label, &self.targets[target as usize], people)
        });
        shown.collect()
    }

    fn shown(
        &self,
        label: &Label,
        target: &Target,
        people: &dyn Fn(&str) -> Option<usize>,
    ) -> Suggestion {
        let quoted = |text: &str| match text.chars().all(char::is_alphanumeric) {
            true => text.to_owned(),
            false => format!("\"{text}\""),
        };
        let query = match target.kind {
            Suggested::Skill => format!("skill:{}", quoted(target.label)),
            Suggested::Title => quoted(label.text),
        };
        Suggestion {
            kind: target.kind,
            label: target.label,
            matched: (label.text != target.label).then_some(label.text),
            query,
            people: target.skill.as_deref().and_then(people),
            skill: target.skill.clone(),
        }
    }

    /// Ranges of words that begin as `word`, or else nearly so, with how many edits it takes.
    fn beginning(&self, word: &str) -> Vec<(Range<usize>, u8)> {
        let from = self.words.partition_point(|known| known.as_str() < word);
        let begins = |known: &String| known.starts_with(word);
        let to = from + self.words[from..].partition_point(begins);
        let most = match word.chars().count() {
            0..=3 => 0,
            4..=7 => 1,
            _ => 2,
        };
        if from < to {
            return vec![(from..to, 0)];
        }
        for edits in 1..=most {
            let found = self.nearly(word, edits);
            if !found.is_empty() {
                return found.into_iter().map(|words| (words, edits)).collect();
            }
        }
        Vec::new()
    }

    /// Ranges of words with a beginning at most so many edits away from `word`; a swap of two letters is one.
    fn nearly(&self, word: &str, edits: u8) -> Vec<Range<usize>> {
        let wanted: Vec<char> = word.chars().collect();
        let mut found = Vec::new();
        // By depth, the letter and the row of distances to the beginnings of `wanted`.
        let first: Vec<u8> = (0..=wanted.len())
            .map(|n| u8::try_from(n).unwrap_or(u8::MAX))
            .collect();
        let mut letters: Vec<char> = Vec::new();
        let mut rows = vec![first];
        let mut at = 0;
        while at < self.words.len() {
            let word: Vec<char> = self.words[at].chars().collect();
            let shared = letters
                .iter()
                .zip(&word)
                .take_while(|(a, b)| a == b)
                .count();
            letters.truncate(shared);
            rows.truncate(shared + 1);
            let mut next = at + 1;
            for letter in &word[shared..] {
                let row = next_row(&rows, &letters, *letter, &wanted);
                letters.push(*letter);
                let (is_met, is_dead) = (
                    row.last().is_some_and(|distance| *distance <= edits),
                    row.iter().all(|distance| *distance > edits),
                );
                rows.push(row);
                if is_met || is_dead {
                    let start: String = letters.iter().collect();
                    next = at + self.words[at..].partition_point(|known| known.starts_with(&start));
                    if is_met {
                        found.push(at..next);
                    }
                    break;
                }
            }
            at = next;
        }
        found
    }
}

/// The row of distances with one letter more.
fn next_row(rows: &[Vec<u8>], letters: &[char], letter: char, wanted: &[char]) -> Vec<u8> {
    let before = &rows[rows.len() - 1];
    let mut row = vec![before[0].saturating_add(1)];
    for (idx, other) in wanted.iter().enumerate() {
        let step = before[idx] + u8::from(letter != *other);
        let mut least = step
            .min(before[idx + 1].saturating_add(1))
            .min(row[idx].saturating_add(1));
        let is_swap =
            idx > 0 && rows.len() > 1 && letters.last() == Some(other) && wanted[idx - 1] == letter;
        if is_swap {
            least = least.min(rows[rows.len() - 2][idx - 1].saturating_add(1));
        }
        row.push(least);
    }
    row
}

/// The words of a label as they are compared: small letters and digits, with the marks of C++ and C#.
fn folded(text: &str) -> Vec<String> {
    let lower = text.to_lowercase();
    lower
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '+' | '#')))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(typed: &str) -> Vec<&'static str> {
        let found = suggest(typed, 5, &|_| None);
        found.into_iter().map(|it| it.label).collect()
    }

    #[test]
    fn beginnings_find_skills_and_titles() {
        assert_eq!(labels("cardiolog")[0], "cardiology");
        assert!(
            labels("heart doc").contains(&"specialised doctor") || !labels("heart doc").is_empty()
        );
        assert_eq!(labels("sql")[0], "SQL");
        assert!(labels("c++").contains(&"C++"), "{:?}", labels("c++"));
        assert!(labels("computer prog python").contains(&"Python (computer programming)"));
        assert_eq!(labels(""), [""; 0]);
        assert_eq!(labels("!!"), [""; 0]);
        assert_eq!(labels("xqzv"), [""; 0]);
        assert_eq!(labels("qz"), [""; 0], "too short to be mistyped");
    }

    #[test]
    fn a_slip_from_four_letters_on_finds_what_was_meant() {
        for (typed, label) in [
            ("cardilo", "cardiology"),
            ("cradiolog", "cardiology"),
            ("pyhton", "Python (computer programming)"),
            ("machne lea", "machine learning"),
        ] {
            assert!(
                labels(typed).contains(&label),
                "{typed}: {:?}",
                labels(typed)
            );
        }
    }

    #[test]
    fn more_people_come_first_and_a_target_comes_once() {
        let sql = taxonomy().find("SQL Server").map(|skill| skill.code());
        let count = |id: &str| (Ok(id.to_owned()) == sql).then_some(7);
        let found = suggest("sq", 50, &|id| count(id).or(Some(0)));
        let mut seen: Vec<&str> = found.iter().map(|it| it.label).collect();
        let n_found = seen.len();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), n_found);
        if let Some(first) = found.first().filter(|_| sql.is_ok()) {
            assert_eq!(first.people, Some(7), "{found:?}");
        }
    }

    /// Distances of every beginning by the plain recurrence.
    #[test]
    fn near_beginnings_are_those_of_every_word_by_itself() {
        let suggester = &*SUGGESTER;
        for (typed, edits) in [("pyhton", 1), ("cardilogy", 2), ("anaesth", 1), ("zzzz", 1)] {
            let wanted: Vec<char> = typed.chars().collect();
            let is_near = |word: &String| {
                let letters: Vec<char> = word.chars().collect();
                (0..=letters.len()).any(|n| distance(&letters[..n], &wanted) <= edits)
            };
            let expected: Vec<&String> = suggester
                .words
                .iter()
                .filter(|word| is_near(word))
                .collect();
            let found = suggester.nearly(typed, u8::try_from(edits).unwrap());
            let found: Vec<&String> = found
                .into_iter()
                .flat_map(|words| &suggester.words[words])
                .collect();
            assert_eq!(found, expected, "{typed}");
        }
    }

    fn distance(a: &[char], b: &[char]) -> usize {
        let mut table = vec![vec![0; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                table[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let same = usize::from(a[i - 1] != b[j - 1]);
                        let mut least = (table[i - 1][j - 1] + same)
                            .min(table[i - 1][j] + 1)
                            .min(table[i][j - 1] + 1);
                        if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                            least = least.min(table[i - 2][j - 2] + 1);
                        }
                        least
                    }
                };
            }
        }
        table[a.len()][b.len()]
    }
}
