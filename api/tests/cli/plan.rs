//! `muster plan`: campaign files and pools, good and bad, and where results go.

use serde_json::{Value, json};

use crate::desk::{Desk, gzip, utf16};

/// Two people who can hold the role of [`CAMPAIGNS`].
pub(crate) const POOL: &str = r#"{"format":1,"kind":"pool"}
{"id":"ana","rate":{"min_cents":4500,"currency":"USD"},"availability":{"weekly_hours":10}}
{"id":"josé","rate":{"min_cents":5000,"currency":"USD"},"availability":{"weekly_hours":20}}
"#;

pub(crate) const CAMPAIGNS: &str = r#"{"format": 1, "currency": "USD", "start": "2027-01-04", "campaigns": [
  {"id": "a", "client": "acme", "roles": [
    {"id": "r", "task_type": "rubric_grading", "heads": 3, "hours": 5, "pay": {"target_cents": 9000}}]}]}"#;

const LINE: &str = "plan --pool pool.jsonl --campaigns campaigns.json -o plan.json --csv plan.csv --problem problem.json";

fn desk() -> Desk {
    let desk = Desk::new();
    desk.write("pool.jsonl", POOL);
    desk.write("campaigns.json", CAMPAIGNS);
    desk
}

#[test]
fn a_plan_its_problem_and_its_stints_are_written_and_pass_the_checker() {
    let desk = desk();
    let said = desk.muster(LINE).ends(0);
    assert_eq!(said.err, "");
    said.says("a/r is 1 short: too few people meet its requirements")
        .says("checked: every rule holds, every claim is true");
    desk.muster("check problem.json plan.json")
        .ends(0)
        .says("the plan holds");
    assert_eq!(
        desk.muster("solve problem.json").ends(0).json()["objective"],
        desk.json("plan.json")["objective"]
    );
    let csv = desk.text("plan.csv");
    assert_eq!(csv.lines().count(), 3, "{csv}");
    assert!(
        csv.contains("josé,a,a/r,0,0,2027-01-04,2027-01-10,5,9000,"),
        "{csv}"
    );
}

#[test]
fn nobody_and_nothing_are_planned() {
    let nobody = "{\"format\":1,\"kind\":\"pool\"}\n";
    let none = r#"{"currency": "USD", "start": "2027-01-04", "campaigns": []}"#;
    let tag = CAMPAIGNS.replace(
        "\"hours\": 5",
        "\"hours\": 5, \"requires\": {\"tag\": \"nobody\"}",
    );
    let heads = CAMPAIGNS.replace("\"heads\": 3", "\"heads\": 0");
    let most = CAMPAIGNS.replace("\"heads\": 3", "\"heads\": 1000000");
    for (pool, campaigns, fragment) in [
        (
            "",
            CAMPAIGNS,
            "a/r is 3 short: too few people meet its requirements\n  pool 0 → ",
        ),
        (
            nobody,
            CAMPAIGNS,
            "a/r is 3 short: too few people meet its requirements\n  pool 0 → ",
        ),
        (POOL, none, "no seats are wanted"),
        (nobody, none, "no seats are wanted"),
        (
            POOL,
            &tag,
            "a/r is 3 short: too few people meet its requirements\n  pool 2 → eligible 0",
        ),
        (POOL, &heads, "no seats are wanted"),
        (POOL, &most, "a/r is 999998 short"),
    ] {
        let desk = desk();
        desk.write("pool.jsonl", pool);
        desk.write("campaigns.json", campaigns);
        let said = desk.muster(LINE).ends(0);
        said.says(fragment)
            .says("whole pool: ")
            .says("improves the plan");
        desk.muster("check problem.json plan.json").ends(0);
    }
}

#[test]
fn faults_of_a_campaign_file_are_named_with_pointer_value_and_expectation() {
    let role = "/campaigns/0/roles/0";
    let deep = (0..40).fold(json!({"tag": "x"}), |tree, _| json!({"all": [tree]}));
    let use_x = json!({"use": "x"});
    for (at, value, fault) in [
        (
            "/campaigns/0/id",
            json!("a b"),
            "/campaigns/0/id: found \"a b\", expected an id",
        ),
        (
            "/campaigns/0/id",
            json!("jose\u{301}"),
            "/campaigns/0/id: found \"jose\\u{301}\", expected an id",
        ),
        (
            "/campaigns/0/id",
            json!("x".repeat(129)),
            "/campaigns/0/id: found \"xxx",
        ),
        (
            "/campaigns/0/roles/0/heads",
            json!(-3),
            "/campaigns/0/roles/0/heads: found -3, expected an integer from 0 to 1000000",
        ),
        (
            "/campaigns/0/roles/0/heads",
            json!(1e30),
            "/campaigns/0/roles/0/heads: found 1e30, expected an integer",
        ),
        (
            "/campaigns/0/roles/0/heads",
            json!(1.5),
            "/campaigns/0/roles/0/heads: found 1.5, expected an integer",
        ),
        (
            "/campaigns/0/roles/0/heads",
            json!(null),
            "/campaigns/0/roles/0/heads: found null, expected an integer",
        ),
        (
            "/campaigns/0/roles/0/heads",
            json!("3"),
            "/campaigns/0/roles/0/heads: found \"3\", expected an integer",
        ),
        (
            "/campaigns/0/roles/0/task_type",
            json!("dancing"),
            "found \"dancing\", expected one of preference_ranking, ",
        ),
        (
            "/campaigns/0/roles/0/pay",
            json!({}),
            "/pay/target_cents: found nothing, expected a value: the field is required",
        ),
        (
            "/campaigns/0/roles",
            json!({}),
            "/campaigns/0/roles: found an object, expected an array",
        ),
        (
            "/format",
            json!(2),
            "/format: found 2, expected 1, the only format there is",
        ),
        (
            "/currency",
            json!("usd"),
            "/currency: found \"usd\", expected a currency",
        ),
        (
            "/start",
            json!("2027-01-05"),
            "/start: found 2027-01-05 (a Tuesday), expected a Monday",
        ),
        (
            "/start",
            json!("2027-02-30"),
            "/start: found \"2027-02-30\", expected a date as YYYY-MM-DD",
        ),
        (
            "/start",
            json!("9999-12-27"),
            "/weeks: found 1, expected no more weeks than the year 9999 has left",
        ),
        (
            "",
            json!([]),
            "(whole file): found an array of 0, expected an object",
        ),
    ] {
        let mut file: Value = serde_json::from_str(CAMPAIGNS).unwrap();
        *file.pointer_mut(at).unwrap() = value;
        refused(&file, fault);
    }
    for (field, value, fault) in [
        ("requires", deep, "expected a tree at most 32 deep"),
        (
            "requires",
            use_x.clone(),
            "/requires/use: found \"x\", expected the name of a requirement of this file: there are none",
        ),
        (
            "requires",
            json!({"foo": 1}),
            "/requires: found an object with \"foo\", expected an object with one of the keys all, any",
        ),
        (
            "requires",
            json!({"skill": "flying carpets"}),
            "/requires/skill: found \"flying carpets\", expected a skill",
        ),
        (
            "colour",
            json!("red"),
            "/colour: found \"red\", expected no such field; known here: id, name",
        ),
    ] {
        let mut file: Value = serde_json::from_str(CAMPAIGNS).unwrap();
        file.pointer_mut(role).unwrap()[field] = value;
        refused(&file, fault);
    }
    let mut file: Value = serde_json::from_str(CAMPAIGNS).unwrap();
    file["requirements"] = json!({"x": {"use": "y"}, "y": {"all": [use_x]}});
    refused(
        &file,
        "found y → x → y, expected a requirement that does not use itself",
    );
    let mut file: Value = serde_json::from_str(CAMPAIGNS).unwrap();
    let campaign = file["campaigns"][0].clone();
    file["campaigns"] = json!([campaign, campaign]);
    refused(
        &file,
        "/campaigns/1/id: found \"a\" again, expected an id of its own",
    );
}

/// A campaign file that is refused, with nothing written.
fn refused(file: &Value, fault: &str) {
    let desk = desk();
    desk.write("campaigns.json", file.to_string());
    desk.write("plan.json", "what was there");
    desk.refused(LINE, 2, fault);
    desk.refused(
        LINE,
        2,
        "muster: campaigns.json is no valid campaign file, ",
    );
}

#[test]
fn a_tree_of_32_levels_and_a_repeated_field_are_told_apart_from_faults() {
    let desk = desk();
    let tree = (0..32).fold(
        json!({"country_not_in": ["DE"]}),
        |tree, _| json!({"none": [tree]}),
    );
    let requires = format!("\"hours\": 5, \"requires\": {tree}");
    desk.write(
        "campaigns.json",
        CAMPAIGNS.replace("\"hours\": 5", &requires),
    );
    desk.muster(LINE).ends(0);
    desk.write(
        "campaigns.json",
        CAMPAIGNS.replace("\"hours\": 5", "\"hours\": 5, \"hours\": 6"),
    );
    desk.refused(LINE, 2, "/hours: found 6, expected each field once");
}

/// A desk on which ana starts a week late, in three weeks.
fn three_weeks() -> Desk {
    let desk = desk();
    let pool = POOL.replace(
        "\"weekly_hours\":10",
        "\"weekly_hours\":10,\"earliest_start\":\"2027-01-11\"",
    );
    desk.write("pool.jsonl", pool);
    desk.write(
        "campaigns.json",
        CAMPAIGNS.replace("\"format\": 1", "\"weeks\": 3"),
    );
    desk
}

#[test]
fn weeks_that_differ_are_planned_and_explained() {
    let desk = three_weeks();
    let said = desk
        .muster(&format!("{LINE} --trace trace.jsonl"))
        .ends(0)
        .says("a/r is 4 seat-weeks short")
        .says("week 0: 2 of 3 a/r missing")
        .says("checked: every rule holds, every claim is true");
    assert!(said.out.contains("optimal: objective "), "{}", said.out);
    let plan = desk.json("plan.json");
    let mut stints: Vec<Value> = plan["stints"].as_array().unwrap().clone();
    stints.sort_by_key(|stint| stint["expert"].to_string());
    assert_eq!(
        stints,
        [
            json!({"expert": "ana", "role": "a/r", "from": 1, "to": 2}),
            json!({"expert": "josé", "role": "a/r", "from": 0, "to": 2}),
        ]
    );
    let shortfalls = plan["report"]["shortfalls"].as_array().unwrap();
    let missing: Vec<&Value> = shortfalls.iter().map(|it| &it["missing_target"]).collect();
    let missing_min: Vec<&Value> = shortfalls.iter().map(|it| &it["missing_min"]).collect();
    let all: Vec<u64> = missing
        .iter()
        .zip(missing_min)
        .map(|(target, min)| target.as_u64().unwrap() + min.as_u64().unwrap())
        .collect();
    assert_eq!(all, [2, 1, 1]);
    assert_eq!(plan["report"]["alternates"][0]["role"], "a/r");
    for line in desk.text("trace.jsonl").lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        assert!(line["seconds"].is_f64(), "{line}");
    }
    desk.muster("check problem.json plan.json").ends(0);
    // From where the plan is, and within limits, it is the same plan.
    let line =
        "plan --pool pool.jsonl --campaigns campaigns.json --from plan.json --work-limit 0 --json";
    let again = desk.muster(line).ends(0).json();
    assert_eq!(again["objective"], plan["objective"]);
}

#[test]
fn a_plan_without_time_is_still_checked_and_says_so() {
    let desk = three_weeks();
    desk.muster(&format!("{LINE} --time-limit 0"))
        .ends(0)
        .says("checked: every rule holds, every claim is true")
        .says("search: stopped by the time limit; not reproducible");
    desk.muster("check problem.json plan.json").ends(0);
}

#[test]
fn warnings_do_not_stop_a_plan() {
    let desk = desk();
    let nobody = "\"hours\": 5, \"requires\": {\"tag\": \"nobody\"}";
    desk.write("campaigns.json", CAMPAIGNS.replace("\"hours\": 5", nobody));
    let said = desk.muster(LINE).ends(0).says("a/r is 3 short");
    let warning = "warning: /roles/0: nobody is eligible for \"a/r\"\n";
    assert_eq!(said.err, warning);
    let of_its_problem = desk.muster("solve problem.json -o solved.json").ends(0);
    assert!(of_its_problem.err.starts_with(warning));
}

#[test]
fn requirements_do_not_speak_of_protected_attributes() {
    let desk = desk();
    let tag = |tag: &str| {
        let requires =
            format!("\"hours\": 5, \"requires\": {{\"none\": [{{\"tag\": \"{tag}\"}}]}}");
        CAMPAIGNS.replace("\"hours\": 5", &requires)
    };
    desk.write("campaigns.json", tag("Gender:f"));
    desk.refused(
        LINE,
        2,
        "/campaigns/0/roles/0/requires/none/0/tag: found \"Gender:f\", expected a job-related tag",
    );
    desk.write("campaigns.json", tag("country:IN"));
    desk.muster(LINE).ends(0);
}

#[test]
fn pins_that_clash_are_no_defect() {
    let desk = three_weeks();
    // Ana is not there in week 0.
    let pins = "\"weeks\": 3, \"pins\": [{\"expert\": \"ana\", \"role\": \"a/r\", \"from\": \"2027-01-04\", \"to\": \"2027-01-11\"}]";
    desk.write("campaigns.json", CAMPAIGNS.replace("\"format\": 1", pins));
    let said = desk
        .muster(LINE)
        .ends(0)
        .says("infeasible: no plan keeps all pins and the change limit\nthese clash: ")
        .says("pin of ana on a/r in weeks 0–1");
    assert!(!said.out.contains("missing"), "{}", said.out);
    let plan = desk.json("plan.json");
    assert_eq!(plan["status"], "infeasible");
    assert_eq!(plan["report"]["shortfalls"], json!([]));
    desk.muster("check problem.json plan.json").ends(0);
}

#[test]
fn pins_that_are_not_settled_within_the_limits_are_no_defect() {
    let desk = three_weeks();
    // Two people on one seat: seen only when prices are looked for, which takes work.
    let pin = |expert: &str| json!({"expert": expert, "role": "a/r", "from": "2027-01-11", "to": "2027-01-11"});
    let mut campaigns: Value = serde_json::from_str(&desk.text("campaigns.json")).unwrap();
    campaigns["campaigns"][0]["roles"][0]["heads"] = json!(1);
    campaigns["pins"] = json!([pin("ana"), pin("josé")]);
    desk.write("campaigns.json", campaigns.to_string());
    desk.muster(&format!("{LINE} --work-limit 0"))
        .ends(0)
        .says("unknown: no plan was found within the limits");
    for line in ["", "solve problem.json -o plan.json --work-limit 0"] {
        if !line.is_empty() {
            let said = desk.muster(line).ends(0);
            let (unknown, ended) = (
                "unknown: no plan was found within the limits\n",
                "stopped by the work limit",
            );
            assert!(
                said.err.starts_with(unknown) && said.err.contains(ended),
                "{}",
                said.err
            );
        }
        let plan = desk.json("plan.json");
        assert_eq!(plan["status"], "unknown");
        for absent in ["stints", "objective", "bound", "conflict"] {
            assert_eq!(plan[absent], Value::Null, "{absent}");
        }
        desk.muster("check problem.json plan.json").ends(0);
    }
    // With all the work it takes, the same pins clash.
    desk.muster(LINE)
        .ends(0)
        .says("infeasible: no plan keeps all pins")
        .says("pin of ana on a/r in week 1")
        .says("pin of josé on a/r in week 1");
}

#[test]
fn limits_of_a_plan_are_refused_as_those_of_a_solve() {
    let desk = desk();
    desk.write("bad.json", "[]");
    let plan = "plan --pool pool.jsonl --campaigns";
    for (rest, fragment) in [
        ("campaigns.json --gap x", "expected a percentage"),
        ("campaigns.json --from no.json", "cannot open no.json"),
        (
            "campaigns.json --from bad.json",
            "bad.json is no valid plan",
        ),
        (
            "campaigns.json --trace no/x",
            "cannot write no/x: there is no folder no",
        ),
        (
            "campaigns.json -o x --trace x",
            "cannot write x: two results would go there",
        ),
        (
            "- --from -",
            "standard input cannot be both the campaigns and the plan to begin from",
        ),
    ] {
        desk.refused(&format!("{plan} {rest}"), 2, fragment);
    }
    desk.refused("demo --gap -1", 2, "expected a percentage");
}

#[test]
fn pools_that_cannot_be_read_are_refused_with_their_lines() {
    let whole = gzip(POOL.as_bytes());
    let lines: Vec<&str> = POOL.lines().collect();
    let twice = [lines[1], lines[1]].join("\n");
    let back = [lines[2], lines[1]].join("\n");
    let spoilt = |from: &str, to: &str| POOL.replacen(from, to, 1).into_bytes();
    for (bytes, fragment) in [
        (
            format!("\u{feff}{POOL}").into_bytes(),
            "line 1: (whole file): found a byte-order mark, expected plain UTF-8",
        ),
        (
            utf16(POOL),
            "the file is in UTF-16 (or UTF-32), expected UTF-8; convert it",
        ),
        (
            whole[..60].to_vec(),
            "gzip stream ends early, after 60 compressed bytes",
        ),
        (
            POOL.as_bytes()[..60].to_vec(),
            "1 bad line\nline 2: (whole file): found the end of the line at byte",
        ),
        (
            twice.into_bytes(),
            "line 2: /id: found \"ana\" after \"ana\", expected ids that rise",
        ),
        (
            back.into_bytes(),
            "line 2: /id: found \"ana\" after \"josé\", expected ids that rise",
        ),
        (
            spoilt("\"format\":1", "\"format\":2"),
            "line 1: /format: found 2, expected 1",
        ),
        (
            spoilt("4500", "-1"),
            "line 2: /rate/min_cents: found -1, expected an integer from 0 to 1000000",
        ),
        (
            spoilt("4500", "1e3"),
            "line 2: /rate/min_cents: found 1000.0, expected an integer",
        ),
        (spoilt("4500", "NaN"), "line 2: (whole file): found \"NaN,"),
        (
            spoilt("ana", "a na"),
            "line 2: /id: found \"a na\", expected an id",
        ),
        (
            spoilt("\"rate\"", "\"shoe\":1,\"rate\""),
            "line 2: /shoe: found 1, expected no such field",
        ),
        (
            POOL.replace('é', "?")
                .replace('?', "\u{e9}")
                .chars()
                .map(|it| it as u8)
                .collect(),
            "line 3: (whole file): found byte 0xE9",
        ),
    ] {
        let desk = desk();
        desk.write("pool.jsonl", bytes);
        desk.refused(LINE, 2, fragment);
        desk.refused(LINE, 2, "muster: pool pool.jsonl: ");
        desk.refused("index pool.jsonl --out index", 2, fragment);
    }
}

#[test]
fn pools_that_are_not_there_are_refused() {
    let desk = desk();
    desk.folder("folder");
    for (pool, fragment) in [
        (
            "no",
            "muster: pool no: No such file or directory (os error 2)\n",
        ),
        ("-", "muster: pool -: No such file"),
        (
            "folder",
            "folder holds no index of Muster (there is no manifest.json); choose",
        ),
    ] {
        let line = format!("plan --pool {pool} --campaigns campaigns.json -o plan.json");
        desk.refused(&line, 2, fragment);
    }
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_work() {
    let desk = desk();
    desk.folder("folder");
    let plan = "plan --pool pool.jsonl --campaigns campaigns.json";
    for (places, fragment) in [
        (
            "-o no/plan.json",
            "cannot write no/plan.json: there is no folder no",
        ),
        (
            "--csv folder",
            "cannot write folder: it is a folder, expected a file",
        ),
        (
            "-o plan.json --problem no/problem.json",
            "cannot write no/problem.json: there is no folder no",
        ),
        ("-o x --csv x", "cannot write x: two results would go there"),
        ("-o - --csv -", "cannot write -: two results would go there"),
        (
            "-o - --json",
            "standard output cannot be both the report and a file",
        ),
    ] {
        desk.refused(&format!("{plan} {places}"), 2, fragment);
    }
}

#[test]
fn standard_output_is_one_document_and_files_are_replaced_whole() {
    let desk = desk();
    let plan = "plan --pool pool.jsonl --campaigns campaigns.json";
    desk.write("plan.json", "what was there");
    let report = desk.muster(&format!("{plan} --json -o plan.json")).ends(0);
    assert_eq!(
        (&report.json()["status"], report.err.as_str()),
        (&"optimal".into(), "")
    );
    let said = desk.muster(&format!("{plan} -o -")).ends(0);
    assert_eq!(said.out, desk.text("plan.json"));
    assert!(said.err.contains("a/r is 1 short"), "{}", said.err);
}

#[test]
fn names_cannot_steer_a_terminal() {
    let desk = desk();
    let named = CAMPAIGNS.replace(
        "\"id\": \"a\"",
        "\"id\": \"a\", \"name\": \"a\\u001b[31m\\nb\"",
    );
    desk.write("campaigns.json", named);
    let said = desk
        .muster("plan --pool pool.jsonl --campaigns campaigns.json")
        .ends(0);
    said.says("a\u{fffd}[31m\u{fffd}b (acme, priority 1)");
}
