//! What a solve leaves behind for the next one of nearly the same problem: its schedules and its prices.

use crate::model::plan::{Prices, Stint};
use crate::model::problem::{ExpertIdx, Problem};

use super::Search;
use super::master::Master;
use super::prices::DensePrices;
use super::pricing::Schedule;
use super::warm;

/// The master and the prices of the last solve, by id, so that they survive whatever changes in a problem: somebody gone,
/// a target raised, a rate changed. Empty at first. About 200 bytes for each of the master's columns, which are a few
/// for each head.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// By column: the expert's stints. Several columns of one expert are neighbours.
    columns: Vec<Vec<Stint>>,
    prices: Option<Prices>,
}

impl Memory {
    /// Whether it knows nothing.
    pub fn is_empty(&self) -> bool {
        self.columns.is_empty() && self.prices.is_none()
    }

    /// Keeps what a search knows at its end.
    pub(super) fn keep(search: &Search<'_>, master: &Master<'_>) -> Self {
        let problem = search.problem;
        let of_master = master.columns();
        let of_best = search.best.iter().flat_map(|(tally, _)| tally.columns());
        let columns = of_master.chain(of_best).map(|column| {
            let stints = column.schedule.stints().iter();
            let stints = stints.map(|stint| Stint {
                expert: problem.expert_id(column.expert).to_owned(),
                role: problem.role_id(problem.pair(stint.pair).role).to_owned(),
                from: stint.from.into(),
                to: stint.to.into(),
            });
            stints.collect::<Vec<_>>()
        });
        let bound = search.bound.as_ref();
        Self {
            columns: columns.filter(|stints| !stints.is_empty()).collect(),
            prices: bound.map(|bound| bound.prices.stated(problem)),
        }
    }

    /// The schedules that are still legal by themselves in `problem`.
    pub(super) fn schedules(
        &self,
        problem: &Problem,
    ) -> impl Iterator<Item = (ExpertIdx, Schedule)> {
        self.columns
            .iter()
            .flat_map(|stints| warm::schedules(problem, stints))
    }

    /// The prices, as far as `problem` has what they are of.
    pub(super) fn prices(&self, problem: &Problem) -> Option<DensePrices> {
        self.prices
            .as_ref()
            .map(|stated| DensePrices::read(problem, stated))
    }
}
