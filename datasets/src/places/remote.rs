//! Work from anywhere, which asks nothing of anybody here: all work is such.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use muster_matcher::query::Query;
use muster_text::words::only;

use super::tokens::Text;
use crate::esco::taxonomy;

/// Words that follow `remote` in what ESCO calls a skill or an occupation, in their ground form: `remote sensing`.
static PARTS: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let esco = taxonomy();
    let skills = esco.skills.iter().map(|it| (it.label, &it.alternatives));
    let occupations = esco
        .occupations
        .iter()
        .map(|it| (it.label, &it.alternatives));
    let labels = skills.chain(occupations);
    let labels =
        labels.flat_map(|(label, others)| std::iter::once(label).chain(others.iter().copied()));
    let mut parts = BTreeSet::new();
    for label in labels.filter(|label| label.contains("emote")) {
        let words: Vec<String> = label.split([' ', '-']).map(str::to_lowercase).collect();
        let pairs = words.windows(2).filter(|two| is_remote(&two[0]));
        parts.extend(pairs.filter_map(|two| only(&two[1])));
    }
    parts
});

fn is_remote(word: &str) -> bool {
    matches!(word, "remote" | "remotely")
}

/// `remote`, `fully remote`, `remote only` from a token on, unless it is part of what something is called; and the token
/// behind it.
pub(super) fn read(text: &Text<'_>, at: usize) -> Option<(usize, Query)> {
    let start = at + usize::from(text.is(at, &["fully", "100", "working", "work"]));
    if !is_remote(text.at(start)) || text.before(start) == "by" {
        return None;
    }
    let next = text.at(start + 1);
    if only(next).is_some_and(|next| PARTS.contains(&next)) {
        return None;
    }
    let end = start + 1 + usize::from(matches!(next, "only" | "ok" | "position" | "job" | "role"));
    Some((end, Query::All(Vec::new())))
}
