//! `muster plan`: campaigns and a pool to a checked, explained plan.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use muster_datasets::import::labels;
use muster_matcher::candidates::CandidateSource;
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use muster_matcher::model::problem::{self, Problem};
use muster_matcher::plan::{Event, PlanError, Staffing, plan};
use muster_matcher::solve::Options;
use muster_matcher::stop::Unlimited;

use super::input::Source;
use super::progress::Stages;
use super::{Exit, output, pool, report};

/// What `muster plan` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pool: a pool file (JSON lines, plain or gzip) or the folder of an index
    #[arg(long, value_name = "POOL")]
    pool: PathBuf,
    /// Campaign file (JSON; `-` is standard input)
    #[arg(long, value_name = "FILE")]
    campaigns: Source,
    /// Where the plan goes as JSON
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Where the plan's stints go as CSV
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Where the problem that was solved goes, for `muster solve` and `muster check`
    #[arg(long, value_name = "FILE")]
    problem: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
}

/// Plans, writes, reports.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let files = [&args.output, &args.csv, &args.problem].map(|path| path.as_deref());
    output::check_places(&files)?;
    let report_on_stdout = !files
        .iter()
        .flatten()
        .any(|path| output::is_stdout(Some(path)));
    if args.json && !report_on_stdout {
        bail!("standard output cannot be both the report and a file; name the file");
    }
    let file = read_campaigns(&args.campaigns)?;
    let mut stages = Stages::new();
    let pool = stages.run("pool", || pool::Pool::open(&args.pool))?;
    let source = stages.run("words", || pool.source(&file))?;
    let staffing = staff(source.as_ref(), &file, &mut stages).with_context(|| {
        format!(
            "cannot plan {} from {}",
            args.campaigns,
            args.pool.display()
        )
    })?;
    write_files(
        &staffing,
        &file,
        args.output.as_deref(),
        args.csv.as_deref(),
        args.problem.as_deref(),
    )?;
    let report = report::Report::new(&staffing, &file, &stages);
    if args.json {
        output::write_json(None, &report)?;
    } else if !report_on_stdout {
        output::say(report.text().trim_end());
    } else {
        output::write(None, |out| write!(out, "{}", report.text()))?;
    }
    Ok(Exit::Done)
}

/// Runs the planning pipeline with its stages timed.
pub(crate) fn staff(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    stages: &mut Stages,
) -> Result<Staffing, PlanError> {
    let staffing = plan(
        source,
        file,
        &Options::default(),
        &Unlimited,
        &mut |event| {
            if let Event::Begins(stage) = event {
                stages.begin(&format!("{stage:?}").to_lowercase());
            }
        },
    );
    stages.end();
    staffing
}

fn write_files(
    staffing: &Staffing,
    file: &CampaignFile,
    plan: Option<&Path>,
    csv: Option<&Path>,
    problem: Option<&Path>,
) -> Result<()> {
    if let Some(path) = plan {
        let mut plan = staffing.plan.clone();
        plan.report.insert(
            "roles".to_owned(),
            serde_json::to_value(&staffing.outcomes)?,
        );
        plan.report.insert(
            "whole_pool".to_owned(),
            serde_json::to_value(&staffing.whole_pool)?,
        );
        output::write_json(Some(path), &plan)?;
    }
    if let Some(path) = csv {
        output::write(Some(path), |out| report::write_csv(staffing, file, out))?;
    }
    if let Some(path) = problem {
        write_problem(path, &staffing.problem)?;
    }
    Ok(())
}

fn write_problem(path: &Path, problem: &Problem) -> Result<()> {
    output::write(Some(path), |mut out| problem::write(problem, &mut out))
}

/// Reads a campaign file, skills by id or by ESCO label; the error lists its faults.
pub(crate) fn read_campaigns(source: &Source) -> Result<CampaignFile> {
    campaigns_from(&source.bytes()?, &source.to_string())
}

/// Reads a campaign file from its text; `name` stands for it in errors.
pub(crate) fn campaigns_from(text: &[u8], name: &str) -> Result<CampaignFile> {
    match labels::read_campaigns(text, &pool::Labels) {
        Ok(file) => Ok(file),
        Err(CampaignFileError::Json(error)) => anyhow::bail!("{name}: {error}"),
        Err(CampaignFileError::Faults(faults)) => {
            let noun = if faults.total() == 1 {
                "fault"
            } else {
                "faults"
            };
            anyhow::bail!(
                "{name} is no valid campaign file, {} {noun}:\n{faults}",
                faults.total()
            )
        }
    }
}
