//! A plan in the making: whom it gives which column, what the rows add up to, and what it is worth, exactly.

use rustc_hash::FxHashMap;

use crate::model::problem::ExpertIdx;

use super::column::Column;
use super::rows::Rows;

/// Columns of different experts with their sums.
#[derive(Clone, Debug)]
pub(super) struct Tally {
    chosen: FxHashMap<ExpertIdx, Column>,
    amounts: Vec<i128>,
    own: i128,
}

impl Tally {
    pub(super) fn new(rows: &Rows<'_>) -> Self {
        Self {
            chosen: FxHashMap::default(),
            amounts: vec![0; rows.len()],
            own: 0,
        }
    }

    /// The sum of the rows.
    pub(super) fn amount(&self, row: usize) -> i128 {
        self.amounts[row]
    }

    /// The column of an expert.
    pub(super) fn of(&self, expert: ExpertIdx) -> Option<&Column> {
        self.chosen.get(&expert)
    }

    /// The columns, by expert.
    pub(super) fn columns(&self) -> Vec<&Column> {
        let mut columns: Vec<&Column> = self.chosen.values().collect();
        columns.sort_unstable_by_key(|column| column.expert);
        columns
    }

    /// What adding a column of an expert without one gains; none if it breaks a row's rule.
    pub(super) fn gain(&self, rows: &Rows<'_>, column: &Column) -> Option<i128> {
        let mut gain = column.own;
        for (row, amount) in &column.entries {
            let row = *row as usize;
            let before = self.amounts[row];
            let after = rows.worth(row, before + i128::from(*amount))?;
            gain += after - rows.worth(row, before).unwrap_or(0);
        }
        Some(gain)
    }

    /// Gives an expert a column in place of what they had.
    pub(super) fn put(&mut self, column: Column) {
        self.take(column.expert);
        self.own += column.own;
        for (row, amount) in &column.entries {
            self.amounts[*row as usize] += i128::from(*amount);
        }
        self.chosen.insert(column.expert, column);
    }

    /// Takes an expert's column away.
    pub(super) fn take(&mut self, expert: ExpertIdx) -> Option<Column> {
        let column = self.chosen.remove(&expert)?;
        self.own -= column.own;
        for (row, amount) in &column.entries {
            self.amounts[*row as usize] -= i128::from(*amount);
        }
        Some(column)
    }

    /// What the plan is worth, but for the constant of the incumbent; none if it breaks a row's rule.
    pub(super) fn worth(&self, rows: &Rows<'_>) -> Option<i128> {
        let amounts = self.amounts.iter().enumerate();
        amounts
            .map(|(row, amount)| rows.worth(row, *amount))
            .try_fold(self.own, |sum, worth| Some(sum + worth?))
    }
}
