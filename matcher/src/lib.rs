//! The staffing problem: its vocabulary, its readers, its solvers and its checker.

pub mod json;
pub mod model;
