//! How near skills are to each other: tables of what a neighbour of a wanted skill is worth.
//!
//! Lengths are tenths, and ten of them halve what a skill is worth: `points = 1000 · 2^(−length / 10)`.
//! A step from a wanted skill to one that somebody has is
//!
//! | step | length |
//! | --- | --- |
//! | to a skill that is directly narrower, or that needs the wanted one | 3 |
//! | to a skill that is directly broader | 6 |
//! | to a skill that the wanted one needs, or that is related to it | 8 |
//! | to a skill of the same group of n skills | 9 + log₂ n, rounded down |
//! | to a skill that the same occupations need, with cosine c ≥ 0.3 | 18 − 12 c, rounded up |
//!
//! The cosine is that of the skills' rows of occupations, 2 where an occupation needs the skill and 1 where
//! some in it do; each skill has steps to its eight best of at least two shared occupations. A table holds
//! everything within 20 tenths (a quarter). `docs/decisions/why-these-lengths.md` has the reasons.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use muster_text::number::exact;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;
use rustc_hash::FxHashMap;

use crate::esco::Taxonomy;

/// Nothing further away is near.
pub const LONGEST: u8 = 20;

const NARROWER: u8 = 3;
const BROADER: u8 = 6;
const RELATED: u8 = 8;
const N_COMPANIONS: usize = 8;

/// By node, its length and the step that leads there.
type Reached = FxHashMap<usize, (u8, Option<(usize, Relation)>)>;

/// Why one skill is a step from another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Relation {
    /// It is directly narrower.
    Narrower,
    /// It needs the other.
    Needs,
    /// It is directly broader.
    Broader,
    /// The other needs it.
    NeededBy,
    /// ESCO relates the two.
    Related,
    /// Both are in one group; the row of the group.
    SameGroup(usize),
    /// The same occupations need both.
    SameOccupations,
}

/// A step of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// How the skill reached relates to the one before it.
    pub relation: Relation,
    /// Row of the skill reached.
    pub skill: usize,
}

/// A skill near a wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near {
    /// Its row.
    pub skill: usize,
    /// What having it is worth where the other is wanted: 1000 for the skill itself.
    pub points: u16,
    /// The steps from the wanted skill to it.
    pub path: Vec<Step>,
}

/// Steps between skills.
pub struct SkillGraph {
    /// Skills by row, then groups by row.
    graph: DiGraph<(), (u8, Relation)>,
    n_skills: usize,
}

impl SkillGraph {
    /// The graph of a taxonomy. `O(Σ n²)` in the skills n of each occupation: about 0.1 s for ESCO.
    pub fn of(esco: &Taxonomy) -> Self {
        let n_skills = esco.skills.len();
        let mut graph = DiGraph::with_capacity(n_skills + esco.groups.len(), 200_000);
        for _ in 0..n_skills + esco.groups.len() {
            graph.add_node(());
        }
        let mut add = |from: usize, to: usize, length: u8, relation: Relation| {
            graph.add_edge(NodeIndex::new(from), NodeIndex::new(to), (length, relation));
        };
        let mut n_members = vec![0_usize; esco.groups.len()];
        for (row, skill) in esco.skills.iter().enumerate() {
            for &broader in &skill.broader {
                add(row, broader, BROADER, Relation::Broader);
                add(broader, row, NARROWER, Relation::Narrower);
            }
            for &needed in &skill.essential {
                add(row, needed, RELATED, Relation::NeededBy);
                add(needed, row, NARROWER, Relation::Needs);
            }
            for &related in &skill.optional {
                add(row, related, RELATED, Relation::Related);
                add(related, row, RELATED, Relation::Related);
            }
            for &group in &skill.groups {
                n_members[group] += 1;
            }
        }
        for (row, skill) in esco.skills.iter().enumerate() {
            for &group in &skill.groups {
                let size = u8::try_from(n_members[group].ilog2()).unwrap_or(u8::MAX);
                add(
                    row,
                    n_skills + group,
                    9_u8.saturating_add(size),
                    Relation::SameGroup(group),
                );
                add(n_skills + group, row, 0, Relation::SameGroup(group));
            }
        }
        for (row, companions) in companions(esco).into_iter().enumerate() {
            for (other, length) in companions {
                add(row, other, length, Relation::SameOccupations);
            }
        }
        Self { graph, n_skills }
    }

    /// What is near a skill, itself first, then by points and row, at most `limit`; nothing if there is no
    /// such row. Truncated Dijkstra: `O(m log m)` in the steps within reach.
    pub fn near(&self, skill: usize, limit: usize) -> Vec<Near> {
        if skill >= self.n_skills {
            return Vec::new();
        }
        let mut reached: Reached = [(skill, (0, None))].into_iter().collect();
        let mut queue = BinaryHeap::from([Reverse((0_u8, skill))]);
        let mut found = Vec::new();
        while let Some(Reverse((length, node))) = queue.pop() {
            if reached
                .get(&node)
                .is_some_and(|&(shortest, _)| shortest < length)
            {
                continue;
            }
            if node < self.n_skills {
                found.push((node, length));
            }
            for edge in self.graph.edges(NodeIndex::new(node)) {
                let (step, relation) = *edge.weight();
                let (to, longer) = (edge.target().index(), length.saturating_add(step));
                let known = reached.get(&to);
                // Of equal lengths the step from the smaller row, by the first of the relations, wins.
                let candidate = (longer, Some((node, relation)));
                if longer <= LONGEST && known.is_none_or(|known| candidate < *known) {
                    if known.is_none_or(|known| longer < known.0) {
                        queue.push(Reverse((longer, to)));
                    }
                    reached.insert(to, candidate);
                }
            }
        }
        found.sort_unstable_by_key(|&(node, length)| (length, node));
        found.truncate(limit);
        found
            .into_iter()
            .map(|(node, length)| Near {
                skill: node,
                points: points_of(length),
                path: self.path_to(node, &reached),
            })
            .collect()
    }

    fn path_to(&self, node: usize, reached: &Reached) -> Vec<Step> {
        let mut path = Vec::new();
        let mut at = node;
        while let Some((_, Some((before, relation)))) = reached.get(&at) {
            if at < self.n_skills {
                path.push(Step {
                    relation: *relation,
                    skill: at,
                });
            }
            at = *before;
        }
        path.reverse();
        path
    }
}

/// What a skill at a length is worth: 1000 · 2^(−length / 10), half up.
///
/// ```
/// use muster_datasets::skills::graph::points_of;
/// assert_eq!([0, 3, 10, 20].map(points_of), [1000, 812, 500, 250]);
/// ```
pub fn points_of(length: u8) -> u16 {
    /// 2^(−1/10) to the last bit; products of it are rounded alike everywhere.
    const TENTH: f64 = 0.933_032_991_536_807_4;
    let share = (0..length).fold(1.0, |share, _| share * TENTH);
    muster_text::number::points(share)
}

/// For each skill, the skills that the same occupations need, with lengths.
fn companions(esco: &Taxonomy) -> Vec<Vec<(usize, u8)>> {
    let n_skills = esco.skills.len();
    let mut needs: Vec<Vec<(usize, u32)>> = Vec::with_capacity(esco.occupations.len());
    let mut needed_by: Vec<Vec<(usize, u32)>> = vec![Vec::new(); n_skills];
    for (row, occupation) in esco.occupations.iter().enumerate() {
        let essential = occupation.essential.iter().map(|&skill| (skill, 2));
        let all: Vec<_> = essential
            .chain(occupation.optional.iter().map(|&skill| (skill, 1)))
            .collect();
        for &(skill, weight) in &all {
            needed_by[skill].push((row, weight));
        }
        needs.push(all);
    }
    let norm: Vec<u32> = needed_by
        .iter()
        .map(|row| row.iter().map(|(_, weight)| weight * weight).sum())
        .collect();
    let (mut dots, mut n_shared) = (vec![0_u32; n_skills], vec![0_u32; n_skills]);
    let mut touched = Vec::new();
    (0..n_skills)
        .map(|skill| {
            for &(occupation, weight) in &needed_by[skill] {
                for &(other, other_weight) in &needs[occupation] {
                    if n_shared[other] == 0 {
                        touched.push(other);
                    }
                    dots[other] += weight * other_weight;
                    n_shared[other] += 1;
                }
            }
            let mut best: Vec<(u8, usize)> = Vec::new();
            for other in touched.drain(..) {
                if other != skill && n_shared[other] >= 2 {
                    let product = exact(norm[skill] as usize) * exact(norm[other] as usize);
                    let cosine = exact(dots[other] as usize) / product.sqrt();
                    if cosine >= 0.3 {
                        best.push((length_of(cosine), other));
                    }
                }
                (dots[other], n_shared[other]) = (0, 0);
            }
            best.sort_unstable();
            best.truncate(N_COMPANIONS);
            best.into_iter()
                .map(|(length, other)| (other, length))
                .collect()
        })
        .collect()
}

/// 18 − 12 c, rounded up.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "6 … 15"
)]
fn length_of(cosine: f64) -> u8 {
    (18.0 - 12.0 * cosine.min(1.0)).ceil() as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::esco::taxonomy;

    fn row(label: &str) -> usize {
        let esco = taxonomy();
        let id = esco.find(label).unwrap().id;
        esco.skills.iter().position(|skill| skill.id == id).unwrap()
    }

    fn points(graph: &SkillGraph, wanted: &str, other: &str) -> u16 {
        let other = row(other);
        let near = graph.near(row(wanted), usize::MAX);
        near.iter()
            .find(|near| near.skill == other)
            .map_or(0, |near| near.points)
    }

    #[test]
    fn known_pairs_are_near_and_strangers_are_not() {
        let graph = SkillGraph::of(taxonomy());
        for (wanted, other, worth) in [
            ("computer programming", "C++", 812),
            ("C++", "computer programming", 660),
            ("SQL", "query languages", 660),
            ("query languages", "SQL", 812),
            ("cardiology", "cardiology", 1000),
        ] {
            assert_eq!(points(&graph, wanted, other), worth, "{wanted} → {other}");
        }
        assert!(points(&graph, "cardiology", "orthopaedics") >= 250);
        assert!(points(&graph, "Java (computer programming)", "C++") > 250);
        assert_eq!(points(&graph, "cardiology", "C++"), 0);
        assert_eq!(
            points(&graph, "machine learning", "bake pastry for special events"),
            0
        );
    }

    #[test]
    fn a_narrower_skill_is_worth_more_than_a_broader_one() {
        let (esco, graph) = (taxonomy(), SkillGraph::of(taxonomy()));
        let mut n_pairs = 0;
        for (row, skill) in esco.skills.iter().enumerate().step_by(97) {
            for &broader in &skill.broader {
                let worth = |from: usize, to: usize| {
                    graph
                        .near(from, usize::MAX)
                        .iter()
                        .find(|near| near.skill == to)
                        .map(|near| near.points)
                };
                assert!(
                    worth(broader, row) >= worth(row, broader),
                    "{}",
                    skill.label
                );
                n_pairs += 1;
            }
        }
        assert!(n_pairs > 50);
    }

    /// The oracle: Bellman and Ford's rounds over the same edges, without a queue or a limit of length.
    #[test]
    fn lengths_are_those_of_repeated_relaxation() {
        let graph = SkillGraph::of(taxonomy());
        let start = row("cardiology");
        let mut lengths = vec![u32::MAX / 2; graph.graph.node_count()];
        lengths[start] = 0;
        for _ in 0..8 {
            for edge in graph.graph.edge_references() {
                let longer = lengths[edge.source().index()] + u32::from(edge.weight().0);
                let to = &mut lengths[edge.target().index()];
                *to = longer.min(*to);
            }
        }
        let near = graph.near(start, usize::MAX);
        let within = lengths[..graph.n_skills]
            .iter()
            .filter(|&&length| length <= u32::from(LONGEST));
        assert_eq!(near.len(), within.count());
        for found in &near {
            assert_eq!(
                found.points,
                points_of(u8::try_from(lengths[found.skill]).unwrap())
            );
        }
    }

    #[test]
    fn paths_lead_from_the_wanted_skill_and_lists_are_in_order() {
        let graph = SkillGraph::of(taxonomy());
        let near = graph.near(row("machine learning"), 50);
        assert_eq!(near.len(), 50);
        assert!(near[0].path.is_empty() && near[0].points == 1000);
        assert!(near.is_sorted_by_key(|near| (Reverse(near.points), near.skill)));
        for found in &near[1..] {
            assert_eq!(found.path.last().unwrap().skill, found.skill);
        }
        assert_eq!(graph.near(row("machine learning"), 10), near[..10]);
        assert!(graph.near(usize::MAX, 10).is_empty());
    }
}
