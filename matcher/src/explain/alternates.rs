//! Who could step in: for every role the best people whom the plan does not use, by the plan's prices.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use serde::Serialize;

use super::floor::{Floor, is_tagged, quotas_of};
use super::incumbent::Incumbent;
use crate::model::Week;
use crate::model::plan::{MICRO, Plan};
use crate::model::problem::{ExpertIdx, PairIdx, Pin, Problem, RoleIdx, Share};
use crate::schedule::DensePrices;
use crate::stint::{PairStint, PairView, StintRules, WeekKind};

/// The best unused people of a role, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RoleAlternates {
    /// The role's id.
    pub role: String,
    /// As many as a tenth of the most heads it wants in a week, rounded up, and at least three; fewer where
    /// there are not so many, none for a role that wants nobody.
    pub people: Vec<Alternate>,
}

/// Somebody without a stint in the plan who could hold a role.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Alternate {
    /// Their id.
    pub expert: String,
    /// What their best stint on the role is worth at the plan's prices, in cents, rounded down. It says
    /// little of a plan with this person in it: prices are those of the first head more.
    pub value_cents: i128,
    /// Their score on the role.
    pub score: u16,
    /// Their pay, in cents an hour.
    pub rate_cents: u32,
    /// First week of that stint.
    pub from: u16,
    /// Its last week.
    pub to: u16,
    /// Always true: whether somebody fits into the plan only a solver can say.
    pub estimate: bool,
}

/// For every role the best people without a stint in the plan, by the value of their best legal stint on it
/// that covers some week; ties by position in the problem.
///
/// A stint's value is that of a schedule of it alone, as the contract's price bound has it: score, pay,
/// start, changes, and the prices of heads, budget, mean, ratios, quotas and the change limit. Who is
/// pinned to anything outside the stint is left out.
///
/// *Complexity*: O(weeks) for every pair and O(weeks²) for those that might be among the best.
pub fn alternates(problem: &Problem, plan: &Plan) -> Vec<RoleAlternates> {
    let floor = Floor::new(problem, plan);
    let prices = plan.prices.as_ref();
    let prices = prices.map(|prices| DensePrices::read(problem, prices));
    let prices = prices.unwrap_or_else(|| DensePrices::zero(problem));
    let quotas_of = quotas_of(problem);
    let roles = (0..problem.roles.len()).map(RoleIdx::from);
    let mut roles: Vec<PricedRole<'_>> = roles
        .map(|role| PricedRole::new(problem, &prices, role, &quotas_of[role.index()]))
        .collect();
    let mut pins: Vec<&Pin> = problem.pins.iter().collect();
    pins.sort_by_key(|pin| pin.expert);
    for (idx, pair) in (0_usize..).zip(&problem.pairs) {
        let is_free = floor.seats_of(pair.expert).is_empty()
            && problem.expert(pair.expert).max_roles.get() > 0
            && !problem.is_vetoed(pair.expert, pair.role);
        if is_free {
            let first = pins.partition_point(|pin| pin.expert < pair.expert);
            let n = pins[first..].partition_point(|pin| pin.expert == pair.expert);
            let of_expert = &pins[first..first + n];
            roles[pair.role.index()].consider(PairIdx::from(idx), of_expert, &floor.incumbent);
        }
    }
    roles.into_iter().map(PricedRole::alternates).collect()
}

/// What ranks people: value, then position, the earlier the better.
type Ranked = (i128, Reverse<ExpertIdx>, Reverse<(Week, Week)>, PairIdx);

/// A role with what its weeks are worth, in millionths of a cent, and the best people so far.
struct PricedRole<'a> {
    problem: &'a Problem,
    prices: &'a DensePrices,
    role: RoleIdx,
    /// By week: what a covering head is worth whoever it is: its price and those of ratios.
    heads: Vec<i128>,
    quotas: &'a [usize],
    n_wanted: usize,
    /// The worst on top.
    best: BinaryHeap<Reverse<Ranked>>,
}

impl<'a> PricedRole<'a> {
    fn new(
        problem: &'a Problem,
        prices: &'a DensePrices,
        role: RoleIdx,
        quotas: &'a [usize],
    ) -> Self {
        let facts = problem.role(role);
        let weeks = problem.all_weeks();
        let peak = weeks.clone().map(|week| facts.target.at(week).get()).max();
        let peak = peak.unwrap_or(0) as usize;
        let head = |week: Week| {
            let own = prices.heads[role.index() * prices.weeks + week.index()];
            let of_ratios = problem.ratios.iter().enumerate().map(|(idx, ratio)| {
                let of = i128::from(ratio.q) * i128::from(ratio.of.contains(&role));
                let to = i128::from(ratio.p) * i128::from(ratio.to.contains(&role));
                prices.ratios[idx * prices.weeks + week.index()].saturating_mul(of - to)
            });
            of_ratios.fold(own, i128::saturating_add)
        };
        Self {
            problem,
            prices,
            role,
            heads: weeks.map(head).collect(),
            quotas,
            n_wanted: if peak == 0 {
                0
            } else {
                peak.div_ceil(10).max(3)
            },
            best: BinaryHeap::new(),
        }
    }

    /// Puts the pair's expert among the best, if they belong there.
    fn consider(&mut self, pair: PairIdx, pins: &[&Pin], incumbent: &Incumbent) {
        if self.n_wanted == 0 {
            return;
        }
        let worth = self.worth(pair, incumbent);
        if self.best.len() == self.n_wanted
            && let Some(Reverse(worst)) = self.best.peek()
            && worth.most(self) < worst.0
        {
            return;
        }
        let Some((value, stint)) = worth.best_stint(self, pins) else {
            return;
        };
        let expert = self.problem.pair(pair).expert;
        let weeks = (stint.from, stint.to);
        let ranked = (value, Reverse(expert), Reverse(weeks), pair);
        self.best.push(Reverse(ranked));
        if self.best.len() > self.n_wanted {
            self.best.pop();
        }
    }

    fn worth<'p>(&self, idx: PairIdx, incumbent: &'p Incumbent) -> PairWorth<'p>
    where
        'a: 'p,
    {
        let (problem, prices) = (self.problem, self.prices);
        let view = PairView::new(problem, idx);
        let campaign = view.role.campaign.index();
        let (budget, mean) = (prices.budget[campaign], prices.mean[campaign]);
        let pay = (view.pair.rate * view.role.hours).0;
        let score = i128::from(view.pair.score.get());
        let wanted = problem.campaigns[campaign].mean_score;
        let above = score - wanted.map_or(0, |mean| i128::from(mean.get()));
        let of_quotas = self.quotas.iter().map(|quota| {
            let tagged = i128::from(is_tagged(problem, view.pair.expert, *quota));
            let units = match problem.quotas[*quota].share {
                Share::AtMost(percent) => i128::from(percent) - 100 * tagged,
                Share::AtLeast(percent) => 100 * tagged - i128::from(percent),
            };
            prices.quotas[*quota].saturating_mul(units)
        });
        let of_quotas = of_quotas.fold(0, i128::saturating_add);
        let working = -pay.saturating_mul(budget.saturating_add(MICRO));
        let covering = (score * problem.weights.point.0)
            .saturating_mul(MICRO)
            .saturating_add(mean.saturating_mul(above))
            .saturating_add(of_quotas);
        PairWorth {
            view,
            working,
            covering,
            start: problem.weights.start.0.saturating_mul(MICRO),
            change: incumbent.change.0.saturating_mul(MICRO),
            incumbent,
        }
    }

    fn alternates(self) -> RoleAlternates {
        let best = self.best.into_sorted_vec();
        let people = best.into_iter().map(|Reverse((value, _, stint, pair))| {
            let pair = self.problem.pair(pair);
            let Reverse((from, to)) = stint;
            Alternate {
                expert: self.problem.expert_id(pair.expert).to_owned(),
                value_cents: value.div_euclid(MICRO),
                score: pair.score.get(),
                rate_cents: pair.rate.get(),
                from: from.get(),
                to: to.get(),
                estimate: true,
            }
        });
        RoleAlternates {
            role: self.problem.role_id(self.role).to_owned(),
            people: people.collect(),
        }
    }
}

/// What weeks of one pair's stints are worth, in millionths of a cent.
struct PairWorth<'a> {
    view: PairView<'a>,
    /// A working week, whether it covers or not.
    working: i128,
    /// A covering week, besides, and besides what the week's head is worth.
    covering: i128,
    start: i128,
    /// Each week that differs from the incumbent; gained where it does not.
    change: i128,
    incumbent: &'a Incumbent,
}

impl PairWorth<'_> {
    /// At least what any stint is worth.
    fn most(&self, role: &PricedRole<'_>) -> i128 {
        let pair = self.view.pair;
        let covering = self.working.saturating_add(self.covering);
        let idle = self.working.max(0);
        Week::span(pair.from, pair.to)
            .map(|week| {
                let covering = covering.saturating_add(role.heads[week.index()]);
                covering.max(idle).saturating_add(self.change).max(0)
            })
            .fold(0, i128::saturating_add)
    }

    /// The legal stint of most worth that covers some week and holds all pins, the earliest and shortest
    /// of equals.
    fn best_stint(&self, role: &PricedRole<'_>, pins: &[&Pin]) -> Option<(i128, PairStint)> {
        let mut best: Option<(i128, PairStint)> = None;
        let mut longest: Option<(Vec<(i128, bool)>, PairStint)> = None;
        self.view.visit_stints(StintRules::ALL, |stint| {
            let is_known = longest
                .as_ref()
                .is_some_and(|(_, it)| it.from == stint.from);
            if !is_known {
                let whole = PairStint {
                    from: stint.from,
                    to: self.view.pair.to,
                };
                longest = Some((self.running(role, whole), whole));
            }
            let n_weeks = stint.to.index() - stint.from.index();
            let running = longest.as_ref().and_then(|(sums, _)| sums.get(n_weeks));
            if let Some((value, true)) = running.copied()
                && pins.iter().all(|pin| holds(role, stint, pin))
            {
                let value = value.saturating_sub(self.change_price(role, stint));
                if best.is_none_or(|(most, _)| value > most) {
                    best = Some((value, stint));
                }
            }
            true
        });
        best
    }

    /// What the stint is worth up to each of its weeks, and whether it covers one by then.
    fn running(&self, role: &PricedRole<'_>, stint: PairStint) -> Vec<(i128, bool)> {
        let mut value = if self.view.continues(stint.from) {
            0
        } else {
            -self.start
        };
        let mut covers = false;
        let pair = self.view.pair;
        let weeks = self.view.weeks(stint).map(|(week, kind)| {
            if kind != WeekKind::Leave {
                value = value.saturating_add(self.working);
            }
            if kind == WeekKind::Covering {
                covers = true;
                value = value
                    .saturating_add(self.covering)
                    .saturating_add(role.heads[week.index()]);
            }
            if self.change != 0 {
                let says = self
                    .incumbent
                    .says(role.problem, pair.expert, pair.role, week);
                let change = if says { self.change } else { -self.change };
                value = value.saturating_add(change);
            }
            (value, covers)
        });
        weeks.collect()
    }

    /// The price of the change limit, if the stint alone differs from the incumbent.
    fn change_price(&self, role: &PricedRole<'_>, stint: PairStint) -> i128 {
        let price = role.prices.change;
        if price == 0 {
            return 0;
        }
        let pair = self.view.pair;
        let says = |week: &Week| {
            self.incumbent
                .says(role.problem, pair.expert, pair.role, *week)
        };
        let weeks = || Week::span(stint.from, stint.to);
        let is_same = weeks().all(|week| says(&week))
            && weeks().count() == self.incumbent.n_said(role.problem, pair.expert) as usize;
        if is_same { 0 } else { price }
    }
}

fn holds(role: &PricedRole<'_>, stint: PairStint, pin: &Pin) -> bool {
    pin.role == role.role && stint.from <= pin.from && pin.to <= stint.to
}
