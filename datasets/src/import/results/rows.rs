//! Ratings as they stand in a file, one a row.

use jiff::civil::Date;
use muster_matcher::json::{Faults, Fields, Json, Path, within};
use muster_matcher::model::Id;
use muster_matcher::model::words::{SkillId, TaskType};

use super::super::labels::{SkillLabels, skill_called};
use super::super::report::{RowFault, RowFaults};
use super::super::source::{Lines, not_utf8};
use super::super::table::{Record, Table};
use super::super::{ImportError, Kind, pool};
use super::definitions::{Definitions, Scale};

/// What is known of a test by what its ratings say: task type, skill, id, version.
pub(super) type TestKey = (TaskType, Option<SkillId>, Option<Id>, Option<Id>);

/// A rating.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) person: Id,
    pub(super) test: Option<Id>,
    pub(super) version: Option<Id>,
    pub(super) task_type: TaskType,
    pub(super) skill: Option<SkillId>,
    pub(super) attempt: u16,
    pub(super) taken_on: Date,
    pub(super) expires_on: Option<Date>,
    pub(super) rater: Option<Id>,
    pub(super) rated_on: Date,
    pub(super) millipoints: i64,
    pub(super) deviation: Option<u16>,
}

impl Row {
    pub(super) fn test_key(&self) -> TestKey {
        (
            self.task_type,
            self.skill.clone(),
            self.test.clone(),
            self.version.clone(),
        )
    }
}

/// The columns of a CSV file, and which of them hold numbers.
const COLUMNS: [(&str, bool); 12] = [
    ("person", false),
    ("test", false),
    ("version", false),
    ("task_type", false),
    ("skill", false),
    ("attempt", true),
    ("taken_on", false),
    ("expires_on", false),
    ("rater", false),
    ("rated_on", false),
    ("score", true),
    ("deviation", true),
];
const REQUIRED: [&str; 3] = ["person", "taken_on", "score"];

/// Good rows, the faults of each bad one, and how many rows there are.
type Read = (Vec<Row>, Vec<Vec<RowFault>>, u64);

/// Reads all rows.
pub(super) fn read(
    lines: Lines<'_>,
    kind: Kind,
    tests: &Definitions,
    labels: &dyn SkillLabels,
) -> Result<Read, ImportError> {
    let mut reader = Reader {
        tests,
        labels,
        read: (Vec::new(), Vec::new(), 0),
    };
    match kind {
        Kind::Jsonl => reader.jsonl(lines)?,
        Kind::Csv => reader.csv(Table::new(lines, b','))?,
    }
    Ok(reader.read)
}

struct Reader<'a> {
    tests: &'a Definitions,
    labels: &'a dyn SkillLabels,
    read: Read,
}

impl Reader<'_> {
    fn jsonl(&mut self, mut lines: Lines<'_>) -> Result<(), ImportError> {
        while let Some(line) = lines.next()? {
            if line.is_blank() {
                continue;
            }
            if self.read.2 == 0 && line.text.trim_ascii_start().starts_with(b"[") {
                return Err(ImportError::Array);
            }
            let mut faults = Faults::default();
            let json = pool::tree(&line, &mut faults);
            self.take(line.number, json, faults, |_| None);
        }
        Ok(())
    }

    fn csv(&mut self, mut table: Table<'_>) -> Result<(), ImportError> {
        let Some(record) = table.next()? else {
            return Ok(());
        };
        let header = header(&record)?;
        while let Some(record) = table.next()? {
            let mut faults = Faults::default();
            let json = cells(&record, &header, &mut faults);
            let column = |pointer: &str| pointer.strip_prefix('/').map(ToOwned::to_owned);
            self.take(record.line, json, faults, column);
        }
        Ok(())
    }

    fn take(
        &mut self,
        line: u64,
        json: Option<Json>,
        mut faults: Faults,
        column: impl Fn(&str) -> Option<String>,
    ) {
        self.read.2 += 1;
        let row = json.and_then(|json| self.row(line, json, &mut faults));
        match row {
            Some(row) if faults.is_empty() => self.read.0.push(row),
            _ => self.read.1.push(RowFaults::new(line, &faults, column).list),
        }
    }

    fn row(&self, line: u64, json: Json, faults: &mut Faults) -> Option<Row> {
        let at = Path::ROOT;
        let mut fields = Fields::open(json, &at, faults)?;
        let person = fields.required("person", faults);
        let test: Option<Option<Id>> = fields.optional("test", faults);
        let version = fields.optional("version", faults);
        let task_type = fields.optional("task_type", faults);
        let skill: Option<Option<String>> = fields.optional("skill", faults);
        let attempt = fields.take("attempt").map_or(Some(1), |json| {
            within(1..=100, json, &at.key("attempt"), faults)
        });
        let taken_on: Option<Date> = fields.required("taken_on", faults);
        let expires_on: Option<Option<Date>> = fields.optional("expires_on", faults);
        let rater = fields.optional("rater", faults);
        let rated_on: Option<Option<Date>> = fields.optional("rated_on", faults);
        let (score, deviation) = (fields.take("score"), fields.take("deviation"));
        fields.finish(faults);

        let (test, taken_on) = (test?, taken_on?);
        let known = match test.as_ref().map(|id| (id, self.tests.get(id))) {
            Some((id, None)) => {
                let found = Json::Text(id.to_string());
                faults.add(&at.key("test"), found, "a test of the file of tests");
                return None;
            }
            Some((_, known)) => known,
            None => None,
        };
        let skill = match skill?.map(|label| (skill_called(self.labels, &label), label)) {
            None => None,
            Some((Ok(id), _)) => Some(id),
            Some((Err(expected), label)) => {
                faults.add(&at.key("skill"), Json::Text(label), expected);
                return None;
            }
        };
        let task_type = task_type?;
        if let Some(known) = known {
            let mut differs = |field: &'static str, found: Option<String>, expected: String| {
                if let Some(found) = found {
                    faults.add(&at.key(field), Json::Text(found), expected);
                }
            };
            let other = task_type
                .as_ref()
                .filter(|own: &&TaskType| **own != known.task_type);
            let expected = format!("nothing or {}, as the test says", known.task_type);
            differs("task_type", other.map(ToString::to_string), expected);
            let other = skill
                .as_ref()
                .filter(|own| Some(*own) != known.skill.as_ref());
            differs(
                "skill",
                other.map(ToString::to_string),
                "nothing, or the skill of the test".to_owned(),
            );
        }
        let task_type = match (known, task_type) {
            (Some(known), _) => known.task_type,
            (None, Some(own)) => own,
            (None, None) => {
                faults.add(
                    &at.key("task_type"),
                    "nothing",
                    "a task type, or a test of the file of tests",
                );
                return None;
            }
        };
        let scale = known.map_or_else(Scale::default, |known| known.scale);
        let mut on_scale =
            |field: &'static str, json: Option<Json>, it: Result<i64, String>| match it {
                Ok(value) => Some(value),
                Err(expected) => {
                    faults.add(&at.key(field), json.unwrap_or(Json::Null), expected);
                    None
                }
            };
        let absent = Json::Text(String::new());
        let points = scale.millipoints(score.as_ref().unwrap_or(&absent));
        let millipoints = on_scale("score", score, points);
        let deviation = match deviation {
            None => Some(None),
            Some(json) => {
                let points = scale.deviation(&json).map(i64::from);
                on_scale("deviation", Some(json), points).map(|it| u16::try_from(it).ok())
            }
        };
        let rated_on = rated_on?.unwrap_or(taken_on);
        if rated_on < taken_on {
            faults.add(
                &at.key("rated_on"),
                rated_on,
                format!("{taken_on}, when it was taken, or later"),
            );
        }
        let expires_on = expires_on?;
        if let Some(end) = expires_on.filter(|end| *end < taken_on) {
            faults.add(
                &at.key("expires_on"),
                end,
                format!("{taken_on}, when it was taken, or later"),
            );
        }
        Some(Row {
            line,
            person: person?,
            version: version?,
            skill: known.map_or(skill, |known| known.skill.clone()),
            task_type,
            test,
            attempt: u16::try_from(attempt?).ok()?,
            taken_on,
            expires_on,
            rater: rater?,
            rated_on,
            millipoints: millipoints?,
            deviation: deviation?,
        })
    }
}

/// The names of the columns.
fn header(record: &Record) -> Result<Vec<String>, ImportError> {
    let cells = match &record.cells {
        Ok(cells) => cells,
        Err((found, expected)) => {
            let fault = format!("found {found}, expected {expected}");
            return Err(ImportError::Columns(vec![fault]));
        }
    };
    let names: Vec<String> = cells
        .iter()
        .map(|cell| String::from_utf8_lossy(cell).trim().to_owned())
        .collect();
    let mut faults = Vec::new();
    for (idx, name) in names.iter().enumerate() {
        if !COLUMNS.iter().any(|(known, _)| known == name) {
            let known: Vec<&str> = COLUMNS.iter().map(|(known, _)| *known).collect();
            faults.push(format!(
                "found column {name:?}, expected one of {}",
                known.join(", ")
            ));
        } else if names[..idx].contains(name) {
            faults.push(format!("found column {name:?} again, expected each once"));
        }
    }
    for name in REQUIRED {
        if !names.iter().any(|own| own == name) {
            faults.push(format!("found no column {name:?}, expected one"));
        }
    }
    if faults.is_empty() {
        Ok(names)
    } else {
        Err(ImportError::Columns(faults))
    }
}

/// A record as the object that a line of JSON would be; an empty cell is no field.
fn cells(record: &Record, header: &[String], faults: &mut Faults) -> Option<Json> {
    let root = Path::ROOT;
    let cells = match &record.cells {
        Ok(cells) => cells,
        Err((found, expected)) => {
            faults.add(&root, found, expected);
            return None;
        }
    };
    if let Err(error) = std::str::from_utf8(&record.raw) {
        let (found, expected) = not_utf8(&record.raw, error, record.offset);
        faults.add(&root, found, expected);
        return None;
    }
    if cells.len() != header.len() {
        let expected = format!("{}, as many as the header has", header.len());
        faults.add(&root, format!("{} cells", cells.len()), expected);
        return None;
    }
    let field = |(name, cell): (&String, &Vec<u8>)| {
        let text = String::from_utf8_lossy(cell).trim().to_owned();
        let is_number = COLUMNS
            .iter()
            .any(|(known, number)| known == name && *number);
        let value = match text.parse::<i64>() {
            Ok(value) if is_number => Json::Int(value),
            Err(_) if is_number && text.parse::<f64>().is_ok() => Json::Number(text),
            _ if text.is_empty() => return None,
            _ => Json::Text(text),
        };
        Some((name.clone(), value))
    };
    Some(Json::Object(
        header.iter().zip(cells).filter_map(field).collect(),
    ))
}
