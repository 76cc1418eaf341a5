//! How good the skill linker is, against BM25 over concatenated texts, on labels made by others.

mod figures;
mod plain;
mod sets;
mod tune;

use std::time::Instant;

use muster_datasets::skills::{self, Linker, Part, Sources};
use sets::{Set, Target};

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let part = if args.iter().any(|a| a == "--tuning") { Part::Tuning } else { Part::Measured };
    let most = if args.iter().any(|a| a == "--smoke" || a == "--test") { 100 } else { 1500 };
    let start = Instant::now();
    let sources = Sources {
        alternative: &|skill, label| !skills::is_held_out(label) && !skills::is_held_out_skill(skill),
        title: &|title| !skills::is_held_out(title),
        task: &|task| !skills::is_held_out(task),
    };
    let linker = Linker::of(&sources);
    println!("linker built in {:?}", start.elapsed());
    let plain = plain::Plain::of(&sources);
    if args.iter().any(|a| a == "--choose") {
        tune::run(&linker);
        return;
    }
    println!("{:<34} {:>6}  {:>23}  {:>23}  {:>23}", "set", "n", "recall@1", "recall@5", "MRR");
    let mut spent = (0.0, 0);
    for mut set in sets::all(part) {
        set.queries.sort_by_key(|q| skills::hash(&q.text));
        set.queries.truncate(most);
        measure(&set, &linker, &plain, &mut spent);
    }
    println!("{:.2} ms a query", 1e3 * spent.0 / spent.1 as f64);
    for text in ["heart doctor", "ECG interpretation", "cardiologist", "k8s", "pyhton programing", "You will diagnose heart conditions and read electrocardiograms.",
        "Experience with Docker, Kubernetes and AWS is a plus", "fluent in german and english"] {
        println!("{text}");
        let now = Instant::now();
        let links = linker.link(text, 6); for (o, s, _) in linker.onet_occupations(text).into_iter().take(3) { println!("      {} {s:.2}", muster_datasets::onet::occupations()[o].title); }
        let took = now.elapsed();
        for link in links {
            println!("   {:>4} {} ({:?}) {:.2?}", link.points, muster_datasets::esco::taxonomy().skills[link.skill].label, link.label, link.parts);
        }
        println!("   {took:?}");
    }
}

fn measure(set: &Set, linker: &Linker, plain: &plain::Plain, spent: &mut (f64, usize)) {
    let rows: Vec<_> = set
        .queries
        .iter()
        .map(|query| {
            let now = Instant::now();
            let ours: Vec<usize> = match set.target {
                Target::Skills => linker.link(&query.text, 100).iter().map(|l| l.skill).collect(),
                Target::Onet => linker.onet_occupations(&query.text).iter().map(|o| o.0).take(100).collect(),
            };
            spent.0 += now.elapsed().as_secs_f64();
            spent.1 += 1;
            let theirs = plain.ranking(set.target, &query.text, 100);
            (figures::of(query, &theirs), figures::of(query, &ours))
        })
        .collect();
    print!("{:<34} {:>6}", set.name, rows.len());
    let parts: [fn(&figures::Figures) -> f64; 3] = [|f| f.recall_1, |f| f.recall_5, |f| f.reciprocal];
    for part in parts {
        let before = figures::mean(rows.iter().map(|r| part(&r.0)));
        let after = figures::mean(rows.iter().map(|r| part(&r.1)));
        let differences: Vec<f64> = rows.iter().map(|r| part(&r.1) - part(&r.0)).collect();
        let (low, high) = figures::interval(&differences);
        print!("  {before:.3} {after:.3} [{low:+.2} {high:+.2}]");
    }
    let differences: Vec<f64> = rows.iter().map(|r| r.1.reciprocal - r.0.reciprocal).collect();
    println!("  {:?}", figures::sign_test(&differences));
}
