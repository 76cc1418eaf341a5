//! `muster generate`: pools and campaigns of any size, from a seed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::{Context, Result};
use muster_datasets::generator::{Compression, Family, Generator, Settings};

use super::progress::Stages;
use super::{Exit, output};

/// What `muster generate` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How many people
    #[arg(long, default_value_t = 10_000, allow_negative_numbers = true)]
    experts: u32,
    /// How many campaigns
    #[arg(long, default_value_t = 5, allow_negative_numbers = true)]
    campaigns: u32,
    /// Another seed, other people and campaigns
    #[arg(long, default_value_t = 1, allow_negative_numbers = true)]
    seed: u64,
    /// What makes the problem hard: plenty, scarce, tight-rates, conflicts or niche
    #[arg(long, default_value = "plenty")]
    family: Family,
    /// Folder for the two files, made if it is missing
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
    /// Pack the pool file with gzip
    #[arg(long)]
    gzip: bool,
}

/// Writes `pool.jsonl` (or `pool.jsonl.gz`) and `campaigns.json`.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let &Args {
        experts,
        campaigns,
        seed,
        family,
        ..
    } = args;
    std::fs::create_dir_all(&args.out)
        .with_context(|| format!("cannot make {}", args.out.display()))?;
    let mut stages = Stages::new();
    let generator = Generator::new(Settings {
        experts,
        campaigns,
        seed,
        family,
    });
    let (name, compression) = match args.gzip {
        true => ("pool.jsonl.gz", Compression::Gzip),
        false => ("pool.jsonl", Compression::None),
    };
    let pool = args.out.join(name);
    stages.run("pool", || {
        output::write(Some(&pool), |out| {
            generator.write_pool(out, compression, threads())
        })
    })?;
    let file = args.out.join("campaigns.json");
    stages.run("campaigns", || {
        let text = generator.campaign_text();
        output::write(Some(&file), |out| out.write_all(text.as_bytes()))
    })?;
    for ((what, time), path) in stages.done().iter().zip([&pool, &file]) {
        output::say(&format!(
            "{what}: {} in {} ms",
            path.display(),
            time.as_millis()
        ));
    }
    Ok(Exit::Done)
}

/// As many threads as there are processors.
pub(crate) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
