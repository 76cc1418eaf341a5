//! Prices of every rule as dense arrays.

use std::collections::BTreeMap;

use crate::model::plan::{MICRO, Prices};
use crate::model::problem::{CampaignIdx, Problem, RoleIdx};

/// Prices in millionths of a cent, as [`Prices`] but by position. Rules that the problem does not have are at 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DensePrices {
    /// Weeks of the horizon.
    pub weeks: usize,
    /// By role, then week: `role * weeks + week`.
    pub heads: Vec<i128>,
    /// By campaign, at least 0.
    pub budget: Vec<i128>,
    /// By campaign, 0 … `below_mean_cents` × 10⁶.
    pub mean: Vec<i128>,
    /// By ratio, then week, at least 0.
    pub ratios: Vec<i128>,
    /// By quota, at least 0.
    pub quotas: Vec<i128>,
    /// At least 0.
    pub change: i128,
}

impl DensePrices {
    /// Everything at 0.
    pub fn zero(problem: &Problem) -> Self {
        let weeks = usize::from(problem.weeks);
        Self {
            weeks,
            heads: vec![0; problem.roles.len() * weeks],
            budget: vec![0; problem.campaigns.len()],
            mean: vec![0; problem.campaigns.len()],
            ratios: vec![0; problem.ratios.len() * weeks],
            quotas: vec![0; problem.quotas.len()],
            change: 0,
        }
    }

    /// The prices that `prices` states for things the problem has; what does not fit is left out.
    pub fn read(problem: &Problem, prices: &Prices) -> Self {
        let mut dense = Self::zero(problem);
        let weeks = dense.weeks;
        for (role, at) in dense.heads.chunks_mut(weeks).enumerate() {
            let stated = prices.heads.get(problem.role_id(RoleIdx::from(role)));
            if let Some(stated) = stated.filter(|stated| stated.len() == weeks) {
                at.copy_from_slice(stated);
            }
        }
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let stated = |map: &BTreeMap<String, i128>| map.get(problem.text(campaign.id)).copied();
            dense.budget[idx] = stated(&prices.budget).unwrap_or(0);
            dense.mean[idx] = stated(&prices.mean).unwrap_or(0);
        }
        for (at, stated) in dense.ratios.chunks_mut(weeks).zip(&prices.ratios) {
            if stated.len() == weeks {
                at.copy_from_slice(stated);
            }
        }
        for (at, stated) in dense.quotas.iter_mut().zip(&prices.quotas) {
            *at = *stated;
        }
        dense.change = prices.change;
        dense
    }

    /// Brings every price to where the contract allows it.
    pub(super) fn cut(&mut self, problem: &Problem) {
        const LARGEST: i128 = 100_000_000_000_000_000_000;
        let below_mean = (problem.weights.below_mean.0 * MICRO).min(LARGEST);
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let budget = if campaign.budget.is_some() {
                1_000_000_000_000_000
            } else {
                0
            };
            let mean = if campaign.mean_score.is_some() {
                below_mean
            } else {
                0
            };
            self.budget[idx] = self.budget[idx].clamp(0, budget);
            self.mean[idx] = self.mean[idx].clamp(0, mean);
        }
        for price in &mut self.heads {
            *price = (*price).clamp(-LARGEST, LARGEST);
        }
        for price in self.ratios.iter_mut().chain(&mut self.quotas) {
            *price = (*price).clamp(0, LARGEST);
        }
        let change = if problem.max_changes.is_some() {
            LARGEST
        } else {
            0
        };
        self.change = self.change.clamp(0, change);
    }

    /// As a plan states them; roles and campaigns whose prices are all 0 are left out.
    pub fn stated(&self, problem: &Problem) -> Prices {
        let heads = self.heads.chunks(self.weeks).enumerate();
        let heads = heads.filter(|(_, weeks)| weeks.iter().any(|price| *price != 0));
        let heads = heads.map(|(role, weeks)| {
            let id = problem.role_id(RoleIdx::from(role)).to_owned();
            (id, weeks.to_vec())
        });
        let by_campaign = |prices: &[i128]| -> BTreeMap<String, i128> {
            let priced = prices.iter().enumerate().filter(|(_, price)| **price != 0);
            priced
                .map(|(idx, price)| {
                    let idx = CampaignIdx::from(idx).index();
                    (problem.text(problem.campaigns[idx].id).to_owned(), *price)
                })
                .collect()
        };
        let ratios: Vec<Vec<i128>> = self
            .ratios
            .chunks(self.weeks)
            .map(<[i128]>::to_vec)
            .collect();
        Prices {
            heads: heads.collect(),
            budget: by_campaign(&self.budget),
            mean: by_campaign(&self.mean),
            ratios,
            quotas: self.quotas.clone(),
            change: self.change,
        }
    }
}
