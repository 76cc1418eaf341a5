//! The vocabulary, in two halves.
//!
//! *Pool side*: what people and clients say of themselves, before any search: [`profile`],
//! [`campaign`], [`requirement`]. *Problem side*: what the solver decides on and what it answers:
//! [`problem`] (always valid once built) and [`plan`]. [`units`] and [`ids`] serve both.

pub mod campaign;
pub mod ids;
mod names;
pub mod plan;
pub mod problem;
pub mod profile;
pub(crate) mod protected;
pub mod requirement;
pub mod units;
pub mod words;

pub use ids::Id;
pub use names::{Name, Names};
pub use units::{Cents, CentsPerHour, Count, Heads, Hours, Level, Points, Week, Weekly};
