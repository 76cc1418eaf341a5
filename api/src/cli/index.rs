//! `muster index`: a pool file to an index for search and planning.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use indicatif::ProgressBar;
use muster_datasets::import::pool;
use muster_index::IndexBuilder;

use super::report::grouped;
use super::{Exit, output, progress};

/// What `muster index` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pool file (.jsonl, plain, gzip or zstd)
    #[arg(value_name = "POOL")]
    pool: PathBuf,
    /// Folder of the index; replaced if it holds one
    #[arg(short, long, value_name = "FOLDER")]
    out: PathBuf,
}

/// Builds the index; nothing is at its place before it is whole.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let start = Instant::now();
    let file = std::fs::File::open(&args.pool)
        .with_context(|| format!("cannot open {}", args.pool.display()))?;
    if args.pool.is_dir() {
        bail!(
            "cannot read {}: it is a folder, expected a pool file",
            args.pool.display()
        );
    }
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let bar = ProgressBar::new(length).with_style(progress::bar_style());
    let bar = if progress::is_watched() {
        bar
    } else {
        ProgressBar::hidden()
    };
    let mut builder = IndexBuilder::new(&args.out)?;
    pool::for_each(bar.wrap_read(file), |profile| {
        builder.add(&profile).map_err(std::io::Error::other)
    })
    .with_context(|| format!("pool {}", args.pool.display()))?;
    bar.set_message("writing");
    let manifest = builder.finish()?;
    bar.finish_and_clear();
    let seconds = start.elapsed().as_secs_f64();
    let experts = grouped(i128::from(manifest.experts));
    output::say(&format!(
        "indexed {experts} people in {}, {seconds:.1} s",
        args.out.display()
    ));
    Ok(Exit::Done)
}
