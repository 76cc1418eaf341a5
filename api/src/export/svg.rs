//! A chart of heads by role and week that stands alone: no script, no style sheet, no font of its own.
//!
//! Every cell says heads filled over heads wanted in figures; a bar at its foot is as long as the share
//! filled, and an outline marks what is below the least wanted, so that nothing is said by colour alone.
//! The chart has its own ground and is read alike on light and dark pages.

mod layout;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use muster_matcher::explain::{CampaignCover, RoleCover, campaign_covers, role_covers};
use muster_matcher::model::Week;

use super::{ExportError, PlanView};
use layout::{CAMPAIGN, CELL, Layout};
use text::{escaped, fitting};

/// Ink and ground: every text has a contrast of at least 4.5 to 1 with what is under it.
const GROUND: &str = "#ffffff";
const FRAME: &str = "#8c959f";
const INK: &str = "#1f2328";
const FAINT: &str = "#59636e";

/// How a role stands in a week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Standing {
    NotWanted,
    Full,
    Short,
    BelowMin,
    TooMany,
}

impl Standing {
    const ALL: [Self; 5] = [
        Self::Full,
        Self::Short,
        Self::BelowMin,
        Self::NotWanted,
        Self::TooMany,
    ];

    fn of(filled: u32, min: u32, target: u32) -> Self {
        if filled > target {
            Self::TooMany
        } else if target == 0 {
            Self::NotWanted
        } else if filled == target {
            Self::Full
        } else if filled >= min {
            Self::Short
        } else {
            Self::BelowMin
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::NotWanted => "nobody wanted",
            Self::Full => "filled",
            Self::Short => "short",
            Self::BelowMin => "below the least wanted",
            Self::TooMany => "more than wanted",
        }
    }

    /// The cell's ground, and its outline if it has one.
    const fn colours(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::NotWanted => ("#f6f8fa", None),
            Self::Full => ("#c3e6d3", None),
            Self::Short => ("#ffe1a0", None),
            Self::BelowMin => ("#ffc9bf", Some("#a40e26")),
            Self::TooMany => ("#ddd0f5", Some("#512a97")),
        }
    }

    /// The bar's colour.
    const fn bar(self) -> &'static str {
        match self {
            Self::NotWanted => "none",
            Self::Full => "#1a7f4b",
            Self::Short => "#9a6700",
            Self::BelowMin => "#a40e26",
            Self::TooMany => "#512a97",
        }
    }
}

/// Writes the chart of the campaigns shown.
///
/// *Complexity*: linear in the weeks of all stints and the cells.
///
/// # Errors
/// What writing to `out` fails with.
pub fn write(view: &PlanView<'_>, out: &mut dyn Write) -> Result<(), ExportError> {
    let (problem, plan) = (view.problem(), view.plan());
    let mut campaigns = campaign_covers(problem, plan);
    let mut roles = role_covers(problem, plan);
    let is_shown = |id: &str| {
        problem
            .campaign_with_id(id)
            .is_some_and(|it| view.shows(it))
    };
    campaigns.retain(|it| is_shown(&it.campaign));
    roles.retain(|it| is_shown(&it.campaign));
    let chart = Chart {
        layout: Layout::new(view, &campaigns, &roles),
        view,
        campaigns,
        roles,
    };
    Ok(chart.write(out)?)
}

struct Chart<'a> {
    view: &'a PlanView<'a>,
    campaigns: Vec<CampaignCover>,
    roles: Vec<RoleCover>,
    layout: Layout,
}

impl Chart<'_> {
    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let (width, height) = (self.layout.width, self.layout.height);
        write!(
            out,
            r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img" aria-labelledby="muster-title muster-desc" font-family="system-ui, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" font-size="12" fill="{INK}">"#
        )?;
        writeln!(out)?;
        writeln!(
            out,
            r#"<title id="muster-title">{}</title>"#,
            escaped(&self.title())
        )?;
        writeln!(
            out,
            r#"<desc id="muster-desc">{}</desc>"#,
            escaped(&self.summary())
        )?;
        let (inner_width, inner_height) = (width - 1, height - 1);
        writeln!(
            out,
            r#"<rect x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="6" fill="{GROUND}" stroke="{FRAME}"/>"#
        )?;
        self.heading(out)?;
        let mut y = self.layout.top;
        for campaign in &self.campaigns {
            self.campaign(out, campaign, y)?;
            y += CAMPAIGN;
            for role in self
                .roles
                .iter()
                .filter(|it| it.campaign == campaign.campaign)
            {
                self.role(out, role, y)?;
                y += CELL;
            }
        }
        writeln!(out, "</svg>")
    }

    fn title(&self) -> String {
        let problem = self.view.problem();
        let (first, last) = (problem.start, self.view.sunday(problem.last_week()));
        format!("Heads by role and week, {first} to {last}")
    }

    fn summary(&self) -> String {
        let said: Vec<String> = self
            .campaigns
            .iter()
            .map(|it| format!("{}: {}", it.campaign, seat_weeks(it)))
            .collect();
        let n_roles = self.roles.len();
        let n_weeks = self.view.problem().weeks;
        format!("{n_roles} roles over {n_weeks} weeks. {}.", said.join("; "))
    }

    /// Title, legend, and the weeks.
    fn heading(&self, out: &mut dyn Write) -> io::Result<()> {
        let layout = &self.layout;
        writeln!(
            out,
            r#"<text x="16" y="28" font-size="16" font-weight="600">{}</text>"#,
            escaped(&self.title())
        )?;
        let mut x = 16;
        // Only a plan that breaks rules has more than are wanted.
        let has_too_many = self.roles.iter().any(|role| {
            let mut weeks = role.filled.iter().zip(&role.target);
            weeks.any(|(filled, target)| filled > target)
        });
        let n_shown = if has_too_many { 5 } else { 4 };
        for standing in Standing::ALL.into_iter().take(n_shown) {
            let (fill, stroke) = standing.colours();
            let stroke = stroke.unwrap_or(FRAME);
            let words = standing.words();
            writeln!(
                out,
                r#"<rect x="{x}" y="41" width="14" height="14" rx="2" fill="{fill}" stroke="{stroke}"/><text x="{}" y="52">{words}</text>"#,
                x + 20
            )?;
            x += 20 + text::width(words) + 20;
        }
        writeln!(
            out,
            r#"<text x="16" y="72" fill="{FAINT}">in a cell: heads filled / heads wanted</text>"#
        )?;
        let y = layout.top;
        for (week, label) in layout.months(self.view) {
            writeln!(
                out,
                r#"<text x="{}" y="{}" font-weight="600">{label}</text>"#,
                layout.x(week),
                y - 36
            )?;
        }
        let label_end = layout.first - 8;
        for (name, y) in [("Monday", y - 20), ("week", y - 6)] {
            writeln!(
                out,
                r#"<text x="{label_end}" y="{y}" text-anchor="end" fill="{FAINT}">{name}</text>"#
            )?;
        }
        for week in self.view.problem().all_weeks() {
            let x = layout.middle(week);
            let day = self.view.monday(week).day();
            writeln!(
                out,
                r#"<text x="{x}" y="{}" text-anchor="middle" font-size="11">{day}</text><text x="{x}" y="{}" text-anchor="middle" font-size="10" fill="{FAINT}">{week}</text>"#,
                y - 20,
                y - 6
            )?;
        }
        Ok(())
    }

    fn campaign(&self, out: &mut dyn Write, campaign: &CampaignCover, y: usize) -> io::Result<()> {
        let line = y + 6;
        let end = self.layout.width - 16;
        writeln!(
            out,
            r##"<line x1="16" y1="{line}" x2="{end}" y2="{line}" stroke="#d1d9e0"/>"##
        )?;
        // The sum first: it is short, and so nothing of it is cut.
        let sum = seat_weeks(campaign);
        let room = end.saturating_sub(16 + text::width(&sum) + 24);
        writeln!(
            out,
            r#"<text x="16" y="{}"><tspan font-weight="600" unicode-bidi="isolate">{}</tspan><tspan dx="10" fill="{FAINT}">{sum}</tspan></text>"#,
            y + 24,
            escaped(&fitting(&campaign.campaign, room * 9 / 10)),
        )
    }

    fn role(&self, out: &mut dyn Write, role: &RoleCover, y: usize) -> io::Result<()> {
        let layout = &self.layout;
        let label = fitting(&role.role, layout.label);
        writeln!(
            out,
            r#"<g class="role"><title>{}</title><text x="{}" y="{}" text-anchor="end">{}</text>"#,
            escaped(&role.role),
            layout.first - 8,
            y + 20,
            escaped(&label)
        )?;
        for week in self.view.problem().all_weeks() {
            self.cell(out, role, week, y)?;
        }
        let filled = role.seat_weeks_wanted - role.seat_weeks_missing;
        writeln!(
            out,
            r#"<text x="{}" y="{}" fill="{FAINT}">{}</text></g>"#,
            layout.end + 10,
            y + 20,
            percent(filled, role.seat_weeks_wanted)
        )
    }

    fn cell(&self, out: &mut dyn Write, role: &RoleCover, week: Week, y: usize) -> io::Result<()> {
        let idx = week.index();
        let (filled, min, target) = (role.filled[idx], role.min[idx], role.target[idx]);
        let standing = Standing::of(filled, min, target);
        let layout = &self.layout;
        let (x, middle) = (layout.x(week), layout.middle(week));
        let (width, height) = (layout.cell - 2, CELL - 2);
        let monday = self.view.monday(week);
        let least = if min > 0 {
            format!(", at least {min}")
        } else {
            String::new()
        };
        let (fill, stroke) = standing.colours();
        let stroke = stroke.map_or(String::new(), |stroke| {
            format!(r#" stroke="{stroke}" stroke-width="1.5""#)
        });
        write!(
            out,
            r#"<g class="cell"><title>{}, week {week} from {monday}: {filled} of {target} heads{least}; {}</title><rect x="{x}" y="{y}" width="{width}" height="{height}" rx="2" fill="{fill}"{stroke}/>"#,
            escaped(&role.role),
            standing.words(),
        )?;
        if standing == Standing::NotWanted {
            write!(
                out,
                r#"<text x="{middle}" y="{}" text-anchor="middle" fill="{FAINT}">·</text>"#,
                y + 19
            )?;
        } else {
            let share =
                (width - 4) as u64 * u64::from(filled.min(target)) / u64::from(target.max(1));
            write!(
                out,
                r#"<text x="{middle}" y="{}" text-anchor="middle" font-size="11" font-weight="600">{filled}</text><text x="{middle}" y="{}" text-anchor="middle" font-size="10">/{target}</text><rect x="{}" y="{}" width="{share}" height="2" fill="{}"/>"#,
                y + 12,
                y + 23,
                x + 2,
                y + height - 4,
                standing.bar(),
            )?;
        }
        writeln!(out, "</g>")
    }
}

fn seat_weeks(campaign: &CampaignCover) -> String {
    let (wanted, missing) = (campaign.seat_weeks_wanted, campaign.seat_weeks_missing);
    let filled = wanted - missing;
    let share = percent(filled, wanted);
    format!("{filled} of {wanted} seat-weeks filled ({share})")
}

/// A share in whole percent, rounded down so that only what is whole is 100 %.
fn percent(part: u64, all: u64) -> String {
    match all {
        0 => "–".to_owned(),
        all => format!("{} %", 100 * u128::from(part) / u128::from(all)),
    }
}
