//! Which of two people knows a subject better, from their documents.
//!
//! The subject is an O*NET occupation: its title and description, or four of its tasks. One person has two
//! documents on it, each two further tasks, among six on occupations of other major groups; the other has six
//! documents on another occupation of the same minor group, and six on others. Which occupation a task belongs
//! to is O*NET's word.

use muster_datasets::onet::{self, Occupation};
use muster_datasets::skills::held_out::hash;
use muster_text::bm25::Bm25Builder;
use muster_text::expertise::{Corpus, Document, Vector, evidence};
use muster_text::words::Vocabulary;

/// How a subject is put.
#[derive(Clone, Copy)]
pub(crate) enum Subject {
    /// As title and description.
    Described,
    /// As work like that of the documents.
    Work,
}

/// For a pair of people, whether the one who knows is ahead: 1, or ½ where both are level.
pub(crate) struct Outcome {
    pub(crate) plain: f64,
    pub(crate) ours: f64,
}

struct Case {
    subject: String,
    knows: Vec<String>,
    other: Vec<String>,
}

impl Subject {
    pub(crate) const ALL: [Self; 2] = [Self::Described, Self::Work];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Described => "people, subject described",
            Self::Work => "people, subject as work",
        }
    }
}

pub(crate) fn outcomes(subject: Subject, most: usize) -> Vec<Outcome> {
    let occupations = onet::occupations();
    let found = occupations
        .iter()
        .filter_map(|occupation| case(occupation, subject, &occupations));
    let cases: Vec<Case> = found.take(most).collect();

    let mut vocabulary = Vocabulary::default();
    let mut people = Bm25Builder::default();
    for documents in cases.iter().flat_map(|case| [&case.knows, &case.other]) {
        people.add(&[(&vocabulary.learn(&documents.join(" ")), 1.0)]);
    }
    let people = people.finish();
    let corpus = Corpus::of(
        cases
            .iter()
            .flat_map(|case| case.knows.iter().chain(&case.other))
            .map(|text| document(text)),
    );
    cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            let words = vocabulary.learn(&case.subject);
            let query: Vec<_> = words.into_iter().map(|word| (word, 1.0)).collect();
            let scores = people.scores(&query);
            let subject = corpus.vector(document(&case.subject));
            let points = |documents: &[String]| {
                let vectors: Vec<Vector> = documents
                    .iter()
                    .map(|text| corpus.vector(document(text)))
                    .collect();
                f64::from(evidence(&subject, &vectors).points)
            };
            Outcome {
                plain: is_ahead(
                    f64::from(scores[2 * number]),
                    f64::from(scores[2 * number + 1]),
                ),
                ours: is_ahead(points(&case.knows), points(&case.other)),
            }
        })
        .collect()
}

fn document(text: &str) -> Document<'_> {
    Document { title: "", text }
}

fn is_ahead(one: f64, other: f64) -> f64 {
    if one > other {
        1.0
    } else if one < other {
        0.0
    } else {
        0.5
    }
}

fn case(subject: &Occupation, form: Subject, occupations: &[Occupation]) -> Option<Case> {
    let (major_group, minor_group) = (&subject.code[..2], &subject.code[..4]);
    let is_rival = |o: &&Occupation| {
        o.code.starts_with(minor_group) && o.code != subject.code && o.tasks.len() >= 12
    };
    let rivals = occupations.iter().filter(is_rival);
    let rival = rivals.min_by_key(|o| hash(&format!("{}{}", subject.code, o.code)))?;
    let own = shuffled(subject, "own");
    if own.len() < 8 {
        return None;
    }
    let strangers = |seed: &str| {
        (0..6)
            .filter_map(|n| {
                let hash = usize::try_from(hash(&format!("{seed}{n}{}", subject.code))).ok()?;
                let other = &occupations[hash % occupations.len()];
                let tasks = shuffled(other, seed);
                (&other.code[..2] != major_group && tasks.len() >= 2).then(|| tasks[..2].join(" "))
            })
            .collect::<Vec<_>>()
    };
    let pairs = |tasks: &[&str]| {
        tasks
            .chunks(2)
            .map(|pair| pair.join(" "))
            .collect::<Vec<_>>()
    };
    Some(Case {
        subject: match form {
            Subject::Described => format!("{} {}", subject.title, subject.description),
            Subject::Work => own[..4].join(" "),
        },
        knows: [pairs(&own[4..8]), strangers("knows")].concat(),
        other: [pairs(&shuffled(rival, "rival")[..12]), strangers("other")].concat(),
    })
}

/// The tasks of an occupation in an order by their hashes.
fn shuffled(occupation: &Occupation, seed: &str) -> Vec<&'static str> {
    let mut tasks = occupation.tasks.clone();
    tasks.sort_by_key(|task| hash(&format!("{seed}{task}")));
    tasks
}
