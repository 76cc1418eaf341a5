//! From a problem to a plan: which engine solves it, and within which limits.

use std::fmt;
use std::time::Duration;

use serde_json::json;

use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::stop::{Stop, Unlimited};
use crate::{one_shot, schedule};

pub use crate::schedule::Memory;

/// How far to go.
#[derive(Clone, Debug)]
pub struct Options {
    /// Good enough: stop once the gap is at most this share of the plan's score value, in parts per million. 0 asks
    /// for a proved optimum.
    pub gap_ppm: u32,
    /// The most work done, in units of roughly a thousand priced schedules; `None` is no limit. The same limit
    /// gives the same plan on every machine.
    pub work_limit: Option<u64>,
    /// Breaks ties between equally good choices.
    pub seed: u64,
    /// Threads used, at least 1. They never change the plan.
    pub threads: usize,
    /// A plan to begin from: its schedules and prices are used as far as they fit the problem.
    pub from: Option<Plan>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            gap_ppm: 0,
            work_limit: None,
            seed: 0,
            threads: 1,
            from: None,
        }
    }
}

/// What is known while a problem is being solved. Amounts are cents.
#[derive(Clone, Copy, Debug)]
pub struct Progress<'a> {
    /// Time since the start, as the [`Stop`] says.
    pub elapsed: Duration,
    /// What is being done: `start`, `prices`, `plan`, `proof`.
    pub phase: &'static str,
    /// What the best plan so far is worth.
    pub objective: Option<i128>,
    /// The best bound so far.
    pub bound: Option<i128>,
    /// The score value of the best plan, against which a gap is measured.
    pub score_value: Option<i128>,
    /// Schedules generated.
    pub columns: usize,
    /// Experts priced, over all rounds.
    pub experts_priced: u64,
    /// The best plan so far, for whoever wants it now.
    pub best: Option<BestPlan<'a>>,
}

/// The best plan so far, made when it is asked for: that takes about as long as pricing the pool once.
#[derive(Clone, Copy)]
pub struct BestPlan<'a>(pub(crate) &'a dyn Fn() -> Plan);

impl BestPlan<'_> {
    /// Makes it, with the bound and the prices that are known: a plan file like that of a finished search.
    pub fn make(&self) -> Plan {
        (self.0)()
    }
}

impl fmt::Debug for BestPlan<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BestPlan")
    }
}

/// Solves a problem to proved optimality, with nothing watching.
pub fn solve(problem: &Problem) -> Plan {
    solve_within(problem, &Options::default(), &Unlimited, &mut |_| {})
}

/// Solves a problem within limits; `progress` is told of every better plan and bound.
///
/// The flow engine takes the one-shot class, which [`one_shot`] decides; everything else goes to
/// [`schedule`]. The plan's report says which engine ran and why.
pub fn solve_within(
    problem: &Problem,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress),
) -> Plan {
    solve_again(problem, &mut Memory::default(), options, stop, progress)
}

/// As [`solve_within`], for a problem much like the last one: `memory` holds the schedules and prices of the last solve,
/// from which this one goes on, and afterwards its own. The flow engine is fast enough without, and leaves it alone.
pub fn solve_again(
    problem: &Problem,
    memory: &mut Memory,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress),
) -> Plan {
    match one_shot::solve_on(problem, options.threads) {
        Ok(solved) => {
            let mut plan = solved.plan;
            let why = match solved.shape {
                Some(shape) => format!("one-shot staffing: {shape}"),
                None => "pins clash by themselves".to_owned(),
            };
            let engine = json!({
                "name": "flow", "why": why, "uses": solved.n_uses, "uses_kept": solved.n_uses_kept,
            });
            plan.report.insert("engine".to_owned(), engine);
            plan
        }
        Err(outside) => {
            let mut plan = schedule::solve_again(problem, memory, options, stop, progress);
            let engine = json!({ "name": "schedule", "why": outside.to_string() });
            plan.report.insert("engine".to_owned(), engine);
            plan
        }
    }
}
