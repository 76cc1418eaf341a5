//! How the heads of a role rise to their peak and fall from it, week by week, in integers.

use crate::model::Heads;

/// A course over weeks, as shares of a peak.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ramp {
    /// Rises over the first weeks, stays at the peak, falls over the last ones.
    Gradual {
        /// How it rises; it falls as it rose, backwards.
        shape: Shape,
        /// First weeks below the peak.
        up_weeks: u16,
        /// Last weeks below the peak.
        down_weeks: u16,
    },
    /// Percent of the peak in each week of the campaign.
    Explicit(Box<[u8]>),
}

/// What share of its peak a ramp has reached in week `i` (from 1) of `n` weeks below the peak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// `x = i / (n + 1)`.
    Linear,
    /// The same in `steps` equal stairs below the peak: `(1 + ⌊(i − 1) · steps / n⌋) / (steps + 1)`.
    Step {
        /// At least 1.
        steps: u16,
    },
    /// `3x² − 2x³` with `x = i / (n + 1)`: slow, fast, slow.
    SCurve,
}

impl Default for Ramp {
    /// The peak in every week.
    fn default() -> Self {
        Self::Gradual {
            shape: Shape::Linear,
            up_weeks: 0,
            down_weeks: 0,
        }
    }
}

impl Ramp {
    /// Heads in week `week` (from 0) of `weeks`: the share of `peak`, rounded half up.
    ///
    /// Never falls before the peak and never rises after it; a larger peak never gives fewer heads. In a week
    /// that is in both ramps the lower of the two holds. Weeks that an explicit ramp does not name have none.
    pub fn heads(&self, peak: Heads, week: u16, weeks: u16) -> Heads {
        match self {
            Self::Explicit(percent) => {
                let percent = percent.get(usize::from(week)).copied().unwrap_or(0);
                share(peak, u64::from(percent), 100)
            }
            Self::Gradual {
                shape,
                up_weeks,
                down_weeks,
            } => {
                let rising = shape.heads(peak, week.saturating_add(1), *up_weeks);
                let left = weeks.saturating_sub(week);
                rising.min(shape.heads(peak, left, *down_weeks))
            }
        }
    }
}

impl Shape {
    /// Heads in week `i`, from 1, of a ramp with `n` weeks below the peak.
    fn heads(self, peak: Heads, i: u16, n: u16) -> Heads {
        if i > n {
            return peak;
        }
        let (i, d) = (u64::from(i), u64::from(n) + 1);
        match self {
            Self::Linear => share(peak, i, d),
            Self::Step { steps } => {
                let steps = u64::from(steps);
                let stair = 1 + i.saturating_sub(1) * steps / u64::from(n);
                share(peak, stair, steps + 1)
            }
            Self::SCurve => share(peak, i * i * (3 * d - 2 * i), d * d * d),
        }
    }
}

/// `peak · numerator / denominator`, rounded half up; at most the peak.
fn share(peak: Heads, numerator: u64, denominator: u64) -> Heads {
    let (numerator, denominator) = (u128::from(numerator), u128::from(denominator));
    let twice = 2 * u128::from(peak.get()) * numerator + denominator;
    Heads::new(twice / (2 * denominator)).map_or(peak, |heads| heads.min(peak))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(ramp: &Ramp, peak: u32, weeks: u16) -> Vec<u32> {
        let peak = Heads::new(peak).unwrap();
        (0..weeks)
            .map(|week| ramp.heads(peak, week, weeks).get())
            .collect()
    }

    fn gradual(shape: Shape, up_weeks: u16, down_weeks: u16) -> Ramp {
        Ramp::Gradual {
            shape,
            up_weeks,
            down_weeks,
        }
    }

    #[test]
    fn shapes_are_those_of_their_formulas() {
        for (ramp, peak, expected) in [
            (Ramp::default(), 7, vec![7, 7, 7]),
            // 100/4, 200/4, 300/4; down over two weeks: 200/3, 100/3.
            (
                gradual(Shape::Linear, 3, 2),
                100,
                vec![25, 50, 75, 100, 67, 33],
            ),
            // Halves are rounded up: 5/2.
            (gradual(Shape::Linear, 1, 0), 5, vec![3, 5]),
            (
                gradual(Shape::Step { steps: 1 }, 2, 0),
                100,
                vec![50, 50, 100],
            ),
            (
                gradual(Shape::Step { steps: 2 }, 4, 1),
                90,
                vec![30, 30, 60, 60, 90, 30],
            ),
            // More stairs than weeks: some are skipped.
            (
                gradual(Shape::Step { steps: 5 }, 2, 0),
                60,
                vec![10, 30, 60],
            ),
            // x = 1/4, 1/2, 3/4: 10/64, 32/64, 54/64.
            (
                gradual(Shape::SCurve, 3, 0),
                1000,
                vec![156, 500, 844, 1000],
            ),
            (
                Ramp::Explicit(Box::from([0, 25, 100, 50])),
                10,
                vec![0, 3, 10, 5, 0],
            ),
        ] {
            let weeks = u16::try_from(expected.len()).unwrap();
            assert_eq!(heads(&ramp, peak, weeks), expected, "{ramp:?}");
        }
    }

    #[test]
    fn every_ramp_rises_to_its_peak_and_falls_and_grows_with_it() {
        let shapes = [
            Shape::Linear,
            Shape::SCurve,
            Shape::Step { steps: 1 },
            Shape::Step { steps: 3 },
            Shape::Step { steps: 9 },
        ];
        for shape in shapes {
            for (up, down) in (0..6).flat_map(|up| (0..6).map(move |down| (up, down))) {
                let mut before = vec![0; 12];
                for peak in 0..40 {
                    let now = heads(&gradual(shape, up, down), peak, 12);
                    let (rise, fall) = now.split_at(usize::from(up));
                    assert!(now[..=usize::from(up)].is_sorted(), "{now:?}");
                    assert!(rise.iter().all(|heads| *heads <= peak));
                    assert!(fall.iter().rev().is_sorted(), "{now:?}");
                    assert_eq!(now.iter().max(), Some(&peak));
                    assert!(now.iter().zip(&before).all(|(now, before)| now >= before));
                    before = now;
                }
            }
        }
    }

    #[test]
    fn the_largest_ramps_do_not_overflow() {
        let ramp = gradual(Shape::SCurve, 519, 0);
        assert_eq!(
            heads(&ramp, 1_000_000, 520)[518],
            999_989,
            "519²·522 / 520³"
        );
    }
}
