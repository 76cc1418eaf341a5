//! Lists of people that recruiters keep: who is proposed, who was taken, who was not and why.

mod wanted;

pub(super) use wanted::{EntryChange, EntryPatch, EntryWanted, ListWanted, ShortlistWanted};

use muster_matcher::json::{Faults, FromJson, Json, Path, one_of};
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};

use super::found::Question;
use super::saved::{RoleOf, SavedSearch};
use super::{App, Code, Problem, snapshots};
use crate::access::Scope;
use crate::store::{Document, Kind, now_ms};

/// The most people of a list.
const MOST_ENTRIES: usize = 500;
/// The most notes about one of them.
const MOST_NOTES: usize = 100;
/// The most bytes of a list with all its notes.
pub(super) const LIST_BYTES: usize = 2 * 1024 * 1024;

/// Where somebody on a list stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stands {
    /// Somebody thinks of them.
    Proposed,
    /// They were taken.
    Accepted,
    /// They do not want to.
    Declined,
    /// They were not taken; the reason says why.
    Rejected,
}

impl Stands {
    const NAMES: [(&'static str, Self); 4] = [
        ("proposed", Self::Proposed),
        ("accepted", Self::Accepted),
        ("declined", Self::Declined),
        ("rejected", Self::Rejected),
    ];

    /// As it is stored and shown.
    pub(super) fn as_str(self) -> &'static str {
        let known = Self::NAMES.iter().find(|(_, state)| *state == self);
        known.map_or("", |(name, _)| name)
    }

    /// The state of a name.
    pub(super) fn of(name: &str) -> Option<Self> {
        let known = Self::NAMES.iter().find(|(known, _)| *known == name);
        known.map(|(_, state)| *state)
    }
}

impl FromJson for Stands {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        one_of(&Self::NAMES, json, at, faults)
    }
}

/// What somebody noted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct Note {
    /// What.
    pub(super) note: String,
    /// Who: `key:…` or `user:…`.
    pub(super) by: String,
    /// When, in UTC milliseconds.
    pub(super) at_ms: i64,
}

/// Somebody on a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct Entry {
    /// Who.
    pub(super) expert: String,
    /// Where they stand.
    pub(super) state: Stands,
    /// Why there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reason: Option<String>,
    /// Their points for the list's role or search when they were added; null where it did not find them, and on lists
    /// of neither.
    pub(super) points: Option<i64>,
    /// Who added them: `key:…` or `user:…`.
    pub(super) added_by: String,
    /// When, in UTC milliseconds.
    pub(super) added_ms: i64,
    /// When state or reason changed last, in UTC milliseconds.
    pub(super) changed_ms: i64,
    /// What was noted of them, the oldest first.
    pub(super) notes: Vec<Note>,
}

/// A list of people, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct Shortlist {
    /// Its id.
    pub(super) id: String,
    /// What people call it.
    pub(super) name: String,
    /// Who kept it first: `key:…` or `user:…`.
    pub(super) owner: String,
    /// When, in UTC milliseconds.
    pub(super) created_ms: i64,
    /// Whose it was said to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) client: Option<String>,
    /// The role it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<RoleOf>,
    /// The kept search it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) search: Option<String>,
    /// Who is on it, in the order of ids.
    pub(super) entries: Vec<Entry>,
}

impl Shortlist {
    /// The list of a document.
    ///
    /// # Errors
    /// [`Code::Internal`]: it cannot be read back.
    pub(super) fn of(document: &Document) -> Result<Self, Problem> {
        snapshots::stored(&document.body)
    }

    /// What its people are measured by, if it is for a role or a search that is still there.
    ///
    /// # Errors
    /// As the store.
    pub(super) async fn question(
        &self,
        app: &App,
        scope: &Scope,
    ) -> Result<Option<Question>, Problem> {
        let asked = match (&self.role, &self.search) {
            (Some(role), _) => role.question(app, scope).await,
            (None, Some(search)) => {
                let mut read = app.store.read(scope).await?;
                let Some(found) = read.find(&Kind::SEARCH, search).await? else {
                    return Ok(None);
                };
                drop(read);
                let search: SavedSearch = snapshots::stored(&found.body)?;
                search.question(app, scope).await
            }
            (None, None) => return Ok(None),
        };
        match asked {
            Err(problem) if matches!(problem.code(), Code::NotFound | Code::Invalid) => Ok(None),
            asked => asked.map(Some),
        }
    }

    /// Whoever of the list has this id.
    pub(super) fn entry(&self, expert: &str) -> Option<&Entry> {
        let place = self.place(expert).ok()?;
        self.entries.get(place)
    }

    fn place(&self, expert: &str) -> Result<usize, usize> {
        let by_id = |entry: &Entry| entry.expert.as_str().cmp(expert);
        self.entries.binary_search_by(by_id)
    }

    /// Adds somebody who is proposed, unless they are on it.
    ///
    /// # Errors
    /// [`Code::WrongState`]: the list is full.
    pub(super) fn add(
        &mut self,
        expert: &Id,
        points: Option<i64>,
        scope: &Scope,
    ) -> Result<(), Problem> {
        let Err(place) = self.place(expert.as_str()) else {
            return Ok(());
        };
        if self.entries.len() >= MOST_ENTRIES {
            return Err(full(&format!("{MOST_ENTRIES} people")));
        }
        let now = now_ms();
        let entry = Entry {
            expert: expert.to_string(),
            state: Stands::Proposed,
            reason: None,
            points,
            added_by: scope.actor().to_owned(),
            added_ms: now,
            changed_ms: now,
            notes: Vec::new(),
        };
        self.entries.insert(place, entry);
        Ok(())
    }

    /// Changes what is said of somebody on it.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::Invalid`]: somebody is rejected without a reason; [`Code::WrongState`]: there are
    /// as many notes as there can be.
    pub(super) fn change(
        &mut self,
        expert: &Id,
        change: EntryChange,
        scope: &Scope,
    ) -> Result<(), Problem> {
        let id = self.id.clone();
        let not_there = || not_on(&id, expert);
        let place = self.place(expert.as_str()).map_err(|_| not_there())?;
        let entry = self.entries.get_mut(place).ok_or_else(not_there)?;
        let before = (entry.state, entry.reason.clone());
        entry.state = change.state.unwrap_or(entry.state);
        entry.reason = change.reason.unwrap_or_else(|| entry.reason.take());
        if entry.state == Stands::Rejected && entry.reason.is_none() {
            let expected = "a reason: somebody is rejected for one";
            return Err(Problem::of(Code::Invalid, "/reason", "nothing", expected));
        }
        let now = now_ms();
        if before != (entry.state, entry.reason.clone()) {
            entry.changed_ms = now;
        }
        if let Some(note) = change.note {
            if entry.notes.len() >= MOST_NOTES {
                return Err(full(&format!("{MOST_NOTES} notes about {expert}")));
            }
            entry.notes.push(Note {
                note,
                by: scope.actor().to_owned(),
                at_ms: now,
            });
        }
        Ok(())
    }

    /// Takes somebody off it.
    ///
    /// # Errors
    /// [`Code::NotFound`].
    pub(super) fn remove(&mut self, expert: &Id) -> Result<(), Problem> {
        let place = self.place(expert.as_str());
        let place = place.map_err(|_| not_on(&self.id, expert))?;
        self.entries.remove(place);
        Ok(())
    }
}

fn not_on(list: &str, expert: &Id) -> Problem {
    let detail = format!("{expert} is not on shortlist {list}");
    Problem::new(Code::NotFound, detail)
}

/// There is no room for more.
pub(super) fn full(what: &str) -> Problem {
    Problem::new(Code::WrongState, format!("the list holds at most {what}"))
}
