//! What a plan looks like: a drawing for the terminal, JSON for machines, stints as CSV.

mod drawing;
mod numbers;
mod short;
mod sparkline;
#[cfg(test)]
mod tests;

use muster_matcher::check::Gap;
use muster_matcher::explain::{
    CampaignCover, Expiring, QuotaStatus, RatioStatus, RoleAlternates, RoleOutcome, Shortfall,
    WholePool, Worth, alternates, conflict_in_words, shortfalls, worths,
};
use muster_matcher::model::Cents;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::plan::{MICRO, Plan, Proof, Status};
use muster_matcher::model::problem::Problem;
use muster_matcher::plan::Staffing;
use serde::Serialize;
use serde_json::Value;

use super::output::shown;
use super::progress::Stages;
use drawing::{Drawing, Labels};
pub(crate) use numbers::{gap as gap_in_words, grouped, money};

/// A plan's report. As JSON: these fields, amounts in cents, times in milliseconds.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    status: Status,
    currency: &'a str,
    week: String,
    weeks: u16,
    campaigns: Vec<CampaignCover>,
    roles: &'a [RoleOutcome],
    ratios: Vec<RatioStatus>,
    quotas: Vec<QuotaStatus>,
    shortfalls: &'a [Shortfall],
    worths: Vec<Worth>,
    alternates: &'a [RoleAlternates],
    expiring: &'a [Expiring],
    objective: Option<i128>,
    bound: Option<i128>,
    proof: Option<Proof>,
    gap: Option<GapFields>,
    whole_pool: &'a WholePool,
    engine: Option<&'a Value>,
    stages: Vec<StageTime<'a>>,
    #[serde(skip)]
    staffing: &'a Staffing,
    #[serde(skip)]
    file: &'a CampaignFile,
}

/// A gap in the three units it is stated in.
#[derive(Serialize)]
struct GapFields {
    cents: i128,
    seat_weeks: Option<f64>,
    share_of_score: Option<f64>,
}

#[derive(Serialize)]
struct StageTime<'a> {
    name: &'a str,
    ms: u128,
}

impl<'a> Report<'a> {
    pub(crate) fn new(staffing: &'a Staffing, file: &'a CampaignFile, stages: &'a Stages) -> Self {
        let stages = stages.done().iter();
        let (problem, plan) = (&staffing.problem, &staffing.plan);
        let drawing = Drawing::new(problem, plan);
        Self {
            status: plan.status,
            currency: file.currency.as_str(),
            week: file.start.to_string(),
            weeks: problem.weeks,
            campaigns: drawing.campaigns,
            roles: &staffing.outcomes,
            ratios: drawing.ratios,
            quotas: drawing.quotas,
            shortfalls: &staffing.shortfalls,
            worths: worths(problem, plan),
            alternates: &staffing.alternates,
            expiring: &staffing.expiring,
            objective: plan.objective,
            bound: plan.bound,
            proof: plan.proof,
            gap: staffing.report.gap.map(|gap| GapFields {
                cents: gap.cents,
                seat_weeks: gap.seat_weeks(),
                share_of_score: gap.share_of_score(),
            }),
            whole_pool: &staffing.whole_pool,
            engine: plan.report.get("engine"),
            stages: stages
                .map(|(name, time)| StageTime {
                    name,
                    ms: time.as_millis(),
                })
                .collect(),
            staffing,
            file,
        }
    }

    /// The report for a terminal, with colours where standard output shows them.
    pub(crate) fn text(&self) -> String {
        let (problem, plan) = (&self.staffing.problem, &self.staffing.plan);
        if plan.stints.is_none() {
            return format!("{}{}", no_plan(problem, plan), self.times());
        }
        let titles = self.file.campaigns.iter().map(|campaign| {
            let (name, priority) = (shown(&campaign.name), campaign.priority);
            format!("{name} ({}, priority {priority})", campaign.client)
        });
        let eligible = self.roles.iter().map(|role| role.funnel.eligible);
        let labels = Labels {
            titles: titles.collect(),
            currency: self.currency,
            eligible: Some(eligible.collect()),
        };
        let mut text = Drawing::new(problem, plan).text(&labels, sparkline::shows_colours());
        text.push('\n');
        text.push_str(&short::of_roles(self.roles, self.shortfalls, self.currency));
        text.push_str(&short::of_expiring(self.expiring));
        text.push_str(&said(&self.worths));
        text.push('\n');
        text.push_str(&verdict(plan, self.staffing.report.gap, self.currency));
        text.push_str("checked: every rule holds, every claim is true\n");
        text.push_str(&self.whole_pool());
        text.push_str(&footer(plan, self.alternates));
        text.push_str(&self.times());
        text
    }

    fn times(&self) -> String {
        let stages = self.stages.iter();
        let stages: Vec<String> = stages
            .map(|it| format!("{} {} ms", it.name, it.ms))
            .collect();
        format!("time: {}\n", stages.join(", "))
    }

    fn whole_pool(&self) -> String {
        let priced = grouped(self.whole_pool.experts_priced as i128);
        if self.whole_pool.is_proved() {
            let left_out = grouped(self.whole_pool.pairs_left_out as i128);
            format!(
                "whole pool: {priced} people priced; none of the {left_out} pairs left out improves the plan\n"
            )
        } else {
            let open = self.whole_pool.roles_open.join(", ");
            format!("whole pool: {priced} people priced; not proved for {open}\n")
        }
    }
}

/// A plan drawn and explained from its problem alone, as [`Report::text`] does where there are candidates;
/// with colours where standard output shows them. Amounts are in the problem's one currency.
pub(crate) fn plan_summary(problem: &Problem, plan: &Plan) -> String {
    summary(problem, plan, sparkline::shows_colours())
}

fn summary(problem: &Problem, plan: &Plan, colours: bool) -> String {
    if plan.stints.is_none() {
        return no_plan(problem, plan);
    }
    let drawing = Drawing::new(problem, plan);
    let titles = problem.campaigns.iter().map(|campaign| {
        let id = shown(problem.text(campaign.id));
        match campaign.client {
            Some(client) => {
                let client = shown(problem.text(client));
                format!("{id} ({client}, priority {})", campaign.priority)
            }
            None => format!("{id} (priority {})", campaign.priority),
        }
    });
    let labels = Labels {
        titles: titles.collect(),
        currency: "",
        eligible: None,
    };
    let is_wanted = drawing.roles.iter().any(|role| role.seat_weeks_wanted > 0);
    let score: u64 = drawing.roles.iter().map(|role| role.score_sum).sum();
    let gap = plan
        .objective
        .zip(plan.bound)
        .and_then(|(objective, bound)| {
            Some(Gap {
                bound,
                cents: bound.checked_sub(objective)?,
                seat_week_cents: problem.weights.missing_target.0,
                score_cents: i128::from(score) * problem.weights.point.0,
            })
        });
    let mut text = drawing.text(&labels, colours);
    text.push('\n');
    text.push_str(&short::of_plan(&shortfalls(problem, plan), is_wanted, ""));
    text.push_str(&said(&worths(problem, plan)));
    text.push('\n');
    text.push_str(&verdict(plan, gap, ""));
    text.push_str(&footer(plan, &alternates(problem, plan)));
    text
}

/// What more of a rule would be worth, but for what rounds to nothing.
fn said(worths: &[Worth]) -> String {
    let worth = |it: &&Worth| match it {
        Worth::Budget { micro_cents, .. }
        | Worth::Mean { micro_cents, .. }
        | Worth::Ratio { micro_cents, .. }
        | Worth::Quota { micro_cents, .. }
        | Worth::Change { micro_cents, .. } => *micro_cents,
    };
    let lines = worths.iter().filter(|it| worth(it) >= MICRO / 2);
    lines.map(|it| format!("{}\n", shown(it.text()))).collect()
}

/// Why there is no plan.
pub(crate) fn no_plan(problem: &Problem, plan: &Plan) -> String {
    let mut text = match plan.status {
        Status::Infeasible => "infeasible: no plan keeps all pins and the change limit\n",
        _ => "unknown: no plan was found within the limits\n",
    }
    .to_owned();
    if let Some(conflict) = &plan.conflict {
        let words = shown(&conflict_in_words(problem, conflict));
        text.push_str(&format!("these clash: {words}\n"));
    }
    text
}

/// Status, objective, bound and gap, and what the bound rests on.
fn verdict(plan: &Plan, gap: Option<Gap>, currency: &str) -> String {
    let status = match plan.status {
        Status::Optimal => "optimal",
        _ => "feasible",
    };
    let amount = |cents: i128| {
        format!("{} {currency}", money(Cents(cents)))
            .trim_end()
            .to_owned()
    };
    let mut text = String::new();
    if let (Some(objective), Some(bound)) = (plan.objective, plan.bound) {
        let (value, most) = (amount(objective), amount(bound));
        text.push_str(&format!("{status}: objective {value}, bound {most}"));
        if let Some(gap) = gap {
            text.push_str(&format!(", gap {}\n", amount(gap.cents)));
            text.push_str(&format!("gap: {}", numbers::gap(&gap)));
        }
        text.push('\n');
    }
    let meaning = match plan.status {
        Status::Optimal => "no plan is worth more",
        _ => "a better plan may exist, within the gap",
    };
    let rests_on = match plan.proof {
        Some(Proof::Prices) => "; the plan's prices alone prove the bound",
        Some(Proof::Branching) => "; a search in exact integers proves the bound",
        Some(Proof::Mip) => "; a floating-point solver claims the bound, its tolerance added",
        None => "",
    };
    text.push_str(&format!("proof: {meaning}{rests_on}\n"));
    text
}

/// What ended the search, where that was not a proof.
pub(crate) fn ended(plan: &Plan) -> Option<String> {
    let search = plan.report.get("search")?;
    let how = match search.get("ended")?.as_str()? {
        "proved" => return None,
        "time limit" => "stopped by the time limit",
        "cancelled" => "stopped by an interrupt",
        "work limit" => "stopped by the work limit",
        "gap" => "stopped at the gap asked for",
        "nothing left to try" => "stopped with nothing left to try",
        other => other,
    };
    let is_same_again = search.get("reproducible").and_then(Value::as_bool);
    Some(match is_same_again {
        Some(false) => format!("{how}; not reproducible"),
        _ => how.to_owned(),
    })
}

/// What ended the search, how many alternates there are, and which engine made the plan.
fn footer(plan: &Plan, alternates: &[RoleAlternates]) -> String {
    let n_people: usize = alternates.iter().map(|role| role.people.len()).sum();
    let n_roles = alternates.iter().filter(|it| !it.people.is_empty()).count();
    let mut text = ended(plan).map_or(String::new(), |how| format!("search: {how}\n"));
    text.push_str(&format!(
        "alternates: {} for {n_roles} roles, estimates\n",
        grouped(n_people as i128)
    ));
    if let Some(engine) = plan.report.get("engine") {
        let field = |name: &str| engine.get(name).and_then(Value::as_str).unwrap_or("?");
        // Places are on the lines after the first.
        let why = field("why").lines().next().unwrap_or("?");
        let why = why.split_once(": ").map_or(why, |(_, rules)| rules);
        text.push_str(&format!(
            "engine: {} ({})\n",
            shown(field("name")),
            shown(why)
        ));
    }
    text
}
