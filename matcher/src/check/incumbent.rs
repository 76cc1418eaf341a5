//! The plan in force, as sets of weeks.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::weeks::WeekSet;
use crate::model::Name;
use crate::model::problem::Problem;

/// What the incumbent stints say within the horizon, by whatever names they use: each
/// (expert, role, week) once, however many stints say it.
#[derive(Debug, Default)]
pub(super) struct Incumbent {
    by_expert: HashMap<Name, Vec<(Name, WeekSet)>, FxBuildHasher>,
    n_weeks: u64,
}

impl Incumbent {
    /// `None` if the problem has no incumbent; an empty one is not an absent one.
    pub(super) fn new(problem: &Problem) -> Option<Self> {
        let mut incumbent = Self::default();
        let last = i32::from(problem.weeks) - 1;
        for stint in problem.incumbent.as_ref()? {
            let span = (
                usize::try_from(stint.from.max(0)),
                usize::try_from(stint.to.min(last)),
            );
            let (Ok(from), Ok(to)) = span else { continue };
            if from > to {
                continue;
            }
            let roles = incumbent.by_expert.entry(stint.expert).or_default();
            let idx = match roles.iter().position(|(role, _)| *role == stint.role) {
                Some(idx) => idx,
                None => {
                    roles.push((stint.role, WeekSet::default()));
                    roles.len() - 1
                }
            };
            roles[idx].1.insert_span(from, to);
        }
        let sets = incumbent.by_expert.values().flatten();
        incumbent.n_weeks = sets.map(|(_, weeks)| u64::from(weeks.len())).sum();
        Some(incumbent)
    }

    /// How many (expert, role, week)s it says, whoever they name.
    pub(super) fn n_weeks(&self) -> u64 {
        self.n_weeks
    }

    /// What it says of one expert: roles, also ones that are gone, with at least one week each.
    pub(super) fn of(&self, expert: Name) -> &[(Name, WeekSet)] {
        self.by_expert.get(&expert).map_or(&[], Vec::as_slice)
    }

    /// The weeks of one expert on one role.
    pub(super) fn weeks(&self, expert: Name, role: Name) -> WeekSet {
        let roles = self.of(expert).iter();
        let found = roles.clone().find(|(name, _)| *name == role);
        found.map_or_else(WeekSet::default, |(_, weeks)| *weeks)
    }
}
