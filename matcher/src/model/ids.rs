//! Ids of pools and campaigns: NFC, 1–128 bytes, no white space, no control characters.
//!
//! Problem files are freer: there an id is any string (see [`Names`](super::Names)).

use std::fmt;

use unicode_normalization::is_nfc;

use crate::json::{Faults, FromJson, Json, Path};

/// An id of a pool or campaign file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(Box<str>);

impl Id {
    /// The most bytes an id has.
    pub const MAX_BYTES: usize = 128;

    /// What an id looks like, for messages.
    pub const EXPECTED: &'static str =
        "an id: 1 to 128 bytes of UTF-8 in NFC, no spaces, no control characters";

    /// `text` as an id, if it is one.
    pub fn new(text: &str) -> Option<Self> {
        let legal = (1..=Self::MAX_BYTES).contains(&text.len())
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && is_nfc(text);
        legal.then(|| Self(Box::from(text)))
    }

    /// The id's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl std::borrow::Borrow<str> for Id {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl serde::Serialize for Id {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl FromJson for Id {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let id = match &json {
            Json::Text(text) => Self::new(text),
            _ => None,
        };
        if id.is_none() {
            faults.add(at, json, Self::EXPECTED);
        }
        id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_no_spaces_and_are_composed() {
        assert!(Id::new("ana-3").is_some());
        assert!(Id::new("é").is_some());
        assert!(Id::new("e\u{301}").is_none(), "decomposed");
        assert!(Id::new("a b").is_none());
        assert!(Id::new("a\u{a0}b").is_none(), "no-break space");
        assert!(Id::new("").is_none());
        assert!(Id::new(&"x".repeat(129)).is_none());
    }
}
