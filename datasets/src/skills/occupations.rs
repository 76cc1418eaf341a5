//! Occupations that a text speaks of, and the skills they need.

use std::collections::HashMap;

use muster_text::bm25::{Bm25, Bm25Builder};
use muster_text::number::rarity;
use muster_text::words::{Vocabulary, WordId};

use super::Sources;
use super::labels::Labels;
use super::meaning::Meaning;
use super::query::Query;
use crate::esco::{self, Taxonomy};
use crate::onet;

/// Occupations of ESCO, then those of O*NET.
pub(super) struct Occupations {
    n_esco: usize,
    titles: Labels,
    texts: Bm25,
    tasks: Bm25,
    task_of: Vec<usize>,
    meaning: Meaning,
    /// For each O*NET occupation, the ESCO occupations it is mapped to with shares.
    esco_of: Vec<Vec<(usize, f32)>>,
    /// For each O*NET occupation, the skills that its title names.
    named: Vec<Vec<(usize, f32)>>,
    /// How much it tells that a skill is needed, by skill.
    rarity: Vec<f32>,
}

impl Occupations {
    pub(super) fn of(
        esco: &Taxonomy,
        onet: &[onet::Occupation],
        sources: &Sources<'_>,
        vocabulary: &mut Vocabulary,
    ) -> Self {
        let mut titles: Vec<(u32, &'static str, Vec<WordId>)> = Vec::new();
        let mut texts = Bm25Builder::default();
        let descriptions = esco::occupation_descriptions();
        let mut n_needing = vec![0; esco.skills.len()];
        let mut owners_of: HashMap<Vec<WordId>, Vec<usize>> = HashMap::new();
        for (row, occupation) in esco.occupations.iter().enumerate() {
            let owner = u32::try_from(row).expect("rows");
            let mut own = Vec::new();
            let others = occupation.alternatives.iter().copied().filter(|title| (sources.title)(title));
            for title in [occupation.label].into_iter().chain(others) {
                let words = vocabulary.learn(title);
                own.extend(&words);
                let owners = owners_of.entry(sorted(&words)).or_default();
                if !owners.contains(&row) {
                    owners.push(row);
                }
                titles.push((owner, title, words));
            }
            texts.add(&[(&own, 1.0), (&vocabulary.learn(descriptions[row]), 1.0)]);
            for &skill in &occupation.essential {
                n_needing[skill] += 1;
            }
        }
        let n_esco = esco.occupations.len();
        let mut esco_of = Vec::new();
        let mut task_texts = Bm25Builder::default();
        let mut task_of = Vec::new();
        let mut words_of = Vec::new();
        for (row, occupation) in onet.iter().enumerate() {
            let owner = u32::try_from(n_esco + row).expect("rows");
            let mut own = Vec::new();
            let mut votes: HashMap<usize, f32> = HashMap::new();
            let all = [occupation.title].into_iter().chain(
                occupation.alternate.iter().chain(&occupation.reported).copied().filter(|title| (sources.title)(title)),
            );
            for title in all {
                let words = vocabulary.learn(title);
                own.extend(&words);
                if let Some(owners) = owners_of.get(&sorted(&words)) {
                    for &owner in owners {
                        *votes.entry(owner).or_default() += 1.0 / owners.len() as f32;
                    }
                }
                titles.push((owner, title, words));
            }
            let mut votes: Vec<_> = votes.into_iter().collect();
            votes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            let total: f32 = votes.iter().map(|v| v.1).sum();
            for vote in &mut votes {
                vote.1 /= total;
            }
            votes.truncate(5);
            esco_of.push(votes);
            let mut tasks = Vec::new();
            for task in occupation.tasks.iter().filter(|task| (sources.task)(task)) {
                let words = vocabulary.learn(task);
                task_texts.add(&[(&words, 1.0)]);
                task_of.push(row);
                tasks.extend(words);
            }
            let description = vocabulary.learn(occupation.description);
            texts.add(&[(&own, 1.0), (&description, 1.0), (&tasks, 1.0)]);
            words_of.push(vec![(own, 1.0), (description, 1.0), (tasks, 1.0)]);
        }
        Self {
            n_esco,
            titles: Labels::of(titles, vocabulary.len()),
            texts: texts.finish(),
            tasks: task_texts.finish(),
            task_of,
            meaning: Meaning::of(vocabulary, &words_of),
            named: vec![Vec::new(); esco_of.len()],
            esco_of,
            rarity: n_needing.iter().map(|&n| rarity(n_esco, n) as f32).collect(),
        }
    }

    pub(super) fn names(&mut self, row: usize, skills: Vec<(usize, f32)>) {
        self.named[row] = skills;
    }

    pub(super) fn title_words(&self) -> impl Iterator<Item = WordId> + '_ {
        self.titles.words()
    }

    /// (by title, by text) of each occupation.
    fn scores(&self, query: &Query) -> (Vec<f32>, Vec<f32>) {
        let texts = self.texts.scores(&query.words);
        let mut titles = vec![0.0; texts.len()];
        for found in self.titles.matches(query) {
            titles[found.owner as usize] = 0.5 * (found.mention + found.likeness);
        }
        (titles, texts)
    }

    /// O*NET occupations by row with scores.
    pub(super) fn onet(&self, query: &Query) -> Vec<(usize, f32, [f32; 4])> {
        let texts = self.texts.scores(&query.words);
        let best = texts[self.n_esco..].iter().copied().fold(1e-6, f32::max);
        let meanings = self.meaning.likenesses(query.words.iter().copied());
        let tasks = self.tasks.scores(&query.words);
        let best_task = tasks.iter().copied().fold(1e-6, f32::max);
        let mut parts = vec![[0.0; 4]; meanings.len()];
        for (row, parts) in parts.iter_mut().enumerate() {
            parts[0] = texts[self.n_esco + row] / best;
            parts[1] = meanings[row].max(0.0);
        }
        for (&row, score) in self.task_of.iter().zip(tasks) {
            parts[row][2] = parts[row][2].max(score / best_task);
        }
        for found in self.titles.matches(query) {
            if let Some(row) = (found.owner as usize).checked_sub(self.n_esco) {
                parts[row][3] = 0.5 * (found.mention + found.likeness);
            }
        }
        let weights = if query.positions.len() > 6 { [1.0, 1.5, 0.1, 0.1] } else { [1.0, 0.4, 0.0, 0.5] };
        let mut found: Vec<_> = parts
            .into_iter()
            .enumerate()
            .map(|(row, parts)| (row, parts.iter().zip(weights).map(|(p, w)| p * w).sum::<f32>(), parts))
            .collect();
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found
    }

    /// (skill, by titles, by texts), both 0 … 1.
    pub(super) fn skills(&self, query: &Query, esco: &Taxonomy) -> Vec<(usize, f32, f32, f32)> {
        let (titles, texts) = self.scores(query);
        let by_title = self.spread(&titles, esco);
        let best = texts.iter().copied().fold(1e-6, f32::max);
        let texts: Vec<f32> = texts.iter().map(|t| (t / best) * (t / best) * (t / best)).collect();
        let by_text = self.spread(&texts, esco);
        let mut by_name = vec![0.0_f32; esco.skills.len()];
        let onet = self.onet(query);
        let top = onet.first().map_or(1.0, |o| o.1).max(1e-6);
        for &(row, score, _) in onet.iter().take(10) {
            let share = score / top;
            for &(skill, mention) in &self.named[row] {
                by_name[skill] = by_name[skill].max(share * share * mention);
            }
        }
        let sure = best / (best + 20.0);
        by_title
            .into_iter()
            .zip(by_text)
            .enumerate()
            .map(|(skill, (title, text))| (skill, title, text * sure, by_name[skill] * sure))
            .filter(|(_, a, b, c)| *a > 0.0 || *b > 0.0 || *c > 0.0)
            .collect()
    }

    /// Scores of occupations onto skills: the ten best occupations.
    fn spread(&self, scores: &[f32], esco: &Taxonomy) -> Vec<f32> {
        let mut order: Vec<usize> = (0..scores.len()).filter(|&o| scores[o] > 0.2).collect();
        order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]).then(a.cmp(&b)));
        order.truncate(10);
        let mut found = vec![0.0_f32; esco.skills.len()];
        let mut total = 0.0;
        let top = order.first().map_or(0.0, |&o| scores[o]);
        for &row in &order {
            let weight = scores[row] * scores[row];
            total += weight;
            let mut add = |occupation: usize, weight: f32| {
                let occupation = &esco.occupations[occupation];
                for &skill in &occupation.essential {
                    found[skill] += weight * self.rarity[skill];
                }
                for &skill in &occupation.optional {
                    found[skill] += 0.5 * weight * self.rarity[skill];
                }
            };
            if row < self.n_esco {
                add(row, weight);
            } else {
                for &(esco_row, share) in &self.esco_of[row - self.n_esco] {
                    add(esco_row, weight * share);
                }
            }
        }
        if total > 0.0 {
            for value in &mut found {
                *value *= top / total / 8.0;
            }
        }
        found
    }
}

fn sorted(words: &[WordId]) -> Vec<WordId> {
    let mut words = words.to_vec();
    words.sort_unstable();
    words.dedup();
    words
}
