//! Stints to CSV and back.

use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::{Problem, read as read_problem};
use proptest::prelude::*;
use serde_json::json;

use super::super::Format;
use super::super::testing::{case, exported};
use super::{RowFaults, armoured, bare, looks_computed, read};

#[test]
fn every_plan_comes_back_as_it_was() {
    for seed in 0..1_000 {
        let (problem, plan) = case(seed);
        let text = exported(&problem, &plan, &[], Format::Csv);
        let stints = read(&problem, &text).unwrap_or_else(|faults| panic!("seed {seed}: {faults}"));
        assert_eq!(Some(stints), plan.stints, "seed {seed}");
    }
}

#[test]
fn no_cell_of_an_export_is_computed() {
    let mut n_cells = 0;
    for seed in 0..200 {
        let (problem, plan) = case(seed);
        let text = exported(&problem, &plan, &[], Format::Csv);
        let mut csv = ::csv::Reader::from_reader(text.as_slice());
        for record in csv.records() {
            for cell in &record.unwrap() {
                let first = cell.chars().next().unwrap();
                assert!(!"=+-@\t\r\n".contains(first), "{cell:?}");
                n_cells += usize::from(first == '\'');
            }
        }
    }
    assert!(
        n_cells > 100,
        "the ids have nothing to be taken for a formula"
    );
}

proptest! {
    #[test]
    fn armour_comes_off_as_it_went_on(text in "['=+@\\-\t\n]{0,4}.{0,8}") {
        let worn = armoured(&text);
        prop_assert_eq!(bare(&worn), text.as_str());
        prop_assert!(worn.starts_with('\'') || !looks_computed(&worn));
    }
}

proptest! {
    /// Whatever stands in a file: stints of the problem, or faults that say where.
    #[test]
    fn any_bytes_are_read_or_refused(
        seed in 0..50_u64,
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..6),
    ) {
        let (problem, plan) = case(seed);
        let mut text = exported(&problem, &plan, &[], Format::Csv);
        for (place, byte, edit) in edits {
            let place = place.index(text.len() + 1);
            match edit {
                0 => text.insert(place, byte),
                1 => text.truncate(place),
                _ => if let Some(old) = text.get_mut(place) { *old = byte },
            }
        }
        match read(&problem, &text) {
            Ok(stints) => {
                let plan = Plan { stints: Some(stints), ..plan };
                exported(&problem, &plan, &[], Format::Csv);
            }
            Err(faults) => {
                let n_lines = text.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
                prop_assert!(faults.total > 0);
                for fault in faults.faults {
                    prop_assert!((1..=n_lines as u64).contains(&fault.line), "{fault}");
                }
            }
        }
    }
}

/// Two roles over four weeks.
fn problem() -> Problem {
    let problem = json!({
        "horizon": { "start": "2027-01-04", "weeks": 4 },
        "campaigns": [{ "id": "atlas" }, { "id": "borea" }],
        "roles": [
            { "id": "atlas/a", "campaign": "atlas", "hours": 10, "target": 3 },
            { "id": "borea/b", "campaign": "borea", "hours": 10, "target": 3 },
        ],
        "experts": [{ "id": "ana", "hours": 10 }, { "id": "ben", "hours": 10 }],
        "pairs": [{ "expert": "ana", "role": "atlas/a", "score": 800, "rate_cents": 5000 }],
    });
    read_problem(problem.to_string().as_bytes()).unwrap()
}

fn read_text(text: &str) -> Result<Vec<Stint>, RowFaults> {
    read(&problem(), text.as_bytes())
}

#[test]
fn what_spreadsheets_make_of_a_file_is_read() {
    let ana = |from, to| Stint {
        expert: "ana".into(),
        role: "atlas/a".into(),
        from,
        to,
    };
    for text in [
        "expert,role,from_week,to_week\nana,atlas/a,0,3\n",
        "\u{feff}expert;role;from_week;to_week\r\nana;atlas/a;0;3\r\n",
        "to_week\tnote\tfrom_week\trole\texpert\n3\t=1\t0\tatlas/a\tana",
        "\"expert\",\"role\",\"from_week\",\"to_week\"\n\"ana\",\"atlas/a\",\"0\",\" 3 \"\n\n,,,\n",
        "expert,role,from_week,to_week,campaign,from_date,to_date\nana,atlas/a,0,3,atlas,2027-01-04,2027-01-31\n",
        "expert,role,from_week,to_week,campaign,from_date,to_date\nana,atlas/a,0,3,,,\n",
    ] {
        assert_eq!(read_text(text).unwrap(), [ana(0, 3)], "{text}");
    }
    assert_eq!(read_text("expert,role,from_week,to_week\n").unwrap(), []);
}

#[test]
fn everything_that_is_wrong_is_said_by_line_and_column() {
    let text = "expert,campaign,role,from_week,to_week,from_date,to_date\n\
                zoe,atlas,atlas/a,0,3,,\n\
                \"ana\n\",atlas,atlas/a,0,3,,\n\
                ana,atlas,atlas/c,0,3,,\n\
                ben,borea,borea/b,0,3,,\n\
                ana,borea,atlas/a,0,3,,\n\
                ana,atlas,atlas/a,one,4,,\n\
                ana,atlas,atlas/a,0,4,,\n\
                ana,atlas,atlas/a,3,2,,\n\
                ana,atlas,atlas/a,1,2,2027-01-04,25/01/2027\n\
                ana,atlas,atlas/a,1\n\
                ana,atlas,atlas/a,99999999999999999999,1.0,,\n";
    let faults = read_text(text).unwrap_err();
    let expected = "\
line 2, column expert: found \"zoe\", expected an expert of the problem
line 3, column expert: found \"ana\\n\", expected an expert of the problem
line 5, column role: found \"atlas/c\", expected a role of the problem
line 6: found \"ben\" on \"borea/b\", expected a pair of the problem
line 7, column campaign: found \"borea\", expected \"atlas\", the role's
line 8, column from_week: found \"one\", expected the number of a week, counted from 0
line 9, column to_week: found 4, expected a week of the horizon, 0 to 3
line 10, column to_week: found 2, expected a week from 3 on
line 11, column from_date: found \"2027-01-04\", expected 2027-01-11, the Monday of week 1, or no such column
line 11, column to_date: found \"25/01/2027\", expected 2027-01-24, the Sunday of week 2, or no such column
line 12: found 4 cells, expected 7, as the header has
line 13, column from_week: found \"99999999999999999999\", expected the number of a week, counted from 0
line 13, column to_week: found \"1.0\", expected the number of a week, counted from 0
";
    assert_eq!(faults.to_string(), expected);
    assert_eq!(faults.total, 13);
}

#[test]
fn files_that_are_no_list_of_stints_are_refused() {
    for (text, fragment) in [
        (
            &b""[..],
            "line 1: found an empty file, expected a header with expert, role, from_week, to_week",
        ),
        (b"\n\n", "found an empty file"),
        (
            b"expert,role,from_week\n",
            "line 1, column to_week: found no such column, expected a header with",
        ),
        (
            b"ana,atlas/a,0,3\n",
            "line 1, column expert: found no such column",
        ),
        (
            b"expert,role,role,from_week,to_week\n",
            "line 1, column role: found the column again, expected each column once",
        ),
        (
            b"expert,role,from_week,to_week\nan\xff,atlas/a,0,3\n",
            "line 2: found bytes that are no UTF-8, expected text in UTF-8",
        ),
        (
            b"{\"status\": \"feasible\"}",
            "column expert: found no such column",
        ),
        (
            b"expert,role,from_week,to_week\n\"ana,atlas/a,0,3\nben,,,\n",
            "line 2: found 1 cells, expected 4",
        ),
    ] {
        let faults = read(&problem(), text).unwrap_err();
        assert!(
            faults.to_string().contains(fragment),
            "{fragment}\nin\n{faults}"
        );
    }
}

#[test]
fn a_thousand_faults_are_kept_and_all_are_counted() {
    let text = format!(
        "expert,role,from_week,to_week\n{}",
        "zoe,atlas/a,0,3\n".repeat(1_500)
    );
    let faults = read_text(&text).unwrap_err();
    assert_eq!(
        (faults.faults.len(), faults.total),
        (RowFaults::KEPT, 1_500)
    );
    assert!(faults.to_string().ends_with("… and 500 more\n"));
}

#[test]
fn amounts_are_those_of_the_stint() {
    let plan = Plan {
        stints: Some(vec![Stint {
            expert: "ana".into(),
            role: "atlas/a".into(),
            from: 1,
            to: 3,
        }]),
        ..Plan::without_stints(Status::Feasible)
    };
    let text = String::from_utf8(exported(&problem(), &plan, &[], Format::Csv)).unwrap();
    assert!(
        text.ends_with(
            "\nana,atlas,atlas/a,1,3,2027-01-11,2027-01-31,10,5000,800,50000,3,3,0,150000,0\n"
        ),
        "{text}"
    );
}
