//! Hours that published plans take: what is left of a problem's people, and what clashes.

use std::collections::BTreeMap;

use jiff::ToSpan as _;
use jiff::civil::{Date, date};
use muster_matcher::availability::Calendar;
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::{Draft, Expert, Problem};
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Count, Hours, Week, Weekly};
use serde::{Deserialize, Serialize};

use super::rows::{self, Assignment, monday};
use super::snapshot::client;
use crate::store::Busy;

/// Hours of somebody that a published stint takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Booking {
    /// Its id.
    pub id: String,
    /// Who.
    pub expert: String,
    /// For which campaign.
    pub campaign: String,
    /// Of which client; empty: of no one client.
    pub client: String,
    /// On what.
    pub role: String,
    /// By which plan.
    pub plan: String,
    /// Monday of the first week.
    pub start: String,
    /// Hours, week by week; 0 on leave, when the role is held all the same.
    pub hours: Vec<u16>,
}

/// The bookings of a plan's stints, in their order.
pub fn bookings(problem: &Problem, plan: &Plan, id: &str, owner: &str) -> Vec<Booking> {
    let stints = plan.stints.as_deref().unwrap_or_default();
    let booking = |(position, stint)| {
        let held = rows::assignment(problem, stint)?;
        let role = problem.role(problem.role_with_id(&held.role)?);
        let hours = &problem.expert(problem.expert_with_id(&held.expert)?).hours;
        let weeks = Week::span(Week::new(held.from)?, Week::new(held.to)?);
        let taken = weeks.map(|week| match hours.at(week) < role.hours {
            true => 0,
            false => role.hours.get(),
        });
        Some(Booking {
            id: format!("{id}-{position}"),
            client: client(problem, role.campaign.index(), owner).to_owned(),
            hours: taken.collect(),
            expert: held.expert,
            campaign: held.campaign,
            role: held.role,
            plan: id.to_owned(),
            start: held.starts,
        })
    };
    stints.iter().enumerate().filter_map(booking).collect()
}

impl Booking {
    /// What an assignment of a draft would book.
    pub fn soft(of: Assignment, plan: &str) -> Self {
        let hours = |week| match of.on_leave.contains(&week) {
            true => 0,
            false => of.hours,
        };
        Self {
            id: String::new(),
            hours: (of.from..=of.to).map(hours).collect(),
            expert: of.expert,
            campaign: of.campaign,
            client: String::new(),
            role: of.role,
            plan: plan.to_owned(),
            start: of.starts,
        }
    }

    /// Its last day, as an ISO date.
    pub fn ends(&self) -> String {
        let start: Option<Date> = self.start.parse().ok();
        let weeks = u16::try_from(self.hours.len()).unwrap_or(u16::MAX);
        let end = start.and_then(|start| last_day(start, weeks));
        end.map_or_else(|| "9999-12-31".to_owned(), |end| end.to_string())
    }
}

/// The last day of so many weeks, as long as there are dates.
pub fn last_day(start: Date, weeks: u16) -> Option<Date> {
    monday(start, weeks)?.checked_sub(1.days()).ok()
}

/// A week, counted from one far back, whatever horizon it is of.
fn week_number(monday: Date) -> i64 {
    monday
        .duration_since(date(2000, 1, 3))
        .as_hours()
        .div_euclid(24 * 7)
}

/// What is booked of somebody in a week.
#[derive(Clone, Debug, Default)]
struct Taken {
    hours: u32,
    roles: u32,
    by: Vec<String>,
}

/// What is booked, by person and week.
#[derive(Clone, Debug, Default)]
pub struct Booked(BTreeMap<String, BTreeMap<i64, Taken>>);

impl Booked {
    /// Whether nothing is booked.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many people are booked.
    pub fn people(&self) -> usize {
        self.0.len()
    }

    /// What is left of somebody's hours and roles in so many weeks from a Monday; `None` where nothing of them is
    /// booked.
    pub(super) fn left(
        &self,
        id: &str,
        (start, n_weeks): (Date, u16),
        hours: &Weekly<Hours>,
        max_roles: Count,
    ) -> Option<(Weekly<Hours>, Count)> {
        let first = week_number(start);
        let weeks = self.0.get(id)?;
        weeks.range(first..first + i64::from(n_weeks)).next()?;
        Some(left(hours, max_roles, weeks, first, n_weeks))
    }

    /// Reads what the store has. Bookings out of reach are named no more than `busy`.
    ///
    /// # Errors
    /// A booking that cannot be read back.
    pub fn read(busy: &[Busy]) -> serde_json::Result<Self> {
        let mut booked = Self::default();
        for busy in busy {
            let booking: Booking = serde_json::from_str(&busy.body)?;
            let Ok(start) = booking.start.parse() else {
                continue;
            };
            let by = match busy.in_reach {
                true => format!("{} by plan {}", booking.role, booking.plan),
                false => "busy".to_owned(),
            };
            let weeks = booked.0.entry(booking.expert).or_default();
            for (week, hours) in (week_number(start)..).zip(&booking.hours) {
                let taken = weeks.entry(week).or_default();
                taken.hours += u32::from(*hours);
                taken.roles += 1;
                taken.by.push(by.clone());
            }
        }
        Ok(booked)
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
        let Some(weeks) = self.0.get(profile.id.as_str()) else {
            return true;
        };
        let first = week_number(calendar.first_day);
        Week::all(calendar.weeks).any(|week| {
            let taken = weeks.get(&(first + i64::from(week.get())));
            let (hours, roles) = taken.map_or((0, 0), |taken| (taken.hours, taken.roles));
            u32::from(free.at(week).get()) >= u32::from(wanted.get()) + hours
                && profile.max_roles.get() > roles
        })
    }
}

/// The problem with what is booked of its people taken off; `None` where nothing is.
///
/// A week in which somebody holds as many roles as they may is full. Where some roles are left, they may
/// hold so many fewer in every week, since a problem states one number for all weeks.
pub fn without_booked(problem: &Problem, booked: &Booked) -> Option<Draft> {
    let first = week_number(problem.start);
    let horizon = first..first + i64::from(problem.weeks);
    let touched: Vec<(usize, &BTreeMap<i64, Taken>)> = (0..problem.experts.len())
        .filter_map(|idx| Some((idx, booked.0.get(problem.text(problem.experts[idx].id))?)))
        .filter(|(_, weeks)| weeks.range(horizon.clone()).next().is_some())
        .collect();
    if touched.is_empty() {
        return None;
    }
    let mut draft = problem.draft();
    for (idx, weeks) in touched {
        let Expert {
            hours, max_roles, ..
        } = &mut draft.experts[idx];
        (*hours, *max_roles) = left(hours, *max_roles, weeks, first, problem.weeks);
    }
    Some(draft)
}

/// What somebody's hours and roles come to beside what is booked of them.
fn left(
    hours: &Weekly<Hours>,
    max_roles: Count,
    weeks: &BTreeMap<i64, Taken>,
    first: i64,
    n_weeks: u16,
) -> (Weekly<Hours>, Count) {
    let most = max_roles.get();
    let mut taken_roles = 0;
    let left: Vec<Hours> = Week::all(n_weeks)
        .map(|week| {
            let hours = hours.at(week);
            let Some(taken) = weeks.get(&(first + i64::from(week.get()))) else {
                return hours;
            };
            if taken.roles >= most {
                return Hours::default();
            }
            taken_roles = taken_roles.max(taken.roles);
            let left = u32::from(hours.get()).saturating_sub(taken.hours);
            Hours::new(left).unwrap_or_default()
        })
        .collect();
    let roles = Count::new(most - taken_roles.min(most)).unwrap_or_default();
    (Weekly::Each(left.into()), roles)
}

/// Somebody who would have more than they give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// JSON pointer to the stint in the plan.
    pub pointer: String,
    /// Who, when, and by what they are booked.
    pub found: String,
    /// What fits.
    pub expected: String,
}

/// Where `wanted` does not fit beside what is booked, as far as `problem` states what its people give: one
/// clash a stint.
pub fn clashes(problem: &Problem, wanted: &[Booking], booked: &Booked) -> Vec<Clash> {
    let mut own: BTreeMap<(&str, i64), Taken> = BTreeMap::new();
    for booking in wanted {
        for (week, hours) in weeks_of(booking) {
            let taken = own.entry((&booking.expert, week)).or_default();
            taken.hours += u32::from(hours);
            taken.roles += 1;
        }
    }
    let first = week_number(problem.start);
    let clash = |(position, booking): (usize, &Booking)| {
        let expert = problem.expert(problem.expert_with_id(&booking.expert)?);
        let of_expert = booked.0.get(&booking.expert)?;
        weeks_of(booking).find_map(|(week, hours)| {
            let others = of_expert.get(&week)?;
            let own = own.get(&(booking.expert.as_str(), week))?;
            let at = u16::try_from(week - first).ok()?;
            let gives = u32::from(expert.hours.at(Week::new(at)?).get());
            let roles = expert.max_roles.get();
            let over_hours = hours > 0 && own.hours + others.hours > gives;
            let over_roles = own.roles + others.roles > roles;
            (over_hours || over_roles).then(|| Clash {
                pointer: format!("/plan/stints/{position}"),
                found: format!(
                    "{} in the week of {}: {} hours and {} roles here, {} and {} elsewhere ({})",
                    booking.expert,
                    monday(problem.start, at).map_or_else(String::new, |day| day.to_string()),
                    own.hours,
                    own.roles,
                    others.hours,
                    others.roles,
                    others.by.join(", "),
                ),
                expected: format!("at most {gives} hours and {roles} roles in all"),
            })
        })
    };
    wanted.iter().enumerate().filter_map(clash).collect()
}

fn weeks_of(booking: &Booking) -> impl Iterator<Item = (i64, u16)> + '_ {
    let start: Option<Date> = booking.start.parse().ok();
    let first = start.map_or(0, week_number);
    (first..).zip(booking.hours.iter().copied())
}
