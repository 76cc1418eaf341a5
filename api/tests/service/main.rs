//! The running service as its callers meet it: a server of the tests' own, spoken to over HTTP.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

#[path = "../../src/store/suite/cluster.rs"]
mod cluster;
mod desk;
mod documented;
mod campaigns;
mod docs;
mod experts;
mod jobs;
mod keys;
mod plan_walls;
mod plans;
mod problems;
mod publish;
mod matrix;
mod people;
mod schema;
mod search;
mod server;
mod sessions;
mod store;
mod walls;
