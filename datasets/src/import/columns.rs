//! The columns of a CSV file of profiles, and how their cells become the JSON of a profile.

use muster_matcher::json::{Json, parse};

/// What a cell holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Syntax {
    /// Any text, as it stands.
    Text,
    /// An id, as it stands: a space before or after it is a fault, not a matter of taste.
    Id,
    /// A word; spaces around it do not count.
    Word,
    /// An integer; spaces around it do not count.
    Integer,
    /// `a;b;c`
    Words,
    /// `key=value|field=value|…;…`: the JSON fields that key and value are.
    Entries(&'static str, &'static str),
    /// A JSON list of documents, or the text of one.
    Documents,
    /// `mon=08:00-12:00;…`
    Windows,
    /// `2026-12-24..2027-01-03=0;…`
    Exceptions,
}

/// A column: its name, where its value belongs in a profile, what its cells hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) path: &'static [&'static str],
    pub(super) syntax: Syntax,
}

const fn column(name: &'static str, path: &'static [&'static str], syntax: Syntax) -> Column {
    Column { name, path, syntax }
}

/// Every column there is.
pub(super) const COLUMNS: [Column; 30] = [
    column("id", &["id"], Syntax::Id),
    column("stage", &["stage"], Syntax::Word),
    column("name", &["name"], Syntax::Text),
    column("headline", &["headline"], Syntax::Text),
    column("bio", &["bio"], Syntax::Text),
    column("documents", &["documents"], Syntax::Documents),
    column("country", &["country"], Syntax::Word),
    column("time_zone", &["time_zone"], Syntax::Word),
    column(
        "work_authorisations",
        &["work_authorisations"],
        Syntax::Words,
    ),
    column("skills", &["skills"], Syntax::Entries("skill", "level")),
    column(
        "credentials",
        &["credentials"],
        Syntax::Entries("kind", "status"),
    ),
    column("languages", &["languages"], Syntax::Entries("tag", "cefr")),
    column(
        "assessments",
        &["assessments"],
        Syntax::Entries("task_type", "score"),
    ),
    column("years", &["years"], Syntax::Integer),
    column("min_rate_cents", &["rate", "min_cents"], Syntax::Integer),
    column("currency", &["rate", "currency"], Syntax::Word),
    column(
        "weekly_hours",
        &["availability", "weekly_hours"],
        Syntax::Integer,
    ),
    column("windows", &["availability", "windows"], Syntax::Windows),
    column(
        "exceptions",
        &["availability", "exceptions"],
        Syntax::Exceptions,
    ),
    column(
        "earliest_start",
        &["availability", "earliest_start"],
        Syntax::Word,
    ),
    column(
        "commitments",
        &["commitments"],
        Syntax::Entries("label", "hours"),
    ),
    column("max_roles", &["max_roles"], Syntax::Integer),
    column(
        "max_sensitive_hours",
        &["max_sensitive_hours"],
        Syntax::Integer,
    ),
    column("employers", &["employers"], Syntax::Words),
    column(
        "past_clients",
        &["past_clients"],
        Syntax::Entries("client", "until"),
    ),
    column(
        "conflicts",
        &["conflicts"],
        Syntax::Entries("against", "until"),
    ),
    column(
        "consents",
        &["consents"],
        Syntax::Entries("topic", "granted"),
    ),
    column("delivered", &["reliability", "delivered"], Syntax::Integer),
    column("missed", &["reliability", "missed"], Syntax::Integer),
    column("tags", &["tags"], Syntax::Words),
];

/// The column that rejects files have besides; never read.
pub(super) const REASONS: &str = "reasons";

/// Columns without which no row can be read.
pub(super) const REQUIRED: [&str; 4] = ["id", "min_rate_cents", "currency", "weekly_hours"];

/// The column of that name.
pub(super) fn find(name: &str) -> Option<Column> {
    all().find(|column| column.name == name)
}

/// All columns in their usual order.
pub(super) fn all() -> impl Iterator<Item = Column> {
    COLUMNS.into_iter()
}

/// The column that the value at a JSON pointer into a profile stands in.
pub(super) fn of_pointer(pointer: &str) -> Option<Column> {
    all().find(|column| {
        let mut steps = pointer.split('/').skip(1);
        column.path.iter().all(|step| steps.next() == Some(step))
    })
}

/// The profile that a row describes, still to be read. Empty cells are absent.
pub(super) fn profile<'a>(cells: impl Iterator<Item = (Column, &'a str)>) -> Json {
    let mut fields: Vec<(String, Json)> = ["rate", "availability"]
        .map(|group| (group.to_owned(), Json::Object(Vec::new())))
        .into();
    for (column, cell) in cells {
        let Some(value) = value(column.syntax, cell) else {
            continue;
        };
        match column.path {
            [group, field] => {
                let known = fields.iter().position(|(name, _)| name == group);
                let idx = known.unwrap_or_else(|| {
                    fields.push(((*group).to_owned(), Json::Object(Vec::new())));
                    fields.len() - 1
                });
                if let Json::Object(group) = &mut fields[idx].1 {
                    group.push(((*field).to_owned(), value));
                }
            }
            path => fields.push((path.concat(), value)),
        }
    }
    Json::Object(fields)
}

fn value(syntax: Syntax, cell: &str) -> Option<Json> {
    let trimmed = cell.trim();
    if trimmed.is_empty() {
        return None;
    }
    Some(match syntax {
        Syntax::Text | Syntax::Id => text(cell),
        Syntax::Word => text(trimmed),
        Syntax::Integer => integer(trimmed),
        Syntax::Words => list(trimmed, text),
        Syntax::Entries(key, value) => list(trimmed, |item| entry(key, value, item)),
        Syntax::Documents if trimmed.starts_with('[') => documents(trimmed),
        Syntax::Documents => Json::List(vec![object([("text", text(cell))])]),
        Syntax::Windows => list(trimmed, window),
        Syntax::Exceptions => list(trimmed, exception),
    })
}

/// Items between `;`. One `;` may end the list.
fn list(cell: &str, item: impl Fn(&str) -> Json) -> Json {
    let cell = cell.strip_suffix(';').unwrap_or(cell);
    Json::List(cell.split(';').map(|part| item(part.trim())).collect())
}

fn entry(key: &str, value: &str, item: &str) -> Json {
    let mut parts = item.split('|').map(str::trim);
    let head = parts.next().unwrap_or_default();
    let mut fields = Vec::new();
    match head.rsplit_once('=') {
        Some((name, level)) => {
            fields.push((key.to_owned(), text(name.trim())));
            fields.push((value.to_owned(), typed(value, level.trim())));
        }
        None => fields.push((key.to_owned(), text(head))),
    }
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let name = name.trim();
        fields.push((name.to_owned(), typed(name, value.trim())));
    }
    Json::Object(fields)
}

/// A list as JSON writes it; anything else stays text, which no reader of documents takes.
fn documents(cell: &str) -> Json {
    parse(cell.as_bytes()).unwrap_or_else(|_| text(cell))
}

fn window(item: &str) -> Json {
    let (weekday, times) = item.split_once('=').unwrap_or((item, ""));
    let (start, end) = times.split_once('-').unwrap_or((times, ""));
    object([
        ("weekday", text(weekday.trim())),
        ("start", text(start.trim())),
        ("end", text(end.trim())),
    ])
}

fn exception(item: &str) -> Json {
    let (days, hours) = item.split_once('=').unwrap_or((item, ""));
    let (from, to) = days.split_once("..").unwrap_or((days, days));
    object([
        ("from", text(from.trim())),
        ("to", text(to.trim())),
        ("hours", integer(hours.trim())),
    ])
}

fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    Json::Object(fields.map(|(name, value)| (name.to_owned(), value)).into())
}

/// The value of the entry field `name`.
fn typed(name: &str, value: &str) -> Json {
    match (name, value) {
        ("level" | "years" | "score" | "deviation" | "hours", number) => integer(number),
        ("granted" | "sensitive", "true") => Json::Bool(true),
        ("granted" | "sensitive", "false") => Json::Bool(false),
        (_, other) => text(other),
    }
}

fn text(text: &str) -> Json {
    Json::Text(text.to_owned())
}

/// A decimal integer as JSON writes it; anything else stays text, which no reader of integers takes.
fn integer(cell: &str) -> Json {
    let digits = cell.strip_prefix('-').unwrap_or(cell);
    let plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (digits == "0" || !digits.starts_with('0'));
    match cell.parse() {
        Ok(value) if plain => Json::Int(value),
        _ => text(cell),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_strict() {
        assert_eq!(integer("-12"), Json::Int(-12));
        for cell in [
            "1e3",
            "10.0",
            "NaN",
            "+1",
            "01",
            "1 000",
            "1,000",
            "٣",
            "99999999999999999999",
            "-",
        ] {
            assert_eq!(integer(cell), text(cell), "{cell}");
        }
    }

    #[test]
    fn documents_are_json_or_one_text() {
        let one = |cell| value(Syntax::Documents, cell).unwrap();
        let plain = Json::List(vec![object([("text", text("On [hearts]; a=b"))])]);
        assert_eq!(one("On [hearts]; a=b"), plain);
        let titled = Json::List(vec![object([("title", text("A"))])]);
        assert_eq!(one(r#" [{"title": "A"}]"#), titled);
        assert_eq!(one("[1"), text("[1"), "which is no list");
    }

    #[test]
    fn pointers_lead_back_to_columns() {
        let name = |pointer| of_pointer(pointer).map(|column| column.name);
        assert_eq!(name("/skills/3/level"), Some("skills"));
        assert_eq!(name("/rate/min_cents"), Some("min_rate_cents"));
        assert_eq!(name("/reliability"), None);
        assert_eq!(name(""), None);
    }
}
