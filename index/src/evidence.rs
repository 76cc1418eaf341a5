//! What people who are shown say to every clause of a search.

use muster_matcher::eligibility::evidence::{Evidence, Fact, evidence};
use muster_matcher::eligibility::{Person, Phrase, Terms};
use muster_matcher::model::requirement::Requirement;
use muster_matcher::query::Query;

use crate::IndexError;
use crate::asked::{Asked, Typed};
use crate::clauses::{Clause, Clauses, Kind, tree_of};
use crate::columns::Bitmap;
use crate::meaning::Meaning;
use crate::pool::{Place, Pool};
use crate::search::Search;

/// A search, ready to be asked what somebody who was found says to it.
pub(crate) struct Witness<'a> {
    pub(crate) clauses: &'a Clauses,
    pub(crate) terms: &'a Terms<'a>,
    pub(crate) meant: &'a [Meaning],
    /// Nodes that speak of words below the top, with whoever they hold for, by segment.
    below: Vec<(String, Vec<Bitmap>)>,
}

impl<'a> Witness<'a> {
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// O(1) for a query whose words all stand at its top; else that of finding the nodes below.
    pub(crate) fn new(
        pool: &Pool,
        search: &'a Search,
        clauses: &'a Clauses,
        terms: &'a Terms<'a>,
    ) -> Result<Self, IndexError> {
        let speaking = |clause: &'a Clause| (clause, speaking(&clause.query, &clause.at, true));
        let nodes: Vec<_> = clauses.clauses.iter().map(speaking).collect();
        let is_needed = nodes.iter().any(|(_, nodes)| !nodes.is_empty());
        let mut below = Vec::new();
        let mut typed = Typed::of(pool, search);
        for (clause, nodes) in nodes {
            // What is guessed of the words is guessed as it was for the clauses, in their order.
            if is_needed && let Kind::Words { .. } = clause.kind {
                drop(Asked::part(&clause.query, &mut typed));
            }
            for (at, node) in nodes {
                let mut asked = Asked::part(node, &mut typed);
                asked.needs_ranked_word = false;
                let sets = pool.segments.iter().map(|segment| {
                    let shared = &segment.shared;
                    let setting = shared.setting(search.setting.file(), &terms.calendar);
                    asked.found(&pool.fields, segment, tree_of(segment, terms, &setting))
                });
                below.push((at, sets.collect::<Result<_, _>>()?));
            }
        }
        Ok(Self {
            clauses,
            terms,
            meant: &search.meant,
            below,
        })
    }

    /// What somebody who was found says to every clause.
    pub(crate) fn of(&self, person: &Person<'_>, place: Place) -> Vec<Evidence> {
        let clauses = self.clauses.clauses.iter();
        let of = |clause: &Clause| match &clause.kind {
            Kind::Condition(requirement) => said(requirement, &clause.at, person, self.terms),
            Kind::Words { meaning, .. } => {
                let mut said = self.node(&clause.query, &clause.at, person, place, true);
                let meant = meaning.and_then(|run| self.meant.get(run));
                said.by = meant
                    .and_then(|meaning| meaning.shown_by(person.profile))
                    .map(|(own, _, _)| Fact::Skill(own.clone()));
                said
            }
        };
        clauses.map(of).collect()
    }

    fn node(
        &self,
        query: &Query,
        at: &str,
        person: &Person<'_>,
        place: Place,
        is_found: bool,
    ) -> Evidence {
        if let Some(requirement) = query.requirement() {
            return said(&requirement, at, person, self.terms);
        }
        let known = self.below.iter().find(|(known, _)| known == at);
        let contains = |(_, sets): &(String, Vec<Bitmap>)| sets[place.segment].contains(place.doc);
        let holds = is_found || known.is_some_and(contains);
        let mut said = Evidence::of_verdict(at, query.to_string(), holds);
        said.of = branches(query, at)
            .into_iter()
            .map(|(at, node)| self.node(node, &at, person, place, false))
            .collect();
        said
    }
}

/// What somebody says to a condition; what must not be is told as a whole.
pub(crate) fn said(
    requirement: &Requirement,
    at: &str,
    person: &Person<'_>,
    terms: &Terms<'_>,
) -> Evidence {
    let mut said = evidence(requirement, at, person, terms, terms.weeks);
    if let Requirement::None(_) = requirement {
        said.asked = Phrase(requirement).to_string();
        // Its pointer is that of the one node already.
        said.of.clear();
    }
    said
}

/// The branches of a node, but not of one that must not hold.
fn branches<'q>(query: &'q Query, at: &str) -> Vec<(String, &'q Query)> {
    let (key, nodes) = match query {
        Query::All(nodes) => ("all", nodes),
        Query::Any(nodes) => ("any", nodes),
        Query::AtLeast { of, .. } => ("of", of),
        Query::None(_) | Query::Leaf(_) | Query::Words(_) => return Vec::new(),
    };
    let nodes = nodes.iter().enumerate();
    nodes
        .map(|(idx, node)| (format!("{at}/{key}/{idx}"), node))
        .collect()
}

/// Every node below one that speaks of words, with its pointer.
fn speaking<'q>(query: &'q Query, at: &str, is_top: bool) -> Vec<(String, &'q Query)> {
    if query.requirement().is_some() {
        return Vec::new();
    }
    let own = (!is_top).then(|| (at.to_owned(), query));
    let below = branches(query, at)
        .into_iter()
        .flat_map(|(at, node)| speaking(node, &at, false));
    own.into_iter().chain(below).collect()
}
