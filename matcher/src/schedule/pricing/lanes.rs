//! One expert's possible stints, role by role: shapes and values of their weeks.

use super::money::Money;
use crate::model::problem::{PairIdx, RoleIdx};

/// Bits of what a week of a lane is.
pub(super) mod kind {
    /// The expert has the role's hours.
    pub(in super::super) const WORKS: u8 = 1;
    /// The week may be covered.
    pub(in super::super) const COVERS: u8 = 2;
    /// The week must be held.
    pub(in super::super) const PINNED: u8 = 4;
    /// An incumbent stint holds the week.
    pub(in super::super) const SAID: u8 = 8;
}

/// An expert's possible stints on one role.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lane<T> {
    pub(super) pair: PairIdx,
    pub(super) role: RoleIdx,
    /// The role's hours.
    pub(super) hours: u16,
    /// The first week that may be held.
    pub(super) from: usize,
    /// The last one.
    pub(super) to: usize,
    pub(super) min_stint: u32,
    pub(super) onboarding: u32,
    /// So many working weeks, and one more changes neither length nor onboarding.
    pub(super) ripe: u32,
    /// How many numbers of leave weeks are told apart; 1 where they do not matter or there are none.
    pub(super) n_levels: usize,
    /// Whether a leave week goes one level up.
    pub(super) counts_leave: bool,
    /// Working weeks and level before week 0 of a stint that began before; `None` in it if it has too
    /// many leave weeks.
    pub(super) ongoing: Option<(u32, Option<usize>)>,
    /// Value of starting a stint, at most 0.
    pub(super) start: T,
    /// Value of an onboarding week that no incumbent stint holds.
    pub(super) train: T,
    /// Value of a leave week that no incumbent stint holds.
    pub(super) leave: T,
    /// What a week is worth more if an incumbent stint holds it; it is in `cover` already.
    pub(super) said: T,
    /// Whether some week is pinned.
    pub(super) is_pinned: bool,
}

/// A stint of a lane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LaneStint {
    pub(super) lane: usize,
    pub(super) from: usize,
    pub(super) to: usize,
}

/// Where a stint begins: working weeks, level, value so far.
pub(super) type Begin<T> = (u32, usize, T);

/// The lanes of one expert; room that is used again for the next.
#[derive(Clone, Debug)]
pub(super) struct Lanes<T> {
    pub(super) n_weeks: usize,
    pub(super) list: Vec<Lane<T>>,
    /// Value of a covering week: `lane * n_weeks + week`.
    pub(super) cover: Vec<T>,
    /// See [`kind`], placed as `cover`.
    pub(super) kind: Vec<u8>,
    /// The expert's hours by week.
    pub(super) hours: Vec<u16>,
    pub(super) max_roles: usize,
    pub(super) any_pinned: bool,
}

impl<T: Money> Lanes<T> {
    pub(super) fn new(n_weeks: usize) -> Self {
        Self {
            n_weeks,
            list: Vec::new(),
            cover: Vec::new(),
            kind: Vec::new(),
            hours: Vec::new(),
            max_roles: 0,
            any_pinned: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.list.clear();
        self.cover.clear();
        self.kind.clear();
        self.any_pinned = false;
    }

    pub(super) fn cover(&self, lane: usize) -> &[T] {
        &self.cover[lane * self.n_weeks..][..self.n_weeks]
    }

    pub(super) fn kind(&self, lane: usize) -> &[u8] {
        &self.kind[lane * self.n_weeks..][..self.n_weeks]
    }

    /// The hours that holding the lane takes in a week.
    pub(super) fn hours_in(&self, lane: usize, week: usize) -> u16 {
        if self.kind(lane)[week] & kind::WORKS == 0 {
            0
        } else {
            self.list[lane].hours
        }
    }

    /// Whether the expert has the lane's hours in a week, so that a stint may end there.
    pub(super) fn works(&self, lane: usize, week: usize) -> bool {
        self.kind(lane)[week] & kind::WORKS != 0
    }

    /// The stint that begins in `week`, before that week is held; `None` if none may.
    pub(super) fn begin(&self, lane: usize, week: usize) -> Option<Begin<T>> {
        let it = &self.list[lane];
        if !(it.from..=it.to).contains(&week) {
            return None;
        }
        match it.ongoing.filter(|_| week == 0) {
            Some((worked, level)) => level.map(|level| (worked, level, T::ZERO)),
            None => (self.kind(lane)[week] & kind::WORKS != 0).then_some((0, 0, it.start)),
        }
    }

    /// Value, working weeks and level after one more week; `None` if it may not be held.
    pub(super) fn hold(
        &self,
        lane: usize,
        week: usize,
        worked: u32,
        level: usize,
    ) -> Option<Begin<T>> {
        let it = &self.list[lane];
        let at = self.kind(lane)[week];
        if !(it.from..=it.to).contains(&week) {
            return None;
        }
        let said = if at & kind::SAID == 0 {
            T::ZERO
        } else {
            it.said
        };
        if at & kind::WORKS == 0 {
            let level = level + usize::from(it.counts_leave);
            return (level < it.n_levels).then_some((worked, level, it.leave + said));
        }
        if worked < it.onboarding {
            return Some((worked + 1, level, it.train + said));
        }
        let value = self.cover(lane)[week];
        (at & kind::COVERS != 0).then_some((worked + 1, level, value))
    }

    /// What one stint is worth; `None` if its shape is not legal. Pins aside.
    pub(super) fn worth(&self, stint: LaneStint) -> Option<T> {
        let (mut worked, mut level, mut value) = self.begin(stint.lane, stint.from)?;
        for week in stint.from..=stint.to {
            let held = self.hold(stint.lane, week, worked, level)?;
            (worked, level) = (held.0, held.1);
            value += held.2;
        }
        let works = self.kind(stint.lane)[stint.to] & kind::WORKS != 0;
        (works && worked >= self.list[stint.lane].min_stint).then_some(value)
    }

    /// Whether the stints keep hours and number of roles in every week.
    pub(super) fn fit(&self, stints: &[LaneStint]) -> bool {
        (0..self.n_weeks).all(|week| {
            let held = stints.iter().filter(|it| (it.from..=it.to).contains(&week));
            let (mut n_held, mut hours) = (0, 0);
            for stint in held {
                n_held += 1;
                hours += usize::from(self.hours_in(stint.lane, week));
            }
            n_held <= self.max_roles && hours <= usize::from(self.hours[week])
        })
    }

    /// Whether every pinned week of the lanes is held.
    pub(super) fn pins_held(&self, stints: &[LaneStint]) -> bool {
        !self.any_pinned
            || (0..self.list.len()).all(|lane| {
                let holds = |week: usize| {
                    let mut all = stints.iter();
                    all.any(|it| it.lane == lane && (it.from..=it.to).contains(&week))
                };
                let kinds = self.kind(lane).iter().enumerate();
                let mut pinned = kinds.filter(|(_, at)| *at & kind::PINNED != 0);
                pinned.all(|(week, _)| holds(week))
            })
    }

    /// The most of the `active` lanes that fit into one week together, as far as the week alone says.
    pub(super) fn most_at_once(&self, active: &[usize], buffer: &mut Vec<u16>) -> usize {
        let mut most = 0;
        for week in 0..self.n_weeks {
            buffer.clear();
            for lane in active {
                let it = &self.list[*lane];
                let on_leave = self.kind(*lane)[week] & kind::WORKS == 0;
                let leave_is_out = on_leave && it.counts_leave && it.n_levels == 1;
                if (it.from..=it.to).contains(&week) && !leave_is_out {
                    buffer.push(self.hours_in(*lane, week));
                }
            }
            buffer.sort_unstable();
            let mut left = self.hours[week];
            let mut n_fit = 0;
            for hours in buffer.iter() {
                match left.checked_sub(*hours) {
                    Some(rest) => left = rest,
                    None => break,
                }
                n_fit += 1;
            }
            most = most.max(n_fit);
        }
        most.min(self.max_roles)
    }
}
