//! Connections: SQLite in a file, or PostgreSQL by URL, both through one driver.

use std::time::Duration;

use sqlx::any::{AnyConnectOptions, AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyPool, Connection, Executor, SqlStr};

use super::StoreError;

/// Which database it is. Statements are the same; a transaction begins in another way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// One file, one writer at a time.
    Sqlite,
    /// A server, several nodes.
    Postgres,
}

impl Dialect {
    /// The database a URL names.
    ///
    /// # Errors
    /// Other schemes.
    pub fn of_url(url: &str) -> Result<Self, StoreError> {
        match url.split_once(':').map(|(scheme, _)| scheme) {
            Some("sqlite") => Ok(Self::Sqlite),
            Some("postgres" | "postgresql") => Ok(Self::Postgres),
            _ => Err(StoreError::Unavailable(
                "found another scheme, expected sqlite: or postgres: in the database URL"
                    .to_owned(),
            )),
        }
    }
}

/// Every statement waits for a file to be on the disk; a reader never waits for a writer; what is deleted is
/// overwritten.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout = 10000; PRAGMA journal_mode = WAL; \
     PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;";

/// Connections to one SQLite file; more would only wait for each other.
const SQLITE_CONNECTIONS: u32 = 6;
const POSTGRES_CONNECTIONS: u32 = 16;

/// How long a request waits for a connection.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens the pool of connections. Whatever state one to SQLite comes back in, it is only given out again after
/// it has begun and rolled back a transaction: one that failed on a full disk stays unusable for ever and would
/// otherwise poison the pool. One to PostgreSQL is asked for a sign of life before it is given out.
pub(super) async fn connect(url: &str, dialect: Dialect) -> Result<AnyPool, StoreError> {
    install_default_drivers();
    let options: AnyConnectOptions = url.parse().map_err(StoreError::Database)?;
    let pool = AnyPoolOptions::new()
        .max_connections(match dialect {
            Dialect::Sqlite => SQLITE_CONNECTIONS,
            Dialect::Postgres => POSTGRES_CONNECTIONS,
        })
        .acquire_timeout(PATIENCE)
        .after_connect(move |connection, _| {
            Box::pin(async move {
                if dialect == Dialect::Sqlite {
                    connection.execute(SQLITE_SETTINGS).await?;
                }
                Ok(())
            })
        })
        .after_release(move |connection, _| {
            Box::pin(async move {
                if dialect == Dialect::Postgres {
                    return Ok(true);
                }
                // Not a plain `begin`, which where a transaction is thought to be open sets a savepoint in it.
                let proof = async { connection.begin_with("BEGIN").await?.rollback().await };
                Ok(proof.await.is_ok())
            })
        });
    Ok(pool.connect_with(options).await?)
}

/// The steps a database went through, in order; never changed, only added to.
const SHARED: &[(i64, &str, &str)] = &[
    (1, "base", include_str!("migrations/0001_base.sql")),
    (
        10,
        "pseudonyms",
        include_str!("migrations/0010_pseudonyms.sql"),
    ),
    (20, "plans", include_str!("migrations/0020_plans.sql")),
    (
        30,
        "scenarios",
        include_str!("migrations/0030_scenarios.sql"),
    ),
    (
        40,
        "kept by recruiters",
        include_str!("migrations/0040_kept_by_recruiters.sql"),
    ),
    (50, "synonyms", include_str!("migrations/0050_synonyms.sql")),
];
const POSTGRES_ONLY: &[(i64, &str, &str)] = &[
    (
        2,
        "byte order",
        include_str!("migrations/0002_byte_order.postgres.sql"),
    ),
    (
        11,
        "byte order of users",
        include_str!("migrations/0011_byte_order.postgres.sql"),
    ),
    (
        31,
        "byte order of scenarios",
        include_str!("migrations/0031_byte_order.postgres.sql"),
    ),
    (
        41,
        "byte order of what recruiters keep",
        include_str!("migrations/0041_byte_order.postgres.sql"),
    ),
    (
        51,
        "byte order of synonyms",
        include_str!("migrations/0051_byte_order.postgres.sql"),
    ),
];

/// Brings the tables up to date.
pub(super) async fn migrate(pool: &AnyPool, dialect: Dialect) -> Result<(), StoreError> {
    let mut steps = SHARED.to_vec();
    if dialect == Dialect::Postgres {
        steps.extend(POSTGRES_ONLY);
        steps.sort_unstable_by_key(|step| step.0);
    }
    let migrations: Vec<Migration> = steps
        .into_iter()
        .map(|(version, name, sql)| {
            let sql = SqlStr::from_static(sql);
            Migration::new(version, name.into(), MigrationType::Simple, sql, false)
        })
        .collect();
    let migrator = Migrator {
        migrations: migrations.into(),
        ..Migrator::DEFAULT
    };
    // A connection of its own, which sees every row.
    let mut connection = pool.acquire().await?.detach();
    if dialect == Dialect::Postgres {
        connection.execute("SET muster.gate = 'migrating'").await?;
    }
    let done = migrator.run(&mut connection).await;
    // It is not needed any more, however it ends.
    let _ = connection.close().await;
    done.map_err(|error| match error {
        MigrateError::VersionMissing(version) => StoreError::Newer(version),
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => error.into(),
        other => StoreError::Damaged(other.to_string()),
    })
}
