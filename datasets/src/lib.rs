//! Pools and campaigns.

pub mod import;
