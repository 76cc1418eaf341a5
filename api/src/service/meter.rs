//! The requirement meter: how many people each step from the pool to a role leaves, while it is being written.
//!
//! The pool is kept decoded in memory, one copy a generation of the index, with everybody's free hours for the
//! calendars asked for last. A person is judged by the functions that make candidates.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread;

use jiff::civil::Date;
use muster_index::{IndexError, Pool};
use muster_matcher::availability::{Calendar, free_hours};
use muster_matcher::eligibility::{Person, Terms, pay, qualifies, weeks};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Hours, Id, Week, Weekly};
use serde::{Deserialize, Serialize};

/// A pool in memory, without the texts of its people.
pub struct People {
    profiles: Vec<Profile>,
    hours: Mutex<Vec<(CalendarKey, Arc<FreeHours>)>>,
}

/// What free hours depend on beside the people.
type CalendarKey = (Date, u16, String, Vec<Id>);
/// Everybody's free hours, in the order of profiles, found out when first asked for.
type FreeHours = Vec<OnceLock<Weekly<Hours>>>;

/// Calendars remembered.
const CALENDARS: usize = 4;

/// How many people each step leaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counts {
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

impl Counts {
    fn add(mut self, other: Self) -> Self {
        self.pool += other.pool;
        self.eligible += other.eligible;
        self.enough_hours += other.enough_hours;
        self.affordable += other.affordable;
        self.no_conflict += other.no_conflict;
        self.free += other.free;
        self
    }
}

/// What the counts of one role are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct RoleMeter {
    /// `<campaign>/<role>`.
    pub role: String,
    /// The counts.
    #[serde(flatten)]
    pub counts: Counts,
}

/// Hours and roles that published plans book of people, by week: days since 1970 of its Monday, over seven.
#[derive(Clone, Debug, Default)]
pub struct Booked(HashMap<String, HashMap<i64, (u32, u32)>>);

/// A booking, as far as it is counted.
#[derive(Deserialize)]
struct Booking {
    expert: String,
    start: String,
    hours: Vec<u16>,
}

impl Booked {
    /// Counts a booking's document; one that cannot be read takes nothing.
    pub fn add(&mut self, body: &str) {
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

    /// Whether somebody has the hours and another role left in some week.
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

impl People {
    /// Everybody of an index.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn of(pool: &Pool) -> Result<Self, IndexError> {
        let lean = |profile: Result<Profile, IndexError>| {
            let mut profile = profile?;
            (profile.headline, profile.bio, profile.name) = (String::new(), String::new(), None);
            Ok(profile)
        };
        Ok(Self {
            profiles: pool
                .profiles()
                .map(lean)
                .collect::<Result<_, IndexError>>()?,
            hours: Mutex::default(),
        })
    }

    /// The counts of every role of a file, in file order. `pool` is the index the people are of: whom its terms
    /// rule out is not looked at.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(roles × people whom the terms leave); the first time a calendar is asked for × its weeks.
    pub fn meter(
        &self,
        pool: &Pool,
        file: &CampaignFile,
        booked: &Booked,
        threads: NonZeroUsize,
    ) -> Result<Vec<RoleMeter>, IndexError> {
        let calendar = Arc::new(Calendar::of(file));
        let hours = self.hours(file);
        let all = Terms::of_file(file, &calendar);
        let meter = |terms: &Terms<'_>| {
            let possibly = pool.possibly(file, terms.role)?;
            let counts = self.count(&possibly, terms, &hours, booked, threads);
            Ok(RoleMeter {
                role: terms.role.id.as_str().to_owned(),
                counts: Counts {
                    pool: self.profiles.len(),
                    ..counts
                },
            })
        };
        all.iter().map(meter).collect()
    }

    fn count(
        &self,
        possibly: &[u32],
        terms: &Terms<'_>,
        hours: &FreeHours,
        booked: &Booked,
        threads: NonZeroUsize,
    ) -> Counts {
        let part = possibly.len().div_ceil(threads.get()).max(1);
        let count = |positions: &[u32]| {
            let people = positions.iter().filter_map(|position| {
                let position = usize::try_from(*position).ok()?;
                Some((self.profiles.get(position)?, hours.get(position)?))
            });
            people
                .map(|(profile, hours)| judge(profile, hours, terms, booked))
                .fold(Counts::default(), Counts::add)
        };
        thread::scope(|scope| {
            let parts = possibly.chunks(part);
            let running: Vec<_> = parts.map(|part| scope.spawn(move || count(part))).collect();
            let ended = running.into_iter().map(|part| match part.join() {
                Ok(counts) => counts,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            ended.fold(Counts::default(), Counts::add)
        })
    }

    /// Everybody's free hours in a calendar, as far as they are known; those asked for last are remembered.
    fn hours(&self, file: &CampaignFile) -> Arc<FreeHours> {
        let campaigns = file.campaigns.iter();
        let mut planned: Vec<Id> = campaigns.map(|campaign| campaign.id.clone()).collect();
        planned.sort_unstable();
        let zone = file.planning_tz.as_str().to_owned();
        let key = (file.start, file.weeks, zone, planned);
        let mut remembered = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, hours)) = remembered.iter().find(|(known, _)| *known == key) {
            return Arc::clone(hours);
        }
        let unknown = self.profiles.iter().map(|_| OnceLock::new());
        let hours: Arc<FreeHours> = Arc::new(unknown.collect());
        if remembered.len() == CALENDARS {
            remembered.remove(0);
        }
        remembered.push((key, Arc::clone(&hours)));
        hours
    }
}

/// The steps one person gets through.
fn judge(
    profile: &Profile,
    hours: &OnceLock<Weekly<Hours>>,
    terms: &Terms<'_>,
    booked: &Booked,
) -> Counts {
    let mut counts = Counts::default();
    let calendar = &terms.calendar;
    let bare = Person::new(profile, calendar);
    if !qualifies(&bare, terms) {
        return counts;
    }
    counts.eligible = 1;
    let hours = hours.get_or_init(|| free_hours(profile, calendar));
    let has_hours = |(first, last): (Week, Week)| {
        Week::span(first, last).any(|week| hours.at(week) >= terms.role.hours)
    };
    if !has_hours(terms.weeks) {
        return counts;
    }
    counts.enough_hours = 1;
    if pay(&bare, terms).is_none() {
        return counts;
    }
    counts.affordable = 1;
    // Conflicts may leave some weeks, and those need the hours, too.
    if !weeks(&bare, terms).is_some_and(has_hours) {
        return counts;
    }
    counts.no_conflict = 1;
    counts.free = usize::from(booked.leaves(profile, hours, terms.role.hours, calendar));
    counts
}
