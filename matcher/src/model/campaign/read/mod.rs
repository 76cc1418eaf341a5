//! Reading campaign files: every fault with its place, what is there and what was expected.

mod demand;
mod role;
mod rules;
mod terms;

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::{CampaignFile, CampaignSpec, RoleSpec, week_in};
use crate::json::{Faults, Fields, Json, Path, within};
use crate::model::requirement::Named;
use crate::model::words::TimeZoneName;
use crate::model::{Cents, Id, Week};

/// What a campaign is read with.
struct Setting<'a> {
    /// First Monday and number of weeks of the file, if they could be read.
    horizon: Option<(Date, u16)>,
    /// Requirements by name.
    named: &'a Named,
}

/// Reads a whole file.
pub(super) fn file(json: Json, faults: &mut Faults) -> Option<CampaignFile> {
    let root = Path::ROOT;
    let mut fields = Fields::open(json, &root, faults)?;
    if let Some(format) = fields.take("format")
        && format != Json::Int(1)
    {
        faults.add(&root.key("format"), format, "1, the only format there is");
    }
    let currency = fields.required("currency", faults);
    let planning_tz = fields.or("planning_tz", TimeZoneName::new("UTC")?, faults);
    let start: Option<Date> = fields.required("start", faults);
    if let Some(start) = start
        && start.weekday() != Weekday::Monday
    {
        let found = format!("{start} (a {:?})", start.weekday());
        faults.add(&root.key("start"), found, "a Monday");
    }
    let weeks = fields.take("weeks").map_or(Some(1), |json| {
        within(1..=520, json, &root.key("weeks"), faults)
    });
    if let (Some(start), Some(weeks)) = (start, weeks)
        && start.checked_add(Span::new().days(7 * weeks - 1)).is_err()
    {
        let expected = "no more weeks than the year 9999 has left";
        faults.add(&root.key("weeks"), weeks, expected);
    }
    let exchange = terms::exchange(fields.take("exchange"), &root.key("exchange"), faults);
    let pay_floors = terms::pay_floors(fields.take("pay_floors"), &root.key("pay_floors"), faults);
    let weights = terms::weights(fields.take("weights"), &root.key("weights"), faults);
    let named = terms::named(
        fields.take("requirements"),
        &root.key("requirements"),
        faults,
    );
    let list: Option<Vec<Json>> = fields.required("campaigns", faults);
    let rules = rules::Lists::take(&mut fields, faults);
    fields.finish(faults);
    let horizon = start.zip(weeks.and_then(|weeks| u16::try_from(weeks).ok()));
    let setting = Setting {
        horizon,
        named: &named,
    };
    let at = root.key("campaigns");
    let campaigns: Vec<Option<CampaignSpec>> = list?
        .into_iter()
        .enumerate()
        .map(|(idx, json)| campaign(json, &at.index(idx), &setting, faults))
        .collect();
    unique_ids(&campaigns, faults);
    let rules = rules.read(horizon, &campaigns, faults);
    Some(CampaignFile {
        currency: currency?,
        planning_tz: planning_tz?,
        start: start?,
        weeks: u16::try_from(weeks?).ok()?,
        exchange: exchange?,
        pay_floors: pay_floors?,
        weights: weights?,
        campaigns: campaigns.into_iter().collect::<Option<_>>()?,
        ratios: rules.ratios,
        quotas: rules.quotas,
        apart: rules.apart,
        pins: rules.pins,
        vetoes: rules.vetoes,
    })
}

/// Campaigns have ids of their own, and so have the roles of each.
fn unique_ids(campaigns: &[Option<CampaignSpec>], faults: &mut Faults) {
    let root = Path::ROOT;
    let list = root.key("campaigns");
    for (idx, campaign) in campaigns.iter().enumerate() {
        let Some(campaign) = campaign else { continue };
        let at = list.index(idx);
        let mut earlier = campaigns[..idx].iter().flatten();
        if earlier.any(|earlier| earlier.id == campaign.id) {
            let found = format!("{:?} again", campaign.id.as_str());
            faults.add(&at.key("id"), found, "an id of its own");
        }
        let roles = at.key("roles");
        for (idx, role) in campaign.roles.iter().enumerate() {
            let mut earlier = campaign.roles[..idx].iter();
            if earlier.any(|earlier| earlier.id == role.id) {
                let found = format!("{:?} again", role.id.as_str());
                faults.add(&roles.index(idx).key("id"), found, "an id of its own");
            }
        }
    }
}

fn campaign(
    json: Json,
    at: &Path<'_>,
    setting: &Setting<'_>,
    faults: &mut Faults,
) -> Option<CampaignSpec> {
    let mut fields = Fields::open(json, at, faults)?;
    let id: Option<Id> = fields.required("id", faults);
    let name: Option<Option<String>> = fields.optional("name", faults);
    let client = fields.required("client", faults);
    let wall = fields.optional("wall", faults);
    let priority = fields.take("priority").map_or(Some(1), |json| {
        within(1..=10, json, &at.key("priority"), faults)
    });
    let start: Option<Option<Date>> = fields.optional("start", faults);
    let end: Option<Option<Date>> = fields.optional("end", faults);
    let budget = match fields.take("budget_cents") {
        Some(json) => within(0..=BUDGET_MAX, json, &at.key("budget_cents"), faults).map(Some),
        None => Some(None),
    };
    let mean_score = fields.optional("mean_score", faults);
    let list: Option<Vec<Json>> = fields.required("roles", faults);
    fields.finish(faults);
    let days = start.zip(end);
    let span = days.zip(setting.horizon);
    let span = span.and_then(|(days, horizon)| weeks_between(days, horizon, at, faults));
    let roles_at = at.key("roles");
    let roles: Vec<Option<RoleSpec>> = list?
        .into_iter()
        .enumerate()
        .map(|(idx, json)| {
            role::role(
                json,
                id.as_ref(),
                &roles_at.index(idx),
                setting.named,
                faults,
            )
        })
        .collect();
    if let (Some(span), Some((_, weeks))) = (span, setting.horizon) {
        demand::check(&roles, span, weeks, &roles_at, faults);
    }
    let id = id?;
    Some(CampaignSpec {
        name: name?.unwrap_or_else(|| id.as_str().to_owned()),
        id,
        client: client?,
        wall: wall?,
        priority: u8::try_from(priority?).ok()?,
        start: start?,
        end: end?,
        budget: budget?.map(|cents| Cents(i128::from(cents))),
        mean_score: mean_score?,
        roles: roles.into_iter().collect::<Option<_>>()?,
    })
}

/// The largest budget, in cents.
const BUDGET_MAX: i64 = 1_000_000_000_000_000;

/// The weeks from that of `start` to that of `end`; without them the file's first and last.
fn weeks_between(
    (start, end): (Option<Date>, Option<Date>),
    horizon: (Date, u16),
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<(Week, Week)> {
    let first = Week::default();
    let last = Week::new(horizon.1.checked_sub(1)?)?;
    let from = start.map_or(Some(first), |day| {
        week_of(day, horizon, &at.key("start"), faults)
    });
    let to = end.map_or(Some(last), |day| {
        week_of(day, horizon, &at.key("end"), faults)
    });
    let (from, to) = (from?, to?);
    if let (Some(start), Some(end)) = (start, end)
        && start > end
    {
        faults.add(&at.key("start"), start, format!("a day up to `end`, {end}"));
        return None;
    }
    Some((from, to))
}

/// The week of the file a day lies in; a fault if it lies in none.
fn week_of(day: Date, horizon: (Date, u16), at: &Path<'_>, faults: &mut Faults) -> Option<Week> {
    let (start, weeks) = horizon;
    let week = week_in(start, weeks, day);
    if week.is_none() {
        let last = start.saturating_add(Span::new().days(7 * i32::from(weeks) - 1));
        let expected = format!("a day of the file's weeks, {start} to {last}");
        faults.add(at, day, expected);
    }
    week
}
