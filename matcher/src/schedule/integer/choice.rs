//! Choosing one schedule for each of many experts at once: a mixed-integer program over columns.
//!
//! The objective is stated as what a plan loses against the bound: for each expert the value of their best schedule
//! less that of the chosen one, and for each row its price times its slack ([`linking`]).

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lp::mip::{self, Mip, MipLimits, MipStatus, Row, Variable01};
use crate::model::problem::{ExpertIdx, Problem};
use crate::stop::Stop;

use super::linking::{self, Amounts, Linking, cents};
use crate::schedule::column::Column;
use crate::schedule::prices::DensePrices;
use crate::schedule::rows::Rows;
use crate::schedule::tally::Tally;

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
        let program = Arc::new(self.program(start));
        let found = mip::solve(&program, limits, stop);
        let tally = found.values.as_ref().map(|values| {
            let mut tally = Tally::new(self.rows);
            for (candidate, value) in self.candidates.iter().zip(values) {
                if *value > 0.5 {
                    tally.put(candidate.column.clone());
                }
            }
            tally
        });
        // Stated anew from the plan, so that what a solver takes for whole is.
        let exactly = tally.as_ref().map(|tally| self.program(Some(tally)));
        Chosen {
            excess: exactly.and_then(|program| linking::excess(&program, &found)),
            tally,
            status: found.status,
            nodes: found.nodes,
        }
    }

    fn program(&self, start: Option<&Tally>) -> Mip {
        let mut mip = Mip {
            has_start: start.is_some(),
            ..Mip::default()
        };
        let mut entries: Vec<Vec<(usize, i64)>> = vec![Vec::new(); self.rows.len()];
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
                entries[*row as usize].push((idx, *amount));
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
        let linking = Linking::priced(self.problem, self.rows, self.prices);
        for (row, entries) in entries.iter().enumerate() {
            let in_start = start.map_or(0, |start| start.amount(row));
            let amounts = Amounts { in_start, fixed: 0 };
            linking.add(row, entries, amounts, &mut mip);
        }
        mip
    }
}
