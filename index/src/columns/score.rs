//! Who may hold a role, what it pays them, and how well they match it, from the columns alone.

use std::sync::Arc;

use muster_matcher::eligibility::{Step, Terms};
use muster_matcher::model::{CentsPerHour, Points, Week};
use muster_matcher::score::{
    Ability, Parts, Score, has_text, level_fit, mean_fit, total, wish_points,
};
use tantivy::DocId;

use super::lists::{Cursor, special};
use super::{Bitmap, Columns, FOR_EVER, LastDay, Money, Outcome, SegmentHours, Sets, Side, Tree};
use crate::schema::days_from_1970;

/// What a campaign file makes of a segment's people, whatever the role.
pub(crate) struct Setting {
    pub(crate) money: Arc<Money>,
    pub(crate) hours: Arc<SegmentHours>,
    pub(crate) sets: Arc<Sets>,
}

/// A role as a segment's people are seen from it.
pub(crate) struct Scene<'a> {
    columns: &'a Columns,
    terms: &'a Terms<'a>,
    setting: &'a Setting,
    /// Who may hold it throughout the campaign, as far as stage, conflicts and requirements go.
    pub(crate) sure: Bitmap,
    /// Who perhaps may, or not throughout: the profile decides.
    pub(crate) open: Bitmap,
    /// Who might but for a conflict that holds throughout.
    pub(crate) barred: Bitmap,
    /// The wishes' points, and whose they are throughout the campaign.
    wishes: Vec<(u64, Arc<Bitmap>)>,
}

impl<'a> Scene<'a> {
    /// # Complexity
    /// O(entries of the lists that the role's conditions name + documents / 64 × conditions).
    pub(crate) fn new(columns: &'a Columns, terms: &'a Terms<'a>, setting: &'a Setting) -> Self {
        let tree = Tree {
            columns,
            terms,
            weeks: terms.weeks,
            setting,
        };
        let requires = &terms.role.requires;
        let planned = setting.sets.planned(columns);
        let (mut sure, mut open) = (planned.clone(), planned.clone());
        sure.intersect(&tree.holds(requires, Side::Always));
        open.intersect(&tree.holds(requires, Side::Ever));
        sure.remove(&tree.conflicted(Side::Ever));
        let mut barred = tree.conflicted(Side::Always);
        barred.intersect(&open);
        open.remove(&barred);
        let mut wishes = Vec::new();
        for wish in &terms.role.prefers {
            let always = tree.holds(&wish.requirement, Side::Always);
            let mut unclear = Arc::unwrap_or_clone(tree.holds(&wish.requirement, Side::Ever));
            unclear.remove(&always);
            sure.remove(&unclear);
            wishes.push((u64::from(wish.points), always));
        }
        open.remove(&sure);
        Self {
            columns,
            terms,
            setting,
            sure,
            open,
            barred,
            wishes,
        }
    }

    /// Leaves it to the profiles of these people whether they may hold the role.
    pub(crate) fn leave_open(&mut self, docs: &[DocId]) {
        for doc in docs {
            if self.sure.delete(*doc) {
                self.open.insert(*doc);
            }
        }
    }

    /// What the role pays somebody an hour; `None` if that is not enough for them.
    pub(crate) fn pay(&self, doc: DocId) -> Option<CentsPerHour> {
        let doc = doc as usize;
        let floor = self
            .setting
            .money
            .floor
            .get(doc)
            .copied()
            .unwrap_or_default();
        let target = self.terms.role.pay.target.get();
        let least = self.setting.money.minimum[doc].max(floor).max(target);
        let pays = self.terms.pays_at_most().get();
        (least <= pays).then(|| CentsPerHour::new(least))?
    }

    /// Whether somebody has the role's hours in some week from one to another.
    pub(crate) fn has_hours(&self, doc: DocId, weeks: (Week, Week)) -> bool {
        let most = self.setting.hours.most(self.columns, doc, weeks);
        u16::from(most) >= self.terms.role.hours.get()
    }

    /// What the role pays one of those who may hold it for sure, or the step they fail.
    pub(crate) fn judge(&self, doc: DocId) -> Result<CentsPerHour, Step> {
        if !self.has_hours(doc, self.terms.weeks) {
            return Err(Step::EnoughHours);
        }
        self.pay(doc).ok_or(Step::Affordable)
    }
}

/// Scores of those who may hold a role for sure.
pub(crate) struct Scorer<'a> {
    scene: &'a Scene<'a>,
    /// For each wanted skill of which there is a list, how well each level fits.
    skills: Vec<(Cursor<'a, u8>, [u64; 6])>,
    /// Results that count.
    outcomes: Vec<Cursor<'a, Outcome>>,
    /// The day through which results must hold.
    last: LastDay,
    /// The points of somebody without results.
    unknown: Points,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>) -> Self {
        let (columns, terms) = (scene.columns, scene.terms);
        let wanted = terms.wanted_skills.iter();
        let skills = wanted.clone().filter_map(|(skill, level)| {
            let list = columns.skill.get(skill.as_str())?;
            let fits = [0, 1, 2, 3, 4, 5].map(|own| level_fit(*level, own));
            Some((Cursor::new(list), fits))
        });
        let task = terms.role.task_type.word();
        let about = std::iter::once(None).chain(wanted.map(|(skill, _)| Some(skill.as_str())));
        let outcomes = about.filter_map(|skill| columns.outcome.get(special(task, skill).as_str()));
        let sunday = terms.calendar.sunday(terms.weeks.1);
        Self {
            scene,
            skills: skills.collect(),
            outcomes: outcomes.map(Cursor::new).collect(),
            last: LastDay::try_from(days_from_1970(sunday)).unwrap_or(FOR_EVER),
            unknown: Ability::default().points(),
        }
    }

    /// The match score of somebody who may hold the role for sure; `text` is its text part. Ask for ever later people.
    ///
    /// # Complexity
    /// O(wanted skills × log entries of a list since the last who was asked for).
    pub(crate) fn score(&mut self, doc: DocId, text: Points) -> Score {
        let (scene, terms) = (self.scene, self.scene.terms);
        let mut fit = 0;
        for (skill, fits) in &mut self.skills {
            let levels = skill.of(doc).iter();
            fit += levels
                .map(|level| fits[usize::from((*level).min(5))])
                .sum::<u64>();
        }
        let mut ability = Ability::default();
        for outcomes in &mut self.outcomes {
            for outcome in outcomes.of(doc) {
                if outcome.last >= self.last {
                    ability.observe(outcome.score, outcome.deviation);
                }
            }
        }
        let (mut satisfied, mut all) = (0, 0);
        for (points, whose) in &scene.wishes {
            all += points;
            satisfied += points * u64::from(whose.contains(doc));
        }
        let parts = Parts {
            text: has_text(terms).then_some(text),
            skills: mean_fit(fit, terms.wanted_skills.len()),
            assessments: match ability.is_prior() {
                true => self.unknown,
                false => ability.points(),
            },
            reliability: Points::new(scene.columns.reliability[doc as usize]).unwrap_or_default(),
            preferences: (!scene.wishes.is_empty()).then(|| wish_points(satisfied, all)),
        };
        Score {
            total: total(&parts, terms),
            parts,
        }
    }
}
