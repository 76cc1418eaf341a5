//! `muster plan`: campaigns and a pool to a checked, explained plan.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use muster_api::export::{self, Format};
use muster_api::labels::Labels;
use muster_datasets::import::labels;
use muster_matcher::candidates::CandidateSource;
use muster_matcher::explain::worths;
use muster_matcher::model::campaign::{CampaignFile, CampaignFileError};
use muster_matcher::model::problem::{self, Problem};
use muster_matcher::plan::{Event, Staffing, Stage, plan};

use super::input::Source;
use super::limits::{Limits, Watch, stop_at_interrupt};
use super::progress::Stages;
use super::{Exit, output, pool, report};

/// What `muster plan` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Pool: a pool file (JSON lines, plain, gzip or zstd) or the folder of an index
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
    /// Where the problem that was solved goes, for `muster solve` and `muster check` (packed if its name ends in .gz
    /// or .zst)
    #[arg(long, value_name = "FILE")]
    problem: Option<PathBuf>,
    /// Print the report as JSON
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    limits: Limits,
}

/// Plans, writes, reports.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let files =
        [&args.output, &args.csv, &args.problem, &args.limits.trace].map(|path| path.as_deref());
    output::check_places(&files)?;
    let report_on_stdout = !files
        .iter()
        .flatten()
        .any(|path| output::is_stdout(Some(path)));
    if args.json && !report_on_stdout {
        bail!("standard output cannot be both the report and a file; name the file");
    }
    args.limits
        .refuse_stdin_twice(&args.campaigns, "the campaigns")?;
    let file = read_campaigns(&args.campaigns)?;
    let mut stages = Stages::new();
    let pool = stages.run("pool", || pool::Pool::open(&args.pool))?;
    let source = stages.run("words", || pool.source(&file))?;
    let (staffing, trace) =
        staff(source.as_ref(), &file, &args.limits, &mut stages).with_context(|| {
            format!(
                "cannot plan {} from {}",
                args.campaigns,
                args.pool.display()
            )
        })?;
    output::say_warnings(staffing.problem.warnings());
    write_files(
        &staffing,
        args.output.as_deref(),
        args.csv.as_deref(),
        args.problem.as_deref(),
    )?;
    args.limits.write_trace(trace)?;
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

/// Runs the planning pipeline with its stages timed, within limits; an interrupt ends solving with the best plan so
/// far. With the plan comes the trace, if one is wanted.
pub(crate) fn staff(
    source: &dyn CandidateSource,
    file: &CampaignFile,
    limits: &Limits,
    stages: &mut Stages,
) -> Result<(Staffing, Option<Vec<u8>>)> {
    let options = limits.options()?;
    let clock = limits.clock();
    let mut watch = None;
    let mut trace = None;
    let staffing = plan(source, file, &options, &clock, &mut |event| match event {
        Event::Begins(Stage::Solve) => {
            stages.begin_unseen("solve");
            stop_at_interrupt();
            clock.start();
            watch = Some(Watch::new(
                file.weights.missing_target.0,
                limits.trace.as_deref(),
            ));
        }
        Event::Begins(stage) => {
            if let Some(watch) = watch.take() {
                trace = watch.end();
            }
            stages.begin(&format!("{stage:?}").to_lowercase());
        }
        Event::Problem(_) => {}
        Event::Progress(progress) => {
            if let Some(watch) = &mut watch {
                watch.note(progress);
            }
        }
    });
    stages.end();
    Ok((staffing?, trace))
}

fn write_files(
    staffing: &Staffing,
    plan: Option<&Path>,
    csv: Option<&Path>,
    problem: Option<&Path>,
) -> Result<()> {
    if let Some(path) = plan {
        write_plan(path, staffing)?;
    }
    if let Some(path) = csv {
        write_stints(path, staffing)?;
    }
    if let Some(path) = problem {
        write_problem(path, &staffing.problem)?;
    }
    Ok(())
}

/// Writes the plan with what explains it in its report.
pub(crate) fn write_plan(path: &Path, staffing: &Staffing) -> Result<()> {
    let mut plan = staffing.plan.clone();
    let report = &mut plan.report;
    output::insert(report, "roles", &staffing.outcomes)?;
    output::insert(report, "whole_pool", &staffing.whole_pool)?;
    output::insert(report, "shortfalls", &staffing.shortfalls)?;
    output::insert(report, "alternates", &staffing.alternates)?;
    output::insert(report, "expiring", &staffing.expiring)?;
    output::insert(report, "worths", &worths(&staffing.problem, &staffing.plan))?;
    output::write_json(Some(path), &plan)
}

/// Writes the plan's stints as CSV, a header alone if there is no plan.
fn write_stints(path: &Path, staffing: &Staffing) -> Result<()> {
    let mut plan = staffing.plan.clone();
    plan.stints.get_or_insert_default();
    let mut csv = Vec::new();
    export::write(&staffing.problem, &plan, &[], Format::Csv, &mut csv)?;
    output::write(Some(path), |out| out.write_all(&csv))
}

fn write_problem(path: &Path, problem: &Problem) -> Result<()> {
    output::write_packed(path, |mut out| problem::write(problem, &mut out))
}

/// Reads a campaign file, skills by id or by ESCO label; the error lists its faults.
pub(crate) fn read_campaigns(source: &Source) -> Result<CampaignFile> {
    campaigns_from(&source.bytes()?, &source.to_string())
}

/// Reads a campaign file from its text; `name` stands for it in errors.
pub(crate) fn campaigns_from(text: &[u8], name: &str) -> Result<CampaignFile> {
    match labels::read_campaigns(text, &Labels) {
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
