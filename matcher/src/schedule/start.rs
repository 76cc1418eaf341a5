//! Whom to look at first, and a first plan made of them.
//!
//! Four times as many people as a role wants at its peak, role by role: by score, by what is left of it after a
//! little, all and more than all of the pay, so that there is somebody for every budget; and for quotas the best with and
//! without the tag. Then each in turn takes the best schedule the seats that are left allow.

use rustc_hash::FxHashSet;

use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::stop::Stop;

use super::column::Columns;
use super::prices::DensePrices;
use super::pricing::Pricer;
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

/// Gives each of `experts` in turn the best schedule that the seats left by `tally` allow; every schedule looked
/// at is handed to `found`.
pub(super) fn fill(
    (problem, rows, columns, pricer): (&Problem, &Rows<'_>, &Columns<'_>, &Pricer<'_>),
    experts: &[ExpertIdx],
    prices: &DensePrices,
    tally: &mut Tally,
    stop: &dyn Stop,
    found: &mut dyn FnMut(super::column::Column),
) {
    let compiled = pricer.compile(prices);
    let weeks = usize::from(problem.weeks);
    let mut full = vec![false; problem.roles.len() * weeks];
    for (row, kind) in rows.kinds.iter().enumerate() {
        if let RowKind::Heads { role, week } = *kind {
            let target = i128::from(problem.role(role).target.at(week).get());
            full[role.index() * weeks + week.index()] = tally.amount(row) >= target;
        }
    }
    for (n, expert) in experts.iter().enumerate() {
        if n % 64 == 0 && stop.is_due() {
            return;
        }
        if tally.of(*expert).is_some() {
            continue;
        }
        let Some(best) = pricer.price_one(*expert, &compiled, Some(&full)) else {
            continue;
        };
        if best.schedule.stints().is_empty() {
            continue;
        }
        let column = columns.column(rows, *expert, best.schedule);
        found(column.clone());
        if tally.gain(rows, &column).is_some_and(|gain| gain > 0) {
            for (row, _) in &column.entries {
                if let RowKind::Heads { role, week } = rows.kinds[*row as usize] {
                    let target = i128::from(problem.role(role).target.at(week).get());
                    full[role.index() * weeks + week.index()] =
                        tally.amount(*row as usize) + 1 >= target;
                }
            }
            tally.put(column);
        }
    }
}
