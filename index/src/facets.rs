//! How often values occur among the people who satisfy a search.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::IndexError;
use crate::columns::{Bitmap, Columns, Lists};
use crate::pool::Pool;
use crate::scan::{each_of, threads};
use crate::search::{Search, found};

/// Values with the number of people who have them: the most frequent first, equals by value.
pub type Facet = Vec<(String, usize)>;

/// How often values occur among people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facets {
    /// People.
    pub total: usize,
    /// Where they work.
    pub countries: Facet,
    /// What they speak, at any level.
    pub languages: Facet,
    /// What they can do, at any level.
    pub skills: Facet,
    /// Their tags.
    pub tags: Facet,
}

impl Pool {
    /// How often values occur among everybody who satisfies a search, the `top` most frequent of each kind.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// As [`Pool::search`], and O(entries of all lists of the four kinds).
    pub fn facets(&self, search: &Search, top: usize) -> Result<Facets, IndexError> {
        let (_, people) = found(self, search, false)?;
        let facet = |of: &fn(&Columns) -> Counted<'_>| {
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            for (segment, people) in self.segments.iter().zip(&people) {
                for (value, count) in of(&segment.shared.columns).count(people) {
                    *counts.entry(value).or_default() += count;
                }
            }
            most_frequent(counts, top)
        };
        let kinds: [fn(&Columns) -> Counted<'_>; 4] = [
            |columns| Counted::Plain(&columns.country),
            |columns| Counted::Levels(&columns.language),
            |columns| Counted::Levels(&columns.skill),
            |columns| Counted::Plain(&columns.tag),
        ];
        let mut facets = each_of(&kinds, threads(), facet).into_iter();
        let mut next = || facets.next().unwrap_or_default();
        Ok(Facets {
            total: people.iter().map(Bitmap::len).sum(),
            countries: next(),
            languages: next(),
            skills: next(),
            tags: next(),
        })
    }
}

/// Lists whose entries are counted.
enum Counted<'a> {
    Plain(&'a Lists<()>),
    Levels(&'a Lists<u8>),
}

impl<'a> Counted<'a> {
    /// How many of the people have each value that any of them has.
    fn count(&self, people: &Bitmap) -> Vec<(&'a str, usize)> {
        fn of<'a, V>(lists: &'a Lists<V>, people: &Bitmap) -> Vec<(&'a str, usize)> {
            let count = |docs: &[u32]| docs.iter().filter(|doc| people.contains(**doc)).count();
            let counts = lists
                .iter()
                .map(|(value, list)| (value.as_ref(), count(&list.docs)));
            counts.filter(|(_, count)| *count > 0).collect()
        }
        match self {
            Self::Plain(lists) => of(lists, people),
            Self::Levels(lists) => of(lists, people),
        }
    }
}

fn most_frequent(counts: BTreeMap<&str, usize>, top: usize) -> Facet {
    let mut counts: Vec<(&str, usize)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, count)| Reverse(*count));
    counts.truncate(top);
    counts
        .into_iter()
        .map(|(value, count)| (value.to_owned(), count))
        .collect()
}
