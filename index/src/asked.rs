//! A query prepared for one pool: whom its words and conditions find, and what ranks them.

mod guess;
#[cfg(test)]
pub(crate) mod naive;
mod widened;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use muster_matcher::model::requirement::{Leaf, Requirement};
use muster_matcher::query::{Form, Query, Word};
use muster_text::words;
use tantivy::query::{EnableScoring, PhraseQuery, Query as _};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, TERMINATED, Term};

use crate::IndexError;
use crate::columns::{Bitmap, Side, Tree};
use crate::schema::Fields;
use crate::segment::Segment;
use crate::text::{self, Section, TextModel, TextQuery, Wanted};

pub(crate) use guess::Typed;
use guess::{MOST_RANKED, shares};
use widened::Group;

/// A query whose words are those of one pool.
pub(crate) struct Asked {
    node: Node,
    /// What ranks.
    pub(crate) ranking: TextQuery,
    /// Whoever is found has a word that ranks, and having one is all that the words ask for.
    pub(crate) needs_ranked_word: bool,
    /// The words that rank, before they were weighed.
    wanted: Ranking,
    /// Words that others stand for.
    groups: Vec<Group>,
}

/// [`Query`] with words of the pool.
enum Node {
    All(Vec<Node>),
    Any(Vec<Node>),
    None(Vec<Node>),
    AtLeast(usize, Vec<Node>),
    Leaf(Requirement),
    /// One of them is there.
    Words(Vec<Meaning>),
}

/// What a typed word means.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Meaning {
    sections: Vec<Section>,
    how: How,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum How {
    OneOf(Vec<String>),
    /// With their places, which leave out common words.
    Row(Vec<(usize, String)>),
}

impl Asked {
    /// As [`Asked::part`], of all that was typed.
    #[cfg(test)]
    pub(crate) fn new(query: &Query, model: &TextModel) -> Self {
        Self::part(query, &mut Typed::new(model))
    }

    /// Completes what begins a word, corrects what nobody uses, and lets words stand for others.
    ///
    /// # Complexity
    /// O(words of the pool) for every word completed or corrected, else O(query).
    pub(crate) fn part(query: &Query, typed: &mut Typed<'_>) -> Self {
        let model = typed.model;
        let mut wanted = BTreeMap::new();
        let node = Node::new(query, typed, Some(&mut wanted));
        let node = node.unwrap_or_else(|| Node::All(Vec::new()));
        let needs_ranked_word = match &node {
            Node::Words(meanings) => plain(meanings),
            Node::All(nodes) => {
                let mut with_words = nodes.iter().filter(|node| node.has_words());
                let first = with_words.next();
                with_words.next().is_none()
                    && matches!(first, Some(Node::Words(meanings)) if plain(meanings))
            }
            _ => false,
        };
        let mut ranking = model.ranking(wanted.values().cloned().collect());
        let groups = std::mem::take(&mut typed.groups);
        groups.iter().for_each(|group| group.raise(&mut ranking));
        Self {
            node,
            needs_ranked_word: needs_ranked_word && !ranking.is_empty(),
            ranking,
            wanted,
            groups,
        }
    }

    /// Lets the words of a plain text rank, too; nobody needs to have any of them.
    pub(crate) fn rank_about(&mut self, text: &str, model: &TextModel) {
        self.needs_ranked_word = false;
        for (word, about) in text::wanted(text) {
            match self.wanted.get_mut(&word) {
                Some(wanted) => wanted.times += about.times,
                None => drop(self.wanted.insert(word, about)),
            }
        }
        self.ranking = model.ranking(self.wanted.values().cloned().collect());
        let ranking = &mut self.ranking;
        self.groups.iter().for_each(|group| group.raise(ranking));
    }

    /// Everybody of a segment for whom the query holds in every week of `tree`; words that only rank are left to
    /// the ranking.
    ///
    /// # Complexity
    /// O(weeks in which some fact that is asked for ends × conditions × (entries of their lists + documents / 64 ×
    /// log conditions) + postings of the words that do not rank).
    ///
    /// # Errors
    /// When the index cannot be read.
    pub(crate) fn found(
        &self,
        fields: &Fields,
        segment: &Segment,
        tree: Tree<'_>,
    ) -> Result<Bitmap, IndexError> {
        let mut found = segment.alive.clone();
        let words = self.words(fields, segment)?;
        // In one week a tree is decided exactly; only facts that end tell weeks apart.
        let mut weeks = BTreeSet::from([tree.weeks.0]);
        for leaf in self.node.leaves() {
            weeks.extend(tree.turns(leaf));
        }
        let weeks = tree
            .terms
            .calendar
            .within(tree.weeks)
            .filter(|week| weeks.contains(week));
        for week in weeks {
            let tree = Tree {
                weeks: (week, week),
                ..tree
            };
            let mut words = words.iter();
            found.intersect(&self.node.found(&tree, &mut words));
        }
        Ok(found)
    }

    /// What every node of words finds, in the order of nodes.
    fn words(&self, fields: &Fields, segment: &Segment) -> Result<Vec<Bitmap>, IndexError> {
        let mut found = Vec::new();
        for meanings in self.node.words() {
            found.push(if self.needs_ranked_word {
                Bitmap::all(segment.documents())
            } else {
                let mut any = Bitmap::none(segment.documents());
                for meaning in meanings {
                    meaning.add_to(&mut any, fields, segment)?;
                }
                any
            });
        }
        Ok(found)
    }
}

/// Whether having one of the words anywhere is all that is asked for, and all of them rank.
fn plain(meanings: &[Meaning]) -> bool {
    meanings.iter().all(|meaning| {
        let all_rank = matches!(&meaning.how, How::OneOf(words) if words.len() <= 1 + MOST_RANKED);
        meaning.sections == Section::ALL && all_rank
    })
}

/// Words that rank, by word.
type Ranking = BTreeMap<String, Wanted>;

impl Node {
    /// `None` for words of which the tokenizer leaves nothing: they ask for nothing, wherever they stand. `wanted`
    /// gathers what ranks; there is nothing to gather under a `NOT`.
    fn new(query: &Query, typed: &mut Typed<'_>, mut wanted: Option<&mut Ranking>) -> Option<Self> {
        let mut each = |nodes: &[Query]| -> Option<Vec<Self>> {
            let left: Vec<Self> = nodes
                .iter()
                .filter_map(|node| Self::new(node, typed, wanted.as_deref_mut()))
                .collect();
            (!left.is_empty() || nodes.is_empty()).then_some(left)
        };
        Some(match query {
            Query::All(nodes) => Self::All(each(nodes)?),
            Query::Any(nodes) => Self::Any(each(nodes)?),
            Query::AtLeast { k, of } => {
                let left = each(of)?;
                let k = k.get() as usize;
                // Of what is left, no more than there is, unless there never was so much.
                let k = if k > of.len() { k } else { k.min(left.len()) };
                Self::AtLeast(k, left)
            }
            Query::None(nodes) => {
                let left: Vec<Self> = nodes
                    .iter()
                    .filter_map(|node| Self::new(node, typed, None))
                    .collect();
                if left.is_empty() && !nodes.is_empty() {
                    return None;
                }
                Self::None(left)
            }
            Query::Leaf(leaf) => Self::Leaf(Requirement::Leaf(leaf.clone())),
            Query::Words(words) => {
                let meanings = words
                    .iter()
                    .flat_map(|word| self::meanings(word, typed, wanted.as_deref_mut()));
                let mut meanings: Vec<Meaning> = meanings.collect();
                if let Some(wanted) = wanted {
                    meanings.extend(widened::meanings(words, typed, wanted));
                }
                if meanings.is_empty() {
                    return None;
                }
                Self::Words(meanings)
            }
        })
    }

    fn nodes(&self) -> &[Self] {
        match self {
            Self::All(nodes) | Self::Any(nodes) | Self::None(nodes) | Self::AtLeast(_, nodes) => {
                nodes
            }
            Self::Leaf(_) | Self::Words(_) => &[],
        }
    }

    /// Every node of words, in the order of nodes.
    fn words(&self) -> Vec<&[Meaning]> {
        match self {
            Self::Words(meanings) => vec![meanings],
            node => node.nodes().iter().flat_map(Self::words).collect(),
        }
    }

    fn has_words(&self) -> bool {
        matches!(self, Self::Words(_)) || self.nodes().iter().any(Self::has_words)
    }

    /// Every leaf that is no word.
    fn leaves(&self) -> Vec<&Leaf> {
        match self {
            Self::Leaf(Requirement::Leaf(leaf)) => vec![leaf],
            node => node.nodes().iter().flat_map(Self::leaves).collect(),
        }
    }

    /// Everybody for whom the node holds; `words` gives what its nodes of words find.
    fn found<'w>(&self, tree: &Tree<'_>, words: &mut impl Iterator<Item = &'w Bitmap>) -> Bitmap {
        let n_docs = tree.columns.n_docs();
        let mut each = |nodes: &[Self]| -> Vec<Bitmap> {
            nodes.iter().map(|node| node.found(tree, words)).collect()
        };
        match self {
            Self::All(nodes) => {
                let mut all = Bitmap::all(n_docs);
                each(nodes).iter().for_each(|set| all.intersect(set));
                all
            }
            Self::Any(nodes) => union(n_docs, &each(nodes)),
            Self::None(nodes) => union(n_docs, &each(nodes)).inverted(),
            Self::AtLeast(k, nodes) => {
                let sets = each(nodes);
                match *k > sets.len() {
                    true => Bitmap::none(n_docs),
                    false => Bitmap::at_least(n_docs, *k, sets),
                }
            }
            Self::Leaf(leaf) => Arc::unwrap_or_clone(tree.holds(leaf, Side::Always)),
            Self::Words(_) => words
                .next()
                .cloned()
                .unwrap_or_else(|| Bitmap::none(n_docs)),
        }
    }
}

fn union(n_docs: u32, sets: &[Bitmap]) -> Bitmap {
    let mut any = Bitmap::none(n_docs);
    sets.iter().for_each(|set| any.unite(set));
    any
}

/// What a typed word means: one thing for every word the tokenizer makes of it.
fn meanings(typed: &Word, pool: &mut Typed<'_>, mut wanted: Option<&mut Ranking>) -> Vec<Meaning> {
    let sections = typed
        .section
        .map_or_else(|| Section::ALL.to_vec(), |section| vec![section]);
    let mut row: Vec<(usize, String)> = Vec::new();
    let mut spelled: Vec<&str> = Vec::new();
    words::each(&typed.text, |word, place| {
        row.push((place.position, word.to_owned()));
        spelled.push(&typed.text[place.from..place.to]);
    });
    if typed.form == Form::Phrase {
        for (_, word) in &row {
            if let Some(wanted) = wanted.as_deref_mut() {
                want(wanted, word, Vec::new());
            }
        }
        return match row.is_empty() {
            true => Vec::new(),
            false => vec![Meaning {
                sections,
                how: How::Row(row),
            }],
        };
    }
    let is_excluded = wanted.is_none();
    let mut one_of = |((_, word), spelled): ((usize, String), &str)| {
        let spelled = words::folded(spelled);
        let instead = pool.guess(typed.form, &spelled, &word, is_excluded);
        if let Some(wanted) = wanted.as_deref_mut() {
            want(
                wanted,
                &word,
                shares(pool.model, typed.form, &spelled, &instead),
            );
        }
        let mut one_of = vec![word];
        one_of.extend(instead);
        Meaning {
            sections: sections.clone(),
            how: How::OneOf(one_of),
        }
    };
    row.into_iter().zip(spelled).map(&mut one_of).collect()
}

/// Lets a word rank, and others in its place, each with its share.
fn want(wanted: &mut Ranking, word: &str, instead: Vec<(String, f64)>) {
    let entry = wanted.entry(word.to_owned());
    let entry = entry.or_insert_with(|| Wanted::new(word));
    entry.times += 1;
    entry.instead.extend(instead);
}

impl Meaning {
    /// Adds everybody in whose sections it stands.
    fn add_to(
        &self,
        found: &mut Bitmap,
        fields: &Fields,
        segment: &Segment,
    ) -> Result<(), IndexError> {
        let mut add = |docs: &mut dyn DocSet| {
            while docs.doc() != TERMINATED {
                found.insert(docs.doc());
                docs.advance();
            }
        };
        for section in &self.sections {
            let field = fields.sections[section.idx()];
            let term = |word: &str| Term::from_field_text(field, word);
            let (words, row) = match &self.how {
                How::OneOf(words) => (words.as_slice(), None),
                How::Row(row) if row.len() == 1 => (std::slice::from_ref(&row[0].1), None),
                How::Row(row) => (&[][..], Some(row)),
            };
            for word in words {
                let index = segment.reader.inverted_index(field)?;
                let postings = index.read_postings(&term(word), IndexRecordOption::Basic);
                if let Some(mut postings) = postings.map_err(tantivy::TantivyError::from)? {
                    add(&mut postings);
                }
            }
            if let Some(row) = row {
                let terms = row.iter().map(|(position, word)| (*position, term(word)));
                let query = PhraseQuery::new_with_offset(terms.collect());
                let scoring = EnableScoring::disabled_from_schema(segment.reader.schema());
                let weight = query.weight(scoring)?;
                add(&mut *weight.scorer(&segment.reader, 1.0)?);
            }
        }
        Ok(())
    }
}
