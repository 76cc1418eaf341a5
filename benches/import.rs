//! Reading what users bring: `import/case/what` for profiles, `read/case/what` for problem files; the texts are
//! made outside of the measurement.

use std::hint::black_box;

use criterion::{BatchSize, Criterion, SamplingMode, criterion_group, criterion_main};
use muster_datasets::generator::{Family, Generator, Settings};
use muster_datasets::import::{Kind, Options, import, pool};
use muster_matcher::model::problem::read;

fn profiles(criterion: &mut Criterion) {
    let settings = Settings {
        experts: 10_000,
        campaigns: 0,
        seed: 1,
        family: Family::Plenty,
    };
    let mut text = Vec::new();
    let people: Vec<_> = Generator::new(settings).experts().collect();
    pool::write(&mut text, &people).expect("memory can be written to");
    let mut group = criterion.benchmark_group("import/10k-generated");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("jsonl-into-a-new-pool", |bench| {
        let folder = || tempfile::tempdir().expect("a temporary folder can be made");
        bench.iter_batched(
            folder,
            |folder| {
                let place = folder.path().join("pool.jsonl");
                import(text.as_slice(), Kind::Jsonl, &place, Options::default())
            },
            BatchSize::PerIteration,
        );
    });
    group.bench_function("read-the-pool", |bench| {
        bench.iter(|| black_box(pool::read(text.as_slice())))
    });
    group.finish();
}

fn problems(criterion: &mut Criterion) {
    let experts: Vec<String> = (0..10_000)
        .map(|idx| format!("{{\"id\": \"e{idx}\", \"hours\": 20}}"))
        .collect();
    let pairs: Vec<String> = (0..100_000)
        .map(|idx| {
            let (expert, role, score) = (idx / 10, idx % 10, idx * 7 % 1000);
            format!(
                "{{\"expert\": \"e{expert}\", \"role\": \"r{role}\", \"score\": {score}, \"rate_cents\": 5000}}"
            )
        })
        .collect();
    let roles: Vec<String> = (0..10)
        .map(|idx| {
            format!("{{\"id\": \"r{idx}\", \"campaign\": \"c\", \"hours\": 10, \"target\": 20}}")
        })
        .collect();
    let text = format!(
        "{{\"horizon\": {{\"start\": \"2027-03-01\", \"weeks\": 1}}, \"campaigns\": [{{\"id\": \"c\"}}], \
         \"roles\": [{}], \"experts\": [{}], \"pairs\": [{}]}}",
        roles.join(","),
        experts.join(","),
        pairs.join(",")
    );
    assert!(read(text.as_bytes()).is_ok());
    let mut group = criterion.benchmark_group("read/10k-experts-100k-pairs");
    group.sample_size(10);
    group.bench_function("problem-json", |bench| {
        bench.iter(|| black_box(read(text.as_bytes())))
    });
    group.finish();
}

criterion_group!(benches, profiles, problems);
criterion_main!(benches);
