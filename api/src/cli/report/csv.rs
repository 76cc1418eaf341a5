//! Stints as CSV, for spreadsheets.

use std::io::{self, Write};

use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::plan::Staffing;

/// Writes the plan's stints, one a row, for spreadsheets.
pub(crate) fn write_csv(
    staffing: &Staffing,
    file: &CampaignFile,
    out: &mut dyn Write,
) -> io::Result<()> {
    let problem = &staffing.problem;
    let mut csv = ::csv::Writer::from_writer(out);
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
