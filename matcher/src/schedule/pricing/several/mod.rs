//! The best schedule of several roles at a time.

mod ahead;
mod all;
mod labels;
mod tolls;

use super::enumerate::Collect;
use super::lanes::{LaneStint, Lanes};
use super::money::Money;
use super::one_role::OneRole;
use all::All;
use labels::Labels;
use tolls::Tolls;

/// Exact search for the best stints on several lanes at once, within hours and number of roles.
///
/// Capacity is all that ties lanes together. [`Tolls`] on each week's hours and places let every lane be
/// planned by itself: that is a bound (Lagrangian relaxation; subgradients: Held, Wolfe and Crowder 1974),
/// and what the lanes want, as far as it fits, a schedule. Where the two differ, [`Labels`] go through the weeks
/// and keep every choice that the bound does not rule out.
#[derive(Clone, Debug)]
pub(super) struct Several<T> {
    one: OneRole<T>,
    tolls: Tolls<T>,
    labels: Labels<T>,
    all: All<T>,
    wanted: Vec<LaneStint>,
    kept: Vec<LaneStint>,
}

impl<T: Money> Several<T> {
    pub(super) fn new() -> Self {
        Self {
            one: OneRole::default(),
            tolls: Tolls::new(),
            labels: Labels::new(),
            all: All::new(),
            wanted: Vec::new(),
            kept: Vec::new(),
        }
    }

    /// The most a schedule on the `active` lanes is worth, if that is more than `floor`; its stints are in `stints`.
    ///
    /// *Complexity*: exponential in `max_roles` where the bound is weak; else that of a few dozen
    /// schedules of one role.
    pub(super) fn best(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        floor: Option<T>,
        stints: &mut Vec<LaneStint>,
    ) -> Option<T> {
        stints.clear();
        let mut best = floor;
        let mut found = None;
        let single = self.one.run(lanes, active, None);
        if !single.is_none() && best.is_none_or(|best| single > best) {
            self.one.trace(lanes, active, None, stints);
            (best, found) = (Some(single), Some(single));
        }
        if !self.search(lanes, active, &mut best, &mut found, stints) {
            let better = self.labels.best(lanes, active, &self.tolls, best, stints);
            found = better.or(found);
        }
        found
    }

    /// Finds every schedule on the `active` lanes that is worth enough; `None` if a limit is exceeded.
    pub(super) fn all(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        collect: &mut Collect<'_, T>,
    ) -> Option<()> {
        // Tolls are aimed at the best schedule there is, or at showing that none is worth enough.
        let mut best = Some(collect.floor()).filter(|it| !it.is_none());
        let single = self.one.run(lanes, active, None);
        if !single.is_none() {
            best = best.max(Some(single));
        }
        let (mut found, mut stints) = (None, Vec::new());
        self.search(lanes, active, &mut best, &mut found, &mut stints);
        self.all.search(lanes, active, &self.tolls, collect)
    }

    /// Sets tolls; whether that settled it.
    fn search(
        &mut self,
        lanes: &Lanes<T>,
        active: &[usize],
        best: &mut Option<T>,
        found: &mut Option<T>,
        stints: &mut Vec<LaneStint>,
    ) -> bool {
        self.tolls.reset(lanes, active);
        loop {
            self.wanted.clear();
            let mut bound = self.tolls.capacity(lanes);
            for lane in active {
                let toll = self.tolls.row(lanes, *lane);
                let only = std::slice::from_ref(lane);
                let most = self.one.run(lanes, only, Some(toll));
                if most.is_none() {
                    return true;
                }
                bound += most;
                self.one.trace(lanes, only, Some(toll), &mut self.wanted);
            }
            if best.is_some_and(|best| bound <= best) {
                return true;
            }
            if let Some(worth) = keep(lanes, &mut self.wanted.clone(), &mut self.kept)
                && best.is_none_or(|best| worth > best)
            {
                (*best, *found) = (Some(worth), Some(worth));
                stints.clone_from(&self.kept);
                if worth == bound {
                    return true;
                }
            }
            if !self.tolls.improve(lanes, &self.wanted, bound, *best) {
                return false;
            }
        }
    }
}

/// What of the `wanted` stints fits together, the most valuable first, pinned ones before all; worth.
fn keep<T: Money>(
    lanes: &Lanes<T>,
    wanted: &mut [LaneStint],
    kept: &mut Vec<LaneStint>,
) -> Option<T> {
    let worth = |stint: &LaneStint| lanes.worth(*stint).unwrap_or(T::NONE);
    wanted.sort_by_cached_key(|it| (!lanes.list[it.lane].is_pinned, -worth(it)));
    kept.clear();
    let mut sum = T::ZERO;
    for stint in wanted.iter() {
        let worth = worth(stint);
        if worth <= T::ZERO && !lanes.list[stint.lane].is_pinned {
            continue;
        }
        kept.push(*stint);
        if lanes.fit(kept) {
            sum += worth;
        } else {
            kept.pop();
        }
    }
    lanes.pins_held(kept).then_some(sum)
}
