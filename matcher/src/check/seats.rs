//! The plan's stints, resolved against the problem, and what follows from them week by week.

use std::ops::Range;

use super::weeks::WeekSet;
use crate::model::Week;
use crate::model::plan::Stint;
use crate::model::problem::{CampaignIdx, ExpertIdx, Ongoing, Pair, PairIdx, Problem, RoleIdx};

/// A stint with known ids and weeks inside the horizon; nothing else is known of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seat {
    /// Position in the plan's list.
    pub(super) entry: usize,
    pub(super) expert: ExpertIdx,
    pub(super) role: RoleIdx,
    pub(super) from: usize,
    pub(super) to: usize,
    /// The pair, vetoed or not, if the problem has it.
    pub(super) pair: Option<PairIdx>,
}

/// What an expert does in a week of a stint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    OnLeave,
    Onboarding,
    Covering,
}

impl Seat {
    /// The stint, if it is well-formed.
    pub(super) fn resolve(problem: &Problem, entry: usize, stint: &Stint) -> Option<Self> {
        let expert = problem.expert_with_id(&stint.expert)?;
        let role = problem.role_with_id(&stint.role)?;
        let from = usize::try_from(stint.from).ok()?;
        let to = usize::try_from(stint.to).ok()?;
        let fits = from <= to && to < usize::from(problem.weeks);
        fits.then(|| Self {
            entry,
            expert,
            role,
            from,
            to,
            pair: problem.pair_of(expert, role),
        })
    }

    /// JSON pointer into the plan.
    pub(super) fn at(&self) -> String {
        format!("/stints/{}", self.entry)
    }

    /// The ongoing stint that this one continues over week 0.
    pub(super) fn continues<'a>(&self, problem: &'a Problem) -> Option<&'a Ongoing> {
        let ongoing = self.pair.and_then(|pair| problem.ongoing_of(pair));
        ongoing.filter(|_| self.from == 0)
    }

    /// What the expert does, week by week.
    pub(super) fn weeks(&self, problem: &Problem) -> impl Iterator<Item = (usize, Doing)> {
        let role = problem.role(self.role);
        let hours = &problem.expert(self.expert).hours;
        let mut n_worked = self.continues(problem).map_or(0, |it| it.worked.get());
        (self.from..=self.to).map(move |week| {
            let doing = if hours.at(week_at(week)) < role.hours {
                Doing::OnLeave
            } else {
                n_worked += 1;
                if n_worked > role.onboarding.get() {
                    Doing::Covering
                } else {
                    Doing::Onboarding
                }
            };
            (week, doing)
        })
    }
}

/// The week at a position inside the horizon.
pub(super) fn week_at(idx: usize) -> Week {
    Week::new(idx).expect("a horizon has at most 520 weeks")
}

/// All stints of one expert on one role. Weeks count once, also if stints overlap against the rules.
#[derive(Clone, Debug)]
pub(super) struct Holding {
    pub(super) expert: ExpertIdx,
    pub(super) role: RoleIdx,
    pub(super) pair: Option<PairIdx>,
    /// Its stints, a range of [`Seats::list`].
    pub(super) seats: Range<usize>,
    pub(super) held: WeekSet,
    pub(super) working: WeekSet,
    pub(super) covering: WeekSet,
}

/// The well-formed stints of a plan.
#[derive(Debug)]
pub(super) struct Seats<'a> {
    pub(super) problem: &'a Problem,
    /// Sorted by expert, role, first week.
    pub(super) list: Vec<Seat>,
    /// One for each (expert, role), sorted.
    pub(super) holdings: Vec<Holding>,
    /// Heads covering each role, week by week; empty for a role nobody covers.
    cover: Vec<Box<[u32]>>,
}

impl<'a> Seats<'a> {
    pub(super) fn new(problem: &'a Problem, mut list: Vec<Seat>) -> Self {
        list.sort_by_key(|seat| (seat.expert, seat.role, seat.from, seat.to, seat.entry));
        let mut holdings = Vec::new();
        let mut first = 0;
        for seats in list.chunk_by(|a, b| (a.expert, a.role) == (b.expert, b.role)) {
            holdings.push(holding(problem, seats, first));
            first += seats.len();
        }
        let mut cover = vec![Box::default(); problem.roles.len()];
        for holding in &holdings {
            let heads: &mut Box<[u32]> = &mut cover[holding.role.index()];
            if heads.is_empty() {
                *heads = vec![0; usize::from(problem.weeks)].into_boxed_slice();
            }
            holding.covering.iter().for_each(|week| heads[week] += 1);
        }
        Self {
            problem,
            list,
            holdings,
            cover,
        }
    }

    /// Heads covering a role in a week.
    pub(super) fn cover(&self, role: RoleIdx, week: usize) -> u32 {
        self.cover[role.index()].get(week).copied().unwrap_or(0)
    }

    /// The holdings of each expert who holds something, in order.
    pub(super) fn by_expert(&self) -> impl Iterator<Item = &[Holding]> {
        self.holdings.chunk_by(|a, b| a.expert == b.expert)
    }

    /// The holdings of one expert, by role.
    pub(super) fn of(&self, expert: ExpertIdx) -> &[Holding] {
        let first = self.holdings.partition_point(|it| it.expert < expert);
        let n = self.holdings[first..].partition_point(|it| it.expert == expert);
        &self.holdings[first..first + n]
    }

    /// The campaign a holding serves.
    pub(super) fn campaign(&self, holding: &Holding) -> CampaignIdx {
        self.problem.role(holding.role).campaign
    }

    /// A holding's pair, if the problem has it.
    pub(super) fn pair(&self, holding: &Holding) -> Option<&Pair> {
        holding.pair.map(|pair| self.problem.pair(pair))
    }

    /// What a holding's working weeks cost; 0 where the problem knows no rate.
    pub(super) fn pay(&self, holding: &Holding) -> i128 {
        let hours = self.problem.role(holding.role).hours;
        let weekly = self.pair(holding).map_or(0, |pair| (pair.rate * hours).0);
        weekly * i128::from(holding.working.len())
    }
}

fn holding(problem: &Problem, seats: &[Seat], first: usize) -> Holding {
    let (held, working, covering) = Default::default();
    let mut holding = Holding {
        expert: seats[0].expert,
        role: seats[0].role,
        pair: seats[0].pair,
        seats: first..first + seats.len(),
        held,
        working,
        covering,
    };
    for (week, doing) in seats.iter().flat_map(|seat| seat.weeks(problem)) {
        holding.held.insert(week);
        if doing != Doing::OnLeave {
            holding.working.insert(week);
        }
        if doing == Doing::Covering {
            holding.covering.insert(week);
        }
    }
    holding
}
