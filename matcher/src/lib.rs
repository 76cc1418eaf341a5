//! The staffing problem: its vocabulary, its readers, its solvers and its checker.

pub mod availability;
pub mod candidates;
pub mod eligibility;
pub mod json;
pub mod model;
pub mod score;
