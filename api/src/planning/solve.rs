//! From a problem's text to everything that is kept of its plan.

use muster_matcher::check::check;
use muster_matcher::explain::worths;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::{self, ReadError};
use muster_matcher::solve::{Options, Progress, solve_within};
use muster_matcher::stop::Stop;

use super::{Outcome, rows};
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
}

/// Solves, checks and explains. `progress` is told of every better plan and bound, and what a missing head
/// costs.
///
/// # Errors
/// [`SolveFailure`].
pub fn solve(
    text: &str,
    owner: &str,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress, i128),
) -> Result<Solved, SolveFailure> {
    let problem = problem::read(text.as_bytes())?;
    let missing_target = problem.weights.missing_target.0;
    let mut plan = solve_within(&problem, options, stop, &mut |it| {
        progress(it, missing_target);
    });
    let seconds = stop.elapsed().as_secs_f64();
    let report = check(&problem, &plan);
    if !report.holds() {
        return Err(SolveFailure::Unchecked);
    }
    let outcome = Outcome::new(&problem, &plan, &report, seconds);
    let rows = rows(&problem, &plan, owner)?;
    if matches!(plan.status, Status::Optimal | Status::Feasible) {
        let worths = worths(&problem, &plan);
        add_worths(&mut plan, &worths)?;
    }
    Ok(Solved {
        text: serde_json::to_string(&plan)?,
        outcome,
        rows,
    })
}

/// What more of each rule would be worth, in the plan's report; amounts beyond 64 bits are rounded there.
fn add_worths(plan: &mut Plan, worths: &impl serde::Serialize) -> serde_json::Result<()> {
    let worths = serde_json::from_str(&serde_json::to_string(worths)?)?;
    plan.report.insert("worths".to_owned(), worths);
    Ok(())
}
