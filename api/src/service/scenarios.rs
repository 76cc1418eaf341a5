//! Scenarios: a problem or campaigns with a change to try, kept under a name.

use muster_datasets::import::labels::resolve_campaigns;
use muster_matcher::json::{Faults, Json, Path};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::routes::merged;
use super::snapshots::{self, Asked};
use super::{App, Code, Problem, reach, staffing};
use crate::access::Scope;
use crate::json;
use crate::labels::Labels;
use crate::planning::{Snapshot, together};
use crate::store::joined;

/// A scenario. It is never changed.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub(super) struct Scenario {
    /// Its id.
    pub(super) id: String,
    /// What people call it.
    pub(super) name: String,
    /// What else they should know.
    pub(super) note: String,
    /// Who made it: `key:…` or `user:…`.
    pub(super) owner: String,
    /// When, in UTC milliseconds.
    pub(super) created_ms: i64,
    /// The problem that is changed; null where it is campaigns.
    pub(super) problem: Option<String>,
    /// The campaigns that are changed, as they are when a plan is asked for; null where it is a problem.
    pub(super) campaigns: Option<Vec<String>>,
    /// The change, a JSON merge patch (RFC 7396): of the problem file, or of an object that has each campaign's file
    /// under its id.
    #[schema(value_type = Object)]
    pub(super) patch: Box<RawValue>,
}

/// What is changed, whole.
pub(super) enum Changed {
    /// A problem, and the clients of the one it was made from.
    Problem(Box<Snapshot>, Vec<String>),
    /// Campaign files.
    Campaigns(Vec<CampaignFile>, Vec<Json>),
}

impl Changed {
    /// The clients it is about, as a document's client.
    pub(super) fn client(&self) -> String {
        match self {
            Self::Problem(snapshot, before) => {
                let clients = snapshot.record.clients.iter().chain(before);
                joined(clients.map(String::as_str))
            }
            Self::Campaigns(files, _) => {
                let campaigns = files.iter().flat_map(|file| &file.campaigns);
                joined(campaigns.map(|campaign| campaign.client.as_str()))
            }
        }
    }

    /// As what is asked for when a plan is.
    ///
    /// # Errors
    /// As [`staffing::asked`].
    pub(super) async fn asked(self, app: &App, scope: &Scope) -> Result<Asked, Problem> {
        match self {
            Self::Problem(snapshot, _) => Ok(Asked::New(snapshot)),
            Self::Campaigns(_, trees) => staffing::asked(app, scope, trees).await,
        }
    }
}

/// Changes what a scenario is about. The pointers of faults are into the whole after the change.
///
/// # Errors
/// [`Code::NotFound`], [`Code::Invalid`] with every fault, [`Code::Forbidden`].
pub(super) async fn change(
    app: &App,
    scope: &Scope,
    scenario: &Scenario,
) -> Result<Changed, Problem> {
    let patch = snapshots::tree(scenario.patch.get())?;
    let told = |problem: Problem| match problem.code() {
        Code::Invalid => {
            let detail = "with the patch the whole has faults; pointers are into it";
            problem.coded(Code::Invalid, detail)
        }
        _ => problem,
    };
    if let Some(id) = &scenario.problem {
        let mut read = app.store.read(scope).await?;
        let (record, text) = snapshots::text(&mut read, id).await?;
        drop(read);
        let scope = scope.clone();
        let made = move || {
            let whole = json::text(&merged(snapshots::tree(&text)?, patch));
            snapshots::snapshot("", whole.as_bytes(), &scope)
        };
        let snapshot = app.compute_long(made).await?.map_err(told)?;
        return Ok(Changed::Problem(Box::new(snapshot), record.clients));
    }
    let ids = scenario.campaigns.iter().flatten();
    let ids: Vec<Id> = ids.filter_map(|id| Id::new(id)).collect();
    let kept = staffing::stored(app, scope, &ids).await?;
    let by_id = ids.iter().map(ToString::to_string);
    let whole = by_id.zip(kept.into_iter().map(|it| it.tree)).collect();
    campaigns(merged(Json::Object(whole), patch), scope).map_err(told)
}

/// Reads campaign files, each under its id.
fn campaigns(whole: Json, scope: &Scope) -> Result<Changed, Problem> {
    let Json::Object(fields) = whole else {
        let expected = "an object: campaign files under their ids";
        return Err(Problem::of(Code::Invalid, "", "something else", expected));
    };
    let (mut files, mut trees, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (id, mut tree) in fields {
        let at = format!("/{}", id.replace('~', "~0").replace('/', "~1"));
        let mut faults = Faults::default();
        resolve_campaigns(&mut tree, &Labels, &mut faults);
        if !faults.is_empty() {
            return Err(Problem::faults_below(&at, &faults));
        }
        let file = staffing::file(tree.clone()).map_err(|problem| problem.below(&at))?;
        if file.campaigns.is_empty() {
            let expected = "at least one campaign";
            let at = format!("{at}/campaigns");
            return Err(Problem::of(Code::Invalid, &at, "none", expected));
        }
        reach::campaigns(&file, scope).map_err(|problem| problem.below(&at))?;
        files.push(file);
        trees.push(tree);
        ids.push(id);
    }
    match together(files.clone()) {
        Ok(_) => Ok(Changed::Campaigns(files, trees)),
        Err(faults) => Err(Problem::faults(&under_ids(&faults, &ids))),
    }
}

/// Faults that say which of the campaigns by its place, with its id instead.
fn under_ids(faults: &Faults, ids: &[String]) -> Faults {
    let mut named = Faults::default();
    for fault in faults.list() {
        let place = fault.at.strip_prefix("/campaigns/");
        let id = place.and_then(|place| ids.get(place.parse::<usize>().ok()?));
        match id {
            Some(id) => named.add(&Path::ROOT.key(id), &fault.found, &fault.expected),
            None => named.add(&Path::ROOT, &fault.found, &fault.expected),
        }
    }
    named
}
