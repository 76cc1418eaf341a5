//! Quantities with their units. Every one is an integer in a stated range, and only meaningful
//! arithmetic exists: `CentsPerHour * Hours` is `Cents`, `Hours + Cents` does not compile.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// Declares an unsigned quantity with a largest legal value.
macro_rules! bounded {
    ($(#[$doc:meta])* $name:ident($repr:ty), max $max:expr, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($repr);

        impl $name {
            /// The largest legal value.
            pub const MAX: Self = Self($max);
            /// What the unit is called in messages.
            pub const UNIT: &'static str = $unit;

            /// The quantity, if it is in range.
            pub fn new(value: impl TryInto<$repr>) -> Option<Self> {
                value.try_into().ok().filter(|value| *value <= $max).map(Self)
            }

            /// The bare number.
            pub const fn get(self) -> $repr {
                self.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(serializer)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

bounded!(
    /// Working time in whole hours a week, 0 … 168.
    Hours(u16), max 168, "hours a week"
);
bounded!(
    /// Match quality in points for one seat-week, 0 … 1000.
    Points(u16), max 1000, "points"
);
bounded!(
    /// Pay in cents of the plan's one currency for an hour, 0 … 10⁶.
    CentsPerHour(u32), max 1_000_000, "cents an hour"
);
bounded!(
    /// People covering a role in one week, 0 … 10⁶.
    Heads(u32), max 1_000_000, "heads"
);
bounded!(
    /// A number of weeks (of a stint, of leave), a number of roles or of changed experts, 0 … 10⁶.
    Count(u32), max 1_000_000, "a count"
);
bounded!(
    /// A week of the horizon, counted from 0. A horizon has at most 520 weeks.
    Week(u16), max 519, "a week of the horizon"
);
bounded!(
    /// Skill level: 1 aware, 2 working, 3 practitioner, 4 expert, 5 authority; 0 stands for none.
    Level(u8), max 5, "a level"
);

/// Money in cents of the plan's one currency. 128 bits: no legal problem's sums overflow
/// (at most 520 weeks × 10⁶ roles × 10⁶ heads × 10 × 10¹² < 10²⁸).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cents(pub i128);

impl Cents {
    /// No money.
    pub const ZERO: Self = Self(0);
}

impl fmt::Display for Cents {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Mul<Hours> for CentsPerHour {
    type Output = Cents;
    fn mul(self, hours: Hours) -> Cents {
        Cents(i128::from(self.0) * i128::from(hours.0))
    }
}

impl Mul<i128> for Cents {
    type Output = Self;
    fn mul(self, times: i128) -> Self {
        Self(self.0 * times)
    }
}

impl Add for Cents {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl AddAssign for Cents {
    fn add_assign(&mut self, other: Self) {
        self.0 += other.0;
    }
}

impl Sub for Cents {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl SubAssign for Cents {
    fn sub_assign(&mut self, other: Self) {
        self.0 -= other.0;
    }
}

impl Neg for Cents {
    type Output = Self;
    fn neg(self) -> Self {
        Self(-self.0)
    }
}

impl Sum for Cents {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, Add::add)
    }
}

/// A quantity for every week of the horizon: one value for all of them, or one each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Weekly<T> {
    /// The same in every week.
    Same(T),
    /// One value a week, as many as the horizon has weeks.
    Each(Box<[T]>),
}

impl<T: Copy + PartialEq> Weekly<T> {
    /// The value in week `week`.
    pub fn at(&self, week: Week) -> T {
        match self {
            Self::Same(value) => *value,
            Self::Each(values) => values[usize::from(week.get())],
        }
    }

    /// The one value that holds in every week, if there is one.
    pub fn constant(&self) -> Option<T> {
        match self {
            Self::Same(value) => Some(*value),
            Self::Each(values) => {
                let first = *values.first()?;
                values.iter().all(|value| *value == first).then_some(first)
            }
        }
    }
}

impl Week {
    /// The weeks `from ..= to`.
    pub fn span(from: Self, to: Self) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (from.0..=to.0).map(Self)
    }

    /// All weeks of a horizon of `weeks` weeks.
    pub fn all(weeks: u16) -> impl DoubleEndedIterator<Item = Self> + Clone {
        (0..weeks).map(Self)
    }

    /// Position in an array with one entry a week.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_times_hours_is_money() {
        let rate = CentsPerHour::new(5_500).unwrap();
        assert_eq!(rate * Hours::new(20).unwrap(), Cents(110_000));
    }

    #[test]
    fn values_out_of_range_do_not_exist() {
        assert_eq!(Hours::new(169), None);
        assert_eq!(Hours::new(-1), None);
        assert_eq!(Points::new(1000).map(Points::get), Some(1000));
    }

    #[test]
    fn a_list_of_equal_values_is_constant() {
        assert_eq!(Weekly::Each(Box::from([3, 3])).constant(), Some(3));
        assert_eq!(Weekly::Each(Box::from([3, 4])).constant(), None);
    }
}
