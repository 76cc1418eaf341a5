//! What prices say of people who were no candidates.

use serde::Serialize;

use crate::candidates::{Candidates, RoleCandidates};
use crate::model::Heads;
use crate::model::plan::{MICRO, Plan};
use crate::model::problem::Problem;

/// The plan's bound, extended from the candidates to the whole pool.
///
/// Someone left out of a role's candidates is worth at most `best_excluded` a week there. If that and the
/// price of a head come to no gain for any role, nobody left out improves the plan, so its bound holds
/// over the whole pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WholePool {
    /// Everybody the prices speak of.
    pub experts_priced: usize,
    /// Pairs left out, over all roles.
    pub pairs_left_out: usize,
    /// Roles for which someone left out might improve the plan.
    pub roles_open: Vec<String>,
}

impl WholePool {
    /// Looks at every role's best excluded pair at the plan's prices.
    pub fn new(problem: &Problem, candidates: &Candidates, plan: &Plan) -> Self {
        let heads = plan.prices.as_ref().map(|prices| &prices.heads);
        // A role that wants nobody has no schedule to offer, whatever its price.
        let is_wanted = |found: &RoleCandidates| {
            let role = problem.role_with_id(found.role.as_str());
            role.is_some_and(|role| problem.role(role).target.constant() != Some(Heads::default()))
        };
        let might_gain = |found: &&RoleCandidates| {
            let Some(a_week) = found.best_excluded.filter(|_| is_wanted(found)) else {
                return false;
            };
            let prices = heads.and_then(|heads| heads.get(found.role.as_str()));
            let price: i128 = prices.into_iter().flatten().sum();
            let own = a_week * i128::from(problem.weeks) - problem.weights.start;
            own.0 * MICRO + price > 0
        };
        let roles = &candidates.roles;
        Self {
            experts_priced: roles.iter().map(|role| role.funnel.pool).max().unwrap_or(0),
            pairs_left_out: roles
                .iter()
                .map(|role| role.funnel.affordable - role.pairs.len())
                .sum(),
            roles_open: roles
                .iter()
                .filter(might_gain)
                .map(|role| role.role.to_string())
                .collect(),
        }
    }

    /// Whether nobody left out improves the plan: the bound holds over the whole pool.
    pub fn is_proved(&self) -> bool {
        self.roles_open.is_empty()
    }
}
