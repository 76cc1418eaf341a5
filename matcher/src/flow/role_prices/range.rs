//! How large numbers may be, so that 64 bits suffice without a check for each sum.
//!
//! A cost is within 2⁴⁸, so what a unit saves or costs by moving is within 2⁴⁹, and a path over at
//! most [`MOST_HUBS`] core nodes within 2⁵⁹. Prices stay within 2⁵⁸ (checked whenever they
//! change), and margins reach at most 2⁶⁰ around them. Then no value, reduced cost or distance
//! passes 2⁶¹. Amounts of flow are within 2⁶⁰. What is larger is left to the network simplex.

/// The most core nodes.
pub(super) const MOST_HUBS: usize = 1024;
/// The largest size of a cost.
pub(super) const LARGEST_COST: i64 = 1 << 48;
/// The largest size of a price.
pub(super) const LARGEST_PRICE: i64 = 1 << 58;
/// The widest margin: all prices and costs in range are nearer to each other.
pub(super) const LARGEST_WIDTH: i64 = 1 << 60;
/// The largest sum of all supplies and capacities that count.
pub(super) const LARGEST_FLOW: i64 = 1 << 60;
/// No way: larger than any distance, and still far from the end of 64 bits when a distance is added.
pub(super) const FAR: i64 = 3 << 60;
