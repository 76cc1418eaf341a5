//! Who may hold a role, what it pays them, and how well they match it, from the columns alone.

use std::ops::Range;
use std::sync::Arc;

use muster_matcher::eligibility::{Step, Terms};
use muster_matcher::model::{CentsPerHour, Points, Week};
use muster_matcher::score::{Ability, Parts, has_text, level_fit, mean_fit, total, wish_points};
use tantivy::DocId;

use super::lists::{List, special};
use super::{
    Bitmap, Columns, FOR_EVER, LastDay, Money, Outcome, PLANNED, SegmentHours, Side, Tree,
};
use crate::scan::BlockPoints;
use crate::schema::days_from_1970;

/// What a campaign file makes of a segment's people, whatever the role.
pub(crate) struct Setting {
    pub(crate) money: Arc<Money>,
    pub(crate) hours: Arc<SegmentHours>,
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
    wishes: Vec<(u64, Bitmap)>,
}

impl<'a> Scene<'a> {
    /// # Complexity
    /// O(entries of the lists that the role's conditions name + documents / 64 × conditions).
    pub(crate) fn new(columns: &'a Columns, terms: &'a Terms<'a>, setting: &'a Setting) -> Self {
        let tree = Tree {
            columns,
            terms,
            weeks: terms.weeks,
            minimum: &setting.money.minimum,
            hours: &setting.hours,
        };
        let n_docs = columns.n_docs();
        let mut planned = Bitmap::none(n_docs);
        for doc in columns.planned.get(PLANNED).iter().flat_map(|it| &it.docs) {
            planned.insert(*doc);
        }
        let requires = &terms.role.requires;
        let (mut sure, mut open) = (planned.clone(), planned);
        sure.intersect(&tree.holds(requires, Side::Always));
        open.intersect(&tree.holds(requires, Side::Ever));
        sure.remove(&tree.conflicted(Side::Ever));
        let mut barred = tree.conflicted(Side::Always);
        barred.intersect(&open);
        open.remove(&barred);
        let mut wishes = Vec::new();
        for wish in &terms.role.prefers {
            let always = tree.holds(&wish.requirement, Side::Always);
            let mut unclear = tree.holds(&wish.requirement, Side::Ever);
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

/// Scores of those who may hold a role for sure, block by block.
pub(crate) struct Scorer<'a> {
    scene: &'a Scene<'a>,
    /// For each wanted skill of which there is a list, how well each level fits.
    skills: Vec<(&'a List<u8>, [u64; 6])>,
    /// Results that count.
    outcomes: Vec<&'a List<Outcome>>,
    /// The day through which results must hold.
    last: LastDay,
    fits: Vec<u64>,
    abilities: Vec<Ability>,
}

impl<'a> Scorer<'a> {
    pub(crate) fn new(scene: &'a Scene<'a>) -> Self {
        let (columns, terms) = (scene.columns, scene.terms);
        let wanted = terms.wanted_skills.iter();
        let skills = wanted.clone().filter_map(|(skill, level)| {
            let list = columns.skill.get(skill.as_str())?;
            let fits = [0, 1, 2, 3, 4, 5].map(|own| level_fit(*level, own));
            Some((list, fits))
        });
        let task = terms.role.task_type.word();
        let about = std::iter::once(None).chain(wanted.map(|(skill, _)| Some(skill.as_str())));
        let outcomes = about.filter_map(|skill| columns.outcome.get(special(task, skill).as_str()));
        let sunday = terms.calendar.sunday(terms.weeks.1);
        Self {
            scene,
            skills: skills.collect(),
            outcomes: outcomes.collect(),
            last: LastDay::try_from(days_from_1970(sunday)).unwrap_or(FOR_EVER),
            fits: Vec::new(),
            abilities: Vec::new(),
        }
    }

    /// Looks at a block of documents.
    pub(crate) fn read(&mut self, block: &Range<DocId>) -> BlockScores<'_> {
        let place = |doc: DocId| (doc - block.start) as usize;
        self.fits.clear();
        self.fits.resize(block.len(), 0);
        for (list, fits) in &self.skills {
            for (doc, level) in list.within(block) {
                self.fits[place(doc)] += fits[usize::from(level.min(5))];
            }
        }
        self.abilities.clear();
        self.abilities.resize(block.len(), Ability::default());
        for list in &self.outcomes {
            for (doc, outcome) in list.within(block) {
                if outcome.last >= self.last {
                    self.abilities[place(doc)].observe(outcome.score, outcome.deviation);
                }
            }
        }
        BlockScores {
            scene: self.scene,
            start: block.start,
            fits: &self.fits,
            abilities: &self.abilities,
            unknown: Ability::default().points(),
        }
    }
}

/// The scores of a block's documents.
pub(crate) struct BlockScores<'a> {
    scene: &'a Scene<'a>,
    start: DocId,
    fits: &'a [u64],
    abilities: &'a [Ability],
    /// The points of somebody without results.
    unknown: Points,
}

impl BlockScores<'_> {
    /// The match score of somebody who may hold the role for sure.
    pub(crate) fn of(&self, doc: DocId, text: Option<&BlockPoints<'_>>) -> Points {
        let (scene, place) = (self.scene, (doc - self.start) as usize);
        let terms = scene.terms;
        let text = has_text(terms).then(|| text.map(|text| text.of(doc)).unwrap_or_default());
        let (mut satisfied, mut all) = (0, 0);
        for (points, whose) in &scene.wishes {
            all += points;
            satisfied += points * u64::from(whose.contains(doc));
        }
        let ability = &self.abilities[place];
        let parts = Parts {
            text,
            skills: mean_fit(self.fits[place], terms.wanted_skills.len()),
            assessments: match ability.is_prior() {
                true => self.unknown,
                false => ability.points(),
            },
            reliability: Points::new(scene.columns.reliability[doc as usize]).unwrap_or_default(),
            preferences: (!scene.wishes.is_empty()).then(|| wish_points(satisfied, all)),
        };
        total(&parts, terms)
    }
}
