//! The best k of a role by value, before anything else is known of them.

use std::collections::BinaryHeap;

use muster_matcher::model::{Cents, CentsPerHour};
use muster_matcher::score::Score;

use crate::pool::Place;

/// Somebody on a shortlist. The worst is the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranked<'p> {
    pub(crate) value: Cents,
    pub(crate) id: &'p str,
    pub(crate) place: Place,
    pub(crate) score: Score,
    pub(crate) rate: CentsPerHour,
}

impl Ord for Ranked<'_> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let by_id = || self.id.cmp(other.id);
        other.value.cmp(&self.value).then_with(by_id)
    }
}

impl PartialOrd for Ranked<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// The best of a role, and what is to be known of all others.
#[derive(Clone, Debug)]
pub(crate) struct Best<'p> {
    k: usize,
    /// At most `k`, the worst on top.
    kept: BinaryHeap<Ranked<'p>>,
    /// The best value of those who are not kept.
    pub(crate) excluded: Option<Cents>,
    /// How many they are.
    pub(crate) n_excluded: usize,
    /// Who was eligible and had too few hours.
    pub(crate) too_few_hours: usize,
    /// Who had the hours and asks more than is paid.
    pub(crate) too_dear: usize,
}

impl<'p> Best<'p> {
    pub(crate) fn new(k: usize) -> Self {
        Self {
            k,
            kept: BinaryHeap::new(),
            excluded: None,
            n_excluded: 0,
            too_few_hours: 0,
            too_dear: 0,
        }
    }

    /// Keeps somebody worth `value`, or leaves them or another out; who it is is asked where that matters.
    pub(crate) fn offer(&mut self, value: Cents, ranked: impl FnOnce() -> Ranked<'p>) {
        if self.kept.len() < self.k {
            self.kept.push(ranked());
            return;
        }
        if self.kept.peek().is_none_or(|worst| value < worst.value) {
            self.leave_out(value);
            return;
        }
        let ranked = ranked();
        let left_out = match self.kept.peek_mut() {
            Some(mut worst) if ranked < *worst => std::mem::replace(&mut *worst, ranked),
            _ => ranked,
        };
        self.leave_out(left_out.value);
    }

    /// Counts somebody who is left out.
    pub(crate) fn leave_out(&mut self, value: Cents) {
        self.excluded = self.excluded.max(Some(value));
        self.n_excluded += 1;
    }

    /// Adds what another list has seen.
    pub(crate) fn merge(&mut self, other: Self) {
        self.excluded = self.excluded.max(other.excluded);
        self.n_excluded += other.n_excluded;
        self.too_few_hours += other.too_few_hours;
        self.too_dear += other.too_dear;
        for ranked in other.kept {
            self.offer(ranked.value, || ranked);
        }
    }

    /// Those who are kept, in no particular order.
    pub(crate) fn into_kept(self) -> impl Iterator<Item = Ranked<'p>> {
        self.kept.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use muster_matcher::model::Points;
    use muster_matcher::score::Parts;

    use super::*;

    #[test]
    fn the_best_are_kept_however_the_work_is_divided() {
        let everybody: Vec<String> = (0..30)
            .map(|idx| format!("e{:02}", idx * 17 % 30))
            .collect();
        let ranked = |idx: usize| Ranked {
            value: Cents(i128::from(u8::try_from(idx * 7 % 10).unwrap())),
            id: &everybody[idx],
            place: Place { segment: 0, doc: 0 },
            score: Score {
                total: Points::default(),
                parts: Parts {
                    text: None,
                    skills: None,
                    assessments: Points::default(),
                    reliability: Points::default(),
                    preferences: None,
                },
            },
            rate: CentsPerHour::default(),
        };
        let mut sorted: Vec<Ranked<'_>> = (0..30).map(ranked).collect();
        sorted.sort();
        for k in [0, 1, 4, 29, 30, 31] {
            for cut in [0, 13, 30] {
                let mut parts = [Best::new(k), Best::new(k)];
                (0..30).for_each(|idx| {
                    parts[usize::from(idx >= cut)].offer(ranked(idx).value, || ranked(idx))
                });
                let [mut best, other] = parts;
                best.merge(other);
                let next = sorted.get(k).map(|ranked| ranked.value);
                assert_eq!(
                    (best.excluded, best.n_excluded),
                    (next, 30_usize.saturating_sub(k))
                );
                let mut kept: Vec<_> = best.into_kept().collect();
                kept.sort();
                assert_eq!(kept, sorted[..k.min(30)]);
            }
        }
    }
}
