//! How often values occur among the people who satisfy a search.
//!
//! Of what everybody has one of (country, rate, hours, stage, level of a skill) a facet is counted without the search's own
//! condition on it, so that it shows what another choice would give; of what people have many of (skills, languages,
//! tags) it is counted with it, so that it shows what a further choice would leave. Whatever stands under `OR`,
//! `NOT` or `of` together with something else stays.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use muster_matcher::eligibility::Terms;
use muster_matcher::model::requirement::{Leaf, Requirement};
use tantivy::DocId;

use crate::IndexError;
use crate::clauses::{Clause, Clauses, Kind as Asks, tree_of, with_terms};
use crate::columns::{Bitmap, Columns, Lists, UNKNOWN};
use crate::pool::Pool;
use crate::scan::{each_of, threads};
use crate::search::{Search, found};
use crate::segment::Segment;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FacetKind {
    /// What people can do, at any level.
    Skill,
    /// How well, of every skill that the search asks for; of the most frequent one if it asks for none.
    Level,
    /// Where they work.
    Country,
    /// What they speak, at any level.
    Language,
    /// The least they work for, in the currency of the search, by bands.
    Rate,
    /// Free hours in the week that has fewest, by bands.
    Hours,
    /// Where they stand.
    Stage,
    /// Their tags.
    Tag,
}

impl FacetKind {
    /// Every kind with its name.
    pub const ALL: [(&'static str, Self); 8] = [
        ("skill", Self::Skill),
        ("level", Self::Level),
        ("country", Self::Country),
        ("language", Self::Language),
        ("rate", Self::Rate),
        ("hours", Self::Hours),
        ("stage", Self::Stage),
        ("tag", Self::Tag),
    ];

    /// The name.
    pub fn name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(_, kind)| *kind == self)
            .map_or("", |(name, _)| name)
    }

    /// The kind of a name.
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, kind)| *kind)
    }

    /// Whether a condition is about what is counted, and people have one of it.
    fn owns(self, leaf: &Leaf) -> bool {
        match self {
            Self::Level => matches!(leaf, Leaf::Skill { .. }),
            Self::Country => matches!(leaf, Leaf::CountryIn(_) | Leaf::CountryNotIn(_)),
            Self::Rate => matches!(leaf, Leaf::RateAtMost(_)),
            Self::Hours => matches!(leaf, Leaf::HoursAtLeast(_)),
            Self::Skill | Self::Language | Self::Stage | Self::Tag => false,
        }
    }
}

/// A value, and how many people have it. Of bands the value is their lower end, in cents or hours.
pub type Count = (String, usize);

/// How often the values of a kind occur.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// What is counted.
    pub kind: FacetKind,
    /// Of which skill, for levels.
    pub of: Option<String>,
    /// Among how many people: whoever satisfies the search without its own conditions on this.
    pub people: usize,
    /// The most frequent first, equals by value; levels and bands in their order.
    pub counts: Vec<Count>,
}

impl Pool {
    /// How often values occur among whoever satisfies a search, the `top` most frequent of each kind.
    ///
    /// # Errors
    /// When the index cannot be read.
    ///
    /// # Complexity
    /// As [`Pool::search`], and O(values × log values + entries of the values that more people have than the last of the
    /// first has among those found + people found × bands).
    pub fn facets(
        &self,
        search: &Search,
        kinds: &[FacetKind],
        top: usize,
    ) -> Result<Vec<Facet>, IndexError> {
        if kinds.is_empty() {
            return Ok(Vec::new());
        }
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let sets = |segment: &Segment| {
                let setting = segment
                    .shared
                    .setting(search.setting.file(), &terms.calendar);
                let tree = tree_of(segment, terms, &setting);
                clauses.sets(self, segment, &tree, search, false)
            };
            let sets: Result<Vec<Vec<Bitmap>>, _> = each_of(&self.segments, threads(self), sets)
                .into_iter()
                .collect();
            let sets = sets?;
            let facets = each_of(kinds, threads(self), |kind| {
                let counting = Counting {
                    pool: self,
                    search,
                    terms,
                    kind: *kind,
                    top,
                    clauses: &clauses,
                    sets: &sets,
                };
                counting.facets()
            });
            Ok(facets.into_iter().flatten().collect())
        })
    }

    /// How many of those who satisfy a search, all of its conditions, work in each country or have each tag.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn shares(&self, search: &Search, tags: bool) -> Result<Vec<Count>, IndexError> {
        with_terms(search, |terms| {
            let clauses = Clauses::new(self, search);
            let people = found(self, search, &clauses, terms, false)?;
            let of: fn(&Columns) -> &Lists<()> = match tags {
                true => |columns| &columns.tag,
                false => |columns| &columns.country,
            };
            Ok(frequent(self, &people, usize::MAX, of))
        })
    }

    /// How many people have a skill, at any level.
    ///
    /// # Complexity
    /// O(people who have it).
    pub fn people_with(&self, skill: &str) -> usize {
        let of = |segment: &Segment| {
            let list = segment.shared.columns.skill.get(skill);
            let docs = list.into_iter().flat_map(|list| &list.docs);
            docs.filter(|doc| segment.is_alive(**doc)).count()
        };
        self.segments.iter().map(of).sum()
    }
}

/// Counting one kind.
struct Counting<'a> {
    pool: &'a Pool,
    search: &'a Search,
    terms: &'a Terms<'a>,
    kind: FacetKind,
    top: usize,
    clauses: &'a Clauses,
    /// By segment and clause.
    sets: &'a [Vec<Bitmap>],
}

impl Counting<'_> {
    fn facets(&self) -> Vec<Facet> {
        if self.kind == FacetKind::Level {
            return self.levels();
        }
        let people = self.people(|clause| is_own(self.kind, clause));
        let counts = match self.kind {
            FacetKind::Skill => self.frequent(&people, |columns| &columns.skill),
            FacetKind::Language => self.frequent(&people, |columns| &columns.language),
            FacetKind::Country => self.frequent(&people, |columns| &columns.country),
            FacetKind::Stage => self.frequent(&people, |columns| &columns.stage),
            FacetKind::Tag => self.frequent(&people, |columns| &columns.tag),
            FacetKind::Rate => self.rates(&people),
            FacetKind::Hours | FacetKind::Level => self.hours(&people),
        };
        vec![Facet {
            kind: self.kind,
            of: None,
            people: people.iter().map(Bitmap::len).sum(),
            counts,
        }]
    }

    /// Whoever satisfies all clauses but those left out, by segment.
    fn people(&self, leaves_out: impl Fn(&Clause) -> bool) -> Vec<Bitmap> {
        let of = |(segment, sets): (&Segment, &Vec<Bitmap>)| {
            let mut people = self.search.among(segment);
            for (clause, set) in self.clauses.clauses.iter().zip(sets) {
                if !leaves_out(clause) {
                    people.intersect(set);
                }
            }
            people
        };
        self.pool.segments.iter().zip(self.sets).map(of).collect()
    }

    fn frequent<V: Copy>(&self, people: &[Bitmap], of: fn(&Columns) -> &Lists<V>) -> Vec<Count> {
        frequent(self.pool, people, self.top, of)
    }

    fn levels(&self) -> Vec<Facet> {
        let asked = self
            .clauses
            .clauses
            .iter()
            .filter_map(|clause| match &clause.kind {
                Asks::Condition(Requirement::Leaf(Leaf::Skill { skill, .. })) => {
                    Some(skill.as_str().to_owned())
                }
                _ => None,
            });
        let mut seen = BTreeSet::new();
        let mut asked: Vec<String> = asked.filter(|skill| seen.insert(skill.clone())).collect();
        if asked.is_empty() {
            let frequent = self.frequent(&self.people(|_| false), |columns| &columns.skill);
            asked.extend(frequent.into_iter().map(|(skill, _)| skill).next());
        }
        let facet = |skill: String| {
            let people = self.people(|clause| {
                matches!(&clause.kind, Asks::Condition(Requirement::Leaf(Leaf::Skill { skill: own, .. }))
                    if own.as_str() == skill)
            });
            let mut counts = [0_usize; 6];
            for (segment, people) in self.pool.segments.iter().zip(&people) {
                let list = segment.shared.columns.skill.get(skill.as_str());
                for (doc, level) in list.into_iter().flat_map(|list| list.entries()) {
                    counts[usize::from(level.min(5))] += usize::from(people.contains(doc));
                }
            }
            let counts = counts.iter().enumerate().filter(|(_, count)| **count > 0);
            Facet {
                kind: self.kind,
                of: Some(skill),
                people: people.iter().map(Bitmap::len).sum(),
                counts: counts
                    .map(|(level, count)| (level.to_string(), *count))
                    .collect(),
            }
        };
        asked.into_iter().map(facet).collect()
    }

    fn rates(&self, people: &[Bitmap]) -> Vec<Count> {
        let bands = rate_bands();
        let mut counts = vec![0_usize; bands.len()];
        self.each(people, |setting, _, doc| {
            let minimum = setting.money.minimum[doc as usize];
            if minimum != UNKNOWN {
                counts[bands.partition_point(|from| *from <= minimum) - 1] += 1;
            }
        });
        banded(bands, counts)
    }

    fn hours(&self, people: &[Bitmap]) -> Vec<Count> {
        let bands = vec![0, 1, 10, 20, 30, 40];
        let mut counts = vec![0_usize; bands.len()];
        self.each(people, |setting, columns, doc| {
            let fewest = u32::from(setting.hours.fewest(columns, doc, self.terms.weeks));
            counts[bands.partition_point(|from| *from <= fewest) - 1] += 1;
        });
        banded(bands, counts)
    }

    fn each(
        &self,
        people: &[Bitmap],
        mut count: impl FnMut(&crate::columns::Setting, &Columns, DocId),
    ) {
        for (segment, people) in self.pool.segments.iter().zip(people) {
            let file = self.search.setting.file();
            let setting = segment.shared.setting(file, &self.terms.calendar);
            let columns = &segment.shared.columns;
            people.docs().for_each(|doc| count(&setting, columns, doc));
        }
    }
}

/// Values with how many of the people have them: the most frequent first, equals by value.
fn frequent<V: Copy>(
    pool: &Pool,
    people: &[Bitmap],
    top: usize,
    of: fn(&Columns) -> &Lists<V>,
) -> Vec<Count> {
    // By value, how many have it of everybody: no fewer than of these people.
    let mut most: BTreeMap<&str, usize> = BTreeMap::new();
    for segment in &pool.segments {
        for (value, list) in of(&segment.shared.columns) {
            *most.entry(value).or_default() += list.docs.len();
        }
    }
    let mut most: Vec<(usize, &str)> = most.into_iter().map(|(value, n)| (n, value)).collect();
    most.sort_by_key(|(n, _)| Reverse(*n));
    let count = |value: &str| {
        let segments = pool.segments.iter().zip(people);
        let lists = segments.filter_map(|(segment, people)| {
            let list = of(&segment.shared.columns).get(value)?;
            let has = |doc: &&DocId| people.contains(**doc);
            Some(list.docs.iter().filter(has).count())
        });
        lists.sum::<usize>()
    };
    let mut counts: Vec<(&str, usize)> = Vec::new();
    let mut best: BinaryHeap<Reverse<usize>> = BinaryHeap::new();
    for (n, value) in most {
        // Nobody who comes later can be among the first.
        if best.len() >= top && best.peek().is_none_or(|least| n < least.0) {
            break;
        }
        let count = count(value);
        if count > 0 {
            counts.push((value, count));
            best.push(Reverse(count));
            if best.len() > top {
                best.pop();
            }
        }
    }
    counts.sort_by_key(|(value, count)| (Reverse(*count), *value));
    counts.truncate(top);
    let owned = |(value, count): (&str, usize)| (value.to_owned(), count);
    counts.into_iter().map(owned).collect()
}

/// Whether a clause is about nothing but what is counted.
fn is_own(kind: FacetKind, clause: &Clause) -> bool {
    let Asks::Condition(requirement) = &clause.kind else {
        return false;
    };
    let leaves = requirement.leaves();
    !leaves.is_empty() && leaves.into_iter().all(|leaf| kind.owns(leaf))
}

/// Lower ends of bands of rates in cents: 0, and in every power of ten 10, 15, 20, 30, 40, 60 and 80.
fn rate_bands() -> Vec<u32> {
    let of_power =
        |power: u32| [10, 15, 20, 30, 40, 60, 80].map(|digits| digits * 10_u32.pow(power));
    std::iter::once(0)
        .chain((1..5).flat_map(of_power))
        .collect()
}

/// Bands from the first to the last that anybody is in.
fn banded(bands: Vec<u32>, counts: Vec<usize>) -> Vec<Count> {
    let first = counts
        .iter()
        .position(|count| *count > 0)
        .unwrap_or(counts.len());
    let last = counts
        .iter()
        .rposition(|count| *count > 0)
        .map_or(0, |last| last + 1);
    let bands = bands.into_iter().zip(counts).take(last).skip(first);
    bands
        .map(|(from, count)| (from.to_string(), count))
        .collect()
}
