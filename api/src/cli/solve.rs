//! `muster solve`: a problem file to a plan with proof.

use std::path::PathBuf;

use anyhow::{Result, bail};
use muster_matcher::check::{Gap, check};
use muster_matcher::explain::{alternates, shortfalls, worths};
use muster_matcher::model::plan::{Plan, Proof, Status};
use muster_matcher::solve;
use muster_matcher::stop::Stop as _;

use super::input::{self, Source};
use super::limits::{Limits, Watch, stop_at_interrupt};
use super::{Exit, output, report};

/// What `muster solve` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Problem file (JSON, plain, gzip or zstd; `-` is standard input)
    problem: Source,
    /// Where the plan goes; standard output by default
    #[arg(short, long, value_name = "PLAN")]
    output: Option<PathBuf>,
    /// Put into the plan's report what is short and why, who could step in, and what more of each rule would be worth
    #[arg(long)]
    explain: bool,
    /// Print the plan for people: on standard error where standard output has the plan or the trace
    #[arg(long)]
    summary: bool,
    #[command(flatten)]
    limits: Limits,
}

/// Solves, checks, writes.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let trace_place = args.limits.trace.as_deref();
    let trace_on_stdout = trace_place.is_some_and(|path| output::is_stdout(Some(path)));
    let plan_on_stdout = output::is_stdout(args.output.as_deref());
    output::check_places(&[args.output.as_deref(), trace_place])?;
    if trace_on_stdout && plan_on_stdout {
        bail!("standard output cannot be both the plan and the trace; name a file");
    }
    args.limits
        .refuse_stdin_twice(&args.problem, "the problem")?;
    let options = args.limits.options()?;
    let problem = input::problem(&args.problem)?;
    output::say_warnings(problem.warnings());
    stop_at_interrupt();
    let clock = args.limits.clock();
    clock.start();
    let mut watch = Watch::of(&problem, trace_place);
    let mut plan = solve::solve_within(&problem, &options, &clock, &mut |progress| {
        watch.note(progress);
    });
    let trace = watch.end();
    let solve_seconds = clock.elapsed().as_secs_f64();
    let checked = check(&problem, &plan);
    if !checked.holds() {
        bail!("the plan found does not pass the checker; this is a defect of muster");
    }
    if args.explain && plan.stints.is_some() {
        let (shortfalls, alternates) = (shortfalls(&problem, &plan), alternates(&problem, &plan));
        let worths = worths(&problem, &plan);
        output::insert(&mut plan.report, "shortfalls", &shortfalls)?;
        output::insert(&mut plan.report, "alternates", &alternates)?;
        output::insert(&mut plan.report, "worths", &worths)?;
    }
    output::write_json(args.output.as_deref(), &plan)?;
    args.limits.write_trace(trace)?;
    if args.summary {
        let summary = report::plan_summary(&problem, &plan);
        if plan_on_stdout || trace_on_stdout {
            output::say(summary.trim_end());
        } else {
            output::write(None, |out| write!(out, "{summary}"))?;
        }
    }
    match plan.stints {
        Some(_) => output::say(&found(&plan, checked.gap)),
        None => output::say(report::no_plan(&problem, &plan).trim_end()),
    }
    let ended = report::ended(&plan).map_or(String::new(), |how| format!(", {how}"));
    output::say(&format!("solved in {solve_seconds:.3} s{ended}"));
    Ok(Exit::Done)
}

/// What is known of the plan that was found, in a line.
fn found(plan: &Plan, gap: Option<Gap>) -> String {
    let status = match plan.status {
        Status::Optimal => "optimal",
        _ => "feasible",
    };
    let cents = |cents: Option<i128>| cents.map_or("none".to_owned(), |it| it.to_string());
    let proof = match plan.proof {
        Some(Proof::Prices) => "prices",
        Some(Proof::Branching) => "branching",
        Some(Proof::Mip) => "mip",
        None => "none",
    };
    let gap = gap.map_or("unknown".to_owned(), |gap| {
        format!("{} cents ({})", gap.cents, report::gap_in_words(&gap))
    });
    format!(
        "{status}: objective {} cents, bound {} cents, gap {gap}, proof {proof}",
        cents(plan.objective),
        cents(plan.bound),
    )
}
