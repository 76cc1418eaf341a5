//! Work on ranges, on several threads, its results in order.

use std::ops::Range;
use std::thread;

/// The least that is worth a thread. Small in tests, whose networks are small.
const LEAST: usize = if cfg!(test) { 2 } else { 4096 };

/// Cuts `0..n` into a range for each thread and gives the results in the order of the ranges.
///
/// Where the results are joined as sums or lists, they do not depend on the number of threads.
pub(super) fn over<T: Send>(
    n: usize,
    n_threads: usize,
    work: impl Fn(Range<usize>) -> T + Sync,
) -> Vec<T> {
    let n_threads = n_threads.clamp(1, (n / LEAST).max(1));
    let range = |part: usize| n * part / n_threads..n * (part + 1) / n_threads;
    each((0..n_threads).map(range).collect(), work)
}

/// Works on each part on a thread of its own, the first one on this, and gives the results in order.
pub(super) fn each<P: Send, T: Send>(parts: Vec<P>, work: impl Fn(P) -> T + Sync) -> Vec<T> {
    let mut parts = parts.into_iter();
    let Some(first) = parts.next() else {
        return Vec::new();
    };
    thread::scope(|scope| {
        let work = &work;
        let others: Vec<_> = parts.map(|part| scope.spawn(move || work(part))).collect();
        let mut results = vec![work(first)];
        for other in others {
            match other.join() {
                Ok(result) => results.push(result),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    })
}
