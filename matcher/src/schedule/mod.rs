//! The full problem: column generation over whole-horizon expert schedules.
//!
//! A *column* is everything one expert does over the horizon. The rules inside a schedule (eligibility, capacity, the
//! shape of stints, walls, pins) are kept by `pricing`, which finds every expert's best schedule at given prices
//! exactly; the rules that tie experts together (headcount, budgets, means, ratios, quotas, the change limit) are the
//! rows of a linear program, the *master* (Dantzig & Wolfe 1960; Desrosiers & Lübbecke, *A Primer in Column
//! Generation*, 2005). The master's duals are prices; rounded to integers they prove a bound over every expert there is,
//! which is recomputed exactly each time. Then schedules of small loss at the best prices are put together to a plan.
//!
//! 1. `start`: whom to look at first, a first plan, and rough prices;
//! 2. `generate`: prices and schedules until the bound meets the master;
//! 3. `integer`: plans from schedules of small loss; and where few schedules over the whole pool have a loss below the
//!    gap, a search over all of them, which settles the problem.

mod clash;
mod column;
mod gap;
mod generate;
mod incumbent;
mod integer;
mod master;
mod memory;
mod prices;
mod pricing;
mod result;
mod rows;
mod search;
mod start;
mod tally;
mod warm;

pub use memory::Memory;
pub use prices::DensePrices;

use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::solve::{Options, Progress};
use crate::stop::Stop;

use generate::Ended;
use integer::Outcome;
use master::Master;
use rows::Rows;
use search::Search;

/// So many people make a problem small: it is solved to a proved optimum unless a limit stops it.
const SMALL: usize = 60;

/// Solves any problem, as far as the limits allow.
///
/// Without pins and a change limit there is always a plan, if only the empty one. The bound rests on the stated prices, or,
/// where that proves more, on a search over all schedules of small loss.
///
/// # Complexity
/// A round of prices is linear in the pool but for the few experts who are worth something at them, and a
/// linear program over a few thousand columns; ten to twenty rounds are usual.
pub fn solve(
    problem: &Problem,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress),
) -> Plan {
    solve_again(problem, &mut Memory::default(), options, stop, progress)
}

/// As [`solve`], going on from what the last solve of nearly the same problem left in `memory`, and leaving there what the
/// next one may go on from.
pub fn solve_again(
    problem: &Problem,
    memory: &mut Memory,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress),
) -> Plan {
    let rows = Rows::new(problem);
    let mut search = Search::new(problem, &rows, options, stop, progress);
    let mut master = Master::new(problem, &rows, &search.musts);
    start::start(&mut search, &mut master, options.from.as_ref(), memory);
    loop {
        search.begin_turn();
        let ended = generate::generate(&mut search, &mut master);
        let is_infeasible = matches!(ended, Ended::NoSchedule)
            || integer::plan(&mut search, &master) == Outcome::Infeasible;
        if is_infeasible {
            return result::infeasible(&search, options);
        }
        // Where prices made room for plans before they were done, there is another turn in what time the plans left.
        let is_done = search.is_over() || search.is_good_enough();
        if is_done || ended == Ended::Converged {
            *memory = Memory::keep(&search, &master);
            return result::plan(&search);
        }
    }
}

/// Whether a problem has no feasible plan; none if the limits were not enough to tell.
fn is_infeasible(problem: &Problem, options: &Options, stop: &dyn Stop) -> Option<bool> {
    let rows = Rows::new(problem);
    let mut ignore = |_: &Progress| {};
    let mut search = Search::new(problem, &rows, options, stop, &mut ignore);
    search.wants_any_plan = true;
    let mut master = Master::new(problem, &rows, &search.musts);
    start::start(&mut search, &mut master, None, &Memory::default());
    if search.best.is_some() {
        return Some(false);
    }
    if generate::generate(&mut search, &mut master) == Ended::NoSchedule {
        return Some(true);
    }
    match integer::plan(&mut search, &master) {
        Outcome::Infeasible => Some(true),
        Outcome::Searched => search.best.is_some().then_some(false),
    }
}
