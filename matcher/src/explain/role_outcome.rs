//! What became of a role: its seats, its people, and how many fell at each step.

use serde::Serialize;

use super::floor::{Floor, Seat};
use super::obstacle::Obstacle;
use super::role_cover::{RoleCover, role_covers};
use super::shortfall::Shortfall;
use crate::candidates::{Candidates, Funnel};
use crate::conflict::between;
use crate::model::Week;
use crate::model::plan::Plan;
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};

/// Where people were lost whom a short role needed: the first step from pool to plan that leaves fewer
/// than it wants, or else what keeps most of those who are left from the seats it misses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// Too few may hold the role at all.
    TooFewEligible,
    /// Enough may, but too few have its hours free.
    TooFewHours,
    /// Enough have the hours, but too few work for what it pays.
    RateTooLow,
    /// Enough are affordable, but other roles gain more by them.
    BetterUse,
    /// Walls and roles kept apart stand between them and the role.
    KeptApart,
    /// They are away in the weeks that are short.
    Away,
    /// What time they have is too short for onboarding and a whole stint.
    NoWholeStint,
    /// They are too dear for what is left of the budget.
    BudgetSpent,
    /// A ratio, a quota, other weeks' headcount or the change limit holds them off.
    HeldOff,
    /// Enough are free, but they cost more than their work and the filled seat are worth.
    NotWorthTheirCost,
    /// Some could be added: the plan is not optimal there.
    NotOptimal,
}

/// What became of one role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleOutcome {
    /// What covers it, week by week.
    #[serde(flatten)]
    pub cover: RoleCover,
    /// The mean score of its covering seat-weeks, rounded to whole points.
    pub mean_score: Option<u64>,
    /// How many people each step from pool to role leaves.
    pub funnel: Funnel,
    /// Of the affordable ones: not taken up by other roles in the week that misses most heads, the first of
    /// such weeks, so chosen here or free. Candidates who were left out for being worth less than all
    /// others count as free.
    pub not_taken: usize,
    /// Why it is short, if it is.
    pub cause: Option<Cause>,
}

impl RoleOutcome {
    /// Seat-weeks missing.
    pub fn short(&self) -> u64 {
        self.cover.seat_weeks_missing
    }
}

/// What became of every role, in the problem's order; `shortfalls` are those of the plan.
pub fn outcomes(
    problem: &Problem,
    candidates: &Candidates,
    plan: &Plan,
    shortfalls: &[Shortfall],
) -> Vec<RoleOutcome> {
    let floor = Floor::new(problem, plan);
    let covers = role_covers(problem, plan);
    let worst: Vec<Week> = covers.iter().map(|it| worst_week(problem, it)).collect();
    let not_taken = not_taken(&floor, candidates, &worst);
    let mut shortfalls = shortfalls;
    covers
        .into_iter()
        .zip(&candidates.roles)
        .zip(worst.iter().zip(not_taken))
        .map(|((cover, found), (worst, not_taken))| {
            let n_short = shortfalls
                .iter()
                .take_while(|it| it.role == cover.role)
                .count();
            let (of_role, others) = shortfalls.split_at(n_short);
            shortfalls = others;
            let wanted = cover.target[worst.index()] as usize;
            RoleOutcome {
                cause: cause(&found.funnel, not_taken, wanted, of_role),
                mean_score: cover.mean_score(),
                funnel: found.funnel,
                not_taken,
                cover,
            }
        })
        .collect()
}

/// The first of the weeks that miss most heads.
fn worst_week(problem: &Problem, cover: &RoleCover) -> Week {
    let missing =
        |week: &Week| cover.target[week.index()].saturating_sub(cover.filled[week.index()]);
    // Of equals the last in this order, so the first week.
    let worst = problem.all_weeks().rev().max_by_key(missing);
    worst.unwrap_or_default()
}

/// By role: the affordable people whom other roles leave free in its worst week.
fn not_taken(floor: &Floor<'_>, candidates: &Candidates, worst: &[Week]) -> Vec<usize> {
    let problem = floor.problem;
    let affordable = candidates.roles.iter().map(|it| it.funnel.affordable);
    let mut not_taken: Vec<usize> = affordable.collect();
    for pair in &problem.pairs {
        let seats = floor.seats_of(pair.expert);
        if seats.is_empty() || pair.role.index() >= not_taken.len() {
            continue;
        }
        let week = worst[pair.role.index()];
        let here = |seat: &&Seat| (seat.stint.from..=seat.stint.to).contains(&week);
        let held: Vec<RoleIdx> = seats.iter().filter(here).map(|it| it.role).collect();
        if !held.contains(&pair.role) && !has_room(problem, pair.expert, &held, pair.role, week) {
            not_taken[pair.role.index()] = not_taken[pair.role.index()].saturating_sub(1);
        }
    }
    not_taken
}

/// Whether an expert who holds `held` in a week could hold `role` beside them.
fn has_room(
    problem: &Problem,
    expert: ExpertIdx,
    held: &[RoleIdx],
    role: RoleIdx,
    week: Week,
) -> bool {
    if held.is_empty() {
        return true;
    }
    let facts = problem.expert(expert);
    let free = u32::from(facts.hours.at(week).get());
    let hours = |role: &RoleIdx| u32::from(problem.role(*role).hours.get());
    let worked: u32 = held.iter().map(hours).filter(|it| *it <= free).sum();
    held.len() < facts.max_roles.get() as usize
        && worked + hours(&role) <= free
        && held
            .iter()
            .all(|other| between(problem, *other, role).is_none())
}

/// The first step that leaves fewer people than the role wants in its worst week, or else the main cause of
/// most of its missing seat-weeks.
fn cause(
    funnel: &Funnel,
    not_taken: usize,
    wanted: usize,
    shortfalls: &[Shortfall],
) -> Option<Cause> {
    if shortfalls.is_empty() {
        return None;
    }
    let steps = [
        (funnel.eligible, Cause::TooFewEligible),
        (funnel.enough_hours, Cause::TooFewHours),
        (funnel.affordable, Cause::RateTooLow),
        (not_taken, Cause::BetterUse),
    ];
    if let Some((_, cause)) = steps.iter().find(|(left, _)| *left < wanted) {
        return Some(*cause);
    }
    let missing_by = |cause: Obstacle| -> u64 {
        let by_it = shortfalls.iter().filter(|it| it.main_cause == Some(cause));
        by_it.map(|it| u64::from(it.missing())).sum()
    };
    let main = Obstacle::ALL
        .into_iter()
        .rev()
        .max_by_key(|it| missing_by(*it));
    main.map(of_obstacle)
}

fn of_obstacle(obstacle: Obstacle) -> Cause {
    match obstacle {
        Obstacle::NotEligible | Obstacle::Vetoed => Cause::TooFewEligible,
        Obstacle::OutsideSpan | Obstacle::OnLeave => Cause::Away,
        Obstacle::TooFewHours => Cause::TooFewHours,
        Obstacle::TooFewHoursLeft | Obstacle::Busy => Cause::BetterUse,
        Obstacle::BehindWall | Obstacle::Apart => Cause::KeptApart,
        Obstacle::MinStint | Obstacle::Onboarding => Cause::NoWholeStint,
        Obstacle::OverBudget => Cause::BudgetSpent,
        Obstacle::Ratio
        | Obstacle::Quota
        | Obstacle::SeatsFullElsewhere
        | Obstacle::ChangeLimit => Cause::HeldOff,
        Obstacle::NotWorthCost => Cause::NotWorthTheirCost,
        Obstacle::CouldBeAdded => Cause::NotOptimal,
    }
}
