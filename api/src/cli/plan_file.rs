//! Reading plan files of a command's arguments.

use anyhow::{Result, anyhow, bail};
use muster_api::plan_file::{self, PlanFileError};
use muster_matcher::model::plan::Plan;

use super::input::Source;

/// Reads a plan file; the error names every place.
pub(crate) fn read(source: &Source) -> Result<Plan> {
    from(&source.bytes()?, source)
}

/// Reads a plan file from its text; `source` stands for it in errors.
pub(crate) fn from(text: &[u8], source: &Source) -> Result<Plan> {
    match plan_file::read(text) {
        Ok(plan) => Ok(plan),
        Err(PlanFileError::Json(error)) => Err(anyhow!("{source}: {error}")),
        Err(PlanFileError::Faults(faults)) => {
            let n = faults.total();
            let noun = if n == 1 { "fault" } else { "faults" };
            bail!("{source} is no valid plan, {n} {noun}:\n{faults}")
        }
    }
}
