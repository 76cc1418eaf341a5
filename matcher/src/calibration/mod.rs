//! From ratings of people's work to results that compare: how able somebody is, whoever rated them.
//!
//! Ratings of one test by several raters do not compare as they stand: raters are severe or mild, some
//! become more so with time, and one rating tells little. A rating is taken for
//!
//! ```text
//! rating = mean of the test + ability of the person + leniency of the rater + drift of the rater × years + noise
//! ```
//!
//! where abilities, leniencies and drifts are normal around 0: a linear model with crossed random effects, the normal
//! form of the many-facet Rasch model (Linacre, *Many-Facet Rasch Measurement*, 1989), whose effects are best linear
//! unbiased predictions (Robinson, *That BLUP is a good thing*, Statistical Science 6, 1991). Predictions and
//! variances are found by [`estimate`] turn by turn. Few ratings move somebody little from the test's mean, many
//! fix them: that is shrinkage (Efron and Morris, *Stein's paradox in statistics*, 1977).
//!
//! ```
//! use muster_matcher::calibration::{Rating, estimate};
//! let rate = |person, rater, points: i64| Rating { person, test: 0, rater: Some(rater), day: 0,
//!     millipoints: points * 1_000, deviation: None };
//! // Rater 0 gives 100 points more than rater 1 to the same people.
//! let mut ratings: Vec<Rating> = (0..40).flat_map(|who| {
//!     let ability = 400 + 5 * i64::from(who);
//!     [rate(who, 0, ability + 50), rate(who, 1, ability - 50)]
//! }).collect();
//! // Two newcomers with 600 points each, one from the mild rater, one from the severe one.
//! ratings.extend([rate(40, 0, 600), rate(41, 1, 600)]);
//! let calibrated = estimate(&ratings);
//! assert!(calibrated.abilities[&(41, 0)].mean > calibrated.abilities[&(40, 0)].mean);
//! ```
//!
//! Floats stay inside; results are whole points, the same on every machine: only operations that are rounded exactly
//! are used, in an order that depends on the ratings alone.

mod estimate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

pub use estimate::estimate;

/// One rating of one person's work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rating {
    /// Whose work, in which attempt: what one ability is estimated of.
    pub person: u32,
    /// Which test: task type, skill and version. Abilities in one say nothing of another's.
    pub test: u32,
    /// Who rated it, if that is known.
    pub rater: Option<u32>,
    /// The day of the rating, counted from any day.
    pub day: i32,
    /// The rating in thousandths of a point, 0 … 1,000,000.
    pub millipoints: i64,
    /// Its standard error in points if the test states one; otherwise it is estimated with the rest.
    pub deviation: Option<u16>,
}

/// What the ratings show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calibration {
    /// By person and test.
    pub abilities: BTreeMap<(u32, u32), Ability>,
    /// By rater.
    pub raters: BTreeMap<u32, Rater>,
    /// By test.
    pub tests: BTreeMap<u32, Test>,
    /// Turns taken until nothing moved by a thousandth of a point, or at most [`TURNS`].
    pub turns: u16,
}

/// The most turns that are taken.
pub const TURNS: u16 = 500;

/// How able somebody is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ability {
    /// Posterior mean in points, 0 … 1000.
    pub mean: u16,
    /// Posterior standard deviation in points, at least 1.
    pub deviation: u16,
    /// Ratings it rests on.
    pub n_ratings: u32,
}

/// How somebody rates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rater {
    /// Points above the others' ratings of the same work, in the middle of the rater's time; below 0: severe.
    pub leniency: i32,
    /// Standard deviation of `leniency`.
    pub deviation: u16,
    /// Points a year by which leniency grows.
    pub drift: i32,
    /// Standard deviation of `drift`.
    pub drift_deviation: u16,
    /// Ratings given.
    pub n_ratings: u32,
    /// How far the rater's ratings lie from what is expected of them, as a root mean square in points.
    pub spread: u16,
}

/// A test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Test {
    /// Mean of the abilities.
    pub mean: u16,
    /// Standard deviation of the abilities.
    pub spread: u16,
    /// Standard deviation of one rating, rater and ability given.
    pub noise: u16,
    /// People rated.
    pub n_people: u32,
}
