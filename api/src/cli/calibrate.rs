//! `muster calibrate`: ratings of tests into the assessments of a pool file.

use std::path::PathBuf;

use anyhow::{Context as _, Result, anyhow, bail};
use muster_api::labels::Labels;
use muster_datasets::import::Kind;
use muster_datasets::import::results::{Definitions, Options, calibrate};

use super::input::Source;
use super::{Exit, output};

/// What `muster calibrate` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Ratings: a .csv, .jsonl or .ndjson file, plain, gzip or zstd; docs/assessments.md has the columns
    ratings: PathBuf,
    /// Pool file whose people were rated
    #[arg(long, value_name = "POOL")]
    pool: PathBuf,
    /// The tests that ratings name: scales, validity, cool-down, attempts
    #[arg(long, value_name = "FILE")]
    tests: Option<PathBuf>,
    /// Only say what would be done
    #[arg(long)]
    dry_run: bool,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Calibrates and reports; the answer is no if ratings were refused.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let name = Source::from(&args.ratings).to_string();
    let Some(kind) = Kind::of_name(&args.ratings) else {
        bail!("{name}: expected a name that ends in .csv, .jsonl or .ndjson (with or without .gz)");
    };
    let tests = match &args.tests {
        None => Definitions::default(),
        Some(path) => {
            let name = path.display();
            let text = std::fs::read(path).with_context(|| format!("cannot read {name}"))?;
            Definitions::read(&text, &Labels).map_err(|error| anyhow!("{name}: {error}"))?
        }
    };
    let file = std::fs::File::open(&args.ratings).with_context(|| format!("cannot open {name}"))?;
    let options = Options {
        file: name.clone(),
        kind,
        tests: &tests,
        labels: &Labels,
        dry_run: args.dry_run,
    };
    let report =
        calibrate(file, &args.pool, &options).map_err(|error| anyhow!("{name}: {error}"))?;
    if args.json {
        output::write_json(None, &report)?;
    } else {
        output::write(None, |out| write!(out, "{report}"))?;
    }
    Ok(if report.rejected == 0 {
        Exit::Done
    } else {
        Exit::No
    })
}
