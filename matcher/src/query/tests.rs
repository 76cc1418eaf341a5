//! What texts mean, what is said of those that mean nothing, and that trees survive being written.

use proptest::prelude::*;

use super::*;
use crate::json::{self, Faults, Path};
use crate::model::requirement::Named;

const CARDIOLOGY: &str = "esco:00000000-0000-0000-0000-000000000001";

fn skills(name: &str) -> Result<SkillId, String> {
    match name {
        "cardiology" | "python (computer programming)" => Ok(SkillId::new(CARDIOLOGY).unwrap()),
        _ => Err("a skill by its id or label".to_owned()),
    }
}

fn parsed(text: &str) -> Parsed {
    parse(text, &skills).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// The requirement tree of a campaign file.
fn tree(text: &str) -> Requirement {
    let mut faults = Faults::default();
    let json = json::parse(text.as_bytes()).unwrap();
    Requirement::read(json, &Path::ROOT, &Named::new(), &mut faults).expect(text)
}

#[test]
fn conditions_are_leaves_of_campaign_files() {
    let skill = format!(r#"{{"skill": "{CARDIOLOGY}", "level": 4}}"#);
    let about =
        format!(r#"{{"assessment": "rubric_writing", "skill": "{CARDIOLOGY}", "score": 800}}"#);
    let examples = [
        ("skill:cardiology>=4", skill.as_str()),
        ("SKILL:\"cardiology\">=4", &skill),
        (&format!("skill:{CARDIOLOGY}>=4"), &skill),
        ("skill:\"python (computer programming)\">=4", &skill),
        ("lang:de>=c1", r#"{"language": "de", "cefr": "C1"}"#),
        ("lang:pt-BR", r#"{"language": "pt-BR", "cefr": "A1"}"#),
        ("country:in,PK", r#"{"country_in": ["IN", "PK"]}"#),
        ("country!=US", r#"{"country_not_in": ["US"]}"#),
        ("authorised:US", r#"{"work_authorisation": "US"}"#),
        ("rate<=90", r#"{"rate_at_most_cents": 9000}"#),
        ("rate<=90.5", r#"{"rate_at_most_cents": 9050}"#),
        ("hours>=20", r#"{"hours_at_least": 20}"#),
        ("years>=5", r#"{"years_at_least": 5}"#),
        ("sensitive>=10h", r#"{"sensitive_hours_at_least": 10}"#),
        (
            "credential:licence@de",
            r#"{"credential": "licence", "jurisdiction": "DE"}"#,
        ),
        ("tag:newcomer", r#"{"tag": "newcomer"}"#),
        ("consent:nda", r#"{"consent": "nda"}"#),
        ("employer!=acme", r#"{"not_employed_by": "acme"}"#),
        ("cooloff:acme>=12w", r#"{"cool_off": "acme", "weeks": 12}"#),
        (
            "assessed:rubric-writing>=0.8",
            r#"{"assessment": "rubric_writing", "score": 800}"#,
        ),
        (
            "assessed:rubric_writing>=80%",
            r#"{"assessment": "rubric_writing", "score": 800}"#,
        ),
        ("assessed:rubric_writing@cardiology>=800", &about),
        (
            "overlap:22:00-02:30@Europe/Berlin>=2h",
            r#"{"overlap": {"time_zone": "Europe/Berlin", "start": "22:00", "end": "02:30"}, "hours": 2}"#,
        ),
        (
            "hours>=1 OR (years>=2 AND NOT tag:x) OR 2 of (tag:a, tag:b, NOT (tag:c OR tag:d))",
            r#"{"any": [{"hours_at_least": 1},
                {"all": [{"years_at_least": 2}, {"none": [{"tag": "x"}]}]},
                {"at_least": 2, "of": [{"tag": "a"}, {"tag": "b"}, {"none": [{"tag": "c"}, {"tag": "d"}]}]}]}"#,
        ),
        (
            "tag:a tag:b OR tag:c",
            r#"{"any": [{"all": [{"tag": "a"}, {"tag": "b"}]}, {"tag": "c"}]}"#,
        ),
    ];
    for (text, wanted) in examples {
        assert_eq!(
            parsed(text).query.requirement(),
            Some(tree(wanted)),
            "{text}"
        );
    }
}

fn word(text: &str, form: Form) -> Word {
    Word {
        text: text.to_owned(),
        form,
        section: None,
    }
}

#[test]
fn bare_words_rank_together_and_the_rest_must_hold() {
    let Parsed { query, weeks } =
        parsed("heart lang:de doctor -\"team lead\" cardio* electrophysiologie~");
    let words = vec![
        word("heart", Form::Word),
        word("doctor", Form::Word),
        word("cardio", Form::Prefix),
        word("electrophysiologie", Form::Typos),
    ];
    let lead = Query::Words(vec![word("team lead", Form::Phrase)]);
    let german = Query::Leaf(Leaf::Language {
        tag: crate::model::words::LanguageTag::new("de").unwrap(),
        cefr: crate::model::words::Cefr::A1,
    });
    assert_eq!(
        query,
        Query::All(vec![
            Query::Words(words.clone()),
            german,
            Query::None(vec![lead])
        ])
    );
    assert_eq!(query.wanted(), words.iter().collect::<Vec<_>>());
    assert_eq!(weeks, None);
    assert_eq!(parsed(" ").query, Query::All(Vec::new()));
}

#[test]
fn and_asks_for_a_word_of_each_side() {
    let side = |text: &str| Query::Words(vec![word(text, Form::Word)]);
    assert_eq!(
        parsed("python AND rust").query,
        Query::All(vec![side("python"), side("rust")])
    );
    assert_eq!(
        parsed("python|rust").query,
        Query::Any(vec![side("python"), side("rust")])
    );
}

#[test]
fn words_of_texts_need_no_quotation_marks() {
    for text in [
        "c++",
        "R&D",
        "c#",
        "follow-up",
        "Wanted:",
        "https://example.org/a=b",
        "3",
        "3 of",
        "and",
        "node.js",
    ] {
        let words: Vec<Word> = text.split(' ').map(|text| word(text, Form::Word)).collect();
        assert_eq!(parsed(text).query, Query::Words(words), "{text}");
    }
    let headline = Word {
        section: Some(Section::Headline),
        ..word("chief nurse", Form::Phrase)
    };
    assert_eq!(
        parsed("headline:“chief nurse”").query,
        Query::Words(vec![headline])
    );
}

#[test]
fn weeks_belong_to_the_whole_search() {
    let Parsed { query, weeks } = parsed("nurse free:2027-W03..2027-W15>=20h");
    let weeks = weeks.unwrap();
    assert_eq!(
        (weeks.monday.to_string().as_str(), weeks.weeks),
        ("2027-01-18", 13)
    );
    let (requirement, text) = query.role().unwrap();
    assert_eq!(
        requirement,
        Requirement::All(vec![tree(r#"{"hours_at_least": 20}"#)])
    );
    assert_eq!(text, "nurse");
    assert_eq!(
        parsed("free:2026-W53>=1h")
            .weeks
            .unwrap()
            .monday
            .to_string(),
        "2026-12-28"
    );
    assert_eq!(
        parsed("free:2027-01-18..2027-01-25>=1h")
            .weeks
            .unwrap()
            .weeks,
        2
    );
}

#[test]
fn a_role_is_no_query_of_words_under_or() {
    assert_eq!(parsed("nurse OR tag:a").query.role(), None);
    assert_eq!(parsed("-nurse tag:a").query.role(), None);
}

#[test]
fn what_is_not_understood_is_named_with_its_place() {
    let examples = [
        ("heart (doctor", 7, "a parenthesis that is not closed"),
        ("heart) doctor", 6, ")"),
        ("a AND", 6, "nothing"),
        ("OR a", 1, "nothing"),
        ("NOT", 1, "NOT with nothing behind it"),
        ("NOT OR a", 5, "OR"),
        ("\"heart", 1, "a quotation mark that is not closed"),
        ("langauge:de", 1, "the field \"langauge\""),
        ("skill:>=3", 7, "nothing"),
        ("skill:cooking", 7, "\"cooking\""),
        ("skill:cardiology>=6", 19, "\"6\""),
        ("skill:cardiology<=4", 17, "\"<=\""),
        ("ärzte lang:de>=X1", 16, "\"X1\""),
        ("country:INN", 9, "\"INN\""),
        ("rate<=90.505", 7, "\"90.505\""),
        ("rate>=90", 5, "\">=\""),
        ("rate<=99999999999999999999", 7, "\"99999999999999999999\""),
        ("hours>=169", 8, "\"169\""),
        ("hours:20", 7, "\"20\""),
        ("assessed:cooking>=1", 10, "\"cooking\""),
        ("assessed:review>=1.5", 18, "\"1.5\""),
        ("assessed:review", 16, "nothing"),
        ("tag:gender:f", 1, "the tag gender:f"),
        ("employer:acme", 1, "employer:"),
        ("overlap:15:00-21:00>=4h", 9, "no time zone"),
        ("overlap:25:00-21:00@UTC>=4h", 9, "\"25:00-21:00\""),
        ("free:2027-W54>=20h", 6, "\"2027-W54\""),
        ("free:2027-01-19>=20h", 6, "\"2027-01-19\""),
        ("free:2027-W05..2027-W03>=20h", 6, "-1 weeks"),
        ("free:2027-W03>=2h OR a", 1, "weeks under OR, NOT or `N of`"),
        ("-free:2027-W03>=2h", 2, "weeks under OR, NOT or `N of`"),
        ("free:2027-W03>=2h free:2027-W04>=2h", 19, "weeks once more"),
        ("9999999 of (a)", 1, "9999999"),
        ("(a, b)", 3, "a comma"),
        ("a*b *", 5, "\"*\""),
    ];
    for (text, character, found) in examples {
        let error = parse(text, &skills).expect_err(text);
        let fault = &error.faults[0];
        let place = text[..fault.at.start].chars().count() + 1;
        assert_eq!(
            (place, fault.found.as_str()),
            (character, found),
            "{text}: {error}"
        );
    }
    let error = parse("lang:x1 rate<=a", &skills).unwrap_err();
    assert_eq!(error.faults.len(), 2, "every fault is named: {error}");
}

#[test]
fn texts_have_a_longest_length_and_a_greatest_depth() {
    for text in [
        "(".repeat(50),
        "-".repeat(50) + "a",
        "NOT ".repeat(3_000 / 4) + "a",
    ] {
        assert!(
            parse(&text, &skills)
                .unwrap_err()
                .to_string()
                .contains("32"),
            "{text}"
        );
    }
    let error = parse(&"a ".repeat(2_001), &skills).unwrap_err();
    assert_eq!(
        error.to_string(),
        "character 4001: found a text of 4002 characters, expected at most 4000"
    );
}

fn leaf() -> impl Strategy<Value = String> {
    let id = prop::sample::select(vec![
        "a", "b:c", "d@e", "é(", "f\"g\\", "h>=2", "OR", ",", "-",
    ]);
    let id = id.prop_map(|id| serde_json::to_string(id).unwrap());
    prop_oneof![
        (1..6).prop_map(|level| format!(r#"{{"skill": "{CARDIOLOGY}", "level": {level}}}"#)),
        id.clone()
            .prop_map(|id| format!(r#"{{"credential": {id}}}"#)),
        id.clone()
            .prop_map(|id| format!(r#"{{"credential": {id}, "jurisdiction": "DE"}}"#)),
        id.clone().prop_map(|id| format!(r#"{{"tag": {id}}}"#)),
        id.clone().prop_map(|id| format!(r#"{{"consent": {id}}}"#)),
        id.clone()
            .prop_map(|id| format!(r#"{{"not_employed_by": {id}}}"#)),
        id.prop_map(|id| format!(r#"{{"cool_off": {id}, "weeks": 3}}"#)),
        (0..1001).prop_map(|score| format!(r#"{{"assessment": "review", "score": {score}}}"#)),
        (0..1_000_001).prop_map(|cents| format!(r#"{{"rate_at_most_cents": {cents}}}"#)),
        (0..169).prop_map(|hours| format!(r#"{{"hours_at_least": {hours}}}"#)),
        Just(r#"{"years_at_least": 1000000}"#.to_owned()),
        Just(r#"{"sensitive_hours_at_least": 168}"#.to_owned()),
        Just(r#"{"language": "zh-Hant-TW", "cefr": "native"}"#.to_owned()),
        Just(r#"{"country_in": []}"#.to_owned()),
        Just(r#"{"country_not_in": ["DE", "AT"]}"#.to_owned()),
        Just(r#"{"work_authorisation": "US"}"#.to_owned()),
        Just(
            r#"{"overlap": {"time_zone": "America/Argentina/Buenos_Aires", "start": "22:00",
                "end": "02:30"}, "hours": 2}"#
                .to_owned()
        ),
    ]
}

fn any_tree() -> impl Strategy<Value = Requirement> {
    let tree = leaf().prop_recursive(4, 30, 4, |inner| {
        let nodes = prop::collection::vec(inner, 0..4).prop_map(|nodes| nodes.join(", "));
        let kind = prop::sample::select(vec!["all", "any", "none"]);
        prop_oneof![
            (kind, nodes.clone()).prop_map(|(kind, nodes)| format!(r#"{{"{kind}": [{nodes}]}}"#)),
            (0..4, nodes).prop_map(|(k, nodes)| format!(r#"{{"at_least": {k}, "of": [{nodes}]}}"#)),
        ]
    });
    tree.prop_map(|text| self::tree(&text))
}

/// The tree with lists of one node replaced by the node, `none` of an `any` by `none` of its nodes, and
/// everybody and nobody each said in one way.
fn plain(requirement: &Requirement) -> Requirement {
    let each = |nodes: &[Requirement]| nodes.iter().map(plain).collect::<Vec<_>>();
    let nobody = || Requirement::None(vec![Requirement::All(Vec::new())]);
    match requirement {
        Requirement::Leaf(_) => requirement.clone(),
        Requirement::Any(nodes) if nodes.is_empty() => nobody(),
        Requirement::All(nodes) | Requirement::Any(nodes) if nodes.len() == 1 => plain(&nodes[0]),
        Requirement::All(nodes) => Requirement::All(each(nodes)),
        Requirement::Any(nodes) => Requirement::Any(each(nodes)),
        Requirement::None(nodes) if nodes.is_empty() => Requirement::All(Vec::new()),
        Requirement::None(nodes) => match &*each(nodes) {
            [Requirement::Any(nodes)] => Requirement::None(nodes.clone()),
            nodes => Requirement::None(nodes.to_vec()),
        },
        Requirement::AtLeast { k, of } => Requirement::AtLeast {
            k: *k,
            of: each(of),
        },
    }
}

proptest! {
    #[test]
    fn requirements_survive_being_written(tree in any_tree()) {
        let text = text_of(&tree);
        let read = parse(&text, &skills).map_err(|error| TestCaseError::fail(format!("{text}\n{error}")))?;
        prop_assert_eq!(read.query.requirement().map(|read| plain(&read)), Some(plain(&tree)), "{}", text);
    }

    #[test]
    fn requirements_survive_being_written_as_json(tree in any_tree()) {
        let text = serde_json::to_string(&tree).unwrap();
        prop_assert_eq!(self::tree(&text), tree);
    }

    #[test]
    fn every_text_is_read_or_refused(text in r#"([a-c0-9é"“()|&,:<>=!@.*~\\-]| |AND|OR|NOT|of|skill:|free:|2027-W03){0,40}"#) {
        match parse(&text, &skills) {
            Err(error) => prop_assert!(error.faults.iter().all(|fault| text.get(fault.at.clone()).is_some()), "{error}"),
            Ok(parsed) => {
                let written = parsed.query.to_string();
                let read = parse(&written, &skills);
                prop_assert!(read.is_ok(), "{text}\n{written}\n{read:?}");
            }
        }
    }
}
