//! How well somebody's documents show that they know a subject.
//!
//! A person is a list of documents (papers, reports, past work), each with a title and a text; a subject
//! is a text of any length: a few words, a job, a paper. They are compared much as TPMS does (Charlin and
//! Zemel, *The Toronto Paper Matching System*, 2013), each document by itself:
//!
//! ```text
//! strength(times)   = 1 + ln(times), of a word; every time in the title counts as three
//! weight            = strength(in the subject) · rarity², of a word of the subject
//! brevity           = 64 / (64 + n²)      of a subject of n distinct words: 0.88 of 3 words, 0.09 of 25, 0.02 of 60
//! f                 = 0.7 · brevity
//! likeness(d)       = Σ weight · strength(in d)  /  Σ weight · strength(in the subject)
//!                     · √(n / ((1 − f) · distinct words of d + f · those of a usual document)),   at most 1
//! best              = (12 s₁ + 3 s₂ + s₃) / 16    s₁ ≥ s₂ ≥ s₃ the best three likenesses, 0 where there is none
//! all               = Σ weight · times / (times + 2 · length)  /  Σ weight
//!                     times in all documents; length is theirs together, by that of all documents of a usual person
//! m                 = 0.4 · brevity
//! evidence          = √((1 − m) · best + m · all)
//! ```
//!
//! The likeness is a cosine of word weights in which the length of a document is that of its distinct words, whatever
//! their rarity: so it is known when the document is, and does not change with the pool. Of a subject as long as the
//! document it is 1 for the subject itself, and so may be compared from one subject to another. Words that no document
//! has are no part of a subject.
//!
//! Somebody's best documents count and further ones add little: whoever wrote two good papers on a subject is ahead
//! of whoever wrote forty that mention it. That needs a subject that says much: an abstract tells apart the documents that are on
//! it. A title or a few words stand in many documents that are not, and do not say what else there should be. Of a brief subject,
//! therefore, a document's length counts less (Singhal, Buckley and Mitra, *Pivoted Document Length Normalization*,
//! 1996), and all documents together count, too, as BM25 counts a text with b = 1 and k₁ = 2.
//!
//! `benches/relevance` says what these figures were chosen by. The root puts evidence on the scale of other shares:
//! words that a document shares with a subject are few.

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

/// How far a brief subject departs from a long one: the words of which its brevity is half, how far the length of a
/// usual document stands for the own, and what all documents count beside the best.
const HALF_BRIEF: f64 = 8.0;
const USUAL_LENGTH: f64 = 0.7;
const ALL: f64 = 0.4;

/// As many times in documents of a usual length, a word counts half.
const K1: f64 = 2.0;

/// What documents are compared with: averages of a pool, 0 where there are no documents.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usual {
    /// Distinct words of a document.
    pub document: f64,
    /// Distinct words of each document, summed over a person's, of people who have any.
    pub person: f64,
}

/// What the words of a subject come to by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Subject {
    usual: Usual,
    /// Σ weight.
    weights: f64,
    /// Σ weight · strength.
    sum: f64,
    /// How many words.
    n_words: f64,
    brevity: f64,
}

impl Subject {
    /// Of no words yet.
    pub fn new(usual: Usual) -> Self {
        Self {
            usual,
            ..Self::default()
        }
    }

    /// Adds a distinct word by its strength in the subject and its rarity; gives its weight, which is what every unit of
    /// strength in a document adds to the document's sum.
    pub fn add(&mut self, strength: f64, rarity: f64) -> f64 {
        let weight = strength * rarity * rarity;
        self.weights += weight;
        self.sum += weight * strength;
        self.n_words += 1.0;
        self.brevity =
            HALF_BRIEF * HALF_BRIEF / (HALF_BRIEF * HALF_BRIEF + self.n_words * self.n_words);
        weight
    }

    /// How alike a document of `distinct` words is whose words add up to `sum`: 0 … 1.
    pub fn likeness(&self, sum: f64, distinct: u32) -> f64 {
        if self.sum > 0.0 && distinct > 0 {
            let usual = USUAL_LENGTH * self.brevity;
            let length = (1.0 - usual) * f64::from(distinct) + usual * self.usual.document;
            (sum / self.sum * (self.n_words / length).sqrt()).min(1.0)
        } else {
            0.0
        }
    }

    /// What every unit of weight of a word adds that stands `times` times in somebody's documents, whose distinct words
    /// are `distinct` in sum.
    pub fn in_all(&self, times: u32, distinct: u32) -> f64 {
        let times = f64::from(times);
        let length = f64::from(distinct) / self.usual.person.max(1.0);
        times / (times + K1 * length)
    }

    /// What somebody's documents show of the subject: 0 … 1. `in_all` is the sum over words of weight times [`Self::in_all`].
    pub fn evidence(&self, best: &Best, in_all: f64) -> f64 {
        if self.weights > 0.0 {
            let all = (in_all / self.weights).min(1.0);
            let share = ALL * self.brevity;
            ((1.0 - share) * best.share() + share * all).sqrt()
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

    /// How alike the best documents are together: 0 … 1.
    pub fn share(&self) -> f64 {
        let of_one = |(likeness, share): (&f64, f64)| likeness * share;
        let sum: f64 = self.0.iter().zip(SHARES).map(of_one).sum();
        sum / SHARES.iter().sum::<f64>()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn share(likenesses: &[f64]) -> f64 {
        let mut best = Best::default();
        likenesses.iter().for_each(|likeness| best.add(*likeness));
        best.share()
    }

    #[test]
    fn the_formula_holds() {
        let strengths = Strengths::default();
        let usual = Usual {
            document: 2.0,
            person: 10.0,
        };
        let mut subject = Subject::new(usual);
        let rare = subject.add(strengths.of(2), 3.0);
        let common = subject.add(strengths.of(1), 1.0);
        let two = 1.0 + 2.0_f64.ln();
        assert!((rare - 9.0 * two).abs() < 1e-12 && (common - 1.0).abs() < 1e-12);
        let itself = rare * strengths.of(2) + common;
        assert!((subject.likeness(itself, 2) - 1.0).abs() < 1e-12);
        let brevity = 64.0 / 68.0;
        let length = (1.0 - 0.7 * brevity) * 8.0 + 0.7 * brevity * 2.0;
        let longer = subject.likeness(itself, 8);
        assert!((longer - (2.0_f64 / length).sqrt()).abs() < 1e-12);
        assert!((share(&[0.5, 0.25]) - 6.75 / 16.0).abs() < 1e-12);
        // Three times in what is twice as long as usual: 3 / (3 + 4).
        let all = subject.in_all(3, 20);
        assert!((all - 3.0 / 7.0).abs() < 1e-12);
        let mut best = Best::default();
        best.add(longer);
        let share = 0.4 * brevity;
        let wanted = (1.0 - share) * 0.75 * longer + share * all * rare / (rare + common);
        assert!((subject.evidence(&best, all * rare) - wanted.sqrt()).abs() < 1e-12);
        assert!((strengths.of(1_000) - strength(1_000)).abs() < 1e-15);
    }

    #[test]
    fn nothing_is_no_evidence() {
        assert!(share(&[]) == 0.0 && share(&[0.0]) == 0.0);
        let nothing = Subject::default();
        assert!(nothing.likeness(1.0, 1) == 0.0);
        assert!(nothing.evidence(&Best::default(), 1.0) == 0.0);
        assert!(Strengths::default().of(0) == 0.0);
    }

    #[test]
    fn a_good_document_outweighs_many_that_mention_the_subject() {
        assert!(share(&[0.5]) > share(&[0.35; 40]));
    }

    #[test]
    fn the_longer_the_subject_the_less_all_documents_count() {
        let usual = Usual {
            document: 50.0,
            person: 400.0,
        };
        let mut subject = Subject::new(usual);
        let mut last = 1.0;
        for words in 1..60 {
            let weight = subject.add(1.0, 2.0);
            // No document is alike, yet all have every word: only what all count is left.
            let all = subject.evidence(&Best::default(), f64::from(words) * weight);
            assert!(all < last, "{words}");
            last = all;
        }
        assert!(last < 0.1);
    }

    proptest! {
        #[test]
        fn another_document_never_lowers_what_the_best_show(
            mut likenesses in prop::collection::vec(0.0..=1.0, 1..8),
        ) {
            let all = share(&likenesses);
            prop_assert!((0.0..=1.0).contains(&all));
            prop_assert!(all >= share(&likenesses[1..]));
            likenesses.reverse();
            prop_assert!(all == share(&likenesses));
        }
    }
}
