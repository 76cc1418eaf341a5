//! API keys: only a hash of the secret is kept.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::transaction::Change;
use super::{Read, Result, Store, StoreError, Write, now_ms};
use crate::access::Gate;

/// A key as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Its public part, unique over all tenants.
    pub id: String,
    /// Whose.
    pub tenant: String,
    /// What a person calls it.
    pub name: String,
    /// Hash of the secret part.
    pub secret_hash: String,
    /// The role's name.
    pub role: String,
    /// Names of the actions it is limited to, separated by spaces; empty: all of the role.
    pub actions: String,
    /// Clients it is limited to, separated by spaces; empty: all.
    pub clients: String,
    /// When it was made, in UTC milliseconds.
    pub created_ms: i64,
    /// When it stops working; 0: never.
    pub expires_ms: i64,
    /// When it was revoked; 0: it was not.
    pub revoked_ms: i64,
}

const FIELDS: &str =
    "id, tenant, name, secret_hash, role, actions, clients, created_ms, expires_ms, revoked_ms";

fn key(row: &AnyRow) -> Result<KeyRow> {
    Ok(KeyRow {
        id: row.try_get(0)?,
        tenant: row.try_get(1)?,
        name: row.try_get(2)?,
        secret_hash: row.try_get(3)?,
        role: row.try_get(4)?,
        actions: row.try_get(5)?,
        clients: row.try_get(6)?,
        created_ms: row.try_get(7)?,
        expires_ms: row.try_get(8)?,
        revoked_ms: row.try_get(9)?,
    })
}

impl Store {
    /// The key with this public part, of whatever tenant: for telling who calls.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find_key(&self, _: &Gate, id: &str) -> Result<Option<KeyRow>> {
        let sql = "SELECT id, tenant, name, secret_hash, role, actions, clients, created_ms, expires_ms, \
                   revoked_ms FROM keys WHERE id = $1";
        let row = sqlx::query(sql)
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(key).transpose()
    }

    /// Whether there is any key at all.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn has_keys(&self, _: &Gate) -> Result<bool> {
        let row = sqlx::query("SELECT id FROM keys LIMIT 1")
            .fetch_optional(&self.pool)
            .await?;
        Ok(row.is_some())
    }
}

impl Read {
    /// At most `limit` keys of the tenant after the id `after`, in order.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keys(&mut self, after: &str, limit: u32) -> Result<Vec<KeyRow>> {
        let sql =
            format!("SELECT {FIELDS} FROM keys WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(after.to_owned())
            .bind(i64::from(limit));
        query
            .fetch_all(self.connection())
            .await?
            .iter()
            .map(key)
            .collect()
    }

    /// A key of the tenant.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn key(&mut self, id: &str) -> Result<KeyRow> {
        let sql = format!("SELECT {FIELDS} FROM keys WHERE tenant = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        row.as_ref()
            .map(key)
            .transpose()?
            .ok_or_else(|| StoreError::NotFound {
                kind: "key",
                id: id.to_owned(),
            })
    }
}

impl Write {
    /// Adds a key to the scope's tenant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_key(&mut self, key: &KeyRow) -> Result<()> {
        let sql = "INSERT INTO keys (id, tenant, name, secret_hash, role, actions, clients, created_ms, \
                   expires_ms, revoked_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
        let query = sqlx::query(sql)
            .bind(key.id.clone())
            .bind(self.tenant())
            .bind(key.name.clone())
            .bind(key.secret_hash.clone())
            .bind(key.role.clone())
            .bind(key.actions.clone())
            .bind(key.clients.clone())
            .bind(key.created_ms)
            .bind(key.expires_ms);
        query.execute(self.connection()).await?;
        self.noted(&key.id, "put");
        Ok(())
    }

    /// Revokes a key at once; one that is revoked stays so.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_key(&mut self, id: &str) -> Result<()> {
        if self.key(id).await?.revoked_ms != 0 {
            return Ok(());
        }
        let sql = "UPDATE keys SET revoked_ms = $1 WHERE tenant = $2 AND id = $3";
        let query = sqlx::query(sql)
            .bind(now_ms())
            .bind(self.tenant())
            .bind(id.to_owned());
        query.execute(self.connection()).await?;
        self.noted(id, "delete");
        Ok(())
    }

    fn noted(&mut self, id: &str, op: &'static str) {
        self.note(Change {
            kind: "key",
            id: id.to_owned(),
            client: String::new(),
            op,
            rev: 1,
            before: String::new(),
            after: String::new(),
        });
    }
}
