//! Problems and plans as the service keeps them: what is stored, shown and derived. No HTTP, no database.

mod bookings;
mod campaigns;
mod diff;
mod limits;
mod pool;
mod record;
mod rows;
mod snapshot;
mod solve;

pub use bookings::{Booked, Booking, Clash, bookings, clashes, last_day, without_booked};
pub use campaigns::together;
pub use diff::{Diff, Held, diff};
pub use limits::Limits;
pub use pool::{FromPool, gains, solve_from_pool};
pub use record::{Outcome, PlanRecord, Pool, RunStatus};
pub use rows::{AlternateRow, Assignment, rows};
pub use snapshot::{ProblemRecord, Snapshot, SnapshotError, campaigns_in_reach};
pub use solve::{Base, Note, SolveFailure, Solved, solve};
