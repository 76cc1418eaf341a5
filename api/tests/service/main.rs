//! The running service as its callers meet it: a server of the tests' own, spoken to over HTTP.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

mod alerts;
mod batches;
mod campaigns;
#[path = "../../src/store/suite/cluster.rs"]
mod cluster;
mod desk;
mod documented;
mod examples;
mod experts;
mod hostile;
mod jobs;
mod keys;
mod matrix;
mod once;
mod people;
mod plan_walls;
mod plans;
mod problems;
mod publish;
mod scenarios;
mod schema;
mod search;
mod searches;
mod server;
mod sessions;
mod shortlists;
mod slow;
mod staffing;
mod store;
mod walls;

#[path = "../../src/store/suite/counts.rs"]
mod counts;
mod durable;
