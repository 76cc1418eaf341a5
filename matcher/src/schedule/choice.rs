//! Choosing one schedule for each of many experts at once: a mixed-integer program over columns.
//!
//! The objective is stated as what a plan loses against the bound: for each expert the value of their best schedule
//! less that of the chosen one, and for each row its price times its slack. It is the objective of the
//! contract but for a constant, by the rows themselves; yet its numbers are as small as the gap, so a solver's
//! tolerances stay far below a cent.

use rustc_hash::FxHashMap;

use crate::lp::mip::{self, Mip, MipLimits, MipStatus, Row, Variable01};
use crate::model::Cents;
use crate::model::problem::{ExpertIdx, Problem};
use crate::stop::Stop;

use super::column::Column;
use super::prices::DensePrices;
use super::rows::RowKind;
use super::rows::Rows;
use super::tally::Tally;

/// A column that may be chosen.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The column.
    pub(super) column: Column,
    /// What it is worth less than the expert's best, in millionths of a cent.
    pub(super) loss: i128,
}

/// A choice among candidates, sorted by expert.
pub(super) struct Choice<'a> {
    pub(super) problem: &'a Problem,
    pub(super) rows: &'a Rows<'a>,
    /// The prices of the bound.
    pub(super) prices: &'a DensePrices,
    /// What the best schedule of experts is worth, where it is not 0; in millionths of a cent.
    pub(super) best: &'a FxHashMap<ExpertIdx, i128>,
    /// Sorted by expert.
    pub(super) candidates: &'a [Candidate],
    /// Who must have one of their columns, ascending.
    pub(super) musts: &'a [ExpertIdx],
}

/// What a choice came to.
pub(super) struct Chosen {
    /// The plan, if there is one.
    pub(super) tally: Option<Tally>,
    /// How the search ended.
    pub(super) status: MipStatus,
    /// No choice is worth more than the plan by more than this, in cents, the solver's tolerance allowed for; none without
    /// a plan or a bound.
    pub(super) excess: Option<i128>,
    /// Nodes searched.
    pub(super) nodes: u64,
}

impl Choice<'_> {
    /// The best choice that the limits allow to find, from `start` on.
    pub(super) fn best(&self, start: Option<&Tally>, limits: MipLimits, stop: &dyn Stop) -> Chosen {
        let program = self.program(start);
        let found = mip::solve(&program, limits, stop);
        let mut chosen = Chosen {
            tally: None,
            status: found.status,
            excess: None,
            nodes: found.nodes,
        };
        if let Some(values) = found.values {
            let mut tally = Tally::new(self.rows);
            for (candidate, value) in self.candidates.iter().zip(&values) {
                if *value > 0.5 {
                    tally.put(candidate.column.clone());
                }
            }
            let worth: f64 = program
                .variables
                .iter()
                .zip(&values)
                .map(|(it, value)| it.worth * value)
                .sum();
            chosen.tally = Some(tally);
            let largest = program
                .variables
                .iter()
                .map(|it| it.worth.abs())
                .fold(0.0, f64::max);
            chosen.excess =
                whole_cents((found.bound - worth).max(0.0) + 1e-3 + TOLERANCE * largest);
        }
        chosen
    }

    fn program(&self, start: Option<&Tally>) -> Mip {
        let mut mip = Mip {
            has_start: start.is_some(),
            ..Mip::default()
        };
        let mut entries: Vec<Vec<(usize, f64)>> = vec![Vec::new(); self.rows.len()];
        let mut groups: Vec<(ExpertIdx, Vec<(usize, f64)>)> = Vec::new();
        for (idx, Candidate { column, loss }) in self.candidates.iter().enumerate() {
            let held = start.and_then(|start| start.of(column.expert));
            let is_held = held.is_some_and(|it| it.schedule == column.schedule);
            mip.variables.push(Variable01 {
                worth: -cents(*loss),
                upper: 1.0,
                is_integer: true,
                start: f64::from(u8::from(is_held)),
            });
            for (row, amount) in &column.entries {
                entries[*row as usize].push((idx, *amount as f64));
            }
            match groups.last_mut() {
                Some((expert, group)) if *expert == column.expert => group.push((idx, 1.0)),
                _ => groups.push((column.expert, vec![(idx, 1.0)])),
            }
        }
        for (expert, mut group) in groups {
            if self.musts.binary_search(&expert).is_err() {
                let idle = self.best.get(&expert).copied().unwrap_or(0);
                if idle == 0 && group.len() == 1 {
                    continue;
                }
                // Nothing at all is a choice too: it loses what the best is worth.
                let is_idle = start.is_some_and(|start| start.of(expert).is_none());
                mip.variables.push(Variable01 {
                    worth: -cents(idle),
                    upper: 1.0,
                    is_integer: false,
                    start: f64::from(u8::from(is_idle)),
                });
                group.push((mip.variables.len() - 1, 1.0));
            }
            mip.rows.push(Row {
                lower: 1.0,
                upper: 1.0,
                entries: group,
            });
        }
        for (row, entries) in entries.into_iter().enumerate() {
            let in_start = start.map_or(0, |start| start.amount(row)) as f64;
            self.row(row, entries, in_start, &mut mip);
        }
        mip
    }

    /// One rule, with its slacks at their prices.
    fn row(&self, row: usize, mut entries: Vec<(usize, f64)>, in_start: f64, mip: &mut Mip) {
        if entries.is_empty() && !self.is_short_when_empty(row) {
            return;
        }
        let problem = self.problem;
        let weeks = self.prices.weeks;
        // Amounts near 1, so that tolerances mean the same in every row.
        let largest = entries
            .iter()
            .map(|(_, amount)| amount.abs())
            .fold(1.0, f64::max);
        let size = if largest > 1e3 { largest / 1e2 } else { 1.0 };
        for (_, amount) in &mut entries {
            *amount /= size;
        }
        let mut slack = |coefficient: f64, worth: f64, upper: f64, start: f64| {
            mip.variables.push(Variable01 {
                worth: worth * size,
                upper: upper / size,
                is_integer: false,
                start: start / size,
            });
            entries.push((mip.variables.len() - 1, coefficient));
        };
        let free = f64::INFINITY;
        let rhs = match self.rows.kinds[row] {
            RowKind::Heads { role, week } => {
                let price = cents(self.prices.heads[role.index() * weeks + week.index()]);
                let facts = problem.role(role);
                let target = f64::from(facts.target.at(week).get());
                let min = f64::from(facts.min.at(week).get());
                let (of_min, of_target) = self.rows.missing(role);
                if min > 0.0 {
                    slack(1.0, price - of_min as f64, min, (min - in_start).max(0.0));
                }
                if target > min {
                    slack(
                        1.0,
                        price - of_target as f64,
                        target - min,
                        target - in_start.max(min),
                    );
                }
                target
            }
            RowKind::Budget { campaign } => {
                let budget = problem.campaigns[campaign].budget.unwrap_or(Cents::ZERO).0 as f64;
                slack(
                    1.0,
                    -cents(self.prices.budget[campaign]),
                    free,
                    budget - in_start,
                );
                budget
            }
            RowKind::Mean { campaign } => {
                let price = cents(self.prices.mean[campaign]);
                slack(-1.0, -price, free, in_start.max(0.0));
                slack(
                    1.0,
                    price - problem.weights.below_mean.0 as f64,
                    free,
                    (-in_start).max(0.0),
                );
                0.0
            }
            RowKind::Ratio { ratio, week } => {
                let price = cents(self.prices.ratios[ratio * weeks + week.index()]);
                slack(-1.0, -price, free, in_start);
                0.0
            }
            RowKind::Quota { quota } => {
                slack(-1.0, -cents(self.prices.quotas[quota]), free, in_start);
                0.0
            }
            RowKind::Changes => {
                let limit = problem.max_changes.map_or(0.0, |it| f64::from(it.get()));
                slack(1.0, -cents(self.prices.change), free, limit - in_start);
                limit
            }
        };
        mip.rows.push(Row {
            lower: rhs / size,
            upper: rhs / size,
            entries,
        });
    }

    /// Whether the row says something even if no candidate adds to it.
    fn is_short_when_empty(&self, row: usize) -> bool {
        matches!(self.rows.kinds[row], RowKind::Heads { .. })
    }
}

/// Millionths of a cent in cents, nearly.
fn cents(micro: i128) -> f64 {
    micro as f64 / 1e6
}

/// Share of the largest worth of a variable by which a solver's claims may err.
const TOLERANCE: f64 = 1e-9;

/// An amount rounded down to whole cents; none if it is no such amount.
#[expect(
    clippy::cast_possible_truncation,
    reason = "smaller than 2^100, checked"
)]
fn whole_cents(cents: f64) -> Option<i128> {
    (0.0..1e30).contains(&cents).then(|| cents.floor() as i128)
}
