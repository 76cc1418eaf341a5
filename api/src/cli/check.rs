//! `muster check`: is a plan what it says it is?

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use muster_matcher::candidates::problem;
use muster_matcher::check::{BoundReport, Report, check};
use muster_matcher::model::plan::{Plan, Proof};
use muster_matcher::model::problem::Problem;

use super::input::{self, Source};
use super::{Exit, output, plan, plan_file, pool};

/// What `muster check` is asked.
#[derive(clap::Args)]
#[command(override_usage = "muster check [OPTIONS] PROBLEM PLAN\n       \
    muster check [OPTIONS] --pool POOL --campaigns FILE PLAN")]
pub(crate) struct Args {
    /// Problem file and plan file, whoever made them (JSON, plain, gzip or zstd; `-` is standard input); the
    /// plan file alone with --pool
    #[arg(required = true, num_args = 1..=2, value_names = ["PROBLEM", "PLAN"])]
    files: Vec<Source>,
    /// Check against everybody in this pool (a pool file or the folder of an index): the pairs are
    /// derived again
    #[arg(long, value_name = "POOL", requires = "campaigns")]
    pool: Option<PathBuf>,
    /// The campaign file that was planned
    #[arg(long, value_name = "FILE", requires = "pool")]
    campaigns: Option<Source>,
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
    let (problem, plan) = match (&args.files[..], &args.pool, &args.campaigns) {
        ([plan], Some(pool), Some(campaigns)) => {
            refuse_stdin_twice(campaigns, plan, "the campaigns")?;
            (problem_of_everybody(pool, campaigns)?, plan)
        }
        ([problem, plan], None, None) => {
            refuse_stdin_twice(problem, plan, "the problem")?;
            (input::problem(problem)?, plan)
        }
        ([_], ..) => {
            bail!("expected a problem file and a plan file, or --pool, --campaigns and a plan file")
        }
        _ => bail!("with --pool the problem is made anew; expected a plan file alone"),
    };
    let plan = plan_file::read(plan)?;
    let report = check(&problem, &plan);
    if args.json {
        output::write_json(path, &report)?;
    } else {
        output::write(path, |out| write!(out, "{}", text(&report, &plan)))?;
    }
    Ok(if report.holds() { Exit::Done } else { Exit::No })
}

fn refuse_stdin_twice(one: &Source, plan: &Source, what: &str) -> Result<()> {
    if one.is_stdin() && plan.is_stdin() {
        bail!("standard input cannot be both {what} and the plan");
    }
    Ok(())
}

/// The problem with every pair the pool allows, not only the best of each role.
fn problem_of_everybody(path: &Path, campaigns: &Source) -> Result<Problem> {
    let file = plan::read_campaigns(campaigns)?;
    let pool = pool::Pool::open(path)?;
    let candidates = pool.source(&file)?.candidates(&file, usize::MAX)?;
    problem(&file, &candidates)
        .map_err(|faults| anyhow::anyhow!("{campaigns} makes no valid problem:\n{faults}"))
}

/// The report for people: rule by rule, then the objective by term, the bound, the gap, the claims.
fn text(report: &Report, plan: &Plan) -> String {
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
    if let Some(bound) = plan.bound {
        let proof = plan.proof.map_or("nothing", Proof::name);
        lines.push(format!(
            "bound        {bound:>22} cents, stated; rests on {proof}"
        ));
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
