//! For every value of an attribute, the documents that have it.

use std::collections::BTreeMap;
use std::ops::Range;

use tantivy::DocId;

/// Documents with something, in order; one may occur several times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List<V> {
    pub(crate) docs: Vec<DocId>,
    /// What is known of it, by position.
    pub(crate) values: Vec<V>,
}

impl<V> Default for List<V> {
    fn default() -> Self {
        Self {
            docs: Vec::new(),
            values: Vec::new(),
        }
    }
}

impl<V: Copy> List<V> {
    pub(crate) fn push(&mut self, doc: DocId, value: V) {
        self.docs.push(doc);
        self.values.push(value);
    }

    /// All entries.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (DocId, V)> + '_ {
        self.docs.iter().copied().zip(self.values.iter().copied())
    }

    /// The entries of some documents.
    ///
    /// # Complexity
    /// O(log entries + those).
    pub(crate) fn within<'b>(
        &'b self,
        docs: &Range<DocId>,
    ) -> impl Iterator<Item = (DocId, V)> + use<'b, V> {
        let from = self.docs.partition_point(|doc| *doc < docs.start);
        let to = from + self.docs[from..].partition_point(|doc| *doc < docs.end);
        let docs = self.docs[from..to].iter().copied();
        docs.zip(self.values[from..to].iter().copied())
    }
}

/// A list that is read from its beginning to its end.
pub(crate) struct Cursor<'l, V> {
    list: &'l List<V>,
    at: usize,
}

impl<'l, V: Copy> Cursor<'l, V> {
    pub(crate) fn new(list: &'l List<V>) -> Self {
        Self { list, at: 0 }
    }

    /// What the entries of a document say. Ask for ever later ones.
    ///
    /// # Complexity
    /// O(log entries since the document asked for before), by galloping.
    pub(crate) fn of(&mut self, doc: DocId) -> &'l [V] {
        let left = &self.list.docs[self.at..];
        let mut end = 1;
        while left.get(end - 1).is_some_and(|it| *it < doc) {
            end *= 2;
        }
        let (start, end) = (end / 2, end.min(left.len()));
        let start = start + left[start..end].partition_point(|it| *it < doc);
        let own = left[start..].iter().take_while(|it| **it == doc).count();
        let start = self.at + start;
        self.at = start + own;
        &self.list.values[start..self.at]
    }
}

/// Lists by value.
pub(crate) type Lists<V> = BTreeMap<Box<str>, List<V>>;

/// Adds an entry for a document that comes after all others of the list.
pub(crate) fn add<V: Copy>(lists: &mut Lists<V>, key: &str, doc: DocId, value: V) {
    match lists.get_mut(key) {
        Some(list) => list.push(doc, value),
        None => {
            let mut list = List::default();
            list.push(doc, value);
            lists.insert(Box::from(key), list);
        }
    }
}

/// The key of a value and something more special about it: `kind`, or `kind<tab>more`; no id has a tab.
pub(crate) fn special(kind: &str, more: Option<&str>) -> String {
    match more {
        Some(more) => format!("{kind}\t{more}"),
        None => kind.to_owned(),
    }
}

/// The lists of a value, whatever is more special about it.
pub(crate) fn any_special<'l, V>(
    lists: &'l Lists<V>,
    kind: &str,
) -> impl Iterator<Item = (&'l str, &'l List<V>)> {
    // A tab comes before every character of an id, so these keys stand together.
    let end = format!("{kind}\n");
    lists
        .range::<str, _>((
            std::ops::Bound::Included(kind),
            std::ops::Bound::Excluded(end.as_str()),
        ))
        .map(|(key, list)| (key.as_ref(), list))
}

/// New numbers of documents, by old number.
pub(crate) const GONE: DocId = DocId::MAX;

/// Adds the entries of documents that have a new number; [`sort`] puts the lists in order.
pub(crate) fn gather<V: Copy>(lists: &Lists<V>, new: &[DocId], into: &mut Lists<V>) {
    for (key, list) in lists {
        let moved = list.entries().filter_map(|(doc, value)| {
            let doc = *new.get(doc as usize)?;
            (doc != GONE).then_some((doc, value))
        });
        let mut moved = moved.peekable();
        if moved.peek().is_none() {
            continue;
        }
        let list = into.entry(key.clone()).or_default();
        moved.for_each(|(doc, value)| list.push(doc, value));
    }
}

/// Puts lists into the order of documents; entries of one document stay in theirs.
pub(crate) fn sort<V: Copy>(lists: &mut Lists<V>) {
    for list in lists.values_mut() {
        if !list.docs.is_sorted() {
            let mut entries: Vec<(DocId, V)> = list.entries().collect();
            entries.sort_by_key(|(doc, _)| *doc);
            (list.docs, list.values) = entries.into_iter().unzip();
        }
        list.docs.shrink_to_fit();
        list.values.shrink_to_fit();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn special_keys_stand_beside_their_kind_and_no_other() {
        let mut lists = Lists::default();
        for key in [
            "degree",
            "degree\tDE",
            "degree\tUS",
            "degree-x",
            "degre",
            "degreé",
        ] {
            add(&mut lists, key, 0, ());
        }
        let found: Vec<&str> = any_special(&lists, "degree").map(|(key, _)| key).collect();
        assert_eq!(found, ["degree", "degree\tDE", "degree\tUS"]);
    }

    #[test]
    fn gathered_lists_are_in_the_new_order() {
        let mut lists = Lists::default();
        for doc in 0..4 {
            add(&mut lists, "x", doc, doc);
        }
        let mut into = Lists::default();
        gather(&lists, &[3, GONE, 0, 1], &mut into);
        sort(&mut into);
        let entries: Vec<_> = into["x"].entries().collect();
        assert_eq!(entries, [(0, 2), (1, 3), (3, 0)]);
        let within: Vec<_> = into["x"].within(&(1..3)).collect();
        assert_eq!(within, [(1, 3)]);
    }

    #[test]
    fn a_cursor_finds_every_entry_of_a_document_and_no_other() {
        let docs = [1, 1, 4, 9, 9, 9, 30, 31, 200];
        let mut list = List::default();
        (0..)
            .zip(docs)
            .for_each(|(value, doc)| list.push(doc, value));
        let expected = |doc| {
            let of_doc = list.entries().filter(|(it, _)| *it == doc);
            of_doc.map(|(_, value)| value).collect::<Vec<i32>>()
        };
        for by in [1, 2, 3, 5, 30, 199] {
            for first in 0..10 {
                let mut cursor = Cursor::new(&list);
                for doc in (first..250).step_by(by) {
                    assert_eq!(cursor.of(doc), expected(doc), "{doc} by {by}");
                }
            }
        }
        assert_eq!(Cursor::new(&List::<u8>::default()).of(0), [0; 0]);
    }
}
