//! A plan row by row: assignments, shortfalls, alternates.

use jiff::ToSpan as _;
use jiff::civil::Date;
use muster_matcher::explain::{BusyIn, Shortfall, alternates, shortfalls};
use muster_matcher::model::Week;
use muster_matcher::model::plan::{Plan, Stint};
use muster_matcher::model::problem::{Problem, RoleIdx};
use serde::{Deserialize, Serialize};

use super::snapshot::client;
use crate::store::{PlanRow, RowKind};

/// Somebody holds a role for some weeks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Assignment {
    /// Who.
    pub expert: String,
    /// For which campaign.
    pub campaign: String,
    /// On what.
    pub role: String,
    /// First week.
    pub from: u16,
    /// Last week.
    pub to: u16,
    /// Monday of the first week.
    pub starts: String,
    /// Sunday of the last week.
    pub ends: String,
    /// Hours of a working week.
    pub hours: u16,
    /// Weeks worked and paid.
    pub working_weeks: u32,
    /// Weeks on leave.
    pub leave_weeks: u32,
    /// Which these are.
    #[serde(default)]
    pub on_leave: Vec<u16>,
    /// Points a covering week.
    pub score: u16,
    /// Pay, in cents an hour.
    pub rate_cents: u32,
    /// Pay in all.
    pub pay_cents: i64,
}

/// Somebody who could step in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct AlternateRow {
    /// For which campaign.
    pub campaign: String,
    /// On what.
    pub role: String,
    /// Who.
    pub expert: String,
    /// 1 is the best.
    pub rank: usize,
    /// What their best stint is worth at the plan's prices, in cents: an estimate.
    #[schema(value_type = i64)]
    pub value_cents: i128,
    /// Their score on the role.
    pub score: u16,
    /// Their pay, in cents an hour.
    pub rate_cents: u32,
    /// First week of that stint.
    pub from: u16,
    /// Its last week.
    pub to: u16,
}

/// A shortfall as somebody sees it who does not reach every client: where the others are is not told.
#[derive(Serialize)]
struct WalledShortfall<'a> {
    campaign: &'a str,
    role: &'a str,
    week: u16,
    target: u32,
    min: u32,
    filled: u32,
    missing_min: u32,
    missing_target: u32,
    causes: &'a [muster_matcher::explain::CauseCount],
    busy_in: Vec<&'a BusyIn>,
    /// People who are busy for other clients.
    busy: u32,
    main_cause: Option<muster_matcher::explain::Obstacle>,
    text: String,
}

/// Everything a checked plan says, row by row; `owner` is the client of campaigns that name none.
///
/// # Errors
/// What cannot be written as JSON.
pub fn rows(problem: &Problem, plan: &Plan, owner: &str) -> serde_json::Result<Vec<PlanRow>> {
    let mut rows = Vec::new();
    let stints = plan.stints.as_deref().unwrap_or_default();
    for assignment in stints.iter().filter_map(|it| assignment(problem, it)) {
        let (from, to) = (assignment.from.into(), assignment.to.into());
        let body = serde_json::to_string(&assignment)?;
        let who = assignment.expert;
        rows.extend(row(
            problem,
            owner,
            RowKind::Assignment,
            &assignment.role,
            who,
            (from, to),
            body,
        ));
    }
    if plan.stints.is_some() {
        for shortfall in shortfalls(problem, plan) {
            let week = i64::from(shortfall.week);
            let body = serde_json::to_string(&shortfall)?;
            let kind = RowKind::Shortfall;
            let row = row(
                problem,
                owner,
                kind,
                &shortfall.role,
                String::new(),
                (week, week),
                body,
            );
            if let Some(mut row) = row {
                row.walled_body = walled(problem, owner, &shortfall)?;
                rows.push(row);
            }
        }
        for of_role in alternates(problem, plan) {
            for (rank, person) in (1..).zip(&of_role.people) {
                let shown = AlternateRow {
                    campaign: campaign_of(problem, &of_role.role).unwrap_or_default(),
                    role: of_role.role.clone(),
                    expert: person.expert.clone(),
                    rank,
                    value_cents: person.value_cents,
                    score: person.score,
                    rate_cents: person.rate_cents,
                    from: person.from,
                    to: person.to,
                };
                let weeks = (person.from.into(), person.to.into());
                let (who, body) = (person.expert.clone(), serde_json::to_string(&shown)?);
                let kind = RowKind::Alternate;
                rows.extend(row(problem, owner, kind, &of_role.role, who, weeks, body));
            }
        }
    }
    Ok(rows)
}

fn row(
    problem: &Problem,
    owner: &str,
    kind: RowKind,
    role: &str,
    expert: String,
    (first_week, last_week): (i64, i64),
    body: String,
) -> Option<PlanRow> {
    let campaign = problem.role(problem.role_with_id(role)?).campaign.index();
    Some(PlanRow {
        kind,
        client: client(problem, campaign, owner).to_owned(),
        campaign: problem.text(problem.campaigns[campaign].id).to_owned(),
        role: role.to_owned(),
        expert,
        first_week,
        last_week,
        body,
        walled_body: String::new(),
    })
}

fn campaign_of(problem: &Problem, role: &str) -> Option<String> {
    let campaign = problem.role(problem.role_with_id(role)?).campaign.index();
    Some(problem.text(problem.campaigns[campaign].id).to_owned())
}

fn walled(problem: &Problem, owner: &str, shortfall: &Shortfall) -> serde_json::Result<String> {
    let client_of = |role: &str| {
        let role: RoleIdx = problem.role_with_id(role)?;
        Some(client(problem, problem.role(role).campaign.index(), owner))
    };
    let own = client_of(&shortfall.role);
    let (near, far): (Vec<&BusyIn>, Vec<&BusyIn>) = shortfall
        .busy_in
        .iter()
        .partition(|busy| client_of(&busy.role) == own);
    let missing = shortfall.missing();
    serde_json::to_string(&WalledShortfall {
        campaign: &shortfall.campaign,
        role: &shortfall.role,
        week: shortfall.week,
        target: shortfall.target,
        min: shortfall.min,
        filled: shortfall.filled,
        missing_min: shortfall.missing_min,
        missing_target: shortfall.missing_target,
        causes: &shortfall.causes,
        busy_in: near,
        busy: far.iter().map(|busy| busy.people).sum(),
        main_cause: shortfall.main_cause,
        text: format!(
            "week {}: {missing} of {} {} missing",
            shortfall.week, shortfall.target, shortfall.role
        ),
    })
}

/// The Monday of a week, as long as there are dates.
pub(super) fn monday(start: Date, week: u16) -> Option<Date> {
    start.checked_add(i64::from(week).weeks()).ok()
}

pub(super) fn assignment(problem: &Problem, stint: &Stint) -> Option<Assignment> {
    let expert = problem.expert_with_id(&stint.expert)?;
    let role_idx = problem.role_with_id(&stint.role)?;
    let pair = problem.pair(problem.pair_of(expert, role_idx)?);
    let (from, to) = (
        u16::try_from(stint.from).ok()?,
        u16::try_from(stint.to).ok()?,
    );
    let role = problem.role(role_idx);
    let hours = &problem.expert(expert).hours;
    let weeks = Week::span(Week::new(from)?, Week::new(to)?);
    let on_leave: Vec<u16> = weeks
        .filter(|week| hours.at(*week) < role.hours)
        .map(Week::get)
        .collect();
    let leave_weeks = u32::try_from(on_leave.len()).ok()?;
    let working_weeks = u32::from(to - from) + 1 - leave_weeks;
    let day = |date: Option<Date>| date.map_or_else(String::new, |date| date.to_string());
    let sunday = monday(problem.start, to).and_then(|monday| monday.checked_add(6.days()).ok());
    let rate_cents = pair.rate.get();
    let pay = i64::from(rate_cents) * i64::from(role.hours.get()) * i64::from(working_weeks);
    Some(Assignment {
        expert: stint.expert.clone(),
        campaign: campaign_of(problem, &stint.role)?,
        role: stint.role.clone(),
        from,
        to,
        starts: day(monday(problem.start, from)),
        ends: day(sunday),
        hours: role.hours.get(),
        working_weeks,
        leave_weeks,
        on_leave,
        score: pair.score.get(),
        rate_cents,
        pay_cents: pay,
    })
}
