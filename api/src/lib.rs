//! The service and its parts that stand alone: exports of plans.

pub mod export;
