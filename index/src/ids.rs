//! The ids of a segment's experts, in memory.

use tantivy::{DocId, SegmentReader};

use crate::IndexError;

/// Ids by document; documents are in the order of ids.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Ids {
    text: String,
    /// Where each ends.
    ends: Vec<u32>,
}

impl Ids {
    /// Reads the ids of a segment.
    pub(crate) fn of(reader: &SegmentReader) -> Result<Self, IndexError> {
        let mut ids = Self::default();
        let Some(column) = reader.fast_fields().str("id")? else {
            return Ok(ids);
        };
        // Every document has an id of its own, and both are in order: the documents' ids are the terms.
        let mut terms = column.dictionary().stream().map_err(engine)?;
        while terms.advance() {
            let id = std::str::from_utf8(terms.key());
            let id = id.map_err(|error| engine(std::io::Error::other(error)))?;
            ids.push(id);
        }
        Ok(ids)
    }

    /// Adds an id, which comes after all others.
    fn push(&mut self, id: &str) {
        self.text.push_str(id);
        self.ends
            .push(u32::try_from(self.text.len()).unwrap_or(u32::MAX));
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    /// The id of a document; empty if there is no such document.
    pub(crate) fn get(&self, doc: DocId) -> &str {
        let doc = doc as usize;
        let start = doc.checked_sub(1).map_or(0, |before| self.end(before));
        self.text.get(start..self.end(doc)).unwrap_or_default()
    }

    fn end(&self, doc: usize) -> usize {
        self.ends.get(doc).map_or(0, |end| *end as usize)
    }

    /// The document of an id.
    ///
    /// # Complexity
    /// O(log documents).
    pub(crate) fn find(&self, id: &str) -> Option<DocId> {
        let (mut low, mut high) = (0, u32::try_from(self.len()).unwrap_or(u32::MAX));
        while low < high {
            let middle = low + (high - low) / 2;
            match self.get(middle).cmp(id) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }
}

fn engine(error: std::io::Error) -> IndexError {
    IndexError::Engine(error.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_where_they_stand() {
        let mut ids = Ids::default();
        assert_eq!((ids.find("a"), ids.get(0)), (None, ""));
        for id in ["a", "ab", "c"] {
            ids.push(id);
        }
        for (doc, id) in (0..).zip(["a", "ab", "c"]) {
            assert_eq!((ids.get(doc), ids.find(id)), (id, Some(doc)));
        }
        for other in ["", "aa", "b", "d"] {
            assert_eq!(ids.find(other), None);
        }
        assert_eq!(ids.get(3), "");
    }
}
