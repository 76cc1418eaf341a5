//! Real and generated pools, campaigns over them, and the taxonomy they are named by.
//!
//! Everything is embedded in the program; `datasets/README.md` lists sources, licences and what is
//! assumed.
//!
//! - [`esco`]: skills and occupations, found by id or label;
//! - [`onet`]: occupations of O*NET, their titles and tasks;
//! - [`places`]: countries, languages and years of experience in the words of a search;
//! - [`skills`]: which skills a text speaks of;
//! - [`so2016`]: 56,030 respondents of a public survey as profiles;
//! - [`campaigns`]: five campaigns that compete for them;
//! - [`generator`]: pools and campaigns of any size from a seed;
//! - [`import`]: what users bring, as JSON lines or CSV, into a pool file;
//! - [`tables`]: the reviewed mapping from survey answers to ids.

pub mod campaigns;
mod embedded;
pub mod esco;
pub mod generator;
pub mod import;
pub mod onet;
pub mod places;
pub mod skills;
pub mod skillspan;
pub mod so2016;
pub mod tables;
