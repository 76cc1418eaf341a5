//! API keys: only a hash of the secret is kept.

use sqlx::Row;
use sqlx::any::AnyRow;

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
        let mut below = self.read_below().await?;
        let query = sqlx::query(sql).bind(id.to_owned());
        let row = query.fetch_optional(below.connection()).await?;
        row.as_ref().map(key).transpose()
    }

    /// Whether there is any key at all.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn has_keys(&self, _: &Gate) -> Result<bool> {
        let mut below = self.read_below().await?;
        let query = sqlx::query("SELECT id FROM keys LIMIT 1");
        let row = query.fetch_optional(below.connection()).await?;
        Ok(row.is_some())
    }
}

impl Read {
    /// At most `limit` keys of the tenant after the id `after`, in order. Keys that reach further than the
    /// scope are left out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn keys(&mut self, after: &str, limit: u32) -> Result<Vec<KeyRow>> {
        let sql =
            format!("SELECT {FIELDS} FROM keys WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3");
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut keys, mut after) = (Vec::new(), after.to_owned());
        loop {
            let query = sqlx::query(sqlx::AssertSqlSafe(sql.clone()))
                .bind(self.tenant())
                .bind(after)
                .bind(i64::from(limit));
            let rows = query.fetch_all(self.connection()).await?;
            let page: Vec<KeyRow> = rows.iter().map(key).collect::<Result<_>>()?;
            let Some(last) = page.last().map(|key| key.id.clone()) else {
                break;
            };
            after = last;
            let scope = self.scope().clone();
            keys.extend(
                page.into_iter()
                    .filter(|key| scope.reaches_all(&key.clients)),
            );
            if keys.len() >= wanted || rows.len() < wanted {
                break;
            }
        }
        keys.truncate(wanted);
        Ok(keys)
    }

    /// A key of the tenant. One that reaches further than the scope is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn key(&mut self, id: &str) -> Result<KeyRow> {
        let sql = format!("SELECT {FIELDS} FROM keys WHERE tenant = $1 AND id = $2");
        let query = sqlx::query(sqlx::AssertSqlSafe(sql))
            .bind(self.tenant())
            .bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        let found = row.as_ref().map(key).transpose()?;
        let found = found.filter(|key| self.scope().reaches_all(&key.clients));
        found.ok_or_else(|| StoreError::NotFound {
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
        let tenant = self.tenant();
        self.insert_key(&tenant, key).await?;
        self.note_plain("key", &key.id, "put");
        Ok(())
    }

    /// Adds a key to any tenant, without noting it.
    pub(super) async fn insert_key(&mut self, tenant: &str, key: &KeyRow) -> Result<()> {
        let sql = "INSERT INTO keys (id, tenant, name, secret_hash, role, actions, clients, created_ms, \
                   expires_ms, revoked_ms) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 0)";
        let query = sqlx::query(sql)
            .bind(key.id.clone())
            .bind(tenant.to_owned())
            .bind(key.name.clone())
            .bind(key.secret_hash.clone())
            .bind(key.role.clone())
            .bind(key.actions.clone())
            .bind(key.clients.clone())
            .bind(key.created_ms)
            .bind(key.expires_ms);
        query.execute(self.connection()).await?;
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
        self.note_plain("key", id, "delete");
        Ok(())
    }
}
