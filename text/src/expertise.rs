//! How well somebody's documents show that they know a subject.
//!
//! A person is a list of documents (papers, reports, past work), each with a title and a text; a subject
//! is a text of any length: a few words, a job, a paper. They are compared much as TPMS does (Charlin and
//! Zemel, *The Toronto Paper Matching System*, 2013), each document by itself:
//!
//! ```text
//! strength(times)   = 1 + ln(times), of a word; every time in the title counts as three
//! likeness(d)       = Σ strength(in the subject) · strength(in d) · rarity²  /  Σ strength(in the subject)² · rarity²
//!                     · √(distinct words of the subject / distinct words of d)
//! evidence          = √((12 s₁ + 3 s₂ + s₃) / 16)    s₁ ≥ s₂ ≥ s₃ the best three likenesses, 0 where there is none
//! ```
//!
//! The likeness is a cosine of word weights in which the length of a document is that of its distinct words, whatever
//! their rarity: so it is known when the document is, and does not change with the pool. It is 1 for the subject
//! itself, and so may be compared from one subject to another. Words that no document has are no part of a subject.
//!
//! A person's best documents count and further ones add nothing: whoever wrote two good papers on a subject is ahead
//! of whoever wrote forty that mention it. `benches/relevance` says what these figures were chosen by. The root puts
//! evidence on the scale of other shares: words that a document shares with a subject are few.

use crate::number::ln;

/// A word of a title counts as so many of the text.
pub const TITLE: u32 = 3;

/// What the best documents count, the best first.
pub const SHARES: [f64; 3] = [12.0, 3.0, 1.0];

/// How much a word counts that stands so many times in a text.
#[derive(Clone, Debug)]
pub struct Strengths(Vec<f64>);

impl Strengths {
    /// Those up to this number of times are computed once.
    const KNOWN: u32 = 256;

    /// 1 + ln(times); 0 for a word that is not there.
    pub fn of(&self, times: u32) -> f64 {
        match self.0.get(times as usize) {
            Some(strength) => *strength,
            None => strength(times),
        }
    }
}

impl Default for Strengths {
    fn default() -> Self {
        Self((0..Self::KNOWN).map(strength).collect())
    }
}

fn strength(times: u32) -> f64 {
    if times == 0 {
        return 0.0;
    }
    1.0 + ln(f64::from(times))
}

/// What the words of a subject come to by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subject {
    /// Σ strength² · rarity².
    sum: f64,
    /// How many words.
    n_words: u32,
}

impl Subject {
    /// Adds a distinct word by its strength in the subject and its rarity; gives what every unit of strength in a
    /// document adds to the document's sum.
    pub fn add(&mut self, strength: f64, rarity: f64) -> f64 {
        self.sum += strength * strength * rarity * rarity;
        self.n_words += 1;
        strength * rarity * rarity
    }

    /// How alike a document of `distinct` words is whose words add up to `sum`: 0 … 1.
    pub fn likeness(&self, sum: f64, distinct: u32) -> f64 {
        if self.sum > 0.0 && distinct > 0 {
            let lengths = f64::from(self.n_words) / f64::from(distinct);
            (sum / self.sum * lengths.sqrt()).min(1.0)
        } else {
            0.0
        }
    }
}

/// Likenesses of a person's documents, the best of which are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Best([f64; SHARES.len()]);

impl Best {
    /// Takes in another document.
    pub fn add(&mut self, likeness: f64) {
        let mut next = likeness;
        for kept in &mut self.0 {
            if next > *kept {
                std::mem::swap(&mut next, kept);
            }
        }
    }

    /// What they show of the subject: 0 … 1.
    pub fn evidence(&self) -> f64 {
        let of_one = |(likeness, share): (&f64, f64)| likeness * share;
        let sum: f64 = self.0.iter().zip(SHARES).map(of_one).sum();
        (sum / SHARES.iter().sum::<f64>()).sqrt()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn evidence(likenesses: &[f64]) -> f64 {
        let mut best = Best::default();
        likenesses.iter().for_each(|likeness| best.add(*likeness));
        best.evidence()
    }

    #[test]
    fn the_formula_holds() {
        let strengths = Strengths::default();
        let mut subject = Subject::default();
        let rare = subject.add(strengths.of(2), 3.0);
        let common = subject.add(strengths.of(1), 1.0);
        let two = 1.0 + 2.0_f64.ln();
        assert!((rare - 9.0 * two).abs() < 1e-12 && (common - 1.0).abs() < 1e-12);
        let itself = rare * strengths.of(2) + common;
        assert!((subject.likeness(itself, 2) - 1.0).abs() < 1e-12);
        let half = subject.likeness(itself, 8);
        assert!((half - 0.5).abs() < 1e-12);
        assert!((evidence(&[0.5, 0.25]) - (6.75_f64 / 16.0).sqrt()).abs() < 1e-12);
        assert!((strengths.of(1_000) - strength(1_000)).abs() < 1e-15);
    }

    #[test]
    fn nothing_is_no_evidence() {
        assert!(evidence(&[]) == 0.0 && evidence(&[0.0]) == 0.0);
        assert!(Subject::default().likeness(1.0, 1) == 0.0);
        assert!(Strengths::default().of(0) == 0.0);
    }

    #[test]
    fn a_good_document_outweighs_many_that_mention_the_subject() {
        assert!(evidence(&[0.5]) > evidence(&[0.35; 40]));
    }

    proptest! {
        #[test]
        fn another_document_never_lowers_the_evidence(
            mut likenesses in prop::collection::vec(0.0..=1.0, 1..8),
        ) {
            let all = evidence(&likenesses);
            prop_assert!((0.0..=1.0).contains(&all));
            prop_assert!(all >= evidence(&likenesses[1..]));
            likenesses.reverse();
            prop_assert!(all == evidence(&likenesses));
        }
    }
}
