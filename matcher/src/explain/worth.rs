//! A plan's prices in words: what one more unit of a rule would be worth.

use serde::Serialize;

use super::floor::Floor;
use super::rounded;
use super::words::{amount, counted};
use crate::model::Cents;
use crate::model::plan::{MICRO, Plan};
use crate::model::problem::{Problem, RoleIdx, Share};
use crate::schedule::DensePrices;

/// What one more unit of a rule would be worth by the plan's prices: at most so much, for the first unit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "of", rename_all = "snake_case")]
pub enum Worth {
    /// One more unit of the currency (100 cents) of a campaign's budget.
    Budget {
        /// The campaign's id.
        campaign: String,
        /// Its worth, in millionths of a cent.
        micro_cents: i128,
        /// In words.
        text: String,
    },
    /// One point of a campaign's mean score.
    Mean {
        /// The campaign's id.
        campaign: String,
        /// What one point less over all its covering seat-weeks would be worth, in millionths of a cent.
        micro_cents: i128,
        /// In words.
        text: String,
    },
    /// One more head of a role in `of`, in every week in which the ratio binds.
    Ratio {
        /// Position in `ratios`.
        ratio: usize,
        /// Weeks in which the ratio has a price.
        weeks: u16,
        /// The sum of its worth in these weeks, in millionths of a cent.
        micro_cents: i128,
        /// In words.
        text: String,
    },
    /// One percentage point of a quota.
    Quota {
        /// Position in `quotas`.
        quota: usize,
        /// Its worth, in millionths of a cent.
        micro_cents: i128,
        /// In words.
        text: String,
    },
    /// One more expert who may be changed.
    Change {
        /// Its worth, in millionths of a cent.
        micro_cents: i128,
        /// In words.
        text: String,
    },
}

impl Worth {
    /// It in words.
    pub fn text(&self) -> &str {
        match self {
            Self::Budget { text, .. }
            | Self::Mean { text, .. }
            | Self::Ratio { text, .. }
            | Self::Quota { text, .. }
            | Self::Change { text, .. } => text,
        }
    }
}

/// What one more unit of budgets, means, ratios, quotas and the change limit would be worth, those of worth
/// only; heads are in [`super::Shortfall::head_price`].
pub fn worths(problem: &Problem, plan: &Plan) -> Vec<Worth> {
    let Some(prices) = &plan.prices else {
        return Vec::new();
    };
    let prices = DensePrices::read(problem, prices);
    let floor = Floor::new(problem, plan);
    let mut worths = of_campaigns(&floor, &prices);
    worths.extend(of_ratios(problem, &prices));
    worths.extend(of_quotas(&floor, &prices));
    if prices.change > 0 {
        let worth = amount(rounded(prices.change));
        worths.push(Worth::Change {
            micro_cents: prices.change,
            text: format!("one more changed expert would be worth {worth}"),
        });
    }
    worths
}

fn of_campaigns(floor: &Floor<'_>, prices: &DensePrices) -> Vec<Worth> {
    let problem = floor.problem;
    let mut worths = Vec::new();
    for (idx, campaign) in problem.campaigns.iter().enumerate() {
        let id = problem.text(campaign.id);
        let (budget, mean) = (prices.budget[idx], prices.mean[idx]);
        if budget > 0 {
            let micro_cents = budget.saturating_mul(100);
            let earned = thousandths(budget);
            worths.push(Worth::Budget {
                campaign: id.to_owned(),
                micro_cents,
                text: format!("one more 1.00 of {id}'s budget would be worth {earned}"),
            });
        }
        if mean > 0 {
            let seat_weeks = i128::from(floor.covered[idx].seat_weeks);
            let micro_cents = mean.saturating_mul(seat_weeks);
            let worth = amount(rounded(micro_cents));
            worths.push(Worth::Mean {
                campaign: id.to_owned(),
                micro_cents,
                text: format!("one point less of {id}'s mean score would be worth {worth}"),
            });
        }
    }
    worths
}

/// Micro-cents per cent as a number with three decimals, rounded down.
fn thousandths(micro: i128) -> String {
    let Cents(whole) = Cents(micro / MICRO);
    format!("{whole}.{:03}", micro % MICRO / 1_000)
}

fn of_ratios(problem: &Problem, prices: &DensePrices) -> Vec<Worth> {
    let by_ratio = prices.ratios.chunks(prices.weeks).enumerate();
    by_ratio
        .filter_map(|(idx, weekly)| {
            let priced = weekly.iter().filter(|price| **price > 0);
            let weeks: u16 = priced.clone().map(|_| 1).sum();
            let in_weeks = counted(weeks.into(), "week");
            let ratio = &problem.ratios[idx];
            let sum = priced.fold(0_i128, |sum, price| sum.saturating_add(*price));
            let micro_cents = sum.saturating_mul(ratio.q.into());
            let worth = amount(rounded(micro_cents));
            let text = format!(
                "one more head of {} in {in_weeks} would be worth {worth} by the ratio {}:{} to {}",
                role_ids(problem, &ratio.of),
                ratio.p,
                ratio.q,
                role_ids(problem, &ratio.to),
            );
            (weeks > 0).then_some(Worth::Ratio {
                ratio: idx,
                weeks,
                micro_cents,
                text,
            })
        })
        .collect()
}

fn of_quotas(floor: &Floor<'_>, prices: &DensePrices) -> Vec<Worth> {
    let problem = floor.problem;
    let priced = prices
        .quotas
        .iter()
        .enumerate()
        .filter(|(_, price)| **price > 0);
    priced
        .map(|(idx, price)| {
            let quota = &problem.quotas[idx];
            // One point moves the bound by one hundredth of all seat-weeks, and slack counts hundredths.
            let micro_cents = price.saturating_mul(i128::from(floor.quotas[idx].1));
            let (word, percent) = match quota.share {
                Share::AtMost(percent) => ("at most", percent),
                Share::AtLeast(percent) => ("at least", percent),
            };
            let (tag, worth) = (problem.text(quota.tag), amount(rounded(micro_cents)));
            Worth::Quota {
                quota: idx,
                micro_cents,
                text: format!(
                    "one point of the quota \"{word} {percent} % {tag}\" would be worth {worth}"
                ),
            }
        })
        .collect()
}

/// Ids of roles, the first three of many.
pub(super) fn role_ids(problem: &Problem, roles: &[RoleIdx]) -> String {
    let first = roles.iter().take(3).map(|role| problem.role_id(*role));
    let mut ids = first.collect::<Vec<_>>().join(" + ");
    if roles.len() > 3 {
        ids.push_str(" + …");
    }
    ids
}
