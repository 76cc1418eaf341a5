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
fn words_phrases_and_conditions_find_whom_they_should() {
    let long = "python ".repeat(500);
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
        ("(python) AND revi*", "ana"),
        ("pyhton", "ana"),
        ("skill:python>=4", "ana"),
        ("lang:de>=C1 OR lang:fr", "ana"),
        ("country:DE,US", "ana bo"),
        ("assessed:review>=0.8", "ana"),
        ("credential:phd tag:senior", "ana"),
        ("rate<=20", "cy"),
        ("rate<=19.99", ""),
        ("free:2027-W01..2027-W13>=20h", "ana cy"),
        ("NOT years>=1", "bo"),
        ("2 of (review, python, years>=1)", "ana"),
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
        (
            ["--where", r#"{"none": [{"rate_at_most_cents": 0}]}"#],
            "ana bo cy",
        ),
        (
            ["--where", r#"{"none": [{"country_in": ["DE"]}]}"#],
            "bo cy",
        ),
        (["--where", r#"{"skill": "python", "level": 4}"#], "ana"),
        (["--where", r#"{"any": []}"#], ""),
        (["--week", "2027-01-04"], "ana bo cy"),
        (["--limit", "1"], "ana"),
        (["--all", "years>=1"], "ana cy"),
    ] {
        assert_eq!(found(&options), ids, "{options:?}");
    }
    assert_eq!(found(&["--currency", "EUR", "rate<=90"]), "bo");
}

#[test]
fn values_that_are_none_are_named_with_their_option() {
    for (text, fragment) in [
        (
            "skill:python>=9",
            "character 15: found \"9\", expected a level, 1 to 5",
        ),
        (
            "skill:flying",
            "character 7: found \"flying\", expected a skill as",
        ),
        (
            "de lang:de>=Z9",
            "character 13: found \"Z9\", expected a level: A1, A2",
        ),
        ("rate<=-5", "character 7: found \"-5\", expected an amount"),
        (
            "(python",
            "character 1: found a parenthesis that is not closed",
        ),
        ("\"open quote", "a quotation mark that is not closed"),
        ("langauge:de", "expected one of the fields skill, lang"),
        ("free:2027-W03>=20h OR python", "weeks under OR"),
    ] {
        DESK.refused_args(&args(&[text]), 2, fragment);
    }
    let long = "python ".repeat(1_500);
    DESK.refused_args(&args(&[&long]), 2, "expected at most 4000");
    let twice = ["free:2027-W03>=20h", "--week", "2027-01-18"];
    DESK.refused_args(&args(&twice), 2, "so --week cannot");
    for (options, fragment) in [
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
        (["--plan", "plan.json"], "--problem <FILE>"),
        (["--names", "python"], "--json"),
        (
            ["--facets", "skills"],
            "expected one of skill, level, country",
        ),
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
    said.says("kept away by one condition alone: 1")
        .says("asks for pay in EUR, for which there is no exchange rate");
    for (more, fragment) in [
        (
            ["--currency", "EUR"],
            "cannot be used with '--currency <CURRENCY>'",
        ),
        (
            ["--week", "2027-01-04"],
            "cannot be used with '--week <DATE>'",
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

#[test]
fn a_query_is_a_role_and_a_role_a_query() {
    let translated = |more: &[&str]| {
        let said = DESK.run(&[&["search", "--translate"], more].concat(), b"");
        assert_eq!((said.err.as_str(), said.code), ("", Some(0)), "{more:?}");
        said
    };
    let role = translated(&["code review rate<=90.50 (lang:de>=C1 OR years>=5)"]).json();
    assert_eq!(role["text"], "code review");
    let wanted = serde_json::json!({"all": [{"rate_at_most_cents": 9050},
        {"any": [{"language": "de", "cefr": "C1"}, {"years_at_least": 5}]}]});
    assert_eq!(role["requires"], wanted);
    let role = translated(&["--campaigns", "campaigns.json", "--role", "a/r"]);
    assert_eq!(role.out.trim(), "", "it asks for nothing");
    DESK.write(
        "asks.json",
        crate::plan::CAMPAIGNS.replace(
            "\"hours\": 5",
            "\"hours\": 5, \"requires\": {\"none\": [{\"tag\": \"a(b\"}, {\"skill\": \"python\"}]}",
        ),
    );
    let role = translated(&["--campaigns", "asks.json", "--role", "a/r"]);
    let python = "esco:ccd0a1d9-afda-43d9-b901-96344886e14d";
    assert_eq!(
        role.out.trim(),
        format!("NOT (tag:\"a(b\" OR skill:{python}>=1)")
    );
    DESK.refused_args(&["search", "--translate", "-python"], 2, "no role can");
}

/// Authors with documents in an index of their own.
static AUTHORS: LazyLock<Desk> = LazyLock::new(|| {
    let desk = Desk::new();
    desk.write(
        "people.csv",
        "id,min_rate_cents,currency,weekly_hours,documents,country\n\
         ana,9000,USD,20,\"[{\"\"title\"\":\"\"Valve repair\"\",\"\"text\"\":\"\"Outcomes of surgery of leaking heart valves.\"\"}]\",DE\n\
         bo,4000,USD,20,A history of hospitals and the heart of the town,US\n\
         cy,4000,USD,20,,US\n",
    );
    desk.muster("import people.csv --pool pool.jsonl").ends(0);
    desk.muster("index pool.jsonl --out index").ends(0);
    desk
});

#[test]
fn a_plain_text_ranks_everybody_and_names_their_documents() {
    let text = "Surgery (of the heart): \"valves\" -leaking AND, OR skill:x>=9";
    let said = AUTHORS.run(&args(&["--about", text, "--json"]), b"");
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let found = said.json();
    assert_eq!(found["total"], 3);
    let hits = found["hits"].as_array().unwrap();
    let ids: Vec<&str> = hits
        .iter()
        .map(|hit| hit["profile"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids, ["ana", "bo", "cy"]);
    assert_eq!(hits[0]["documents"][0]["title"], "Valve repair");
    assert!(
        hits[0]["documents"][0]["points"].as_u64().unwrap() > hits[0]["text"].as_u64().unwrap()
    );
    assert_eq!(hits[2]["text"], 0);
    // The same from standard input, with a condition, as text.
    let said = AUTHORS.run(
        &args(&["country:DE,AT", "--about-file", "-"]),
        text.as_bytes(),
    );
    assert!(
        said.out.contains("Valve repair") && said.out.contains("1 person found"),
        "{}",
        said.out
    );
    let said = AUTHORS.run(&args(&["documents:valves"]), b"");
    assert!(said.out.contains("1 person found"), "{}", said.out);
    let long = "x".repeat(100_001);
    let said = AUTHORS.run(&args(&["--about-file", "-"]), long.as_bytes());
    assert!(
        said.code == Some(2) && said.err.contains("100001 characters"),
        "{:?} {}",
        said.code,
        said.err
    );
    // Cut within a character, it is still too long, and nothing else.
    let long = "x".to_owned() + &"é".repeat(250_000);
    let said = AUTHORS.run(&args(&["--about-file", "-"]), long.as_bytes());
    assert!(
        said.code == Some(2) && said.err.contains("at most 100000 characters"),
        "{:?} {}",
        said.code,
        said.err
    );
}

#[test]
fn what_many_texts_cannot_show_is_refused() {
    for option in [&["--near", "3"][..], &["--why"], &["--facets", "country"]] {
        let mut wanted = vec!["--about-lines", "-", "--json"];
        wanted.extend(option);
        let said = AUTHORS.run(&args(&wanted), b"");
        assert_eq!(said.code, Some(2), "{option:?}: {}", said.out);
        assert!(said.err.contains(option[0]), "{}", said.err);
    }
}

#[test]
fn many_texts_are_asked_with_one_opening_of_the_index() {
    let lines = "{\"id\": \"p1\", \"text\": \"leaking valves\"}\n\n{\"id\": \"p2\", \"text\": \"the town\"}\n";
    let said = AUTHORS.run(
        &args(&["country:DE,US", "--about-lines", "-", "--json"]),
        lines.as_bytes(),
    );
    assert_eq!((said.code, said.err.as_str()), (Some(0), ""));
    let answers: Vec<serde_json::Value> = said
        .out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = |answer: &serde_json::Value| answer["hits"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(
        (first(&answers[0]), first(&answers[1])),
        ("ana".to_owned(), "bo".to_owned())
    );
    assert_eq!(
        (&answers[0]["id"], &answers[0]["total"]),
        (&"p1".into(), &3.into())
    );
    assert_eq!(answers[1]["hits"].as_array().unwrap().len(), 3);
    let bad = "{\"id\": \"p1\", \"text\": \"x\"}\n{\"id\": \"p2\", \"texts\": \"x\"}\n";
    let said = AUTHORS.run(&args(&["--about-lines", "-", "--json"]), bad.as_bytes());
    assert!(
        said.code == Some(2) && said.out.is_empty(),
        "{:?} {}",
        said.code,
        said.out
    );
    assert!(
        said.err.contains("line 2") && said.err.contains("/texts"),
        "{}",
        said.err
    );
}

#[test]
fn a_hit_says_why_and_when() {
    let query =
        "skill:python>=4 lang:de>=C1 assessed:review>=0.8 rate<=95 free:2027-W01..2027-W04>=20h";
    let said = DESK.run(&args(&[query, "--why"]), b"").ends(0);
    said.says("ana   free hours ▄▄▄▄")
        .says("✓ de at C1 or above: de at native")
        .says("review: 800 points (700 – 900), taken 2026-12-01")
        .says("✓ asks for at most 9500 cents an hour: asks for 90 USD an hour")
        .says("Python (computer programming) at level 4");
    let json = DESK.run(&args(&[query, "--json"]), b"").ends(0).json();
    let hit = &json["hits"][0];
    assert_eq!(hit["hours"], serde_json::json!([20, 20, 20, 20]));
    let clauses = hit["evidence"].as_array().unwrap();
    assert_eq!(clauses.len(), 5, "{clauses:#?}");
    assert!(clauses.iter().all(|clause| clause["holds"] == true));
    assert_eq!(clauses[2]["by"]["assessment"]["low"], 700);
}

#[test]
fn groups_are_represented_and_the_skew_is_told() {
    let args_of = |groups| {
        args(&[
            "years>=0 OR rate<=100",
            "--represent",
            groups,
            "--limit",
            "2",
            "--json",
        ])
    };
    let json = DESK.run(&args_of("country"), b"").ends(0).json();
    assert_eq!(json["hits"].as_array().unwrap().len(), 2);
    assert!(
        json["representation"]["after"]["ndkl"].is_number(),
        "{json:#}"
    );
    for groups in ["gender", "tag:gender:f", "tag:"] {
        DESK.refused_args(&args_of(groups), 2, "expected country, or tag:");
    }
}

#[test]
fn hits_are_exported_as_rows() {
    let said = DESK
        .run(
            &args(&["python rate<=95", "--csv", "--currency", "USD"]),
            b"",
        )
        .ends(0);
    said.says("id,points,words,skills,country,rate_cents,fewest_hours,headline,evidence")
        .says("DE,9000,20,Code review in Python,");
}

#[test]
fn near_misses_are_grouped_by_what_they_fail() {
    let query = [
        "review rate<=50 hours>=10",
        "--currency",
        "USD",
        "--near",
        "3",
    ];
    let json = DESK
        .run(&args(&[&query[..], &["--json"]].concat()), b"")
        .ends(1)
        .json();
    assert_eq!(json["near"]["total"], 1, "{json:#}");
    let group = &json["near"]["groups"][0];
    assert_eq!(group["people"], 1);
    assert_eq!(group["best"][0]["profile"]["id"], "ana");
    assert_eq!(
        group["best"][0]["evidence"]["lacks"][0]["code"],
        "RATE_TOO_HIGH"
    );
    let said = DESK.run(&args(&query), b"").ends(1);
    said.says("1 × asks for at most 5000 cents an hour")
        .says("asks for 9000 cents an hour, at most 5000 are allowed");
}

#[test]
fn words_are_understood_unless_taken_literally() {
    let said = DESK.run(&args(&["python programmer"]), b"").ends(0);
    said.says("python programmer: understood as Python (computer programming)");
    assert_eq!(
        found(&["python programmer rate<=50"]),
        "",
        "conditions stay"
    );
    // Ana wrote nothing of scripts; her skill says it.
    assert_eq!(found(&["python developer -review"]), "");
    assert_eq!(found(&["djangp", "--literal"]), "");
    assert_eq!(found(&["--like", "bo"]), "ana");
    DESK.refused_args(
        &args(&["--like", "dee"]),
        2,
        "nobody in the index has this id",
    );
    let facets = ["--facets", "country,hours,skill,stage,rate"];
    let said = DESK.run(&args(&facets), b"").ends(0);
    said.says("country, of 3 people")
        .says("20 – 29")
        .says("Python (computer programming)");
}

#[test]
fn a_beginning_is_completed() {
    let said = DESK
        .run(&["suggest", "pyhton", "--index", "index"], b"")
        .ends(0);
    said.says("skill:\"Python (computer programming)\"");
    let json = DESK
        .run(&["suggest", "python", "--index", "index", "--json"], b"")
        .json();
    assert_eq!(json["suggestions"][0]["people"], 1, "{json:#}");
    DESK.run(&["suggest", "xqzv"], b"").ends(1);
}

#[test]
fn what_words_state_is_asked_for_and_said() {
    for (text, ids) in [
        ("python in Germany", "ana"),
        ("java in Germny", ""),
        ("code USA", "bo"),
        ("German speaking", "ana"),
        ("code outside Germany", "bo"),
        ("\"in Germany\"", ""),
        ("at least 5 years experience", "ana"),
    ] {
        assert_eq!(found(&[text]), ids, "{text}");
    }
    let said = DESK.run(&args(&["review in Germny"]), b"");
    assert!(
        said.out
            .starts_with("in Germny: understood as country:DE\n"),
        "{}",
        said.out
    );
    assert_eq!(found(&["java in Germany", "--literal"]), "bo");
    let role = DESK
        .run(&["search", "--translate", "review in Germany"], b"")
        .json();
    assert_eq!(role["text"], "review");
    assert_eq!(
        role["requires"],
        serde_json::json!({"all": [{"country_in": ["DE"]}]})
    );
}

#[test]
fn synonyms_of_a_file_find_and_are_said() {
    DESK.write(
        "synonyms.txt",
        "# ours\n\nlehrer, teacher\nsnake => python, code review\n",
    );
    let with = |text: &'static str| [text, "--synonyms", "synonyms.txt"];
    for (text, ids) in [
        ("lehrer", "cy"),
        ("teacher", "cy"),
        ("snake", "ana"),
        ("python", "ana"),
        ("\"snake\"", ""),
        ("java -lehrer", "bo"),
    ] {
        assert_eq!(found(&with(text)), ids, "{text}");
    }
    assert_eq!(found(&["lehrer"]), "");
    let said = DESK.run(&args(&with("lehrer")), b"");
    assert!(
        said.out.starts_with("lehrer: also teacher\n"),
        "{}",
        said.out
    );
    let said = DESK.run(&[args(&with("snake")), vec!["--json"]].concat(), b"");
    let others = &said.json()["understood"][0]["synonyms"];
    assert_eq!(*others, serde_json::json!(["python", "code review"]));
    DESK.write("wrong.txt", "lehrer, teacher\nalone\na => b => c\n");
    let said = DESK.run(&args(&["x", "--synonyms", "wrong.txt"]), b"");
    assert_eq!(said.code, Some(2), "{}", said.err);
    for part in [
        "wrong.txt",
        "line 2: found \"alone\"",
        "line 3: found \"a => b => c\"",
    ] {
        assert!(said.err.contains(part), "{}", said.err);
    }
    let said = DESK.run(&args(&["x", "--synonyms", "nowhere.txt"]), b"");
    assert!(said.err.contains("nowhere.txt"), "{}", said.err);
}

#[test]
fn caps_on_sensitive_content_are_searched_and_shown() {
    let desk = Desk::new();
    let person = |id: &str, more: &str| {
        format!(
            r#"{{"id":"{id}","rate":{{"min_cents":100,"currency":"USD"}},"availability":{{"weekly_hours":20}}{more}}}"#
        )
    };
    let people = [
        person("ana", ""),
        person("bo", r#","max_sensitive_hours":10"#),
        person("cy", r#","max_sensitive_hours":9"#),
    ];
    desk.write("people.jsonl", people.join("\n"));
    desk.muster("import people.jsonl --pool pool.jsonl").ends(0);
    desk.muster("index pool.jsonl --out index").ends(0);
    let said = desk
        .muster("search sensitive>=10 --index index --near 1 --json")
        .json();
    assert_eq!(
        (&said["total"], &said["near"]["total"]),
        (&2.into(), &1.into()),
        "{said}"
    );
    let file = |sensitive: bool| {
        format!(
            r#"{{"currency":"USD","planning_tz":"UTC","start":"2027-01-04","weeks":2,"campaigns":[{{"id":"a","client":"b","roles":[
            {{"id":"r","task_type":"red_teaming","heads":3,"hours":10,"sensitive":{sensitive},"pay":{{"target_cents":200}}}}]}}]}}"#
        )
    };
    for (sensitive, eligible) in [(true, 2), (false, 3)] {
        desk.write("campaigns.json", file(sensitive));
        let role = desk
            .muster("search --index index --campaigns campaigns.json --role a/r --near 1 --json");
        let role = role.json();
        assert_eq!(role["total"], eligible, "{role}");
        if sensitive {
            let text = role["near"].to_string();
            assert!(
                text.contains("SENSITIVE_HOURS") && text.contains("at most 9 hours"),
                "{text}"
            );
        }
    }
}
