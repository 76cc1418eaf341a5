//! The requirement meter: how many people each step from the pool to a role leaves, while it is being written.

use std::num::NonZeroUsize;

use muster_index::{IndexError, Pool};
use muster_matcher::model::campaign::CampaignFile;
use serde::Serialize;

use crate::planning::Booked;

/// How many people each step leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Counts {
    /// Everybody.
    pub pool: usize,
    /// Of these: are planned and satisfy what the role requires.
    pub eligible: usize,
    /// Of these: have its hours free in some week, by their own calendar.
    pub enough_hours: usize,
    /// Of these: work for what it pays.
    pub affordable: usize,
    /// Of these: no conflict keeps them away.
    pub no_conflict: usize,
    /// Of these: have its hours left beside what published plans book of them.
    pub free: usize,
}

/// What the counts of one role are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct RoleMeter {
    /// `<campaign>/<role>`.
    pub role: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// The counts of every role of a file, in file order.
///
/// # Errors
/// When the index cannot be read.
///
/// # Complexity
/// As [`Pool::meter`].
pub(super) fn meter(
    pool: &Pool,
    file: &CampaignFile,
    booked: &Booked,
    threads: NonZeroUsize,
) -> Result<Vec<RoleMeter>, IndexError> {
    let steps = pool.meter(file, booked, threads)?;
    let meters = file.roles().zip(steps).map(|((_, role), steps)| RoleMeter {
        role: role.id.as_str().to_owned(),
        counts: Counts {
            pool: pool.experts(),
            eligible: steps.eligible,
            enough_hours: steps.enough_hours,
            affordable: steps.affordable,
            no_conflict: steps.no_conflict,
            free: steps.free,
        },
    });
    Ok(meters.collect())
}
