//! From potentials of the flow to prices of the contract.
//!
//! The flow prices a head over all weeks its uses cover. The contract wants a price for each week.
//! With `n` heads, any prices between what the (n + 1)-th and what the n-th head saves in each week,
//! adding up to the flow's price, prove the same bound. Where nothing varies by week they must
//! also be equal over the weeks, or stints of part of the horizon would gain by them: they are equal but
//! for millionths of a cent, and the larger ones stand last, where only a whole stint reaches them.
//!
//! The contract's prices have a largest size. Weights near the end of their range can ask for
//! more; then the nearest legal prices are stated, which prove less.

use std::collections::BTreeMap;

use super::class::{Class, Shape};
use super::network::{Staffed, saved_by_head};
use crate::model::plan::{MICRO, Prices};
use crate::model::problem::{Problem, RoleIdx};
use crate::model::{Cents, Week};

/// The largest size of a price of heads, in millionths of a cent.
const LARGEST: i128 = 100_000_000_000_000_000_000;

/// Prices of heads for every role and week.
pub(super) struct HeadPrices {
    /// By role and week, in millionths of a cent.
    pub(super) by_role: Vec<Vec<i128>>,
    /// Whether none had to be cut to its largest size: then they prove the objective.
    pub(super) are_exact: bool,
}

impl HeadPrices {
    /// The prices of an optimal flow.
    pub(super) fn new(problem: &Problem, class: &Class, staffed: &Staffed) -> Self {
        let roles = (0..problem.roles.len()).map(RoleIdx::from);
        let exact: Vec<Vec<i128>> = roles
            .map(|role| of_role(problem, class, staffed, role))
            .collect();
        let by_role: Vec<Vec<i128>> = exact
            .iter()
            .map(|weeks| {
                weeks
                    .iter()
                    .map(|price| (*price).clamp(-LARGEST, LARGEST))
                    .collect()
            })
            .collect();
        Self {
            are_exact: exact == by_role,
            by_role,
        }
    }

    /// As a plan states them; roles whose prices are all 0 are left out.
    pub(super) fn stated(&self, problem: &Problem) -> Prices {
        let roles = self.by_role.iter().enumerate();
        let priced = roles.filter(|(_, weeks)| weeks.iter().any(|price| *price != 0));
        let heads: BTreeMap<String, Vec<i128>> = priced
            .map(|(role, weeks)| {
                (
                    problem.role_id(RoleIdx::from(role)).to_owned(),
                    weeks.clone(),
                )
            })
            .collect();
        Prices {
            heads,
            ..Prices::default()
        }
    }

    /// The price of a head over the weeks that a role's uses cover.
    pub(super) fn of_use(&self, class: &Class, role: RoleIdx) -> i128 {
        let weeks = &self.by_role[role.index()];
        class.covered[role.index()]
            .iter()
            .map(|week| weeks[week.index()])
            .sum()
    }
}

fn of_role(problem: &Problem, class: &Class, staffed: &Staffed, role: RoleIdx) -> Vec<i128> {
    // What nobody covers is worth what its first head saves, whatever the flow says beyond that.
    let mut prices: Vec<i128> = problem
        .all_weeks()
        .map(|week| saved_by_head(problem, role, week, 1).0 * MICRO)
        .collect();
    let heads = staffed.heads[role.index()];
    if heads == 0 {
        return prices;
    }
    let covered = &class.covered[role.index()];
    let worth = staffed.worth[role.index()];
    let by_week = match class.shape {
        Shape::Uniform => evenly(worth, covered.len()),
        Shape::SingleStints => between_heads(problem, role, covered, heads, worth),
    };
    for (week, price) in covered.iter().zip(by_week) {
        prices[week.index()] = price;
    }
    prices
}

/// `worth` in `n_weeks` parts that differ by a millionth of a cent at most, the larger ones last.
fn evenly(worth: Cents, n_weeks: usize) -> Vec<i128> {
    let n_weeks = i128::try_from(n_weeks).expect("a count of weeks");
    let micro = worth.0 * MICRO;
    let n_larger = micro.rem_euclid(n_weeks);
    (0..n_weeks)
        .map(|week| micro.div_euclid(n_weeks) + i128::from(week >= n_weeks - n_larger))
        .collect()
}

/// `worth` in parts, each between what one head more and what the last head saves in its week.
fn between_heads(
    problem: &Problem,
    role: RoleIdx,
    covered: &[Week],
    heads: u32,
    worth: Cents,
) -> Vec<i128> {
    let saved = |week: &Week, n| saved_by_head(problem, role, *week, n).0;
    let mut prices: Vec<i128> = Vec::with_capacity(covered.len());
    let mut rest = worth.0;
    for week in covered {
        // Beyond the target a head is forbidden, so its price has no lower end: it begins at the upper one.
        let is_full = heads == problem.role(role).target.at(*week).get();
        let low = if is_full {
            saved(week, heads)
        } else {
            saved(week, heads + 1)
        };
        prices.push(low);
        rest -= low;
    }
    let is_full = |week: &Week| heads == problem.role(role).target.at(*week).get();
    let n_full = covered.iter().filter(|week| is_full(week)).count();
    let mut n_full = i128::try_from(n_full).expect("a count of weeks");
    for (week, price) in covered.iter().zip(&mut prices) {
        let change = match rest {
            0.. => rest.min(saved(week, heads) - *price),
            // Evenly over the full weeks, so that no price is larger than it must be.
            _ if is_full(week) => {
                n_full -= 1;
                rest / (n_full + 1)
            }
            _ => 0,
        };
        *price += change;
        rest -= change;
    }
    debug_assert_eq!(
        rest, 0,
        "the flow's price lies between one head more and one head fewer"
    );
    prices.into_iter().map(|price| price * MICRO).collect()
}
