//! `muster check`: is a plan what it says it is?

use std::path::PathBuf;

use anyhow::Result;
use muster_matcher::check::{BoundReport, Report, check};

use super::input::{self, Source};
use super::{Exit, output, plan_file};

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
    let path = args.output.as_deref();
    output::check_places(&[path])?;
    if args.problem.is_stdin() && args.plan.is_stdin() {
        anyhow::bail!("standard input cannot be both the problem and the plan");
    }
    let problem = input::problem(&args.problem)?;
    let plan = plan_file::read(&args.plan)?;
    let report = check(&problem, &plan);
    if args.json {
        output::write_json(path, &report)?;
    } else {
        output::write(path, |out| write!(out, "{}", text(&report)))?;
    }
    Ok(if report.holds() { Exit::Done } else { Exit::No })
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
            let (id, total) = (&campaign.campaign, campaign.total);
            lines.push(format!("  {:<14} {total:>18}  {id}", "campaign"));
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
