//! `muster search`: odd texts, every option, and values that are none.

use std::sync::LazyLock;

use crate::desk::Desk;

/// Three people in an index, and a campaign file; nothing here changes them.
static DESK: LazyLock<Desk> = LazyLock::new(|| {
    let desk = Desk::new();
    desk.write(
        "people.jsonl",
        r#"{"id":"ana","headline":"Code review in Python","country":"DE","skills":[{"skill":"python","level":4}],"languages":[{"tag":"de","cefr":"native"}],"credentials":[{"kind":"phd","status":"verified"}],"assessments":[{"task_type":"review","score":800,"taken_on":"2026-12-01"}],"years":9,"rate":{"min_cents":9000,"currency":"USD"},"availability":{"weekly_hours":20},"tags":["senior"]}
{"id":"bo","headline":"Java \u001b[31mand\u0007 reviews of code","country":"US","rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":5}}
{"id":"cy","bio":"日本語 teacher","years":1,"rate":{"min_cents":2000,"currency":"USD"},"availability":{"weekly_hours":40}}
"#,
    );
    desk.muster("import people.jsonl --pool pool.jsonl").ends(0);
    desk.muster("index pool.jsonl --out index").ends(0);
    desk.write("campaigns.json", crate::plan::CAMPAIGNS);
    desk
});

fn args<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["search", "--index", "index"], more].concat()
}

/// The ids found, as one word each.
fn found(more: &[&str]) -> String {
    let said = DESK.run(&[args(more), vec!["--json"]].concat(), b"");
    assert_eq!(said.err, "");
    let found = said.json();
    let hits = found["hits"].as_array().unwrap().iter();
    let ids: Vec<&str> = hits
        .map(|hit| hit["profile"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(
        said.code,
        Some(if ids.is_empty() { 1 } else { 0 }),
        "{more:?}"
    );
    ids.join(" ")
}

#[test]
fn every_text_has_a_meaning() {
    let long = "python ".repeat(1_500);
    for (text, ids) in [
        ("python", "ana"),
        ("PYTHON", "ana"),
        ("review", "ana bo"),
        ("\"code review\"", "ana"),
        ("\u{201c}code review\u{201d}", "ana"),
        ("-python", "bo cy"),
        ("review -java", "ana"),
        ("review -\"code review\"", "bo"),
        ("-python -java -teacher", ""),
        ("\"open quote python", "ana"),
        ("(python) AND:OR*~^", "ana"),
        ("nobodyhasthis", ""),
        ("", "ana bo cy"),
        ("   ", "ana bo cy"),
        ("\"\"", "ana bo cy"),
        ("-", "ana bo cy"),
        ("python\u{1}\u{1b}", "ana"),
        (&long, "ana"),
    ] {
        assert_eq!(found(&[text]), ids, "{text:?}");
    }
}

#[test]
fn every_option_finds_whom_it_should() {
    for (options, ids) in [
        (["--skill", "python"], "ana"),
        (["--skill", "python>=4"], "ana"),
        (["--skill", "python>=5"], ""),
        (["--skill", "local:nope"], ""),
        (["--language", "de>=C1"], "ana"),
        (["--language", "fr"], ""),
        (["--country", "DE,US"], "ana bo"),
        (["--assessment", "review>=700"], "ana"),
        (["--assessment", "review>=801"], ""),
        (["--credential", "phd"], "ana"),
        (["--tag", "senior"], "ana"),
        (["--max-rate", "2000"], "cy"),
        (["--max-rate", "1999"], ""),
        (["--max-rate", "0"], ""),
        (["--min-hours", "41"], ""),
        (
            ["--where", r#"{"none": [{"rate_at_most_cents": 0}]}"#],
            "ana bo cy",
        ),
        (["--min-hours", "20"], "ana cy"),
        (["--min-years", "1"], "ana cy"),
        (
            ["--where", r#"{"none": [{"country_in": ["DE"]}]}"#],
            "bo cy",
        ),
        (["--where", r#"{"skill": "python", "level": 4}"#], "ana"),
        (["--where", r#"{"any": []}"#], ""),
        (["--week", "2027-01-04"], "ana bo cy"),
        (["--limit", "1"], "ana"),
    ] {
        assert_eq!(found(&options), ids, "{options:?}");
    }
    assert_eq!(found(&["--currency", "EUR", "--max-rate", "9000"]), "bo");
}

#[test]
fn values_that_are_none_are_named_with_their_option() {
    for (options, fragment) in [
        (
            ["--skill", "python>=9"],
            "--skill \"python>=9\": found 9, expected an integer from 1 to 5",
        ),
        (
            ["--skill", "python>=x"],
            "--skill \"python>=x\": found \"x\", expected an integer from 1 to 5",
        ),
        (
            ["--skill", "python>="],
            "--skill \"python>=\": found \"\", expected an integer from 1 to 5",
        ),
        (
            ["--skill", "flying"],
            "--skill \"flying\": found \"flying\", expected a skill",
        ),
        (
            ["--skill", ""],
            "--skill \"\": found \"\", expected a skill",
        ),
        (
            ["--skill", "esco:x"],
            "--skill \"esco:x\": found \"esco:x\", expected a skill",
        ),
        (
            ["--language", "x y"],
            "--language \"x y\": found \"x y\", expected a language tag",
        ),
        (
            ["--language", "de>=Z9"],
            "found \"Z9\", expected one of A1, A2, B1",
        ),
        (
            ["--country", "DE,de"],
            "--country \"DE,de\": found \"de\", expected a country",
        ),
        (
            ["--assessment", "dancing"],
            "found \"dancing\", expected one of preference_ranking",
        ),
        (
            ["--assessment", "review>=1001"],
            "found 1001, expected an integer from 0 to 1000",
        ),
        (
            ["--assessment", "review>=-1"],
            "found -1, expected an integer from 0 to 1000",
        ),
        (
            ["--credential", "a b"],
            "--credential \"a b\": found \"a b\", expected an id",
        ),
        (
            ["--tag", "a b"],
            "--tag \"a b\": found \"a b\", expected an id",
        ),
        (["--max-rate", "-5"], "-5 is not in 0..=1000000"),
        (["--max-rate", "1000001"], "1000001 is not in 0..=1000000"),
        (
            ["--max-rate", "1.5"],
            "invalid value '1.5' for '--max-rate <CENTS>'",
        ),
        (["--min-hours", "169"], "169 is not in 0..=168"),
        (
            ["--min-years", "NaN"],
            "invalid value 'NaN' for '--min-years <YEARS>'",
        ),
        (
            ["--currency", "eur"],
            "--currency \"eur\": expected a currency",
        ),
        (
            ["--week", "2027-01-05"],
            "found a Tuesday, expected a Monday",
        ),
        (["--week", "yesterday"], "expected a date as YYYY-MM-DD"),
        (
            ["--limit", "-1"],
            "invalid value '-1' for '--limit <LIMIT>'",
        ),
        (
            ["--where", ""],
            "--where: broken JSON: EOF while parsing a value",
        ),
        (
            ["--where", "{"],
            "--where: broken JSON: EOF while parsing an object",
        ),
        (
            ["--where", "{\"foo\": 1}"],
            "found an object with \"foo\", expected an object with one of the keys",
        ),
        (
            ["--where", "{\"use\": \"x\"}"],
            "/use: found \"x\", expected the name of a requirement",
        ),
        (["--role", "a/r"], "--campaigns <FILE>"),
        (["--campaigns", "campaigns.json"], "--role <ROLE>"),
        (["--near", "3"], "--role <ROLE>"),
        (
            ["--nope", "--json"],
            "there is no such option; to exclude a word, write one hyphen",
        ),
    ] {
        DESK.refused_args(&args(&options), 2, fragment);
    }
}

#[test]
fn people_are_found_for_a_role_and_those_who_are_nearly_eligible() {
    let role = ["--campaigns", "campaigns.json", "--role", "a/r"];
    let said = DESK.run(&args(&role), b"").ends(0);
    said.says("2 people found, 2 shown");
    let near = [role.as_slice(), &["--near", "5"]].concat();
    let said = DESK.run(&args(&near), b"").ends(0);
    said.says("kept off by one reason").says("CURRENCY_UNKNOWN");
    for (more, fragment) in [
        (
            ["--skill", "python"],
            "cannot be used with '--skill <SKILL[>=LEVEL]>'",
        ),
        (
            ["--currency", "EUR"],
            "cannot be used with '--currency <CURRENCY>'",
        ),
        (
            ["--country", "DE"],
            "cannot be used with '--country <CODES>'",
        ),
    ] {
        DESK.refused_args(&args(&[role.as_slice(), &more].concat()), 2, fragment);
    }
    let nobody = ["--campaigns", "campaigns.json", "--role", "a/x"];
    let fragment = "campaigns.json has no role \"a/x\"; its roles are a/r";
    DESK.refused_args(&args(&nobody), 2, fragment);
}

#[test]
fn headlines_cannot_steer_a_terminal() {
    let said = DESK.run(&args(&["java"]), b"").ends(0);
    said.says("1 person found, 1 shown")
        .says("Java \u{fffd}[31mand\u{fffd} reviews");
}
