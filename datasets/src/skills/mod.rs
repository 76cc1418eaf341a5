//! The skill linker: which ESCO skills a text speaks of.

pub mod graph;
mod held_out;
mod labels;
mod meaning;
mod occupations;
mod query;
mod segments;
mod wider;

use muster_text::alike::Alike;
use muster_text::bm25::{Bm25, Bm25Builder};
use muster_text::words::Vocabulary;

use crate::esco::{self, Skill, Taxonomy};
use crate::onet;
pub use held_out::{Part, hash, part_of, part_of_skill};
use labels::Labels;
use meaning::Meaning;
pub use meaning::letter_of;
use occupations::Occupations;
use query::Query;
use wider::Wider;

/// What a linker is made of. Tests and benchmarks leave things out.
pub struct Sources<'a> {
    /// Whether an alternative label of a skill is used.
    pub alternative: &'a dyn Fn(&Skill, &str) -> bool,
    /// Whether a title of an occupation, other than its first one, is used.
    pub title: &'a dyn Fn(&str) -> bool,
    /// Whether an O*NET task is used.
    pub task: &'a dyn Fn(&str) -> bool,
}

/// Whether a label, title or task is held out.
pub fn is_held_out(text: &str) -> bool {
    part_of(text).is_some()
}

/// Whether all alternative labels of a skill are held out.
pub fn is_held_out_skill(skill: &Skill) -> bool {
    part_of_skill(skill).is_some()
}

/// Number of parts.
pub const N_PARTS: usize = 8;
const MENTION: usize = 0;
const LIKENESS: usize = 1;
const TEXT: usize = 2;
const TITLE: usize = 3;
const OCCUPATION: usize = 4;
const MEANING: usize = 5;
const NAME: usize = 6;
const WHOLE: usize = 7;

/// A skill that a text speaks of.
#[derive(Clone, Debug)]
pub struct Link {
    /// Row of the skill.
    pub skill: usize,
    /// Points.
    pub points: u16,
    /// The label that fits best, if any has a word in common.
    pub label: Option<&'static str>,
    /// The parts of the score, 0 … 1.
    pub parts: [f32; N_PARTS],
}

/// The skill linker.
pub struct Linker {
    vocabulary: Vocabulary,
    alike: Alike,
    is_label_word: Vec<bool>,
    wider: Wider,
    labels: Labels,
    texts: Bm25,
    meaning: Meaning,
    occupations: Occupations,
    esco: &'static Taxonomy,
}

impl Linker {
    /// A linker of some sources.
    pub fn of(sources: &Sources<'_>) -> Self {
        let esco = esco::taxonomy();
        let mut vocabulary = Vocabulary::default();
        let mut labels = Vec::new();
        let mut texts = Bm25Builder::default();
        let mut words_of = Vec::new();
        let descriptions = esco::skill_descriptions();
        for (row, skill) in esco.skills.iter().enumerate() {
            let owner = u32::try_from(row).expect("rows");
            let mut own = vec![];
            let label = vocabulary.learn(skill.label);
            if let Some((short, _)) = skill.label.split_once(" (") {
                labels.push((owner, skill.label, vocabulary.learn(short)));
            }
            labels.push((owner, skill.label, label.clone()));
            for alternative in &skill.alternatives {
                if (sources.alternative)(skill, alternative) {
                    let words = vocabulary.learn(alternative);
                    own.extend(&words);
                    labels.push((owner, alternative, words));
                }
            }
            let description = vocabulary.learn(descriptions[row]);
            texts.add(&[(&label, 3.5), (&own, 1.0), (&description, 1.0)]);
            words_of.push(vec![(label, 2.0), (own, 0.5), (description, 1.0)]);
        }
        let onet = onet::occupations();
        let mut occupations = Occupations::of(esco, &onet, sources, &mut vocabulary);
        let wider = Wider::of(&mut vocabulary);
        let labels = Labels::of(labels, vocabulary.len());
        let mut is_label_word = vec![false; vocabulary.len()];
        for word in labels.words().chain(occupations.title_words()) {
            is_label_word[word as usize] = true;
        }
        let chosen = (0..).zip(&is_label_word).filter(|(_, is)| **is).map(|(word, _)| word);
        let alike = Alike::of(&vocabulary, chosen);
        for (row, occupation) in onet.iter().enumerate() {
            let query = Query::read(occupation.title, &vocabulary, &alike, &is_label_word, &wider);
            let named = labels.matches(&query).into_iter().filter(|found| found.likeness > 0.5 && found.mention > 0.4);
            occupations.names(row, named.map(|found| (found.owner as usize, found.mention)).collect());
        }
        Self {
            wider,
            meaning: Meaning::of(&vocabulary, &words_of),
            labels,
            texts: texts.finish(),
            occupations,
            alike,
            is_label_word,
            vocabulary,
            esco,
        }
    }

    /// The skills.
    pub fn link(&self, text: &str, limit: usize) -> Vec<Link> {
        let query = self.read(text);
        let mut links = self.parts_of(&query);
        for link in links.iter_mut().flatten() {
            link.parts[WHOLE] = link.parts[TEXT];
        }
        for segment in segments::of(text) {
            for part in self.parts_of(&self.read(segment)).into_iter().flatten() {
                match &mut links[part.skill] {
                    Some(link) => {
                        if part.parts[MENTION] > link.parts[MENTION] {
                            link.label = part.label;
                        }
                        for (known, new) in link.parts.iter_mut().zip(part.parts) {
                            *known = known.max(new);
                        }
                    }
                    none => *none = Some(part),
                }
            }
        }
        let weights: [f32; N_PARTS] = if query.positions.len() > 6 {
            [0.25, 0.0, 0.255, 0.144, 0.18, 0.2, 0.0, 0.03]
        } else {
            [0.143, 0.02, 0.18, 0.255, 0.126, 0.113, 0.05, 0.05]
        };
        let total: f32 = weights.iter().sum();
        let mut links: Vec<Link> = links.into_iter().flatten().collect();
        for link in &mut links {
            let share: f32 = link.parts.iter().zip(weights).map(|(part, weight)| part * weight).sum();
            link.points = muster_text::number::points(f64::from(share / total));
        }
        links.sort_by(|a, b| b.points.cmp(&a.points).then(a.skill.cmp(&b.skill)));
        links.truncate(limit);
        links
    }

    fn read(&self, text: &str) -> Query {
        Query::read(text, &self.vocabulary, &self.alike, &self.is_label_word, &self.wider)
    }

    fn parts_of(&self, query: &Query) -> Vec<Option<Link>> {
        let mut links: Vec<Option<Link>> = vec![None; self.esco.skills.len()];
        let link = |links: &mut Vec<Option<Link>>, skill: usize, part: usize, value: f32| {
            let link = links[skill].get_or_insert(Link {
                skill,
                points: 0,
                label: None,
                parts: [0.0; N_PARTS],
            });
            link.parts[part] = value;
        };
        for found in self.labels.matches(query) {
            let skill = found.owner as usize;
            link(&mut links, skill, MENTION, found.mention);
            link(&mut links, skill, LIKENESS, found.likeness);
            if let Some(link) = &mut links[skill] {
                link.label = Some(found.label);
            }
        }
        let scores = self.texts.scores(&query.words);
        let best = scores.iter().copied().fold(0.0, f32::max);
        for (skill, &score) in scores.iter().enumerate() {
            if score > 0.3 * best {
                link(&mut links, skill, TEXT, score / (best + 10.0));
            }
        }
        for (skill, by_title, by_text, by_name) in self.occupations.skills(query, self.esco) {
            if by_title > 0.05 || links[skill].is_some() || by_text > 0.2 || by_name > 0.05 {
                link(&mut links, skill, NAME, by_name);
                link(&mut links, skill, TITLE, by_title);
                link(&mut links, skill, OCCUPATION, by_text);
            }
        }
        for (skill, likeness) in self.meaning.likenesses(query.words.iter().copied()).into_iter().enumerate() {
            if likeness > 0.5 || links[skill].is_some() {
                link(&mut links, skill, MEANING, likeness.max(0.0));
            }
        }
        links
    }

    /// Occupations of O*NET, by row.
    pub fn onet_occupations(&self, text: &str) -> Vec<(usize, f32, [f32; 4])> {
        let query = self.read(text);
        self.occupations.onet(&query)
    }
}
