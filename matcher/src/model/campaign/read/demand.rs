//! Reading what a role wants: heads, ramp, deliverables, and whether they fit the weeks of the campaign.

use crate::json::{Faults, Fields, FromJson, Json, Path, one_of, within};
use crate::model::campaign::demand::{Course, least_peak, minutes};
use crate::model::campaign::{Deliverables, Demand, MinHeads, Ramp, RoleSpec, Shape};
use crate::model::{Heads, Hours, Id, Week};

/// Reads `heads`, `deliverables` and `review_of`, of which a role has exactly one.
pub(super) fn demand(
    fields: &mut Fields<'_>,
    campaign: Option<&Id>,
    faults: &mut Faults,
) -> Option<Demand> {
    let at = fields.at();
    let heads = fields.take("heads");
    let deliverables = fields.take("deliverables");
    let review_of = fields.take("review_of");
    let mut demands = Vec::new();
    if let Some(json) = heads {
        demands.push(("heads", heads_or_array(json, &at.key("heads"), faults)));
    }
    if let Some(json) = deliverables {
        let work = work(json, &at.key("deliverables"), faults);
        demands.push(("deliverables", work.map(Demand::Deliverables)));
    }
    if let Some(json) = review_of {
        let reviewed = reviewed(json, campaign, &at.key("review_of"), faults);
        demands.push(("review_of", reviewed.map(Demand::ReviewOf)));
    }
    let expected = "exactly one of heads, deliverables, review_of";
    if demands.len() > 1 {
        let (name, _) = demands.pop()?;
        let (beside, _) = demands.pop()?;
        faults.add(&at.key(name), format!("it beside {beside}"), expected);
        return None;
    }
    let demand = demands.pop();
    if demand.is_none() {
        faults.add(&at.key("heads"), "nothing", expected);
    }
    demand?.1
}

fn heads_or_array(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Demand> {
    match json {
        list @ Json::List(_) => {
            let heads: Vec<Heads> = Vec::from_json(list, at, faults)?;
            Some(Demand::Weekly(heads.into_boxed_slice()))
        }
        one => Heads::from_json(one, at, faults).map(Demand::Heads),
    }
}

fn work(json: Json, at: &Path<'_>, faults: &mut Faults) -> Option<Deliverables> {
    let mut fields = Fields::open(json, at, faults)?;
    let mut number = |name, range, default: Option<u32>| match (fields.take(name), default) {
        (Some(json), _) => {
            let value = within(range, json, &at.key(name), faults);
            value.and_then(|value| u32::try_from(value).ok())
        }
        (None, Some(default)) => Some(default),
        (None, None) => {
            faults.add(&at.key(name), "nothing", "a value: the field is required");
            None
        }
    };
    let items = number("items", 0..=1_000_000_000, None);
    let overlap = number("overlap", 1..=100, Some(1));
    let minutes_an_item = number("minutes_an_item", 1..=100_000, None);
    let rework_percent = number("rework_percent", 0..=1000, Some(0));
    let review_percent = number("review_percent", 0..=100, Some(0));
    let review_minutes = number("review_minutes", 0..=100_000, minutes_an_item.or(Some(0)));
    fields.finish(faults);
    Some(Deliverables {
        items: items?,
        overlap: overlap?,
        minutes_an_item: minutes_an_item?,
        rework_percent: rework_percent?,
        review_percent: review_percent?,
        review_minutes: review_minutes?,
    })
}

/// The full id of the role that is reviewed.
fn reviewed(json: Json, campaign: Option<&Id>, at: &Path<'_>, faults: &mut Faults) -> Option<Id> {
    let role = Id::from_json(json, at, faults)?;
    let full_id = format!("{}/{role}", campaign?);
    let id = Id::new(&full_id);
    if id.is_none() {
        faults.add(at, format!("{full_id:?} in full"), Id::EXPECTED);
    }
    id
}

const SHAPES: [&str; 4] = ["linear", "step", "s_curve", "explicit"];

/// Reads `ramp`.
pub(super) fn ramp(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<Ramp> {
    let at = fields.at().key("ramp");
    let Some(json) = fields.take("ramp") else {
        return Some(Ramp::default());
    };
    let mut fields = Fields::open(json, &at, faults)?;
    let shape = fields.required::<Json>("shape", faults).and_then(|json| {
        let words = SHAPES.map(|word| (word, word));
        one_of(&words, json, &at.key("shape"), faults)
    });
    let mut weeks = |name, range| match fields.take(name) {
        Some(json) => within(range, json, &at.key(name), faults)
            .and_then(|weeks| u16::try_from(weeks).ok())
            .map(Some),
        None => Some(None),
    };
    let up_weeks = weeks("up_weeks", 0..=519);
    let down_weeks = weeks("down_weeks", 0..=519);
    let steps = weeks("steps", 1..=519);
    let percent = fields.take("percent");
    fields.finish(faults);
    let (shape, up_weeks, down_weeks, steps) = (shape?, up_weeks?, down_weeks?, steps?);
    let mut superfluous = |name, is_there: bool, shapes| {
        if is_there {
            let expected = format!("no {name} in a ramp of shape {shape}: it goes with {shapes}");
            faults.add(&at.key(name), "it", expected);
        }
        is_there
    };
    let is_explicit = shape == "explicit";
    let odd = superfluous("up_weeks", is_explicit && up_weeks.is_some(), "the others")
        | superfluous(
            "down_weeks",
            is_explicit && down_weeks.is_some(),
            "the others",
        )
        | superfluous("steps", shape != "step" && steps.is_some(), "step")
        | superfluous("percent", !is_explicit && percent.is_some(), "explicit");
    if odd {
        return None;
    }
    let shape = match shape {
        "explicit" => return percents(percent, &at.key("percent"), faults),
        "s_curve" => Shape::SCurve,
        "step" => Shape::Step {
            steps: steps.unwrap_or(1),
        },
        _ => Shape::Linear,
    };
    Some(Ramp::Gradual {
        shape,
        up_weeks: up_weeks.unwrap_or(0),
        down_weeks: down_weeks.unwrap_or(0),
    })
}

fn percents(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Option<Ramp> {
    let Some(json) = json else {
        faults.add(at, "nothing", "a value: an explicit ramp needs it");
        return None;
    };
    let list: Vec<Json> = Vec::from_json(json, at, faults)?;
    let percents: Vec<Option<u8>> = list
        .into_iter()
        .enumerate()
        .map(|(idx, json)| {
            let percent = within(0..=100, json, &at.index(idx), faults)?;
            u8::try_from(percent).ok()
        })
        .collect();
    let percents: Vec<u8> = percents.into_iter().collect::<Option<_>>()?;
    if !percents.contains(&100) {
        let found = format!("at most {}", percents.iter().max().unwrap_or(&0));
        faults.add(at, found, "100 in some week: the peak is reached");
        return None;
    }
    Some(Ramp::Explicit(percents.into_boxed_slice()))
}

/// Reads `min_heads` and `min_percent`, of which a role has at most one.
pub(super) fn min_heads(fields: &mut Fields<'_>, faults: &mut Faults) -> Option<MinHeads> {
    let heads: Option<Option<Heads>> = fields.optional("min_heads", faults);
    let at = fields.at().key("min_percent");
    let percent = match fields.take("min_percent") {
        Some(json) => within(0..=100, json, &at, faults).map(Some),
        None => Some(None),
    };
    match (heads?, percent?) {
        (Some(_), Some(percent)) => {
            faults.add(&at, percent, "no min_percent beside min_heads");
            None
        }
        (None, Some(percent)) => u8::try_from(percent).ok().map(MinHeads::Percent),
        (heads, None) => Some(MinHeads::Heads(heads.unwrap_or_default())),
    }
}

/// Holds the roles of a campaign against its weeks and each other; roles that could not be read are passed over.
pub(super) fn check(
    roles: &[Option<RoleSpec>],
    span: (Week, Week),
    weeks: u16,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let all: Option<Vec<RoleSpec>> = roles.iter().cloned().collect();
    for (idx, role) in roles.iter().enumerate() {
        let Some(role) = role else { continue };
        let at = at.index(idx);
        let before = faults.total();
        match &role.demand {
            Demand::Weekly(heads) => array(heads, role, span, weeks, &at, faults),
            _ => course(role, span, &at, faults),
        }
        most(role, &at, faults);
        // What others say of the role is known only if they were read.
        if let Some(all) = all.as_deref().filter(|_| faults.total() == before) {
            review(role, &all[..idx], all, &at, faults);
            work_fits(role, all, span, &at, faults);
        }
    }
}

/// An array of heads has one entry a week, none of them outside the campaign, and no ramp.
fn array(
    heads: &[Heads],
    role: &RoleSpec,
    (from, to): (Week, Week),
    weeks: u16,
    at: &Path<'_>,
    faults: &mut Faults,
) {
    if role.ramp != Ramp::default() {
        faults.add(&at.key("ramp"), "it", "no ramp beside heads week by week");
    }
    let at = at.key("heads");
    if heads.len() != usize::from(weeks) {
        let expected = format!("one integer, or {weeks} of them (one a week)");
        faults.add(&at, format!("an array of {}", heads.len()), expected);
        return;
    }
    for (week, heads) in Week::all(weeks).zip(heads) {
        if *heads > Heads::default() && !(from..=to).contains(&week) {
            let expected = format!("0: the campaign has the weeks {from} to {to}");
            faults.add(&at.index(week.index()), heads, expected);
        }
    }
}

/// A ramp reaches its peak within the weeks of the campaign.
fn course(role: &RoleSpec, span: (Week, Week), at: &Path<'_>, faults: &mut Faults) {
    let weeks = Course::of(span, role).weeks;
    if weeks == 0 {
        let n = span.1.get() + 1 - span.0.get();
        let expected = format!("fewer than the {n} weeks of the campaign");
        faults.add(&at.key("onboarding"), role.onboarding, expected);
        return;
    }
    let at = at.key("ramp");
    match &role.ramp {
        Ramp::Explicit(percent) if percent.len() != usize::from(weeks) => {
            let found = format!("an array of {}", percent.len());
            let expected = format!("{weeks} integers, one a week of the campaign");
            faults.add(&at.key("percent"), found, expected);
        }
        Ramp::Gradual {
            up_weeks,
            down_weeks,
            ..
        } if u32::from(*up_weeks) + u32::from(*down_weeks) >= u32::from(weeks) => {
            let found = format!("up_weeks {up_weeks} and down_weeks {down_weeks}");
            let expected = format!(
                "fewer than {weeks} together, the weeks the role is wanted: the peak is reached"
            );
            faults.add(&at, found, expected);
        }
        _ => {}
    }
}

/// A number of heads below which missing ones cost more is not above the most that are wanted.
fn most(role: &RoleSpec, at: &Path<'_>, faults: &mut Faults) {
    let most = match &role.demand {
        Demand::Heads(heads) => *heads,
        Demand::Weekly(heads) => heads.iter().copied().max().unwrap_or_default(),
        Demand::Deliverables(_) | Demand::ReviewOf(_) => return,
    };
    if let MinHeads::Heads(min) = role.min
        && min > most
    {
        let expected = format!("at most `heads`, {most}");
        faults.add(&at.key("min_heads"), min, expected);
    }
}

/// A role reviews another one of its campaign that has something reviewed, and that no earlier role reviews.
fn review(
    role: &RoleSpec,
    earlier: &[RoleSpec],
    all: &[RoleSpec],
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let Demand::ReviewOf(id) = &role.demand else {
        return;
    };
    let at = at.key("review_of");
    let found = format!("{:?}", id.as_str());
    let has_reviews = |other: &RoleSpec| {
        other.id == *id
            && matches!(&other.demand, Demand::Deliverables(work) if work.review_percent > 0)
    };
    if !all.iter().any(has_reviews) {
        let expected = "a role of this campaign with deliverables that have a review_percent";
        faults.add(&at, found, expected);
    } else if let Some(first) = earlier.iter().find(|other| other.demand == role.demand) {
        let expected = format!("a role that {} does not review already", first.id);
        faults.add(&at, found, expected);
    }
}

/// The largest number of heads can do the work.
fn work_fits(
    role: &RoleSpec,
    all: &[RoleSpec],
    span: (Week, Week),
    at: &Path<'_>,
    faults: &mut Faults,
) {
    let minutes = minutes(all, role);
    if minutes > 0 && role.hours == Hours::default() {
        let expected = "at least 1: its heads follow from the hours its work takes";
        faults.add(&at.key("hours"), role.hours, expected);
    } else if least_peak(&Course::of(span, role), role, minutes).is_none() {
        let name = match role.demand {
            Demand::ReviewOf(_) => "review_of",
            _ => "deliverables",
        };
        let found = format!("{} hours of work", minutes.div_ceil(60));
        let expected = format!("at most what {} heads do", Heads::MAX);
        faults.add(&at.key(name), found, expected);
    }
}
