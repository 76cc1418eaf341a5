//! Every rule of a plan, instance by instance, from the text of the contract.

mod expert;
mod plan;

use super::incumbent::Incumbent;
use super::report::{RuleReport, Violation};
use super::seats::{Seat, Seats};
use crate::model::plan::{Rule, Stint};
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};

/// Checks every rule, in the order of [`Rule::ALL`]. Stints that are not well-formed break rule 1
/// and are left out of all others.
pub(super) fn check(
    stints: &[Stint],
    seats: &Seats<'_>,
    incumbent: Option<&Incumbent>,
) -> Vec<RuleReport> {
    let mut reports = Rule::ALL.map(RuleReport::new);
    let [
        eligible,
        capacity,
        stint,
        headcount,
        wall,
        apart,
        budget,
        ratio,
        quota,
        pin,
        change_limit,
    ] = &mut reports;
    expert::eligible(stints, seats, eligible);
    expert::capacity(seats, capacity);
    expert::stint(seats, stint);
    plan::headcount(seats, headcount);
    expert::wall(seats, wall);
    expert::apart(seats, apart);
    plan::budget(seats, budget);
    plan::ratio(seats, ratio);
    plan::quota(seats, quota);
    expert::pin(seats, pin);
    if let Some(incumbent) = incumbent {
        plan::change_limit(seats, incumbent, change_limit);
    }
    reports.into()
}

/// Ids for messages.
fn expert_id(problem: &Problem, expert: ExpertIdx) -> &str {
    problem.expert_id(expert)
}

fn role_id(problem: &Problem, role: RoleIdx) -> &str {
    problem.role_id(role)
}

/// A violation by one stint.
fn at_seat(seat: &Seat, stated_at: String, message: String) -> Violation {
    Violation {
        at: seat.at(),
        stated_at,
        message,
    }
}

/// A violation by the plan as a whole.
fn at_plan(stated_at: String, message: String) -> Violation {
    Violation {
        at: "/stints".into(),
        stated_at,
        message,
    }
}
