//! Choosing stints for some experts at once, while everybody else keeps what they have: a mixed-integer program with a
//! binary for every stint that a pair allows.
//!
//! An expert has far fewer stints than schedules, so where the gap is wide and schedules of small loss are too many to
//! list, this program still has everything. What the rules inside a schedule say is said by rows: stints of a pair do not
//! touch, roles and hours a week, walls and `apart` lists, pins, and whether an expert is changed.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::conflict::between;
use crate::lp::mip::{self, Mip, MipLimits, Row, Variable01};
use crate::model::Week;
use crate::model::problem::{ExpertIdx, PairIdx, RoleIdx};
use crate::stint::{PairView, StintRules, WeekKind};

use super::Search;
use super::choice::Chosen;
use super::column::Column;
use super::generate::Bound;
use super::linking::{self, Amounts, Linking};
use super::pricing::{CompiledPrices, Schedule, ScheduledStint};
use super::tally::Tally;

/// A stint that may be chosen; its variable is its position.
struct Candidate {
    stint: ScheduledStint,
    weeks: Vec<(Week, WeekKind)>,
    /// As if it were all that the expert does.
    column: Column,
}

/// The stints of some experts.
pub(super) struct StintChoice<'a, 's> {
    search: &'a Search<'s>,
    /// Who is to be staffed anew, ascending.
    experts: Vec<ExpertIdx>,
    candidates: Vec<Candidate>,
    /// By pair with any: its candidates.
    of_pair: FxHashMap<PairIdx, std::ops::Range<usize>>,
}

impl<'a, 's> StintChoice<'a, 's> {
    /// The stints of `experts` (ascending) that lose at most `worst` by themselves, in millionths of a cent, or are part of
    /// the best plan; none if these are more than `most`. With `worst` at the gap of the best plan no plan better than it
    /// uses any other. O(stints).
    pub(super) fn new(
        search: &'a Search<'s>,
        bound: &'a Bound,
        compiled: &CompiledPrices,
        experts: Vec<ExpertIdx>,
        worst: i128,
        most: usize,
    ) -> Option<Self> {
        let problem = search.problem;
        let best = search.best.as_ref();
        let mut candidates = Vec::new();
        let mut of_pair = FxHashMap::default();
        for expert in &experts {
            // Without this stint the rest is a schedule too, worth at most the best: so the stint alone makes the loss of
            // what it is part of. Not so where there are pins or the plan in force counts.
            let least = match search.musts.binary_search(expert) {
                Ok(_) => i128::MIN,
                Err(_) => -worst - bound.prices.change,
            };
            for pair in problem.pairs_of(*expert) {
                if problem.is_vetoed(*expert, problem.pair(*pair).role) {
                    continue;
                }
                let from = candidates.len();
                let view = PairView::new(problem, *pair);
                view.visit_stints(StintRules::ALL, |it| {
                    let stint = ScheduledStint {
                        pair: *pair,
                        from: it.from.get(),
                        to: it.to.get(),
                    };
                    let value = search.pricer.stint_value(compiled, *expert, stint);
                    let is_held = || {
                        let held = best.and_then(|(tally, _)| tally.of(*expert));
                        held.is_some_and(|it| it.schedule.stints().contains(&stint))
                    };
                    if value >= least || is_held() {
                        let schedule = Schedule::new(vec![stint]);
                        candidates.push(Candidate {
                            stint,
                            weeks: view.weeks(it).collect(),
                            column: search.columns.column(search.rows, *expert, schedule),
                        });
                    }
                    candidates.len() <= most
                });
                if candidates.len() > most {
                    return None;
                }
                if candidates.len() > from {
                    of_pair.insert(*pair, from..candidates.len());
                }
            }
        }
        Some(Self {
            search,
            experts,
            candidates,
            of_pair,
        })
    }

    /// The best choice that the limits allow to find, from the best plan on.
    pub(super) fn best(&self, limits: MipLimits) -> Chosen {
        let start = self.search.best.as_ref().map(|(tally, _)| tally);
        let program = Arc::new(self.program(start));
        let found = mip::solve(&program, limits, self.search.stop);
        let tally = found
            .values
            .as_ref()
            .map(|values| self.tally(start, values));
        Chosen {
            tally,
            excess: linking::excess(&program, &found),
            status: found.status,
            nodes: found.nodes,
        }
    }

    /// The plan that `values` stand for; who was not asked keeps what they have.
    fn tally(&self, start: Option<&Tally>, values: &[f64]) -> Tally {
        let mut tally = start.map_or_else(|| Tally::new(self.search.rows), Clone::clone);
        for expert in &self.experts {
            tally.take(*expert);
            let stints: Vec<ScheduledStint> = self
                .candidates_of(*expert)
                .filter(|idx| values[*idx] > 0.5)
                .map(|idx| self.candidates[idx].stint)
                .collect();
            if !stints.is_empty() || self.search.musts.binary_search(expert).is_ok() {
                let schedule = Schedule::new(stints);
                let search = self.search;
                tally.put(search.columns.column(search.rows, *expert, schedule));
            }
        }
        tally
    }

    fn candidates_of(&self, expert: ExpertIdx) -> impl Iterator<Item = usize> {
        let pairs = self.search.problem.pairs_of(expert);
        pairs.iter().flat_map(|pair| self.of(*pair))
    }

    fn of(&self, pair: PairIdx) -> std::ops::Range<usize> {
        self.of_pair.get(&pair).cloned().unwrap_or(0..0)
    }

    fn role(&self, pair: PairIdx) -> RoleIdx {
        self.search.problem.pair(pair).role
    }

    fn program(&self, start: Option<&Tally>) -> Mip {
        let mut mip = Mip {
            has_start: start.is_some(),
            ..Mip::default()
        };
        let mut entries: Vec<Vec<(usize, i64)>> = vec![Vec::new(); self.search.rows.len()];
        for (idx, candidate) in self.candidates.iter().enumerate() {
            let stint = candidate.stint;
            let expert = self.search.problem.pair(stint.pair).expert;
            let held = start.and_then(|start| start.of(expert));
            let is_held = held.is_some_and(|it| it.schedule.stints().contains(&stint));
            mip.variables.push(Variable01 {
                worth: candidate.column.own as f64,
                upper: 1.0,
                is_integer: true,
                start: f64::from(u8::from(is_held)),
            });
            for (row, amount) in &candidate.column.entries {
                // Whether the expert is changed is more than a sum.
                if Some(*row as usize) != self.search.rows.changes() {
                    entries[*row as usize].push((idx, *amount));
                }
            }
        }
        for expert in &self.experts {
            self.add_weeks(*expert, &mut mip);
            self.add_conflicts(*expert, start, &mut mip);
            self.add_pins(*expert, &mut mip);
            if let Some(row) = self.search.rows.changes() {
                let changed = self.add_changes(*expert, start, &mut mip);
                entries[row].push((changed, 1));
            }
        }
        let fixed = start.map(|start| {
            let mut fixed = start.clone();
            for expert in &self.experts {
                fixed.take(*expert);
            }
            fixed
        });
        let linking = Linking::plain(self.search.problem, self.search.rows);
        for (row, entries) in entries.iter().enumerate() {
            let amount = |tally: Option<&Tally>| tally.map_or(0, |it| it.amount(row));
            let amounts = Amounts {
                in_start: amount(start),
                fixed: amount(fixed.as_ref()),
            };
            linking.add(row, entries, amounts, &mut mip);
        }
        mip
    }

    /// Stints of a pair do not touch; nobody has more roles or hours in a week than they can.
    fn add_weeks(&self, expert: ExpertIdx, mip: &mut Mip) {
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
            let most_roles = f64::from(facts.max_roles.get().min(1_000));
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
    fn add_conflicts(&self, expert: ExpertIdx, start: Option<&Tally>, mip: &mut Mip) {
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

    fn add_pins(&self, expert: ExpertIdx, mip: &mut Mip) {
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
    fn add_changes(&self, expert: ExpertIdx, start: Option<&Tally>, mip: &mut Mip) -> usize {
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
