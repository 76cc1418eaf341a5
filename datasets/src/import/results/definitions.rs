//! What tests there are, and their rules.

use std::collections::BTreeMap;

use muster_matcher::json::{Faults, Fields, FromJson, Json, JsonError, Path, parse, within};
use muster_matcher::model::Id;
use muster_matcher::model::words::{SkillId, TaskType};

use super::super::labels::{SkillLabels, skill_called};

/// The tests of a file, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definitions {
    tests: BTreeMap<Id, Definition>,
}

/// A test.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// The kind of work it tests.
    pub task_type: TaskType,
    /// The skill it tests, if it is about one.
    pub skill: Option<SkillId>,
    /// What ratings run from and to.
    pub scale: Scale,
    /// Days for which a result counts; for good if absent.
    pub validity_days: Option<u16>,
    /// Days between one attempt and the next.
    pub cool_down_days: u16,
    /// The most attempts that count; any number if absent.
    pub max_attempts: Option<u16>,
}

/// What ratings of a test run from and to, in millionths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    min: i64,
    max: i64,
}

/// Points, as everywhere else.
impl Default for Scale {
    fn default() -> Self {
        Self {
            min: 0,
            max: 1_000 * MILLION,
        }
    }
}

const MILLION: i64 = 1_000_000;
/// The largest number of a scale, so that nothing overflows.
const LARGEST: i64 = 1_000_000 * MILLION;

/// Why a file of tests is not read.
#[derive(Debug, thiserror::Error)]
pub enum DefinitionsError {
    /// It is no JSON.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// It is not as it should be.
    #[error("{}", .0.list().iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Faults(Faults),
}

impl Definitions {
    /// Reads a file of tests (`docs/assessments.md`).
    ///
    /// # Errors
    /// Text that is no JSON, or every fault with its pointer.
    pub fn read(text: &[u8], labels: &dyn SkillLabels) -> Result<Self, DefinitionsError> {
        let mut faults = Faults::default();
        let tests = read(parse(text)?, labels, &mut faults);
        if faults.is_empty() {
            Ok(tests)
        } else {
            Err(DefinitionsError::Faults(faults))
        }
    }

    /// The test of that id.
    pub fn get(&self, id: &Id) -> Option<&Definition> {
        self.tests.get(id)
    }
}

fn read(json: Json, labels: &dyn SkillLabels, faults: &mut Faults) -> Definitions {
    let root = Path::ROOT;
    let mut definitions = Definitions::default();
    let Some(mut fields) = Fields::open(json, &root, faults) else {
        return definitions;
    };
    let format = fields.take("format").unwrap_or(Json::Null);
    if format != Json::Int(1) {
        faults.add(&root.key("format"), format, "1, the only format there is");
    }
    let kind = fields.take("kind").unwrap_or(Json::Null);
    if kind != Json::Text("tests".to_owned()) {
        faults.add(&root.key("kind"), kind, "\"tests\"");
    }
    let list: Option<Vec<Json>> = fields.required("tests", faults);
    fields.finish(faults);
    let at = root.key("tests");
    for (idx, json) in list.into_iter().flatten().enumerate() {
        let at = at.index(idx);
        if let Some((id, definition)) = test(json, &at, labels, faults)
            && definitions.tests.insert(id.clone(), definition).is_some()
        {
            faults.add(
                &at.key("id"),
                format!("{:?} again", id.as_str()),
                "each id once",
            );
        }
    }
    definitions
}

fn test(
    json: Json,
    at: &Path<'_>,
    labels: &dyn SkillLabels,
    faults: &mut Faults,
) -> Option<(Id, Definition)> {
    let mut fields = Fields::open(json, at, faults)?;
    let id = fields.required("id", faults);
    let task_type = fields.required("task_type", faults);
    let skill = fields.optional::<String>("skill", faults)?;
    let skill = match skill.map(|label| skill_called(labels, &label).map_err(|why| (label, why))) {
        None => Some(None),
        Some(Ok(id)) => Some(Some(id)),
        Some(Err((label, expected))) => {
            faults.add(&at.key("skill"), Json::Text(label), expected);
            None
        }
    };
    let scale = fields.or("scale", Scale::default(), faults);
    let mut number = |name, range| match fields.take(name) {
        None => Some(None),
        Some(json) => within(range, json, &at.key(name), faults)
            .and_then(|value| u16::try_from(value).ok())
            .map(Some),
    };
    let validity_days = number("validity_days", 1..=3_660);
    let cool_down_days = number("cool_down_days", 0..=3_660);
    let max_attempts = number("max_attempts", 1..=100);
    fields.finish(faults);
    let definition = Definition {
        task_type: task_type?,
        skill: skill?,
        scale: scale?,
        validity_days: validity_days?,
        cool_down_days: cool_down_days?.unwrap_or(0),
        max_attempts: max_attempts?,
    };
    Some((id?, definition))
}

impl FromJson for Scale {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let mut end = |name| {
            let json = fields.take(name).unwrap_or(Json::Null);
            let value = millionths(&json);
            if value.is_none() {
                faults.add(
                    &at.key(name),
                    json,
                    "a number of at most a million with at most six decimals",
                );
            }
            value
        };
        let (min, max) = (end("min"), end("max"));
        fields.finish(faults);
        let (min, max) = (min?, max?);
        if min >= max {
            faults.add(
                &at.key("max"),
                "no more than the min",
                "a number above the min",
            );
            return None;
        }
        Some(Self { min, max })
    }
}

impl Scale {
    /// A rating in thousandths of a point.
    ///
    /// # Errors
    /// What is expected instead.
    pub(super) fn millipoints(self, rating: &Json) -> Result<i64, String> {
        let within = |value: &i64| (self.min..=self.max).contains(value);
        let value = millionths(rating).filter(within).ok_or_else(|| {
            format!(
                "a number from {} to {} with at most six decimals",
                decimal(self.min),
                decimal(self.max)
            )
        })?;
        Ok(self.share(value - self.min, 1_000_000))
    }

    /// A standard error on the scale in points, at least 1.
    ///
    /// # Errors
    /// What is expected instead.
    pub(super) fn deviation(self, error: &Json) -> Result<u16, String> {
        let within = |value: &i64| (0..=self.max - self.min).contains(value);
        let value = millionths(error).filter(within).ok_or_else(|| {
            format!(
                "a standard error from 0 to {} with at most six decimals",
                decimal(self.max - self.min)
            )
        })?;
        Ok(u16::try_from(self.share(value, 1_000))
            .unwrap_or(1_000)
            .max(1))
    }

    /// A part of the scale's length as a part of `whole`, half up.
    fn share(self, part: i64, whole: i64) -> i64 {
        let length = i128::from(self.max - self.min);
        let share = (2 * i128::from(part) * i128::from(whole) + length) / (2 * length);
        i64::try_from(share).unwrap_or(whole)
    }
}

/// A number in millionths, if it has at most six decimals and is not too large.
fn millionths(json: &Json) -> Option<i64> {
    let value = match json {
        Json::Int(value) => value.checked_mul(MILLION)?,
        Json::Number(text) => {
            let (sign, digits) = match text.strip_prefix('-') {
                Some(digits) => (-1, digits),
                None => (1, text.as_str()),
            };
            let (whole, part) = digits.split_once('.')?;
            if part.is_empty() || part.len() > 6 || !part.bytes().all(|byte| byte.is_ascii_digit())
            {
                return None;
            }
            let whole: i64 = whole.parse().ok()?;
            let part: i64 = format!("{part:0<6}").parse().ok()?;
            sign * whole.checked_mul(MILLION)?.checked_add(part)?
        }
        _ => return None,
    };
    (-LARGEST..=LARGEST).contains(&value).then_some(value)
}

/// Millionths as people write them.
fn decimal(millionths: i64) -> String {
    let sign = if millionths < 0 { "-" } else { "" };
    let (whole, part) = (millionths.abs() / MILLION, millionths.abs() % MILLION);
    let text = format!("{sign}{whole}.{part:06}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
