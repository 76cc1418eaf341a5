//! `muster demo`: the whole product on the embedded survey pool, then on a generated one.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use muster_datasets::generator::{Family, Generator, Settings};
use muster_datasets::{campaigns, so2016};
use muster_index::{IndexBuilder, IndexSource};
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;

use super::generate::threads;
use super::limits::{self, Limits};
use super::progress::Stages;
use super::report::{self, grouped};
use super::{Exit, output, plan};

/// What `muster demo` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// People in the generated pool
    #[arg(long, default_value_t = 100_000, allow_negative_numbers = true)]
    experts: u32,
    /// Where the plan over the real pool goes as JSON
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Good enough: stop once a plan is proved to lack at most this share of its score value, in percent with up to
    /// four decimals
    #[arg(long, value_name = "PERCENT", default_value = "0.1", value_parser = limits::gap, allow_negative_numbers = true)]
    gap: u32,
    /// Stop solving each pool after so many seconds with the best plan so far
    #[arg(long, value_name = "SECONDS", default_value = "20", value_parser = limits::seconds, allow_negative_numbers = true)]
    time_limit: Duration,
    /// Threads; they never change the plans. As many as there are processors by default
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=256), allow_negative_numbers = true)]
    threads: Option<u64>,
}

/// Staffs both pools.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.output.as_deref()])?;
    let limits = Limits::new(args.gap, Some(args.time_limit), args.threads);
    let folder = tempfile::tempdir().context("cannot make a temporary folder")?;

    let mut stages = Stages::new();
    let profiles = stages.run("pool", so2016::profiles);
    let file = plan::campaigns_from(campaigns::SO2016.as_bytes(), "the embedded campaigns")?;
    let title = format!(
        "Five campaigns of 13 weeks over {} people of the 2016 Stack Overflow developer survey",
        grouped(profiles.len() as i128)
    );
    staff(
        &title,
        profiles,
        &file,
        &limits,
        &folder.path().join("survey"),
        stages,
        args.output.as_deref(),
    )?;

    let mut stages = Stages::new();
    let settings = Settings {
        experts: args.experts,
        campaigns: 5,
        seed: 1,
        family: Family::Plenty,
    };
    let generator = Generator::new(settings);
    let profiles = stages.run("generate", || generator.experts().collect::<Vec<_>>());
    let file = generator.campaigns();
    let title = format!(
        "Five campaigns of 13 weeks over {} generated people",
        grouped(args.experts.into())
    );
    staff(
        &title,
        profiles,
        &file,
        &limits,
        &folder.path().join("generated"),
        stages,
        None,
    )?;
    Ok(Exit::Done)
}

/// Indexes a pool, plans from the index, reports.
fn staff(
    title: &str,
    profiles: Vec<Profile>,
    file: &CampaignFile,
    limits: &Limits,
    folder: &std::path::Path,
    mut stages: Stages,
    plan_path: Option<&std::path::Path>,
) -> Result<()> {
    stages.run("index", || {
        let mut builder = IndexBuilder::new(folder)?;
        for profile in &profiles {
            builder.add(profile)?;
        }
        builder.finish()
    })?;
    drop(profiles);
    let index = stages.run("open", || muster_index::Pool::open(folder))?;
    let source = IndexSource::new(&index, threads());
    let (staffing, _) = plan::staff(&source, file, limits, &mut stages)?;
    if let Some(path) = plan_path {
        plan::write_plan(path, &staffing)?;
    }
    let report = report::Report::new(&staffing, file, &stages);
    output::write(None, |out| writeln!(out, "{title}\n\n{}", report.text()))
}
