//! Pools and campaigns.
//!
//! Not for files of users' own pools in other shapes than Muster's: those are for the formats.

mod embedded;
pub mod esco;
pub mod generator;
pub mod so2016;
pub mod tables;
