//! Arithmetic that gives the same bits everywhere.

/// A count as a float. Counts of words and texts stay far below 2⁵³.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts are far below 2⁵³, where floats are exact"
)]
pub fn exact(count: usize) -> f64 {
    count as f64
}

/// The natural logarithm of a positive normal number, by additions, multiplications and divisions alone:
/// those are rounded in the same way everywhere, which the platform's logarithm is not.
pub fn ln(x: f64) -> f64 {
    debug_assert!(x.is_normal() && x > 0.0);
    const MANTISSA: u64 = (1 << 52) - 1;
    let bits = x.to_bits();
    let exponent = i32::try_from(bits >> 52).unwrap_or_default() - 1023;
    // x = m · 2^exponent with 1 ≤ m < 2, and ln m = 2 artanh((m − 1) / (m + 1)).
    let m = f64::from_bits((bits & MANTISSA) | (1023 << 52));
    let z = (m - 1.0) / (m + 1.0);
    let square = z * z;
    let mut series = 0.0;
    for odd in (0..20).rev().map(|k| f64::from(2 * k + 1)) {
        series = series * square + 1.0 / odd;
    }
    f64::from(exponent) * std::f64::consts::LN_2 + 2.0 * z * series
}

/// How much a word tells that `n_with` of `n` texts have: ln((2n + 2) / (2 n_with + 1)), more than 0.
pub fn rarity(n: usize, n_with: usize) -> f64 {
    ln(exact(2 * n + 2) / exact(2 * n_with.min(n) + 1))
}

/// A share of 0 … 1 in whole points of 0 … 1000, half up; what is outside counts as the nearer end.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value lies within 0.5 … 1000.5"
)]
pub fn points(share: f64) -> u16 {
    // Not a number compares false everywhere and becomes 0.
    if share > 0.0 {
        (share.min(1.0) * 1000.0 + 0.5) as u16
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logarithms_are_those_of_the_platform_to_twelve_digits() {
        for x in [1.0, 1.5, 2.0, 0.1, 7.0, 1e9, 1e-9, std::f64::consts::E] {
            assert!(
                (ln(x) - x.ln()).abs() <= 1e-12 * x.ln().abs().max(1.0),
                "{x}"
            );
        }
    }

    #[test]
    fn rare_words_tell_more_and_every_word_something() {
        assert!(rarity(100, 1) > rarity(100, 2));
        assert!(rarity(100, 100) > 0.0);
        assert!(rarity(0, 0) > 0.0);
    }

    #[test]
    fn points_are_rounded_half_up_and_stay_in_range() {
        let got = [f64::NAN, -1.0, 0.0, 0.000_4, 0.000_5, 0.5, 1.0, 7.0].map(points);
        assert_eq!(got, [0, 0, 0, 0, 1, 500, 1000, 1000]);
    }
}
