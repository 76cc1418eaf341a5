//! The query language: words and conditions on one line, for people and for the API.
//!
//! ```text
//! query      run   { "AND" run }, joined by "OR"          OR binds least, "AND" more, standing side by side most
//! run        { item }                                     bare words of a run: any of them, the rest: every one
//! item       [ "NOT" | "-" ] ( "(" query ")" | N "of" "(" query { "," query } ")" | condition | words )
//! words      word | begin* | typo~ | "a phrase"           each may stand behind headline:, bio: or documents:
//! condition  skill:cardiology>=4      skill:"python (computer programming)"      skill:esco:…>=3
//!            lang:de>=C1              country:IN,PK          country!=US         authorised:US
//!            rate<=90.50              hours>=20              years>=5            free:2027-W03..2027-W15>=20h
//!            credential:licence@DE    tag:newcomer           consent:nda         employer!=acme
//!            sensitive>=10
//!            cooloff:acme>=12w        assessed:rubric_writing@cardiology>=0.8    overlap:15:00-21:00@UTC>=4h
//! ```
//!
//! A condition is a leaf of the requirement tree of a campaign's role, and means exactly that:
//! [`Query::requirement`] is the role a query can be saved as, and [`text_of`] the query a role can be pasted
//! as. Words rank; a query of several runs of words asks of each run that one word of it is there.
//!
//! Money is written in units of the currency (`90.50`), kept in cents; scores as a share (`0.8`, `80%`) or in
//! points (`800`). `free:` also says which weeks a search is about.

mod condition;
mod lex;
mod parse;
#[cfg(test)]
mod tests;
mod write;

use std::fmt;
use std::ops::Range;

use jiff::civil::Date;
use thiserror::Error;

use crate::model::profile::Profile;
use crate::model::requirement::{Leaf, Requirement};
use crate::model::words::SkillId;
use crate::model::{Count, Hours};

pub use parse::parse;
pub use write::text_of;

/// The most characters of a query.
pub const MAX_CHARS: usize = 4_000;

/// The deepest nesting of a query.
pub const MAX_DEPTH: usize = 32;

/// Knows skills by what people call them.
pub trait SkillNames {
    /// The skill called `name`.
    ///
    /// # Errors
    /// What was expected instead, for a message.
    fn skill(&self, name: &str) -> Result<SkillId, String>;
}

impl<F: Fn(&str) -> Result<SkillId, String>> SkillNames for F {
    fn skill(&self, name: &str) -> Result<SkillId, String> {
        self(name)
    }
}

/// Texts of a profile: words may be looked for in them, and they are scored by themselves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    /// One line on who they are.
    Headline,
    /// Their work in a few sentences.
    Bio,
    /// What they wrote or made.
    Documents,
}

impl Section {
    /// Every section.
    pub const ALL: [Self; 3] = [Self::Headline, Self::Bio, Self::Documents];

    /// Those of one text.
    pub const SINGLE: [Self; 2] = [Self::Headline, Self::Bio];

    /// The section's texts in a profile, in order: of every document its title and its text.
    pub fn texts(self, profile: &Profile) -> Vec<&str> {
        match self {
            Self::Headline => vec![&profile.headline],
            Self::Bio => vec![&profile.bio],
            Self::Documents => {
                let documents = profile.documents.iter();
                let texts = documents.flat_map(|it| [it.title.as_str(), it.text.as_str()]);
                texts.collect()
            }
        }
    }

    /// Its position in [`Section::ALL`].
    pub const fn idx(self) -> usize {
        match self {
            Self::Headline => 0,
            Self::Bio => 1,
            Self::Documents => 2,
        }
    }
}

/// How a word is to be met.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Form {
    /// By itself, or another form of it; by one like it if nobody uses it.
    Word,
    /// `begin*`: by every word that begins so.
    Prefix,
    /// `typo~`: by words like it too.
    Typos,
    /// `"a phrase"`: by these words in a row.
    Phrase,
}

/// Something that is looked for in texts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word {
    /// What was typed, without its marks.
    pub text: String,
    /// How it is to be met.
    pub form: Form,
    /// Where; anywhere if absent.
    pub section: Option<Section>,
}

/// What people must satisfy: a requirement tree whose leaves may also be words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// Every one holds; the empty list holds.
    All(Vec<Query>),
    /// At least one holds.
    Any(Vec<Query>),
    /// Not one holds.
    None(Vec<Query>),
    /// At least `k` hold.
    AtLeast {
        /// How many.
        k: Count,
        /// Of these.
        of: Vec<Query>,
    },
    /// One fact of a profile.
    Leaf(Leaf),
    /// At least one of the words is there; the more and the rarer the better.
    Words(Vec<Word>),
}

/// The weeks that `free:` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Weeks {
    /// Monday of the first one.
    pub monday: Date,
    /// How many.
    pub weeks: u16,
    /// Hours that must be free in each of them.
    pub hours: Hours,
}

/// A text that was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// What people must satisfy.
    pub query: Query,
    /// The weeks it is about, if it names any; their hours are a condition of `query`, too.
    pub weeks: Option<Weeks>,
}

/// A place in a text that is not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryFault {
    /// Where, in bytes.
    pub at: Range<usize>,
    /// What stands there.
    pub found: String,
    /// What could have been understood.
    pub expected: String,
}

/// Everything in a text that is not understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct QueryError {
    /// The text.
    pub text: String,
    /// At least one, by place.
    pub faults: Vec<QueryFault>,
}

impl fmt::Display for QueryError {
    /// A line a fault: the character it begins at, counted from 1, what stands there and what was expected.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (idx, fault) in self.faults.iter().enumerate() {
            let before = self.text.get(..fault.at.start).unwrap_or_default();
            let character = before.chars().count() + 1;
            let line = if idx == 0 { "" } else { "\n" };
            write!(
                f,
                "{line}character {character}: found {}, expected {}",
                fault.found, fault.expected
            )?;
        }
        Ok(())
    }
}

impl Query {
    /// The query without its words, as a role of a campaign asks for it, and its words as a role's text;
    /// `None` if words stand under an `OR`, a `NOT` or an `N of`, where no role can follow.
    pub fn role(&self) -> Option<(Requirement, String)> {
        let mut text = Vec::new();
        let requirement = match self {
            Self::All(nodes) => {
                let mut all = Vec::new();
                for node in nodes {
                    match node {
                        Self::Words(words) => {
                            text.extend(words.iter().map(|word| word.text.as_str()))
                        }
                        node => all.push(node.requirement()?),
                    }
                }
                Requirement::All(all)
            }
            Self::Words(words) => {
                text.extend(words.iter().map(|word| word.text.as_str()));
                Requirement::All(Vec::new())
            }
            node => node.requirement()?,
        };
        Some((requirement, text.join(" ")))
    }

    /// The query as a requirement; `None` if it speaks of words.
    pub fn requirement(&self) -> Option<Requirement> {
        let each = |nodes: &[Self]| nodes.iter().map(Self::requirement).collect::<Option<_>>();
        Some(match self {
            Self::All(nodes) => Requirement::All(each(nodes)?),
            Self::Any(nodes) => Requirement::Any(each(nodes)?),
            Self::None(nodes) => Requirement::None(each(nodes)?),
            Self::AtLeast { k, of } => Requirement::AtLeast {
                k: *k,
                of: each(of)?,
            },
            Self::Leaf(leaf) => Requirement::Leaf(leaf.clone()),
            Self::Words(_) => return None,
        })
    }

    /// Every condition, in the order of writing.
    pub fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::Leaf(leaf) => vec![leaf],
            Self::Words(_) => Vec::new(),
            Self::All(nodes)
            | Self::Any(nodes)
            | Self::None(nodes)
            | Self::AtLeast { of: nodes, .. } => nodes.iter().flat_map(Self::leaves).collect(),
        }
    }

    /// The words that rank: every one that is not under a `NOT`, in the order of writing.
    pub fn wanted(&self) -> Vec<&Word> {
        match self {
            Self::Words(words) => words.iter().collect(),
            Self::All(nodes) | Self::Any(nodes) | Self::AtLeast { of: nodes, .. } => {
                nodes.iter().flat_map(Self::wanted).collect()
            }
            Self::None(_) | Self::Leaf(_) => Vec::new(),
        }
    }
}

impl From<&Requirement> for Query {
    fn from(requirement: &Requirement) -> Self {
        let each = |nodes: &[Requirement]| nodes.iter().map(Self::from).collect();
        match requirement {
            Requirement::All(nodes) => Self::All(each(nodes)),
            Requirement::Any(nodes) => Self::Any(each(nodes)),
            Requirement::None(nodes) => Self::None(each(nodes)),
            Requirement::AtLeast { k, of } => Self::AtLeast {
                k: *k,
                of: each(of),
            },
            Requirement::Leaf(leaf) => Self::Leaf(leaf.clone()),
        }
    }
}
