//! Tests of the checker as a whole.

mod golden;
mod laws;
mod spoilt;
