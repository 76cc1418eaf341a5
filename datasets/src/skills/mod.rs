//! Which ESCO skills a text speaks of, and how near skills are to each other.
//!
//! [`Linker::link`] reads a sentence of a job post, a title or a few words and gives skills with points. Each
//! skill is scored in six parts of 0 … 1000 points ([`Part`]); the points are their weighted mean, in integers.
//!
//! - *mention*: the skill's best label is in the text, wholly or in good part, its words close together, and
//!   they tell much; words may be mistyped or derived, abbreviated or a product's name;
//! - *text*: BM25 over preferred label, alternative labels and description;
//! - *meaning*: cosine of word vectors (latent semantic analysis of ESCO and O*NET);
//! - *title*, *work*, *field*: for short texts, what the occupations need whose titles or descriptions fit, and
//!   what the title of an O*NET occupation that fits names (`Cardiologists`: cardiology).
//!
//! Of a sentence every clause and every window of seven words is read by itself, and the best counts, because
//! a sentence names many skills. Weights were chosen by `benches/relevance` on labels held out for that, and
//! are measured there on others. [`graph`] has proximity of skills, [`crosswalk`] the O*NET occupations that
//! ESCO has under the same titles.

pub mod crosswalk;
pub mod graph;
pub mod held_out;
mod labels;
mod meaning;
mod occupations;
mod query;
mod segments;
mod wider;

use std::sync::OnceLock;

use muster_text::alike::Alike;
use muster_text::bm25::{Bm25, Bm25Builder};
use muster_text::number::points;
use muster_text::words::{Vocabulary, Word};

use crate::esco::{self, Skill, Taxonomy};
use crate::onet;
use labels::Labels;
use meaning::Meaning;
pub use meaning::letter_of;
pub use occupations::OccupationLink;
use occupations::Occupations;
use query::Query;
use wider::Wider;

/// A part of a link's points, by its position in [`Link::parts`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A label is in the text.
    Mention,
    /// Label and description have its words.
    Text,
    /// Label and description mean the like.
    Meaning,
    /// Occupations with such a title need it.
    Title,
    /// Occupations with such work need it.
    Work,
    /// The title of an occupation that fits names it.
    Field,
}

impl Part {
    /// Every part, in order.
    pub const ALL: [Self; 6] = [
        Self::Mention,
        Self::Text,
        Self::Meaning,
        Self::Title,
        Self::Work,
        Self::Field,
    ];

    /// The name in output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Mention => "mention",
            Self::Text => "text",
            Self::Meaning => "meaning",
            Self::Title => "title",
            Self::Work => "work",
            Self::Field => "field",
        }
    }
}

/// Weights of the parts for texts of up to [`SHORT`] words.
pub const SHORT_WEIGHTS: [u32; 6] = [14, 20, 17, 25, 11, 3];

/// Weights of the parts for longer texts.
pub const LONG_WEIGHTS: [u32; 6] = [30, 33, 20, 0, 0, 0];

/// The most words, common ones not counted, of a text that may be a title or a label as a whole.
pub const SHORT: usize = 6;

/// A skill that a text speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its row in [`Taxonomy::skills`].
    pub skill: usize,
    /// 0 … 1000: the sum of the parts by their weights, by the weights of the first three, 1000 at most.
    pub points: u16,
    /// By [`Part::ALL`], 0 … 1000 each.
    pub parts: [u16; 6],
    /// The label that has most in common with the text, if one has anything.
    pub label: Option<&'static str>,
}

/// What a linker is made of. A benchmark leaves out what it asks for.
pub struct Sources<'a> {
    /// Whether an alternative label of a skill is used.
    pub alternative: &'a dyn Fn(&Skill, &str) -> bool,
    /// Whether a title of an occupation, other than its first one, is used.
    pub title: &'a dyn Fn(&str) -> bool,
    /// Whether a task of an O*NET occupation is used.
    pub task: &'a dyn Fn(&str) -> bool,
}

/// Finds skills and occupations in texts.
pub struct Linker {
    esco: &'static Taxonomy,
    onet: Vec<onet::Occupation>,
    vocabulary: Vocabulary,
    alike: Alike,
    /// By word, how many labels and titles have it.
    uses: Vec<u32>,
    wider: Wider,
    labels: Labels,
    texts: Bm25,
    meaning: Meaning,
    occupations: Occupations,
    /// By O*NET occupation, what its title names, once somebody asked.
    fields: Vec<OnceLock<Vec<Field>>>,
}

/// A skill that a title names, and how plainly.
type Field = (usize, f32);

impl Default for Linker {
    fn default() -> Self {
        Self::of(&Sources {
            alternative: &|_, _| true,
            title: &|_| true,
            task: &|_| true,
        })
    }
}

impl Linker {
    /// A linker of some sources: half a second and 100 MB, reading the embedded data included.
    pub fn of(sources: &Sources<'_>) -> Self {
        let esco = esco::taxonomy();
        let onet = onet::occupations();
        let mut vocabulary = Vocabulary::default();
        let mut labels = Vec::new();
        let mut texts = Bm25Builder::default();
        let mut fields = Vec::new();
        for (row, (skill, description)) in esco
            .skills
            .iter()
            .zip(esco::skill_descriptions())
            .enumerate()
        {
            let owner = number(row);
            let label = vocabulary.learn(skill.label);
            labels.push((owner, skill.label, label.clone()));
            // "Java (computer programming)" is called Java.
            if let Some((short, _)) = skill.label.split_once(" (") {
                labels.push((owner, skill.label, vocabulary.learn(short)));
            }
            let mut others = Vec::new();
            for alternative in &skill.alternatives {
                if (sources.alternative)(skill, alternative) {
                    let words = vocabulary.learn(alternative);
                    others.extend(&words);
                    labels.push((owner, alternative, words));
                }
            }
            let description = vocabulary.learn(description);
            texts.add(&[(&label, 3.5), (&others, 1.0), (&description, 1.0)]);
            fields.push(vec![(label, 2.0), (others, 0.5), (description, 1.0)]);
        }
        let occupations = Occupations::of(esco, &onet, sources, &mut vocabulary);
        let wider = Wider::of(&mut vocabulary);
        let labels = Labels::of(labels, vocabulary.len());
        let mut uses = vec![0_u32; vocabulary.len()];
        for each in [
            labels.uses().collect::<Vec<_>>(),
            occupations.uses().collect(),
        ] {
            uses.iter_mut().zip(each).for_each(|(all, own)| *all += own);
        }
        let label_words = (0..)
            .zip(&uses)
            .filter(|(_, n)| **n > 0)
            .map(|(word, _)| word);
        let fields_unknown = onet.iter().map(|_| OnceLock::new()).collect();
        Self {
            esco,
            onet,
            alike: Alike::of(&vocabulary, label_words),
            uses,
            wider,
            labels,
            texts: texts.finish(),
            meaning: Meaning::of(&vocabulary, &fields),
            occupations,
            fields: fields_unknown,
            vocabulary,
        }
    }

    /// The skills a text speaks of, the best first, ties by row, at most `limit`. The same text gives the same
    /// links. Some milliseconds for a sentence.
    ///
    /// ```
    /// # use muster_datasets::{esco::taxonomy, skills::Linker};
    /// let links = Linker::default().link("We need a heart doctor.", 5);
    /// assert!(links.iter().any(|link| taxonomy().skills[link.skill].label == "cardiology"));
    /// ```
    pub fn link(&self, text: &str, limit: usize) -> Vec<Link> {
        let query = self.read(text);
        let mut found = Found::new(self.esco.skills.len());
        self.by_words(&query, &mut found);
        for segment in segments::of(text) {
            self.by_words(&self.read(segment), &mut found);
        }
        let is_short = query.positions.len() <= SHORT;
        if is_short {
            self.by_occupations(&query, &mut found);
        }
        let weights = if is_short {
            SHORT_WEIGHTS
        } else {
            LONG_WEIGHTS
        };
        let by = weights[..3].iter().sum::<u32>();
        let sum = |link: &Link| -> u32 {
            link.parts
                .iter()
                .zip(weights)
                .map(|(&part, weight)| u32::from(part) * weight)
                .sum()
        };
        let mut links = found.links;
        links.sort_by_cached_key(|link| (std::cmp::Reverse(sum(link)), link.skill));
        links.truncate(limit);
        for link in &mut links {
            link.points = u16::try_from((sum(link) + by / 2) / by)
                .unwrap_or(u16::MAX)
                .min(1000);
        }
        links
    }

    /// The O*NET occupations a text speaks of, the best first, ties by row, at most `limit`.
    pub fn occupations(&self, text: &str, limit: usize) -> Vec<OccupationLink> {
        let query = self.read(text);
        let mut links = self
            .occupations
            .onet(&query, &self.occupations.seen(&query));
        links.truncate(limit);
        links
    }

    /// The O*NET occupations, by row.
    pub fn onet(&self) -> &[onet::Occupation] {
        &self.onet
    }

    /// Whether a word, in some form, stands in a label, a title or a description, or is a common one.
    pub fn knows(&self, word: &str) -> bool {
        let read = self.vocabulary.read(word);
        !read.iter().any(|word| matches!(word, Word::Unknown(_)))
    }

    fn read(&self, text: &str) -> Query {
        Query::read(text, &self.vocabulary, &self.alike, &self.uses, &self.wider)
    }

    /// Mention, text and meaning.
    fn by_words(&self, query: &Query, found: &mut Found) {
        for matched in self.labels.matches(query) {
            let link = found.link(matched.owner as usize);
            let mention = points(f64::from(matched.mention));
            if link.label.is_none() || mention > link.parts[Part::Mention as usize] {
                link.label = Some(matched.label);
            }
            link.raise(Part::Mention, matched.mention);
        }
        let scores = self.texts.scores(&query.words);
        let best = scores.iter().copied().fold(0.0, f32::max);
        for (skill, &score) in scores.iter().enumerate() {
            if score > 0.3 * best {
                found.link(skill).raise(Part::Text, score / (best + 10.0));
            }
        }
        for (skill, likeness) in self
            .meaning
            .likenesses(&query.words)
            .into_iter()
            .enumerate()
        {
            if likeness > 0.5 || found.has(skill) {
                found.link(skill).raise(Part::Meaning, likeness);
            }
        }
    }

    /// Title, work and field.
    fn by_occupations(&self, query: &Query, found: &mut Found) {
        let seen = self.occupations.seen(query);
        for (skill, title, work) in self.occupations.skills(&seen, self.esco) {
            if title > 0.05 || work > 0.2 || found.has(skill) {
                let link = found.link(skill);
                link.raise(Part::Title, title);
                link.raise(Part::Work, work);
            }
        }
        let onet = self.occupations.onet(query, &seen);
        let Some(best) = onet.first().map(|link| f32::from(link.points).max(1.0)) else {
            return;
        };
        for link in &onet[..onet.len().min(5)] {
            let share = f32::from(link.points) / best;
            for (skill, mention) in self.fields(link.row) {
                let field = share * share * mention;
                found.link(*skill).raise(Part::Field, field);
            }
        }
    }

    /// What the title of an O*NET occupation names.
    fn fields(&self, row: usize) -> &[Field] {
        self.fields[row].get_or_init(|| {
            let title = self.read(self.onet[row].title);
            let named = self.labels.matches(&title).into_iter();
            named
                .filter(|named| named.likeness > 0.5 && named.mention > 0.4)
                .map(|named| (named.owner as usize, named.mention))
                .collect()
        })
    }
}

/// Links by skill.
struct Found {
    links: Vec<Link>,
    /// By skill, the position of its link plus one; 0 without one.
    position: Vec<u32>,
}

impl Found {
    fn new(n_skills: usize) -> Self {
        Self {
            links: Vec::new(),
            position: vec![0; n_skills],
        }
    }

    fn has(&self, skill: usize) -> bool {
        self.position[skill] > 0
    }

    fn link(&mut self, skill: usize) -> &mut Link {
        if self.position[skill] == 0 {
            self.links.push(Link {
                skill,
                points: 0,
                parts: [0; 6],
                label: None,
            });
            self.position[skill] = number(self.links.len());
        }
        &mut self.links[self.position[skill] as usize - 1]
    }
}

impl Link {
    /// Raises a part to a share of 0 … 1.
    fn raise(&mut self, part: Part, share: f32) {
        let known = &mut self.parts[part as usize];
        *known = (*known).max(points(f64::from(share)));
    }
}

/// A row as a small number.
fn number(row: usize) -> u32 {
    u32::try_from(row).expect("embedded tables have fewer than 2³² rows")
}

/// The nearest small float, the same everywhere.
#[expect(clippy::cast_possible_truncation, reason = "rounds")]
fn narrow(x: f64) -> f32 {
    x as f32
}

#[cfg(test)]
mod tests;
