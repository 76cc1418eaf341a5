//! How long people are to have worked.

use muster_matcher::model::Count;
use muster_matcher::model::requirement::Leaf;
use muster_matcher::query::Query;

use super::tokens::Text;

/// Nobody has worked longer.
const MOST_YEARS: u32 = 60;

/// `5+ years`, `at least 5 years`, `5-8 yrs of experience` from a token on, and the token behind it.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<(usize, Query)> {
    let start = match (text.at(at), text.at(at + 1)) {
        ("at", "least") | ("more", "than") => at + 2,
        ("minimum" | "min", "of") => at + 2,
        ("minimum" | "min" | "over", _) => at + 1,
        _ => at,
    };
    let least: u32 = text.at(start).parse().ok().filter(|n| *n <= MOST_YEARS)?;
    let is_least = start > at || text.has_plus(start);
    let mut end = start + 1;
    // `5-8 years`: at least the first.
    let is_range = text.are_of_one_word(start) && text.at(end).parse::<u32>().is_ok();
    end += usize::from(is_range);
    if !text.is(end, &["years", "year", "yrs", "yr"]) {
        return None;
    }
    end += 1;
    if text.is(end, &["old", "ago", "of"]) && !text.is(end, &["of"]) {
        return None;
    }
    let mut behind = end + usize::from(text.is(end, &["of"]));
    while text.is(
        behind,
        &["professional", "relevant", "working", "work", "industry"],
    ) {
        behind += 1;
    }
    let has_experience = text.is(behind, &["experience", "exp", "xp"]);
    let end = match has_experience {
        true => behind + 1,
        false if is_least => end,
        false => return None,
    };
    Some((end, Query::Leaf(Leaf::YearsAtLeast(Count::new(least)?))))
}
