//! From candidates to the problem that is solved.

use super::Candidates;
use crate::json::Faults;
use crate::model::campaign::CampaignFile;
use crate::model::problem::{Campaign, Draft, Expert, Pair, Problem, Role};
use crate::model::{Count, Week, Weekly};

/// The problem of staffing the roles of `file` with `candidates`.
///
/// # Errors
/// When the candidates are not those of the file, or its horizon is not 1 to 520 weeks.
pub fn problem(file: &CampaignFile, candidates: &Candidates) -> Result<Problem, Faults> {
    Problem::new(draft(file, candidates))
}

/// As [`problem`], open to additions such as quotas, pins and an incumbent.
///
/// Campaigns and roles come in file order, experts by id, pairs by role and best first.
/// A role wants its heads in every week, and a pair may hold its role in all of them. Over more than one
/// week nobody holds more than four roles at once, the most a problem may say.
pub fn draft(file: &CampaignFile, candidates: &Candidates) -> Draft {
    let mut draft = Draft::new(file.start, file.weeks);
    draft.weights = file.weights;
    for campaign in &file.campaigns {
        let id = draft.names.intern(campaign.id.as_str());
        draft.campaigns.push(Campaign {
            id,
            client: Some(draft.names.intern(campaign.client.as_str())),
            wall: campaign
                .wall
                .as_ref()
                .map(|wall| draft.names.intern(wall.as_str())),
            priority: campaign.priority,
            budget: None,
            mean_score: None,
        });
        for role in &campaign.roles {
            draft.roles.push(Role {
                id: draft.names.intern(role.id.as_str()),
                campaign: id,
                hours: role.hours,
                min: Weekly::Same(role.min_heads),
                target: Weekly::Same(role.heads),
                min_stint: Count::new(1).unwrap_or_default(),
                onboarding: Count::default(),
                max_leave: Count::default(),
            });
        }
    }
    let most_roles = match file.weeks {
        0 | 1 => Count::MAX,
        _ => Count::new(4).unwrap_or_default(),
    };
    for expert in &candidates.experts {
        let tags = expert
            .tags
            .iter()
            .map(|tag| draft.names.intern(tag.as_str()));
        let tags = tags.collect();
        draft.experts.push(Expert {
            id: draft.names.intern(expert.id.as_str()),
            hours: expert.hours.clone(),
            max_roles: expert.max_roles.min(most_roles),
            tags,
        });
    }
    let last = Week::new(file.weeks.saturating_sub(1)).unwrap_or(Week::MAX);
    for role in &candidates.roles {
        let role_name = draft.names.intern(role.role.as_str());
        for pair in &role.pairs {
            draft.pairs.push(Pair {
                expert: draft.experts[pair.expert].id,
                role: role_name,
                score: pair.score.total,
                rate: pair.rate,
                from: Week::default(),
                to: last,
            });
        }
    }
    draft
}
