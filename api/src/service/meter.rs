//! The requirement meter: how many people each step from the pool to a role leaves, while it is being written.

use std::collections::HashMap;
use std::num::NonZeroUsize;

use jiff::civil::Date;
use muster_index::{IndexError, Pool};
use muster_matcher::availability::Calendar;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Hours, Week, Weekly};
use serde::{Deserialize, Serialize};

/// How many people each step leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct Counts {
    /// Everybody.
    pub pool: usize,
    /// Of these: are planned and satisfy what the role requires.
    pub eligible: usize,
    /// Of these: have its hours free in some week, by their own calendar.
    pub enough_hours: usize,
    /// Of these: work for what it pays.
    pub affordable: usize,
    /// Of these: no conflict keeps them away.
    pub no_conflict: usize,
    /// Of these: have its hours left beside what published plans book of them.
    pub free: usize,
}

/// What the counts of one role are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub(super) struct RoleMeter {
    /// `<campaign>/<role>`.
    pub role: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Hours and roles that published plans book of people, by week: days since 1970 of its Monday, over seven.
#[derive(Clone, Debug, Default)]
pub(super) struct Booked(HashMap<String, HashMap<i64, (u32, u32)>>);

/// A booking, as far as it is counted.
#[derive(Deserialize)]
struct Booking {
    expert: String,
    start: String,
    hours: Vec<u16>,
}

impl Booked {
    /// Counts a booking's document; one that cannot be read takes nothing.
    pub(super) fn add(&mut self, body: &str) {
        let Ok(booking) = serde_json::from_str::<Booking>(body) else {
            return;
        };
        let Ok(start) = booking.start.parse::<Date>() else {
            return;
        };
        let weeks = self.0.entry(booking.expert).or_default();
        for (week, hours) in (week_number(start)..).zip(booking.hours) {
            let taken = weeks.entry(week).or_default();
            *taken = (taken.0 + u32::from(hours), taken.1 + 1);
        }
    }
}

impl muster_index::Booked for Booked {
    fn has(&self, id: &str) -> bool {
        self.0.contains_key(id)
    }

    fn leaves(
        &self,
        profile: &Profile,
        free: &Weekly<Hours>,
        wanted: Hours,
        calendar: &Calendar,
    ) -> bool {
        let Some(taken) = self.0.get(profile.id.as_str()) else {
            return true;
        };
        let first = week_number(calendar.first_day);
        Week::all(calendar.weeks).any(|week| {
            let taken = taken.get(&(first + i64::from(week.get())));
            let (hours, roles) = taken.copied().unwrap_or_default();
            u32::from(free.at(week).get()) >= u32::from(wanted.get()) + hours
                && profile.max_roles.get() > roles
        })
    }
}

fn week_number(monday: Date) -> i64 {
    let since = monday.duration_since(jiff::civil::date(1970, 1, 5));
    since.as_hours().div_euclid(24 * 7)
}

/// The counts of every role of a file, in file order.
///
/// # Errors
/// When the index cannot be read.
///
/// # Complexity
/// As [`Pool::meter`].
pub(super) fn meter(
    pool: &Pool,
    file: &CampaignFile,
    booked: &Booked,
    threads: NonZeroUsize,
) -> Result<Vec<RoleMeter>, IndexError> {
    let steps = pool.meter(file, booked, threads)?;
    let meters = file.roles().zip(steps).map(|((_, role), steps)| RoleMeter {
        role: role.id.as_str().to_owned(),
        counts: Counts {
            pool: pool.experts(),
            eligible: steps.eligible,
            enough_hours: steps.enough_hours,
            affordable: steps.affordable,
            no_conflict: steps.no_conflict,
            free: steps.free,
        },
    });
    Ok(meters.collect())
}
