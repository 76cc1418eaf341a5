//! Requests that may be repeated: what they were answered is kept in the transaction that did what they asked.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Read, Result, Store, StoreError, Write, now_ms};
use crate::access::Scope;

/// A request that may be repeated: its key and what it asked.
#[derive(Clone, Debug)]
pub struct RequestKey {
    /// The caller's key.
    pub name: String,
    /// Hash of method, path and body.
    pub request_hash: String,
}

/// What a request was answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// Where the thing made is; empty if nowhere.
    pub location: String,
    /// Its revision; empty if it has none.
    pub etag: String,
    /// JSON.
    pub body: String,
}

/// A request that was answered before.
#[derive(Clone, Debug)]
pub struct Known {
    request_hash: String,
    answer: Answer,
}

impl Known {
    /// The answer, for whoever asks the same again.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`]: this is another request.
    pub fn again(self, request: &RequestKey) -> Result<Answer> {
        match self.request_hash == request.request_hash {
            true => Ok(self.answer),
            false => Err(StoreError::KeyReused(request.name.clone())),
        }
    }
}

/// A request with a key: the first of its kind, or one that was answered before.
pub enum Begun {
    /// Do it.
    First(Write),
    /// Give this answer again.
    Again(Answer),
}

impl Store {
    /// A transaction for a request that may be repeated; without a key just a transaction.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`]; as [`Store::write`].
    pub async fn write_once(&self, scope: &Scope, request: Option<RequestKey>) -> Result<Begun> {
        let mut write = self.write(scope).await?;
        let Some(request) = request else {
            return Ok(Begun::First(write));
        };
        match write.answered(&request.name).await? {
            None => {
                write.request = Some(request);
                Ok(Begun::First(write))
            }
            Some(known) => known.again(&request).map(Begun::Again),
        }
    }

    /// Forgets answers to requests older than `before_ms`.
    ///
    /// # Errors
    /// As [`Store::write`].
    pub async fn forget_answers(&self, before_ms: i64) -> Result<u64> {
        let sql = "DELETE FROM idempotency WHERE created_ms < $1";
        let mut below = self.write_below().await?;
        let query = sqlx::query(sql).bind(before_ms);
        let done = query.execute(below.connection()).await?;
        below.commit().await?;
        Ok(done.rows_affected())
    }
}

fn answer(row: &AnyRow) -> Result<Answer> {
    let status: i64 = row.try_get(1)?;
    Ok(Answer {
        status: u16::try_from(status).map_err(|error| StoreError::Damaged(error.to_string()))?,
        location: row.try_get(2)?,
        etag: row.try_get(3)?,
        body: row.try_get(4)?,
    })
}

impl Read {
    /// What a request of the caller with this key was answered before.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn answered(&mut self, key: &str) -> Result<Option<Known>> {
        let sql = "SELECT request_hash, status, location, etag, body FROM idempotency \
                   WHERE tenant = $1 AND actor = $2 AND name = $3";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(self.scope().actor().to_owned())
            .bind(key.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        let known = |row: AnyRow| {
            Ok(Known {
                request_hash: row.try_get(0)?,
                answer: answer(&row)?,
            })
        };
        row.map(known).transpose()
    }
}

impl Write {
    /// Says to which request this is the answer, where that is known late.
    pub fn answers(&mut self, request: Option<RequestKey>) {
        self.request = request;
    }

    /// Keeps an answer for whoever repeats the request.
    pub(super) async fn keep_answer(&mut self, request: RequestKey, answer: &Answer) -> Result<()> {
        let sql = "INSERT INTO idempotency \
            (tenant, actor, name, request_hash, status, location, etag, body, created_ms) \
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(self.scope().actor().to_owned())
            .bind(request.name)
            .bind(request.request_hash)
            .bind(i64::from(answer.status))
            .bind(answer.location.clone())
            .bind(answer.etag.clone())
            .bind(answer.body.clone())
            .bind(now_ms());
        query.execute(self.connection()).await?;
        Ok(())
    }
}
