//! Labelled queries, none of them labelled by this project's generator, scores or linker.

use std::collections::{BTreeMap, BTreeSet};

use muster_datasets::skills::held_out::{Part, hash, part_of as part, part_of_skill as cold};
use muster_datasets::{esco, onet, skillspan};

/// A query and what should be found.
pub(crate) struct Query {
    pub(crate) text: String,
    /// What should be found: each need by any one of its rows.
    pub(crate) needs: Vec<Vec<usize>>,
}

/// What is searched.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Skills,
    Onet,
}

/// Queries of one kind.
pub(crate) struct Set {
    pub(crate) name: &'static str,
    pub(crate) target: Target,
    pub(crate) queries: Vec<Query>,
    pub(crate) note: String,
    /// How much it counts where weights are chosen.
    pub(crate) importance: f64,
}

pub(crate) fn all(wanted: Part) -> Vec<Set> {
    vec![
        alternatives(wanted, false),
        alternatives(wanted, true),
        slips(wanted),
        job_posts(wanted),
        labels_in_job_posts(wanted),
        skills_of_titles(wanted),
        titles(wanted),
        tasks(wanted),
    ]
}

fn alternatives(wanted: Part, is_cold: bool) -> Set {
    let mut queries = BTreeMap::<&str, Vec<usize>>::new();
    for (row, skill) in esco::taxonomy().skills.iter().enumerate() {
        for label in &skill.alternatives {
            let chosen = if is_cold {
                cold(skill) == Some(wanted)
            } else {
                cold(skill).is_none() && part(label) == Some(wanted)
            };
            if chosen {
                queries.entry(label).or_default().push(row);
            }
        }
    }
    Set {
        name: if is_cold {
            "labels of skills with one label"
        } else {
            "labels"
        },
        importance: 1.0,
        target: Target::Skills,
        note: if is_cold {
            "ESCO alternative labels; every alternative of their skills is held out".into()
        } else {
            "ESCO alternative labels, held out".into()
        },
        queries: queries
            .into_iter()
            .map(|(text, rows)| Query {
                text: text.to_owned(),
                needs: vec![rows],
            })
            .collect(),
    }
}

/// Preferred labels with one slip of the keyboard in their longest word.
fn slips(wanted: Part) -> Set {
    let skills = esco::taxonomy().skills.iter().enumerate();
    let chosen = skills.filter(|(_, skill)| part(skill.label) == Some(wanted));
    let queries = chosen.filter_map(|(row, skill)| {
        let longest = skill.label.split(' ').max_by_key(|word| word.len())?;
        let slipped = slip(longest)?;
        Some(Query {
            text: skill.label.replacen(longest, &slipped, 1),
            needs: vec![vec![row]],
        })
    });
    Set {
        name: "labels with a slip",
        importance: 0.5,
        target: Target::Skills,
        queries: queries.collect(),
        note: "ESCO preferred labels with one slip in their longest word".into(),
    }
}

fn slip(word: &str) -> Option<String> {
    if word.len() < 5 || !word.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let hash = hash(word);
    let at = 1 + usize::try_from(hash >> 8).ok()? % (word.len() - 2);
    let mut letters = word.as_bytes().to_vec();
    match hash % 4 {
        0 => drop(letters.remove(at)),
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = b'a' + (letters[at] - b'a' + 5) % 26,
    }
    Some(String::from_utf8(letters).expect("ASCII")).filter(|slipped| slipped != word)
}

/// A label for comparing: small letters, no punctuation around it.
fn plain(label: &str) -> String {
    let label = label.to_lowercase();
    label
        .trim_matches(|c: char| !c.is_alphanumeric() && c != '+' && c != '#')
        .to_owned()
}

fn job_posts(wanted: Part) -> Set {
    let mut skills_called = BTreeMap::<String, BTreeSet<usize>>::new();
    for (row, skill) in esco::taxonomy().skills.iter().enumerate() {
        let short = skill.label.split(" (").next().unwrap_or(skill.label);
        for label in [skill.label, short].iter().chain(&skill.alternatives) {
            skills_called.entry(plain(label)).or_default().insert(row);
        }
    }
    let (mut n_spans, mut n_named) = (0, 0);
    let mut queries = Vec::new();
    for sentence in skillspan::sentences() {
        let needs: Vec<Vec<usize>> = sentence
            .spans
            .iter()
            .filter_map(|span| skills_called.get(&plain(span)))
            .map(|rows| rows.iter().copied().collect())
            .collect();
        n_spans += sentence.spans.len();
        n_named += needs.len();
        // Half and half: there are few.
        let part = if hash(sentence.text).is_multiple_of(2) {
            Part::Measured
        } else {
            Part::Tuning
        };
        if !needs.is_empty() && part == wanted {
            let needs = needs.into_iter().collect::<BTreeSet<_>>();
            queries.push(Query {
                text: sentence.text.to_owned(),
                needs: needs.into_iter().collect(),
            });
        }
    }
    Set {
        name: "job posts",
        importance: 2.0,
        target: Target::Skills,
        note: format!(
            "SkillSpan sentences; {n_named} of {n_spans} marked spans equal an ESCO label"
        ),
        queries,
    }
}

/// Held-out labels in the place of what is marked in sentences of job posts.
fn labels_in_job_posts(wanted: Part) -> Set {
    let all = skillspan::sentences();
    let sentences: Vec<_> = all
        .iter()
        .filter(|s| s.spans.iter().any(|span| span.contains(' ')))
        .collect();
    let labels = alternatives(wanted, true).queries;
    let queries = labels.into_iter().map(|label| {
        let hash = usize::try_from(hash(&label.text) >> 8).expect("64 bits");
        let sentence = sentences[hash % sentences.len()];
        let span = sentence
            .spans
            .iter()
            .find(|span| span.contains(' '))
            .expect("chosen so");
        Query {
            text: sentence.text.replacen(span, &label.text, 1),
            needs: label.needs,
        }
    });
    Set {
        name: "labels in job posts",
        importance: 2.0,
        target: Target::Skills,
        queries: queries.collect(),
        note: "SkillSpan sentences, a marked span replaced by an ESCO label that is held out; other skills of the sentence count as wrong".into(),
    }
}

fn skills_of_titles(wanted: Part) -> Set {
    let mut queries = BTreeMap::<&str, Vec<Vec<usize>>>::new();
    let mut shared = BTreeSet::new();
    for occupation in &esco::taxonomy().occupations {
        for &title in &occupation.alternatives {
            let needs = occupation.essential.iter().map(|&row| vec![row]).collect();
            if part(title) == Some(wanted) && queries.insert(title, needs).is_some() {
                shared.insert(title);
            }
        }
    }
    queries.retain(|title, needs| !shared.contains(title) && !needs.is_empty());
    Set {
        name: "skills of a title",
        importance: 0.5,
        target: Target::Skills,
        note: "ESCO titles, held out; what their occupations need".into(),
        queries: queries
            .into_iter()
            .map(|(text, needs)| Query {
                text: text.to_owned(),
                needs,
            })
            .collect(),
    }
}

fn titles(wanted: Part) -> Set {
    let mut queries = BTreeMap::<&str, Vec<usize>>::new();
    for (row, occupation) in onet::occupations().iter().enumerate() {
        for &title in &occupation.reported {
            if part(title) == Some(wanted) {
                queries.entry(title).or_default().push(row);
            }
        }
    }
    Set {
        name: "reported titles",
        importance: 1.0,
        target: Target::Onet,
        note: "O*NET reported titles, held out everywhere; their occupation".into(),
        queries: queries
            .into_iter()
            .map(|(text, rows)| Query {
                text: text.to_owned(),
                needs: vec![rows],
            })
            .collect(),
    }
}

fn tasks(wanted: Part) -> Set {
    let mut queries = BTreeMap::<&str, Vec<usize>>::new();
    for (row, occupation) in onet::occupations().iter().enumerate() {
        for &task in &occupation.tasks {
            if part(task) == Some(wanted) {
                queries.entry(task).or_default().push(row);
            }
        }
    }
    Set {
        name: "tasks",
        importance: 1.0,
        target: Target::Onet,
        note: "O*NET task statements, held out; their occupation".into(),
        queries: queries
            .into_iter()
            .map(|(text, rows)| Query {
                text: text.to_owned(),
                needs: vec![rows],
            })
            .collect(),
    }
}
