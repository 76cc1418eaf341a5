//! What the plan in force says, week by week.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::model::{Cents, Name, Week};

/// Who holds what within the horizon in the plan in force; empty without one.
pub(super) struct Incumbent {
    held: FxHashSet<(Name, Name, u16)>,
    /// How many of them name each expert, on roles that are gone too.
    said: FxHashMap<Name, u32>,
    /// What each difference costs; 0 without a plan in force.
    pub(super) change: Cents,
}

impl Incumbent {
    /// Reads the problem's incumbent. O(weeks of its stints).
    pub(super) fn new(problem: &Problem) -> Self {
        let mut incumbent = Self {
            held: FxHashSet::default(),
            said: FxHashMap::default(),
            change: Cents::ZERO,
        };
        let Some(stints) = &problem.incumbent else {
            return incumbent;
        };
        incumbent.change = problem.weights.change;
        for stint in stints {
            let inside = problem
                .all_weeks()
                .filter(|week| (stint.from..=stint.to).contains(&i32::from(week.get())));
            for week in inside {
                if incumbent
                    .held
                    .insert((stint.expert, stint.role, week.get()))
                {
                    *incumbent.said.entry(stint.expert).or_default() += 1;
                }
            }
        }
        incumbent
    }

    /// Whether it says that the expert holds the role in that week.
    pub(super) fn says(
        &self,
        problem: &Problem,
        expert: ExpertIdx,
        role: RoleIdx,
        week: Week,
    ) -> bool {
        if self.held.is_empty() {
            return false;
        }
        let key = (problem.expert(expert).id, problem.role(role).id, week.get());
        self.held.contains(&key)
    }

    /// How many (role, week)s it says the expert holds.
    pub(super) fn n_said(&self, problem: &Problem, expert: ExpertIdx) -> u32 {
        let said = self.said.get(&problem.expert(expert).id);
        said.copied().unwrap_or(0)
    }
}
