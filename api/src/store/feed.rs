//! The change feed: every change of a tenant once, in order, without gaps.

use sqlx::Row;

use super::{Read, Result, Store, audit, now_ms};
use crate::access::Gate;

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Event {
    /// Counted from 1 within the tenant, without gaps.
    pub seq: i64,
    /// When, in UTC milliseconds.
    pub at_ms: i64,
    /// What changed: `expert`, `campaign` …
    pub kind: String,
    /// Which.
    pub id: String,
    /// `put` or `delete`.
    pub op: String,
    /// Its revision afterwards, or before it was deleted.
    pub rev: i64,
}

impl Read {
    /// At most `limit` changes after `seq`, in order. Changes of other clients are left out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn events_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Event>> {
        let sql = "SELECT seq, at_ms, kind, id, op, rev, client FROM events \
                   WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(seq)
            .bind(i64::from(limit));
        let mut events = Vec::new();
        for row in query.fetch_all(self.connection()).await? {
            let client: String = row.try_get(6)?;
            if !self.scope().reaches(&client) {
                continue;
            }
            events.push(Event {
                seq: row.try_get(0)?,
                at_ms: row.try_get(1)?,
                kind: row.try_get(2)?,
                id: row.try_get(3)?,
                op: row.try_get(4)?,
                rev: row.try_get(5)?,
            });
        }
        Ok(events)
    }

    /// The number of the tenant's last change; 0 before the first.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn last_event(&mut self) -> Result<i64> {
        let sql = "SELECT event_seq FROM tenants WHERE tenant = $1";
        let row = sqlx::query(sql)
            .bind(self.tenant())
            .fetch_optional(self.connection())
            .await?;
        Ok(row
            .map(|row| row.try_get(0))
            .transpose()?
            .unwrap_or_default())
    }
}

impl Store {
    /// All tenants, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tenants(&self, _: &Gate) -> Result<Vec<String>> {
        let rows = sqlx::query("SELECT tenant FROM tenants")
            .fetch_all(&self.pool)
            .await?;
        let mut tenants = Vec::new();
        for row in rows {
            tenants.push(row.try_get(0)?);
        }
        tenants.sort();
        Ok(tenants)
    }

    /// Makes a tenant; one that is there stays as it is.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_tenant(&self, _: &Gate, tenant: &str) -> Result<()> {
        let sql = "INSERT INTO tenants (tenant, event_seq, audit_seq, audit_hash, created_ms) \
                   VALUES ($1, 0, 0, $2, $3) ON CONFLICT (tenant) DO NOTHING";
        let query = sqlx::query(sql)
            .bind(tenant.to_owned())
            .bind(audit::START)
            .bind(now_ms());
        query.execute(&self.pool).await?;
        Ok(())
    }
}
