//! The bound that prices of heads prove, for prices that are not those of an optimal flow.

use super::class::Class;
use super::network::penalty;
use super::prices::HeadPrices;
use crate::model::plan::MICRO;
use crate::model::problem::{Problem, RoleIdx};

/// The bound of the contract from prices of heads alone, rounded down to a cent.
///
/// Every expert takes its best uses at the prices, pinned ones first; every seat is filled as far as it
/// saves more than it costs. The prices of a role whose uses can be held in part are equal over
/// the weeks, so whole uses are the best schedules.
pub(super) fn of_prices(problem: &Problem, class: &Class, prices: &HeadPrices) -> i128 {
    let mut bound = -class.incumbent_cost.0 * MICRO;
    for role in (0..problem.roles.len()).map(RoleIdx::from) {
        bound -= penalty(problem, role, &[], 0).0 * MICRO;
        let facts = problem.role(role);
        let priority = i128::from(problem.campaigns[facts.campaign.index()].priority);
        for week in problem.all_weeks() {
            let price = prices.by_role[role.index()][week.index()];
            let saved = |cents: i128| (cents * priority * MICRO - price).max(0);
            let min = i128::from(facts.min.at(week).get());
            let target = i128::from(facts.target.at(week).get());
            bound += saved(problem.weights.missing_min.0) * min;
            bound += saved(problem.weights.missing_target.0) * (target - min);
        }
    }
    let mut by_expert: Vec<usize> = (0..class.uses.len()).collect();
    by_expert.sort_by_key(|idx| class.uses[*idx].expert);
    for own in by_expert.chunk_by(|a, b| class.uses[*a].expert == class.uses[*b].expert) {
        let mut gains: Vec<(bool, i128)> = own
            .iter()
            .map(|idx| &class.uses[*idx])
            .map(|own| {
                let price = if own.covers {
                    prices.of_use(class, own.role)
                } else {
                    0
                };
                (own.pinned, own.value.0 * MICRO + price)
            })
            .filter(|(pinned, gain)| *pinned || *gain > 0)
            .collect();
        gains.sort_unstable_by(|a, b| b.cmp(a));
        let expert = class.uses[own[0]].expert;
        let width = class.width[expert.index()] as usize;
        bound += gains.iter().take(width).map(|(_, gain)| gain).sum::<i128>();
    }
    bound.div_euclid(MICRO)
}
