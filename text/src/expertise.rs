//! How well somebody's documents show that they know a subject.
//!
//! A person is a list of documents (papers, reports, past work), each with a title and a text; a subject
//! is a text of any length: a few words, a job, a paper. Documents and subject become vectors of
//! word weights and are compared by cosine, as TPMS does (Charlin and Zemel, *The Toronto Paper Matching
//! System*, 2013), with
//!
//! ```text
//! weight(word) = (1 + ln(times in the text + 3 · times in the title)) · rarity(word)
//! evidence     = (6 s₁ + 2 s₂ + s₃) / 9        s₁ ≥ s₂ ≥ s₃ the best three cosines, 0 where there is none
//! ```
//!
//! so a person's best documents count and further ones add nothing (of two people, one with two documents on a
//! subject and one with six on a neighbouring one, even shares of the best three find the right one less often than
//! one BM25 over all documents, these more often: `benches/relevance`): whoever wrote two good papers on a
//! subject is ahead of whoever wrote forty that mention it. Rarities come from the [`Corpus`], which is all
//! documents of all people compared and is fixed once built. What is compared may be short: a cosine of a
//! query of a few words is low for every long document, but alike low for everybody, so order is kept;
//! points of different subjects are not to be compared.

use rustc_hash::FxHashMap;

use crate::number::{exact, ln, points, rarity};
use crate::words::{Vocabulary, Word, WordId};

/// How much a word of a title counts: as so many in the text, besides.
const TITLE: usize = 3;

/// What the best documents count, the best first.
const SHARES: [f64; 3] = [6.0, 2.0, 1.0];

/// A document of a person, or a subject.
#[derive(Clone, Copy, Debug, Default)]
pub struct Document<'t> {
    /// The title; may be empty.
    pub title: &'t str,
    /// The text; may be empty.
    pub text: &'t str,
}

/// The words of all documents, with how much each tells.
pub struct Corpus {
    vocabulary: Vocabulary,
    n_documents: usize,
    /// By word, the documents that have it.
    n_with: Vec<usize>,
}

/// A document as words with weights, of length 1, by word; empty if it has no words.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Vector(Vec<(WordId, f64)>);

/// What a person's documents show of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// 0 … 1000.
    pub points: u16,
    /// The documents that count most, by position with their cosines in points, the best first, ties by
    /// position; those without any common word are left out.
    pub best: Vec<(usize, u16)>,
}

impl Corpus {
    /// The corpus of some documents.
    pub fn of<'t>(documents: impl IntoIterator<Item = Document<'t>>) -> Self {
        let mut corpus = Self {
            vocabulary: Vocabulary::default(),
            n_documents: 0,
            n_with: Vec::new(),
        };
        for document in documents {
            let mut words = corpus.vocabulary.learn(document.title);
            words.extend(corpus.vocabulary.learn(document.text));
            words.sort_unstable();
            words.dedup();
            corpus.n_with.resize(corpus.vocabulary.len(), 0);
            for word in words {
                corpus.n_with[word as usize] += 1;
            }
            corpus.n_documents += 1;
        }
        corpus
    }

    /// How many documents there are.
    pub fn n_documents(&self) -> usize {
        self.n_documents
    }

    /// A document as a vector. Words that no document of the corpus has are left out.
    pub fn vector(&self, document: Document<'_>) -> Vector {
        let mut times: FxHashMap<WordId, usize> = FxHashMap::default();
        for (text, weight) in [(document.title, TITLE), (document.text, 1)] {
            for word in self.vocabulary.read(text) {
                if let Word::Known(word) = word {
                    *times.entry(word).or_default() += weight;
                }
            }
        }
        let mut weights: Vec<(WordId, f64)> = times
            .into_iter()
            .map(|(word, times)| {
                let rarity = rarity(self.n_documents, self.n_with[word as usize]);
                (word, (1.0 + ln(exact(times))) * rarity)
            })
            .collect();
        weights.sort_unstable_by_key(|&(word, _)| word);
        let length = weights
            .iter()
            .map(|(_, weight)| weight * weight)
            .sum::<f64>()
            .sqrt();
        for entry in &mut weights {
            entry.1 /= length;
        }
        Vector(weights)
    }
}

impl Vector {
    /// The cosine of two documents of one corpus, 0 … 1. Linear in their words.
    pub fn cosine(&self, other: &Self) -> f64 {
        let (mut one, mut two) = (self.0.iter().peekable(), other.0.iter().peekable());
        let mut sum = 0.0;
        while let (Some(&&(a, x)), Some(&&(b, y))) = (one.peek(), two.peek()) {
            if a == b {
                sum += x * y;
            }
            if a <= b {
                one.next();
            }
            if b <= a {
                two.next();
            }
        }
        sum
    }
}

/// What documents show of a subject; all vectors of one corpus. Linear in the words of the documents.
///
/// ```
/// use muster_text::expertise::{Corpus, Document, evidence};
/// let document = |title, text| Document { title, text };
/// let heart = document("Heart failure", "Outcomes of patients with heart failure.");
/// let law = document("Contract law", "Consideration in contracts between firms.");
/// let corpus = Corpus::of([heart, law]);
/// let subject = corpus.vector(document("failing hearts", ""));
/// let points = |documents: &[_]| evidence(&subject, documents).points;
/// let (heart, law) = (corpus.vector(heart), corpus.vector(law));
/// assert!(points(&[heart.clone()]) > 0);
/// assert!(points(&[heart, law.clone(), law.clone()]) > points(&[law]));
/// ```
pub fn evidence(subject: &Vector, documents: &[Vector]) -> Evidence {
    let mut cosines: Vec<(f64, usize)> = documents
        .iter()
        .map(|document| subject.cosine(document))
        .zip(0..)
        .filter(|(cosine, _)| *cosine > 0.0)
        .collect();
    cosines.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    cosines.truncate(SHARES.len());
    let sum: f64 = cosines
        .iter()
        .zip(SHARES)
        .map(|((cosine, _), share)| cosine * share)
        .sum();
    Evidence {
        points: points(sum / SHARES.iter().sum::<f64>()),
        best: cosines
            .into_iter()
            .map(|(cosine, position)| (position, points(cosine)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(text: &str) -> Document<'_> {
        Document { title: "", text }
    }

    /// Points of each person for a subject, a person's documents apart by bars.
    fn check(subject: &str, people: &[&str]) -> Vec<u16> {
        let documents = people.iter().flat_map(|person| person.split('|')).map(text);
        let corpus = Corpus::of(documents);
        let subject = corpus.vector(text(subject));
        let of = |person: &&str| -> Vec<Vector> {
            person
                .split('|')
                .map(|document| corpus.vector(text(document)))
                .collect()
        };
        people
            .iter()
            .map(|person| evidence(&subject, &of(person)).points)
            .collect()
    }

    #[test]
    fn a_good_document_outweighs_many_that_mention_the_subject() {
        let mention =
            "A history of hospitals, their wards, their doctors, and of the heart of the town";
        let got = check(
            "surgery of the heart",
            &[
                "Surgery of the heart and its valves|Gardens",
                &[mention; 40].join("|"),
            ],
        );
        assert!(got[0] > got[1], "{got:?}");
    }

    #[test]
    fn documents_on_other_subjects_take_nothing_away() {
        let got = check(
            "heart surgery",
            &["heart surgery", "heart surgery|contract law|tax law"],
        );
        assert_eq!(got[0], got[1]);
    }

    #[test]
    fn titles_count_more_than_texts() {
        let filler = "We report what we found in the years of our study of the region";
        let titled = Document {
            title: "Arrhythmia",
            text: filler,
        };
        let mentioned = Document {
            title: "Regions",
            text: &format!("{filler}, arrhythmia among it"),
        };
        let corpus = Corpus::of([titled, mentioned, text(filler)]);
        let subject = corpus.vector(text("arrhythmia"));
        let points = |document| evidence(&subject, &[corpus.vector(document)]).points;
        assert!(points(titled) > points(mentioned));
    }

    #[test]
    fn the_formula_holds() {
        let corpus = Corpus::of([text("a1 b1"), text("a1"), text("c1")]);
        let subject = corpus.vector(text("a1"));
        let documents = [text("a1"), text("c1"), text("a1 b1")].map(|d| corpus.vector(d));
        let (a, b) = ((8.0_f64 / 5.0).ln(), (8.0_f64 / 3.0).ln());
        let second = a / (a * a + b * b).sqrt();
        let got = evidence(&subject, &documents);
        assert_eq!(got.points, points((6.0 + 2.0 * second) / 9.0));
        assert_eq!(got.best, [(0, 1000), (2, points(second))]);
    }

    #[test]
    fn nothing_in_common_is_no_evidence() {
        assert_eq!(check("heart", &["law", "", "|"]), [0, 0, 0]);
        assert_eq!(check("", &["law"]), [0]);
    }

    proptest! {
        #[test]
        fn another_document_never_lowers_the_evidence(
            documents in prop::collection::vec("[abc]{1,2}( [abcd]{1,2}){0,6}", 1..6), subject in "[abc]{1,2}( [abcd]{1,2}){0,3}",
        ) {
            let corpus = Corpus::of(documents.iter().map(|d| text(d)));
            let subject = corpus.vector(text(&subject));
            let vectors: Vec<_> = documents.iter().map(|d| corpus.vector(text(d))).collect();
            let all = evidence(&subject, &vectors).points;
            let fewer = evidence(&subject, &vectors[1..]).points;
            prop_assert!(all >= fewer && all <= 1000);
            let mut reversed = vectors.clone();
            reversed.reverse();
            prop_assert_eq!(evidence(&subject, &reversed).points, all);
        }
    }
}
