//! The first sheet: what the plan comes to, in all and by campaign.

use muster_matcher::check::{Report, check};
use muster_matcher::explain::{CampaignCover, campaign_covers};
use muster_matcher::model::Cents;
use muster_matcher::model::plan::Proof;

use super::super::view::status_name;
use super::super::{ExportError, PlanView};
use super::sheet::Sheet;

const COLUMNS: [(&str, u8); 16] = [
    ("Campaign", 30),
    ("Client", 24),
    ("Priority", 8),
    ("People", 8),
    ("Heads wanted at peak", 9),
    ("Heads filled at peak", 9),
    ("Seat-weeks wanted", 11),
    ("Seat-weeks filled", 11),
    ("Seat-weeks missing", 11),
    ("Fill", 8),
    ("Pay", 16),
    ("Budget", 16),
    ("Pay of budget", 9),
    ("Mean score", 8),
    ("Mean wanted", 8),
    ("Points below mean", 9),
];
const SEAT_WEEKS: u16 = 6;
const FILL: u16 = 9;
const PAY: u16 = 10;

pub(super) fn write(view: &PlanView<'_>, sheet: &mut Sheet<'_>) -> Result<(), ExportError> {
    sheet.widths(&COLUMNS.map(|(_, width)| width))?;
    let mut at = overview(view, sheet)?;
    if view.is_whole() {
        at = verdict(view, at, sheet)?;
    }
    let covers = campaign_covers(view.problem(), view.plan());
    let shown: Vec<&CampaignCover> = view
        .campaigns()
        .map(|campaign| &covers[campaign.index()])
        .collect();
    campaigns(view, &shown, at + 1, sheet)
}

/// What the file is about.
fn overview(view: &PlanView<'_>, sheet: &mut Sheet<'_>) -> Result<u32, ExportError> {
    let formats = sheet.formats;
    let problem = view.problem();
    sheet.text(0, 0, "Staffing plan", &formats.title)?;
    sheet.text(1, 0, "First day", &formats.plain)?;
    sheet.date(1, 1, problem.start)?;
    sheet.text(2, 0, "Last day", &formats.plain)?;
    sheet.date(2, 1, view.sunday(problem.last_week()))?;
    sheet.text(3, 0, "Weeks", &formats.plain)?;
    sheet.number(3, 1, problem.weeks, &formats.whole)?;
    sheet.text(4, 0, "Stints", &formats.plain)?;
    sheet.count(4, 1, view.rows().len() as u64, &formats.whole)?;
    Ok(5)
}

/// How good the plan is, and whether it is what it says. Of all campaigns together, so not for a view of some.
fn verdict(view: &PlanView<'_>, first: u32, sheet: &mut Sheet<'_>) -> Result<u32, ExportError> {
    let formats = sheet.formats;
    let plan = view.plan();
    let report = check(view.problem(), plan);
    let mut at = first;
    let mut name = |sheet: &mut Sheet<'_>, name: &str| -> Result<u32, ExportError> {
        let row = at;
        at += 1;
        sheet.text(row, 0, name, &formats.plain)?;
        Ok(row)
    };
    let row = name(sheet, "Status")?;
    sheet.text(row, 1, status_name(plan.status), &formats.plain)?;
    let objective = report.objective.as_ref().map(|objective| objective.total);
    for (what, cents) in [
        ("Objective", plan.objective.or(objective)),
        ("Bound", plan.bound),
        ("Gap", report.gap.map(|gap| gap.cents)),
    ] {
        let row = name(sheet, what)?;
        match cents {
            Some(cents) => sheet.money(row, 1, Cents(cents))?,
            None => sheet.text(row, 1, "not stated", &formats.plain)?,
        }
    }
    let gap = report.gap.as_ref();
    if let Some(seat_weeks) = gap.and_then(|gap| gap.seat_weeks()) {
        let row = name(sheet, "Gap in seat-weeks")?;
        sheet.number(row, 1, seat_weeks, &formats.decimals)?;
    }
    if let Some(share) = gap.and_then(|gap| gap.share_of_score()) {
        let row = name(sheet, "Gap of score value")?;
        sheet.number(row, 1, share, &formats.small_percent)?;
    }
    let row = name(sheet, "Bound rests on")?;
    sheet.text(
        row,
        1,
        plan.proof.map_or("nothing", Proof::name),
        &formats.plain,
    )?;
    let row = name(sheet, "Checked")?;
    sheet.text(row, 1, &checked(&report), &formats.plain)?;
    Ok(at)
}

/// What the checker says, in a line.
fn checked(report: &Report) -> String {
    if report.holds() {
        return "every rule holds, every claim is true".to_owned();
    }
    let broken = report.broken();
    let broken: Vec<String> = broken
        .iter()
        .map(|(rule, n)| format!("{} ({n})", rule.name()))
        .collect();
    if broken.is_empty() {
        let claims: Vec<String> = report
            .false_claims
            .iter()
            .map(ToString::to_string)
            .collect();
        return format!("every rule holds; not true: {}", claims.join("; "));
    }
    format!("RULES ARE BROKEN: {}", broken.join(", "))
}

fn campaigns(
    view: &PlanView<'_>,
    covers: &[&CampaignCover],
    header: u32,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    sheet.header(header, &COLUMNS.map(|(name, _)| name))?;
    sheet.raw.set_freeze_panes(header + 1, 1)?;
    let first = header + 1;
    let mut at = first;
    for cover in covers {
        campaign(view, cover, at, sheet)?;
        at += 1;
    }
    if covers.is_empty() {
        sheet.text(at, 0, "There are no campaigns.", &formats.note)?;
        return Ok(());
    }
    let rows = (first, at - 1);
    for column in 0..16 {
        sheet.text(at, column, "", &formats.bold)?;
    }
    sheet.text(at, 0, "Sum", &formats.bold)?;
    let sum = |of: &dyn Fn(&CampaignCover) -> u64| -> u64 { covers.iter().map(|it| of(it)).sum() };
    let wanted = sum(&|it| it.seat_weeks_wanted);
    let filled = sum(&|it| it.seat_weeks_filled);
    let missing = sum(&|it| it.seat_weeks_missing);
    for (column, sum) in (SEAT_WEEKS..).zip([wanted, filled, missing]) {
        sheet.subtotal(at, column, rows, sum as f64, &formats.bold_whole)?;
    }
    if let Some(fill) = share(wanted - missing, wanted) {
        sheet.number(at, FILL, fill, &formats.bold_percent)?;
    }
    sheet.money_subtotal(at, PAY, rows, covers.iter().map(|it| it.pay).sum())?;
    if let Some(budget) = covers.iter().map(|it| it.budget).sum::<Option<Cents>>() {
        sheet.bold_money(at, PAY + 1, budget)?;
    }
    Ok(())
}

fn campaign(
    view: &PlanView<'_>,
    cover: &CampaignCover,
    at: u32,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    let problem = view.problem();
    let facts = problem.campaign_with_id(&cover.campaign);
    let client = facts.and_then(|it| problem.campaigns[it.index()].client);
    sheet.text(at, 0, &cover.campaign, &formats.plain)?;
    sheet.text(
        at,
        1,
        client.map_or("", |client| problem.text(client)),
        &formats.plain,
    )?;
    let (wanted, missing) = (cover.seat_weeks_wanted, cover.seat_weeks_missing);
    let counts = [
        cover.priority.into(),
        cover.people.into(),
        cover.peak_target,
        cover.peak_filled,
        wanted,
        cover.seat_weeks_filled,
        missing,
    ];
    for (column, count) in (2..).zip(counts) {
        sheet.count(at, column, count, &formats.whole)?;
    }
    if let Some(fill) = share(wanted.saturating_sub(missing), wanted) {
        sheet.number(at, FILL, fill, &formats.percent)?;
    }
    sheet.money(at, PAY, cover.pay)?;
    if let Some(budget) = cover.budget {
        sheet.money(at, PAY + 1, budget)?;
        if budget > Cents::ZERO {
            sheet.number(
                at,
                PAY + 2,
                cover.pay.0 as f64 / budget.0 as f64,
                &formats.percent,
            )?;
        }
    }
    let scores = [cover.mean_score, cover.mean_score_wanted.map(u64::from)];
    for (column, score) in (PAY + 3..).zip(scores) {
        if let Some(score) = score {
            sheet.count(at, column, score, &formats.whole)?;
        }
    }
    if cover.mean_score_wanted.is_some() {
        sheet.count(at, PAY + 5, cover.points_below_mean, &formats.whole)?;
    }
    Ok(())
}

/// A share of something; none of nothing.
fn share(part: u64, all: u64) -> Option<f64> {
    (all > 0).then(|| part as f64 / all as f64)
}
