//! The staffing problem: its vocabulary, its readers, its solvers and its checker.

pub mod check;
pub mod json;
pub mod model;
