//! Workbooks, read back by another library and held against the plan.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Range, Reader as _, Xlsx};
use muster_matcher::explain::{campaign_covers, shortfalls};
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::Problem;

use super::super::Doing;
use super::super::testing::{case, exported};
use super::super::text::clean;
use super::super::{Format, PlanView};

/// The sheets, in order, with their formulas.
fn sheets(problem: &Problem, plan: &Plan) -> Vec<(String, Range<Data>, Range<String>)> {
    let bytes = exported(problem, plan, &[], Format::Xlsx);
    let mut workbook = Xlsx::new(Cursor::new(bytes)).unwrap();
    let names = workbook.sheet_names();
    let sheet = |name: String| {
        let formulas = workbook.worksheet_formula(&name).unwrap();
        (
            name.clone(),
            workbook.worksheet_range(&name).unwrap(),
            formulas,
        )
    };
    names.into_iter().map(sheet).collect()
}

fn text(range: &Range<Data>, row: u32, column: u32) -> String {
    match range.get_value((row, column)) {
        None | Some(Data::Empty) => String::new(),
        Some(Data::String(text)) => text.clone(),
        other => panic!("{other:?} at {row}, {column} is no text"),
    }
}

fn number(range: &Range<Data>, row: u32, column: u32) -> f64 {
    match range.get_value((row, column)) {
        Some(Data::Float(number)) => *number,
        Some(Data::Int(number)) => *number as f64,
        Some(Data::DateTime(date)) => date.as_f64(),
        other => panic!("{other:?} at {row}, {column} is no number"),
    }
}

/// An amount in cents, from a number in whole units or from a text.
fn cents(range: &Range<Data>, row: u32, column: u32) -> i128 {
    if let Some(Data::String(text)) = range.get_value((row, column)) {
        return text.replace('.', "").parse().unwrap();
    }
    let cents = (number(range, row, column) * 100.0).round();
    format!("{cents:.0}").parse().unwrap()
}

/// The row whose first cell says `name`, from `first` on.
fn row_of(range: &Range<Data>, name: &str, first: u32) -> u32 {
    let last = range.end().unwrap().0;
    let found = (first..=last)
        .find(|row| matches!(range.get_value((*row, 0)), Some(Data::String(it)) if it == name));
    found.unwrap_or_else(|| panic!("no row {name:?}"))
}

#[test]
fn every_stint_stands_on_the_sheet_of_its_campaign() {
    for seed in 0..150 {
        let (problem, plan) = case(seed);
        let view = PlanView::new(&problem, &plan).unwrap();
        let sheets = sheets(&problem, &plan);
        assert_eq!(sheets.len(), 2 + problem.campaigns.len(), "seed {seed}");
        for (campaign, (_, range, formulas)) in view.campaigns().zip(&sheets[2..]) {
            let mut rows: Vec<_> = view
                .rows()
                .iter()
                .filter(|it| it.campaign == campaign)
                .collect();
            rows.sort_by_key(|it| (it.role, it.expert, it.from));
            let mut at = 4;
            let mut before = None;
            for row in &rows {
                // A row of sums ends each role.
                at += u32::from(before.is_some_and(|role| role != row.role));
                before = Some(row.role);
                assert_eq!(
                    text(range, at, 0),
                    clean(problem.role_id(row.role)),
                    "seed {seed}"
                );
                assert_eq!(
                    text(range, at, 1),
                    clean(problem.expert_id(row.expert)),
                    "seed {seed}"
                );
                if view.monday(row.from).year() > 1900 {
                    let serial = view
                        .monday(row.from)
                        .since(jiff::civil::date(1899, 12, 30))
                        .unwrap()
                        .get_days();
                    assert_eq!(number(range, at, 2), f64::from(serial), "seed {seed}");
                } else {
                    assert_eq!(text(range, at, 2), view.monday(row.from).to_string());
                }
                assert_eq!(number(range, at, 4), f64::from(row.worked), "seed {seed}");
                assert_eq!(
                    cents(range, at, 9),
                    i128::from(row.pair.rate.get()),
                    "seed {seed}"
                );
                assert_eq!(cents(range, at, 10), view.pay(row).0, "seed {seed}");
                for (week, doing) in view.weeks(row) {
                    let column = 13 + u32::from(week.get());
                    if doing == Doing::Leave {
                        assert_eq!(text(range, at, column), "leave", "seed {seed}");
                    } else {
                        assert_eq!(
                            number(range, at, column),
                            f64::from(view.role_of(row).hours.get()),
                            "seed {seed}"
                        );
                    }
                }
                at += 1;
            }
            if rows.is_empty() {
                assert!(text(range, 4, 0).starts_with("Nobody"), "seed {seed}");
                continue;
            }
            let sum = row_of(range, "Sum", at);
            assert_eq!(sum, at + 1, "seed {seed}");
            let pay: i128 = rows.iter().map(|it| view.pay(it).0).sum();
            assert_eq!(cents(range, sum, 10), pay, "seed {seed}");
            let formula = formulas.get_value((sum, 10)).unwrap();
            assert_eq!(formula, &format!("SUBTOTAL(9,K5:K{sum})"), "seed {seed}");
            sums_are_those_of_their_rows(range, sum, usize::from(problem.weeks), seed);
        }
    }
}

/// Every sum of a role, and the sum of all, recomputed from the cells above it.
fn sums_are_those_of_their_rows(range: &Range<Data>, last: u32, weeks: usize, seed: u64) {
    let is_sum = |row: u32| {
        matches!(range.get_value((row, 2)), Some(Data::String(text)) if text.is_empty())
            || range.get_value((row, 2)) == Some(&Data::Empty)
    };
    let columns = [4, 5, 6, 8, 10, 11]
        .into_iter()
        .chain(13..13 + u32::try_from(weeks).unwrap());
    for column in columns {
        let (mut of_role, mut of_all) = (0.0, 0.0);
        for row in 4..last {
            if is_sum(row) {
                assert!(
                    (number(range, row, column) - of_role).abs() < 1e-6,
                    "seed {seed}: {row}, {column}"
                );
                of_role = 0.0;
            } else if let Some(Data::Float(cell)) = range.get_value((row, column)) {
                of_role += cell;
                of_all += cell;
            }
        }
        assert!(
            (number(range, last, column) - of_all).abs() < 1e-6,
            "seed {seed}: {column}"
        );
    }
}

#[test]
fn shortfalls_are_the_plans() {
    for seed in 0..60 {
        let (problem, plan) = case(seed);
        let sheets = sheets(&problem, &plan);
        let (name, range, _) = &sheets[1];
        assert_eq!(name, "Shortfalls");
        let short = shortfalls(&problem, &plan);
        for (row, it) in (1..).zip(&short) {
            assert_eq!(text(range, row, 0), clean(&it.campaign), "seed {seed}");
            assert_eq!(text(range, row, 1), clean(&it.role), "seed {seed}");
            let numbers: Vec<f64> = [2, 4, 5, 6, 7, 8]
                .map(|column| number(range, row, column))
                .to_vec();
            let expected = [
                it.week.into(),
                it.target,
                it.min,
                it.filled,
                it.missing(),
                it.missing_min,
            ];
            assert_eq!(numbers, expected.map(f64::from), "seed {seed}");
            assert_eq!(cents(range, row, 9), it.cost.0, "seed {seed}");
            for cause in &it.causes {
                let said = format!("{} {}", cause.people, cause.cause.words());
                assert!(text(range, row, 12).contains(&said), "seed {seed}: {said}");
            }
        }
        let last = u32::try_from(short.len()).unwrap() + 1;
        if short.is_empty() {
            assert_eq!(text(range, 1, 0), "Every seat is filled.");
        } else {
            let missing: u32 = short.iter().map(|it| it.missing()).sum();
            assert_eq!(number(range, last, 7), f64::from(missing), "seed {seed}");
        }
    }
}

#[test]
fn kpis_are_the_plans() {
    for seed in 0..100 {
        let (problem, plan) = case(seed);
        let objective = muster_matcher::check::check(&problem, &plan)
            .objective
            .unwrap();
        let sheets = sheets(&problem, &plan);
        let (name, range, _) = &sheets[0];
        assert_eq!(name, "KPIs");
        let told: BTreeMap<&str, u32> = ["Status", "Objective", "Bound", "Checked"]
            .map(|name| (name, row_of(range, name, 0)))
            .into();
        assert_eq!(text(range, told["Status"], 1), "feasible");
        assert_eq!(
            cents(range, told["Objective"], 1),
            objective.total,
            "seed {seed}"
        );
        assert_eq!(text(range, told["Bound"], 1), "not stated");
        let report = muster_matcher::check::check(&problem, &plan);
        assert_eq!(
            text(range, told["Checked"], 1).starts_with("RULES ARE BROKEN"),
            !report.keeps_rules(),
            "seed {seed}"
        );
        let first = row_of(range, "Campaign", 0) + 1;
        let covers = campaign_covers(&problem, &plan);
        for (row, it) in (first..).zip(&covers) {
            assert_eq!(text(range, row, 0), clean(&it.campaign), "seed {seed}");
            let counts = [
                u64::from(it.people),
                it.peak_target,
                it.peak_filled,
                it.seat_weeks_wanted,
                it.seat_weeks_filled,
                it.seat_weeks_missing,
            ];
            for (column, count) in (3..).zip(counts) {
                assert_eq!(number(range, row, column), count as f64, "seed {seed}");
            }
            assert_eq!(cents(range, row, 10), it.pay.0, "seed {seed}");
            if let Some(budget) = it.budget {
                assert_eq!(cents(range, row, 11), budget.0, "seed {seed}");
            }
            if it.seat_weeks_wanted > 0 {
                let fill = 1.0 - it.seat_weeks_missing as f64 / it.seat_weeks_wanted as f64;
                assert!((number(range, row, 9) - fill).abs() < 1e-9, "seed {seed}");
            }
        }
        let sum = row_of(range, "Sum", first);
        let pay: i128 = covers.iter().map(|it| it.pay.0).sum();
        assert_eq!(cents(range, sum, 10), pay, "seed {seed}");
    }
}

#[test]
fn only_our_sums_are_formulas() {
    for seed in 0..60 {
        let (problem, plan) = case(seed);
        for (name, _, formulas) in sheets(&problem, &plan) {
            for (_, _, formula) in formulas.used_cells() {
                assert!(
                    formula.is_empty() || formula.starts_with("SUBTOTAL(9,"),
                    "seed {seed}, {name}: {formula}"
                );
            }
        }
    }
}
