//! A role over the weeks: wanted and filled.

use serde::Serialize;

use super::cents;
use super::floor::Floor;
use super::rounded;
use crate::model::Cents;
use crate::model::plan::Plan;
use crate::model::problem::{Problem, RoleIdx};
use crate::schedule::DensePrices;

/// What covers a role, week by week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleCover {
    /// The campaign's id.
    pub campaign: String,
    /// The role's id.
    pub role: String,
    /// Heads wanted, by week.
    pub target: Vec<u32>,
    /// Heads below which missing ones cost more, by week.
    pub min: Vec<u32>,
    /// Heads covering it, by week.
    pub filled: Vec<u32>,
    /// The most heads wanted in a week.
    pub peak_target: u32,
    /// Sum of the targets.
    pub seat_weeks_wanted: u64,
    /// Seat-weeks covered.
    pub seat_weeks_filled: u64,
    /// Seat-weeks missing.
    pub seat_weeks_missing: u64,
    /// How many experts hold the role in some week.
    pub people: u32,
    /// Sum of the scores over the covering seat-weeks, in points.
    pub score_sum: u64,
    /// Pay of all working weeks, in cents.
    #[serde(rename = "pay_cents", serialize_with = "cents")]
    pub pay: Cents,
    /// What one more head is worth by the plan's prices, by week, each rounded to a cent.
    pub head_price_cents: Vec<i128>,
}

impl RoleCover {
    /// The mean score of its covering seat-weeks, rounded to whole points; none without any.
    pub fn mean_score(&self) -> Option<u64> {
        mean(self.score_sum, self.seat_weeks_filled)
    }
}

/// A mean rounded to whole points, halves up; none of nothing.
pub(super) fn mean(sum: u64, n: u64) -> Option<u64> {
    (n > 0).then(|| (sum + n / 2) / n)
}

/// What covers every role, in the problem's order.
pub fn role_covers(problem: &Problem, plan: &Plan) -> Vec<RoleCover> {
    let floor = Floor::new(problem, plan);
    let prices = plan.prices.as_ref();
    let prices = prices.map(|prices| DensePrices::read(problem, prices));
    let prices = prices.unwrap_or_else(|| DensePrices::zero(problem));
    let mut people = vec![0_u32; problem.roles.len()];
    let mut last = None;
    for seat in floor.seats() {
        let holder = Some((seat.expert, seat.role));
        if last != holder {
            people[seat.role.index()] += 1;
        }
        last = holder;
    }
    let roles = (0..problem.roles.len()).map(RoleIdx::from);
    roles
        .map(|role| role_cover(&floor, &prices, role, people[role.index()]))
        .collect()
}

fn role_cover(floor: &Floor<'_>, prices: &DensePrices, role: RoleIdx, people: u32) -> RoleCover {
    let problem = floor.problem;
    let facts = problem.role(role);
    let weekly = |heads: &crate::model::Weekly<crate::model::Heads>| -> Vec<u32> {
        problem
            .all_weeks()
            .map(|week| heads.at(week).get())
            .collect()
    };
    let (target, filled) = (weekly(&facts.target), floor.cover(role));
    let missing = target.iter().zip(filled);
    let missing = missing.map(|(target, filled)| u64::from(target.saturating_sub(*filled)));
    let first = role.index() * prices.weeks;
    let head_prices = &prices.heads[first..first + prices.weeks];
    RoleCover {
        campaign: problem
            .text(problem.campaigns[facts.campaign.index()].id)
            .to_owned(),
        role: problem.role_id(role).to_owned(),
        min: weekly(&facts.min),
        filled: filled.to_vec(),
        peak_target: target.iter().copied().max().unwrap_or(0),
        seat_weeks_wanted: target.iter().map(|heads| u64::from(*heads)).sum(),
        seat_weeks_filled: floor.role_covered[role.index()].seat_weeks,
        seat_weeks_missing: missing.sum(),
        target,
        people,
        score_sum: floor.role_covered[role.index()].points,
        pay: floor.role_pay[role.index()],
        head_price_cents: head_prices.iter().map(|price| rounded(*price).0).collect(),
    }
}
