//! `muster solve`: a problem file to a plan with proof.

use std::path::PathBuf;

use anyhow::Result;
use muster_matcher::check::check;
use muster_matcher::model::plan::Status;
use muster_matcher::solve;
use muster_matcher::stop::Stop as _;

use super::input::{self, Source};
use super::limits::{Limits, Watch, stop_at_interrupt};
use super::{Exit, output};

/// What `muster solve` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Problem file (JSON, plain or gzip; `-` is standard input)
    problem: Source,
    /// Where the plan goes; standard output by default
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    #[command(flatten)]
    limits: Limits,
}

/// Solves, checks, writes.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.output.as_deref(), args.limits.trace.as_deref()])?;
    let options = args.limits.options()?;
    let problem = input::problem(&args.problem)?;
    output::say_warnings(problem.warnings());
    stop_at_interrupt();
    let clock = args.limits.clock();
    let mut watch = Watch::of(&problem, args.limits.trace.as_deref());
    let plan = solve::solve_within(&problem, &options, &clock, &mut |progress| {
        watch.note(progress)
    });
    let trace = watch.end();
    let solve_seconds = clock.elapsed().as_secs_f64();
    let report = check(&problem, &plan);
    if !report.holds() {
        anyhow::bail!("the plan found does not pass the checker; this is a defect of muster");
    }
    output::write_json(args.output.as_deref(), &plan)?;
    if let Some((path, trace)) = args.limits.trace.as_deref().zip(trace) {
        output::write(Some(path), |out| out.write_all(&trace))?;
    }
    let what = match (plan.status, plan.objective) {
        (Status::Infeasible, _) => "infeasible: the pins clash, see `conflict`".to_owned(),
        (status, Some(objective)) => {
            format!("{status:?}, objective {objective} cents").to_lowercase()
        }
        (status, None) => format!("{status:?}").to_lowercase(),
    };
    output::say(&format!("{what}, solved in {solve_seconds:.3} s"));
    Ok(Exit::Done)
}
