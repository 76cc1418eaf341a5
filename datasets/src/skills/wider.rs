//! Words that a text does not have but means: abbreviations, and what a product is.

use rustc_hash::FxHashMap;

use muster_text::words::{Vocabulary, WordId};

use crate::embedded::rows;
use crate::onet;

const ALIASES: &str = include_str!("../../tables/aliases.tsv");

/// What job posts say around skills; weighs little.
const BACKGROUND: &str = "experience experienced knowledge understanding ability able skill skills \
    strong excellent good great plus preferred required requirement year years proven familiar \
    proficient proficiency expertise expert solid deep advanced basic background degree candidate \
    position role job team company opportunity work working environment responsible help join \
    day based new high level related relevant ideal desired passion demonstrated hands";

pub(super) struct Wider {
    aliases: Phrases,
    technologies: Phrases,
    background: Vec<WordId>,
}

impl Wider {
    pub(super) fn of(vocabulary: &mut Vocabulary) -> Self {
        let known = vocabulary.len();
        let mut aliases = Phrases::default();
        for [short, words] in rows(ALIASES) {
            aliases.add(vocabulary.learn(short), vocabulary.learn(words));
        }
        let mut technologies = Phrases::default();
        for technology in onet::technologies() {
            let words = vocabulary.learn(technology.name);
            if words.len() == 1 && (words[0] as usize) < known {
                continue;
            }
            let kinds = technology
                .kinds
                .iter()
                .flat_map(|kind| vocabulary.learn(kind))
                .collect();
            technologies.add(words, kinds);
        }
        let mut background = vocabulary.learn(BACKGROUND);
        background.sort_unstable();
        background.dedup();
        Self {
            aliases,
            technologies,
            background,
        }
    }

    /// Further words for a text, with likenesses.
    pub(super) fn of_text(&self, words: &[Option<WordId>]) -> Vec<(WordId, f32)> {
        let mut found = Vec::new();
        for position in 0..words.len() {
            for (phrases, likeness) in [(&self.aliases, 0.8), (&self.technologies, 0.25)] {
                let meant = phrases.at(&words[position..]);
                found.extend(meant.iter().map(|&word| (word, likeness)));
            }
        }
        found
    }

    pub(super) fn background(&self) -> &[WordId] {
        &self.background
    }
}

/// Phrases with words they stand for, by their first word.
#[derive(Default)]
struct Phrases(FxHashMap<WordId, Vec<Phrase>>);

/// The words after the first one, and what all of them stand for.
type Phrase = (Vec<WordId>, Vec<WordId>);

impl Phrases {
    fn add(&mut self, mut phrase: Vec<WordId>, meant: Vec<WordId>) {
        if phrase.is_empty() {
            return;
        }
        let rest = phrase.split_off(1);
        self.0.entry(phrase[0]).or_default().push((rest, meant));
    }

    /// What the longest phrase stands for that a text begins with.
    fn at(&self, words: &[Option<WordId>]) -> &[WordId] {
        let Some((Some(first), rest)) = words.split_first() else {
            return &[];
        };
        let phrases = self.0.get(first).map_or(&[][..], Vec::as_slice);
        let fits = |phrase: &[WordId]| {
            rest.len() >= phrase.len() && phrase.iter().zip(rest).all(|(a, b)| Some(*a) == *b)
        };
        let longest = phrases
            .iter()
            .filter(|(phrase, _)| fits(phrase))
            .max_by_key(|(phrase, _)| phrase.len());
        longest.map_or(&[], |(_, meant)| meant)
    }
}
