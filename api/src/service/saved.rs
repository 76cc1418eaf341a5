//! A search that is kept: what it asks, and whose it is.

use muster_matcher::json::{Faults, Fields, FromJson, Json, Path};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::requirement::Leaf;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::found::Question;
use super::routes::{Asked, SearchWanted};
use super::{App, Code, Problem, extract, reach, staffing};
use crate::access::Scope;
use crate::json;
use crate::store::{Kind, now_ms};

/// The most bytes of a name.
const NAME_BYTES: usize = 128;
/// The most bytes of a search: all that are watched are read whenever people change.
const SEARCH_BYTES: usize = 64 * 1024;

/// A role that people are sought for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleOf {
    /// Its campaign, which is kept.
    #[schema(min_length = 1, max_length = 128)]
    pub(super) campaign: String,
    /// Its id within the campaign.
    #[schema(min_length = 1, max_length = 128)]
    pub(super) role: String,
}

impl FromJson for RoleOf {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let campaign: Option<Id> = fields.required("campaign", faults);
        let role: Option<Id> = fields.required("role", faults);
        fields.finish(faults);
        Some(Self {
            campaign: campaign?.to_string(),
            role: role?.to_string(),
        })
    }
}

impl RoleOf {
    /// The role's id in a campaign file: `<campaign>/<role>`.
    fn whole_id(&self) -> String {
        format!("{}/{}", self.campaign, self.role)
    }

    /// The campaign's file, in which the role is.
    ///
    /// # Errors
    /// [`Code::NotFound`]: there is no such campaign in reach, or it has no such role.
    pub(super) async fn file(&self, app: &App, scope: &Scope) -> Result<CampaignFile, Problem> {
        let file = staffing::kept(app, scope, &self.campaign).await?;
        let whole = self.whole_id();
        let is_there = file.roles().any(|(_, role)| role.id.as_str() == whole);
        match is_there {
            true => Ok(file),
            false => {
                let detail = format!("campaign {} has no role {}", self.campaign, self.role);
                Err(Problem::new(Code::NotFound, detail))
            }
        }
    }
}

impl RoleOf {
    /// What the role asks.
    ///
    /// # Errors
    /// As [`RoleOf::file`]; [`Code::Invalid`]: by now it asks about clients out of reach.
    pub(super) async fn question(&self, app: &App, scope: &Scope) -> Result<Question, Problem> {
        let file = self.file(app, scope).await?;
        // Whom it finds must not tell whom other clients know.
        reach::conditions_in(&file, scope)?;
        Ok(Question::Role(Box::new(file), self.whole_id()))
    }
}

/// What is to be kept.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(super) struct SavedWanted {
    /// What people call it.
    #[schema(min_length = 1, max_length = 128)]
    name: String,
    /// The search, as `POST /v1/experts/search` takes it, without a cursor.
    search: Option<SearchWanted>,
    /// In place of a search: a role to find people for.
    role: Option<RoleOf>,
    /// Whose it is; whoever is limited to other clients does not find it. It is also behind the walls of the clients
    /// that it is about: those of its role and its plan, and those that its conditions name.
    client: Option<String>,
    /// Whether it is watched, so that new matches are told; true by default. It may find at most 10,000 people then.
    #[schema(required = false)]
    alerts: bool,
    /// A finished plan of campaigns, by id: told are only those who might improve it, at the plan's prices.
    plan: Option<String>,
}

/// What was read of it.
pub(super) struct Wanted {
    name: String,
    /// As it was stated, and read.
    search: Option<(Json, Asked)>,
    role: Option<RoleOf>,
    client: Option<Id>,
    alerts: bool,
    plan: Option<Id>,
}

impl FromJson for Wanted {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        let mut fields = Fields::open(json, at, faults)?;
        let name = name(&mut fields, faults);
        let search = fields.take("search").map(|json| {
            let at = at.key("search");
            let asked = Asked::from_json(json.clone(), &at, faults)?;
            if asked.has_cursor() {
                let expected = "no cursor: a search that is kept begins at its first page";
                faults.add(&at.key("cursor"), "a cursor", expected);
            }
            let n_bytes = json::text(&json).len();
            if n_bytes > SEARCH_BYTES {
                let expected = format!("a search of at most {SEARCH_BYTES} bytes");
                faults.add(&at, format!("{n_bytes} bytes"), expected);
            }
            Some((json, asked))
        });
        let role: Option<Option<RoleOf>> = fields.optional("role", faults);
        let client: Option<Option<Id>> = fields.optional("client", faults);
        let alerts = fields.or("alerts", true, faults);
        let plan: Option<Option<Id>> = fields.optional("plan", faults);
        fields.finish(faults);
        if let (Some(false), Some(Some(_))) = (alerts, &plan) {
            let expected = "true: a plan says of whom to tell";
            faults.add(&at.key("alerts"), false, expected);
        }
        match (&search, &role) {
            (None, Some(None)) => faults.add(&at.key("search"), "nothing", "a search, or a role"),
            (Some(_), Some(Some(_))) => {
                faults.add(&at.key("role"), "both", "either search or role");
            }
            _ => {}
        }
        Some(Self {
            name: name?,
            search: match search {
                Some(read) => Some(read?),
                None => None,
            },
            role: role?,
            client: client?,
            alerts: alerts?,
            plan: plan?,
        })
    }
}

/// The field `name`: something that people can read.
pub(super) fn name(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<String> {
    let name: String = fields.required("name", faults)?;
    if name.trim().is_empty() || name.len() > NAME_BYTES {
        let found = format!("{} bytes", name.len());
        let expected = format!("1 to {NAME_BYTES} bytes that are not all spaces");
        faults.add(&fields.at().key("name"), found, expected);
        return None;
    }
    Some(name)
}

/// A search as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct SavedSearch {
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
    /// The search, as it was stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<SearchWanted>)]
    pub(super) search: Option<Box<RawValue>>,
    /// The role that people are sought for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) role: Option<RoleOf>,
    /// Whether new matches are told.
    pub(super) alerts: bool,
    /// The plan that they must improve.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<String>,
}

impl Wanted {
    /// The plan that new matches must improve.
    pub(super) fn plan(&self) -> Option<&Id> {
        self.plan.as_ref()
    }

    /// The clients it must be hidden behind: its own, and those whom it asks about.
    ///
    /// # Errors
    /// [`Code::Invalid`] where one is out of reach; [`Code::NotFound`]: there is no such role.
    pub(super) async fn wall(&self, app: &App, scope: &Scope) -> Result<String, Problem> {
        let mut clients: Vec<String> = Vec::new();
        if let Some((_, asked)) = &self.search {
            let leaves: Vec<&Leaf> = asked.leaves();
            reach::conditions(leaves.iter().copied(), "/search", scope)?;
            clients.extend(reach::clients_of(leaves).map(ToString::to_string));
        }
        if let Some(role) = &self.role {
            let file = role.file(app, scope).await?;
            reach::conditions_in(&file, scope)?;
            clients.extend(reach::clients_in(&file));
        }
        if let Some(plan) = &self.plan {
            let mut read = app.store.read(scope).await?;
            let plan = read.get(&Kind::PLAN, plan.as_str()).await?;
            clients.extend(plan.client.lines().map(str::to_owned));
        }
        reach::wall(scope, self.client.as_ref(), clients)
    }

    /// The search under an id, as kept now for the first time.
    ///
    /// # Errors
    /// [`Code::Internal`]: it cannot be written as JSON.
    pub(super) fn kept(self, id: &str, scope: &Scope) -> Result<SavedSearch, Problem> {
        let raw = |(tree, _): (Json, Asked)| RawValue::from_string(json::text(&tree));
        let search = self.search.map(raw).transpose();
        let search = search.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
        Ok(SavedSearch {
            id: id.to_owned(),
            name: self.name,
            owner: scope.actor().to_owned(),
            created_ms: now_ms(),
            client: self.client.map(|client| client.to_string()),
            search,
            role: self.role,
            alerts: self.alerts,
            plan: self.plan.map(|plan| plan.to_string()),
        })
    }
}

impl SavedSearch {
    /// Whether another one finds and tells of the same people.
    pub(super) fn watches_as(&self, other: &Self) -> bool {
        let asked = |it: &Self| it.search.as_ref().map(|text| text.get().to_owned());
        let own = (&self.role, self.alerts, &self.plan);
        own == (&other.role, other.alerts, &other.plan) && asked(self) == asked(other)
    }

    /// What it asks: read anew, since the week it speaks of may be the next one.
    ///
    /// # Errors
    /// [`Code::NotFound`]: its role is gone; [`Code::Invalid`]: what was understood when it was kept is not any more.
    pub(super) async fn question(&self, app: &App, scope: &Scope) -> Result<Question, Problem> {
        match (&self.search, &self.role) {
            (Some(text), _) => {
                let asked: Asked = extract::read(text.get().as_bytes())?;
                let synonyms = asked.synonyms(app, scope).await?;
                Ok(Question::Search(Box::new(asked), synonyms))
            }
            (None, Some(role)) => role.question(app, scope).await,
            (None, None) => Err(Problem::new(Code::Internal, "a kept search asks nothing")),
        }
    }
}
