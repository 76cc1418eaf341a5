//! When people work: from windows, exceptions and commitments to whole free hours a week.
//!
//! [`free_hours`] is the only place where that happens; everything else reads its answer.
//!
//! # The rule
//! A planning week runs from Monday 00:00 to Sunday 24:00 in the planning zone, and so do its days;
//! a date in a profile is the day of that date in the planning zone.
//!
//! 1. Every day `d` of a week has a weight `b(d)`: the time the person's windows share with it,
//!    or 1/7 of a week for people without windows. `B` is the sum over the week's seven days.
//! 2. Every day has the hours a week that hold on it, `h(d)`: those of an exception that covers the
//!    day (the fewest, if several do), otherwise `weekly_hours`.
//! 3. The day gives `b(d) / B × min(h(d), B)`; nothing before `earliest_start`. So an exception takes
//!    away only what would have been worked on its days, and without windows each day gives `h(d) / 7`.
//! 4. Each day from `earliest_start` on that a commitment covers takes a seventh of its hours a week,
//!    off days included, unless its label is the id of a campaign that is being planned now.
//! 5. What the week gives less what it takes is rounded down to whole hours, once, and lies in 0 … 168.
//!
//! Windows are clock times in the person's own zone and count as they elapse: a clock time means the
//! first instant at which the clock shows it or a later one, so 02:00–03:00 is no time at all on the
//! night that skips this hour and two hours on the night that repeats it. Windows that overlap count once.

use std::collections::BTreeSet;

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::model::campaign::CampaignFile;
use crate::model::profile::{Profile, Window};
use crate::model::words::{TimeZoneName, Weekday};
use crate::model::{Hours, Id, Weekly};

const SECONDS_AN_HOUR: i64 = 3_600;
const SECONDS_A_DAY: i64 = 24 * SECONDS_AN_HOUR;

/// The planning weeks, and the campaigns planned in them.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Monday of the first week.
    pub first_day: Date,
    /// Sunday of the last week.
    pub last_day: Date,
    /// The number of weeks.
    pub weeks: u16,
    /// Campaigns being planned: commitments to them take no hours.
    planned: BTreeSet<Id>,
    /// Every day of the weeks.
    days: Vec<Date>,
    /// When each day begins in the planning zone; one entry more than there are days.
    midnights: Vec<i64>,
}

impl Calendar {
    /// `weeks` weeks from Monday `monday` in the zone `planning_tz`, in which the campaigns `planned` are planned anew.
    ///
    /// # Panics
    /// When the weeks reach beyond the year 9999.
    pub fn new(
        monday: Date,
        weeks: u16,
        planning_tz: &TimeZoneName,
        planned: impl IntoIterator<Item = Id>,
    ) -> Self {
        let zone = time_zone(planning_tz);
        let dates: Vec<Date> = (0..=7 * i64::from(weeks))
            .map(|day| days_after(monday, day))
            .collect();
        let midnights = dates
            .iter()
            .map(|date| instant(date.at(0, 0, 0, 0), &zone))
            .collect();
        let days = dates[..dates.len() - 1].to_vec();
        Self {
            first_day: monday,
            last_day: days.last().copied().unwrap_or(monday),
            weeks,
            planned: planned.into_iter().collect(),
            days,
            midnights,
        }
    }

    /// The weeks and campaigns of a file.
    pub fn of(file: &CampaignFile) -> Self {
        let planned = file.campaigns.iter().map(|campaign| campaign.id.clone());
        Self::new(file.start, file.weeks, &file.planning_tz, planned)
    }
}

/// Whole hours the person has free in each week of `calendar`, by the rule of this module.
///
/// # Complexity
/// O(weeks × (windows + exceptions + commitments)).
pub fn free_hours(profile: &Profile, calendar: &Calendar) -> Weekly<Hours> {
    free_hours_from(profile, profile.availability.earliest_start, calendar)
}

/// As [`free_hours`], with another first day for the person.
pub(crate) fn free_hours_from(
    profile: &Profile,
    earliest: Option<Date>,
    calendar: &Calendar,
) -> Weekly<Hours> {
    let by_day = (!profile.availability.windows.is_empty()).then(|| {
        let spans = spans(profile, &profile.availability.windows, calendar);
        seconds_by_day(&spans, calendar)
    });
    let weeks: Vec<Hours> = (0..usize::from(calendar.weeks))
        .map(|week| {
            let days = 7 * week..7 * week + 7;
            let weights: &[i64] = match &by_day {
                Some(seconds) => &seconds[days.clone()],
                None => &[SECONDS_A_DAY; 7],
            };
            let has_windows = by_day.is_some();
            week_hours(
                profile,
                earliest,
                &calendar.days[days],
                weights,
                has_windows,
                calendar,
            )
        })
        .collect();
    match weeks.first() {
        Some(first) if weeks.iter().all(|hours| hours == first) => Weekly::Same(*first),
        None => Weekly::Same(Hours::default()),
        Some(_) => Weekly::Each(weeks.into_boxed_slice()),
    }
}

/// Steps 2 to 5 of the rule for one week.
///
/// Everything is counted in parts of a second: 7 × `B` of them, so that no step rounds.
fn week_hours(
    profile: &Profile,
    earliest: Option<Date>,
    days: &[Date],
    weights: &[i64],
    has_windows: bool,
    calendar: &Calendar,
) -> Hours {
    let availability = &profile.availability;
    let total: i64 = weights.iter().sum();
    if total == 0 {
        return Hours::default();
    }
    let mut given = 0_i128;
    let mut taken = 0_i128;
    for (day, weight) in days.iter().zip(weights) {
        if earliest.is_some_and(|earliest| *day < earliest) {
            continue;
        }
        let exception = availability
            .exceptions
            .iter()
            .filter(|exception| exception.from <= *day && *day <= exception.to)
            .map(|exception| exception.hours)
            .min();
        let hours = exception.unwrap_or(availability.weekly_hours);
        let mut seconds = i64::from(hours.get()) * SECONDS_AN_HOUR;
        if has_windows {
            seconds = seconds.min(total);
        }
        given += 7 * i128::from(*weight) * i128::from(seconds);
        let committed: i64 = profile
            .commitments
            .iter()
            .filter(|commitment| commitment.from <= *day && *day <= commitment.to)
            .filter(|commitment| !calendar.planned.contains(&commitment.label))
            .map(|commitment| i64::from(commitment.hours.get()) * SECONDS_AN_HOUR)
            .sum();
        taken += i128::from(committed) * i128::from(total);
    }
    let an_hour = 7 * i128::from(total) * i128::from(SECONDS_AN_HOUR);
    let hours = (given - taken).max(0) / an_hour;
    Hours::new(hours).unwrap_or(Hours::MAX)
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
        let zone = time_zone(zone);
        let spans = calendar
            .days
            .iter()
            .map(|day| span(*day, start, end, &zone))
            .collect();
        Self { spans }
    }
}

/// How many whole minutes the person's recurring windows share with the daily window, by week and weekday
/// (Monday first). Exceptions and commitments play no part. People who named no windows are taken to work
/// 09:00–18:00 in their zone, Monday to Friday; without a zone they share nothing.
///
/// # Complexity
/// O(days × windows).
pub fn overlap(profile: &Profile, daily: &DailyWindow, calendar: &Calendar) -> Vec<[u32; 7]> {
    let office;
    let windows = if profile.availability.windows.is_empty() {
        office = office_hours();
        &office[..]
    } else {
        &profile.availability.windows
    };
    let spans = spans(profile, windows, calendar);
    let shared = |day: &(i64, i64)| {
        let seconds: i64 = spans
            .iter()
            .map(|span| (span.1.min(day.1) - span.0.max(day.0)).max(0))
            .sum();
        u32::try_from(seconds / 60).unwrap_or(u32::MAX)
    };
    let week = |days: &[(i64, i64)]| std::array::from_fn(|day| shared(&days[day]));
    daily.spans.chunks_exact(7).map(week).collect()
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
    let zone = time_zone(zone);
    // Zones differ by up to 26 hours, and a window may begin the day before it ends.
    let mut open = Vec::new();
    for day in -3..=7 * i64::from(calendar.weeks) + 2 {
        let date = days_after(calendar.first_day, day);
        let weekday = date.weekday().to_monday_zero_offset();
        for window in windows {
            if i8::try_from(window.weekday as usize) == Ok(weekday) {
                open.push(span(date, window.start, window.end, &zone));
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
fn span(date: Date, start: Time, end: Time, zone: &TimeZone) -> (i64, i64) {
    let last = if end > start {
        date
    } else {
        days_after(date, 1)
    };
    (
        instant(date.to_datetime(start), zone),
        instant(last.to_datetime(end), zone),
    )
}

/// The first second since 1970 at which the clock of `zone` shows `clock` or later.
fn instant(clock: DateTime, zone: &TimeZone) -> i64 {
    let ambiguous = zone.to_ambiguous_timestamp(clock);
    let offset = match ambiguous.offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        AmbiguousOffset::Fold { before, .. } => before,
        AmbiguousOffset::Gap { after, .. } => {
            // Read with the offset after the gap, a skipped time lies before it.
            let inside = after.to_timestamp(clock).unwrap_or(Timestamp::MAX);
            let jump = zone.following(inside).next();
            return jump.map_or(inside, |jump| jump.timestamp()).as_second();
        }
    };
    let instant = offset.to_timestamp(clock).unwrap_or(Timestamp::MAX);
    instant.as_second()
}

/// The zone of a name; names are checked when they are made.
pub(crate) fn time_zone(name: &TimeZoneName) -> TimeZone {
    TimeZone::get(name.as_str()).expect("a time zone's name is checked when it is made")
}

/// The date so many days later, within the years that exist.
fn days_after(date: Date, days: i64) -> Date {
    date.saturating_add(days.days())
}
