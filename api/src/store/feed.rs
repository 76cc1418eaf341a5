//! The change feed: every change of a tenant once, in order, without gaps.

use sqlx::Row;

use super::{KeyRow, Read, Result, Store, Write, audit, now_ms, walls};
use crate::access::{Action, Gate};

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct Event {
    /// Counted from 1 within the tenant, without gaps.
    pub seq: i64,
    /// When, in UTC milliseconds.
    pub at_ms: i64,
    /// What changed: `expert`, `campaign` …; `alert`: a search, named by `id`, newly found somebody.
    pub kind: String,
    /// Which.
    pub id: String,
    /// `put`, `delete`, `erase` (of a person, who is called by a pseudonym), `match` (of an alert), or what else the
    /// kind allows.
    pub op: String,
    /// Its revision afterwards, or before it was deleted; of an alert its number within the search.
    pub rev: i64,
}

/// Kinds that are not for callers limited to clients.
const OF_THE_TENANT: [&str; 3] = ["key", "tenant", "user"];

impl Read {
    /// At most `limit` changes after `seq`, in order. Changes of other clients, and of keys and users where the
    /// scope is limited to clients, are left out; the page is full all the same, unless the feed ends.
    ///
    /// # Errors
    /// Whatever the database says.
    ///
    /// # Complexity
    /// Reads what is left out, too.
    pub async fn events_after(&mut self, seq: i64, limit: u32) -> Result<Vec<Event>> {
        let sql = "SELECT seq, at_ms, kind, id, op, rev, client FROM events \
                   WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut events, mut seq) = (Vec::new(), seq);
        while events.len() < wanted {
            let query = sqlx::query(sql)
                .bind(self.tenant())
                .bind(seq)
                .bind(i64::from(limit));
            let rows = query.fetch_all(self.connection()).await?;
            for row in &rows {
                seq = row.try_get(0)?;
                let (kind, client): (String, String) = (row.try_get(2)?, row.try_get(6)?);
                let is_tenants = OF_THE_TENANT.contains(&kind.as_str());
                if is_tenants && !self.scope().is_unlimited() || !self.scope().reaches(&client) {
                    continue;
                }
                events.push(Event {
                    seq,
                    at_ms: row.try_get(1)?,
                    kind,
                    id: row.try_get(3)?,
                    op: row.try_get(4)?,
                    rev: row.try_get(5)?,
                });
            }
            if rows.len() < wanted {
                break;
            }
        }
        events.truncate(wanted);
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

impl Write {
    /// Makes other writers of the tenant wait until this transaction is over.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn hold_tenant(&mut self) -> Result<()> {
        let sql = "UPDATE tenants SET event_seq = event_seq WHERE tenant = $1";
        let query = sqlx::query(sql).bind(self.tenant());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Makes a tenant with its first key, as a change of the scope's own tenant.
    ///
    /// # Errors
    /// [`super::StoreError::Race`] if there is one of that name.
    pub async fn add_tenant(&mut self, tenant: &str, first: &KeyRow) -> Result<()> {
        let sql = "INSERT INTO tenants (tenant, event_seq, audit_seq, audit_hash, created_ms) \
                   VALUES ($1, 0, 0, $2, $3)";
        let query = sqlx::query(sql)
            .bind(tenant.to_owned())
            .bind(audit::START)
            .bind(now_ms());
        self.see(walls::Change::Tenant(tenant)).await?;
        query.execute(self.connection()).await?;
        self.insert_key(tenant, first).await?;
        let own = self.tenant();
        self.see(walls::Change::Tenant(&own)).await?;
        self.note_plain("tenant", tenant, "put");
        Ok(())
    }
}

impl Store {
    /// All tenants, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tenants(&self, _: &Gate) -> Result<Vec<String>> {
        let mut below = self.read_below().await?;
        let query = sqlx::query("SELECT tenant FROM tenants");
        let rows = query.fetch_all(below.connection()).await?;
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
    pub async fn add_tenant(&self, gate: &Gate, tenant: &str) -> Result<()> {
        let scope = gate.scope(tenant, "first-start", Action::TenantsWrite);
        let mut write = self.write(&scope).await?;
        let sql = "INSERT INTO tenants (tenant, event_seq, audit_seq, audit_hash, created_ms) \
                   VALUES ($1, 0, 0, $2, $3) ON CONFLICT (tenant) DO NOTHING";
        let query = sqlx::query(sql)
            .bind(tenant.to_owned())
            .bind(audit::START)
            .bind(now_ms());
        query.execute(write.connection()).await?;
        // Nothing to tell: the change is noted with the tenant's first key.
        write.commit().await
    }
}
