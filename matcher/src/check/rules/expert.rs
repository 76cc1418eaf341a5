//! The rules that speak of one expert: 1 eligible, 2 capacity, 3 stint shape, 5 walls, 9 pins.

use rustc_hash::FxHashMap;

use super::{at_plan, at_seat, expert_id, role_id};
use crate::check::report::{RuleReport, Violation};
use crate::check::seats::{Doing, Holding, Seat, Seats, week_at};
use crate::check::weeks::WeekSet;
use crate::model::Name;
use crate::model::plan::Stint;
use crate::model::problem::{Problem, RoleIdx};

/// Rule 1, for every stint of the plan.
pub(super) fn eligible(stints: &[Stint], seats: &Seats<'_>, report: &mut RuleReport) {
    let mut seat_of = vec![None; stints.len()];
    for seat in &seats.list {
        seat_of[seat.entry] = Some(seat);
    }
    for (entry, (stint, seat)) in stints.iter().zip(seat_of).enumerate() {
        let fault = match seat {
            Some(seat) => ineligible(seats.problem, seat),
            None => Some(malformed(seats.problem, stint)),
        };
        report.expect(fault.is_none(), || {
            let (stated_at, message) = fault.unwrap_or_default();
            let at = format!("/stints/{entry}");
            Violation {
                at,
                stated_at,
                message,
            }
        });
    }
}

/// Why a well-formed stint is not eligible: what states it, and a message.
fn ineligible(problem: &Problem, seat: &Seat) -> Option<(String, String)> {
    let (expert, role) = (expert_id(problem, seat.expert), role_id(problem, seat.role));
    let Some(pair_idx) = seat.pair else {
        let message = format!("{expert:?} and {role:?} are no pair of the problem");
        return Some(("/pairs".into(), message));
    };
    if problem.is_vetoed(seat.expert, seat.role) {
        let vetoes = problem.vetoes.iter();
        let idx = vetoes
            .clone()
            .position(|veto| (veto.expert, veto.role) == (seat.expert, seat.role));
        let stated_at = idx.map_or("/vetoes".into(), |idx| format!("/vetoes/{idx}"));
        return Some((stated_at, format!("{expert:?} is vetoed on {role:?}")));
    }
    let pair = problem.pair(pair_idx);
    let fits = pair.from.index() <= seat.from && seat.to <= pair.to.index();
    (!fits).then(|| {
        let message = format!(
            "{expert:?} holds {role:?} in weeks {} to {}, and may in {} to {}",
            seat.from, seat.to, pair.from, pair.to
        );
        (format!("/pairs/{}", pair_idx.index()), message)
    })
}

/// What is wrong with a stint of unknown ids or impossible weeks.
fn malformed(problem: &Problem, stint: &Stint) -> (String, String) {
    if problem.expert_with_id(&stint.expert).is_none() {
        let message = format!("the problem has no expert {:?}", stint.expert);
        return ("/experts".into(), message);
    }
    if problem.role_with_id(&stint.role).is_none() {
        let message = format!("the problem has no role {:?}", stint.role);
        return ("/roles".into(), message);
    }
    let weeks = format!("weeks {} to {}", stint.from, stint.to);
    let message = if stint.from > stint.to {
        format!("{weeks} are none: `from` is after `to`")
    } else {
        let last = problem.last_week();
        format!("{weeks} reach outside the horizon, 0 to {last}")
    };
    ("/horizon".into(), message)
}

/// Rule 2, for every week in which an expert holds something.
pub(super) fn capacity(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for holdings in seats.by_expert() {
        let expert_idx = holdings[0].expert;
        let expert = problem.expert(expert_idx);
        let mut weeks = WeekSet::default();
        for holding in holdings {
            holding.held.iter().for_each(|week| weeks.insert(week));
        }
        for week in weeks.iter() {
            let held = holdings.iter().filter(|it| it.held.contains(week));
            let working = held.clone().filter(|it| it.working.contains(week));
            let hours: u64 = working
                .map(|it| u64::from(problem.role(it.role).hours.get()))
                .sum();
            let (n_held, has) = (held.clone().count(), expert.hours.at(week_at(week)));
            let hours_fit = hours <= u64::from(has.get());
            let count_fits = n_held as u64 <= u64::from(expert.max_roles.get());
            report.expect(hours_fit && count_fits, || {
                let roles: Vec<&str> = held.clone().map(|it| role_id(problem, it.role)).collect();
                let id = expert_id(problem, expert_idx);
                let (field, excess) = if hours_fit {
                    let max_roles = expert.max_roles;
                    (
                        "max_roles",
                        format!("{n_held} roles of at most {max_roles}"),
                    )
                } else {
                    ("hours", format!("works {hours} hours of {has}"))
                };
                let last = held.clone().next_back().map(|it| seat_in(seats, it, week));
                Violation {
                    at: last.map_or("/stints".into(), Seat::at),
                    stated_at: format!("/experts/{}/{field}", expert_idx.index()),
                    message: format!("{id:?} in week {week}: {excess}, on {}", roles.join(", ")),
                }
            });
        }
    }
}

/// The stint of a holding that holds `week`.
fn seat_in<'a>(seats: &'a Seats<'_>, holding: &Holding, week: usize) -> &'a Seat {
    let list = &seats.list[holding.seats.clone()];
    let holds = |seat: &&Seat| (seat.from..=seat.to).contains(&week);
    list.iter().find(holds).unwrap_or(&list[0])
}

/// Rule 3, for every stint: its own shape, and its distance from the one before it on the same pair.
pub(super) fn stint(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for holding in &seats.holdings {
        let mut last_held: Option<usize> = None;
        for seat in &seats.list[holding.seats.clone()] {
            let fault = misshapen(problem, seat).or_else(|| {
                let before = last_held.filter(|last| seat.from <= last + 1)?;
                let message = format!(
                    "begins in week {}, an earlier one ends in week {before}",
                    seat.from
                );
                Some((String::new(), message))
            });
            report.expect(fault.is_none(), || {
                let (field, message) = fault.unwrap_or_default();
                let (expert, role) = (expert_id(problem, seat.expert), role_id(problem, seat.role));
                let weeks = format!("weeks {} to {}", seat.from, seat.to);
                let stated_at = format!("/roles/{}{field}", seat.role.index());
                let message = format!("{expert:?} on {role:?}, {weeks}: {message}");
                at_seat(seat, stated_at, message)
            });
            last_held = last_held.max(Some(seat.to));
        }
    }
}

/// What is wrong with the shape of one stint: the role's field, and a message.
fn misshapen(problem: &Problem, seat: &Seat) -> Option<(String, String)> {
    let role = problem.role(seat.role);
    let ongoing = seat.continues(problem);
    let mut n_worked = ongoing.map_or(0, |it| u64::from(it.worked.get()));
    let mut n_leave = ongoing.map_or(0, |it| u64::from(it.leave.get()));
    for (week, doing) in seat.weeks(problem) {
        if doing != Doing::OnLeave {
            n_worked += 1;
            continue;
        }
        n_leave += 1;
        let is_first = week == seat.from && ongoing.is_none();
        if is_first || week == seat.to {
            let which = if week == seat.to { "last" } else { "first" };
            let message = format!("its {which} week is a leave week");
            return Some(("/hours".into(), message));
        }
    }
    let (min_stint, max_leave) = (role.min_stint, role.max_leave);
    if n_worked < u64::from(min_stint.get()) {
        let message = format!("{n_worked} working weeks of at least {min_stint}");
        return Some(("/min_stint".into(), message));
    }
    (n_leave > u64::from(max_leave.get())).then(|| {
        let message = format!("{n_leave} leave weeks of at most {max_leave}");
        ("/max_leave".into(), message)
    })
}

/// Rule 5, for every expert and wall they serve behind.
pub(super) fn wall(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for holdings in seats.by_expert() {
        // The first holding behind each wall, and another with a different client.
        let mut walls: Vec<(Name, &Holding, Option<&Holding>)> = Vec::new();
        let client = |it: &Holding| problem.campaigns[seats.campaign(it).index()].client;
        for holding in holdings {
            let Some(wall) = problem.campaigns[seats.campaign(holding).index()].wall else {
                continue;
            };
            match walls.iter_mut().find(|(name, ..)| *name == wall) {
                None => walls.push((wall, holding, None)),
                Some((_, first, other)) => {
                    if client(first) != client(holding) {
                        other.get_or_insert(holding);
                    }
                }
            }
        }
        for (wall, first, other) in walls {
            report.expect(other.is_none(), || {
                let other = other.unwrap_or(first);
                let message = format!(
                    "{:?} serves {:?} and {:?}, of two clients with wall {:?} between them",
                    expert_id(problem, first.expert),
                    role_id(problem, first.role),
                    role_id(problem, other.role),
                    problem.text(wall)
                );
                let stated_at = format!("/campaigns/{}/wall", seats.campaign(other).index());
                at_seat(&seats.list[other.seats.start], stated_at, message)
            });
        }
    }
}

/// Rule 5, for every expert and `apart` list they serve a role of.
pub(super) fn apart(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    let mut lists_of: FxHashMap<RoleIdx, Vec<usize>> = FxHashMap::default();
    for (idx, roles) in problem.apart.iter().enumerate() {
        for role in roles {
            lists_of.entry(*role).or_default().push(idx);
        }
    }
    for holdings in seats.by_expert() {
        let mut served: Vec<(usize, &Holding)> = Vec::new();
        for holding in holdings {
            let lists = lists_of.get(&holding.role).into_iter().flatten();
            served.extend(lists.map(|list| (*list, holding)));
        }
        served.sort_by_key(|(list, holding)| (*list, holding.role));
        for group in served.chunk_by(|a, b| a.0 == b.0) {
            report.expect(group.len() == 1, || {
                let (list, first) = group[0];
                let other = group[group.len() - 1].1;
                let message = format!(
                    "{:?} serves {} roles to be kept apart, {:?} and {:?} among them",
                    expert_id(problem, first.expert),
                    group.len(),
                    role_id(problem, first.role),
                    role_id(problem, other.role)
                );
                let seat = &seats.list[other.seats.start];
                at_seat(seat, format!("/apart/{list}"), message)
            });
        }
    }
}

/// Rule 9, for every pin.
pub(super) fn pin(seats: &Seats<'_>, report: &mut RuleReport) {
    let problem = seats.problem;
    for (idx, pin) in problem.pins.iter().enumerate() {
        let holdings = seats.of(pin.expert);
        let holding = holdings.iter().find(|it| it.role == pin.role);
        let holds = |week: &usize| holding.is_some_and(|it| it.held.contains(*week));
        let missing = (pin.from.index()..=pin.to.index()).find(|week| !holds(week));
        report.expect(missing.is_none(), || {
            let message = format!(
                "{:?} is pinned on {:?} in weeks {} to {}, and does not hold it in week {}",
                expert_id(problem, pin.expert),
                role_id(problem, pin.role),
                pin.from,
                pin.to,
                missing.unwrap_or_default()
            );
            at_plan(format!("/pins/{idx}"), message)
        });
    }
}
