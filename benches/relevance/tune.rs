//! Chooses the weights of a link's parts on the tuning part, by coordinate ascent.

use muster_datasets::skills::{Linker, N_PARTS, Part, hash};

use crate::figures;
use crate::sets::{self, Query, Target};

struct Case {
    set: usize,
    query: Query,
    is_long: bool,
    candidates: Vec<(usize, [f32; N_PARTS])>,
}

pub fn run(linker: &Linker) {
    let mut cases = Vec::new();
    let sets = sets::all(Part::Tuning);
    let names: Vec<_> = sets.iter().map(|s| s.name).collect();
    let share = [1.0, 1.0, 0.5, 2.0, 2.0, 0.5, 0.0, 0.0];
    for (set, mut s) in sets.into_iter().enumerate() {
        if s.target != Target::Skills {
            continue;
        }
        s.queries.sort_by_key(|q| hash(&q.text));
        s.queries.truncate(700);
        for query in s.queries {
            let links = linker.link(&query.text, 400);
            cases.push(Case {
                set,
                is_long: muster_text::words::ground_forms(&query.text).len() > 6,
                candidates: links.iter().map(|l| (l.skill, l.parts)).collect(),
                query,
            });
        }
    }
    onet(linker);
    for is_long in [false, true] {
        let cases: Vec<&Case> = cases.iter().filter(|c| c.is_long == is_long).collect();
        println!("is_long {is_long}: {} cases", cases.len());
        let value = |weights: &[f32; N_PARTS], show: bool| -> f64 {
            let mut sums = vec![(0.0, 0.0, 0.0); names.len()];
            for case in &cases {
                let mut scored: Vec<(f32, usize)> = case
                    .candidates
                    .iter()
                    .map(|(skill, parts)| (parts.iter().zip(weights).map(|(p, w)| p * w).sum::<f32>(), *skill))
                    .collect();
                scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                let ranking: Vec<usize> = scored.iter().take(100).map(|s| s.1).collect();
                let figures = figures::of(&case.query, &ranking);
                let sum = &mut sums[case.set];
                *sum = (sum.0 + figures.recall_5, sum.1 + figures.reciprocal, sum.2 + 1.0);
            }
            let mut value = 0.0;
            let mut total = 0.0;
            for (set, sum) in sums.iter().enumerate() {
                if sum.2 > 50.0 {
                    if show {
                        println!("   {:<34} R@5 {:.3} MRR {:.3}", names[set], sum.0 / sum.2, sum.1 / sum.2);
                    }
                    value += share[set] * (sum.0 + sum.1) / 2.0 / sum.2;
                    total += share[set];
                }
            }
            value / total
        };
        let mut weights = if is_long { [0.25, 0.0, 0.255, 0.144, 0.18, 0.2, 0.0, 0.03] } else { [0.143, 0.02, 0.18, 0.255, 0.126, 0.113, 0.05, 0.05] };
        let mut best = value(&weights, true);
        for round in 0..3 {
            for part in 0..N_PARTS {
                for factor in [0.0, 0.25, 0.5, 0.7, 0.85, 1.2, 1.5, 2.0, 4.0] {
                    let mut tried = weights;
                    tried[part] = if tried[part] == 0.0 { 0.05 * factor } else { tried[part] * factor };
                    let got = value(&tried, false);
                    if got > best + 1e-9 {
                        best = got;
                        weights = tried;
                    }
                }
            }
            println!("round {round}: {best:.4} {weights:.3?}");
        }
        value(&weights, true);
    }
}

fn onet(linker: &Linker) {
    for set in sets::all(Part::Tuning).into_iter().filter(|s| s.target == Target::Onet) {
        let mut queries = set.queries;
        queries.sort_by_key(|q| hash(&q.text));
        queries.truncate(700);
        let cases: Vec<_> = queries.into_iter().map(|q| (linker.onet_occupations(&q.text), q)).collect();
        let value = |weights: &[f32; 4]| {
            let mut sum = (0.0, 0.0);
            for (found, query) in &cases {
                let mut scored: Vec<(f32, usize)> = found.iter().map(|(row, _, parts)| (parts.iter().zip(weights).map(|(p, w)| p * w).sum::<f32>(), *row)).collect();
                scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
                let ranking: Vec<usize> = scored.iter().take(100).map(|s| s.1).collect();
                let figures = figures::of(query, &ranking);
                sum = (sum.0 + figures.recall_5, sum.1 + figures.reciprocal);
            }
            (sum.0 / cases.len() as f64, sum.1 / cases.len() as f64)
        };
        let mut weights = [1.0, 0.0, 0.0, 0.0];
        let mut best = value(&weights);
        println!("{} {best:.3?}", set.name);
        for _ in 0..2 {
            for part in 1..4 {
                for tried_weight in [0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0] {
                    let mut tried = weights;
                    tried[part] = tried_weight;
                    let got = value(&tried);
                    if got.0 + got.1 > best.0 + best.1 {
                        best = got;
                        weights = tried;
                    }
                }
            }
        }
        println!("   {best:.3?} {weights:?}");
    }
}
