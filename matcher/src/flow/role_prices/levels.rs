//! From a sample of the leaves to all of them, each level beginning with the prices of the one before.

use super::core::Core;
use super::near::{Margins, Near, Sample};
use super::range::LARGEST_PRICE;
use super::repair::{Repair, Stuck};
use super::rows::{Cost, Rows};

/// An optimal flow over the near pairs, with prices that prove it over all pairs.
pub(super) struct Settled<'a> {
    pub(super) repair: Repair<'a>,
    pub(super) margins: Margins,
}

/// Each sample has so many times fewer leaves than the next.
const SHRINK: usize = 8;
/// The smallest sample has about so many leaves for each core node.
const LEAVES_A_HUB: usize = 4;

/// Solves over all leaves.
pub(super) fn solve<'a, C: Cost>(
    core: &'a Core,
    rows: &Rows<C>,
    n_threads: usize,
) -> Result<Settled<'a>, Stuck> {
    let n = core.n_nodes();
    let mut prices = vec![0; n];
    let mut margins = vec![LARGEST_PRICE; n];
    let mut sizes = vec![rows.n_leaves()];
    while sizes[sizes.len() - 1] / SHRINK >= LEAVES_A_HUB * n {
        sizes.push(sizes[sizes.len() - 1] / SHRINK);
    }
    for (level, size) in (0..sizes.len()).zip(sizes.into_iter()).rev() {
        let sample = Sample::of(rows.n_leaves(), size);
        let t=crate::flow::clock::Clock::now();
        let settled = settle(core, rows, sample, prices.clone(), &margins, n_threads);
        if sample.is_all() {
            return settled;
        }
        if let Ok(settled) = settled {
            let changes = changes(&prices, &settled.repair.prices);
            let mean = changes.iter().sum::<i64>() / i64::try_from(n).unwrap_or(1);
            eprintln!("level {level} size {size} mean change {mean} paths {} owners {} pairs {} {:?}", settled.repair.n_paths, settled.repair.near.owners.len(), settled.repair.near.pairs.len(), t.elapsed());
            margins = changes.iter().map(|change| 2*(change.max(&mean) + 1)).collect();
            prices = settled.repair.prices;
        }
    }
    Err(Stuck::NoWay)
}

/// How far each price moved, but for what all of them moved.
fn changes(before: &[i64], after: &[i64]) -> Vec<i64> {
    let differences = || before.iter().zip(after).map(|(before, after)| after - before);
    let mut sorted: Vec<i64> = differences().collect();
    sorted.sort_unstable();
    let median = sorted[sorted.len() / 2];
    differences()
        .map(|difference| (difference - median).abs())
        .collect()
}

/// Solves over a sample, from prices and margins that are widened until they hold.
fn settle<'a, C: Cost>(
    core: &'a Core,
    rows: &Rows<C>,
    sample: Sample,
    mut prices: Vec<i64>,
    margins: &[i64],
    n_threads: usize,
) -> Result<Settled<'a>, Stuck> {
    let mut widths = margins.to_vec();
    loop {
        let margins = Margins::around(&prices, &widths);
        let t=crate::flow::clock::Clock::now();
        let near = Near::of(rows, sample, &margins, n_threads);
        let t1=t.elapsed();
        if near.is_stuck {
            return Err(Stuck::NoWay);
        }
        let supplies = balanced(core, rows.n_units() - near.n_units);
        let (no, np)=(near.owners.len(),near.pairs.len());
        let mut repair = Repair::new(core, &supplies, near, prices);
        let t2=t.elapsed();
        let done = repair.run();
        eprintln!("  settle {:?} near {t1:?} new {t2:?} run {:?} paths {} owners {no} pairs {np}",done, t.elapsed(),repair.n_paths);
        let is_everything = widths.iter().all(|width| *width >= LARGEST_PRICE);
        match done {
            Ok(()) if is_everything || margins.hold(&repair.prices) => {
                return Ok(Settled { repair, margins });
            }
            Err(Stuck::Range) => return Err(Stuck::Range),
            Err(Stuck::NoWay) if is_everything => return Err(Stuck::NoWay),
            _ => {}
        }
        prices = repair.prices;
        for width in &mut widths {
            *width = width.saturating_mul(4).min(LARGEST_PRICE);
        }
    }
}

/// The supplies of the core where the leaves of a sample have so many units too few.
fn balanced(core: &Core, missing: i64) -> Vec<i64> {
    let mut supplies = core.supplies.clone();
    if let Some(most) = supplies.iter_mut().min() {
        *most += missing;
    }
    supplies
}
