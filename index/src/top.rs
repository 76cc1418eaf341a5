//! The first of some people: by points, then by id.

use std::cmp::Ordering;

use muster_matcher::model::Points;

use crate::pool::{Place, Pool};

/// Somebody with points, and what else is known of them.
pub(crate) type Ranked<T> = (Points, Place, T);

/// The fewest that are kept before any is left out, so that leaving out costs little for each.
const LEAST_KEPT: usize = 8;

/// The first `limit` of those who were offered.
pub(crate) struct Top<'p, T> {
    pool: &'p Pool,
    limit: usize,
    /// How many there are, whether they were offered or not.
    pub(crate) total: usize,
    /// The first, and some more.
    kept: Vec<Ranked<T>>,
    /// The last of the first `limit` when some were left out: whoever comes behind them is not among the first.
    last: Option<(Points, Place)>,
}

impl<'p, T> Top<'p, T> {
    pub(crate) fn new(pool: &'p Pool, limit: usize) -> Self {
        Self {
            pool,
            limit,
            total: 0,
            kept: Vec::new(),
            last: None,
        }
    }

    /// Whether somebody with these points may be among the first who stands in this segment behind everybody of it
    /// who was offered.
    pub(crate) fn takes(&self, points: Points, segment: usize) -> bool {
        self.limit > 0
            && self.last.is_none_or(|(least, place)| {
                points > least || points == least && place.segment != segment
            })
    }

    /// Keeps somebody, or leaves them or others out.
    ///
    /// # Complexity
    /// O(1) amortised.
    pub(crate) fn offer(&mut self, points: Points, place: Place, what: T) {
        let is_behind = |last: &(Points, Place)| order(self.pool, last, &(points, place)).is_lt();
        if self.limit == 0 || self.last.as_ref().is_some_and(is_behind) {
            return;
        }
        self.kept.push((points, place, what));
        if self.kept.len() >= self.limit.saturating_mul(2).max(LEAST_KEPT) {
            self.cut();
        }
    }

    /// Leaves out whoever is not among the first.
    fn cut(&mut self) {
        let Some(last) = self.limit.checked_sub(1) else {
            return;
        };
        if last < self.kept.len() {
            let pool = self.pool;
            let by_order = |a: &Ranked<T>, b: &Ranked<T>| order(pool, &(a.0, a.1), &(b.0, b.1));
            let (_, (points, place, _), _) = self.kept.select_nth_unstable_by(last, by_order);
            self.last = Some((*points, *place));
            self.kept.truncate(self.limit);
        }
    }

    /// The first of what several have seen.
    pub(crate) fn merged(pool: &'p Pool, limit: usize, parts: Vec<Self>) -> Self {
        let mut all = Self::new(pool, limit);
        for part in parts {
            all.total += part.total;
            for (points, place, what) in part.kept {
                all.offer(points, place, what);
            }
        }
        all
    }

    /// The first, in order.
    pub(crate) fn into_first(mut self) -> Vec<Ranked<T>> {
        self.cut();
        let pool = self.pool;
        self.kept
            .sort_unstable_by(|a, b| order(pool, &(a.0, a.1), &(b.0, b.1)));
        self.kept
    }
}

/// The first `limit` of some people.
pub(crate) fn first(
    pool: &Pool,
    ranked: impl IntoIterator<Item = (Points, Place)>,
    limit: usize,
) -> Vec<Ranked<()>> {
    let mut top = Top::new(pool, limit);
    for (points, place) in ranked {
        top.offer(points, place, ());
    }
    top.into_first()
}

/// More points first, then smaller ids; within a segment documents are in the order of ids.
fn order(pool: &Pool, a: &(Points, Place), b: &(Points, Place)) -> Ordering {
    let by_id = || match a.1.segment == b.1.segment {
        true => a.1.doc.cmp(&b.1.doc),
        false => pool.id_at(a.1).cmp(pool.id_at(b.1)),
    };
    b.0.cmp(&a.0).then_with(by_id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Random, profile};
    use crate::{Change, Updater, build};

    #[test]
    fn the_first_are_those_of_a_sort_however_the_work_is_divided() {
        let dir = tempfile::tempdir().unwrap();
        let place = dir.path().join("pool");
        let people = |n: usize| {
            (n..100)
                .step_by(3)
                .map(|n| profile(&format!("e{n}"), "", ""))
        };
        build(&place, people(0)).unwrap();
        let mut updater = Updater::open(&place).unwrap();
        for n in 1..3 {
            let batch = people(n).map(|it| Change::Put(Box::new(it)));
            updater.apply(batch, 0).unwrap();
        }
        let pool = updater.latest();
        assert!(pool.segments.len() > 1);
        let mut places: Vec<Place> = pool.places().collect();
        places.sort_by_key(|place| (place.segment, place.doc));
        let mut random = Random(7);
        for most in [1, 3, 1000] {
            let points =
                |random: &mut Random| Points::new(u16::try_from(random.below(most)).unwrap());
            let people: Vec<(Points, Place)> = places
                .iter()
                .map(|place| (points(&mut random).unwrap(), *place))
                .collect();
            let mut sorted: Vec<(std::cmp::Reverse<Points>, &str)> = people
                .iter()
                .map(|(points, place)| (std::cmp::Reverse(*points), pool.id_at(*place)))
                .collect();
            sorted.sort_unstable();
            for limit in [0, 1, 4, 30, 99, 100, 101, usize::MAX] {
                let parts = people.chunks(41).map(|people| {
                    let mut top = Top::new(pool, limit);
                    for (points, place) in people {
                        top.total += 1;
                        if top.takes(*points, place.segment) {
                            top.offer(*points, *place, ());
                        }
                    }
                    top
                });
                let top = Top::merged(pool, limit, parts.collect());
                assert_eq!(top.total, 100);
                let found: Vec<_> = top
                    .into_first()
                    .into_iter()
                    .map(|(points, place, ())| (std::cmp::Reverse(points), pool.id_at(place)))
                    .collect();
                assert_eq!(found, sorted[..limit.min(100)], "{limit} of {most}");
            }
        }
    }
}
