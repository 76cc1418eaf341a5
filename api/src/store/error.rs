//! What can go wrong in the store, as far as callers treat it differently.

/// Why a store call failed. Nothing of its transaction was written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// There is no such thing, or the scope does not reach it.
    #[error("there is no {kind} {id:?}")]
    NotFound {
        /// What was looked for.
        kind: &'static str,
        /// By which id.
        id: String,
    },
    /// It exists, and the caller did not say which revision they saw.
    #[error("{kind} {id:?} exists; state the revision you saw")]
    RevisionRequired {
        /// What was to be written.
        kind: &'static str,
        /// Its id.
        id: String,
    },
    /// It is not at the revision the caller saw.
    #[error("{kind} {id:?} is at revision {found}, not at {stated}")]
    RevisionMismatch {
        /// What was to be written.
        kind: &'static str,
        /// Its id.
        id: String,
        /// Where it is; empty if it does not exist.
        found: String,
        /// What the caller saw.
        stated: String,
    },
    /// The idempotency key was used for another request.
    #[error("the idempotency key {0:?} was used for another request")]
    KeyReused(String),
    /// Somebody else wrote the same row at the same moment; trying again helps.
    #[error("the same thing was written at the same moment; try again")]
    Race,
    /// A job's lease was lost: another worker has it, or it is over.
    #[error("the lease on job {0} was lost")]
    LeaseLost(String),
    /// The queue of jobs is full: of the tenant, or of all.
    #[error("{waiting} jobs are waiting, which is the most")]
    QueueFull {
        /// Jobs that wait.
        waiting: i64,
    },
    /// The disk or the database has no room left.
    #[error("no room left to write: {0}")]
    Full(String),
    /// The database cannot be reached, or is busy beyond patience.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// The database was written by a newer program.
    #[error(
        "the database has migration {0}, which this program does not know: it was written by a newer one"
    )]
    Newer(i64),
    /// Anything else the database said.
    #[error("database: {0}")]
    Database(sqlx::Error),
    /// What is stored cannot be read back.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error;
        let text = error.to_string();
        match &error {
            Error::Database(said) if said.is_unique_violation() => Self::Race,
            Error::Database(said) => {
                let code = said.code().unwrap_or_default().into_owned();
                let full = ["disk is full", "disk I/O error", "No space left"];
                if full.iter().any(|words| text.contains(words)) || code == "53100" {
                    Self::Full(text)
                } else if text.contains("database is locked") || is_going_away(&code) {
                    Self::Unavailable(text)
                } else {
                    Self::Database(error)
                }
            }
            Error::Io(_) | Error::Tls(_) | Error::PoolTimedOut | Error::PoolClosed => {
                Self::Unavailable(text)
            }
            Error::WorkerCrashed => Self::Unavailable(text),
            _ => Self::Database(error),
        }
    }
}

/// `PostgreSQL`'s states of a server that starts, stops, is cut off or has no connection left, and
/// transactions it asks to begin again.
fn is_going_away(code: &str) -> bool {
    code.starts_with("08") || code.starts_with("57P") || code.starts_with("40") || code == "53300"
}
