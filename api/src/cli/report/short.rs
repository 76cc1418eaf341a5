//! Short roles in words.

use muster_matcher::explain::{Cause, Expiring, RoleOutcome, Shortfall, shortfall_spans};
use muster_matcher::model::Cents;

use super::super::output::shown;
use super::numbers::{grouped, money};

/// How many spans of a role, and of a plan, are said.
const MOST_OF_ROLE: usize = 3;
const MOST_OF_PLAN: usize = 12;

/// For every short role, how many people fell at each step, which step cost it its seats, and the weeks
/// that cost most.
pub(super) fn of_roles(roles: &[RoleOutcome], shortfalls: &[Shortfall], currency: &str) -> String {
    let mut text = String::new();
    for role in roles.iter().filter(|role| role.short() > 0) {
        let funnel = &role.funnel;
        let steps = [
            ("pool", funnel.pool),
            ("eligible", funnel.eligible),
            ("enough hours", funnel.enough_hours),
            ("affordable", funnel.affordable),
            ("not taken by a better use", role.not_taken),
            ("chosen", role.cover.people as usize),
        ];
        let steps: Vec<String> = steps
            .iter()
            .map(|(name, left)| format!("{name} {}", grouped(*left as i128)))
            .collect();
        let unit = match (role.cover.target.len(), role.short()) {
            (0 | 1, _) => "short",
            (_, 1) => "seat-week short",
            _ => "seat-weeks short",
        };
        let cause = role.cause.map_or("", describe);
        let (id, short) = (&role.cover.role, role.short());
        text.push_str(&format!("{id} is {short} {unit}: {cause}\n"));
        text.push_str(&format!("  {}\n", steps.join(" → ")));
        let own: Vec<Shortfall> = shortfalls
            .iter()
            .filter(|it| it.role == *id)
            .cloned()
            .collect();
        text.push_str(&worst(&own, MOST_OF_ROLE, currency));
    }
    if text.is_empty() {
        let is_wanted = roles.iter().any(|role| role.cover.seat_weeks_wanted > 0);
        text.push_str(nothing_missing(is_wanted));
    }
    text
}

/// Who must stop before their campaign ends, and what ends, the earliest first.
pub(super) fn of_expiring(expiring: &[Expiring]) -> String {
    let mut text = String::new();
    for it in expiring.iter().take(MOST_OF_PLAN) {
        let line = format!(
            "{} cannot go on as {} in week {}: {}",
            it.expert, it.role, it.week, it.text
        );
        text.push_str(&wrapped(&shown(&line)));
    }
    let more = expiring.len().saturating_sub(MOST_OF_PLAN);
    if more > 0 {
        text.push_str(&format!(
            "… and {} more for whom something ends\n",
            grouped(more as i128)
        ));
    }
    text
}

/// The shortfalls that cost most, without candidates.
pub(super) fn of_plan(shortfalls: &[Shortfall], is_wanted: bool, currency: &str) -> String {
    if shortfalls.is_empty() {
        return nothing_missing(is_wanted).to_owned();
    }
    format!(
        "short, what costs most first:\n{}",
        worst(shortfalls, MOST_OF_PLAN, currency)
    )
}

fn nothing_missing(is_wanted: bool) -> &'static str {
    if is_wanted {
        "every seat is filled\n"
    } else {
        "no seats are wanted\n"
    }
}

/// The spans that cost most, the most first; what one more head is worth in them.
fn worst(shortfalls: &[Shortfall], most: usize, currency: &str) -> String {
    let mut spans = shortfall_spans(shortfalls);
    spans.sort_by_key(|span| std::cmp::Reverse(span.cost));
    let mut text = String::new();
    for span in spans.iter().take(most) {
        text.push_str(&wrapped(&shown(&span.text)));
        let (least, dearest) = span.head_price_cents;
        if dearest > Cents::ZERO {
            let price = if least == dearest {
                money(dearest)
            } else {
                format!("{} to {}", money(least), money(dearest))
            };
            let price = format!("    one more head would be worth {price} {currency}");
            text.push_str(&format!("{} a week\n", price.trim_end()));
        }
    }
    if spans.len() > most {
        let more = spans.len() - most;
        text.push_str(&format!("  and {more} more (all with --json)\n"));
    }
    text
}

/// A line of at most 100 columns, its rest on lines of their own.
fn wrapped(line: &str) -> String {
    let mut text = String::from(" ");
    let mut width = 1;
    for word in line.split(' ') {
        let n_chars = word.chars().count();
        if width + 1 + n_chars > 100 && width > 4 {
            text.push_str("\n   ");
            width = 3;
        }
        text.push(' ');
        text.push_str(word);
        width += 1 + n_chars;
    }
    text.push('\n');
    text
}

fn describe(cause: Cause) -> &'static str {
    match cause {
        Cause::TooFewEligible => "too few people meet its requirements",
        Cause::TooFewHours => "enough meet its requirements, but too few have the hours",
        Cause::RateTooLow => "enough have the hours, but too few work for what it pays",
        Cause::BetterUse => "enough would do it, but other roles gain more by them",
        Cause::KeptApart => "enough would do it, but a wall or a list keeps them apart from it",
        Cause::Away => "enough would do it, but not in these weeks",
        Cause::NoWholeStint => "enough would do it, but their time is too short for a whole stint",
        Cause::BudgetSpent => "enough would do it, but the budget is spent",
        Cause::HeldOff => "enough are free, but a ratio, a quota or other weeks hold them off",
        Cause::NotWorthTheirCost => {
            "enough are free, but they cost more than the filled seats are worth"
        }
        Cause::NotOptimal => "some could be added: the plan is not the best there is",
    }
}
