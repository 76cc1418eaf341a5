//! Pins that clash by the one stint each of them forces: too many for an expert, or for a role.

use super::class::Class;
use super::uses::Use;
use crate::conflict::{Forced, forcing_stint_rules};
use crate::model::Week;
use crate::model::plan::{Conflict, ConflictRule, Rule};
use crate::model::problem::Problem;

/// Pinned uses that do not fit together, with every rule by which they do not.
pub(super) fn clash(problem: &Problem, class: &Class) -> Option<Conflict> {
    let mut pinned: Vec<&Use> = class.uses.iter().filter(|own| own.pinned).collect();
    pinned.sort_by_key(|own| (own.expert, own.role));
    let of_expert = pinned
        .chunk_by(|a, b| a.expert == b.expert)
        .find_map(|own| beyond_capacity(problem, class, own));
    pinned.sort_by_key(|own| (own.role, own.expert));
    of_expert.or_else(|| {
        pinned
            .chunk_by(|a, b| a.role == b.role)
            .find_map(|own| beyond_target(problem, class, own))
    })
}

/// More of an expert's uses pinned than it can take.
fn beyond_capacity(problem: &Problem, class: &Class, own: &[&Use]) -> Option<Conflict> {
    let expert = own[0].expert;
    let width = class.width[expert.index()] as usize;
    let own = own.get(..=width)?;
    let facts = problem.expert(expert);
    let exceeded = problem.all_weeks().find(|week| {
        let held = own
            .iter()
            .filter(|it| it.stint.from <= *week && *week <= it.stint.to);
        let hours = held.clone().map(|it| problem.role(it.role).hours);
        let worked = hours.filter(|hours| *hours <= facts.hours.at(*week));
        held.count() > facts.max_roles.get() as usize
            || worked.map(|hours| u32::from(hours.get())).sum::<u32>()
                > u32::from(facts.hours.at(*week).get())
    })?;
    let at = format!("/experts/{}", expert.index());
    Some(conflict(
        problem,
        own,
        (Rule::Capacity, at, exceeded),
        Forced::Hold,
    ))
}

/// More pinned heads on a role than it may have in some week.
fn beyond_target(problem: &Problem, class: &Class, own: &[&Use]) -> Option<Conflict> {
    let role = own[0].role;
    let covering: Vec<&Use> = own.iter().copied().filter(|own| own.covers).collect();
    let target = &problem.role(role).target;
    let tight = class.covered[role.index()]
        .iter()
        .min_by_key(|week| target.at(**week))?;
    let covering = covering.get(..=target.at(*tight).get() as usize)?;
    let at = format!("/roles/{}/target", role.index());
    Some(conflict(
        problem,
        covering,
        (Rule::Headcount, at, *tight),
        Forced::Cover,
    ))
}

/// The conflict of the pins of some uses with a rule in a week, and with the rules that bring them there.
fn conflict(
    problem: &Problem,
    own: &[&Use],
    (rule, at, week): (Rule, String, Week),
    forced: Forced,
) -> Conflict {
    let mut pins = Vec::new();
    let mut rules = vec![ConflictRule {
        rule,
        at,
        week: Some(week.get()),
    }];
    for it in own {
        let is_own = |pin: &usize| {
            let pin = &problem.pins[*pin];
            (pin.expert, pin.role) == (it.expert, it.role)
        };
        let Some(pin) = (0..problem.pins.len()).find(is_own) else {
            continue;
        };
        pins.push(pin);
        for rule in forcing_stint_rules(problem, it.pair, pin, week, forced) {
            if !rules.contains(&rule) {
                rules.push(rule);
            }
        }
    }
    pins.sort_unstable();
    Conflict {
        pins,
        changes: Vec::new(),
        rules,
    }
}
