//! Campaigns to be staffed from the pool: read from the store, changed by a scenario, made a problem, and handed to
//! the worker.

use std::collections::BTreeSet;
use std::time::Duration;

use muster_datasets::import::labels::campaigns_of_tree;
use muster_index::IndexSource;
use muster_matcher::candidates::{self, CandidateSource as _};
use muster_matcher::json::{Faults, Json, Path};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use muster_matcher::plan::n_candidates;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::snapshots::{self, Asked, unkept};
use super::status::{Status, status_of};
use super::{App, Code, Problem};
use crate::access::Scope;
use crate::json;
use crate::labels::Labels;
use crate::planning::{Snapshot, together};
use crate::store::Kind;

/// What a worker needs to plan campaigns from the pool.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Job {
    /// The index must know every change up to this one.
    position: i64,
    /// Campaign files of one campaign each.
    campaigns: Vec<Box<RawValue>>,
}

/// A stored campaign as a campaign file, and where it stands.
pub(super) struct Stored {
    pub(super) tree: Json,
    pub(super) status: Status,
}

/// Campaigns of the store.
///
/// # Errors
/// [`Code::NotFound`].
pub(super) async fn stored(app: &App, scope: &Scope, ids: &[Id]) -> Result<Vec<Stored>, Problem> {
    let mut campaigns = Vec::with_capacity(ids.len());
    let mut read = app.store.read(scope).await?;
    for id in ids {
        let document = read.get(&Kind::CAMPAIGN, id.as_str()).await?;
        let mut tree = snapshots::tree(&document.body)?;
        without_status(&mut tree);
        campaigns.push(Stored {
            tree,
            status: status_of(&document.body)?,
        });
    }
    Ok(campaigns)
}

/// The file of a campaign that is kept.
///
/// # Errors
/// [`Code::NotFound`]: there is none in reach; [`Code::Invalid`]: what was understood when it was kept is not any more.
pub(super) async fn kept(app: &App, scope: &Scope, id: &str) -> Result<CampaignFile, Problem> {
    let mut read = app.store.read(scope).await?;
    let found = read.get(&Kind::CAMPAIGN, id).await?;
    drop(read);
    let mut tree = snapshots::tree(&found.body)?;
    without_status(&mut tree);
    campaigns_of_tree(tree, &Labels).map_err(super::routes::campaign_problem)
}

/// Takes where it stands off the tree of a campaign that is kept: the rest is a campaign file.
pub(super) fn without_status(tree: &mut Json) {
    if let Json::Object(fields) = tree {
        fields.retain(|(name, _)| name != "status");
    }
}

/// Campaigns that may come are not planned beside those that will: they would take people from them.
///
/// # Errors
/// [`Code::Invalid`], with every campaign that may come.
pub(super) fn refuse_mixture(campaigns: &[Stored]) -> Result<(), Problem> {
    let firm = campaigns.iter().filter(|it| it.status.is_firm()).count();
    if firm == 0 || firm == campaigns.len() {
        return Ok(());
    }
    let root = muster_matcher::json::Path::ROOT;
    let (list, mut faults) = (root.key("campaigns"), Faults::default());
    for (idx, campaign) in campaigns.iter().enumerate() {
        if !campaign.status.is_firm() {
            let expected =
                "a confirmed campaign, as others here are; a scenario may try both together";
            faults.add(&list.index(idx), campaign.status.word(), expected);
        }
    }
    Err(Problem::faults(&faults))
}

/// Reads a campaign file from its tree.
///
/// # Errors
/// [`Code::Invalid`] with every fault.
pub(super) fn file(tree: Json) -> Result<CampaignFile, Problem> {
    CampaignFile::from_tree(tree).map_err(|error| match error {
        CampaignFileError::Faults(faults) => Problem::faults(&faults),
        CampaignFileError::Json(error) => Problem::new(Code::BrokenJson, error.to_string()),
    })
}

/// Several campaign files as one.
fn joined(trees: &[Json]) -> Result<CampaignFile, Problem> {
    let files: Result<Vec<CampaignFile>, Problem> =
        trees.iter().map(|tree| file(tree.clone())).collect();
    together(files?).map_err(|faults| Problem::faults(&faults))
}

/// The problem of the first candidates for these campaigns, and what a worker plans them from.
///
/// # Errors
/// [`Code::Invalid`] where they cannot be planned together or name people who are not in the pool;
/// [`Code::Unavailable`] while the index is built.
pub(super) async fn asked(app: &App, scope: &Scope, trees: Vec<Json>) -> Result<Asked, Problem> {
    let index = app.ready_index(scope)?;
    let (threads, scope) = (app.config.threads, scope.clone());
    let made = move || {
        let file = joined(&trees)?;
        let source = IndexSource::new(&index.pool, threads);
        let candidates = source.best(&file, &n_candidates(&file)).map_err(|error| {
            tracing::error!(%error, "the index gives no candidates");
            let detail = "the index cannot be read; the log says more";
            Problem::new(Code::Internal, detail)
        })?;
        let problem = candidates::problem(&file, &candidates);
        let problem = problem.map_err(|faults| Problem::faults(&faults))?;
        let snapshot = Snapshot::new(problem, &scope).map_err(|error| unkept("", &error))?;
        let raw = |tree: &Json| RawValue::from_string(json::text(tree));
        let campaigns: Result<Vec<_>, _> = trees.iter().map(raw).collect();
        let job = Job {
            position: index.position,
            campaigns: campaigns
                .map_err(|error| Problem::new(Code::Internal, error.to_string()))?,
        };
        Ok(Asked::Campaigns(Box::new(snapshot), job))
    };
    app.compute_long(made).await?
}

impl Job {
    /// What a job was given; none where it is about a problem.
    ///
    /// # Errors
    /// [`Code::Internal`]: it cannot be read back.
    pub(super) fn of(body: &str) -> Result<Option<Self>, Problem> {
        match body {
            "{}" => Ok(None),
            body => snapshots::stored(body).map(Some),
        }
    }

    /// The campaigns, as one file.
    ///
    /// # Errors
    /// [`Code::Internal`]: they cannot be read back.
    pub(super) fn file(&self) -> Result<CampaignFile, Problem> {
        let trees: Result<Vec<Json>, Problem> = self
            .campaigns
            .iter()
            .map(|text| snapshots::tree(text.get()))
            .collect();
        joined(&trees?)
    }

    /// How long until it is worth looking again whether the index knows what it must; none if it does.
    pub(super) fn waits(&self, app: &App, scope: &Scope) -> Option<Duration> {
        let knows = app
            .index(scope)
            .is_some_and(|index| index.position >= self.position);
        (!knows).then_some(Duration::from_millis(200))
    }
}

/// Notes campaigns that are named twice, and more of them than are planned together, before any is looked up.
pub(super) fn each_once<'i>(campaigns: impl Iterator<Item = &'i Id>, faults: &mut Faults) {
    const MOST: usize = 1_000;
    let at = Path::ROOT.key("campaigns");
    let mut seen = BTreeSet::new();
    for (idx, id) in campaigns.enumerate() {
        if idx == MOST {
            faults.add(&at, "more campaigns", format!("at most {MOST}"));
            return;
        }
        if !seen.insert(id) {
            faults.add(
                &at.index(idx),
                format!("{:?} again", id.as_str()),
                "each once",
            );
        }
    }
}
