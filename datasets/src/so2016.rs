//! The public 2016 Stack Overflow Developer Survey as a talent pool.
//!
//! `datasets/so2016/README.md` has the source, the licence and the mapping from answers to
//! profiles, field by field. Age and gender are in a separate file that this module reads only
//! in [`audit`], which neither the index nor a solver calls.

mod mapping;
mod respondent;
mod text;

use muster_matcher::model::profile::Profile;

pub use mapping::SURVEYED_ON;
pub use respondent::{AuditRow, Respondent, audit, respondents};

/// The survey pool: a profile for each respondent, by respondent's id.
///
/// ```
/// let pool = muster_datasets::so2016::profiles();
/// assert_eq!(pool.len(), 56_030);
/// assert_eq!(pool[0].id.as_str(), "so2016-0");
/// ```
pub fn profiles() -> Vec<Profile> {
    mapping::profiles(&respondents())
}
