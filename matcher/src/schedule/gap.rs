//! Where the gap between a plan and the bound of its prices comes from: price × slack of every rule, and what chosen
//! schedules lose against the best ones. The parts add up to the gap exactly.

use serde_json::{Map, Value, json};

use crate::model::plan::MICRO;
use crate::model::problem::{Problem, RoleIdx};

use super::Search;
use super::generate::Bound;
use super::rows::RowKind;
use super::tally::Tally;

/// Parts of a gap, in millionths of a cent. Each is at least 0.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct GapParts {
    /// By role: seats empty or filled at prices other than what a missing head costs.
    pub(super) heads: Vec<i128>,
    /// By campaign.
    pub(super) budget: Vec<i128>,
    /// By campaign.
    pub(super) mean: Vec<i128>,
    /// By ratio.
    pub(super) ratios: Vec<i128>,
    /// By quota.
    pub(super) quotas: Vec<i128>,
    /// The change limit.
    pub(super) changes: i128,
    /// By campaign: schedules chosen that are not the best at the prices; the campaign of the first stint.
    pub(super) schedules: Vec<i128>,
    /// The same for people without a stint.
    pub(super) idle: i128,
}

impl GapParts {
    /// The parts of the gap between `tally` and what prices prove.
    pub(super) fn new(search: &Search<'_>, bound: &Bound, tally: &Tally) -> Self {
        let problem = search.problem;
        let prices = &bound.prices;
        let mut parts = Self {
            heads: vec![0; problem.roles.len()],
            budget: vec![0; problem.campaigns.len()],
            mean: vec![0; problem.campaigns.len()],
            ratios: vec![0; problem.ratios.len()],
            quotas: vec![0; problem.quotas.len()],
            schedules: vec![0; problem.campaigns.len()],
            ..Self::default()
        };
        let weeks = prices.weeks;
        for (row, kind) in search.rows.kinds.iter().enumerate() {
            let amount = tally.amount(row);
            match *kind {
                RowKind::Heads { role, week } => {
                    let price = prices.heads[role.index() * weeks + week.index()];
                    parts.heads[role.index()] += heads_part(search, role, week, price, amount);
                }
                RowKind::Budget { campaign } => {
                    let budget = problem.campaigns[campaign].budget.map_or(0, |it| it.0);
                    parts.budget[campaign] += prices.budget[campaign] * (budget - amount);
                }
                RowKind::Mean { campaign } => {
                    let price = prices.mean[campaign];
                    let missed = problem.weights.below_mean.0 * MICRO * (-amount).max(0);
                    parts.mean[campaign] += missed + price * amount;
                }
                RowKind::Ratio { ratio, week } => {
                    parts.ratios[ratio] += prices.ratios[ratio * weeks + week.index()] * amount;
                }
                RowKind::Quota { quota } => parts.quotas[quota] += prices.quotas[quota] * amount,
                RowKind::Changes => {
                    let limit = problem.max_changes.map_or(0, |it| i128::from(it.get()));
                    parts.changes += prices.change * (limit - amount);
                }
            }
        }
        let compiled = search.pricer.compile(prices);
        let mut best = bound.best.iter().peekable();
        let mut columns = tally.columns().into_iter().peekable();
        // Both lists are sorted by expert.
        loop {
            let next = best
                .peek()
                .map(|it| it.expert)
                .into_iter()
                .chain(columns.peek().map(|it| it.expert))
                .min();
            let Some(expert) = next else { break };
            let most = best
                .next_if(|it| it.expert == expert)
                .map_or(0, |it| it.value);
            match columns.next_if(|it| it.expert == expert) {
                Some(column) => {
                    let lost = most - search.pricer.value(&compiled, expert, &column.schedule);
                    match column.schedule.stints().first() {
                        Some(stint) => {
                            let role = problem.pair(stint.pair).role;
                            parts.schedules[problem.role(role).campaign.index()] += lost;
                        }
                        None => parts.idle += lost,
                    }
                }
                None => parts.idle += most,
            }
        }
        parts
    }

    /// The whole gap.
    pub(super) fn sum(&self) -> i128 {
        let lists = [
            &self.heads,
            &self.budget,
            &self.mean,
            &self.ratios,
            &self.quotas,
            &self.schedules,
        ];
        lists.into_iter().flatten().sum::<i128>() + self.changes + self.idle
    }

    /// As a plan reports it: by rule, parts of 0 left out, in millionths of a cent.
    pub(super) fn stated(&self, problem: &Problem) -> Value {
        let by_id = |parts: &[i128], id: &dyn Fn(usize) -> String| -> Map<String, Value> {
            let priced = parts.iter().enumerate().filter(|(_, part)| **part != 0);
            priced.map(|(idx, part)| (id(idx), number(*part))).collect()
        };
        let campaign = |idx: usize| problem.text(problem.campaigns[idx].id).to_owned();
        json!({
            "heads": by_id(&self.heads, &|idx| problem.role_id(RoleIdx::from(idx)).to_owned()),
            "budget": by_id(&self.budget, &campaign),
            "mean": by_id(&self.mean, &campaign),
            "ratios": by_id(&self.ratios, &|idx| idx.to_string()),
            "quotas": by_id(&self.quotas, &|idx| idx.to_string()),
            "change": number(self.changes),
            "schedules": by_id(&self.schedules, &campaign),
            "idle": number(self.idle),
        })
    }
}

/// As a JSON number where it fits 64 bits, else as text.
pub(super) fn number(amount: i128) -> Value {
    i64::try_from(amount).map_or_else(|_| amount.to_string().into(), Into::into)
}

/// What the heads of a role in a week add to the gap at a price.
fn heads_part(
    search: &Search<'_>,
    role: RoleIdx,
    week: crate::model::Week,
    price: i128,
    amount: i128,
) -> i128 {
    let facts = search.problem.role(role);
    let min = i128::from(facts.min.at(week).get());
    let above = i128::from(facts.target.at(week).get()) - min;
    let (of_min, of_target) = search.rows.missing(role);
    let (of_min, of_target) = (of_min * MICRO, of_target * MICRO);
    let bound =
        ((of_min - price).max(0) - of_min) * min + ((of_target - price).max(0) - of_target) * above;
    let below_min = (min - amount).max(0);
    let below_target = min + above - amount.max(min);
    bound + of_min * below_min + of_target * below_target + price * amount
}
