//! Recall, rank and whether a difference is more than chance; paired by query.

use crate::sets::Query;

/// How well one query was answered.
#[derive(Clone, Copy, Default)]
pub(crate) struct Figures {
    pub(crate) recall_1: f64,
    pub(crate) recall_5: f64,
    /// One by the rank of the first row that was wanted, 0 below rank 100.
    pub(crate) reciprocal: f64,
}

/// The figures of a ranking; recall at k is the share of the needs met, or of k if there are more.
pub(crate) fn of(query: &Query, ranking: &[usize]) -> Figures {
    let recall = |k: usize| {
        let top = &ranking[..k.min(ranking.len())];
        let met = query
            .needs
            .iter()
            .filter(|need| need.iter().any(|row| top.contains(row)));
        (met.count() as f64 / query.needs.len().min(k) as f64).min(1.0)
    };
    let first = ranking
        .iter()
        .take(100)
        .position(|row| query.needs.iter().any(|need| need.contains(row)));
    Figures {
        recall_1: recall(1),
        recall_5: recall(5),
        reciprocal: first.map_or(0.0, |rank| 1.0 / (rank + 1) as f64),
    }
}

pub(crate) fn mean(values: impl ExactSizeIterator<Item = f64>) -> f64 {
    let n = values.len().max(1);
    values.sum::<f64>() / n as f64
}

/// The middle 95 % of the mean of resampled differences (bootstrap, 1,000 samples, seeded).
pub(crate) fn interval(differences: &[f64]) -> (f64, f64) {
    let n = differences.len();
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    };
    let mut means: Vec<f64> = (0..1_000)
        .map(|_| mean((0..n).map(|_| differences[(next() % n as u64) as usize])))
        .collect();
    means.sort_by(f64::total_cmp);
    (means[25], means[974])
}

/// Queries that got better, worse, and the two-sided p of a sign test (normal approximation).
pub(crate) fn sign_test(differences: &[f64]) -> (usize, usize, f64) {
    let better = differences.iter().filter(|d| **d > 1e-12).count();
    let worse = differences.iter().filter(|d| **d < -1e-12).count();
    let n = (better + worse) as f64;
    if n == 0.0 {
        return (0, 0, 1.0);
    }
    let z = ((better.abs_diff(worse) as f64 - 1.0) / n.sqrt()).max(0.0);
    (better, worse, two_sided(z))
}

/// The chance that a normal number is further from 0 than z (Abramowitz and Stegun 7.1.26).
fn two_sided(z: f64) -> f64 {
    let x = z / std::f64::consts::SQRT_2;
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let series = [
        0.254_829_592,
        -0.284_496_736,
        1.421_413_741,
        -1.453_152_027,
        1.061_405_429,
    ];
    let sum = series.iter().rev().fold(0.0, |sum, c| sum * t + c);
    sum * t * (-x * x).exp()
}
