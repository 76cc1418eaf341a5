//! Stints as CSV (RFC 4180), one a row, for spreadsheets; and back again.
//!
//! A spreadsheet takes a cell that begins with `=`, `+`, `-`, `@` or a control character for a formula.
//! Ids that do are written with an apostrophe before them, and [`read`] takes it off again, so that
//! every text comes back as it was.

mod read;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::io::Write;

pub use read::{RowFault, RowFaults, read};

use super::{ExportError, PlanView};

/// The columns. [`read`] needs those that [`NEEDED`] lists; the others are for people.
const COLUMNS: [&str; 16] = [
    "expert",
    "campaign",
    "role",
    "from_week",
    "to_week",
    "from_date",
    "to_date",
    "hours_a_week",
    "rate_cents",
    "score",
    "pay_cents_a_week",
    "weeks_worked",
    "weeks_covered",
    "weeks_leave",
    "pay_cents",
    "start_cents",
];

/// The columns that make a stint.
const NEEDED: [&str; 4] = ["expert", "role", "from_week", "to_week"];

/// Writes the stints shown, in the plan's order.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(view: &PlanView<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let problem = view.problem();
    let mut csv = ::csv::Writer::from_writer(out);
    csv.write_record(COLUMNS).map_err(io_error)?;
    for row in view.rows() {
        let role = view.role_of(row);
        let record = [
            armoured(problem.expert_id(row.expert)),
            armoured(view.campaign_id(row.campaign)),
            armoured(problem.role_id(row.role)),
            row.from.to_string().into(),
            row.to.to_string().into(),
            view.monday(row.from).to_string().into(),
            view.sunday(row.to).to_string().into(),
            role.hours.to_string().into(),
            row.pair.rate.to_string().into(),
            row.pair.score.to_string().into(),
            (row.pair.rate * role.hours).to_string().into(),
            row.worked.to_string().into(),
            (row.worked - row.onboarding).to_string().into(),
            row.leave.to_string().into(),
            view.pay(row).to_string().into(),
            view.start_cost(row).to_string().into(),
        ];
        csv.write_record(record.iter().map(|cell| cell.as_bytes()))
            .map_err(io_error)?;
    }
    csv.flush()?;
    Ok(())
}

fn io_error(error: ::csv::Error) -> ExportError {
    ExportError::Io(error.into())
}

/// Whether a spreadsheet might compute this text, apostrophes before it aside.
fn looks_computed(text: &str) -> bool {
    let first = text.trim_start_matches('\'').chars().next();
    first.is_some_and(|first| first.is_control() || "=+-@＝＋－＠".contains(first))
}

/// A text that no spreadsheet computes.
pub(crate) fn armoured(text: &str) -> Cow<'_, str> {
    if looks_computed(text) {
        format!("'{text}").into()
    } else {
        text.into()
    }
}

/// What was armoured, or a text that never was: the exact inverse of [`armoured`].
fn bare(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if looks_computed(text) => text,
        _ => cell,
    }
}
