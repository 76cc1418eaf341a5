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

use crate::columns::{Columns, List};

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
    best: Vec<u32>,
    left: Vec<u32>,
    sums: Vec<u32>,
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
            best: Vec::new(),
            left: Vec::new(),
            sums: Vec::new(),
        })
    }

    /// Looks at a block of documents.
    ///
    /// # Complexity
    /// O(entries of the lists in the block + meant skills × block).
    pub(crate) fn read(&mut self, block: &Range<DocId>) -> BlockSkills<'_> {
        self.sums.clear();
        self.sums.resize(block.len(), 0);
        for run in &self.runs {
            self.left.clear();
            self.left.resize(block.len(), 1000);
            for lists in run {
                self.best.clear();
                self.best.resize(block.len(), 0);
                for (list, worth) in lists {
                    for (doc, level) in list.within(block) {
                        let best = &mut self.best[(doc - block.start) as usize];
                        *best = (*best).max(worth[usize::from(level.min(5))]);
                    }
                }
                for (left, best) in self.left.iter_mut().zip(&self.best) {
                    *left = *left * (1000 - best) / 1000;
                }
            }
            for (sum, left) in self.sums.iter_mut().zip(&self.left) {
                *sum += 1000 - left;
            }
        }
        BlockSkills {
            start: block.start,
            n_runs: u32::try_from(self.runs.len()).unwrap_or(u32::MAX),
            sums: &self.sums,
        }
    }
}

/// What the skills of a block's documents are worth.
pub(crate) struct BlockSkills<'a> {
    start: DocId,
    n_runs: u32,
    sums: &'a [u32],
}

impl BlockSkills<'_> {
    pub(crate) fn of(&self, doc: DocId) -> Points {
        let sum = self.sums[(doc - self.start) as usize];
        Points::new(sum / self.n_runs).unwrap_or(Points::MAX)
    }
}
