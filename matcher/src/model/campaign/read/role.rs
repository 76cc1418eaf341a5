//! Reading roles.

use super::demand;
use crate::json::{Faults, Fields, Json, Path, within};
use crate::model::campaign::{Pay, Preference, RoleSpec, ScoreWeights};
use crate::model::requirement::{Leaf, Named, Requirement};
use crate::model::words::PayPolicy;
use crate::model::{CentsPerHour, Count, Hours, Id};

/// Reads one role of the campaign `campaign`.
pub(super) fn role(
    json: Json,
    campaign: Option<&Id>,
    at: &Path<'_>,
    named: &Named,
    faults: &mut Faults,
) -> Option<RoleSpec> {
    let mut fields = Fields::open(json, at, faults)?;
    let id: Option<Id> = fields.required("id", faults);
    let name: Option<Option<String>> = fields.optional("name", faults);
    let task_type = fields.required("task_type", faults);
    let text = fields.or("text", String::new(), faults);
    let demand = demand::demand(&mut fields, campaign, faults);
    let ramp = demand::ramp(&mut fields, faults);
    let min = demand::min_heads(&mut fields, faults);
    let min_stint = fields.or("min_stint", Count::new(1)?, faults);
    let onboarding = fields.or("onboarding", Count::default(), faults);
    let max_leave = fields.or("max_leave", Count::default(), faults);
    let hours = fields.required("hours", faults);
    let pay = fields
        .required::<Json>("pay", faults)
        .and_then(|json| pay(json, &at.key("pay"), faults));
    let sensitive = fields.or("sensitive", false, faults);
    let requires = match fields.take("requires") {
        Some(json) => Requirement::read(json, &at.key("requires"), named, faults),
        None => Some(Requirement::All(Vec::new())),
    };
    let wishes: Option<Vec<Json>> = fields.or("prefers", Vec::new(), faults);
    let score_weights = match fields.take("score_weights") {
        Some(json) => score_weights(json, &at.key("score_weights"), faults),
        None => Some(ScoreWeights::default()),
    };
    fields.finish(faults);
    let wishes_at = at.key("prefers");
    let prefers: Vec<Option<Preference>> = wishes?
        .into_iter()
        .enumerate()
        .map(|(idx, json)| preference(json, &wishes_at.index(idx), named, faults))
        .collect();
    let id = id?;
    let full_id = format!("{}/{id}", campaign?);
    let Some(full_id) = Id::new(&full_id) else {
        faults.add(&at.key("id"), format!("{full_id:?} in full"), Id::EXPECTED);
        return None;
    };
    let (hours, sensitive) = (hours?, sensitive?);
    let requires = match sensitive {
        true => within_caps(requires?, hours),
        false => requires?,
    };
    Some(RoleSpec {
        name: name?.unwrap_or_else(|| id.as_str().to_owned()),
        id: full_id,
        task_type: task_type?,
        text: text?,
        demand: demand?,
        ramp: ramp?,
        min: min?,
        min_stint: min_stint?,
        onboarding: onboarding?,
        max_leave: max_leave?,
        hours,
        pay: pay?,
        sensitive,
        requires,
        prefers: prefers.into_iter().collect::<Option<_>>()?,
        score_weights: score_weights?,
    })
}

/// A tree that also asks that so many hours of sensitive content are within a person's cap; what it asked before stands
/// where it stood.
fn within_caps(requires: Requirement, hours: Hours) -> Requirement {
    let within = Requirement::Leaf(Leaf::SensitiveHoursAtLeast(hours));
    match requires {
        Requirement::All(nodes) if nodes.contains(&within) => Requirement::All(nodes),
        Requirement::All(mut nodes) => {
            nodes.push(within);
            Requirement::All(nodes)
        }
        other => Requirement::All(vec![other, within]),
    }
}

fn pay(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Pay> {
    let mut fields = Fields::open(json, at, faults)?;
    let policy = fields.or("policy", PayPolicy::RoleFixed, faults);
    let target: Option<CentsPerHour> = fields.required("target_cents", faults);
    let cap: Option<Option<CentsPerHour>> = fields.optional("cap_cents", faults);
    fields.finish(faults);
    let (policy, target, cap) = (policy?, target?, cap?);
    match (policy, cap) {
        (PayPolicy::RoleFixed, Some(cap)) => {
            faults.add(
                &at.key("cap_cents"),
                cap,
                "no cap: everybody on a role_fixed role gets its target",
            );
        }
        (_, Some(cap)) if cap < target => {
            faults.add(
                &at.key("cap_cents"),
                cap,
                format!("at least target_cents, {target}"),
            );
        }
        _ => {}
    }
    let cap = cap.unwrap_or(match policy {
        PayPolicy::RoleFixed => target,
        PayPolicy::Individual => CentsPerHour::MAX,
    });
    Some(Pay {
        policy,
        target,
        cap,
    })
}

fn preference(json: Json, at: &Path<'_>, named: &Named, faults: &mut Faults) -> Option<Preference> {
    let mut fields = Fields::open(json, at, faults)?;
    let points = fields.required::<Json>("points", faults);
    let points = points.and_then(|json| within(1..=1000, json, &at.key("points"), faults));
    let wish = fields.required::<Json>("if", faults);
    let requirement = wish.and_then(|json| Requirement::read(json, &at.key("if"), named, faults));
    fields.finish(faults);
    Some(Preference {
        points: u16::try_from(points?).ok()?,
        requirement: requirement?,
    })
}

fn score_weights(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<ScoreWeights> {
    let mut fields = Fields::open(json, at, faults)?;
    let mut weight = |name| {
        let value = fields.take(name).map_or(Some(0), |json| {
            within(0..=1000, json, &at.key(name), faults)
        });
        value.and_then(|value| u16::try_from(value).ok())
    };
    let (text, skills, assessments) = (weight("text"), weight("skills"), weight("assessments"));
    let (reliability, preferences) = (weight("reliability"), weight("preferences"));
    fields.finish(faults);
    let weights = ScoreWeights {
        text: text?,
        skills: skills?,
        assessments: assessments?,
        reliability: reliability?,
        preferences: preferences?,
    };
    let all = [
        weights.text,
        weights.skills,
        weights.assessments,
        weights.reliability,
        weights.preferences,
    ];
    if all == [0; 5] {
        faults.add(at, "only zeros", "at least one positive weight");
        return None;
    }
    Some(weights)
}
