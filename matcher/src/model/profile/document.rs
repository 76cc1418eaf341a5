//! What a person wrote or made: papers, reports, past work.

use jiff::civil::Date;
use serde::Serialize;

use crate::json::{Faults, Fields, FromJson, Json, Path};
use crate::model::Id;

/// A document of a person. What it says tells what they know; documents are in the order of their fields here.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Document {
    /// Tells it from the person's other documents, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<Id>,
    /// What it is called; may be empty if there is a text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// What it says, or a summary; may be empty if there is a title.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Such as `paper`, `report`, `course`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Id>,
    /// When it was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<Date>,
    /// Where it can be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
}

impl Document {
    /// The most documents of a person.
    pub const MOST: usize = 1_000;
    /// The most characters of all titles and texts of a person.
    pub const MOST_CHARACTERS: usize = 2_000_000;
    /// The most characters of a title.
    pub const LONGEST_TITLE: usize = 1_000;
    /// The most characters of a text.
    pub const LONGEST_TEXT: usize = 100_000;
    /// The most characters of an address.
    pub const LONGEST_URL: usize = 2_000;
}

impl FromJson for Document {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let before = faults.total();
        let mut fields = Fields::open(json, at, faults)?;
        let id = fields.optional("id", faults);
        let title = fields.or("title", String::new(), faults);
        let text = fields.or("text", String::new(), faults);
        let kind = fields.optional("kind", faults);
        let date = fields.optional("date", faults);
        let url: Option<Option<String>> = fields.optional("url", faults);
        fields.finish(faults);
        let (title, text, url) = (title?, text?, url?);
        let mut bound = |field, text: &str, most| {
            let n = text.chars().count();
            if n > most {
                let at = at.key(field);
                faults.add(&at, format!("{n} characters"), format!("at most {most}"));
            }
        };
        bound("title", &title, Self::LONGEST_TITLE);
        bound("text", &text, Self::LONGEST_TEXT);
        bound("url", url.as_deref().unwrap_or_default(), Self::LONGEST_URL);
        if title.trim().is_empty() && text.trim().is_empty() {
            faults.add(at, "a document that says nothing", "a title or a text");
        }
        if faults.total() > before {
            return None;
        }
        Some(Self {
            id: id?,
            title,
            text,
            kind: kind?,
            date: date?,
            url,
        })
    }
}

/// Sorts a person's documents and leaves out those that stand there twice; too many, or two of one id, are a fault.
pub(super) fn put_in_order(documents: &mut Vec<Document>, at: &Path<'_>, faults: &mut Faults) {
    documents.sort_unstable();
    documents.dedup();
    let at = at.key("documents");
    if documents.len() > Document::MOST {
        let found = format!("{} documents", documents.len());
        faults.add(&at, found, format!("at most {}", Document::MOST));
    }
    let texts = documents.iter().flat_map(|it| [&it.title, &it.text]);
    let n: usize = texts.map(|text| text.chars().count()).sum();
    if n > Document::MOST_CHARACTERS {
        let expected = format!("at most {} together", Document::MOST_CHARACTERS);
        faults.add(&at, format!("{n} characters"), expected);
    }
    for two in documents.windows(2) {
        if let (Some(one), Some(other)) = (&two[0].id, &two[1].id)
            && one == other
        {
            let found = format!("two documents {:?}", one.as_str());
            faults.add(&at, found, "each id once");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;
    use crate::model::profile::Profile;

    fn read(documents: &str) -> Result<Profile, Faults> {
        let text = format!(
            r#"{{"id": "ana", "rate": {{"min_cents": 1, "currency": "EUR"}},
                "availability": {{"weekly_hours": 20}}, "documents": {documents}}}"#
        );
        let mut faults = Faults::default();
        let json = parse(text.as_bytes()).unwrap();
        Profile::from_json(json, &Path::ROOT, &mut faults).ok_or(faults)
    }

    #[test]
    fn documents_are_sorted_and_read_as_they_were_written() {
        let ana = read(
            r#"[{"title": "On hearts", "text": "They beat.", "date": "2024-05-01", "kind": "paper"},
                {"id": "b", "text": "Valves", "url": "https://example.org/b"}, {"title": "A"}, {"title": "A"}]"#,
        )
        .unwrap();
        let titles: Vec<&str> = ana.documents.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, ["A", "On hearts", ""]);
        let again = serde_json::to_value(&ana).unwrap()["documents"].to_string();
        assert_eq!(read(&again).unwrap(), ana);
    }

    #[test]
    fn faults_of_documents_say_where_they_are() {
        let long = "x".repeat(Document::LONGEST_TITLE + 1);
        for (documents, at, found) in [
            (
                r#"[{"titel": "A"}]"#.to_owned(),
                "/documents/0/titel",
                "\"A\"",
            ),
            (
                r#"[{"title": "A"}, {"title": " "}]"#.to_owned(),
                "/documents/1",
                "a document that says nothing",
            ),
            (
                format!(r#"[{{"title": "{long}"}}]"#),
                "/documents/0/title",
                "1001 characters",
            ),
            (
                r#"[{"title": "A", "date": "2024"}]"#.to_owned(),
                "/documents/0/date",
                "\"2024\"",
            ),
            (
                r#"[{"id": "a", "title": "A"}, {"id": "a", "title": "B"}]"#.to_owned(),
                "/documents",
                "two documents \"a\"",
            ),
            ("{}".to_owned(), "/documents", "an object"),
        ] {
            let faults = read(&documents).unwrap_err();
            let fault = &faults.list()[0];
            assert_eq!(
                (fault.at.as_str(), fault.found.as_str()),
                (at, found),
                "{documents}"
            );
        }
    }

    #[test]
    fn a_person_has_so_many_documents_and_characters() {
        let many = |n: usize, text: &str| -> String {
            let all: Vec<String> = (0..n)
                .map(|idx| format!(r#"{{"id": "{idx}", "text": "{text}"}}"#))
                .collect();
            format!("[{}]", all.join(","))
        };
        assert!(read(&many(Document::MOST, "x")).is_ok());
        assert!(read(&many(Document::MOST + 1, "x")).is_err());
        assert!(read(&many(21, &"y".repeat(Document::LONGEST_TEXT))).is_err());
    }
}
