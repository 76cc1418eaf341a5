//! The command line: one file a command, and what they share.
//!
//! Results go to standard output or the file asked for; everything said about the work goes to
//! standard error. Exit codes are one table, [`Exit`].

mod about;
mod bench;
mod calibrate;
mod check;
mod demo;
mod export;
mod flow;
mod generate;
mod import;
mod index;
mod input;
mod limits;
mod output;
mod plan;
mod plan_file;
mod pool;
mod progress;
mod report;
mod search;
mod serve;
mod skills;
mod solve;
mod store;
mod suggest;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// How a command ends. The numbers are documented in `docs/errors.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done.
    Done = 0,
    /// Done, and the answer is no: a plan that breaks rules, a flow that cannot be.
    No = 1,
    /// Bad usage or bad input; nothing was written.
    BadInput = 2,
    /// A flow whose supplies do not add up to its demands.
    Unbalanced = 3,
    /// A number that is too large to compute with.
    OutOfRange = 4,
}

#[derive(Parser)]
#[command(name = "muster", version, about, max_term_width = 100)]
struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look into the audit log of a data folder or database
    Audit(store::Audit),
    /// Copy the database of a data folder into a file, while it is being served or not
    Backup(store::Backup),
    /// Measure this program on this machine: pools of growing size, from people to a checked plan
    Bench(bench::Args),
    /// Calibrate ratings of tests into the assessments of a pool file
    Calibrate(calibrate::Args),
    /// Staff campaigns from a pool: candidates, problem, plan, check, report
    Plan(plan::Args),
    /// Check a plan against its problem: every rule, the objective, the bound, and what it claims
    Check(check::Args),
    /// Staff five campaigns from a real pool, then five from a generated one
    Demo(demo::Args),
    /// Write a plan for other programs and for people: JSON, CSV, a workbook, a calendar, a chart
    Export(export::Args),
    /// Solve a minimum-cost flow in DIMACS format
    Flow(flow::Args),
    /// Generate a pool and campaigns from a seed
    Generate(generate::Args),
    /// Import profiles (CSV or JSON lines) into a pool file
    Import(import::Args),
    /// Build an index of a pool file
    Index(index::Args),
    /// Make a data folder from a backup
    Restore(store::Restore),
    /// Search an index
    Search(Box<search::Args>),
    /// Find the ESCO skills a text speaks of
    Skills(skills::Args),
    /// Serve the pool, campaigns and plans over HTTP
    Serve(Box<serve::Args>),
    /// Solve a problem file to a plan with proof
    Solve(solve::Args),
    /// Complete what somebody began to type: skills and titles
    Suggest(suggest::Args),
}

/// Runs the command that was asked for.
pub(crate) fn run() -> ExitCode {
    let args = Args::parse();
    let result = match args.command {
        Command::Audit(args) => store::audit(&args),
        Command::Backup(args) => store::backup(&args),
        Command::Restore(args) => store::restore(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Flow(args) => flow::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Import(args) => import::run(&args),
        Command::Index(args) => index::run(&args),
        Command::Search(args) => search::run(&args),
        Command::Serve(args) => serve::run(&args),
        Command::Skills(args) => skills::run(&args),
        Command::Solve(args) => solve::run(&args),
        Command::Suggest(args) => suggest::run(&args),
    };
    let exit = result.unwrap_or_else(|error| {
        output::say(&format!("muster: {}", message(&error)));
        Exit::BadInput
    });
    ExitCode::from(exit as u8)
}

/// An error with its causes, but for those that a message before them has said already.
fn message(error: &anyhow::Error) -> String {
    let mut message = String::new();
    for cause in error.chain().map(ToString::to_string) {
        if message.is_empty() {
            message = cause;
        } else if !message.contains(&cause) {
            message.push_str(": ");
            message.push_str(&cause);
        }
    }
    message.trim_end().to_owned()
}
