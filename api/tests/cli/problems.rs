//! Generated staffing problems.

use crate::desk::{Desk, gzip};

#[test]
fn a_generated_problem_is_the_same_again_packed_or_not_and_can_be_planned() {
    let desk = Desk::new();
    let line =
        "generate --experts 60 --campaigns 2 --roles 2 --weeks 8 --heads 20 --seed 7 --problem";
    let said = desk.muster(&format!("{line} p.json")).ends(0);
    assert_eq!(said.out, "");
    assert!(said.err.contains("problem: p.json with 60 people"));
    let plain = desk.text("p.json");
    assert!(desk.muster(&format!("{line} -")).ends(0).out == plain);
    desk.muster(&format!("{line} p.json.gz")).ends(0);
    assert_eq!(desk.read("p.json.gz")[..2], gzip(b"")[..2]);
    for fragment in [
        r#""weeks":8"#,
        r#""id":"c01-birch/reviewer""#,
        r#""id":"x0000059""#,
    ] {
        assert!(plain.contains(fragment), "{fragment}");
    }
    desk.write("plan.json", r#"{"status": "feasible", "stints": []}"#);
    let told = |file: &str| desk.muster(&format!("check {file} plan.json")).out;
    assert!(told("p.json").contains("budget       holds   2 checked"));
    assert_eq!(told("p.json"), told("p.json.gz"));
    desk.muster(&format!("{line} s.json --starved")).ends(0);
    assert!(desk.text("s.json") != plain);
}

#[test]
fn numbers_and_places_that_do_not_fit_are_refused() {
    let desk = Desk::new();
    for (line, fragment) in [
        ("generate --problem p --weeks 0", "0 is not in 1..=520"),
        ("generate --problem p --weeks 521", "521 is not in 1..=520"),
        ("generate --problem p --roles 0", "0 is not in 1..=100"),
        (
            "generate --problem p --heads -1",
            "-1 is not in 1..=1000000",
        ),
        ("generate --problem p --out x", "cannot be used with"),
        ("generate --problem p --family niche", "cannot be used with"),
        ("generate --starved --out x", "cannot be used with"),
        ("generate --weeks 13", "--out <FOLDER>"),
        ("generate --problem no/p", "there is no folder no"),
    ] {
        desk.refused(line, 2, fragment);
    }
}
