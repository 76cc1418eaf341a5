//! From a problem's text to everything that is kept of its plan.

use std::time::Duration;

use muster_matcher::candidates::SourceError;
use muster_matcher::check::check;
use muster_matcher::explain::worths;
use muster_matcher::json::Faults;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::{self, Problem, ReadError};
use muster_matcher::solve::{Options, Progress, solve_within};
use muster_matcher::stop::Stop;

use super::{Outcome, Snapshot, SnapshotError, rows};
use crate::store::PlanRow;

/// What is kept of a plan.
#[derive(Clone, Debug)]
pub struct Solved {
    /// The plan as a file.
    pub text: String,
    /// What came of it.
    pub outcome: Outcome,
    /// It, row by row.
    pub rows: Vec<PlanRow>,
    /// The problem it is of, where that was made together with it.
    pub base: Option<Base>,
}

/// The problem that a plan from the pool came to be of.
#[derive(Clone, Debug)]
pub struct Base {
    /// Its people with all their hours.
    pub asked: Snapshot,
    /// With what is booked taken off; none where nothing is.
    pub solved: Option<Snapshot>,
}

/// Why there is nothing to keep.
#[derive(Debug, thiserror::Error)]
pub enum SolveFailure {
    /// The problem cannot be read back.
    #[error("the problem cannot be read: {0}")]
    Problem(#[from] ReadError),
    /// A defect of the solver.
    #[error("the plan found does not pass the checker, which is a defect")]
    Unchecked,
    /// A defect as well.
    #[error("the plan cannot be written: {0}")]
    Text(#[from] serde_json::Error),
    /// Another one.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    /// The pool gives no candidates.
    #[error("the pool cannot be read: {0}")]
    Pool(#[from] SourceError),
    /// Campaigns and pool make no problem any more: somebody who is pinned has gone, mostly.
    #[error("campaigns and people make no valid problem: {}", places(.0))]
    Campaigns(Faults),
}

/// Where faults are and what was expected there, without what was found: that may name people, and this is kept.
fn places(faults: &Faults) -> String {
    let each = faults.list().iter();
    let each = each.map(|fault| format!("{}: expected {}", fault.at, fault.expected));
    each.collect::<Vec<_>>().join("; ")
}

/// What is told of every better plan and bound: how far solving is, what a missing head costs, and how to get
/// the best plan so far, which takes a while; none if it does not pass the checker.
pub type Note<'a> = dyn FnMut(&Progress, i128, &dyn Fn() -> Option<Solved>) + 'a;

/// Solves, checks and explains.
///
/// # Errors
/// [`SolveFailure`].
pub fn solve(
    text: &str,
    owner: &str,
    options: &Options,
    stop: &dyn Stop,
    note: &mut Note<'_>,
) -> Result<Solved, SolveFailure> {
    let problem = problem::read(text.as_bytes())?;
    let missing_target = problem.weights.missing_target.0;
    let plan = solve_within(&problem, options, stop, &mut |it| {
        let best = || solved(&problem, it.best?.make(), owner, it.elapsed).ok();
        note(it, missing_target, &best);
    });
    solved(&problem, plan, owner, stop.elapsed())
}

/// Checks and explains a plan that took so long.
pub(super) fn solved(
    problem: &Problem,
    mut plan: Plan,
    owner: &str,
    took: Duration,
) -> Result<Solved, SolveFailure> {
    let report = check(problem, &plan);
    if !report.holds() {
        return Err(SolveFailure::Unchecked);
    }
    let outcome = Outcome::new(problem, &plan, &report, took.as_secs_f64());
    let rows = rows(problem, &plan, owner)?;
    if matches!(plan.status, Status::Optimal | Status::Feasible) {
        let worths = worths(problem, &plan);
        add_worths(&mut plan, &worths)?;
    }
    Ok(Solved {
        text: serde_json::to_string(&plan)?,
        outcome,
        rows,
        base: None,
    })
}

/// What more of each rule would be worth, in the plan's report; amounts beyond 64 bits are rounded there.
fn add_worths(plan: &mut Plan, worths: &impl serde::Serialize) -> serde_json::Result<()> {
    let worths = serde_json::from_str(&serde_json::to_string(worths)?)?;
    plan.report.insert("worths".to_owned(), worths);
    Ok(())
}
