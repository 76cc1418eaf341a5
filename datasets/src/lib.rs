//! Pools and campaigns.
