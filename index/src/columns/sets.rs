//! Sets of documents that conditions of roles and searches name, remembered.

use std::num::NonZeroUsize;
use std::sync::{Arc, OnceLock};

use muster_matcher::model::requirement::Leaf;

use super::remembered::Remembered;
use super::{Bitmap, Columns, LastDay, PLANNED};

/// What the sets of a segment's people may take: bytes.
const MOST: usize = 1 << 26;
/// The most sets of a segment, however few people it has.
const MOST_SETS: usize = 1 << 10;
/// The most values of a condition that is remembered.
const MOST_VALUES: usize = 300;

/// The sets of conditions that lists decide, those asked for last. Roles of one campaign share many, and a condition of
/// a role is asked for twice.
pub(crate) struct Sets {
    planned: OnceLock<Bitmap>,
    known: Remembered<(Leaf, LastDay), Bitmap>,
}

impl Sets {
    /// Of a segment of so many documents.
    pub(crate) fn new(n_docs: u32) -> Self {
        let size = (n_docs / 8) as usize + 256;
        Self {
            planned: OnceLock::new(),
            known: Remembered::of(NonZeroUsize::MIN.saturating_add(MOST_SETS.min(MOST / size))),
        }
    }

    /// The set of a condition, compared with a day.
    pub(crate) fn get(
        &self,
        leaf: &Leaf,
        day: LastDay,
        make: impl FnOnce() -> Bitmap,
    ) -> Arc<Bitmap> {
        match leaf {
            // A list may be as long as a request.
            Leaf::CountryIn(values) | Leaf::CountryNotIn(values) if values.len() > MOST_VALUES => {
                Arc::new(make())
            }
            _ => self.known.get((leaf.clone(), day), make),
        }
    }

    /// Everybody who is planned and may hold a role.
    pub(crate) fn planned(&self, columns: &Columns) -> &Bitmap {
        self.planned.get_or_init(|| {
            let mut planned = Bitmap::none(columns.n_docs());
            for doc in columns.planned.get(PLANNED).iter().flat_map(|it| &it.docs) {
                planned.insert(*doc);
            }
            planned
        })
    }
}
