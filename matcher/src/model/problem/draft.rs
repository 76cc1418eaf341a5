//! From a problem back to a draft, to be changed and built again.

use super::{Draft, Ongoing, Pair, Pin, Problem, Quota, Ratio, Role, RoleIdx, Veto};
use crate::model::Name;

impl Problem {
    /// The draft this problem is built from: `Problem::new(problem.draft())` is the same problem, except
    /// that entries of `ongoing` without a pair are gone. O(size of the problem).
    pub fn draft(&self) -> Draft {
        let expert = |idx: super::ExpertIdx| self.expert(idx).id;
        let role = |idx: RoleIdx| self.role(idx).id;
        let roles = |list: &[RoleIdx]| -> Box<[Name]> { list.iter().map(|it| role(*it)).collect() };
        let parts = &self.parts;
        Draft {
            names: parts.names.clone(),
            start: parts.start,
            weeks: parts.weeks,
            campaigns: parts.campaigns.clone(),
            roles: parts.roles.iter().map(|it| self.draft_role(it)).collect(),
            experts: parts.experts.clone(),
            pairs: parts
                .pairs
                .iter()
                .map(|it| Pair {
                    expert: expert(it.expert),
                    role: role(it.role),
                    score: it.score,
                    rate: it.rate,
                    from: it.from,
                    to: it.to,
                })
                .collect(),
            ongoing: parts
                .ongoing
                .iter()
                .map(|it| Ongoing {
                    pair: (
                        expert(self.pair(it.pair).expert),
                        role(self.pair(it.pair).role),
                    ),
                    worked: it.worked,
                    leave: it.leave,
                    entry: it.entry,
                })
                .collect(),
            apart: parts.apart.iter().map(|list| roles(list)).collect(),
            ratios: parts
                .ratios
                .iter()
                .map(|it| Ratio {
                    of: roles(&it.of),
                    to: roles(&it.to),
                    p: it.p,
                    q: it.q,
                })
                .collect(),
            quotas: parts
                .quotas
                .iter()
                .map(|it| Quota {
                    roles: roles(&it.roles),
                    tag: it.tag,
                    share: it.share,
                })
                .collect(),
            pins: parts
                .pins
                .iter()
                .map(|it| Pin {
                    expert: expert(it.expert),
                    role: role(it.role),
                    from: it.from,
                    to: it.to,
                })
                .collect(),
            vetoes: parts
                .vetoes
                .iter()
                .map(|it| Veto {
                    expert: expert(it.expert),
                    role: role(it.role),
                })
                .collect(),
            incumbent: parts.incumbent.clone(),
            max_changes: parts.max_changes,
            weights: parts.weights,
        }
    }

    fn draft_role(&self, role: &Role) -> Role<Name> {
        Role {
            id: role.id,
            campaign: self.campaigns[role.campaign.index()].id,
            hours: role.hours,
            min: role.min.clone(),
            target: role.target.clone(),
            min_stint: role.min_stint,
            onboarding: role.onboarding,
            max_leave: role.max_leave,
        }
    }
}
