//! The rules inside an expert's schedule, as rows over stints.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::conflict::between;
use crate::lp::mip::{Mip, Row, Variable01};
use crate::model::Week;
use crate::model::problem::{ExpertIdx, PairIdx, RoleIdx};
use crate::schedule::column::Column;
use crate::schedule::pricing::Schedule;
use crate::schedule::tally::Tally;
use crate::stint::WeekKind;

use super::{Candidate, StintChoice};

impl StintChoice<'_, '_> {
    /// Stints of a pair do not touch; nobody has more roles or hours in a week than they can.
    pub(super) fn add_weeks(&self, expert: ExpertIdx, mip: &mut Mip) {
        let problem = self.search.problem;
        let facts = problem.expert(expert);
        let pairs = problem.pairs_of(expert);
        let mut rows = NewRows::default();
        for week in problem.all_weeks() {
            let (mut roles, mut hours) = (Vec::new(), Vec::new());
            for pair in pairs {
                let of_pair = self.of(*pair);
                let role_hours = problem.role(self.role(*pair)).hours.get();
                let is_held = |idx: &usize| self.holds(*idx, week);
                let held: Vec<usize> = of_pair.clone().filter(is_held).collect();
                let works = held.iter().filter(|idx| self.works(**idx, week));
                hours.extend(works.map(|idx| (*idx, f64::from(role_hours))));
                let near = of_pair.filter(|idx| {
                    let stint = self.candidates[*idx].stint;
                    (stint.from..=stint.to + 1).contains(&week.get())
                });
                rows.at_most(near.map(|idx| (idx, 1.0)).collect(), 1.0, mip);
                roles.extend(held.into_iter().map(|idx| (idx, 1.0)));
            }
            let most_roles = f64::from(facts.max_roles.get());
            rows.at_most(roles, most_roles, mip);
            if facts.max_roles.get() > 1 {
                rows.at_most(hours, f64::from(facts.hours.at(week).get()), mip);
            }
        }
    }

    fn holds(&self, candidate: usize, week: Week) -> bool {
        let stint = self.candidates[candidate].stint;
        (stint.from..=stint.to).contains(&week.get())
    }

    fn works(&self, candidate: usize, week: Week) -> bool {
        let Candidate { stint, weeks, .. } = &self.candidates[candidate];
        let at = week.get().checked_sub(stint.from).map(usize::from);
        let kind = at.and_then(|at| weeks.get(at)).map(|it| it.1);
        kind.is_some_and(|kind| kind != WeekKind::Leave)
    }

    /// Of roles that one person may not serve both, they serve one.
    pub(super) fn add_conflicts(&self, expert: ExpertIdx, start: Option<&Tally>, mip: &mut Mip) {
        let problem = self.search.problem;
        let pairs = problem.pairs_of(expert);
        let mut serves: FxHashMap<PairIdx, usize> = FxHashMap::default();
        for (n, one) in pairs.iter().enumerate() {
            for other in &pairs[..n] {
                if self.of(*one).is_empty() || self.of(*other).is_empty() {
                    continue;
                }
                if between(problem, self.role(*one), self.role(*other)).is_none() {
                    continue;
                }
                let mut entries = Vec::new();
                for pair in [*one, *other] {
                    let var = serves.get(&pair).copied();
                    let var = var.unwrap_or_else(|| self.add_serves(pair, start, mip));
                    serves.insert(pair, var);
                    entries.push((var, 1.0));
                }
                mip.rows.push(at_most(entries, 1.0));
            }
        }
    }

    /// A variable that is 1 if any stint of the pair is chosen.
    fn add_serves(&self, pair: PairIdx, start: Option<&Tally>, mip: &mut Mip) -> usize {
        let expert = self.search.problem.pair(pair).expert;
        let held = start.and_then(|start| start.of(expert));
        let serves =
            held.is_some_and(|it| it.schedule.stints().iter().any(|stint| stint.pair == pair));
        let var = free_variable(serves, mip);
        let mut rows = NewRows::default();
        for week in self.search.problem.all_weeks() {
            let held = self.of(pair).filter(|idx| self.holds(*idx, week));
            rows.at_most_var(held.map(|idx| (idx, 1.0)).collect(), var, mip);
        }
        var
    }

    pub(super) fn add_pins(&self, expert: ExpertIdx, mip: &mut Mip) {
        let problem = self.search.problem;
        for pin in problem.pins.iter().filter(|pin| pin.expert == expert) {
            let pair = problem.pair_of(pin.expert, pin.role);
            for week in Week::span(pin.from, pin.to) {
                let held = pair.map_or(0..0, |pair| self.of(pair));
                let held = held.filter(|idx| self.holds(*idx, week));
                mip.rows.push(Row {
                    lower: 1.0,
                    upper: 1.0,
                    entries: held.map(|idx| (idx, 1.0)).collect(),
                });
            }
        }
    }

    /// A variable that is 1 if the expert holds anything else than the plan in force says.
    pub(super) fn add_changes(
        &self,
        expert: ExpertIdx,
        start: Option<&Tally>,
        mip: &mut Mip,
    ) -> usize {
        let search = self.search;
        let problem = search.problem;
        let row = search
            .rows
            .changes()
            .and_then(|row| u32::try_from(row).ok());
        let counts = |column: &Column| column.entries.iter().any(|(it, _)| Some(*it) == row);
        let nothing = || {
            search
                .columns
                .column(search.rows, expert, Schedule::default())
        };
        let is_changed = start.is_some_and(|start| match start.of(expert) {
            Some(column) => counts(column),
            None => counts(&nothing()),
        });
        let var = free_variable(is_changed, mip);
        let said = search.columns.incumbent.said(expert);
        let mut open: FxHashSet<(RoleIdx, Week)> = said.iter().copied().collect();
        let has_one_role = problem.expert(expert).max_roles.get() == 1;
        let mut rows = NewRows::default();
        for week in problem.all_weeks() {
            let mut others = Vec::new();
            for pair in problem.pairs_of(expert) {
                let held = self.of(*pair).filter(|idx| self.holds(*idx, week));
                let mut held: Vec<(usize, f64)> = held.map(|idx| (idx, 1.0)).collect();
                if open.remove(&(self.role(*pair), week)) {
                    held.push((var, 1.0));
                    mip.rows.push(Row {
                        lower: 1.0,
                        upper: f64::INFINITY,
                        entries: held,
                    });
                } else if has_one_role {
                    others.extend(held);
                } else {
                    rows.at_most_var(held, var, mip);
                }
            }
            rows.at_most_var(others, var, mip);
        }
        if !open.is_empty() || search.columns.incumbent.is_beyond(expert) {
            mip.rows.push(Row {
                lower: 1.0,
                upper: 1.0,
                entries: vec![(var, 1.0)],
            });
        }
        var
    }
}

/// A variable between 0 and 1 that other rows make whole.
fn free_variable(start: bool, mip: &mut Mip) -> usize {
    mip.variables.push(Variable01 {
        worth: 0.0,
        upper: 1.0,
        is_integer: false,
        start: f64::from(u8::from(start)),
    });
    mip.variables.len() - 1
}

fn at_most(entries: Vec<(usize, f64)>, upper: f64) -> Row {
    Row {
        lower: f64::NEG_INFINITY,
        upper,
        entries,
    }
}

/// Rows of one expert, week by week: those that cannot be broken, or were there before, are left out.
#[derive(Default)]
struct NewRows {
    known: Vec<(Vec<(usize, f64)>, f64)>,
}

impl NewRows {
    /// Adds `entries ≤ most`.
    fn at_most(&mut self, entries: Vec<(usize, f64)>, most: f64, mip: &mut Mip) {
        let sum: f64 = entries.iter().map(|it| it.1).sum();
        if sum > most {
            self.add(entries, most, mip);
        }
    }

    /// Adds `entries ≤ var`.
    fn at_most_var(&mut self, mut entries: Vec<(usize, f64)>, var: usize, mip: &mut Mip) {
        if !entries.is_empty() {
            entries.push((var, -1.0));
            self.add(entries, 0.0, mip);
        }
    }

    fn add(&mut self, entries: Vec<(usize, f64)>, most: f64, mip: &mut Mip) {
        let row = (entries, most);
        if !self.known.contains(&row) {
            mip.rows.push(at_most(row.0.clone(), most));
            self.known.push(row);
        }
    }
}
