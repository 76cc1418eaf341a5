//! A problem as it is kept: canonical text, never changed, named by its hash.

use std::collections::BTreeSet;

use muster_matcher::json::{Faults, Path};
use muster_matcher::model::problem::{Problem, Warning, write};
use serde::{Deserialize, Serialize};

use crate::access::{Scope, sha256};

/// What is said of a problem beside its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct ProblemRecord {
    /// Its id: the same problem always has the same.
    pub id: String,
    /// SHA-256 of its canonical text.
    pub hash: String,
    /// The clients whose campaigns are in it.
    pub clients: Vec<String>,
    /// The client of campaigns that name none; empty: no one client.
    pub owner: String,
    /// Monday of week 0.
    pub start: String,
    /// Weeks of the horizon.
    pub weeks: u16,
    /// How many campaigns there are.
    pub campaigns: usize,
    /// How many roles.
    pub roles: usize,
    /// How many people.
    pub experts: usize,
    /// How many eligible pairs of person and role.
    pub pairs: usize,
    /// The problem it is, but for the hours that were booked; empty where it was posted as it is.
    pub without_bookings_of: String,
    /// What is not wrong but surely not meant, the first 100, each with its pointer.
    #[schema(value_type = Vec<Object>)]
    pub warnings: Vec<WarningShown>,
    /// How many warnings there are.
    pub n_warnings: usize,
}

/// A warning, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WarningShown {
    /// JSON pointer to what is strange.
    pub pointer: String,
    /// What is strange about it.
    pub message: String,
}

impl From<&Warning> for WarningShown {
    fn from(warning: &Warning) -> Self {
        Self {
            pointer: warning.at.clone(),
            message: warning.message.clone(),
        }
    }
}

/// Warnings kept in full.
const WARNINGS: usize = 100;

/// A problem with its canonical text and what is said of it.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The problem.
    pub problem: Problem,
    /// Its canonical text.
    pub text: String,
    /// What is said of it.
    pub record: ProblemRecord,
}

/// Why a problem cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// It names clients behind walls; each with its pointer.
    #[error("{0}")]
    Walls(Faults),
    /// Its text cannot be made.
    #[error("the problem cannot be written: {0}")]
    Text(#[from] std::io::Error),
}

impl Snapshot {
    /// A snapshot of a problem that somebody with this scope posts.
    ///
    /// A campaign that names no client belongs to the caller's, if they are limited to one.
    ///
    /// # Errors
    /// [`SnapshotError::Walls`] where a campaign's client is not in reach.
    pub fn new(problem: Problem, scope: &Scope) -> Result<Self, SnapshotError> {
        let owner = match scope.clients() {
            Some([only]) => only.as_str(),
            _ => "",
        };
        check_walls(&problem, scope, owner)?;
        Self::of_owner(problem, owner, "")
    }

    /// A snapshot of what is left of `of` when booked hours are taken off: `problem`.
    ///
    /// # Errors
    /// [`SnapshotError::Text`].
    pub fn derived(problem: Problem, of: &ProblemRecord) -> Result<Self, SnapshotError> {
        Self::of_owner(problem, &of.owner, &of.id)
    }

    /// A snapshot of a problem of campaigns that were let in before.
    ///
    /// # Errors
    /// [`SnapshotError::Text`].
    pub fn let_in(problem: Problem, owner: &str) -> Result<Self, SnapshotError> {
        Self::of_owner(problem, owner, "")
    }

    fn of_owner(problem: Problem, owner: &str, of: &str) -> Result<Self, SnapshotError> {
        let mut text = Vec::new();
        write(&problem, &mut text)?;
        let text = String::from_utf8_lossy(&text).into_owned();
        let clients: BTreeSet<&str> = (0..problem.campaigns.len())
            .map(|campaign| client(&problem, campaign, owner))
            .filter(|client| !client.is_empty())
            .collect();
        let id = sha256(format!("{owner}\n{of}\n{text}").as_bytes());
        let warnings = problem.warnings();
        let record = ProblemRecord {
            id: id.get(..32).unwrap_or(&id).to_owned(),
            hash: sha256(text.as_bytes()),
            clients: clients.into_iter().map(str::to_owned).collect(),
            owner: owner.to_owned(),
            start: problem.start.to_string(),
            weeks: problem.weeks,
            campaigns: problem.campaigns.len(),
            roles: problem.roles.len(),
            experts: problem.experts.len(),
            pairs: problem.pairs.len(),
            without_bookings_of: of.to_owned(),
            warnings: warnings.iter().take(WARNINGS).map(Into::into).collect(),
            n_warnings: warnings.len(),
        };
        Ok(Self {
            problem,
            text,
            record,
        })
    }
}

/// The client of the campaign at `position`; that of the owner where it names none.
pub(super) fn client<'a>(problem: &'a Problem, position: usize, owner: &'a str) -> &'a str {
    let client = problem.campaigns[position].client;
    client.map_or(owner, |client| problem.text(client))
}

/// The campaigns of a problem whose client is in reach; `owner` is the client of those that name none.
pub fn campaigns_in_reach(problem: &Problem, owner: &str, scope: &Scope) -> Vec<String> {
    let near = |position: &usize| scope.reaches(client(problem, *position, owner));
    let positions = (0..problem.campaigns.len()).filter(near);
    positions
        .map(|position| problem.text(problem.campaigns[position].id).to_owned())
        .collect()
}

fn check_walls(problem: &Problem, scope: &Scope, owner: &str) -> Result<(), SnapshotError> {
    let Some(clients) = scope.clients() else {
        return Ok(());
    };
    let expected = format!("a client this key reaches: {}", clients.join(", "));
    let mut faults = Faults::default();
    let (root, list) = (Path::ROOT, "campaigns");
    for position in 0..problem.campaigns.len() {
        let client = client(problem, position, owner);
        if client.is_empty() || !scope.reaches(client) {
            let found = match client {
                "" => "nothing".to_owned(),
                client => format!("{client:?}"),
            };
            let list = root.key(list);
            faults.add(&list.index(position).key("client"), found, &expected);
        }
    }
    match faults.is_empty() {
        true => Ok(()),
        false => Err(SnapshotError::Walls(faults)),
    }
}

#[cfg(test)]
mod tests {
    use muster_matcher::model::problem::read;

    use super::*;
    use crate::access::{Action, Gate};

    fn id(first: &str, second: &str) -> String {
        let text = format!(
            r#"{{"horizon": {{"start": "2027-03-01", "weeks": 1}}, "campaigns": [{{"id": "c"}}],
                "roles": [{{"id": "r", "campaign": "c", "hours": 10, "target": 1}}],
                "experts": [{{"id": "a", "hours": 20, "tags": {first}}}, {{"id": "b", "hours": 20, "tags": {second}}}],
                "pairs": []}}"#
        );
        let scope = Gate::program().scope("t", "test", Action::ProblemsWrite);
        let problem = read(text.as_bytes()).unwrap();
        Snapshot::new(problem, &scope).unwrap().record.id
    }

    #[test]
    fn the_same_problem_has_the_same_id_in_whatever_order_tags_stand() {
        let one = id(r#"["x", "y", "z"]"#, r#"["w", "x"]"#);
        assert_eq!(one, id(r#"["z", "x", "y", "x"]"#, r#"["x", "w"]"#));
        assert_ne!(one, id(r#"["x", "y"]"#, r#"["w", "x"]"#));
    }
}
