//! What callers limited to clients may ask about: not whether somebody worked for, or must keep away from, a client
//! that is out of their reach. Conditions would tell, answer by answer.

use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::requirement::Leaf;

use super::{Code, Problem};
use crate::access::Scope;

/// Refuses conditions about clients out of reach; `at` is where they stand in the request.
///
/// # Errors
/// [`Code::Invalid`], with the client.
pub(super) fn conditions<'a>(
    leaves: impl IntoIterator<Item = &'a Leaf>,
    at: &str,
    scope: &Scope,
) -> Result<(), Problem> {
    let clients = leaves.into_iter().filter_map(|leaf| match leaf {
        Leaf::CoolOff { client, .. } => Some(client),
        _ => None,
    });
    for client in clients {
        client_is_near(client, at, scope)?;
    }
    Ok(())
}

/// Refuses campaigns of clients out of reach, and conditions about such.
///
/// # Errors
/// [`Code::Invalid`], with the client and its place.
pub(super) fn campaigns(file: &CampaignFile, scope: &Scope) -> Result<(), Problem> {
    for (idx, campaign) in file.campaigns.iter().enumerate() {
        client_is_near(&campaign.client, &format!("/campaigns/{idx}/client"), scope)?;
    }
    conditions_in(file, scope)
}

/// As [`conditions`], for all of a campaign file.
///
/// # Errors
/// [`Code::Invalid`], with the client and its place.
pub(super) fn conditions_in(file: &CampaignFile, scope: &Scope) -> Result<(), Problem> {
    for (idx, campaign) in file.campaigns.iter().enumerate() {
        for (role_idx, role) in campaign.roles.iter().enumerate() {
            let at = format!("/campaigns/{idx}/roles/{role_idx}");
            conditions(role.requires.leaves(), &format!("{at}/requires"), scope)?;
            let wishes = role
                .prefers
                .iter()
                .flat_map(|wish| wish.requirement.leaves());
            conditions(wishes, &format!("{at}/prefers"), scope)?;
        }
    }
    Ok(())
}

fn client_is_near(client: &Id, at: &str, scope: &Scope) -> Result<(), Problem> {
    if scope.reaches(client.as_str()) {
        return Ok(());
    }
    let found = format!("{:?}", client.as_str());
    let expected = "a client in your reach";
    Err(Problem::of(Code::Invalid, at, found, expected))
}
