//! What the best schedule of one expert depends on.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::lane::{Lane, LaneWeek, Worth};
use crate::check::incumbent::Incumbent;
use crate::check::seats::week_at;
use crate::check::weeks::WeekSet;
use crate::model::problem::{ExpertIdx, Pair, PairIdx, Problem, RoleIdx};

/// What a sum that does not fit 128 bits is answered with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct Overflow;

/// A pin of one expert: role, first and last week.
pub(in crate::check) type PinOf = (RoleIdx, usize, usize);

/// What the schedules of all experts share.
#[derive(Debug)]
pub(in crate::check) struct Surroundings<'a> {
    pub(in crate::check) problem: &'a Problem,
    pub(in crate::check) incumbent: Option<Incumbent>,
    pins: HashMap<ExpertIdx, Vec<PinOf>, FxBuildHasher>,
    /// The `apart` lists a role is on, ascending.
    lists_of: HashMap<RoleIdx, Vec<usize>, FxBuildHasher>,
}

impl<'a> Surroundings<'a> {
    pub(in crate::check) fn new(problem: &'a Problem) -> Self {
        let mut pins: HashMap<ExpertIdx, Vec<PinOf>, FxBuildHasher> = HashMap::default();
        for pin in &problem.pins {
            let pin_of = (pin.role, pin.from.index(), pin.to.index());
            pins.entry(pin.expert).or_default().push(pin_of);
        }
        let mut lists_of: HashMap<RoleIdx, Vec<usize>, FxBuildHasher> = HashMap::default();
        for (idx, roles) in problem.apart.iter().enumerate() {
            for role in roles {
                lists_of.entry(*role).or_default().push(idx);
            }
        }
        Self {
            problem,
            incumbent: Incumbent::new(problem),
            pins,
            lists_of,
        }
    }

    /// The pins of one expert.
    pub(in crate::check) fn pins_of(&self, expert: ExpertIdx) -> &[PinOf] {
        self.pins.get(&expert).map_or(&[], Vec::as_slice)
    }
}

/// Which of the rules inside a schedule are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::check) struct LocalRules {
    /// Rule 1. Without it, every pinned role may be held in every week.
    pub(in crate::check) eligible: bool,
    /// Rule 2.
    pub(in crate::check) capacity: bool,
    /// Rule 3, except that stints of one pair never touch.
    pub(in crate::check) stint: bool,
    /// Rule 5, clients behind walls.
    pub(in crate::check) wall: bool,
    /// Rule 5, roles kept apart.
    pub(in crate::check) apart: bool,
    /// Weeks whose target is 0 are not covered.
    pub(in crate::check) zero_targets: bool,
}

impl LocalRules {
    pub(in crate::check) const ALL: Self = Self {
        eligible: true,
        capacity: true,
        stint: true,
        wall: true,
        apart: true,
        zero_targets: true,
    };
}

/// What the weeks of a stint are worth.
pub(in crate::check) trait Valuation {
    /// What is the same for all weeks of one expert on one role.
    type Lane;

    /// Prepares the weeks of `expert` on `role`; there is no pair where rule 1 is not asked for.
    fn lane(&self, expert: ExpertIdx, role: RoleIdx, pair: Option<&Pair>) -> Option<Self::Lane>;

    /// What a week is worth; `None` if that does not fit 128 bits.
    fn week(&self, lane: &Self::Lane, week: usize) -> Option<Worth>;

    /// What a stint that starts costs.
    fn start(&self) -> i128;

    /// Whether a week may not be covered, whatever the role's target.
    fn forbids_cover(&self, _role: RoleIdx, _week: usize) -> bool {
        false
    }
}

/// One expert, their possible stints and what they may hold together.
#[derive(Clone, Debug)]
pub(in crate::check) struct Person {
    /// By role. Only roles that are pinned or could be worth something, unless all were asked for.
    pub(super) lanes: Vec<Lane>,
    /// By week.
    pub(super) hours: Vec<u16>,
    pub(super) max_roles: usize,
    /// Whether hours and the number of roles matter.
    pub(super) has_capacity: bool,
    /// By lane: the lanes whose roles one expert never serves together with this one's.
    pub(super) foes: Vec<Vec<usize>>,
    /// A pinned week is on no lane.
    pub(super) pins_clash: bool,
}

/// Whom to look at, under which rules and pins.
#[derive(Clone, Copy, Debug)]
pub(in crate::check) struct Question<'a> {
    pub(in crate::check) expert: ExpertIdx,
    pub(in crate::check) rules: LocalRules,
    pub(in crate::check) pins: &'a [PinOf],
}

impl Person {
    /// The expert with the roles that can matter for their best schedule.
    pub(in crate::check) fn new<V: Valuation>(
        around: &Surroundings<'_>,
        question: Question<'_>,
        valuation: &V,
    ) -> Result<Self, Overflow> {
        let problem = around.problem;
        let is_pinned = |role| question.pins.iter().any(|pin| pin.0 == role);
        let mut lanes = Vec::new();
        for pair_idx in problem.pairs_of(question.expert) {
            let role = problem.pair(*pair_idx).role;
            let lane = lane(around, question, role, Some(*pair_idx), valuation)?;
            lanes.extend(lane.filter(|lane| !lane.is_worthless() || is_pinned(role)));
        }
        if !question.rules.eligible {
            let mut strange: Vec<RoleIdx> = question.pins.iter().map(|pin| pin.0).collect();
            strange.sort_unstable();
            strange.dedup();
            strange.retain(|role| problem.pair_of(question.expert, *role).is_none());
            for role in strange {
                lanes.extend(lane(around, question, role, None, valuation)?);
            }
        }
        Self::with_lanes(around, question, lanes)
    }

    /// The expert with exactly these roles; `None` if one of them may not be held at all.
    pub(in crate::check) fn on_roles<V: Valuation>(
        around: &Surroundings<'_>,
        question: Question<'_>,
        roles: &[RoleIdx],
        valuation: &V,
    ) -> Result<Option<Self>, Overflow> {
        let mut lanes = Vec::new();
        for role in roles {
            let pair = around.problem.pair_of(question.expert, *role);
            if pair.is_none() && question.rules.eligible {
                return Ok(None);
            }
            let Some(lane) = lane(around, question, *role, pair, valuation)? else {
                return Ok(None);
            };
            lanes.push(lane);
        }
        Self::with_lanes(around, question, lanes).map(Some)
    }

    fn with_lanes(
        around: &Surroundings<'_>,
        question: Question<'_>,
        lanes: Vec<Lane>,
    ) -> Result<Self, Overflow> {
        let problem = around.problem;
        let expert = problem.expert(question.expert);
        // Sums of a schedule stay far below the largest integer, whatever the order of summation.
        let mut sizes = lanes.iter().map(Lane::magnitude);
        let size = sizes.try_fold(0_i128, |sum, size| sum.checked_add(size?));
        if size.is_none_or(|size| size > i128::MAX / 8) {
            return Err(Overflow);
        }
        let is_on_lane = |pin: &PinOf| {
            let lane = lanes.iter().find(|lane| lane.role == pin.0);
            lane.is_some_and(|lane| lane.from <= pin.1 && pin.2 <= lane.to)
        };
        Ok(Self {
            hours: problem
                .all_weeks()
                .map(|week| expert.hours.at(week).get())
                .collect(),
            max_roles: usize::try_from(expert.max_roles.get()).unwrap_or(usize::MAX),
            has_capacity: question.rules.capacity,
            foes: foes(around, question.rules, &lanes),
            pins_clash: !question.pins.iter().all(is_on_lane),
            lanes,
        })
    }

    pub(super) fn are_foes(&self, a: usize, b: usize) -> bool {
        self.foes[a].contains(&b)
    }

    /// The most roles of the `active` lanes that fit into one week together, by hours and number.
    pub(super) fn most_at_once(&self, active: &[usize]) -> usize {
        let in_week = |week: usize| {
            let lanes = active.iter().map(|idx| &self.lanes[*idx]);
            let mut hours: Vec<usize> = lanes
                .filter(|lane| lane.may_hold(week))
                .map(|lane| lane.hours_in(week))
                .collect();
            hours.sort_unstable();
            let mut left = usize::from(self.hours[week]);
            let fits = |hours: &&usize| match left.checked_sub(**hours) {
                Some(rest) => {
                    left = rest;
                    true
                }
                None => false,
            };
            hours.iter().take_while(fits).count()
        };
        let most = (0..self.hours.len()).map(in_week).max();
        most.unwrap_or(0).min(self.max_roles)
    }

    /// What holding exactly `weeks` on each lane is worth; `None` if that is no schedule. Stints
    /// never touch, so the weeks say the stints.
    pub(in crate::check) fn worth_of(&self, weeks: &[WeekSet]) -> Option<i128> {
        if self.pins_clash || (0..self.lanes.len()).any(|idx| !self.foes[idx].is_empty()) {
            return None;
        }
        let mut worth = 0;
        for (lane, weeks) in self.lanes.iter().zip(weeks) {
            let pinned = (0..self.hours.len()).filter(|week| lane.weeks[*week].is_pinned);
            if pinned.clone().any(|week| !weeks.contains(week)) {
                return None;
            }
            for (first, last) in weeks.runs() {
                worth += lane.stint(first, last)?;
            }
        }
        let fits = |week: usize| {
            let held = self.lanes.iter().zip(weeks);
            let held = held.filter(|(_, weeks)| weeks.contains(week));
            let hours: usize = held.clone().map(|(lane, _)| lane.hours_in(week)).sum();
            hours <= usize::from(self.hours[week]) && held.count() <= self.max_roles
        };
        let fits_all = !self.has_capacity || (0..self.hours.len()).all(fits);
        fits_all.then_some(worth)
    }
}

/// The weeks of one role; `None` if rule 1 forbids it altogether.
fn lane<V: Valuation>(
    around: &Surroundings<'_>,
    question: Question<'_>,
    role_idx: RoleIdx,
    pair_idx: Option<PairIdx>,
    valuation: &V,
) -> Result<Option<Lane>, Overflow> {
    let problem = around.problem;
    let rules = question.rules;
    if rules.eligible && problem.is_vetoed(question.expert, role_idx) {
        return Ok(None);
    }
    let pair = pair_idx.map(|pair| problem.pair(pair));
    let (from, to) = match pair.filter(|_| rules.eligible) {
        Some(pair) => (pair.from.index(), pair.to.index()),
        None => (0, problem.last_week().index()),
    };
    let role = problem.role(role_idx);
    let expert = problem.expert(question.expert);
    let prepared = valuation
        .lane(question.expert, role_idx, pair)
        .ok_or(Overflow)?;
    let mut weeks = Vec::with_capacity(usize::from(problem.weeks));
    for idx in 0..usize::from(problem.weeks) {
        let week = week_at(idx);
        let in_window = (from..=to).contains(&idx);
        let worth = if in_window {
            valuation.week(&prepared, idx).ok_or(Overflow)?
        } else {
            Worth::default()
        };
        let has_target = !rules.zero_targets || role.target.at(week).get() > 0;
        let pins = question.pins.iter();
        weeks.push(LaneWeek {
            is_leave: expert.hours.at(week) < role.hours,
            may_cover: has_target && !valuation.forbids_cover(role_idx, idx),
            is_pinned: pins
                .clone()
                .any(|pin| pin.0 == role_idx && pin.1 <= idx && idx <= pin.2),
            worth,
        });
    }
    let ongoing = pair_idx.and_then(|pair| problem.ongoing_of(pair));
    let ongoing = ongoing.map(|it| (it.worked.get(), it.leave.get()));
    let mut lane = Lane {
        role: role_idx,
        hours: role.hours.get(),
        from,
        to,
        min_stint: if rules.stint { role.min_stint.get() } else { 0 },
        onboarding: role.onboarding.get(),
        max_leave: None,
        leave_at_ends: !rules.stint,
        ongoing,
        start: valuation.start(),
        weeks,
    };
    if rules.stint {
        lane.max_leave = most_leave(&lane, role.max_leave.get());
    }
    Ok(Some(lane))
}

/// `max_leave`, if a stint of the lane could have more leave weeks.
fn most_leave(lane: &Lane, max_leave: u32) -> Option<u32> {
    let before = lane.ongoing.map_or(0, |(_, n_leave)| n_leave as usize);
    let window = &lane.weeks[lane.from..=lane.to];
    let n_leave = before + window.iter().filter(|week| week.is_leave).count();
    (n_leave > max_leave as usize).then_some(max_leave)
}

/// By lane, the lanes kept from it by walls and `apart` lists.
fn foes(around: &Surroundings<'_>, rules: LocalRules, lanes: &[Lane]) -> Vec<Vec<usize>> {
    let problem = around.problem;
    let mut foes = vec![Vec::new(); lanes.len()];
    let campaign = |lane: &Lane| &problem.campaigns[problem.role(lane.role).campaign.index()];
    let are_walled_off = |a: &Lane, b: &Lane| {
        let (a, b) = (campaign(a), campaign(b));
        a.wall.is_some() && a.wall == b.wall && a.client != b.client
    };
    let are_apart = |a: &Lane, b: &Lane| {
        let lists = |lane: &Lane| around.lists_of.get(&lane.role);
        match (lists(a), lists(b)) {
            (Some(a), Some(b)) => a.iter().any(|list| b.binary_search(list).is_ok()),
            _ => false,
        }
    };
    for (idx, a) in lanes.iter().enumerate() {
        for (other, b) in lanes.iter().enumerate().skip(idx + 1) {
            if rules.wall && are_walled_off(a, b) || rules.apart && are_apart(a, b) {
                foes[idx].push(other);
                foes[other].push(idx);
            }
        }
    }
    foes
}
