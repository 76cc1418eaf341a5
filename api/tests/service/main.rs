//! The running service as its callers meet it: a server of the tests' own, spoken to over HTTP.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

mod campaigns;
mod docs;
mod experts;
mod keys;
mod matrix;
mod people;
mod schema;
mod search;
mod server;
mod sessions;
mod store;
mod walls;
