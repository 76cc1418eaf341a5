//! The staffing problem and its solvers.

pub mod flow;
