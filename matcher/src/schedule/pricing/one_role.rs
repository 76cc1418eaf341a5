//! The best schedule of one role at a time.

use super::lanes::{LaneStint, Lanes, kind};
use super::money::Money;

const NOBODY: usize = usize::MAX;

/// Weighted interval scheduling of stints, no two at a time and no two of one lane touching.
///
/// A dynamic program backwards over the weeks. `idle[t]` is the most from week `t` on with nothing
/// under way; `ripe[t]`, by lane and leave weeks, the most with a stint under way that is long enough
/// and past its onboarding, so that only its leave weeks matter. A stint that begins is followed
/// until it is ripe. After one that ended in the week before, any lane but its own may begin: the best
/// beginning of every week and the best one on another lane say what that is worth.
///
/// *Complexity*: lanes × weeks × (weeks until ripe + leave weeks that matter).
#[derive(Clone, Debug, Default)]
pub(super) struct OneRole<T> {
    idle: Vec<T>,
    /// By week: waiting for a week.
    wait: Vec<T>,
    /// By week: the best beginning, its lane's position, and the best on another lane.
    first: Vec<(T, usize, T)>,
    /// By position and week.
    begun: Vec<T>,
    /// By position, then week, then level.
    ripe: Vec<T>,
    ripe_at: Vec<usize>,
    /// By week: the position of the lane that is pinned.
    pinned: Vec<usize>,
}

/// What holding a lane costs in a week, on top: by week, or nothing.
pub(super) type Toll<'a, T> = Option<&'a [T]>;

impl<T: Money> OneRole<T> {
    /// The most a schedule on the `active` lanes is worth less `toll`; [`Money::NONE`] if their pins clash.
    pub(super) fn run(&mut self, lanes: &Lanes<T>, active: &[usize], toll: Toll<'_, T>) -> T {
        let n_weeks = lanes.n_weeks;
        if !self.place_pins(lanes, active) {
            return T::NONE;
        }
        self.ripe_at.clear();
        let mut size = 0;
        for lane in active {
            self.ripe_at.push(size);
            size += (n_weeks + 1) * lanes.list[*lane].n_levels;
        }
        resize(&mut self.ripe, size);
        resize(&mut self.begun, active.len() * n_weeks);
        resize(&mut self.idle, n_weeks + 1);
        resize(&mut self.wait, n_weeks + 1);
        self.first.clear();
        self.first.resize(n_weeks + 1, (T::NONE, NOBODY, T::NONE));
        self.idle[n_weeks] = T::ZERO;
        self.wait[n_weeks] = T::ZERO;
        for (at, lane) in active.iter().enumerate() {
            self.go_on(lanes, at, *lane, n_weeks, toll);
        }
        for week in (0..n_weeks).rev() {
            let mut first = (T::NONE, NOBODY, T::NONE);
            for (at, lane) in active.iter().enumerate() {
                let value = self.begin(lanes, at, *lane, week, toll);
                self.begun[at * n_weeks + week] = value;
                if value > first.0 {
                    first = (value, at, first.0);
                } else {
                    first.2 = first.2.max(value);
                }
            }
            self.first[week] = first;
            self.wait[week] = match self.pinned_in(week) {
                NOBODY => self.idle[week + 1],
                _ => T::NONE,
            };
            self.idle[week] = self.wait[week].max(first.0);
            if week > 0 {
                for (at, lane) in active.iter().enumerate() {
                    self.go_on(lanes, at, *lane, week, toll);
                }
            }
        }
        if self.idle[0].is_none() {
            T::NONE
        } else {
            self.idle[0]
        }
    }

    /// Appends the stints of the schedule that [`OneRole::run`] found; the same arguments are due.
    pub(super) fn trace(
        &self,
        lanes: &Lanes<T>,
        active: &[usize],
        toll: Toll<'_, T>,
        stints: &mut Vec<LaneStint>,
    ) {
        let n_weeks = lanes.n_weeks;
        let (mut week, mut last) = (0, NOBODY);
        let mut worth = self.idle[0];
        while week < n_weeks {
            if self.wait[week] == worth {
                (week, last) = (week + 1, NOBODY);
                continue;
            }
            let begun = |at: &usize| *at != last && self.begun[at * n_weeks + week] == worth;
            let Some(at) = (0..active.len()).find(begun) else {
                return;
            };
            let from = week;
            (week, worth) = self.end_of(lanes, at, active[at], from, toll);
            stints.push(LaneStint {
                lane: active[at],
                from,
                to: week - 1,
            });
            last = at;
        }
    }

    /// After [`OneRole::run`]: the most from `week` on with a stint that begins there.
    pub(super) fn first(&self, week: usize) -> T {
        self.first[week].0
    }

    /// The same with one of the lane at a position.
    pub(super) fn begun(&self, lanes: &Lanes<T>, at: usize, week: usize) -> T {
        self.begun[at * lanes.n_weeks + week]
    }

    /// After [`OneRole::run`]: the most from `week` on if nothing is held there.
    pub(super) fn wait(&self, week: usize) -> T {
        self.wait[week]
    }

    /// After [`OneRole::run`]: the most from `week` on, at most one after the lane's last, with a ripe stint of the lane
    /// under way.
    pub(super) fn under_way(
        &self,
        lanes: &Lanes<T>,
        at: usize,
        lane: usize,
        week: usize,
        level: usize,
    ) -> T {
        self.ripe[self.ripe_at[at] + week * lanes.list[lane].n_levels + level]
    }

    /// The week after the best stint that begins in `from`, and what is worth from there on.
    fn end_of(
        &self,
        lanes: &Lanes<T>,
        at: usize,
        lane: usize,
        from: usize,
        toll: Toll<'_, T>,
    ) -> (usize, T) {
        let it = &lanes.list[lane];
        let mut rest = self.begun[at * lanes.n_weeks + from];
        let (mut worked, mut level, start) = lanes.begin(lane, from).unwrap_or((0, 0, T::ZERO));
        rest -= start;
        for week in from..=it.to {
            let Some(held) = lanes.hold(lane, week, worked, level) else {
                break;
            };
            (worked, level) = (held.0, held.1);
            rest -= held.2;
            rest += toll.map_or(T::ZERO, |toll| toll[week]);
            let may_end = worked >= it.min_stint && lanes.kind(lane)[week] & kind::WORKS != 0;
            if may_end && self.after(at, week + 1) == rest {
                return (week + 1, rest);
            }
        }
        (lanes.n_weeks, T::ZERO)
    }

    /// The most from `week` on if a stint of the lane ended in the week before.
    pub(super) fn after(&self, at: usize, week: usize) -> T {
        let (best, whose, second) = self.first[week];
        self.wait[week].max(if whose == at { second } else { best })
    }

    fn pinned_in(&self, week: usize) -> usize {
        self.pinned.get(week).copied().unwrap_or(NOBODY)
    }

    /// Whether another lane is pinned in the week.
    pub(super) fn is_blocked(&self, at: usize, week: usize) -> bool {
        let pinned = self.pinned_in(week);
        pinned != NOBODY && pinned != at
    }

    /// The most from `week` on with a stint of the lane that begins there.
    fn begin(&self, lanes: &Lanes<T>, at: usize, lane: usize, week: usize, toll: Toll<'_, T>) -> T {
        let it = &lanes.list[lane];
        let Some((mut worked, mut level, mut value)) = lanes.begin(lane, week) else {
            return T::NONE;
        };
        let (kinds, cover) = (lanes.kind(lane), lanes.cover(lane));
        let mut best = T::NONE;
        for week in week..=it.to {
            if self.is_blocked(at, week) {
                return best;
            }
            let this = kinds[week];
            if let Some(toll) = toll {
                value -= toll[week];
            }
            if this & kind::WORKS == 0 {
                level += usize::from(it.counts_leave);
                if level >= it.n_levels {
                    return best;
                }
                value += it.leave;
                if this & kind::SAID != 0 {
                    value += it.said;
                }
                continue;
            }
            if worked < it.onboarding {
                value += it.train;
                if this & kind::SAID != 0 {
                    value += it.said;
                }
            } else if this & kind::COVERS != 0 {
                value += cover[week];
            } else {
                return best;
            }
            worked += 1;
            if worked >= it.ripe {
                let rest = self.ripe[self.ripe_at[at] + (week + 1) * it.n_levels + level];
                return best.max(value + rest);
            }
            if worked >= it.min_stint {
                best = best.max(value + self.after(at, week + 1));
            }
        }
        best
    }

    /// Sets the most from `week` on with a ripe stint of the lane under way, for every level.
    fn go_on(&mut self, lanes: &Lanes<T>, at: usize, lane: usize, week: usize, toll: Toll<'_, T>) {
        let it = &lanes.list[lane];
        if week <= it.from || week > it.to + 1 {
            return;
        }
        let kinds = lanes.kind(lane);
        let end = if kinds[week - 1] & kind::WORKS == 0 {
            T::NONE
        } else {
            self.after(at, week)
        };
        let row = self.ripe_at[at] + week * it.n_levels;
        let next = row + it.n_levels;
        if week > it.to || self.is_blocked(at, week) {
            self.ripe[row..next].fill(end);
            return;
        }
        let this = kinds[week];
        let toll = toll.map_or(T::ZERO, |toll| toll[week]);
        if this & kind::WORKS == 0 {
            let said = if this & kind::SAID == 0 {
                T::ZERO
            } else {
                it.said
            };
            let value = it.leave + said - toll;
            let up = usize::from(it.counts_leave);
            for level in 0..it.n_levels {
                let rest = if level + up < it.n_levels {
                    self.ripe[next + level + up] + value
                } else {
                    T::NONE
                };
                self.ripe[row + level] = end.max(rest);
            }
        } else if this & kind::COVERS != 0 {
            let value = lanes.cover(lane)[week] - toll;
            for level in 0..it.n_levels {
                self.ripe[row + level] = end.max(self.ripe[next + level] + value);
            }
        } else {
            self.ripe[row..next].fill(end);
        }
    }

    /// Notes which lane is pinned in each week; whether no two are.
    fn place_pins(&mut self, lanes: &Lanes<T>, active: &[usize]) -> bool {
        self.pinned.clear();
        if !lanes.any_pinned {
            return true;
        }
        self.pinned.resize(lanes.n_weeks, NOBODY);
        for (at, lane) in active.iter().enumerate() {
            for (week, this) in lanes.kind(*lane).iter().enumerate() {
                if this & kind::PINNED != 0 {
                    if self.pinned[week] != NOBODY {
                        return false;
                    }
                    self.pinned[week] = at;
                }
            }
        }
        true
    }
}

/// `size` amounts, whatever they are.
fn resize<T: Money>(buffer: &mut Vec<T>, size: usize) {
    if buffer.len() < size {
        buffer.resize(size, T::ZERO);
    }
}
