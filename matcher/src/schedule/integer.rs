//! Plans from schedules of small loss.

use rustc_hash::FxHashMap;

use crate::lp::mip::{self, Mip, MipLimits, MipStatus, Row, Variable01};
use crate::model::Cents;
use crate::model::problem::{ExpertIdx, Problem};
use crate::stop::Stop;

use super::Search;
use super::column::Column;
use super::master::Master;
use super::rows::{RowKind, Rows};
use super::tally::Tally;

/// A choice of one column for each of some experts, beside what others hold already.
pub(super) struct Choice<'a> {
    pub(super) problem: &'a Problem,
    pub(super) rows: &'a Rows<'a>,
    /// What is held already, by experts who have no choice.
    pub(super) base: &'a Tally,
    /// The columns, by expert.
    pub(super) columns: Vec<&'a Column>,
    /// Who must have one of their columns, ascending.
    pub(super) musts: &'a [ExpertIdx],
}

impl Choice<'_> {
    /// The program: a variable for each column, then slacks.
    fn program(&self, start: Option<&Tally>) -> (Mip, f64) {
        let unit = self
            .columns
            .iter()
            .map(|column| (column.own as f64).abs())
            .fold(1.0, f64::max)
            / 1e4;
        let unit = unit.max(1.0);
        let mut mip = Mip::default();
        let mut entries: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.rows.len()];
        let mut by_expert: Vec<(ExpertIdx, Vec<(usize, f64)>)> = Vec::new();
        for (idx, column) in self.columns.iter().enumerate() {
            let is_start = start
                .and_then(|start| start.of(column.expert))
                .is_some_and(|it| it.schedule == column.schedule);
            mip.variables.push(Variable01 {
                worth: column.own as f64 / unit,
                upper: 1.0,
                is_integer: true,
                start: f64::from(u8::from(is_start)),
            });
            for (row, amount) in &column.entries {
                entries[*row as usize].push((idx, *amount as f64));
            }
            match by_expert.last_mut() {
                Some((expert, group)) if *expert == column.expert => group.push((idx, 1.0)),
                _ => by_expert.push((column.expert, vec![(idx, 1.0)])),
            }
        }
        for (expert, group) in by_expert {
            let must = self.musts.binary_search(&expert).is_ok();
            if must || group.len() > 1 {
                let lower = if must { 1.0 } else { f64::NEG_INFINITY };
                mip.rows.push(Row {
                    lower,
                    upper: 1.0,
                    entries: group,
                });
            }
        }
        for (row, entries) in entries.into_iter().enumerate() {
            self.row(row, entries, start, unit, &mut mip);
        }
        mip.has_start = start.is_some();
        (mip, unit)
    }

    fn row(
        &self,
        row: usize,
        mut entries: Vec<(usize, f64)>,
        start: Option<&Tally>,
        unit: f64,
        mip: &mut Mip,
    ) {
        if entries.is_empty() {
            return;
        }
        let base = self.base.amount(row) as f64;
        let in_start = start.map_or(0, |start| start.amount(row));
        let mut slack = |worth: i128, upper: f64, start: i128| {
            mip.variables.push(Variable01 {
                worth: worth as f64 / unit,
                upper,
                is_integer: false,
                start: start as f64,
            });
            mip.variables.len() - 1
        };
        let none = f64::NEG_INFINITY;
        let (lower, upper) = match self.rows.kinds[row] {
            RowKind::Heads { role, week } => {
                let facts = self.problem.role(role);
                let target = i128::from(facts.target.at(week).get());
                let min = i128::from(facts.min.at(week).get());
                let (of_min, of_target) = self.rows.missing(role);
                let below_min = (min - in_start).max(0);
                let below_target = target - in_start.max(min);
                if min > 0 {
                    entries.push((slack(-of_min, min as f64, below_min), 1.0));
                }
                if target > min {
                    entries.push((slack(-of_target, (target - min) as f64, below_target), 1.0));
                }
                (target as f64 - base, target as f64 - base)
            }
            RowKind::Budget { campaign } => {
                let budget = self.problem.campaigns[campaign]
                    .budget
                    .unwrap_or(Cents::ZERO);
                (none, budget.0 as f64 - base)
            }
            RowKind::Mean { .. } => {
                let below = slack(
                    -self.problem.weights.below_mean.0,
                    f64::INFINITY,
                    (-in_start).max(0),
                );
                entries.push((below, 1.0));
                (-base, f64::INFINITY)
            }
            RowKind::Ratio { .. } | RowKind::Quota { .. } => (-base, f64::INFINITY),
            RowKind::Changes => {
                let limit = self
                    .problem
                    .max_changes
                    .map_or(0.0, |it| f64::from(it.get()));
                (none, limit - base)
            }
        };
        // Amounts near 1, so that tolerances mean the same in every row.
        let largest = entries
            .iter()
            .map(|(_, amount)| amount.abs())
            .fold(1.0, f64::max);
        let size = if largest > 1e3 { largest / 1e2 } else { 1.0 };
        for (_, amount) in &mut entries {
            *amount /= size;
        }
        mip.rows.push(Row {
            lower: lower / size,
            upper: upper / size,
            entries,
        });
    }

    /// The best choice found, put into a copy of the base; and how the search ended.
    pub(super) fn best(
        &self,
        start: Option<&Tally>,
        limits: MipLimits,
        stop: &dyn Stop,
    ) -> (Option<Tally>, MipStatus) {
        let (program, unit) = self.program(start);
        let limits = MipLimits {
            gap: limits.gap / unit,
            ..limits
        };
        let found = mip::solve(&program, limits, stop);
        let tally = found.values.map(|values| {
            let mut tally = self.base.clone();
            for (column, value) in self.columns.iter().zip(&values) {
                if *value > 0.5 {
                    tally.put((*column).clone());
                }
            }
            tally
        });
        (tally, found.status)
    }
}

/// Looks for better plans until time is up or the gap is closed.
pub(super) fn plan(search: &mut Search<'_>, master: &Master<'_>, stop: &dyn Stop) {
    let Some(bound) = search.bound.clone() else {
        return;
    };
    // Losses at the best prices.
    let compiled = search.pricer.compile(&bound.prices);
    let mut scratch = search.pricer.scratch();
    let mut losses: Vec<(i128, &Column)> = Vec::new();
    let mut most: FxHashMap<ExpertIdx, i128> = FxHashMap::default();
    let mut n_whole = 0;
    let mut n_some = 0;
    for (column, share) in master.shares() {
        let value = search
            .pricer
            .value(&compiled, column.expert, &column.schedule);
        let best = most.entry(column.expert).or_insert_with(|| {
            search
                .pricer
                .price_one(column.expert, &compiled, None, &mut scratch)
                .map_or(0, |best| best.value)
                .max(0)
        });
        losses.push((*best - value, column));
        if share > 0.99 {
            n_whole += 1;
        } else if share > 0.01 {
            n_some += 1;
        }
    }
    eprintln!(
        "{:?} {n_whole} whole, {n_some} fractional, {} columns",
        stop.elapsed(),
        losses.len()
    );
    losses.sort_by(|a, b| (a.0, a.1.expert, &a.1.schedule).cmp(&(b.0, b.1.expert, &b.1.schedule)));
    for at in [500, 1000, 2000, 3000, 5000, 8000] {
        if let Some((loss, _)) = losses.get(at) {
            eprintln!("column {at} loss {}", loss / 1_000_000);
        }
    }
    let n: usize = std::env::var("N")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(3000);
    let mut columns: Vec<&Column> = losses.iter().take(n).map(|(_, column)| *column).collect();
    columns.sort_by(|a, b| (a.expert, &a.schedule).cmp(&(b.expert, &b.schedule)));
    let base = Tally::new(search.rows);
    let choice = Choice {
        problem: search.problem,
        rows: search.rows,
        base: &base,
        columns,
        musts: &[],
    };
    let limits = MipLimits {
        nodes: Some(200),
        stall_nodes: None,
        gap: search.scale * 0.1,
        seed: 0,
        presolve: true,
        heuristics: 0.2,
    };
    let (tally, status) = choice.best(None, limits, stop);
    eprintln!(
        "{:?} mip {status:?} worth {:?}",
        stop.elapsed(),
        tally.as_ref().and_then(|it| it.worth(search.rows))
    );
    if let Some(tally) = tally {
        search.offer(&tally, "plan");
    }
}
