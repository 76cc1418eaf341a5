//! Names: ids and other words of a file, each kept once and referred to by a small number.

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// A word of a problem (an id, client, wall or tag); [`Names`] knows its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(pub(crate) u32);

impl Name {
    /// Stands for a word that could not be read. Only drafts whose faults were noted hold it.
    pub(crate) const UNREADABLE: Self = Self(u32::MAX);
}

/// Every word of a problem, once. Order of first mention; equal words have equal [`Name`]s.
#[derive(Clone, Debug, Default)]
pub struct Names(IndexSet<Box<str>, FxBuildHasher>);

impl Names {
    /// The name of `text`, made on first mention.
    ///
    /// # Panics
    /// From 2³² − 1 different words on.
    pub fn intern(&mut self, text: &str) -> Name {
        let idx = match self.0.get_index_of(text) {
            Some(idx) => idx,
            None => self.0.insert_full(Box::from(text)).0,
        };
        let idx = u32::try_from(idx).ok().filter(|idx| *idx != u32::MAX);
        Name(idx.expect("a problem has fewer than 2^32 - 1 different words"))
    }

    /// The name of `text`, if it was mentioned.
    pub fn find(&self, text: &str) -> Option<Name> {
        self.0
            .get_index_of(text)
            .and_then(|idx| u32::try_from(idx).ok())
            .map(Name)
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        &self.0[name.0 as usize]
    }

    /// How many different words there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing was mentioned.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
