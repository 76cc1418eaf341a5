//! Who is where in a plan, with the sums that rules speak of.

use super::incumbent::Incumbent;
use crate::model::plan::Plan;
use crate::model::problem::{CampaignIdx, ExpertIdx, PairIdx, Problem, RoleIdx, Share};
use crate::model::{Cents, Week};
use crate::stint::{PairStint, PairView, WeekKind};

/// A stint of the plan on a pair of the problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    pub(super) expert: ExpertIdx,
    pub(super) role: RoleIdx,
    pub(super) pair: PairIdx,
    pub(super) stint: PairStint,
}

/// Covering seat-weeks and their scores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Covered {
    pub(super) seat_weeks: u64,
    pub(super) points: u64,
}

/// A plan's stints and what they add up to.
pub(super) struct Floor<'a> {
    pub(super) problem: &'a Problem,
    pub(super) n_weeks: usize,
    /// Sorted by expert, role and first week.
    seats: Vec<Seat>,
    /// `seats[first_seat[e] .. first_seat[e + 1]]` are those of expert `e`.
    first_seat: Vec<usize>,
    /// Heads covering each role, week by week: `role * n_weeks + week`.
    cover: Vec<u32>,
    /// By role.
    pub(super) role_pay: Vec<Cents>,
    /// By role.
    pub(super) role_covered: Vec<Covered>,
    /// By campaign.
    pub(super) pay: Vec<Cents>,
    /// By campaign.
    pub(super) covered: Vec<Covered>,
    /// By quota: covering seat-weeks by tagged experts, and all of them.
    pub(super) quotas: Vec<(u64, u64)>,
    pub(super) incumbent: Incumbent,
    /// Experts whose schedule differs from their incumbent one.
    pub(super) n_changed: u64,
}

impl<'a> Floor<'a> {
    /// The floor of a plan. O(experts + pairs' weeks of its stints).
    pub(super) fn new(problem: &'a Problem, plan: &Plan) -> Self {
        let n_weeks = usize::from(problem.weeks);
        let seats = seats(problem, plan);
        let mut floor = Self {
            problem,
            n_weeks,
            first_seat: first_seats(&seats, problem.experts.len()),
            seats,
            cover: vec![0; problem.roles.len() * n_weeks],
            role_pay: vec![Cents::ZERO; problem.roles.len()],
            role_covered: vec![Covered::default(); problem.roles.len()],
            pay: vec![Cents::ZERO; problem.campaigns.len()],
            covered: vec![Covered::default(); problem.campaigns.len()],
            quotas: vec![(0, 0); problem.quotas.len()],
            incumbent: Incumbent::new(problem),
            n_changed: 0,
        };
        floor.add_up();
        floor.n_changed = floor.count_changed();
        floor
    }

    fn add_up(&mut self) {
        let problem = self.problem;
        let quotas_of = quotas_of(problem);
        for seat in &self.seats {
            let view = PairView::new(problem, seat.pair);
            let weekly = view.pair.rate * view.role.hours;
            let score = u64::from(view.pair.score.get());
            let (role, campaign) = (seat.role.index(), view.role.campaign.index());
            let mut covering = 0_u64;
            for (week, kind) in view.weeks(seat.stint) {
                if kind != WeekKind::Leave {
                    self.role_pay[role] += weekly;
                    self.pay[campaign] += weekly;
                }
                if kind == WeekKind::Covering {
                    covering += 1;
                    self.cover[role * self.n_weeks + week.index()] += 1;
                }
            }
            for covered in [&mut self.role_covered[role], &mut self.covered[campaign]] {
                covered.seat_weeks += covering;
                covered.points += covering * score;
            }
            for quota in &quotas_of[role] {
                let (tagged, all) = &mut self.quotas[*quota];
                *all += covering;
                if is_tagged(problem, seat.expert, *quota) {
                    *tagged += covering;
                }
            }
        }
    }

    fn count_changed(&self) -> u64 {
        if self.problem.max_changes.is_none() {
            return 0;
        }
        let experts = (0..self.problem.experts.len()).map(ExpertIdx::from);
        let changed = experts.filter(|expert| self.is_changed(*expert, 0, 0));
        changed.map(|_| 1).sum()
    }

    /// Whether the expert's schedule would differ from their incumbent one with `more_held` more
    /// (role, week)s, `more_kept` of them said by the incumbent.
    pub(super) fn is_changed(&self, expert: ExpertIdx, more_held: u32, more_kept: u32) -> bool {
        let said = self.incumbent.n_said(self.problem, expert);
        let (mut held, mut kept) = (more_held, more_kept);
        for seat in self.seats_of(expert) {
            for week in Week::span(seat.stint.from, seat.stint.to) {
                held += 1;
                let says = self.incumbent.says(self.problem, expert, seat.role, week);
                kept += u32::from(says);
            }
        }
        said != kept || held != kept
    }

    /// Every stint, by expert, role and first week.
    pub(super) fn seats(&self) -> &[Seat] {
        &self.seats
    }

    /// The stints of an expert, by role and first week.
    pub(super) fn seats_of(&self, expert: ExpertIdx) -> &[Seat] {
        &self.seats[self.first_seat[expert.index()]..self.first_seat[expert.index() + 1]]
    }

    /// Heads covering a role, week by week.
    pub(super) fn cover(&self, role: RoleIdx) -> &[u32] {
        &self.cover[role.index() * self.n_weeks..(role.index() + 1) * self.n_weeks]
    }

    /// Heads covering any of some roles in a week.
    pub(super) fn heads(&self, roles: &[RoleIdx], week: Week) -> u64 {
        let heads = |role: &RoleIdx| u64::from(self.cover(*role)[week.index()]);
        roles.iter().map(heads).sum()
    }

    /// What is left of a campaign's budget, if it has one.
    pub(super) fn unspent(&self, campaign: CampaignIdx) -> Option<Cents> {
        let budget = self.problem.campaigns[campaign.index()].budget?;
        Some(budget - self.pay[campaign.index()])
    }
}

/// The plan's stints that the problem knows.
fn seats(problem: &Problem, plan: &Plan) -> Vec<Seat> {
    let mut seats: Vec<Seat> = plan
        .stints
        .iter()
        .flatten()
        .filter_map(|stint| {
            let expert = problem.expert_with_id(&stint.expert)?;
            let role = problem.role_with_id(&stint.role)?;
            let week = |week: i64| Week::new(usize::try_from(week).ok()?);
            let (from, to) = (week(stint.from)?, week(stint.to)?);
            let fits = from <= to && to <= problem.last_week();
            fits.then_some(Seat {
                expert,
                role,
                pair: problem.pair_of(expert, role)?,
                stint: PairStint { from, to },
            })
        })
        .collect();
    seats.sort_unstable_by_key(|seat| (seat.expert, seat.role, seat.stint.from, seat.stint.to));
    seats
}

fn first_seats(seats: &[Seat], n_experts: usize) -> Vec<usize> {
    let mut first = vec![0; n_experts + 1];
    for seat in seats {
        first[seat.expert.index() + 1] += 1;
    }
    for expert in 0..n_experts {
        first[expert + 1] += first[expert];
    }
    first
}

/// By role: positions of the quotas that count it.
pub(super) fn quotas_of(problem: &Problem) -> Vec<Vec<usize>> {
    let mut quotas_of = vec![Vec::new(); problem.roles.len()];
    for (idx, quota) in problem.quotas.iter().enumerate() {
        for role in &quota.roles {
            quotas_of[role.index()].push(idx);
        }
    }
    quotas_of
}

/// Whether an expert has a quota's tag.
pub(super) fn is_tagged(problem: &Problem, expert: ExpertIdx, quota: usize) -> bool {
    let tags = &problem.expert(expert).tags;
    tags.binary_search(&problem.quotas[quota].tag).is_ok()
}

/// What is left before a quota breaks, in hundredths of seat-weeks; negative where it is broken.
pub(super) fn quota_slack(share: Share, tagged: u64, all: u64) -> i128 {
    let (tagged, all) = (100 * i128::from(tagged), i128::from(all));
    match share {
        Share::AtMost(percent) => i128::from(percent) * all - tagged,
        Share::AtLeast(percent) => tagged - i128::from(percent) * all,
    }
}
