//! A workbook for planners: what the plan comes to, what is short and why, and a sheet a campaign.
//!
//! Amounts are numbers in whole units of the currency with a format of two digits, weeks are dates.
//! Texts of the problem are string cells, which no spreadsheet computes, whatever they begin with.

mod campaign;
mod kpis;
mod names;
mod sheet;
mod shortfalls;
#[cfg(test)]
mod tests;

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook};

use super::{ExportError, PlanView};
use names::SheetNames;
use sheet::{Formats, Sheet};

/// Writes the workbook.
///
/// *Complexity*: that of the checker and of [`muster_matcher::explain::shortfalls`], besides the cells.
///
/// # Errors
/// [`ExportError::Xlsx`] for more rows or columns than a sheet has (1,048,576 and 16,384); what writing to
/// `out` fails with.
pub fn write(view: &PlanView<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let mut workbook = Workbook::new();
    // Stated so that the same plan makes the same bytes.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
    let formats = Formats::new();
    let mut names = SheetNames::default();
    let mut add = |id: &str, write: &dyn Fn(&mut Sheet<'_>) -> Result<(), ExportError>| {
        let sheet = workbook.add_worksheet().set_name(names.unique(id))?;
        write(&mut Sheet::new(sheet, &formats))
    };
    add("KPIs", &|sheet| kpis::write(view, sheet))?;
    add("Shortfalls", &|sheet| shortfalls::write(view, sheet))?;
    for campaign in view.campaigns() {
        let write = |sheet: &mut Sheet<'_>| campaign::write(view, campaign, sheet);
        add(view.campaign_id(campaign), &write)?;
    }
    out.write_all(&workbook.save_to_buffer()?)?;
    Ok(())
}
