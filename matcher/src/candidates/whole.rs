//! What people who were left out would be worth at the prices of a plan.

use super::{Ask, CandidateSource, Candidates, SourceError, problem};
use crate::check::{NoPriceBound, expert_worths};
use crate::model::campaign::CampaignFile;
use crate::model::plan::{MICRO, Prices};
use crate::model::problem::Problem;

/// What looking at the whole pool at the prices of a plan came to.
#[derive(Clone, Debug)]
pub(crate) struct Priced {
    /// What the people left out add to the bound of the prices: no plan of the whole pool is worth more than that bound
    /// and this together. In cents, rounded up.
    pub(crate) gain: i128,
    /// The candidates with all pairs of everybody who adds anything.
    pub(crate) more: Candidates,
    /// Who they are, counted.
    pub(crate) n_better: usize,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PricingError {
    #[error(transparent)]
    Source(#[from] SourceError),
    /// Prices prove nothing, or the candidates make no problem.
    #[error("the prices prove no bound")]
    NoBound,
}

impl From<NoPriceBound> for PricingError {
    fn from(_: NoPriceBound) -> Self {
        Self::NoBound
    }
}

/// Prices everybody in the pool who is not among the candidates of `before`, or not with all pairs.
///
/// Whoever has a pair that is worth what its role asks is priced exactly, with all such pairs; all other pairs add nothing
/// to any schedule (see [`Ask`]).
pub(crate) fn price(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    known: &Candidates,
    before: &Problem,
    prices: &Prices,
) -> Result<Priced, PricingError> {
    let found = source.priced(file, &Ask::of(before, prices))?;
    let all = known.clone().with(found);
    let after = problem(file, &all).map_err(|_| PricingError::NoBound)?;
    let worths = expert_worths(before, prices)?;
    let worth_before = |id: &str| {
        let expert = before.expert_with_id(id);
        expert.map_or(0, |expert| worths[expert.index()])
    };
    let mut gain = 0_i128;
    let mut is_better = vec![false; after.experts.len()];
    for (idx, worth) in expert_worths(&after, prices)?.into_iter().enumerate() {
        let id = after.text(after.experts[idx].id);
        let more = worth.checked_sub(worth_before(id));
        let more = more.ok_or(PricingError::NoBound)?;
        is_better[idx] = more > 0;
        gain = gain.checked_add(more.max(0)).ok_or(PricingError::NoBound)?;
    }
    let stays = |id: &crate::model::Id| {
        let id = id.as_str();
        before.expert_with_id(id).is_some()
            || after
                .expert_with_id(id)
                .is_some_and(|it| is_better[it.index()])
    };
    Ok(Priced {
        gain: -(-gain).div_euclid(MICRO),
        n_better: is_better.iter().filter(|better| **better).count(),
        more: all.only(file, stays),
    })
}
