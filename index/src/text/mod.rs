//! The text part of a match score: how well a profile's words cover a text.
//!
//! Score model 3. For each section of one text (headline, bio)
//!
//! ```text
//! share = Σ gain(word, times in the section, words in the section)
//!       / Σ gain(word, times in the text,    words in the text)
//! gain  = ln((2N + 2) / (2 df + 1)) · times · (k₁ + 1) / (times + k₁ · (1 − b + b · words / average))
//! ```
//!
//! both sums over the distinct words of the text: BM25 of the section over BM25 of the text itself,
//! with k₁ = 1.2 and b = 0.75. For the documents the share is the evidence of [`muster_text::expertise`], with
//! rarities by documents. The best share counts, at most 1, in whole points of 1000, half up.
//!
//! The statistics (N experts, df of them with the word, the average words of a section; the same of documents, and how
//! long those of a person are) belong
//! to the model, and every generation of an index has those of its pool: whoever uses the same model gets
//! the same points, whether term counts come from the index or from a profile. Only exactly rounded operations are
//! used, in the order of the words, so they are the same on every machine.

mod alike;
mod count;
mod counts;
mod model;
mod profile;
mod query;
pub(crate) mod words;

pub use model::{TextModel, TextModelBuilder};
pub use muster_matcher::query::Section;
pub(crate) use profile::{Lengths, Shape, all_distinct, times_by_document};
pub use query::{Shown, TextQuery};
pub(crate) use query::{Wanted, wanted};

use counts::Counts;

/// The number of the formula above; another formula gets another number.
pub const SCORE_MODEL: u32 = 3;

#[cfg(test)]
mod tests {
    use muster_matcher::model::profile::{Document, Profile};

    use super::*;
    use crate::testing::profile;

    fn pool() -> Vec<Profile> {
        vec![
            profile(
                "a",
                "Python engineer",
                "Reviews python code for data pipelines.",
            ),
            profile("b", "Cardiologist", "Reads ECGs and writes reviews."),
            profile("c", "Translator", ""),
        ]
    }

    fn points(text: &str) -> Vec<u16> {
        let pool = pool();
        let model = TextModel::of(&pool);
        let query = model.query(text);
        pool.iter()
            .map(|profile| model.points(&query, profile).get())
            .collect()
    }

    #[test]
    fn a_section_that_is_the_text_gets_all_points() {
        assert_eq!(points("Cardiologist"), [0, 1000, 0]);
        assert_eq!(points("reads ecgs and writes reviews"), [126, 1000, 0]);
    }

    #[test]
    fn rarer_words_tell_more() {
        let scores = points("python reviews");
        assert!(scores[0] > scores[1] && scores[1] > 0, "{scores:?}");
    }

    /// Somebody with nothing but documents, each a title and a text.
    fn author(id: &str, documents: &[(&str, &str)]) -> Profile {
        let mut author = profile(id, "", "");
        let documents = documents.iter().map(|(title, text)| Document {
            id: None,
            title: (*title).to_owned(),
            text: (*text).to_owned(),
            kind: None,
            date: None,
            url: None,
        });
        author.documents = documents.collect();
        author
    }

    #[test]
    fn the_best_documents_count_and_not_their_number() {
        let valve = (
            "Repair of heart valves",
            "Surgery of leaking valves of the heart in the young.",
        );
        let mention = (
            "Hospitals",
            "Their wards, doctors, gardens, and the heart of the town.",
        );
        let law = (
            "Contracts",
            "Consideration in contracts between firms, and the valves of trade.",
        );
        let pool = [
            author("two", &[valve, law]),
            author("many", &vec![mention; 40]),
            author("one", &[valve]),
        ];
        let model = TextModel::of(&pool);
        let query = model.query("surgery of heart valves");
        let points = pool.each_ref().map(|it| model.points(&query, it));
        assert!(points[0] > points[2] && points[2] > points[1], "{points:?}");
        let shown = query.best_documents(&pool[0]);
        let titles: Vec<&str> = shown.iter().map(|it| it.title.as_str()).collect();
        assert_eq!(titles, [valve.0, law.0]);
        assert!(shown[0].points > shown[1].points);
        assert_eq!(model.points(&model.query("zebra"), &pool[0]).get(), 0);
    }

    #[test]
    fn a_document_that_is_the_text_is_wholly_alike() {
        let pool = [
            author("a", &[("", "reads ecgs and writes reviews")]),
            author("b", &[("", "tax law")]),
        ];
        let model = TextModel::of(&pool);
        let query = model.query("reads ecgs and writes reviews");
        assert_eq!(query.best_documents(&pool[0])[0].points.get(), 1000);
        // Of 4 words, brevity 0.8, so all documents count 0.32: 4 words where 3 are usual. The best is the only one.
        let all: f64 = 1.0 / (1.0 + 2.0 * 4.0 / 3.0);
        let wanted = (0.68 * 12.0 / 16.0 + 0.32 * all).sqrt();
        let points = model.points(&query, &pool[0]).get();
        assert!(
            (f64::from(points) - 1000.0 * wanted).abs() <= 0.5,
            "{points}"
        );
    }

    #[test]
    fn statistics_are_the_same_however_they_came_about() {
        let pool = [
            author("a", &[("heart", "valve heart"), ("heart", "law")]),
            profile("b", "heart law", "law"),
        ];
        let built = TextModel::of(&pool);
        assert_eq!(built.experts_with.get("heart"), 2);
        assert_eq!(built.documents_with.get("heart"), 2);
        assert_eq!((built.documents, built.documents_with.get("valv")), (2, 1));
        let mut changed = TextModel::default();
        pool.iter().for_each(|it| changed.add(it));
        assert_eq!(changed, built);
        changed.remove(&pool[0]);
        assert_eq!(changed, TextModel::of([&pool[1]]));
    }

    #[test]
    fn a_text_without_words_gives_no_points() {
        assert_eq!(points(""), [0; 3]);
        assert_eq!(points("the of … !"), [0; 3]);
    }

    #[test]
    fn a_pool_without_words_gives_no_points() {
        let nobody = TextModel::of([]);
        let query = nobody.query("python");
        assert_eq!(nobody.points(&query, &pool()[0]).get(), 0);
    }
}
