//! The full problem: column generation over whole-horizon expert schedules.

mod prices;
#[expect(dead_code, reason = "what the engine is made of")]
mod pricing;

pub use prices::DensePrices;

use crate::model::plan::{Plan, Status};
use crate::model::problem::Problem;
use crate::solve::{Options, Progress};
use crate::stop::Stop;

/// Solves any problem.
pub fn solve(
    _problem: &Problem,
    _options: &Options,
    _stop: &dyn Stop,
    _progress: &mut dyn FnMut(&Progress),
) -> Plan {
    Plan::without_stints(Status::Unknown)
}
