//! A campaign's sheet: a row a stint, by role and person, with hours week by week and sums by role.

use muster_matcher::model::Cents;
use muster_matcher::model::problem::CampaignIdx;
use rust_xlsxwriter::Format;

use super::super::view::Doing;
use super::super::{ExportError, PlanView, StintRow};
use super::sheet::Sheet;

/// What is said of a stint before its weeks, and how wide.
const COLUMNS: [(&str, u8); 13] = [
    ("Role", 24),
    ("Person", 20),
    ("First day", 11),
    ("Last day", 11),
    ("Weeks worked", 8),
    ("Weeks covered", 9),
    ("Weeks on leave", 9),
    ("Hours a week", 8),
    ("Hours", 9),
    ("Rate", 10),
    ("Pay", 14),
    ("Start cost", 12),
    ("Score", 7),
];
const PERSON: u16 = 1;
const WORKED: u16 = 4;
const HOURS: u16 = 8;
const PAY: u16 = 10;
const START: u16 = 11;
const FIRST_WEEK: u16 = 13;

/// The row of the header; stints follow.
const HEADER: u32 = 3;

/// What some stints add up to.
struct Sums {
    people: usize,
    worked: u64,
    covered: u64,
    leave: u64,
    hours: u64,
    pay: Cents,
    start: Cents,
    by_week: Vec<u64>,
}

pub(super) fn write(
    view: &PlanView<'_>,
    campaign: CampaignIdx,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    heading(view, campaign, sheet)?;
    let mut rows: Vec<&StintRow<'_>> = view
        .rows()
        .iter()
        .filter(|row| row.campaign == campaign)
        .collect();
    rows.sort_by_key(|row| (row.role, row.expert, row.from, row.to));
    let first = HEADER + 1;
    let mut at = first;
    for of_role in rows.chunk_by(|a, b| a.role == b.role) {
        let first = at;
        for row in of_role {
            stint(view, row, at, sheet)?;
            at += 1;
        }
        let role = view.problem().role_id(of_role[0].role);
        sums(
            &Sums::of(view, of_role),
            &format!("{role}: sum"),
            at,
            (first, at - 1),
            sheet,
        )?;
        at += 1;
    }
    if rows.is_empty() {
        sheet.text(
            at,
            0,
            "Nobody is planned for this campaign.",
            &sheet.formats.note,
        )?;
        return Ok(());
    }
    sums(&Sums::of(view, &rows), "Sum", at, (first, at - 1), sheet)?;
    // The last row stays in sight whatever is filtered.
    sheet.raw.autofilter(HEADER, 0, at - 1, last_column(view))?;
    Ok(())
}

fn last_column(view: &PlanView<'_>) -> u16 {
    FIRST_WEEK + view.problem().weeks - 1
}

/// Title, what the weeks mean, names of columns, weeks; all of them stay in sight.
fn heading(
    view: &PlanView<'_>,
    campaign: CampaignIdx,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    let problem = view.problem();
    let facts = &problem.campaigns[campaign.index()];
    let client = facts
        .client
        .map(|client| format!("{}, ", problem.text(client)));
    let title = format!(
        "{} ({}priority {})",
        problem.text(facts.id),
        client.unwrap_or_default(),
        facts.priority
    );
    sheet.text(0, 0, &title, &formats.title)?;
    let note = "Hours by week, each a Monday to Sunday under its Monday; in italics: onboarding, paid and not yet covering; \
                leave: the role is held without work or pay.";
    sheet.text(1, 0, note, &formats.note)?;
    sheet.header(HEADER, &COLUMNS.map(|(name, _)| name))?;
    sheet.widths(&COLUMNS.map(|(_, width)| width))?;
    for (column, week) in (FIRST_WEEK..).zip(problem.all_weeks()) {
        let monday = view.monday(week);
        let iso = monday.iso_week_date();
        let name = format!("{}-W{:02}", iso.year(), iso.week());
        sheet.text(HEADER - 1, column, &name, &formats.note)?;
        sheet.date_as(HEADER, column, monday, &formats.header_date)?;
        sheet.raw.set_column_width(column, 9)?;
    }
    sheet.raw.set_freeze_panes(HEADER + 1, PERSON + 1)?;
    sheet.raw.set_repeat_rows(HEADER - 1, HEADER)?;
    Ok(())
}

fn stint(
    view: &PlanView<'_>,
    row: &StintRow<'_>,
    at: u32,
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    let problem = view.problem();
    let hours = view.role_of(row).hours.get();
    sheet.text(at, 0, problem.role_id(row.role), &formats.plain)?;
    sheet.text(at, PERSON, problem.expert_id(row.expert), &formats.plain)?;
    sheet.date(at, 2, view.monday(row.from))?;
    sheet.date(at, 3, view.sunday(row.to))?;
    sheet.number(at, WORKED, row.worked, &formats.whole)?;
    sheet.number(at, WORKED + 1, row.worked - row.onboarding, &formats.whole)?;
    sheet.number(at, WORKED + 2, row.leave, &formats.whole)?;
    sheet.number(at, HOURS - 1, hours, &formats.whole)?;
    sheet.number(at, HOURS, row.worked * u32::from(hours), &formats.whole)?;
    sheet.money(at, PAY - 1, Cents(row.pair.rate.get().into()))?;
    sheet.money(at, PAY, view.pay(row))?;
    sheet.money(at, START, view.start_cost(row))?;
    sheet.number(at, START + 1, row.pair.score.get(), &formats.whole)?;
    for (week, doing) in view.weeks(row) {
        let column = FIRST_WEEK + week.get();
        match doing {
            Doing::Leave => sheet.text(at, column, "leave", &formats.leave)?,
            Doing::Onboarding => sheet.number(at, column, hours, &formats.onboarding)?,
            Doing::Covering => sheet.number(at, column, hours, &formats.week)?,
        }
    }
    Ok(())
}

impl Sums {
    fn of(view: &PlanView<'_>, rows: &[&StintRow<'_>]) -> Self {
        let mut people: Vec<_> = rows.iter().map(|row| row.expert).collect();
        people.sort_unstable();
        people.dedup();
        let mut sums = Self {
            people: people.len(),
            worked: 0,
            covered: 0,
            leave: 0,
            hours: 0,
            pay: Cents::ZERO,
            start: Cents::ZERO,
            by_week: vec![0; view.problem().weeks.into()],
        };
        for row in rows {
            let hours = u64::from(view.role_of(row).hours.get());
            sums.worked += u64::from(row.worked);
            sums.covered += u64::from(row.worked - row.onboarding);
            sums.leave += u64::from(row.leave);
            sums.hours += hours * u64::from(row.worked);
            sums.pay += view.pay(row);
            sums.start += view.start_cost(row);
            let working = view.weeks(row).filter(|(_, doing)| *doing != Doing::Leave);
            for (week, _) in working {
                sums.by_week[week.index()] += hours;
            }
        }
        sums
    }
}

/// A row of sums over the rows before it.
fn sums(
    sums: &Sums,
    name: &str,
    at: u32,
    rows: (u32, u32),
    sheet: &mut Sheet<'_>,
) -> Result<(), ExportError> {
    let formats = sheet.formats;
    let whole: &Format = &formats.bold_whole;
    for column in 0..FIRST_WEEK {
        sheet.text(at, column, "", &formats.bold)?;
    }
    sheet.text(at, 0, name, &formats.bold)?;
    let noun = if sums.people == 1 { "person" } else { "people" };
    sheet.text(
        at,
        PERSON,
        &format!("{} {noun}", sums.people),
        &formats.bold,
    )?;
    for (column, sum) in (WORKED..).zip([sums.worked, sums.covered, sums.leave]) {
        sheet.subtotal(at, column, rows, sum as f64, whole)?;
    }
    sheet.subtotal(at, HOURS, rows, sums.hours as f64, whole)?;
    sheet.money_subtotal(at, PAY, rows, sums.pay)?;
    sheet.money_subtotal(at, START, rows, sums.start)?;
    for (column, hours) in (FIRST_WEEK..).zip(&sums.by_week) {
        sheet.subtotal(at, column, rows, *hours as f64, &formats.bold_week)?;
    }
    Ok(())
}
