//! The rows of the program, rule by rule.

use std::collections::BTreeSet;

use good_lp::{Expression, constraint, variable};
use muster_matcher::model::Week;
use muster_matcher::model::problem::{ExpertIdx, PairIdx, RoleIdx, Share};

use super::{Model, float, zero};

impl Model<'_> {
    /// Rules 2 and 5, and that stints never touch.
    pub(super) fn add_experts(&mut self) {
        let problem = self.problem;
        for expert_idx in (0..problem.experts.len()).map(ExpertIdx::from) {
            let expert = problem.expert(expert_idx);
            let own = problem.pairs_of(expert_idx).to_vec();
            for week in self.weeks() {
                let (mut n_held, mut hours) = (zero(), zero());
                for pair in &own {
                    let role_hours = problem.role(problem.pair(*pair).role).hours;
                    n_held += self.held(*pair, week);
                    hours += self.sum(*pair, |choice| choice.works.contains(&week))
                        * f64::from(role_hours.get());
                    let near =
                        self.sum(*pair, |choice| choice.from <= week && week <= choice.to + 1);
                    self.add_row(constraint!(near <= 1));
                }
                self.add_row(constraint!(n_held <= f64::from(expert.max_roles.get())));
                let most = expert.hours.at(Week::new(week).unwrap());
                self.add_row(constraint!(hours <= f64::from(most.get())));
            }
            self.add_walls(&own);
        }
    }

    fn add_walls(&mut self, own: &[PairIdx]) {
        let problem = self.problem;
        let role_of = |pair: &PairIdx| problem.pair(*pair).role;
        let campaign_of =
            |pair: &PairIdx| &problem.campaigns[problem.role(role_of(pair)).campaign.index()];
        for list in &problem.apart {
            let listed: Vec<PairIdx> = own
                .iter()
                .copied()
                .filter(|pair| list.contains(&role_of(pair)))
                .collect();
            self.add_one_of(
                &listed
                    .into_iter()
                    .map(|pair| vec![pair])
                    .collect::<Vec<_>>(),
            );
        }
        let walls: BTreeSet<&str> = own
            .iter()
            .filter_map(|pair| campaign_of(pair).wall)
            .map(|wall| problem.text(wall))
            .collect();
        for wall in walls {
            let behind = |pair: &&PairIdx| {
                campaign_of(pair)
                    .wall
                    .is_some_and(|it| problem.text(it) == wall)
            };
            let clients: BTreeSet<Option<&str>> = own
                .iter()
                .filter(behind)
                .map(|pair| campaign_of(pair).client.map(|it| problem.text(it)))
                .collect();
            let of_client = |client: Option<&str>| -> Vec<PairIdx> {
                let is_it =
                    |pair: &&PairIdx| campaign_of(pair).client.map(|it| problem.text(it)) == client;
                own.iter().filter(behind).filter(is_it).copied().collect()
            };
            self.add_one_of(&clients.into_iter().map(of_client).collect::<Vec<_>>());
        }
    }

    /// Pairs of at most one of the groups are held, whenever.
    fn add_one_of(&mut self, groups: &[Vec<PairIdx>]) {
        if groups.len() < 2 {
            return;
        }
        let mut n_served = zero();
        for group in groups {
            let serves = self.vars.add(variable().binary());
            n_served += serves;
            for pair in group {
                for week in self.weeks() {
                    let held = self.held(*pair, week);
                    self.add_row(constraint!(held <= serves));
                }
            }
        }
        self.add_row(constraint!(n_served <= 1));
    }

    /// Rule 4, and what heads are worth: the first `min` more than the others.
    pub(super) fn add_heads(&mut self) {
        let problem = self.problem;
        for role_idx in (0..problem.roles.len()).map(RoleIdx::from) {
            let role = problem.role(role_idx);
            let priority = i128::from(problem.campaigns[role.campaign.index()].priority);
            for week in self.weeks() {
                let at = Week::new(week).unwrap();
                let (min, target) = (role.min.at(at).get(), role.target.at(at).get());
                let first = self.vars.add(variable().min(0).max(min));
                let others = self.vars.add(variable().min(0).max(target - min));
                self.gain += first * float(priority * problem.weights.missing_min.0);
                self.gain += others * float(priority * problem.weights.missing_target.0);
                let cover = self.cover(role_idx, week);
                self.add_row(constraint!(cover == first + others));
            }
        }
    }

    /// Rule 6, and mean scores. Pay has a common divisor, so half of it more allows nothing more.
    pub(super) fn add_campaigns(&mut self) {
        let problem = self.problem;
        for (idx, campaign) in problem.campaigns.iter().enumerate() {
            let (mut pay, mut below) = (Vec::new(), zero());
            let mean = campaign.mean_score.map_or(0, |mean| i32::from(mean.get()));
            for (pair, choices) in problem.pairs.iter().zip(&self.choices) {
                let role = problem.role(pair.role);
                if role.campaign.index() != idx {
                    continue;
                }
                for choice in choices {
                    let cents = (pair.rate * role.hours).0 * choice.works.len() as i128;
                    pay.push((choice.is_chosen, cents));
                    let points = (mean - i32::from(pair.score.get()))
                        * i32::try_from(choice.covers.len()).unwrap();
                    below += choice.is_chosen * f64::from(points);
                }
            }
            let divisor = pay
                .iter()
                .fold(0, |divisor, (_, cents)| common_divisor(divisor, *cents))
                .max(1);
            if let Some(budget) = campaign.budget {
                let pay: Expression = pay
                    .into_iter()
                    .map(|(is_chosen, cents)| is_chosen * float(cents / divisor))
                    .sum();
                self.add_row(constraint!(pay <= float(budget.0 / divisor) + 0.5));
            }
            if campaign.mean_score.is_some() {
                let n_below = self.vars.add(variable().min(0));
                self.gain -= n_below * float(problem.weights.below_mean.0);
                self.add_row(constraint!(n_below >= below));
            }
        }
    }

    /// Rules 7 and 8; both sides are whole numbers, so a half less allows nothing more.
    pub(super) fn add_ratios_and_quotas(&mut self) {
        let problem = self.problem;
        for ratio in &problem.ratios {
            for week in self.weeks() {
                let sum = |roles: &[RoleIdx]| {
                    roles
                        .iter()
                        .map(|role| self.cover(*role, week))
                        .sum::<Expression>()
                };
                let slack =
                    sum(&ratio.of) * f64::from(ratio.q) - sum(&ratio.to) * f64::from(ratio.p);
                self.add_row(constraint!(slack >= -0.5));
            }
        }
        for quota in &problem.quotas {
            let mut slack = zero();
            for (pair, choices) in problem.pairs.iter().zip(&self.choices) {
                if !quota.roles.contains(&pair.role) {
                    continue;
                }
                let tags = &problem.expert(pair.expert).tags;
                let tagged = if tags.contains(&quota.tag) {
                    100.0
                } else {
                    0.0
                };
                let one = match quota.share {
                    Share::AtMost(percent) => f64::from(percent) - tagged,
                    Share::AtLeast(percent) => tagged - f64::from(percent),
                };
                for choice in choices {
                    slack += choice.is_chosen * (one * choice.covers.len() as f64);
                }
            }
            self.add_row(constraint!(slack >= -0.5));
        }
    }

    /// Rule 9; false if a pin is on no pair.
    pub(super) fn add_pins(&mut self) -> bool {
        for pin in &self.problem.pins {
            let Some(pair) = self.problem.pair_of(pin.expert, pin.role) else {
                return false;
            };
            for week in Week::span(pin.from, pin.to) {
                let held = self.held(pair, week.index());
                self.add_row(constraint!(held >= 1));
            }
        }
        true
    }

    /// Rule 10, and what changes cost.
    pub(super) fn add_changes(&mut self) {
        let problem = self.problem;
        let Some(incumbent) = &problem.incumbent else {
            return;
        };
        let mut said = BTreeSet::new();
        for stint in incumbent {
            let weeks = self
                .weeks()
                .filter(|week| (stint.from..=stint.to).contains(&i32::try_from(*week).unwrap()));
            said.extend(
                weeks.map(|week| (problem.text(stint.expert), problem.text(stint.role), week)),
            );
        }
        let mut n_changed = zero();
        for expert_idx in (0..problem.experts.len()).map(ExpertIdx::from) {
            let is_changed = self.vars.add(variable().binary());
            n_changed += is_changed;
            let id = problem.expert_id(expert_idx);
            for pair in problem.pairs_of(expert_idx) {
                let role = problem.role_id(problem.pair(*pair).role);
                for week in self.weeks() {
                    let held = self.held(*pair, week);
                    let cost = float(problem.weights.change.0);
                    if said.contains(&(id, role, week)) {
                        self.gain += held.clone() * cost;
                        self.add_row(constraint!(held >= 1 - is_changed));
                    } else {
                        self.gain -= held.clone() * cost;
                        self.add_row(constraint!(held <= is_changed));
                    }
                }
            }
            let has_pair = |role: &str| {
                problem
                    .role_with_id(role)
                    .is_some_and(|role| problem.pair_of(expert_idx, role).is_some())
            };
            if said
                .iter()
                .any(|(expert, role, _)| *expert == id && !has_pair(role))
            {
                self.add_row(constraint!(is_changed >= 1));
            }
        }
        if let Some(most) = problem.max_changes {
            self.add_row(constraint!(n_changed <= f64::from(most.get())));
        }
    }
}

fn common_divisor(one: i128, other: i128) -> i128 {
    if other == 0 {
        one
    } else {
        common_divisor(other, one % other)
    }
}
