//! What words mean in skills, as whoever searches says it, and what people's skills are worth by that.
//!
//! ```text
//! skill  = points of the meant skill · nearness of the person's skill · level share      (each of 1000, rounded down)
//! run    = 1000 − 1000 · Π (1 − best skill for each meant one)                           of a run of words
//! skills = mean of the runs                                                              rounded down
//! ```
//!
//! The level share is 60 % at level 1 and 10 % more with every level above.

use std::ops::Range;

use muster_matcher::model::Points;
use muster_matcher::model::profile::{Profile, Skill};
use muster_matcher::model::words::SkillId;
use tantivy::DocId;

use crate::columns::{Columns, List, documents};
use crate::scan::BLOCK;

/// A skill that words mean.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MeantSkill {
    /// Which.
    pub skill: SkillId,
    /// How surely it is meant.
    pub points: Points,
    /// Skills that show it, itself included, with what having one is worth of 1000.
    pub shown_by: Vec<(SkillId, Points)>,
}

/// What a run of words means; nothing, where that is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning(pub Vec<MeantSkill>);

impl Meaning {
    /// Every skill that shows some of what is meant.
    pub(crate) fn having(&self) -> impl Iterator<Item = &SkillId> {
        let each = self.0.iter().flat_map(|meant| &meant.shown_by);
        each.map(|(skill, _)| skill)
    }

    /// The person's skill that shows most of what is meant, and the skill it shows.
    pub(crate) fn shown_by<'p>(
        &self,
        profile: &'p Profile,
    ) -> Option<(&'p Skill, &MeantSkill, u32)> {
        let mut best: Option<(&Skill, &MeantSkill, u32)> = None;
        for meant in &self.0 {
            for own in &profile.skills {
                let worth = meant.worth(own);
                if worth > best.map_or(0, |(_, _, worth)| worth) {
                    best = Some((own, meant, worth));
                }
            }
        }
        best
    }
}

impl MeantSkill {
    fn worth(&self, own: &Skill) -> u32 {
        let near = self
            .shown_by
            .iter()
            .filter(|(skill, _)| *skill == own.skill);
        let worths = near.map(|(_, near)| worth(self.points, *near, own.level.get()));
        worths.max().unwrap_or(0)
    }
}

fn worth(meant: Points, near: Points, level: u8) -> u32 {
    let share = 500 + 100 * u32::from(level.min(5));
    u32::from(meant.get()) * u32::from(near.get()) * share / 1_000_000
}

/// Meanings that are known.
fn known(meanings: &[Meaning]) -> impl Iterator<Item = &Meaning> {
    meanings.iter().filter(|meaning| !meaning.0.is_empty())
}

/// What a person's skills are worth; `None` where nothing is meant.
pub(crate) fn skills_of(meanings: &[Meaning], profile: &Profile) -> Option<Points> {
    let runs: Vec<u32> = known(meanings)
        .map(|meaning| {
            let left = meaning.0.iter().fold(1000, |left, meant| {
                let best = profile.skills.iter().map(|own| meant.worth(own)).max();
                left * (1000 - best.unwrap_or(0)) / 1000
            });
            1000 - left
        })
        .collect();
    let n_runs = u32::try_from(runs.len()).unwrap_or(u32::MAX);
    let mean = runs.iter().sum::<u32>().checked_div(n_runs)?;
    Points::new(mean)
}

/// Of a hit's points, what its words and its skills make: half each where skills are meant, halves upwards.
pub(crate) fn together(text: Points, skills: Option<Points>) -> Points {
    match skills {
        None => text,
        Some(skills) => {
            let sum = u32::from(text.get()) + u32::from(skills.get());
            Points::new(sum.div_ceil(2)).unwrap_or(Points::MAX)
        }
    }
}

/// Who has a skill, and the points of each level.
type Worth<'a> = (&'a List<u8>, [u32; 6]);

/// The same as [`skills_of`] from columns, block by block.
pub(crate) struct SkillScan<'a> {
    /// By run and meant skill.
    runs: Vec<Vec<Vec<Worth<'a>>>>,
    /// What of a skill somebody shows; 0 between skills.
    best: Vec<u32>,
    /// What is left of a run; 1000 between runs.
    left: Vec<u32>,
    /// What all runs make.
    sums: Vec<u32>,
    /// The documents of the block that may have any, a bit each.
    touched: Vec<u64>,
    /// Buffers: who has an entry for the skill, and for the run; some several times.
    of_skill: Vec<usize>,
    of_run: Vec<usize>,
}

impl<'a> SkillScan<'a> {
    /// `None` where nothing is meant.
    pub(crate) fn new(columns: &'a Columns, meanings: &[Meaning]) -> Option<Self> {
        let of_skill = |meant: &MeantSkill| {
            let lists = meant.shown_by.iter().filter_map(|(skill, near)| {
                let list = columns.skill.get(skill.as_str())?;
                Some((
                    list,
                    [0, 1, 2, 3, 4, 5].map(|level| worth(meant.points, *near, level)),
                ))
            });
            lists.collect()
        };
        let runs: Vec<Vec<_>> = known(meanings)
            .map(|meaning| meaning.0.iter().map(of_skill).collect())
            .collect();
        (!runs.is_empty()).then_some(Self {
            runs,
            best: vec![0; BLOCK as usize],
            left: vec![1000; BLOCK as usize],
            sums: vec![0; BLOCK as usize],
            touched: vec![0; BLOCK as usize / 64],
            of_skill: Vec::new(),
            of_run: Vec::new(),
        })
    }

    /// Looks at a block of documents.
    ///
    /// # Complexity
    /// O(entries of the lists in the block).
    pub(crate) fn read(&mut self, block: &Range<DocId>) -> BlockSkills<'_> {
        for (word, start) in self.touched.iter_mut().zip((0..).step_by(64)) {
            for idx in documents(std::mem::take(word), start) {
                self.sums[idx as usize] = 0;
            }
        }
        for run in &self.runs {
            for lists in run {
                for (list, worth) in lists {
                    for (doc, level) in list.within(block) {
                        let idx = (doc - block.start) as usize;
                        self.best[idx] = self.best[idx].max(worth[usize::from(level.min(5))]);
                        self.of_skill.push(idx);
                    }
                }
                for idx in self.of_skill.drain(..) {
                    let best = std::mem::take(&mut self.best[idx]);
                    self.left[idx] = self.left[idx] * (1000 - best) / 1000;
                    self.of_run.push(idx);
                }
            }
            for idx in self.of_run.drain(..) {
                self.sums[idx] += 1000 - std::mem::replace(&mut self.left[idx], 1000);
                self.touched[idx / 64] |= 1 << (idx % 64);
            }
        }
        BlockSkills {
            start: block.start,
            n_runs: u32::try_from(self.runs.len()).unwrap_or(u32::MAX),
            sums: &self.sums,
            touched: &self.touched,
        }
    }
}

/// What the skills of a block's documents are worth.
pub(crate) struct BlockSkills<'a> {
    start: DocId,
    n_runs: u32,
    sums: &'a [u32],
    touched: &'a [u64],
}

impl BlockSkills<'_> {
    /// The documents that may have points, a bit each: the 64 from the `idx`th such of the block on.
    pub(crate) fn touched(&self, idx: usize) -> u64 {
        self.touched[idx]
    }

    pub(crate) fn of(&self, doc: DocId) -> Points {
        let sum = self.sums[(doc - self.start) as usize];
        Points::new(sum / self.n_runs).unwrap_or(Points::MAX)
    }
}
