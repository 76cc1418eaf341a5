//! The rows that tie experts together, written for a mixed-integer program.
//!
//! In two forms. *Priced*: every row is an equality with slacks, and every slack carries the row's price. By the rows
//! themselves the objective is that of the contract but for a constant; yet its numbers are small, so a solver's
//! tolerances stay below a cent. *Plain*: the contract as it stands, in whole numbers, from which a solver cuts best.

use crate::lp::mip::{Mip, MipFound, Row, Variable01};
use crate::model::Cents;
use crate::model::problem::Problem;

use super::choose::divisor;
use crate::schedule::prices::DensePrices;
use crate::schedule::rows::{RowKind, Rows};

/// Share of the largest worth of a variable by which a solver's claims may err.
const TOLERANCE: f64 = 1e-9;

/// The rules of `rows`.
pub(super) struct Linking<'a> {
    rows: &'a Rows<'a>,
    problem: &'a Problem,
    /// By row: what a unit more is worth, in cents; none for the plain form.
    duals: Option<Vec<f64>>,
}

/// What a row adds up to without its variables being asked.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Amounts {
    /// In the solution to begin from, everything included.
    pub(super) in_start: i128,
    /// What no variable decides.
    pub(super) fixed: i128,
}

impl<'a> Linking<'a> {
    /// The priced form.
    pub(super) fn priced(problem: &'a Problem, rows: &'a Rows<'a>, prices: &DensePrices) -> Self {
        Self {
            duals: Some(rows.duals(prices)),
            ..Self::plain(problem, rows)
        }
    }

    /// The plain form.
    pub(super) fn plain(problem: &'a Problem, rows: &'a Rows<'a>) -> Self {
        Self {
            rows,
            problem,
            duals: None,
        }
    }

    /// Adds one rule to a program; `entries` are what its variables add to the row.
    pub(super) fn add(
        &self,
        row: usize,
        entries: &[(usize, i64)],
        amounts: Amounts,
        mip: &mut Mip,
    ) {
        if entries.is_empty() {
            return;
        }
        let rule = self.rule(row, amounts.in_start as f64);
        let is_plain = self.duals.is_none();
        let size = if is_plain {
            divisor_of_all(entries)
        } else {
            near_one(entries)
        };
        let scaled = entries
            .iter()
            .map(|(var, amount)| (*var, *amount as f64 / size));
        let mut entries: Vec<(usize, f64)> = scaled.collect();
        // In the plain form a slack of any size that is worth nothing makes an inequality, and whole numbers can be rounded.
        let slacks = rule.slacks.iter();
        let slacks =
            slacks.filter(|slack| !is_plain || slack.worth != 0.0 || slack.upper.is_finite());
        let mut is_whole = is_plain;
        for slack in slacks {
            is_whole = false;
            mip.variables.push(Variable01 {
                worth: slack.worth * size,
                upper: slack.upper / size,
                is_integer: false,
                start: slack.start / size,
            });
            entries.push((mip.variables.len() - 1, slack.coefficient));
        }
        let rhs = (rule.rhs - amounts.fixed as f64) / size;
        let (most, least) = match is_whole {
            true => (rhs.floor(), rhs.ceil()),
            false => (rhs, rhs),
        };
        let (may_be_less, may_be_more) =
            (is_plain && rule.may_be_less, is_plain && rule.may_be_more);
        mip.rows.push(Row {
            lower: if may_be_less {
                f64::NEG_INFINITY
            } else {
                least
            },
            upper: if may_be_more { f64::INFINITY } else { most },
            entries,
        });
    }

    /// A rule with what its slacks are worth; `in_start` is what the solution to begin from adds up to.
    fn rule(&self, row: usize, in_start: f64) -> Rule {
        let problem = self.problem;
        let price = self.duals.as_ref().map_or(0.0, |duals| duals[row]);
        let free = f64::INFINITY;
        let mut rule = Rule::default();
        let mut slack = |coefficient: f64, worth: f64, upper: f64, start: f64| {
            rule.slacks.push(Slack {
                coefficient,
                worth,
                upper,
                start,
            });
        };
        match self.rows.kinds[row] {
            RowKind::Heads { role, week } => {
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
                rule.rhs = target;
            }
            RowKind::Budget { campaign } => {
                let budget = problem.campaigns[campaign].budget.unwrap_or(Cents::ZERO).0 as f64;
                slack(1.0, price, free, budget - in_start);
                rule.rhs = budget;
                rule.may_be_less = true;
            }
            RowKind::Mean { .. } => {
                let below = price - problem.weights.below_mean.0 as f64;
                slack(-1.0, -price, free, in_start.max(0.0));
                slack(1.0, below, free, (-in_start).max(0.0));
                rule.may_be_more = true;
            }
            RowKind::Ratio { .. } | RowKind::Quota { .. } => {
                slack(-1.0, -price, free, in_start);
                rule.may_be_more = true;
            }
            RowKind::Changes => {
                let limit = problem.max_changes.map_or(0.0, |it| f64::from(it.get()));
                slack(1.0, price, free, limit - in_start);
                rule.rhs = limit;
                rule.may_be_less = true;
            }
        }
        rule
    }
}

/// One rule: `amounts + slacks = rhs`.
#[derive(Default)]
struct Rule {
    rhs: f64,
    slacks: Vec<Slack>,
    may_be_less: bool,
    may_be_more: bool,
}

struct Slack {
    coefficient: f64,
    worth: f64,
    upper: f64,
    start: f64,
}

/// A size that brings amounts near 1, so that tolerances mean the same in every row.
fn near_one(entries: &[(usize, i64)]) -> f64 {
    let sizes = entries.iter().map(|(_, amount)| amount.abs() as f64);
    let largest = sizes.fold(1.0, f64::max);
    if largest > 1e3 { largest / 1e2 } else { 1.0 }
}

/// The greatest common divisor of all amounts, so that they stay whole and get small.
fn divisor_of_all(entries: &[(usize, i64)]) -> f64 {
    let sizes = entries.iter().map(|(_, amount)| i128::from(*amount).abs());
    sizes.fold(0, divisor).max(1) as f64
}

/// By how many cents any solution may be worth more than the one that `program` begins from, the solver's tolerance
/// allowed for; none if that is not known.
pub(super) fn excess(program: &Mip, found: &MipFound) -> Option<i128> {
    let variables = program.variables.iter();
    let worth: f64 = variables.map(|it| it.worth * it.start).sum();
    let largest = program
        .variables
        .iter()
        .map(|it| it.worth.abs())
        .fold(0.0, f64::max);
    whole_cents((found.bound - worth).max(0.0) + 1e-3 + TOLERANCE * largest)
}

/// Millionths of a cent in cents, nearly.
pub(super) fn cents(micro: i128) -> f64 {
    micro as f64 / 1e6
}

/// An amount rounded down to whole cents; none if it is no such amount.
#[expect(
    clippy::cast_possible_truncation,
    reason = "smaller than 2^100, checked"
)]
fn whole_cents(cents: f64) -> Option<i128> {
    (0.0..1e30).contains(&cents).then(|| cents.floor() as i128)
}
