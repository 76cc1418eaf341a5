//! From a pool to candidates: for every role of a file the best k pairs, and the exact value of what was left out.
//!
//! [`CandidateSource`] is the port through which the planner sees a pool. [`Exhaustive`] looks at everybody;
//! an index looks at fewer. Both put what they find into [`RoleShortlists`], so eligibility, score, order
//! and bounds are the same by construction.

mod exhaustive;
mod problem;
mod shortlist;

use crate::eligibility::Step;
use crate::model::campaign::CampaignFile;
use crate::model::{Cents, CentsPerHour, Count, Hours, Id, Week, Weekly};
use crate::score::Score;
pub use exhaustive::Exhaustive;
pub use problem::{draft, problem};
pub use shortlist::{RoleShortlists, weekly_value};

/// Where candidates come from.
pub trait CandidateSource {
    /// The best `k` pairs of every role of `file` by weekly value, ties by expert id, and its pinned pairs beside them;
    /// and everybody whom its pins and vetoes name, if the pool has them.
    ///
    /// The same pool, file and `k` give the same candidates.
    ///
    /// # Errors
    /// When the pool cannot be read.
    fn candidates(&self, file: &CampaignFile, k: usize) -> Result<Candidates, SourceError>;
}

/// Why a source has no answer.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The text parts do not fit roles and profiles.
    #[error("text points given for {found} {what}, expected {expected}")]
    TextShape {
        /// Roles, or profiles of a role.
        what: &'static str,
        /// How many there are.
        expected: usize,
        /// For how many points were given.
        found: usize,
    },
    /// The pool behind the source failed.
    #[error(transparent)]
    Pool(Box<dyn std::error::Error + Send + Sync>),
}

/// The pairs a plan is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidates {
    /// The state of the pool they were taken from.
    pub generation: u64,
    /// Everybody in some pair or named by a pin or veto, sorted by id.
    pub experts: Vec<CandidateExpert>,
    /// One entry for every role, in file order.
    pub roles: Vec<RoleCandidates>,
}

/// What a plan needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateExpert {
    /// Their id in the pool.
    pub id: Id,
    /// Free hours, week by week.
    pub hours: Weekly<Hours>,
    /// The most roles held at once.
    pub max_roles: Count,
    /// Words that quotas speak of, sorted.
    pub tags: Vec<Id>,
}

/// The candidates of one role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleCandidates {
    /// The role's id, `<campaign>/<role>`.
    pub role: Id,
    /// The best pairs and the pinned ones, best first.
    pub pairs: Vec<Candidate>,
    /// How many people each step leaves.
    pub funnel: Funnel,
    /// The largest weekly value of an allowed pair that is not among `pairs`; `None` if all are.
    pub best_excluded: Option<Cents>,
}

/// An allowed pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Position in [`Candidates::experts`].
    pub expert: usize,
    /// How good it is.
    pub score: Score,
    /// What it pays an hour.
    pub rate: CentsPerHour,
    /// The first and the last week in which the person may hold the role.
    pub weeks: (Week, Week),
}

/// How many people each step from pool to role leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Funnel {
    /// Everybody.
    pub pool: usize,
    /// Of these: may hold the role.
    pub eligible: usize,
    /// Of these: have its hours free in some week.
    pub enough_hours: usize,
    /// Of these: work for what it pays.
    pub affordable: usize,
}

impl Funnel {
    /// Counts people of the pool by the first step they fail; the pool itself is counted apart.
    fn count(&mut self, failed: Option<Step>, people: usize) {
        let passes = |step| match failed.is_none_or(|failed| failed > step) {
            true => people,
            false => 0,
        };
        self.eligible += passes(Step::Eligible);
        self.enough_hours += passes(Step::EnoughHours);
        self.affordable += passes(Step::Affordable);
    }
}

#[cfg(test)]
mod tests;
