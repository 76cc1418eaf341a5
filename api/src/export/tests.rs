//! What holds of every format.

use std::io::Read as _;
use std::time::Duration;

use muster_datasets::generator::{ProblemSpec, staffing_problem};
use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::{Problem, read};
use muster_matcher::solve::solve;
use serde_json::json;

use super::testing::{case, exported};
use super::{ExportError, Format, PlanView, csv, restate, write};

#[test]
fn the_same_plan_makes_the_same_bytes_at_any_time() {
    let (problem, plan) = case(5);
    let made = || Format::ALL.map(|format| exported(&problem, &plan, &[], format));
    let before = made();
    std::thread::sleep(Duration::from_millis(1_100));
    assert!(before == made());
}

#[test]
fn rows_add_up_to_what_the_checker_counts() {
    for seed in 0..400 {
        let (problem, plan) = case(seed);
        let view = PlanView::new(&problem, &plan).unwrap();
        let objective = check(&problem, &plan).objective.unwrap();
        let pay: i128 = view.rows().iter().map(|row| view.pay(row).0).sum();
        let start: i128 = view.rows().iter().map(|row| view.start_cost(row).0).sum();
        let score: i128 = view
            .rows()
            .iter()
            .map(|row| i128::from(row.pair.score.get()) * i128::from(row.worked - row.onboarding))
            .sum();
        assert_eq!(-pay, objective.terms.pay, "seed {seed}");
        assert_eq!(-start, objective.terms.start, "seed {seed}");
        assert_eq!(
            score * problem.weights.point.0,
            objective.terms.score,
            "seed {seed}"
        );
    }
}

/// A solved plan goes through CSV and JSON and comes back: the same stints, worth the same, and every
/// claim about them true.
#[test]
fn a_solved_plan_comes_back_from_csv_and_is_true() {
    for seed in 0..8 {
        let spec = ProblemSpec {
            experts: 60,
            campaigns: 2,
            roles_a_campaign: 2,
            weeks: 6,
            peak_heads: 12,
            seed,
            ..ProblemSpec::default()
        };
        let problem = Problem::new(staffing_problem(&spec)).unwrap();
        let plan = solve(&problem);
        let text = exported(&problem, &plan, &[], Format::Csv);
        let again = restate(&problem, csv::read(&problem, &text).unwrap());
        assert_eq!(again.stints, plan.stints, "seed {seed}");
        assert_eq!(again.objective, plan.objective, "seed {seed}");
        let report = check(&problem, &again);
        assert!(report.holds(), "seed {seed}: {:?}", report.false_claims);
        let json = exported(&problem, &plan, &[], Format::Json);
        let read: Plan = serde_json::from_slice(&json).unwrap();
        assert!(
            read == Plan {
                report: read.report.clone(),
                ..plan
            },
            "seed {seed}"
        );
    }
}

/// Two campaigns that share a person, the second one's words all saying so.
fn two_clients() -> (Problem, Plan) {
    let problem = json!({
        "horizon": { "start": "2027-01-04", "weeks": 3 },
        "campaigns": [{ "id": "ours", "client": "we" }, { "id": "SECRET", "client": "SECRET-client", "budget_cents": 987654321 }],
        "roles": [
            { "id": "ours/a", "campaign": "ours", "hours": 10, "target": 3 },
            { "id": "SECRET/b", "campaign": "SECRET", "hours": 10, "target": 3 },
        ],
        "experts": [{ "id": "ana", "hours": 10 }, { "id": "ben-SECRET", "hours": 10 }],
        "pairs": [
            { "expert": "ana", "role": "ours/a", "score": 800, "rate_cents": 5000 },
            { "expert": "ben-SECRET", "role": "ours/a", "score": 800, "rate_cents": 5000 },
            { "expert": "ben-SECRET", "role": "SECRET/b", "score": 800, "rate_cents": 98765 },
        ],
    });
    let problem = read(problem.to_string().as_bytes()).unwrap();
    let stint = |expert: &str, role: &str| Stint {
        expert: expert.into(),
        role: role.into(),
        from: 0,
        to: 1,
    };
    let plan = Plan {
        stints: Some(vec![
            stint("ana", "ours/a"),
            stint("ben-SECRET", "SECRET/b"),
        ]),
        ..Plan::without_stints(Status::Feasible)
    };
    (problem, plan)
}

#[test]
fn a_view_of_one_campaign_says_nothing_of_another() {
    let (problem, plan) = two_clients();
    for format in [Format::Csv, Format::Xlsx, Format::Ical, Format::Svg] {
        let said = |campaigns: &[String]| {
            let bytes = exported(&problem, &plan, campaigns, format);
            if format == Format::Xlsx {
                unzipped(bytes)
            } else {
                String::from_utf8(bytes).unwrap()
            }
        };
        let ours = said(&["ours".to_owned()]);
        assert!(ours.contains("ours"), "{format:?}");
        for secret in ["SECRET", "98765", "987.65"] {
            assert!(!ours.contains(secret), "{format:?}: {secret}");
        }
        assert!(said(&[]).contains("SECRET"), "{format:?}");
        let both = ["SECRET".to_owned(), "ours".to_owned(), "ours".to_owned()];
        assert!(said(&both) == said(&[]), "{format:?}");
    }
}

/// Every part of a workbook.
fn unzipped(bytes: Vec<u8>) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    for idx in 0..archive.len() {
        archive
            .by_index(idx)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
    }
    text
}

#[test]
fn what_is_no_plan_of_the_problem_is_refused_with_its_place() {
    let (problem, mut plan) = two_clients();
    let refused = |plan: &Plan, campaigns: &[&str], format, fragment: &str| {
        let campaigns: Vec<String> = campaigns.iter().map(|id| (*id).to_owned()).collect();
        let mut bytes = Vec::new();
        let error = write(&problem, plan, &campaigns, format, &mut bytes).unwrap_err();
        assert!(
            error.to_string().contains(fragment),
            "{fragment}\nin\n{error}"
        );
        assert_eq!(bytes, b"", "{fragment}");
        error
    };
    refused(
        &plan,
        &["none"],
        Format::Csv,
        "the problem has no campaign \"none\"",
    );
    refused(
        &plan,
        &["ours"],
        Format::Json,
        "a plan file is of the whole problem",
    );
    let stint = |expert: &str, role: &str, from, to| Stint {
        expert: expert.into(),
        role: role.into(),
        from,
        to,
    };
    plan.stints = Some(vec![
        stint("zoe", "ours/c", 0, 1),
        stint("ana", "ours/a", -1, 1),
        stint("ana", "ours/a", 0, 3),
        stint("ana", "ours/a", 2, 1),
        stint("ana", "SECRET/b", 0, 0),
        stint("ana", "ours/a", i64::MIN, i64::MAX),
    ]);
    for format in Format::ALL {
        for fragment in [
            "not one of this problem, 7 faults:\n",
            "/stints/0/expert: found \"zoe\", expected an expert of the problem\n",
            "/stints/0/role: found \"ours/c\", expected a role of the problem\n",
            "/stints/1/from: found -1, expected a week of the horizon, 0 to 2\n",
            "/stints/2/to: found 3, expected a week of the horizon, 0 to 2\n",
            "/stints/3/to: found 1, expected a week from 2 on\n",
            "/stints/4: found \"ana\" on \"SECRET/b\", expected a pair of the problem\n",
            "/stints/5/from: found -9223372036854775808, expected a week of the horizon, 0 to 2",
        ] {
            refused(&plan, &[], format, fragment);
        }
    }
    let none = Plan::without_stints(Status::Infeasible);
    let error = refused(
        &none,
        &[],
        Format::Svg,
        "the plan has no stints: its status is infeasible",
    );
    assert!(matches!(error, ExportError::NoStints(Status::Infeasible)));
    assert!(exported(&problem, &none, &[], Format::Json).starts_with(b"{"));
}

#[test]
fn a_horizon_beyond_the_calendar_is_refused() {
    let text = r#"{"horizon": {"start": "9999-12-20", "weeks": 3}, "campaigns": [], "roles": [], "experts": [], "pairs": []}"#;
    let problem = read(text.as_bytes()).unwrap();
    let plan = Plan {
        stints: Some(Vec::new()),
        ..Plan::without_stints(Status::Feasible)
    };
    let error = PlanView::new(&problem, &plan).unwrap_err();
    assert!(matches!(error, ExportError::NoDates), "{error}");
}

#[test]
fn a_problem_of_nothing_has_every_export() {
    let text = r#"{"horizon": {"start": "2027-01-04", "weeks": 520}, "campaigns": [], "roles": [], "experts": [], "pairs": []}"#;
    let problem = read(text.as_bytes()).unwrap();
    let plan = Plan {
        stints: Some(Vec::new()),
        ..Plan::without_stints(Status::Optimal)
    };
    for format in Format::ALL {
        assert!(
            !exported(&problem, &plan, &[], format).is_empty(),
            "{format:?}"
        );
    }
}
