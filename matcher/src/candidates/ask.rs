//! What a pair must be worth at the prices of a plan to improve it.

use crate::model::campaign::RoleSpec;
use crate::model::plan::{MICRO, Prices};
use crate::model::problem::{Problem, RoleIdx, Share};
use crate::model::{CentsPerHour, Points};

/// What a role asks of a pair, in millionths of a cent a week.
///
/// In a week that it covers, a pair is worth its score at the price of a point, less its pay at the price of a cent, and
/// what the prices of heads, ratios and quotas add whoever it is. Where that comes to nothing in the best week, no stint
/// of the pair is worth anything, and no schedule is better for having it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ask {
    per_point: i128,
    per_cent: i128,
    /// What the week's worth of score and pay must exceed; nothing does where it is not known.
    least: Option<i128>,
}

impl Ask {
    /// What each role of a problem without an incumbent asks at `prices`, which fit it; in its order of roles.
    pub fn of(problem: &Problem, prices: &Prices) -> Vec<Self> {
        let roles = 0..problem.roles.len();
        let ask = |role| Self::of_role(problem, prices, RoleIdx::from(role));
        // A sum that does not fit is never known, and nobody may be left out for it.
        let all = Self {
            per_point: 0,
            per_cent: 0,
            least: Some(-1),
        };
        roles.map(|role| ask(role).unwrap_or(all)).collect()
    }

    fn of_role(problem: &Problem, prices: &Prices, idx: RoleIdx) -> Option<Self> {
        let role = problem.role(idx);
        let campaign = &problem.campaigns[role.campaign.index()];
        let campaign_id = problem.text(campaign.id);
        let price = |of: &std::collections::BTreeMap<String, i128>| {
            of.get(campaign_id).copied().unwrap_or_default()
        };
        let (budget, mean) = (price(&prices.budget), price(&prices.mean));
        let mean_score = campaign.mean_score.unwrap_or_default();
        let mut always = -mean.checked_mul(i128::from(mean_score.get()))?;
        for (quota, price) in problem.quotas.iter().zip(&prices.quotas) {
            if quota.roles.contains(&idx) {
                let (tagged, other) = match quota.share {
                    Share::AtMost(most) => (i128::from(most) - 100, i128::from(most)),
                    Share::AtLeast(least) => (100 - i128::from(least), -i128::from(least)),
                };
                always = always.checked_add(price.checked_mul(tagged.max(other))?)?;
            }
        }
        let heads = prices.heads.get(problem.role_id(idx));
        let mut best: Option<i128> = None;
        for week in problem.all_weeks() {
            if role.target.at(week).get() == 0 {
                continue;
            }
            let at = week.index();
            let head = heads.and_then(|heads| heads.get(at)).copied();
            let mut worth = always.checked_add(head.unwrap_or_default())?;
            for (ratio, prices) in problem.ratios.iter().zip(&prices.ratios) {
                let price = prices.get(at).copied().unwrap_or_default();
                if ratio.of.contains(&idx) {
                    worth = worth.checked_add(price.checked_mul(i128::from(ratio.q))?)?;
                }
                if ratio.to.contains(&idx) {
                    worth = worth.checked_sub(price.checked_mul(i128::from(ratio.p))?)?;
                }
            }
            best = best.max(Some(worth));
        }
        Some(Self {
            per_point: problem
                .weights
                .point
                .0
                .checked_mul(MICRO)?
                .checked_add(mean)?,
            per_cent: MICRO.checked_add(budget)?,
            least: best.map(|best| -best),
        })
    }

    /// Whether a pair might be worth something on the role.
    pub fn is_met(&self, role: &RoleSpec, score: Points, rate: CentsPerHour) -> bool {
        let pay = (rate * role.hours).0;
        let worth = self
            .per_point
            .saturating_mul(i128::from(score.get()))
            .saturating_sub(self.per_cent.saturating_mul(pay));
        self.least.is_some_and(|least| worth > least)
    }
}
