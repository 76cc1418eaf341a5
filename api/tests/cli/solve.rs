//! `muster solve`: plans that the checker passes, and problems that it refuses.

use crate::desk::{Desk, example};

#[test]
fn solved_examples_reach_the_proven_optimum_and_pass_the_checker() {
    for name in ["empty-incumbent", "infeasible", "one-week"] {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        let said = desk.muster("solve problem.json -o plan.json").ends(0);
        assert_eq!(said.out, "", "{name}");
        let expected: serde_json::Value =
            serde_json::from_str(&example(&format!("{name}.expected"))).unwrap();
        let plan = desk.json("plan.json");
        assert_eq!(plan["status"], expected["status"], "{name}");
        assert_eq!(plan["objective"], expected["objective"], "{name}");
        let report = desk.muster("check problem.json plan.json").ends(0);
        report.says("the plan holds");
    }
}

#[test]
fn examples_outside_the_class_end_with_5_and_name_every_rule_with_a_pointer() {
    for (name, rules, place) in [
        ("budget", "budget", "budget (/campaigns/0/budget_cents): "),
        (
            "change-limit",
            "change_limit, hours, stint",
            "change_limit (/max_changes): ",
        ),
        ("leave", "hours, stint", "hours (/experts/0/hours): "),
        (
            "mean-score",
            "mean_score",
            "mean_score (/campaigns/0/mean_score): ",
        ),
        (
            "onboarding",
            "onboarding, target, hours, stint",
            "target (/roles/0/target): ",
        ),
        ("pin", "pin, stint", "pin (/pins/0): "),
        ("quota", "quota, hours, stint", "quota (/quotas/0): "),
        ("ratio", "ratio, hours, stint", "ratio (/ratios/0): "),
        ("wall-two-roles", "wall", "wall (/experts/0): "),
    ] {
        let desk = Desk::new();
        desk.write("problem.json", example(name));
        desk.write("plan.json", "what was there");
        let line = "solve problem.json -o plan.json";
        desk.refused(line, 5, &format!("not solved exactly yet: {rules}\n"));
        desk.refused(line, 5, place);
    }
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
