//! PostgreSQL's own walls: row-level security behind the conditions that every statement has anyway.
//!
//! A transaction begins by saying for whom it is, and the database shows and takes no other rows, whatever its
//! statements forget:
//!
//! | setting | rows |
//! | --- | --- |
//! | `muster.tenant` | of this tenant; none where it is not set |
//! | `muster.clients` | of none or one of these clients, a line each; `*`: of all |
//! | `muster.gate` | `open`: keys, users, sessions, jobs and the like of all tenants; `migrating`: everything, and the audit can be changed |
//!
//! The settings end with the transaction. They guard against a forgotten condition, not against somebody who can
//! run statements of their own. A superuser is shown everything: [`do_not_hold`] tells.

use sqlx::{AnyPool, Row};

use super::{Dialect, Result};
use crate::access::{Scope, hex};

/// Who may see a client's rows.
const EVERYBODY: &str = "*";

/// What a transaction may see.
pub(super) enum View<'a> {
    /// What a scope reaches.
    Of(&'a Scope),
    /// What lies before and below all tenants.
    Gate,
}

impl View<'_> {
    /// The statements that begin a transaction on PostgreSQL.
    pub(super) fn begin(&self, begin: &str) -> String {
        let settings = match self {
            Self::Of(scope) => [
                ("muster.tenant", scope.tenant().to_owned()),
                ("muster.clients", clients(scope)),
            ],
            Self::Gate => [
                ("muster.gate", "open".to_owned()),
                ("muster.clients", EVERYBODY.to_owned()),
            ],
        };
        // In hexadecimal, since this statement takes no parameters.
        let set = settings.map(|(name, value)| {
            let value = hex(value.as_bytes());
            format!("set_config('{name}', convert_from(decode('{value}', 'hex'), 'UTF8'), true)")
        });
        format!("{begin}; SELECT {}", set.join(", "))
    }
}

/// The clients in reach, a line each. The first line is empty, so that no client's name is read as
/// [`EVERYBODY`].
fn clients(scope: &Scope) -> String {
    match scope.clients() {
        Some(clients) => format!("\n{}", clients.join("\n")),
        None => EVERYBODY.to_owned(),
    }
}

/// What a running transaction is told to see instead.
pub(super) enum Change<'a> {
    /// Another tenant.
    Tenant(&'a str),
    /// The clients of the scope, or all of them.
    Clients(Option<&'a Scope>),
    /// What the gate opens, too; or nothing more.
    Gate(&'static str),
}

impl Change<'_> {
    /// Tells the transaction.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(super) async fn make(self, connection: &mut sqlx::AnyConnection) -> Result<()> {
        let (name, value) = match self {
            Self::Tenant(tenant) => ("muster.tenant", tenant.to_owned()),
            Self::Clients(scope) => (
                "muster.clients",
                scope.map_or(EVERYBODY.to_owned(), clients),
            ),
            Self::Gate(what) => ("muster.gate", what.to_owned()),
        };
        let query = sqlx::query("SELECT set_config($1, $2, true)");
        query.bind(name).bind(value).execute(connection).await?;
        Ok(())
    }
}

/// Raises the walls of tables that have none.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn raise(pool: &AnyPool, dialect: Dialect) -> Result<()> {
    if dialect == Dialect::Postgres {
        sqlx::raw_sql(include_str!("walls.postgres.sql"))
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// The role's name, if PostgreSQL shows it every row whatever the policies say.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn do_not_hold(pool: &AnyPool, dialect: Dialect) -> Result<Option<String>> {
    if dialect != Dialect::Postgres {
        return Ok(None);
    }
    let sql = "SELECT CAST(rolname AS TEXT) FROM pg_roles \
               WHERE rolname = current_user AND (rolsuper OR rolbypassrls)";
    let row = sqlx::query(sql).fetch_optional(pool).await?;
    Ok(row.map(|row| row.try_get(0)).transpose()?)
}
