//! Hours of sensitive content that a person's cap leaves.

use jiff::civil::Date;

use super::Calendar;
use crate::model::profile::Profile;
use crate::model::{Hours, Week};

/// Whole hours of sensitive content that a person may do in a week beside what they are bound to; `None` without a cap.
///
/// As of free hours, a commitment with sensitive content takes a seventh of its hours on each of its days, unless its
/// campaign is planned now.
///
/// # Complexity
/// O(commitments).
pub fn sensitive_hours(profile: &Profile, calendar: &Calendar, week: Week) -> Option<Hours> {
    let cap = profile.max_sensitive_hours?;
    let days = (calendar.monday(week), calendar.sunday(week));
    let bound = profile.commitments.iter();
    let bound = bound.filter(|it| it.sensitive && !calendar.plans(it.label.as_str()));
    let number = |date: Date| date.duration_since(Date::ZERO).as_hours() / 24;
    let taken = bound.map(|it| {
        let shared = days_shared(
            (number(it.from), number(it.to)),
            (number(days.0), number(days.1)),
        );
        shared * i64::from(it.hours.get())
    });
    Some(left_of_cap(cap, taken.sum()))
}

/// How many days two spells of days have in common; first and last day are given, as numbers.
pub fn days_shared(one: (i64, i64), other: (i64, i64)) -> i64 {
    (one.1.min(other.1) - one.0.max(other.0) + 1).max(0)
}

/// Whole hours that are left of a cap of which so many sevenths of an hour are taken.
pub fn left_of_cap(cap: Hours, taken_sevenths: i64) -> Hours {
    let left = (7 * i64::from(cap.get()) - taken_sevenths).max(0) / 7;
    Hours::new(left).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::eligibility::examples::profile;
    use crate::model::Id;
    use serde_json::json;

    #[test]
    fn commitments_with_sensitive_content_take_a_seventh_a_day() {
        let zone = crate::model::words::TimeZoneName::new("UTC").unwrap();
        let calendar = Calendar::new("2027-01-04".parse().unwrap(), 3, &zone, Id::new("planned"));
        let left = |cap: Option<u32>, label: &str, sensitive: bool| {
            let mut facts = json!({"commitments": [
                {"label": label, "from": "2027-01-10", "to": "2027-01-17", "hours": 6, "sensitive": sensitive}
            ]});
            if let Some(cap) = cap {
                facts["max_sensitive_hours"] = json!(cap);
            }
            let profile = profile(facts);
            let weeks = Week::all(3).map(|week| sensitive_hours(&profile, &calendar, week));
            weeks.map(|left| left.map(Hours::get)).collect::<Vec<_>>()
        };
        assert_eq!(left(None, "other", true), [None; 3]);
        assert_eq!(left(Some(10), "other", false), [Some(10); 3]);
        assert_eq!(left(Some(10), "planned", true), [Some(10); 3]);
        // The Sunday of the first week, the whole second one, nothing of the third.
        assert_eq!(left(Some(10), "other", true), [Some(9), Some(4), Some(10)]);
        assert_eq!(left(Some(2), "other", true), [Some(1), Some(0), Some(2)]);
    }
}
