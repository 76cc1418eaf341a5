//! Reading plan files, whoever made them.
//!
//! Prices exceed 64 bits, so a plan is read by its types and not from a tree. The tree is made first
//! all the same: it tells broken JSON from wrong values, sees what the types would let pass, and
//! has the value that a fault is about.

use anyhow::{Result, bail};
use muster_matcher::json::{Faults, Json, Path, parse};
use muster_matcher::model::plan::Plan;
use serde_path_to_error::Segment;

use super::input::Source;

/// The fields that hold integers only.
const INTEGERS: [&str; 6] = [
    "objective",
    "bound",
    "price_bound",
    "stints",
    "prices",
    "conflict",
];

/// Reads a plan file; the error names every place.
pub(crate) fn read(source: &Source) -> Result<Plan> {
    from(&source.bytes()?, source)
}

/// Reads a plan file from its text; `source` stands for it in errors.
pub(crate) fn from(text: &[u8], source: &Source) -> Result<Plan> {
    let tree = parse(text).map_err(|error| anyhow::anyhow!("{source}: {error}"))?;
    let mut faults = Faults::default();
    form(&tree, &mut faults);
    if faults.is_empty() {
        let mut json = serde_json::Deserializer::from_slice(text);
        match serde_path_to_error::deserialize(&mut json) {
            Ok(plan) => return Ok(plan),
            Err(error) => add(&error, &tree, &mut faults),
        }
    }
    let n = faults.total();
    let noun = if n == 1 { "fault" } else { "faults" };
    bail!("{source} is no valid plan, {n} {noun}:\n{faults}")
}

/// What the types of a plan do not see: arrays in place of objects, another format, numbers with a
/// fraction.
fn form(tree: &Json, faults: &mut Faults) {
    let root = Path::ROOT;
    let Json::Object(fields) = tree else {
        faults.add(&root, tree, "an object");
        return;
    };
    for (name, value) in fields {
        let at = root.key(name);
        if name == "format" && *value != Json::Int(1) {
            faults.add(&at, value, "1, the only format there is");
        }
        if INTEGERS.contains(&name.as_str()) {
            integers(value, &at, faults);
        }
        match (name.as_str(), value) {
            ("stints", Json::List(stints)) => objects(stints, &at, faults),
            ("prices" | "conflict", Json::List(_)) => faults.add(&at, value, "an object"),
            ("conflict", Json::Object(fields)) => {
                for (name, value) in fields {
                    if let ("rules", Json::List(rules)) = (name.as_str(), value) {
                        objects(rules, &at.key(name), faults);
                    }
                }
            }
            _ => {}
        }
    }
}

fn objects(items: &[Json], at: &Path<'_>, faults: &mut Faults) {
    for (idx, item) in items.iter().enumerate() {
        if !matches!(item, Json::Object(_)) {
            faults.add(&at.index(idx), item, "an object");
        }
    }
}

/// Numbers of fewer than 64 bits that are written with a fraction or an exponent, at any depth.
fn integers(tree: &Json, at: &Path<'_>, faults: &mut Faults) {
    match tree {
        Json::Number(text) if text.parse().is_ok_and(|it: f64| it.abs() < 9e18) => {
            faults.add(at, tree, "an integer");
        }
        Json::List(items) => {
            for (idx, item) in items.iter().enumerate() {
                integers(item, &at.index(idx), faults);
            }
        }
        Json::Object(fields) => {
            for (name, value) in fields {
                integers(value, &at.key(name), faults);
            }
        }
        _ => {}
    }
}

/// The fault that a type found, with the value it is about.
fn add(error: &serde_path_to_error::Error<serde_json::Error>, tree: &Json, faults: &mut Faults) {
    let steps: Vec<&Segment> = error.path().iter().collect();
    add_below(&Path::ROOT, &steps, Some(tree), error.inner(), faults);
}

fn add_below(
    at: &Path<'_>,
    steps: &[&Segment],
    value: Option<&Json>,
    error: &serde_json::Error,
    faults: &mut Faults,
) {
    match (steps, value) {
        ([Segment::Map { key }, rest @ ..], Some(Json::Object(fields))) => {
            let value = fields.iter().find(|(name, _)| name == key);
            let value = value.map(|(_, value)| value);
            add_below(&at.key(key), rest, value, error, faults);
        }
        ([Segment::Seq { index }, rest @ ..], Some(Json::List(items))) => {
            add_below(&at.index(*index), rest, items.get(*index), error, faults);
        }
        _ => add_here(at, value, error, faults),
    }
}

fn add_here(at: &Path<'_>, value: Option<&Json>, error: &serde_json::Error, faults: &mut Faults) {
    let said = error.to_string();
    let said = said.split(" at line ").next().unwrap_or_default();
    let found = value.map_or("nothing".to_owned(), Json::to_string);
    let named = said.split('`').nth(1).unwrap_or_default();
    if said.starts_with("missing field") {
        let expected = "a value: the field is required";
        faults.add(&at.key(named), "nothing", expected);
    } else if said.starts_with("duplicate field") {
        faults.add(&at.key(named), "the field again", "each field once");
    } else if said.starts_with("unknown field") {
        let known = said
            .split_once("expected ")
            .map_or(said, |(_, known)| known);
        let known = words(known.trim_start_matches("one of "));
        faults.add(at, found, format!("no such field; known here: {known}"));
    } else if error.is_data()
        && let Some((_, expected)) = said.split_once("expected ")
    {
        faults.add(at, found, words(expected));
    } else if matches!(value, Some(Json::List(_) | Json::Object(_))) {
        // The reader stopped inside a number and does not know its place.
        let (line, column) = (error.line(), error.column());
        let found =
            format!("a number with a fraction or an exponent at line {line} column {column}");
        faults.add(at, found, "integers");
    } else {
        faults.add(at, found, "an integer of at most 128 bits");
    }
}

/// What a type expects, in the words of the documentation.
fn words(expected: &str) -> String {
    let expected = expected.replace('`', "");
    match expected.as_str() {
        "i64" | "i128" | "u16" | "usize" => "an integer".to_owned(),
        "a map" => "an object".to_owned(),
        "a sequence" => "an array".to_owned(),
        other if other.starts_with("struct ") => "an object".to_owned(),
        _ => expected,
    }
}
