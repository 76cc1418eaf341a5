//! Which of two people knows a subject better, from their documents.
//!
//! The subject is an O*NET occupation by its title and description. One person has three documents on it,
//! each one of its tasks, among six of other occupations; the other has twelve of the tasks of another
//! occupation of the same minor group, and six of others. Which occupation a task belongs to is O*NET's word.

use muster_datasets::onet::{self, Occupation};
use muster_datasets::skills::held_out::hash;
use muster_text::bm25::Bm25Builder;
use muster_text::expertise::{Corpus, Document, Vector, evidence};
use muster_text::words::Vocabulary;

/// For every pair of people, whether the one who knows is ahead: 1, or ½ where both are level.
pub struct Outcome {
    pub plain: f64,
    pub ours: f64,
}

struct Case<'o> {
    subject: &'o Occupation,
    knows: Vec<&'static str>,
    other: Vec<&'static str>,
}

pub fn outcomes(most: usize) -> Vec<Outcome> {
    let occupations = onet::occupations();
    let cases: Vec<Case<'_>> =
        occupations.iter().filter_map(|subject| case(subject, &occupations)).take(most).collect();

    let mut vocabulary = Vocabulary::default();
    let mut people = Bm25Builder::default();
    for documents in cases.iter().flat_map(|case| [&case.knows, &case.other]) {
        people.add(&[(&vocabulary.learn(&documents.join(" ")), 1.0)]);
    }
    let people = people.finish();

    let document = |text| Document { title: "", text };
    let all = cases.iter().flat_map(|case| case.knows.iter().chain(&case.other));
    let corpus = Corpus::of(all.map(|text| document(text)));
    cases
        .iter()
        .enumerate()
        .map(|(number, case)| {
            let text = format!("{} {}", case.subject.title, case.subject.description);
            let query: Vec<_> = vocabulary.learn(&text).into_iter().map(|word| (word, 1.0)).collect();
            let scores = people.scores(&query);
            let subject = corpus.vector(Document {
                title: case.subject.title,
                text: case.subject.description,
            });
            let points = |documents: &[&str]| {
                let vectors: Vec<Vector> = documents.iter().map(|text| corpus.vector(document(text))).collect();
                evidence(&subject, &vectors).points
            };
            Outcome {
                plain: is_ahead(f64::from(scores[2 * number]), f64::from(scores[2 * number + 1])),
                ours: is_ahead(f64::from(points(&case.knows)), f64::from(points(&case.other))),
            }
        })
        .collect()
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

fn case<'o>(subject: &'o Occupation, occupations: &'o [Occupation]) -> Option<Case<'o>> {
    let minor_group = &subject.code[..4];
    let is_rival = |o: &&Occupation| {
        o.code.starts_with(minor_group) && o.code != subject.code && o.tasks.len() >= 12
    };
    let rival = occupations.iter().filter(is_rival).min_by_key(|o| hash(&format!("{}{}", subject.code, o.code)))?;
    if subject.tasks.len() < 3 {
        return None;
    }
    let by_chance = |occupation: &Occupation, n: usize, seed: &str| {
        let mut tasks = occupation.tasks.clone();
        tasks.sort_by_key(|task| hash(&format!("{seed}{task}")));
        tasks.truncate(n);
        tasks
    };
    let others = |seed: &str| -> Vec<&'static str> {
        (0..6)
            .filter_map(|n| {
                let hash = usize::try_from(hash(&format!("{seed}{n}{}", subject.code))).ok()?;
                let other = &occupations[hash % occupations.len()];
                let is_apart = other.code[..2] != subject.code[..2];
                by_chance(other, 1, seed).first().copied().filter(|_| is_apart)
            })
            .collect()
    };
    let mut knows = by_chance(subject, 3, "knows");
    knows.extend(others("knows"));
    let mut other = by_chance(rival, 12, "other");
    other.extend(others("other"));
    Some(Case {
        subject,
        knows,
        other,
    })
}
