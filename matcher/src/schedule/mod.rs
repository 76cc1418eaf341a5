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

use crate::model::plan::{MICRO, Plan};
use crate::model::problem::Problem;
use crate::solve::{Options, Progress};
use crate::stop::Stop;

use generate::Ended;
use integer::Outcome;
use master::Master;
use pricing::Who;
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
        if is_infeasible || none_is_proved(&mut search, &master) {
            return result::infeasible(&mut search, options);
        }
        // Where prices were left for plans before they were done, there is another turn.
        let is_done = search.is_over() || search.is_good_enough();
        search.goes_on = ended == Ended::Enough;
        if is_done || ended == Ended::Converged {
            *memory = Memory::keep(&search, &master);
            return result::plan(&search);
        }
    }
}

/// Whether a problem has no feasible plan, none if the limits were not enough to tell; and the work done.
fn is_infeasible(problem: &Problem, options: &Options, stop: &dyn Stop) -> (Option<bool>, u64) {
    let rows = Rows::new(problem);
    let mut ignore = |_: &Progress| {};
    let mut search = Search::new(problem, &rows, options, stop, &mut ignore);
    search.wants_any_plan = true;
    let mut master = Master::new(problem, &rows, &search.musts);
    start::start(&mut search, &mut master, None, &Memory::default());
    let is_infeasible = search.best.is_none()
        && (generate::generate(&mut search, &mut master) == Ended::NoSchedule
            || integer::plan(&mut search, &master) == Outcome::Infeasible
            || none_is_proved(&mut search, &master));
    let answer = is_infeasible || search.best.is_some();
    (answer.then_some(is_infeasible), search.work())
}

/// Whether prices prove that there is no plan: at large multiples of those that a master pays which cannot keep its
/// rules, nothing is left that any plan could be worth (Farkas' lemma). Exact, O(pricing).
fn none_is_proved(search: &mut Search<'_>, master: &Master<'_>) -> bool {
    if search.musts.is_empty() || search.best.is_some() {
        return false;
    }
    let least = least_worth(search.problem);
    [1e2, 1e4, 1e6].into_iter().any(|factor| {
        if search.is_over() {
            return false;
        }
        let duals: Vec<f64> = master.duals.iter().map(|dual| dual * factor).collect();
        let prices = search.rows.prices(&duals);
        search.count_priced(search.problem.experts.len());
        let priced = search
            .pricer
            .price(&prices, Who::All, search.threads, search.stop);
        priced.is_some_and(|priced| {
            let bound = search.pricer.constant(&prices) + priced.experts;
            priced.without_schedule.is_some() || bound.div_euclid(MICRO) < least
        })
    })
}

/// No plan is worth less than this, in cents: every head missing, every pair held and changed all the time, no point
/// scored. O(pairs).
fn least_worth(problem: &Problem) -> i128 {
    let weights = &problem.weights;
    let weeks = i128::from(problem.weeks);
    let mut least = 0;
    for role in &problem.roles {
        let campaign = &problem.campaigns[role.campaign.index()];
        let heads: i128 = problem
            .all_weeks()
            .map(|week| i128::from(role.target.at(week).get()))
            .sum();
        least -= heads * i128::from(campaign.priority) * weights.missing_min.0;
        least -= heads * 1_000 * weights.below_mean.0;
    }
    for pair in &problem.pairs {
        let pay = (pair.rate * problem.role(pair.role).hours).0;
        least -= weeks * (pay + weights.start.0 + weights.change.0);
    }
    let incumbent = problem.incumbent.as_ref().map_or(0, Vec::len);
    least - i128::try_from(incumbent).unwrap_or(0) * weeks * weights.change.0
}
