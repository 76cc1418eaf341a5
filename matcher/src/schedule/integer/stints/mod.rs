//! Choosing stints for some experts at once, while everybody else keeps what they have: a mixed-integer program with a
//! binary for every stint that a pair allows.
//!
//! An expert has far fewer stints than schedules, so where the gap is wide and schedules of small loss are too many to
//! list, this program still has everything. What the rules inside a schedule say is said by rows: stints of a pair do not
//! touch, roles and hours a week, walls and `apart` lists, pins, and whether an expert is changed.

mod rules;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::lp::mip::{self, Mip, MipLimits, Variable01};
use crate::model::Week;
use crate::model::problem::{ExpertIdx, PairIdx, RoleIdx};
use crate::stint::{PairView, StintRules, WeekKind};

use super::Search;
use super::choice::Chosen;
use super::linking::{self, Amounts, Linking};
use crate::schedule::column::Column;
use crate::schedule::pricing::{CompiledPrices, Schedule, ScheduledStint};
use crate::schedule::tally::Tally;

/// A stint that may be chosen; its variable is its position.
struct Candidate {
    stint: ScheduledStint,
    weeks: Vec<(Week, WeekKind)>,
    /// As if it were all that the expert does.
    column: Column,
}

/// Stints looked at for each that there is room for.
const LOOKS: usize = 20;

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
    /// The stints of `experts` (ascending) that may be part of a schedule that loses at most `worst`, in millionths of a
    /// cent, or are part of the best plan; none if these are more than `most`, there are far too many to look at, or time
    /// is up. With `worst` at the gap of the best plan no plan better than it uses any other. O(weeks) a stint.
    pub(super) fn new(
        search: &'a Search<'s>,
        compiled: &CompiledPrices,
        change: i128,
        experts: Vec<ExpertIdx>,
        worst: i128,
        most: usize,
    ) -> Option<Self> {
        let problem = search.problem;
        let best = search.best.as_ref();
        let mut candidates = Vec::new();
        let mut of_pair = FxHashMap::default();
        let mut looks = most.saturating_mul(LOOKS);
        for expert in &experts {
            // Without this stint the rest is a schedule too, worth at most the best and a change: so a schedule loses at
            // least what the stint alone is worth less than nothing. With pins the rest may be no schedule.
            let least = match search.musts.binary_search(expert) {
                Ok(_) => i128::MIN,
                Err(_) => -worst - change,
            };
            let held = best.and_then(|(tally, _)| tally.of(*expert));
            for pair in problem.pairs_of(*expert) {
                if problem.is_vetoed(*expert, problem.pair(*pair).role) {
                    continue;
                }
                if search.is_over() {
                    return None;
                }
                let from = candidates.len();
                let view = PairView::new(problem, *pair);
                view.visit_stints(StintRules::ALL, |it| {
                    let stint = ScheduledStint {
                        pair: *pair,
                        from: it.from.get(),
                        to: it.to.get(),
                    };
                    looks = looks.saturating_sub(1);
                    let is_held = held.is_some_and(|it| it.schedule.stints().contains(&stint));
                    let value = search.pricer.stint_value(compiled, *expert, stint);
                    if value >= least || is_held {
                        let schedule = Schedule::new(vec![stint]);
                        candidates.push(Candidate {
                            stint,
                            weeks: view.weeks(it).collect(),
                            column: search.columns.column(search.rows, *expert, schedule),
                        });
                    }
                    candidates.len() <= most && looks > 0
                });
                if candidates.len() > most || looks == 0 {
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
        // Stated anew from the plan, so that what a solver takes for whole is.
        let exactly = tally.as_ref().map(|tally| self.program(Some(tally)));
        Chosen {
            excess: exactly.and_then(|program| linking::excess(&program, &found)),
            tally,
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
}
