//! How many people each step from the pool to a role leaves.

use std::num::NonZeroUsize;
use std::sync::Arc;

use muster_matcher::availability::{Calendar, free_hours};
use muster_matcher::eligibility::{Person, Terms, pay, qualifies, weeks};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Hours, Week, Weekly};

use crate::IndexError;
use crate::columns::{Scene, Setting};
use crate::pool::Pool;
use crate::scan::each_of;
use crate::segment::Segment;

/// What is booked of people elsewhere.
pub trait Booked: Sync {
    /// Whether anything is booked of the expert.
    fn has(&self, id: &str) -> bool;

    /// Whether so many hours are left in some week of somebody of whom something is booked, and another role.
    fn leaves(
        &self,
        profile: &Profile,
        free: &Weekly<Hours>,
        wanted: Hours,
        calendar: &Calendar,
    ) -> bool;
}

/// How many people of the pool each step leaves, and those after it of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// Are planned and satisfy what the role requires in some week.
    pub eligible: usize,
    /// Have its hours free in some week, by their own calendar.
    pub enough_hours: usize,
    /// Work for what it pays.
    pub affordable: usize,
    /// No conflict keeps them away.
    pub no_conflict: usize,
    /// Have its hours left beside what is booked of them.
    pub free: usize,
}

impl Steps {
    pub(crate) fn add(mut self, other: Self) -> Self {
        self.eligible += other.eligible;
        self.enough_hours += other.enough_hours;
        self.affordable += other.affordable;
        self.no_conflict += other.no_conflict;
        self.free += other.free;
        self
    }
}

impl Pool {
    /// The steps of every role of a file, in file order.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(entries of the conditions' lists + eligible pairs), and a profile decoded for everybody whom columns do not
    /// decide or of whom something is booked.
    pub fn meter(
        &self,
        file: &CampaignFile,
        booked: &dyn Booked,
        threads: NonZeroUsize,
    ) -> Result<Vec<Steps>, IndexError> {
        let calendar = Arc::new(Calendar::of(file));
        let roles = Terms::of_file(file, &calendar);
        let settings = each_of(&self.segments, threads, |segment| {
            segment.shared.setting(file, &calendar)
        });
        let seen: Vec<(&Segment, &Setting, &Terms<'_>)> = roles
            .iter()
            .flat_map(|terms| {
                let segments = self.segments.iter().zip(&settings);
                segments.map(move |(segment, setting)| (segment, setting, terms))
            })
            .collect();
        let counted = each_of(&seen, threads, |(segment, setting, terms)| {
            self.steps(segment, setting, terms, booked)
        });
        let mut steps = Vec::with_capacity(roles.len());
        let mut counted = counted.into_iter();
        for _ in &roles {
            let of_role = counted.by_ref().take(self.segments.len());
            let sum = of_role.into_iter().try_fold(Steps::default(), |sum, part| {
                Ok::<_, IndexError>(sum.add(part?))
            });
            steps.push(sum?);
        }
        Ok(steps)
    }

    fn steps(
        &self,
        segment: &Segment,
        setting: &Setting,
        terms: &Terms<'_>,
        booked: &dyn Booked,
    ) -> Result<Steps, IndexError> {
        let scene = Scene::new(&segment.shared.columns, terms, setting);
        let mut steps = Steps::default();
        let store = segment.store(&self.fields, &self.dir)?;
        for doc in segment.alive_docs() {
            if scene.sure.contains(doc) {
                steps.eligible += 1;
                if !scene.has_hours(doc, terms.weeks) {
                    continue;
                }
                steps.enough_hours += 1;
                if scene.pay(doc).is_none() {
                    continue;
                }
                steps.affordable += 1;
                steps.no_conflict += 1;
                let is_free = !booked.has(segment.id(doc)) || {
                    let profile = store.profile(doc)?;
                    let hours = free_hours(&profile, &terms.calendar);
                    booked.leaves(&profile, &hours, terms.role.hours, &terms.calendar)
                };
                steps.free += usize::from(is_free);
            } else if scene.open.contains(doc) || scene.barred.contains(doc) {
                steps = steps.add(judge(&store.profile(doc)?, terms, booked));
            }
        }
        Ok(steps)
    }
}

/// The steps one person gets through.
pub(crate) fn judge(profile: &Profile, terms: &Terms<'_>, booked: &dyn Booked) -> Steps {
    let mut steps = Steps::default();
    let calendar = &terms.calendar;
    let person = Person::new(profile, calendar);
    if !qualifies(&person, terms) {
        return steps;
    }
    steps.eligible = 1;
    let has_hours = |(first, last): (Week, Week)| {
        Week::span(first, last).any(|week| person.hours().at(week) >= terms.role.hours)
    };
    if !has_hours(terms.weeks) {
        return steps;
    }
    steps.enough_hours = 1;
    if pay(&person, terms).is_none() {
        return steps;
    }
    steps.affordable = 1;
    // Conflicts may leave some weeks, and those need the hours, too.
    if !weeks(&person, terms).is_some_and(has_hours) {
        return steps;
    }
    steps.no_conflict = 1;
    let is_free = !booked.has(profile.id.as_str())
        || booked.leaves(profile, person.hours(), terms.role.hours, calendar);
    steps.free = usize::from(is_free);
    steps
}
