//! `muster generate`: pools and campaigns, or staffing problems, of any size, from a seed.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::value_parser;
use muster_datasets::generator::{
    Compression, Family, Generator, ProblemSpec, Settings, staffing_problem,
};
use muster_matcher::model::problem::{self, Problem};

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
    #[arg(
        short,
        long,
        value_name = "FOLDER",
        required_unless_present = "problem"
    )]
    out: Option<PathBuf>,
    /// Pack the pool file with gzip
    #[arg(long)]
    gzip: bool,
    /// Pack the pool file with zstd
    #[arg(long, conflicts_with = "gzip")]
    zstd: bool,
    /// Write a problem file with every kind of rule instead, for measuring solvers (packed if its name ends in .gz or .zst; `-` is
    /// standard output)
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "gzip", "zstd", "family"])]
    problem: Option<PathBuf>,
    /// With --problem: roles of each campaign
    #[arg(long, default_value_t = 3, conflicts_with = "out", allow_negative_numbers = true,
          value_parser = value_parser!(u32).range(1..=100))]
    roles: u32,
    /// With --problem: weeks of the horizon
    #[arg(long, default_value_t = 13, conflicts_with = "out", allow_negative_numbers = true,
          value_parser = value_parser!(u16).range(1..=520))]
    weeks: u16,
    /// With --problem: heads wanted in the busiest week, over all campaigns
    #[arg(long, default_value_t = 1_000, conflicts_with = "out", allow_negative_numbers = true,
          value_parser = value_parser!(u32).range(1..=1_000_000))]
    heads: u32,
    /// With --problem: one campaign has far too little money
    #[arg(long, conflicts_with = "out")]
    starved: bool,
}

/// Writes a problem file, or a pool with campaigns.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    match (&args.problem, &args.out) {
        (Some(file), _) => write_problem(args, file)?,
        (None, Some(folder)) => write_pool(args, folder)?,
        (None, None) => anyhow::bail!("neither --out nor --problem is there"),
    }
    Ok(Exit::Done)
}

/// Writes a staffing problem.
fn write_problem(args: &Args, file: &Path) -> Result<()> {
    output::check_places(&[Some(file)])?;
    let spec = ProblemSpec {
        seed: args.seed,
        experts: args.experts,
        campaigns: args.campaigns,
        roles_a_campaign: args.roles,
        weeks: args.weeks,
        peak_heads: args.heads,
        starved: args.starved,
    };
    let mut stages = Stages::new();
    let problem = stages.run("problem", || Problem::new(staffing_problem(&spec)))?;
    output::say_warnings(problem.warnings());
    stages.run("file", || {
        output::write_packed(file, |mut out| problem::write(&problem, &mut out))
    })?;
    let made: u128 = stages.done().iter().map(|(_, time)| time.as_millis()).sum();
    output::say(&format!(
        "problem: {} with {} people and {} pairs in {made} ms",
        file.display(),
        problem.experts.len(),
        problem.pairs.len()
    ));
    Ok(())
}

/// Writes `pool.jsonl` (or `pool.jsonl.gz`, or `pool.jsonl.zst`) and `campaigns.json`.
fn write_pool(args: &Args, folder: &Path) -> Result<()> {
    let &Args {
        experts,
        campaigns,
        seed,
        family,
        ..
    } = args;
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut stages = Stages::new();
    let generator = Generator::new(Settings {
        experts,
        campaigns,
        seed,
        family,
    });
    let (name, compression) = match (args.gzip, args.zstd) {
        (true, _) => ("pool.jsonl.gz", Compression::Gzip),
        (_, true) => ("pool.jsonl.zst", Compression::Zstd),
        _ => ("pool.jsonl", Compression::None),
    };
    let pool = folder.join(name);
    stages.run("pool", || {
        output::write(Some(&pool), |out| {
            generator.write_pool(out, compression, threads())
        })
    })?;
    let file = folder.join("campaigns.json");
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
    Ok(())
}

/// As many threads as there are processors.
pub(crate) fn threads() -> NonZeroUsize {
    std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}
