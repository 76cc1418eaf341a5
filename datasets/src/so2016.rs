//! The public 2016 Stack Overflow Developer Survey as a talent pool.
//!
//! `datasets/so2016/README.md` has the source, the licence and the mapping from answers to
//! profiles, field by field. Age and gender are in a separate file that this module reads only
//! in [`audit`], which neither the index nor a solver calls.

mod respondent;

pub use respondent::{AuditRow, Respondent, audit, respondents};
