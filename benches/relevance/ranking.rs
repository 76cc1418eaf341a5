//! Ranks people of labelled pairs: by [`Pool::points`], and by BM25 over each person's documents together.

use muster_index::{Pool, Search, Setting, build};
use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::words::{Currency, TimeZoneName};
use muster_matcher::query::Query;
use muster_text::bm25::Bm25Builder;
use muster_text::words::Vocabulary;
use serde_json::json;

use crate::people::Set;

/// For a pair, whether the right one is ahead: 1, or ½ where both are level.
pub(crate) struct Outcome {
    pub(crate) plain: f64,
    pub(crate) ours: f64,
}

/// Ranks the pairs of a set. Everybody of the set is in one pool.
pub(crate) fn outcomes(set: &Set) -> Vec<Outcome> {
    let mut vocabulary = Vocabulary::default();
    let mut plain = Bm25Builder::default();
    let mut profiles = Vec::new();
    for (number, documents) in set.cases.iter().flat_map(|case| &case.people).enumerate() {
        plain.add(&[(&vocabulary.learn(&documents.join(" ")), 1.0)]);
        profiles.push(profile(number, documents));
    }
    let plain = plain.finish();
    let folder = tempfile::tempdir().expect("there is room for an index");
    let place = folder.path().join("index");
    build(&place, profiles).expect("the profiles are valid");
    let pool = Pool::open(&place).expect("it was just built");
    let search = Search::new(
        Query::All(Vec::new()),
        Setting::new(
            Currency::new("USD").expect("a currency"),
            TimeZoneName::new("UTC").expect("a zone"),
            jiff::civil::date(2027, 1, 4),
            1,
        ),
        usize::MAX,
    );
    let mut first = 0;
    let outcomes = set.cases.iter().map(|case| {
        let own = first;
        first += case.people.len();
        let scores = case.subjects.iter().flat_map(|subject| {
            let search = Search {
                about: Some((*subject).to_owned()),
                ..search.clone()
            };
            let (_, ranked) = pool.points(&search).expect("the index is whole");
            let words = vocabulary.learn(subject);
            let query: Vec<_> = words.into_iter().map(|word| (word, 1.0)).collect();
            let scores = plain.scores(&query);
            let of = |number: usize| {
                let id = id(number);
                let points = ranked.iter().find(|(_, other)| *other == id);
                let points = points.map_or(0, |(points, _)| points.get());
                (f64::from(scores[number]), f64::from(points))
            };
            (own..first).map(of).collect::<Vec<_>>()
        });
        let scores: Vec<(f64, f64)> = scores.collect();
        Outcome {
            plain: is_ahead(scores[0].0, scores[1].0),
            ours: is_ahead(scores[0].1, scores[1].1),
        }
    });
    outcomes.collect()
}

fn id(number: usize) -> String {
    format!("p{number}")
}

fn profile(number: usize, documents: &[String]) -> Profile {
    let documents: Vec<_> = documents
        .iter()
        .map(|text| json!({ "text": text }))
        .collect();
    let json = json!({
        "id": id(number), "rate": {"min_cents": 1, "currency": "USD"},
        "availability": {"weekly_hours": 1}, "documents": documents,
    });
    let tree = parse(json.to_string().as_bytes()).expect("JSON");
    let mut faults = Faults::default();
    Profile::from_json(tree, &Path::ROOT, &mut faults).expect("a profile")
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
