//! Role × action, one row an action; what is not in it is denied.

/// What a caller is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Role {
    /// Everything but protected attributes.
    Administrator,
    /// Campaigns and plans.
    Planner,
    /// People and shortlists.
    Recruiter,
    /// Published plans.
    Scheduler,
    /// Reads everything, protected attributes included, and changes nothing.
    Auditor,
}

impl Role {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Administrator,
        Self::Planner,
        Self::Recruiter,
        Self::Scheduler,
        Self::Auditor,
    ];

    /// As it is stored and shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Planner => "planner",
            Self::Recruiter => "recruiter",
            Self::Scheduler => "scheduler",
            Self::Auditor => "auditor",
        }
    }

    /// The role of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// Declares the actions, their names and who may take them: the one table.
macro_rules! actions {
    ($($(#[$doc:meta])* $action:ident $name:literal $($role:ident)+;)+) => {
        /// Something that can be allowed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Action {
            $($(#[$doc])* $action,)+
        }

        impl Action {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$action),+];

            /// As keys and messages name it.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$action => $name),+ }
            }

            /// Who may.
            pub fn roles(self) -> &'static [Role] {
                match self { $(Self::$action => &[$(Role::$role),+]),+ }
            }
        }
    };
}

actions! {
    /// Read people.
    ExpertsRead "experts:read" Administrator Planner Recruiter Auditor;
    /// Add, change, import and delete people.
    ExpertsWrite "experts:write" Administrator Recruiter;
    /// Take a person out of everything that is stored.
    ExpertsErase "experts:erase" Administrator;
    /// Search people and make shortlists.
    SearchRun "search:run" Administrator Planner Recruiter;
    /// Read searches that are kept, and whom they newly found.
    SearchesRead "searches:read" Administrator Planner Recruiter Auditor;
    /// Keep, change and delete searches.
    SearchesWrite "searches:write" Administrator Planner Recruiter;
    /// Read lists of people that are kept.
    ShortlistsRead "shortlists:read" Administrator Planner Recruiter Auditor;
    /// Keep, change and delete lists of people.
    ShortlistsWrite "shortlists:write" Administrator Planner Recruiter;
    /// Read the words that stand for others in searches.
    SynonymsRead "synonyms:read" Administrator Planner Recruiter;
    /// Change the words that stand for others in searches.
    SynonymsWrite "synonyms:write" Administrator Recruiter;
    /// Read campaigns and their meters.
    CampaignsRead "campaigns:read" Administrator Planner Recruiter Auditor;
    /// Add, change and delete campaigns.
    CampaignsWrite "campaigns:write" Administrator Planner;
    /// Read problems.
    ProblemsRead "problems:read" Administrator Planner Auditor;
    /// Add and delete problems.
    ProblemsWrite "problems:write" Administrator Planner;
    /// Read plans that are published.
    PublishedRead "plans:read-published" Administrator Planner Recruiter Scheduler Auditor;
    /// Read all plans.
    PlansRead "plans:read" Administrator Planner Auditor;
    /// Make, stop and delete plans.
    PlansWrite "plans:write" Administrator Planner;
    /// Publish plans, and take that back.
    PlansPublish "plans:publish" Administrator Planner;
    /// Read the change feed.
    EventsRead "events:read" Administrator Planner Recruiter Auditor;
    /// Read which clients there are.
    ClientsRead "clients:read" Administrator Planner Recruiter Auditor;
    /// Add, change and delete clients.
    ClientsWrite "clients:write" Administrator;
    /// Read which tenants there are.
    TenantsRead "tenants:read" Administrator;
    /// Add tenants.
    TenantsWrite "tenants:write" Administrator;
    /// Read who may sign in.
    UsersRead "users:read" Administrator Auditor;
    /// Add, change and disable those who sign in.
    UsersWrite "users:write" Administrator;
    /// Look after one's own session and password.
    SessionOwn "session:own" Administrator Planner Recruiter Scheduler Auditor;
    /// Read keys, without their secrets.
    KeysRead "keys:read" Administrator Auditor;
    /// Make, rotate and revoke keys.
    KeysWrite "keys:write" Administrator;
    /// Read the audit log.
    AuditRead "audit:read" Auditor;
    /// Read protected attributes, for the auditor's report.
    ProtectedRead "protected:read" Auditor;
    /// Import protected attributes, which whoever imports cannot read back.
    ProtectedWrite "protected:write" Administrator;
}

impl Action {
    /// The action of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|action| action.as_str() == name)
    }
}
