//! API keys: `muster_<public part>_<secret>`. The secret is 256 random bits, so a plain hash keeps it.

use std::hint::black_box;

use super::{Action, Caller, Denied, Gate, Refused, Role, random, sha256};
use crate::store::{KeyRow, Store, StoreError, now_ms};

/// Who sends the header `Authorization: Bearer muster_…`.
///
/// # Errors
/// [`Denied::Unknown`], [`Denied::Store`].
pub async fn authenticate(store: &Store, gate: &Gate, bearer: &str) -> Result<Caller, Denied> {
    let key = bearer.strip_prefix("muster_").and_then(split);
    let (id, secret) = key.ok_or(Denied::Unknown(None))?;
    let offered = sha256(secret.as_bytes());
    let key = store.find_key(gate, id).await?;
    let key = key.ok_or(Denied::Unknown(None))?;
    let is_right = same(&offered, &key.secret_hash);
    caller(&key, is_right)
}

/// Whose key it is that was good a while ago.
pub(super) async fn still(store: &Store, gate: &Gate, id: &str) -> Result<Caller, Denied> {
    let key = store.find_key(gate, id).await?;
    caller(&key.ok_or(Denied::Unknown(None))?, true)
}

/// The owner of a key whose secret is right or not.
fn caller(key: &KeyRow, is_right: bool) -> Result<Caller, Denied> {
    let now = now_ms();
    let why = if !is_right {
        Some("a wrong secret")
    } else if key.revoked_ms != 0 {
        Some("the key is revoked")
    } else if key.expires_ms != 0 && now >= key.expires_ms {
        Some("the key is expired")
    } else {
        None
    };
    match Role::of(&key.role).filter(|_| why.is_none()) {
        Some(role) => Ok(Caller::of_key(key, role)),
        None => Err(Denied::Unknown(Some(Box::new(Refused {
            tenant: key.tenant.clone(),
            actor: format!("key:{}", key.id),
            action: "",
            why: why.unwrap_or("the key has an unknown role").to_owned(),
        })))),
    }
}

/// Public part and secret of a key or cookie: `<public part>_<secret>`.
pub(crate) fn split(text: &str) -> Option<(&str, &str)> {
    let (id, secret) = text.split_once('_')?;
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (id.len() == ID_DIGITS && secret.len() == SECRET_DIGITS && hex(id) && hex(secret))
        .then_some((id, secret))
}

const ID_DIGITS: usize = 16;
const SECRET_DIGITS: usize = 64;

/// Compares without telling by time how much is the same.
pub(super) fn same(a: &str, b: &str) -> bool {
    let differs = a
        .bytes()
        .zip(b.bytes())
        .fold(0, |sum, (a, b)| sum | (a ^ b));
    a.len() == b.len() && black_box(differs) == 0
}

/// A key just made: the only time its secret is known.
pub struct NewKey {
    /// What the owner keeps.
    pub secret: String,
    /// What the store keeps.
    pub row: KeyRow,
}

impl NewKey {
    /// A key; `actions` and `clients` limit it unless they are empty, and 0 never expires.
    ///
    /// # Errors
    /// The operating system has no random bytes.
    pub fn make(
        tenant: &str,
        name: &str,
        role: Role,
        actions: &[Action],
        clients: &[String],
        expires_ms: i64,
    ) -> std::io::Result<Self> {
        let (id, secret) = (random::<8>()?, random::<32>()?);
        let actions: Vec<&str> = actions.iter().map(|action| action.as_str()).collect();
        let row = KeyRow {
            id: id.clone(),
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            secret_hash: sha256(secret.as_bytes()),
            role: role.as_str().to_owned(),
            actions: actions.join(" "),
            clients: clients.join(" "),
            created_ms: now_ms(),
            expires_ms,
            revoked_ms: 0,
        };
        let secret = format!("muster_{id}_{secret}");
        Ok(Self { secret, row })
    }
}

/// Where there is no key yet: makes the tenant and an administrator's key, and gives its secret.
///
/// # Errors
/// As the store.
pub async fn first_key(
    store: &Store,
    gate: &Gate,
    tenant: &str,
) -> Result<Option<String>, StoreError> {
    store.add_tenant(gate, tenant).await?;
    if store.has_keys(gate).await? {
        return Ok(None);
    }
    // Several nodes may start at once: one of them makes the key.
    let scope = gate.scope(tenant, "first-start", Action::KeysWrite);
    let mut write = store.write(&scope).await?;
    write.hold_tenant().await?;
    if store.has_keys(gate).await? {
        return Ok(None);
    }
    let key = NewKey::make(
        tenant,
        "first administrator",
        Role::Administrator,
        &[],
        &[],
        0,
    )
    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    write.add_key(&key.row).await?;
    write.commit().await?;
    Ok(Some(key.secret))
}
