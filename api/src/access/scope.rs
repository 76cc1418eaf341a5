//! What a call may see.

use std::sync::Arc;

use super::Action;

/// A tenant, the clients in it that are in reach, who calls, and for what. Made by
/// [`Caller::may`](super::Caller::may) only.
#[derive(Clone, Debug)]
pub struct Scope(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    tenant: String,
    clients: Option<Vec<String>>,
    actor: String,
    action: Action,
}

impl Scope {
    pub(super) fn new(
        tenant: &str,
        clients: Option<Vec<String>>,
        actor: &str,
        action: Action,
    ) -> Self {
        Self(Arc::new(Parts {
            tenant: tenant.to_owned(),
            clients,
            actor: actor.to_owned(),
            action,
        }))
    }

    /// The tenant.
    pub fn tenant(&self) -> &str {
        &self.0.tenant
    }

    /// The clients in reach; `None`: all.
    pub fn clients(&self) -> Option<&[String]> {
        self.0.clients.as_deref()
    }

    /// Whether what belongs to `client` is in reach; what belongs to no client is.
    pub fn reaches(&self, client: &str) -> bool {
        client.is_empty()
            || self
                .clients()
                .is_none_or(|clients| clients.iter().any(|known| known == client))
    }

    /// Whether anything of what belongs to several clients, a line each, is in reach.
    pub fn reaches_part(&self, clients: &str) -> bool {
        clients.split('\n').any(|client| self.reaches(client))
    }

    /// Whether everything that somebody limited to `clients` sees is in reach; `clients` are separated by
    /// spaces, and none stand for all.
    pub fn reaches_all(&self, clients: &str) -> bool {
        self.clients().is_none_or(|own| {
            let mut named = clients.split_whitespace().peekable();
            named.peek().is_some() && named.all(|client| own.iter().any(|known| known == client))
        })
    }

    /// Whether the tenant as a whole is in reach.
    pub fn is_unlimited(&self) -> bool {
        self.clients().is_none()
    }

    /// Who calls: `key:…`, `user:…` or `system:…`.
    pub fn actor(&self) -> &str {
        &self.0.actor
    }

    /// What for.
    pub fn action(&self) -> Action {
        self.0.action
    }
}

/// Opens what lies before and below all tenants: telling who calls, claiming jobs, following feeds.
/// The program holds one; requests never do.
#[derive(Debug)]
pub struct Gate(());

impl Gate {
    /// The program's own. Only what starts the service calls this.
    pub fn program() -> Self {
        Self(())
    }

    /// A scope for work of the program itself on a tenant, such as a job or an index.
    pub fn scope(&self, tenant: &str, worker: &str, action: Action) -> Scope {
        Scope::new(tenant, None, &format!("system:{worker}"), action)
    }
}
