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
//! first instant at which the clock shows it or a later one; so 02:00–03:00 is no time at all on the
//! night that skips this hour and two hours on the night that repeats it. Windows that overlap count once.

mod clock;
mod sensitive;
mod windows;

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::model::campaign::CampaignFile;
use crate::model::profile::Profile;
use crate::model::words::TimeZoneName;
use crate::model::{Hours, Id, Week, Weekly};
use clock::{Clock, days_after};
pub use sensitive::{days_shared, left_of_cap, sensitive_hours};
pub use windows::{DailyWindow, OpenTime, WorkTime};

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
    /// Time ends with the year 9999: days after it have no length.
    pub fn new(
        monday: Date,
        weeks: u16,
        planning_tz: &TimeZoneName,
        planned: impl IntoIterator<Item = Id>,
    ) -> Self {
        let n_days = 7 * i64::from(weeks);
        let clock = Clock::new(planning_tz, monday, days_after(monday, n_days));
        let days: Vec<Date> = (0..n_days).map(|day| days_after(monday, day)).collect();
        let midnights = (0..=n_days)
            .map(|day| clock.first(days_after(monday, day).at(0, 0, 0, 0)))
            .collect();
        Self {
            first_day: monday,
            last_day: days.last().copied().unwrap_or(monday),
            weeks,
            planned: planned.into_iter().collect(),
            days,
            midnights,
        }
    }

    /// The first day of a week.
    pub fn monday(&self, week: Week) -> Date {
        days_after(self.first_day, 7 * i64::from(week.get()))
    }

    /// The last day of a week.
    pub fn sunday(&self, week: Week) -> Date {
        days_after(self.first_day, 7 * i64::from(week.get()) + 6)
    }

    /// Whether a commitment is to a campaign that is planned anew, and takes nothing.
    pub fn plans(&self, label: &str) -> bool {
        self.planned.contains(label)
    }

    /// Those of its weeks that lie from one week to another.
    pub fn within(&self, (from, to): (Week, Week)) -> impl Iterator<Item = Week> + use<> {
        Week::all(self.weeks).filter(move |week| (from..=to).contains(week))
    }

    /// The weeks and campaigns of a file.
    pub fn of(file: &CampaignFile) -> Self {
        let planned = file.campaigns.iter().map(|campaign| campaign.id.clone());
        Self::new(file.start, file.weeks, &file.planning_tz, planned)
    }
}

/// Whole hours the person has free in each week of `calendar`, by the rule of this module;
/// never more than `weekly_hours` or, in weeks with exceptions, the largest hours among those and them.
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
    let has_windows = !profile.availability.windows.is_empty();
    if !has_windows && is_plain(profile, earliest, calendar) {
        return Weekly::Same(profile.availability.weekly_hours);
    }
    let open = OpenTime::of(profile, calendar);
    week_by_week(profile, earliest, open.as_ref(), calendar)
}

/// As [`free_hours`] of somebody whose windows are known to be open so long, `None` without windows; those of the
/// profile are not looked at.
pub fn free_hours_when(
    profile: &Profile,
    open: Option<&OpenTime>,
    calendar: &Calendar,
) -> Weekly<Hours> {
    let earliest = profile.availability.earliest_start;
    if open.is_none() && is_plain(profile, earliest, calendar) {
        return Weekly::Same(profile.availability.weekly_hours);
    }
    week_by_week(profile, earliest, open, calendar)
}

/// Whether without windows every week has the weekly hours: seven sevenths of them. So it is for most of a pool.
fn is_plain(profile: &Profile, earliest: Option<Date>, calendar: &Calendar) -> bool {
    let availability = &profile.availability;
    availability.exceptions.is_empty()
        && profile.commitments.is_empty()
        && earliest.is_none_or(|earliest| earliest <= calendar.first_day)
}

fn week_by_week(
    profile: &Profile,
    earliest: Option<Date>,
    open: Option<&OpenTime>,
    calendar: &Calendar,
) -> Weekly<Hours> {
    let weeks: Vec<Hours> = (0..usize::from(calendar.weeks))
        .map(|week| {
            let days = 7 * week..7 * week + 7;
            let weights: &[i64] = match open {
                Some(open) => &open.seconds[days.clone()],
                None => &[SECONDS_A_DAY; 7],
            };
            week_hours(profile, earliest, &calendar.days[days], weights, calendar)
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
        let seconds = (i64::from(hours.get()) * SECONDS_AN_HOUR).min(total);
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use jiff::Timestamp;
    use jiff::civil::{DateTime, Time};
    use jiff::tz::TimeZone;

    use super::*;
    use crate::eligibility::examples::profile;

    fn calendar(monday: &str, weeks: u16, zone: &str) -> Calendar {
        let zone = TimeZoneName::new(zone).unwrap();
        Calendar::new(monday.parse().unwrap(), weeks, &zone, Id::new("planned"))
    }

    /// Free hours week by week, in Berlin's weeks.
    fn free(monday: &str, weeks: u16, facts: Value) -> Vec<u16> {
        let hours = free_hours(&profile(facts), &calendar(monday, weeks, "Europe/Berlin"));
        let weeks = crate::model::Week::all(weeks);
        weeks.map(|week| hours.at(week).get()).collect()
    }

    fn in_berlin(weekly_hours: u16, windows: &[(&str, &str, &str)]) -> Value {
        let windows: Vec<Value> = windows
            .iter()
            .map(|(day, start, end)| json!({"weekday": day, "start": start, "end": end}))
            .collect();
        json!({"time_zone": "Europe/Berlin",
            "availability": {"weekly_hours": weekly_hours, "windows": windows}})
    }

    #[test]
    fn without_windows_the_weekly_hours_hold() {
        let facts = json!({"availability": {"weekly_hours": 20}});
        assert_eq!(free("2027-01-04", 3, facts), [20, 20, 20]);
    }

    #[test]
    fn windows_count_up_to_the_weekly_hours_and_once_where_they_overlap() {
        let windows = [
            ("mon", "08:00", "12:00"),
            ("mon", "10:00", "14:30"),
            ("sun", "22:00", "02:00"),
        ];
        // 6.5 hours on Monday, 2 on Sunday and 2 from the Sunday before.
        assert_eq!(free("2027-01-04", 1, in_berlin(40, &windows)), [10]);
        assert_eq!(free("2027-01-04", 1, in_berlin(9, &windows)), [9]);
        let all_day = [("tue", "00:00", "00:00")];
        assert_eq!(free("2027-01-04", 1, in_berlin(40, &all_day)), [24]);
    }

    #[test]
    fn windows_are_in_the_persons_zone_and_weeks_in_the_planning_zone() {
        let mut facts = in_berlin(40, &[("mon", "01:00", "09:00")]);
        facts["time_zone"] = json!("Asia/Tokyo");
        // Monday 01:00–09:00 in Tokyo is Sunday 17:00 to Monday 01:00 in Berlin.
        assert_eq!(
            free("2027-01-04", 1, facts.clone()),
            [8],
            "one hour of this window, seven of the next"
        );
        facts["availability"]["earliest_start"] = json!("2027-01-10");
        assert_eq!(free("2027-01-04", 1, facts), [7]);
    }

    #[test]
    fn the_skipped_hour_is_no_time_and_the_repeated_hour_counts_twice() {
        let hour = |start, end| in_berlin(40, &[("sun", start, end)]);
        // Last Sundays of March and October 2027: the 28th and the 31st.
        assert_eq!(free("2027-03-22", 2, hour("02:00", "03:00")), [0, 1]);
        assert_eq!(free("2027-03-22", 2, hour("01:00", "05:00")), [3, 4]);
        assert_eq!(free("2027-03-22", 2, hour("02:15", "04:15")), [1, 2]);
        assert_eq!(free("2027-10-25", 2, hour("02:00", "03:00")), [2, 1]);
        assert_eq!(free("2027-10-25", 2, hour("01:00", "05:00")), [5, 4]);
        let always =
            ["mon", "tue", "wed", "thu", "fri", "sat", "sun"].map(|day| (day, "00:00", "00:00"));
        assert_eq!(free("2027-03-22", 2, in_berlin(168, &always)), [167, 168]);
        assert_eq!(
            free("2027-10-25", 2, in_berlin(168, &always)),
            [168, 168],
            "never above 168"
        );
    }

    #[test]
    fn exceptions_replace_the_hours_of_their_days() {
        let except = |from: &str, to: &str, hours: u16| {
            json!({"availability": {"weekly_hours": 21,
                "exceptions": [{"from": from, "to": to, "hours": hours}]}})
        };
        assert_eq!(
            free("2027-01-04", 2, except("2027-01-09", "2027-01-12", 0)),
            [15, 15]
        );
        assert_eq!(
            free("2027-01-04", 1, except("2027-01-04", "2027-01-10", 35)),
            [35]
        );
        let mut two = except("2027-01-04", "2027-01-10", 14);
        let away = json!({"from": "2027-01-10", "to": "2027-01-10", "hours": 0});
        two["availability"]["exceptions"]
            .as_array_mut()
            .unwrap()
            .push(away);
        assert_eq!(free("2027-01-04", 1, two), [12], "the fewest hours hold");
    }

    #[test]
    fn with_windows_an_exception_takes_what_would_have_been_worked() {
        let days = ["mon", "tue", "wed", "thu", "fri"].map(|day| (day, "08:00", "12:00"));
        let except = |from: &str, to: &str, hours: u16| {
            let mut facts = in_berlin(20, &days);
            facts["availability"]["exceptions"] = json!([{"from": from, "to": to, "hours": hours}]);
            free("2027-01-04", 1, facts)
        };
        assert_eq!(
            except("2027-01-09", "2027-01-10", 0),
            [20],
            "a week-end off costs nothing"
        );
        assert_eq!(except("2027-01-04", "2027-01-05", 0), [12]);
        assert_eq!(
            except("2027-01-04", "2027-01-10", 20),
            [20],
            "the same hours change nothing"
        );
        assert_eq!(
            except("2027-01-04", "2027-01-10", 60),
            [20],
            "no more than the windows"
        );
    }

    #[test]
    fn commitments_take_a_seventh_for_each_day_unless_they_are_planned_now() {
        let committed = |label: &str, to: &str| {
            json!({"availability": {"weekly_hours": 20},
                "commitments": [{"label": label, "from": "2026-01-01", "to": to, "hours": 10}]})
        };
        assert_eq!(
            free("2027-01-04", 2, committed("other", "2027-01-06")),
            [15, 20],
            "20 − 30/7"
        );
        assert_eq!(
            free("2027-01-04", 1, committed("other", "2028-01-01")),
            [10]
        );
        assert_eq!(
            free("2027-01-04", 1, committed("planned", "2028-01-01")),
            [20]
        );
    }

    #[test]
    fn nothing_is_given_nor_taken_before_the_earliest_start() {
        let mut facts = json!({
            "availability": {"weekly_hours": 21, "earliest_start": "2027-01-09"},
            "commitments": [{"label": "other", "from": "2027-01-04", "to": "2027-01-10", "hours": 7}]
        });
        assert_eq!(free("2026-12-28", 3, facts.clone()), [0, 4, 21]);
        facts["commitments"][0]["hours"] = json!(168);
        assert_eq!(free("2026-12-28", 3, facts), [0, 0, 21], "never below 0");
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let always = ["mon", "fri", "sun"].map(|day| (day, "00:00", "00:00"));
        let hours = free("9999-12-27", 3, in_berlin(100, &always));
        assert_eq!(hours.len(), 3);
    }

    #[test]
    fn overlap_is_told_by_weekday_in_minutes() {
        let calendar = calendar("2027-03-22", 2, "UTC");
        let zone = TimeZoneName::new("UTC").unwrap();
        let time = |text: &str| text.parse::<Time>().unwrap();
        let daily = DailyWindow::new(&zone, time("20:00"), time("02:00"), &calendar);
        let windows = [("tue", "18:00", "23:00"), ("sun", "23:30", "04:00")];
        let work = WorkTime::of(&profile(in_berlin(40, &windows)), &calendar);
        let shared = work.overlap(&daily);
        // Berlin is UTC+1 until the 28th, a Sunday, and UTC+2 from then on.
        assert_eq!(shared[0], [0, 120, 0, 0, 0, 0, 270]);
        assert_eq!(shared[1], [0, 60, 0, 0, 0, 0, 270]);
    }

    fn any_windows() -> impl Strategy<Value = Vec<(&'static str, u8, u8)>> {
        let day = prop::sample::select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
        prop::collection::vec((day, 0..24_u8, 0..24_u8), 0..6)
    }

    fn facts(zone: &str, hours: u16, windows: &[(&str, u8, u8)]) -> Value {
        let windows: Vec<Value> = windows
            .iter()
            .map(|(day, start, end)| {
                json!({"weekday": day, "start": format!("{start:02}:00"), "end": format!("{end:02}:00")})
            })
            .collect();
        json!({"time_zone": zone, "availability": {"weekly_hours": hours, "windows": windows}})
    }

    /// Whether the clock of the person shows a time within some window.
    fn is_open(clock: DateTime, windows: &[(&str, u8, u8)]) -> bool {
        const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
        let weekday = usize::try_from(clock.weekday().to_monday_zero_offset()).unwrap();
        let hour = u8::try_from(clock.hour()).unwrap();
        windows.iter().any(|(day, start, end)| {
            let (today, yesterday) = (*day == DAYS[weekday], *day == DAYS[(weekday + 6) % 7]);
            if start < end {
                today && (*start..*end).contains(&hour)
            } else {
                today && hour >= *start || yesterday && hour < *end
            }
        })
    }

    const ZONES: [&str; 6] = [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "Pacific/Auckland",
    ];
    const MONDAYS: [&str; 5] = [
        "2027-01-04",
        "2027-03-08",
        "2027-03-22",
        "2027-10-25",
        "2027-09-20",
    ];

    proptest! {
        #[test]
        fn windows_give_what_a_walk_through_the_week_finds(
            zone in prop::sample::select(&ZONES[..]), planning in prop::sample::select(&ZONES[..]),
            monday in prop::sample::select(&MONDAYS[..]), windows in any_windows(),
        ) {
            let calendar = calendar(monday, 1, planning);
            let person = profile(facts(zone, 168, &windows));
            let zone = TimeZone::get(zone).unwrap();
            let quarter = |idx: i64| Timestamp::from_second(calendar.midnights[0] + 900 * idx).unwrap();
            let quarters = (calendar.midnights[7] - calendar.midnights[0]) / 900;
            let open = (0..quarters).filter(|idx| is_open(zone.to_datetime(quarter(*idx)), &windows)).count();
            let hours = free_hours(&person, &calendar).constant().unwrap();
            let expected = if windows.is_empty() { 168 } else { open / 4 };
            prop_assert_eq!(usize::from(hours.get()), expected.min(168));
        }

        #[test]
        fn free_hours_never_exceed_the_weekly_hours(
            zone in prop::sample::select(&ZONES[..]), windows in any_windows(), weekly in 0..=168_u16,
            away in 0..=168_u16, day in 4..28_u8, committed in 0..=168_u16,
        ) {
            let mut facts = facts(zone, weekly, &windows);
            let free = |facts: &Value| free_hours(&profile(facts.clone()), &calendar("2027-01-04", 3, "UTC"));
            let all = |hours: Weekly<Hours>| crate::model::Week::all(3).map(move |week| hours.at(week).get());
            let ordinary = free(&facts);
            prop_assert!(all(ordinary.clone()).all(|hours| hours <= weekly));
            // An exception without effect takes the general path.
            facts["availability"]["exceptions"] = json!([{"from": "2026-01-01", "to": "2026-01-01", "hours": 0}]);
            prop_assert_eq!(&free(&facts), &ordinary);
            let date = format!("2027-01-{day:02}");
            facts["commitments"] = json!([{"label": "x", "from": date, "to": "2027-02-01", "hours": committed}]);
            let busy = free(&facts);
            prop_assert!(all(busy.clone()).zip(all(ordinary)).all(|(busy, free)| busy <= free));
            facts["availability"]["exceptions"] = json!([{"from": "2027-01-01", "to": date, "hours": away}]);
            prop_assert!(all(free(&facts)).all(|hours| hours <= weekly.max(away)));
        }
    }
}
