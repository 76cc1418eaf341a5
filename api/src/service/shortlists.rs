//! Lists of people that recruiters keep: who is proposed, who was taken, who was not and why.

use muster_matcher::json::{Faults, Fields, FromJson, Json, Path, one_of};
use muster_matcher::model::Id;
use serde::{Deserialize, Serialize};

use super::found::Question;
use super::saved::{RoleOf, SavedSearch, name};
use super::{App, Code, Problem, reach, snapshots};
use crate::access::Scope;
use crate::store::{Document, Kind, now_ms};

/// The most people of a list.
const MOST_ENTRIES: usize = 500;
/// The most notes about one of them.
const MOST_NOTES: usize = 100;
/// The most bytes of a reason.
const REASON_BYTES: usize = 500;
/// The most bytes of a note.
const NOTE_BYTES: usize = 2_000;
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

/// What is to be kept.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct ShortlistWanted {
    /// What people call it.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// The role it is for.
    role: Option<RoleOf>,
    /// In place of a role: the kept search it is for, by id. Without either the list is free.
    search: Option<String>,
    /// Whose it is; whoever is limited to other clients does not find it. By default the clients of its role or search.
    client: Option<String>,
}

/// What was read of it.
pub(super) struct ListWanted {
    name: String,
    role: Option<RoleOf>,
    search: Option<Id>,
    client: Option<Id>,
}

impl FromJson for ListWanted {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let name = name(&mut fields, faults);
        let role: Option<Option<RoleOf>> = fields.optional("role", faults);
        let search: Option<Option<Id>> = fields.optional("search", faults);
        let client: Option<Option<Id>> = fields.optional("client", faults);
        fields.finish(faults);
        if let (Some(Some(_)), Some(Some(_))) = (&role, &search) {
            faults.add(&at.key("search"), "both", "either role or search");
        }
        Some(Self {
            name: name?,
            role: role?,
            search: search?,
            client: client?,
        })
    }
}

impl ListWanted {
    /// The clients it must be hidden behind: its own, and those of what it is for.
    ///
    /// # Errors
    /// [`Code::Invalid`] where one is out of reach; [`Code::NotFound`]: there is no such role or search.
    pub(super) async fn wall(&self, app: &App, scope: &Scope) -> Result<String, Problem> {
        let mut clients = Vec::new();
        if let Some(role) = &self.role {
            let file = role.file(app, scope).await?;
            reach::conditions_in(&file, scope)?;
            clients.extend(reach::clients_in(&file));
        }
        if let Some(search) = &self.search {
            let mut read = app.store.read(scope).await?;
            let found = read.get(&Kind::SEARCH, search.as_str()).await?;
            clients.extend(found.client.lines().map(str::to_owned));
        }
        reach::wall(scope, self.client.as_ref(), clients)
    }

    /// The list under an id, with the entries of what was kept there.
    pub(super) fn kept(self, id: &str, scope: &Scope, before: Option<Shortlist>) -> Shortlist {
        let before = before.unwrap_or_else(|| Shortlist {
            id: id.to_owned(),
            name: String::new(),
            owner: scope.actor().to_owned(),
            created_ms: now_ms(),
            client: None,
            role: None,
            search: None,
            entries: Vec::new(),
        });
        Shortlist {
            name: self.name,
            client: self.client.map(|client| client.to_string()),
            role: self.role,
            search: self.search.map(|search| search.to_string()),
            ..before
        }
    }
}

/// Where somebody on a list is to stand.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct EntryWanted {
    /// `proposed` by default.
    state: Option<Stands>,
    /// Why; needed where they are rejected.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// What changes about somebody on a list.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct EntryPatch {
    /// Where they stand now.
    state: Option<Stands>,
    /// Why; null takes it away.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
    /// To be added to what was noted of them.
    #[schema(min_length = 1, max_length = 2000)]
    note: Option<String>,
}

/// What was read of either: of a patch, what is not there stays.
pub(super) struct EntryChange {
    state: Option<Stands>,
    /// `Some(None)`: taken away.
    reason: Option<Option<String>>,
    note: Option<String>,
}

impl EntryChange {
    /// The whole of an entry that is put.
    ///
    /// # Errors
    /// [`Code::Invalid`] with every fault.
    pub(super) fn put(json: Json) -> Result<Self, Problem> {
        Self::read(json, false).map(|read| Self {
            state: Some(read.state.unwrap_or(Stands::Proposed)),
            reason: Some(read.reason.flatten()),
            ..read
        })
    }

    /// A patch.
    ///
    /// # Errors
    /// [`Code::Invalid`] with every fault.
    pub(super) fn patch(json: Json) -> Result<Self, Problem> {
        Self::read(json, true)
    }

    fn read(json: Json, is_patch: bool) -> Result<Self, Problem> {
        let (root, mut faults) = (Path::ROOT, Faults::default());
        let read = Fields::open(json, &root, &mut faults).map(|mut fields| {
            let state = fields.optional("state", &mut faults).flatten();
            let reason = fields.take("reason").map(|json| match json {
                Json::Null => None,
                json => text(json, &root.key("reason"), REASON_BYTES, &mut faults),
            });
            let note = is_patch.then(|| fields.take("note")).flatten();
            let note = note.and_then(|json| text(json, &root.key("note"), NOTE_BYTES, &mut faults));
            fields.finish(&mut faults);
            Self {
                state,
                reason,
                note,
            }
        });
        read.filter(|_| faults.is_empty())
            .ok_or_else(|| Problem::faults(&faults))
    }

    /// The words of what is noted and said, which may name people.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        let said = self.reason.iter().flatten().chain(&self.note);
        said.flat_map(|text| text.split_whitespace())
            .map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()))
    }
}

/// Text of at most so many bytes that is not all spaces.
fn text(json: Json, at: &Path<'_>, most: usize, faults: &mut Faults) -> Option<String> {
    let said = String::from_json(json, at, faults)?;
    if said.trim().is_empty() || said.len() > most {
        let found = format!("{} bytes", said.len());
        let expected = format!("1 to {most} bytes that are not all spaces");
        faults.add(at, found, expected);
        return None;
    }
    Some(said)
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
