//! The stages of an index: `index-open/size/engine`, `index-update/size-1000/engine`, `search/size-query/engine`,
//! `meter/size/engine`, `pairs/size/engine`, on generated pools. `MUSTER_EXPERTS` is their size, 100,000 by default,
//! `MUSTER_CAMPAIGNS` the number of campaigns, of three roles or so each, 5 by default;
//! `MUSTER_INDEX` names a folder that keeps the index from one run to the next.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use criterion::{BatchSize, Criterion, SamplingMode, criterion_group, criterion_main};
use muster_datasets::generator::{Family, Generator, Settings};
use muster_index::{Booked, Change, FacetKind, IndexSource, Pool, Search, Setting, Updater, build};
use muster_matcher::availability::Calendar;
use muster_matcher::candidates::{Ask, CandidateSource, problem};
use muster_matcher::eligibility::Terms;
use muster_matcher::model::plan::Prices;
use muster_matcher::model::profile::Profile;
use muster_matcher::model::{Hours, Weekly};
use muster_matcher::query::{self, Parsed};

const ONE: NonZeroUsize = NonZeroUsize::MIN;

/// Of nobody anything is booked.
struct Nothing;

impl Booked for Nothing {
    fn has(&self, _: &str) -> bool {
        false
    }

    fn leaves(&self, _: &Profile, _: &Weekly<Hours>, _: Hours, _: &Calendar) -> bool {
        true
    }
}

fn stages(criterion: &mut Criterion) {
    let experts = std::env::var("MUSTER_EXPERTS").ok();
    let experts: u32 = experts
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let campaigns = std::env::var("MUSTER_CAMPAIGNS").ok();
    let campaigns: u32 = campaigns.and_then(|text| text.parse().ok()).unwrap_or(5);
    let generator = |seed| {
        Generator::new(Settings {
            experts,
            campaigns,
            seed,
            family: Family::Plenty,
        })
    };
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let kept = std::env::var_os("MUSTER_INDEX").map(PathBuf::from);
    let place = kept.unwrap_or_else(|| folder.path().join("index"));
    if Pool::open(&place).is_err() {
        build(&place, generator(1).experts()).expect("the pool is valid");
    }
    let file = generator(1).campaigns();
    let size = experts.to_string();

    let mut group = criterion.benchmark_group(format!("index-open/{size}"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("index", |bench| {
        bench.iter(|| black_box(Pool::open(&place)));
    });
    group.finish();

    let pool = Pool::open(&place).expect("the index was opened before");
    let source = IndexSource::new(&pool, ONE);
    let afresh = || IndexSource::new(&pool, ONE);
    let candidates = source.candidates(&file, 600).expect("the index is whole");
    let problem = problem(&file, &candidates).expect("the candidates are those of the file");
    let mut group =
        criterion.benchmark_group(format!("pairs/{size}-{}-roles", problem.roles.len()));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("candidates", |bench| {
        bench.iter(|| black_box(afresh().candidates(&file, 600)));
    });
    group.bench_function("excluded-alone", |bench| {
        bench.iter(|| black_box(afresh().candidates(&file, 0)));
    });
    let nobody_pays = Prices {
        heads: file
            .roles()
            .map(|(_, role)| {
                (
                    role.id.to_string(),
                    vec![-1_000_000_000_000; usize::from(file.weeks)],
                )
            })
            .collect(),
        ..Prices::default()
    };
    let asks = Ask::of(&problem, &nobody_pays);
    group.bench_function("priced", |bench| {
        bench.iter(|| black_box(source.priced(&file, &asks)));
    });
    group.bench_function("meter", |bench| {
        bench.iter(|| black_box(pool.meter(&file, &Nothing, ONE)));
    });
    let calendar = Arc::new(Calendar::of(&file));
    let terms = Terms::of_file(&file, &calendar);
    group.bench_function("role-eligible", |bench| {
        bench.iter(|| black_box(pool.eligible(&terms[0], usize::MAX, ONE)));
    });
    group.bench_function("role-eligible-top-1000", |bench| {
        bench.iter(|| black_box(pool.eligible(&terms[0], 1_000, ONE)));
    });
    group.bench_function("role-top-20", |bench| {
        bench.iter(|| black_box(pool.for_role(&terms[0], 20)));
    });
    group.finish();

    let mut group = criterion.benchmark_group(format!("search/{size}"));
    group.sample_size(20);
    for (name, text) in [
        ("words", "senior data engineer"),
        ("phrase", "\"data engineer\""),
        ("typo", "senoir data enginer"),
        (
            "conditions",
            "engineer country:DE,US rate<=60 NOT tag:newcomer",
        ),
    ] {
        let no_skills = |_: &str| Err("no skill".to_owned());
        let Ok(Parsed { query, .. }) = query::parse(text, &no_skills) else {
            continue;
        };
        let search = Search::new(query, Setting::of(&file), 20);
        group.bench_function(name, |bench| bench.iter(|| black_box(pool.search(&search))));
        if name == "conditions" {
            group.bench_function("near", |bench| {
                bench.iter(|| black_box(pool.near(&search, 5)))
            });
            let kinds = ["skill", "country", "language", "rate"].map(FacetKind::of);
            let kinds: Vec<FacetKind> = kinds.into_iter().flatten().collect();
            group.bench_function("four-facets", |bench| {
                bench.iter(|| black_box(pool.facets(&search, &kinds, 10)));
            });
        }
    }
    group.bench_function("near-role", |bench| {
        bench.iter(|| black_box(pool.near_role(&terms[0], 5, &BTreeSet::new())));
    });
    group.finish();
    drop(source);
    drop(pool);

    // Other people with the same ids; each round puts a thousand of them, scattered over the pool.
    let others = generator(2);
    let step = (experts / 1_000).max(1) as usize;
    let mut updater = Updater::open(&place).expect("nobody else has the index");
    let mut round = 0;
    let mut group = criterion.benchmark_group(format!("index-update/{size}-1000"));
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.bench_function("index", |bench| {
        bench.iter_batched(
            || {
                round += 1;
                let changed = others.experts().skip(round % step).step_by(step);
                changed
                    .map(|profile| Change::Put(Box::new(profile)))
                    .collect::<Vec<_>>()
            },
            |changes| black_box(updater.apply(changes, 0).expect("the changes are valid")),
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

criterion_group!(benches, stages);
criterion_main!(benches);
