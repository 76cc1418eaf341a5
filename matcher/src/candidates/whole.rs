//! What people who were left out would be worth at the prices of a plan.

use std::collections::BTreeSet;

use super::{Ask, CandidateSource, Candidates, SourceError, problem};
use crate::check::{NoPriceBound, expert_worths};
use crate::model::Id;
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
pub enum PricingError {
    /// The pool cannot be read.
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
    let mut gain = 0_i128;
    let mut is_better = vec![false; after.experts.len()];
    for (idx, more) in worth_more(before, &worths, &after, prices)?
        .into_iter()
        .enumerate()
    {
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

/// A problem at prices, with what everybody of it is worth there: what newcomers are measured against, worked out once.
#[derive(Clone, Debug)]
pub struct Basis {
    problem: Problem,
    prices: Prices,
    /// In millionths of a cent, in the order of the experts.
    worths: Vec<i128>,
}

impl Basis {
    /// A problem at prices.
    ///
    /// # Errors
    /// [`PricingError::NoBound`]: the prices prove nothing about it.
    ///
    /// # Complexity
    /// That of one best schedule for everybody.
    pub fn new(problem: Problem, prices: Prices) -> Result<Self, PricingError> {
        Ok(Self {
            worths: expert_worths(&problem, &prices)?,
            problem,
            prices,
        })
    }
}

/// By how much everybody's best schedule is worth more in `after` than in `before`, whose `worths` are known, in millionths of a cent, in the order
/// of the experts of `after`; whoever is not in `before` was worth nothing there.
fn worth_more(
    before: &Problem,
    worths: &[i128],
    after: &Problem,
    prices: &Prices,
) -> Result<Vec<i128>, PricingError> {
    let worth_before = |id: &str| {
        let expert = before.expert_with_id(id);
        expert.map_or(0, |expert| worths[expert.index()])
    };
    let more = expert_worths(after, prices)?.into_iter().enumerate();
    let more = more.map(|(idx, worth)| {
        let id = after.text(after.experts[idx].id);
        worth
            .checked_sub(worth_before(id))
            .ok_or(PricingError::NoBound)
    });
    more.collect()
}

/// Who of a source might improve a plan of a problem at its prices, and by how much at most: what their best schedule,
/// as they are now, is worth more at the prices than it was in the problem (nothing, if they were not in it). In cents,
/// rounded up, in the order of ids.
///
/// No plan with somebody who is not named here, and with nobody else new, is worth more than the bound of the prices. Who
/// is pinned is left out: they hold a role already.
///
/// # Errors
/// [`PricingError`].
///
/// # Complexity
/// That of [`CandidateSource::priced`], and of one best schedule for everybody of it.
pub fn gains(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    before: &Basis,
) -> Result<Vec<(Id, i128)>, PricingError> {
    let Basis {
        problem: before,
        prices,
        worths,
    } = before;
    let found = source.priced(file, &Ask::of(before, prices))?;
    let mut file = file.clone();
    let pinned: BTreeSet<Id> = file.pins.drain(..).map(|pin| pin.expert).collect();
    // A veto on somebody else says nothing here, and the problem would not know whom it names.
    let is_found = |id: &Id| found.experts.binary_search_by(|it| it.id.cmp(id)).is_ok();
    file.vetoes.retain(|veto| is_found(&veto.expert));
    let after = problem(&file, &found).map_err(|_| PricingError::NoBound)?;
    let more = worth_more(before, worths, &after, prices)?;
    let people = found.experts.into_iter().map(|expert| expert.id);
    let gains = people
        .zip(more)
        .filter(|(id, more)| *more > 0 && !pinned.contains(id));
    Ok(gains
        .map(|(id, more)| (id, -(-more).div_euclid(MICRO)))
        .collect())
}
