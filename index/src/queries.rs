//! Queries by example: whom words, phrases, beginnings and typos find, and in which order.

use muster_matcher::model::{Count, Points};

use crate::laws::{index, words};
use crate::testing::profile;
use crate::{Pool, Search};

pub(crate) fn found(pool: &Pool, text: &str) -> Vec<String> {
    let found = pool.search(&words(text)).unwrap();
    let ids = found.hits.iter().map(|hit| hit.profile.id.to_string());
    ids.collect()
}

#[test]
fn people_are_found_by_words_phrases_and_exclusions() {
    let (pool, _dir) = index(&[
        profile("c", "Code reviewer", "Reviews Python code."),
        profile("b", "Python engineer", "Head of the data team."),
        profile("a", "Translator", "Reviews translations; no code at all."),
    ]);
    assert_eq!(found(&pool, "python code review"), ["c", "a", "b"]);
    assert_eq!(found(&pool, "\"reviews translation\""), ["a"]);
    assert_eq!(
        found(&pool, "\"head of data\""),
        [""; 0],
        "a word is missing between"
    );
    assert_eq!(found(&pool, "\"head of the data\""), ["b"]);
    assert_eq!(found(&pool, "python -engineer"), ["c"]);
    assert_eq!(found(&pool, "-python -\"translations\""), [""; 0]);
    assert_eq!(found(&pool, "-engineer"), ["a", "c"], "ties go by id");
    assert_eq!(found(&pool, ""), ["a", "b", "c"]);
    assert_eq!(found(&pool, "zebra"), [""; 0]);
}

#[test]
fn words_and_conditions_stand_under_or_and_not() {
    let mut pool = [
        profile("a", "Python engineer", "Rust too."),
        profile("b", "Nurse", "Intensive care."),
        profile("c", "Head nurse", "Python on weekends."),
    ];
    pool[1].years = Count::new(9);
    let (pool, _dir) = index(&pool);
    assert_eq!(found(&pool, "python AND nurse"), ["c"]);
    assert_eq!(found(&pool, "rust OR years>=5"), ["a", "b"]);
    assert_eq!(found(&pool, "python NOT (rust OR years>=5)"), ["c"]);
    let mut two = found(&pool, "2 of (python, nurse, rust)");
    two.sort();
    assert_eq!(two, ["a", "c"]);
    assert_eq!(found(&pool, "headline:python"), ["a"]);
    assert_eq!(
        found(&pool, "rust -the NOT \"of the\""),
        ["a"],
        "common words ask for nothing"
    );
    assert_eq!(found(&pool, "the OR rust"), ["a"]);
    assert_eq!(found(&pool, "-!!!").len(), 3);
    assert_eq!(
        found(&pool, "bio:\"python on weekends\" OR rust"),
        ["c", "a"]
    );
}

#[test]
fn people_without_points_are_on_the_page_where_their_id_puts_them() {
    // A word that all but the first have tells nothing: they have it, and no points.
    let people = (0..1_000).map(|n| {
        let headline = match n {
            0 => "",
            999 => "zebra reviewer",
            _ => "reviewer",
        };
        profile(&format!("e{n:03}"), headline, "")
    });
    let (pool, _dir) = index(&people.collect::<Vec<_>>());
    for limit in [1, 4, 20, 70, 200] {
        let search = Search {
            about: Some("reviewer zebra".to_owned()),
            limit,
            ..words("")
        };
        let found = pool.search(&search).unwrap();
        let mut all: Vec<_> = pool
            .search(&Search {
                limit: usize::MAX,
                ..search
            })
            .unwrap()
            .hits
            .iter()
            .map(|hit| (std::cmp::Reverse(hit.points), hit.profile.id.clone()))
            .collect();
        all.sort();
        let first: Vec<_> = found
            .hits
            .iter()
            .map(|hit| (std::cmp::Reverse(hit.points), hit.profile.id.clone()))
            .collect();
        assert_eq!(first, all[..limit]);
        let n_without = all
            .iter()
            .filter(|(points, _)| points.0 == Points::default())
            .count();
        assert!(n_without > 900, "{n_without}");
    }
}

#[test]
fn a_beginning_finds_all_its_completions_however_many_they_are() {
    let people = (0..80).map(|n| {
        let letters = [n / 10, n % 10].map(|n| char::from(b'a' + n));
        profile(
            &format!("e{n}"),
            &format!("zo{}{}", letters[0], letters[1]),
            "",
        )
    });
    let (pool, _dir) = index(&people.collect::<Vec<_>>());
    for text in ["zo*", "zo* hours>=1"] {
        let search = Search {
            limit: usize::MAX,
            ..words(text)
        };
        assert_eq!(pool.search(&search).unwrap().total, 80, "{text}");
    }
}

#[test]
fn beginnings_and_typos_are_found_behind_what_was_meant() {
    let (pool, _dir) = index(&[
        profile("a", "Cardiology", ""),
        profile("b", "Cardiologist", ""),
        profile("c", "Radiologist", ""),
        profile("d", "Cardigan knitter", ""),
    ]);
    assert_eq!(found(&pool, "cardiol*"), ["a", "b"]);
    assert_eq!(found(&pool, "cardiologi*"), ["a", "b"]);
    assert_eq!(
        found(&pool, "cardi*"),
        ["a", "b", "d"],
        "all completions are one word; the longer headline last"
    );
    assert_eq!(
        found(&pool, "cardiolgist"),
        ["a", "b"],
        "nobody wrote it so"
    );
    assert_eq!(
        found(&pool, "radiologist~"),
        ["c", "a", "b"],
        "the word itself comes first"
    );
    assert_eq!(
        found(&pool, "-cardiolgist"),
        ["a", "b", "c", "d"],
        "only what was typed is left out"
    );
    assert_eq!(found(&pool, "xyzzy"), [""; 0]);
}
