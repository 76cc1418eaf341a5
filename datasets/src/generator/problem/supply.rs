//! What the people who may hold a role ask for and are worth.

use muster_matcher::model::{CentsPerHour, Points};

/// Rates are multiples of so many cents.
pub(super) const STEP: u32 = 25;

/// The lowest and the highest rate, multiples of [`STEP`].
pub(super) const RATES: std::ops::RangeInclusive<u32> = 2_500..=9_000;

/// The pairs of one role, counted by rate.
#[derive(Clone, Debug)]
pub(super) struct Supply {
    /// `by_rate[n]` pairs ask for the lowest rate and `n` steps.
    by_rate: Vec<u32>,
    n_pairs: u64,
    score_sum: u64,
}

impl Supply {
    /// Nobody.
    pub(super) fn none() -> Self {
        let n_rates = (RATES.end() - RATES.start()) / STEP + 1;
        Self {
            by_rate: vec![0; n_rates as usize],
            n_pairs: 0,
            score_sum: 0,
        }
    }

    /// Counts a pair, whose rate is a multiple of [`STEP`] in [`RATES`].
    pub(super) fn count(&mut self, rate: CentsPerHour, score: Points) {
        self.by_rate[((rate.get() - RATES.start()) / STEP) as usize] += 1;
        self.n_pairs += 1;
        self.score_sum += u64::from(score.get());
    }

    /// Half of the pairs ask for at most this; the lowest rate if there are none.
    pub(super) fn median_rate(&self) -> CentsPerHour {
        let mut seen = 0;
        let median = self.rates().find(|(_, pairs)| {
            seen += pairs;
            2 * seen >= self.n_pairs
        });
        let rate = median.map_or(*RATES.start(), |(rate, _)| rate);
        CentsPerHour::new(rate).unwrap_or_default()
    }

    /// What the `heads` cheapest ask for an hour, all of them together; all there are if they are fewer.
    pub(super) fn cheapest(&self, heads: u32) -> u64 {
        let mut left = u64::from(heads);
        let sums = self.rates().map(|(rate, pairs)| {
            let taken = pairs.min(left);
            left -= taken;
            taken * u64::from(rate)
        });
        sums.sum()
    }

    /// The mean score over the pairs of several roles, rounded down.
    pub(super) fn mean_score(of: &[Self]) -> Option<u64> {
        let n_pairs: u64 = of.iter().map(|supply| supply.n_pairs).sum();
        let sum: u64 = of.iter().map(|supply| supply.score_sum).sum();
        sum.checked_div(n_pairs)
    }

    /// Rates from the lowest, each with how many ask for it.
    fn rates(&self) -> impl Iterator<Item = (u32, u64)> {
        let rates = RATES.step_by(STEP as usize);
        rates.zip(self.by_rate.iter().map(|pairs| u64::from(*pairs)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_pairs_by_hand() {
        let mut supply = Supply::none();
        for (rate, score) in [(9_000, 900), (2_500, 401), (3_000, 500)] {
            supply.count(
                CentsPerHour::new(rate).unwrap(),
                Points::new(score).unwrap(),
            );
        }
        assert_eq!(supply.median_rate().get(), 3_000);
        assert_eq!(supply.cheapest(2), 5_500);
        assert_eq!(supply.cheapest(7), 14_500);
        assert_eq!(Supply::mean_score(&[supply, Supply::none()]), Some(600));
        assert_eq!(Supply::mean_score(&[Supply::none()]), None);
        assert_eq!(Supply::none().median_rate().get(), 2_500);
    }
}
