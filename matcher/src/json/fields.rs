//! Taking objects apart, field by field.

use std::ops::RangeInclusive;

use rustc_hash::FxHashSet;

use super::{Faults, Json, Path};

/// A type that reads itself from a JSON value.
pub trait FromJson: Sized {
    /// The value, or `None` after at least one fault was noted.
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self>;
}

/// The fields of one object, taken one at a time; what is left at the end is unknown.
#[derive(Debug)]
pub struct Fields<'a> {
    at: &'a Path<'a>,
    left: Vec<(String, Json)>,
    known: Vec<&'static str>,
    /// Whether there was an object; if not, that was noted and nothing more is.
    is_object: bool,
}

impl<'a> Fields<'a> {
    /// Opens `json`, which must be an object without repeated fields.
    pub fn open(json: Json, at: &'a Path<'a>, faults: &mut Faults) -> Option<Self> {
        Some(Self::open_or_empty(json, at, faults)).filter(|fields| fields.is_object)
    }

    /// As [`Fields::open`]; what is no object has no fields, and none is missed.
    pub fn open_or_empty(json: Json, at: &'a Path<'a>, faults: &mut Faults) -> Self {
        let (left, is_object) = match json {
            Json::Object(fields) => (each_once(fields, at, faults), true),
            other => {
                faults.add(at, other, "an object");
                (Vec::new(), false)
            }
        };
        Self {
            at,
            left,
            known: Vec::new(),
            is_object,
        }
    }

    /// Where the object is.
    pub fn at(&self) -> &'a Path<'a> {
        self.at
    }

    /// Whether there was an object at all.
    pub fn is_object(&self) -> bool {
        self.is_object
    }

    /// The raw value of a field, if it is there.
    pub fn take(&mut self, name: &'static str) -> Option<Json> {
        self.known.push(name);
        let idx = self.left.iter().position(|(key, _)| key == name)?;
        Some(self.left.swap_remove(idx).1)
    }

    /// A field that must be there.
    pub fn required<T: FromJson>(&mut self, name: &'static str, faults: &mut Faults) -> Option<T> {
        match self.take(name) {
            Some(json) => T::from_json(json, &self.at.key(name), faults),
            None => {
                if self.is_object {
                    let expected = "a value: the field is required";
                    faults.add(&self.at.key(name), "nothing", expected);
                }
                None
            }
        }
    }

    /// A field that may be absent: `Some(None)` if it is, `None` if it is there but faulty.
    pub fn optional<T: FromJson>(
        &mut self,
        name: &'static str,
        faults: &mut Faults,
    ) -> Option<Option<T>> {
        match self.take(name) {
            Some(json) => T::from_json(json, &self.at.key(name), faults).map(Some),
            None => Some(None),
        }
    }

    /// A field with a default.
    pub fn or<T: FromJson>(
        &mut self,
        name: &'static str,
        default: T,
        faults: &mut Faults,
    ) -> Option<T> {
        Some(self.optional(name, faults)?.unwrap_or(default))
    }

    /// Notes a fault for every field that nobody took.
    pub fn finish(mut self, faults: &mut Faults) {
        self.left.sort_by(|a, b| a.0.cmp(&b.0));
        let expected = format!("no such field; known here: {}", self.known.join(", "));
        for (name, value) in &self.left {
            faults.add(&self.at.key(name), value, &expected);
        }
    }
}

/// The fields of an object; one that is there already is a fault and left out.
pub(crate) fn each_once(
    fields: Vec<(String, Json)>,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Vec<(String, Json)> {
    // Most objects have a few fields and no time for a table of them.
    const FEW: usize = 32;
    let mut seen: FxHashSet<String> = FxHashSet::default();
    let is_small = fields.len() <= FEW;
    let mut kept: Vec<(String, Json)> = Vec::with_capacity(fields.len());
    for (name, value) in fields {
        let is_new = match is_small {
            true => kept.iter().all(|(earlier, _)| *earlier != name),
            false => seen.insert(name.clone()),
        };
        if is_new {
            kept.push((name, value));
        } else {
            faults.add(&at.key(&name), value, "each field once");
        }
    }
    kept
}

/// An integer in `range`.
pub fn within(
    range: RangeInclusive<i64>,
    json: Json,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<i64> {
    match json {
        Json::Int(value) if range.contains(&value) => Some(value),
        other => {
            let expected = format!("an integer from {} to {}", range.start(), range.end());
            faults.add(at, other, expected);
            None
        }
    }
}

/// One word of a closed list.
pub fn one_of<T: Copy>(
    words: &[(&str, T)],
    json: Json,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<T> {
    let found = match &json {
        Json::Text(text) => words
            .iter()
            .find(|(word, _)| word == text)
            .map(|(_, value)| *value),
        _ => None,
    };
    if found.is_none() {
        let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        faults.add(at, json, format!("one of {}", words.join(", ")));
    }
    found
}

impl FromJson for Json {
    fn from_json(json: Json, _: &Path<'_>, _: &mut Faults) -> Option<Self> {
        Some(json)
    }
}

impl FromJson for String {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            other => {
                faults.add(at, other, "a string");
                None
            }
        }
    }
}

impl FromJson for bool {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(value),
            other => {
                faults.add(at, other, "true or false");
                None
            }
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    /// All elements are read, so that every fault is met; one fault spoils the list.
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        match json {
            Json::List(items) => {
                let read: Vec<Option<T>> = items
                    .into_iter()
                    .enumerate()
                    .map(|(idx, item)| T::from_json(item, &at.index(idx), faults))
                    .collect();
                read.into_iter().collect()
            }
            other => {
                faults.add(at, other, "an array");
                None
            }
        }
    }
}

/// Quantities with units read themselves as integers in their range.
macro_rules! quantity_from_json {
    ($($name:ident),*) => {$(
        impl FromJson for crate::model::$name {
            fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
                let value = within(0..=i64::from(Self::MAX.get()), json, at, faults)?;
                Self::new(value)
            }
        }
    )*};
}
quantity_from_json!(Hours, Points, CentsPerHour, Heads, Count);
