//! What is asked of lists of people: lists to be kept, and what changes about whoever is on one.

use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;

use super::{Shortlist, Stands};
use crate::access::Scope;
use crate::service::saved::{RoleOf, name};
use crate::service::{App, Problem, reach};
use crate::store::{Kind, now_ms};

/// The most bytes of a reason.
const REASON_BYTES: usize = 500;
/// The most bytes of a note.
const NOTE_BYTES: usize = 2_000;

/// What is to be kept.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(in crate::service) struct ShortlistWanted {
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
pub(in crate::service) struct ListWanted {
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
    /// [`Code::Invalid`](crate::service::Code::Invalid) where one is out of reach; [`Code::NotFound`](crate::service::Code::NotFound): there is no such role or search.
    pub(in crate::service) async fn wall(
        &self,
        app: &App,
        scope: &Scope,
    ) -> Result<String, Problem> {
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
    pub(in crate::service) fn kept(
        self,
        id: &str,
        scope: &Scope,
        before: Option<Shortlist>,
    ) -> Shortlist {
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
pub(in crate::service) struct EntryWanted {
    /// `proposed` by default.
    state: Option<Stands>,
    /// Why; needed where they are rejected.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
}

/// What changes about somebody on a list.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(in crate::service) struct EntryPatch {
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
pub(in crate::service) struct EntryChange {
    pub(super) state: Option<Stands>,
    /// `Some(None)`: taken away.
    pub(super) reason: Option<Option<String>>,
    pub(super) note: Option<String>,
}

impl EntryChange {
    /// The whole of an entry that is put.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::service::Code::Invalid) with every fault.
    pub(in crate::service) fn put(json: Json) -> Result<Self, Problem> {
        Self::read(json, false).map(|read| Self {
            state: Some(read.state.unwrap_or(Stands::Proposed)),
            reason: Some(read.reason.flatten()),
            ..read
        })
    }

    /// A patch.
    ///
    /// # Errors
    /// [`Code::Invalid`](crate::service::Code::Invalid) with every fault.
    pub(in crate::service) fn patch(json: Json) -> Result<Self, Problem> {
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

    /// What is noted and said, which may name people.
    pub(in crate::service) fn said(&self) -> impl Iterator<Item = &String> {
        self.reason.iter().flatten().chain(&self.note)
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
