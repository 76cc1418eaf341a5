//! What prices say of people who were no candidates.

use serde::Serialize;

use crate::candidates::{Candidates, RoleCandidates};
use crate::model::Heads;
use crate::model::plan::Plan;
use crate::model::problem::Problem;

/// How the pool was priced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rounds {
    /// How often.
    pub count: usize,
    /// What the people left out add to the bound of the plan's prices, in cents; `None` if they were not priced.
    pub gain: Option<i128>,
    /// In one week, without rules across people and with as many candidates of each role as there are seats: nobody
    /// left out improves any plan.
    pub is_one_shot: bool,
}

/// The plan's bound, extended from the candidates to the whole pool.
///
/// Whoever was left out is priced at the plan's prices, exactly where they might gain at all. Where nobody gains, the
/// bound that the prices prove holds over the whole pool; else what they gain is added to it.
///
/// In one week without rules across people nobody need be priced. Of as many candidates of a role as there are seats in
/// all, one holds no seat while somebody left out does; they are worth no less there, and take the seat without touching
/// any rule. So some best plan of the whole pool is one of the candidates, whatever solves it, and its bound is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WholePool {
    /// Everybody the prices speak of.
    pub experts_priced: usize,
    /// Pairs left out, over all roles.
    pub pairs_left_out: usize,
    /// How often the pool was priced, and those who gained were added.
    pub rounds: usize,
    /// No plan of the whole pool is worth more, in cents; `None` where that is not known.
    pub bound: Option<i128>,
    /// Roles for which someone left out might improve the plan.
    pub roles_open: Vec<String>,
}

impl WholePool {
    /// Looks at what was left out of the candidates at the plan's prices.
    pub fn new(problem: &Problem, candidates: &Candidates, plan: &Plan, rounds: &Rounds) -> Self {
        // A role that wants nobody has no schedule to offer, whatever its price.
        let is_wanted = |found: &RoleCandidates| {
            let role = problem.role_with_id(found.role.as_str());
            role.is_some_and(|role| problem.role(role).target.constant() != Some(Heads::default()))
        };
        let might_gain = |found: &&RoleCandidates| {
            let is_cut = found.best_excluded.is_some() && is_wanted(found);
            is_cut && !rounds.is_one_shot && rounds.gain.is_none_or(|gain| gain > 0)
        };
        let roles = &candidates.roles;
        let roles_open: Vec<String> = roles
            .iter()
            .filter(might_gain)
            .map(|role| role.role.to_string())
            .collect();
        let bound = match rounds.gain {
            _ if candidates.is_everybody() || rounds.is_one_shot => plan.bound,
            Some(gain) => plan.price_bound.and_then(|bound| bound.checked_add(gain)),
            None => plan.price_bound.filter(|_| roles_open.is_empty()),
        };
        Self {
            experts_priced: roles.iter().map(|role| role.funnel.pool).max().unwrap_or(0),
            pairs_left_out: roles
                .iter()
                .map(|role| role.funnel.affordable - role.pairs.len())
                .sum(),
            rounds: rounds.count,
            bound,
            roles_open,
        }
    }

    /// Whether nobody left out improves the plan: the bound of its prices holds over the whole pool.
    pub fn is_proved(&self) -> bool {
        self.roles_open.is_empty()
    }
}
