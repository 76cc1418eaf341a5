//! Looking things up in a problem: by name, pairs by expert, what is vetoed or ongoing.

use std::collections::{HashMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::{
    CampaignIdx, Expert, ExpertIdx, Ongoing, Pair, PairIdx, Parts, Problem, Role, RoleIdx, Veto,
};
use crate::model::Name;

type ByName<T> = HashMap<Name, T, FxBuildHasher>;

/// What [`Problem`] looks up quickly.
#[derive(Clone, Debug)]
pub(super) struct Index {
    campaigns: ByName<CampaignIdx>,
    roles: ByName<RoleIdx>,
    experts: ByName<ExpertIdx>,
    /// `pairs_of[first_pair[e] .. first_pair[e + 1]]` are the pairs of expert `e`, by role.
    first_pair: Vec<u32>,
    pairs_of: Vec<PairIdx>,
    vetoed: HashSet<Veto, FxBuildHasher>,
    ongoing: HashMap<PairIdx, u32, FxBuildHasher>,
}

impl Index {
    pub(super) fn new(parts: &Parts) -> Self {
        let (first_pair, pairs_of) = pairs_by_expert(&parts.pairs, parts.experts.len());
        Self {
            campaigns: by_name(parts.campaigns.iter().map(|campaign| campaign.id)),
            roles: by_name(parts.roles.iter().map(|role| role.id)),
            experts: by_name(parts.experts.iter().map(|expert| expert.id)),
            first_pair,
            pairs_of,
            vetoed: parts.vetoes.iter().copied().collect(),
            ongoing: (0..)
                .zip(&parts.ongoing)
                .map(|(idx, stint)| (stint.pair, idx))
                .collect(),
        }
    }
}

fn by_name<T: From<usize>>(ids: impl Iterator<Item = Name>) -> ByName<T> {
    ids.enumerate()
        .map(|(idx, id)| (id, T::from(idx)))
        .collect()
}

/// Counting sort of the pairs by expert; within an expert by role.
fn pairs_by_expert(pairs: &[Pair], n_experts: usize) -> (Vec<u32>, Vec<PairIdx>) {
    let mut first_pair = vec![0_u32; n_experts + 1];
    for pair in pairs {
        first_pair[pair.expert.index() + 1] += 1;
    }
    for expert in 0..n_experts {
        first_pair[expert + 1] += first_pair[expert];
    }
    let mut next = first_pair.clone();
    let mut pairs_of = vec![PairIdx(0); pairs.len()];
    for (idx, pair) in pairs.iter().enumerate() {
        let slot = &mut next[pair.expert.index()];
        pairs_of[*slot as usize] = PairIdx::from(idx);
        *slot += 1;
    }
    for expert in 0..n_experts {
        let range = first_pair[expert] as usize..first_pair[expert + 1] as usize;
        pairs_of[range].sort_unstable_by_key(|pair| pairs[pair.index()].role);
    }
    (first_pair, pairs_of)
}

impl Problem {
    /// The campaign of that name.
    pub fn campaign_named(&self, name: Name) -> Option<CampaignIdx> {
        self.index.campaigns.get(&name).copied()
    }

    /// The role of that name.
    pub fn role_named(&self, name: Name) -> Option<RoleIdx> {
        self.index.roles.get(&name).copied()
    }

    /// The expert of that name.
    pub fn expert_named(&self, name: Name) -> Option<ExpertIdx> {
        self.index.experts.get(&name).copied()
    }

    /// The campaign with id `id`.
    pub fn campaign_with_id(&self, id: &str) -> Option<CampaignIdx> {
        self.campaign_named(self.parts.names.find(id)?)
    }

    /// The role with id `id`.
    pub fn role_with_id(&self, id: &str) -> Option<RoleIdx> {
        self.role_named(self.parts.names.find(id)?)
    }

    /// The expert with id `id`.
    pub fn expert_with_id(&self, id: &str) -> Option<ExpertIdx> {
        self.expert_named(self.parts.names.find(id)?)
    }

    /// The role at `idx`.
    pub fn role(&self, idx: RoleIdx) -> &Role {
        &self.parts.roles[idx.index()]
    }

    /// The expert at `idx`.
    pub fn expert(&self, idx: ExpertIdx) -> &Expert {
        &self.parts.experts[idx.index()]
    }

    /// The pair at `idx`.
    pub fn pair(&self, idx: PairIdx) -> &Pair {
        &self.parts.pairs[idx.index()]
    }

    /// The id of the role at `idx`.
    pub fn role_id(&self, idx: RoleIdx) -> &str {
        self.text(self.role(idx).id)
    }

    /// The id of the expert at `idx`.
    pub fn expert_id(&self, idx: ExpertIdx) -> &str {
        self.text(self.expert(idx).id)
    }

    /// The pairs of an expert, by role; vetoed ones included.
    pub fn pairs_of(&self, expert: ExpertIdx) -> &[PairIdx] {
        let first = &self.index.first_pair;
        let range = first[expert.index()] as usize..first[expert.index() + 1] as usize;
        &self.index.pairs_of[range]
    }

    /// The pair of an expert and a role, vetoed or not. O(log pairs of the expert).
    pub fn pair_of(&self, expert: ExpertIdx, role: RoleIdx) -> Option<PairIdx> {
        let pairs = self.pairs_of(expert);
        let idx = pairs
            .binary_search_by_key(&role, |pair| self.pair(*pair).role)
            .ok()?;
        Some(pairs[idx])
    }

    /// Whether the expert must not hold the role.
    pub fn is_vetoed(&self, expert: ExpertIdx, role: RoleIdx) -> bool {
        self.index.vetoed.contains(&Veto { expert, role })
    }

    /// The stint of this pair that began before week 0, if there is one.
    pub fn ongoing_of(&self, pair: PairIdx) -> Option<&Ongoing> {
        let idx = *self.index.ongoing.get(&pair)?;
        Some(&self.parts.ongoing[idx as usize])
    }
}
