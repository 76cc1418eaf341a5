//! Staffing as a service: what is stored, who may see it, and how it is reached.

pub mod access;
mod json;
pub mod service;
pub mod store;
