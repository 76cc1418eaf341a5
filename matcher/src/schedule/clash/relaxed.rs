//! Problems without some of their rules and pins.

use std::collections::BTreeSet;

use crate::model::problem::{
    Draft, ExpertIdx, IncumbentStint, PairIdx, Problem, Role, RoleIdx, Share,
};
use crate::model::{Count, Heads, Name, Week, Weekly};
use crate::stint::PairView;

/// Something that a problem can be relaxed of: a rule in one place, a pin, or one expert's part in the change limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    Ratio(usize),
    Quota(usize),
    ChangeLimit,
    Budget(usize),
    Headcount(RoleIdx, Week),
    Pin(usize),
    /// A campaign's wall.
    Wall(usize),
    /// An `apart` list.
    Apart(usize),
    Veto(usize),
    /// The weeks of a pair.
    Span(PairIdx),
    MinStint(RoleIdx),
    MaxLeave(RoleIdx),
    /// Whether a change of this expert counts towards the limit.
    Change(ExpertIdx),
}

impl Part {
    /// Every part that could matter. Parts of the rules inside schedules that no field of a problem switches off
    /// (capacity, and that stints begin and end with work) are none. O(size of the problem × weeks).
    pub(super) fn all(problem: &Problem) -> Vec<Self> {
        let mut parts = Vec::new();
        parts.extend((0..problem.ratios.len()).map(Self::Ratio));
        let may_bind = |share: &Share| !matches!(share, Share::AtMost(100) | Share::AtLeast(0));
        let quotas = problem.quotas.iter().enumerate();
        parts.extend(
            quotas
                .filter(|(_, quota)| may_bind(&quota.share))
                .map(|(idx, _)| Self::Quota(idx)),
        );
        parts.extend(problem.max_changes.map(|_| Self::ChangeLimit));
        let campaigns = || problem.campaigns.iter().enumerate();
        let budgets = campaigns().filter(|(_, campaign)| campaign.budget.is_some());
        parts.extend(budgets.map(|(idx, _)| Self::Budget(idx)));
        let facts = Facts::new(problem);
        for (idx, n_pairs) in facts.n_pairs.iter().enumerate() {
            let role = RoleIdx::from(idx);
            let target = |week: &Week| problem.role(role).target.at(*week).get();
            let tight = problem.all_weeks().filter(|week| target(week) < *n_pairs);
            parts.extend(tight.map(|week| Self::Headcount(role, week)));
        }
        parts.extend((0..problem.pins.len()).map(Self::Pin));
        let walls = campaigns().filter(|(_, campaign)| campaign.wall.is_some());
        parts.extend(walls.map(|(idx, _)| Self::Wall(idx)));
        let lists = problem.apart.iter().enumerate();
        parts.extend(
            lists
                .filter(|(_, list)| list.len() > 1)
                .map(|(idx, _)| Self::Apart(idx)),
        );
        parts.extend((0..problem.vetoes.len()).map(Self::Veto));
        let whole = (Week::default(), problem.last_week());
        let short = problem
            .pairs
            .iter()
            .enumerate()
            .filter(|(_, it)| (it.from, it.to) != whole);
        parts.extend(short.map(|(idx, _)| Self::Span(PairIdx::from(idx))));
        for (idx, role) in problem.roles.iter().enumerate() {
            if role.min_stint.get() > 1 {
                parts.push(Self::MinStint(RoleIdx::from(idx)));
            }
            if facts.has_leave[idx] {
                parts.push(Self::MaxLeave(RoleIdx::from(idx)));
            }
        }
        if problem.max_changes.is_some() {
            parts.extend(who_may_change(problem).into_iter().map(Self::Change));
        }
        parts
    }
}

/// What all pairs of a role have in common.
struct Facts {
    n_pairs: Vec<u32>,
    has_leave: Vec<bool>,
}

impl Facts {
    fn new(problem: &Problem) -> Self {
        let mut facts = Self {
            n_pairs: vec![0; problem.roles.len()],
            has_leave: vec![false; problem.roles.len()],
        };
        for (idx, pair) in problem.pairs.iter().enumerate() {
            let role = pair.role.index();
            facts.n_pairs[role] += 1;
            if !facts.has_leave[role] {
                let view = PairView::new(problem, PairIdx::from(idx));
                let is_ongoing = problem.ongoing_of(PairIdx::from(idx)).is_some();
                let mut weeks = problem.all_weeks();
                facts.has_leave[role] = is_ongoing || weeks.any(|week| !view.works(week));
            }
        }
        facts
    }
}

/// Experts with an incumbent stint or a pair: everybody else holds nothing before and after.
fn who_may_change(problem: &Problem) -> BTreeSet<ExpertIdx> {
    let mut experts: BTreeSet<ExpertIdx> = problem.pairs.iter().map(|it| it.expert).collect();
    let stints = problem.incumbent.iter().flatten();
    experts.extend(stints.filter_map(|it| problem.expert_named(it.expert)));
    experts
}

/// The problem with only the `kept` ones of [`Part::all`]; `None` if it cannot be said.
///
/// An expert whose change does not count holds, in the incumbent, a role that is gone: changed in any case, and
/// the limit is one more.
pub(super) fn relaxed(problem: &Problem, kept: &[Part]) -> Option<Problem> {
    let kept: BTreeSet<Part> = kept.iter().copied().collect();
    let has = |part: Part| kept.contains(&part);
    let mut draft = problem.draft();
    keep(&mut draft.ratios, |idx| has(Part::Ratio(idx)));
    keep(&mut draft.quotas, |idx| has(Part::Quota(idx)));
    keep(&mut draft.pins, |idx| has(Part::Pin(idx)));
    keep(&mut draft.apart, |idx| has(Part::Apart(idx)));
    keep(&mut draft.vetoes, |idx| has(Part::Veto(idx)));
    for (idx, campaign) in draft.campaigns.iter_mut().enumerate() {
        campaign.budget = campaign.budget.filter(|_| has(Part::Budget(idx)));
        campaign.wall = campaign.wall.filter(|_| has(Part::Wall(idx)));
    }
    let n_experts = u32::try_from(problem.experts.len()).unwrap_or(u32::MAX);
    raise(&mut draft, problem, |role, week, target| {
        (target < n_experts && !has(Part::Headcount(role, week))).then_some(n_experts)
    });
    for (idx, pair) in draft.pairs.iter_mut().enumerate() {
        if !has(Part::Span(PairIdx::from(idx))) {
            (pair.from, pair.to) = (Week::default(), problem.last_week());
        }
    }
    for (idx, role) in draft.roles.iter_mut().enumerate() {
        if !has(Part::MinStint(RoleIdx::from(idx))) {
            role.min_stint = Count::default();
        }
        if !has(Part::MaxLeave(RoleIdx::from(idx))) {
            role.max_leave = Count::MAX;
        }
    }
    if !has(Part::ChangeLimit) {
        draft.max_changes = None;
    }
    if let (Some(most), Some(incumbent)) = (draft.max_changes, &mut draft.incumbent) {
        let experts = who_may_change(problem).into_iter();
        let free: Vec<ExpertIdx> = experts.filter(|it| !has(Part::Change(*it))).collect();
        let n_free = u32::try_from(free.len()).ok()?;
        draft.max_changes = Some(Count::new(most.get().checked_add(n_free)?)?);
        if !free.is_empty() {
            let role = no_role(&draft.roles, &mut draft.names);
            incumbent.extend(free.iter().map(|expert| IncumbentStint {
                expert: problem.expert(*expert).id,
                role,
                from: 0,
                to: 0,
            }));
        }
    }
    Problem::new(draft).ok()
}

/// A name that no role has.
fn no_role(roles: &[Role<Name>], names: &mut crate::model::Names) -> Name {
    let mut text = "gone".to_owned();
    loop {
        let name = names.intern(&text);
        if roles.iter().all(|role| role.id != name) {
            return name;
        }
        text.push('\'');
    }
}

fn keep<T>(list: &mut Vec<T>, is_kept: impl Fn(usize) -> bool) {
    let mut idx = 0;
    list.retain(|_| {
        idx += 1;
        is_kept(idx - 1)
    });
}

/// The problem with the targets that `to` gives, where it gives one at least as large.
pub(super) fn raised(
    problem: &Problem,
    to: impl Fn(RoleIdx, Week, u32) -> Option<u32>,
) -> Option<Problem> {
    let mut draft = problem.draft();
    raise(&mut draft, problem, to);
    Problem::new(draft).ok()
}

fn raise(draft: &mut Draft, problem: &Problem, to: impl Fn(RoleIdx, Week, u32) -> Option<u32>) {
    for (idx, role) in draft.roles.iter_mut().enumerate() {
        let target = |week: Week| {
            let old = role.target.at(week);
            let new = to(RoleIdx::from(idx), week, old.get()).map(|it| it.max(old.get()));
            new.map_or(old, |new| Heads::new(new).unwrap_or(Heads::MAX))
        };
        role.target = Weekly::Each(problem.all_weeks().map(target).collect());
    }
}
