//! A plan drawn: for every campaign its sums, for every role its weeks. From problem and plan alone.

use muster_matcher::explain::{
    CampaignCover, QuotaStatus, RatioStatus, RoleCover, campaign_covers, quota_statuses,
    ratio_statuses, role_covers,
};
use muster_matcher::model::plan::Plan;
use muster_matcher::model::problem::Problem;

use super::super::output::shown;
use super::numbers::{grouped, money, whole};
use super::sparkline::{self, Sparkline};

/// The widest name of a role.
const WIDEST: usize = 30;

/// Up to so many weeks the line of what is wanted fits beside the line of what is filled.
const BOTH_LINES: usize = 16;

/// What is drawn.
pub(super) struct Drawing {
    pub(super) roles: Vec<RoleCover>,
    pub(super) campaigns: Vec<CampaignCover>,
    pub(super) ratios: Vec<RatioStatus>,
    pub(super) quotas: Vec<QuotaStatus>,
}

/// What is said of a role besides its weeks.
pub(super) struct Labels<'a> {
    /// By campaign: its name and more.
    pub(super) titles: Vec<String>,
    /// The currency, where it is known.
    pub(super) currency: &'a str,
    /// By role: people who may hold it, where that is known.
    pub(super) eligible: Option<Vec<usize>>,
}

/// A cell of the table, and how it is shown with colours.
struct Cell {
    plain: String,
    heat: Option<String>,
}

impl From<String> for Cell {
    fn from(plain: String) -> Self {
        Self { plain, heat: None }
    }
}

impl From<Sparkline> for Cell {
    fn from(line: Sparkline) -> Self {
        Self {
            plain: line.plain,
            heat: Some(line.heat),
        }
    }
}

impl Drawing {
    pub(super) fn new(problem: &Problem, plan: &Plan) -> Self {
        Self {
            roles: role_covers(problem, plan),
            campaigns: campaign_covers(problem, plan),
            ratios: ratio_statuses(problem, plan),
            quotas: quota_statuses(problem, plan),
        }
    }

    fn n_weeks(&self) -> usize {
        self.roles.first().map_or(0, |role| role.target.len())
    }

    /// The drawing, with heat if `colours`.
    pub(super) fn text(&self, labels: &Labels<'_>, colours: bool) -> String {
        let header = self.header(labels);
        let rows: Vec<Vec<Cell>> = (0..self.roles.len())
            .map(|role| self.row(role, labels))
            .collect();
        let width = |column: usize| {
            let cells = rows.iter().map(|row| n_chars(&row[column].plain));
            cells.max().unwrap_or(0).max(n_chars(&header[column].plain))
        };
        let widths: Vec<usize> = (0..header.len()).map(width).collect();
        let n_left = header.len() - self.n_numbers(labels);
        let line = |row: &[Cell]| line(row, &widths, n_left, colours);
        let mut text = line(&header);
        for (campaign, title) in self.campaigns.iter().zip(&labels.titles) {
            text.push_str(&format!("{title}\n{}", campaign_line(campaign, labels)));
            for (role, row) in self.roles.iter().zip(&rows) {
                if role.campaign == campaign.campaign {
                    text.push_str(&line(row));
                }
            }
        }
        text.push_str(&self.legend());
        for ratio in &self.ratios {
            text.push_str(&format!("ratio {}\n", shown(&ratio.text)));
        }
        for quota in &self.quotas {
            text.push_str(&format!("quota {}\n", shown(&quota.text)));
        }
        text
    }

    fn n_numbers(&self, labels: &Labels<'_>) -> usize {
        5 + usize::from(self.shows_eligible(labels))
    }

    /// The number of eligible people has room beside a week, not beside many.
    fn shows_eligible(&self, labels: &Labels<'_>) -> bool {
        labels.eligible.is_some() && self.n_weeks() <= 1
    }

    fn shows_wanted(&self) -> bool {
        (2..=BOTH_LINES).contains(&self.n_weeks())
    }

    fn header(&self, labels: &Labels<'_>) -> Vec<Cell> {
        let mut names = vec!["role"];
        if self.shows_wanted() {
            names.push("wanted");
        }
        names.push("filled");
        names.push(if self.n_weeks() > 1 { "peak" } else { "target" });
        names.push(if self.n_weeks() > 1 {
            "seat-weeks"
        } else {
            "heads"
        });
        names.push("short");
        if self.shows_eligible(labels) {
            names.push("eligible");
        }
        names.push("mean");
        let pay = format!("pay {}", labels.currency);
        names.push(pay.trim_end());
        names.into_iter().map(|it| it.to_owned().into()).collect()
    }

    fn row(&self, idx: usize, labels: &Labels<'_>) -> Vec<Cell> {
        let role = &self.roles[idx];
        let mut row: Vec<Cell> = vec![format!("  {}", self.name(role)).into()];
        if self.shows_wanted() {
            row.push(sparkline::wanted(&role.target).into());
        }
        row.push(sparkline::filled(&role.filled, &role.target).into());
        row.push(grouped(role.peak_target.into()).into());
        row.push(grouped(role.seat_weeks_filled.into()).into());
        row.push(or_none(role.seat_weeks_missing).into());
        if let Some(eligible) = labels
            .eligible
            .as_ref()
            .filter(|_| self.shows_eligible(labels))
        {
            let eligible = eligible.get(idx).copied().unwrap_or(0);
            row.push(grouped(eligible as i128).into());
        }
        let mean = role.mean_score();
        row.push(mean.map_or("–".to_owned(), |it| it.to_string()).into());
        row.push(whole(role.pay).into());
        row
    }

    /// A role's id without its campaign's before it, cut where it is too long.
    fn name(&self, role: &RoleCover) -> String {
        let own = role.role.strip_prefix(&role.campaign);
        let name = own.and_then(|it| it.strip_prefix('/'));
        let name = shown(name.unwrap_or(&role.role));
        if n_chars(&name) <= WIDEST {
            return name;
        }
        let cut: String = name.chars().take(WIDEST - 1).collect();
        format!("{cut}…")
    }

    fn legend(&self) -> String {
        let n_weeks = self.n_weeks();
        let mut text = String::new();
        if n_weeks > 1 {
            text.push_str("filled: heads of those wanted, █ all, ▁ few or none, · none wanted");
            match sparkline::weeks_a_character(n_weeks) {
                1 => text.push_str("; one character a week\n"),
                weeks => text.push_str(&format!("; the worst of every {weeks} weeks\n")),
            }
        }
        text
    }
}

/// A campaign's sums in a line.
fn campaign_line(campaign: &CampaignCover, labels: &Labels<'_>) -> String {
    let pay = money(campaign.pay);
    let currency = labels.currency;
    let pay = match campaign.budget {
        None => format!("{pay} {currency}"),
        Some(budget) if budget.0 > 0 => {
            let percent = 100 * campaign.pay.0 / budget.0;
            let of_budget = format!("{pay} of {} {currency}", money(budget));
            format!("{} ({percent} %)", of_budget.trim_end())
        }
        Some(_) => format!("{pay} of a budget of 0"),
    };
    let mean = campaign.mean_score;
    let mut score = mean.map_or("–".to_owned(), |it| it.to_string());
    if let Some(wanted) = campaign.mean_score_wanted {
        score.push_str(&format!(" of {wanted} wanted"));
        if campaign.points_below_mean > 0 {
            let below = grouped(campaign.points_below_mean.into());
            score.push_str(&format!(" ({below} points below)"));
        }
    }
    format!(
        "  {} people, peak {} of {} heads; pay {}; mean score {score}\n",
        grouped(campaign.people.into()),
        grouped(campaign.peak_filled.into()),
        grouped(campaign.peak_target.into()),
        pay.trim_end(),
    )
}

/// Cells in columns, the first few to the left, numbers to the right.
fn line(row: &[Cell], widths: &[usize], n_left: usize, colours: bool) -> String {
    let mut line = String::new();
    for (idx, (cell, width)) in row.iter().zip(widths).enumerate() {
        let pad = " ".repeat(width - n_chars(&cell.plain));
        let heat = cell.heat.as_ref().filter(|_| colours);
        let text = heat.unwrap_or(&cell.plain);
        if idx > 0 {
            line.push_str("  ");
        }
        if idx < n_left {
            line.push_str(text);
            line.push_str(&pad);
        } else {
            line.push_str(&pad);
            line.push_str(text);
        }
    }
    line.truncate(line.trim_end().len());
    line.push('\n');
    line
}

fn n_chars(text: &str) -> usize {
    text.chars().count()
}

fn or_none(heads: u64) -> String {
    if heads == 0 {
        "–".to_owned()
    } else {
        grouped(heads.into())
    }
}
