//! What is kept: one SQLite file by default, PostgreSQL by URL, one set of statements.
//!
//! Whoever reads calls [`Store::read`], whoever writes [`Store::write`]; both ask for a
//! [`Scope`](crate::access::Scope), which only `access` makes, and see nothing outside it. A
//! [`Write`] is one transaction: its changes, their events, one audit row and the answer to an
//! idempotent request are committed together or not at all, and none of them can be forgotten,
//! because every way of changing something notes it.
//!
//! Resources that are documents (experts, campaigns, problems, plans, bookings) share the functions
//! of [`documents`](Read::get); a new one is a table in `migrations/` and a [`Kind`].

mod alerts;
mod audit;
mod batch;
mod bookings;
mod connect;
mod documents;
mod erase;
mod erasures;
mod error;
mod feed;
mod hint;
mod jobs;
mod keys;
mod names;
mod once;
mod plans;
mod protected;
#[cfg(test)]
mod suite;
mod transaction;
mod users;
mod walls;

pub use alerts::{Alert, Match, Told};
pub use audit::{AuditRow, Broken, Intact};
pub use batch::{Became, Put};
pub use bookings::{Busy, BusyPage, BusyWanted};
pub use connect::Dialect;
pub use documents::{Column, Document, Expect, Filter, Kind, Op, Page, Value};
pub use erase::{Erased, Erasure};
pub use error::StoreError;
pub use feed::Event;
pub use hint::Hints;
pub use jobs::{Claimed, Job, JobEvent, JobState, MostQueued};
pub use keys::KeyRow;
pub use names::{has_string, renamed_text};
pub use once::{Answer, Begun, Known, RequestKey};
pub use plans::{PlanRow, RowFilter, RowKind, joined};
pub use protected::GroupRow;
pub use transaction::{ERASE, Read, Write};
pub use users::{SessionRow, UserRow};

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sqlx::{AnyPool, Row};
use tokio::sync::{Mutex, watch};

/// The result of a store call.
pub type Result<T> = std::result::Result<T, StoreError>;

/// A database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    dialect: Dialect,
    /// SQLite has one writer at a time: those of this process queue here in fair order instead of
    /// polling the file's lock.
    turn: Arc<Mutex<()>>,
    people_changed: watch::Sender<()>,
}

/// How long somebody waits who asks whether the database answers.
const PROMPT: Duration = Duration::from_secs(1);

impl Store {
    /// Opens the database at `url` and brings its tables up to date.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], [`StoreError::Newer`], or whatever the database says.
    pub async fn open(url: &str) -> Result<Self> {
        let dialect = Dialect::of_url(url)?;
        let pool = connect::connect(url, dialect).await?;
        connect::migrate(&pool, dialect).await?;
        walls::raise(&pool, dialect).await?;
        Ok(Self {
            pool,
            dialect,
            turn: Arc::default(),
            people_changed: watch::Sender::default(),
        })
    }

    /// The role by which PostgreSQL is used, if it is shown the rows of all tenants whatever its walls say: a
    /// superuser.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn role_above_walls(&self) -> Result<Option<String>> {
        walls::do_not_hold(&self.pool, self.dialect).await
    }

    /// The URL of a SQLite file, which is made if it is missing.
    pub fn sqlite_url(file: &Path) -> String {
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/-_.".contains(byte);
        let mut url = "sqlite://".to_owned();
        for byte in file.as_os_str().as_encoded_bytes() {
            if plain(byte) {
                url.push(char::from(*byte));
            } else {
                url.push_str(&format!("%{byte:02X}"));
            }
        }
        url + "?mode=rwc"
    }

    /// Which database it is.
    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Whether the database answers within a second.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`], mostly.
    pub async fn ping(&self) -> Result<()> {
        let asked = sqlx::query("SELECT 1").execute(&self.pool);
        match tokio::time::timeout(PROMPT, asked).await {
            Ok(answered) => answered.map(drop).map_err(StoreError::from),
            Err(_) => Err(StoreError::Unavailable(format!(
                "no answer within {PROMPT:?}"
            ))),
        }
    }

    /// Writes a copy of the whole database, as it is at one moment, into a new SQLite file; others go on reading
    /// and writing.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] on PostgreSQL, which has tools of its own; whatever the database says.
    pub async fn copy_to(&self, file: &Path) -> Result<()> {
        if self.dialect != Dialect::Sqlite {
            let what = "PostgreSQL is backed up by pg_dump".to_owned();
            return Err(StoreError::Unavailable(what));
        }
        let Some(file) = file.to_str() else {
            return Err(StoreError::Unavailable(
                "the file's name is not UTF-8".to_owned(),
            ));
        };
        sqlx::query("VACUUM INTO $1")
            .bind(file.to_owned())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    /// Whether every page of a SQLite file is whole.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] with what is wrong; whatever the database says.
    pub async fn check_pages(&self) -> Result<()> {
        if self.dialect != Dialect::Sqlite {
            return Ok(());
        }
        let row = sqlx::query("PRAGMA integrity_check(1)")
            .fetch_one(&self.pool)
            .await?;
        match row.try_get::<String, _>(0)?.as_str() {
            "ok" => Ok(()),
            what => Err(StoreError::Damaged(what.to_owned())),
        }
    }

    /// Closes all connections, after the statements that run now.
    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Now, in UTC milliseconds.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}
