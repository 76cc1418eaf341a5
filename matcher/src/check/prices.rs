//! Prices, checked against the problem, and what they make of the weeks of a stint.

use super::best_schedule::{Surroundings, Valuation, Worth};
use super::weeks::WeekSet;
use crate::json::{Faults, Path};
use crate::model::Name;
use crate::model::plan::{MICRO, Prices};
use crate::model::problem::{CampaignIdx, ExpertIdx, Pair, Problem, RoleIdx, Share};

/// The largest size of a budget price.
const BUDGET_MAX: i128 = 1_000_000_000_000_000;
/// The largest size of any other price.
const PRICE_MAX: i128 = 100_000_000_000_000_000_000;

/// Notes every unknown id, wrong length, price out of range, and price on a rule the problem does
/// not have. An absent list and an empty one are the same.
pub(super) fn faults(problem: &Problem, prices: &Prices) -> Faults {
    let mut faults = Faults::default();
    let root = Path::ROOT;
    let all = root.key("prices");
    let n_weeks = usize::from(problem.weeks);
    let list = all.key("heads");
    for (id, heads) in &prices.heads {
        let at = list.key(id);
        if problem.role_with_id(id).is_none() {
            faults.add(&at, format!("{id:?}"), "the id of a role of the problem");
        }
        weekly(heads, n_weeks, -PRICE_MAX, &at, &mut faults);
    }
    let list = all.key("budget");
    for (id, price) in &prices.budget {
        let at = list.key(id);
        within(*price, 0, BUDGET_MAX, &at, &mut faults);
        match problem.campaign_with_id(id) {
            None => faults.add(
                &at,
                format!("{id:?}"),
                "the id of a campaign of the problem",
            ),
            Some(idx) if problem.campaigns[idx.index()].budget.is_none() && *price != 0 => {
                faults.add(&at, price, "0: the campaign has no budget");
            }
            Some(_) => {}
        }
    }
    let list = all.key("mean");
    let mean_max = problem.weights.below_mean.0 * MICRO;
    for (id, price) in &prices.mean {
        let at = list.key(id);
        within(*price, 0, mean_max, &at, &mut faults);
        match problem.campaign_with_id(id) {
            None => faults.add(
                &at,
                format!("{id:?}"),
                "the id of a campaign of the problem",
            ),
            Some(idx) if problem.campaigns[idx.index()].mean_score.is_none() && *price != 0 => {
                faults.add(&at, price, "0: the campaign has no mean score");
            }
            Some(_) => {}
        }
    }
    let list = all.key("ratios");
    length(
        prices.ratios.len(),
        problem.ratios.len(),
        &list,
        &mut faults,
    );
    for (idx, ratio) in prices.ratios.iter().enumerate() {
        weekly(ratio, n_weeks, 0, &list.index(idx), &mut faults);
    }
    let list = all.key("quotas");
    length(
        prices.quotas.len(),
        problem.quotas.len(),
        &list,
        &mut faults,
    );
    for (idx, price) in prices.quotas.iter().enumerate() {
        within(*price, 0, PRICE_MAX, &list.index(idx), &mut faults);
    }
    let at = all.key("change");
    within(prices.change, 0, PRICE_MAX, &at, &mut faults);
    if problem.max_changes.is_none() && prices.change != 0 {
        faults.add(&at, prices.change, "0: the problem has no change limit");
    }
    faults
}

fn within(price: i128, min: i128, max: i128, at: &Path<'_>, faults: &mut Faults) {
    if !(min..=max).contains(&price) {
        faults.add(at, price, format!("an integer from {min} to {max}"));
    }
}

fn weekly(prices: &[i128], n_weeks: usize, min: i128, at: &Path<'_>, faults: &mut Faults) {
    if prices.len() != n_weeks {
        let found = format!("an array of {}", prices.len());
        faults.add(at, found, format!("{n_weeks} prices, one a week"));
    }
    for (week, price) in prices.iter().enumerate() {
        within(*price, min, PRICE_MAX, &at.index(week), faults);
    }
}

fn length(found: usize, expected: usize, at: &Path<'_>, faults: &mut Faults) {
    if found != 0 && found != expected {
        let found = format!("an array of {found}");
        faults.add(at, found, format!("{expected} entries, or none"));
    }
}

/// Prices of a problem by position, in millionths of a cent.
#[derive(Debug)]
pub(super) struct Priced<'a> {
    around: &'a Surroundings<'a>,
    roles: Vec<RolePrices<'a>>,
    budget: Vec<i128>,
    mean: Vec<i128>,
    change_cost: i128,
}

/// What the prices add to a covering week on a role.
#[derive(Clone, Debug, Default)]
struct RolePrices<'a> {
    /// By week; `None` where all are 0.
    heads: Option<&'a [i128]>,
    /// By week, all ratios together; empty where none speaks of the role.
    ratios: Vec<i128>,
    /// For each quota of the role with a price: the tag, for those who have it, for those who have not.
    quotas: Vec<(Name, i128, i128)>,
}

impl<'a> Priced<'a> {
    /// Prices without faults; `None` if a sum does not fit 128 bits.
    pub(super) fn new(around: &'a Surroundings<'a>, prices: &'a Prices) -> Option<Self> {
        let problem = around.problem;
        let mut roles = vec![RolePrices::default(); problem.roles.len()];
        for (id, heads) in &prices.heads {
            if let Some(role) = problem.role_with_id(id) {
                roles[role.index()].heads = Some(heads);
            }
        }
        for (ratio, prices) in problem.ratios.iter().zip(&prices.ratios) {
            for (list, sign) in [
                (&ratio.of, i128::from(ratio.q)),
                (&ratio.to, -i128::from(ratio.p)),
            ] {
                for role in list {
                    roles[role.index()].add_ratio(prices, sign)?;
                }
            }
        }
        for (quota, price) in problem.quotas.iter().zip(&prices.quotas) {
            let (tagged, other) = match quota.share {
                Share::AtMost(percent) => (i128::from(percent) - 100, i128::from(percent)),
                Share::AtLeast(percent) => (100 - i128::from(percent), -i128::from(percent)),
            };
            for role in quota.roles.iter().filter(|_| *price != 0) {
                let entry = (
                    quota.tag,
                    tagged.checked_mul(*price)?,
                    other.checked_mul(*price)?,
                );
                roles[role.index()].quotas.push(entry);
            }
        }
        let by_campaign = |prices: &std::collections::BTreeMap<String, i128>| {
            let price = |idx: usize| prices.get(problem.text(problem.campaigns[idx].id));
            let all = 0..problem.campaigns.len();
            all.map(|idx| price(idx).copied().unwrap_or(0)).collect()
        };
        Some(Self {
            around,
            roles,
            budget: by_campaign(&prices.budget),
            mean: by_campaign(&prices.mean),
            change_cost: match around.incumbent {
                Some(_) => problem.weights.change.0.checked_mul(MICRO)?,
                None => 0,
            },
        })
    }

    /// Prices of heads, week by week, where not all are 0.
    pub(super) fn heads(&self, role: RoleIdx) -> Option<&[i128]> {
        self.roles[role.index()].heads
    }

    /// Price of a cent of a campaign's pay.
    pub(super) fn budget(&self, campaign: CampaignIdx) -> i128 {
        self.budget[campaign.index()]
    }
}

impl RolePrices<'_> {
    fn add_ratio(&mut self, prices: &[i128], times: i128) -> Option<()> {
        if self.ratios.is_empty() {
            self.ratios = vec![0; prices.len()];
        }
        for (sum, price) in self.ratios.iter_mut().zip(prices) {
            *sum = sum.checked_add(price.checked_mul(times)?)?;
        }
        Some(())
    }
}

/// What is the same in all weeks of one expert on one role.
#[derive(Debug)]
pub(super) struct PricedLane {
    role: RoleIdx,
    working: i128,
    /// A covering week without the prices that differ from week to week.
    covering: i128,
    incumbent: WeekSet,
}

impl Valuation for Priced<'_> {
    type Lane = PricedLane;

    fn lane(
        &self,
        expert: ExpertIdx,
        role_idx: RoleIdx,
        pair: Option<&Pair>,
    ) -> Option<PricedLane> {
        let problem = self.around.problem;
        let (role, person) = (problem.role(role_idx), problem.expert(expert));
        let pay = pair.map_or(0, |pair| (pair.rate * role.hours).0);
        let score = pair.map_or(0, |pair| i128::from(pair.score.get()));
        let campaign = role.campaign.index();
        let mean_score = problem.campaigns[campaign].mean_score;
        let mean_score = mean_score.map_or(0, |points| i128::from(points.get()));
        let working = -pay.checked_mul(MICRO + self.budget[campaign])?;
        // score·(point_cents + M) − M·mean_score, at most 10²² in size.
        let point = problem.weights.point.0 * MICRO + self.mean[campaign];
        let mut covering = working.checked_add(score * point - self.mean[campaign] * mean_score)?;
        for (tag, tagged, other) in &self.roles[role_idx.index()].quotas {
            let is_tagged = person.tags.binary_search(tag).is_ok();
            covering = covering.checked_add(if is_tagged { *tagged } else { *other })?;
        }
        let incumbent = self.around.incumbent.as_ref();
        Some(PricedLane {
            role: role_idx,
            working,
            covering,
            incumbent: incumbent.map_or_else(WeekSet::default, |it| it.weeks(person.id, role.id)),
        })
    }

    fn week(&self, lane: &PricedLane, week: usize) -> Option<Worth> {
        let prices = &self.roles[lane.role.index()];
        let heads = prices.heads.map_or(0, |heads| heads[week]);
        let ratios = prices.ratios.get(week).copied().unwrap_or(0);
        let covering = lane.covering.checked_add(heads)?.checked_add(ratios)?;
        let held = if lane.incumbent.contains(week) {
            self.change_cost
        } else {
            -self.change_cost
        };
        Some(Worth {
            on_leave: held,
            onboarding: lane.working.checked_add(held)?,
            covering: covering.checked_add(held)?,
        })
    }

    fn start(&self) -> i128 {
        self.around.problem.weights.start.0 * MICRO
    }
}
