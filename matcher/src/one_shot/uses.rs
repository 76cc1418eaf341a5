//! Uses: the one stint each pair comes down to, with its worth.

use crate::incumbent::Incumbent;
use crate::model::Cents;
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::stint::{PairStint, PairView, WeekKind};

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
        let change = Cents(incumbent.change());
        value += match incumbent.holds(pair.expert, pair.role, week) {
            true => change,
            false => -change,
        };
    }
    if !view.continues(stint.from) {
        value -= problem.weights.start;
    }
    value
}
