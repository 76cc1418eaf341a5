//! The talent pool on disk: search, and candidates for the solver.
//!
//! An index is a folder of tantivy's files and a manifest with the checksum of every file. It is derived
//! from a pool file or a store and can always be built again. A [`Pool`] is one generation of it and never
//! changes; an [`Updater`] makes the next one from some profiles changed.
//!
//! tantivy answers words. What conditions and scores ask of people stands in columns in memory (`columns`), which decide
//! as `matcher::eligibility` and `matcher::score` do; whom they cannot decide for sure, those judge by the stored
//! profile, so the index and the solver mean the same.

mod allowed;
mod asked;
mod clauses;
mod columns;
mod document_scan;
mod eligible;
mod error;
mod evidence;
mod facets;
#[cfg(test)]
mod folders;
mod ids;
#[cfg(test)]
mod laws;
mod lock;
mod manifest;
mod meaning;
mod meter;
mod near;
mod near_role;
mod packing;
mod places;
mod pool;
#[cfg(test)]
mod pricing;
#[cfg(test)]
mod queries;
mod roles_text;
mod scan;
mod schema;
mod search;
#[cfg(test)]
mod searches;
mod segment;
mod shortlist;
mod snippet;
mod some;
mod source;
mod synonyms;
#[cfg(test)]
mod testing;
mod text;
mod top;
mod updater;
#[cfg(test)]
mod updates;
mod writer;

pub use eligible::Eligible;
pub use error::IndexError;
pub use facets::{Count, Facet, FacetKind};
pub use lock::FolderLock;
pub use manifest::{Manifest, Sealed};
pub use meaning::{Meaning, MeantSkill};
pub use meter::{Booked, Steps};
pub use near::{NearGroup, NearMiss, NearMisses};
pub use pool::Pool;
pub use search::{Found, FoundForRole, Hit, PointsById, RoleHit, Search, Setting};
pub use snippet::Snippet;
pub use source::IndexSource;
pub use synonyms::{LONGEST_RULE, MOST_RULES, SHARE as SHARE_OF_SYNONYM, SynonymFault, Synonyms};
pub use text::{SCORE_MODEL, Section, Shown, TextModel, TextModelBuilder, TextQuery};
pub use updater::{Change, Updater};
pub use writer::{IndexBuilder, build};
