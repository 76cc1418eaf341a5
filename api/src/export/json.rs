//! The plan file, as `solve` writes it.

use std::io::Write;

use muster_matcher::model::plan::Plan;

use super::ExportError;

/// Writes a plan as indented JSON with a line end; its report too.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(plan: &Plan, out: &mut dyn Write) -> Result<(), ExportError> {
    serde_json::to_writer_pretty(&mut *out, plan).map_err(std::io::Error::from)?;
    writeln!(out)?;
    Ok(())
}
