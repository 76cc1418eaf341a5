//! Column generation: prices from the master, schedules from the prices, until neither changes the other.
//!
//! Every round prices the whole pool exactly, so every round proves a bound. Interior duals are central, and are
//! drawn halfway towards the best prices so far (in-out separation, Ben-Ameur & Neto 2007) while that helps.

use crate::model::problem::ExpertIdx;
use crate::stop::Stop;

use super::Search;
use super::master::Master;
use super::prices::DensePrices;
use super::pricing::{Priced, Who};

/// Where column generation stands.
#[derive(Clone, Debug)]
pub(super) struct Bound {
    /// What the prices prove, in millionths of a cent.
    pub(super) micro: i128,
    /// The prices.
    pub(super) prices: DensePrices,
    /// By row, the same in cents, nearly.
    pub(super) duals: Vec<f64>,
}

/// Why the rounds ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// Bound and master agree.
    Converged,
    /// Time, work or patience ran out.
    Stopped,
    /// An expert has no schedule that keeps their pins.
    NoSchedule(ExpertIdx),
}

/// Runs rounds until bound and master are within `tolerance` cents.
pub(super) fn generate(
    search: &mut Search<'_>,
    master: &mut Master<'_>,
    tolerance: f64,
    stop: &dyn Stop,
) -> Ended {
    let mut gap = f64::INFINITY;
    let mut idle = 0;
    // The prices to begin with have not been through the whole pool yet.
    let duals = master.duals.clone();
    let prices = search.rows.prices(&duals);
    let Some(priced) = search.pricer.price(&prices, Who::All, search.threads, stop) else {
        return Ended::Stopped;
    };
    if let Some(expert) = priced.without_schedule {
        return Ended::NoSchedule(expert);
    }
    let micro = search.pricer.constant(&prices) + priced.experts;
    search.bound = Some(Bound {
        micro,
        prices,
        duals,
    });
    search.rounds += 1;
    add(search, master, &priced);
    eprintln!("{:?} first bound {}", stop.elapsed(), micro / 1_000_000);
    loop {
        let goal = if gap.is_finite() {
            (0.1 * gap).max(0.1 * tolerance)
        } else {
            f64::INFINITY
        };
        let goal = goal.min(search.first_goal);
        let solved = master.solve(goal, search.threads, 80, &|| stop.is_due());
        if stop.is_due() || search.is_out_of_work() {
            return Ended::Stopped;
        }
        let value_now = solved.value - search.columns.incumbent.cost_of_nothing() as f64;
        let is_far = !gap.is_finite() || gap > search.far * value_now.abs().max(search.scale);
        let weight = match idle {
            0 if is_far => search.far_weight,
            0 => search.smoothing,
            _ => 0.0,
        };
        let duals: Vec<f64> = match &search.bound {
            Some(bound) => bound
                .duals
                .iter()
                .zip(&master.duals)
                .map(|(best, now)| weight * best + (1.0 - weight) * now)
                .collect(),
            None => master.duals.clone(),
        };
        let prices = search.rows.prices(&duals);
        let priced = search.pricer.price(&prices, Who::All, search.threads, stop);
        let Some(priced) = priced else {
            return Ended::Stopped;
        };
        search.rounds += 1;
        search.experts_priced += search.problem.experts.len() as u64;
        if let Some(expert) = priced.without_schedule {
            return Ended::NoSchedule(expert);
        }
        let micro = search.pricer.constant(&prices) + priced.experts;
        let better = search
            .bound
            .as_ref()
            .is_none_or(|bound| micro < bound.micro);
        if better {
            search.bound = Some(Bound {
                micro,
                prices,
                duals,
            });
        }
        let best = search.bound.as_ref().map_or(micro, |bound| bound.micro);
        let value = solved.value - search.columns.incumbent.cost_of_nothing() as f64;
        gap = best as f64 / 1e6 - value;
        let per_head = gap / search.heads;
        if better && search.rounds > 2 {
            master.prune(search.prune * per_head.max(search.scale * 1e-4));
        }
        let n_new = add(search, master, &priced);
        search.trace(master, value, micro, n_new, &solved);
        search.report("prices");
        let is_solved = solved.infeasibility < 1e-5 && solved.gap < tolerance;
        if is_solved && gap <= tolerance {
            return Ended::Converged;
        }
        idle = if better || n_new > 0 { 0 } else { idle + 1 };
        if n_new == 0 && weight == 0.0 && is_solved {
            return Ended::Converged;
        }
        if n_new == 0 && idle > 6 {
            return Ended::Stopped;
        }
        if n_new == 0 {
            idle = idle.max(1);
        }
    }
}

/// Adds the schedules that improve the master most, of those it knows and of newcomers; how many are new.
fn add(search: &mut Search<'_>, master: &mut Master<'_>, priced: &Priced) -> usize {
    let (mut known, mut newcomers) = (Vec::new(), Vec::new());
    for best in &priced.best {
        let value = best.value as f64 / 1e6;
        let excess = value - master.surplus(best.expert);
        if !master.knows(best.expert) {
            newcomers.push((excess, best));
        } else if excess > 1e-9 * search.scale {
            known.push((excess, best));
        }
    }
    let mut n_new = 0;
    for (mut list, most) in [(known, search.most_columns), (newcomers, search.newcomers)] {
        list.retain(|(excess, _)| *excess > 0.0);
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
        n_new += n_added;
    }
    n_new
}

impl Search<'_> {
    fn trace(
        &mut self,
        master: &Master<'_>,
        value: f64,
        micro: i128,
        n_new: usize,
        solved: &super::master::Solved,
    ) {
        self.n_columns = master.n_columns();
        eprintln!(
            "{:>8.3} round {} iters {} cols {} lp {:.0} (gap {:.0} inf {:.1e}) bound {} best {} new {n_new}",
            self.stop.elapsed().as_secs_f64(),
            self.rounds,
            master.iterations,
            self.n_columns,
            value,
            solved.gap,
            solved.infeasibility,
            micro / 1_000_000,
            self.bound.as_ref().map_or(0, |b| b.micro / 1_000_000)
        );
    }
}
