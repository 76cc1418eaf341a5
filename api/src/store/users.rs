//! People who sign in, and their sessions: only hashes of passwords and secrets are kept.

use sqlx::Row;
use sqlx::any::AnyRow;

use super::{Read, Result, Store, StoreError, Write, now_ms};
use crate::access::Gate;

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// Unique in the tenant.
    pub id: String,
    /// Argon2id, as a PHC string.
    pub password_hash: String,
    /// The role's name.
    pub role: String,
    /// Clients they are limited to, separated by spaces; empty: all.
    pub clients: String,
    /// When they were added, in UTC milliseconds.
    pub created_ms: i64,
    /// When they were disabled; 0: they were not.
    pub disabled_ms: i64,
}

/// A session with what is to be known of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its public part, unique over all tenants.
    pub id: String,
    /// Whose.
    pub tenant: String,
    /// The user.
    pub user: String,
    /// Hash of the secret part.
    pub secret_hash: String,
    /// When it ends, in UTC milliseconds.
    pub expires_ms: i64,
    /// The user's role.
    pub role: String,
    /// The user's clients.
    pub clients: String,
    /// When the user was disabled; 0: they were not.
    pub disabled_ms: i64,
}

fn user(row: &AnyRow) -> Result<UserRow> {
    Ok(UserRow {
        id: row.try_get(0)?,
        password_hash: row.try_get(1)?,
        role: row.try_get(2)?,
        clients: row.try_get(3)?,
        created_ms: row.try_get(4)?,
        disabled_ms: row.try_get(5)?,
    })
}

const FIND_USER: &str = "SELECT id, password_hash, role, clients, created_ms, disabled_ms \
                         FROM users WHERE tenant = $1 AND id = $2";

impl Store {
    /// A user of any tenant: for telling who signs in.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find_user(&self, _: &Gate, tenant: &str, id: &str) -> Result<Option<UserRow>> {
        let query = sqlx::query(FIND_USER)
            .bind(tenant.to_owned())
            .bind(id.to_owned());
        let mut below = self.read_below().await?;
        let row = query.fetch_optional(below.connection()).await?;
        row.as_ref().map(user).transpose()
    }

    /// The session with this public part, of whatever tenant: for telling who calls.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn find_session(&self, _: &Gate, id: &str) -> Result<Option<SessionRow>> {
        let sql = "SELECT s.id, s.tenant, s.user_id, s.secret_hash, s.expires_ms, u.role, u.clients, u.disabled_ms \
                   FROM sessions s JOIN users u ON u.tenant = s.tenant AND u.id = s.user_id WHERE s.id = $1";
        let query = sqlx::query(sql).bind(id.to_owned());
        let mut below = self.read_below().await?;
        let Some(row) = query.fetch_optional(below.connection()).await? else {
            return Ok(None);
        };
        Ok(Some(SessionRow {
            id: row.try_get(0)?,
            tenant: row.try_get(1)?,
            user: row.try_get(2)?,
            secret_hash: row.try_get(3)?,
            expires_ms: row.try_get(4)?,
            role: row.try_get(5)?,
            clients: row.try_get(6)?,
            disabled_ms: row.try_get(7)?,
        }))
    }

    /// Forgets sessions that ended.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn forget_sessions(&self) -> Result<u64> {
        let sql = "DELETE FROM sessions WHERE expires_ms < $1";
        let mut below = self.write_below().await?;
        let query = sqlx::query(sql).bind(now_ms());
        let done = query.execute(below.connection()).await?;
        below.commit().await?;
        Ok(done.rows_affected())
    }
}

impl Read {
    /// At most `limit` users after the id `after`, in order. Those who reach further than the scope are left out.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn users(&mut self, after: &str, limit: u32) -> Result<Vec<UserRow>> {
        let sql = "SELECT id, password_hash, role, clients, created_ms, disabled_ms FROM users \
                   WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let (mut users, mut after) = (Vec::new(), after.to_owned());
        loop {
            let query = sqlx::query(sql)
                .bind(self.tenant())
                .bind(after)
                .bind(i64::from(limit));
            let rows = query.fetch_all(self.connection()).await?;
            let page: Vec<UserRow> = rows.iter().map(user).collect::<Result<_>>()?;
            let Some(last) = page.last().map(|user| user.id.clone()) else {
                break;
            };
            after = last;
            let scope = self.scope().clone();
            users.extend(
                page.into_iter()
                    .filter(|user| scope.reaches_all(&user.clients)),
            );
            if users.len() >= wanted || rows.len() < wanted {
                break;
            }
        }
        users.truncate(wanted);
        Ok(users)
    }

    /// A user. One who reaches further than the scope is not found.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn user(&mut self, id: &str) -> Result<UserRow> {
        let query = sqlx::query(FIND_USER)
            .bind(self.tenant())
            .bind(id.to_owned());
        let row = query.fetch_optional(self.connection()).await?;
        let found = row.as_ref().map(user).transpose()?;
        let found = found.filter(|user| self.scope().reaches_all(&user.clients));
        found.ok_or_else(|| StoreError::NotFound {
            kind: "user",
            id: id.to_owned(),
        })
    }
}

impl Write {
    /// Adds or changes a user; `true` if they are new. Whatever changes, their sessions end.
    ///
    /// # Errors
    /// [`StoreError::NotFound`] where somebody of that id reaches further than the scope.
    pub async fn put_user(&mut self, user: &UserRow) -> Result<bool> {
        let query = sqlx::query(FIND_USER)
            .bind(self.tenant())
            .bind(user.id.clone());
        let there = query.fetch_optional(self.connection()).await?.is_some();
        if there {
            self.user(&user.id).await?;
        }
        let sql = "INSERT INTO users (tenant, id, password_hash, role, clients, created_ms, disabled_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (tenant, id) DO UPDATE SET \
                   password_hash = $3, role = $4, clients = $5, disabled_ms = $7";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(user.id.clone())
            .bind(user.password_hash.clone())
            .bind(user.role.clone())
            .bind(user.clients.clone())
            .bind(user.created_ms)
            .bind(user.disabled_ms);
        query.execute(self.connection()).await?;
        self.end_sessions(&user.id).await?;
        self.note_plain("user", &user.id, "put");
        Ok(!there)
    }

    /// Keeps a session of the scope's tenant.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn add_session(&mut self, session: &SessionRow) -> Result<()> {
        let sql = "INSERT INTO sessions (id, tenant, user_id, secret_hash, created_ms, expires_ms) \
                   VALUES ($1, $2, $3, $4, $5, $6)";
        let query = sqlx::query(sql)
            .bind(session.id.clone())
            .bind(self.tenant())
            .bind(session.user.clone())
            .bind(session.secret_hash.clone())
            .bind(now_ms())
            .bind(session.expires_ms);
        query.execute(self.connection()).await?;
        self.note_plain("user", &session.user, "sign-in");
        Ok(())
    }

    /// Ends a session of a user.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn end_session(&mut self, user: &str, id: &str) -> Result<()> {
        let sql = "DELETE FROM sessions WHERE tenant = $1 AND user_id = $2 AND id = $3";
        let query = sqlx::query(sql)
            .bind(self.tenant())
            .bind(user.to_owned())
            .bind(id.to_owned());
        query.execute(self.connection()).await?;
        self.note_plain("user", user, "sign-out");
        Ok(())
    }

    /// Ends all sessions of a user.
    async fn end_sessions(&mut self, user: &str) -> Result<()> {
        let sql = "DELETE FROM sessions WHERE tenant = $1 AND user_id = $2";
        let query = sqlx::query(sql).bind(self.tenant()).bind(user.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }
}
