//! The plan in force, expert by expert; for solvers.

use rustc_hash::FxHashMap;

use crate::model::Week;
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};

/// What the incumbent says within the horizon.
#[derive(Clone, Debug)]
pub(crate) struct Incumbent {
    /// By expert with any: roles and weeks held, ascending.
    held: FxHashMap<ExpertIdx, Vec<(RoleIdx, Week)>>,
    /// Experts who hold a role that is gone, so that they are changed whatever they do.
    beyond: Vec<ExpertIdx>,
    /// `change_cents`, 0 without an incumbent.
    change: i128,
    /// Its (expert, role, week)s, whoever they name.
    n_weeks: i128,
}

impl Incumbent {
    /// What the incumbent of a problem says. O(its weeks).
    pub(crate) fn new(problem: &Problem) -> Self {
        let last = i32::from(problem.weeks) - 1;
        let mut all = Vec::new();
        for stint in problem.incumbent.iter().flatten() {
            for week in stint.from.max(0)..=stint.to.min(last) {
                let week = u16::try_from(week).ok().and_then(Week::new);
                all.push((stint.expert, stint.role, week.unwrap_or_default()));
            }
        }
        all.sort_unstable();
        all.dedup();
        let mut held: FxHashMap<ExpertIdx, Vec<(RoleIdx, Week)>> = FxHashMap::default();
        let mut beyond = Vec::new();
        for (expert, role, week) in &all {
            let Some(expert) = problem.expert_named(*expert) else {
                continue;
            };
            match problem.role_named(*role) {
                Some(role) => held.entry(expert).or_default().push((role, *week)),
                None => beyond.push(expert),
            }
        }
        for held in held.values_mut() {
            held.sort_unstable();
        }
        beyond.sort_unstable();
        beyond.dedup();
        Self {
            held,
            beyond,
            change: problem
                .incumbent
                .as_ref()
                .map_or(0, |_| problem.weights.change.0),
            n_weeks: i128::try_from(all.len()).unwrap_or(i128::MAX),
        }
    }

    /// The experts it speaks of, ascending.
    pub(crate) fn experts(&self) -> Vec<ExpertIdx> {
        let mut experts: Vec<ExpertIdx> = self.held.keys().chain(&self.beyond).copied().collect();
        experts.sort_unstable();
        experts.dedup();
        experts
    }

    /// The roles and weeks that an expert holds in it, ascending.
    pub(crate) fn said(&self, expert: ExpertIdx) -> &[(RoleIdx, Week)] {
        self.held.get(&expert).map_or(&[], Vec::as_slice)
    }

    /// Whether an expert holds a role in a week of it.
    pub(crate) fn holds(&self, expert: ExpertIdx, role: RoleIdx, week: Week) -> bool {
        self.said(expert).binary_search(&(role, week)).is_ok()
    }

    /// Its (expert, role, week)s, whoever they name.
    pub(crate) fn n_weeks(&self) -> i128 {
        self.n_weeks
    }

    /// `change_cents`, 0 without an incumbent.
    pub(crate) fn change(&self) -> i128 {
        self.change
    }

    /// Whether an expert holds a role in it that is gone.
    pub(crate) fn is_beyond(&self, expert: ExpertIdx) -> bool {
        self.beyond.binary_search(&expert).is_ok()
    }

    /// What a plan without any stint loses by changing it.
    pub(crate) fn cost_of_nothing(&self) -> i128 {
        self.change * self.n_weeks
    }

    /// What holding these weeks adds, against holding nothing.
    pub(crate) fn worth(&self, expert: ExpertIdx, held: &[(RoleIdx, Week)]) -> i128 {
        if self.change == 0 {
            return 0;
        }
        let said = self.said(expert);
        let signs = held.iter().map(|it| {
            if said.binary_search(it).is_ok() {
                1
            } else {
                -1
            }
        });
        self.change * signs.sum::<i128>()
    }

    /// Whether holding exactly these weeks changes the expert; sorts them.
    pub(crate) fn is_changed(&self, expert: ExpertIdx, held: &mut [(RoleIdx, Week)]) -> bool {
        held.sort_unstable();
        let said = self.said(expert);
        said != held || self.is_beyond(expert)
    }
}
