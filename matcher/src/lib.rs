//! The staffing problem and its solvers.
