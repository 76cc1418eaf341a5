//! The bound that prices prove, recomputed from problem and prices alone.

use serde::Serialize;

use super::best_schedule::{self, LocalRules, Overflow, Person, Question, Surroundings};
use super::prices::{self, Priced};
use super::weeks::WeekSet;
use crate::json::Faults;
use crate::model::plan::{MICRO, Prices};
use crate::model::problem::{CampaignIdx, ExpertIdx, Problem, RoleIdx};

/// What prices prove: no feasible plan is worth more. Everything but `cents` is in millionths of a
/// cent and exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PriceBound {
    /// The bound: the sum of all below, rounded down to a cent.
    pub cents: i128,
    /// Heads that are missing, at the prices of heads.
    pub heads: i128,
    /// Budgets at their prices.
    pub budget: i128,
    /// The change limit at its price.
    pub change_limit: i128,
    /// − `change_cents` for every (expert, role, week) of the incumbent.
    pub incumbent: i128,
    /// The best schedules of all experts.
    pub experts: i128,
}

/// Why prices prove no bound.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NoPriceBound {
    /// The prices do not fit the problem.
    #[error("faulty prices ({n_faults}), the first: {}", .first.as_ref().map(ToString::to_string).unwrap_or_default())]
    Faulty {
        /// How many faults there are.
        n_faults: usize,
        /// The first of them.
        first: Option<crate::json::Fault>,
        /// The first 1,000 of them.
        #[serde(skip)]
        faults: Vec<crate::json::Fault>,
    },
    /// An expert has no schedule that keeps their pins: the problem is infeasible.
    #[error("expert {expert:?} has no schedule that keeps their pins, so no plan is feasible")]
    NoSchedule {
        /// The expert's id.
        expert: String,
    },
    /// A sum does not fit 128 bits.
    #[error("a sum of prices does not fit 128 bits")]
    Overflow,
}

impl From<Overflow> for NoPriceBound {
    fn from(Overflow: Overflow) -> Self {
        Self::Overflow
    }
}

impl From<Faults> for NoPriceBound {
    fn from(faults: Faults) -> Self {
        Self::Faulty {
            n_faults: faults.total(),
            first: faults.list().first().cloned(),
            faults: faults.list().to_vec(),
        }
    }
}

/// The bound that `prices` prove for `problem`.
///
/// The sum, in exact millionths of a cent:
/// heads `Σ max(0, A−y)·m + max(0, B−y)·(g−m) − A·m − B·(g−m)` over roles and weeks, budgets
/// `Σ L·budget`, the change limit `X·max_changes`, `− change_cents` for each incumbent
/// (expert, role, week), and the best schedule of every expert at these prices.
///
/// # Errors
/// [`NoPriceBound`] if the prices are faulty, an expert has no schedule, or a sum is too large.
///
/// *Complexity*: linear in roles × weeks and in experts, times that of one best schedule.
pub fn price_bound(problem: &Problem, prices: &Prices) -> Result<PriceBound, NoPriceBound> {
    let faults = prices::faults(problem, prices);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let around = Surroundings::new(problem);
    let priced = Priced::new(&around, prices).ok_or(Overflow)?;
    let max_changes = problem.max_changes.map_or(0, |it| i128::from(it.get()));
    let incumbent = around.incumbent.as_ref().map_or(0, |it| it.n_weeks());
    let change_cost = problem.weights.change.0 * MICRO;
    let mut bound = PriceBound {
        cents: 0,
        heads: heads(problem, &priced).ok_or(Overflow)?,
        budget: budget(problem, &priced).ok_or(Overflow)?,
        change_limit: prices.change.checked_mul(max_changes).ok_or(Overflow)?,
        incumbent: -change_cost
            .checked_mul(i128::from(incumbent))
            .ok_or(Overflow)?,
        experts: 0,
    };
    for expert in (0..problem.experts.len()).map(ExpertIdx::from) {
        let most = most_of(&around, expert, &priced, prices.change)?;
        bound.experts = bound.experts.checked_add(most).ok_or(Overflow)?;
    }
    let terms = [
        bound.heads,
        bound.budget,
        bound.change_limit,
        bound.incumbent,
        bound.experts,
    ];
    let sum = terms.into_iter().try_fold(0, i128::checked_add);
    bound.cents = sum.ok_or(Overflow)?.div_euclid(MICRO);
    Ok(bound)
}

/// What each expert's best schedule is worth at `prices`, in millionths of a cent: what the expert adds to the bound.
///
/// # Errors
/// As [`price_bound`].
///
/// *Complexity*: as [`price_bound`].
pub(crate) fn expert_worths(problem: &Problem, prices: &Prices) -> Result<Vec<i128>, NoPriceBound> {
    let faults = prices::faults(problem, prices);
    if !faults.is_empty() {
        return Err(faults.into());
    }
    let around = Surroundings::new(problem);
    let priced = Priced::new(&around, prices).ok_or(Overflow)?;
    let experts = (0..problem.experts.len()).map(ExpertIdx::from);
    experts
        .map(|expert| most_of(&around, expert, &priced, prices.change))
        .collect()
}

fn most_of(
    around: &Surroundings<'_>,
    expert: ExpertIdx,
    priced: &Priced<'_>,
    change_price: i128,
) -> Result<i128, NoPriceBound> {
    let most = most(around, expert, priced, change_price)?;
    most.ok_or_else(|| NoPriceBound::NoSchedule {
        expert: around.problem.expert_id(expert).to_owned(),
    })
}

/// What missing heads cost at their prices, less what they cost without.
fn heads(problem: &Problem, priced: &Priced<'_>) -> Option<i128> {
    let mut sum = 0_i128;
    for (idx, role) in problem.roles.iter().enumerate() {
        // Without a price the terms of a week cancel.
        let Some(heads) = priced.heads(RoleIdx::from(idx)) else {
            continue;
        };
        let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
        let below_min = priority * problem.weights.missing_min.0 * MICRO;
        let below_target = priority * problem.weights.missing_target.0 * MICRO;
        for (week, price) in problem.all_weeks().zip(heads) {
            let (min, target) = (role.min.at(week).get(), role.target.at(week).get());
            for (cost, seats) in [(below_min, min), (below_target, target - min)] {
                let saved = (cost - price).max(0) - cost;
                sum = sum.checked_add(saved.checked_mul(i128::from(seats))?)?;
            }
        }
    }
    Some(sum)
}

/// Budgets at their prices.
fn budget(problem: &Problem, priced: &Priced<'_>) -> Option<i128> {
    let mut sum = 0_i128;
    for (idx, campaign) in problem.campaigns.iter().enumerate() {
        if let Some(budget) = campaign.budget {
            let price = priced.budget(CampaignIdx::from(idx));
            sum = sum.checked_add(budget.0.checked_mul(price)?)?;
        }
    }
    Some(sum)
}

/// The best schedule of one expert, less `change_price` unless it is the incumbent one.
fn most(
    around: &Surroundings<'_>,
    expert: ExpertIdx,
    priced: &Priced<'_>,
    change_price: i128,
) -> Result<Option<i128>, Overflow> {
    let pins = around.pins_of(expert);
    let question = Question {
        expert,
        rules: LocalRules::ALL,
        pins,
    };
    let best = if around.problem.pairs_of(expert).is_empty() && pins.is_empty() {
        Some(0)
    } else {
        best_schedule::best(&Person::new(around, question, priced)?)
    };
    if change_price == 0 {
        return Ok(best);
    }
    // Whatever is best of all schedules, changed or not, is worth at least this:
    let best_changed = match best {
        Some(best) => Some(best.checked_sub(change_price).ok_or(Overflow)?),
        None => None,
    };
    let unchanged = unchanged(around, question, priced)?;
    Ok(best_changed.max(unchanged))
}

/// What the incumbent schedule is worth; `None` if it is no schedule any more.
fn unchanged(
    around: &Surroundings<'_>,
    question: Question<'_>,
    priced: &Priced<'_>,
) -> Result<Option<i128>, Overflow> {
    let Some(weeks_of) = incumbent_weeks(around, question.expert) else {
        return Ok(None);
    };
    let (roles, weeks): (Vec<RoleIdx>, Vec<WeekSet>) = weeks_of.into_iter().unzip();
    let person = Person::on_roles(around, question, &roles, priced)?;
    Ok(person.and_then(|person| person.worth_of(&weeks)))
}

/// The weeks an expert's incumbent stints say, role by role; `None` if a role is gone.
pub(super) fn incumbent_weeks(
    around: &Surroundings<'_>,
    expert: ExpertIdx,
) -> Option<Vec<(RoleIdx, WeekSet)>> {
    let problem = around.problem;
    let incumbent = around.incumbent.as_ref()?;
    let said = incumbent.of(problem.expert(expert).id).iter();
    said.map(|(role, weeks)| Some((problem.role_named(*role)?, *weeks)))
        .collect()
}
