//! The clauses of a search: what stands side by side at its top, each with the people for whom it holds.

use std::sync::Arc;

use muster_matcher::availability::Calendar;
use muster_matcher::eligibility::Terms;
use muster_matcher::model::campaign::{CampaignFile, CampaignSpec, Pay, RoleSpec};
use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::model::words::{PayPolicy, TaskType};
use muster_matcher::model::{CentsPerHour, Hours, Id};
use muster_matcher::query::{Form, Query, Word};

use crate::IndexError;
use crate::asked::{Asked, Typed};
use crate::columns::{Bitmap, Setting, Side, Tree};
use crate::pool::Pool;
use crate::search::Search;
use crate::segment::Segment;
use crate::text::TextQuery;

/// Something that must hold of everybody who is found.
pub(crate) struct Clause {
    /// JSON pointer to it in the query.
    pub(crate) at: String,
    pub(crate) query: Query,
    pub(crate) kind: Kind,
}

pub(crate) enum Kind {
    /// Speaks of no words.
    Condition(Requirement),
    /// Speaks of words, or of both.
    Words {
        asked: Box<Asked>,
        /// Position of what its words mean among [`Search::meant`], where bare words are all it asks for.
        meaning: Option<usize>,
    },
}

/// What a search asks for, clause by clause.
pub(crate) struct Clauses {
    pub(crate) clauses: Vec<Clause>,
    /// What ranks.
    pub(crate) ranking: TextQuery,
    /// The clause of words that is left to the ranking: who has no word that ranks, and no skill that is meant, is
    /// not found.
    pub(crate) ranked: Option<usize>,
}

/// Runs of bare words at the top of a query, in the order of writing: what they mean may be known.
pub(crate) fn bare_runs(query: &Query) -> Vec<&[Word]> {
    let mut clauses = Vec::new();
    split(query, String::new(), &mut clauses);
    clauses
        .into_iter()
        .filter_map(|(_, part)| match part {
            Part::Whole(Query::Words(words)) if is_bare(words) => Some(words.as_slice()),
            _ => None,
        })
        .collect()
}

fn is_bare(words: &[Word]) -> bool {
    words
        .iter()
        .all(|word| word.form == Form::Word && word.section.is_none())
}

/// A node of a query that must hold, or one of those that must not.
enum Part<'q> {
    Whole(&'q Query),
    Not(&'q Query),
}

fn split<'q>(query: &'q Query, at: String, into: &mut Vec<(String, Part<'q>)>) {
    match query {
        Query::All(nodes) => {
            for (idx, node) in nodes.iter().enumerate() {
                split(node, format!("{at}/all/{idx}"), into);
            }
        }
        Query::None(nodes) => {
            let nodes = nodes.iter().enumerate();
            into.extend(nodes.map(|(idx, node)| (format!("{at}/none/{idx}"), Part::Not(node))));
        }
        node => into.push((at, Part::Whole(node))),
    }
}

/// The nodes that must all hold for a requirement to hold, with their pointers below `at`.
pub(crate) fn conjuncts(requirement: &Requirement, at: &str) -> Vec<(String, Requirement)> {
    let query = Query::from(requirement);
    let mut parts = Vec::new();
    split(&query, at.to_owned(), &mut parts);
    let of = |part: Part<'_>| match part {
        Part::Whole(node) => node.requirement(),
        Part::Not(node) => Some(Requirement::None(vec![node.requirement()?])),
    };
    parts
        .into_iter()
        .filter_map(|(at, part)| Some((at, of(part)?)))
        .collect()
}

impl Clauses {
    pub(crate) fn new(pool: &Pool, search: &Search) -> Self {
        let mut parts = Vec::new();
        split(&search.query, String::new(), &mut parts);
        let mut n_runs = 0;
        let mut clauses = Vec::new();
        let mut can_rank_alone = false;
        let mut typed = Typed::of(pool, search);
        for (at, part) in parts {
            let query = match part {
                Part::Whole(node) => node.clone(),
                Part::Not(node) => Query::None(vec![node.clone()]),
            };
            let mut meaning = None;
            if let Query::Words(words) = &query
                && is_bare(words)
            {
                meaning = Some(n_runs);
                n_runs += 1;
            }
            let kind = match query.requirement() {
                Some(requirement) => Kind::Condition(requirement),
                None => {
                    let mut asked = Asked::part(&query, &mut typed);
                    can_rank_alone |= std::mem::take(&mut asked.needs_ranked_word);
                    let asked = Box::new(asked);
                    Kind::Words { asked, meaning }
                }
            };
            clauses.push(Clause { at, query, kind });
        }
        let mut words = clauses
            .iter()
            .enumerate()
            .filter_map(|(idx, clause)| match &clause.kind {
                Kind::Words { asked, .. } => Some((idx, asked)),
                Kind::Condition(_) => None,
            });
        let (ranking, ranked) = match (&search.about, words.next(), words.next()) {
            (Some(about), ..) => {
                let mut asked = Asked::part(&search.query, &mut Typed::of(pool, search));
                asked.rank_about(about, pool.text_model());
                (asked.ranking, None)
            }
            (None, None, _) => (pool.text_model().query(""), None),
            (None, Some((idx, asked)), None) => {
                (asked.ranking.clone(), can_rank_alone.then_some(idx))
            }
            // Of several, the words of all rank together.
            _ => {
                let asked = Asked::part(&search.query, &mut Typed::of(pool, search));
                (asked.ranking, None)
            }
        };
        Self {
            clauses,
            ranking,
            ranked,
        }
    }

    /// For every clause, whoever of a segment it holds for in every week; everybody for the clause that is left to the
    /// ranking, if `leaves` some.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn sets(
        &self,
        pool: &Pool,
        segment: &Segment,
        tree: &Tree<'_>,
        search: &Search,
        leaves: bool,
    ) -> Result<Vec<Bitmap>, IndexError> {
        let mut sets = Vec::with_capacity(self.clauses.len());
        for (idx, clause) in self.clauses.iter().enumerate() {
            sets.push(match &clause.kind {
                Kind::Condition(requirement) => throughout(tree, requirement),
                Kind::Words { .. } if leaves && self.ranked == Some(idx) => {
                    Bitmap::all(segment.documents())
                }
                Kind::Words { asked, meaning } => {
                    let mut found = asked.found(&pool.fields, segment, *tree)?;
                    let meant = meaning.and_then(|run| search.meant.get(run));
                    for skill in meant.into_iter().flat_map(|meaning| meaning.having()) {
                        let list = tree.columns.skill.get(skill.as_str());
                        list.iter()
                            .flat_map(|list| &list.docs)
                            .for_each(|doc| found.insert(*doc));
                    }
                    found
                }
            });
        }
        Ok(sets)
    }
}

/// Everybody for whom a tree holds in every one of the weeks.
///
/// # Complexity
/// O(entries of the leaves' lists + nodes × documents / 64), by weeks where facts that end stand under an `any`, a
/// `none` or an `at_least`.
pub(crate) fn throughout(tree: &Tree<'_>, requirement: &Requirement) -> Bitmap {
    let always = Arc::unwrap_or_clone(tree.holds(requirement, Side::Always));
    // A leaf is exact: what lasts through the last week did so before, and what is over by the first stays so; of sensitive
    // hours every week is looked at.
    if tree.weeks.0 == tree.weeks.1 || is_conjunction(requirement) || !has_ends(requirement) {
        return always;
    }
    let mut all = Arc::unwrap_or_clone(tree.holds(requirement, Side::Ever));
    if all == always {
        return always;
    }
    for week in tree.terms.calendar.within(tree.weeks) {
        let tree = Tree {
            weeks: (week, week),
            ..*tree
        };
        all.intersect(&tree.holds(requirement, Side::Always));
    }
    all
}

fn is_conjunction(requirement: &Requirement) -> bool {
    match requirement {
        Requirement::Leaf(_) => true,
        Requirement::All(nodes) => nodes.iter().all(is_conjunction),
        _ => false,
    }
}

/// Whether anything that is asked may end, or be over, within the weeks.
fn has_ends(requirement: &Requirement) -> bool {
    requirement.leaves().into_iter().any(|leaf| {
        matches!(
            leaf,
            Leaf::Credential { .. }
                | Leaf::Assessment { .. }
                | Leaf::Consent(_)
                | Leaf::CoolOff { .. }
                | Leaf::SensitiveHoursAtLeast(_)
        )
    })
}

/// What a search asks of people, as a role's terms.
pub(crate) fn with_terms<T>(search: &Search, work: impl FnOnce(&Terms<'_>) -> T) -> T {
    let leaves = search.query.leaves().into_iter().cloned();
    let leaves = Requirement::All(leaves.map(Requirement::Leaf).collect());
    let file = with_role(search.setting.file(), &leaves);
    let calendar = Arc::new(Calendar::new(file.start, file.weeks, &file.planning_tz, []));
    let campaign = &file.campaigns[0];
    work(&Terms::new(&file, campaign, &campaign.roles[0], calendar))
}

/// The tree of a segment's columns for a search.
pub(crate) fn tree_of<'a>(
    segment: &'a Segment,
    terms: &'a Terms<'a>,
    setting: &'a Setting,
) -> Tree<'a> {
    Tree {
        columns: &segment.shared.columns,
        terms,
        weeks: terms.weeks,
        setting,
    }
}

/// The setting with one role that asks for `requirement` and nothing else.
fn with_role(setting: &CampaignFile, requirement: &Requirement) -> CampaignFile {
    let id = Id::new("search").expect("letters are an id");
    let pay = Pay {
        policy: PayPolicy::Individual,
        target: CentsPerHour::default(),
        cap: CentsPerHour::MAX,
    };
    let role = RoleSpec {
        requires: requirement.clone(),
        ..RoleSpec::new(id.clone(), TaskType::Review, Hours::default(), pay)
    };
    let campaign = CampaignSpec {
        roles: vec![role],
        ..CampaignSpec::new(id.clone(), id)
    };
    CampaignFile {
        campaigns: vec![campaign],
        ..setting.clone()
    }
}
