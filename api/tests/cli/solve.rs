//! `muster solve`: plans that the checker passes, and problems that it refuses.

use serde_json::Value;

use crate::desk::{Desk, example};

/// Every example with a plan and without.
const EXAMPLES: [&str; 12] = [
    "budget",
    "change-limit",
    "empty-incumbent",
    "infeasible",
    "leave",
    "mean-score",
    "one-week",
    "onboarding",
    "pin",
    "quota",
    "ratio",
    "wall-two-roles",
];

#[test]
fn examples_are_solved_to_their_proven_optimum_and_pass_the_checker() {
    for name in EXAMPLES {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        let said = desk.muster("solve problem.json -o plan.json").ends(0);
        assert_eq!(said.out, "", "{name}");
        let expected: Value = serde_json::from_str(&example(&format!("{name}.expected"))).unwrap();
        let plan = desk.json("plan.json");
        assert_eq!(plan["status"], expected["status"], "{name}");
        assert_eq!(plan["objective"], expected["objective"], "{name}");
        if name != "infeasible" {
            let cents = &expected["objective"];
            let line = format!(
                "optimal: objective {cents} cents, bound {cents} cents, gap 0 cents (0.00 seat-weeks, 0.0000 % of the score value), proof "
            );
            assert!(said.err.contains(&line), "{name}: {}", said.err);
        }
        assert!(said.err.contains("solved in "), "{name}: {}", said.err);
        let report = desk.muster("check problem.json plan.json").ends(0);
        report.says("the plan holds");
    }
}

#[test]
fn pins_that_clash_are_said_in_words() {
    let desk = Desk::new();
    desk.write("problem.json", example("infeasible"));
    let said = desk
        .muster("solve problem.json -o plan.json --summary --explain")
        .ends(0);
    for text in [&said.out, &said.err] {
        assert!(text.starts_with("infeasible: no plan keeps all pins"));
        for part in [
            "these clash: ",
            "pin of ana on atlas/annotator in week 0",
            "pin of ana on borea/annotator in week 2",
            "the wall of atlas",
        ] {
            assert!(text.contains(part), "{part}: {text}");
        }
    }
}

#[test]
fn a_summary_and_explanations_come_where_they_are_asked_for() {
    let desk = Desk::new();
    desk.write("problem.json", example("quota"));
    let plain = desk.muster("solve problem.json -o plan.json").ends(0);
    assert_eq!(plain.out, "");
    for part in ["shortfalls", "alternates", "worths"] {
        assert_eq!(desk.json("plan.json")["report"][part], Value::Null);
    }
    let said = desk
        .muster("solve problem.json -o plan.json --summary --explain")
        .ends(0)
        .says("short, what costs most first:")
        .says("of 2 atlas/annotator missing")
        .says("quota country:IN of atlas/annotator: 50.0 %, at most 50 %: kept")
        .says("optimal: objective -8,300.00, bound -8,300.00, gap 0.00\n");
    let report = &desk.json("plan.json")["report"];
    assert_eq!(report["shortfalls"][0]["role"], "atlas/annotator");
    let shortfalls = report["shortfalls"].as_array().unwrap();
    let missing = shortfalls
        .iter()
        .map(|it| it["missing_target"].as_u64().unwrap());
    assert_eq!(missing.sum::<u64>(), 2);
    assert_eq!(report["alternates"][0]["role"], "atlas/annotator");
    assert_eq!(report["worths"][0]["of"], "quota");
    desk.muster("check problem.json plan.json").ends(0);
    // The plan on standard output stays one document.
    let both = desk.muster("solve problem.json --summary").ends(0);
    assert_eq!(both.json()["status"], "optimal");
    assert!(both.err.contains(said.out.trim_end()), "{}", both.err);
}

#[test]
fn a_trace_has_plans_that_rise_and_bounds_that_fall_to_the_answer() {
    for name in ["budget", "change-limit", "mean-score", "quota", "ratio"] {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        desk.muster("solve problem.json -o plan.json --trace trace.jsonl")
            .ends(0);
        let text = desk.text("trace.jsonl");
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(!lines.is_empty(), "{name}");
        let all = |field: &str| -> Vec<i64> {
            let values = lines.iter().filter(|line| !line[field].is_null());
            values.map(|line| line[field].as_i64().unwrap()).collect()
        };
        let (objectives, bounds) = (all("objective"), all("bound"));
        assert!(objectives.is_sorted(), "{name}: {objectives:?}");
        assert!(bounds.is_sorted_by(|a, b| a >= b), "{name}: {bounds:?}");
        let plan = desk.json("plan.json");
        assert_eq!(plan["objective"], *objectives.last().unwrap(), "{name}");
        assert_eq!(plan["bound"], *bounds.last().unwrap(), "{name}");
        let seconds = lines.iter().map(|line| line["seconds"].as_f64().unwrap());
        assert!(seconds.is_sorted(), "{name}");
        for line in &lines {
            let known = ["start", "prices", "plan", "proof"];
            assert!(
                known.contains(&line["phase"].as_str().unwrap()),
                "{name}: {line}"
            );
            for field in ["gap_seat_weeks", "gap_share"] {
                assert!(line.get(field).is_some(), "{name}: {line}");
            }
            assert!(line["columns"].is_u64() && line["experts_priced"].is_u64());
        }
    }
}

#[test]
fn no_time_still_gives_a_plan_that_says_it_is_not_reproducible() {
    let mut n_feasible = 0;
    for name in ["budget", "leave", "mean-score", "quota", "ratio"] {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        let said = desk
            .muster("solve problem.json -o plan.json --time-limit 0")
            .ends(0);
        assert!(
            said.err
                .contains("stopped by the time limit; not reproducible"),
            "{name}: {}",
            said.err
        );
        let plan = desk.json("plan.json");
        let status = plan["status"].as_str().unwrap();
        assert!(
            ["optimal", "feasible"].contains(&status),
            "{name}: {status}"
        );
        n_feasible += u32::from(status == "feasible");
        assert_eq!(plan["report"]["search"]["reproducible"], false, "{name}");
        desk.muster("check problem.json plan.json").ends(0);
    }
    assert!(n_feasible > 0, "the limit stopped nothing");
}

#[test]
fn a_work_limit_gives_the_same_bytes_with_any_threads() {
    for name in ["budget", "change-limit", "mean-score", "ratio"] {
        for work in [0, 1, 5, 1_000] {
            let desk = Desk::new();
            desk.write("problem.json", example(name));
            let line = format!("solve problem.json --work-limit {work} --threads");
            let once = desk.muster(&format!("{line} 1")).ends(0);
            for threads in [1, 2] {
                let again = desk.muster(&format!("{line} {threads}")).ends(0);
                assert_eq!(again.out, once.out, "{name}, {work}, {threads}");
            }
            assert!(!once.err.contains("not reproducible"), "{}", once.err);
        }
    }
}

#[test]
fn a_plan_to_begin_from_keeps_its_worth_even_without_time() {
    for name in ["budget", "change-limit", "mean-score", "pin", "ratio"] {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        desk.muster("solve problem.json -o first.json").ends(0);
        let first = desk.json("first.json");
        for limit in ["", " --work-limit 0"] {
            let line = format!("solve problem.json --from first.json -o plan.json{limit}");
            desk.muster(&line).ends(0);
            let plan = desk.json("plan.json");
            assert_eq!(plan["objective"], first["objective"], "{name}{limit}");
            if limit.is_empty() {
                assert_eq!(plan["status"], "optimal", "{name}");
            }
        }
    }
}

#[test]
fn bad_limits_and_files_are_refused() {
    let desk = Desk::new();
    desk.write("problem.json", example("budget"));
    desk.write("bad.json", "{\"status\": \"great\"}");
    desk.write("plan.json", "what was there");
    let percent = "expected a percentage from 0 to 100 with at most four decimals";
    let seconds = "expected seconds from 0 to 10000000";
    for (limit, fragment) in [
        ("--gap x", percent),
        ("--gap -1", percent),
        ("--gap 101", percent),
        ("--gap 0.00001", percent),
        ("--time-limit x", seconds),
        ("--time-limit -1", seconds),
        ("--time-limit NaN", seconds),
        ("--time-limit inf", seconds),
        ("--work-limit -1", "invalid value '-1' for '--work-limit"),
        ("--work-limit 1.5", "invalid value '1.5' for '--work-limit"),
        ("--seed x", "invalid value 'x' for '--seed"),
        ("--threads 0", "0 is not in 1..=256"),
        ("--threads 257", "257 is not in 1..=256"),
        (
            "--from no.json",
            "muster: cannot open no.json: No such file",
        ),
        (
            "--from bad.json",
            "muster: bad.json is no valid plan, 1 fault:\n",
        ),
        (
            "--trace no/trace",
            "cannot write no/trace: there is no folder no",
        ),
        (
            "--trace plan.json",
            "cannot write plan.json: two results would go there",
        ),
    ] {
        desk.refused(
            &format!("solve problem.json -o plan.json {limit}"),
            2,
            fragment,
        );
    }
    let both = "standard output cannot be both the plan and the trace";
    desk.refused("solve problem.json --trace -", 2, both);
    let twice = "standard input cannot be both the problem and the plan to begin from";
    desk.refused("solve - --from -", 2, twice);
}

#[test]
fn two_runs_give_the_same_bytes_in_a_file_and_on_standard_output() {
    let desk = Desk::new();
    desk.write("problem.json", example("one-week"));
    desk.muster("solve problem.json -o plan.json").ends(0);
    for line in ["solve problem.json", "solve problem.json -o -"] {
        assert_eq!(desk.muster(line).ends(0).out, desk.text("plan.json"));
    }
}

#[test]
fn warnings_do_not_stop_a_solve() {
    let desk = Desk::new();
    desk.write(
        "problem.json",
        r#"{
        "horizon": {"start": "2027-03-01", "weeks": 1},
        "campaigns": [{"id": "a"}],
        "roles": [{"id": "a/r", "campaign": "a", "hours": 1, "target": 1}],
        "experts": [], "pairs": []
    }"#,
    );
    let said = desk.muster("solve problem.json").ends(0);
    let warning = "warning: /roles/0: nobody is eligible for \"a/r\"";
    assert!(said.err.contains(warning), "{}", said.err);
}

#[test]
fn ids_of_a_problem_are_any_text() {
    let plain = example("one-week");
    for id in ["d ia", "東京 😀", "jose\u{301}", "a\"b", "-1", "NaN"] {
        let desk = Desk::new();
        let id = serde_json::Value::from(id).to_string();
        let named = plain.replace("\"dia\"", &id).replace("\"ana\"", "\"\"");
        desk.write("problem.json", named);
        desk.muster("solve problem.json -o plan.json").ends(0);
        assert_eq!(desk.json("plan.json")["objective"], 133_000, "{id}");
        desk.muster("check problem.json plan.json").ends(0);
    }
}

#[test]
fn problems_of_nobody_and_of_nothing_are_solved() {
    let desk = Desk::new();
    desk.write(
        "problem.json",
        r#"{"horizon": {"start": "2027-03-01", "weeks": 1},
        "campaigns": [], "roles": [], "experts": [], "pairs": []}"#,
    );
    desk.muster("solve problem.json -o plan.json").ends(0);
    desk.muster("check problem.json plan.json").ends(0);
}

#[test]
fn faulty_values_are_all_named_with_pointer_value_and_expectation() {
    for (from, to, fault) in [
        (
            "\"hours\": 8",
            "\"hours\": \"8\"",
            "/experts/3/hours: found \"8\", expected",
        ),
        (
            "\"hours\": 8",
            "\"hours\": null",
            "/experts/3/hours: found null, expected",
        ),
        (
            "\"hours\": 8",
            "\"hours\": -8",
            "/experts/3/hours: found -8, expected",
        ),
        (
            "\"hours\": 8",
            "\"hours\": 8.0",
            "/experts/3/hours: found 8.0, expected",
        ),
        (
            "\"hours\": 8",
            "\"hours\": 169",
            "/experts/3/hours: found 169, expected",
        ),
        (
            "\"hours\": 8",
            "\"hours\": 99999999999999999999",
            "found 1e20, expected an integer from 0 to 168",
        ),
        (
            "\"hours\": 8",
            "\"hours\": 8, \"shoes\": 4",
            "/experts/3/shoes: found 4, expected no such field",
        ),
        (
            "\"hours\": 8",
            "\"hours\": 8, \"hours\": 9",
            "/experts/3/hours: found 9, expected each field once",
        ),
        (
            "\"hours\": 8",
            "\"hours\": [8, 8]",
            "/experts/3/hours: found an array of 2, expected",
        ),
        (
            ", \"hours\": 8",
            "",
            "/experts/3/hours: found nothing, expected a value: the field is required",
        ),
        (
            "\"score\": 990",
            "\"score\": 1001",
            "/pairs/5/score: found 1001, expected an integer from 0 to 1000",
        ),
        (
            "\"id\": \"dia\"",
            "\"id\": \"ana\"",
            "/experts/3: found \"ana\" again, expected an id of its own",
        ),
        (
            "\"expert\": \"dia\"",
            "\"expert\": \"zoe\"",
            "found \"zoe\", expected the id of an expert of this problem",
        ),
        ("2027-03-01", "2027-03-02", "/horizon/start: found"),
        ("2027-03-01", "2027-02-30", "/horizon/start: found"),
        (
            "\"weeks\": 1",
            "\"weeks\": 0",
            "/horizon/weeks: found 0, expected an integer from 1 to 520",
        ),
        (
            "\"horizon\"",
            "\"format\": 2, \"horizon\"",
            "/format: found 2, expected 1",
        ),
    ] {
        let desk = Desk::new();
        let good = example("one-week");
        assert!(good.contains(from), "{from}");
        desk.write("problem.json", good.replacen(from, to, 1));
        desk.write("plan.json", "what was there");
        desk.refused("solve problem.json -o plan.json", 2, fault);
        desk.refused("check problem.json plan.json", 2, fault);
        desk.refused(
            "solve problem.json",
            2,
            "problem.json is no valid problem, ",
        );
    }
}

#[test]
fn all_faults_are_counted_and_the_first_thousand_listed() {
    let desk = Desk::new();
    let experts: Vec<String> = (0..1_500)
        .map(|it| format!("{{\"id\": \"e{it}\"}}"))
        .collect();
    desk.write(
        "problem.json",
        format!(
            "{{\"horizon\": {{\"start\": \"2027-03-01\", \"weeks\": 1}}, \"campaigns\": [],
          \"roles\": [], \"experts\": [{}], \"pairs\": []}}",
            experts.join(",")
        ),
    );
    let said = desk.muster("solve problem.json").ends(2);
    assert!(said.err.contains("no valid problem, 1500 faults:\n"));
    assert!(said.err.ends_with("… and 500 more\n"), "{}", said.err);
}

#[test]
fn places_that_cannot_be_written_are_refused_before_the_work() {
    let desk = Desk::new();
    desk.write("problem.json", example("one-week"));
    desk.folder("folder");
    desk.refused(
        "solve problem.json -o folder",
        2,
        "cannot write folder: it is a folder",
    );
    let missing = "cannot write no/plan.json: there is no folder no";
    desk.refused("solve problem.json -o no/plan.json", 2, missing);
}
