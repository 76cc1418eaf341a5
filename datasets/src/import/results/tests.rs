use std::path::PathBuf;

use muster_matcher::model::profile::Profile;

use super::*;
use crate::import::{self, NoLabels};

const TESTS: &str = r#"{"format":1,"kind":"tests","tests":[
    {"id":"rubric","task_type":"rubric_writing","scale":{"min":1,"max":5},"validity_days":365,
     "cool_down_days":30,"max_attempts":2},
    {"id":"ecg","task_type":"rubric_writing","skill":"local:ecg"}]}"#;

/// A pool with some people, and what calibrating a text does to it.
struct Pool {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Pool {
    fn of(people: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pool.jsonl");
        let rows: String = people
            .iter()
            .map(|id| format!("{id},1000,USD,20,\"review=700|taken_on=2026-01-01\"\n"))
            .collect();
        let rows = format!("id,min_rate_cents,currency,weekly_hours,assessments\n{rows}");
        let options = import::Options::default();
        let report = import::import(rows.as_bytes(), Kind::Csv, &path, options).unwrap();
        assert_eq!(report.rejected, 0, "{report}");
        Self {
            _folder: folder,
            path,
        }
    }

    fn calibrate(&self, kind: Kind, text: &str) -> ResultsReport {
        let tests = Definitions::read(TESTS.as_bytes(), &NoLabels).unwrap();
        let options = Options {
            file: "ratings".to_owned(),
            kind,
            tests: &tests,
            labels: &NoLabels,
            dry_run: false,
        };
        calibrate(text.as_bytes(), &self.path, &options).unwrap()
    }

    fn profile(&self, id: &str) -> Profile {
        let people = pool::read_file(&self.path).unwrap();
        people.into_iter().find(|it| it.id.as_str() == id).unwrap()
    }
}

fn told(report: &ResultsReport) -> Vec<String> {
    report.faults.iter().map(ToString::to_string).collect()
}

#[test]
fn ratings_become_assessments_and_others_stay() {
    let pool = Pool::of(&["ana", "bo"]);
    let report = pool.calibrate(
        Kind::Csv,
        "person,test,taken_on,rater,score\nana,rubric,2026-03-01,r1,5\nana,rubric,2026-03-01,r2,4.5\nbo,rubric,2026-03-02,r1,2\n",
    );
    assert_eq!(
        (report.changed, report.rejected, report.tests.len()),
        (2, 0, 1),
        "{report}"
    );
    let (ana, bo) = (pool.profile("ana"), pool.profile("bo"));
    let of = |profile: &Profile| profile.assessments[0].clone();
    assert_eq!(ana.assessments.len(), 2, "the review stays");
    assert!(
        of(&ana).score > of(&bo).score,
        "{:?} {:?}",
        of(&ana),
        of(&bo)
    );
    assert_eq!(of(&ana).expires_on, Some(Date::constant(2027, 3, 1)));
    // The same ratings change nothing more; a second time they find themselves there.
    let text = std::fs::read(&pool.path).unwrap();
    let again = pool.calibrate(
        Kind::Jsonl,
        "{\"person\":\"ana\",\"test\":\"rubric\",\"taken_on\":\"2026-03-01\",\"rater\":\"r1\",\"score\":5}\n\
         {\"person\":\"ana\",\"test\":\"rubric\",\"taken_on\":\"2026-03-01\",\"rater\":\"r2\",\"score\":4.5}\n\
         {\"person\":\"bo\",\"test\":\"rubric\",\"taken_on\":\"2026-03-02\",\"rater\":\"r1\",\"score\":2}\n",
    );
    assert_eq!((again.changed, again.unchanged), (0, 2), "{again}");
    assert_eq!(std::fs::read(&pool.path).unwrap(), text);
}

#[test]
fn the_last_attempt_counts_if_the_test_allows_it() {
    let pool = Pool::of(&["ana", "bo", "cy"]);
    let report = pool.calibrate(
        Kind::Csv,
        "person,test,attempt,taken_on,score\n\
         ana,rubric,1,2026-01-01,1\nana,rubric,2,2026-02-01,5\n\
         bo,rubric,1,2026-01-01,1\nbo,rubric,2,2026-01-20,5\n\
         cy,rubric,3,2026-01-01,5\nzed,rubric,1,2026-01-01,5\n",
    );
    let expected = [
        "line 5: /taken_on: found 2026-01-20, expected 2026-01-31 or later: 30 days after the attempt of line 4",
        "line 6: /attempt: found 3, expected at most 2, as the test says",
        "line 7: /person: found \"zed\", expected the id of somebody in the pool",
    ];
    assert_eq!(told(&report), expected);
    let last = |id: &str| pool.profile(id).assessments[0].clone();
    assert_eq!(last("ana").taken_on, Date::constant(2026, 2, 1));
    assert!(last("ana").score > last("bo").score);
    assert_eq!(pool.profile("cy").assessments.len(), 1);
}

#[test]
fn bad_ratings_are_told_with_line_place_value_and_what_was_expected() {
    let pool = Pool::of(&["ana"]);
    let text = std::fs::read(&pool.path).unwrap();
    let report = pool.calibrate(
        Kind::Csv,
        "person,test,task_type,skill,taken_on,rated_on,rater,score,deviation\n\
         ana,rubric,,,2026-01-01,,,6,\n\
         ana,nope,,,2026-01-01,,,3,\n\
         ana,,review,,2026-13-01,,,500,\n\
         ana,,,,2026-01-01,,,500,\n\
         ana,rubric,review,,2026-01-01,,,3,\n\
         ana,,review,,2026-01-02,2026-01-01,,500,\n\
         ana,,review,,2026-01-01,,,five,\n\
         ana,rubric,,,2026-01-01,,,3,9\n\
         ana,rubric,,\n",
    );
    let expected = [
        "line 2: column score (/score): found 6, expected a number from 1 to 5 with at most six decimals",
        "line 3: column test (/test): found \"nope\", expected a test of the file of tests",
        "line 4: column taken_on (/taken_on): found \"2026-13-01\", expected",
        "line 5: column task_type (/task_type): found nothing, expected a task type, or a test of the file of tests",
        "line 6: column task_type (/task_type): found \"review\", expected nothing or rubric_writing, as the test says",
        "line 7: column rated_on (/rated_on): found 2026-01-01, expected 2026-01-02, when it was taken, or later",
        "line 8: column score (/score): found \"five\", expected a number from 0 to 1000 with at most six decimals",
        "line 9: column deviation (/deviation): found 9, expected a standard error from 0 to 4 with at most six decimals",
        "line 10: (whole row): found 4 cells, expected 9, as many as the header has",
    ];
    let told = told(&report);
    assert_eq!(told.len(), expected.len(), "{told:#?}");
    for (told, expected) in told.iter().zip(expected) {
        assert!(told.starts_with(expected), "{told}\n{expected}");
    }
    assert_eq!(
        std::fs::read(&pool.path).unwrap(),
        text,
        "nothing was written"
    );
}

#[test]
fn two_ratings_of_one_attempt_by_one_rater_on_a_day_and_attempts_of_two_days_are_refused() {
    let pool = Pool::of(&["ana"]);
    let report = pool.calibrate(
        Kind::Csv,
        "person,task_type,taken_on,rater,score\nana,review,2026-01-01,r,500\nana,review,2026-01-01,r,600\nana,review,2026-01-02,q,600\n",
    );
    let expected = [
        "line 3: /rater: found \"r\" again, expected one rating a rater, attempt and day; line 2 has it",
        "line 4: /taken_on: found 2026-01-02, expected 2026-01-01, as line 2 says of attempt 1",
    ];
    assert_eq!(told(&report), expected);
}

#[test]
fn files_of_tests_are_read_strictly() {
    let cases = [
        ("{}", "/format: found null, expected 1"),
        (
            r#"{"format":1,"kind":"tests","tests":[{"id":"a","task_type":"review","scale":{"min":5,"max":5}}]}"#,
            "/tests/0/scale/max: found no more than the min",
        ),
        (
            r#"{"format":1,"kind":"tests","tests":[{"id":"a","task_type":"review","validity":3}]}"#,
            "/tests/0/validity: found 3, expected no such field",
        ),
        (
            r#"{"format":1,"kind":"tests","tests":[{"id":"a","task_type":"review","max_attempts":0}]}"#,
            "/tests/0/max_attempts: found 0, expected an integer from 1 to 100",
        ),
    ];
    for (text, expected) in cases {
        let error = Definitions::read(text.as_bytes(), &NoLabels)
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}\n{expected}");
    }
}
