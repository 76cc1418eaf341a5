//! The best schedule of one expert: exact, for every rule inside a schedule.
//!
//! A schedule is a set of one expert's stints that keeps rules 1, 2, 3, 5 and 9 of the contract and
//! covers no week in which the role's target is 0. Every stint has a worth of its own, so the best
//! schedule is the set of compatible stints worth most.
//!
//! **A stint that is worth nothing and holds no pinned week never helps.** Take it out of a schedule:
//! the others are as eligible and as well-shaped as before (rules 1 and 3 speak of each stint, and of
//! two that touch), hours and roles held only shrink (2), roles served too (5), every pin is still
//! held (9), and the worth does not shrink. So lanes without worth and pins are left out.
//!
//! Three engines find the best compatible set when walls and `apart` lists do not matter: one role at
//! a time ([`one_role`]), several ([`many_roles`]), or each lane by itself where capacity is not asked
//! for. If what they find serves two roles that are foes, the search branches: without the one, or
//! without all its foes. A horizon of one week is a knapsack ([`one_week`]).

pub(super) mod lane;
mod many_roles;
mod one_role;
mod one_week;
mod person;

pub(super) use lane::Worth;
pub(super) use person::{LocalRules, Overflow, Person, PinOf, Question, Surroundings, Valuation};

/// Worth and lanes of a schedule.
#[derive(Clone, Debug)]
struct Found {
    worth: i128,
    /// Ascending, each once.
    served: Vec<usize>,
}

/// The most a schedule of this person is worth; `None` if there is no schedule at all.
pub(super) fn best(person: &Person) -> Option<i128> {
    if person.pins_clash {
        return None;
    }
    if person.hours.len() == 1 && person.has_capacity && person.max_roles > 1 {
        return one_week::best(person);
    }
    let is_pinned: Vec<bool> = person.lanes.iter().map(|it| it.is_pinned()).collect();
    let pinned_foe = |idx: usize| person.foes[idx].iter().any(|foe| is_pinned[*foe]);
    let all = 0..person.lanes.len();
    if all.clone().any(|idx| is_pinned[idx] && pinned_foe(idx)) {
        return None;
    }
    let mut open = vec![all.filter(|idx| !pinned_foe(*idx)).collect::<Vec<_>>()];
    let mut most = None;
    while let Some(active) = open.pop() {
        let Some(found) = best_among(person, &active) else {
            continue;
        };
        if most.is_some_and(|most| found.worth <= most) {
            continue;
        }
        let n_foes = |lane: &usize| {
            let others = found.served.iter();
            others
                .filter(|other| person.are_foes(*lane, **other))
                .count()
        };
        let hated = found.served.iter().filter(|lane| !is_pinned[**lane]);
        match hated
            .max_by_key(|lane| n_foes(lane))
            .filter(|lane| n_foes(lane) > 0)
        {
            None => most = Some(found.worth),
            Some(hated) => {
                let keep = |keep: &dyn Fn(usize) -> bool| {
                    active.iter().copied().filter(|lane| keep(*lane)).collect()
                };
                open.push(keep(&|lane| lane != *hated));
                open.push(keep(&|lane| !person.are_foes(lane, *hated)));
            }
        }
    }
    most
}

/// The best schedule on the `active` lanes, foes among them or not.
fn best_among(person: &Person, active: &[usize]) -> Option<Found> {
    if !person.has_capacity {
        return best_of_each(person, active);
    }
    if person.max_roles == 0 {
        let is_pinned = active.iter().any(|idx| person.lanes[*idx].is_pinned());
        let served = Vec::new();
        return (!is_pinned).then_some(Found { worth: 0, served });
    }
    let several = person.max_roles > 1 && active.len() > 1;
    match if several {
        person.most_at_once(active)
    } else {
        1
    } {
        0 | 1 => one_role::best(person, active),
        max_roles => many_roles::best(person, active, max_roles),
    }
}

/// Each lane by itself, as if hours and roles held were no matter.
fn best_of_each(person: &Person, active: &[usize]) -> Option<Found> {
    let (mut worth, mut served) = (0, Vec::new());
    for lane in active {
        let found = one_role::best(person, std::slice::from_ref(lane))?;
        worth += found.worth;
        served.extend(found.served);
    }
    Some(Found { worth, served })
}
