//! Small conflicts that the checker can verify: pins that clash inside one expert's schedule, or with one rule
//! across experts. No schedule is enumerated here and no program is solved: the checker is asked.

use std::collections::BTreeSet;

use super::relaxed::raised;
use super::shrink::shrink;
use crate::check::check;
use crate::model::Week;
use crate::model::plan::{Conflict, ConflictRule, Plan, Rule, Status};
use crate::model::problem::{ExpertIdx, PairIdx, Problem, RoleIdx};
use crate::stint::PairView;

/// The rules inside a schedule that a conflict names one by one.
const LOCAL_RULES: [Rule; 5] = [
    Rule::Eligible,
    Rule::Capacity,
    Rule::Stint,
    Rule::Wall,
    Rule::Apart,
];

/// Experts × rules beyond which ratios and quotas are not looked at one by one.
const MOST_PRICED: usize = 2_000_000;
/// Pinned experts × headcounts beyond which those are not.
const MOST_FORCED: usize = 2_000_000;

/// Whether the checker verifies that a conflict is one, having refuted and doubted nothing.
pub(super) fn is_verified(problem: &Problem, conflict: &Conflict) -> bool {
    let report = check(problem, &infeasible(conflict));
    report.false_claims.is_empty() && report.unverified.is_empty()
}

/// Whether the checker finds a conflict false.
pub(super) fn is_false(problem: &Problem, conflict: &Conflict) -> bool {
    !check(problem, &infeasible(conflict))
        .false_claims
        .is_empty()
}

fn infeasible(conflict: &Conflict) -> Plan {
    Plan {
        conflict: Some(conflict.clone()),
        ..Plan::without_stints(Status::Infeasible)
    }
}

/// What may be part of a conflict.
#[derive(Clone, Debug, Default)]
pub(super) struct Suspects {
    /// Positions of pins.
    pub(super) pins: Vec<usize>,
    /// Headcounts with a target above 0, and budgets.
    pub(super) sums: Vec<ConflictRule>,
    /// Ratios, each in one week, and quotas.
    pub(super) shares: Vec<ConflictRule>,
    /// Role-weeks with a target of 0.
    pub(super) zeros: Vec<(RoleIdx, Week)>,
}

impl Suspects {
    /// Every pin, and the rules across experts that pins could clash with.
    pub(super) fn all(problem: &Problem) -> Self {
        let pins: Vec<usize> = (0..problem.pins.len()).collect();
        let (mut sums, mut zeros) = (Vec::new(), Vec::new());
        let mut pinned: BTreeSet<(RoleIdx, ExpertIdx)> = BTreeSet::new();
        pinned.extend(problem.pins.iter().map(|pin| (pin.role, pin.expert)));
        let n_pinned = |role: RoleIdx| {
            let from = (role, ExpertIdx(0));
            pinned.range(from..=(role, ExpertIdx(u32::MAX))).count()
        };
        for idx in 0..problem.roles.len() {
            let role = RoleIdx::from(idx);
            let n_pinned = n_pinned(role);
            for week in problem.all_weeks() {
                let target = problem.role(role).target.at(week).get() as usize;
                if target == 0 {
                    zeros.push((role, week));
                } else if target < n_pinned {
                    sums.push(headcount(role, week));
                }
            }
        }
        let campaigns: BTreeSet<usize> = pinned
            .iter()
            .map(|(role, _)| problem.role(*role).campaign.index())
            .collect();
        let limited = campaigns
            .into_iter()
            .filter(|idx| problem.campaigns[*idx].budget.is_some());
        sums.extend(limited.map(budget));
        let mut shares = Vec::new();
        for idx in 0..problem.ratios.len() {
            shares.extend(problem.all_weeks().map(|week| ratio(idx, Some(week))));
        }
        shares.extend((0..problem.quotas.len()).map(quota));
        Self {
            pins,
            sums,
            shares,
            zeros,
        }
    }

    /// A smallest conflict by deletion, if the checker verifies that the suspects hold one.
    pub(super) fn conflict(self, problem: &Problem) -> Option<Conflict> {
        if self.pins.is_empty() {
            return None;
        }
        self.clone()
            .of_sums(problem)
            .or_else(|| self.of_shares(problem))
    }

    /// Pins that clash inside a schedule, with one headcount or with one budget.
    fn of_sums(mut self, problem: &Problem) -> Option<Conflict> {
        let experts: BTreeSet<ExpertIdx> = self
            .pins
            .iter()
            .map(|pin| problem.pins[*pin].expert)
            .collect();
        let roles: BTreeSet<RoleIdx> = self
            .pins
            .iter()
            .map(|pin| problem.pins[*pin].role)
            .collect();
        self.zeros.retain(|(role, _)| roles.contains(role));
        if experts.len() * (self.sums.len() + self.zeros.len()) > MOST_FORCED {
            return None;
        }
        let mut local = LOCAL_RULES.to_vec();
        let clashes = |pins: &[usize], sums: &[ConflictRule], zeros: &[_], local: &[Rule]| {
            let whole = |rule| ConflictRule {
                rule,
                at: String::new(),
                week: None,
            };
            let rules = local.iter().copied().map(whole);
            let zeros = zeros.iter().map(|(role, week)| headcount(*role, *week));
            let conflict = Conflict {
                pins: pins.to_vec(),
                changes: Vec::new(),
                rules: rules.chain(sums.iter().cloned()).chain(zeros).collect(),
            };
            is_verified(problem, &conflict)
        };
        if !clashes(&self.pins, &self.sums, &self.zeros, &local) {
            return None;
        }
        let Self {
            pins, sums, zeros, ..
        } = &mut self;
        // Zeros first: each of them is priced for every pin.
        shrink(zeros, |zeros| clashes(pins, sums, zeros, &local));
        shrink(sums, |sums| clashes(pins, sums, zeros, &local));
        shrink(pins, |pins| clashes(pins, sums, zeros, &local));
        shrink(&mut local, |local| clashes(pins, sums, zeros, local));
        let mut rules: Vec<ConflictRule> = local
            .iter()
            .flat_map(|rule| local_rules(problem, pins, *rule))
            .collect();
        rules.append(sums);
        rules.extend(zeros.iter().map(|(role, week)| headcount(*role, *week)));
        Some(Conflict {
            pins: self.pins,
            changes: Vec::new(),
            rules,
        })
    }

    /// Pins that clash with one ratio or one quota, all rules inside schedules kept by everybody.
    fn of_shares(mut self, problem: &Problem) -> Option<Conflict> {
        if self.shares.is_empty() || problem.experts.len() * self.shares.len() > MOST_PRICED {
            return None;
        }
        let clashes = |problem: &Problem, pins: &[usize], shares: &[ConflictRule]| {
            let conflict = Conflict {
                pins: pins.to_vec(),
                changes: Vec::new(),
                rules: shares.to_vec(),
            };
            is_verified(problem, &conflict)
        };
        // The checker forbids cover where the target is 0 whether that is named or not; a conflict names it.
        let has_zeros = |zeros: &[(RoleIdx, Week)]| {
            let is_unnamed = |role, week| zeros.binary_search(&(role, week)).is_err().then_some(1);
            raised(problem, |role, week, target| {
                if target == 0 {
                    is_unnamed(role, week)
                } else {
                    None
                }
            })
        };
        let Self {
            pins,
            shares,
            zeros,
            ..
        } = &mut self;
        zeros.sort_unstable();
        if !clashes(&has_zeros(zeros)?, pins, shares) {
            return None;
        }
        shrink(zeros, |zeros| {
            has_zeros(zeros).is_some_and(|problem| clashes(&problem, pins, shares))
        });
        let relaxed = has_zeros(zeros)?;
        shrink(shares, |shares| clashes(&relaxed, pins, shares));
        shrink(pins, |pins| clashes(&relaxed, pins, shares));
        let zeros = zeros.iter().map(|(role, week)| headcount(*role, *week));
        Some(Conflict {
            rules: shares.iter().cloned().chain(zeros).collect(),
            pins: self.pins,
            changes: Vec::new(),
        })
    }
}

/// Where the pins of a conflict meet a rule inside schedules; somewhere at least.
fn local_rules(problem: &Problem, pins: &[usize], rule: Rule) -> Vec<ConflictRule> {
    let mut at = BTreeSet::new();
    let last = problem.last_week();
    for pin in pins.iter().map(|pin| &problem.pins[*pin]) {
        let Some(idx) = problem.pair_of(pin.expert, pin.role) else {
            at.insert("/pairs".to_owned());
            continue;
        };
        let (pair, role) = (problem.pair(idx), pin.role.index());
        let campaign = problem.role(pin.role).campaign.index();
        match rule {
            Rule::Eligible if (pair.from, pair.to) != (Week::default(), last) => {
                at.insert(format!("/pairs/{}", idx.index()));
            }
            Rule::Capacity => {
                at.insert(format!("/experts/{}", pin.expert.index()));
            }
            Rule::Stint => {
                if problem.role(pin.role).min_stint.get() > 1 {
                    at.insert(format!("/roles/{role}/min_stint"));
                }
                if has_leave(problem, idx) {
                    at.insert(format!("/roles/{role}/max_leave"));
                }
            }
            Rule::Wall if problem.campaigns[campaign].wall.is_some() => {
                at.insert(format!("/campaigns/{campaign}/wall"));
            }
            Rule::Apart => {
                let lists = problem.apart.iter().enumerate();
                let own = lists.filter(|(_, list)| list.contains(&pin.role));
                at.extend(own.map(|(list, _)| format!("/apart/{list}")));
            }
            _ => {}
        }
    }
    if at.is_empty() {
        at.insert(String::new());
    }
    let state = |at| ConflictRule {
        rule,
        at,
        week: None,
    };
    at.into_iter().map(state).collect()
}

/// Whether the expert of a pair is on leave from its role in some week.
pub(super) fn has_leave(problem: &Problem, pair: PairIdx) -> bool {
    let view = PairView::new(problem, pair);
    let is_ongoing_leave = problem
        .ongoing_of(pair)
        .is_some_and(|it| it.leave.get() > 0);
    is_ongoing_leave || problem.all_weeks().any(|week| !view.works(week))
}

pub(super) fn headcount(role: RoleIdx, week: Week) -> ConflictRule {
    ConflictRule {
        rule: Rule::Headcount,
        at: format!("/roles/{}/target", role.index()),
        week: Some(week.get()),
    }
}

pub(super) fn budget(campaign: usize) -> ConflictRule {
    ConflictRule {
        rule: Rule::Budget,
        at: format!("/campaigns/{campaign}/budget_cents"),
        week: None,
    }
}

pub(super) fn ratio(idx: usize, week: Option<Week>) -> ConflictRule {
    ConflictRule {
        rule: Rule::Ratio,
        at: format!("/ratios/{idx}"),
        week: week.map(Week::get),
    }
}

pub(super) fn quota(idx: usize) -> ConflictRule {
    ConflictRule {
        rule: Rule::Quota,
        at: format!("/quotas/{idx}"),
        week: None,
    }
}
