//! From a sample of the leaves to all of them, each level beginning with the prices of the one before.

use super::core::Core;
use super::near::{Margins, Near, Sample};
use super::range::LARGEST_WIDTH;
use super::repair::{Repair, Stuck};
use super::rows::{Cost, Rows};

/// An optimal flow over the near pairs, with prices that prove it over all pairs.
pub(super) struct Settled {
    pub(super) repair: Repair,
    pub(super) margins: Margins,
    /// How far the margins reach from where prices were.
    pub(super) widths: Vec<i64>,
}

/// Each sample has so many times fewer leaves than the next. Small in tests, whose networks are small.
const SHRINK: usize = if cfg!(test) { 2 } else { 8 };

/// Solves over all leaves.
pub(super) fn solve<C: Cost>(
    core: &Core,
    rows: &Rows<C>,
    n_threads: usize,
) -> Result<Settled, Stuck> {
    let n_hubs = core.n_nodes();
    let n_leaves = rows.n_leaves();
    let mut prices = vec![0; n_hubs];
    let mut widths = vec![LARGEST_WIDTH; n_hubs];
    let mut sizes = vec![n_leaves];
    while let size = sizes[sizes.len() - 1] / SHRINK
        && size >= n_hubs
    {
        sizes.push(size);
    }
    for size in sizes.into_iter().skip(1).rev() {
        let sample = Sample::of(n_leaves, size);
        // A sample of a problem with a solution may have none: then the next begins where this one began.
        if let Ok(settled) = settle(core, rows, sample, &prices, &widths, n_threads) {
            widths = next_widths(&prices, &settled.repair.prices);
            prices = settled.repair.prices;
        }
    }
    let all = Sample::of(n_leaves, n_leaves);
    settle(core, rows, all, &prices, &widths, n_threads)
}

/// How far prices may move at the next level: twice as far as at this one, each price or all of them on
/// average, but for what all of them moved together.
fn next_widths(before: &[i64], after: &[i64]) -> Vec<i64> {
    let changes = || {
        before
            .iter()
            .zip(after)
            .map(|(before, after)| after - before)
    };
    let mut sorted: Vec<i64> = changes().collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    let sizes: Vec<i64> = changes().map(|change| (change - median).abs()).collect();
    let n = i64::try_from(sizes.len()).expect("core nodes are few");
    let mean = sizes.iter().map(|size| size / n).sum::<i64>();
    let width = |size: &i64| (2 * (size.max(&mean) + 1)).min(LARGEST_WIDTH);
    sizes.iter().map(width).collect()
}

/// Solves over a sample, from prices and margins that are widened until they hold.
pub(super) fn settle<C: Cost>(
    core: &Core,
    rows: &Rows<C>,
    sample: Sample,
    prices: &[i64],
    widths: &[i64],
    n_threads: usize,
) -> Result<Settled, Stuck> {
    let (mut prices, mut widths) = (prices.to_vec(), widths.to_vec());
    loop {
        let margins = Margins::around(&prices, &widths);
        let near = Near::of(rows, sample, &margins, n_threads);
        if near.is_stuck {
            return Err(Stuck::NoWay);
        }
        let core = balanced(core, rows.n_units() - near.n_units);
        let mut repair = Repair::new(core, near, prices);
        let done = repair.run();
        let is_everything = widths.iter().all(|width| *width == LARGEST_WIDTH);
        match done {
            Ok(()) if is_everything || margins.hold(&repair.prices) => {
                return Ok(Settled {
                    repair,
                    margins,
                    widths,
                });
            }
            Err(Stuck::Range) => return Err(Stuck::Range),
            Err(Stuck::NoWay) if is_everything => return Err(Stuck::NoWay),
            _ => {}
        }
        // Pairs that are missing altogether may be far.
        let factor = if done.is_err() { 1 << 8 } else { 4 };
        prices = repair.prices;
        for width in &mut widths {
            *width = width.saturating_mul(factor).min(LARGEST_WIDTH);
        }
    }
}

/// The core where the leaves of a sample have so many units too few.
fn balanced(core: &Core, missing: i64) -> Core {
    let mut core = core.clone();
    if let Some(most) = core.supplies.iter_mut().min() {
        *most += missing;
    }
    core
}
