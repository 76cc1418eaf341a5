//! `muster export`: every format of real plans, stints that come back from CSV, and what is refused.

use crate::desk::{Desk, example, gzip};

/// The examples of the contract that have a plan.
const EXAMPLES: [&str; 4] = ["one-week", "ratio", "budget", "pin"];

/// An example, its plan with all that explains it, and the stints.
fn solved(name: &str) -> Desk {
    let desk = Desk::new();
    desk.write("problem.json", example(name));
    desk.muster("solve problem.json --explain -o plan.json")
        .ends(0);
    desk.muster("export --problem problem.json --plan plan.json --format csv -o stints.csv")
        .ends(0);
    desk
}

#[test]
fn a_plan_file_comes_out_with_the_bytes_that_solve_wrote() {
    for name in EXAMPLES {
        let desk = solved(name);
        let said = desk
            .muster("export --problem problem.json --plan plan.json --format json")
            .ends(0);
        assert_eq!(
            (said.out, said.err),
            (desk.text("plan.json"), String::new()),
            "{name}"
        );
    }
    let desk = Desk::new();
    desk.write("problem.json", example("infeasible"));
    desk.muster("solve problem.json -o plan.json").ends(0);
    let said = desk
        .muster("export --problem problem.json --plan plan.json --format json")
        .ends(0);
    assert_eq!(said.out, desk.text("plan.json"));
}

#[test]
fn fractions_and_huge_numbers_of_a_report_are_kept() {
    let desk = solved("one-week");
    let report = r#""report": {
    "b": [
      0.1,
      0.30000000000000004,
      2.2250738585072014e-308
    ],
    "a": 1e+300
  }"#;
    let plan = format!("{{\n  \"status\": \"unknown\",\n  {report}\n}}\n");
    let sorted = r#""a": 1e+300,"#;
    desk.write("plan.json", &plan);
    let said = desk
        .muster("export --problem problem.json --plan plan.json --format json")
        .ends(0);
    assert!(said.out.contains(sorted), "{}", said.out);
    desk.write("again.json", &said.out);
    let again = desk
        .muster("export --problem problem.json --plan again.json --format json")
        .ends(0);
    assert_eq!(again.out, said.out);
    for number in ["0.30000000000000004", "2.2250738585072014e-308"] {
        assert!(said.out.contains(number), "{}", said.out);
    }
}

#[test]
fn stints_come_back_from_csv_as_the_same_plan() {
    for name in EXAMPLES {
        let desk = solved(name);
        let said = desk
            .muster("export --problem problem.json --plan stints.csv --format json -o again.json")
            .ends(0);
        assert_eq!(said.err, "", "{name}");
        let (plan, again) = (desk.json("plan.json"), desk.json("again.json"));
        assert_eq!(plan["stints"], again["stints"], "{name}");
        assert_eq!(plan["objective"], again["objective"], "{name}");
        desk.muster("check problem.json again.json")
            .ends(0)
            .says("the plan holds");
        let csv = desk
            .muster("export --problem problem.json --plan again.json --format csv")
            .ends(0);
        assert_eq!(csv.out, desk.text("stints.csv"), "{name}");
        desk.write("STINTS.CSV.GZ", gzip(csv.out.as_bytes()));
        let packed = desk
            .muster("export --problem problem.json --plan STINTS.CSV.GZ --format csv")
            .ends(0);
        assert_eq!(packed.out, csv.out, "{name}");
    }
}

#[test]
fn every_format_begins_as_its_readers_expect() {
    let desk = solved("ratio");
    for (format, start) in [
        ("json", &b"{\n  \"status\""[..]),
        ("csv", b"expert,campaign,role,from_week,"),
        ("xlsx", b"PK\x03\x04"),
        ("ical", b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"),
        ("svg", b"<svg xmlns=\"http://www.w3.org/2000/svg\""),
    ] {
        let line =
            format!("export --problem problem.json --plan plan.json --format {format} --out made");
        let said = desk.muster(&line).ends(0);
        assert_eq!(
            (said.out, said.err),
            (String::new(), String::new()),
            "{format}"
        );
        assert!(desk.read("made").starts_with(start), "{format}");
        let first = desk.read("made");
        desk.muster(&line).ends(0);
        assert!(
            desk.read("made") == first,
            "{format}: another time, other bytes"
        );
    }
}

#[test]
fn one_campaign_is_shown_alone() {
    let desk = Desk::new();
    desk.muster("generate --problem problem.json --experts 200 --campaigns 2 --roles 2 --weeks 6 --heads 20 --seed 3")
        .ends(0);
    desk.muster("solve problem.json --work-limit 200 -o plan.json")
        .ends(0);
    let export = "export --problem problem.json --plan plan.json --campaign c00-alder --format";
    for format in ["csv", "ical", "svg"] {
        let said = desk
            .muster(&format!("{export} {format}"))
            .ends(0)
            .says("c00-alder");
        assert!(!said.out.contains("c01-birch"), "{format}");
    }
    desk.refused(
        &format!("{export} json"),
        2,
        "a plan file is of the whole problem; one campaign's stints go to csv",
    );
    desk.refused(
        &format!("{export} csv --campaign nope"),
        2,
        "the problem has no campaign \"nope\"",
    );
}

#[test]
fn stints_that_break_rules_are_shown_with_a_warning() {
    let desk = solved("one-week");
    let text = "expert,role,from_week,to_week\nana,atlas/annotator,0,0\nben,atlas/annotator,0,0\ncho,atlas/annotator,0,0\n";
    desk.write("stints.csv", text);
    let said = desk
        .muster("export --problem problem.json --plan stints.csv --format json -o made.json")
        .ends(0);
    assert!(
        said.err
            .contains("warning: the stints break rules (headcount); `muster check` says where"),
        "{}",
        said.err
    );
    let said = desk.muster("check problem.json made.json").ends(1);
    assert!(
        said.out
            .contains("3 heads cover \"atlas/annotator\" in week 0, target 2"),
        "{}",
        said.out
    );
}

#[test]
fn rows_that_fit_no_problem_are_named_and_nothing_is_written() {
    let desk = solved("one-week");
    desk.write("out", "what was there");
    let stints = desk.text("stints.csv");
    desk.write(
        "stale.csv",
        format!("{stints}zoe,atlas,atlas/annotator,0,0,,,,,,,,,,,\n"),
    );
    let line = stints.lines().count() + 1;
    let export = "--problem problem.json --format json -o out --plan";
    let fault = format!(
        "stale.csv is no list of stints of this problem, 1 fault:\n\
         line {line}, column expert: found \"zoe\", expected an expert of the problem"
    );
    desk.refused(&format!("export {export} stale.csv"), 2, &fault);
    desk.write("empty.csv", "");
    desk.write("utf16.csv", [0xff, 0xfe, b'e', 0]);
    desk.write("book.csv", b"PK\x03\x04rest");
    desk.write("cut.csv.gz", &gzip(stints.as_bytes())[..40]);
    for (file, fragment) in [
        (
            "empty.csv",
            "line 1: found an empty file, expected a header with expert, role, from_week, to_week",
        ),
        (
            "utf16.csv",
            "utf16.csv is in UTF-16, expected CSV in UTF-8, plain, gzip or zstd",
        ),
        ("book.csv", "book.csv is a zip archive, expected CSV"),
        ("cut.csv.gz", "the gzip stream ends early"),
        ("none.csv", "cannot open none.csv"),
        ("plan.json.csv", "cannot open plan.json.csv"),
    ] {
        desk.refused(&format!("export {export} {file}"), 2, fragment);
    }
}

#[test]
fn plans_of_other_problems_and_files_that_are_no_plans_are_refused() {
    let desk = solved("one-week");
    desk.write("out", "what was there");
    desk.write("other.json", r#"{"status": "feasible", "stints": [{"expert": "ana", "role": "atlas/nobody", "from": 0, "to": 9}]}"#);
    desk.write("none.json", r#"{"status": "unknown"}"#);
    desk.write("report.json", r#"{"status": "unknown", "report": [1]}"#);
    desk.write("stints.json", desk.read("stints.csv"));
    desk.folder("folder");
    for format in ["json", "csv", "xlsx", "ical", "svg"] {
        let export = format!("export --problem problem.json --format {format} -o out --plan");
        for (file, fragment) in [
            (
                "other.json",
                "cannot export other.json: the plan is not one of this problem, 2 faults:\n/stints/0/role: found \"atlas/nobody\", expected a role of the problem\n/stints/0/to: found 9,",
            ),
            ("stints.json", "broken JSON"),
            ("problem.json", "problem.json is no valid plan"),
            (
                "report.json",
                "report.json is no valid plan: /report: found [1], expected an object",
            ),
            ("gone.json", "cannot open gone.json"),
            ("folder", "it is a folder, expected a file"),
        ] {
            desk.refused(&format!("{export} {file}"), 2, fragment);
        }
        if format != "json" {
            desk.refused(
                &format!("{export} none.json"),
                2,
                "the plan has no stints: its status is unknown",
            );
        }
    }
}

#[test]
fn arguments_and_places_that_do_not_fit_are_refused() {
    let desk = solved("one-week");
    desk.folder("folder");
    let export = "export --problem problem.json --plan plan.json";
    for (line, fragment) in [
        (
            format!("{export} --format docx"),
            "invalid value 'docx' for '--format <FORMAT>'",
        ),
        (
            format!("{export} --format CSV"),
            "[possible values: json, csv, xlsx, ical, svg]",
        ),
        (export.to_owned(), "--format <FORMAT>"),
        (
            "export --plan plan.json --format csv".to_owned(),
            "--problem <PROBLEM>",
        ),
        (
            "export --problem problem.json --format csv".to_owned(),
            "--plan <PLAN>",
        ),
        (
            format!("{export} --format csv -o folder"),
            "cannot write folder: it is a folder, expected a file",
        ),
        (
            format!("{export} --format csv -o no/x.csv"),
            "cannot write no/x.csv: there is no folder no",
        ),
        (
            "export --problem - --plan - --format csv".to_owned(),
            "standard input cannot be both the problem and the plan",
        ),
        (
            "export --problem plan.json --plan plan.json --format csv".to_owned(),
            "plan.json is no valid problem",
        ),
    ] {
        desk.refused(&line, 2, fragment);
    }
    let problem = example("one-week");
    let args = [
        "export",
        "--problem",
        "-",
        "--plan",
        "plan.json",
        "--format",
        "csv",
    ];
    assert_eq!(
        desk.run(&args, problem.as_bytes()).ends(0).out,
        desk.text("stints.csv")
    );
}
