//! Staffing as a service: what is stored, who may see it, and how it is reached; and exports of plans.

pub mod access;
pub mod export;
#[cfg(test)]
mod fuzz;
mod json;
pub mod labels;
pub mod plan_file;
pub mod planning;
pub mod service;
pub mod solving;
pub mod store;
