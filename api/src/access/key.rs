//! API keys: `muster_<public part>_<secret>`. The secret is 256 random bits, so a plain hash keeps it.

use std::hint::black_box;

use super::{Action, Gate, Role, Scope, random, sha256};
use crate::store::{KeyRow, Store, StoreError, now_ms};

/// Somebody whose key was good.
#[derive(Clone, Debug)]
pub struct Caller {
    key: KeyRow,
    role: Role,
}

/// Why somebody may not.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// No key, or none that is good. Which of it was wrong is not told.
    #[error("expected a valid key: Authorization: Bearer muster_…")]
    Unknown,
    /// The role does not have the action.
    #[error("the role {} does not have {}", .0.as_str(), .1.as_str())]
    Role(Role, Action),
    /// The key is limited to other actions.
    #[error("this key is not made for {}", .0.as_str())]
    Key(Action),
    /// Who it is cannot be told now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Caller {
    /// The scope of an action, if role and key have it.
    ///
    /// # Errors
    /// [`Denied::Role`], [`Denied::Key`].
    pub fn may(&self, action: Action) -> Result<Scope, Denied> {
        if !action.roles().contains(&self.role) {
            return Err(Denied::Role(self.role, action));
        }
        let mut limited = self.key.actions.split_whitespace().peekable();
        if limited.peek().is_some() && !limited.any(|name| name == action.as_str()) {
            return Err(Denied::Key(action));
        }
        let clients: Vec<String> = self
            .key
            .clients
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let clients = (!clients.is_empty()).then_some(clients);
        Ok(Scope::new(
            &self.key.tenant,
            clients,
            &format!("key:{}", self.key.id),
            action,
        ))
    }

    /// The public part of the key, for limits and logs.
    pub fn key_id(&self) -> &str {
        &self.key.id
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The clients the key is limited to.
    pub fn clients(&self) -> Vec<&str> {
        self.key.clients.split_whitespace().collect()
    }

    /// The actions the key is limited to.
    pub fn actions(&self) -> Vec<&str> {
        self.key.actions.split_whitespace().collect()
    }
}

/// Who sends the header `Authorization: Bearer muster_…`.
///
/// # Errors
/// [`Denied::Unknown`], [`Denied::Store`].
pub async fn authenticate(store: &Store, gate: &Gate, bearer: &str) -> Result<Caller, Denied> {
    let (id, secret) = parse(bearer).ok_or(Denied::Unknown)?;
    let offered = sha256(secret.as_bytes());
    let key = store.find_key(gate, id).await?.ok_or(Denied::Unknown)?;
    let now = now_ms();
    let good = same(&offered, &key.secret_hash)
        && key.revoked_ms == 0
        && (key.expires_ms == 0 || now < key.expires_ms);
    let role = Role::of(&key.role)
        .filter(|_| good)
        .ok_or(Denied::Unknown)?;
    Ok(Caller { key, role })
}

/// Public part and secret of a key.
fn parse(key: &str) -> Option<(&str, &str)> {
    let (id, secret) = key.strip_prefix("muster_")?.split_once('_')?;
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    (id.len() == ID_DIGITS && secret.len() == SECRET_DIGITS && hex(id) && hex(secret))
        .then_some((id, secret))
}

const ID_DIGITS: usize = 16;
const SECRET_DIGITS: usize = 64;

/// Compares without telling by time how much is the same.
fn same(a: &str, b: &str) -> bool {
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
    let key = NewKey::make(
        tenant,
        "first administrator",
        Role::Administrator,
        &[],
        &[],
        0,
    )
    .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let scope = gate.scope(tenant, "first-start", Action::KeysWrite);
    let mut write = store.write(&scope).await?;
    write.add_key(&key.row).await?;
    write.commit().await?;
    Ok(Some(key.secret))
}
