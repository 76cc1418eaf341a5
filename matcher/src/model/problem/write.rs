//! Writing problems as files, in the form [`super::read`] reads. Defaults are left out.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Problem, Share, Weights};
use crate::model::{Count, Heads, Name, Week, Weekly};

/// Writes `problem` as a problem file, one list entry a line.
///
/// # Errors
/// Whatever `out` reports.
pub fn write(problem: &Problem, out: &mut impl Write) -> io::Result<()> {
    let text = |name: Name| problem.text(name);
    write!(out, "{{\n\"format\": 1,\n\"horizon\": ")?;
    let horizon = json!({ "start": problem.start.to_string(), "weeks": problem.weeks });
    write!(out, "{horizon}")?;
    list(out, "campaigns", &problem.campaigns, |campaign| {
        let mut entry = object(&[("id", json!(text(campaign.id)))]);
        set(&mut entry, "client", campaign.client.map(text));
        set(&mut entry, "wall", campaign.wall.map(text));
        set(
            &mut entry,
            "priority",
            (campaign.priority != 1).then_some(campaign.priority),
        );
        set(
            &mut entry,
            "budget_cents",
            campaign.budget.map(|cents| cents.0),
        );
        set(
            &mut entry,
            "mean_score",
            campaign.mean_score.map(|points| points.get()),
        );
        entry
    })?;
    list(out, "roles", &problem.roles, |role| {
        let mut entry = object(&[
            ("id", json!(text(role.id))),
            (
                "campaign",
                json!(text(problem.campaigns[role.campaign.index()].id)),
            ),
            ("hours", json!(role.hours.get())),
            ("target", weekly(&role.target, |heads| heads.get())),
        ]);
        if role.min.constant() != Some(Heads::default()) {
            entry.insert("min".into(), weekly(&role.min, |heads| heads.get()));
        }
        set(&mut entry, "min_stint", other_than(1, role.min_stint));
        set(&mut entry, "onboarding", other_than(0, role.onboarding));
        set(&mut entry, "max_leave", other_than(0, role.max_leave));
        entry
    })?;
    list(out, "experts", &problem.experts, |expert| {
        let mut entry = object(&[
            ("id", json!(text(expert.id))),
            (
                "hours",
                weekly(&expert.hours, |hours| u32::from(hours.get())),
            ),
        ]);
        set(&mut entry, "max_roles", other_than(1, expert.max_roles));
        // By text: how they are numbered depends on what else the problem names, and in which order.
        let mut tags: Vec<&str> = expert.tags.iter().map(|tag| text(*tag)).collect();
        tags.sort_unstable();
        set(&mut entry, "tags", (!tags.is_empty()).then_some(tags));
        entry
    })?;
    let last = problem.last_week();
    list(out, "pairs", &problem.pairs, |pair| {
        let mut entry = object(&[
            ("expert", json!(problem.expert_id(pair.expert))),
            ("role", json!(problem.role_id(pair.role))),
            ("score", json!(pair.score.get())),
            ("rate_cents", json!(pair.rate.get())),
        ]);
        set(
            &mut entry,
            "from",
            (pair.from != Week::default()).then_some(pair.from.get()),
        );
        set(&mut entry, "to", (pair.to != last).then_some(pair.to.get()));
        entry
    })?;
    list(out, "ongoing", &problem.ongoing, |stint| {
        let pair = problem.pair(stint.pair);
        object(&[
            ("expert", json!(problem.expert_id(pair.expert))),
            ("role", json!(problem.role_id(pair.role))),
            ("worked", json!(stint.worked.get())),
            ("leave", json!(stint.leave.get())),
        ])
    })?;
    let role_ids = |roles: &[super::RoleIdx]| -> Value {
        roles
            .iter()
            .map(|role| problem.role_id(*role))
            .collect::<Vec<_>>()
            .into()
    };
    if !problem.apart.is_empty() {
        let lists: Vec<Value> = problem.apart.iter().map(|roles| role_ids(roles)).collect();
        write!(out, ",\n\"apart\": {}", Value::from(lists))?;
    }
    list(out, "ratios", &problem.ratios, |ratio| {
        object(&[
            ("of", role_ids(&ratio.of)),
            ("to", role_ids(&ratio.to)),
            ("at_least", json!([ratio.p, ratio.q])),
        ])
    })?;
    list(out, "quotas", &problem.quotas, |quota| {
        let share = match quota.share {
            Share::AtMost(percent) => ("max_percent", json!(percent)),
            Share::AtLeast(percent) => ("min_percent", json!(percent)),
        };
        object(&[
            ("roles", role_ids(&quota.roles)),
            ("tag", json!(text(quota.tag))),
            share,
        ])
    })?;
    list(out, "pins", &problem.pins, |pin| {
        object(&[
            ("expert", json!(problem.expert_id(pin.expert))),
            ("role", json!(problem.role_id(pin.role))),
            ("from", json!(pin.from.get())),
            ("to", json!(pin.to.get())),
        ])
    })?;
    list(out, "vetoes", &problem.vetoes, |veto| {
        object(&[
            ("expert", json!(problem.expert_id(veto.expert))),
            ("role", json!(problem.role_id(veto.role))),
        ])
    })?;
    if let Some(stints) = &problem.incumbent {
        let stints: Vec<Value> = stints
            .iter()
            .map(|stint| {
                json!({ "expert": text(stint.expert), "role": text(stint.role),
                        "from": stint.from, "to": stint.to })
            })
            .collect();
        write!(out, ",\n\"incumbent\": {}", Value::from(stints))?;
    }
    if let Some(max_changes) = problem.max_changes {
        write!(out, ",\n\"max_changes\": {max_changes}")?;
    }
    if problem.weights != Weights::default() {
        let weights = json!({
            "missing_min_cents": cents(problem.weights.missing_min),
            "missing_target_cents": cents(problem.weights.missing_target),
            "point_cents": cents(problem.weights.point),
            "below_mean_cents": cents(problem.weights.below_mean),
            "change_cents": cents(problem.weights.change),
            "start_cents": cents(problem.weights.start),
        });
        write!(out, ",\n\"weights\": {weights}")?;
    }
    writeln!(out, "\n}}")
}

/// Weights are at most 10¹² cents.
fn cents(weight: crate::model::Cents) -> i64 {
    i64::try_from(weight.0).unwrap_or(i64::MAX)
}

fn object(fields: &[(&str, Value)]) -> Map<String, Value> {
    fields
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.clone()))
        .collect()
}

fn set(entry: &mut Map<String, Value>, name: &str, value: Option<impl serde::Serialize>) {
    if let Some(value) = value {
        entry.insert(name.to_owned(), json!(value));
    }
}

fn other_than(default: u32, count: Count) -> Option<u32> {
    Some(count.get()).filter(|count| *count != default)
}

fn weekly<T: Copy + PartialEq>(values: &Weekly<T>, number: impl Fn(T) -> u32) -> Value {
    match (values.constant(), values) {
        (Some(value), _) | (None, &Weekly::Same(value)) => json!(number(value)),
        (None, Weekly::Each(values)) => values
            .iter()
            .map(|it| number(*it))
            .collect::<Vec<_>>()
            .into(),
    }
}

/// A list of the file; the required ones also when empty.
fn list<T>(
    out: &mut impl Write,
    name: &str,
    entries: &[T],
    entry: impl Fn(&T) -> Map<String, Value>,
) -> io::Result<()> {
    let required = ["campaigns", "roles", "experts", "pairs"].contains(&name);
    if entries.is_empty() && !required {
        return Ok(());
    }
    write!(out, ",\n\"{name}\": [")?;
    for (idx, item) in entries.iter().enumerate() {
        let separator = if idx == 0 { "\n" } else { ",\n" };
        write!(out, "{separator}{}", Value::Object(entry(item)))?;
    }
    write!(out, "\n]")
}
