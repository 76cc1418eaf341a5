//! JSON trees as text.

use muster_matcher::json::Json;

/// A tree as compact JSON, fields in their order. Numbers that are no integers of 64 bits were rounded when the
/// tree was read.
pub(crate) fn text(tree: &Json) -> String {
    let mut out = String::new();
    write(tree, &mut out);
    out
}

fn write(tree: &Json, out: &mut String) {
    match tree {
        Json::Null => out.push_str("null"),
        Json::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
        Json::Int(value) => out.push_str(&value.to_string()),
        Json::Number(text) => out.push_str(text),
        Json::Text(text) => quote(text, out),
        Json::List(items) => {
            out.push('[');
            for (idx, item) in items.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Json::Object(fields) => {
            out.push('{');
            for (idx, (name, value)) in fields.iter().enumerate() {
                if idx > 0 {
                    out.push(',');
                }
                quote(name, out);
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    // A string is always written.
    out.push_str(&serde_json::to_string(text).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_matcher::json::parse;

    #[test]
    fn what_is_read_is_written_again() {
        let said = r#"{"b":[1,-2.5,null,true],"a":{"é\"\\\n":"\u0000x"},"":[]}"#;
        let text = text(&parse(said.as_bytes()).unwrap());
        assert_eq!(text, said);
    }
}
