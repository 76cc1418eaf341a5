//! What a worker writes: the best plan so far, what came of a job, and a job that is given back. Every write is
//! fenced by the claim.

use std::borrow::Cow;
use std::time::Duration;

use serde::Serialize;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::{Held, Lost};
use crate::planning::{Outcome, PlanRecord, RunStatus, Snapshot, SnapshotError, Solved};
use crate::service::{Code, Problem, reply, snapshots};
use crate::store::{Column, Document, Expect, Kind, Write, joined, now_ms, renamed_text};

/// How long a result is kept ready for a database that is away.
const STUBBORN: Duration = Duration::from_secs(600);

impl Held<'_> {
    /// Keeps what came of it, trying for a while where the database is away.
    pub(super) async fn end(
        &self,
        status: RunStatus,
        solved: Result<Box<Solved>, String>,
    ) -> Result<(), Lost> {
        let begun = Instant::now();
        loop {
            match self.try_end(status, &solved).await {
                Err(error) if error.is_passing() && begun.elapsed() < STUBBORN => {
                    tracing::warn!(%error, "a result waits for the database");
                    sleep(Duration::from_secs(1)).await;
                }
                done => return done,
            }
        }
    }

    async fn try_end(
        &self,
        status: RunStatus,
        solved: &Result<Box<Solved>, String>,
    ) -> Result<(), Lost> {
        let job = &self.claimed.job;
        let mut write = self.app.store.write(&self.scope).await?;
        write.alone().await?;
        let (document, mut record) = plan(&mut write, &job.id).await?;
        let error = solved.as_ref().err();
        let answer = solved.as_deref().ok();
        let answer = answer.filter(|solved| is_answer(&record, status, solved));
        let outcome = answer.map(|solved| &solved.outcome);
        let outcome = outcome.or(record.outcome.as_ref()).cloned();
        let said = reply::text(&Told {
            event: status.as_str(),
            error,
            outcome: outcome.as_ref(),
        })?;
        // Before anything is put, since it holds the job: whoever lost it writes nothing below.
        write.tell_job(job, said.clone()).await?;
        record.status = status;
        record.ended_ms = now_ms();
        record.error = error.cloned().unwrap_or_default();
        self.put_solved(&mut write, &document, record, answer)
            .await?;
        write.end_job(job, said).await?;
        write.commit().await?;
        metrics::counter!("muster_jobs_total", "status" => status.as_str()).increment(1);
        if let Some(outcome) = outcome {
            metrics::histogram!("muster_solve_seconds").record(outcome.seconds);
        }
        Ok(())
    }

    /// Gives the job back, with the best plan so far to begin from.
    pub(super) async fn hand_back(
        &self,
        record: &PlanRecord,
        solved: Option<Box<Solved>>,
    ) -> Result<(), Lost> {
        let job = &self.claimed.job;
        let mut write = self.app.store.write(&self.scope).await?;
        write.alone().await?;
        let body = json!({"event": "queued"}).to_string();
        write.tell_job(job, body).await?;
        let (document, mut record) = plan(&mut write, &record.id).await?;
        record.status = RunStatus::Queued;
        record.handed_back += 1;
        let best = solved.filter(|solved| is_answer(&record, RunStatus::Queued, solved));
        self.put_solved(&mut write, &document, record, best.as_deref())
            .await?;
        write.hand_back_job(job).await?;
        write.commit().await?;
        Ok(())
    }

    /// Tells how far it is and keeps the best plan so far, if there is a new one.
    pub(super) async fn keep(&self, said: String, best: Option<&Solved>) -> Result<(), Lost> {
        let job = &self.claimed.job;
        let mut write = self.app.store.write(&self.scope).await?;
        write.alone().await?;
        // First, since it holds the job: whoever lost it writes nothing below.
        write.tell_job(job, said).await?;
        if let Some(best) = best {
            let (document, record) = plan(&mut write, &job.id).await?;
            if is_answer(&record, RunStatus::Running, best) {
                self.put_solved(&mut write, &document, record, Some(best))
                    .await?;
            }
        }
        write.commit().await?;
        Ok(())
    }
}

impl Held<'_> {
    /// Puts a plan's record back, with what was solved where it is new.
    async fn put_solved(
        &self,
        write: &mut Write,
        before: &Document,
        mut record: PlanRecord,
        solved: Option<&Solved>,
    ) -> Result<(), Problem> {
        if let Some(solved) = solved {
            let solved = self.without_erased(write, solved, &record.owner).await?;
            if let Some(base) = &solved.base {
                let asked = base.asked.clone();
                let solved = base.solved.clone();
                record.problem.clone_from(&asked.record.id);
                record.solved_problem.clone_from(&asked.record.id);
                snapshots::keep(write, asked).await?;
                if let Some(solved) = solved {
                    record.solved_problem.clone_from(&solved.record.id);
                    snapshots::keep(write, solved).await?;
                }
            }
            record.outcome = Some(solved.outcome.clone());
            let client = joined(record.clients.iter().map(String::as_str));
            write
                .put_content(&Kind::PLAN, &record.id, &client, solved.text.clone())
                .await?;
            write.put_plan_rows(&record.id, &solved.rows).await?;
        }
        put_plan(write, before, &record).await?;
        Ok(())
    }

    /// What was solved, without the names of people who were erased since the job was taken.
    async fn without_erased<'s>(
        &self,
        write: &mut Write,
        solved: &'s Solved,
        owner: &str,
    ) -> Result<Cow<'s, Solved>, Problem> {
        let base = solved.base.as_ref();
        let bases = base.into_iter().map(|base| base.asked.text.as_str());
        let bodies = solved.rows.iter().map(|row| row.body.as_str());
        let texts = std::iter::once(solved.text.as_str())
            .chain(bases)
            .chain(bodies);
        let erased = write.erased_in(self.taken_ms, texts).await?;
        match erased.is_empty() {
            true => Ok(Cow::Borrowed(solved)),
            false => renamed(solved.clone(), &erased, owner).map(Cow::Owned),
        }
    }
}

fn renamed(
    mut solved: Solved,
    erased: &[(String, String)],
    owner: &str,
) -> Result<Solved, Problem> {
    let rename = |text: &mut String| {
        for (id, pseudonym) in erased {
            if let Some(renamed) = renamed_text(text, id, pseudonym) {
                *text = renamed;
            }
        }
    };
    rename(&mut solved.text);
    for row in &mut solved.rows {
        rename(&mut row.body);
        rename(&mut row.walled_body);
        for (id, pseudonym) in erased {
            if row.expert == *id {
                row.expert.clone_from(pseudonym);
            }
        }
    }
    if let Some(base) = &mut solved.base {
        let internal = |error: SnapshotError| Problem::new(Code::Internal, error.to_string());
        rename(&mut base.asked.text);
        let asked = snapshots::read_back(&base.asked.text)?;
        base.asked = Snapshot::let_in(asked, owner).map_err(internal)?;
        if let Some(less) = &mut base.solved {
            rename(&mut less.text);
            let problem = snapshots::read_back(&less.text)?;
            *less = Snapshot::derived(problem, &base.asked.record).map_err(internal)?;
        }
    }
    Ok(solved)
}

/// What a job tells last.
#[derive(Serialize)]
struct Told<'a> {
    event: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'a String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<&'a Outcome>,
}

/// Whether what was solved takes the place of what is kept. An answer within all limits does; what was found
/// on the way, by an earlier worker maybe, gives way to what is worth as much.
fn is_answer(record: &PlanRecord, status: RunStatus, solved: &Solved) -> bool {
    let worth = |outcome: &Outcome| outcome.objective;
    let kept = record.outcome.as_ref().and_then(worth);
    status == RunStatus::Finished || worth(&solved.outcome) >= kept
}

/// A plan with its document.
pub(in crate::service) async fn plan(
    write: &mut Write,
    id: &str,
) -> Result<(Document, PlanRecord), Problem> {
    let document = write.get(&Kind::PLAN, id).await?;
    let record = snapshots::stored(&document.body)?;
    Ok((document, record))
}

/// Puts a plan back.
pub(in crate::service) async fn put_plan(
    write: &mut Write,
    before: &Document,
    record: &PlanRecord,
) -> Result<Document, Problem> {
    let expect = Expect::Revision(before.etag());
    put(write, record, &expect).await
}

/// Puts a plan for the first time.
pub(in crate::service) async fn put_new_plan(
    write: &mut Write,
    record: &PlanRecord,
) -> Result<Document, Problem> {
    put(write, record, &Expect::Absent).await
}

async fn put(write: &mut Write, record: &PlanRecord, expect: &Expect) -> Result<Document, Problem> {
    let columns = [
        Column::text("problem", &record.problem),
        Column::text("state", record.status.as_str()),
        Column::int("published", i64::from(record.published)),
    ];
    let client = joined(record.clients.iter().map(String::as_str));
    let body = reply::text(record)?;
    let put = write
        .put(&Kind::PLAN, &record.id, &client, body, &columns, expect)
        .await?;
    Ok(put.0)
}
