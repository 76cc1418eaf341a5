//! Column generation: prices from the master, schedules from the prices, until neither changes the other.
//!
//! Every round prices the whole pool exactly, so every round proves a bound. Interior duals are central, and are
//! drawn towards the best prices so far (in-out separation, Ben-Ameur & Neto 2007), more while the
//! gap is wide.

use std::rc::Rc;

use super::Search;
use super::master::Master;
use super::prices::DensePrices;
use super::pricing::{Best, Priced, Who};
use super::start;

/// What prices prove.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// The bound, in millionths of a cent.
    pub(super) micro: i128,
    /// The prices.
    pub(super) prices: DensePrices,
    /// By row, the same in cents, nearly.
    pub(super) duals: Vec<f64>,
    /// The best schedules at the prices of everybody whose best is not the empty one at value 0, in the order of experts.
    pub(super) best: Rc<[Best]>,
}

/// Why the rounds ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Bound and master agree, or nothing brings them closer.
    Converged,
    /// The gap is small against what was asked for.
    Enough,
    /// A limit.
    Stopped,
    /// An expert has no schedule that keeps their pins.
    NoSchedule,
}

/// A gap of this share of the master's value is wide.
const WIDE: f64 = 0.02;
/// How far prices are drawn towards the best ones: while the gap is wide, and later.
const DRAWN: [f64; 2] = [0.5, 0.3];
/// Share of `scale` within which bound and master count as equal.
const TOLERANCE: f64 = 1e-3;
/// Columns that fall short by so many times the gap a head are dropped.
const SHORT: f64 = 1_000.0;
/// Rounds in a row that neither better the bound nor find a column.
const PATIENCE: usize = 6;
/// Rounds at most.
const MOST_ROUNDS: usize = 300;

/// Runs rounds until bound and master agree or a limit is near.
pub(super) fn generate(search: &mut Search<'_>, master: &mut Master<'_>) -> Ended {
    // Infeasible shares weigh on the master's value like gaps do.
    let tolerance = (search.scale * TOLERANCE).max(0.01);
    if let Some(ended) = price(search, master, master.duals.clone()) {
        return ended;
    }
    let (mut gap, mut idle) = (f64::INFINITY, 0);
    let mut rounded_at = f64::INFINITY;
    for _ in 0..MOST_ROUNDS {
        if search.is_over() || search.is_late() {
            return Ended::Stopped;
        }
        let goal = if gap.is_finite() {
            (0.1 * gap).max(0.1 * tolerance)
        } else {
            f64::INFINITY
        };
        let stop = search.stop;
        let iterations = master.iterations;
        let solved = master.solve(goal.min(search.scale * 20.0), search.threads, &|| {
            stop.is_due()
        });
        search.count_work((master.iterations - iterations) as u64);
        search.n_columns = search.n_columns.max(master.n_columns());
        if search.is_over() {
            return Ended::Stopped;
        }
        let value = solved.value - search.columns.incumbent.cost_of_nothing() as f64;
        let is_wide = gap > WIDE * value.abs().max(search.scale);
        let weight = match idle {
            0 => DRAWN[usize::from(!is_wide)],
            _ => 0.0,
        };
        let best = search
            .bound
            .as_ref()
            .map_or(&master.duals, |bound| &bound.duals);
        let pairs = best.iter().zip(&master.duals);
        let duals = pairs
            .map(|(best, now)| weight * best + (1.0 - weight) * now)
            .collect();
        let before = search.bound.as_ref().map(|bound| bound.micro);
        let n_columns = master.n_columns();
        if let Some(ended) = price(search, master, duals) {
            return ended;
        }
        let after = search.bound.as_ref().map_or(0, |bound| bound.micro);
        let (is_better, n_new) = (Some(after) != before, master.n_columns() - n_columns);
        gap = (after as f64 / 1e6 - value).max(0.0);
        if is_better {
            master.prune(SHORT * (gap / search.heads as f64).max(search.scale * 1e-4));
        }
        if search.is_small_enough(gap) && !search.goes_on {
            return Ended::Enough;
        }
        let is_exact = solved.infeasibility < 1e-5 && solved.gap < tolerance;
        if is_exact && gap <= tolerance || n_new == 0 && weight == 0.0 && is_exact {
            return Ended::Converged;
        }
        idle = if is_better || n_new > 0 { 0 } else { idle + 1 };
        if n_new == 0 {
            idle = idle.max(1);
        }
        if idle > PATIENCE {
            return Ended::Converged;
        }
        // A plan for whoever cannot wait, every time the gap has shrunk tenfold.
        if gap < 0.1 * rounded_at {
            rounded_at = gap;
            start::round(search, master);
            if search.is_good_enough() {
                return Ended::Stopped;
            }
        }
    }
    Ended::Converged
}

/// Prices the whole pool: keeps the bound if it is better, and adds the schedules that improve the master most.
fn price(search: &mut Search<'_>, master: &mut Master<'_>, duals: Vec<f64>) -> Option<Ended> {
    let prices = search.rows.prices(&duals);
    let Some(priced) = search
        .pricer
        .price(&prices, Who::All, search.threads, search.stop)
    else {
        return Some(Ended::Stopped);
    };
    search.rounds += 1;
    search.count_priced(search.problem.experts.len());
    if priced.without_schedule.is_some() {
        return Some(Ended::NoSchedule);
    }
    add(search, master, &priced);
    let micro = search.pricer.constant(&prices) + priced.experts;
    if search
        .bound
        .as_ref()
        .is_none_or(|bound| micro < bound.micro)
    {
        search.bound = Some(Bound {
            micro,
            prices,
            duals,
            best: priced.best.into(),
        });
        search.report("prices");
    }
    None
}

/// Adds the schedules that improve the master most, of experts it knows and of newcomers.
fn add(search: &mut Search<'_>, master: &mut Master<'_>, priced: &Priced) {
    let mut known: Vec<(f64, &Best)> = Vec::new();
    let mut newcomers: Vec<(f64, &Best)> = Vec::new();
    for best in &priced.best {
        let excess = best.value as f64 / 1e6 - master.surplus(best.expert);
        if excess > 1e-9 * search.scale {
            let list = if master.knows(best.expert) {
                &mut known
            } else {
                &mut newcomers
            };
            list.push((excess, best));
        }
    }
    // Whoever the master knows has a say first; a few newcomers at a time keep prices sane.
    let heads = search.heads;
    for (mut list, most) in [
        (known, heads.max(500)),
        (newcomers, (3 * heads / 10).max(100)),
    ] {
        list.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.expert.cmp(&b.1.expert)));
        let mut n_added = 0;
        for (_, best) in list {
            let column = search
                .columns
                .column(search.rows, best.expert, best.schedule.clone());
            n_added += usize::from(master.add(column));
            if n_added >= most {
                break;
            }
        }
    }
}
