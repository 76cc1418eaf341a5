//! From a pool to candidates: for every role of a file the best k pairs, and the exact value of what was left out.
//!
//! [`CandidateSource`] is the port through which the planner sees a pool. [`Exhaustive`] looks at everybody;
//! an index looks at fewer. Both put what they find into [`RoleShortlists`], so eligibility, score, order
//! and bounds are the same by construction.

mod ask;
mod caps;
mod exhaustive;
mod problem;
mod shortlist;
mod whole;

use std::collections::BTreeSet;

use crate::eligibility::Step;
use crate::model::campaign::CampaignFile;
use crate::model::profile::Profile;
use crate::model::{Cents, CentsPerHour, Count, Hours, Id, Week, Weekly};
use crate::score::Score;
pub use ask::Ask;
pub use exhaustive::Exhaustive;
pub use problem::{draft, problem};
pub use shortlist::{RoleShortlists, weekly_value};
pub(crate) use whole::price;
pub use whole::{Basis, PricingError, gains};

/// Where candidates come from.
pub trait CandidateSource {
    /// The best pairs of every role of `file` by weekly value, ties by expert id, as many as `most` says for each in file
    /// order, and its pinned pairs beside them; and everybody whom its pins and vetoes name, if the pool has them.
    ///
    /// The same pool, file and numbers give the same candidates.
    ///
    /// # Errors
    /// When the pool cannot be read.
    fn best(&self, file: &CampaignFile, most: &[usize]) -> Result<Candidates, SourceError>;

    /// The best `k` pairs of every role, as [`CandidateSource::best`] gives them.
    ///
    /// # Errors
    /// When the pool cannot be read.
    fn candidates(&self, file: &CampaignFile, k: usize) -> Result<Candidates, SourceError> {
        self.best(file, &vec![k; file.roles().count()])
    }

    /// Every pair of the pool that is worth what its role asks, in the order of [`CandidateSource::best`], and the
    /// pinned pairs and named people as there; `asks` has one entry for every role of `file`, in file order.
    ///
    /// # Errors
    /// When the pool cannot be read.
    fn priced(&self, file: &CampaignFile, asks: &[Ask]) -> Result<Candidates, SourceError>;

    /// The profiles of these people, sorted by id as the ids are; who is not of the pool is left out.
    ///
    /// # Errors
    /// When the pool cannot be read.
    fn profiles(&self, ids: &[Id]) -> Result<Vec<Profile>, SourceError>;
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

impl Candidates {
    /// Whether every pair of the pool is in it.
    pub fn is_everybody(&self) -> bool {
        self.roles.iter().all(|role| role.best_excluded.is_none())
    }

    /// These and others of the same file and pool, each pair once.
    ///
    /// What was left out of both is worth at most the lesser of the two excluded values, which is stated.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        let old: Vec<Id> = self
            .experts
            .iter()
            .map(|expert| expert.id.clone())
            .collect();
        let new: Vec<Id> = other
            .experts
            .iter()
            .map(|expert| expert.id.clone())
            .collect();
        self.experts.extend(other.experts);
        self.experts.sort_unstable_by(|a, b| a.id.cmp(&b.id));
        self.experts.dedup_by(|a, b| a.id == b.id);
        let experts = &self.experts;
        let place = |ids: &[Id], expert: usize| {
            let found = experts.binary_search_by(|it| it.id.cmp(&ids[expert]));
            found.expect("everybody of both is among the experts")
        };
        for (role, other) in self.roles.iter_mut().zip(other.roles) {
            for pair in &mut role.pairs {
                pair.expert = place(&old, pair.expert);
            }
            let known: BTreeSet<usize> = role.pairs.iter().map(|pair| pair.expert).collect();
            let more = other.pairs.into_iter().map(|pair| Candidate {
                expert: place(&new, pair.expert),
                ..pair
            });
            role.pairs
                .extend(more.filter(|pair| !known.contains(&pair.expert)));
            role.best_excluded = match (role.best_excluded, other.best_excluded) {
                (Some(one), Some(another)) => Some(one.min(another)),
                _ => None,
            };
        }
        self
    }

    /// Without the pairs of people for whom `stays` does not hold; their value is among what is excluded.
    #[must_use]
    pub(crate) fn only(mut self, file: &CampaignFile, stays: impl Fn(&Id) -> bool) -> Self {
        let stay: Vec<bool> = self
            .experts
            .iter()
            .map(|expert| stays(&expert.id))
            .collect();
        let mut place = Vec::with_capacity(stay.len());
        let mut next = 0;
        for stays in &stay {
            place.push(next);
            next += usize::from(*stays);
        }
        for (role, (_, spec)) in self.roles.iter_mut().zip(file.roles()) {
            let (kept, gone): (Vec<_>, Vec<_>) = role
                .pairs
                .drain(..)
                .partition(|pair: &Candidate| stay[pair.expert]);
            let value =
                |pair: &Candidate| weekly_value(spec, &file.weights, pair.score.total, pair.rate);
            role.best_excluded = role.best_excluded.max(gone.iter().map(value).max());
            role.pairs = kept;
            for pair in &mut role.pairs {
                pair.expert = place[pair.expert];
            }
        }
        let mut stays = stay.into_iter();
        self.experts.retain(|_| stays.next().unwrap_or(true));
        self
    }
}

/// What a plan needs to know of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CandidateExpert {
    /// Their id in the pool.
    pub id: Id,
    /// Free hours, week by week; no more than their cap on sensitive content where the file has no other work.
    pub hours: Weekly<Hours>,
    /// The most roles held at once: so few that no sensitive roles of the file together exceed their cap.
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
