//! Somebody who is known, and what they may.

use super::{Action, Role, Scope};
use crate::store::{KeyRow, SessionRow, StoreError};

/// Somebody whose key or session was good.
#[derive(Clone, Debug)]
pub struct Caller {
    tenant: String,
    /// `key:…` or `user:…`.
    actor: String,
    role: Role,
    /// Names of the actions they are limited to; empty: all of the role.
    actions: Vec<String>,
    /// Clients they are limited to; empty: all.
    clients: Vec<String>,
    /// The session, of those who signed in.
    session: Option<String>,
}

/// A call that was refused, for the audit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In which tenant.
    pub tenant: String,
    /// Who called.
    pub actor: String,
    /// What for; empty where they were not let in at all.
    pub action: &'static str,
    /// Why not.
    pub why: String,
}

/// Why somebody may not.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// No key or session, or none that is good. Which of it was wrong is not told; the audit of the tenant
    /// is, if the key is one of a tenant.
    #[error("expected a valid key: Authorization: Bearer muster_…")]
    Unknown(Option<Box<Refused>>),
    /// Role, key or reach do not allow it.
    #[error("{}", .0.why)]
    NotAllowed(Box<Refused>),
    /// Who it is cannot be told now.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn words(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

impl Caller {
    /// The owner of a key.
    pub(super) fn of_key(key: &KeyRow, role: Role) -> Self {
        Self {
            tenant: key.tenant.clone(),
            actor: format!("key:{}", key.id),
            role,
            actions: words(&key.actions),
            clients: words(&key.clients),
            session: None,
        }
    }

    /// The owner of a key, for tests of the store.
    #[cfg(test)]
    pub(crate) fn of_row(key: &KeyRow, role: Role) -> Self {
        Self::of_key(key, role)
    }

    /// The user of a session.
    pub(super) fn of_session(session: &SessionRow, role: Role) -> Self {
        Self {
            tenant: session.tenant.clone(),
            actor: format!("user:{}", session.user),
            role,
            actions: Vec::new(),
            clients: words(&session.clients),
            session: Some(session.id.clone()),
        }
    }

    /// The scope of an action, if role and key have it.
    ///
    /// # Errors
    /// [`Denied::NotAllowed`].
    pub fn may(&self, action: Action) -> Result<Scope, Denied> {
        let name = action.as_str();
        if !action.roles().contains(&self.role) {
            let why = format!("the role {} does not have {name}", self.role.as_str());
            return Err(self.refuse(action, why));
        }
        if !self.actions.is_empty() && !self.actions.iter().any(|known| known == name) {
            return Err(self.refuse(action, format!("this key is not made for {name}")));
        }
        let clients = (!self.clients.is_empty()).then(|| self.clients.clone());
        Ok(Scope::new(&self.tenant, clients, &self.actor, action))
    }

    /// As [`Caller::may`], for what concerns the tenant as a whole: nobody limited to clients may.
    ///
    /// # Errors
    /// [`Denied::NotAllowed`].
    pub fn may_in_all(&self, action: Action) -> Result<Scope, Denied> {
        let scope = self.may(action)?;
        if self.clients.is_empty() {
            return Ok(scope);
        }
        let why = format!("{} is not for keys limited to clients", action.as_str());
        Err(self.refuse(action, why))
    }

    /// The refusal of an action that role and key have, for a reason of its own.
    pub fn refuse(&self, action: Action, why: impl Into<String>) -> Denied {
        Denied::NotAllowed(Box::new(Refused {
            tenant: self.tenant.clone(),
            actor: self.actor.clone(),
            action: action.as_str(),
            why: why.into(),
        }))
    }

    /// `key:…` or `user:…`, for limits and logs.
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The public part of the key, where it is a key.
    pub fn key_id(&self) -> &str {
        self.actor.strip_prefix("key:").unwrap_or_default()
    }

    /// The user, where somebody signed in, and the session's public part.
    pub fn session(&self) -> Option<(&str, &str)> {
        Some((self.actor.strip_prefix("user:")?, self.session.as_deref()?))
    }

    /// The tenant.
    pub fn tenant(&self) -> &str {
        &self.tenant
    }

    /// The role.
    pub fn role(&self) -> Role {
        self.role
    }

    /// The clients they are limited to.
    pub fn clients(&self) -> Vec<&str> {
        self.clients.iter().map(String::as_str).collect()
    }

    /// The actions they are limited to.
    pub fn actions(&self) -> Vec<&str> {
        self.actions.iter().map(String::as_str).collect()
    }
}
