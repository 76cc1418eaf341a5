//! What callers limited to clients may ask about: not whether somebody worked for, or must keep away from, a client
//! that is out of their reach. Conditions would tell, answer by answer.

use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::requirement::Leaf;

use super::{Code, Problem};
use crate::access::Scope;
use crate::store::{Document, Kind, joined};

/// Refuses conditions about clients out of reach; `at` is where they stand in the request.
///
/// # Errors
/// [`Code::Invalid`], with the client.
pub(super) fn conditions<'a>(
    leaves: impl IntoIterator<Item = &'a Leaf>,
    at: &str,
    scope: &Scope,
) -> Result<(), Problem> {
    for client in clients_of(leaves) {
        client_is_near(client, at, scope)?;
    }
    Ok(())
}

/// The clients that conditions ask about.
pub(super) fn clients_of<'a>(
    leaves: impl IntoIterator<Item = &'a Leaf>,
) -> impl Iterator<Item = &'a Id> {
    leaves.into_iter().filter_map(|leaf| match leaf {
        Leaf::CoolOff { client, .. } => Some(client),
        _ => None,
    })
}

/// The clients of a campaign file, and those that its conditions ask about.
pub(super) fn clients_in(file: &CampaignFile) -> Vec<String> {
    let mut clients = Vec::new();
    for campaign in &file.campaigns {
        clients.push(campaign.client.to_string());
        for role in &campaign.roles {
            let wishes = role.prefers.iter();
            let wishes = wishes.flat_map(|wish| wish.requirement.leaves());
            let leaves = role.requires.leaves().into_iter().chain(wishes);
            clients.extend(clients_of(leaves).map(ToString::to_string));
        }
    }
    clients
}

/// The client, or clients together, that something is kept for: the one that was stated, and those it is about.
/// Whoever is limited to one client means that one where nothing says another.
///
/// # Errors
/// [`Code::Invalid`]: somebody limited to clients would not reach it.
pub(super) fn wall(
    scope: &Scope,
    stated: Option<&Id>,
    about: impl IntoIterator<Item = String>,
) -> Result<String, Problem> {
    if let Some(client) = stated {
        client_is_near(client, "/client", scope)?;
    }
    let mut clients: Vec<String> = about.into_iter().collect();
    clients.extend(stated.map(ToString::to_string));
    let mut wall = joined(clients.iter().map(String::as_str));
    if let (true, Some([only])) = (wall.is_empty(), scope.clients()) {
        wall.clone_from(only);
    }
    let is_hidden = !scope.is_unlimited() && wall.is_empty();
    if is_hidden || !scope.reaches(&wall) {
        let found = match is_hidden {
            true => "nothing".to_owned(),
            false => format!("{:?}", wall.replace('\n', " and ")),
        };
        let expected = "one of your clients, and nothing of others";
        return Err(Problem::of(Code::Invalid, "/client", found, expected));
    }
    Ok(wall)
}

/// Whether everybody who reaches what is behind a wall may be told of what asks about these clients. What is behind the
/// walls of several clients is for those alone who are limited to none.
pub(super) fn covers(wall: &str, clients: &[String]) -> bool {
    wall.contains('\n') || clients.iter().all(|client| client == wall)
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

/// Refuses to delete what belongs to no client, or to put it behind a wall, to whoever is limited to clients: it is
/// everybody's, and would be gone for the others.
///
/// # Errors
/// [`Code::Forbidden`].
pub(super) fn refuse_taking(kind: &Kind, before: &Document, scope: &Scope) -> Result<(), Problem> {
    if scope.is_unlimited() || !before.client.is_empty() {
        return Ok(());
    }
    let detail = format!(
        "{} {} belongs to no client: whoever is limited to clients neither replaces nor deletes it",
        kind.name, before.id
    );
    Err(Problem::new(Code::Forbidden, detail))
}
