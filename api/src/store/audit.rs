//! The audit log: appended to, never changed; every row holds the hash of the one before it.

use sqlx::{AnyConnection, Row};

use super::{Read, Result, Store, now_ms};
use crate::access::{Action, Gate, Refused, sha256};

/// One transaction, as the audit remembers it.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
pub struct AuditRow {
    /// Counted from 1 within the tenant.
    pub seq: i64,
    /// When, in UTC milliseconds.
    pub at_ms: i64,
    /// Which key or user.
    pub actor: String,
    /// What they were allowed to do.
    pub action: String,
    /// What changed, as JSON: kind, id, operation, revision, hashes before and after.
    pub detail: String,
    /// The hash of the row before.
    pub prev_hash: String,
}

/// An audit that is as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intact {
    /// How many rows it has.
    pub rows: i64,
    /// The hash of the last; empty without rows.
    pub head: String,
}

/// The first row that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub seq: i64,
    /// What is wrong with it.
    pub what: &'static str,
}

/// The hash before the first row.
pub(super) const START: &str = "";

impl AuditRow {
    /// The hash of the row. Fields are separated by their lengths, so no two rows read the same.
    fn hash(&self, tenant: &str) -> String {
        let (seq, at_ms) = (self.seq.to_string(), self.at_ms.to_string());
        let fields = [
            tenant,
            &seq,
            &at_ms,
            &self.actor,
            &self.action,
            &self.detail,
            &self.prev_hash,
        ];
        let mut text = String::new();
        for field in fields {
            text.push_str(&format!("{}:{field}", field.len()));
        }
        sha256(text.as_bytes())
    }
}

/// Appends a row and remembers its hash. The caller holds the tenant's counters.
pub(super) async fn append(
    connection: &mut AnyConnection,
    tenant: String,
    row: AuditRow,
) -> Result<()> {
    let hash = row.hash(&tenant);
    let sql = "INSERT INTO audit (tenant, seq, at_ms, actor, action, detail, prev_hash, hash) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let query = sqlx::query(sql)
        .bind(tenant.clone())
        .bind(row.seq)
        .bind(row.at_ms)
        .bind(row.actor)
        .bind(row.action)
        .bind(row.detail)
        .bind(row.prev_hash)
        .bind(hash.clone());
    query.execute(&mut *connection).await?;
    let sql = "UPDATE tenants SET audit_hash = $1 WHERE tenant = $2";
    sqlx::query(sql)
        .bind(hash)
        .bind(tenant)
        .execute(connection)
        .await?;
    Ok(())
}

impl Store {
    /// Appends a refused call to the audit of the tenant it was refused in. Nothing else changes.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn audit_refusal(&self, gate: &Gate, refused: &Refused) -> Result<()> {
        let scope = gate.scope(&refused.tenant, "audit", Action::AuditRead);
        let mut write = self.write(&scope).await?;
        let sql = "UPDATE tenants SET audit_seq = audit_seq + 1 WHERE tenant = $1 RETURNING audit_seq, audit_hash";
        let query = sqlx::query(sql).bind(refused.tenant.clone());
        let Some(row) = query.fetch_optional(write.connection()).await? else {
            return Ok(());
        };
        let audit = AuditRow {
            seq: row.try_get(0)?,
            at_ms: now_ms(),
            actor: refused.actor.clone(),
            action: refused.action.to_owned(),
            detail: serde_json::json!([{"op": "refused", "why": refused.why}]).to_string(),
            prev_hash: row.try_get(1)?,
        };
        append(write.connection(), refused.tenant.clone(), audit).await?;
        write.commit().await
    }
}

impl Read {
    /// At most `limit` rows after `seq`, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn audit_after(&mut self, seq: i64, limit: u32) -> Result<Vec<AuditRow>> {
        let rows = self.audit_rows(seq, limit).await?;
        Ok(rows.into_iter().map(|(row, _)| row).collect())
    }

    async fn audit_rows(&mut self, seq: i64, limit: u32) -> Result<Vec<(AuditRow, String)>> {
        let sql = "SELECT seq, at_ms, actor, action, detail, prev_hash, hash FROM audit \
                   WHERE tenant = $1 AND seq > $2 ORDER BY seq LIMIT $3";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(seq)
            .bind(i64::from(limit));
        let mut rows = Vec::new();
        for row in query.fetch_all(self.connection()).await? {
            let audit = AuditRow {
                seq: row.try_get(0)?,
                at_ms: row.try_get(1)?,
                actor: row.try_get(2)?,
                action: row.try_get(3)?,
                detail: row.try_get(4)?,
                prev_hash: row.try_get(5)?,
            };
            rows.push((audit, row.try_get(6)?));
        }
        Ok(rows)
    }

    /// Whether the tenant's audit is as it was written: how far it goes, or the first bad row.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn audit_verify(&mut self) -> Result<std::result::Result<Intact, Broken>> {
        const BATCH: u32 = 1_000;
        let tenant = self.tenant();
        // Somebody may write meanwhile: the rows end between what the head says before and after they are read.
        let before = self.audit_head().await?;
        let (mut seq, mut last) = (0, START.to_owned());
        let mut stands_before = before.is_none();
        loop {
            let rows = self.audit_rows(seq, BATCH).await?;
            if rows.is_empty() {
                break;
            }
            for (row, hash) in rows {
                let bad = |what| Ok(Err(Broken { seq: seq + 1, what }));
                if row.seq != seq + 1 {
                    return bad("the row is missing");
                }
                if row.prev_hash != last {
                    return bad("it does not follow the row before it");
                }
                if row.hash(&tenant) != hash {
                    return bad("it is not as it was written");
                }
                (seq, last) = (row.seq, hash);
                stands_before |= before.as_ref() == Some(&(seq, last.clone()));
            }
        }
        stands_before |= before.as_ref() == Some(&(seq, last.clone()));
        let after = self.audit_head().await?;
        if !stands_before || after.is_some_and(|(head, _)| head < seq) {
            return Ok(Err(Broken {
                seq: seq + 1,
                what: "the last rows are missing",
            }));
        }
        Ok(Ok(Intact {
            rows: seq,
            head: last,
        }))
    }

    /// The number and hash of the last row, kept apart from the rows.
    async fn audit_head(&mut self) -> Result<Option<(i64, String)>> {
        let sql = "SELECT audit_seq, audit_hash FROM tenants WHERE tenant = $1";
        let query = sqlx::query(sql).bind(self.tenant());
        let row = query.fetch_optional(self.connection()).await?;
        Ok(match row {
            Some(row) => Some((row.try_get(0)?, row.try_get(1)?)),
            None => None,
        })
    }
}
