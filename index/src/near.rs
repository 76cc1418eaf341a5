//! People who fail exactly one thing that was asked, grouped by which.
//!
//! Every clause is a set of documents. Two sets, *once* and *more than once*, are carried through the clauses that people
//! fail, 64 people a step; who is in the first and not in the second fails exactly one.

use muster_matcher::eligibility::evidence::{Evidence, Lack};
use muster_matcher::eligibility::{Person, Phrase, Reason, Terms};
use muster_matcher::model::Points;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::requirement::Requirement;
use muster_matcher::score::Score;
use tantivy::DocId;

use crate::IndexError;
use crate::clauses::{Clauses, Kind, tree_of, with_terms};
use crate::columns::Bitmap;
use crate::evidence::said;
use crate::meaning::{SkillScan, together};
use crate::pool::{Place, Pool};
use crate::scan::{TextScan, blocks, each_of, threads};
use crate::search::Search;
use crate::segment::Segment;
use crate::text::TextQuery;
use crate::top::first;

/// People who fail exactly one clause.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NearMisses {
    /// How many there are.
    pub total: usize,
    /// By clause that they fail: the clause that most fail first, then as they were asked.
    pub groups: Vec<NearGroup>,
}

/// People who fail one clause and no other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearGroup {
    /// JSON pointer to the clause: in the query, or in the role.
    pub at: String,
    /// What it asks, in words.
    pub asked: String,
    /// How many they are.
    pub total: usize,
    /// How many of those named as busy are among them.
    pub busy: usize,
    /// The best of them: by points, then by id.
    pub best: Vec<NearMiss>,
}

/// Somebody who fails one clause.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// Who. The name is shown masked.
    pub profile: Profile,
    /// What they would be ranked by.
    pub points: Points,
    /// The match score, for a role.
    pub score: Option<Score>,
    /// What they say to the clause.
    pub evidence: Evidence,
}

/// Who fails exactly one of some sets' clauses.
pub(crate) fn exactly_one(n_docs: u32, fails: &[Bitmap]) -> Bitmap {
    let mut once = Bitmap::none(n_docs);
    let mut more = Bitmap::none(n_docs);
    for fail in fails {
        let mut again = once.clone();
        again.intersect(fail);
        more.unite(&again);
        once.unite(fail);
    }
    once.remove(&more);
    once
}

/// Who of a segment fails one clause alone, by clause.
pub(crate) type ByClause = Vec<Bitmap>;
/// Their points, by clause.
pub(crate) type RankedByClause = Vec<Vec<(Points, DocId)>>;

impl Pool {
    /// Everybody who has the words of a search and fails exactly one of its conditions, the `best` of each.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// As [`Pool::search`]; profiles are decoded only where they are shown.
    pub fn near(&self, search: &Search, best: usize) -> Result<NearMisses, IndexError> {
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let conditions: Vec<(&str, &Requirement)> = clauses
                .clauses
                .iter()
                .filter_map(|clause| match &clause.kind {
                    Kind::Condition(requirement) => Some((clause.at.as_str(), requirement)),
                    Kind::Words { .. } => None,
                })
                .collect();
            let of_segment = |segment: &Segment| {
                let setting = segment
                    .shared
                    .setting(search.setting.file(), &terms.calendar);
                let tree = tree_of(segment, terms, &setting);
                let mut found = search.among(segment);
                let mut fails = Vec::new();
                let sets = clauses.sets(self, segment, &tree, search, false)?;
                for (clause, set) in clauses.clauses.iter().zip(sets) {
                    match clause.kind {
                        Kind::Condition(_) => fails.push(set.inverted()),
                        Kind::Words { .. } => found.intersect(&set),
                    }
                }
                found.intersect(&exactly_one(segment.documents(), &fails));
                fails.iter_mut().for_each(|fail| fail.intersect(&found));
                let ranked = self.ranked(segment, &fails, &found, search, &clauses.ranking)?;
                Ok::<_, IndexError>((fails, ranked))
            };
            let found = each_of(&self.segments, threads(self), of_segment);
            let found: Vec<(ByClause, RankedByClause)> =
                found.into_iter().collect::<Result<_, _>>()?;
            let mut groups = Vec::new();
            let mut reader = self.reader();
            for (idx, (at, requirement)) in conditions.into_iter().enumerate() {
                let total = found.iter().map(|(fails, _)| fails[idx].len()).sum();
                let mut group = NearGroup {
                    at: at.to_owned(),
                    asked: Phrase(requirement).to_string(),
                    total,
                    busy: 0,
                    best: Vec::new(),
                };
                let ranked = found.iter().enumerate().flat_map(|(segment, (_, ranked))| {
                    let place = move |(points, doc): &(Points, DocId)| {
                        (*points, Place { segment, doc: *doc })
                    };
                    ranked[idx].iter().map(place)
                });
                for (points, place, ()) in first(self, ranked, best) {
                    let profile = reader.profile(place)?;
                    let person = Person::new(&profile, &terms.calendar);
                    let evidence = match requirement {
                        Requirement::None(_) => excluded(at, requirement, terms),
                        requirement => said(requirement, at, &person, terms),
                    };
                    group.best.push(NearMiss {
                        evidence,
                        profile,
                        points,
                        score: None,
                    });
                }
                groups.push(group);
            }
            Ok(NearMisses::of(groups))
        })
    }

    /// The points of those who fail one clause alone, by clause.
    fn ranked(
        &self,
        segment: &Segment,
        fails: &[Bitmap],
        found: &Bitmap,
        search: &Search,
        ranking: &TextQuery,
    ) -> Result<RankedByClause, IndexError> {
        let mut ranked = vec![Vec::new(); fails.len()];
        let mut skills = SkillScan::new(&segment.shared.columns, &search.meant);
        let mut scan = TextScan::new(self, segment, ranking)?;
        for block in blocks(0..segment.documents()) {
            let mut docs = found.within(&block).peekable();
            if docs.peek().is_none() {
                continue;
            }
            let texts = scan.read(block.clone(), found);
            let skills = skills.as_mut().map(|skills| skills.read(&block));
            for doc in docs {
                let skills = skills.as_ref().map(|skills| skills.of(doc));
                let points = together(texts.of(doc), skills);
                if let Some(idx) = fails.iter().position(|fail| fail.contains(doc)) {
                    ranked[idx].push((points, doc));
                }
            }
        }
        Ok(ranked)
    }
}

impl NearMisses {
    pub(crate) fn of(mut groups: Vec<NearGroup>) -> Self {
        groups.retain(|group| group.total > 0);
        groups.sort_by_key(|group| std::cmp::Reverse(group.total));
        Self {
            total: groups.iter().map(|group| group.total).sum(),
            groups,
        }
    }
}

/// What somebody says who has what must not be.
fn excluded(at: &str, requirement: &Requirement, terms: &Terms<'_>) -> Evidence {
    let by = match requirement {
        Requirement::None(nodes) => nodes.first(),
        _ => None,
    };
    let reason = |by: &Requirement| Lack {
        reason: Reason::Excluded { by: by.clone() },
        from: terms.calendar.monday(terms.weeks.0),
    };
    Evidence {
        lacks: by.map(reason).into_iter().collect(),
        ..Evidence::of_verdict(at, Phrase(requirement).to_string(), false)
    }
}
