//! What the test targets of this package share: small random problems, seeded, and the search of every plan.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

pub mod brute_force;
mod problems;
mod random;

pub use problems::{
    CROWD, Sizes, TINY, few_weeks_problem, full_problem, mid_problem, one_shot_problem,
};
pub use random::Random;
