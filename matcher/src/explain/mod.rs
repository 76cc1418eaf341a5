//! What a plan means for people: what became of every role and campaign, why seats stayed empty, who could
//! step in, and what the plan's prices say.
//!
//! Everything comes from problem, plan and prices alone, whoever made them. The plan is taken to keep the
//! rules; stints that name nothing of the problem are left out, and nothing in a plan makes this panic.

mod alternates;
mod campaign_cover;
mod classify;
mod conflict;
mod expiring;
mod floor;
mod incumbent;
mod obstacle;
mod role_cover;
mod role_outcome;
mod rule_status;
mod shortfall;
#[cfg(test)]
mod tests;
mod whole_pool;
mod words;
mod worth;

pub use alternates::{Alternate, RoleAlternates, alternates};
pub use campaign_cover::{CampaignCover, campaign_covers};
pub use conflict::conflict_in_words;
pub use expiring::{Expiring, expiring, who_expires};
pub use obstacle::Obstacle;
pub use role_cover::{RoleCover, role_covers};
pub use role_outcome::{Cause, RoleOutcome, outcomes};
pub use rule_status::{QuotaStatus, RatioStatus, quota_statuses, ratio_statuses};
pub use shortfall::{BusyIn, CauseCount, Shortfall, ShortfallSpan, shortfall_spans, shortfalls};
pub use whole_pool::{Rounds, WholePool};
pub use worth::{Worth, worths};

use serde::{Serialize, Serializer};

use crate::model::Cents;
use crate::model::plan::MICRO;

/// An amount as a bare number of cents.
fn cents<S: Serializer>(cents: &Cents, serializer: S) -> Result<S::Ok, S::Error> {
    cents.0.serialize(serializer)
}

/// As [`cents`], where there may be no amount.
#[expect(clippy::ref_option, reason = "serde hands a reference to the field")]
fn cents_if_any<S: Serializer>(cents: &Option<Cents>, serializer: S) -> Result<S::Ok, S::Error> {
    cents.map(|cents| cents.0).serialize(serializer)
}

/// A price rounded to a cent, halves up.
fn rounded(micro: i128) -> Cents {
    Cents(micro.saturating_add(MICRO / 2).div_euclid(MICRO))
}
