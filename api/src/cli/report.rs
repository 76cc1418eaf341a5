//! What a plan looks like: a table for the terminal, JSON for machines, stints as CSV.

use std::io::{self, Write};

use comfy_table::{CellAlignment, Table, presets};
use muster_matcher::explain::{Cause, RoleOutcome, WholePool};
use muster_matcher::model::Cents;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::plan::Staffing;
use serde::Serialize;

use super::output::shown;
use super::progress::Stages;

/// A plan's report. As JSON: these fields, amounts in cents, times in milliseconds.
#[derive(Serialize)]
pub(crate) struct Report<'a> {
    status: muster_matcher::model::plan::Status,
    currency: &'a str,
    week: String,
    roles: &'a [RoleOutcome],
    objective: Option<i128>,
    bound: Option<i128>,
    whole_pool: &'a WholePool,
    engine: Option<&'a serde_json::Value>,
    stages: Vec<StageTime<'a>>,
    #[serde(skip)]
    staffing: &'a Staffing,
    #[serde(skip)]
    file: &'a CampaignFile,
}

#[derive(Serialize)]
struct StageTime<'a> {
    name: &'a str,
    ms: u128,
}

impl<'a> Report<'a> {
    pub(crate) fn new(staffing: &'a Staffing, file: &'a CampaignFile, stages: &'a Stages) -> Self {
        let stages = stages.done().iter();
        Self {
            status: staffing.plan.status,
            currency: file.currency.as_str(),
            week: file.start.to_string(),
            roles: &staffing.outcomes,
            objective: staffing.plan.objective,
            bound: staffing.plan.bound,
            whole_pool: &staffing.whole_pool,
            engine: staffing.plan.report.get("engine"),
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

    /// The report for a terminal.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("{}\n\n{}", self.table(), self.shortfalls());
        text.push_str(&self.summary());
        text
    }

    /// A row for every role, a line for every campaign.
    fn table(&self) -> Table {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        let pay_header = format!("{} a week", self.currency);
        table.set_header([
            "role",
            "target",
            "filled",
            "short",
            "eligible",
            "mean score",
            &pay_header,
        ]);
        for column in table.column_iter_mut().skip(1) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        for campaign in &self.file.campaigns {
            let of_campaign = |role: &&RoleOutcome| role.campaign == campaign.id.as_str();
            let roles: Vec<&RoleOutcome> = self.roles.iter().filter(of_campaign).collect();
            let total = |amount: fn(&RoleOutcome) -> u32| -> u32 {
                roles.iter().map(|role| amount(role)).sum()
            };
            let pay: Cents = roles.iter().map(|role| role.pay_a_week).sum();
            let score: u64 = roles.iter().map(|role| role.score_sum).sum();
            let filled = total(|role| role.filled);
            let mean = if filled > 0 {
                score / u64::from(filled)
            } else {
                0
            };
            table.add_row([
                format!(
                    "{} ({}, priority {})",
                    shown(&campaign.name),
                    campaign.client,
                    campaign.priority
                ),
                grouped(total(|role| role.target).into()),
                grouped(filled.into()),
                short(total(RoleOutcome::short)),
                String::new(),
                mean.to_string(),
                money(pay),
            ]);
            for role in roles {
                table.add_row([
                    format!("  {}", role.role),
                    grouped(role.target.into()),
                    grouped(role.filled.into()),
                    short(role.short()),
                    grouped(role.funnel.eligible as i128),
                    role.mean_score()
                        .map_or("–".to_owned(), |score| score.to_string()),
                    money(role.pay_a_week),
                ]);
            }
        }
        table
    }

    /// For every short role, how many people fell at each step, and which step cost it its seats.
    fn shortfalls(&self) -> String {
        let mut text = String::new();
        for role in self.roles.iter().filter(|role| role.short() > 0) {
            let funnel = &role.funnel;
            let steps = [
                ("pool", funnel.pool),
                ("eligible", funnel.eligible),
                ("enough hours", funnel.enough_hours),
                ("affordable", funnel.affordable),
                ("not taken by a better use", role.not_taken),
                ("chosen", role.filled as usize),
            ];
            let steps: Vec<String> = steps
                .iter()
                .map(|(name, left)| format!("{name} {}", grouped(*left as i128)))
                .collect();
            let cause = role.cause.map_or("", describe);
            text.push_str(&format!(
                "{} is {} short: {cause}\n",
                role.role,
                role.short()
            ));
            text.push_str(&format!("  {}\n", steps.join(" → ")));
            text.push_str(&format!(
                "  one more head would be worth {} {} a week\n",
                money(role.head_price),
                self.currency
            ));
        }
        if text.is_empty() {
            let wanted = self.roles.iter().any(|role| role.target > 0);
            let verdict = if wanted {
                "every seat is filled\n"
            } else {
                "no seats are wanted\n"
            };
            text.push_str(verdict);
        }
        text
    }

    fn summary(&self) -> String {
        let plan = &self.staffing.plan;
        let mut text = String::from("\n");
        if let (Some(objective), Some(bound)) = (plan.objective, plan.bound) {
            let gap = Cents(bound - objective);
            let status = format!("{:?}", plan.status).to_lowercase();
            text.push_str(&format!(
                "{status}: objective {} {currency}, bound {} {currency}, gap {} {currency}; checked: every rule holds, every claim is true\n",
                money(Cents(objective)),
                money(Cents(bound)),
                money(gap),
                currency = self.currency,
            ));
        }
        let priced = grouped(self.whole_pool.experts_priced as i128);
        if self.whole_pool.is_proved() {
            let left_out = grouped(self.whole_pool.pairs_left_out as i128);
            text.push_str(&format!(
                "whole pool: {priced} people priced; none of the {left_out} pairs left out improves the plan\n"
            ));
        } else {
            let open = self.whole_pool.roles_open.join(", ");
            text.push_str(&format!(
                "whole pool: {priced} people priced; not proved for {open}\n"
            ));
        }
        let stages: Vec<String> = self
            .stages
            .iter()
            .map(|it| format!("{} {} ms", it.name, it.ms))
            .collect();
        text.push_str(&format!("time: {}\n", stages.join(", ")));
        text
    }
}

fn describe(cause: Cause) -> &'static str {
    match cause {
        Cause::TooFewEligible => "too few people meet its requirements",
        Cause::TooFewHours => "enough meet its requirements, but too few have the hours",
        Cause::RateTooLow => "enough have the hours, but too few work for what it pays",
        Cause::BetterUse => "enough would do it, but other roles gain more by them",
        Cause::NotWorthTheirCost => {
            "enough are free, but they cost more than the filled seats are worth"
        }
    }
}

fn short(heads: u32) -> String {
    if heads == 0 {
        "–".to_owned()
    } else {
        grouped(heads.into())
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (idx, digit) in digits.chars().enumerate() {
        if idx > 0 && (digits.len() - idx).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    if number < 0 {
        format!("-{grouped}")
    } else {
        grouped
    }
}

/// An amount in whole units and cents.
pub(crate) fn money(cents: Cents) -> String {
    let sign = if cents.0 < 0 { "-" } else { "" };
    let amount = cents.0.unsigned_abs();
    let whole = grouped(i128::try_from(amount / 100).unwrap_or(i128::MAX));
    format!("{sign}{whole}.{:02}", amount % 100)
}

/// Writes the plan's stints, one a row, for spreadsheets.
pub(crate) fn write_csv(
    staffing: &Staffing,
    file: &CampaignFile,
    out: &mut dyn Write,
) -> io::Result<()> {
    let problem = &staffing.problem;
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record([
        "expert",
        "campaign",
        "role",
        "from_week",
        "to_week",
        "from_date",
        "to_date",
        "hours_a_week",
        "rate_cents",
        "score",
        "pay_cents_a_week",
    ])?;
    for stint in staffing.plan.stints.iter().flatten() {
        let pair = problem
            .expert_with_id(&stint.expert)
            .zip(problem.role_with_id(&stint.role))
            .and_then(|(expert, role)| problem.pair_of(expert, role));
        let Some(pair) = pair.map(|pair| problem.pair(pair)) else {
            continue;
        };
        let role = problem.role(pair.role);
        let campaign = problem.text(problem.campaigns[role.campaign.index()].id);
        let monday = |week: i64| file.start.saturating_add(jiff::Span::new().weeks(week));
        csv.write_record([
            stint.expert.as_str(),
            campaign,
            &stint.role,
            &stint.from.to_string(),
            &stint.to.to_string(),
            &monday(stint.from).to_string(),
            &monday(stint.to)
                .saturating_add(jiff::Span::new().days(6))
                .to_string(),
            &role.hours.to_string(),
            &pair.rate.to_string(),
            &pair.score.to_string(),
            &(pair.rate * role.hours).to_string(),
        ])?;
    }
    csv.flush()
}
