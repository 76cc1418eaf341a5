//! What conditions and scores ask of people, column by column, in memory.
//!
//! Every segment of a generation has columns of the same documents. An attribute of which people have one value of many
//! is an array by document; one of which they have some is a list of documents for each value. Everything is as the
//! profile says it, so that conditions that depend on days, currencies or weeks are decided here, too.

mod bitmap;
mod build;
mod experts;
mod hours;
mod lists;
mod money;
mod remembered;
mod score;
mod sensitive;
mod sets;
mod store;
mod tree;

pub(crate) use bitmap::{Bitmap, documents};
pub(crate) use build::Rows;
pub(crate) use hours::{HoursOf, SegmentHours};
pub(crate) use lists::{List, Lists};
pub(crate) use money::{Money, MoneyOf, UNKNOWN};
pub(crate) use score::{Scene, Scorer, Setting};
pub(crate) use sets::Sets;
pub(crate) use tree::{Side, Tree};

/// A last day, in days since 1970, of what ends.
pub(crate) type LastDay = i32;
/// The last day of what does not end.
pub(crate) const FOR_EVER: LastDay = i32::MAX;

/// The result of a test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) score: u16,
    pub(crate) deviation: u16,
    pub(crate) last: LastDay,
}

/// Hours a week from one day to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spell {
    pub(crate) from: LastDay,
    pub(crate) to: LastDay,
    pub(crate) hours: u16,
}

/// The columns of a segment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Columns {
    /// The least rate in cents of the person's currency.
    pub(crate) rate: Vec<u32>,
    /// Years of experience and one; 0 where they are not known.
    pub(crate) years: Vec<u32>,
    /// Points of reliability.
    pub(crate) reliability: Vec<u16>,
    /// Hours of an ordinary week.
    pub(crate) weekly: Vec<u8>,
    /// Whether the stage is planned and any role may be held.
    pub(crate) planned: Lists<()>,
    /// The most roles, of those who do not hold [`USUAL_ROLES`] at most; the one key is empty.
    pub(crate) max_roles: Lists<u32>,
    pub(crate) stage: Lists<()>,
    pub(crate) country: Lists<()>,
    /// Countries of work authorisations.
    pub(crate) authorised: Lists<()>,
    pub(crate) currency: Lists<()>,
    /// Levels.
    pub(crate) skill: Lists<u8>,
    /// CEFR levels from 0.
    pub(crate) language: Lists<u8>,
    /// Verified credentials, special by jurisdiction.
    pub(crate) credential: Lists<LastDay>,
    /// Results by kind of work, special by skill.
    pub(crate) outcome: Lists<Outcome>,
    /// Topics agreed to.
    pub(crate) consent: Lists<LastDay>,
    pub(crate) tag: Lists<()>,
    pub(crate) employer: Lists<()>,
    pub(crate) past_client: Lists<LastDay>,
    pub(crate) conflict: Lists<LastDay>,
    /// Time zone and windows as JSON, of people who have either.
    pub(crate) clock: Lists<()>,
    /// The first day, of those who cannot work at once; the one key is empty.
    pub(crate) start: Lists<LastDay>,
    /// Exceptions; the one key is empty.
    pub(crate) exception: Lists<Spell>,
    /// Commitments by label.
    pub(crate) commitment: Lists<Spell>,
    /// Caps on sensitive content in hours a week; the one key is empty.
    pub(crate) sensitive_cap: Lists<u8>,
    /// Commitments with sensitive content of people who have a cap, by label.
    pub(crate) sensitive_work: Lists<Spell>,
}

/// The one key of [`Columns::planned`].
pub(crate) const PLANNED: &str = "planned";
/// The most roles that most people hold at once.
pub(crate) const USUAL_ROLES: u32 = 1;

impl Columns {
    /// Documents.
    pub(crate) fn n_docs(&self) -> u32 {
        u32::try_from(self.rate.len()).unwrap_or(u32::MAX)
    }
}
