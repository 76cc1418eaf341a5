//! Candidates in rounds: solve, price the pool, add whoever gains.

use std::time::Duration;

use super::{Event, PlanError, is_one_shot};
use crate::candidates::{
    CandidateSource, Candidates, PricingError, price, problem as make_problem,
};
use crate::conflict;
use crate::explain::Rounds;
use crate::model::campaign::CampaignFile;
use crate::model::plan::{Plan, Status};
use crate::model::problem::Problem;
use crate::solve::{Memory, Options, solve_again};
use crate::stop::Stop;

/// A plan, and what it is a plan of.
pub(super) struct Solved {
    /// Who could do what in the last round.
    pub(super) candidates: Candidates,
    /// The problem of these.
    pub(super) problem: Problem,
    /// Its plan.
    pub(super) plan: Plan,
    /// How the pool was priced.
    pub(super) rounds: Rounds,
}

/// Solves the problem of some candidates, and again with those of the pool who gain at its prices.
///
/// Every round prices the whole pool, and takes at most half of the time that is left. It ends when nobody left out gains,
/// after [`MOST_ROUNDS`], or when time is up. A problem that has no plan for some candidates is solved for ever more of
/// them, if others could mend that; where time is up before all are in, it is not known whether there is a plan.
pub(super) fn solve_over_pool(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    most: &[usize],
    (mut candidates, mut problem): (Candidates, Problem),
    options: &Options,
    stop: &dyn Stop,
    says: &mut dyn FnMut(Event<'_>),
) -> Result<Solved, PlanError> {
    let mut memory = Memory::default();
    let mut most = most.to_vec();
    let mut rounds = Rounds {
        is_one_shot: is_one_shot(file) && has_enough(file, &candidates),
        ..Rounds::default()
    };
    // Whether nobody gained, and the time that is left is for this problem.
    let mut is_settled = candidates.is_everybody() || rounds.is_one_shot;
    loop {
        let half = HalfTime::of(stop);
        let until: &dyn Stop = if is_settled { stop } else { &half };
        says(Event::Problem(&problem));
        let mut plan = solve_again(&problem, &mut memory, options, until, &mut |progress| {
            says(Event::Progress(progress));
        });
        if candidates.is_everybody() || rounds.is_one_shot {
            return Ok(Solved {
                candidates,
                problem,
                plan,
                rounds,
            });
        }
        // What was priced before speaks of other prices.
        rounds.gain = None;
        let is_over = is_settled || stop.is_due() || rounds.count + 1 >= MOST_ROUNDS;
        let more = match &plan.prices {
            None if is_conflict_of_all(file, &problem, &plan) => {
                rounds.gain = Some(0);
                None
            }
            None if is_over => {
                plan = Plan {
                    report: plan.report,
                    ..Plan::without_stints(Status::Unknown)
                };
                None
            }
            None => {
                for most in &mut most {
                    *most = (*most).max(1).saturating_mul(MORE);
                }
                Some(source.best(file, &most)?)
            }
            Some(prices) => match price(source, file, &candidates, &problem, prices) {
                Ok(priced) => {
                    rounds.count += 1;
                    rounds.gain = Some(priced.gain);
                    (priced.n_better > 0).then_some(priced.more)
                }
                Err(PricingError::Source(error)) => return Err(error.into()),
                Err(PricingError::NoBound) => None,
            },
        };
        match more {
            Some(more) if !is_over => {
                candidates = more;
                problem = make_problem(file, &candidates).map_err(PlanError::Problem)?;
                is_settled = candidates.is_everybody();
            }
            None if !is_over && half.is_due() => is_settled = true,
            _ => {
                return Ok(Solved {
                    candidates,
                    problem,
                    plan,
                    rounds,
                });
            }
        }
    }
}

/// Whether every role has as many candidates as there are seats in all, or all there are.
fn has_enough(file: &CampaignFile, candidates: &Candidates) -> bool {
    let mut roles = candidates.roles.iter();
    roles.all(|role| role.best_excluded.is_none() || role.pairs.len() >= file.seats())
}

/// Whether no plan of the whole pool keeps the pins either.
///
/// Of such a plan the stints of pinned pairs, all of which are candidates, keep by themselves every rule but ratios and
/// quotas. What clashes in one pinned person alone does so whoever else is there.
fn is_conflict_of_all(file: &CampaignFile, problem: &Problem, plan: &Plan) -> bool {
    let others_matter = !file.ratios.is_empty() || !file.quotas.is_empty();
    plan.status == Status::Infeasible && (!others_matter || conflict::of_pins(problem).is_some())
}

/// Half of the time that is left.
struct HalfTime<'a> {
    whole: &'a dyn Stop,
    /// When there is as much left of the whole, this is over.
    kept: Option<Duration>,
}

impl<'a> HalfTime<'a> {
    fn of(whole: &'a dyn Stop) -> Self {
        let kept = whole.remaining().map(|left| left / 2);
        Self { whole, kept }
    }
}

impl Stop for HalfTime<'_> {
    fn elapsed(&self) -> Duration {
        self.whole.elapsed()
    }

    fn remaining(&self) -> Option<Duration> {
        let left = self.whole.remaining()?;
        Some(left.saturating_sub(self.kept.unwrap_or_default()))
    }

    fn is_cancelled(&self) -> bool {
        self.whole.is_cancelled()
    }
}

/// How many times as many candidates are tried where there is no plan for some.
const MORE: usize = 8;
/// How often the whole pool is priced at most.
const MOST_ROUNDS: usize = 12;
