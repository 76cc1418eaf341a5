//! Setting up the lanes of one expert.

use super::best::Best;
use super::lanes::{Lane, LaneStint, kind};
use super::money::Money;
use super::pool::{Pool, Special};
use super::prices::Tables;
use crate::model::problem::{ExpertIdx, RoleIdx};

/// Weeks that may not be covered: `role * weeks + week`.
pub(super) type Forbidden<'a> = Option<&'a [bool]>;

/// What is priced: a pool at prices, some weeks closed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question<'a, T> {
    pub(super) pool: &'a Pool<'a>,
    pub(super) tables: &'a Tables<T>,
    pub(super) forbidden: Forbidden<'a>,
}

impl<T: Money> Question<'_, T> {
    /// Sets up the lanes of an expert that may be worth something; of somebody special all.
    pub(super) fn set_up(&self, expert: ExpertIdx, special: Option<&Special>, best: &mut Best<T>) {
        let pool = self.pool;
        best.lanes.clear();
        let class = pool.class[expert.index()];
        let least_hours = pool.least_hours[expert.index()];
        for at in pool.pairs(expert) {
            let hot = &pool.hot[at];
            let covering = self.tables.covering(pool, hot, class);
            let role = &self.tables.roles[hot.role as usize];
            let floor = if least_hours >= role.hours {
                role.floor
            } else {
                role.leave_floor
            };
            if covering > floor || special.is_some() {
                self.push(expert, at, covering, special, best);
            }
        }
        self.set_foes(best);
    }

    /// Sets up the lanes of an expert, also those that are worth nothing.
    pub(super) fn set_up_all(
        &self,
        expert: ExpertIdx,
        special: Option<&Special>,
        best: &mut Best<T>,
    ) {
        best.lanes.clear();
        let class = self.pool.class[expert.index()];
        for at in self.pool.pairs(expert) {
            let hot = &self.pool.hot[at];
            let covering = self.tables.covering(self.pool, hot, class);
            self.push(expert, at, covering, special, best);
        }
        self.set_foes(best);
    }

    /// Sets up the incumbent schedule of an expert; its worth if it is a schedule still.
    pub(super) fn set_up_incumbent(
        &self,
        expert: ExpertIdx,
        special: &Special,
        best: &mut Best<T>,
    ) -> Option<T> {
        best.lanes.clear();
        best.stints.clear();
        if special.said_gone {
            return None;
        }
        let pool = self.pool;
        let pairs = pool.pairs(expert);
        for (lane, (role, spans)) in special.said.iter().enumerate() {
            let hot = &pool.hot[pairs.clone()];
            let at = hot.binary_search_by_key(&role.0, |hot| hot.role).ok()? + pairs.start;
            let covering = self
                .tables
                .covering(pool, &pool.hot[at], pool.class[expert.index()]);
            self.push(expert, at, covering, Some(special), best);
            best.stints.extend(spans.iter().map(|(from, to)| LaneStint {
                lane,
                from: usize::from(*from),
                to: usize::from(*to),
            }));
        }
        self.set_foes(best);
        let is_said = |pin: &(RoleIdx, u16, u16)| {
            let spans = special
                .said
                .iter()
                .filter(|it| it.0 == pin.0)
                .flat_map(|it| &it.1);
            spans
                .clone()
                .any(|(from, to)| *from <= pin.1 && pin.2 <= *to)
        };
        if !special.pins.iter().all(is_said) || best.serves_foes(&best.stints) {
            return None;
        }
        if !best.stints.is_empty() && !best.lanes.fit(&best.stints) {
            return None;
        }
        let mut sum = T::ZERO;
        for stint in &best.stints {
            sum += best.lanes.worth(*stint)?;
        }
        Some(sum)
    }

    /// Adds the lane of the pair at `at`, whose covering weeks are worth `covering` and what the week adds.
    fn push(
        &self,
        expert_idx: ExpertIdx,
        at: usize,
        covering: T,
        special: Option<&Special>,
        best: &mut Best<T>,
    ) {
        let (pool, tables) = (self.pool, self.tables);
        let (hot, cold) = (&pool.hot[at], &pool.cold[at]);
        let expert = pool.problem.expert(expert_idx);
        let lanes = &mut best.lanes;
        let n_weeks = pool.n_weeks;
        if lanes.list.is_empty() {
            lanes.hours.clear();
            match expert.hours.constant() {
                Some(hours) => lanes.hours.resize(n_weeks, hours.get()),
                None => {
                    let weeks = pool.problem.all_weeks();
                    lanes
                        .hours
                        .extend(weeks.map(|week| expert.hours.at(week).get()));
                }
            }
            let max_roles = pool.max_roles[expert_idx.index()] as usize;
            lanes.max_roles = max_roles.min(pool.pairs(expert_idx).len());
        }
        let role = hot.role as usize;
        let facts = &pool.roles[role];
        let row = lanes.kind.len();
        lanes
            .kind
            .extend_from_slice(&pool.covers[role * n_weeks..][..n_weeks]);
        let kinds = &mut lanes.kind[row..];
        if pool.least_hours[expert_idx.index()] >= facts.hours {
            kinds.iter_mut().for_each(|it| *it |= kind::WORKS);
        } else {
            for (it, hours) in kinds.iter_mut().zip(&lanes.hours) {
                *it |= if *hours >= facts.hours {
                    kind::WORKS
                } else {
                    0
                };
            }
        }
        if let Some(forbidden) = self.forbidden {
            let closed = &forbidden[role * n_weeks..][..n_weeks];
            for (it, is_closed) in kinds.iter_mut().zip(closed) {
                *it &= if *is_closed { !kind::COVERS } else { u8::MAX };
            }
        }
        let base = &tables.base[role * n_weeks..][..n_weeks];
        let every_week = covering + tables.held;
        lanes
            .cover
            .extend(base.iter().map(|base| *base + every_week));
        let said = -(tables.held + tables.held);
        let (mut is_pinned, mut ongoing) = (false, None);
        if let Some(special) = special {
            let span = |from: u16, to: u16| usize::from(from)..=usize::from(to);
            for (_, from, to) in special.pins.iter().filter(|it| it.0.index() == role) {
                is_pinned = true;
                kinds[span(*from, *to)]
                    .iter_mut()
                    .for_each(|it| *it |= kind::PINNED);
            }
            let spans = special.said.iter().filter(|it| it.0.index() == role);
            for (from, to) in spans.flat_map(|it| &it.1) {
                kinds[span(*from, *to)]
                    .iter_mut()
                    .for_each(|it| *it |= kind::SAID);
                let cover = &mut lanes.cover[row..][span(*from, *to)];
                cover.iter_mut().for_each(|it| *it += said);
            }
            ongoing = special.ongoing.iter().find(|it| it.0 == cold.pair);
        }
        let (from, to) = (usize::from(cold.from), usize::from(cold.to));
        let on_leave = kinds[from..=to].iter().filter(|it| **it & kind::WORKS == 0);
        let n_leave = on_leave.count();
        let max_leave = facts.max_leave as usize;
        let cap = max_leave.min(n_leave);
        let left = ongoing.map(|it| max_leave.checked_sub(it.2 as usize));
        let counts_leave = n_leave > max_leave || left.flatten().is_some_and(|left| left < n_leave);
        let ripe = facts.min_stint.max(facts.onboarding).max(1);
        let working = tables.working(hot);
        lanes.any_pinned |= is_pinned;
        lanes.list.push(Lane {
            pair: cold.pair,
            role: RoleIdx(hot.role),
            hours: facts.hours,
            from,
            to,
            min_stint: facts.min_stint,
            onboarding: facts.onboarding,
            ripe,
            n_levels: if counts_leave { cap + 1 } else { 1 },
            counts_leave,
            ongoing: ongoing.map(|(_, worked, leave)| {
                let left = max_leave.checked_sub(*leave as usize);
                let level = |left: usize| if counts_leave { cap - left.min(cap) } else { 0 };
                ((*worked).min(ripe), left.map(level))
            }),
            start: tables.start,
            train: working + tables.held,
            leave: tables.held,
            said,
            is_pinned,
        });
    }

    fn set_foes(&self, best: &mut Best<T>) {
        best.foes.clear();
        let lanes = &best.lanes.list;
        if !self.pool.has_foes || lanes.len() < 2 {
            return;
        }
        let are_foes = |a: usize, b: usize| self.pool.are_foes(lanes[a].role, lanes[b].role);
        let foes_of = |a: usize| (0..lanes.len()).filter(move |b| *b != a && are_foes(a, *b));
        let any = (0..lanes.len()).any(|lane| foes_of(lane).next().is_some());
        if any {
            best.foes
                .extend((0..lanes.len()).map(|lane| foes_of(lane).collect::<Vec<usize>>()));
        }
    }
}
