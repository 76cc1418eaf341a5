//! Campaigns as ops planners write them: clients' projects with roles, heads, pay and requirements, and the
//! rules between them.
//!
//! Weeks are those of the file, counted from 0; a day stands for the week it lies in.

mod demand;
mod ramp;
mod read;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::problem::{Ratio, Share, Veto, Weights};
use super::requirement::{Leaf, Requirement};
use super::words::{Country, Currency, PayPolicy, TaskType, TimeZoneName};
use super::{Cents, CentsPerHour, Count, Hours, Id, Points, Week};
use crate::json::{Faults, Json, JsonError, parse};
pub use demand::{Deliverables, Demand, MinHeads, Wanted};
pub use ramp::{Ramp, Shape};

/// A campaign file: everything that is staffed together, and the terms it is staffed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignFile {
    /// The currency of every amount in the file and in its plans.
    pub currency: Currency,
    /// Weeks begin on Monday there.
    pub planning_tz: TimeZoneName,
    /// Monday of the first week.
    pub start: Date,
    /// Weeks planned.
    pub weeks: u16,
    /// Cents of `currency` for a cent of another one, as exact fractions.
    pub exchange: BTreeMap<Currency, ExchangeRate>,
    /// The least pay an hour, by country, in `currency`.
    pub pay_floors: BTreeMap<Country, CentsPerHour>,
    /// What missing heads, points and starts are worth.
    pub weights: Weights,
    /// The campaigns, in file order.
    pub campaigns: Vec<CampaignSpec>,
    /// Heads of some roles for heads of others, every week.
    pub ratios: Vec<Ratio<Id>>,
    /// Shares of the work for people with a tag.
    pub quotas: Vec<QuotaSpec>,
    /// Lists of roles of which one person serves at most one.
    pub apart: Vec<Box<[Id]>>,
    /// Who must hold what.
    pub pins: Vec<PinSpec>,
    /// Who must not hold what.
    pub vetoes: Vec<Veto<Id, Id>>,
}

/// A bound on the share of the covering seat-weeks of `roles` held by people with `tag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaSpec {
    /// The roles counted together; each once.
    pub roles: Box<[Id]>,
    /// The word; names no protected attribute.
    pub tag: Id,
    /// The bound.
    pub share: Share,
}

/// Somebody must hold a role from the week of one day to that of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PinSpec {
    /// Who, by their id in the pool.
    pub expert: Id,
    /// On what.
    pub role: Id,
    /// A day of the first week; `None` is the campaign's first.
    pub from: Option<Date>,
    /// A day of the last week; `None` is the campaign's last.
    pub to: Option<Date>,
}

/// A price of one currency in another: numerator over denominator, both at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ExchangeRate {
    /// Cents of the plan's currency …
    pub numerator: u32,
    /// … for so many of the other.
    pub denominator: u32,
}

/// One campaign of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CampaignSpec {
    /// Unique in the file.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// Who pays.
    pub client: Id,
    /// Information wall.
    pub wall: Option<Id>,
    /// 1 … 10, multiplies the cost of missing heads.
    pub priority: u8,
    /// A day of the first week anybody is on it; `None` is the file's first.
    pub start: Option<Date>,
    /// A day of the last week; `None` is the file's last.
    pub end: Option<Date>,
    /// What its people may be paid in all, onboarding included.
    pub budget: Option<Cents>,
    /// The mean score wanted over its covering seat-weeks.
    pub mean_score: Option<Points>,
    /// The kinds of work, in file order.
    pub roles: Vec<RoleSpec>,
}

/// One role of a campaign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSpec {
    /// `<campaign>/<role>`: unique in the file.
    pub id: Id,
    /// What people call it.
    pub name: String,
    /// The kind of work.
    pub task_type: TaskType,
    /// The work in words; people are searched and scored by it.
    pub text: String,
    /// What says how many people are wanted.
    pub demand: Demand,
    /// How the number rises and falls over the weeks.
    pub ramp: Ramp,
    /// Below how many missing ones cost more.
    pub min: MinHeads,
    /// The fewest working weeks of a stint.
    pub min_stint: Count,
    /// Working weeks at the start of a stint that are paid and cover nothing.
    pub onboarding: Count,
    /// The most weeks of leave inside a stint.
    pub max_leave: Count,
    /// Hours a week of a seat.
    pub hours: Hours,
    /// How pay is set.
    pub pay: Pay,
    /// Whether its work shows sensitive content; then `requires` asks that its hours are within a person's cap on such.
    pub sensitive: bool,
    /// What everybody on the role must satisfy.
    pub requires: Requirement,
    /// What makes people better for it.
    pub prefers: Vec<Preference>,
    /// What the parts of the match score weigh.
    pub score_weights: ScoreWeights,
}

/// How a role pays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pay {
    /// The policy.
    pub policy: PayPolicy,
    /// The role's rate.
    pub target: CentsPerHour,
    /// The most it pays anybody (`individual` only).
    pub cap: CentsPerHour,
}

/// A wish: whoever satisfies it gains `points`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preference {
    /// Its weight against the role's other wishes, 1 … 1000.
    pub points: u16,
    /// The wish.
    pub requirement: Requirement,
}

/// Integer weights of the parts of a match score; at least one is positive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScoreWeights {
    /// Words of headline and bio against the role's text.
    pub text: u16,
    /// Levels of the skills the role asks for.
    pub skills: u16,
    /// Results in the role's task type.
    pub assessments: u16,
    /// Work delivered as promised.
    pub reliability: u16,
    /// The role's wishes.
    pub preferences: u16,
}

impl Default for ScoreWeights {
    fn default() -> Self {
        Self {
            text: 2,
            skills: 4,
            assessments: 2,
            reliability: 1,
            preferences: 1,
        }
    }
}

impl CampaignSpec {
    /// A campaign without roles and rules over all weeks of its file, at priority 1.
    pub fn new(id: Id, client: Id) -> Self {
        Self {
            name: id.as_str().to_owned(),
            id,
            client,
            wall: None,
            priority: 1,
            start: None,
            end: None,
            budget: None,
            mean_score: None,
            roles: Vec::new(),
        }
    }
}

impl RoleSpec {
    /// A role that wants nobody and takes everybody.
    pub fn new(id: Id, task_type: TaskType, hours: Hours, pay: Pay) -> Self {
        Self {
            name: id.as_str().to_owned(),
            id,
            task_type,
            text: String::new(),
            demand: Demand::Heads(super::Heads::default()),
            ramp: Ramp::default(),
            min: MinHeads::default(),
            min_stint: Count::new(1).unwrap_or_default(),
            onboarding: Count::default(),
            max_leave: Count::default(),
            hours,
            pay,
            sensitive: false,
            requires: Requirement::All(Vec::new()),
            prefers: Vec::new(),
            score_weights: ScoreWeights::default(),
        }
    }

    /// The skills the role asks for, hard or preferred, each once with the highest level asked.
    pub fn wanted_skills(&self) -> BTreeMap<super::words::SkillId, super::Level> {
        let wishes = self.prefers.iter().map(|wish| &wish.requirement);
        let mut wanted = BTreeMap::new();
        for leaf in std::iter::once(&self.requires)
            .chain(wishes)
            .flat_map(Requirement::leaves)
        {
            if let Leaf::Skill { skill, level } = leaf {
                let highest = wanted.entry(skill.clone()).or_insert(*level);
                *highest = (*highest).max(*level);
            }
        }
        wanted
    }
}

impl CampaignFile {
    /// A file without campaigns and rules, over `weeks` weeks from Monday `start`.
    pub fn new(currency: Currency, planning_tz: TimeZoneName, start: Date, weeks: u16) -> Self {
        Self {
            currency,
            planning_tz,
            start,
            weeks,
            exchange: BTreeMap::new(),
            pay_floors: BTreeMap::new(),
            weights: Weights::default(),
            campaigns: Vec::new(),
            ratios: Vec::new(),
            quotas: Vec::new(),
            apart: Vec::new(),
            pins: Vec::new(),
            vetoes: Vec::new(),
        }
    }

    /// Reads a campaign file.
    ///
    /// # Errors
    /// Text that is no JSON, or every fault of the document with its JSON pointer.
    pub fn read(text: &[u8]) -> Result<Self, CampaignFileError> {
        Self::from_tree(parse(text)?)
    }

    /// Reads a campaign file that was parsed already.
    ///
    /// # Errors
    /// Every fault of the document with its JSON pointer.
    pub fn from_tree(json: Json) -> Result<Self, CampaignFileError> {
        let mut faults = Faults::default();
        match read::file(json, &mut faults) {
            Some(file) if faults.is_empty() => Ok(file),
            _ => Err(CampaignFileError::Faults(faults)),
        }
    }

    /// Every role with its campaign, in file order.
    pub fn roles(&self) -> impl Iterator<Item = (&CampaignSpec, &RoleSpec)> {
        self.campaigns
            .iter()
            .flat_map(|campaign| campaign.roles.iter().map(move |role| (campaign, role)))
    }

    /// The week of the file in which a day lies, if it lies in one.
    pub fn week_of(&self, day: Date) -> Option<Week> {
        week_in(self.start, self.weeks, day)
    }

    /// The first and the last week in which anybody is on the roles of `campaign`.
    pub fn weeks_of(&self, campaign: &CampaignSpec) -> (Week, Week) {
        let last = Week::new(self.weeks.saturating_sub(1)).unwrap_or(Week::MAX);
        let week_of = |day: Option<Date>| day.and_then(|day| self.week_of(day));
        (
            week_of(campaign.start).unwrap_or_default(),
            week_of(campaign.end).unwrap_or(last),
        )
    }

    /// The first and the last week of a pin; `None` if no campaign has its role.
    pub fn weeks_of_pin(&self, pin: &PinSpec) -> Option<(Week, Week)> {
        let (campaign, _) = self.roles().find(|(_, role)| role.id == pin.role)?;
        let (first, last) = self.weeks_of(campaign);
        let week_of = |day: Option<Date>| day.and_then(|day| self.week_of(day));
        Some((
            week_of(pin.from).unwrap_or(first),
            week_of(pin.to).unwrap_or(last),
        ))
    }

    /// An amount of another currency in the plan's, rounded up to the cent; `None` without a rate for it.
    pub fn in_plan_currency(&self, cents: CentsPerHour, currency: &Currency) -> Option<Cents> {
        let amount = i128::from(cents.get());
        if *currency == self.currency {
            return Some(Cents(amount));
        }
        let rate = self.exchange.get(currency)?;
        let (numerator, denominator) = (i128::from(rate.numerator), i128::from(rate.denominator));
        Some(Cents((amount * numerator + denominator - 1) / denominator))
    }
}

/// The week in which a day lies, of `weeks` weeks from `start`.
fn week_in(start: Date, weeks: u16, day: Date) -> Option<Week> {
    let days = start.until(day).ok()?.get_days();
    let week = Week::new(days.div_euclid(7))?;
    (week.get() < weeks).then_some(week)
}

/// Why a text is no campaign file.
#[derive(Debug, thiserror::Error)]
pub enum CampaignFileError {
    /// The text is no JSON document.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// The document has these faults.
    #[error("{0}")]
    Faults(Faults),
}
