//! From a draft to a problem: names become indices, every fault is noted, oddities become warnings.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::hash::Hash;

use jiff::civil::Weekday;
use rustc_hash::{FxBuildHasher, FxHashSet};

use super::index::Index;
use super::{
    Campaign, CampaignIdx, Draft, Expert, ExpertIdx, Ongoing, Pair, PairIdx, Parts, Pin, Problem,
    Quota, Ratio, Role, RoleIdx, Veto, Warning,
};
use crate::json::{Faults, Path};
use crate::model::{Count, Name, Names, Week, Weekly};

/// A file has at most this many warnings listed.
const WARNINGS_KEPT: usize = 1_000;

type IndexOf<T> = HashMap<Name, T, FxBuildHasher>;

impl Problem {
    /// The problem a draft describes.
    ///
    /// # Errors
    /// Every fault of the draft, with its JSON pointer: unknown and duplicate ids, lists of the
    /// wrong length, spans that make no sense, and the other input errors of the contract that
    /// types alone do not exclude.
    pub fn new(draft: Draft) -> Result<Self, Faults> {
        Self::build(draft, Faults::default())
    }

    /// As [`Problem::new`], after `faults` were noted while the draft was read.
    pub(super) fn build(draft: Draft, mut faults: Faults) -> Result<Self, Faults> {
        check_horizon(&draft, &mut faults);
        check_campaigns(&draft.campaigns, &draft.names, &mut faults);
        check_weeklies(&draft, &mut faults);
        draft.weights.check(&Path::ROOT.key("weights"), &mut faults);
        let mut build = Build {
            campaigns: unique(
                "campaigns",
                draft.campaigns.iter().map(|it| it.id),
                &draft.names,
                &mut faults,
            ),
            roles: unique(
                "roles",
                draft.roles.iter().map(|it| it.id),
                &draft.names,
                &mut faults,
            ),
            experts: unique(
                "experts",
                draft.experts.iter().map(|it| it.id),
                &draft.names,
                &mut faults,
            ),
            names: draft.names,
            weeks: draft.weeks,
            faults: &mut faults,
        };
        let roles = build.roles(draft.roles);
        let pairs = build.pairs(draft.pairs);
        let apart = build.apart(&draft.apart);
        let ratios = build.ratios(draft.ratios);
        let quotas = build.quotas(draft.quotas);
        let pins = build.pins(draft.pins);
        let vetoes = build.vetoes(draft.vetoes);
        let (pairs_kept, pair_idx) = pairs;
        let mut warnings = Warnings::default();
        let ongoing = build.ongoing(draft.ongoing, &pair_idx, &mut warnings);
        if draft.max_changes.is_some() && draft.incumbent.is_none() {
            let at = Path::ROOT;
            build.faults.add(
                &at.key("max_changes"),
                "no incumbent",
                "an incumbent to count changes from",
            );
        }
        let parts = Parts {
            names: build.names,
            start: draft.start,
            weeks: draft.weeks,
            campaigns: draft.campaigns,
            roles,
            experts: draft.experts.into_iter().map(with_sorted_tags).collect(),
            pairs: pairs_kept,
            ongoing,
            apart,
            ratios,
            quotas,
            pins,
            vetoes,
            incumbent: draft.incumbent,
            max_changes: draft.max_changes,
            weights: draft.weights,
        };
        if !faults.is_empty() {
            return Err(faults);
        }
        let index = Index::new(&parts);
        let mut problem = Self {
            parts,
            index,
            warnings: Vec::new(),
        };
        warn_of_incumbent(&problem, &mut warnings);
        warn_of_roles(&problem, &mut warnings);
        problem.warnings = warnings.finish();
        Ok(problem)
    }
}

fn with_sorted_tags(mut expert: Expert) -> Expert {
    if !expert.tags.is_sorted_by(|a, b| a < b) {
        let mut tags = expert.tags.into_vec();
        tags.sort_unstable();
        tags.dedup();
        expert.tags = tags.into_boxed_slice();
    }
    expert
}

fn check_horizon(draft: &Draft, faults: &mut Faults) {
    let root = Path::ROOT;
    let horizon = root.key("horizon");
    if draft.start.weekday() != Weekday::Monday {
        let found = format!("{} (a {:?})", draft.start, draft.start.weekday());
        faults.add(&horizon.key("start"), found, "a Monday");
    }
    // The reader notes a faulty number of weeks itself and hands on 0.
    if !(1..=520).contains(&draft.weeks) && faults.is_empty() {
        faults.add(
            &horizon.key("weeks"),
            draft.weeks,
            "an integer from 1 to 520",
        );
    }
}

fn check_campaigns(campaigns: &[Campaign], names: &Names, faults: &mut Faults) {
    let root = Path::ROOT;
    let list = root.key("campaigns");
    for (idx, campaign) in campaigns.iter().enumerate() {
        let at = list.index(idx);
        if let (Some(wall), None) = (campaign.wall, campaign.client) {
            let found = format!("{:?} without a client", names.text(wall));
            faults.add(&at.key("wall"), found, "a client beside the wall");
        }
        if !(1..=10).contains(&campaign.priority) {
            faults.add(
                &at.key("priority"),
                campaign.priority,
                "an integer from 1 to 10",
            );
        }
    }
}

/// Arrays over the weeks have one entry a week, and `min` is at most `target`.
fn check_weeklies(draft: &Draft, faults: &mut Faults) {
    fn length<T>(weekly: &Weekly<T>, weeks: u16, at: &Path<'_>, faults: &mut Faults) -> bool {
        match weekly {
            Weekly::Each(values) if values.len() != usize::from(weeks) && weeks > 0 => {
                let expected = format!("one integer, or {weeks} of them (one a week)");
                faults.add(at, format!("an array of {}", values.len()), expected);
                false
            }
            _ => true,
        }
    }
    let root = Path::ROOT;
    let experts = root.key("experts");
    for (idx, expert) in draft.experts.iter().enumerate() {
        length(
            &expert.hours,
            draft.weeks,
            &experts.index(idx).key("hours"),
            faults,
        );
        if draft.weeks > 1 && expert.max_roles.get() > 4 {
            let at = experts.index(idx);
            faults.add(
                &at.key("max_roles"),
                expert.max_roles,
                "an integer from 0 to 4",
            );
        }
    }
    let roles = root.key("roles");
    for (idx, role) in draft.roles.iter().enumerate() {
        let at = roles.index(idx);
        let min_fits = length(&role.min, draft.weeks, &at.key("min"), faults);
        let target_fits = length(&role.target, draft.weeks, &at.key("target"), faults);
        if !(min_fits && target_fits) {
            continue;
        }
        for week in Week::all(draft.weeks) {
            let (min, target) = (role.min.at(week), role.target.at(week));
            if min <= target {
                continue;
            }
            let min_at = at.key("min");
            let expected = format!("at most the target of week {week}, {target}");
            if let Weekly::Each(_) = role.min {
                faults.add(&min_at.index(week.index()), min, expected);
            } else {
                // One value, one fault, however many weeks it is too large for.
                faults.add(&min_at, min, expected);
                break;
            }
        }
    }
}

/// The position of every id; a duplicate is a fault at the later entry.
fn unique<T: From<usize>>(
    section: &'static str,
    ids: impl Iterator<Item = Name>,
    names: &Names,
    faults: &mut Faults,
) -> IndexOf<T> {
    let root = Path::ROOT;
    let list = root.key(section);
    let mut positions = IndexOf::default();
    for (idx, id) in ids.enumerate().filter(|(_, id)| *id != Name::UNREADABLE) {
        match positions.entry(id) {
            Entry::Occupied(_) => {
                let found = format!("{:?} again", names.text(id));
                faults.add(&list.index(idx), found, "an id of its own");
            }
            Entry::Vacant(free) => {
                free.insert(T::from(idx));
            }
        }
    }
    positions
}

/// The state of resolving names to positions.
struct Build<'a> {
    campaigns: IndexOf<CampaignIdx>,
    roles: IndexOf<RoleIdx>,
    experts: IndexOf<ExpertIdx>,
    names: Names,
    weeks: u16,
    faults: &'a mut Faults,
}

impl Build<'_> {
    fn campaign(&mut self, name: Name, at: &Path<'_>) -> CampaignIdx {
        let found = self.campaigns.get(&name).copied();
        found.unwrap_or_else(|| self.unknown(name, "a campaign", at, CampaignIdx(0)))
    }

    fn role(&mut self, name: Name, at: &Path<'_>) -> RoleIdx {
        let found = self.roles.get(&name).copied();
        found.unwrap_or_else(|| self.unknown(name, "a role", at, RoleIdx(0)))
    }

    fn expert(&mut self, name: Name, at: &Path<'_>) -> ExpertIdx {
        let found = self.experts.get(&name).copied();
        found.unwrap_or_else(|| self.unknown(name, "an expert", at, ExpertIdx(0)))
    }

    /// Notes an unknown name, unless it is one that could not be read and was noted then.
    fn unknown<T>(&mut self, name: Name, kind: &str, at: &Path<'_>, placeholder: T) -> T {
        if name == Name::UNREADABLE {
            return placeholder;
        }
        let found = format!("{:?}", self.names.text(name));
        self.faults
            .add(at, found, format!("the id of {kind} of this problem"));
        placeholder
    }

    fn roles(&mut self, roles: Vec<Role<Name>>) -> Vec<Role> {
        let root = Path::ROOT;
        let list = root.key("roles");
        let resolve = |(idx, role): (usize, Role<Name>)| Role {
            campaign: self.campaign(role.campaign, &list.index(idx).key("campaign")),
            id: role.id,
            hours: role.hours,
            min: role.min,
            target: role.target,
            min_stint: role.min_stint,
            onboarding: role.onboarding,
            max_leave: role.max_leave,
        };
        roles.into_iter().enumerate().map(resolve).collect()
    }

    /// The resolved pairs, and where each (expert, role) is.
    fn pairs(
        &mut self,
        pairs: Vec<Pair<Name, Name>>,
    ) -> (
        Vec<Pair>,
        HashMap<(ExpertIdx, RoleIdx), PairIdx, FxBuildHasher>,
    ) {
        let root = Path::ROOT;
        let list = root.key("pairs");
        let mut resolved = Vec::with_capacity(pairs.len());
        let mut positions = HashMap::with_capacity_and_hasher(pairs.len(), FxBuildHasher);
        for (idx, pair) in pairs.into_iter().enumerate() {
            let at = list.index(idx);
            let expert = self.expert(pair.expert, &at.key("expert"));
            let role = self.role(pair.role, &at.key("role"));
            let names_known =
                self.experts.contains_key(&pair.expert) && self.roles.contains_key(&pair.role);
            self.span(pair.from, pair.to, &at);
            if names_known
                && positions
                    .insert((expert, role), PairIdx::from(idx))
                    .is_some()
            {
                let (expert, role) = (self.names.text(pair.expert), self.names.text(pair.role));
                let found = format!("a second pair of {expert:?} and {role:?}");
                self.faults
                    .add(&at, found, "one pair for an expert and a role");
            }
            let (score, rate, from, to) = (pair.score, pair.rate, pair.from, pair.to);
            resolved.push(Pair {
                expert,
                role,
                score,
                rate,
                from,
                to,
            });
        }
        (resolved, positions)
    }

    /// `from ≤ to`, both in the horizon. A faulty length of the horizon was noted already.
    fn span(&mut self, from: Week, to: Week, at: &Path<'_>) {
        if from > to {
            let expected = format!("at most `to`, week {to}");
            self.faults.add(&at.key("from"), from, expected);
        } else if to.get() >= self.weeks && (1..=520).contains(&self.weeks) {
            let expected = format!("a week from 0 to {}", self.weeks - 1);
            for (field, week) in [("from", from), ("to", to)] {
                if week.get() >= self.weeks {
                    self.faults.add(&at.key(field), week, &expected);
                }
            }
        }
    }

    fn ongoing(
        &mut self,
        ongoing: Vec<Ongoing<(Name, Name)>>,
        pair_idx: &HashMap<(ExpertIdx, RoleIdx), PairIdx, FxBuildHasher>,
        warnings: &mut Warnings,
    ) -> Vec<Ongoing> {
        let root = Path::ROOT;
        let list = root.key("ongoing");
        let mut seen = FxHashSet::default();
        let mut resolved = Vec::new();
        for stint in ongoing {
            let (expert, role) = stint.pair;
            if [expert, role].contains(&Name::UNREADABLE) {
                continue;
            }
            let at = list.index(stint.entry as usize);
            if !seen.insert(stint.pair) {
                let (expert, role) = (self.names.text(expert), self.names.text(role));
                let found = format!("a second entry for {expert:?} on {role:?}");
                self.faults
                    .add(&at, found, "one entry for an expert and a role");
                continue;
            }
            let pair = match (self.experts.get(&expert), self.roles.get(&role)) {
                (Some(expert), Some(role)) => pair_idx.get(&(*expert, *role)),
                _ => None,
            };
            match pair {
                Some(pair) => resolved.push(Ongoing {
                    pair: *pair,
                    worked: stint.worked,
                    leave: stint.leave,
                    entry: stint.entry,
                }),
                None => {
                    let (expert, role) = (self.names.text(expert), self.names.text(role));
                    warnings.add(
                        &at,
                        format!("{expert:?} may no longer hold {role:?}: no such pair"),
                    );
                }
            }
        }
        resolved
    }

    /// The roles of a list, each once.
    fn role_list(&mut self, names: &[Name], at: &Path<'_>) -> Box<[RoleIdx]> {
        let resolved: Vec<RoleIdx> = names
            .iter()
            .enumerate()
            .map(|(idx, name)| self.role(*name, &at.index(idx)))
            .collect();
        once(resolved).into_boxed_slice()
    }

    fn apart(&mut self, lists: &[Box<[Name]>]) -> Vec<Box<[RoleIdx]>> {
        let root = Path::ROOT;
        let at = root.key("apart");
        lists
            .iter()
            .enumerate()
            .map(|(idx, list)| self.role_list(list, &at.index(idx)))
            .collect()
    }

    fn ratios(&mut self, ratios: Vec<Ratio<Name>>) -> Vec<Ratio> {
        let root = Path::ROOT;
        let list = root.key("ratios");
        let resolve = |(idx, ratio): (usize, Ratio<Name>)| {
            let at = list.index(idx);
            Ratio {
                of: self.role_list(&ratio.of, &at.key("of")),
                to: self.role_list(&ratio.to, &at.key("to")),
                p: ratio.p,
                q: ratio.q,
            }
        };
        ratios.into_iter().enumerate().map(resolve).collect()
    }

    fn quotas(&mut self, quotas: Vec<Quota<Name>>) -> Vec<Quota> {
        let root = Path::ROOT;
        let list = root.key("quotas");
        let resolve = |(idx, quota): (usize, Quota<Name>)| Quota {
            roles: self.role_list(&quota.roles, &list.index(idx).key("roles")),
            tag: quota.tag,
            share: quota.share,
        };
        quotas.into_iter().enumerate().map(resolve).collect()
    }

    fn pins(&mut self, pins: Vec<Pin<Name, Name>>) -> Vec<Pin> {
        let root = Path::ROOT;
        let list = root.key("pins");
        let resolve = |(idx, pin): (usize, Pin<Name, Name>)| {
            let at = list.index(idx);
            self.span(pin.from, pin.to, &at);
            Pin {
                expert: self.expert(pin.expert, &at.key("expert")),
                role: self.role(pin.role, &at.key("role")),
                from: pin.from,
                to: pin.to,
            }
        };
        pins.into_iter().enumerate().map(resolve).collect()
    }

    fn vetoes(&mut self, vetoes: Vec<Veto<Name, Name>>) -> Vec<Veto> {
        let root = Path::ROOT;
        let list = root.key("vetoes");
        let resolve = |(idx, veto): (usize, Veto<Name, Name>)| {
            let at = list.index(idx);
            Veto {
                expert: self.expert(veto.expert, &at.key("expert")),
                role: self.role(veto.role, &at.key("role")),
            }
        };
        vetoes.into_iter().enumerate().map(resolve).collect()
    }
}

/// The entries of a list, repeated ones dropped, order kept.
fn once<T: Copy + Eq + Hash>(mut list: Vec<T>) -> Vec<T> {
    let mut seen = FxHashSet::default();
    list.retain(|entry| seen.insert(*entry));
    list
}

#[derive(Default)]
struct Warnings {
    list: Vec<Warning>,
    total: usize,
}

impl Warnings {
    fn add(&mut self, at: &Path<'_>, message: impl Into<String>) {
        self.total += 1;
        if self.list.len() < WARNINGS_KEPT {
            self.list.push(Warning {
                at: at.pointer(),
                message: message.into(),
            });
        }
    }

    /// The warnings kept, and a last one that counts the others.
    fn finish(mut self) -> Vec<Warning> {
        let unlisted = self.total - self.list.len();
        if unlisted > 0 {
            let message = format!("and {unlisted} more warnings");
            self.list.push(Warning {
                at: String::new(),
                message,
            });
        }
        self.list
    }
}

fn warn_of_incumbent(problem: &Problem, warnings: &mut Warnings) {
    let root = Path::ROOT;
    let list = root.key("incumbent");
    let last = i32::from(problem.weeks) - 1;
    for (idx, stint) in problem.incumbent.iter().flatten().enumerate() {
        let at = list.index(idx);
        let (expert, role) = (
            problem.expert_named(stint.expert),
            problem.role_named(stint.role),
        );
        let (expert_id, role_id) = (problem.text(stint.expert), problem.text(stint.role));
        match (expert, role) {
            (None, _) => warnings.add(&at.key("expert"), format!("{expert_id:?} is gone")),
            (_, None) => warnings.add(&at.key("role"), format!("{role_id:?} is gone")),
            (Some(expert), Some(role)) if problem.pair_of(expert, role).is_none() => {
                warnings.add(
                    &at,
                    format!("{expert_id:?} may no longer hold {role_id:?}: no such pair"),
                );
            }
            _ => {}
        }
        if stint.from < 0 || stint.to > last {
            let weeks = format!("weeks {} to {}", stint.from, stint.to);
            warnings.add(
                &at,
                format!("{weeks} reach outside the horizon, 0 to {last}"),
            );
        }
    }
}

fn warn_of_roles(problem: &Problem, warnings: &mut Warnings) {
    let mut has_pair = vec![false; problem.roles.len()];
    for pair in &problem.pairs {
        if !problem.is_vetoed(pair.expert, pair.role) {
            has_pair[pair.role.index()] = true;
        }
    }
    let root = Path::ROOT;
    let list = root.key("roles");
    for (idx, role) in problem.roles.iter().enumerate() {
        let at = list.index(idx);
        if !has_pair[idx] {
            warnings.add(
                &at,
                format!("nobody is eligible for {:?}", problem.text(role.id)),
            );
        }
        let wanted = problem
            .all_weeks()
            .filter(|week| role.target.at(*week).get() > 0);
        let n_wanted = wanted.clone().count();
        if n_wanted > 0 && usize_of(role.min_stint) > n_wanted {
            let message = format!(
                "min_stint {} is longer than the {n_wanted} weeks it is wanted",
                role.min_stint
            );
            warnings.add(&at.key("min_stint"), message);
        }
        let in_onboarding = wanted
            .clone()
            .find(|week| week.index() < usize_of(role.onboarding));
        if let Some(week) = in_onboarding {
            let message = format!(
                "week {week} is wanted, but whoever starts in this horizon is onboarding for its first {} weeks",
                role.onboarding
            );
            warnings.add(&at.key("target"), message);
        }
    }
}

fn usize_of(count: Count) -> usize {
    count.get() as usize
}
