//! A set of a segment's documents, a bit each.

use tantivy::DocId;

/// Documents of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bitmap {
    n_docs: u32,
    /// Bits from `n_docs` on are 0.
    words: Vec<u64>,
}

impl Bitmap {
    /// No document.
    pub(crate) fn none(n_docs: u32) -> Self {
        Self {
            n_docs,
            words: vec![0; n_docs.div_ceil(64) as usize],
        }
    }

    /// Every document.
    pub(crate) fn all(n_docs: u32) -> Self {
        let mut all = Self::none(n_docs);
        all.words.fill(u64::MAX);
        all.trim();
        all
    }

    /// The documents for which `is_in` holds.
    pub(crate) fn of(n_docs: u32, mut is_in: impl FnMut(usize) -> bool) -> Self {
        let mut bitmap = Self::none(n_docs);
        let mut doc = 0;
        for word in &mut bitmap.words {
            let here = 64.min(n_docs as usize - doc);
            for bit in 0..here {
                *word |= u64::from(is_in(doc + bit)) << bit;
            }
            doc += here;
        }
        bitmap
    }

    fn trim(&mut self) {
        if let (Some(last), over @ 1..) = (self.words.last_mut(), self.n_docs % 64) {
            *last &= (1 << over) - 1;
        }
    }

    pub(crate) fn insert(&mut self, doc: DocId) {
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            *word |= 1 << (doc % 64);
        }
    }

    /// Takes a document out; says whether it was in.
    pub(crate) fn delete(&mut self, doc: DocId) -> bool {
        let was_in = self.contains(doc);
        if let Some(word) = self.words.get_mut(doc as usize / 64) {
            *word &= !(1 << (doc % 64));
        }
        was_in
    }

    pub(crate) fn contains(&self, doc: DocId) -> bool {
        let word = self.words.get(doc as usize / 64);
        word.is_some_and(|word| (word >> (doc % 64)) & 1 == 1)
    }

    pub(crate) fn unite(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word |= other;
        }
    }

    pub(crate) fn intersect(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= other;
        }
    }

    pub(crate) fn remove(&mut self, other: &Self) {
        for (word, other) in self.words.iter_mut().zip(&other.words) {
            *word &= !other;
        }
    }

    /// Every other document.
    pub(crate) fn inverted(mut self) -> Self {
        for word in &mut self.words {
            *word = !*word;
        }
        self.trim();
        self
    }

    /// Documents that are in at least `k` of `sets`.
    pub(crate) fn at_least(n_docs: u32, k: usize, sets: Vec<Self>) -> Self {
        if k == 0 {
            return Self::all(n_docs);
        }
        // reached[j]: in more than j of the sets so far.
        let mut reached = vec![Self::none(n_docs); k];
        for set in &sets {
            for j in (1..k).rev() {
                let (fewer, more) = reached.split_at_mut(j);
                let mut once_more = fewer[j - 1].clone();
                once_more.intersect(set);
                more[0].unite(&once_more);
            }
            reached[0].unite(set);
        }
        reached.pop().unwrap_or_else(|| Self::none(n_docs))
    }

    /// How many documents.
    pub(crate) fn len(&self) -> usize {
        let ones = self.words.iter().map(|word| word.count_ones() as usize);
        ones.sum()
    }

    /// The documents from one on and before another, in order.
    pub(crate) fn within<'b>(
        &'b self,
        docs: &std::ops::Range<DocId>,
    ) -> impl Iterator<Item = DocId> + use<'b> {
        let (start, end) = (docs.start, docs.end.min(self.n_docs));
        let first = (start / 64) as usize;
        let words = self.words.get(first..).unwrap_or_default().iter();
        let starts = (start / 64 * 64..).step_by(64);
        words
            .zip(starts)
            .take_while(move |(_, first)| *first < end)
            .flat_map(move |(word, first)| {
                let mut left = *word;
                if first < start {
                    left &= u64::MAX << (start - first);
                }
                std::iter::from_fn(move || {
                    let lowest = left.trailing_zeros();
                    (left != 0).then(|| {
                        left &= left - 1;
                        first + lowest
                    })
                })
            })
            .take_while(move |doc| *doc < end)
    }

    /// All documents, in order.
    pub(crate) fn docs(&self) -> impl Iterator<Item = DocId> + '_ {
        self.within(&(0..self.n_docs))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_what_their_documents_say(
            n_docs in 0..300_u32, seeds in prop::collection::vec(1..9_usize, 0..5), k in 0..5_usize,
            from in 0..300_u32, len in 0..300_u32,
        ) {
            let sets: Vec<Bitmap> =
                seeds.iter().map(|by| Bitmap::of(n_docs, |doc| (doc * 7 % 11).is_multiple_of(*by))).collect();
            let times = |doc| sets.iter().filter(|set| set.contains(doc)).count();
            let found = Bitmap::at_least(n_docs, k, sets.clone());
            let expected: Vec<u32> = (0..n_docs).filter(|doc| times(*doc) >= k).collect();
            prop_assert_eq!(found.docs().collect::<Vec<_>>(), &expected[..]);
            prop_assert_eq!(found.len(), expected.len());
            let range = from..from + len;
            let within: Vec<u32> = expected.iter().copied().filter(|doc| range.contains(doc)).collect();
            prop_assert_eq!(found.within(&range).collect::<Vec<_>>(), within);
            let others: Vec<u32> = (0..n_docs).filter(|doc| times(*doc) < k).collect();
            prop_assert_eq!(found.inverted().docs().collect::<Vec<_>>(), others);
        }
    }
}
