//! Every plan of a tiny problem: the schedules of each expert, judged by the checker alone, in every combination.
//!
//! Combinations are counted with each expert's contribution to what the rules across experts and the objective
//! speak of; equal sums are one. [`worth`] says what a combination is worth, and a test holds it against the checker.

mod conflict;
mod contribution;
mod schedules;
mod search;

pub use conflict::is_real;
pub use contribution::{Asked, Contribution, Totals, contribution, worth};
pub use schedules::{LOCAL_RULES, plan_of, schedules};
pub use search::{best, keeps_pins, optimum};
