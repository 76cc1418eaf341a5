//! Whether a pair is allowed, and why not, is decided here; returning every reason why not.
//!
//! A person may hold a role when three steps hold, in this order:
//!
//! 1. *Eligible*: their stage is planned, and in some week of the campaign nothing forbids client or
//!    campaign and the role's requirement tree holds;
//! 2. *Enough hours*: one of these weeks has the role's hours free;
//! 3. *Affordable*: the pay policy gives a rate.
//!
//! Facts that end are asked for week by week: credentials, assessments and consents must hold through a
//! week's Sunday; a conflict forbids the weeks on whose Monday it still holds, a cool-off those that begin too early.
//! [`weeks`] says in which weeks a person may hold the role; a plan keeps to them. All comparisons are exact.

mod leaf;
mod reason;
mod weeks;

pub mod evidence;

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::civil::Date;

use crate::availability::{
    Calendar, DailyWindow, WorkTime, free_hours, free_hours_from, sensitive_hours,
};
use crate::model::campaign::{CampaignFile, CampaignSpec, RoleSpec};
use crate::model::profile::{Conflict, Profile};
use crate::model::requirement::{Leaf, Requirement};
use crate::model::words::{PayPolicy, SkillId};
use crate::model::{Cents, CentsPerHour, Count, Hours, Id, Level, Week, Weekly};
pub use leaf::overlaps;
pub(crate) use leaf::reaches;
pub use reason::{Phrase, Reason, Step};
pub use weeks::{holds_throughout, qualifies, weeks};

/// What a role asks and offers, with what can be known of it before anybody is looked at.
#[derive(Clone, Debug)]
pub struct Terms<'f> {
    /// The file the role stands in.
    pub file: &'f CampaignFile,
    /// Its campaign.
    pub campaign: &'f CampaignSpec,
    /// The role.
    pub role: &'f RoleSpec,
    /// The planning weeks.
    pub calendar: Arc<Calendar>,
    /// The first and the last week of its campaign.
    pub weeks: (Week, Week),
    /// The skills it asks for, hard or preferred, with the highest level asked, sorted.
    pub wanted_skills: Vec<(SkillId, Level)>,
    /// The daily windows of its overlap leaves.
    daily: Vec<(&'f Leaf, DailyWindow)>,
    /// The clients of its cool-off leaves, with their weeks.
    cool_offs: Vec<(&'f Id, Count)>,
}

impl<'f> Terms<'f> {
    /// The terms of one role of a file.
    pub fn new(
        file: &'f CampaignFile,
        campaign: &'f CampaignSpec,
        role: &'f RoleSpec,
        calendar: Arc<Calendar>,
    ) -> Self {
        let wishes = role.prefers.iter().map(|wish| &wish.requirement);
        let leaves: Vec<&Leaf> = std::iter::once(&role.requires)
            .chain(wishes)
            .flat_map(Requirement::leaves)
            .collect();
        let daily = leaves
            .iter()
            .filter_map(|leaf| Some((*leaf, daily_window(leaf, &calendar)?)))
            .collect();
        let cool_offs = leaves.iter().filter_map(|leaf| match leaf {
            Leaf::CoolOff { client, weeks } => Some((client, *weeks)),
            _ => None,
        });
        Self {
            file,
            campaign,
            role,
            weeks: file.weeks_of(campaign),
            wanted_skills: role.wanted_skills().into_iter().collect(),
            daily,
            cool_offs: cool_offs.collect(),
            calendar,
        }
    }

    /// The terms of every role of a file, in file order; `calendar` is the file's.
    pub fn of_file(file: &'f CampaignFile, calendar: &Arc<Calendar>) -> Vec<Self> {
        file.roles()
            .map(|(campaign, role)| Self::new(file, campaign, role, Arc::clone(calendar)))
            .collect()
    }

    /// The last day of the campaign's last week.
    pub fn last_day(&self) -> Date {
        self.calendar.sunday(self.weeks.1)
    }

    /// The most the role pays anybody.
    pub fn pays_at_most(&self) -> CentsPerHour {
        match self.role.pay.policy {
            PayPolicy::RoleFixed => self.role.pay.target,
            PayPolicy::Individual => self.role.pay.cap,
        }
    }
}

fn daily_window(leaf: &Leaf, calendar: &Calendar) -> Option<DailyWindow> {
    match leaf {
        Leaf::Overlap {
            time_zone,
            start,
            end,
            ..
        } => Some(DailyWindow::new(time_zone, *start, *end, calendar)),
        _ => None,
    }
}

/// A profile seen from the planning weeks: what costs time to find out is found out once, when first asked.
#[derive(Clone, Debug)]
pub struct Person<'a> {
    /// What they say of themselves.
    pub profile: &'a Profile,
    calendar: &'a Calendar,
    hours: OnceCell<Weekly<Hours>>,
    work: OnceCell<WorkTime>,
}

impl<'a> Person<'a> {
    /// `profile` in the weeks of `calendar`; the terms it is held against must have the same calendar.
    pub fn new(profile: &'a Profile, calendar: &'a Calendar) -> Self {
        Self {
            profile,
            calendar,
            hours: OnceCell::new(),
            work: OnceCell::new(),
        }
    }

    /// `profile` in the weeks of `calendar`, its free hours known to be `hours`.
    pub fn with_hours(profile: &'a Profile, calendar: &'a Calendar, hours: Weekly<Hours>) -> Self {
        let person = Self::new(profile, calendar);
        person.hours.get_or_init(|| hours);
        person
    }

    /// Free hours, week by week.
    pub fn hours(&self) -> &Weekly<Hours> {
        self.hours
            .get_or_init(|| free_hours(self.profile, self.calendar))
    }

    /// Hours of sensitive content that their cap leaves in a week; `None` without a cap.
    pub fn sensitive_hours(&self, week: Week) -> Option<Hours> {
        sensitive_hours(self.profile, self.calendar, week)
    }

    /// When they work.
    pub fn work(&self) -> &WorkTime {
        self.work
            .get_or_init(|| WorkTime::of(self.profile, self.calendar))
    }

    /// Free hours in that week from one week to another that has most.
    pub fn most_hours(&self, weeks: (Week, Week)) -> Hours {
        most(self.hours(), self.calendar.within(weeks))
    }

    /// Free hours in that week from one week to another that has fewest.
    pub fn fewest_hours(&self, weeks: (Week, Week)) -> Hours {
        let hours = self.hours();
        let weeks = self.calendar.within(weeks).map(|week| hours.at(week));
        weeks.min().unwrap_or_default()
    }

    /// Their own minimum an hour in the file's currency, rounded up; `None` without an exchange rate.
    pub fn minimum(&self, file: &CampaignFile) -> Option<Cents> {
        let rate = &self.profile.rate;
        file.in_plan_currency(rate.min_cents, &rate.currency)
    }
}

fn most(hours: &Weekly<Hours>, weeks: impl Iterator<Item = Week>) -> Hours {
    weeks.map(|week| hours.at(week)).max().unwrap_or_default()
}

/// Whether the person may hold the role in some week.
pub fn is_eligible(person: &Person<'_>, terms: &Terms<'_>) -> bool {
    first_failed(person, terms).is_none()
}

/// The first step the person fails, if there is one. Cheap: stops at the first failure and writes no sentence.
pub fn first_failed(person: &Person<'_>, terms: &Terms<'_>) -> Option<Step> {
    let Some(weeks) = weeks(person, terms) else {
        return Some(Step::Eligible);
    };
    if person.most_hours(weeks) < terms.role.hours {
        Some(Step::EnoughHours)
    } else if pay(person, terms).is_none() {
        Some(Step::Affordable)
    } else {
        None
    }
}

/// Every reason why the person may not hold the role, by step, within a step as the role names its conditions.
/// Empty exactly if [`is_eligible`]. Where no week is allowed, the reasons are those of the campaign's first one.
pub fn why_not(person: &Person<'_>, terms: &Terms<'_>) -> Vec<Reason> {
    let profile = person.profile;
    let weeks = weeks(person, terms);
    let first = weeks.unwrap_or(terms.weeks).0;
    let mut reasons = Vec::new();
    reasons.extend(wrong_stage(profile));
    reasons.extend(no_roles(profile));
    reasons.extend(why_not_in(person, terms, first));
    reasons.extend(lack_of_hours(person, terms, weeks.unwrap_or(terms.weeks)));
    reasons.extend(lack_of_pay(person, terms));
    reasons
}

/// Every reason why the person may not hold the role in a week of the campaign, stage, hours and pay aside: conflicts,
/// then what the role requires.
pub fn why_not_in(person: &Person<'_>, terms: &Terms<'_>, week: Week) -> Vec<Reason> {
    let mut reasons: Vec<Reason> = in_conflict(person.profile, terms, week).collect();
    reasons.extend(lacks(&terms.role.requires, person, terms, week));
    reasons
}

fn wrong_stage(profile: &Profile) -> Option<Reason> {
    let stage = profile.stage;
    (!stage.is_planned()).then_some(Reason::Stage { stage })
}

fn no_roles(profile: &Profile) -> Option<Reason> {
    (profile.max_roles == Count::default()).then_some(Reason::NoRoles)
}

fn in_conflict<'a>(
    profile: &'a Profile,
    terms: &'a Terms<'_>,
    week: Week,
) -> impl Iterator<Item = Reason> + use<'a> {
    conflicts(profile, terms, week).map(|conflict| Reason::Conflict {
        against: conflict.against.clone(),
        until: conflict.until,
    })
}

/// Conflicts with the role's client or campaign that hold on the week's Monday or later.
fn conflicts<'a>(
    profile: &'a Profile,
    terms: &'a Terms<'_>,
    week: Week,
) -> impl Iterator<Item = &'a Conflict> + use<'a> {
    let CampaignSpec { id, client, .. } = terms.campaign;
    let monday = terms.calendar.monday(week);
    profile.conflicts.iter().filter(move |conflict| {
        (conflict.against == *client || conflict.against == *id)
            && conflict.until.is_none_or(|until| until >= monday)
    })
}

/// Whether a requirement holds for the person in a week of the campaign.
pub fn holds(
    requirement: &Requirement,
    person: &Person<'_>,
    terms: &Terms<'_>,
    week: Week,
) -> bool {
    let node_holds = |node: &Requirement| holds(node, person, terms, week);
    match requirement {
        Requirement::All(nodes) => nodes.iter().all(node_holds),
        Requirement::Any(nodes) => nodes.iter().any(node_holds),
        Requirement::None(nodes) => !nodes.iter().any(node_holds),
        Requirement::AtLeast { k, of } => {
            count_holding(of, person, terms, week) >= k.get() as usize
        }
        Requirement::Leaf(leaf) => leaf::holds(leaf, person, terms, week),
    }
}

fn count_holding(
    nodes: &[Requirement],
    person: &Person<'_>,
    terms: &Terms<'_>,
    week: Week,
) -> usize {
    let holding = nodes.iter().filter(|node| holds(node, person, terms, week));
    holding.count()
}

/// Why a requirement does not hold in a week; empty exactly if it does.
fn lacks(
    requirement: &Requirement,
    person: &Person<'_>,
    terms: &Terms<'_>,
    week: Week,
) -> Vec<Reason> {
    if holds(requirement, person, terms, week) {
        return Vec::new();
    }
    let alternatives = |wanted, of: &[Requirement]| {
        let each = of.iter().map(|node| lacks(node, person, terms, week));
        Reason::TooFewOf {
            wanted,
            held: count_holding(of, person, terms, week),
            lacks: each.filter(|lacks| !lacks.is_empty()).collect(),
        }
    };
    match requirement {
        Requirement::Leaf(leaf) => vec![leaf::lack(leaf, person, terms, week)],
        Requirement::All(nodes) => {
            let each = nodes.iter().map(|node| lacks(node, person, terms, week));
            each.flatten().collect()
        }
        Requirement::Any(nodes) => vec![alternatives(one(), nodes)],
        Requirement::AtLeast { k, of } => vec![alternatives(*k, of)],
        Requirement::None(nodes) => {
            let held = nodes.iter().filter(|node| holds(node, person, terms, week));
            held.map(|node| Reason::Excluded { by: node.clone() })
                .collect()
        }
    }
}

fn one() -> Count {
    Count::new(1).unwrap_or_default()
}

/// Too few hours in every one of these weeks: because of a late start if the hours would be there without it.
fn lack_of_hours(person: &Person<'_>, terms: &Terms<'_>, weeks: (Week, Week)) -> Option<Reason> {
    let (has, wanted) = (person.most_hours(weeks), terms.role.hours);
    if has >= wanted {
        return None;
    }
    if let Some(earliest_start) = person.profile.availability.earliest_start {
        let without = free_hours_from(person.profile, None, person.calendar);
        if most(&without, person.calendar.within(weeks)) >= wanted {
            return Some(Reason::NotReady {
                earliest_start,
                needed_until: terms.calendar.sunday(weeks.1),
            });
        }
    }
    Some(Reason::TooFewHours { has, wanted })
}

/// What the person is paid an hour on the role; `None` if the pay policy gives no rate.
///
/// `role_fixed`: the role's target, if neither their own minimum nor their country's floor is above it.
/// `individual`: the largest of target, own minimum and floor, if it is not above the role's cap.
/// An unknown country has no floor.
pub fn pay(person: &Person<'_>, terms: &Terms<'_>) -> Option<CentsPerHour> {
    let minimum = person.minimum(terms.file)?;
    let floor = floor(person.profile, terms).unwrap_or_default();
    let target = terms.role.pay.target;
    let least = minimum.max(floor * an_hour()).max(target * an_hour());
    (least <= terms.pays_at_most() * an_hour()).then(|| CentsPerHour::new(least.0))?
}

fn lack_of_pay(person: &Person<'_>, terms: &Terms<'_>) -> Vec<Reason> {
    let profile = person.profile;
    let pays = terms.pays_at_most();
    let mut reasons = Vec::new();
    match person.minimum(terms.file) {
        None => reasons.push(Reason::CurrencyUnknown {
            currency: profile.rate.currency.clone(),
        }),
        Some(minimum) if minimum > pays * an_hour() => {
            reasons.push(Reason::RateTooLow { minimum, pays });
        }
        Some(_) => {}
    }
    if let (Some(country), Some(floor)) = (&profile.country, floor(profile, terms))
        && floor > pays
    {
        reasons.push(Reason::BelowPayFloor {
            country: country.clone(),
            floor,
            pays,
        });
    }
    reasons
}

/// The least pay an hour in the person's country.
fn floor(profile: &Profile, terms: &Terms<'_>) -> Option<CentsPerHour> {
    let country = profile.country.as_ref()?;
    terms.file.pay_floors.get(country).copied()
}

fn an_hour() -> Hours {
    Hours::new(1).unwrap_or_default()
}

#[cfg(test)]
pub(crate) mod examples;
#[cfg(test)]
mod tests;
