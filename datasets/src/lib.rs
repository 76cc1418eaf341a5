//! Real and generated pools, campaigns over them, and the taxonomy they are named by.
//!
//! Everything is embedded in the program; `datasets/README.md` lists sources, licences and what is
//! assumed. Not for what users bring: reading their files is the formats' work.
//!
//! - [`esco`]: skills and occupations, found by id or label;
//! - [`so2016`]: 56,030 respondents of a public survey as profiles;
//! - [`campaigns`]: five campaigns that compete for them;
//! - [`generator`]: pools and campaigns of any size from a seed;
//! - [`tables`]: the reviewed mapping from survey answers to ids.

pub mod campaigns;
mod embedded;
pub mod esco;
pub mod generator;
pub mod so2016;
pub mod tables;
