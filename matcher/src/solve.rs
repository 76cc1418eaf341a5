//! From a problem to a plan: which engine solves it.

use serde_json::json;

use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::one_shot::{self, OutsideClass};

/// Solves a problem to proved optimality. The plan's report says which engine ran and why.
///
/// The flow engine takes the one-shot class, decided by [`one_shot`]; other problems are refused.
///
/// # Errors
/// [`OutsideClass`] names every rule that keeps the problem from being solved exactly.
pub fn solve(problem: &Problem) -> Result<Plan, OutsideClass> {
    let solved = one_shot::solve(problem)?;
    let mut plan = solved.plan;
    let why = match solved.shape {
        Some(shape) => format!("one-shot staffing: {shape}"),
        None => "pins clash by themselves".to_owned(),
    };
    let engine = json!({
        "name": "flow", "why": why, "uses": solved.n_uses, "uses_kept": solved.n_uses_kept,
    });
    plan.report.insert("engine".to_owned(), engine);
    Ok(plan)
}
