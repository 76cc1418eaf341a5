//! `docs/formats.md` and the JSON Schemas say what the readers do.

use std::collections::BTreeSet;

use muster_matcher::check::check;
use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::{self, ReadError};
use muster_matcher::model::profile::Profile;
use serde_json::Value;

use super::*;

/// The text of the first code block of `docs/formats.md` with that tag.
pub(super) fn block(tag: &str) -> String {
    let text = fs::read_to_string(folder_of("docs/formats.md")).unwrap();
    let start = text.find(&format!("\n```{tag}\n")).unwrap() + tag.len() + 5;
    let end = text[start..].find("\n```").unwrap();
    text[start..start + end].to_owned() + "\n"
}

fn schema(name: &str) -> Value {
    let text = fs::read_to_string(folder_of("docs").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_documented_profiles_are_the_same_people_in_both_kinds() {
    let (jsonl, csv) = (Place::new(), Place::new());
    let report = jsonl.import(block("jsonl"), Kind::Jsonl).unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0], "{report}");
    let report = csv.import(block("csv"), Kind::Csv).unwrap();
    assert_eq!(counts(&report), [2, 0, 0, 0], "{report}");
    assert_eq!(csv.text("pool.jsonl"), jsonl.text("pool.jsonl"));
    let written = jsonl.text("pool.jsonl");
    let bo = block("jsonl pool");
    assert_eq!(written.lines().nth(2), bo.lines().nth(1));
    assert_eq!(written.lines().next(), bo.lines().next());
}

#[test]
fn every_column_is_documented_and_in_the_example() {
    let text = fs::read_to_string(folder_of("docs/formats.md")).unwrap();
    let header: Vec<String> = block("csv")
        .lines()
        .next()
        .unwrap()
        .split(',')
        .map(str::to_owned)
        .collect();
    let columns: Vec<&str> = columns::all().map(|column| column.name).collect();
    assert_eq!(header, columns);
    let table = &text[text.find("### CSV").unwrap()..text.find("### What an import does").unwrap()];
    for column in columns {
        assert!(table.contains(&format!("`{column}`")), "{column}");
    }
}

#[test]
fn the_profile_schema_has_the_fields_that_are_read() {
    let text = block("jsonl");
    let example = text.lines().next().unwrap();
    let read = |text: &str| {
        let mut faults = Faults::default();
        Profile::from_json(parse(text.as_bytes()).unwrap(), &Path::ROOT, &mut faults);
        faults
    };
    same_fields(&schema("profile.schema.json"), example, read);
}

#[test]
fn the_campaign_schema_has_the_fields_that_are_read() {
    let read = |text: &str| match CampaignFile::read(text.as_bytes()) {
        Ok(_) => Faults::default(),
        Err(CampaignFileError::Faults(faults)) => faults,
        Err(other) => panic!("{other}"),
    };
    same_fields(
        &schema("campaign.schema.json"),
        &block("json campaigns"),
        read,
    );
}

#[test]
fn the_problem_schema_has_the_fields_that_are_read() {
    let read = |text: &str| match problem::read(text.as_bytes()) {
        Ok(_) => Faults::default(),
        Err(ReadError::Faults(faults)) => faults,
        Err(other) => panic!("{other}"),
    };
    let schema = schema("problem.schema.json");
    same_fields(&schema, &block("json problem"), read);
}

#[test]
fn the_documented_plan_is_one_of_the_documented_problem() {
    let problem = problem::read(block("json problem").as_bytes()).unwrap();
    let text = block("json plan");
    let plan: Plan = serde_json::from_str(&text).unwrap();
    let report = check(&problem, &plan);
    assert!(report.holds(), "{report:#?}");
    let value = serde_json::from_str(&text).unwrap();
    let schema = schema("plan.schema.json");
    let checked = Validator::of(&schema, &value);
    let missing: Vec<String> = not_in(&schema, &checked);
    let elsewhere = [
        "at", "changes", "conflict", "pins", "report", "rule", "rules", "week",
    ];
    assert_eq!(
        missing, elsewhere,
        "what an optimal plan without a report has not"
    );
}

/// Holds schema, example and reader together: the example is valid and read without faults, it has every
/// property of the schema, and every object's fields that the reader knows are the schema's.
fn same_fields(schema: &Value, example: &str, read: impl Fn(&str) -> Faults) {
    assert!(read(example).is_empty(), "{}", read(example));
    let value: Value = serde_json::from_str(example).unwrap();
    let checked = Validator::of(schema, &value);
    let missing = not_in(schema, &checked);
    assert!(missing.is_empty(), "not in the example: {missing:?}");
    for (pointer, fields) in &checked.objects {
        let mut spoilt = value.clone();
        spoilt.pointer_mut(pointer).unwrap()["zzz"] = Value::from(1);
        let faults = read(&spoilt.to_string());
        let at = format!("{pointer}/zzz");
        let fault = faults.list().iter().find(|fault| fault.at == at);
        let fault = fault.unwrap_or_else(|| panic!("{at}: no fault, but {faults}"));
        let known = fault.expected.rsplit_once("known here: ").unwrap().1;
        let known: BTreeSet<&str> = known.split(", ").collect();
        let fields: BTreeSet<&str> = fields.iter().map(String::as_str).collect();
        assert_eq!(known, fields, "{pointer}");
    }
}

/// The properties of a schema that a value it was held against has nowhere.
fn not_in(schema: &Value, checked: &Validator<'_>) -> Vec<String> {
    let mut declared = BTreeSet::new();
    properties(schema, &mut declared);
    let missing = declared.difference(&checked.used);
    let names: BTreeSet<String> = missing.map(|(_, name)| name.clone()).collect();
    names.into_iter().collect()
}

/// Every list of properties in a schema, as text. Conditions say nothing new.
fn properties(schema: &Value, found: &mut BTreeSet<(String, String)>) {
    match schema {
        Value::Object(fields) => {
            if let Some(Value::Object(own)) = fields.get("properties") {
                let all = names(own).join(" ");
                found.extend(own.keys().map(|name| (all.clone(), name.clone())));
            }
            let others = fields.iter().filter(|(keyword, _)| !is_condition(keyword));
            others.for_each(|(_, value)| properties(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| properties(value, found)),
        _ => {}
    }
}

fn names(fields: &serde_json::Map<String, Value>) -> Vec<String> {
    fields.keys().cloned().collect()
}

/// Keywords about what fields of one object mean for each other.
fn is_condition(keyword: &str) -> bool {
    let conditions = ["if", "then", "else", "not", "allOf", "dependentRequired"];
    conditions.contains(&keyword)
}

/// As much of JSON Schema as our schemas use, but for patterns and conditions.
struct Validator<'a> {
    root: &'a Value,
    /// Objects with declared properties: pointer and properties.
    objects: Vec<(String, Vec<String>)>,
    /// Properties met, each with its object's properties.
    used: BTreeSet<(String, String)>,
}

impl<'a> Validator<'a> {
    /// Holds a value against a schema, which it must keep.
    fn of(schema: &'a Value, value: &Value) -> Self {
        let mut checked = Self {
            root: schema,
            objects: Vec::new(),
            used: BTreeSet::new(),
        };
        checked.validate(schema, value, "").unwrap();
        checked
    }

    fn validate(&mut self, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
        for (keyword, wanted) in schema.as_object().ok_or("a schema is an object")? {
            self.keyword(schema, keyword, wanted, value, at)?;
        }
        Ok(())
    }

    fn keyword(
        &mut self,
        schema: &Value,
        keyword: &str,
        wanted: &Value,
        value: &Value,
        at: &str,
    ) -> Result<(), String> {
        let holds = match keyword {
            "$ref" => {
                let target = wanted.as_str().unwrap().strip_prefix('#').unwrap();
                let target = self
                    .root
                    .pointer(target)
                    .ok_or(format!("no {wanted}"))?
                    .clone();
                return self.validate(&target, value, at);
            }
            "type" => match wanted.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64(),
                "boolean" => value.is_boolean(),
                other => return Err(format!("unknown type {other}")),
            },
            "const" => value == wanted,
            "enum" => wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_f64() >= wanted.as_f64(),
            "maximum" => value.as_f64() <= wanted.as_f64(),
            "minLength" => value.as_str().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "maxLength" => value.as_str().unwrap().len() as u64 <= wanted.as_u64().unwrap(),
            // Keywords about arrays say nothing of other values.
            "minItems" | "maxItems" | "items" if !value.is_array() => true,
            "minItems" => value.as_array().unwrap().len() as u64 >= wanted.as_u64().unwrap(),
            "maxItems" => value.as_array().unwrap().len() as u64 <= wanted.as_u64().unwrap(),
            "required" => {
                let names = wanted.as_array().unwrap();
                names
                    .iter()
                    .all(|name| value.get(name.as_str().unwrap()).is_some())
            }
            "prefixItems" => {
                let items = value
                    .as_array()
                    .unwrap()
                    .iter()
                    .zip(wanted.as_array().unwrap());
                for (idx, (item, wanted)) in items.enumerate() {
                    self.validate(wanted, item, &format!("{at}/{idx}"))?;
                }
                true
            }
            "items" => {
                for (idx, item) in value.as_array().unwrap().iter().enumerate() {
                    self.validate(wanted, item, &format!("{at}/{idx}"))?;
                }
                true
            }
            "properties" => {
                let wanted = wanted.as_object().unwrap();
                let all = names(wanted);
                for (name, schema) in wanted {
                    if let Some(value) = value.get(name) {
                        self.used.insert((all.join(" "), name.clone()));
                        self.validate(schema, value, &format!("{at}/{name}"))?;
                    }
                }
                self.objects.push((at.to_owned(), all));
                true
            }
            "additionalProperties" => {
                let declared = schema.get("properties").and_then(Value::as_object);
                let fields = value.as_object().ok_or(format!("{at}: no object"))?;
                for (name, value) in fields {
                    if declared.is_none_or(|declared| !declared.contains_key(name)) {
                        if *wanted == Value::Bool(false) {
                            return Err(format!("{at}/{name}: no such property"));
                        }
                        self.validate(wanted, value, &format!("{at}/{name}"))?;
                    }
                }
                true
            }
            "oneOf" => {
                let mut fitting = 0;
                for schema in wanted.as_array().unwrap() {
                    let (objects, used) = (self.objects.len(), self.used.clone());
                    if self.validate(schema, value, at).is_ok() {
                        fitting += 1;
                    } else {
                        self.objects.truncate(objects);
                        self.used = used;
                    }
                }
                fitting == 1
            }
            "$schema" | "$defs" | "title" | "description" | "default" | "pattern" | "format"
            | "propertyNames" | "contains" => true,
            condition if is_condition(condition) => true,
            other => return Err(format!("unknown keyword {other}")),
        };
        if holds {
            Ok(())
        } else {
            Err(format!("{at}: {value} against {keyword} {wanted}"))
        }
    }
}
