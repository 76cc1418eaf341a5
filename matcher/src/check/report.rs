//! What the checker says of a plan: rule by rule, the objective, the bound, the claims.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use super::claims::{FalseClaim, Unverified};
use super::objective::Objective;
use super::price_bound::{NoPriceBound, PriceBound};
use crate::model::plan::Rule;

impl Rule {
    /// Every rule, in the order of the contract.
    pub const ALL: [Self; 11] = [
        Self::Eligible,
        Self::Capacity,
        Self::Stint,
        Self::Headcount,
        Self::Wall,
        Self::Apart,
        Self::Budget,
        Self::Ratio,
        Self::Quota,
        Self::Pin,
        Self::ChangeLimit,
    ];

    /// The rule's number in the contract; walls and `apart` lists share number 5.
    pub fn number(self) -> u8 {
        match self {
            Self::Eligible => 1,
            Self::Capacity => 2,
            Self::Stint => 3,
            Self::Headcount => 4,
            Self::Wall | Self::Apart => 5,
            Self::Budget => 6,
            Self::Ratio => 7,
            Self::Quota => 8,
            Self::Pin => 9,
            Self::ChangeLimit => 10,
        }
    }

    /// The rule's name, as plan files spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eligible => "eligible",
            Self::Capacity => "capacity",
            Self::Stint => "stint",
            Self::Headcount => "headcount",
            Self::Wall => "wall",
            Self::Apart => "apart",
            Self::Budget => "budget",
            Self::Ratio => "ratio",
            Self::Quota => "quota",
            Self::Pin => "pin",
            Self::ChangeLimit => "change_limit",
        }
    }

    /// What the rule demands, in one line.
    pub fn description(self) -> &'static str {
        match self {
            Self::Eligible => "stints are on pairs that exist, not vetoed, inside the pair's weeks",
            Self::Capacity => "working hours fit the expert's week, and at most max_roles are held",
            Self::Stint => {
                "stints begin and end with work, are long enough, have little leave and never touch"
            }
            Self::Headcount => "at most `target` heads cover a role in a week",
            Self::Wall => "one client for an expert behind each wall",
            Self::Apart => "at most one role of an `apart` list for an expert",
            Self::Budget => "a campaign's pay is within its budget",
            Self::Ratio => "there are enough heads of some roles for those of others, every week",
            Self::Quota => "shares of tagged seat-weeks are within their percentage",
            Self::Pin => "pinned weeks are held",
            Self::ChangeLimit => "at most `max_changes` experts are changed",
        }
    }
}

/// One rule, and where the plan breaks it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleReport {
    /// Which rule.
    pub rule: Rule,
    /// How many instances were looked at (stints, role-weeks, pins … as the rule speaks of them).
    pub checked: u64,
    /// How many of them are broken.
    pub n_violations: u64,
    /// The first [`RuleReport::KEPT`] of those.
    pub violations: Vec<Violation>,
}

impl RuleReport {
    /// How many violations of a rule are kept in full.
    pub const KEPT: usize = 100;

    pub(super) fn new(rule: Rule) -> Self {
        Self {
            rule,
            checked: 0,
            n_violations: 0,
            violations: Vec::new(),
        }
    }

    /// Counts one instance that keeps the rule if `holds`; the violation is made only if kept.
    pub(super) fn expect(&mut self, holds: bool, violation: impl FnOnce() -> Violation) {
        self.checked += 1;
        if !holds {
            self.n_violations += 1;
            if self.violations.len() < Self::KEPT {
                self.violations.push(violation());
            }
        }
    }

    /// The rule's name, as plan files spell it.
    pub fn name(&self) -> &'static str {
        self.rule.name()
    }

    /// The rule's number in the contract.
    pub fn number(&self) -> u8 {
        self.rule.number()
    }

    /// What the rule demands, in one line.
    pub fn description(&self) -> &'static str {
        self.rule.description()
    }

    /// Whether every instance keeps the rule.
    pub fn holds(&self) -> bool {
        self.n_violations == 0
    }
}

/// One place where a plan breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON pointer into the plan, to the stint that breaks the rule; the list of stints where no
    /// one stint does.
    pub at: String,
    /// JSON pointer into the problem, to what states the rule.
    pub stated_at: String,
    /// Who, what, when, and the numbers that do not fit.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.at, self.message)
    }
}

/// What the stated prices prove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BoundReport {
    /// The plan states no prices.
    NotStated,
    /// The bound the prices prove.
    Proved(PriceBound),
    /// The prices prove none, and why.
    None(NoPriceBound),
}

impl BoundReport {
    /// The bound in whole cents, if the prices prove one.
    pub fn cents(&self) -> Option<i128> {
        match self {
            Self::Proved(bound) => Some(bound.cents),
            Self::NotStated | Self::None(_) => None,
        }
    }
}

/// How far the objective is from the bound. Quotients are never rounded: they stay fractions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Gap {
    /// The bound taken: the stated one, or else what the prices prove.
    pub bound: i128,
    /// Bound − objective, in cents.
    pub cents: i128,
    /// `missing_target_cents`, by which the gap is divided to state it in seat-weeks.
    pub seat_week_cents: i128,
    /// The plan's score value, of which the gap is a share.
    pub score_cents: i128,
}

impl Gap {
    /// The gap in seat-weeks; `None` when a missing head costs nothing. For display.
    pub fn seat_weeks(&self) -> Option<f64> {
        quotient(self.cents, self.seat_week_cents)
    }

    /// The gap as a share of the plan's score value; `None` when that is 0. For display.
    pub fn share_of_score(&self) -> Option<f64> {
        quotient(self.cents, self.score_cents)
    }
}

fn quotient(dividend: i128, divisor: i128) -> Option<f64> {
    (divisor != 0).then(|| dividend as f64 / divisor as f64)
}

/// Everything the checker says of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Every rule, in the order of [`Rule::ALL`]; empty if there are no stints to check.
    pub rules: Vec<RuleReport>,
    /// What the plan is worth, where that is defined: see [`Objective`].
    pub objective: Option<Objective>,
    /// What the stated prices prove.
    pub bound: BoundReport,
    /// Claims of the plan file that are not true, and what it lacks.
    pub false_claims: Vec<FalseClaim>,
    /// Claims that could not be verified or refuted here.
    pub unverified: Vec<Unverified>,
    /// How far the objective is from the bound, where both are known.
    pub gap: Option<Gap>,
}

impl Report {
    /// Whether every rule is kept and no claim is false.
    pub fn holds(&self) -> bool {
        self.keeps_rules() && self.false_claims.is_empty()
    }

    /// Whether every rule is kept.
    pub fn keeps_rules(&self) -> bool {
        self.rules.iter().all(RuleReport::holds)
    }

    /// How often each broken rule is broken.
    pub fn broken(&self) -> BTreeMap<Rule, u64> {
        let broken = self.rules.iter().filter(|report| !report.holds());
        broken
            .map(|report| (report.rule, report.n_violations))
            .collect()
    }
}
