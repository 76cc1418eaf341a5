//! Where a campaign stands, and where it may go from there.

use muster_matcher::json::{Faults, FromJson, Json, Path, one_of};
use serde::Deserialize;

use super::{Code, Problem};

/// Where a campaign stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Being written.
    Draft,
    /// May come; takes nobody from confirmed ones.
    Tentative,
    /// Will come.
    Confirmed,
    /// People work on it.
    Running,
    /// People wait.
    Paused,
    /// Over, for good.
    Closed,
}

use Status::{Closed, Confirmed, Draft, Paused, Running, Tentative};

impl Status {
    const WORDS: [(&'static str, Self); 6] = [
        ("draft", Draft),
        ("tentative", Tentative),
        ("confirmed", Confirmed),
        ("running", Running),
        ("paused", Paused),
        ("closed", Closed),
    ];

    pub(super) fn word(self) -> &'static str {
        let found = Self::WORDS.iter().find(|(_, status)| *status == self);
        found.map_or("draft", |(word, _)| word)
    }

    pub(super) fn of(word: &str) -> Option<Self> {
        let found = Self::WORDS.iter().find(|(known, _)| *known == word);
        found.map(|(_, status)| *status)
    }

    /// Where it may go next.
    pub(super) fn next(self) -> &'static [Self] {
        match self {
            Draft => &[Tentative, Confirmed, Closed],
            Tentative => &[Draft, Confirmed, Closed],
            Confirmed => &[Tentative, Running, Closed],
            Running => &[Paused, Closed],
            Paused => &[Running, Closed],
            Closed => &[],
        }
    }

    /// Whether the campaign will take place: it may book people, and others may not take them from it.
    pub(super) fn is_firm(self) -> bool {
        matches!(self, Confirmed | Running | Paused)
    }

    /// Whether a campaign may begin there.
    pub(super) fn may_begin(self) -> bool {
        matches!(self, Draft | Tentative | Confirmed)
    }
}

/// Where a stored campaign stands.
///
/// # Errors
/// [`Code::Internal`]: it stands nowhere.
pub(super) fn status_of(body: &str) -> Result<Status, Problem> {
    #[derive(Deserialize)]
    struct Stands {
        status: String,
    }
    let stands: Option<Stands> = serde_json::from_str(body).ok();
    let status = stands.and_then(|stands| Status::of(&stands.status));
    status.ok_or_else(|| Problem::new(Code::Internal, "a stored campaign stands nowhere"))
}

impl FromJson for Status {
    fn from_json(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Self> {
        one_of(&Self::WORDS, json, at, faults)
    }
}
