//! Jobs: claimed for a while by a worker, written to only by whoever holds the latest claim.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::transaction::Change;
use super::walls;
use super::{Dialect, Read, Result, Store, StoreError, Write, now_ms};
use crate::access::Gate;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waits for a worker.
    Queued,
    /// A worker has it, or had it when it was last heard of.
    Running,
    /// Ended; the outcome says how.
    Done,
}

impl JobState {
    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
        }
    }

    fn of(text: &str) -> Result<Self> {
        [Self::Queued, Self::Running, Self::Done]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::Damaged(format!("job state {text:?}")))
    }
}

/// A job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Unique within the tenant.
    pub id: String,
    /// The client it is for; empty: no one client.
    pub client: String,
    /// What is to be done.
    pub kind: String,
    /// With what, as JSON.
    pub body: String,
    /// Where it stands.
    pub state: JobState,
    /// How often it was claimed.
    pub attempt: i64,
    /// Whether somebody wants it to stop.
    pub cancel: bool,
    /// What came of it, as JSON; empty before the end.
    pub outcome: String,
    /// When it was made, in UTC milliseconds.
    pub created_ms: i64,
    /// When it ended; 0 before.
    pub ended_ms: i64,
}

/// A job that is this worker's until the lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// Whose.
    pub tenant: String,
    /// The job; its `attempt` fences every write.
    pub job: Job,
}

/// Something a job told while it ran.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JobEvent {
    /// Counted from 1 within the job.
    pub seq: i64,
    /// When, in UTC milliseconds.
    pub at_ms: i64,
    /// JSON.
    pub body: String,
}

/// How many jobs may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MostQueued {
    /// Over all tenants.
    pub in_all: i64,
    /// Of one tenant, so that it does not take the others' places.
    pub of_a_tenant: i64,
}

const FIELDS: &str =
    "id, client, kind, body, state, attempt, cancel, outcome, created_ms, ended_ms";

fn job(row: &AnyRow) -> Result<Job> {
    Ok(Job {
        id: row.try_get(0)?,
        client: row.try_get(1)?,
        kind: row.try_get(2)?,
        body: row.try_get(3)?,
        state: JobState::of(&row.try_get::<String, _>(4)?)?,
        attempt: row.try_get(5)?,
        cancel: row.try_get::<i64, _>(6)? != 0,
        outcome: row.try_get(7)?,
        created_ms: row.try_get(8)?,
        ended_ms: row.try_get(9)?,
    })
}

impl Read {
    /// A job of which at least one client is in reach.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn job(&mut self, id: &str) -> Result<Job> {
        let sql = format!("SELECT {FIELDS} FROM jobs WHERE tenant = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        let found = row.as_ref().map(job).transpose()?;
        let found = found.filter(|job| self.scope().reaches_part(&job.client));
        found.ok_or_else(|| no_job(id))
    }

    /// What a job told after `seq`, in order.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn job_events_after(
        &mut self,
        id: &str,
        seq: i64,
        limit: u32,
    ) -> Result<Vec<JobEvent>> {
        self.job(id).await?;
        let sql = "SELECT seq, at_ms, body FROM job_events WHERE tenant = $1 AND job = $2 AND seq > $3 \
                   ORDER BY seq LIMIT $4";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(id.to_owned())
            .bind(seq)
            .bind(i64::from(limit));
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(job_event).collect()
    }
}

impl Read {
    /// The last that a job told.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn last_job_event(&mut self, id: &str) -> Result<Option<JobEvent>> {
        self.job(id).await?;
        let sql = "SELECT seq, at_ms, body FROM job_events WHERE tenant = $1 AND job = $2 \
                   ORDER BY seq DESC LIMIT 1";
        let query = sqlx::query(sql).bind(self.tenant()).bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        row.as_ref().map(job_event).transpose()
    }
}

fn job_event(row: &AnyRow) -> Result<JobEvent> {
    Ok(JobEvent {
        seq: row.try_get(0)?,
        at_ms: row.try_get(1)?,
        body: row.try_get(2)?,
    })
}

impl Write {
    /// Queues a job, unless as many wait already as may.
    ///
    /// # Errors
    /// [`StoreError::QueueFull`].
    pub async fn add_job(
        &mut self,
        id: &str,
        client: &str,
        kind: &str,
        body: String,
        most: &MostQueued,
    ) -> Result<()> {
        let sql = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN tenant = $1 THEN 1 ELSE 0 END), 0) AS BIGINT) \
                   FROM jobs WHERE state = 'queued'";
        self.see(walls::Change::Gate("open")).await?;
        self.beyond_walls().await?;
        let query = sqlx::query(sql).bind(self.tenant());
        let row = query.fetch_one(self.connection()).await?;
        self.behind_walls().await?;
        self.see(walls::Change::Gate("")).await?;
        let (waiting, own): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        if own >= most.of_a_tenant {
            return Err(StoreError::QueueFull { waiting: own });
        }
        if waiting >= most.in_all {
            return Err(StoreError::QueueFull { waiting });
        }
        let sql = "INSERT INTO jobs (tenant, id, client, kind, body, state, attempt, lease_until_ms, cancel, \
                   worker, outcome, created_ms, ended_ms) VALUES ($1, $2, $3, $4, $5, 'queued', 0, 0, 0, '', '', $6, 0)";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(id.to_owned())
            .bind(client.to_owned())
            .bind(kind.to_owned())
            .bind(body)
            .bind(now_ms());
        query.execute(self.connection()).await?;
        self.noted_job(id, client, "put");
        Ok(())
    }

    /// Asks a job to stop; the worker reads it with its next heartbeat.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn cancel_job(&mut self, id: &str) -> Result<()> {
        let job = self.job(id).await?;
        let sql = "UPDATE jobs SET cancel = 1 WHERE tenant = $1 AND id = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(id.to_owned());
        query.execute(self.connection()).await?;
        self.noted_job(id, &job.client, "cancel");
        Ok(())
    }

    /// Adds to what a job tells; only for whoever holds its latest claim.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn tell_job(&mut self, job: &Job, body: String) -> Result<()> {
        self.hold(job).await?;
        self.tell_of_job(&job.id, &job.client, body).await
    }

    async fn tell_of_job(&mut self, id: &str, client: &str, body: String) -> Result<()> {
        let sql = "INSERT INTO job_events (tenant, job, seq, at_ms, body, client) SELECT $1, $2, \
                   COALESCE(MAX(seq), 0) + 1, $3, $4, $5 FROM job_events WHERE tenant = $1 AND job = $2";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(id.to_owned())
            .bind(now_ms())
            .bind(body)
            .bind(client.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Ends a job; only for whoever holds its latest claim. Put its results in the same transaction.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn end_job(&mut self, job: &Job, outcome: String) -> Result<()> {
        self.hold(job).await?;
        let sql = "UPDATE jobs SET state = 'done', outcome = $1, ended_ms = $2 \
                   WHERE tenant = $3 AND id = $4 AND attempt = $5";
        let query = sqlx::query(sql)
            .bind(outcome)
            .bind(now_ms())
            .bind(self.tenant())
            .bind(job.id.clone())
            .bind(job.attempt);
        query.execute(self.connection()).await?;
        self.noted_job(&job.id, &job.client, "end");
        Ok(())
    }

    /// Ends a job that no worker has begun, tells so, and says whether it did.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn withdraw_job(&mut self, id: &str, outcome: String) -> Result<bool> {
        let job = self.job(id).await?;
        let sql = "UPDATE jobs SET state = 'done', cancel = 1, outcome = $1, ended_ms = $2 \
                   WHERE tenant = $3 AND id = $4 AND state = 'queued'";
        let query = sqlx::query(sql)
            .bind(outcome.clone())
            .bind(now_ms())
            .bind(self.tenant())
            .bind(id.to_owned());
        let withdrawn = query.execute(self.connection()).await?.rows_affected() == 1;
        if withdrawn {
            self.tell_of_job(id, &job.client, outcome).await?;
            self.noted_job(id, &job.client, "end");
        }
        Ok(withdrawn)
    }

    /// Gives a job back to the queue, for another worker to begin again; only for whoever holds its
    /// latest claim.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn hand_back_job(&mut self, job: &Job) -> Result<()> {
        self.hold(job).await?;
        let sql =
            "UPDATE jobs SET state = 'queued', lease_until_ms = 0 WHERE tenant = $1 AND id = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(job.id.clone());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Locks the job's row while its latest claim is this one.
    async fn hold(&mut self, job: &Job) -> Result<()> {
        let sql = "UPDATE jobs SET attempt = attempt WHERE tenant = $1 AND id = $2 AND attempt = $3 \
                   AND state = 'running'";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(job.id.clone())
            .bind(job.attempt);
        match query.execute(self.connection()).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(StoreError::LeaseLost(job.id.clone())),
        }
    }

    fn noted_job(&mut self, id: &str, client: &str, op: &'static str) {
        self.note(Change {
            kind: "job",
            id: id.to_owned(),
            client: client.to_owned(),
            op,
            rev: 1,
            before: String::new(),
            after: String::new(),
        });
    }
}

impl Store {
    /// Claims the oldest job that waits, or whose lease is over, for `lease_ms`.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn claim_job(
        &self,
        _: &Gate,
        worker: &str,
        lease_ms: i64,
    ) -> Result<Option<Claimed>> {
        let skip = match self.dialect() {
            Dialect::Sqlite => "",
            Dialect::Postgres => " FOR UPDATE SKIP LOCKED",
        };
        let now = now_ms();
        let sql = format!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until_ms = $1, worker = $2 \
             WHERE (tenant, id) = (SELECT tenant, id FROM jobs WHERE state = 'queued' \
             OR (state = 'running' AND lease_until_ms < $3) ORDER BY created_ms, id LIMIT 1{skip}) \
             RETURNING {FIELDS}, tenant"
        );
        let mut below = self.write_below().await?;
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(now + lease_ms)
            .bind(worker.to_owned())
            .bind(now);
        let row = query.fetch_optional(below.connection()).await?;
        below.commit().await?;
        let Some(row) = row else {
            return Ok(None);
        };
        Ok(Some(Claimed {
            tenant: row.try_get(10)?,
            job: job(&row)?,
        }))
    }

    /// Prolongs a claim, and says whether the job is to stop.
    ///
    /// # Errors
    /// [`StoreError::LeaseLost`].
    pub async fn keep_job(&self, _: &Gate, claimed: &Claimed, lease_ms: i64) -> Result<bool> {
        let until_ms = now_ms() + lease_ms;
        let sql = "UPDATE jobs SET lease_until_ms = $1 WHERE tenant = $2 AND id = $3 \
                   AND attempt = $4 AND state = 'running' RETURNING cancel";
        let mut below = self.write_below().await?;
        let query = sqlx::query(sql)
            .bind(until_ms)
            .bind(claimed.tenant.clone())
            .bind(claimed.job.id.clone())
            .bind(claimed.job.attempt);
        let row = query.fetch_optional(below.connection()).await?;
        below.commit().await?;
        let row = row.ok_or_else(|| StoreError::LeaseLost(claimed.job.id.clone()))?;
        Ok(row.try_get::<i64, _>(0)? != 0)
    }
}

fn no_job(id: &str) -> StoreError {
    StoreError::NotFound {
        kind: "job",
        id: id.to_owned(),
    }
}
