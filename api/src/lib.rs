//! Staffing as a service: what is stored, who may see it, and how it is reached; and exports of plans.

pub mod access;
pub mod export;
pub mod finding;
#[cfg(test)]
mod fuzz;
mod json;
pub mod labels;
pub mod plan_file;
pub mod planning;
pub mod representation;
pub mod represented;
pub mod service;
pub mod solving;
pub mod store;
pub mod suggest;
pub mod understanding;
