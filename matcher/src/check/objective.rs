//! The objective, from problem and stints alone.

use serde::Serialize;

use super::incumbent::Incumbent;
use super::seats::Seats;
use crate::model::Cents;
use crate::model::problem::{Campaign, CampaignIdx, Problem, RoleIdx};

/// What a plan is worth, in cents, with every term signed as it enters the sum.
///
/// It is defined when every stint's expert, role and pair exist and its weeks lie within the
/// horizon: a seat without a pair has neither score nor rate. A plan may break the rules and still
/// have an objective. Stints of one pair that overlap, against rule 3, count every
/// (expert, role, week) once: a week is covered if one of them covers it. Each pays its own start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Objective {
    /// The sum of everything below.
    pub total: i128,
    /// The terms that belong to a campaign, summed over all of them.
    pub terms: Terms,
    /// − `change_cents` for each (expert, role, week) that differs from the incumbent. Incumbent
    /// stints may name roles that are gone, so no campaign has a share in it.
    pub change: i128,
    /// By campaign, in the problem's order.
    pub campaigns: Vec<CampaignObjective>,
}

/// One campaign's part of the objective.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CampaignObjective {
    /// The campaign's id.
    pub campaign: String,
    /// The sum of its terms.
    pub total: i128,
    /// Its terms.
    pub terms: Terms,
}

/// The terms of the objective that belong to a campaign, in cents; costs are negative.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Terms {
    /// Score of the covering seat-weeks.
    pub score: i128,
    /// Pay of the working weeks.
    pub pay: i128,
    /// Heads missing below `min`.
    pub missing_min: i128,
    /// Heads missing between `min` and `target`.
    pub missing_target: i128,
    /// Points below the campaign's mean.
    pub below_mean: i128,
    /// Stints that start.
    pub start: i128,
}

impl Terms {
    /// The sum of the terms.
    pub fn total(&self) -> i128 {
        self.score
            + self.pay
            + self.missing_min
            + self.missing_target
            + self.below_mean
            + self.start
    }

    fn add(&mut self, other: &Self) {
        self.score += other.score;
        self.pay += other.pay;
        self.missing_min += other.missing_min;
        self.missing_target += other.missing_target;
        self.below_mean += other.below_mean;
        self.start += other.start;
    }
}

/// The objective of well-formed stints whose pairs all exist; `None` if one does not.
///
/// No sum overflows: the largest terms are below 10³⁰ for any problem that fits a memory.
pub(super) fn objective(seats: &Seats<'_>, incumbent: Option<&Incumbent>) -> Option<Objective> {
    let problem = seats.problem;
    let mut campaigns = vec![Terms::default(); problem.campaigns.len()];
    let mut covering = vec![Covering::default(); problem.campaigns.len()];
    for holding in &seats.holdings {
        let score = i128::from(seats.pair(holding)?.score.get());
        let campaign = seats.campaign(holding).index();
        let terms = &mut campaigns[campaign];
        let n_weeks = i128::from(holding.covering.len());
        terms.score += score * n_weeks * problem.weights.point.0;
        terms.pay -= seats.pay(holding);
        let stints = &seats.list[holding.seats.clone()];
        let starts = stints.iter().filter(|it| it.continues(problem).is_none());
        terms.start -= problem.weights.start.0 * starts.map(|_| 1).sum::<i128>();
        covering[campaign].n_weeks += n_weeks;
        covering[campaign].points += score * n_weeks;
    }
    add_missing(seats, &mut campaigns);
    let per_campaign = campaigns.iter_mut().zip(&problem.campaigns).zip(covering);
    for ((terms, campaign), covering) in per_campaign {
        terms.below_mean = -problem.weights.below_mean.0 * covering.below_mean(campaign);
    }
    let change = incumbent.map_or(Cents::ZERO, |it| {
        problem.weights.change * changes(seats, it)
    });
    Some(total(problem, &campaigns, -change.0))
}

/// What covers a campaign.
#[derive(Clone, Copy, Default)]
struct Covering {
    n_weeks: i128,
    points: i128,
}

impl Covering {
    /// Points by which the sum is below the mean's.
    fn below_mean(self, campaign: &Campaign) -> i128 {
        let mean = campaign.mean_score.map_or(0, |mean| i128::from(mean.get()));
        (mean * self.n_weeks - self.points).max(0)
    }
}

fn add_missing(seats: &Seats<'_>, campaigns: &mut [Terms]) {
    let problem = seats.problem;
    let weights = &problem.weights;
    for (idx, role) in problem.roles.iter().enumerate() {
        let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
        let terms = &mut campaigns[role.campaign.index()];
        for week in problem.all_weeks() {
            let cover = i128::from(seats.cover(RoleIdx::from(idx), week.index()));
            let (min, target) = (role.min.at(week).get(), role.target.at(week).get());
            let (min, target) = (i128::from(min), i128::from(target));
            let below_min = (min - cover).max(0);
            let below_target = (target - cover.max(min)).max(0);
            terms.missing_min -= priority * weights.missing_min.0 * below_min;
            terms.missing_target -= priority * weights.missing_target.0 * below_target;
        }
    }
}

/// How many (expert, role, week)s are held without the incumbent saying so, or said and not held.
fn changes(seats: &Seats<'_>, incumbent: &Incumbent) -> i128 {
    let problem = seats.problem;
    let mut n_changes = i128::from(incumbent.n_weeks());
    for holding in &seats.holdings {
        let (expert, role) = (problem.expert(holding.expert), problem.role(holding.role));
        let said = incumbent.weeks(expert.id, role.id);
        n_changes += i128::from(holding.held.len()) - 2 * i128::from(holding.held.n_common(&said));
    }
    n_changes
}

fn total(problem: &Problem, campaigns: &[Terms], change: i128) -> Objective {
    let mut terms = Terms::default();
    campaigns.iter().for_each(|it| terms.add(it));
    let entry = |(idx, terms): (usize, &Terms)| CampaignObjective {
        campaign: problem
            .text(problem.campaigns[CampaignIdx::from(idx).index()].id)
            .to_owned(),
        total: terms.total(),
        terms: *terms,
    };
    Objective {
        total: terms.total() + change,
        terms,
        change,
        campaigns: campaigns.iter().enumerate().map(entry).collect(),
    }
}
