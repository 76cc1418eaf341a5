//! The best schedule of one expert whose lanes are set up.

use super::lanes::{LaneStint, Lanes, kind};
use super::money::Money;
use super::one_role::OneRole;
use super::one_week;
use super::several::Several;

/// Room that is used again for one expert after another.
#[derive(Clone, Debug)]
pub(super) struct Best<T> {
    pub(super) lanes: Lanes<T>,
    /// By lane: the lanes it is never served together with; empty if there are none at all.
    pub(super) foes: Vec<Vec<usize>>,
    /// The lanes looked at.
    pub(super) active: Vec<usize>,
    /// The stints of the best schedule.
    pub(super) stints: Vec<LaneStint>,
    pub(super) one: OneRole<T>,
    pub(super) several: Several<T>,
    each: Vec<LaneStint>,
    pub(super) hours: Vec<u16>,
}

impl<T: Money> Best<T> {
    pub(super) fn new(n_weeks: usize) -> Self {
        Self {
            lanes: Lanes::new(n_weeks),
            foes: Vec::new(),
            active: Vec::new(),
            stints: Vec::new(),
            one: OneRole::default(),
            several: Several::new(),
            each: Vec::new(),
            hours: Vec::new(),
        }
    }

    /// The most a schedule on all lanes is worth; `None` if none holds all pins. Its stints are in
    /// `stints`.
    ///
    /// A stint that is worth nothing and holds no pinned week never helps: without it the others are as
    /// eligible and as well-shaped as before, hours, roles held and roles served shrink, every pin
    /// is held still, and the worth does not shrink. So lanes without such stints are left out.
    pub(super) fn best(&mut self) -> Option<T> {
        self.stints.clear();
        self.active.clear();
        let n_lanes = self.lanes.list.len();
        if self.lanes.max_roles > 0 && n_lanes == 1
            || self.lanes.max_roles == 1 && self.foes.is_empty()
        {
            self.active.extend(0..n_lanes);
            let worth = self.one.run(&self.lanes, &self.active, None);
            return self.trace_one(worth);
        }
        self.each.clear();
        let mut sum = T::ZERO;
        for lane in 0..n_lanes {
            let only = [lane];
            let worth = self.one.run(&self.lanes, &only, None);
            if worth.is_none() {
                return None;
            }
            if worth > T::ZERO || self.lanes.list[lane].is_pinned {
                self.active.push(lane);
                self.one.trace(&self.lanes, &only, None, &mut self.each);
                sum += worth;
            }
        }
        if self.lanes.max_roles == 0 {
            return (!self.lanes.any_pinned).then_some(T::ZERO);
        }
        if self.lanes.fit(&self.each) && !self.serves_foes(&self.each) {
            self.stints.clone_from(&self.each);
            return Some(sum);
        }
        if self.lanes.n_weeks == 1 && self.lanes.max_roles > 1 {
            return one_week::best(&self.lanes, &self.active, &self.foes, &mut self.stints);
        }
        if self.foes.is_empty() {
            let active = std::mem::take(&mut self.active);
            let worth = self.best_among(&active, None);
            self.active = active;
            return worth;
        }
        self.branch()
    }

    fn trace_one(&mut self, worth: T) -> Option<T> {
        if worth.is_none() {
            return None;
        }
        if worth != T::ZERO || self.lanes.any_pinned {
            self.one
                .trace(&self.lanes, &self.active, None, &mut self.stints);
        }
        Some(worth)
    }

    /// The best schedule on `active` lanes, foes among them or not, if it is worth more than `floor`.
    fn best_among(&mut self, active: &[usize], floor: Option<T>) -> Option<T> {
        self.stints.clear();
        let beats = |worth: &T| !worth.is_none() && floor.is_none_or(|floor| *worth > floor);
        if self.lanes.most_at_once(active, &mut self.hours) <= 1 {
            let worth = Some(self.one.run(&self.lanes, active, None)).filter(beats)?;
            self.one.trace(&self.lanes, active, None, &mut self.stints);
            return Some(worth);
        }
        self.several
            .best(&self.lanes, active, floor, &mut self.stints)
    }

    /// Solves without regard to foes; where the result serves two, either the one that is served is out, with
    /// all lanes that have the same foes, or its foes are.
    fn branch(&mut self) -> Option<T> {
        let is_pinned = |lane: usize| {
            self.lanes
                .kind(lane)
                .iter()
                .any(|it| it & kind::PINNED != 0)
        };
        let pinned: Vec<usize> = self
            .active
            .iter()
            .copied()
            .filter(|it| is_pinned(*it))
            .collect();
        let pinned_foe = |lane: usize| self.foes[lane].iter().any(|foe| pinned.contains(foe));
        if pinned.iter().any(|lane| pinned_foe(*lane)) {
            return None;
        }
        let all = self.active.iter().copied();
        let mut open: Vec<Vec<usize>> = vec![all.filter(|it| !pinned_foe(*it)).collect()];
        let (mut most, mut stints) = (None, Vec::new());
        while let Some(active) = open.pop() {
            let Some(worth) = self.best_among(&active, most) else {
                continue;
            };
            let Some(hated) = self.most_hated(&pinned) else {
                most = Some(worth);
                stints.clone_from(&self.stints);
                continue;
            };
            let keep = |keep: &dyn Fn(usize) -> bool| {
                let lanes = active.iter().copied().filter(|lane| keep(*lane));
                lanes.collect::<Vec<usize>>()
            };
            let foes = &self.foes;
            let foes_of = |lane: usize| active.iter().filter(move |it| foes[lane].contains(it));
            let is_twin = |lane: usize| foes_of(lane).eq(foes_of(hated)) && !pinned.contains(&lane);
            open.push(keep(&|lane| !is_twin(lane)));
            open.push(keep(&|lane| !foes[hated].contains(&lane)));
        }
        self.stints = stints;
        most
    }

    /// The lane served, and not pinned, with the most foes served.
    fn most_hated(&self, pinned: &[usize]) -> Option<usize> {
        let served = self.stints.iter().map(|it| it.lane);
        let n_foes = |lane: &usize| {
            let foes = &self.foes[*lane];
            let served = self.stints.iter();
            served.filter(|it| foes.contains(&it.lane)).count()
        };
        let hated = served.filter(|lane| !pinned.contains(lane) && n_foes(lane) > 0);
        hated.max_by_key(|lane| (n_foes(lane), std::cmp::Reverse(*lane)))
    }

    /// Whether stints are on two lanes that are foes.
    pub(super) fn serves_foes(&self, stints: &[LaneStint]) -> bool {
        let served = |lane: usize| stints.iter().any(|it| it.lane == lane);
        let has_foe = |it: &LaneStint| self.foes[it.lane].iter().any(|foe| served(*foe));
        !self.foes.is_empty() && stints.iter().any(has_foe)
    }
}
