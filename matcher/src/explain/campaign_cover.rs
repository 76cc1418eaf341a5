//! A campaign in sums: heads, pay against budget, score against the mean wanted.

use serde::Serialize;

use super::floor::Floor;
use super::role_cover::mean;
use super::{cents, cents_if_any};
use crate::model::plan::Plan;
use crate::model::problem::{CampaignIdx, Problem, RoleIdx};
use crate::model::{Cents, Week};

/// What a campaign gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CampaignCover {
    /// Its id.
    pub campaign: String,
    /// 1 … 10.
    pub priority: u8,
    /// Experts who hold a role of it in some week.
    pub people: u32,
    /// The most heads wanted in a week, over its roles.
    pub peak_target: u64,
    /// The most heads covering its roles in a week.
    pub peak_filled: u64,
    /// Seat-weeks wanted.
    pub seat_weeks_wanted: u64,
    /// Seat-weeks covered.
    pub seat_weeks_filled: u64,
    /// Seat-weeks missing.
    pub seat_weeks_missing: u64,
    /// Pay of all its working weeks, in cents.
    #[serde(rename = "pay_cents", serialize_with = "cents")]
    pub pay: Cents,
    /// What it may pay, in cents.
    #[serde(rename = "budget_cents", serialize_with = "cents_if_any")]
    pub budget: Option<Cents>,
    /// Sum of the scores over its covering seat-weeks, in points.
    pub score_sum: u64,
    /// Their mean, rounded to whole points.
    pub mean_score: Option<u64>,
    /// The mean wanted.
    pub mean_score_wanted: Option<u16>,
    /// Points by which the sum of scores is below the mean's.
    pub points_below_mean: u64,
}

/// What every campaign gets, in the problem's order.
pub fn campaign_covers(problem: &Problem, plan: &Plan) -> Vec<CampaignCover> {
    let floor = Floor::new(problem, plan);
    let mut roles = vec![Vec::new(); problem.campaigns.len()];
    for (idx, role) in problem.roles.iter().enumerate() {
        roles[role.campaign.index()].push(RoleIdx::from(idx));
    }
    let people = people(&floor);
    let campaigns = (0..problem.campaigns.len()).map(CampaignIdx::from);
    campaigns
        .map(|campaign| {
            let idx = campaign.index();
            campaign_cover(&floor, campaign, &roles[idx], people[idx])
        })
        .collect()
}

/// By campaign: experts who hold a role of it.
fn people(floor: &Floor<'_>) -> Vec<u32> {
    let problem = floor.problem;
    let mut people = vec![0; problem.campaigns.len()];
    for of_expert in floor.seats().chunk_by(|a, b| a.expert == b.expert) {
        let campaigns = of_expert.iter().map(|it| problem.role(it.role).campaign);
        let mut campaigns: Vec<CampaignIdx> = campaigns.collect();
        campaigns.sort_unstable();
        campaigns.dedup();
        campaigns.iter().for_each(|it| people[it.index()] += 1);
    }
    people
}

fn campaign_cover(
    floor: &Floor<'_>,
    campaign: CampaignIdx,
    roles: &[RoleIdx],
    people: u32,
) -> CampaignCover {
    let problem = floor.problem;
    let facts = &problem.campaigns[campaign.index()];
    let covered = floor.covered[campaign.index()];
    let target = |role: &RoleIdx, week: Week| problem.role(*role).target.at(week).get();
    let wanted = |week: Week| -> u64 { roles.iter().map(|it| u64::from(target(it, week))).sum() };
    let missing = |week: Week| -> u64 {
        let missing = roles.iter().map(|role| {
            let filled = floor.cover(*role)[week.index()];
            u64::from(target(role, week).saturating_sub(filled))
        });
        missing.sum()
    };
    let weeks = || problem.all_weeks();
    let mean_wanted = facts.mean_score.map_or(0, |mean| u64::from(mean.get()));
    CampaignCover {
        campaign: problem.text(facts.id).to_owned(),
        priority: facts.priority,
        people,
        peak_target: weeks().map(wanted).max().unwrap_or(0),
        peak_filled: weeks()
            .map(|week| floor.heads(roles, week))
            .max()
            .unwrap_or(0),
        seat_weeks_wanted: weeks().map(wanted).sum(),
        seat_weeks_filled: covered.seat_weeks,
        seat_weeks_missing: weeks().map(missing).sum(),
        pay: floor.pay[campaign.index()],
        budget: facts.budget,
        score_sum: covered.points,
        mean_score: mean(covered.points, covered.seat_weeks),
        mean_score_wanted: facts.mean_score.map(|mean| mean.get()),
        points_below_mean: (mean_wanted * covered.seat_weeks).saturating_sub(covered.points),
    }
}
