//! Occupations that a text speaks of, and the skills they need.

use muster_text::bm25::{Bm25, Bm25Builder};
use muster_text::number::{points, rarity};
use muster_text::words::{Vocabulary, WordId};

use super::crosswalk;
use super::labels::{Labels, Match};
use super::meaning::Meaning;
use super::query::Query;
use super::{SHORT, Sources, narrow, number};
use crate::esco::{self, Taxonomy};
use crate::onet;

/// Weights of an occupation's parts for short texts and for longer ones.
pub(super) const WEIGHTS: [[u32; 4]; 2] = [[10, 3, 0, 5], [10, 15, 1, 1]];

/// The most occupations whose skills count.
const N_BEST: usize = 10;

/// An occupation of O*NET that a text speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OccupationLink {
    /// Its row in [`onet::occupations`].
    pub row: usize,
    /// 0 … 1000: the weighted mean of the parts.
    pub points: u16,
    /// All its texts, their meaning, its best task, its best title: 0 … 1000 each.
    pub parts: [u16; 4],
}

/// Occupations of ESCO by row, then those of O*NET.
pub(super) struct Occupations {
    n_esco: usize,
    titles: Labels,
    texts: Bm25,
    /// Tasks of O*NET, and the row of each one's occupation.
    tasks: Bm25,
    task_of: Vec<usize>,
    /// Of O*NET.
    meaning: Meaning,
    /// For each O*NET occupation, the ESCO occupations that share titles with it, with shares.
    esco_of: Vec<Vec<(usize, f32)>>,
    /// How much it tells that a skill is needed, by skill.
    rarity: Vec<f32>,
}

/// What of a text stands in the occupations' texts and titles.
pub(super) struct Seen {
    /// By occupation.
    texts: Vec<f32>,
    titles: Vec<Match>,
}

impl Occupations {
    pub(super) fn of(
        esco: &Taxonomy,
        onet: &[onet::Occupation],
        sources: &Sources<'_>,
        vocabulary: &mut Vocabulary,
    ) -> Self {
        let n_esco = esco.occupations.len();
        let mut titles: Vec<(u32, &'static str, Vec<WordId>)> = Vec::new();
        let mut texts = Bm25Builder::default();
        let mut n_needing = vec![0; esco.skills.len()];
        for (row, (occupation, description)) in esco
            .occupations
            .iter()
            .zip(esco::occupation_descriptions())
            .enumerate()
        {
            let others = occupation
                .alternatives
                .iter()
                .copied()
                .filter(|title| (sources.title)(title));
            let all = [occupation.label].into_iter().chain(others);
            let own = learn_titles(all, number(row), vocabulary, &mut titles);
            texts.add(&[(&own, 1.0), (&vocabulary.learn(description), 1.0)]);
            for &skill in &occupation.essential {
                n_needing[skill] += 1;
            }
        }
        let (mut task_texts, mut task_of, mut fields) =
            (Bm25Builder::default(), Vec::new(), Vec::new());
        for (row, occupation) in onet.iter().enumerate() {
            let others = occupation
                .alternate
                .iter()
                .chain(&occupation.reported)
                .copied();
            let all = [occupation.title]
                .into_iter()
                .chain(others.filter(|title| (sources.title)(title)));
            let own = learn_titles(all, number(n_esco + row), vocabulary, &mut titles);
            let mut tasks = Vec::new();
            for task in occupation.tasks.iter().filter(|task| (sources.task)(task)) {
                let words = vocabulary.learn(task);
                task_texts.add(&[(&words, 1.0)]);
                task_of.push(row);
                tasks.extend(words);
            }
            let description = vocabulary.learn(occupation.description);
            texts.add(&[(&own, 1.0), (&description, 1.0), (&tasks, 1.0)]);
            fields.push(vec![(own, 1.0), (description, 1.0), (tasks, 1.0)]);
        }
        Self {
            n_esco,
            esco_of: esco_of(esco, onet, sources, vocabulary),
            titles: Labels::of(titles, vocabulary.len()),
            texts: texts.finish(),
            tasks: task_texts.finish(),
            task_of,
            meaning: Meaning::of(vocabulary, &fields),
            rarity: n_needing
                .iter()
                .map(|&n| narrow(rarity(n_esco, n)))
                .collect(),
        }
    }

    /// By word, how many titles have it.
    pub(super) fn uses(&self) -> impl Iterator<Item = u32> + '_ {
        self.titles.uses()
    }

    /// What of a text stands in texts and titles.
    pub(super) fn seen(&self, query: &Query) -> Seen {
        Seen {
            texts: self.texts.scores(&query.words),
            titles: self.titles.matches(query),
        }
    }

    /// All O*NET occupations, the best first.
    pub(super) fn onet(&self, query: &Query, seen: &Seen) -> Vec<OccupationLink> {
        let Seen { texts, titles } = seen;
        let tasks = self.tasks.scores(&query.words);
        let best_text = texts[self.n_esco..].iter().copied().fold(1e-6, f32::max);
        let best_task = tasks.iter().copied().fold(1e-6, f32::max);
        let meanings = self.meaning.likenesses(&query.words);
        let mut shares: Vec<[f32; 4]> = texts[self.n_esco..]
            .iter()
            .zip(meanings)
            .map(|(text, meaning)| [text / best_text, meaning, 0.0, 0.0])
            .collect();
        for (&row, score) in self.task_of.iter().zip(tasks) {
            shares[row][2] = shares[row][2].max(score / best_task);
        }
        for found in titles {
            if let Some(row) = (found.owner as usize).checked_sub(self.n_esco) {
                shares[row][3] = 0.5 * (found.mention + found.likeness);
            }
        }
        let weights = WEIGHTS[usize::from(query.positions.len() > SHORT)];
        let mut links: Vec<(u32, OccupationLink)> = shares
            .into_iter()
            .enumerate()
            .map(|(row, shares)| {
                let parts = shares.map(|share| points(f64::from(share)));
                let sum = parts
                    .iter()
                    .zip(weights)
                    .map(|(&part, weight)| u32::from(part) * weight)
                    .sum();
                let points = u16::try_from(sum / weights.iter().sum::<u32>()).unwrap_or(1000);
                (sum, OccupationLink { row, points, parts })
            })
            .collect();
        links.sort_by_key(|(sum, link)| (std::cmp::Reverse(*sum), link.row));
        links.into_iter().map(|(_, link)| link).collect()
    }

    /// Skills that the occupations need whose titles fit, and those whose texts fit: row, title, work.
    pub(super) fn skills(&self, seen: &Seen, esco: &Taxonomy) -> Vec<(usize, f32, f32)> {
        let mut texts = seen.texts.clone();
        let mut titles = vec![0.0; texts.len()];
        for found in &seen.titles {
            titles[found.owner as usize] = 0.5 * (found.mention + found.likeness);
        }
        let best = texts.iter().copied().fold(1e-6, f32::max);
        for text in &mut texts {
            let share = *text / best;
            *text = share * share * share;
        }
        // A text with few words that tell anything is no evidence of work.
        let sure = best / (best + 20.0);
        let both = self
            .needed(&titles, esco)
            .into_iter()
            .zip(self.needed(&texts, esco));
        both.enumerate()
            .filter(|(_, (title, work))| *title > 0.0 || *work > 0.0)
            .map(|(skill, (title, work))| (skill, title, work * sure))
            .collect()
    }

    /// How much the best occupations need each skill: 0 … about 1.
    fn needed(&self, scores: &[f32], esco: &Taxonomy) -> Vec<f32> {
        let mut best: Vec<usize> = (0..scores.len()).filter(|&row| scores[row] > 0.2).collect();
        best.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        best.truncate(N_BEST);
        let mut needed = vec![0.0_f32; esco.skills.len()];
        let mut add = |row: usize, weight: f32| {
            let occupation = &esco.occupations[row];
            for &skill in &occupation.essential {
                needed[skill] += weight * self.rarity[skill];
            }
            for &skill in &occupation.optional {
                needed[skill] += 0.5 * weight * self.rarity[skill];
            }
        };
        let mut total = 0.0;
        for &row in &best {
            let weight = scores[row] * scores[row];
            total += weight;
            match row.checked_sub(self.n_esco) {
                None => add(row, weight),
                Some(row) => self.esco_of[row]
                    .iter()
                    .for_each(|&(row, share)| add(row, weight * share)),
            }
        }
        let Some(&first) = best.first() else {
            return needed;
        };
        // The rarest skill has a rarity of about 8.
        let scale = scores[first] / total / 8.0;
        needed.iter_mut().for_each(|skill| *skill *= scale);
        needed
    }
}

/// Learns titles; gives all their words.
fn learn_titles(
    all: impl Iterator<Item = &'static str>,
    owner: u32,
    vocabulary: &mut Vocabulary,
    titles: &mut Vec<(u32, &'static str, Vec<WordId>)>,
) -> Vec<WordId> {
    let mut own = Vec::new();
    for title in all {
        let words = vocabulary.learn(title);
        own.extend(&words);
        titles.push((owner, title, words));
    }
    own
}

/// For each O*NET occupation the five ESCO occupations it shares most titles with, with shares of these.
fn esco_of(
    esco: &Taxonomy,
    onet: &[onet::Occupation],
    sources: &Sources<'_>,
    vocabulary: &mut Vocabulary,
) -> Vec<Vec<(usize, f32)>> {
    let mut esco_of = vec![Vec::new(); onet.len()];
    for pair in crosswalk::pairs(esco, onet, sources.title, vocabulary) {
        let known: &mut Vec<(usize, f32)> = &mut esco_of[pair.onet];
        if known.len() < 5 {
            known.push((pair.esco, narrow(muster_text::number::exact(pair.n_shared))));
        }
    }
    for known in &mut esco_of {
        let total: f32 = known.iter().map(|(_, share)| share).sum();
        known.iter_mut().for_each(|(_, share)| *share /= total);
    }
    esco_of
}
