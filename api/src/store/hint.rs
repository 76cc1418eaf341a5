//! Hints that people changed, so that indexes need not wait for their next look.
//!
//! A hint that is lost costs a moment and nothing else: every node looks at the feed anyway. On PostgreSQL one goes
//! to the other nodes by `NOTIFY`, never inside a transaction that writes: there it would make all commits wait for
//! each other.

use sqlx::postgres::PgListener;
use tokio::sync::watch;

use super::{Dialect, Result, Store};

/// What nodes listen to.
const CHANNEL: &str = "muster_people";

impl Store {
    /// Changes whenever a transaction of this process that changed people is committed.
    pub fn changes_of_people(&self) -> watch::Receiver<()> {
        self.people_changed.subscribe()
    }

    /// Tells the other nodes that people changed; no more than once in a while, since each call is a transaction.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn tell_nodes(&self) -> Result<()> {
        if self.dialect == Dialect::Postgres {
            let query = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL);
            query.execute(&self.pool).await?;
        }
        Ok(())
    }
}

/// Hears the hints of all nodes over one PostgreSQL database.
pub struct Hints(PgListener);

impl Hints {
    /// Listens, on a connection of its own.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn of(url: &str) -> Result<Self> {
        let mut listener = PgListener::connect(url).await?;
        listener.listen(CHANNEL).await?;
        Ok(Self(listener))
    }

    /// Waits for a hint. Those given while the connection was lost are lost with it.
    ///
    /// # Errors
    /// The database cannot be reached.
    pub async fn next(&mut self) -> Result<()> {
        // Nothing is the word that the connection was lost and made again.
        self.0.try_recv().await?;
        Ok(())
    }
}
