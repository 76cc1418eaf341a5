//! Chooses the weights of a link's parts by coordinate ascent on the tuning part alone.

use muster_datasets::skills::held_out::{Part, hash};
use muster_datasets::skills::{LONG_WEIGHTS, Linker, SHORT, SHORT_WEIGHTS};
use muster_text::words::ground_forms;

use crate::figures;
use crate::sets::{self, Query, Set, Target};

/// The most queries of a set.
const N_QUERIES: usize = 700;

/// A query with what was found and its parts.
struct Case<const N: usize> {
    set: usize,
    query: Query,
    found: Vec<(usize, [u16; N])>,
}

/// Prints the weights that are best for short and for long texts.
pub(crate) fn run(linker: &Linker) {
    let sets = sets::all(Part::Tuning);
    let names: Vec<_> = sets.iter().map(|set| set.name).collect();
    let importance: Vec<f64> = sets.iter().map(|set| set.importance).collect();
    let (mut short, mut long, mut occupations) = (Vec::new(), Vec::new(), [Vec::new(), Vec::new()]);
    for (number, set) in sets.into_iter().enumerate() {
        let Set {
            target,
            mut queries,
            ..
        } = set;
        queries.sort_by_key(|query| hash(&query.text));
        for query in queries.into_iter().take(N_QUERIES) {
            let is_long = ground_forms(&query.text).len() > SHORT;
            if target == Target::Onet {
                let found = linker.occupations(&query.text, usize::MAX);
                let found = found.iter().map(|link| (link.row, link.parts)).collect();
                occupations[usize::from(is_long)].push(Case {
                    set: number,
                    query,
                    found,
                });
            } else {
                let found = linker.link(&query.text, 400);
                let found = found.iter().map(|link| (link.skill, link.parts)).collect();
                if is_long { &mut long } else { &mut short }.push(Case {
                    set: number,
                    query,
                    found,
                });
            }
        }
    }
    let [short_occupations, long_occupations] = occupations;
    choose("skills, short", &short, SHORT_WEIGHTS, &names, &importance);
    choose("skills, long", &long, LONG_WEIGHTS, &names, &importance);
    choose(
        "occupations, short",
        &short_occupations,
        [10, 3, 0, 5],
        &names,
        &importance,
    );
    choose(
        "occupations, long",
        &long_occupations,
        [10, 15, 1, 1],
        &names,
        &importance,
    );
}

fn choose<const N: usize>(
    title: &str,
    cases: &[Case<N>],
    mut weights: [u32; N],
    names: &[&str],
    importance: &[f64],
) {
    println!("{title}: {} queries", cases.len());
    let mut best = value(cases, weights, names, importance, true);
    for _ in 0..3 {
        for part in 0..N {
            for percent in [0, 25, 50, 70, 85, 120, 150, 200, 400] {
                let mut tried = weights;
                tried[part] = (weights[part] * percent / 100).max(u32::from(percent > 100) * 2);
                let got = value(cases, tried, names, importance, false);
                if got > best + 1e-9 {
                    (best, weights) = (got, tried);
                }
            }
        }
    }
    println!("   {best:.4} with {weights:?}");
    value(cases, weights, names, importance, true);
}

/// The mean of recall at 5 and reciprocal rank over the sets, by importance.
fn value<const N: usize>(
    cases: &[Case<N>],
    weights: [u32; N],
    names: &[&str],
    importance: &[f64],
    shows: bool,
) -> f64 {
    let mut sums = vec![(0.0, 0.0, 0_usize); names.len()];
    for case in cases {
        let mut ranked: Vec<(u32, usize)> = case
            .found
            .iter()
            .map(|(row, parts)| {
                (
                    parts
                        .iter()
                        .zip(weights)
                        .map(|(&part, weight)| u32::from(part) * weight)
                        .sum(),
                    *row,
                )
            })
            .collect();
        ranked.sort_by_key(|&(sum, row)| (std::cmp::Reverse(sum), row));
        let rows: Vec<usize> = ranked.iter().take(100).map(|&(_, row)| row).collect();
        let figures = figures::of(&case.query, &rows);
        let sum = &mut sums[case.set];
        *sum = (
            sum.0 + figures.recall_5,
            sum.1 + figures.reciprocal,
            sum.2 + 1,
        );
    }
    let (mut value, mut total) = (0.0, 0.0);
    for (set, &(recall, reciprocal, n)) in sums.iter().enumerate() {
        // Some sets have a few long queries by chance.
        if n > 50 {
            let n = n as f64;
            if shows {
                println!(
                    "      {:<34} recall@5 {:.3} MRR {:.3}",
                    names[set],
                    recall / n,
                    reciprocal / n
                );
            }
            value += importance[set] * (recall + reciprocal) / 2.0 / n;
            total += importance[set];
        }
    }
    value / total
}
