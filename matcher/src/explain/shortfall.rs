//! Role-weeks below target: what is missing, what it costs, and what keeps everybody from filling it.

use std::collections::BTreeMap;

use serde::Serialize;

use super::classify::Classifier;
use super::floor::{Floor, quotas_of};
use super::obstacle::Obstacle;
use super::{cents, rounded, words};
use crate::model::plan::Plan;
use crate::model::problem::{ExpertIdx, Problem, RoleIdx};
use crate::model::{Cents, Week};
use crate::schedule::DensePrices;

/// A role in a week with fewer heads than its target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Shortfall {
    /// The campaign's id.
    pub campaign: String,
    /// The role's id.
    pub role: String,
    /// The week.
    pub week: u16,
    /// Heads wanted.
    pub target: u32,
    /// Heads below which missing ones cost more.
    pub min: u32,
    /// Heads there.
    pub filled: u32,
    /// Heads missing below `min`.
    pub missing_min: u32,
    /// Heads missing between what covers it, or `min`, and `target`.
    pub missing_target: u32,
    /// What the missing heads cost in the objective, in cents.
    #[serde(rename = "cost_cents", serialize_with = "cents")]
    pub cost: Cents,
    /// How many people each obstacle keeps from the seats, in the order of [`Obstacle`], none at 0. With
    /// `filled` they add up to all experts of the problem.
    pub causes: Vec<CauseCount>,
    /// Where those are who are busy or have too few hours left, by role. Who holds two roles counts twice.
    pub busy_in: Vec<BusyIn>,
    /// What a planner would have to lift for most people: the cause with the largest count among those who
    /// are eligible, ties by the order of [`Obstacle`]; among all without anybody eligible. None where
    /// everybody covers it.
    pub main_cause: Option<Obstacle>,
    /// What one more head here is worth by the plan's prices, rounded to a cent.
    #[serde(rename = "head_price_cents", serialize_with = "cents")]
    pub head_price: Cents,
    /// All this in one line.
    pub text: String,
}

/// How many people a cause keeps away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CauseCount {
    /// The cause.
    pub cause: Obstacle,
    /// How many people.
    pub people: u32,
}

/// Where people are who are missed elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BusyIn {
    /// The other role's id.
    pub role: String,
    /// How many people.
    pub people: u32,
    /// What one more head there is worth in this week by the plan's prices, rounded to a cent.
    #[serde(rename = "head_price_cents", serialize_with = "cents")]
    pub head_price: Cents,
}

impl Shortfall {
    /// Heads missing.
    pub fn missing(&self) -> u32 {
        self.missing_min + self.missing_target
    }
}

/// Consecutive weeks of one role that are short for the same main cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShortfallSpan {
    /// The role's id.
    pub role: String,
    /// First week.
    pub from: u16,
    /// Last week.
    pub to: u16,
    /// Seat-weeks missing.
    pub missing: u64,
    /// What they cost in the objective, in cents.
    #[serde(rename = "cost_cents", serialize_with = "cents")]
    pub cost: Cents,
    /// The main cause of every week.
    pub main_cause: Option<Obstacle>,
    /// The least and the most that one more head is worth in a week, rounded to a cent.
    #[serde(serialize_with = "both_cents")]
    pub head_price_cents: (Cents, Cents),
    /// All this in one line; numbers that differ by week as least–most.
    pub text: String,
}

fn both_cents<S: serde::Serializer>(
    (least, most): &(Cents, Cents),
    serializer: S,
) -> Result<S::Ok, S::Error> {
    (least.0, most.0).serialize(serializer)
}

/// Every role-week below its target, by role and week.
///
/// *Complexity*: O(experts + roles × weeks), and O(weeks²) for every pair of a role with a shortfall.
pub fn shortfalls(problem: &Problem, plan: &Plan) -> Vec<Shortfall> {
    let floor = Floor::new(problem, plan);
    let quotas_of = quotas_of(problem);
    let mut counts: Vec<Option<RoleCounts<'_>>> = (0..problem.roles.len())
        .map(RoleIdx::from)
        .map(|role| RoleCounts::new(&floor, role, &quotas_of[role.index()]))
        .collect();
    for (pair_idx, pair) in (0_usize..).zip(&problem.pairs) {
        let Some(of_role) = &mut counts[pair.role.index()] else {
            continue;
        };
        let obstacles = of_role.classifier.classify(pair_idx.into());
        of_role.count(&floor, pair.expert, &obstacles);
    }
    let prices = plan.prices.as_ref();
    let prices = prices.map(|prices| DensePrices::read(problem, prices));
    let prices = prices.unwrap_or_else(|| DensePrices::zero(problem));
    let short = counts.into_iter().flatten();
    short
        .flat_map(|of_role| of_role.shortfalls(&floor, &prices))
        .collect()
}

/// Merges consecutive weeks of one role with the same main cause.
pub fn shortfall_spans(shortfalls: &[Shortfall]) -> Vec<ShortfallSpan> {
    let goes_on = |a: &Shortfall, b: &Shortfall| {
        a.role == b.role && a.week + 1 == b.week && a.main_cause == b.main_cause
    };
    let spans = shortfalls.chunk_by(goes_on);
    spans
        .filter_map(|weeks| {
            let (first, last) = (weeks.first()?, weeks.last()?);
            let prices = || weeks.iter().map(|it| it.head_price);
            Some(ShortfallSpan {
                role: first.role.clone(),
                from: first.week,
                to: last.week,
                missing: weeks.iter().map(|it| u64::from(it.missing())).sum(),
                cost: weeks.iter().map(|it| it.cost).sum(),
                main_cause: first.main_cause,
                head_price_cents: (prices().min()?, prices().max()?),
                text: words::sentence(weeks),
            })
        })
        .collect()
}

/// The people of a role with a shortfall, counted.
struct RoleCounts<'a> {
    role: RoleIdx,
    classifier: Classifier<'a>,
    /// By week and [`Obstacle`].
    people: Vec<[u32; Obstacle::N]>,
    /// By week: how many are in which other role.
    busy: Vec<BTreeMap<RoleIdx, u32>>,
    n_pairs: usize,
}

impl<'a> RoleCounts<'a> {
    /// `None` for a role that is nowhere short.
    fn new(floor: &'a Floor<'a>, role: RoleIdx, quotas: &'a [usize]) -> Option<Self> {
        let classifier = Classifier::new(floor, role, quotas);
        let is_short = (0..floor.n_weeks).any(|week| classifier.is_short(week));
        is_short.then(|| Self {
            role,
            classifier,
            people: vec![[0; Obstacle::N]; floor.n_weeks],
            busy: vec![BTreeMap::new(); floor.n_weeks],
            n_pairs: 0,
        })
    }

    fn count(&mut self, floor: &Floor<'_>, expert: ExpertIdx, obstacles: &[Option<Obstacle>]) {
        self.n_pairs += 1;
        for (week, obstacle) in floor.problem.all_weeks().zip(obstacles) {
            let Some(obstacle) = obstacle.filter(|_| self.classifier.is_short(week.index())) else {
                continue;
            };
            self.people[week.index()][obstacle as usize] += 1;
            if obstacle.is_about_other_roles() {
                for role in in_the_way(floor, expert, self.role, week) {
                    *self.busy[week.index()].entry(role).or_default() += 1;
                }
            }
        }
    }

    fn shortfalls(self, floor: &Floor<'_>, prices: &DensePrices) -> Vec<Shortfall> {
        let problem = floor.problem;
        let n_strangers = problem.experts.len().saturating_sub(self.n_pairs);
        let n_strangers = u32::try_from(n_strangers).unwrap_or(u32::MAX);
        let short = problem
            .all_weeks()
            .filter(|week| self.classifier.is_short(week.index()));
        short
            .map(|week| {
                let mut people = self.people[week.index()];
                people[Obstacle::NotEligible as usize] += n_strangers;
                let busy = &self.busy[week.index()];
                shortfall(floor, prices, self.role, week, &people, busy)
            })
            .collect()
    }
}

/// The other roles that an expert holds in a week, or if none, those of the stints nearest to it.
fn in_the_way(floor: &Floor<'_>, expert: ExpertIdx, role: RoleIdx, week: Week) -> Vec<RoleIdx> {
    let others = || floor.seats_of(expert).iter().filter(|it| it.role != role);
    let distance = |stint: crate::stint::PairStint| {
        let (week, from, to) = (week.get(), stint.from.get(), stint.to.get());
        from.saturating_sub(week).max(week.saturating_sub(to))
    };
    let nearest = others().map(|seat| distance(seat.stint)).min();
    let nearest = others().filter(|seat| Some(distance(seat.stint)) == nearest);
    let mut roles: Vec<RoleIdx> = nearest.map(|seat| seat.role).collect();
    roles.dedup();
    roles
}

fn shortfall(
    floor: &Floor<'_>,
    prices: &DensePrices,
    role: RoleIdx,
    week: Week,
    people: &[u32; Obstacle::N],
    busy: &BTreeMap<RoleIdx, u32>,
) -> Shortfall {
    let problem = floor.problem;
    let facts = problem.role(role);
    let campaign = &problem.campaigns[facts.campaign.index()];
    let (min, target) = (facts.min.at(week).get(), facts.target.at(week).get());
    let filled = floor.cover(role)[week.index()];
    let missing_min = min.saturating_sub(filled);
    let missing_target = target.saturating_sub(filled.max(min));
    let cost = problem.weights.missing_min * i128::from(missing_min)
        + problem.weights.missing_target * i128::from(missing_target);
    let price = |role: RoleIdx| rounded(prices.heads[role.index() * prices.weeks + week.index()]);
    let counted = Obstacle::ALL.into_iter().zip(people);
    let causes = counted
        .filter(|(_, people)| **people > 0)
        .map(|(cause, people)| CauseCount {
            cause,
            people: *people,
        });
    let causes: Vec<CauseCount> = causes.collect();
    let mut busy_in: Vec<BusyIn> = busy
        .iter()
        .map(|(role, people)| BusyIn {
            role: problem.role_id(*role).to_owned(),
            people: *people,
            head_price: price(*role),
        })
        .collect();
    // Stable: ties stay in the problem's order.
    busy_in.sort_by_key(|it| std::cmp::Reverse(it.people));
    let mut shortfall = Shortfall {
        campaign: problem.text(campaign.id).to_owned(),
        role: problem.role_id(role).to_owned(),
        week: week.get(),
        target,
        min,
        filled,
        missing_min,
        missing_target,
        cost: cost * i128::from(campaign.priority),
        main_cause: main_cause(&causes),
        causes,
        busy_in,
        head_price: price(role),
        text: String::new(),
    };
    shortfall.text = words::sentence(std::slice::from_ref(&shortfall));
    shortfall
}

fn main_cause(causes: &[CauseCount]) -> Option<Obstacle> {
    let most = |causes: &mut dyn Iterator<Item = &CauseCount>| {
        causes
            .min_by_key(|it| (std::cmp::Reverse(it.people), it.cause))
            .map(|it| it.cause)
    };
    let mut eligible = causes.iter().filter(|it| !it.cause.is_about_eligibility());
    most(&mut eligible).or_else(|| most(&mut causes.iter()))
}
