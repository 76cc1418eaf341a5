//! The rules that tie experts together, as rows of a linear program.
//!
//! A schedule adds integer amounts to rows; a plan is the sum of its schedules. Headcounts and means cost money
//! when missed, the others must hold.

use crate::model::problem::{ExpertIdx, Problem, Ratio, RoleIdx, Share};
use crate::model::{Cents, Week};

use super::prices::DensePrices;
use super::tally::Tally;

/// What a row speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RowKind {
    /// Heads covering a role in a week: at most the target, missing ones cost.
    Heads {
        /// The role.
        role: RoleIdx,
        /// The week.
        week: Week,
    },
    /// A campaign's pay, in cents: at most its budget.
    Budget {
        /// Position of the campaign.
        campaign: usize,
    },
    /// A campaign's sum of (score − mean): each point below 0 costs.
    Mean {
        /// Position of the campaign.
        campaign: usize,
    },
    /// q·of − p·to in a week: at least 0.
    Ratio {
        /// Position of the ratio.
        ratio: usize,
        /// The week.
        week: Week,
    },
    /// A quota's slack in hundredths of seat-weeks: at least 0.
    Quota {
        /// Position of the quota.
        quota: usize,
    },
    /// Changed experts: at most the limit.
    Changes,
}

/// Amounts that a schedule adds to rows, ascending by row, none of them 0.
pub(super) type Entries = Vec<(u32, i64)>;

/// The rows of a problem.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    problem: &'a Problem,
    /// What each row speaks of.
    pub(super) kinds: Vec<RowKind>,
    weeks: usize,
    /// By role and week: the row, if anybody is wanted.
    heads: Vec<u32>,
    /// By campaign.
    budget: Vec<u32>,
    /// By campaign.
    mean: Vec<u32>,
    /// By ratio and week.
    ratio: Vec<u32>,
    /// By quota.
    quota: Vec<u32>,
    changes: u32,
    /// By role: (ratio, what a head adds to it).
    ratios_of: Vec<Vec<(usize, i64)>>,
    /// By role: quotas that count it.
    quotas_of: Vec<Vec<usize>>,
}

/// Stands for no row.
const NONE: u32 = u32::MAX;

impl<'a> Rows<'a> {
    pub(super) fn new(problem: &'a Problem) -> Self {
        let weeks = usize::from(problem.weeks);
        let n_roles = problem.roles.len();
        let mut rows = Self {
            problem,
            kinds: Vec::new(),
            weeks,
            heads: vec![NONE; n_roles * weeks],
            budget: vec![NONE; problem.campaigns.len()],
            mean: vec![NONE; problem.campaigns.len()],
            ratio: vec![NONE; problem.ratios.len() * weeks],
            quota: vec![NONE; problem.quotas.len()],
            changes: NONE,
            ratios_of: vec![Vec::new(); n_roles],
            quotas_of: vec![Vec::new(); n_roles],
        };
        for (idx, role) in problem.roles.iter().enumerate() {
            for week in problem
                .all_weeks()
                .filter(|week| role.target.at(*week).get() > 0)
            {
                let role = RoleIdx::from(idx);
                rows.heads[idx * weeks + week.index()] = rows.add(RowKind::Heads { role, week });
            }
        }
        for (campaign, terms) in problem.campaigns.iter().enumerate() {
            if terms.budget.is_some() {
                rows.budget[campaign] = rows.add(RowKind::Budget { campaign });
            }
            if terms.mean_score.is_some() && problem.weights.below_mean > Cents::ZERO {
                rows.mean[campaign] = rows.add(RowKind::Mean { campaign });
            }
        }
        for (ratio, terms) in problem.ratios.iter().enumerate() {
            let wanted = |role: &RoleIdx, week| rows.heads[role.index() * weeks + week] != NONE;
            let is_tight =
                |week: &Week| terms.p > 0 && terms.to.iter().any(|role| wanted(role, week.index()));
            let tight: Vec<Week> = problem.all_weeks().filter(is_tight).collect();
            for week in tight {
                rows.ratio[ratio * weeks + week.index()] = rows.add(RowKind::Ratio { ratio, week });
            }
            for (idx, of) in rows.ratios_of.iter_mut().enumerate() {
                let amount = Self::ratio_amount(terms, RoleIdx::from(idx));
                if amount != 0 {
                    of.push((ratio, amount));
                }
            }
        }
        for (quota, terms) in problem.quotas.iter().enumerate() {
            rows.quota[quota] = rows.add(RowKind::Quota { quota });
            for role in &terms.roles {
                rows.quotas_of[role.index()].push(quota);
            }
        }
        if problem.max_changes.is_some() {
            rows.changes = rows.add(RowKind::Changes);
        }
        rows
    }

    fn add(&mut self, kind: RowKind) -> u32 {
        self.kinds.push(kind);
        u32::try_from(self.kinds.len() - 1).expect("fewer rows than 2^32")
    }

    /// What one head covering `role` adds to a ratio.
    fn ratio_amount(ratio: &Ratio, role: RoleIdx) -> i64 {
        let of = i64::from(ratio.q) * i64::from(ratio.of.contains(&role));
        of - i64::from(ratio.p) * i64::from(ratio.to.contains(&role))
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.kinds.len()
    }

    /// The row of heads of a role in a week; none if nobody is wanted.
    pub(super) fn heads(&self, role: RoleIdx, week: Week) -> Option<usize> {
        let row = self.heads[role.index() * self.weeks + week.index()];
        (row != NONE).then_some(row as usize)
    }

    /// The row that counts changed experts.
    pub(super) fn changes(&self) -> Option<usize> {
        (self.changes != NONE).then_some(self.changes as usize)
    }

    /// Notes what a covering week of `expert` on `role` with `score` adds.
    pub(super) fn cover(
        &self,
        expert: ExpertIdx,
        role: RoleIdx,
        score: i64,
        week: Week,
        entries: &mut Entries,
    ) {
        let mut add = |row: u32, amount: i64| {
            if row != NONE && amount != 0 {
                entries.push((row, amount));
            }
        };
        add(self.heads[role.index() * self.weeks + week.index()], 1);
        let campaign = self.problem.role(role).campaign.index();
        if let Some(mean) = self.problem.campaigns[campaign].mean_score {
            add(self.mean[campaign], score - i64::from(mean.get()));
        }
        for (ratio, amount) in &self.ratios_of[role.index()] {
            add(self.ratio[ratio * self.weeks + week.index()], *amount);
        }
        for quota in &self.quotas_of[role.index()] {
            let terms = &self.problem.quotas[*quota];
            let tagged = self
                .problem
                .expert(expert)
                .tags
                .binary_search(&terms.tag)
                .is_ok();
            let tagged = 100 * i64::from(tagged);
            let amount = match terms.share {
                Share::AtMost(percent) => i64::from(percent) - tagged,
                Share::AtLeast(percent) => tagged - i64::from(percent),
            };
            add(self.quota[*quota], amount);
        }
    }

    /// Notes what a working week of `role` adds at `pay` cents.
    pub(super) fn work(&self, role: RoleIdx, pay: i64, entries: &mut Entries) {
        let row = self.budget[self.problem.role(role).campaign.index()];
        if row != NONE && pay != 0 {
            entries.push((row, pay));
        }
    }

    /// The prices of all rows, in millionths of a cent: what a unit of the row is worth. `of_row` is in cents
    /// and of any sign; what the contract does not allow is cut off.
    #[expect(clippy::cast_possible_truncation, reason = "at most 10^20 in size")]
    pub(super) fn prices(&self, of_row: &[f64]) -> DensePrices {
        const LARGEST: f64 = 1e20;
        let micro = |cents: f64, least: f64, most: f64| -> i128 {
            let micro = (cents * 1e6).round().clamp(least, most);
            if micro.is_finite() { micro as i128 } else { 0 }
        };
        let mut prices = DensePrices::zero(self.problem);
        for (kind, cents) in self.kinds.iter().zip(of_row) {
            match *kind {
                RowKind::Heads { role, week } => {
                    prices.heads[role.index() * self.weeks + week.index()] =
                        micro(*cents, -LARGEST, LARGEST);
                }
                // A unit more of pay is worth less than nothing; so is a unit more of changes.
                RowKind::Budget { campaign } => {
                    prices.budget[campaign] = micro(-cents, 0.0, 1e15);
                }
                RowKind::Changes => prices.change = micro(-cents, 0.0, LARGEST),
                RowKind::Mean { campaign } => {
                    let most = self.problem.weights.below_mean.0 as f64 * 1e6;
                    prices.mean[campaign] = micro(*cents, 0.0, most.min(LARGEST));
                }
                RowKind::Ratio { ratio, week } => {
                    prices.ratios[ratio * self.weeks + week.index()] = micro(*cents, 0.0, LARGEST);
                }
                RowKind::Quota { quota } => prices.quotas[quota] = micro(*cents, 0.0, LARGEST),
            }
        }
        prices
    }
}

impl Rows<'_> {
    /// What a row adds to the objective when schedules add up to `amount` there, in cents; none if that breaks its rule.
    pub(super) fn worth(&self, row: usize, amount: i128) -> Option<i128> {
        let problem = self.problem;
        match self.kinds[row] {
            RowKind::Heads { role, week } => {
                let facts = problem.role(role);
                let target = i128::from(facts.target.at(week).get());
                let min = i128::from(facts.min.at(week).get());
                let (of_min, of_target) = self.missing(role);
                let below_min = (min - amount).max(0);
                let below_target = target - amount.max(min);
                (amount <= target).then(|| -(of_min * below_min + of_target * below_target))
            }
            RowKind::Budget { campaign } => {
                let budget = problem.campaigns[campaign].budget.unwrap_or(Cents::ZERO);
                (amount <= budget.0).then_some(0)
            }
            RowKind::Mean { .. } => Some(problem.weights.below_mean.0 * amount.min(0)),
            RowKind::Ratio { .. } | RowKind::Quota { .. } => (amount >= 0).then_some(0),
            RowKind::Changes => {
                let limit = problem.max_changes.map_or(0, |it| i128::from(it.get()));
                (amount <= limit).then_some(0)
            }
        }
    }

    /// What a head missing below `min`, and one missing below `target`, costs the role's campaign a week.
    pub(super) fn missing(&self, role: RoleIdx) -> (i128, i128) {
        let campaign = self.problem.role(role).campaign.index();
        let priority = i128::from(self.problem.campaigns[campaign].priority);
        let weights = &self.problem.weights;
        (
            priority * weights.missing_min.0,
            priority * weights.missing_target.0,
        )
    }

    /// Whether one more head of a role in a week would break headcount or a ratio.
    pub(super) fn is_closed(&self, tally: &Tally, role: RoleIdx, week: Week) -> bool {
        let target = i128::from(self.problem.role(role).target.at(week).get());
        let breaks = |(ratio, amount): &(usize, i64)| {
            let row = self.ratio[ratio * self.weeks + week.index()];
            *amount < 0 && row != NONE && tally.amount(row as usize) + i128::from(*amount) < 0
        };
        self.heads(role, week)
            .is_none_or(|row| tally.amount(row) >= target)
            || self.ratios_of[role.index()].iter().any(breaks)
    }

    /// Prices by row, in cents, nearly: what a unit more of the row is worth.
    pub(super) fn duals(&self, prices: &DensePrices) -> Vec<f64> {
        let cents = |micro: i128| micro as f64 / 1e6;
        let of_kind = |kind: &RowKind| match *kind {
            RowKind::Heads { role, week } => {
                cents(prices.heads[role.index() * self.weeks + week.index()])
            }
            RowKind::Budget { campaign } => -cents(prices.budget[campaign]),
            RowKind::Mean { campaign } => cents(prices.mean[campaign]),
            RowKind::Ratio { ratio, week } => {
                cents(prices.ratios[ratio * self.weeks + week.index()])
            }
            RowKind::Quota { quota } => cents(prices.quotas[quota]),
            RowKind::Changes => -cents(prices.change),
        };
        self.kinds.iter().map(of_kind).collect()
    }
}
