//! Asking for a plan: what a request says, and what is kept of it.

use muster_matcher::json::{Faults, Fields, Path};
use muster_matcher::model::Id;

use crate::access::Scope;
use crate::planning::{Limits, PlanRecord, RunStatus};
use crate::service::extract::{Texts, split};
use crate::service::snapshots::{self, Asked, Resolved};
use crate::service::staffing;
use crate::service::{App, Code, Problem, reply, scenarios, worker};
use crate::store::{Kind, MostQueued, Write, joined, now_ms};

/// What is asked for.
#[derive(utoipa::ToSchema)]
#[expect(dead_code, reason = "it documents what is read field by field")]
pub(in crate::service::routes) struct PlanWanted {
    /// The id of a problem that was posted, or a problem file.
    problem: Option<serde_json::Value>,
    /// In place of a problem: campaigns that are kept, by id, to be staffed together from the pool.
    campaigns: Option<Vec<String>>,
    /// In place of either: a scenario, by id.
    scenario: Option<String>,
    /// How far to go.
    limits: Option<Limits>,
    /// A plan to begin from, by id.
    from: Option<String>,
    /// A published plan that this one is to take the place of: what it books is free for this one.
    replaces: Option<String>,
}

/// The parts of a request for a plan.
pub(super) struct Wanted {
    pub(super) limits: Limits,
    from: Option<Id>,
    replaces: Option<Id>,
    scenario: Option<Id>,
}

/// Where the problem comes from.
pub(super) enum Source {
    /// The request.
    Problem(Asked),
    /// Campaigns of the store.
    Campaigns(Vec<Id>),
    /// A scenario of the store.
    Scenario(Id),
}

impl Wanted {
    /// Reads a request.
    ///
    /// # Errors
    /// [`Code::BrokenJson`], [`Code::Invalid`], [`Code::Forbidden`].
    pub(super) fn read(text: &[u8], scope: &Scope) -> Result<(Self, Source), Problem> {
        let (tree, texts): (_, Texts<'_>) = split(text, &["problem"])?;
        let mut faults = Faults::default();
        let read = Fields::open(tree, &Path::ROOT, &mut faults).map(|mut fields| {
            fields.take("problem");
            let limits = fields.or("limits", Limits::default(), &mut faults);
            let from = fields.optional::<Id>("from", &mut faults);
            let replaces = fields.optional::<Id>("replaces", &mut faults);
            let campaigns = fields.optional::<Vec<Id>>("campaigns", &mut faults);
            let scenario = fields.optional::<Id>("scenario", &mut faults);
            fields.finish(&mut faults);
            staffing::each_once(campaigns.iter().flatten().flatten(), &mut faults);
            (limits, from, replaces, campaigns, scenario)
        });
        let Some((Some(limits), Some(from), Some(replaces), Some(campaigns), Some(scenario))) =
            read.filter(|_| faults.is_empty())
        else {
            return Err(Problem::faults(&faults));
        };
        let has_problem = !texts.is_empty();
        let source = match (campaigns, &scenario) {
            (None, None) => Source::Problem(snapshots::asked(&texts, scope)?),
            (Some(campaigns), None) if !has_problem => Source::Campaigns(campaigns),
            (None, Some(scenario)) if !has_problem => Source::Scenario(scenario.clone()),
            (campaigns, _) => {
                let expected = "either problem, campaigns or scenario";
                let at = match campaigns {
                    Some(_) => "/campaigns",
                    None => "/scenario",
                };
                return Err(Problem::of(Code::Invalid, at, "both", expected));
            }
        };
        let wanted = Self {
            limits,
            from,
            replaces,
            scenario,
        };
        Ok((wanted, source))
    }
}

/// The problem of a request, with what is booked taken off.
///
/// # Errors
/// As [`staffing::asked`], [`scenarios::change`] and [`snapshots::resolve`].
pub(super) async fn resolve(
    app: &App,
    scope: &Scope,
    source: Source,
    wanted: &Wanted,
) -> Result<Resolved, Problem> {
    let asked = match source {
        Source::Problem(asked) => asked,
        Source::Campaigns(ids) => {
            let kept = staffing::stored(app, scope, &ids).await?;
            staffing::refuse_mixture(&kept)?;
            let trees = kept.into_iter().map(|it| it.tree).collect();
            staffing::asked(app, scope, trees).await?
        }
        Source::Scenario(id) => {
            let mut read = app.store.read(scope).await?;
            let kept = read.get(&Kind::SCENARIO, id.as_str()).await?;
            drop(read);
            let scenario = snapshots::stored(&kept.body)?;
            let changed = scenarios::change(app, scope, &scenario).await?;
            changed.asked(app, scope).await?
        }
    };
    let replaces = wanted.replaces.as_ref().map_or("", Id::as_str);
    snapshots::resolve(app, scope, asked, replaces).await
}

/// The plan that is asked for.
///
/// # Errors
/// [`Code::Unavailable`]: the operating system has no random bytes.
pub(super) fn record(wanted: Wanted, resolved: &Resolved) -> Result<PlanRecord, Problem> {
    let text = |id: Option<Id>| id.map_or_else(String::new, |id| id.to_string());
    Ok(PlanRecord {
        id: reply::new_id()?,
        problem: resolved.asked.id.clone(),
        solved_problem: resolved.solved.id.clone(),
        clients: resolved.asked.clients.clone(),
        owner: resolved.asked.owner.clone(),
        status: RunStatus::Queued,
        published: false,
        limits: wanted.limits,
        from: text(wanted.from),
        replaces: text(wanted.replaces),
        scenario: text(wanted.scenario),
        created_ms: now_ms(),
        handed_back: 0,
        ended_ms: 0,
        outcome: None,
        error: String::new(),
    })
}

/// Keeps a plan that was asked for at `asked_ms`, its problems, and its job.
///
/// # Errors
/// [`Code::QueueFull`], [`Code::Conflict`] where somebody was erased meanwhile, or as the store.
pub(super) async fn queue(
    app: &App,
    write: &mut Write,
    resolved: Resolved,
    asked_ms: i64,
    record: &PlanRecord,
) -> Result<(), Problem> {
    let job = resolved.job.as_ref().map(reply::text).transpose()?;
    let job = job.unwrap_or_else(|| "{}".to_owned());
    let texts = resolved.new.iter().map(|snapshot| snapshot.text.as_str());
    let texts = texts.chain([job.as_str()]);
    snapshots::refuse_erased_in(write, asked_ms, texts).await?;
    for snapshot in resolved.new {
        snapshots::keep(write, snapshot).await?;
    }
    let client = joined(record.clients.iter().map(String::as_str));
    let most = MostQueued {
        in_all: app.config.max_queued.into(),
        of_a_tenant: app.config.max_queued_per_tenant.into(),
    };
    write
        .add_job(&record.id, &client, "plan", job, &most)
        .await?;
    worker::put_new_plan(write, record).await?;
    Ok(())
}

/// Plans that a request names must be there, whole, and the one to be replaced published.
///
/// # Errors
/// [`Code::Invalid`].
pub(super) async fn check_plans(app: &App, scope: &Scope, wanted: &Wanted) -> Result<(), Problem> {
    let mut read = app.store.read(scope).await?;
    for (name, id) in [("/from", &wanted.from), ("/replaces", &wanted.replaces)] {
        let Some(id) = id else { continue };
        let found = read.find(&Kind::PLAN, id.as_str()).await?;
        let Some(found) = found else {
            let expected = "the id of a plan in reach";
            return Err(Problem::of(Code::Invalid, name, id, expected));
        };
        let record: PlanRecord = snapshots::stored(&found.body)?;
        if name == "/replaces" && !record.published {
            let expected = "the id of a published plan";
            return Err(Problem::of(Code::Invalid, name, id, expected));
        }
    }
    Ok(())
}
