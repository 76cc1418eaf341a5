//! Numbers as people read them.

use muster_matcher::check::Gap;
use muster_matcher::model::Cents;

/// A number with its thousands apart.
pub(crate) fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 {
        format!("-{grouped}")
    } else {
        grouped
    }
}

/// An amount in whole units and cents.
pub(crate) fn money(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let amount = cents.0.unsigned_abs();
    let whole = grouped(i128::try_from(amount / 100).unwrap_or(i128::MAX));
    format!("{sign}{whole}.{:02}", amount % 100)
}

/// An amount in whole units of the currency, rounded down.
pub(super) fn whole(cents: Cents) -> String {
    grouped(cents.0.div_euclid(100))
}

/// A gap as seat-weeks and as a share of the plan's score value.
pub(crate) fn gap(gap: &Gap) -> String {
    let seat_weeks = gap.seat_weeks();
    let seat_weeks = seat_weeks.map_or("–".to_owned(), |it| format!("{it:.2}"));
    let share = gap.share_of_score();
    let share = share.map_or("–".to_owned(), |it| format!("{:.4} %", 100.0 * it));
    format!("{seat_weeks} seat-weeks, {share} of the score value")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_apart_and_cents_are_kept() {
        assert_eq!(grouped(-1_234_567), "-1,234,567");
        assert_eq!(money(Cents(-123_405)), "-1,234.05");
        assert_eq!(whole(Cents(123_499)), "1,234");
    }

    #[test]
    fn a_gap_over_nothing_has_no_share() {
        let of_five_cents = |seat_week_cents, score_cents| {
            gap(&Gap {
                bound: 5,
                cents: 5,
                seat_week_cents,
                score_cents,
            })
        };
        assert_eq!(of_five_cents(0, 0), "– seat-weeks, – of the score value");
        assert_eq!(
            of_five_cents(4, 1_000),
            "1.25 seat-weeks, 0.5000 % of the score value"
        );
    }
}
