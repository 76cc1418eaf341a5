//! Sessions of people who sign in: an opaque cookie `<public part>_<secret>`, of which the store has a hash.

use super::key::{same, split, still};
use super::{Caller, Denied, Gate, Refused, Role, is_password, random, sha256};
use crate::store::{SessionRow, Store, now_ms};

/// The cookie's name.
pub const COOKIE: &str = "muster_session";

/// How long a session lasts.
pub const SESSION_MS: i64 = 12 * 60 * 60 * 1_000;

/// A session just made: the only time its secret is known.
pub struct NewSession {
    /// The cookie's value.
    pub cookie: String,
    /// What the store keeps.
    pub row: SessionRow,
}

impl NewSession {
    /// A session of a user.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub fn make(tenant: &str, user: &str) -> std::io::Result<Self> {
        let (id, secret) = (random::<8>()?, random::<32>()?);
        let row = SessionRow {
            id: id.clone(),
            tenant: tenant.to_owned(),
            user: user.to_owned(),
            secret_hash: sha256(secret.as_bytes()),
            expires_ms: now_ms().saturating_add(SESSION_MS),
            role: String::new(),
            clients: String::new(),
            disabled_ms: 0,
        };
        let cookie = format!("{id}_{secret}");
        Ok(Self { cookie, row })
    }
}

/// Who sends the cookie.
///
/// # Errors
/// [`Denied::Unknown`], [`Denied::Store`].
pub async fn authenticate_session(
    store: &Store,
    gate: &Gate,
    cookie: &str,
) -> Result<Caller, Denied> {
    let (id, secret) = split(cookie).ok_or(Denied::Unknown(None))?;
    let offered = sha256(secret.as_bytes());
    let session = store.find_session(gate, id).await?;
    let session = session.ok_or(Denied::Unknown(None))?;
    let is_right = same(&offered, &session.secret_hash);
    caller(&session, is_right)
}

/// Who somebody is now who was let in a while ago.
///
/// # Errors
/// As [`super::authenticate`] and [`authenticate_session`].
pub async fn authenticate_again(
    store: &Store,
    gate: &Gate,
    known: &Caller,
) -> Result<Caller, Denied> {
    match known.session() {
        None => still(store, gate, known.key_id()).await,
        Some((_, id)) => {
            let session = store.find_session(gate, id).await?;
            caller(&session.ok_or(Denied::Unknown(None))?, true)
        }
    }
}

/// The user of a session whose secret is right or not.
fn caller(session: &SessionRow, is_right: bool) -> Result<Caller, Denied> {
    let good = is_right && now_ms() < session.expires_ms && session.disabled_ms == 0;
    match Role::of(&session.role).filter(|_| good) {
        Some(role) => Ok(Caller::of_session(session, role)),
        None => Err(unknown(
            &session.tenant,
            &session.user,
            "a session that is over or wrong",
        )),
    }
}

/// Passwords looked at at once: each takes 19 MiB, and nobody need be known to try one.
static AT_ONCE: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(2);

/// Whether a user of a tenant has this password. Takes tens of milliseconds of a thread of its own, whether
/// there is such a user or not.
///
/// # Errors
/// [`Denied::Unknown`], [`Denied::Store`].
pub async fn sign_in(
    store: &Store,
    gate: &Gate,
    tenant: &str,
    user: &str,
    password: String,
) -> Result<(), Denied> {
    let known = store.find_user(gate, tenant, user).await?;
    let there = known.is_some();
    let hash = known
        .filter(|user| user.disabled_ms == 0)
        .map(|user| user.password_hash);
    let turn = AT_ONCE.acquire().await;
    let checked = tokio::task::spawn_blocking(move || is_password(&password, hash.as_deref()));
    let checked = checked.await;
    drop(turn);
    match checked {
        Ok(true) => Ok(()),
        _ if there => Err(unknown(
            tenant,
            user,
            "a wrong password, or the user is disabled",
        )),
        _ => Err(Denied::Unknown(None)),
    }
}

fn unknown(tenant: &str, user: &str, why: &str) -> Denied {
    Denied::Unknown(Some(Box::new(Refused {
        tenant: tenant.to_owned(),
        actor: format!("user:{user}"),
        action: "",
        why: why.to_owned(),
    })))
}
