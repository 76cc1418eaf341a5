//! Campaign files as text: what [`CampaignFile::read`] reads.

use muster_matcher::model::Id;
use muster_matcher::model::campaign::{
    CampaignFile, CampaignSpec, Demand, MinHeads, Pay, Preference, QuotaSpec, Ramp, RoleSpec, Shape,
};
use muster_matcher::model::problem::{Ratio, Share};
use muster_matcher::model::requirement::Requirement;
use muster_matcher::model::words::PayPolicy;
use serde::Serialize;

/// The text of a generated campaign file, indented; weights and exchange rates are the defaults, demand is heads,
/// and there are no pins and vetoes.
pub(super) fn written(file: &CampaignFile) -> String {
    let mut text = serde_json::to_string_pretty(&File::of(file))
        .expect("strings and integers are always JSON");
    text.push('\n');
    text
}

#[derive(Serialize)]
struct File<'a> {
    format: u8,
    currency: &'a str,
    planning_tz: &'a str,
    start: String,
    weeks: u16,
    campaigns: Vec<Campaign<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    ratios: Vec<RatioEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotas: Vec<QuotaEntry<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    apart: Vec<&'a [Id]>,
}

#[derive(Serialize)]
struct RatioEntry<'a> {
    of: &'a [Id],
    to: &'a [Id],
    at_least: [u32; 2],
}

#[derive(Serialize)]
struct QuotaEntry<'a> {
    roles: &'a [Id],
    tag: &'a Id,
    #[serde(skip_serializing_if = "Option::is_none")]
    max_percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_percent: Option<u8>,
}

#[derive(Serialize)]
struct Campaign<'a> {
    id: &'a str,
    name: &'a str,
    client: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall: Option<&'a str>,
    priority: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    budget_cents: Option<i128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_score: Option<u16>,
    roles: Vec<Role<'a>>,
}

#[derive(Serialize)]
struct Role<'a> {
    id: &'a str,
    name: &'a str,
    task_type: &'a str,
    text: &'a str,
    heads: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    ramp: Option<Course<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_heads: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    min_percent: Option<u8>,
    min_stint: u32,
    onboarding: u32,
    max_leave: u32,
    hours: u16,
    pay: Terms,
    requires: &'a Requirement,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    prefers: Vec<Wish<'a>>,
}

#[derive(Serialize, Default)]
struct Course<'a> {
    shape: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    up_weeks: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    down_weeks: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    steps: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    percent: Option<&'a [u8]>,
}

#[derive(Serialize)]
struct Terms {
    policy: &'static str,
    target_cents: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    cap_cents: Option<u32>,
}

#[derive(Serialize)]
struct Wish<'a> {
    points: u16,
    r#if: &'a Requirement,
}

impl<'a> File<'a> {
    fn of(file: &'a CampaignFile) -> Self {
        Self {
            format: 1,
            currency: file.currency.as_str(),
            planning_tz: file.planning_tz.as_str(),
            start: file.start.to_string(),
            weeks: file.weeks,
            campaigns: file.campaigns.iter().map(Campaign::of).collect(),
            ratios: file.ratios.iter().map(RatioEntry::of).collect(),
            quotas: file.quotas.iter().map(QuotaEntry::of).collect(),
            apart: file.apart.iter().map(|roles| &**roles).collect(),
        }
    }
}

impl<'a> RatioEntry<'a> {
    fn of(ratio: &'a Ratio<Id>) -> Self {
        Self {
            of: &ratio.of,
            to: &ratio.to,
            at_least: [ratio.p, ratio.q],
        }
    }
}

impl<'a> QuotaEntry<'a> {
    fn of(quota: &'a QuotaSpec) -> Self {
        let (max_percent, min_percent) = match quota.share {
            Share::AtMost(percent) => (Some(percent), None),
            Share::AtLeast(percent) => (None, Some(percent)),
        };
        Self {
            roles: &quota.roles,
            tag: &quota.tag,
            max_percent,
            min_percent,
        }
    }
}

impl<'a> Campaign<'a> {
    fn of(campaign: &'a CampaignSpec) -> Self {
        Self {
            id: campaign.id.as_str(),
            name: &campaign.name,
            client: campaign.client.as_str(),
            wall: campaign.wall.as_ref().map(|wall| wall.as_str()),
            priority: campaign.priority,
            start: campaign.start.map(|day| day.to_string()),
            end: campaign.end.map(|day| day.to_string()),
            budget_cents: campaign.budget.map(|cents| cents.0),
            mean_score: campaign.mean_score.map(|points| points.get()),
            roles: campaign.roles.iter().map(Role::of).collect(),
        }
    }
}

impl<'a> Role<'a> {
    fn of(role: &'a RoleSpec) -> Self {
        let (_, id) = role
            .id
            .as_str()
            .split_once('/')
            .expect("a role's id is <campaign>/<role>");
        Self {
            id,
            name: &role.name,
            task_type: role.task_type.word(),
            text: &role.text,
            heads: match role.demand {
                Demand::Heads(heads) => heads.get(),
                _ => unreachable!("the demand of generated roles is heads"),
            },
            ramp: (role.ramp != Ramp::default()).then(|| Course::of(&role.ramp)),
            min_heads: match role.min {
                MinHeads::Heads(heads) => Some(heads.get()),
                MinHeads::Percent(_) => None,
            },
            min_percent: match role.min {
                MinHeads::Heads(_) => None,
                MinHeads::Percent(percent) => Some(percent),
            },
            min_stint: role.min_stint.get(),
            onboarding: role.onboarding.get(),
            max_leave: role.max_leave.get(),
            hours: role.hours.get(),
            pay: Terms::of(&role.pay),
            requires: &role.requires,
            prefers: role.prefers.iter().map(Wish::of).collect(),
        }
    }
}

impl<'a> Course<'a> {
    fn of(ramp: &'a Ramp) -> Self {
        let (shape, up_weeks, down_weeks) = match ramp {
            Ramp::Explicit(percent) => {
                return Self {
                    shape: "explicit",
                    percent: Some(percent),
                    ..Self::default()
                };
            }
            Ramp::Gradual {
                shape,
                up_weeks,
                down_weeks,
            } => (shape, *up_weeks, *down_weeks),
        };
        let (shape, steps) = match shape {
            Shape::Linear => ("linear", None),
            Shape::Step { steps } => ("step", Some(*steps)),
            Shape::SCurve => ("s_curve", None),
        };
        Self {
            shape,
            up_weeks: Some(up_weeks),
            down_weeks: Some(down_weeks),
            steps,
            percent: None,
        }
    }
}

impl Terms {
    fn of(pay: &Pay) -> Self {
        Self {
            policy: pay.policy.word(),
            target_cents: pay.target.get(),
            cap_cents: (pay.policy == PayPolicy::Individual).then(|| pay.cap.get()),
        }
    }
}

impl<'a> Wish<'a> {
    fn of(preference: &'a Preference) -> Self {
        Self {
            points: preference.points,
            r#if: &preference.requirement,
        }
    }
}
