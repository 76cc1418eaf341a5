//! The service: HTTP over `store`, `access` and the engine.
//!
//! # How to add a resource
//!
//! 1. *Store.* A document with a revision is a table in `store/migrations/` (a new file; those there
//!    never change) and a [`Kind`](crate::store::Kind): `get`, `find`, `list`, `put`, `delete`,
//!    events, audit and client walls are there then, PostgreSQL's own included: a table with a column `tenant`
//!    gets them at the next start, and a column `client` those of clients. Anything else is a file beside `store/jobs.rs`
//!    whose writing functions are methods of [`Write`](crate::store::Write) and `note` what changed.
//! 2. *Access.* A row in `access/table.rs` for each new action: its name and the roles that have it.
//! 3. *Handlers* in `routes/<resource>.rs`, thin: take `State(app)`, a [`Caller`](crate::access::Caller)
//!    and typed input; `caller.may(Action::…)?` gives the scope, `caller.may_in_all(Action::…)?` one for what
//!    concerns the tenant as a whole; one store or engine call; typed output.
//!
//!    | input | extractor |
//!    | --- | --- |
//!    | who calls | `Caller`: key, expiry, rate limit → 401, 429 |
//!    | id in the path | [`PathId`](extract::PathId) |
//!    | JSON body | [`Body<T>`](extract::Body) for `T: FromJson`: every fault at once → 422 with pointers |
//!    | query | [`Params<T>`](extract::Params), `T: Deserialize` with `deny_unknown_fields` → 400 |
//!    | `If-Match`, `If-None-Match` of a write | [`Precondition`](extract::Precondition) → 428, 412 |
//!    | `Idempotency-Key` of a POST | [`Once`](extract::Once), then `store.write_once(&scope, once.of(&body.hash))` |
//!    | `limit`, `cursor` | [`paging`] |
//!
//!    Output: [`reply::document`], [`reply::Created`] and the like; errors are [`Problem`], by `?` from
//!    store and access. CPU-bound work goes through [`App::compute`], never on a request's thread.
//! 4. *Document.* `#[utoipa::path(…)]` on the handler with its tag, responses, and
//!    `extensions(("x-action" = json!("experts:read")))`; a line in `routes/mod.rs`. The router and the
//!    `OpenAPI` document are made from the same list, and a test fails for a route without an action. A row in
//!    `tests/service/matrix.rs` says how far it reaches; without one that test fails.
//! 5. *Errors.* A new code is a row in `problem.rs` and one in `docs/errors.md`.
//!
//! `routes/experts` is the pattern for documents, `routes/keys.rs` for POST with a key.

mod alerts;
mod app;
mod config;
pub mod extract;
mod follower;
mod found;
mod health;
mod hints;
mod listen;
mod meter;
mod observe;
pub mod paging;
mod problem;
mod query;
mod reach;
pub mod reply;
mod routes;
mod saved;
mod scenarios;
pub mod schemas;
mod serve;
mod shortlists;
mod snapshots;
mod staffing;
mod status;
mod tasks;
mod traces;
mod upkeep;
mod watching;
mod worker;

pub use app::App;
pub use config::{Config, Settings};
pub use observe::log_to_stderr;
pub use problem::{Code, Detail, Problem};
pub use routes::{openapi, router};
pub use serve::{ServeError, serve};
pub use traces::Traces;
