//! `muster solve`: a problem file to a plan with proof.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Result;
use muster_matcher::check::check;
use muster_matcher::model::plan::Status;
use muster_matcher::solve;

use super::input::{self, Source};
use super::{Exit, output};

/// What `muster solve` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Problem file (JSON, plain or gzip; `-` is standard input)
    problem: Source,
    /// Where the plan goes; standard output by default
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
}

/// Solves, checks, writes.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.output.as_deref()])?;
    let problem = input::problem(&args.problem)?;
    output::say_warnings(problem.warnings());
    let start = Instant::now();
    let plan = solve::solve(&problem);
    let solve_seconds = start.elapsed().as_secs_f64();
    let report = check(&problem, &plan);
    if !report.holds() {
        anyhow::bail!("the plan found does not pass the checker; this is a defect of muster");
    }
    output::write_json(args.output.as_deref(), &plan)?;
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
