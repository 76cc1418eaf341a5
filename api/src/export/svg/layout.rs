//! Where things stand in the chart, in pixels.

use muster_matcher::explain::{CampaignCover, RoleCover};
use muster_matcher::model::Week;

use super::super::PlanView;
use super::text;

/// The height of a role's row, and of a campaign's line.
pub(super) const CELL: usize = 34;
pub(super) const CAMPAIGN: usize = 36;

/// The widest label of a role.
const WIDEST_LABEL: usize = 260;

/// The least width for title and legend.
const LEAST_WIDTH: usize = 700;

/// Months, as they are said.
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Sizes that depend on what is shown.
pub(super) struct Layout {
    /// How wide a role's label may be.
    pub(super) label: usize,
    /// Where the first week begins.
    pub(super) first: usize,
    /// From one week to the next.
    pub(super) cell: usize,
    /// Where the last week ends.
    pub(super) end: usize,
    /// Where the first campaign begins.
    pub(super) top: usize,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Layout {
    pub(super) fn new(
        view: &PlanView<'_>,
        campaigns: &[CampaignCover],
        roles: &[RoleCover],
    ) -> Self {
        let widest = roles.iter().map(|role| text::width(&role.role)).max();
        let label = widest.unwrap_or(0).clamp(60, WIDEST_LABEL);
        let most_heads = roles
            .iter()
            .flat_map(|role| role.filled.iter().chain(&role.target))
            .max();
        let digits = most_heads.map_or(1, |heads| heads.to_string().len());
        let cell = (8 * digits + 8).max(24);
        let first = 16 + label + 8;
        let end = first + cell * usize::from(view.problem().weeks);
        let top = 136;
        Self {
            label,
            first,
            cell,
            end,
            top,
            width: (end + 64).max(LEAST_WIDTH),
            height: top + CAMPAIGN * campaigns.len() + CELL * roles.len() + 16,
        }
    }

    /// Where a week begins.
    pub(super) fn x(&self, week: Week) -> usize {
        self.first + self.cell * week.index()
    }

    /// The middle of a week's cell.
    pub(super) fn middle(&self, week: Week) -> usize {
        self.x(week) + self.cell / 2 - 1
    }

    /// The first week of each month, and what is said over it: the month where it fits, with its year
    /// at the start and in January where that fits.
    pub(super) fn months(&self, view: &PlanView<'_>) -> Vec<(Week, String)> {
        let mondays: Vec<_> = view
            .problem()
            .all_weeks()
            .map(|week| (week, view.monday(week)))
            .collect();
        let months: Vec<_> = mondays
            .chunk_by(|(_, a), (_, b)| (a.year(), a.month()) == (b.year(), b.month()))
            .collect();
        let mut labels = Vec::new();
        for (idx, month) in months.iter().enumerate() {
            let Some((week, monday)) = month.first() else {
                continue;
            };
            let room = self.cell * month.len() + if idx + 1 == months.len() { 48 } else { 0 };
            let number = usize::try_from(monday.month()).unwrap_or(1);
            let name = MONTHS[(number + 11) % 12];
            let long = format!("{name} {}", monday.year());
            let wants_year = idx == 0 || number == 1;
            if wants_year && text::width(&long) + 4 <= room {
                labels.push((*week, long));
            } else {
                labels.push((*week, name.to_owned()));
            }
        }
        labels
    }
}
