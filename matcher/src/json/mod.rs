//! Strict reading of JSON documents, every fault at once.
//!
//! A document (or one element of a long list) becomes a [`Json`] tree that keeps what `serde_json`'s
//! own would lose: repeated fields and numbers that are no integers. [`Fields`] takes an object
//! apart; types read themselves by [`FromJson`]. Whoever reads goes on after a fault, so a file's
//! faults are reported together. The same readers serve CSV: a row is an object.
//!
//! Not for output, and not for long lists as a whole: those stream element by element.

mod fault;
mod fields;
mod tree;

pub use fault::{Fault, Faults, Path};
pub(crate) use fields::each_once;
pub use fields::{Fields, FromJson, one_of, within};
pub use tree::Json;

/// What is wrong with a text that should hold one JSON document in UTF-8.
#[derive(Debug, thiserror::Error)]
pub enum JsonError {
    /// The text begins with a byte-order mark.
    #[error("byte-order mark at the start; expected plain UTF-8 without one")]
    ByteOrderMark,
    /// The text is no JSON, or not UTF-8; line, column and cause.
    #[error("broken JSON: {0}")]
    Syntax(serde_json::Error),
    /// The bytes could not be read.
    #[error(transparent)]
    Io(std::io::Error),
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() {
            Self::Io(error.into())
        } else {
            Self::Syntax(error)
        }
    }
}

/// The tree of a whole small document.
///
/// # Errors
/// [`JsonError`] if the text is not one JSON document.
pub fn parse(text: &[u8]) -> Result<Json, JsonError> {
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(JsonError::ByteOrderMark);
    }
    Ok(serde_json::from_slice(text)?)
}
