//! Lists in pages: `limit`, and the `cursor` that the page before gave.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Code, Problem};
use crate::access::{hex, sha256};
use crate::store::Page;

/// Entries of a page where nothing is said, and the most.
const LIMIT: u32 = 100;
const MAX_LIMIT: u32 = 1_000;

/// Where a page begins, how long it is, and which list it is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paging {
    /// The last id of the page before; empty for the first.
    pub after: String,
    /// The most entries.
    pub limit: u32,
    list: String,
}

/// A part of a list.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PageOf<T> {
    /// The entries.
    pub items: Vec<T>,
    /// The cursor of the next page; null after the last.
    pub next: Option<String>,
}

impl<T> PageOf<T> {
    /// The same page of something else.
    pub fn map<U>(self, other: impl FnMut(T) -> U) -> PageOf<U> {
        PageOf {
            items: self.items.into_iter().map(other).collect(),
            next: self.next,
        }
    }
}

impl Paging {
    /// Reads `limit` and `cursor` of a list that `list` names with all its filters: a cursor goes on
    /// only where it came from.
    ///
    /// # Errors
    /// [`Code::BadRequest`], [`Code::BadCursor`].
    pub fn new(list: &str, limit: Option<u32>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let expected = format!("an integer from 1 to {MAX_LIMIT}");
            return Err(Problem::of(Code::BadRequest, "limit", limit, expected));
        }
        let list = sha256(list.as_bytes())
            .get(..16)
            .unwrap_or_default()
            .to_owned();
        let after = match cursor {
            None => String::new(),
            Some(cursor) => {
                let wrong = || {
                    Problem::of(
                        Code::BadCursor,
                        "cursor",
                        format!("{cursor:?}"),
                        "a `next` of this list",
                    )
                };
                let text = unhex(cursor).ok_or_else(wrong)?;
                let (of, after) = text.split_once(' ').ok_or_else(wrong)?;
                Some(after)
                    .filter(|after| of == list && !after.contains('\0'))
                    .ok_or_else(wrong)?
                    .to_owned()
            }
        };
        Ok(Self { after, limit, list })
    }

    /// The cursor after the entry `last`.
    pub fn cursor(&self, last: &str) -> String {
        hex(format!("{} {last}", self.list).as_bytes())
    }

    /// The page of `items`, of which there is one more than the limit where there is another page.
    pub fn page<T>(&self, mut items: Vec<T>, id: impl Fn(&T) -> String) -> PageOf<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = items.len() > limit;
        items.truncate(limit);
        let last = items.last().filter(|_| more);
        let next = last.map(|last| self.cursor(&id(last)));
        PageOf { items, next }
    }

    /// The JSON of a page of documents: whole, or with the fields asked for.
    ///
    /// # Errors
    /// [`Code::Internal`]: a stored document is no JSON object.
    pub fn json(&self, page: &Page, fields: Option<&str>) -> Result<String, Problem> {
        let mut items = Vec::with_capacity(page.items.len());
        for document in &page.items {
            items.push(sparse(&document.body, fields)?);
        }
        let next = page
            .next
            .as_ref()
            .map(|last| format!("\"{}\"", self.cursor(last)));
        let next = next.unwrap_or_else(|| "null".to_owned());
        Ok(format!(
            "{{\"items\":[{}],\"next\":{next}}}",
            items.join(",")
        ))
    }
}

/// A document with only some of its fields, which a comma separates.
///
/// # Errors
/// [`Code::Internal`]: it is no JSON object.
pub fn sparse(body: &str, fields: Option<&str>) -> Result<String, Problem> {
    let Some(fields) = fields else {
        return Ok(body.to_owned());
    };
    let broken = |error: serde_json::Error| {
        tracing::error!(%error, "a stored document cannot be read");
        Problem::new(Code::Internal, "a stored document cannot be read")
    };
    // Values stay as they are: a tree would round amounts of more than 64 bits.
    let mut object: BTreeMap<String, &RawValue> = serde_json::from_str(body).map_err(broken)?;
    object.retain(|name, _| fields.split(',').any(|field| field.trim() == name));
    serde_json::to_string(&object).map_err(broken)
}

fn unhex(text: &str) -> Option<String> {
    if !text.len().is_multiple_of(2) || !text.is_ascii() {
        return None;
    }
    let pairs = (0..text.len()).step_by(2).map(|at| text.get(at..at + 2));
    let bytes: Option<Vec<u8>> = pairs
        .map(|pair| u8::from_str_radix(pair?, 16).ok())
        .collect();
    String::from_utf8(bytes?).ok()
}
