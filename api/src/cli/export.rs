//! `muster export`: a plan in the form that others want.

use std::io::Read as _;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use muster_api::export::{self, Format, csv, restate};
use muster_matcher::check::check;
use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::Problem;
use serde_json::{Map, Value};

use super::input::{self, Source};
use super::{Exit, output, plan_file};

/// What `muster export` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The problem that was planned (JSON, plain, gzip or zstd; `-` is standard input)
    #[arg(long)]
    problem: Source,
    /// The plan: a plan file, or stints as CSV in a file whose name ends in .csv or .csv.gz
    #[arg(long)]
    plan: Source,
    /// json: the plan file. csv: the stints, one a row. xlsx: a workbook for planners. ical: a calendar,
    /// one event a stint. svg: a chart of heads by role and week
    #[arg(long, value_parser = format_parser())]
    format: Format,
    /// Only what the plan says of this campaign; may be repeated
    #[arg(long, value_name = "ID")]
    campaign: Vec<String>,
    /// Where it goes; standard output by default
    #[arg(short, long, visible_alias = "out", value_name = "FILE")]
    output: Option<PathBuf>,
}

fn format_parser() -> impl clap::builder::TypedValueParser<Value = Format> {
    let names = PossibleValuesParser::new(Format::ALL.map(Format::name));
    names.try_map(|name| Format::from_name(&name).ok_or("an unknown format"))
}

/// Reads, makes the whole result, then writes it.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    output::check_places(&[args.output.as_deref()])?;
    if args.problem.is_stdin() && args.plan.is_stdin() {
        bail!("standard input cannot be both the problem and the plan");
    }
    let problem = input::problem(&args.problem)?;
    let plan = if is_csv(&args.plan) {
        plan_of_stints(&problem, stints(&problem, &args.plan)?)
    } else {
        plan(&args.plan)?
    };
    let mut bytes = Vec::new();
    export::write(&problem, &plan, &args.campaign, args.format, &mut bytes)
        .with_context(|| format!("cannot export {}", args.plan))?;
    output::write(args.output.as_deref(), |out| out.write_all(&bytes))?;
    Ok(Exit::Done)
}

fn is_csv(source: &Source) -> bool {
    let name = source.to_string().to_lowercase();
    name.ends_with(".csv") || name.ends_with(".csv.gz")
}

/// The stints of a CSV file; the error names every row that is wrong.
fn stints(problem: &Problem, source: &Source) -> Result<Vec<Stint>> {
    let mut text = Vec::new();
    source
        .open_text("CSV")?
        .read_to_end(&mut text)
        .with_context(|| format!("cannot read {source}"))?;
    csv::read(problem, &text).map_err(|faults| {
        let n = faults.total;
        let noun = if n == 1 { "fault" } else { "faults" };
        anyhow::anyhow!("{source} is no list of stints of this problem, {n} {noun}:\n{faults}")
    })
}

/// The plan of bare stints; says so if it breaks rules, which is no reason not to show it.
fn plan_of_stints(problem: &Problem, stints: Vec<Stint>) -> Plan {
    let bare = Plan {
        stints: Some(stints.clone()),
        ..Plan::without_stints(Status::Feasible)
    };
    let broken = check(problem, &bare).broken();
    if !broken.is_empty() {
        let rules: Vec<&str> = broken.keys().map(|rule| rule.name()).collect();
        output::say(&format!(
            "warning: the stints break rules ({}); `muster check` says where",
            rules.join(", ")
        ));
    }
    restate(problem, stints)
}

/// A plan file with its report, which no other command reads back.
fn plan(source: &Source) -> Result<Plan> {
    #[derive(serde::Deserialize)]
    struct WithReport {
        #[serde(default)]
        report: Option<Value>,
    }
    let text = source.bytes()?;
    let mut plan = plan_file::from(&text, source)?;
    let file: WithReport = serde_json::from_slice(&text).with_context(|| source.to_string())?;
    plan.report = match file.report {
        None => Map::new(),
        Some(Value::Object(report)) => report,
        Some(other) => {
            bail!("{source} is no valid plan: /report: found {other}, expected an object")
        }
    };
    Ok(plan)
}
