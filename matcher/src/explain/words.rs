//! Shortfalls in words.

use std::fmt::Display;

use super::obstacle::Obstacle;
use super::shortfall::Shortfall;
use crate::model::Cents;

/// How many causes a sentence names, and how many other roles.
const MOST_CAUSES: usize = 3;
const MOST_ROLES: usize = 2;

/// What is missing of a role in consecutive weeks and why, in one line. A number that differs by week is
/// said as least–most; a cause that holds nobody in some week counts 0 there.
pub(super) fn sentence(weeks: &[Shortfall]) -> String {
    let (Some(first), Some(last)) = (weeks.first(), weeks.last()) else {
        return String::new();
    };
    let target = range(weeks.iter().map(|it| it.target));
    let missing = range(weeks.iter().map(Shortfall::missing));
    let role = &first.role;
    let causes = causes(weeks);
    if first.week == last.week {
        let week = first.week;
        return format!("week {week}: {missing} of {target} {role} missing: {causes}");
    }
    format!(
        "weeks {}–{}: {missing} of {target} {role} missing: {causes}",
        first.week, last.week
    )
}

/// The causes with most people, the most first.
fn causes(weeks: &[Shortfall]) -> String {
    let eligible = Obstacle::ALL
        .into_iter()
        .filter(|it| !it.is_about_eligibility());
    let mut counted: Vec<(u64, Obstacle)> = eligible
        .map(|cause| (of_cause(weeks, cause).map(u64::from).sum(), cause))
        .filter(|(people, _)| *people > 0)
        .collect();
    counted.sort_by_key(|(people, cause)| (std::cmp::Reverse(*people), *cause));
    if counted.is_empty() {
        let is_filled = weeks.iter().any(|it| it.filled > 0);
        let vetoed = of_cause(weeks, Obstacle::Vetoed).max().unwrap_or(0);
        let who = if is_filled { "nobody else" } else { "nobody" };
        return match vetoed {
            0 => format!("{who} may hold it"),
            vetoed => format!("{who} may hold it, {vetoed} vetoed"),
        };
    }
    let mut said: Vec<String> = counted
        .iter()
        .take(MOST_CAUSES)
        .map(|(_, cause)| {
            let people = range(of_cause(weeks, *cause));
            let words = cause.words();
            if cause.is_about_other_roles() {
                format!("{people} {words} {}", other_roles(weeks))
            } else {
                format!("{people} {words}")
            }
        })
        .collect();
    if let Some(more) = counted.get(MOST_CAUSES..).filter(|it| !it.is_empty()) {
        let more: Vec<u64> = (0..weeks.len())
            .map(|week| {
                let week = &weeks[week..=week];
                let people = more.iter().flat_map(|(_, cause)| of_cause(week, *cause));
                people.map(u64::from).sum()
            })
            .collect();
        said.push(format!("{} otherwise", range(more.into_iter())));
    }
    said.join(", ")
}

fn of_cause(weeks: &[Shortfall], cause: Obstacle) -> impl Iterator<Item = u32> {
    weeks.iter().map(move |week| {
        let found = week.causes.iter().find(|it| it.cause == cause);
        found.map_or(0, |it| it.people)
    })
}

/// The roles in which most of the people are who are missed here, with what another head is worth there.
fn other_roles(weeks: &[Shortfall]) -> String {
    let mut roles: Vec<(u64, &str)> = Vec::new();
    for busy in weeks.iter().flat_map(|week| &week.busy_in) {
        match roles.iter_mut().find(|(_, role)| *role == busy.role) {
            Some((people, _)) => *people += u64::from(busy.people),
            None => roles.push((busy.people.into(), &busy.role)),
        }
    }
    roles.sort_by_key(|(people, _)| std::cmp::Reverse(*people));
    let priced = roles.iter().take(MOST_ROLES).map(|(_, role)| {
        let prices = weeks
            .iter()
            .flat_map(|week| &week.busy_in)
            .filter(|it| it.role == *role);
        let prices = prices.map(|it| it.head_price);
        let (least, most) = (prices.clone().min(), prices.max());
        match (least, most) {
            (Some(least), Some(most)) if most > Cents::ZERO => {
                let worth = if least == most {
                    amount(most)
                } else if least < Cents::ZERO {
                    // In some weeks another head there would do harm, such as by a ratio.
                    format!("up to {}", amount(most))
                } else {
                    format!("{}–{}", amount(least), amount(most))
                };
                format!("{role} (worth {worth} a week there)")
            }
            _ => (*role).to_owned(),
        }
    });
    let mut said: Vec<String> = priced.collect();
    if roles.len() > MOST_ROLES {
        let more = roles.len() - MOST_ROLES;
        said.push(counted(more, "more role"));
    }
    said.join(" and ")
}

/// So many of something, whose plural ends in s.
pub(super) fn counted(number: usize, one: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {one}{plural}")
}

/// A number, or the least and the most of several.
fn range<T: Ord + Copy + Display>(numbers: impl Iterator<Item = T>) -> String {
    let numbers: Vec<T> = numbers.collect();
    match (numbers.iter().min(), numbers.iter().max()) {
        (Some(least), Some(most)) if least != most => format!("{least}–{most}"),
        (Some(only), _) => only.to_string(),
        _ => String::new(),
    }
}

/// An amount in whole units of the currency, with its cents if it has any.
pub(super) fn amount(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let size = cents.0.unsigned_abs();
    let digits = (size / 100).to_string();
    let mut whole = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            whole.push(',');
        }
        whole.push(digit);
    }
    match size % 100 {
        0 => format!("{sign}{whole}"),
        cents => format!("{sign}{whole}.{cents:02}"),
    }
}
