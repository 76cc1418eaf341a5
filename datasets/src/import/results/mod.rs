//! Results of tests into a pool: ratings are calibrated, and the profiles' assessments follow.
//!
//! [`calibrate`] reads ratings of tests ([`Definitions`]), refuses those that break a test's rules with
//! every reason, estimates what the others show of everybody
//! ([`muster_matcher::calibration`]) and puts one assessment a person, task type and skill in place of those that
//! were there. The pool file is replaced whole or stays as it was.

mod definitions;
mod rows;
mod rules;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use jiff::civil::Date;
use muster_matcher::calibration::{self, Calibration, Rating};
use muster_matcher::model::profile::{Assessment, Profile};
use muster_matcher::model::words::{SkillId, TaskType};
use muster_matcher::model::{Id, Points};
use serde::Serialize;

pub use definitions::{Definition, Definitions, DefinitionsError, Scale};

use super::labels::SkillLabels;
use super::merge::{Fresh, Stamp, merge_since};
use super::report::RowFault;
use super::source::{Lines, SourceError};
use super::{ImportError, ImportReport, Kind, pool};
use rows::Row;
use rules::Kept;

/// What calibrating did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ResultsReport {
    /// The file of ratings.
    pub file: String,
    /// Ratings read, the refused ones included.
    pub rows: u64,
    /// Ratings that did not count.
    pub rejected: u64,
    /// People whose profile changed.
    pub changed: u64,
    /// People rated whose profile says so already.
    pub unchanged: u64,
    /// Whether nothing was written.
    pub dry_run: bool,
    /// What the ratings show of the tests.
    pub tests: Vec<TestFound>,
    /// What they show of those who rated.
    pub raters: Vec<RaterFound>,
    /// What is wrong, the first [`ImportReport::KEPT`] faults.
    pub faults: Vec<RowFault>,
    /// How many faults there are, the ones not listed included.
    pub n_faults: u64,
    /// What else a person should know.
    pub notes: Vec<String>,
}

/// A test as the ratings show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TestFound {
    /// The kind of work.
    pub task_type: TaskType,
    /// The skill, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<SkillId>,
    /// Its id, if ratings name it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test: Option<Id>,
    /// Its version, if ratings name one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<Id>,
    /// People and attempts rated.
    pub attempts: u32,
    /// Mean of the abilities in points.
    pub mean: u16,
    /// Their standard deviation.
    pub spread: u16,
    /// Standard deviation of one rating.
    pub noise: u16,
}

/// A rater as the ratings show them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RaterFound {
    /// Who.
    pub rater: Id,
    /// Ratings given.
    pub ratings: u32,
    /// Points above what others give to the same work; below 0: severe.
    pub leniency: i32,
    /// Standard error of it.
    pub deviation: u16,
    /// Points by which leniency grows in a year.
    pub drift: i32,
    /// Standard error of it.
    pub drift_deviation: u16,
    /// How far the ratings lie from what is expected of them, in points.
    pub spread: u16,
}

impl RaterFound {
    /// Whether leniency or drift is surely there, at two standard errors, and more than 25 points: time to talk about
    /// the rubric.
    pub fn needs_attention(&self) -> bool {
        let sure = |value: i32, deviation: u16| value.abs() > (2 * i32::from(deviation)).max(25);
        sure(self.leniency, self.deviation) || sure(self.drift, self.drift_deviation)
    }
}

/// What an assessment is about.
type Subject = (TaskType, Option<SkillId>);

/// How to calibrate.
pub struct Options<'a> {
    /// What the ratings' file is called in messages.
    pub file: String,
    /// Of which kind it is.
    pub kind: Kind,
    /// The tests that ratings may name.
    pub tests: &'a Definitions,
    /// Knows skills by their labels.
    pub labels: &'a dyn SkillLabels,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Reads ratings, calibrates them and writes the results into the profiles of the pool file `pool`.
///
/// All ratings that are to count stand in one source: raters are compared with each other. Assessments of the pool
/// in other task types and skills stay as they are.
///
/// # Errors
/// [`ImportError`], and then nothing was written: bytes that cannot be read as text, a header that is not as it should be,
/// a pool that is missing or damaged, files that cannot be written. Bad ratings are no error: they are in the report.
///
/// # Complexity
/// Ratings are held in memory, and the profiles of the people rated; the pool streams by twice.
pub fn calibrate(
    source: impl Read,
    pool: &Path,
    options: &Options<'_>,
) -> Result<ResultsReport, ImportError> {
    let mut report = ResultsReport {
        file: options.file.clone(),
        dry_run: options.dry_run,
        ..ResultsReport::default()
    };
    let lines = Lines::open(source)?;
    // Whoever replaces the pool from here on is noticed.
    let stamp = Stamp::of(pool);
    let (read, faults, n_rows) = rows::read(lines, options.kind, options.tests, options.labels)?;
    report.rows = n_rows;
    if n_rows == 0 {
        report.notes.push("the file holds no ratings".to_owned());
    }
    let people = people_of(pool, &read)?;
    let (kept, broken) = rules::keep(read, &people, options.tests);
    report.add_faults(faults);
    report.add_faults(broken);
    let found = estimate(&kept);
    let mut fresh = BTreeMap::new();
    for (id, mut profile) in people {
        let Some(results) = found.results.get(&id) else {
            continue;
        };
        for (subject, result) in results {
            let other = |own: &Assessment| (&own.task_type, &own.skill) != (&subject.0, &subject.1);
            profile.assessments.retain(other);
            profile.assessments.push(result.clone());
        }
        profile.assessments.sort_by_key(Assessment::key);
        let text = pool::line(&profile).map_err(SourceError::Io)?.into();
        fresh.insert(id, Fresh { line: 0, text });
    }
    report.tests = found.tests;
    report.raters = found.raters;
    let (counts, replacement) = merge_since(stamp, pool, fresh, options.dry_run)?;
    (report.changed, report.unchanged) = (counts.changed, counts.unchanged);
    if let Some(replacement) = replacement {
        replacement.commit(pool)?;
    }
    Ok(report)
}

/// The profiles of those who are rated.
fn people_of(pool: &Path, rows: &[Row]) -> Result<BTreeMap<Id, Profile>, ImportError> {
    let damaged = |source| ImportError::Pool {
        path: pool.to_owned(),
        source,
    };
    let mut rated: Vec<&Id> = rows.iter().map(|row| &row.person).collect();
    rated.sort_unstable();
    rated.dedup();
    let file = File::open(pool).map_err(|error| damaged(error.into()))?;
    let mut people = BTreeMap::new();
    let keep = |profile: Profile| {
        if rated.binary_search(&&profile.id).is_ok() {
            people.insert(profile.id.clone(), profile);
        }
        Ok(())
    };
    pool::for_each(file, keep).map_err(damaged)?;
    Ok(people)
}

/// What the ratings show, by the ids of the world outside.
#[derive(Default)]
struct Found {
    results: BTreeMap<Id, BTreeMap<Subject, Assessment>>,
    tests: Vec<TestFound>,
    raters: Vec<RaterFound>,
}

/// Numbers for ids in the order of the ids.
fn numbered<K: Ord + Clone>(keys: impl Iterator<Item = K>) -> BTreeMap<K, u32> {
    let mut map: BTreeMap<K, u32> = keys.map(|key| (key, 0)).collect();
    for (number, value) in (0..).zip(map.values_mut()) {
        *value = number;
    }
    map
}

fn estimate(kept: &[Kept]) -> Found {
    let attempts = numbered(
        kept.iter()
            .map(|it| (it.row.person.clone(), it.row.attempt)),
    );
    let tests = numbered(kept.iter().map(|it| it.row.test_key()));
    let raters = numbered(kept.iter().filter_map(|it| it.row.rater.clone()));
    let rating = |it: &Kept| Rating {
        person: attempts[&(it.row.person.clone(), it.row.attempt)],
        test: tests[&it.row.test_key()],
        rater: it.row.rater.as_ref().map(|rater| raters[rater]),
        day: day(it.row.rated_on),
        millipoints: it.row.millipoints,
        deviation: it.row.deviation,
    };
    let ratings: Vec<Rating> = kept.iter().map(rating).collect();
    let calibration = calibration::estimate(&ratings);
    let mut found = Found::default();
    for (it, rating) in kept.iter().zip(&ratings) {
        if it.is_last {
            let ability = &calibration.abilities[&(rating.person, rating.test)];
            let points = |value: u16| Points::new(value).unwrap_or(Points::MAX);
            let (score, deviation) = (points(ability.mean), points(ability.deviation));
            let subject = (it.row.task_type, it.row.skill.clone());
            let result = Assessment {
                task_type: subject.0,
                skill: subject.1.clone(),
                score,
                deviation,
                taken_on: it.row.taken_on,
                expires_on: it.expires_on,
            };
            let results = found.results.entry(it.row.person.clone()).or_default();
            results.insert(subject, result);
        }
    }
    found.describe(&calibration, &tests, &raters);
    found
}

impl Found {
    fn describe(
        &mut self,
        calibration: &Calibration,
        tests: &BTreeMap<rows::TestKey, u32>,
        raters: &BTreeMap<Id, u32>,
    ) {
        self.tests = tests
            .iter()
            .map(|((task_type, skill, test, version), number)| {
                let it = calibration.tests[number];
                TestFound {
                    task_type: *task_type,
                    skill: skill.clone(),
                    test: test.clone(),
                    version: version.clone(),
                    attempts: it.n_people,
                    mean: it.mean,
                    spread: it.spread,
                    noise: it.noise,
                }
            })
            .collect();
        self.raters = raters
            .iter()
            .map(|(rater, number)| {
                let it = calibration.raters[number];
                RaterFound {
                    rater: rater.clone(),
                    ratings: it.n_ratings,
                    leniency: it.leniency,
                    deviation: it.deviation,
                    drift: it.drift,
                    drift_deviation: it.drift_deviation,
                    spread: it.spread,
                }
            })
            .collect();
    }
}

/// Days since an arbitrary one.
fn day(date: Date) -> i32 {
    let since = Date::constant(2000, 1, 1).until(date);
    since.map_or(0, |span| span.get_days())
}

impl ResultsReport {
    fn add_faults(&mut self, faults: Vec<Vec<RowFault>>) {
        for row in faults {
            self.rejected += 1;
            self.n_faults += row.len() as u64;
            let room = ImportReport::KEPT.saturating_sub(self.faults.len());
            self.faults.extend(row.into_iter().take(room));
        }
        self.faults.sort_by_key(|fault| fault.line);
    }
}

impl fmt::Display for ResultsReport {
    /// Faults, raters who need attention, tests, counts; one a line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        for fault in &self.faults {
            writeln!(f, "{}:{fault}", self.file)?;
        }
        let unlisted = self.n_faults - self.faults.len() as u64;
        if unlisted > 0 {
            writeln!(f, "… and {unlisted} more faults")?;
        }
        for it in &self.tests {
            write!(f, "test {}", it.task_type)?;
            for part in [
                it.skill.as_ref().map(ToString::to_string),
                it.test.as_ref().map(ToString::to_string),
                it.version.as_ref().map(|it| format!("version {it}")),
            ]
            .into_iter()
            .flatten()
            {
                write!(f, ", {part}")?;
            }
            writeln!(
                f,
                ": {} attempts, mean {}, spread {}, one rating ± {}",
                it.attempts, it.mean, it.spread, it.noise
            )?;
        }
        for it in self.raters.iter().filter(|it| it.needs_attention()) {
            let how = if it.leniency < 0 { "severe" } else { "mild" };
            writeln!(
                f,
                "rater {}: {how} by {} ± {} points, drifting by {:+} ± {} a year, in {} ratings",
                it.rater,
                it.leniency.abs(),
                it.deviation,
                it.drift,
                it.drift_deviation,
                it.ratings
            )?;
        }
        let dry = if self.dry_run {
            " (dry run, nothing written)"
        } else {
            ""
        };
        writeln!(
            f,
            "{} ratings, {} refused; {} people changed, {} unchanged{dry}",
            self.rows, self.rejected, self.changed, self.unchanged
        )
    }
}
