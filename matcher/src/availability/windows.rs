//! Recurring windows as spans of time around the days of a calendar.

use jiff::civil::{Date, Time};

use super::Calendar;
use super::clock::{Clock, days_after};
use crate::model::profile::{Profile, Window};
use crate::model::words::{TimeZoneName, Weekday};

/// How long somebody's windows are open on each day of a calendar. It depends on zone and windows alone.
#[derive(Clone, Debug)]
pub struct OpenTime {
    pub(super) seconds: Vec<i64>,
}

impl OpenTime {
    /// Of a person in a calendar; `None` without windows.
    ///
    /// # Complexity
    /// O(n log n) in n = days × windows.
    pub fn of(profile: &Profile, calendar: &Calendar) -> Option<Self> {
        let windows = &profile.availability.windows;
        (!windows.is_empty()).then(|| WorkTime::of(profile, calendar).open(calendar))
    }
}

/// A window of the clock in some zone, every day.
#[derive(Clone, Debug)]
pub struct DailyWindow {
    /// When it begins and ends on each day of the calendar, in seconds since 1970.
    spans: Vec<(i64, i64)>,
}

impl DailyWindow {
    /// From `start` to `end` in `zone`, on the dates of `calendar`; an `end` up to `start` lies on the next day.
    pub fn new(zone: &TimeZoneName, start: Time, end: Time, calendar: &Calendar) -> Self {
        let clock = Clock::new(zone, calendar.first_day, calendar.last_day);
        let days = calendar.days.iter();
        let spans = days.map(|day| span(*day, start, end, &clock)).collect();
        Self { spans }
    }
}

/// When somebody's recurring windows are open around the days of a calendar; exceptions and commitments play no part.
/// People who named no windows are taken to work 09:00–18:00 in their zone, Monday to Friday; without a zone they
/// work at no known time. It depends on zone and windows alone.
#[derive(Clone, Debug)]
pub struct WorkTime {
    /// In seconds since 1970: sorted, apart from each other.
    spans: Vec<(i64, i64)>,
}

impl WorkTime {
    /// Of a person in a calendar.
    ///
    /// # Complexity
    /// O(n log n) in n = days × windows.
    pub fn of(profile: &Profile, calendar: &Calendar) -> Self {
        let office;
        let windows = if profile.availability.windows.is_empty() {
            office = office_hours();
            &office[..]
        } else {
            &profile.availability.windows
        };
        Self {
            spans: spans(profile, windows, calendar),
        }
    }

    /// For how long on each day of the calendar it was made for.
    pub fn open(&self, calendar: &Calendar) -> OpenTime {
        OpenTime {
            seconds: seconds_by_day(&self.spans, calendar),
        }
    }

    /// How many whole minutes it shares with the daily window, by week and weekday (Monday first).
    ///
    /// # Complexity
    /// O(days × log spans).
    pub fn overlap(&self, daily: &DailyWindow) -> Vec<[u32; 7]> {
        let shared = |day: &(i64, i64)| {
            let first = self.spans.partition_point(|span| span.1 <= day.0);
            let seconds: i64 = self.spans[first..]
                .iter()
                .take_while(|span| span.0 < day.1)
                .map(|span| span.1.min(day.1) - span.0.max(day.0))
                .sum();
            u32::try_from(seconds / 60).unwrap_or(u32::MAX)
        };
        let week = |days: &[(i64, i64)]| std::array::from_fn(|day| shared(&days[day]));
        daily.spans.chunks_exact(7).map(week).collect()
    }
}

fn office_hours() -> Vec<Window> {
    let days = [
        Weekday::Mon,
        Weekday::Tue,
        Weekday::Wed,
        Weekday::Thu,
        Weekday::Fri,
    ];
    days.map(|weekday| Window {
        weekday,
        start: Time::constant(9, 0, 0, 0),
        end: Time::constant(18, 0, 0, 0),
    })
    .to_vec()
}

/// When the windows are open around the calendar's days, in seconds since 1970: sorted, apart from each other.
fn spans(profile: &Profile, windows: &[Window], calendar: &Calendar) -> Vec<(i64, i64)> {
    let Some(zone) = &profile.time_zone else {
        return Vec::new();
    };
    let clock = Clock::new(zone, calendar.first_day, calendar.last_day);
    // Zones differ by up to 26 hours, and a window may begin the day before it ends.
    let mut open = Vec::new();
    for day in -3..=7 * i64::from(calendar.weeks) + 2 {
        let date = days_after(calendar.first_day, day);
        let weekday = date.weekday().to_monday_zero_offset();
        for window in windows {
            if i8::try_from(window.weekday as usize) == Ok(weekday) {
                open.push(span(date, window.start, window.end, &clock));
            }
        }
    }
    open.sort_unstable();
    let mut apart: Vec<(i64, i64)> = Vec::with_capacity(open.len());
    for (start, end) in open {
        match apart.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => apart.push((start, end)),
        }
    }
    apart
}

/// How long the spans are open on each day of the calendar.
fn seconds_by_day(spans: &[(i64, i64)], calendar: &Calendar) -> Vec<i64> {
    let mut seconds = vec![0; calendar.days.len()];
    let mut first = 0;
    for (day, seconds) in seconds.iter_mut().enumerate() {
        let (midnight, next) = (calendar.midnights[day], calendar.midnights[day + 1]);
        while spans.get(first).is_some_and(|span| span.1 <= midnight) {
            first += 1;
        }
        for span in spans[first..].iter().take_while(|span| span.0 < next) {
            *seconds += span.1.min(next) - span.0.max(midnight);
        }
    }
    seconds
}

/// From `start` on `date` to `end`, which lies on the next day unless it is after `start`.
fn span(date: Date, start: Time, end: Time, clock: &Clock) -> (i64, i64) {
    let last = if end > start {
        date
    } else {
        days_after(date, 1)
    };
    (
        clock.first(date.to_datetime(start)),
        clock.first(last.to_datetime(end)),
    )
}
