//! The staffing problem: everything `solve` reads and a plan is checked against.
//!
//! A [`Problem`] that exists is valid. It is made from a [`Draft`], which refers to things by
//! [`Name`]; building resolves the names to indices and notes every fault with its JSON pointer.
//! The types are generic in how they refer: [`Name`] in a draft, an index in a problem.

mod build;
mod draft;
mod index;
mod read;
mod write;

use std::ops::Deref;

use jiff::civil::Date;

use crate::json::{Faults, Json, Path, within};

use super::{Cents, CentsPerHour, Count, Heads, Hours, Name, Names, Points, Week, Weekly};
pub use read::{LISTS, ReadError, read};
pub use write::write;

/// Declares the position of a thing in the problem's list of such things.
macro_rules! position {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// Position in the list.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            /// # Panics
            /// Beyond 2³²: no problem file is that long.
            fn from(idx: usize) -> Self {
                Self(u32::try_from(idx).expect("lists have fewer than 2^32 entries"))
            }
        }
    )*};
}
position!(
    /// Position of a campaign in [`Parts::campaigns`].
    CampaignIdx,
    /// Position of a role in [`Parts::roles`].
    RoleIdx,
    /// Position of an expert in [`Parts::experts`].
    ExpertIdx,
    /// Position of a pair in [`Parts::pairs`].
    PairIdx
);

/// A campaign: a client's project with its own budget and priority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Campaign {
    /// Its id.
    pub id: Name,
    /// Who pays; needed for walls.
    pub client: Option<Name>,
    /// Information wall: campaigns with the same wall but another client never share an expert.
    pub wall: Option<Name>,
    /// 1 … 10, multiplies the cost of missing heads.
    pub priority: u8,
    /// What the campaign's stints may be paid in all.
    pub budget: Option<Cents>,
    /// The mean score wanted over its covering seat-weeks.
    pub mean_score: Option<Points>,
}

/// A kind of work in a campaign, wanted by heads and weeks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role<C = CampaignIdx> {
    /// Its id.
    pub id: Name,
    /// The campaign it belongs to.
    pub campaign: C,
    /// What a seat takes of its holder's week.
    pub hours: Hours,
    /// Heads below which missing ones cost `missing_min_cents`.
    pub min: Weekly<Heads>,
    /// Heads wanted, and the most that may cover the role.
    pub target: Weekly<Heads>,
    /// The fewest working weeks of a stint.
    pub min_stint: Count,
    /// Working weeks at the start of a stint that are paid and cover nothing.
    pub onboarding: Count,
    /// The most leave weeks inside a stint.
    pub max_leave: Count,
}

/// A person of the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expert {
    /// Their id.
    pub id: Name,
    /// Working time they give, week by week.
    pub hours: Weekly<Hours>,
    /// The most roles held at once.
    pub max_roles: Count,
    /// Words that quotas speak of; sorted, each once.
    pub tags: Box<[Name]>,
}

/// An eligible (expert, role) with its score and rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair<E = ExpertIdx, R = RoleIdx> {
    /// Who.
    pub expert: E,
    /// On what.
    pub role: R,
    /// Worth of a covering seat-week.
    pub score: Points,
    /// Pay.
    pub rate: CentsPerHour,
    /// The first week the expert may hold the role.
    pub from: Week,
    /// The last one.
    pub to: Week,
}

/// A stint that began before the horizon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ongoing<P = PairIdx> {
    /// The pair.
    pub pair: P,
    /// Working weeks before week 0.
    pub worked: Count,
    /// Leave weeks before week 0.
    pub leave: Count,
    /// Position in the file's `ongoing` list.
    pub entry: u32,
}

/// In each week, `q` × (heads covering `of`) ≥ `p` × (heads covering `to`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio<R = RoleIdx> {
    /// The roles there must be enough of; each once.
    pub of: Box<[R]>,
    /// The roles they are measured against; each once.
    pub to: Box<[R]>,
    /// 0 … 10⁶.
    pub p: u32,
    /// 1 … 10⁶.
    pub q: u32,
}

impl Ratio {
    /// Reads the `[p, q]` of a ratio.
    pub(crate) fn read_at_least(
        json: Json,
        at: &Path<'_>,
        faults: &mut Faults,
    ) -> Option<(u32, u32)> {
        match json {
            Json::List(items) if items.len() == 2 => {
                let mut items = items.into_iter();
                let p = within(0..=1_000_000, items.next()?, &at.index(0), faults);
                let q = within(1..=1_000_000, items.next()?, &at.index(1), faults);
                Some((u32::try_from(p?).ok()?, u32::try_from(q?).ok()?))
            }
            other => {
                faults.add(at, other, "two integers [p, q]");
                None
            }
        }
    }
}

/// A share, in percent, of a quota's covering seat-weeks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Share {
    /// At most so many percent.
    AtMost(u8),
    /// At least so many percent.
    AtLeast(u8),
}

/// A bound on the share of covering seat-weeks of `roles` held by experts with `tag`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota<R = RoleIdx> {
    /// The roles counted together; each once.
    pub roles: Box<[R]>,
    /// The word.
    pub tag: Name,
    /// The bound.
    pub share: Share,
}

/// An expert must hold a role in the weeks `from ..= to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pin<E = ExpertIdx, R = RoleIdx> {
    /// Who.
    pub expert: E,
    /// On what.
    pub role: R,
    /// First pinned week.
    pub from: Week,
    /// Last pinned week.
    pub to: Week,
}

/// An expert must not hold a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Veto<E = ExpertIdx, R = RoleIdx> {
    /// Who.
    pub expert: E,
    /// On what.
    pub role: R,
}

/// A stint of the plan that is in force. Its expert, role or weeks may be gone, so it keeps names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IncumbentStint {
    /// Who.
    pub expert: Name,
    /// On what.
    pub role: Name,
    /// First week; may lie before the horizon.
    pub from: i32,
    /// Last week; may lie behind it.
    pub to: i32,
}

/// What things are worth, in cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Each head missing below `min`, a week, times priority.
    pub missing_min: Cents,
    /// Each head missing between `min` and `target`, a week, times priority.
    pub missing_target: Cents,
    /// One point of score for a covering seat-week.
    pub point: Cents,
    /// One point of a campaign's score sum below its mean.
    pub below_mean: Cents,
    /// One (expert, role, week) that differs from the incumbent.
    pub change: Cents,
    /// One stint that starts.
    pub start: Cents,
}

impl Default for Weights {
    fn default() -> Self {
        Self {
            missing_min: Cents(2_000_000),
            missing_target: Cents(500_000),
            point: Cents(100),
            below_mean: Cents(500),
            change: Cents(20_000),
            start: Cents(0),
        }
    }
}

impl Weights {
    /// One weight of a file: cents, 0 … 10¹².
    pub(crate) fn read_one(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Cents> {
        within(0..=1_000_000_000_000, json, at, faults).map(|cents| Cents(i128::from(cents)))
    }

    /// Notes a fault if a head missing below `min` costs less than one below `target`.
    pub(crate) fn check(&self, at: &Path<'_>, faults: &mut Faults) {
        if self.missing_min < self.missing_target {
            let expected = format!("at least missing_target_cents, {}", self.missing_target);
            faults.add(&at.key("missing_min_cents"), self.missing_min, expected);
        }
    }
}

/// What is not wrong but surely not meant.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Warning {
    /// JSON pointer to what is strange.
    pub at: String,
    /// What is strange about it.
    pub message: String,
}

/// A problem before it was checked: things refer to each other by [`Name`].
#[derive(Clone, Debug)]
pub struct Draft {
    /// The words of the file.
    pub names: Names,
    /// Monday of week 0.
    pub start: Date,
    /// Weeks of the horizon, 1 … 520.
    pub weeks: u16,
    /// See [`Parts::campaigns`].
    pub campaigns: Vec<Campaign>,
    /// See [`Parts::roles`].
    pub roles: Vec<Role<Name>>,
    /// See [`Parts::experts`].
    pub experts: Vec<Expert>,
    /// See [`Parts::pairs`].
    pub pairs: Vec<Pair<Name, Name>>,
    /// See [`Parts::ongoing`].
    pub ongoing: Vec<Ongoing<(Name, Name)>>,
    /// See [`Parts::apart`].
    pub apart: Vec<Box<[Name]>>,
    /// See [`Parts::ratios`].
    pub ratios: Vec<Ratio<Name>>,
    /// See [`Parts::quotas`].
    pub quotas: Vec<Quota<Name>>,
    /// See [`Parts::pins`].
    pub pins: Vec<Pin<Name, Name>>,
    /// See [`Parts::vetoes`].
    pub vetoes: Vec<Veto<Name, Name>>,
    /// See [`Parts::incumbent`].
    pub incumbent: Option<Vec<IncumbentStint>>,
    /// See [`Parts::max_changes`].
    pub max_changes: Option<Count>,
    /// See [`Parts::weights`].
    pub weights: Weights,
}

impl Draft {
    /// A draft without campaigns, roles and people, over `weeks` weeks from Monday `start`.
    pub fn new(start: Date, weeks: u16) -> Self {
        Self {
            names: Names::default(),
            start,
            weeks,
            campaigns: Vec::new(),
            roles: Vec::new(),
            experts: Vec::new(),
            pairs: Vec::new(),
            ongoing: Vec::new(),
            apart: Vec::new(),
            ratios: Vec::new(),
            quotas: Vec::new(),
            pins: Vec::new(),
            vetoes: Vec::new(),
            incumbent: None,
            max_changes: None,
            weights: Weights::default(),
        }
    }
}

/// What a problem consists of. A [`Problem`] shows it read-only.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The words of the problem.
    pub names: Names,
    /// Monday of week 0.
    pub start: Date,
    /// Weeks of the horizon, 1 … 520.
    pub weeks: u16,
    /// The campaigns, in file order.
    pub campaigns: Vec<Campaign>,
    /// The roles, in file order.
    pub roles: Vec<Role>,
    /// The people, in file order.
    pub experts: Vec<Expert>,
    /// Who may do what, in file order.
    pub pairs: Vec<Pair>,
    /// Stints that began before week 0, in file order, only those whose pair exists; one a pair.
    pub ongoing: Vec<Ongoing>,
    /// Lists of roles of which an expert serves at most one, anywhere in the plan.
    pub apart: Vec<Box<[RoleIdx]>>,
    /// Ratios between heads, week by week.
    pub ratios: Vec<Ratio>,
    /// Shares over the whole plan.
    pub quotas: Vec<Quota>,
    /// What must be held. Repeated entries count once.
    pub pins: Vec<Pin>,
    /// What must not be held. Repeated entries count once.
    pub vetoes: Vec<Veto>,
    /// The plan in force, if changes to it cost.
    pub incumbent: Option<Vec<IncumbentStint>>,
    /// The most experts whose schedule may change.
    pub max_changes: Option<Count>,
    /// What things are worth.
    pub weights: Weights,
}

/// A valid staffing problem.
#[derive(Clone, Debug)]
pub struct Problem {
    parts: Parts,
    index: index::Index,
    warnings: Vec<Warning>,
}

impl Deref for Problem {
    type Target = Parts;
    fn deref(&self) -> &Parts {
        &self.parts
    }
}

impl Problem {
    /// What is not wrong but surely not meant.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// The weeks of the horizon.
    pub fn all_weeks(&self) -> impl DoubleEndedIterator<Item = Week> + Clone + use<> {
        Week::all(self.parts.weeks)
    }

    /// The last week of the horizon.
    pub fn last_week(&self) -> Week {
        Week::new(self.parts.weeks - 1).expect("a horizon has 1 to 520 weeks")
    }

    /// The text of a name.
    pub fn text(&self, name: Name) -> &str {
        self.parts.names.text(name)
    }
}
