//! Problems and plans as the service keeps them: what is stored, shown and derived. No HTTP, no database.

mod bookings;
mod campaigns;
mod diff;
mod limits;
mod record;
mod rows;
mod snapshot;
mod solve;

pub use bookings::{Booked, Booking, Clash, bookings, clashes, without_booked};
pub use campaigns::together;
pub use diff::{Diff, Held, diff};
pub use limits::Limits;
pub use record::{Outcome, PlanRecord, RunStatus};
pub use rows::{AlternateRow, Assignment, rows};
pub use snapshot::{ProblemRecord, Snapshot, SnapshotError, campaigns_in_reach};
pub use solve::{Note, SolveFailure, Solved, solve};
