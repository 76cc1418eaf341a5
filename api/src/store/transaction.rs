//! Reading and writing: a connection together with the scope it may see.

use std::ops::{Deref, DerefMut};

use serde_json::json;
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row, Transaction};
use tokio::sync::{OwnedMutexGuard, watch};

use super::once::{Answer, RequestKey};
use super::walls::{self, View};
use super::{Dialect, Result, Store, StoreError, audit, now_ms};
use crate::access::Scope;

/// A view of what a scope may see.
pub struct Read {
    source: Source,
    scope: Scope,
    dialect: Dialect,
}

/// Where statements run. PostgreSQL is told in a transaction what may be seen.
enum Source {
    Plain(PoolConnection<Any>),
    Transaction(Transaction<'static, Any>),
}

impl Source {
    fn connection(&mut self) -> &mut AnyConnection {
        match self {
            Self::Plain(connection) => connection,
            Self::Transaction(transaction) => transaction,
        }
    }
}

/// A view of what lies before and below all tenants: keys, users, sessions, jobs.
pub(super) struct Below {
    source: Source,
    /// Held until it is over, where it writes.
    _turn: Option<OwnedMutexGuard<()>>,
}

impl Below {
    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        self.source.connection()
    }

    /// Keeps what was written.
    pub(super) async fn commit(self) -> Result<()> {
        if let Source::Transaction(transaction) = self.source {
            transaction.commit().await?;
        }
        Ok(())
    }
}

/// One transaction. Dropped without [`Write::commit`], nothing happened.
pub struct Write {
    read: Read,
    changes: Vec<Change>,
    /// The pseudonym of somebody erased by this transaction.
    pub(super) erased: Option<String>,
    /// The request it answers, if that may be repeated.
    pub(super) request: Option<RequestKey>,
    people_changed: watch::Sender<()>,
    /// Held until the transaction is over.
    _turn: Option<OwnedMutexGuard<()>>,
}

/// One thing that changed, noted by whatever changed it.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) id: String,
    pub(super) client: String,
    pub(super) op: &'static str,
    pub(super) rev: i64,
    /// Hashes of the document before and after; empty where there is none.
    pub(super) before: String,
    pub(super) after: String,
}

impl Store {
    /// A view for reading.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn read(&self, scope: &Scope) -> Result<Read> {
        Ok(Read {
            source: self.reading(&View::Of(scope)).await?,
            scope: scope.clone(),
            dialect: self.dialect,
        })
    }

    async fn reading(&self, view: &View<'_>) -> Result<Source> {
        Ok(match self.dialect {
            Dialect::Sqlite => Source::Plain(self.pool.acquire().await?),
            Dialect::Postgres => self.begin(&view.begin("BEGIN READ ONLY")).await?,
        })
    }

    async fn begin(&self, statements: &str) -> Result<Source> {
        let statements = AssertSqlSafe(statements.to_owned());
        Ok(Source::Transaction(self.pool.begin_with(statements).await?))
    }

    /// Waits for the right to write.
    async fn turn(&self) -> Option<OwnedMutexGuard<()>> {
        match self.dialect {
            Dialect::Sqlite => Some(self.turn.clone().lock_owned().await),
            Dialect::Postgres => None,
        }
    }

    /// A view below all tenants for reading.
    pub(super) async fn read_below(&self) -> Result<Below> {
        let source = self.reading(&View::Gate).await?;
        Ok(Below {
            source,
            _turn: None,
        })
    }

    /// A view below all tenants for one writing statement.
    pub(super) async fn write_below(&self) -> Result<Below> {
        let turn = self.turn().await;
        let source = match self.dialect {
            Dialect::Sqlite => Source::Plain(self.pool.acquire().await?),
            Dialect::Postgres => self.begin(&View::Gate.begin("BEGIN")).await?,
        };
        Ok(Below {
            source,
            _turn: turn,
        })
    }

    /// A transaction.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Full`].
    pub async fn write(&self, scope: &Scope) -> Result<Write> {
        let turn = self.turn().await;
        // A deferred transaction on SQLite could fail when it first writes.
        let source = match self.dialect {
            Dialect::Sqlite => self.begin("BEGIN IMMEDIATE").await?,
            Dialect::Postgres => self.begin(&View::Of(scope).begin("BEGIN")).await?,
        };
        Ok(Write {
            read: Read {
                source,
                scope: scope.clone(),
                dialect: self.dialect,
            },
            changes: Vec::new(),
            erased: None,
            request: None,
            people_changed: self.people_changed.clone(),
            _turn: turn,
        })
    }
}

impl Read {
    /// Whose view it is.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        self.source.connection()
    }

    /// Changes what PostgreSQL shows; the conditions of statements stay as they are.
    pub(super) async fn see(&mut self, change: walls::Change<'_>) -> Result<()> {
        match self.dialect {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => change.make(self.source.connection()).await,
        }
    }

    /// Lets statements see the other clients of the tenant, until [`Read::behind_walls`]. Where one of them
    /// fails in between, the transaction is over.
    pub(super) async fn beyond_walls(&mut self) -> Result<()> {
        match self.scope.is_unlimited() {
            true => Ok(()),
            false => self.see(walls::Change::Clients(None)).await,
        }
    }

    /// Ends [`Read::beyond_walls`].
    pub(super) async fn behind_walls(&mut self) -> Result<()> {
        let scope = self.scope.clone();
        match scope.is_unlimited() {
            true => Ok(()),
            false => self.see(walls::Change::Clients(Some(&scope))).await,
        }
    }

    pub(super) fn tenant(&self) -> String {
        self.scope.tenant().to_owned()
    }
}

impl Deref for Write {
    type Target = Read;

    fn deref(&self) -> &Read {
        &self.read
    }
}

impl DerefMut for Write {
    fn deref_mut(&mut self) -> &mut Read {
        &mut self.read
    }
}

/// What happened to a person who was taken out of everything; the event has their pseudonym.
pub const ERASE: &str = "erase";

/// Events in one statement.
const EVENTS_AT_ONCE: usize = 100;

impl Write {
    /// Notes what was changed, for the feed and the audit.
    pub(super) fn note(&mut self, change: Change) {
        self.changes.push(change);
    }

    /// Calls a person by a pseudonym in what was noted so far.
    pub(super) fn rename_changes(&mut self, id: &str, pseudonym: &str) {
        for change in &mut self.changes {
            if change.kind == super::Kind::EXPERT.name && change.id == id {
                pseudonym.clone_into(&mut change.id);
                change.op = ERASE;
            }
        }
        self.erased = Some(pseudonym.to_owned());
    }

    /// Notes a change of something that is no document.
    pub(super) fn note_plain(&mut self, kind: &'static str, id: &str, op: &'static str) {
        self.note(Change {
            kind,
            id: id.to_owned(),
            client: String::new(),
            op,
            rev: 1,
            before: String::new(),
            after: String::new(),
        });
    }

    /// How many things were changed so far.
    pub fn changes(&self) -> usize {
        self.changes.len()
    }

    /// Commits without an answer to keep.
    ///
    /// # Errors
    /// As [`Write::commit_answer`].
    pub async fn commit(self) -> Result<()> {
        self.finish(None).await
    }

    /// Commits; where the request has a key, `answer` is given to whoever repeats it.
    ///
    /// # Errors
    /// [`StoreError::Race`] where the same request is being answered at the same moment; whatever
    /// the database says. Then nothing was written.
    pub async fn commit_answer(self, answer: &Answer) -> Result<()> {
        self.finish(Some(answer)).await
    }

    async fn finish(mut self, answer: Option<&Answer>) -> Result<()> {
        if let (Some(request), Some(answer)) = (self.request.take(), answer) {
            self.keep_answer(request, answer).await?;
        }
        let of_person = |change: &Change| change.kind == super::Kind::EXPERT.name;
        let are_people_changed = self.changes.iter().any(of_person);
        if !self.changes.is_empty() {
            self.tell().await?;
        }
        if let Source::Transaction(transaction) = self.read.source {
            transaction.commit().await?;
        }
        if are_people_changed {
            self.people_changed.send_replace(());
        }
        Ok(())
    }

    /// Numbers the changes as events and chains one audit row. The tenant's counters are taken last,
    /// so that others wait for them as short as can be.
    async fn tell(&mut self) -> Result<()> {
        let changes = std::mem::take(&mut self.changes);
        let (tenant, at_ms) = (self.tenant(), now_ms());
        let names = self.audit_names(&changes).await?;
        let count = i64::try_from(changes.len()).unwrap_or(i64::MAX);
        let sql = "UPDATE tenants SET event_seq = event_seq + $1, audit_seq = audit_seq + 1 \
                   WHERE tenant = $2 RETURNING event_seq, audit_seq, audit_hash";
        let query = sqlx::query(sql).bind(count).bind(tenant.clone());
        let row = query.fetch_optional(self.connection()).await?;
        let row = row.ok_or_else(|| StoreError::Damaged(format!("there is no tenant {tenant}")))?;
        let (last, audit_seq): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let prev_hash: String = row.try_get(2)?;
        let numbered: Vec<(i64, &Change)> = (last - count + 1..).zip(&changes).collect();
        for batch in numbered.chunks(EVENTS_AT_ONCE) {
            self.insert_events(&tenant, at_ms, batch).await?;
        }
        let detail = changes.iter().zip(&names).map(|(change, name)| {
            json!({
                "kind": change.kind, "id": name, "op": change.op, "rev": change.rev,
                "before": change.before, "after": change.after,
            })
        });
        let detail: Vec<serde_json::Value> = detail.collect();
        let row = audit::AuditRow {
            seq: audit_seq,
            at_ms,
            actor: self.scope.actor().to_owned(),
            action: self.scope.action().as_str().to_owned(),
            detail: serde_json::Value::from(detail).to_string(),
            prev_hash,
        };
        audit::append(self.connection(), tenant, row).await
    }

    async fn insert_events(
        &mut self,
        tenant: &str,
        at_ms: i64,
        events: &[(i64, &Change)],
    ) -> Result<()> {
        const OWN: usize = 6;
        let row = |idx: usize| {
            let places: Vec<String> = (3..3 + OWN)
                .map(|place| format!("${}", place + OWN * idx))
                .collect();
            format!("($1, $2, {})", places.join(", "))
        };
        let rows: Vec<String> = (0..events.len()).map(row).collect();
        let sql = format!(
            "INSERT INTO events (tenant, at_ms, seq, kind, id, client, op, rev) VALUES {}",
            rows.join(", ")
        );
        let mut query = sqlx::query(AssertSqlSafe(sql))
            .bind(tenant.to_owned())
            .bind(at_ms);
        for (seq, change) in events {
            query = query
                .bind(*seq)
                .bind(change.kind)
                .bind(change.id.clone())
                .bind(change.client.clone())
                .bind(change.op)
                .bind(change.rev);
        }
        query.execute(self.connection()).await?;
        Ok(())
    }
}
