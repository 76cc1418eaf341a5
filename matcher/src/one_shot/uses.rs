//! Uses: the one stint each pair comes down to, with its worth.

use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::model::{Cents, Name, Week};
use crate::stint::{PairStint, PairView, WeekKind};
use rustc_hash::FxHashSet;

/// The stint that stands for a pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Use {
    /// The pair.
    pub(super) pair: PairIdx,
    /// Its expert.
    pub(super) expert: ExpertIdx,
    /// Its role.
    pub(super) role: RoleIdx,
    /// The stint.
    pub(super) stint: PairStint,
    /// Whether it covers the role; otherwise all of it is onboarding.
    pub(super) covers: bool,
    /// Whether a pin asks for it.
    pub(super) pinned: bool,
    /// What holding it adds to the objective, seats apart.
    pub(super) value: Cents,
}

/// What the incumbent says, within the horizon.
pub(super) struct Incumbent {
    /// Each (expert, role, week) once; whoever it names.
    held: FxHashSet<(Name, Name, u16)>,
    /// `change_cents`, or 0 without an incumbent.
    change: Cents,
}

impl Incumbent {
    pub(super) fn new(problem: &Problem) -> Self {
        let last = i32::from(problem.weeks) - 1;
        let mut held = FxHashSet::default();
        for stint in problem.incumbent.iter().flatten() {
            for week in stint.from.max(0)..=stint.to.min(last) {
                let week = u16::try_from(week).expect("a week of the horizon");
                held.insert((stint.expert, stint.role, week));
            }
        }
        let change = if problem.incumbent.is_some() {
            problem.weights.change
        } else {
            Cents::ZERO
        };
        Self { held, change }
    }

    /// Whether changes are counted and cost something.
    pub(super) fn matters(&self) -> bool {
        self.change != Cents::ZERO
    }

    /// What a plan without any stint loses by it.
    pub(super) fn cost_of_nothing(&self) -> Cents {
        self.change * i128::try_from(self.held.len()).expect("a count of weeks")
    }

    pub(super) fn holds(
        &self,
        problem: &Problem,
        expert: ExpertIdx,
        role: RoleIdx,
        week: Week,
    ) -> bool {
        let key = (problem.expert(expert).id, problem.role(role).id, week.get());
        self.held.contains(&key)
    }
}

/// What a stint adds to the objective, seats apart: score, pay, start, and changes against the incumbent.
pub(super) fn value(
    problem: &Problem,
    view: &PairView<'_>,
    stint: PairStint,
    incumbent: &Incumbent,
) -> Cents {
    let pair = view.pair;
    let pay = pair.rate * view.role.hours;
    let score = problem.weights.point * i128::from(pair.score.get());
    let mut value = Cents::ZERO;
    for (week, kind) in view.weeks(stint) {
        match kind {
            WeekKind::Leave => {}
            WeekKind::Onboarding => value -= pay,
            WeekKind::Covering => value += score - pay,
        }
        if incumbent.matters() {
            let kept = incumbent.holds(problem, pair.expert, pair.role, week);
            value += if kept {
                incumbent.change
            } else {
                -incumbent.change
            };
        }
    }
    if !view.continues(stint.from) {
        value -= problem.weights.start;
    }
    value
}
