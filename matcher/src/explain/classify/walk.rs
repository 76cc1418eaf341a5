//! What a stint adds to a plan, week by week.

use super::Candidate;
use crate::explain::obstacle::Obstacle;
use crate::model::{Cents, Week};
use crate::stint::WeekKind;

/// A stint week by week: what it adds to what the person does in the plan already.
pub(super) struct Walk {
    pub(super) from: Week,
    /// The last week walked.
    pub(super) last: Option<Week>,
    pub(super) n_worked: u32,
    /// The first week it covers, held before or not.
    pub(super) first_cover: Option<usize>,
    /// Weeks covered that were not before.
    pub(super) n_covered: u32,
    /// Weeks held that were not before, and how many of them the incumbent says.
    pub(super) n_held: u32,
    pub(super) n_kept: u32,
    pub(super) pay: Cents,
    pub(super) saved: Cents,
    pub(super) breaks_ratio: bool,
    /// Another week that it covers is full.
    pub(super) overfills: bool,
    /// Other roles leave no room in some week.
    pub(super) taken: Option<Obstacle>,
}

impl Walk {
    /// Before its first week.
    pub(super) fn begin(candidate: &Candidate<'_, '_>, from: Week) -> Self {
        let problem = candidate.classifier.floor.problem;
        let pair = problem.pair_of(candidate.view.pair.expert, candidate.view.pair.role);
        let ongoing = pair.and_then(|pair| problem.ongoing_of(pair));
        let ongoing = ongoing.filter(|_| candidate.view.continues(from));
        Self {
            from,
            last: None,
            n_worked: ongoing.map_or(0, |stint| stint.worked.get()),
            first_cover: None,
            n_covered: 0,
            n_held: 0,
            n_kept: 0,
            pay: Cents::ZERO,
            saved: Cents::ZERO,
            breaks_ratio: false,
            overfills: false,
            taken: None,
        }
    }

    /// Walks on to `to`.
    pub(super) fn go_to(&mut self, candidate: &Candidate<'_, '_>, to: Week) {
        let walked = usize::from(self.last.is_some());
        for week in Week::span(self.last.unwrap_or(self.from), to).skip(walked) {
            self.hold(candidate, week);
        }
        self.last = Some(to);
    }

    fn hold(&mut self, candidate: &Candidate<'_, '_>, week: Week) {
        let (classifier, view) = (candidate.classifier, &candidate.view);
        let floor = classifier.floor;
        let own = classifier.person[week.index()].own;
        if own.is_none() {
            self.n_held += 1;
            let pair = view.pair;
            let says = floor
                .incumbent
                .says(floor.problem, pair.expert, pair.role, week);
            self.n_kept += u32::from(says);
            self.taken = self.taken.max(candidate.taken(week));
        }
        if !view.works(week) {
            return;
        }
        if own.is_none() {
            self.pay += view.pair.rate * view.role.hours;
        }
        self.n_worked += 1;
        if self.n_worked <= view.role.onboarding.get() {
            return;
        }
        self.first_cover.get_or_insert(week.index());
        if own != Some(WeekKind::Covering) {
            let of_role = classifier.weeks[week.index()];
            self.n_covered += 1;
            self.saved += of_role.saved;
            self.breaks_ratio |= of_role.breaks_ratio;
            self.overfills |= of_role.is_full;
        }
    }
}
