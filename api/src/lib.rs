//! The parts of Muster's programs that other programs call: exports of plans.

pub mod export;
