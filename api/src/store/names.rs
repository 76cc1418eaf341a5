//! People's names in JSON texts.

use std::collections::BTreeSet;

use muster_matcher::json::{Json, parse};
use muster_matcher::model::Id;

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

/// A list of people from which one is erased: their entry has the pseudonym, and nothing of what was said of them; what
/// was said of others calls them by it. `None` where nothing speaks of them.
pub(super) fn forgotten(text: &str, id: &str, pseudonym: &str) -> Option<String> {
    let mut tree = parse(text.as_bytes()).ok()?;
    let Json::Object(fields) = &mut tree else {
        return None;
    };
    let mut is_named = false;
    for (_, entries) in fields.iter_mut().filter(|(name, _)| name == "entries") {
        let Json::List(entries) = entries else {
            continue;
        };
        for entry in entries.iter_mut() {
            let Json::Object(entry) = entry else { continue };
            let expert = entry.iter_mut().find(|(name, _)| name == "expert");
            match expert {
                Some((_, Json::Text(expert))) if expert == id => {
                    pseudonym.clone_into(expert);
                    entry.retain(|(name, _)| name != "reason");
                    let notes = entry.iter_mut().filter(|(name, _)| name == "notes");
                    notes.for_each(|(_, notes)| *notes = Json::List(Vec::new()));
                    is_named = true;
                }
                _ => entry
                    .iter_mut()
                    .for_each(|(name, said)| is_named |= replaced(name, said, id, pseudonym)),
            }
        }
        // They are kept in the order of ids.
        entries.sort_by_cached_key(|entry| match entry {
            Json::Object(entry) => entry.iter().find_map(|field| match field {
                (name, Json::Text(expert)) if name == "expert" => Some(expert.clone()),
                _ => None,
            }),
            _ => None,
        });
    }
    is_named.then(|| json::text(&tree))
}

/// Writes the pseudonym where a reason, or one of some notes, names the person, and says whether it does.
fn replaced(name: &str, said: &mut Json, id: &str, pseudonym: &str) -> bool {
    match said {
        Json::Text(text) if ["reason", "note"].contains(&name) => {
            let after = without_mention(text, id, pseudonym);
            let is_named = after.is_some();
            *text = after.unwrap_or_else(|| std::mem::take(text));
            is_named
        }
        Json::List(notes) if name == "notes" => {
            let mut is_named = false;
            for note in notes {
                let Json::Object(note) = note else { continue };
                for (name, said) in note {
                    is_named |= replaced(name, said, id, pseudonym);
                }
            }
            is_named
        }
        _ => false,
    }
}

/// Whether a letter beside an id makes it a part of a longer word.
fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || "_-".contains(letter)
}

/// Every part of a text that mentions somebody of that id, if there is one: what [`without_mention`] looks for.
///
/// # Complexity
/// As many as an id may have bytes, at most, for each letter.
pub(super) fn mentions(text: &str) -> impl Iterator<Item = &str> {
    // Ids have no spaces.
    text.split_whitespace().flat_map(|words| {
        let is_edge = move |at: usize| {
            let (before, after) = words.split_at(at);
            let (before, after) = (before.chars().next_back(), after.chars().next());
            (
                before.is_none_or(|it| !is_of_word(it)),
                after.is_none_or(|it| !is_of_word(it)),
            )
        };
        let starts = words.char_indices().map(|(at, _)| at);
        let starts = starts.filter(move |at| is_edge(*at).0);
        starts.flat_map(move |from| {
            let rest = words.get(from..).unwrap_or_default();
            let ends = rest
                .char_indices()
                .map(move |(at, letter)| from + at + letter.len_utf8());
            let ends = ends.take_while(move |end| end - from <= Id::MAX_BYTES);
            let ends = ends.filter(move |end| is_edge(*end).1);
            ends.filter_map(move |end| words.get(from..end))
        })
    })
}

/// A text in which the pseudonym stands wherever the id stands as a word of its own; `None` where it does not.
fn without_mention(text: &str, id: &str, pseudonym: &str) -> Option<String> {
    let mut out = String::with_capacity(text.len());
    let (mut from, mut is_named) = (0, false);
    for (at, _) in text.match_indices(id) {
        let end = at + id.len();
        let before = text.get(..at).and_then(|it| it.chars().next_back());
        let after = text.get(end..).and_then(|it| it.chars().next());
        if at < from || before.is_some_and(is_of_word) || after.is_some_and(is_of_word) {
            continue;
        }
        out.push_str(text.get(from..at)?);
        out.push_str(pseudonym);
        (from, is_named) = (end, true);
    }
    out.push_str(text.get(from..)?);
    is_named.then_some(out)
}

/// Adds everybody whom a JSON text names.
pub(super) fn add_people(text: &str, people: &mut BTreeSet<String>) {
    rewritten(text, |said| {
        people.insert(said.to_owned());
        None
    });
}

/// A JSON text in which `instead` gives what stands in place of people's names. People are named as `expert`, in lists
/// of `experts` or `changes`, as the `id` or key of one in `experts`, and as whom others are to be `like`. `None` for
/// what is no JSON.
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
                    let lists = ["expert", "experts", "changes", "like"].contains(&said.as_str());
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
        let like = r#"{"search":{"like":"ana","text":"ana"}}"#;
        let renamed = r#"{"search":{"like":"p","text":"ana"}}"#;
        assert_eq!(renamed_text(like, "ana", "p").unwrap(), renamed);
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

    #[test]
    fn nothing_that_was_said_of_somebody_stays_on_a_list() {
        let before = r#"{"name":"ana","entries":[{"expert":"ana","state":"rejected","reason":"Ana López is rude","points":7,"notes":[{"note":"rang"}]},{"expert":"bo","reason":"better than ana.","notes":[{"note":"ana, banana, ana-2: (ana)","by":"user:ana"}]}]}"#;
        let after = r#"{"name":"ana","entries":[{"expert":"bo","reason":"better than p-1.","notes":[{"note":"p-1, banana, ana-2: (p-1)","by":"user:ana"}]},{"expert":"p-1","state":"rejected","points":7,"notes":[]}]}"#;
        assert_eq!(forgotten(before, "ana", "p-1").unwrap(), after);
        assert_eq!(forgotten(after, "ana", "p-2"), None);
        assert_eq!(without_mention("a.a a.a", "a.a", "x").unwrap(), "x x");
    }
    #[test]
    fn every_mention_that_would_be_taken_out_is_looked_for() {
        let text = "ask ana/bo, (cy-2) or \"é.é\": no banana";
        let found: BTreeSet<&str> = mentions(text).collect();
        for id in [
            "ana",
            "bo",
            "ana/bo",
            "cy-2",
            "é.é",
            "é",
            "\"é.é\"",
            "(cy-2)",
            "no",
        ] {
            assert!(found.contains(id), "{id}: {found:?}");
        }
        for part in &found {
            assert!(without_mention(text, part, "p").is_some(), "{part}");
        }
        for id in ["an", "cy", "2", "nan"] {
            assert!(!found.contains(id) && without_mention(text, id, "p").is_none());
        }
    }
}
