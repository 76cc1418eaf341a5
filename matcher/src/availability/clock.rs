//! Clocks of zones.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::model::words::TimeZoneName;

/// A clock on the wall of some zone, from four days before one date to four days after another.
#[derive(Debug)]
pub(super) struct Clock {
    /// From which second since 1970 on the clock is how many seconds ahead of UTC; in order, at least one.
    offsets: Vec<(i64, i64)>,
}

impl Clock {
    /// The zone's clock.
    pub(super) fn new(zone: &TimeZoneName, first: Date, last: Date) -> Self {
        let zone = TimeZone::get(zone.as_str()).expect("a zone's name is checked when it is made");
        let begin = in_utc(days_after(first, -4).at(0, 0, 0, 0));
        let end = in_utc(days_after(last, 4).at(0, 0, 0, 0));
        let changes = zone.following(begin);
        let changes = changes.take_while(|change| change.timestamp() <= end);
        let changes = changes.map(|change| (change.timestamp(), change.offset()));
        let offsets = std::iter::once((begin, zone.to_offset(begin))).chain(changes);
        Self {
            offsets: offsets
                .map(|(from, offset)| (from.as_second(), i64::from(offset.seconds())))
                .collect(),
        }
    }

    /// The first second since 1970 at which the clock shows `time` or later.
    pub(super) fn first(&self, time: DateTime) -> i64 {
        let time = in_utc(time).as_second();
        for (idx, (from, offset)) in self.offsets.iter().enumerate() {
            let shown = (time - offset).max(*from);
            let until = self.offsets.get(idx + 1);
            if until.is_none_or(|(until, _)| shown < *until) {
                return shown;
            }
        }
        time
    }
}

/// When a clock that keeps UTC shows `time`; the last moment there is for times after it.
fn in_utc(time: DateTime) -> Timestamp {
    Offset::UTC.to_timestamp(time).unwrap_or(Timestamp::MAX)
}

/// The date so many days later, within the years that exist.
pub(super) fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}
