//! What a schedule adds to everything that rules across experts and the objective speak of.

use std::collections::BTreeSet;

use muster_matcher::model::Week;
use muster_matcher::model::plan::Stint;
use muster_matcher::model::problem::{CampaignIdx, ExpertIdx, Problem, RoleIdx, Share};

/// Sums besides heads that a tiny problem has at most: two for each campaign, one for each quota, and the changes.
const MOST_SUMS: usize = 8;

/// Sums over experts. The order means nothing; equal ones are next to each other when sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Totals {
    /// Heads covering each role in each week, eight bits each.
    cover: u128,
    /// By campaign: pay in cents, where there is a budget; then points below the mean, where there is one; then the
    /// slack of each quota; then changed experts, where they count.
    sums: [i64; MOST_SUMS],
}

impl Totals {
    /// The sums with another expert's.
    pub fn plus(&self, other: &Self) -> Self {
        let mut sums = self.sums;
        for (sum, more) in sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        let cover = self.cover + other.cover;
        Self { cover, sums }
    }

    fn heads(&self, role: usize, week: usize, weeks: usize) -> u32 {
        u32::from((self.cover >> (8 * (role * weeks + week))).to_le_bytes()[0])
    }
}

/// One schedule of an expert.
#[derive(Clone, Debug)]
pub struct Contribution {
    /// Its stints.
    pub stints: Vec<Stint>,
    /// Its part of the sums.
    pub totals: Totals,
    /// What it is worth by itself, in cents: score, pay, starts, changes.
    pub value: i128,
}

/// Which of the rules across experts count.
#[derive(Clone, Debug)]
pub struct Asked {
    /// By role, then week.
    pub headcounts: Vec<Vec<bool>>,
    /// By campaign.
    pub budgets: Vec<bool>,
    /// By ratio, then week.
    pub ratios: Vec<Vec<bool>>,
    /// By quota.
    pub quotas: Vec<bool>,
    /// The experts whose changes count towards the limit.
    pub changes: BTreeSet<ExpertIdx>,
    /// Whether the objective counts.
    pub worth: bool,
}

impl Asked {
    /// Every rule and the objective, or none of them.
    pub fn new(problem: &Problem, all: bool) -> Self {
        let weeks = usize::from(problem.weeks);
        let experts = (0..problem.experts.len()).map(ExpertIdx::from);
        Self {
            headcounts: vec![vec![all; weeks]; problem.roles.len()],
            budgets: vec![all; problem.campaigns.len()],
            ratios: vec![vec![all; weeks]; problem.ratios.len()],
            quotas: vec![all; problem.quotas.len()],
            changes: experts.filter(|_| all).collect(),
            worth: all,
        }
    }

    fn counts_heads_of(&self, problem: &Problem, role: usize, week: usize) -> bool {
        let is_in_ratio = |(ratio, weeks): (&_, &Vec<bool>)| {
            let ratio: &muster_matcher::model::problem::Ratio = ratio;
            let role = RoleIdx::from(role);
            weeks[week] && (ratio.of.contains(&role) || ratio.to.contains(&role))
        };
        self.worth
            || self.headcounts[role][week]
            || problem.ratios.iter().zip(&self.ratios).any(is_in_ratio)
    }
}

/// What the weeks of a stint are, by the contract: `None` on leave, else whether it covers.
fn weeks_of<'a>(
    problem: &'a Problem,
    expert: ExpertIdx,
    stint: &'a Stint,
) -> impl Iterator<Item = (usize, Option<bool>)> + 'a {
    let role_idx = problem.role_with_id(&stint.role).unwrap();
    let role = problem.role(role_idx);
    let pair = problem.pair_of(expert, role_idx);
    let ongoing = pair
        .and_then(|pair| problem.ongoing_of(pair))
        .filter(|_| stint.from == 0);
    let mut worked = ongoing.map_or(0, |it| it.worked.get());
    (stint.from..=stint.to).map(move |week| {
        let week = Week::new(week).unwrap();
        let works = problem.expert(expert).hours.at(week) >= role.hours;
        let covers = works && worked >= role.onboarding.get();
        worked += u32::from(works);
        (week.index(), works.then_some(covers))
    })
}

/// The (role id, week)s that the incumbent says of an expert within the horizon.
fn said<'a>(problem: &'a Problem, expert: &'a str) -> BTreeSet<(&'a str, i64)> {
    let own = problem
        .incumbent
        .iter()
        .flatten()
        .filter(move |it| problem.text(it.expert) == expert);
    let weeks = i64::from(problem.weeks);
    own.flat_map(|it| {
        (i64::from(it.from)..=i64::from(it.to)).map(|week| (problem.text(it.role), week))
    })
    .filter(|(_, week)| (0..weeks).contains(week))
    .collect()
}

/// What an expert's stints add.
pub fn contribution(
    problem: &Problem,
    asked: &Asked,
    expert: ExpertIdx,
    stints: Vec<Stint>,
) -> Contribution {
    let n_weeks = usize::from(problem.weeks);
    let n_campaigns = problem.campaigns.len();
    let mut totals = Totals::default();
    let mut value = 0;
    for stint in &stints {
        let role_idx = problem.role_with_id(&stint.role).unwrap();
        let role = problem.role(role_idx);
        let campaign = &problem.campaigns[role.campaign.index()];
        let pair_idx = problem.pair_of(expert, role_idx);
        let pair = pair_idx.map(|pair| *problem.pair(pair));
        let (score, pay) = pair.map_or((0, 0), |pair| {
            (i64::from(pair.score.get()), (pair.rate * role.hours).0)
        });
        let continues =
            stint.from == 0 && pair_idx.is_some_and(|pair| problem.ongoing_of(pair).is_some());
        if !continues {
            value -= problem.weights.start.0;
        }
        for (week, covers) in weeks_of(problem, expert, stint) {
            let Some(covers) = covers else { continue };
            value -= pay;
            if campaign.budget.is_some() && asked.budgets[role.campaign.index()] {
                totals.sums[role.campaign.index()] += i64::try_from(pay).unwrap();
            }
            if !covers {
                continue;
            }
            value += i128::from(score) * problem.weights.point.0;
            if asked.counts_heads_of(problem, role_idx.index(), week) {
                totals.cover += 1 << (8 * (role_idx.index() * n_weeks + week));
            }
            if let Some(mean) = campaign.mean_score.filter(|_| asked.worth) {
                totals.sums[n_campaigns + role.campaign.index()] += i64::from(mean.get()) - score;
            }
            for (idx, quota) in problem.quotas.iter().enumerate() {
                if quota.roles.contains(&role_idx) && asked.quotas[idx] {
                    let tagged = 100 * i64::from(problem.expert(expert).tags.contains(&quota.tag));
                    totals.sums[2 * n_campaigns + idx] += match quota.share {
                        Share::AtMost(percent) => i64::from(percent) - tagged,
                        Share::AtLeast(percent) => tagged - i64::from(percent),
                    };
                }
            }
        }
    }
    if problem.incumbent.is_some() {
        let said = said(problem, problem.expert_id(expert));
        let weeks = |stint: &'_ Stint| stint.from..=stint.to;
        let held: BTreeSet<(&str, i64)> = stints
            .iter()
            .flat_map(|stint| weeks(stint).map(|week| (stint.role.as_str(), week)))
            .collect();
        let n_changes = said.symmetric_difference(&held).count();
        value -= problem.weights.change.0 * n_changes as i128;
        if n_changes > 0 && problem.max_changes.is_some() && asked.changes.contains(&expert) {
            totals.sums[2 * n_campaigns + problem.quotas.len()] = 1;
        }
    }
    if !asked.worth {
        value = 0;
    }
    Contribution {
        stints,
        totals,
        value,
    }
}

/// Whether sums that only grow are within their limits so far: heads and pay.
pub(super) fn is_within(problem: &Problem, asked: &Asked, totals: &Totals) -> bool {
    let weeks = usize::from(problem.weeks);
    let heads_fit = problem.roles.iter().enumerate().all(|(idx, role)| {
        problem.all_weeks().all(|week| {
            !asked.headcounts[idx][week.index()]
                || totals.heads(idx, week.index(), weeks) <= role.target.at(week).get()
        })
    });
    let mut campaigns = problem.campaigns.iter().zip(totals.sums);
    heads_fit
        && campaigns.all(|(campaign, pay)| {
            campaign
                .budget
                .is_none_or(|budget| i128::from(pay) <= budget.0)
        })
}

/// What a combination of every expert's schedules is worth in cents, `value` being the sum of what they are worth by
/// themselves; `None` if it breaks a rule across experts.
pub fn worth(problem: &Problem, asked: &Asked, totals: &Totals, value: i128) -> Option<i128> {
    let weeks = usize::from(problem.weeks);
    let n_campaigns = problem.campaigns.len();
    let heads = |role: &RoleIdx, week: usize| u64::from(totals.heads(role.index(), week, weeks));
    let ratios_hold = problem
        .ratios
        .iter()
        .zip(&asked.ratios)
        .all(|(ratio, asked)| {
            (0..weeks).filter(|week| asked[*week]).all(|week| {
                let sum =
                    |roles: &[RoleIdx]| roles.iter().map(|role| heads(role, week)).sum::<u64>();
                u64::from(ratio.q) * sum(&ratio.of) >= u64::from(ratio.p) * sum(&ratio.to)
            })
        });
    let quotas = &totals.sums[2 * n_campaigns..][..problem.quotas.len()];
    let n_changes = totals.sums[2 * n_campaigns + problem.quotas.len()];
    let changes_fit = problem
        .max_changes
        .is_none_or(|most| n_changes <= i64::from(most.get()));
    if !ratios_hold
        || !changes_fit
        || quotas.iter().any(|slack| *slack < 0)
        || !is_within(problem, asked, totals)
    {
        return None;
    }
    if !asked.worth {
        return Some(0);
    }
    let mut worth = value - problem.weights.change.0 * n_said_of_the_gone(problem);
    for (idx, role) in problem.roles.iter().enumerate() {
        let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
        for week in problem.all_weeks() {
            let cover = totals.heads(idx, week.index(), weeks);
            let (min, target) = (role.min.at(week).get(), role.target.at(week).get());
            let below_min = min.saturating_sub(cover);
            let below_target = target.saturating_sub(cover.max(min));
            worth -= priority * problem.weights.missing_min.0 * i128::from(below_min);
            worth -= priority * problem.weights.missing_target.0 * i128::from(below_target);
        }
    }
    for campaign in (0..n_campaigns).map(CampaignIdx::from) {
        let below = totals.sums[n_campaigns + campaign.index()].max(0);
        worth -= problem.weights.below_mean.0 * i128::from(below);
    }
    Some(worth)
}

/// The incumbent's (expert, role, week)s of people the problem does not have.
fn n_said_of_the_gone(problem: &Problem) -> i128 {
    let people: BTreeSet<&str> = problem
        .incumbent
        .iter()
        .flatten()
        .map(|it| problem.text(it.expert))
        .collect();
    let gone = people
        .into_iter()
        .filter(|id| problem.expert_with_id(id).is_none());
    gone.map(|id| said(problem, id).len() as i128).sum()
}
