//! What one lane by itself can still earn, whatever it is doing, less tolls.

use super::tolls::Tolls;
use crate::schedule::pricing::lanes::{Lanes, kind};
use crate::schedule::pricing::money::Money;

/// How far a stint under way has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Progress {
    /// 0 if ripe; else working weeks, continued stints numbered behind those that start.
    pub(super) stage: u32,
    /// Leave weeks, if they matter.
    pub(super) level: u32,
}

/// The weeks ahead of one lane.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead<T> {
    /// Stages of stints that start in the horizon, ripe ones first.
    n_fresh: u32,
    n_stages: u32,
    n_levels: u32,
    /// By week, with nothing under way.
    idle: Vec<T>,
    /// By week: what waiting a week is worth.
    wait: Vec<T>,
    /// By week, stage and level, the stint having held the week before.
    under_way: Vec<T>,
    /// By week: a stint that begins there, after that week, and what it and the weeks ahead are worth.
    begun: Vec<Option<(Progress, T)>>,
}

impl<T: Money> Ahead<T> {
    /// A dynamic program backwards over the weeks. O(weeks × stages × levels).
    pub(super) fn fill(&mut self, lanes: &Lanes<T>, lane: usize, tolls: &Tolls<T>) {
        let it = &lanes.list[lane];
        let n_weeks = lanes.n_weeks;
        let most = u32::try_from(n_weeks).unwrap_or(u32::MAX);
        self.n_fresh = it.ripe.min(most) + 1;
        self.n_stages = self.n_fresh + if it.ongoing.is_some() { most + 1 } else { 0 };
        self.n_levels = u32::try_from(it.n_levels).unwrap_or(u32::MAX);
        for list in [&mut self.idle, &mut self.wait] {
            list.clear();
            list.resize(n_weeks + 1, T::ZERO);
        }
        self.begun.clear();
        self.begun.resize(n_weeks, None);
        self.under_way.clear();
        let size = (n_weeks + 1) * self.n_stages as usize * it.n_levels;
        self.under_way.resize(size, T::NONE);
        for week in (0..=n_weeks).rev() {
            if week < n_weeks {
                let is_pinned = lanes.kind(lane)[week] & kind::PINNED != 0;
                self.wait[week] = if is_pinned {
                    T::NONE
                } else {
                    self.idle[week + 1]
                };
                self.begun[week] = self.begin(lanes, lane, week, tolls);
                let begun = self.begun[week].map_or(T::NONE, |it| it.1);
                self.idle[week] = self.wait[week].max(begun);
            }
            if week > it.from && week <= it.to + 1 {
                for stage in 0..self.n_stages {
                    for level in 0..self.n_levels {
                        let progress = Progress { stage, level };
                        let end = self.end(lanes, lane, week, progress);
                        let go_on = self.go_on(lanes, lane, week, progress, tolls);
                        let best = end.max(go_on.map_or(T::NONE, |it| it.1));
                        let at = self.place(week, progress);
                        self.under_way[at] = best;
                    }
                }
            }
        }
    }

    /// With nothing under way.
    pub(super) fn idle(&self, week: usize) -> T {
        self.idle[week]
    }

    /// Waiting for a week.
    pub(super) fn wait(&self, week: usize) -> T {
        self.wait[week]
    }

    /// A stint that begins in `week`, after that week.
    pub(super) fn begun(&self, week: usize) -> Option<(Progress, T)> {
        self.begun[week]
    }

    /// With a stint under way that held the week before.
    pub(super) fn under_way(&self, week: usize, progress: Progress) -> T {
        self.under_way[self.place(week, progress)]
    }

    /// Ending the stint with the week before.
    pub(super) fn end(&self, lanes: &Lanes<T>, lane: usize, week: usize, progress: Progress) -> T {
        let works = lanes.kind(lane)[week - 1] & kind::WORKS != 0;
        let is_long_enough = self.worked(lanes, lane, progress) >= lanes.list[lane].min_stint;
        if works && is_long_enough {
            self.wait[week]
        } else {
            T::NONE
        }
    }

    /// Going on into `week`: the progress after it, and what it and the weeks ahead are worth.
    pub(super) fn go_on(
        &self,
        lanes: &Lanes<T>,
        lane: usize,
        week: usize,
        progress: Progress,
        tolls: &Tolls<T>,
    ) -> Option<(Progress, T)> {
        if week == lanes.n_weeks {
            return None;
        }
        let worked = self.worked(lanes, lane, progress);
        let (after, level, value) = lanes.hold(lane, week, worked, progress.level as usize)?;
        let stage = match progress.stage {
            0 => 0,
            _ if after >= lanes.list[lane].ripe => 0,
            stage => (stage + after - worked).min(self.n_stages - 1),
        };
        let progress = Progress {
            stage,
            level: u32::try_from(level).ok()?,
        };
        let toll = tolls.of(week, lanes.hours_in(lane, week));
        let rest = self.under_way(week + 1, progress);
        Some((progress, rest + value - toll))
    }

    fn begin(
        &self,
        lanes: &Lanes<T>,
        lane: usize,
        week: usize,
        tolls: &Tolls<T>,
    ) -> Option<(Progress, T)> {
        let it = &lanes.list[lane];
        let (worked, level, start) = lanes.begin(lane, week)?;
        let (after, level, value) = lanes.hold(lane, week, worked, level)?;
        let continues = week == 0 && it.ongoing.is_some();
        let stage = if after >= it.ripe {
            0
        } else if continues {
            self.n_fresh + after - worked
        } else {
            after
        };
        let progress = Progress {
            stage,
            level: u32::try_from(level).ok()?,
        };
        let toll = tolls.of(week, lanes.hours_in(lane, week));
        let rest = self.under_way(week + 1, progress);
        Some((progress, rest + start + value - toll))
    }

    /// Working weeks of a stint, at least as far as they matter.
    fn worked(&self, lanes: &Lanes<T>, lane: usize, progress: Progress) -> u32 {
        let it = &lanes.list[lane];
        match progress.stage {
            0 => it.ripe,
            stage if stage < self.n_fresh => stage,
            stage => it.ongoing.map_or(0, |(worked, _)| worked) + stage - self.n_fresh,
        }
    }

    fn place(&self, week: usize, progress: Progress) -> usize {
        let row = week * self.n_stages as usize + progress.stage as usize;
        row * self.n_levels as usize + progress.level as usize
    }
}
