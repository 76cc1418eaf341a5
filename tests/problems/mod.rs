//! Random problem files.

mod few_weeks;
mod full;
mod mid;
mod one_shot;

pub use few_weeks::few_weeks_problem;
pub use full::full_problem;
pub use mid::mid_problem;
pub use one_shot::{CROWD, Sizes, TINY, one_shot_problem};
