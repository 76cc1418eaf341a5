//! A calendar (RFC 5545), one event a stint: all-day events from the Monday of its first week to the
//! Sunday of its last.
//!
//! An event's UID depends on campaign, role, expert and first Monday alone, so that a plan made anew
//! changes the events of stints that still begin then and leaves no doubles. Rates and pay stay out: calendars
//! are shared.

#[cfg(test)]
mod tests;

use std::io::Write;

use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};
use jiff::ToSpan as _;
use jiff::civil::Date;
use uuid::Uuid;

use super::text::clean;
use super::{ExportError, PlanView, StintRow};

/// The namespace of our UIDs (RFC 9562, version 5); a number drawn once.
const NAMESPACE: Uuid = Uuid::from_u128(0x7c1d_55b4_92ae_4d0f_a3c6_08e1_5b7f_2d94);

/// Writes a calendar of the stints shown.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(view: &PlanView<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//Muster//Staffing plans//EN"))
        .append_property(Property::new("CALSCALE", "GREGORIAN"))
        .append_property(Property::new("X-WR-CALNAME", name(view)));
    for row in view.rows() {
        calendar.push(event(view, row));
    }
    write!(out, "{calendar}")?;
    Ok(())
}

fn name(view: &PlanView<'_>) -> String {
    let ids: Vec<String> = view
        .campaigns()
        .map(|it| clean(view.campaign_id(it)))
        .collect();
    match &ids[..] {
        [] => "No campaigns".to_owned(),
        [id] => id.clone(),
        ids if ids.len() <= 3 => ids.join(", "),
        ids => format!("{} campaigns", ids.len()),
    }
}

fn event(view: &PlanView<'_>, row: &StintRow<'_>) -> Event {
    let problem = view.problem();
    let (campaign, role) = (view.campaign_id(row.campaign), problem.role_id(row.role));
    let expert = problem.expert_id(row.expert);
    let (monday, sunday) = (view.monday(row.from), view.sunday(row.to));
    let mut event = Event::with_uid(&uid([campaign, role, expert], monday));
    event
        // The plan's own time, since its bytes must not depend on ours.
        .add_property("DTSTAMP", format!("{}T000000Z", day(problem.start)))
        .append_property(date("DTSTART", monday))
        // The end of an all-day event is the first day after it.
        .append_property(date("DTEND", sunday.saturating_add(1.day())))
        .summary(&clean(&format!("{expert}: {role}")))
        .description(&description(view, row))
        .categories([clean(campaign)])
        .add_property("TRANSP", "TRANSPARENT");
    event.done()
}

fn description(view: &PlanView<'_>, row: &StintRow<'_>) -> String {
    let hours = view.role_of(row).hours;
    let mut text = format!("{hours} hours a week, {} working", n_weeks(row.worked));
    if row.onboarding > 0 {
        text.push_str(&format!(", {} of them onboarding", row.onboarding));
    }
    let leave: Vec<String> = view
        .weeks(row)
        .filter(|(_, doing)| *doing == super::view::Doing::Leave)
        .map(|(week, _)| view.monday(week).to_string())
        .collect();
    if !leave.is_empty() {
        text.push_str(&format!("\nOn leave in the weeks of {}", leave.join(", ")));
    }
    text
}

fn n_weeks(n: u32) -> String {
    if n == 1 {
        "1 week".to_owned()
    } else {
        format!("{n} weeks")
    }
}

fn uid(ids: [&str; 3], monday: Date) -> String {
    // As JSON, so that no two lists of ids make one text.
    let name = serde_json::json!([ids, monday.to_string()]).to_string();
    let uuid = Uuid::new_v5(&NAMESPACE, name.as_bytes());
    format!("{uuid}@muster")
}

fn date(name: &str, date: Date) -> Property {
    let mut property = Property::new(name, day(date));
    property.add_parameter("VALUE", "DATE").done()
}

/// A date as RFC 5545 writes it: `20270104`.
fn day(date: Date) -> String {
    date.strftime("%Y%m%d").to_string()
}
