//! A plan seen through its problem: its stints with all that follows from them.

use jiff::civil::Date;
use jiff::{Span, ToSpan as _};
use muster_matcher::json::{Faults, Path};
use muster_matcher::model::plan::{Plan, Status, Stint};
use muster_matcher::model::problem::{
    CampaignIdx, ExpertIdx, Pair, PairIdx, Problem, Role, RoleIdx,
};
use muster_matcher::model::{Cents, Week};

use super::ExportError;

/// A stint of the plan, with its weeks counted.
#[derive(Clone, Copy, Debug)]
pub struct StintRow<'a> {
    /// The campaign of its role.
    pub campaign: CampaignIdx,
    /// On what.
    pub role: RoleIdx,
    /// Who.
    pub expert: ExpertIdx,
    /// First week.
    pub from: Week,
    /// Last week.
    pub to: Week,
    /// Rate and score.
    pub pair: &'a Pair,
    /// Weeks worked, and so paid.
    pub worked: u32,
    /// Of those, weeks of onboarding, which cover nothing.
    pub onboarding: u32,
    /// Weeks on leave.
    pub leave: u32,
    /// Whether it continues a stint from before the horizon, and so costs no start.
    pub continues: bool,
}

/// What somebody does in a week of a stint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    /// Holds the role; no work, no pay.
    Leave,
    /// Is paid and covers nothing yet.
    Onboarding,
    /// Is paid and covers the role.
    Covering,
}

/// A plan of a problem, whole or as some campaigns see it.
#[derive(Clone, Debug)]
pub struct PlanView<'a> {
    problem: &'a Problem,
    plan: &'a Plan,
    /// In the plan's order.
    rows: Vec<StintRow<'a>>,
    /// By campaign: whether it is shown.
    shown: Vec<bool>,
}

impl<'a> PlanView<'a> {
    /// The whole plan. The plan need not keep the rules; every stint must name an expert, a role, their
    /// pair and weeks of the horizon.
    ///
    /// *Complexity*: linear in the weeks of all stints.
    ///
    /// # Errors
    /// [`ExportError::NoStints`], [`ExportError::Stints`], [`ExportError::NoDates`].
    pub fn new(problem: &'a Problem, plan: &'a Plan) -> Result<Self, ExportError> {
        let stints = plan.stints.as_ref();
        let stints = stints.ok_or(ExportError::NoStints(plan.status))?;
        let weeks = Span::new().try_weeks(problem.weeks);
        let end = weeks.and_then(|weeks| problem.start.checked_add(weeks));
        end.map_err(|_| ExportError::NoDates)?;
        let mut faults = Faults::default();
        let mut rows = Vec::with_capacity(stints.len());
        for (entry, stint) in stints.iter().enumerate() {
            let root = Path::ROOT;
            let list = root.key("stints");
            rows.extend(row(problem, stint, &list.index(entry), &mut faults));
        }
        if !faults.is_empty() {
            return Err(ExportError::Stints(faults));
        }
        Ok(Self {
            problem,
            plan,
            rows,
            shown: vec![true; problem.campaigns.len()],
        })
    }

    /// What the plan says of some campaigns.
    ///
    /// # Errors
    /// [`ExportError::NoCampaign`].
    pub fn only(mut self, campaigns: &[impl AsRef<str>]) -> Result<Self, ExportError> {
        self.shown.fill(false);
        for id in campaigns {
            let id = id.as_ref();
            let campaign = self.problem.campaign_with_id(id);
            let campaign = campaign.ok_or_else(|| ExportError::NoCampaign(id.to_owned()))?;
            self.shown[campaign.index()] = true;
        }
        let shown = &self.shown;
        self.rows.retain(|row| shown[row.campaign.index()]);
        Ok(self)
    }

    /// The problem.
    pub fn problem(&self) -> &'a Problem {
        self.problem
    }

    /// The whole plan, also where only some campaigns are shown.
    pub fn plan(&self) -> &'a Plan {
        self.plan
    }

    /// The stints shown, in the plan's order.
    pub fn rows(&self) -> &[StintRow<'a>] {
        &self.rows
    }

    /// Whether every campaign is shown.
    pub fn is_whole(&self) -> bool {
        self.shown.iter().all(|shown| *shown)
    }

    /// Whether a campaign is shown.
    pub fn shows(&self, campaign: CampaignIdx) -> bool {
        self.shown[campaign.index()]
    }

    /// The campaigns shown, in the problem's order.
    pub fn campaigns(&self) -> impl Iterator<Item = CampaignIdx> + '_ {
        let all = (0..self.shown.len()).map(CampaignIdx::from);
        all.filter(|campaign| self.shows(*campaign))
    }

    /// A campaign's id.
    pub fn campaign_id(&self, campaign: CampaignIdx) -> &'a str {
        self.problem
            .text(self.problem.campaigns[campaign.index()].id)
    }

    /// The role of a stint.
    pub fn role_of(&self, row: &StintRow<'_>) -> &'a Role {
        self.problem.role(row.role)
    }

    /// The Monday of a week of the horizon.
    pub fn monday(&self, week: Week) -> Date {
        monday(self.problem, week)
    }

    /// The Sunday of a week of the horizon.
    pub fn sunday(&self, week: Week) -> Date {
        self.monday(week).saturating_add(6.days())
    }

    /// The pay of a stint.
    pub fn pay(&self, row: &StintRow<'_>) -> Cents {
        row.pair.rate * self.role_of(row).hours * i128::from(row.worked)
    }

    /// What the start of a stint costs in the objective.
    pub fn start_cost(&self, row: &StintRow<'_>) -> Cents {
        if row.continues {
            Cents::ZERO
        } else {
            self.problem.weights.start
        }
    }

    /// What the expert does in each week of a stint.
    pub fn weeks(&self, row: &StintRow<'_>) -> impl Iterator<Item = (Week, Doing)> + use<'a> {
        let pair = self.problem.pair_of(row.expert, row.role);
        weeks(self.problem, pair, row.pair, row.from, row.to)
    }
}

/// The Monday of a week of a problem's horizon.
pub(super) fn monday(problem: &Problem, week: Week) -> Date {
    problem.start.saturating_add(i64::from(week.get()).weeks())
}

/// What the contract says of each week of a stint (its section 2): leave where the expert's hours are
/// below the role's, onboarding for the first working weeks, those before the horizon counted in.
fn weeks<'a>(
    problem: &'a Problem,
    idx: Option<PairIdx>,
    pair: &Pair,
    from: Week,
    to: Week,
) -> impl Iterator<Item = (Week, Doing)> + use<'a> {
    let (role, expert) = (problem.role(pair.role), problem.expert(pair.expert));
    let before = idx.filter(|_| from == Week::default());
    let before = before.and_then(|pair| problem.ongoing_of(pair));
    let mut worked = before.map_or(0, |before| before.worked.get());
    Week::span(from, to).map(move |week| {
        if expert.hours.at(week) < role.hours {
            return (week, Doing::Leave);
        }
        worked += 1;
        if worked > role.onboarding.get() {
            (week, Doing::Covering)
        } else {
            (week, Doing::Onboarding)
        }
    })
}

/// The stint with its weeks counted; notes what the problem does not know.
fn row<'a>(
    problem: &'a Problem,
    stint: &Stint,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<StintRow<'a>> {
    let expert = problem.expert_with_id(&stint.expert);
    if expert.is_none() {
        faults.add(
            &at.key("expert"),
            format_args!("{:?}", stint.expert),
            "an expert of the problem",
        );
    }
    let role = problem.role_with_id(&stint.role);
    if role.is_none() {
        faults.add(
            &at.key("role"),
            format_args!("{:?}", stint.role),
            "a role of the problem",
        );
    }
    let span = span(problem, stint.from, stint.to);
    if let Err((field, found, expected)) = &span {
        faults.add(&at.key(field), found, expected);
    }
    let (expert, role, (from, to)) = (expert?, role?, span.ok()?);
    let Some(idx) = problem.pair_of(expert, role) else {
        let found = format_args!("{:?} on {:?}", stint.expert, stint.role);
        faults.add(at, found, "a pair of the problem");
        return None;
    };
    let pair = problem.pair(idx);
    let mut row = StintRow {
        campaign: problem.role(role).campaign,
        role,
        expert,
        from,
        to,
        pair,
        worked: 0,
        onboarding: 0,
        leave: 0,
        continues: from == Week::default() && problem.ongoing_of(idx).is_some(),
    };
    for (_, doing) in weeks(problem, Some(idx), pair, from, to) {
        row.worked += u32::from(doing != Doing::Leave);
        row.onboarding += u32::from(doing == Doing::Onboarding);
        row.leave += u32::from(doing == Doing::Leave);
    }
    Some(row)
}

/// First and last week, or the field that is wrong, what it holds and what was expected.
pub(super) fn span(
    problem: &Problem,
    from: i64,
    to: i64,
) -> Result<(Week, Week), (&'static str, i64, String)> {
    let last = problem.last_week();
    let week = |week: i64| Week::new(week).filter(|week| *week <= last);
    let expected = || format!("a week of the horizon, 0 to {last}");
    let first = week(from).ok_or_else(|| ("from", from, expected()))?;
    let last = week(to).ok_or_else(|| ("to", to, expected()))?;
    if first > last {
        return Err(("to", to, format!("a week from {from} on")));
    }
    Ok((first, last))
}

/// The word of a status in plan files.
pub(super) const fn status_name(status: Status) -> &'static str {
    match status {
        Status::Optimal => "optimal",
        Status::Feasible => "feasible",
        Status::Infeasible => "infeasible",
        Status::Unknown => "unknown",
    }
}
