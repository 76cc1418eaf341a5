//! How many experts use each word: cheap to copy, and to change a little.

use std::sync::Arc;

use rustc_hash::FxHashMap;

/// Counts by word. A copy shares all that was not changed for a while.
#[derive(Clone, Debug, Default)]
pub(crate) struct Counts {
    known: Arc<FxHashMap<Box<str>, u32>>,
    /// Counts that hold instead of those in `known`.
    changed: FxHashMap<Box<str>, u32>,
}

impl Counts {
    /// So many changes are always kept apart; beyond, an eighth of what is known.
    const FEW: usize = 4_096;

    pub(crate) fn of(known: FxHashMap<Box<str>, u32>) -> Self {
        Self {
            known: Arc::new(known),
            changed: FxHashMap::default(),
        }
    }

    /// The count of a word; 0 if nobody uses it.
    pub(crate) fn get(&self, word: &str) -> u32 {
        let count = self.changed.get(word).or_else(|| self.known.get(word));
        count.copied().unwrap_or_default()
    }

    /// Every word that is used, with its count, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, u32)> {
        let known = self.known.iter();
        let known = known.filter(|(word, _)| !self.changed.contains_key(*word));
        let all = known.chain(&self.changed).filter(|(_, count)| **count > 0);
        all.map(|(word, count)| (word.as_ref(), *count))
    }

    /// Replaces the count of a word.
    pub(crate) fn change(&mut self, word: &str, new: impl FnOnce(u32) -> u32) {
        if let Some(count) = self.changed.get_mut(word) {
            *count = new(*count);
            return;
        }
        let count = new(self.known.get(word).copied().unwrap_or_default());
        self.changed.insert(Box::from(word), count);
        if self.changed.len() > Self::FEW + self.known.len() / 8 {
            self.fold();
        }
    }

    fn fold(&mut self) {
        let mut known = (*self.known).clone();
        for (word, count) in self.changed.drain() {
            match count {
                0 => known.remove(&word),
                count => known.insert(word, count),
            };
        }
        self.known = Arc::new(known);
    }

    /// Whether every word that is used here has the same count there.
    fn is_within(&self, other: &Self) -> bool {
        let words = self.known.keys().chain(self.changed.keys());
        words
            .map(|word| word.as_ref())
            .all(|word: &str| self.get(word) == other.get(word))
    }
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        self.is_within(other) && other.is_within(self)
    }
}

impl Eq for Counts {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_changed_many_times_are_those_counted_at_once() {
        let word = |idx: usize| format!("w{}", idx % 9_000);
        let (mut counts, mut plain) = (Counts::default(), FxHashMap::default());
        for idx in 0..30_000 {
            counts.change(&word(idx), |count| count + 1);
            *plain.entry(Box::from(word(idx))).or_insert(0) += 1;
        }
        let copy = counts.clone();
        assert_eq!(counts, Counts::of(plain.clone()));
        for idx in 0..10 {
            counts.change(&word(idx), |count| count - 1);
        }
        assert_ne!(counts, copy);
        assert_eq!(copy, Counts::of(plain), "a copy stays as it was");
    }

    #[test]
    fn a_word_nobody_uses_any_more_is_as_one_never_seen() {
        let mut counts = Counts::default();
        counts.change("x", |count| count + 1);
        counts.change("x", |count| count - 1);
        assert_eq!(counts, Counts::default());
    }
}
