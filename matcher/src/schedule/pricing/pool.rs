//! A problem laid out for pricing.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::lanes::kind;
use crate::incumbent::Incumbent;
use crate::model::Name;
use crate::model::problem::{CampaignIdx, ExpertIdx, PairIdx, Problem, RoleIdx};

/// What is read of every pair at all prices.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hot {
    pub(super) role: u32,
    pub(super) rate: u32,
    pub(super) score: u16,
}

/// What is read only of pairs that may be worth something.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cold {
    pub(super) pair: PairIdx,
    pub(super) from: u16,
    pub(super) to: u16,
}

/// What pricing needs to know of a role.
#[derive(Clone, Debug)]
pub(super) struct RoleFacts {
    pub(super) campaign: CampaignIdx,
    pub(super) hours: u16,
    pub(super) min_stint: u32,
    pub(super) onboarding: u32,
    pub(super) max_leave: u32,
    /// Wall and client.
    wall: Option<(Name, Option<Name>)>,
    /// The `apart` lists it is on, ascending.
    apart: Vec<u32>,
    /// The largest rate of its pairs.
    pub(super) most_rate: u32,
}

/// Weeks an incumbent stint says, first and last; apart, ascending, not touching.
pub(super) type Spans = Vec<(u16, u16)>;

/// What sets an expert apart from others with the same pairs.
#[derive(Clone, Debug, Default)]
pub(super) struct Special {
    /// Role, first and last week.
    pub(super) pins: Vec<(RoleIdx, u16, u16)>,
    /// Pair, working and leave weeks before week 0.
    pub(super) ongoing: Vec<(PairIdx, u32, u32)>,
    /// What incumbent stints say within the horizon, by role.
    pub(super) said: Vec<(RoleIdx, Spans)>,
    /// Whether one of them, within the horizon, is on a role that is gone.
    pub(super) said_gone: bool,
}

impl Special {
    /// Whether an incumbent stint holds the role in the week.
    pub(super) fn says(&self, role: RoleIdx, week: u16) -> bool {
        let mut said = self
            .said
            .iter()
            .filter(|it| it.0 == role)
            .flat_map(|it| &it.1);
        said.any(|(from, to)| (*from..=*to).contains(&week))
    }
}

/// Experts and pairs by position, pairs by expert and role; pairs that can never be held are left out.
#[derive(Clone, Debug)]
pub(super) struct Pool<'a> {
    pub(super) problem: &'a Problem,
    pub(super) n_weeks: usize,
    pub(super) roles: Vec<RoleFacts>,
    /// By role and week: [`kind::COVERS`] where somebody is wanted.
    pub(super) covers: Vec<u8>,
    /// `hot[first[e] .. first[e + 1]]` are the pairs of expert `e`.
    first: Vec<u32>,
    pub(super) hot: Vec<Hot>,
    pub(super) cold: Vec<Cold>,
    /// By expert: what quotas make of them.
    pub(super) class: Vec<u32>,
    /// By class: the words of [`Pool::tags`] they have.
    pub(super) classes: Vec<Box<[u32]>>,
    /// The words of quotas, ascending.
    pub(super) tags: Vec<Name>,
    /// By expert.
    pub(super) max_roles: Vec<u32>,
    /// By expert: the fewest hours of a week.
    pub(super) least_hours: Vec<u16>,
    /// By expert: whether [`Pool::special`] has them.
    pub(super) is_special: Vec<bool>,
    pub(super) special: HashMap<ExpertIdx, Special, FxBuildHasher>,
    pub(super) has_foes: bool,
    pub(super) has_incumbent: bool,
    /// (expert, role, week)s of the incumbent, whoever it names.
    pub(super) n_incumbent_weeks: i128,
    /// The most pairs of an expert.
    pub(super) most_pairs: usize,
}

impl<'a> Pool<'a> {
    /// Lays out a problem. O(pairs + weeks of the experts).
    pub(super) fn new(problem: &'a Problem) -> Self {
        let n_weeks = usize::from(problem.weeks);
        let n_experts = problem.experts.len();
        let mut pool = Self {
            problem,
            n_weeks,
            roles: roles(problem),
            covers: Vec::with_capacity(problem.roles.len() * n_weeks),
            first: Vec::with_capacity(n_experts + 1),
            hot: Vec::with_capacity(problem.pairs.len()),
            cold: Vec::with_capacity(problem.pairs.len()),
            class: Vec::with_capacity(n_experts),
            classes: Vec::new(),
            tags: problem.quotas.iter().map(|quota| quota.tag).collect(),
            max_roles: Vec::with_capacity(n_experts),
            least_hours: Vec::with_capacity(n_experts),
            is_special: vec![false; n_experts],
            special: HashMap::default(),
            has_foes: false,
            has_incumbent: problem.incumbent.is_some(),
            n_incumbent_weeks: 0,
            most_pairs: 0,
        };
        pool.tags.sort_unstable();
        pool.tags.dedup();
        for role in &problem.roles {
            let wanted = problem
                .all_weeks()
                .map(|week| role.target.at(week).get() > 0);
            let bits = wanted.map(|wanted| if wanted { kind::COVERS } else { 0 });
            pool.covers.extend(bits);
        }
        let walled = |role: &RoleFacts| role.wall.is_some() || !role.apart.is_empty();
        pool.has_foes = pool.roles.iter().any(walled);
        pool.first.push(0);
        let mut numbers = HashMap::default();
        for expert in 0..n_experts {
            pool.add_expert(ExpertIdx::from(expert), &mut numbers);
        }
        pool.note_pins_and_ongoing();
        pool.note_incumbent();
        pool
    }

    fn add_expert(
        &mut self,
        idx: ExpertIdx,
        numbers: &mut HashMap<Box<[u32]>, u32, FxBuildHasher>,
    ) {
        let problem = self.problem;
        let expert = problem.expert(idx);
        let (least, most) = match expert.hours.constant() {
            Some(hours) => (hours.get(), hours.get()),
            None => {
                let hours = problem.all_weeks().map(|week| expert.hours.at(week).get());
                hours.fold((u16::MAX, 0), |(least, most), it| {
                    (least.min(it), most.max(it))
                })
            }
        };
        let has_vetoes = !problem.vetoes.is_empty();
        let before = self.hot.len();
        for pair_idx in problem.pairs_of(idx) {
            let pair = problem.pair(*pair_idx);
            let role = &mut self.roles[pair.role.index()];
            if role.hours > most || has_vetoes && problem.is_vetoed(idx, pair.role) {
                continue;
            }
            role.most_rate = role.most_rate.max(pair.rate.get());
            self.hot.push(Hot {
                role: pair.role.0,
                rate: pair.rate.get(),
                score: pair.score.get(),
            });
            self.cold.push(Cold {
                pair: *pair_idx,
                from: pair.from.get(),
                to: pair.to.get(),
            });
        }
        self.most_pairs = self.most_pairs.max(self.hot.len() - before);
        // There are no more entries than pairs, whose positions have 32 bits.
        self.first
            .push(u32::try_from(self.hot.len()).unwrap_or(u32::MAX));
        self.max_roles.push(expert.max_roles.get());
        self.least_hours.push(least);
        let ranks = expert
            .tags
            .iter()
            .filter_map(|tag| self.tags.binary_search(tag).ok());
        let ranks: Box<[u32]> = ranks.filter_map(|rank| u32::try_from(rank).ok()).collect();
        let class = match numbers.get(&ranks) {
            Some(class) => *class,
            None => {
                let class = u32::try_from(self.classes.len()).unwrap_or(u32::MAX);
                self.classes.push(ranks.clone());
                numbers.insert(ranks, class);
                class
            }
        };
        self.class.push(class);
    }

    fn special_mut(&mut self, expert: ExpertIdx) -> &mut Special {
        self.is_special[expert.index()] = true;
        self.special.entry(expert).or_default()
    }

    fn note_pins_and_ongoing(&mut self) {
        let problem = self.problem;
        for pin in &problem.pins {
            let pin_of = (pin.role, pin.from.get(), pin.to.get());
            self.special_mut(pin.expert).pins.push(pin_of);
        }
        for it in &problem.ongoing {
            let entry = (it.pair, it.worked.get(), it.leave.get());
            let expert = problem.pair(it.pair).expert;
            self.special_mut(expert).ongoing.push(entry);
        }
    }

    fn note_incumbent(&mut self) {
        let incumbent = Incumbent::new(self.problem);
        self.n_incumbent_weeks = incumbent.n_weeks();
        for expert in incumbent.experts() {
            let special = self.special_mut(expert);
            special.said_gone = incumbent.is_beyond(expert);
            let said = incumbent.said(expert);
            special.said = said
                .chunk_by(|a, b| a.0 == b.0)
                .map(|weeks| (weeks[0].0, spans(weeks.iter().map(|it| it.1.get()))))
                .collect();
        }
    }

    /// The positions of an expert's pairs.
    pub(super) fn pairs(&self, expert: ExpertIdx) -> std::ops::Range<usize> {
        let idx = expert.index();
        self.first[idx] as usize..self.first[idx + 1] as usize
    }

    /// Whether one expert may never serve both roles.
    pub(super) fn are_foes(&self, a: RoleIdx, b: RoleIdx) -> bool {
        let (a, b) = (&self.roles[a.index()], &self.roles[b.index()]);
        let walled_off = match (a.wall, b.wall) {
            (Some(a), Some(b)) => a.0 == b.0 && a.1 != b.1,
            _ => false,
        };
        walled_off
            || a.apart
                .iter()
                .any(|list| b.apart.binary_search(list).is_ok())
    }
}

fn roles(problem: &Problem) -> Vec<RoleFacts> {
    let facts = problem.roles.iter().map(|role| {
        let campaign = &problem.campaigns[role.campaign.index()];
        RoleFacts {
            campaign: role.campaign,
            hours: role.hours.get(),
            min_stint: role.min_stint.get(),
            onboarding: role.onboarding.get(),
            max_leave: role.max_leave.get(),
            wall: campaign.wall.map(|wall| (wall, campaign.client)),
            apart: Vec::new(),
            most_rate: 0,
        }
    });
    let mut facts: Vec<RoleFacts> = facts.collect();
    for (list, roles) in (0..).zip(&problem.apart) {
        for role in roles.iter().filter(|_| roles.len() > 1) {
            facts[role.index()].apart.push(list);
        }
    }
    facts
}

/// Weeks, ascending, as spans of neighbours.
fn spans(weeks: impl Iterator<Item = u16>) -> Spans {
    let mut spans = Spans::new();
    for week in weeks {
        match spans.last_mut() {
            Some(last) if week == last.1 + 1 => last.1 = week,
            _ => spans.push((week, week)),
        }
    }
    spans
}
