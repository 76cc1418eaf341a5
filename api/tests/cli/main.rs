//! The program as its users meet it: every command on good and on bad input, with its exit code,
//! its messages and its files. What the exit codes and messages mean is in `docs/errors.md`.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

mod check;
mod desk;
mod documents;
mod export;
mod flow;
mod import;
mod people;
mod plan;
mod problems;
mod search;
mod skills;
mod solve;
mod streams;
