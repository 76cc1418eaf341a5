//! Mixed-integer programs through good_lp and HiGHS: one thread, no parallelism of its own.
//!
//! HiGHS sizes its work by threads and time limits: it gets one thread, and no time limit unless a wall clock may stop
//! the search anyway. Its relative gap is fooled by constants, so gaps are absolute and the caller leaves constants out.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use good_lp::{Expression, SolverModel, Variable, constraint, variable, variables};

use crate::stop::Stop;

use super::interrupt::Watched;

/// How often to look whether to stop.
const POLL: Duration = Duration::from_millis(10);
/// Looks that HiGHS has to end after being told to.
const GRACE: u32 = 20;
/// Bytes of stack for HiGHS.
const STACK: usize = 16 << 20;

/// A variable between 0 and an upper bound.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Variable01 {
    /// What a unit is worth.
    pub(crate) worth: f64,
    /// The most it may be; infinite for no bound.
    pub(crate) upper: f64,
    /// Whether it must be whole.
    pub(crate) is_integer: bool,
    /// Its value in a solution to begin from.
    pub(crate) start: f64,
}

/// `lower ≤ Σ entries ≤ upper`.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Infinite for no bound.
    pub(crate) lower: f64,
    /// Infinite for no bound.
    pub(crate) upper: f64,
    /// Variables with their coefficients, each once.
    pub(crate) entries: Vec<(usize, f64)>,
}

/// A mixed-integer program, to maximise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mip {
    /// The variables.
    pub(crate) variables: Vec<Variable01>,
    /// The rows.
    pub(crate) rows: Vec<Row>,
    /// Whether the variables' `start` is a solution.
    pub(crate) has_start: bool,
}

/// How far to go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MipLimits {
    /// Nodes of the search tree at most; none for no limit.
    pub(crate) nodes: Option<i32>,
    /// Seconds by HiGHS's own clock, which it looks at where it does not ask whether to stop; none for no limit.
    pub(crate) seconds: Option<f64>,
    /// Good enough: bound less solution.
    pub(crate) gap: f64,
    /// Breaks ties.
    pub(crate) seed: i32,
    /// Whether to presolve.
    pub(crate) presolve: bool,
    /// Share of the work spent looking for solutions, 0 … 1.
    pub(crate) heuristics: f64,
}

/// How a search ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MipStatus {
    /// Within the gap, HiGHS claims.
    Optimal,
    /// There is no solution, HiGHS claims.
    Infeasible,
    /// It stopped early, or failed.
    Stopped,
}

/// What a search found.
#[derive(Clone, Debug)]
pub(crate) struct MipFound {
    /// How it ended.
    pub(crate) status: MipStatus,
    /// The best solution, if any.
    pub(crate) values: Option<Vec<f64>>,
    /// No solution is worth more, HiGHS claims.
    pub(crate) bound: f64,
    /// Nodes of the search tree.
    pub(crate) nodes: u64,
}

/// Searches until a limit is reached, a proof is found or `stop` is due.
///
/// HiGHS asks whether to stop between steps, of which some take seconds. So it runs on a thread of its own, and if it does
/// not end soon after `stop` is due, the best solution it has told of so far is taken, and the thread left to end by
/// itself.
pub(crate) fn solve(mip: &Arc<Mip>, limits: MipLimits, stop: &dyn Stop) -> MipFound {
    if mip.variables.is_empty() {
        let holds = mip
            .rows
            .iter()
            .all(|row| row.lower <= 0.0 && row.upper >= 0.0);
        return match holds {
            true => MipFound {
                values: Some(Vec::new()),
                bound: 0.0,
                ..nothing(MipStatus::Optimal)
            },
            false => nothing(MipStatus::Infeasible),
        };
    }
    let watched = Arc::new(Watched::default());
    let (sender, receiver) = mpsc::channel();
    let run = {
        let (mip, watched) = (Arc::clone(mip), Arc::clone(&watched));
        move || drop(sender.send(run(&mip, limits, &watched)))
    };
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(run);
    if thread.is_err() {
        return nothing(MipStatus::Stopped);
    }
    let mut grace = GRACE;
    loop {
        match receiver.recv_timeout(POLL) {
            Ok(found) => return found,
            Err(RecvTimeoutError::Disconnected) => return nothing(MipStatus::Stopped),
            Err(RecvTimeoutError::Timeout) if stop.is_due() => {
                watched.is_due.store(true, Ordering::Relaxed);
                grace -= 1;
                if grace == 0 {
                    return MipFound {
                        values: watched.best(),
                        ..nothing(MipStatus::Stopped)
                    };
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn nothing(status: MipStatus) -> MipFound {
    MipFound {
        status,
        values: None,
        bound: f64::INFINITY,
        nodes: 0,
    }
}

/// Runs HiGHS to its end.
fn run(mip: &Mip, limits: MipLimits, watched: &Watched) -> MipFound {
    let Some(model) = model(mip, limits) else {
        return nothing(MipStatus::Stopped);
    };
    let Ok(solved) = super::interrupt::solve(model, watched) else {
        return nothing(MipStatus::Stopped);
    };
    let status = match solved.status() {
        highs::HighsModelStatus::Optimal => MipStatus::Optimal,
        highs::HighsModelStatus::Infeasible => MipStatus::Infeasible,
        _ => MipStatus::Stopped,
    };
    let is_feasible = solved.int_info_value(c"primal_solution_status").ok() == Some(2);
    // Without a whole variable HiGHS solves a linear program, which has no tree and no bound but its value.
    let is_whole = mip.variables.iter().any(|it| it.is_integer);
    let bound = match (is_whole, status) {
        (false, MipStatus::Optimal) => solved.objective_value(),
        (false, _) => f64::INFINITY,
        (true, _) => solved
            .double_info_value(c"mip_dual_bound")
            .unwrap_or(f64::INFINITY),
    };
    let nodes = solved.int_info_value(c"mip_node_count").unwrap_or(0);
    MipFound {
        status,
        values: is_feasible.then(|| solved.get_solution().columns().to_vec()),
        bound: if bound.is_finite() {
            bound
        } else {
            f64::INFINITY
        },
        nodes: u64::try_from(nodes).unwrap_or(0),
    }
}

/// The model as HiGHS takes it; none if it does not.
fn model(mip: &Mip, limits: MipLimits) -> Option<highs::Model> {
    let mut vars = variables!();
    let handles: Vec<Variable> = mip
        .variables
        .iter()
        .map(|it| {
            let definition = variable().min(0.0).max(it.upper);
            vars.add(if it.is_integer {
                definition.integer()
            } else {
                definition
            })
        })
        .collect();
    let objective: Expression = handles
        .iter()
        .zip(&mip.variables)
        .map(|(handle, it)| it.worth * *handle)
        .sum();
    let mut problem = vars.maximise(objective).using(good_lp::highs);
    for row in &mip.rows {
        let mut sum = Expression::with_capacity(row.entries.len());
        for (variable, coefficient) in &row.entries {
            sum.add_mul(*coefficient, handles[*variable]);
        }
        if row.lower == row.upper {
            problem.add_constraint(constraint!(sum == row.upper));
        } else {
            if row.upper.is_finite() {
                problem.add_constraint(constraint!(sum.clone() <= row.upper));
            }
            if row.lower.is_finite() {
                problem.add_constraint(constraint!(sum >= row.lower));
            }
        }
    }
    let mut model = problem.try_into_inner().ok()?;
    model.make_quiet();
    let mut is_set = model.try_set_option("threads", 1).is_ok();
    is_set &= model.try_set_option("parallel", "off").is_ok();
    is_set &= model.try_set_option("random_seed", limits.seed).is_ok();
    is_set &= model.try_set_option("mip_abs_gap", limits.gap).is_ok();
    is_set &= model.try_set_option("mip_rel_gap", 0.0).is_ok();
    is_set &= model
        .try_set_option("mip_heuristic_effort", limits.heuristics)
        .is_ok();
    let presolve = if limits.presolve { "on" } else { "off" };
    is_set &= model.try_set_option("presolve", presolve).is_ok();
    if let Some(nodes) = limits.nodes {
        is_set &= model.try_set_option("mip_max_nodes", nodes).is_ok();
    }
    if let Some(seconds) = limits.seconds {
        is_set &= model.try_set_option("time_limit", seconds).is_ok();
    }
    if mip.has_start {
        let start: Vec<f64> = mip.variables.iter().map(|it| it.start).collect();
        is_set &= model
            .try_set_solution(Some(&start), None, None, None)
            .is_ok();
    }
    is_set.then_some(model)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stop::Unlimited;

    const LIMITS: MipLimits = MipLimits {
        nodes: None,
        seconds: None,
        gap: 0.1,
        seed: 0,
        presolve: true,
        heuristics: 0.05,
    };

    fn knapsack() -> Mip {
        let worths = [10.0, 13.0, 7.0, 8.0];
        let variables = worths.map(|worth| Variable01 {
            worth,
            upper: 1.0,
            is_integer: true,
            start: 0.0,
        });
        let entries = vec![(0, 5.0), (1, 7.0), (2, 4.0), (3, 3.0)];
        let row = Row {
            lower: f64::NEG_INFINITY,
            upper: 10.0,
            entries,
        };
        Mip {
            variables: variables.to_vec(),
            rows: vec![row],
            has_start: true,
        }
    }

    #[test]
    fn a_knapsack_is_solved() {
        let found = solve(&Arc::new(knapsack()), LIMITS, &Unlimited);
        assert_eq!(found.status, MipStatus::Optimal);
        assert!((found.bound - 21.0).abs() < 0.2, "{found:?}");
        let values = found.values.unwrap();
        assert_eq!(
            values.iter().map(|it| it.round()).collect::<Vec<_>>(),
            [0.0, 1.0, 0.0, 1.0]
        );
    }

    #[test]
    fn what_cannot_be_is_infeasible() {
        let mut mip = knapsack();
        mip.has_start = false;
        mip.rows.push(Row {
            lower: 2.5,
            upper: f64::INFINITY,
            entries: vec![(0, 1.0), (1, 1.0)],
        });
        assert_eq!(
            solve(&Arc::new(mip), LIMITS, &Unlimited).status,
            MipStatus::Infeasible
        );
    }

    /// Due from the start.
    struct Now;

    impl Stop for Now {
        fn elapsed(&self) -> std::time::Duration {
            std::time::Duration::ZERO
        }
        fn remaining(&self) -> Option<std::time::Duration> {
            None
        }
        fn is_cancelled(&self) -> bool {
            true
        }
    }

    #[test]
    fn a_search_stops_when_asked() {
        // A market split problem: hopeless to solve, quick to stop.
        let mut random = 1_u64;
        let mut draw = || {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (random >> 40) % 100
        };
        let variables = vec![
            Variable01 {
                worth: 0.0,
                upper: 1.0,
                is_integer: true,
                start: 0.0
            };
            50
        ];
        let mut mip = Mip {
            variables,
            ..Mip::default()
        };
        for _ in 0..6 {
            let entries: Vec<(usize, f64)> = (0..50).map(|idx| (idx, draw() as f64)).collect();
            let sum: f64 = entries.iter().map(|(_, it)| it).sum();
            let half = (sum / 2.0).floor();
            mip.rows.push(Row {
                lower: half,
                upper: half,
                entries,
            });
        }
        let found = solve(&Arc::new(mip), LIMITS, &Now);
        assert_eq!(found.status, MipStatus::Stopped);
    }
}
