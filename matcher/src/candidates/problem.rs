//! From candidates to the problem that is solved.

use super::Candidates;
use crate::json::{Faults, Path};
use crate::model::campaign::{CampaignFile, CampaignSpec};
use crate::model::problem::{
    Campaign, Draft, Expert, Pair, Pin, Problem, Quota, Ratio, Role, Veto,
};
use crate::model::{Count, Id, Name, Names};

/// The problem of staffing the roles of `file` with `candidates`.
///
/// # Errors
/// People named by pins and vetoes whom the pool does not have, by their places in the campaign file. Or, when the
/// candidates are not those of the file or its horizon is not 1 to 520 weeks, the faults of the problem.
pub fn problem(file: &CampaignFile, candidates: &Candidates) -> Result<Problem, Faults> {
    let faults = strangers(file, candidates);
    if !faults.is_empty() {
        return Err(faults);
    }
    Problem::new(draft(file, candidates))
}

/// As [`problem`], open to additions such as ongoing stints and an incumbent.
///
/// Campaigns, roles and rules come in file order, experts by id, pairs by role and best first. A role wants what
/// [`CampaignFile::wanted`] says. A pair may hold its role in the weeks in which the person is eligible, all of them in
/// the campaign's, so that nobody is paid outside of it. Over more than one week nobody holds more than four roles at once, the most a problem may say.
pub fn draft(file: &CampaignFile, candidates: &Candidates) -> Draft {
    let mut draft = Draft::new(file.start, file.weeks);
    draft.weights = file.weights;
    for campaign in &file.campaigns {
        add_campaign(&mut draft, file, campaign);
    }
    add_people(&mut draft, file, candidates);
    add_rules(&mut draft, file);
    draft
}

/// A fault for every pin and veto of somebody who is not in the pool.
fn strangers(file: &CampaignFile, candidates: &Candidates) -> Faults {
    let mut faults = Faults::default();
    let root = Path::ROOT;
    let is_known = |id: &Id| {
        let found = candidates.experts.binary_search_by(|it| it.id.cmp(id));
        found.is_ok()
    };
    let pinned: Vec<&Id> = file.pins.iter().map(|pin| &pin.expert).collect();
    let vetoed: Vec<&Id> = file.vetoes.iter().map(|veto| &veto.expert).collect();
    for (list, experts) in [("pins", pinned), ("vetoes", vetoed)] {
        let at = root.key(list);
        for (idx, expert) in experts.into_iter().enumerate() {
            if !is_known(expert) {
                let found = format!("{:?}", expert.as_str());
                let at = at.index(idx);
                faults.add(&at.key("expert"), found, "the id of somebody in the pool");
            }
        }
    }
    faults
}

fn add_campaign(draft: &mut Draft, file: &CampaignFile, campaign: &CampaignSpec) {
    let id = draft.names.intern(campaign.id.as_str());
    let wall = campaign.wall.as_ref();
    draft.campaigns.push(Campaign {
        id,
        client: Some(draft.names.intern(campaign.client.as_str())),
        wall: wall.map(|wall| draft.names.intern(wall.as_str())),
        priority: campaign.priority,
        budget: campaign.budget,
        mean_score: campaign.mean_score,
    });
    for role in &campaign.roles {
        let wanted = file.wanted(campaign, role);
        draft.roles.push(Role {
            id: draft.names.intern(role.id.as_str()),
            campaign: id,
            hours: role.hours,
            min: wanted.min,
            target: wanted.target,
            min_stint: role.min_stint,
            onboarding: role.onboarding,
            max_leave: role.max_leave,
        });
    }
}

fn add_people(draft: &mut Draft, file: &CampaignFile, candidates: &Candidates) {
    let most_roles = match file.weeks {
        0 | 1 => Count::MAX,
        _ => Count::new(4).unwrap_or_default(),
    };
    for expert in &candidates.experts {
        let tags = expert.tags.iter();
        let tags = tags.map(|tag| draft.names.intern(tag.as_str())).collect();
        draft.experts.push(Expert {
            id: draft.names.intern(expert.id.as_str()),
            hours: expert.hours.clone(),
            max_roles: expert.max_roles.min(most_roles),
            tags,
        });
    }
    for role in &candidates.roles {
        let name = draft.names.intern(role.role.as_str());
        for pair in &role.pairs {
            draft.pairs.push(Pair {
                expert: draft.experts[pair.expert].id,
                role: name,
                score: pair.score.total,
                rate: pair.rate,
                from: pair.weeks.0,
                to: pair.weeks.1,
            });
        }
    }
}

fn add_rules(draft: &mut Draft, file: &CampaignFile) {
    let names = &mut draft.names;
    draft.ratios.extend(file.ratios.iter().map(|ratio| Ratio {
        of: all_named(names, &ratio.of),
        to: all_named(names, &ratio.to),
        p: ratio.p,
        q: ratio.q,
    }));
    draft.quotas.extend(file.quotas.iter().map(|quota| Quota {
        roles: all_named(names, &quota.roles),
        tag: names.intern(quota.tag.as_str()),
        share: quota.share,
    }));
    let apart = file.apart.iter().map(|roles| all_named(names, roles));
    draft.apart.extend(apart);
    draft.pins.extend(file.pins.iter().map(|pin| {
        // A pin on a role that is not in the file is a fault of the problem, whatever its weeks.
        let (from, to) = file.weeks_of_pin(pin).unwrap_or_default();
        Pin {
            expert: names.intern(pin.expert.as_str()),
            role: names.intern(pin.role.as_str()),
            from,
            to,
        }
    }));
    draft.vetoes.extend(file.vetoes.iter().map(|veto| Veto {
        expert: names.intern(veto.expert.as_str()),
        role: names.intern(veto.role.as_str()),
    }));
}

fn all_named(names: &mut Names, ids: &[Id]) -> Box<[Name]> {
    ids.iter().map(|id| names.intern(id.as_str())).collect()
}
