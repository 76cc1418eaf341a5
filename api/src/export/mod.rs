//! Plans as files for other programs and for people: pure functions from a problem and a plan to
//! bytes, one file a format.
//!
//! The same problem, plan and campaigns give the same bytes, always: nothing here reads a clock or
//! a locale. Texts of a problem may hold anything; every format carries them as text, never as
//! markup or a formula. A view of some campaigns ([`PlanView::only`]) says nothing of the others.

pub mod csv;
pub mod ical;
pub mod json;
mod restate;
pub mod svg;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod text;
mod view;
pub mod xlsx;

use std::io::{self, Write};

use muster_matcher::json::Faults;
use muster_matcher::model::plan::{Plan, Status};
use muster_matcher::model::problem::Problem;

pub use restate::restate;
pub use view::{Doing, PlanView, StintRow};

/// The formats a plan is exported in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The plan file: JSON, as `solve` writes it.
    Json,
    /// The stints, one a row; [`csv::read`] reads them back.
    Csv,
    /// A workbook for planners.
    Xlsx,
    /// A calendar, one event a stint.
    Ical,
    /// A chart of heads by role and week.
    Svg,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 5] = [Self::Json, Self::Csv, Self::Xlsx, Self::Ical, Self::Svg];

    /// Its name, in arguments and addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Csv => "csv",
            Self::Xlsx => "xlsx",
            Self::Ical => "ical",
            Self::Svg => "svg",
        }
    }

    /// The format of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// How names of its files end, without the dot.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Ical => "ics",
            other => other.name(),
        }
    }

    /// Its media type (RFC 6838).
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Json => "application/json",
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ical => "text/calendar; charset=utf-8",
            Self::Svg => "image/svg+xml",
        }
    }
}

/// Why a plan is not exported.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// Stints that the problem does not know, each with its JSON pointer into the plan.
    #[error("the plan is not one of this problem, {} {}:\n{}", .0.total(), if .0.total() == 1 { "fault" } else { "faults" }, .0.to_string().trim_end())]
    Stints(Faults),
    /// The plan has no stints, which every format but JSON shows.
    #[error("the plan has no stints: its status is {}", view::status_name(*.0))]
    NoStints(Status),
    /// The problem has no such campaign.
    #[error("the problem has no campaign {0:?}")]
    NoCampaign(String),
    /// A plan file of some campaigns: its objective and bound speak of all.
    #[error(
        "a plan file is of the whole problem; one campaign's stints go to csv, xlsx, ical or svg"
    )]
    PartOfPlan,
    /// The horizon reaches beyond the dates there are.
    #[error("the last week of the horizon ends after the year 9999")]
    NoDates,
    /// More than a workbook holds, as its library says it.
    #[error("the plan does not fit a workbook: {0}")]
    Xlsx(#[from] rust_xlsxwriter::XlsxError),
    /// The bytes could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes a plan, or what it says of `campaigns` (all of them where the list is empty).
///
/// # Errors
/// [`ExportError`]. Bytes may have been written before it where `out` failed, and only then.
pub fn write(
    problem: &Problem,
    plan: &Plan,
    campaigns: &[String],
    format: Format,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    if format == Format::Json && plan.stints.is_none() {
        return json::write(plan, out);
    }
    let mut view = PlanView::new(problem, plan)?;
    if !campaigns.is_empty() {
        view = view.only(campaigns)?;
    }
    match format {
        Format::Json if !view.is_whole() => Err(ExportError::PartOfPlan),
        Format::Json => json::write(plan, out),
        Format::Csv => csv::write(&view, out),
        Format::Xlsx => xlsx::write(&view, out),
        Format::Ical => ical::write(&view, out),
        Format::Svg => svg::write(&view, out),
    }
}
