//! A text that profiles are scored by, and the formula.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
use muster_text::expertise::{Best, SHARES, Strengths, Subject};
use muster_text::number::points;
use muster_text::words;

use super::profile::{DocumentWords, ProfileWords, all_distinct};
use super::{Section, TextModel};

const K1: f64 = 1.2;
const B: f64 = 0.75;

static STRENGTHS: LazyLock<Strengths> = LazyLock::new(Strengths::default);

/// A text that profiles are scored by, such as a role's.
#[derive(Clone, Debug)]
pub struct TextQuery {
    /// Distinct words in order.
    words: Vec<Ranked>,
    /// What the text scores by itself, by section of one text; 0 where nothing can be scored.
    full: [f64; 2],
    /// The average words of a section of one text.
    average: [f64; 2],
    /// The text as documents are compared with it.
    subject: Subject,
}

/// A word that ranks.
#[derive(Clone, Debug)]
struct Ranked {
    word: String,
    /// What it weighs in a section of one text.
    weight: f64,
    /// What its strength in documents is multiplied by.
    in_documents: f64,
}

/// A word that is to rank.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    /// As the tokenizer gives it.
    pub(crate) word: String,
    /// How often it was asked for.
    pub(crate) times: u32,
    /// Words that count in its place, each with a share of what it tells itself.
    pub(crate) instead: Vec<(String, f64)>,
}

impl Wanted {
    /// A word not yet asked for.
    pub(crate) fn new(word: &str) -> Self {
        Self {
            word: word.to_owned(),
            times: 0,
            instead: Vec::new(),
        }
    }
}

/// A document that tells that somebody knows what was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its position among the profile's documents.
    pub document: usize,
    /// What it is called; its beginning where it has no title.
    pub title: String,
    /// How well its words fit.
    pub points: Points,
}

impl TextModel {
    /// Prepares a text to score profiles by.
    pub fn query(&self, text: &str) -> TextQuery {
        self.ranking(wanted(text).into_values().collect())
    }

    /// Prepares distinct words to score profiles by. A word's substitutes count by their share beside it; they are
    /// no part of what the words score by themselves, unless nobody uses the word.
    pub(crate) fn ranking(&self, wanted: Vec<Wanted>) -> TextQuery {
        let average = self.averages();
        let length = wanted.iter().map(|wanted| wanted.times).sum();
        // Of each word its weights in sections of one text and in documents.
        let mut weights: BTreeMap<String, (f64, f64)> = BTreeMap::new();
        let mut full = [0.0; 2];
        let mut subject = Subject::new(self.usual());
        for Wanted {
            word,
            times,
            instead,
        } in wanted
        {
            let strength = STRENGTHS.of(times);
            let is_meant = self.n_experts_with(&word) > 0;
            // A word and what stands for it are one: what hardly anybody uses tells no more than what was meant.
            let least = |rarity: &dyn Fn(&str) -> f64| {
                let own = is_meant.then(|| rarity(&word));
                let rarities = instead.iter().map(|(word, _)| rarity(word)).chain(own);
                let least = rarities.filter(|rarity| *rarity > 0.0).reduce(f64::min);
                least.unwrap_or_default()
            };
            let (common, common_in_documents) = (
                least(&|word| self.rarity(word)),
                least(&|word| self.rarity_in_documents(word)),
            );
            let most = instead.iter().map(|(_, share)| *share).reduce(f64::max);
            let best = match most.filter(|_| !is_meant) {
                Some(share) => common * share,
                None => self.rarity(&word),
            };
            let own = self.rarity_in_documents(&word);
            let in_documents = match most.filter(|_| !is_meant) {
                Some(share) => common_in_documents * share,
                None => own,
            };
            let in_documents = match in_documents > 0.0 {
                true => subject.add(strength, in_documents),
                false => 0.0,
            };
            for (full, average) in full.iter_mut().zip(average) {
                if average > 0.0 {
                    *full += best * saturation(times, length, average);
                }
            }
            let substitutes = instead.iter().map(|(word, share)| {
                let in_documents = common_in_documents * share;
                let weights = (common * share, strength * in_documents * in_documents);
                (word.clone(), weights)
            });
            let substitutes: Vec<_> = substitutes.collect();
            for (word, weight) in substitutes
                .into_iter()
                .chain([(word, (best, in_documents))])
            {
                let known = weights.entry(word).or_default();
                *known = (known.0.max(weight.0), known.1.max(weight.1));
            }
        }
        let words = weights.into_iter();
        TextQuery {
            words: words
                .map(|(word, (weight, in_documents))| Ranked {
                    word,
                    weight,
                    in_documents,
                })
                .collect(),
            full,
            average,
            subject,
        }
    }

    /// A profile's points for a text, from its words.
    pub fn points(&self, query: &TextQuery, profile: &Profile) -> Points {
        query.points_of(&ProfileWords::of(profile))
    }

    /// Points of every profile for every text: one row a text.
    pub fn table<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t str>,
        profiles: &[Profile],
    ) -> Vec<Vec<Points>> {
        let queries: Vec<TextQuery> = texts.into_iter().map(|text| self.query(text)).collect();
        let mut rows = vec![Vec::with_capacity(profiles.len()); queries.len()];
        for profile in profiles {
            let words = ProfileWords::of(profile);
            for (row, query) in rows.iter_mut().zip(&queries) {
                row.push(query.points_of(&words));
            }
        }
        rows
    }
}

/// The distinct words of a text, with how often each is asked for.
pub(crate) fn wanted(text: &str) -> BTreeMap<String, Wanted> {
    let mut wanted: BTreeMap<String, Wanted> = BTreeMap::new();
    words::each(text, |word, _| match wanted.get_mut(word) {
        Some(known) => known.times += 1,
        None => {
            let mut new = Wanted::new(word);
            new.times = 1;
            wanted.insert(word.to_owned(), new);
        }
    });
    wanted
}

impl TextQuery {
    fn points_of(&self, words: &ProfileWords) -> Points {
        let sums = Section::SINGLE.map(|section| {
            let times = &words.times[section.idx()];
            let length = words.lengths[section.idx()];
            let mut sum = 0.0;
            for (idx, ranked) in self.words.iter().enumerate() {
                if let Some(times) = times.get(&ranked.word) {
                    sum += self.gain(idx, section, *times, length);
                }
            }
            sum
        });
        self.points(sums, self.evidence_of(&words.documents))
    }

    fn evidence_of(&self, documents: &[DocumentWords]) -> f64 {
        let mut best = Best::default();
        for document in documents {
            best.add(self.likeness_of(document));
        }
        let distinct = all_distinct(documents.iter().map(|document| &document.shape));
        let mut in_all = 0.0;
        for (idx, ranked) in self.words.iter().enumerate() {
            let times = documents
                .iter()
                .filter_map(|document| document.times.get(&ranked.word));
            let times = times.fold(0, |sum: u32, times| sum.saturating_add(*times));
            if times > 0 {
                in_all += self.gain_in_all(idx, times, distinct);
            }
        }
        self.evidence(&best, in_all)
    }

    fn likeness_of(&self, document: &DocumentWords) -> f64 {
        let mut sum = 0.0;
        for (idx, ranked) in self.words.iter().enumerate() {
            if let Some(times) = document.times.get(&ranked.word) {
                sum += self.gain_in_document(idx, *times);
            }
        }
        self.likeness(sum, document.shape.distinct)
    }

    /// The documents of a profile that tell most, the best first, then by position.
    pub(crate) fn best_documents(&self, profile: &Profile) -> Vec<Shown> {
        let mut shown: Vec<Shown> = Vec::new();
        for (idx, document) in profile.documents.iter().enumerate() {
            let likeness = self.likeness_of(&DocumentWords::of(document));
            let points = as_points(likeness.sqrt());
            if points > Points::default() {
                let title = match document.title.trim() {
                    "" => document.text.trim().chars().take(80).collect(),
                    title => title.to_owned(),
                };
                shown.push(Shown {
                    document: idx,
                    title,
                    points,
                });
            }
        }
        shown.sort_by_key(|it| (std::cmp::Reverse(it.points), it.document));
        shown.truncate(SHARES.len());
        shown
    }

    /// Lets others tell what some words tell together, by their shares, where that is more than they tell already.
    pub(crate) fn raise(&mut self, words: &[String], others: &[(String, f64)]) {
        let of = |word: &String| self.words.iter().find(|own| own.word == *word);
        let own = words.iter().filter_map(of);
        let (weight, in_documents) = own.fold((0.0, 0.0), |(weight, in_documents), own| {
            (weight + own.weight, in_documents + own.in_documents)
        });
        for ranked in &mut self.words {
            let shares = others.iter().filter(|(word, _)| *word == ranked.word);
            for (_, share) in shares {
                ranked.weight = ranked.weight.max(weight * share);
                ranked.in_documents = ranked.in_documents.max(in_documents * share);
            }
        }
    }

    /// The distinct words in the order in which gains are to be added up.
    pub fn words(&self) -> impl ExactSizeIterator<Item = &str> {
        self.words.iter().map(|ranked| ranked.word.as_str())
    }

    /// Whether the text has no words: everybody gets 0 points.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    /// Whether the text has the word, as the tokenizer gives it.
    pub(crate) fn has(&self, word: &str) -> bool {
        let found = self
            .words
            .binary_search_by(|own| own.word.as_str().cmp(word));
        found.is_ok()
    }

    /// What the word `word_idx` adds to a section of one text, of `length` words, that has it `times` times, at least
    /// once.
    pub(crate) fn gain(&self, word_idx: usize, section: Section, times: u32, length: u32) -> f64 {
        self.weight(word_idx) * self.saturation(section, times, length)
    }

    /// What the word `word_idx` weighs in a section of one text.
    pub(crate) fn weight(&self, word_idx: usize) -> f64 {
        self.words[word_idx].weight
    }

    /// What any word counts for that stands so many times, at least once, in a section of one text of `length` words; the
    /// same for every text of a model.
    pub(crate) fn saturation(&self, section: Section, times: u32, length: u32) -> f64 {
        saturation(times, length, self.average[section.idx()])
    }

    /// What the word `word_idx` adds to a document that has it `times` times.
    pub(crate) fn gain_in_document(&self, word_idx: usize, times: u32) -> f64 {
        self.words[word_idx].in_documents * STRENGTHS.of(times)
    }

    /// What the word `word_idx` adds to all of somebody's documents that have it `times` times, at least once, and
    /// `distinct` distinct words in sum.
    pub(crate) fn gain_in_all(&self, word_idx: usize, times: u32, distinct: u32) -> f64 {
        self.words[word_idx].in_documents * self.subject.in_all(times, distinct)
    }

    /// What somebody's documents show, from the best and from what words add to all.
    pub(crate) fn evidence(&self, best: &Best, in_all: f64) -> f64 {
        self.subject.evidence(best, in_all)
    }

    /// How alike a document is whose gains sum to `sum`.
    pub(crate) fn likeness(&self, sum: f64, distinct: u32) -> f64 {
        self.subject.likeness(sum, distinct)
    }

    /// The points of a profile whose sections' gains sum to `sums`, and whose documents show so much.
    /// Here, and nowhere else, text scores become integers.
    pub(crate) fn points(&self, sums: [f64; 2], evidence: f64) -> Points {
        let share = |section: Section| {
            let full = self.full[section.idx()];
            if full > 0.0 {
                (sums[section.idx()] / full).min(1.0)
            } else {
                0.0
            }
        };
        let text = share(Section::Headline).max(share(Section::Bio));
        as_points(text.max(evidence))
    }
}

fn as_points(share: f64) -> Points {
    Points::new(points(share)).unwrap_or(Points::MAX)
}

/// What a word counts for that stands `times` times in a text of `length` words.
fn saturation(times: u32, length: u32, average: f64) -> f64 {
    let times = f64::from(times);
    let relative_length = f64::from(length) / average;
    times * (K1 + 1.0) / (times + K1 * (1.0 - B + B * relative_length))
}
