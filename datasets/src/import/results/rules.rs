//! Which ratings count: those of people in the pool, in attempts that their test allows.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::Date;
use muster_matcher::model::Id;
use muster_matcher::model::profile::Profile;

use super::super::report::RowFault;
use super::Subject;
use super::definitions::Definitions;
use super::rows::{Row, TestKey};

/// A rating that counts.
pub(super) struct Kept {
    pub(super) row: Row,
    /// Whether its attempt is the one that the person is judged by.
    pub(super) is_last: bool,
    /// The last day on which its attempt counts.
    pub(super) expires_on: Option<Date>,
}

/// An attempt as its first rating has it.
struct Attempt {
    test: TestKey,
    taken_on: Date,
    line: u64,
    expires_on: Option<Date>,
}

/// The ratings that count, in the order of people, subjects and attempts; and the faults of each of the others.
pub(super) fn keep(
    rows: Vec<Row>,
    people: &BTreeMap<Id, Profile>,
    tests: &Definitions,
) -> (Vec<Kept>, Vec<Vec<RowFault>>) {
    let mut by_subject: BTreeMap<(Id, Subject), Vec<Row>> = BTreeMap::new();
    let mut faults = Vec::new();
    for row in rows {
        if people.contains_key(&row.person) {
            let subject = (row.task_type, row.skill.clone());
            let key = (row.person.clone(), subject);
            by_subject.entry(key).or_default().push(row);
        } else {
            let value = format!("{:?}", row.person.as_str());
            faults.push(vec![fault(
                row.line,
                "person",
                value,
                "the id of somebody in the pool",
            )]);
        }
    }
    let mut kept = Vec::new();
    for rows in by_subject.into_values() {
        of_one_subject(rows, tests, &mut kept, &mut faults);
    }
    (kept, faults)
}

/// The ratings of one person in one subject. Attempts count in the order of their numbers.
fn of_one_subject(
    mut rows: Vec<Row>,
    tests: &Definitions,
    kept: &mut Vec<Kept>,
    faults: &mut Vec<Vec<RowFault>>,
) {
    rows.sort_by_key(|row| (row.attempt, row.line));
    let mut attempts: BTreeMap<u16, Attempt> = BTreeMap::new();
    let from = kept.len();
    let mut raters: BTreeMap<(u16, Id, Date), u64> = BTreeMap::new();
    for row in rows {
        match refuse(&row, &attempts, &raters, tests) {
            Some(fault) => faults.push(vec![fault]),
            None => {
                let expires_on = expiry(&row, tests);
                if let Some(rater) = row.rater.clone() {
                    raters.insert((row.attempt, rater, row.rated_on), row.line);
                }
                let attempt = attempts.entry(row.attempt).or_insert(Attempt {
                    test: row.test_key(),
                    taken_on: row.taken_on,
                    line: row.line,
                    expires_on,
                });
                attempt.expires_on = match (attempt.expires_on, expires_on) {
                    (Some(known), Some(own)) => Some(known.min(own)),
                    (known, own) => known.or(own),
                };
                kept.push(Kept {
                    row,
                    is_last: false,
                    expires_on: None,
                });
            }
        }
    }
    let last = attempts.keys().next_back().copied();
    for it in &mut kept[from..] {
        it.is_last = Some(it.row.attempt) == last;
        it.expires_on = attempts
            .get(&it.row.attempt)
            .and_then(|attempt| attempt.expires_on);
    }
}

/// Why a rating does not count, after those that stand before it.
fn refuse(
    row: &Row,
    attempts: &BTreeMap<u16, Attempt>,
    raters: &BTreeMap<(u16, Id, Date), u64>,
    tests: &Definitions,
) -> Option<RowFault> {
    let own = row.rater.clone();
    let own = own.map(|rater| (row.attempt, rater, row.rated_on));
    if let Some(own) = own
        && let Some(first) = raters.get(&own)
    {
        let value = format!("{:?} again", own.1.as_str());
        let expected = format!("one rating a rater, attempt and day; line {first} has it");
        return Some(fault(row.line, "rater", value, &expected));
    }
    if let Some(known) = attempts.get(&row.attempt) {
        if known.test != row.test_key() {
            let found = "another test or version".to_owned();
            let expected = format!(
                "those of line {}, in one attempt {}",
                known.line, row.attempt
            );
            return Some(fault(row.line, "test", found, &expected));
        }
        let differs = known.taken_on != row.taken_on;
        let expected = format!(
            "{}, as line {} says of attempt {}",
            known.taken_on, known.line, row.attempt
        );
        return differs.then(|| fault(row.line, "taken_on", row.taken_on.to_string(), &expected));
    }
    let test = row.test.as_ref().and_then(|id| tests.get(id));
    if let Some(most) = test.and_then(|test| test.max_attempts)
        && row.attempt > most
    {
        let expected = format!("at most {most}, as the test says");
        return Some(fault(
            row.line,
            "attempt",
            row.attempt.to_string(),
            &expected,
        ));
    }
    let (_, before) = attempts.range(..row.attempt).next_back()?;
    let days = test.map_or(0, |test| test.cool_down_days);
    let earliest = before.taken_on.saturating_add(i64::from(days).days());
    (row.taken_on < earliest).then(|| {
        let expected = format!(
            "{earliest} or later: {days} days after the attempt of line {}",
            before.line
        );
        fault(row.line, "taken_on", row.taken_on.to_string(), &expected)
    })
}

/// The last day on which a rating counts: its own, or what the test says.
fn expiry(row: &Row, tests: &Definitions) -> Option<Date> {
    let days = row
        .test
        .as_ref()
        .and_then(|id| tests.get(id)?.validity_days);
    let by_test = days.map(|days| row.taken_on.saturating_add(i64::from(days).days()));
    row.expires_on.or(by_test)
}

fn fault(line: u64, field: &str, value: String, expected: &str) -> RowFault {
    RowFault {
        line,
        column: None,
        at: format!("/{field}"),
        value,
        expected: expected.to_owned(),
    }
}
