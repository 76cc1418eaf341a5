//! What is compared against: BM25 over all texts of a thing, concatenated.

use muster_datasets::skills::Sources;
use muster_datasets::{esco, onet};
use muster_text::bm25::{Bm25, Bm25Builder};
use muster_text::words::{Vocabulary, Word};

use crate::sets::Target;

pub(crate) struct Plain {
    vocabulary: Vocabulary,
    skills: Bm25,
    onet: Bm25,
}

impl Plain {
    pub(crate) fn of(sources: &Sources<'_>) -> Self {
        let mut vocabulary = Vocabulary::default();
        let mut skills = Bm25Builder::default();
        let descriptions = esco::skill_descriptions();
        for (row, skill) in esco::taxonomy().skills.iter().enumerate() {
            let mut words = vocabulary.learn(skill.label);
            for label in &skill.alternatives {
                if (sources.alternative)(skill, label) {
                    words.extend(vocabulary.learn(label));
                }
            }
            words.extend(vocabulary.learn(descriptions[row]));
            skills.add(&[(&words, 1.0)]);
        }
        let mut occupations = Bm25Builder::default();
        for occupation in onet::occupations() {
            let mut words = vocabulary.learn(occupation.title);
            words.extend(vocabulary.learn(occupation.description));
            for title in occupation.alternate.iter().chain(&occupation.reported) {
                if (sources.title)(title) {
                    words.extend(vocabulary.learn(title));
                }
            }
            for task in &occupation.tasks {
                if (sources.task)(task) {
                    words.extend(vocabulary.learn(task));
                }
            }
            occupations.add(&[(&words, 1.0)]);
        }
        Self {
            vocabulary,
            skills: skills.finish(),
            onet: occupations.finish(),
        }
    }

    /// The best rows for a text, ties by row.
    pub(crate) fn ranking(&self, target: Target, text: &str, limit: usize) -> Vec<usize> {
        let texts = match target {
            Target::Skills => &self.skills,
            Target::Onet => &self.onet,
        };
        let query: Vec<_> = self
            .vocabulary
            .read(text)
            .into_iter()
            .filter_map(|word| match word {
                Word::Known(id) => Some((id, 1.0)),
                Word::Unknown(_) => None,
            })
            .collect();
        let scores = texts.scores(&query);
        let mut rows: Vec<usize> = (0..scores.len()).filter(|&row| scores[row] > 0.0).collect();
        rows.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        rows.truncate(limit);
        rows
    }
}
