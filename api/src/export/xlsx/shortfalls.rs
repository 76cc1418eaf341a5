//! The sheet of what is short: every role-week below its target, with what keeps people away.

use muster_matcher::explain::{CauseCount, Obstacle, Shortfall, shortfalls};
use muster_matcher::model::{Cents, Week};

use super::super::{ExportError, PlanView};
use super::sheet::Sheet;

const COLUMNS: [(&str, u8); 13] = [
    ("Campaign", 20),
    ("Role", 24),
    ("Week", 6),
    ("Monday", 11),
    ("Wanted", 8),
    ("At least", 8),
    ("Filled", 8),
    ("Missing", 8),
    ("Of those below the least", 11),
    ("Cost of missing heads", 16),
    ("Worth of one more head", 16),
    ("Main cause", 42),
    ("People kept away, by cause", 120),
];
const MISSING: u16 = 7;
const COST: u16 = 9;

pub(super) fn write(view: &PlanView<'_>, sheet: &mut Sheet<'_>) -> Result<(), ExportError> {
    let formats = sheet.formats;
    sheet.header(0, &COLUMNS.map(|(name, _)| name))?;
    sheet.widths(&COLUMNS.map(|(_, width)| width))?;
    sheet.raw.set_freeze_panes(1, 2)?;
    sheet.raw.set_repeat_rows(0, 0)?;
    let problem = view.problem();
    let mut short = shortfalls(problem, view.plan());
    short.retain(|it| {
        problem
            .campaign_with_id(&it.campaign)
            .is_some_and(|it| view.shows(it))
    });
    let mut at = 1;
    for shortfall in &short {
        row(view, shortfall, at, sheet)?;
        at += 1;
    }
    if short.is_empty() {
        sheet.text(at, 0, "Every seat is filled.", &formats.note)?;
        return Ok(());
    }
    let missing: u64 = short.iter().map(|it| u64::from(it.missing())).sum();
    let below: u64 = short.iter().map(|it| u64::from(it.missing_min)).sum();
    let cost: Cents = short.iter().map(|it| it.cost).sum();
    sheet.raw.autofilter(0, 0, at - 1, 12)?;
    let rows = (1, at - 1);
    sheet.text(at, 0, "Sum", &formats.bold)?;
    sheet.subtotal(at, MISSING, rows, missing as f64, &formats.bold_whole)?;
    sheet.subtotal(at, MISSING + 1, rows, below as f64, &formats.bold_whole)?;
    sheet.money_subtotal(at, COST, rows, cost)?;
    Ok(())
}

fn row(
    view: &PlanView<'_>,
    short: &Shortfall,
    at: u32,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    sheet.text(at, 0, &short.campaign, &formats.plain)?;
    sheet.text(at, 1, &short.role, &formats.plain)?;
    sheet.number(at, 2, short.week, &formats.week)?;
    if let Some(week) = Week::new(short.week) {
        sheet.date(at, 3, view.monday(week))?;
    }
    let heads = [
        short.target,
        short.min,
        short.filled,
        short.missing(),
        short.missing_min,
    ];
    for (column, heads) in (4..).zip(heads) {
        sheet.number(at, column, heads, &formats.whole)?;
    }
    sheet.money(at, COST, short.cost)?;
    sheet.money(at, COST + 1, short.head_price)?;
    let main = short.main_cause.map_or_else(String::new, words);
    sheet.text(at, COST + 2, &main, &formats.indented)?;
    sheet.text(at, COST + 3, &causes(&short.causes), &formats.indented)?;
    Ok(())
}

/// What keeps so many people away, those who may hold the role first. Other roles are not named: they may be
/// of campaigns that are not shown.
fn causes(counts: &[CauseCount]) -> String {
    let mut counts = counts.to_vec();
    counts.sort_by_key(|it| it.cause.is_about_eligibility());
    let said: Vec<String> = counts
        .iter()
        .map(|it| format!("{} {}", it.people, words(it.cause)))
        .collect();
    said.join(", ")
}

fn words(cause: Obstacle) -> String {
    let others = if cause.is_about_other_roles() {
        " other roles"
    } else {
        ""
    };
    format!("{}{others}", cause.words())
}
