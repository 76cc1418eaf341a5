//! People's names in JSON texts.

use std::collections::BTreeSet;

use muster_matcher::json::Json;

use crate::json;

/// An object or array that is open.
struct Open {
    is_object: bool,
    /// Whether its own strings, or its `id` and keys, name people.
    is_expert: bool,
    /// Whether the value of the field being read does.
    value_is_expert: bool,
    /// Whether the next string is a field's name.
    at_name: bool,
}

/// A JSON text with the person renamed; `None` where it does not name them. All else stays as it is, byte by byte:
/// a tree would round large numbers.
pub fn renamed_text(text: &str, id: &str, pseudonym: &str) -> Option<String> {
    let instead = json::text(&Json::Text(pseudonym.to_owned()));
    let mut renamed = false;
    let out = rewritten(text, |said| {
        let is_it = said == id;
        renamed |= is_it;
        is_it.then_some(instead.as_str())
    });
    out.filter(|_| renamed)
}

/// Adds everybody whom a JSON text names.
pub(super) fn add_people(text: &str, people: &mut BTreeSet<String>) {
    rewritten(text, |said| {
        people.insert(said.to_owned());
        None
    });
}

/// A JSON text in which `instead` gives what stands in place of people's names. People are named as `expert`, in lists
/// of `experts` or `changes`, and as the `id` or key of one in `experts`. `None` for what is no JSON.
fn rewritten<'i>(text: &str, mut instead: impl FnMut(&str) -> Option<&'i str>) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let mut open: Vec<Open> = Vec::new();
    let mut rest = text;
    while let Some(next) = rest.find(['"', '{', '[', '}', ']', ',']) {
        let (before, from) = rest.split_at(next);
        out.push_str(before);
        let is_expert = open.last().is_some_and(|open| match open.is_object {
            true => open.value_is_expert,
            false => open.is_expert,
        });
        let mut token = from.get(..1)?;
        match token {
            "\"" => {
                token = string_token(from)?;
                let said: String = serde_json::from_str(token).ok()?;
                let mut names = is_expert;
                if let Some(object) = open.last_mut().filter(|open| open.at_name) {
                    names = object.is_expert;
                    let lists = ["expert", "experts", "changes"].contains(&said.as_str());
                    object.value_is_expert = lists || object.is_expert && said == "id";
                    object.at_name = false;
                }
                let renamed = names.then(|| instead(&said)).flatten();
                out.push_str(renamed.unwrap_or(token));
            }
            "{" | "[" => open.push(Open {
                is_object: token == "{",
                is_expert,
                value_is_expert: false,
                at_name: token == "{",
            }),
            "}" | "]" => {
                open.pop();
            }
            _ => {
                if let Some(object) = open.last_mut().filter(|open| open.is_object) {
                    object.at_name = true;
                }
            }
        }
        if !token.starts_with('"') {
            out.push_str(token);
        }
        rest = from.get(token.len()..)?;
    }
    out.push_str(rest);
    Some(out)
}

/// Whether a JSON text, or one of JSON lines, has a string, however it is spelt.
pub fn has_string(text: &str, string: &str) -> bool {
    let mut strings = BTreeSet::new();
    add_strings(text, &mut strings);
    strings.contains(string)
}

/// Adds every string of a JSON text, fields' names included.
fn add_strings(text: &str, strings: &mut BTreeSet<String>) {
    let mut rest = text;
    while let Some(at) = rest.find('"') {
        let Some(token) = rest.get(at..).and_then(string_token) else {
            return;
        };
        if let Ok(said) = serde_json::from_str(token) {
            strings.insert(said);
        }
        rest = rest.get(at + token.len()..).unwrap_or_default();
    }
}

/// The string that a text begins with, quotes included.
fn string_token(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    text.get(..end + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_renamed_where_they_are_people() {
        let before = r#"{"experts":[{"id":"ana","tags":["ana"]},{"id":"bo"}],"roles":[{"id":"ana"}],"pins":[{"expert":"ana","role":"ana"}],"conflict":{"changes":["ana"]},"bound":123456789012345678901234567890}"#;
        let after = r#"{"experts":[{"id":"p","tags":["ana"]},{"id":"bo"}],"roles":[{"id":"ana"}],"pins":[{"expert":"p","role":"ana"}],"conflict":{"changes":["p"]},"bound":123456789012345678901234567890}"#;
        assert_eq!(renamed_text(before, "ana", "p").unwrap(), after);
        let odd = r#" { "experts" : { "a\"}[" : [1], "b" : "x\\" } , "expert":"a\"}[" } "#;
        let named = r#" { "experts" : { "p" : [1], "b" : "x\\" } , "expert":"p" } "#;
        assert_eq!(renamed_text(odd, "a\"}[", "p").unwrap(), named);
        assert_eq!(renamed_text(before, "cy", "p"), None);
        let mut people = BTreeSet::new();
        add_people(odd, &mut people);
        let named: Vec<&str> = people.iter().map(String::as_str).collect();
        assert_eq!(named, ["a\"}[", "b"]);
        let mut strings = BTreeSet::new();
        add_strings(odd, &mut strings);
        assert_eq!(
            strings.iter().map(String::as_str).collect::<Vec<_>>(),
            ["a\"}[", "b", "expert", "experts", "x\\"]
        );
    }
}
