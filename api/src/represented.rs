//! Searches whose hits represent groups, by [`representation`](crate::representation).

use std::collections::BTreeMap;

use muster_index::{Found, Hit, IndexError, Pool, Search};
use muster_matcher::json::{Faults, Json, Path};
use muster_matcher::model::Id;
use muster_matcher::model::requirement::{Named, Requirement};
use serde::Serialize;

use crate::representation::{Skew, reranked, skew};

/// Hits that are looked at for each that is shown.
pub const DEPTH: usize = 10;

/// What hits are grouped by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Groups {
    /// Countries.
    Country,
    /// With the tag, and without.
    Tag(Id),
}

impl Groups {
    /// Reads `country`, or `tag:` and a tag.
    ///
    /// # Errors
    /// What is expected; a tag that names a protected attribute is refused, as conditions on one are.
    pub fn read(text: &str) -> Result<Self, String> {
        let expected = || "country, or tag: and a job-related tag".to_owned();
        let tag = match text.strip_prefix("tag:") {
            None if text == "country" => return Ok(Self::Country),
            tag => tag.ok_or_else(expected)?,
        };
        let mut faults = Faults::default();
        let condition = Json::Object(vec![("tag".to_owned(), Json::Text(tag.to_owned()))]);
        let condition = Requirement::read(condition, &Path::ROOT, &Named::new(), &mut faults);
        let tag = Id::new(tag).filter(|_| condition.is_some() && faults.is_empty());
        tag.map(Self::Tag).ok_or_else(expected)
    }

    fn of(&self, hit: &Hit) -> String {
        match self {
            Self::Country => match &hit.profile.country {
                Some(country) => country.to_string(),
                None => self.rest().to_owned(),
            },
            Self::Tag(tag) if hit.profile.tags.contains(tag) => tag.to_string(),
            Self::Tag(_) => self.rest().to_owned(),
        }
    }

    /// Whoever is of no other group.
    fn rest(&self) -> &'static str {
        match self {
            Self::Country => "unknown",
            // No tag has a space.
            Self::Tag(_) => "all others",
        }
    }
}

/// How well groups are represented by the best hits, and by those that were chosen to represent them.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Skews {
    /// Of the best.
    pub before: Skew,
    /// Of those shown.
    pub after: Skew,
}

/// The hits of a search in an order that represents groups, from the best ten times as many.
///
/// # Errors
/// When the index cannot be read.
///
/// # Complexity
/// That of the search with ten times the limit, and O(limit²).
pub fn represented(
    pool: &Pool,
    search: &Search,
    groups: &Groups,
) -> Result<(Found, Skews), IndexError> {
    let deep = Search {
        limit: search.limit.saturating_mul(DEPTH),
        ..search.clone()
    };
    let mut found = pool.search(&deep)?;
    let named: Vec<String> = found.hits.iter().map(|hit| groups.of(hit)).collect();
    let counts = pool.shares(search, matches!(groups, Groups::Tag(_)))?;
    let mut everybody: BTreeMap<String, usize> = counts.into_iter().collect();
    if let Groups::Tag(tag) = groups {
        everybody.retain(|value, _| value == tag.as_str());
    }
    let others = found.total.saturating_sub(everybody.values().sum());
    if others > 0 {
        everybody.insert(groups.rest().to_owned(), others);
    }
    let order = reranked(&named, &everybody, search.limit);
    let after: Vec<String> = order.iter().map(|place| named[*place].clone()).collect();
    let before = &named[..named.len().min(search.limit)];
    let skews = Skews {
        before: skew(before, &everybody),
        after: skew(&after, &everybody),
    };
    let mut hits: Vec<Option<Hit>> = found.hits.into_iter().map(Some).collect();
    found.hits = order
        .into_iter()
        .filter_map(|place| hits[place].take())
        .collect();
    Ok((found, skews))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_countries_or_a_tag_that_protects_nothing() {
        assert_eq!(Groups::read("country"), Ok(Groups::Country));
        let newcomer = Id::new("newcomer").unwrap();
        assert_eq!(Groups::read("tag:newcomer"), Ok(Groups::Tag(newcomer)));
        for text in ["", "tag", "tag:", "tag:gender", "tag:a b", "Country"] {
            assert!(Groups::read(text).is_err(), "{text}");
        }
    }
}
