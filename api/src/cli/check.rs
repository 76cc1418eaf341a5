//! `muster check`: is a plan what it says it is?

use std::path::PathBuf;

use anyhow::Result;
use muster_matcher::check::{BoundReport, Report, check};
use muster_matcher::model::plan::Plan;
use serde_json::Deserializer;

use super::input::{self, Source};
use super::{Exit, output};

/// What `muster check` is asked.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Problem file (JSON, plain or gzip; `-` is standard input)
    problem: Source,
    /// Plan file, whoever made it
    plan: Source,
    /// Print the whole report as JSON
    #[arg(long)]
    json: bool,
    /// Where the report goes; standard output by default
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Checks and reports; the answer is no if a rule is broken or a claim is false.
pub(crate) fn run(args: &Args) -> Result<Exit> {
    let problem = input::problem(&args.problem)?;
    let plan = read_plan(&args.plan)?;
    let report = check(&problem, &plan);
    let path = args.output.as_deref();
    if args.json {
        output::write_json(path, &report)?;
    } else {
        output::write(path, |out| write!(out, "{}", text(&report)))?;
    }
    Ok(if report.holds() { Exit::Done } else { Exit::No })
}

/// Reads a plan file; the error names the place.
pub(crate) fn read_plan(source: &Source) -> Result<Plan> {
    let bytes = source.bytes()?;
    if bytes.starts_with(b"\xef\xbb\xbf") {
        anyhow::bail!("{source}: byte-order mark at the start; expected plain UTF-8 without one");
    }
    let mut json = Deserializer::from_slice(&bytes);
    let plan: Plan = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let place = error.path().to_string();
        let place = if place == "." {
            "the plan".to_owned()
        } else {
            format!("/{}", place.replace(['.', '['], "/").replace(']', ""))
        };
        anyhow::anyhow!("{source} is no plan: {place}: {}", error.into_inner())
    })?;
    json.end()
        .map_err(|error| anyhow::anyhow!("{source} is no plan: {error}"))?;
    Ok(plan)
}

/// The report for people: rule by rule, then the objective by term, the bound, the gap, the claims.
fn text(report: &Report) -> String {
    let mut lines = Vec::new();
    if report.rules.is_empty() {
        lines.push("no stints to check".to_owned());
    }
    for rule in &report.rules {
        let verdict = if rule.holds() { "holds" } else { "BROKEN" };
        let counts = match rule.n_violations {
            0 => format!("{} checked", rule.checked),
            n => format!("{n} of {} broken", rule.checked),
        };
        let (number, name) = (rule.number(), rule.name());
        lines.push(format!(
            "{number:>2} {name:<12} {verdict:<6}  {counts}: {}",
            rule.description()
        ));
        lines.extend(
            rule.violations
                .iter()
                .map(|violation| format!("     {violation}")),
        );
        let unlisted = rule
            .n_violations
            .saturating_sub(rule.violations.len() as u64);
        if unlisted > 0 {
            lines.push(format!("     … and {unlisted} more"));
        }
    }
    if let Some(objective) = &report.objective {
        let terms = &objective.terms;
        lines.push(String::new());
        lines.push(format!("objective    {:>22} cents", objective.total));
        for (name, cents) in [
            ("score", terms.score),
            ("pay", terms.pay),
            ("missing min", terms.missing_min),
            ("missing target", terms.missing_target),
            ("below mean", terms.below_mean),
            ("starts", terms.start),
            ("changes", objective.change),
        ] {
            if cents != 0 {
                lines.push(format!("  {name:<14} {cents:>18}"));
            }
        }
        for campaign in &objective.campaigns {
            lines.push(format!(
                "  {:<14} {:>18}  (campaign)",
                campaign.campaign, campaign.total
            ));
        }
    }
    match &report.bound {
        BoundReport::NotStated => lines.push("price bound  not stated".to_owned()),
        BoundReport::Proved(bound) => lines.push(format!(
            "price bound  {:>22} cents, recomputed",
            bound.cents
        )),
        BoundReport::None(why) => lines.push(format!("price bound  none: {why}")),
    }
    if let Some(gap) = &report.gap {
        let number =
            |value: Option<f64>| value.map_or("null".to_owned(), |value| format!("{value:.4}"));
        let share = gap.share_of_score().map(|share| share * 100.0);
        lines.push(format!(
            "gap          {:>22} cents = {} seat-weeks = {} % of score value",
            gap.cents,
            number(gap.seat_weeks()),
            number(share)
        ));
    }
    lines.push(String::new());
    lines.extend(
        report
            .unverified
            .iter()
            .map(|claim| format!("not verified: {claim}")),
    );
    lines.extend(
        report
            .false_claims
            .iter()
            .map(|claim| format!("FALSE CLAIM: {claim}")),
    );
    let verdict = if report.holds() {
        "the plan holds"
    } else {
        "the plan does NOT hold"
    };
    lines.push(verdict.to_owned());
    lines.join("\n") + "\n"
}
