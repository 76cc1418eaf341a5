//! How well texts find skills, occupations and people, against BM25 over concatenated texts.
//!
//! `./run relevance [--smoke] [--json FILE]` prints a table, paired by query, and writes it as JSON.
//! `--choose` prints the weights that are best on the tuning part instead; `--tuning` measures on that
//! part; `--people` measures people alone. Labels are other people's: `README.md` beside this file says whose, and what the columns are.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::print_stdout,
    reason = "figures of a benchmark, printed"
)]

mod esco_people;
mod figures;
mod people;
mod plain;
mod ranking;
mod sets;
mod tune;

use std::time::Instant;

use muster_datasets::skills::held_out::{self, Part};
use muster_datasets::skills::{Linker, Sources};
use serde_json::{Value, json};

use figures::Figures;
use plain::Plain;
use sets::{Set, Target};

/// The most queries of a set; the smoke run's.
const N_QUERIES: usize = 2_000;
const N_SMOKE: usize = 60;
/// There are many ESCO occupations, and each makes two people.
const N_ESCO_PEOPLE: usize = 500;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |option: &str| args.iter().any(|arg| arg == option);
    let part = if has("--tuning") {
        Part::Tuning
    } else {
        Part::Measured
    };
    let most = if has("--smoke") || has("--test") {
        N_SMOKE
    } else {
        N_QUERIES
    };

    let start = Instant::now();
    let sources = Sources {
        alternative: &|skill, label| {
            !held_out::is_held_out(label) && !held_out::is_held_out_skill(skill)
        },
        title: &|title| !held_out::is_held_out(title),
        task: &|task| !held_out::is_held_out(task),
    };
    let linker = Linker::of(&sources);
    let loading = start.elapsed();
    if has("--choose") {
        tune::run(&linker);
        return;
    }
    let plain = Plain::of(&sources);
    println!(
        "{:<36}{:>6}  {:<27}{:<27}{:<27}better worse     p   ms",
        "set", "n", "recall@1", "recall@5", "MRR"
    );
    let mut rows = Vec::new();
    let people = people::sets(part, most);
    for set in people
        .into_iter()
        .chain(esco_people::sets(part, most.min(N_ESCO_PEOPLE)))
    {
        rows.push(measure_people(&set));
    }
    if has("--people") {
        return;
    }
    for mut set in sets::all(part) {
        set.queries.sort_by_key(|query| held_out::hash(&query.text));
        set.queries.truncate(most);
        rows.push(measure(&set, &linker, &plain));
    }
    println!(
        "each figure: BM25, ours [95 % of the difference]; linker built in {} ms",
        loading.as_millis()
    );
    if let Some(at) = args.iter().position(|arg| arg == "--json") {
        let path = args.get(at + 1).map_or("relevance.json", String::as_str);
        let report = json!({ "sets": rows, "linker_built_ms": loading.as_millis() as u64 });
        std::fs::write(path, format!("{report:#}\n")).expect("the file can be written");
    }
}

/// Both rankings for every query of a set.
fn measure(set: &Set, linker: &Linker, plain: &Plain) -> Value {
    let mut seconds = Vec::new();
    let pairs: Vec<(Figures, Figures)> = set
        .queries
        .iter()
        .map(|query| {
            let start = Instant::now();
            let ours: Vec<usize> = match set.target {
                Target::Skills => linker
                    .link(&query.text, 100)
                    .iter()
                    .map(|link| link.skill)
                    .collect(),
                Target::Onet => linker
                    .occupations(&query.text, 100)
                    .iter()
                    .map(|link| link.row)
                    .collect(),
            };
            seconds.push(start.elapsed().as_secs_f64());
            let theirs = plain.ranking(set.target, &query.text, 100);
            (figures::of(query, &theirs), figures::of(query, &ours))
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(seconds.len() / 2).copied().unwrap_or_default() * 1e3;
    report(set.name, &set.note, &pairs, median)
}

/// Pairs of people or subjects: all figures are the share of pairs in the right order.
fn measure_people(set: &people::Set) -> Value {
    let start = Instant::now();
    let outcomes = ranking::outcomes(set);
    let each = start.elapsed().as_secs_f64() * 1e3 / outcomes.len().max(1) as f64;
    let figures = |share| Figures {
        recall_1: share,
        recall_5: share,
        reciprocal: share,
    };
    let pairs: Vec<_> = outcomes
        .iter()
        .map(|o| (figures(o.plain), figures(o.ours)))
        .collect();
    let note = "tasks or descriptions of skills as documents, by Pool::points; all figures: share in the right order";
    report(set.name, note, &pairs, each)
}

/// Prints a row of the table; gives it as JSON.
fn report(name: &str, note: &str, pairs: &[(Figures, Figures)], median_ms: f64) -> Value {
    type Figure = fn(&Figures) -> f64;
    let columns: [(&str, Figure); 3] = [
        ("recall_1", |f| f.recall_1),
        ("recall_5", |f| f.recall_5),
        ("mrr", |f| f.reciprocal),
    ];
    let mut row =
        json!({ "set": name, "note": note, "queries": pairs.len(), "median_ms": median_ms });
    let mut line = format!("{name:<36}{:>6}  ", pairs.len());
    for (column, figure) in columns {
        let plain = figures::mean(pairs.iter().map(|pair| figure(&pair.0)));
        let ours = figures::mean(pairs.iter().map(|pair| figure(&pair.1)));
        let differences: Vec<f64> = pairs
            .iter()
            .map(|pair| figure(&pair.1) - figure(&pair.0))
            .collect();
        let (low, high) = figures::interval(&differences);
        line.push_str(&format!("{plain:.3} {ours:.3} [{low:+.3} {high:+.3}]  "));
        row[column] = json!({ "bm25": plain, "ours": ours, "difference_95": [low, high] });
    }
    let differences: Vec<f64> = pairs
        .iter()
        .map(|pair| pair.1.reciprocal - pair.0.reciprocal)
        .collect();
    let (better, worse, p) = figures::sign_test(&differences);
    row["sign_test"] = json!({ "better": better, "worse": worse, "p": p });
    println!("{line}{better:>6}{worse:>6} {p:>5.3} {median_ms:>4.1}");
    row
}
