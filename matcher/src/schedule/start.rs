//! Whom to look at first, and a first plan made of them.
//!
//! Four times as many people as a role wants at its peak, role by role: by score, by what is left of it after a
//! little, all and more than all of the pay, so that there is somebody for every budget; and for quotas the best with and
//! without the tag. Then each in turn takes the best schedule the seats that are left allow.

use rustc_hash::FxHashSet;

use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};

use super::Search;
use super::column::Column;
use super::prices::DensePrices;
use super::rows::{RowKind, Rows};
use super::tally::Tally;

/// People a role, for each head at its peak.
const PEOPLE_A_HEAD: usize = 4;

/// The experts to begin with, in the order in which they should choose: role by role, those that others depend on and
/// the scarcest first.
pub(super) fn start_set(problem: &Problem) -> Vec<ExpertIdx> {
    let mut by_role: Vec<Vec<PairIdx>> = vec![Vec::new(); problem.roles.len()];
    for (idx, pair) in problem.pairs.iter().enumerate() {
        if problem.vetoes.is_empty() || !problem.is_vetoed(pair.expert, pair.role) {
            by_role[pair.role.index()].push(PairIdx::from(idx));
        }
    }
    let peak = |role: usize| {
        let heads = problem
            .all_weeks()
            .map(|week| problem.roles[role].target.at(week).get());
        heads.max().unwrap_or(0) as usize
    };
    let leads = |role: usize| {
        let role = RoleIdx::from(role);
        problem.ratios.iter().any(|ratio| ratio.of.contains(&role))
    };
    let mut order: Vec<usize> = (0..by_role.len()).filter(|role| peak(*role) > 0).collect();
    // People for each head, in thousandths.
    order.sort_by_key(|role| {
        (
            !leads(*role),
            1000 * by_role[*role].len() / peak(*role),
            *role,
        )
    });
    let mut taken = FxHashSet::default();
    let mut set = Vec::new();
    for role in order {
        let heads = peak(role);
        let mut pairs = std::mem::take(&mut by_role[role]);
        let mut take = |pairs: &mut Vec<PairIdx>, n: usize, key: &dyn Fn(PairIdx) -> i128| {
            pairs.retain(|pair| !taken.contains(&problem.pair(*pair).expert));
            let n = n.min(pairs.len());
            if n == 0 {
                return;
            }
            pairs.select_nth_unstable_by_key(n - 1, |pair| (-key(*pair), *pair));
            pairs[..n].sort_unstable_by_key(|pair| (-key(*pair), *pair));
            for pair in &pairs[..n] {
                let expert = problem.pair(*pair).expert;
                if taken.insert(expert) {
                    set.push(expert);
                }
            }
        };
        let worth = |quarters_of_pay: i128| {
            move |pair: PairIdx| {
                let pair = problem.pair(pair);
                let pay = (pair.rate * problem.role(pair.role).hours).0;
                let score = i128::from(pair.score.get()) * problem.weights.point.0;
                4 * score - quarters_of_pay * pay
            }
        };
        for (quarters, share) in [(4, 2), (1, 1), (10, 1)] {
            take(
                &mut pairs,
                (heads * PEOPLE_A_HEAD * share).div_ceil(4),
                &worth(quarters),
            );
        }
        for quota in &problem.quotas {
            if quota.roles.contains(&RoleIdx::from(role)) {
                let has_tag = |pair: &PairIdx| {
                    let tags = &problem.expert(problem.pair(*pair).expert).tags;
                    tags.binary_search(&quota.tag).is_ok()
                };
                for tagged in [true, false] {
                    let mut some: Vec<PairIdx> = pairs
                        .iter()
                        .copied()
                        .filter(|pair| has_tag(pair) == tagged)
                        .collect();
                    take(&mut some, heads.div_ceil(2), &worth(4));
                }
            }
        }
    }
    set
}

/// Prices at which every empty seat is worth what its being missing costs on average.
pub(super) fn first_prices(problem: &Problem, rows: &Rows<'_>) -> DensePrices {
    let mut prices = DensePrices::zero(problem);
    for kind in &rows.kinds {
        if let RowKind::Heads { role, week } = *kind {
            let facts = problem.role(role);
            let target = i128::from(facts.target.at(week).get());
            let min = i128::from(facts.min.at(week).get());
            let (of_min, of_target) = rows.missing(role);
            let average = (of_min * min + of_target * (target - min)) / target.max(1);
            let micro = (average * 1_000_000).min(100_000_000_000_000_000_000);
            prices.heads[role.index() * prices.weeks + week.index()] = micro;
        }
    }
    prices
}

/// Gives each of `experts` in turn the best schedule that the seats left by `tally` allow; every schedule taken is
/// handed to `found`.
pub(super) fn fill(
    search: &Search<'_>,
    experts: &[ExpertIdx],
    prices: &DensePrices,
    tally: &mut Tally,
    found: &mut dyn FnMut(Column),
) {
    let (rows, pricer) = (search.rows, &search.pricer);
    let compiled = pricer.compile(prices);
    let mut scratch = pricer.scratch();
    let mut closed = Closed::new(search.problem, rows, tally);
    for (n, expert) in experts.iter().enumerate() {
        if n % 64 == 0 && search.stop.is_due() {
            return;
        }
        if tally.of(*expert).is_some() {
            continue;
        }
        let best = pricer.price_one(*expert, &compiled, Some(&closed.weeks), &mut scratch);
        let Some(best) = best.filter(|best| !best.schedule.is_empty()) else {
            continue;
        };
        let column = search.columns.column(rows, *expert, best.schedule);
        if tally.gain(rows, &column).is_some_and(|gain| gain > 0) {
            found(column.clone());
            tally.put(column.clone());
            closed.note(
                rows,
                tally,
                column.entries.iter().map(|(row, _)| *row as usize),
            );
        }
    }
}

/// Roles and weeks that one more head may not cover: all seats are taken, or a ratio would break.
struct Closed<'a> {
    problem: &'a Problem,
    weeks: Vec<bool>,
}

impl<'a> Closed<'a> {
    fn new(problem: &'a Problem, rows: &Rows<'_>, tally: &Tally) -> Self {
        let weeks = vec![false; problem.roles.len() * usize::from(problem.weeks)];
        let mut closed = Self { problem, weeks };
        closed.note(rows, tally, 0..rows.len());
        closed
    }

    /// Looks again at what these rows say.
    fn note(&mut self, rows: &Rows<'_>, tally: &Tally, changed: impl Iterator<Item = usize>) {
        let n_weeks = usize::from(self.problem.weeks);
        let mut roles = Vec::new();
        for row in changed {
            match rows.kinds[row] {
                RowKind::Heads { role, week } => roles.push((role, week)),
                RowKind::Ratio { ratio, week } => {
                    roles.extend(
                        self.problem.ratios[ratio]
                            .to
                            .iter()
                            .map(|role| (*role, week)),
                    );
                }
                _ => {}
            }
        }
        for (role, week) in roles {
            self.weeks[role.index() * n_weeks + week.index()] = rows.is_closed(tally, role, week);
        }
    }
}
