//! TODO doc
mod core;
mod levels;
mod near;
mod parallel;
mod range;
mod reading;
mod repair;
mod rows;
mod split;
mod writing;

use super::{FlowError, Network, Solution};
use self::reading::{Reading, Unread};
use self::rows::Cost;
use self::split::Split;

/// Solves.
pub fn solve(network: &Network, n_threads: usize) -> Option<Result<Solution, FlowError>> {
    let t = super::clock::Clock::now();
    let split = split::split(network, n_threads)?;
    eprintln!("split {:?} hubs {} leaves {}", t.elapsed(), split.hubs.len(), split.n_leaves());
    match solve_as::<i32>(network, &split, n_threads) {
        Err(Unread::WiderCost) => solve_as::<i64>(network, &split, n_threads).ok()?,
        solved => solved.ok()?,
    }
}

fn solve_as<C: Cost>(
    network: &Network,
    split: &Split,
    n_threads: usize,
) -> Result<Option<Result<Solution, FlowError>>, Unread> {
    let t = super::clock::Clock::now();
    let reading = Reading::<C>::of(network, split, n_threads)?;
    eprintln!("reading {:?}", t.elapsed());
    let t = super::clock::Clock::now();
    let Ok(settled) = levels::solve(&reading.core, &reading.rows, n_threads) else {
        return Ok(None);
    };
    eprintln!("levels {:?}", t.elapsed());
    let t = super::clock::Clock::now();
    let r = writing::solution(network, split, &reading, &settled, n_threads);
    eprintln!("writing {:?}", t.elapsed());
    Ok(r)
}

/// A number of 64 bits within `± largest`.
fn within(number: i128, largest: i64) -> Option<i64> {
    i64::try_from(number).ok().filter(|number| (-largest..=largest).contains(number))
}
