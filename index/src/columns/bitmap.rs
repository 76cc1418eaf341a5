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
    ///
    /// # Complexity
    /// O(sets × log sets × documents / 64), whatever `k`, and memory for log sets of them.
    pub(crate) fn at_least(n_docs: u32, k: usize, sets: impl IntoIterator<Item = Self>) -> Self {
        // The binary digits of how many sets a document is in, 64 documents at once: digit by digit, the lowest first.
        let mut digits: Vec<Self> = Vec::new();
        for set in sets {
            let mut carry = set;
            for digit in &mut digits {
                carry.add_to_digit(digit);
            }
            if carry.words.iter().any(|word| *word != 0) {
                digits.push(carry);
            }
        }
        if k.checked_shr(u32::try_from(digits.len()).unwrap_or(u32::MAX)) > Some(0) {
            return Self::none(n_docs);
        }
        let mut more = Self::none(n_docs);
        let mut equal = Self::all(n_docs);
        for (place, digit) in digits.iter().enumerate().rev() {
            let of_k = (k >> place) & 1 == 1;
            if !of_k {
                let mut here = equal.clone();
                here.intersect(digit);
                more.unite(&here);
                equal.remove(digit);
            } else {
                equal.intersect(digit);
            }
        }
        more.unite(&equal);
        more
    }

    /// Adds a digit to another of the same place; what is carried to the next place is left.
    fn add_to_digit(&mut self, digit: &mut Self) {
        for (carry, digit) in self.words.iter_mut().zip(&mut digit.words) {
            (*digit, *carry) = (*digit ^ *carry, *digit & *carry);
        }
    }

    /// The documents of a block that begins with a multiple of 64, 64 a word.
    pub(crate) fn in_block(&self, block: &std::ops::Range<DocId>) -> &[u64] {
        let (first, end) = (block.start / 64, block.end.div_ceil(64));
        let end = self.words.len().min(end as usize);
        self.words.get(first as usize..end).unwrap_or_default()
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
                documents(left, first)
            })
            .take_while(move |doc| *doc < end)
    }

    /// All documents, in order.
    pub(crate) fn docs(&self) -> impl Iterator<Item = DocId> + '_ {
        self.within(&(0..self.n_docs))
    }
}

/// The documents of a word whose lowest bit is `first`, in order.
pub(crate) fn documents(mut word: u64, first: DocId) -> impl Iterator<Item = DocId> {
    std::iter::from_fn(move || {
        let lowest = word.trailing_zeros();
        (word != 0).then(|| {
            word &= word - 1;
            first + lowest
        })
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn sets_are_what_their_documents_say(
            n_docs in 0..300_u32, seeds in prop::collection::vec(1..9_usize, 0..20), k in 0..22_usize,
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
