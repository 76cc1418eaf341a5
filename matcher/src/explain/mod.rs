//! What a plan means for people: what became of every role, why seats stayed empty, and what its
//! prices say of those who were no candidates.

mod role_outcome;
mod whole_pool;

pub use role_outcome::{Cause, RoleOutcome, outcomes};
pub use whole_pool::WholePool;
