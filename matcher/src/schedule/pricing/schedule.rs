//! What one expert does over the whole horizon.

use crate::model::Week;
use crate::model::problem::{PairIdx, Problem};
use crate::stint::{PairStint, PairView, WeekKind};

/// A stint of a schedule: the pair is held in every week `from ..= to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ScheduledStint {
    /// Position of the pair.
    pub(crate) pair: PairIdx,
    /// First week.
    pub(crate) from: u16,
    /// Last week.
    pub(crate) to: u16,
}

impl ScheduledStint {
    /// What each week of the stint is, in order.
    pub(crate) fn weeks(
        self,
        problem: &Problem,
    ) -> impl Iterator<Item = (Week, WeekKind)> + use<'_> {
        let week = |week: u16| Week::new(week).unwrap_or_default();
        let stint = PairStint {
            from: week(self.from),
            to: week(self.to),
        };
        PairView::new(problem, self.pair).weeks(stint)
    }
}

/// The stints of one expert, by first week, then pair.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Schedule(Box<[ScheduledStint]>);

impl Schedule {
    /// The schedule of these stints, in any order.
    pub(crate) fn new(mut stints: Vec<ScheduledStint>) -> Self {
        stints.sort_unstable_by_key(|stint| (stint.from, stint.pair));
        Self(stints.into_boxed_slice())
    }

    /// Its stints, by first week, then pair.
    pub(crate) fn stints(&self) -> &[ScheduledStint] {
        &self.0
    }

    /// Whether it has no stint.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
