//! Amounts in millionths of a cent: narrow where sums are proved to fit, else wide.

use std::fmt::Debug;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

/// An amount of micro-cents. Sums of one expert are smaller in size than [`Money::LIMIT`], so that
/// [`Money::NONE`] plus any such sum is still told from an amount.
pub(super) trait Money:
    Copy
    + Ord
    + Debug
    + Default
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + From<i32>
{
    /// Nothing.
    const ZERO: Self;
    /// Worse than any amount: there is no such schedule.
    const NONE: Self;
    /// Better than any amount.
    const MOST: Self;
    /// What sums must stay below in size.
    const LIMIT: i128;

    /// Whether it is [`Money::NONE`], give or take a sum.
    fn is_none(self) -> bool;

    /// In 128 bits.
    fn wide(self) -> i128;

    /// From 128 bits; what does not fit becomes [`Money::NONE`] or [`Money::MOST`].
    fn narrow(wide: i128) -> Self;
}

/// Implements [`Money`] for a signed integer of so many bits.
macro_rules! money {
    ($int:ty, $bits:literal) => {
        impl Money for $int {
            const ZERO: Self = 0;
            const NONE: Self = -(1 << ($bits - 3));
            const MOST: Self = 1 << ($bits - 3);
            const LIMIT: i128 = 1 << ($bits - 5);

            fn is_none(self) -> bool {
                self < Self::NONE / 2
            }

            fn wide(self) -> i128 {
                i128::from(self)
            }

            fn narrow(wide: i128) -> Self {
                let out = if wide < 0 { Self::NONE } else { Self::MOST };
                let fits = (i128::from(Self::NONE)..=i128::from(Self::MOST)).contains(&wide);
                Self::try_from(wide).ok().filter(|_| fits).unwrap_or(out)
            }
        }
    };
}
money!(i64, 64);
money!(i128, 128);
