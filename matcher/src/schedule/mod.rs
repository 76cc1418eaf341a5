//! The full problem: column generation over whole-horizon expert schedules.
//!
//! A *column* is everything one expert does over the horizon. The rules inside a schedule (eligibility, capacity, the
//! shape of stints, walls, pins) are kept by `pricing`, which finds every expert's best schedule at given prices
//! exactly; the rules that tie experts together (headcount, budgets, means, ratios, quotas, the change limit) are the
//! rows of a linear program, the *master* (Dantzig & Wolfe 1960; Desrosiers & Lübbecke, *A Primer in Column
//! Generation*, 2005). The master's duals are prices; rounded to integers they prove a bound over every expert there is,
//! which is recomputed exactly each time. Then schedules of small loss at the best prices are put together to a plan.
//!
//! 1. `start`: whom to look at first, and a first plan;
//! 2. `generate`: prices and schedules until the bound meets the master;
//! 3. `integer`: plans from schedules of small loss, campaign by campaign;
//! 4. `proof`: where few schedules have a loss below the gap, all of them at once.

#[allow(dead_code, reason = "nothing asks for conflicts yet")]
mod clash;
mod column;
mod generate;
mod incumbent;
mod integer;
mod master;
mod prices;
mod pricing;
mod rows;
mod start;
mod tally;

pub use prices::DensePrices;

use crate::model::plan::{MICRO, Plan, Proof, Status, Stint};
use crate::model::problem::{ExpertIdx, Problem};
use crate::solve::{Options, Progress};
use crate::stop::Stop;

use column::Columns;
use generate::{Bound, Ended};
use master::Master;
use pricing::{Pricer, Schedule, Who};
use rows::Rows;
use tally::Tally;

/// Everything that one search for a plan knows.
struct Search<'a> {
    problem: &'a Problem,
    rows: &'a Rows<'a>,
    columns: Columns<'a>,
    pricer: Pricer<'a>,
    threads: usize,
    seed: u64,
    /// Cents that matter: what a missing head costs, or a seat-week's score.
    scale: f64,
    smoothing: f64,
    /// Newcomers a round.
    newcomers: usize,
    first_goal: f64,
    heads: f64,
    prune: f64,
    most_columns: usize,
    rounds: u64,
    experts_priced: u64,
    work_limit: Option<u64>,
    work: u64,
    /// The best bound.
    bound: Option<Bound>,
    /// The best bound from other proofs, in cents.
    other_bound: Option<i128>,
    /// The best plan and its worth in cents.
    best: Option<(Tally, i128)>,
    n_columns: usize,
    stop: &'a dyn Stop,
    progress: &'a mut dyn FnMut(&Progress),
}

impl Search<'_> {
    fn is_out_of_work(&self) -> bool {
        self.work_limit.is_some_and(|limit| self.work >= limit)
    }

    /// The best bound in cents.
    fn bound_cents(&self) -> Option<i128> {
        let of_prices = self
            .bound
            .as_ref()
            .map(|bound| bound.micro.div_euclid(MICRO));
        [of_prices, self.other_bound].into_iter().flatten().min()
    }

    /// Keeps a plan if it is feasible and better than the best.
    fn offer(&mut self, tally: &Tally, phase: &'static str) -> bool {
        let Some(worth) = tally.worth(self.rows) else {
            return false;
        };
        let worth = worth - self.columns.incumbent.cost_of_nothing();
        let is_better = self.best.as_ref().is_none_or(|(_, best)| worth > *best);
        if is_better {
            self.best = Some((tally.clone(), worth));
            self.report(phase);
        }
        is_better
    }

    fn report(&mut self, phase: &'static str) {
        let progress = Progress {
            elapsed: self.stop.elapsed(),
            phase,
            objective: self.best.as_ref().map(|(_, worth)| *worth),
            bound: self.bound_cents(),
            score_value: self
                .best
                .as_ref()
                .map(|(tally, _)| score_value(self.problem, tally)),
            columns: self.n_columns,
            experts_priced: self.experts_priced,
        };
        (self.progress)(&progress);
    }
}

/// Σ score × point_cents of a plan.
fn score_value(problem: &Problem, tally: &Tally) -> i128 {
    let mut points = 0;
    for column in tally.columns() {
        for stint in column.schedule.stints() {
            let covering = stint
                .weeks(problem)
                .filter(|(_, kind)| *kind == crate::stint::WeekKind::Covering);
            points += i128::from(problem.pair(stint.pair).score.get())
                * i128::try_from(covering.count()).unwrap_or(0);
        }
    }
    points * problem.weights.point.0
}

/// Solves any problem.
pub fn solve(
    problem: &Problem,
    options: &Options,
    stop: &dyn Stop,
    progress: &mut dyn FnMut(&Progress),
) -> Plan {
    let rows = Rows::new(problem);
    let columns = Columns::new(problem);
    let pricer = Pricer::new(problem);
    let mut musts: Vec<ExpertIdx> = problem.pins.iter().map(|pin| pin.expert).collect();
    if problem.max_changes.is_some() {
        musts.extend(columns.incumbent.experts());
    }
    musts.sort_unstable();
    musts.dedup();
    let weights = &problem.weights;
    let scale = weights.missing_target.0.max(weights.point.0 * 500).max(1) as f64;
    let mut search = Search {
        problem,
        rows: &rows,
        columns,
        pricer,
        threads: options.threads.max(1),
        seed: options.seed,
        scale,
        smoothing: std::env::var("SMOOTH")
            .ok()
            .map_or(0.3, |it| it.parse().unwrap()),
        heads: problem
            .roles
            .iter()
            .map(|role| {
                f64::from(
                    problem
                        .all_weeks()
                        .map(|week| role.target.at(week).get())
                        .max()
                        .unwrap_or(0),
                )
            })
            .sum::<f64>()
            .max(1.0),
        prune: std::env::var("PRUNE")
            .ok()
            .map_or(50.0, |it| it.parse().unwrap()),
        newcomers: std::env::var("NEW")
            .ok()
            .map_or(1000, |it| it.parse().unwrap()),
        first_goal: scale
            * std::env::var("GOAL")
                .ok()
                .map_or(20.0, |it| it.parse().unwrap()),
        most_columns: std::env::var("MOST")
            .ok()
            .map_or(1000, |it| it.parse().unwrap()),
        rounds: 0,
        experts_priced: 0,
        work_limit: options.work_limit,
        work: 0,
        bound: None,
        other_bound: None,
        best: None,
        n_columns: 0,
        stop,
        progress,
    };
    let mut master = Master::new(problem, &rows, &musts);
    first(&mut search, &mut master, &musts);
    let ended = generate::generate(&mut search, &mut master, scale * 1e-3, stop);
    eprintln!("{:?} ended {ended:?}", stop.elapsed());
    integer::plan(&mut search, &master, stop);
    finish(&search)
}

/// The first plan, and the first columns.
fn first(search: &mut Search<'_>, master: &mut Master<'_>, musts: &[ExpertIdx]) {
    let problem = search.problem;
    let prices = start::first_prices(problem, search.rows);
    let compiled = search.pricer.compile(&prices);
    let mut scratch = search.pricer.scratch();
    let mut tally = Tally::new(search.rows);
    for expert in musts {
        if let Some(best) = search
            .pricer
            .price_one(*expert, &compiled, None, &mut scratch)
        {
            let column = search.columns.column(search.rows, *expert, best.schedule);
            tally.put(column.clone());
            master.add(column);
        }
        let is_pinned = problem.pins.iter().any(|pin| pin.expert == *expert);
        if !is_pinned {
            let empty = search
                .columns
                .column(search.rows, *expert, Schedule::default());
            master.add(empty);
        }
    }
    let set = start::start_set(problem);
    eprintln!("{:?} start set {}", search.stop.elapsed(), set.len());
    start::fill(search, &set, &prices, &mut tally, &mut |column| {
        master.add(column);
    });
    let mut sorted = set.clone();
    sorted.sort_unstable();
    let priced = search
        .pricer
        .price_few(&prices, Who::Some(&sorted), search.threads, search.stop);
    for best in priced
        .iter()
        .flat_map(|priced| priced.best.iter().chain(&priced.more))
    {
        if !best.schedule.is_empty() {
            let column = search
                .columns
                .column(search.rows, best.expert, best.schedule.clone());
            master.add(column);
        }
    }
    search.offer(&tally, "start");
    eprintln!(
        "{:?} filled: {} columns, worth {:?}",
        search.stop.elapsed(),
        master.n_columns(),
        search.best.as_ref().map(|it| it.1)
    );
}

fn finish(search: &Search<'_>) -> Plan {
    let problem = search.problem;
    let Some((tally, worth)) = &search.best else {
        return Plan::without_stints(Status::Unknown);
    };
    let mut stints = Vec::new();
    for column in tally.columns() {
        for stint in column.schedule.stints() {
            stints.push(Stint {
                expert: problem.expert_id(column.expert).to_owned(),
                role: problem.role_id(problem.pair(stint.pair).role).to_owned(),
                from: stint.from.into(),
                to: stint.to.into(),
            });
        }
    }
    stints.sort();
    let bound = search.bound_cents();
    let price_bound = search
        .bound
        .as_ref()
        .map(|bound| bound.micro.div_euclid(MICRO));
    let status = if bound == Some(*worth) {
        Status::Optimal
    } else {
        Status::Feasible
    };
    Plan {
        objective: Some(*worth),
        bound,
        price_bound,
        proof: Some(if bound == price_bound {
            Proof::Prices
        } else {
            Proof::Mip
        }),
        stints: Some(stints),
        prices: search
            .bound
            .as_ref()
            .map(|bound| bound.prices.stated(problem)),
        ..Plan::without_stints(status)
    }
}
