//! How far a plan's solving goes, as callers say it and as it is kept.

use std::time::Duration;

use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, within};
use muster_matcher::solve::Options;
use serde::{Deserialize, Serialize};

/// How far to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(default)]
pub struct Limits {
    /// Stop after so many seconds with the best plan so far; 1 to 86400, 300 by default.
    #[schema(minimum = 1, maximum = 86400)]
    pub time_limit_seconds: i64,
    /// Good enough: stop once the plan is proved to lack at most this share of its score value, in parts per
    /// million; 0, the default, asks for a proved optimum.
    #[schema(minimum = 0, maximum = 1000000)]
    pub gap_ppm: i64,
    /// Stop after so much work, about a thousand schedules priced a unit: the same limit gives the same plan.
    #[schema(minimum = 0)]
    pub work_limit: Option<i64>,
    /// Breaks ties between equally good choices.
    #[schema(minimum = 0)]
    pub seed: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time_limit_seconds: 300,
            gap_ppm: 0,
            work_limit: None,
            seed: 0,
        }
    }
}

/// Integers from `LEAST` to `MOST`.
struct Bounded<const LEAST: i64, const MOST: i64>(i64);

impl<const LEAST: i64, const MOST: i64> FromJson for Bounded<LEAST, MOST> {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        within(LEAST..=MOST, json, at, faults).map(Self)
    }
}

type Count = Bounded<0, { i64::MAX }>;

impl FromJson for Limits {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let default = Self::default();
        let time = Bounded::<1, 86_400>(default.time_limit_seconds);
        let time = fields.or("time_limit_seconds", time, faults);
        let gap = fields.or("gap_ppm", Bounded::<0, 1_000_000>(default.gap_ppm), faults);
        let work = fields.optional::<Count>("work_limit", faults);
        let seed = fields.or("seed", Bounded::<0, { i64::MAX }>(default.seed), faults);
        fields.finish(faults);
        Some(Self {
            time_limit_seconds: time?.0,
            gap_ppm: gap?.0,
            work_limit: work?.map(|work| work.0),
            seed: seed?.0,
        })
    }
}

impl Limits {
    /// The limit of time.
    pub fn time(&self) -> Duration {
        Duration::from_secs(u64::try_from(self.time_limit_seconds).unwrap_or_default())
    }

    /// The options of a solver with so many threads.
    pub fn options(&self, threads: usize) -> Options {
        Options {
            gap_ppm: u32::try_from(self.gap_ppm).unwrap_or_default(),
            work_limit: self.work_limit.and_then(|work| u64::try_from(work).ok()),
            seed: u64::try_from(self.seed).unwrap_or_default(),
            threads,
            from: None,
        }
    }
}
