//! `muster check`: plans that break one rule each, claims that are false, files that are no plans.

use serde_json::{Value, json};

use crate::desk::{Desk, example};

/// An example and its plan, solved.
fn solved(name: &str) -> (Desk, Value) {
    let desk = Desk::new();
    desk.write("problem.json", example(name));
    desk.muster("solve problem.json -o plan.json").ends(0);
    let plan = desk.json("plan.json");
    (desk, plan)
}

fn stint(expert: &str, role: &str, from: i64, to: i64) -> Value {
    json!({ "expert": expert, "role": role, "from": from, "to": to })
}

/// Checks a plan of `stints` for `problem` alone; the rule must be reported broken, with the place.
fn breaks(problem: &str, stints: &[Value], rule: &str, violation: &str) {
    let desk = Desk::new();
    desk.write("problem.json", problem);
    let plan = json!({ "status": "feasible", "stints": stints });
    desk.write("plan.json", plan.to_string());
    let said = desk.muster("check problem.json plan.json").ends(1);
    let line = said.out.lines().find(|line| line.starts_with(rule));
    let line = line.unwrap_or_else(|| panic!("{rule}: {}", said.out));
    assert!(line.contains("BROKEN"), "{rule}: {}", said.out);
    said.says(violation).says("the plan does NOT hold");
}

#[test]
fn every_rule_is_checked() {
    let problem = |name: &str| example(name);
    let (ana, ben) = ("ana", "ben");
    let role = "atlas/annotator";
    let one_week = problem("one-week");
    let apart = one_week.replacen(
        "\"pairs\"",
        "\"apart\": [[\"atlas/annotator\", \"atlas/reviewer\"]], \"pairs\"",
        1,
    );
    let ana_twice = [stint(ana, role, 0, 0), stint(ana, "atlas/reviewer", 0, 0)];
    let three = [
        stint(ana, role, 0, 0),
        stint(ben, role, 0, 0),
        stint("cho", role, 0, 0),
    ];
    let whole = [stint(ana, role, 0, 3), stint(ben, role, 0, 3)];
    let both_walls = [stint(ana, role, 0, 0), stint(ana, "borea/annotator", 2, 2)];
    let newcomer = [stint(ana, role, 0, 2), stint("cho", role, 0, 3)];
    for (problem, stints, rule, violation) in [
        (
            &one_week,
            [stint("cho", "atlas/reviewer", 0, 0)].as_slice(),
            " 1 eligible",
            "/stints/0: \"cho\" and \"atlas/reviewer\" are no pair of the problem",
        ),
        (
            &one_week,
            &[stint("zoe", role, 0, 0)],
            " 1 eligible",
            "/stints/0: the problem has no expert \"zoe\"",
        ),
        (
            &one_week,
            &[stint(ana, "nope", 0, 0)],
            " 1 eligible",
            "/stints/0: the problem has no role \"nope\"",
        ),
        (
            &one_week,
            &[stint(ana, role, -1, 7)],
            " 1 eligible",
            "/stints/0: weeks -1 to 7 reach outside the horizon",
        ),
        (
            &one_week,
            &[stint(ana, role, 1, 0)],
            " 1 eligible",
            "/stints/0: weeks 1 to 0 are none",
        ),
        (&one_week, &ana_twice, " 2 capacity", "\"ana\" in week 0: "),
        (
            &one_week,
            &[stint("dia", role, 0, 0)],
            " 3 stint",
            "its last week is a leave week",
        ),
        (
            &one_week,
            &[stint(ana, role, 0, 0), stint(ana, role, 0, 0)],
            " 3 stint",
            "/stints/1: \"ana\" on",
        ),
        (
            &problem("pin"),
            &[stint(ben, role, 1, 2)],
            " 3 stint",
            "/stints/0: \"ben\" on",
        ),
        (
            &one_week,
            &three,
            " 4 headcount",
            "3 heads cover \"atlas/annotator\" in week 0, target 2",
        ),
        (
            &problem("infeasible"),
            &both_walls,
            " 5 wall",
            "\"ana\" serves \"atlas/annotator\" and \"borea/annotator\"",
        ),
        (&apart, &ana_twice, " 5 apart", "\"ana\""),
        (&problem("budget"), &whole, " 6 budget", "250000"),
        (
            &problem("ratio"),
            &[stint(ana, role, 0, 0)],
            " 7 ratio",
            "week 0",
        ),
        (
            &problem("quota"),
            &[stint(ana, role, 0, 0)],
            " 8 quota",
            "50",
        ),
        (
            &problem("pin"),
            &[],
            " 9 pin",
            "\"ben\" is pinned on \"atlas/annotator\" in weeks 1 to 1",
        ),
        (&problem("change-limit"), &newcomer, "10 change_limit", "1"),
    ] {
        breaks(problem, stints, rule, violation);
    }
}

#[test]
fn every_false_claim_is_told() {
    let (desk, plan) = solved("one-week");
    let reviewer = "/prices/heads/atlas~1reviewer/0";
    for (at, value, claim) in [
        (
            "/objective",
            json!(133_001),
            "objective 133001 is stated, it is 133000",
        ),
        (
            "/bound",
            json!(133_001),
            "bound 133001 is above price_bound 133000",
        ),
        (
            "/bound",
            json!(132_999),
            "bound 132999 is below the objective",
        ),
        (
            "/bound",
            json!(133_001),
            "status is optimal, but the bound is 133001",
        ),
        (
            "/price_bound",
            json!(132_999),
            "price_bound 132999 is stated, the prices prove no better than 133000",
        ),
        (
            "/status",
            json!("infeasible"),
            "`stints` is there: a plan of this status omits it",
        ),
        (
            "/status",
            json!("unknown"),
            "a problem without pins and change limit has a feasible plan",
        ),
        (
            "/stints",
            json!([]),
            "objective 133000 is stated, it is -3000000",
        ),
        (
            reviewer,
            json!(1_000_000_000_000_000_i64),
            "price_bound 133000 is stated, the prices prove no better than",
        ),
        (
            "/prices/heads/atlas~1reviewer",
            json!([1, 2]),
            "found an array of 2, expected 1 prices, one a week",
        ),
        (
            "/prices/heads",
            json!({"nope": [1]}),
            "/prices/heads/nope: found \"nope\", expected the id of a role",
        ),
        (
            "/prices",
            json!({"budget": {"atlas": 5}}),
            "/prices/budget/atlas: found 5, expected 0",
        ),
    ] {
        let mut spoilt = plan.clone();
        *spoilt.pointer_mut(at).unwrap() = value;
        desk.write("plan.json", spoilt.to_string());
        let said = desk.muster("check problem.json plan.json").ends(1);
        said.says("FALSE CLAIM: ").says(claim);
    }
    for field in [
        "objective",
        "bound",
        "price_bound",
        "proof",
        "stints",
        "prices",
    ] {
        let mut spoilt = plan.clone();
        spoilt.as_object_mut().unwrap().remove(field);
        desk.write("plan.json", spoilt.to_string());
        let said = desk.muster("check problem.json plan.json").ends(1);
        said.says(&format!("FALSE CLAIM: `{field}` is missing"));
    }
}

#[test]
fn prices_larger_than_64_bits_are_read_and_those_out_of_range_prove_nothing() {
    let (desk, _) = solved("one-week");
    let plan = desk.text("plan.json");
    let compact: String = plan.split_whitespace().collect();
    let from = compact.find("\"atlas/reviewer\":[").unwrap() + "\"atlas/reviewer\":[".len();
    let to = from + compact[from..].find(']').unwrap();
    let range = "expected an integer from -100000000000000000000 to 100000000000000000000";
    for (price, code, fragment) in [
        ("-100000000000000000000", 1, "price_bound 133000 is stated"),
        (
            "100000000000000000000",
            1,
            "the prices prove no better than 199999999126000",
        ),
        ("100000000000000000001", 1, range),
        (&"9".repeat(50), 2, "/prices/heads/atlas~1reviewer/0: found"),
        (
            "1e20",
            2,
            "a number with a fraction or an exponent at line 1",
        ),
    ] {
        desk.write(
            "plan.json",
            [&compact[..from], price, &compact[to..]].concat(),
        );
        let said = desk.muster("check problem.json plan.json").ends(code);
        assert!([said.out, said.err].concat().contains(fragment), "{price}");
    }
}

#[test]
fn a_conflict_must_name_what_is_there_and_clashes() {
    let (desk, plan) = solved("infeasible");
    let wall = json!({ "rule": "wall", "at": "/campaigns/0/wall" });
    for (conflict, code, fragment) in [
        (
            json!({"pins": [0, 1], "changes": [], "rules": [wall]}),
            0,
            "the plan holds",
        ),
        (
            json!({"pins": [0], "changes": [], "rules": [wall]}),
            1,
            "the conflict is none",
        ),
        (
            json!({"pins": [0, 1], "changes": [], "rules": []}),
            1,
            "the conflict is none",
        ),
        (
            json!({"pins": [0, 5], "changes": [], "rules": []}),
            1,
            "/conflict/pins/1: pin 5 of 2, counted from 0, does not exist",
        ),
        (
            json!({"pins": [], "changes": ["zoe"], "rules": []}),
            1,
            "/conflict/changes/0: the problem has no expert \"zoe\"",
        ),
        (
            json!({"pins": [], "changes": [], "rules": [{"rule": "wall", "at": "/nope"}]}),
            1,
            "the problem has nothing at \"/nope\"",
        ),
        (Value::Null, 1, "`conflict` is missing"),
    ] {
        let mut plan = plan.clone();
        match conflict {
            Value::Null => drop(plan.as_object_mut().unwrap().remove("conflict")),
            conflict => plan["conflict"] = conflict,
        }
        desk.write("plan.json", plan.to_string());
        desk.muster("check problem.json plan.json")
            .ends(code)
            .says(fragment);
    }
}

#[test]
fn files_that_are_no_plans_are_refused_with_pointer_value_and_expectation() {
    let (desk, plan) = solved("one-week");
    for (at, value, fault) in [
        (
            "",
            json!([1]),
            "(whole file): found an array of 1, expected an object",
        ),
        (
            "",
            json!(null),
            "(whole file): found null, expected an object",
        ),
        (
            "/status",
            json!("great"),
            "/status: found \"great\", expected one of optimal, feasible, infeasible, unknown",
        ),
        (
            "/proof",
            json!("magic"),
            "/proof: found \"magic\", expected one of prices, branching, mip",
        ),
        (
            "/objective",
            json!(1.5),
            "/objective: found 1.5, expected an integer",
        ),
        (
            "/objective",
            json!("12"),
            "/objective: found \"12\", expected an integer",
        ),
        (
            "/objective",
            json!(1e40),
            "a number with a fraction or an exponent at line 1 column",
        ),
        (
            "/stints",
            json!({}),
            "/stints: found an object, expected an array",
        ),
        (
            "/stints/0",
            json!(["ana", "atlas/annotator", 0, 0]),
            "/stints/0: found an array of 4, expected an object",
        ),
        (
            "/stints/0/from",
            json!("0"),
            "/stints/0/from: found \"0\", expected an integer",
        ),
        (
            "/stints/0/to",
            json!(0.5),
            "/stints/0/to: found 0.5, expected an integer",
        ),
        (
            "/stints/0",
            json!({"expert": "ana"}),
            "/stints/0/role: found nothing, expected a value",
        ),
        (
            "/prices",
            json!([]),
            "/prices: found an array of 0, expected an object",
        ),
        (
            "/prices",
            json!({"wall": 1}),
            "/prices/wall: found 1, expected no such field; known here: heads",
        ),
    ] {
        let mut spoilt = plan.clone();
        *spoilt.pointer_mut(at).unwrap() = value;
        desk.write("spoilt.json", spoilt.to_string());
        desk.refused(
            "check problem.json spoilt.json",
            2,
            "spoilt.json is no valid plan, 1 fault:\n",
        );
        desk.refused("check problem.json spoilt.json", 2, fault);
    }
    let text = plan.to_string();
    for (from, to, fault) in [
        (
            "{",
            "{\"format\": 2, ",
            "/format: found 2, expected 1, the only format there is",
        ),
        (
            "\"status\":",
            "\"status\": \"feasible\", \"status\":",
            "/status: found the field again",
        ),
        (
            "\"status\":\"optimal\"",
            "\"state\": 1",
            "/status: found nothing, expected a value: the field is required",
        ),
        (
            "\"expert\":",
            "\"shoes\": 44, \"expert\":",
            "/stints/0/shoes: found 44, expected no such field",
        ),
    ] {
        assert!(text.contains(from), "{from}");
        desk.write("spoilt.json", text.replacen(from, to, 1));
        desk.refused("check problem.json spoilt.json", 2, fault);
    }
}

#[test]
fn a_plan_may_say_more_than_it_must() {
    let (desk, mut plan) = solved("one-week");
    plan["format"] = json!(1);
    plan["made_by"] = json!({"program": "another", "seconds": 1.5});
    desk.write("plan.json", plan.to_string());
    desk.muster("check problem.json plan.json").ends(0);
}

#[test]
fn the_report_is_text_or_json_and_goes_where_it_is_asked() {
    let (desk, _) = solved("one-week");
    let json = desk.muster("check problem.json plan.json --json").ends(0);
    assert_eq!(json.json()["rules"][0]["rule"], "eligible");
    assert_eq!(json.err, "");
    let text = desk.muster("check problem.json plan.json").ends(0);
    let said = desk
        .muster("check problem.json plan.json -o report.txt")
        .ends(0);
    assert_eq!((said.out.as_str(), desk.text("report.txt")), ("", text.out));
}

#[test]
fn one_of_problem_and_plan_may_come_from_standard_input() {
    let (desk, _) = solved("one-week");
    let plan = desk.read("plan.json");
    desk.run(&["check", "problem.json", "-"], &plan).ends(0);
    desk.refused(
        "check - -",
        2,
        "standard input cannot be both the problem and the plan",
    );
}
