//! From campaigns and a pool to a checked, explained plan: the whole product on one screen.

mod rounds;

use crate::candidates::{CandidateSource, Candidates, SourceError, problem};
use crate::check::{Report, check};
use crate::explain::{
    Expiring, RoleAlternates, RoleOutcome, Shortfall, WholePool, alternates, expiring, outcomes,
    shortfalls, who_expires,
};
use crate::json::Faults;
use crate::model::Week;
use crate::model::campaign::{CampaignFile, CampaignSpec};
use crate::model::plan::Plan;
use crate::model::problem::Problem;
use crate::solve::{Options, Progress};
use crate::stop::Stop;
use rounds::{Solved, solve_over_pool};

/// The steps of [`plan`], in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Finding the best candidates of every role in the pool.
    Candidates,
    /// Building the problem.
    Problem,
    /// Solving it.
    Solve,
    /// Checking the plan, independently.
    Check,
    /// Explaining it.
    Explain,
}

/// What [`plan`] tells while it works.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// A stage begins.
    Begins(Stage),
    /// This will be solved: the problem of the first candidates, and of more of them in each later round.
    Problem(&'a Problem),
    /// Solving found something better.
    Progress(&'a Progress<'a>),
}

/// A plan with everything it was made from and is judged by.
#[derive(Clone, Debug)]
pub struct Staffing {
    /// Who could do what.
    pub candidates: Candidates,
    /// What was solved.
    pub problem: Problem,
    /// The answer.
    pub plan: Plan,
    /// What the checker says of it.
    pub report: Report,
    /// What became of every role, in file order.
    pub outcomes: Vec<RoleOutcome>,
    /// Every role-week below its target, and why; none without a plan.
    pub shortfalls: Vec<Shortfall>,
    /// Who could step in, by role; nobody without a plan.
    pub alternates: Vec<RoleAlternates>,
    /// Who works up to the last week in which they may, before their campaign ends, and what would have to last longer.
    pub expiring: Vec<Expiring>,
    /// What the plan's prices say of everybody who was no candidate.
    pub whole_pool: WholePool,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The pool gave no candidates.
    #[error("no candidates: {0}")]
    Source(#[from] SourceError),
    /// Campaigns and candidates make no valid problem.
    #[error("the campaigns make no valid problem:\n{0}")]
    Problem(Faults),
    /// The plan breaks the contract: a defect of the solver.
    #[error("the plan found does not pass the checker, which is a defect: {0:?}")]
    Unchecked(Box<Report>),
}

/// Staffs the campaigns of `file` from `source`; `says` is told of every stage as it begins
/// and of what solving finds.
///
/// In one week without rules across people each role gets as many candidates as there are seats in all, and one
/// more: enough for the plan to be optimal over the whole pool, as [`WholePool`] says. Otherwise each role gets a few times as many as it wants heads; whoever is left out and gains at the prices
/// of the plan is added, and the problem solved again, until there is nobody.
///
/// # Errors
/// See [`PlanError`].
pub fn plan(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    options: &Options,
    stop: &dyn Stop,
    says: &mut dyn FnMut(Event<'_>),
) -> Result<Staffing, PlanError> {
    plan_from(source, file, &n_candidates(file), options, stop, says)
}

/// As [`plan`], with so many candidates of each role to begin with.
fn plan_from(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    most: &[usize],
    options: &Options,
    stop: &dyn Stop,
    says: &mut dyn FnMut(Event<'_>),
) -> Result<Staffing, PlanError> {
    says(Event::Begins(Stage::Candidates));
    let candidates = source.best(file, most)?;
    says(Event::Begins(Stage::Problem));
    let problem = problem(file, &candidates).map_err(PlanError::Problem)?;
    says(Event::Begins(Stage::Solve));
    let solved = solve_over_pool(
        source,
        file,
        most,
        (candidates, problem),
        options,
        stop,
        says,
    )?;
    let Solved {
        candidates,
        problem,
        plan,
        rounds,
    } = solved;
    says(Event::Begins(Stage::Check));
    let report = check(&problem, &plan);
    if !report.holds() {
        return Err(PlanError::Unchecked(Box::new(report)));
    }
    says(Event::Begins(Stage::Explain));
    // Without a plan no seat is short of anybody in particular, and nobody could step in.
    let (shortfalls, alternates) = match &plan.stints {
        Some(_) => (shortfalls(&problem, &plan), alternates(&problem, &plan)),
        None => (Vec::new(), Vec::new()),
    };
    let outcomes = outcomes(&problem, &candidates, &plan, &shortfalls);
    let profiles = source.profiles(&who_expires(file, &problem, &plan))?;
    let expiring = expiring(file, &problem, &plan, &profiles);
    let whole_pool = WholePool::new(&problem, &candidates, &plan, &rounds);
    Ok(Staffing {
        candidates,
        problem,
        plan,
        report,
        outcomes,
        shortfalls,
        alternates,
        expiring,
        whole_pool,
    })
}

/// Candidates of a role for each head that it wants in its busiest week.
const A_HEAD: usize = 3;
/// Candidates that every role gets: so few that to leave out more would save nothing.
const FEWEST: usize = 500;

/// The candidates each role gets to begin with, in file order.
pub fn n_candidates(file: &CampaignFile) -> Vec<usize> {
    if is_one_shot(file) {
        return vec![file.seats() + 1; file.roles().count()];
    }
    let of_role = |(campaign, role)| {
        let wanted = file.wanted(campaign, role).target;
        let heads = Week::all(file.weeks).map(|week| wanted.at(week).get());
        let heads = usize::try_from(heads.max().unwrap_or_default()).unwrap_or(usize::MAX);
        heads.saturating_mul(A_HEAD).max(FEWEST)
    };
    file.roles().map(of_role).collect()
}

/// Whether the file is of one week and without rules across people.
fn is_one_shot(file: &CampaignFile) -> bool {
    let is_free =
        |campaign: &CampaignSpec| campaign.budget.is_none() && campaign.mean_score.is_none();
    let has_no_rules = file.ratios.is_empty()
        && file.quotas.is_empty()
        && file.apart.is_empty()
        && file.pins.is_empty()
        && file.vetoes.is_empty();
    file.weeks == 1 && has_no_rules && file.campaigns.iter().all(is_free)
}

#[cfg(test)]
mod tests;
