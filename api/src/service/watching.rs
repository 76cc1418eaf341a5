//! What a watched search looks for: whom it finds, and, where it is to improve a plan, who of them might.

use std::num::NonZeroUsize;
use std::time::Duration;

use muster_index::{IndexSource, Pool};
use muster_matcher::candidates::{Basis, CandidateSource, Exhaustive, PricingError};
use muster_matcher::model::Id;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use tokio::time::{Instant, sleep};

use super::found::Question;
use super::routes::index_problem;
use super::saved::SavedSearch;
use super::staffing::Job;
use super::{App, Code, Problem, snapshots};
use crate::access::Scope;
use crate::plan_file;
use crate::planning::{Booked, FromPool, PlanRecord, gains};
use crate::store::{Document, Kind, Match, Read, Told};

/// The most people that a search may find when it begins to be watched.
pub(super) const MOST_FOUND: usize = 10_000;
/// How long the index is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

/// A plan that people might improve.
pub(super) struct Improvable {
    id: String,
    file: CampaignFile,
    /// Its problem at its prices.
    before: Basis,
    /// The plan that it replaces; empty where it replaces none.
    replaces: String,
}

/// Why a plan cannot be improved by somebody new.
fn not_improvable(id: &str, why: &str) -> Problem {
    let detail = format!("nobody can be looked for who improves plan {id}: {why}");
    Problem::new(Code::WrongState, detail)
}

impl Improvable {
    /// A plan that was made of campaigns, and has prices.
    ///
    /// # Errors
    /// [`Code::NotFound`]; [`Code::WrongState`] where it is not over, is of a problem, or has no prices that prove
    /// anything.
    pub(super) async fn of(app: &App, scope: &Scope, document: &Document) -> Result<Self, Problem> {
        let id = &document.id;
        let record: PlanRecord = snapshots::stored(&document.body)?;
        if !record.status.is_over() {
            return Err(not_improvable(id, "it is still being made"));
        }
        let mut read = app.store.read(scope).await?;
        let job = Job::of(&read.job(id).await?.body)?;
        let job = job.ok_or_else(|| not_improvable(id, "it is of a problem, not of campaigns"))?;
        let none = || not_improvable(id, "it has no prices");
        let text = read
            .content(&Kind::PLAN, document)
            .await?
            .ok_or_else(none)?;
        let (_, problem) = snapshots::text(&mut read, &record.solved_problem).await?;
        drop(read);
        let name = id.clone();
        let made = move || {
            let plan = plan_file::read(text.as_bytes());
            let plan = plan.map_err(|error| Problem::new(Code::Internal, error.to_string()))?;
            let none = || not_improvable(&name, "it has no prices");
            let prices = plan.prices.ok_or_else(none)?;
            let before = Basis::new(snapshots::read_back(&problem)?, prices);
            let before = before.map_err(|error| not_improvable(&name, &error.to_string()))?;
            Ok::<_, Problem>((job.file()?, before))
        };
        let (file, before) = app.compute_long(made).await??;
        Ok(Self {
            id: id.clone(),
            file,
            before,
            replaces: record.replaces,
        })
    }

    /// What published plans, but for it and the one that it replaces, take of people's weeks.
    ///
    /// # Errors
    /// As the store.
    pub(super) async fn booked(&self, read: &mut Read) -> Result<Booked, Problem> {
        let but = [self.id.as_str(), self.replaces.as_str()];
        snapshots::booked(read, &but, self.file.start, self.file.weeks).await
    }

    /// Who of a pool, or of some people in it, might improve the plan, and by how many cents.
    fn gains(
        &self,
        pool: &Pool,
        booked: &Booked,
        among: Option<&[Id]>,
        threads: NonZeroUsize,
    ) -> Result<Vec<(Id, i128)>, Problem> {
        let gains = |source: &dyn CandidateSource| {
            let from = FromPool {
                file: &self.file,
                source,
                booked,
                owner: "",
            };
            gains(&from, &self.before)
        };
        let found = match among {
            None => gains(&IndexSource::new(pool, threads)),
            Some(people) => {
                let profiles: Result<Vec<Option<Profile>>, _> =
                    people.iter().map(|id| pool.person(id)).collect();
                let profiles = profiles.map_err(index_problem)?;
                let profiles: Vec<Profile> = profiles.into_iter().flatten().collect();
                let texts = self.file.roles().map(|(_, role)| role.text.as_str());
                gains(&Exhaustive {
                    text: pool.text_model().table(texts, &profiles),
                    profiles: &profiles,
                    threads,
                })
            }
        };
        found.map_err(|error| match error {
            PricingError::NoBound => {
                let detail = format!("nobody can be priced for the plan: {error}");
                Problem::new(Code::WrongState, detail)
            }
            PricingError::Source(error) => {
                tracing::error!(%error, "the pool cannot be priced");
                let detail = "the pool cannot be read; the log says more";
                Problem::new(Code::Internal, detail)
            }
        })
    }
}

/// Whom a search looks for.
pub(super) struct Watch<'a> {
    /// What it asks.
    pub(super) question: &'a Question,
    /// The plan that they are to improve, if there is one, and what is booked beside it.
    pub(super) plan: Option<(&'a Improvable, &'a Booked)>,
}

impl Watch<'_> {
    /// Whom it finds in a pool, or among some people, in the order of ids; at most `limit` of them, and how many there
    /// are.
    ///
    /// # Errors
    /// As [`Question::found`]; [`Code::WrongState`]: nobody can be priced for the plan.
    ///
    /// # Complexity
    /// As [`Question::found`], and pricing those people.
    pub(super) fn found(
        &self,
        pool: &Pool,
        among: Option<&[Id]>,
        limit: usize,
        threads: NonZeroUsize,
    ) -> Result<(Vec<Match>, usize), Problem> {
        let Some((plan, booked)) = self.plan else {
            let (points, total) = self.question.found(pool, among, limit, threads)?;
            let found = points.into_iter().map(|(expert, points)| Match {
                expert,
                told: Told {
                    points,
                    gain_cents: None,
                    plan: None,
                },
            });
            return Ok((found.collect(), total));
        };
        let gains = plan.gains(pool, booked, among, threads)?;
        let people: Vec<Id> = gains.iter().map(|(id, _)| id.clone()).collect();
        let (mut points, total) = self.question.found(pool, Some(&people), limit, threads)?;
        let found = gains.into_iter().filter_map(|(id, gain)| {
            let points = points.remove(id.as_str())?;
            let gain = i64::try_from(gain).unwrap_or(i64::MAX);
            Some(Match {
                expert: id.to_string(),
                told: Told {
                    points,
                    gain_cents: Some(gain),
                    plan: Some(plan.id.clone()),
                },
            })
        });
        Ok((found.collect(), total))
    }
}

/// Whom a search finds as it begins to be watched.
pub(super) struct Baseline {
    /// The last change that is known of them.
    pub(super) position: i64,
    /// Who they are.
    pub(super) people: Vec<String>,
}

impl Baseline {
    /// Looks at the whole pool as it is after the last change.
    ///
    /// # Errors
    /// [`Code::Invalid`]: it finds more than are watched; [`Code::WrongState`]: the plan cannot be improved;
    /// [`Code::Unavailable`]: the index does not come so far in time.
    pub(super) async fn of(
        app: &App,
        scope: &Scope,
        search: &SavedSearch,
    ) -> Result<Self, Problem> {
        let question = search.question(app, scope).await?;
        let mut read = app.store.read(scope).await?;
        let last = read.last_event().await?;
        // What follows may wait for long, and the follower of the feed, which is waited for, needs a connection.
        drop(read);
        let plan = match &search.plan {
            None => None,
            Some(id) => {
                let mut read = app.store.read(scope).await?;
                let document = read.get(&Kind::PLAN, id).await?;
                drop(read);
                let plan = Improvable::of(app, scope, &document).await?;
                let mut read = app.store.read(scope).await?;
                let booked = plan.booked(&mut read).await?;
                Some((plan, booked))
            }
        };
        let begun = Instant::now();
        // It need not wait for its next look.
        app.written.notify_one();
        let indexed = loop {
            match app.index(scope).filter(|index| index.position >= last) {
                Some(indexed) => break indexed,
                None if begun.elapsed() > PATIENCE => {
                    let detail = "the index is behind; try again in a moment";
                    return Err(Problem::new(Code::Unavailable, detail));
                }
                None => sleep(Duration::from_millis(20)).await,
            }
        };
        let threads = app.config.threads;
        let at = if search.role.is_some() {
            "/role"
        } else {
            "/search"
        };
        app.compute_long(move || {
            let watch = Watch {
                question: &question,
                plan: plan.as_ref().map(|(plan, booked)| (plan, booked)),
            };
            let (found, total) = watch
                .found(&indexed.pool, None, MOST_FOUND + 1, threads)
                .map_err(|problem| problem.below("/search"))?;
            if total > MOST_FOUND {
                let expected =
                    format!("what finds at most {MOST_FOUND} people, or \"alerts\": false");
                let found = format!("what finds {total} people");
                return Err(Problem::of(Code::Invalid, at, found, expected));
            }
            Ok(Self {
                position: indexed.position,
                people: found.into_iter().map(|it| it.expert).collect(),
            })
        })
        .await?
    }
}
