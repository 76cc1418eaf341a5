//! Generated pools and campaigns: any size, several domains, the same bytes for the same seed.
//!
//! `datasets/README.md` documents what is drawn from what. Nothing here describes real people, and
//! the shares are chosen to be plausible, not measured.

mod campaigns;
mod clients;
mod file;
mod person;
mod problem;
mod rng;
mod text;
mod weeks;
mod world;
mod write;

use std::fmt;
use std::io;
use std::num::NonZeroUsize;
use std::str::FromStr;

use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;

use world::World;

pub use problem::{Change, ProblemSpec, replan, staffing_problem};
pub use write::Compression;

/// What makes a generated problem hard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Far more people than seats.
    Plenty,
    /// About as many seats as people who could take them.
    Scarce,
    /// Pay that few of the eligible accept.
    TightRates,
    /// Employers, past clients, conflicts and walls everywhere.
    Conflicts,
    /// Skills that few people have.
    Niche,
}

impl Family {
    /// All families.
    pub const ALL: [Self; 5] = [
        Self::Plenty,
        Self::Scarce,
        Self::TightRates,
        Self::Conflicts,
        Self::Niche,
    ];

    /// The name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Plenty => "plenty",
            Self::Scarce => "scarce",
            Self::TightRates => "tight-rates",
            Self::Conflicts => "conflicts",
            Self::Niche => "niche",
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Family {
    type Err = UnknownFamily;

    fn from_str(name: &str) -> Result<Self, UnknownFamily> {
        let known = Self::ALL.into_iter().find(|family| family.name() == name);
        known.ok_or_else(|| UnknownFamily(name.to_owned()))
    }
}

/// A name that is no family's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no family {0:?}; there are plenty, scarce, tight-rates, conflicts and niche")]
pub struct UnknownFamily(pub String);

/// What to generate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// How many people.
    pub experts: u32,
    /// How many campaigns.
    pub campaigns: u32,
    /// Another seed, other people and campaigns.
    pub seed: u64,
    /// What makes the problem hard.
    pub family: Family,
}

/// A pool with campaigns that is computed when asked for.
///
/// An expert depends on the seed and its number alone (and, in what ties it to clients, on the
/// family), so a larger pool begins with the smaller one.
///
/// ```
/// use muster_datasets::generator::{Family, Generator, Settings};
/// let settings = Settings { experts: 1000, campaigns: 3, seed: 1, family: Family::Plenty };
/// let generator = Generator::new(settings);
/// assert_eq!(generator.experts().count(), 1000);
/// assert_eq!(generator.expert(7), generator.experts().nth(7).unwrap());
/// ```
#[derive(Debug)]
pub struct Generator {
    world: World,
    settings: Settings,
}

impl Generator {
    /// Reads the tables that people are made from, in a fraction of a second.
    pub fn new(settings: Settings) -> Self {
        Self {
            world: World::new(),
            settings,
        }
    }

    /// The expert of a number.
    pub fn expert(&self, number: u32) -> Profile {
        person::expert(&self.world, &self.settings, number)
    }

    /// The pool, by number.
    pub fn experts(&self) -> impl Iterator<Item = Profile> {
        (0..self.settings.experts).map(|number| self.expert(number))
    }

    /// Writes the pool as JSON, one profile a line. The number of threads changes the time, not the
    /// bytes.
    ///
    /// # Errors
    /// What `out` answers.
    pub fn write_pool(
        &self,
        out: impl io::Write,
        compression: Compression,
        n_threads: NonZeroUsize,
    ) -> io::Result<()> {
        write::pool(self, out, compression, n_threads)
    }

    /// The campaigns: thirteen weeks with ramps, budgets and rules.
    pub fn campaigns(&self) -> CampaignFile {
        weeks::scheduled(self.one_week_campaigns(), &self.settings)
    }

    /// The same campaigns at their peak, for one week and without the rules that span people or weeks: what the flow
    /// engine solves if everybody holds one role.
    pub fn one_week_campaigns(&self) -> CampaignFile {
        campaigns::file(self)
    }

    /// The campaigns as the text of a campaign file.
    pub fn campaign_text(&self) -> String {
        file::written(&self.campaigns())
    }
}
