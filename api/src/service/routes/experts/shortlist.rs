//! Finding people for a role.

use muster_index::{FoundForRole, NearMisses};
use muster_matcher::eligibility::evidence::sparkline;
use serde::Serialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::search::{masked, near_shown};
use crate::access::Scope;
use crate::finding::{Highlight, clauses};
use crate::service::Problem;
use crate::service::schemas::Profile as ProfileSchema;

/// Somebody who may hold a role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct RoleHitShown {
    /// The match score with its parts, in points.
    #[schema(value_type = Object)]
    score: muster_matcher::score::Score,
    /// What the role pays them, in cents an hour.
    rate_cents: i64,
    /// Where words of the role's text stand.
    highlight: Option<Highlight>,
    /// What they say to everything the role asks, and by what.
    #[schema(value_type = Vec<Object>)]
    evidence: Value,
    /// Free hours, week by week of the campaign.
    hours: Vec<u16>,
    /// The same, a character each.
    sparkline: String,
    /// Who, their name masked.
    #[schema(value_type = ProfileSchema)]
    profile: Box<RawValue>,
}

/// Who was found for a role.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(in crate::service::routes) struct RoleFound {
    /// How many may hold it.
    total: usize,
    /// The first of them: by match score, then by id.
    items: Vec<RoleHitShown>,
    /// Those whom exactly one reason keeps away, by what it is about, with how many they are; the best by match
    /// score, then by id.
    #[schema(value_type = Object)]
    near: Value,
    /// The last change of the feed that the answer knows of.
    position: i64,
}

/// What was found for a role, as it is shown.
pub(in crate::service::routes) fn role_found(
    found: FoundForRole,
    near: &NearMisses,
    position: i64,
    scope: &Scope,
) -> Result<RoleFound, Problem> {
    let items = found.hits.into_iter().map(|hit| {
        Ok::<_, Problem>(RoleHitShown {
            score: hit.score,
            rate_cents: i64::from(hit.rate.get()),
            highlight: hit.snippet.map(Highlight::from),
            evidence: clauses(&hit.evidence),
            sparkline: sparkline(&hit.hours),
            hours: hit.hours,
            profile: masked(hit.profile, scope)?,
        })
    });
    Ok(RoleFound {
        total: found.total,
        items: items.collect::<Result<_, _>>()?,
        near: near_shown(near, scope)?,
        position,
    })
}
