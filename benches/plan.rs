//! The stages of a plan: `candidates/case/source`, `one-shot/case/engine`, `check/case/checker`, on
//! generated pools; pools, indexes and problems are made outside of the measurement.

use std::hint::black_box;
use std::num::NonZeroUsize;

use criterion::{Criterion, SamplingMode, criterion_group, criterion_main};
use muster_datasets::generator::{Family, Generator, Settings};
use muster_index::{IndexSource, Pool, TextModel, build};
use muster_matcher::candidates::{CandidateSource, Exhaustive, problem};
use muster_matcher::check::check;
use muster_matcher::model::Count;
use muster_matcher::model::profile::Profile;
use muster_matcher::one_shot::solve;

const ONE: NonZeroUsize = NonZeroUsize::MIN;

fn stages(criterion: &mut Criterion) {
    for (name, experts, family) in [
        ("10k-plenty", 10_000, Family::Plenty),
        ("10k-scarce", 10_000, Family::Scarce),
    ] {
        let generator = Generator::new(Settings {
            experts,
            campaigns: 5,
            seed: 1,
            family,
        });
        let mut profiles: Vec<Profile> = generator.experts().collect();
        // The flow engine takes several roles a person only where all combinations of so many fit.
        for profile in &mut profiles {
            profile.max_roles = Count::new(1).expect("1 is a count");
        }
        let file = generator.one_week_campaigns();
        let k = file.seats() + 1;
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let index = folder.path().join("index");

        let mut group = criterion.benchmark_group(format!("index-build/{name}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function("tantivy", |bench| {
            bench.iter(|| build(&index, profiles.iter().cloned()).expect("the pool is valid"));
        });
        group.finish();
        build(&index, profiles.iter().cloned()).expect("the pool is valid");
        let pool = Pool::open(&index).expect("the index was just built");

        let texts = file.roles().map(|(_, role)| role.text.as_str());
        let text = TextModel::of(&profiles).table(texts, &profiles);
        let exhaustive = Exhaustive {
            profiles: &profiles,
            text,
            threads: ONE,
        };
        let indexed = IndexSource::new(&pool, ONE);
        let mut group = criterion.benchmark_group(format!("candidates/{name}"));
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function("index", |bench| {
            bench.iter(|| black_box(indexed.candidates(&file, k)))
        });
        group.bench_function("exhaustive", |bench| {
            bench.iter(|| black_box(exhaustive.candidates(&file, k)))
        });
        group.finish();

        let candidates = exhaustive
            .candidates(&file, k)
            .expect("the pool is in memory");
        let problem = problem(&file, &candidates).expect("the candidates are those of the file");
        let mut group = criterion.benchmark_group(format!("one-shot/{name}"));
        group.sample_size(10);
        group.bench_function("flow", |bench| bench.iter(|| black_box(solve(&problem))));
        group.finish();

        let plan = solve(&problem).expect("the problem is of the class").plan;
        let mut group = criterion.benchmark_group(format!("check/{name}"));
        group.sample_size(10);
        group.bench_function("checker", |bench| {
            bench.iter(|| black_box(check(&problem, &plan)))
        });
        group.finish();
    }
}

criterion_group!(benches, stages);
criterion_main!(benches);
