//! How many people a role wants, week by week: from heads, or from the work to be delivered.

use super::ramp::Ramp;
use super::{CampaignFile, CampaignSpec, RoleSpec};
use crate::model::{Heads, Id, Week, Weekly};

/// What says how many people a role wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Demand {
    /// So many at the peak of the role's ramp.
    Heads(Heads),
    /// So many in each week of the file, as they are.
    Weekly(Box<[Heads]>),
    /// As many as deliver this over the weeks of the campaign.
    Deliverables(Deliverables),
    /// As many as review what another role of the campaign delivers, given by its full id.
    ReviewOf(Id),
}

/// Work to be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deliverables {
    /// Things to be worked on, 0 … 10⁹.
    pub items: u32,
    /// How many people work on each, 1 … 100.
    pub overlap: u32,
    /// What one answer to one item takes, 1 … 10⁵.
    pub minutes_an_item: u32,
    /// Answers that are made again, in percent of them, 0 … 1000.
    pub rework_percent: u32,
    /// Answers that are reviewed, in percent of them (those made again included), 0 … 100.
    pub review_percent: u32,
    /// What one review takes, 0 … 10⁵.
    pub review_minutes: u32,
}

impl Deliverables {
    /// Minutes that making the answers takes: `items · overlap · minutes_an_item · (100 + rework) / 100`, rounded up.
    pub fn minutes(&self) -> u128 {
        (self.hundredth_answers() * u128::from(self.minutes_an_item)).div_ceil(100)
    }

    /// Minutes that reviewing them takes:
    /// `items · overlap · (100 + rework) / 100 · review_percent / 100 · review_minutes`, rounded up.
    pub fn review_minutes(&self) -> u128 {
        let reviews = self.hundredth_answers() * u128::from(self.review_percent);
        (reviews * u128::from(self.review_minutes)).div_ceil(10_000)
    }

    fn hundredth_answers(&self) -> u128 {
        let answers = u128::from(self.items) * u128::from(self.overlap);
        answers * (100 + u128::from(self.rework_percent))
    }
}

/// Below how many heads missing ones cost more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MinHeads {
    /// So many, or all of a week that wants fewer.
    Heads(Heads),
    /// So many percent of every week's heads, rounded up; 0 … 100.
    Percent(u8),
}

impl Default for MinHeads {
    fn default() -> Self {
        Self::Heads(Heads::default())
    }
}

impl MinHeads {
    fn of(self, target: Heads) -> Heads {
        match self {
            Self::Heads(heads) => heads.min(target),
            Self::Percent(percent) => {
                let hundredths = u64::from(target.get()) * u64::from(percent);
                Heads::new(hundredths.div_ceil(100)).map_or(target, |heads| heads.min(target))
            }
        }
    }
}

/// Heads of a role over the weeks of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Heads wanted.
    pub target: Weekly<Heads>,
    /// Heads below which missing ones cost more; at most the target.
    pub min: Weekly<Heads>,
}

impl CampaignFile {
    /// The heads of a role of `campaign` in every week of the file.
    ///
    /// Nobody is wanted outside the weeks of the campaign. Inside them an array of heads, or a ramp given in
    /// percent, holds as it is. Any other ramp begins after the role's onboarding weeks, in which nobody could
    /// cover it yet. Work is turned into the least peak at which the heads' hours over all weeks cover it.
    ///
    /// # Complexity
    /// O(weeks), for work times the logarithm of the largest number of heads.
    pub fn wanted(&self, campaign: &CampaignSpec, role: &RoleSpec) -> Wanted {
        let course = Course::of(self.weeks_of(campaign), role);
        let peak = match &role.demand {
            Demand::Heads(heads) => *heads,
            Demand::Weekly(_) => Heads::default(),
            Demand::Deliverables(_) | Demand::ReviewOf(_) => {
                let minutes = minutes(&campaign.roles, role);
                least_peak(&course, role, minutes).unwrap_or(Heads::MAX)
            }
        };
        let heads = |week: Week| match &role.demand {
            Demand::Weekly(heads) => heads.get(week.index()).copied().unwrap_or_default(),
            _ => course.heads(peak, week),
        };
        let target: Box<[Heads]> = Week::all(self.weeks).map(heads).collect();
        let min = target.iter().map(|target| role.min.of(*target)).collect();
        Wanted {
            target: constant(target),
            min: constant(min),
        }
    }

    /// The most heads of each role, summed up: no week has more seats.
    pub fn seats(&self) -> usize {
        let peak = |(campaign, role)| {
            let target = self.wanted(campaign, role).target;
            let heads = Week::all(self.weeks).map(|week| target.at(week).get());
            heads.max().unwrap_or(0) as usize
        };
        self.roles().map(peak).sum()
    }
}

/// One value where all weeks have the same.
fn constant(values: Box<[Heads]>) -> Weekly<Heads> {
    let weekly = Weekly::Each(values);
    weekly.constant().map_or(weekly, Weekly::Same)
}

/// A role's ramp laid over the weeks in which it is wanted.
pub(super) struct Course<'a> {
    ramp: &'a Ramp,
    first: u16,
    /// 0 where onboarding takes all weeks of the campaign.
    pub(super) weeks: u16,
}

impl<'a> Course<'a> {
    /// The course of a role whose campaign has the weeks `from ..= to`.
    pub(super) fn of((from, to): (Week, Week), role: &'a RoleSpec) -> Self {
        let weeks = (to.get() + 1).saturating_sub(from.get());
        let onboarding = match &role.ramp {
            Ramp::Explicit(_) => 0,
            Ramp::Gradual { .. } => u16::try_from(role.onboarding.get()).unwrap_or(u16::MAX),
        };
        Self {
            ramp: &role.ramp,
            first: from.get().saturating_add(onboarding),
            weeks: weeks.saturating_sub(onboarding),
        }
    }

    fn heads(&self, peak: Heads, week: Week) -> Heads {
        match week.get().checked_sub(self.first) {
            Some(week) if week < self.weeks => self.ramp.heads(peak, week, self.weeks),
            _ => Heads::default(),
        }
    }
}

/// Minutes of work of a role of a campaign with the roles `roles`: what it delivers, with the reviews if no other role does them;
/// or its reviews of another role.
pub(super) fn minutes(roles: &[RoleSpec], role: &RoleSpec) -> u128 {
    match &role.demand {
        Demand::Deliverables(work) => {
            let by_another =
                |other: &RoleSpec| matches!(&other.demand, Demand::ReviewOf(id) if *id == role.id);
            let reviews = match roles.iter().any(by_another) {
                true => 0,
                false => work.review_minutes(),
            };
            work.minutes() + reviews
        }
        Demand::ReviewOf(id) => {
            let reviewed = roles.iter().find(|other| other.id == *id);
            match reviewed.map(|role| &role.demand) {
                Some(Demand::Deliverables(work)) => work.review_minutes(),
                _ => 0,
            }
        }
        Demand::Heads(_) | Demand::Weekly(_) => 0,
    }
}

/// The least peak whose heads work at least `minutes`, if there is one.
pub(super) fn least_peak(course: &Course<'_>, role: &RoleSpec, minutes: u128) -> Option<Heads> {
    let works = |peak: u32| {
        let peak = Heads::new(peak).unwrap_or(Heads::MAX);
        let weeks = 0..course.weeks;
        let heads = weeks.map(|week| course.ramp.heads(peak, week, course.weeks).get());
        let seat_weeks: u128 = heads.map(u128::from).sum();
        seat_weeks * u128::from(role.hours.get()) * 60
    };
    let (mut too_few, mut enough) = (0, Heads::MAX.get());
    if minutes == 0 {
        return Some(Heads::default());
    } else if works(enough) < minutes {
        return None;
    }
    // Heads of every week rise with the peak, so the work does.
    while enough - too_few > 1 {
        let middle = too_few.midpoint(enough);
        match works(middle) >= minutes {
            true => enough = middle,
            false => too_few = middle,
        }
    }
    Heads::new(enough)
}
