//! Pins that no plan can keep, told by looking at one expert at a time: a small set of pins and the
//! rules they clash with. What is found here is a fact about the whole contract; what needs a
//! solver to see is not found here.

use crate::model::plan::{Conflict, ConflictRule, Rule};
use crate::model::problem::{ExpertIdx, PairIdx, Pin, Problem, RoleIdx, Veto};
use crate::model::{Name, Week};
use crate::stint::{PairView, StintRules, WeekKind};

/// A set of pins that clashes by itself, if one expert's pins show one.
///
/// Tried in order, for every pin and then for every two pins of one expert: the pair exists and is
/// not vetoed; some stint holds the pinned weeks; no wall or `apart` list lies between two pinned
/// roles; the roles pinned in one week fit the expert's number of roles and hours.
pub(crate) fn of_pins(problem: &Problem) -> Option<Conflict> {
    let single = (0..problem.pins.len()).find_map(|pin| of_one_pin(problem, pin));
    single.or_else(|| of_one_expert(problem))
}

fn conflict(pins: Vec<usize>, rules: Vec<ConflictRule>) -> Conflict {
    Conflict {
        pins,
        changes: Vec::new(),
        rules,
    }
}

fn rule(rule: Rule, at: String, week: Option<Week>) -> ConflictRule {
    ConflictRule {
        rule,
        at,
        week: week.map(Week::get),
    }
}

fn of_one_pin(problem: &Problem, pin_idx: usize) -> Option<Conflict> {
    let pin = &problem.pins[pin_idx];
    let Some(pair) = problem.pair_of(pin.expert, pin.role) else {
        let at = "/pairs".to_owned();
        return Some(conflict(
            vec![pin_idx],
            vec![rule(Rule::Eligible, at, None)],
        ));
    };
    if problem.is_vetoed(pin.expert, pin.role) {
        let is_it = |veto: &Veto| (veto.expert, veto.role) == (pin.expert, pin.role);
        let at = match problem.vetoes.iter().position(is_it) {
            Some(veto) => format!("/vetoes/{veto}"),
            None => "/vetoes".to_owned(),
        };
        return Some(conflict(
            vec![pin_idx],
            vec![rule(Rule::Eligible, at, None)],
        ));
    }
    if holds_pin(problem, pair, pin_idx, StintRules::ALL) {
        return None;
    }
    let rules = clashing_stint_rules(problem, pair, pin_idx);
    Some(conflict(vec![pin_idx], rules))
}

fn holds_pin(problem: &Problem, pair: PairIdx, pin_idx: usize, rules: StintRules) -> bool {
    let pin = &problem.pins[pin_idx];
    let mut found = false;
    PairView::new(problem, pair).visit_stints(rules, |stint| {
        found = stint.from <= pin.from && pin.to <= stint.to;
        !found
    });
    found
}

/// The stint rules that keep every stint off the pinned weeks.
fn clashing_stint_rules(problem: &Problem, pair: PairIdx, pin_idx: usize) -> Vec<ConflictRule> {
    stint_rules_without(problem, pair, |rules| {
        holds_pin(problem, pair, pin_idx, rules)
    })
}

/// The stint rules by which whoever holds the pinned weeks also does in `week` what `kind` says.
pub(crate) fn forcing_stint_rules(
    problem: &Problem,
    pair: PairIdx,
    pin_idx: usize,
    week: Week,
    kind: Forced,
) -> Vec<ConflictRule> {
    let pin = &problem.pins[pin_idx];
    let view = PairView::new(problem, pair);
    let does = |of_week: WeekKind| match kind {
        Forced::Cover => of_week == WeekKind::Covering,
        Forced::Hold => true,
    };
    stint_rules_without(problem, pair, |rules| {
        let mut escapes = false;
        view.visit_stints(rules, |stint| {
            let holds_pin = stint.from <= pin.from && pin.to <= stint.to;
            escapes = holds_pin
                && !view
                    .weeks(stint)
                    .any(|(own, of_week)| own == week && does(of_week));
            !escapes
        });
        escapes
    })
}

/// What a pin forces its expert to do in some week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Forced {
    /// Hold the role.
    Hold,
    /// Cover it.
    Cover,
}

/// A smallest-by-deletion set of stint rules under which `is_possible` is false, as it is under all of them.
fn stint_rules_without(
    problem: &Problem,
    pair: PairIdx,
    is_possible: impl Fn(StintRules) -> bool,
) -> Vec<ConflictRule> {
    let (expert, role) = (
        problem.pair(pair).expert.index(),
        problem.pair(pair).role.index(),
    );
    let mut rules = StintRules::ALL;
    let mut clashing = Vec::new();
    type Switch = fn(&mut StintRules) -> &mut bool;
    let switches: [(Switch, Rule, String); 5] = [
        (
            |rules| &mut rules.span,
            Rule::Eligible,
            format!("/pairs/{}", pair.index()),
        ),
        (
            |rules| &mut rules.target,
            Rule::Headcount,
            format!("/roles/{role}/target"),
        ),
        (
            |rules| &mut rules.min_stint,
            Rule::Stint,
            format!("/roles/{role}/min_stint"),
        ),
        (
            |rules| &mut rules.max_leave,
            Rule::Stint,
            format!("/roles/{role}/max_leave"),
        ),
        (
            |rules| &mut rules.ends_working,
            Rule::Stint,
            format!("/experts/{expert}/hours"),
        ),
    ];
    for (switch, name, at) in switches {
        *switch(&mut rules) = false;
        if is_possible(rules) {
            *switch(&mut rules) = true;
            clashing.push(rule(name, at, None));
        }
    }
    clashing
}

fn of_one_expert(problem: &Problem) -> Option<Conflict> {
    let key = |pin: &usize| {
        let Pin {
            expert,
            role,
            from,
            to,
        } = problem.pins[*pin];
        (expert, role, from, to)
    };
    let mut by_expert: Vec<usize> = (0..problem.pins.len()).collect();
    by_expert.sort_by_key(key);
    by_expert.dedup_by_key(|pin| key(pin));
    by_expert
        .chunk_by(|a, b| problem.pins[*a].expert == problem.pins[*b].expert)
        .find_map(|pins| of_two_roles(problem, pins).or_else(|| of_one_week(problem, pins)))
}

/// Two pinned roles with a wall or an `apart` list between them.
fn of_two_roles(problem: &Problem, pins: &[usize]) -> Option<Conflict> {
    let mut of_roles = pins.to_vec();
    of_roles.dedup_by_key(|pin| problem.pins[*pin].role);
    for (idx, one) in of_roles.iter().enumerate() {
        for other in &of_roles[..idx] {
            let roles = [one, other].map(|pin| problem.pins[*pin].role);
            if let Some(clash) = between(problem, roles[0], roles[1]) {
                let mut pins = vec![*one, *other];
                pins.sort_unstable();
                return Some(conflict(pins, clash));
            }
        }
    }
    None
}

/// The wall or the `apart` list that keeps two roles from being served by one expert.
pub(crate) fn between(
    problem: &Problem,
    one: RoleIdx,
    other: RoleIdx,
) -> Option<Vec<ConflictRule>> {
    if one == other {
        return None;
    }
    let campaigns = [one, other].map(|role| problem.role(role).campaign.index());
    let walls: [Option<Name>; 2] = campaigns.map(|campaign| problem.campaigns[campaign].wall);
    let clients = campaigns.map(|campaign| problem.campaigns[campaign].client);
    if walls[0].is_some() && walls[0] == walls[1] && clients[0] != clients[1] {
        let walls = campaigns.map(|it| rule(Rule::Wall, format!("/campaigns/{it}/wall"), None));
        return Some(walls.to_vec());
    }
    let list = problem
        .apart
        .iter()
        .position(|list| list.contains(&one) && list.contains(&other))?;
    Some(vec![rule(Rule::Apart, format!("/apart/{list}"), None)])
}

/// Roles pinned in one week that exceed the expert's number of roles or hours.
fn of_one_week(problem: &Problem, pins: &[usize]) -> Option<Conflict> {
    let expert_idx: ExpertIdx = problem.pins[pins[0]].expert;
    let expert = problem.expert(expert_idx);
    for week in problem.all_weeks() {
        let mut held: Vec<usize> = pins
            .iter()
            .copied()
            .filter(|pin| (problem.pins[*pin].from..=problem.pins[*pin].to).contains(&week))
            .collect();
        held.sort_by_key(|pin| problem.pins[*pin].role);
        held.dedup_by_key(|pin| problem.pins[*pin].role);
        let most = expert.max_roles.get() as usize;
        if held.len() > most {
            held.truncate(most + 1);
            let at = format!("/experts/{}/max_roles", expert_idx.index());
            return Some(conflict(held, vec![rule(Rule::Capacity, at, Some(week))]));
        }
        // The largest first: the fewest pins that exceed the week.
        let hours = |pin: &usize| problem.role(problem.pins[*pin].role).hours;
        held.retain(|pin| hours(pin) <= expert.hours.at(week));
        held.sort_by_key(|pin| std::cmp::Reverse(hours(pin)));
        let mut used = 0;
        for (n_held, pin) in (1..).zip(&held) {
            used += hours(pin).get();
            if used > expert.hours.at(week).get() {
                let mut pins = held[..n_held].to_vec();
                pins.sort_unstable();
                let at = format!("/experts/{}/hours", expert_idx.index());
                return Some(conflict(pins, vec![rule(Rule::Capacity, at, Some(week))]));
            }
        }
    }
    None
}
