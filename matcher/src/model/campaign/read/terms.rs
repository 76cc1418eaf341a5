//! The terms of a file: currencies, pay floors, weights and named requirements.

use std::collections::BTreeMap;

use crate::json::{Faults, Fields, FromJson, Json, Path, each_once, within};
use crate::model::campaign::ExchangeRate;
use crate::model::problem::Weights;
use crate::model::requirement::{Named, Requirement};
use crate::model::words::{Country, Currency};
use crate::model::{Cents, CentsPerHour};

/// The entries of an object whose fields are not known in advance.
fn entries(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Option<Vec<(String, Json)>> {
    match json {
        None => Some(Vec::new()),
        Some(Json::Object(entries)) => Some(each_once(entries, at, faults)),
        Some(other) => {
            faults.add(at, other, "an object");
            None
        }
    }
}

/// Reads `requirements`.
pub(super) fn named(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Named {
    let named: Named = entries(json, at, faults)
        .unwrap_or_default()
        .into_iter()
        .collect();
    for (name, tree) in &named {
        // What no role uses is checked as well.
        Requirement::read(tree.clone(), &at.key(name), &named, faults);
    }
    named
}

/// Reads `exchange`.
pub(super) fn exchange(
    json: Option<Json>,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<Currency, ExchangeRate>> {
    let mut rates = BTreeMap::new();
    for (code, json) in entries(json, at, faults)? {
        let at = at.key(&code);
        let currency = Currency::from_json(Json::Text(code.clone()), &at, faults);
        let rate = match json {
            Json::List(items) if items.len() == 2 => {
                let mut part = |idx: usize| {
                    let part = within(
                        1..=1_000_000_000,
                        items[idx].clone(),
                        &at.index(idx),
                        faults,
                    );
                    part.and_then(|part| u32::try_from(part).ok())
                };
                let (numerator, denominator) = (part(0), part(1));
                numerator.zip(denominator)
            }
            other => {
                faults.add(
                    &at,
                    other,
                    "two integers [cents of the plan's currency, cents of this one]",
                );
                None
            }
        };
        if let (Some(currency), Some((numerator, denominator))) = (currency, rate) {
            rates.insert(
                currency,
                ExchangeRate {
                    numerator,
                    denominator,
                },
            );
        }
    }
    Some(rates)
}

/// Reads `pay_floors`.
pub(super) fn pay_floors(
    json: Option<Json>,
    at: &Path<'_>,
    faults: &mut Faults,
) -> Option<BTreeMap<Country, CentsPerHour>> {
    let mut floors = BTreeMap::new();
    for (code, json) in entries(json, at, faults)? {
        let at = at.key(&code);
        let country = Country::from_json(Json::Text(code.clone()), &at, faults);
        let floor = CentsPerHour::from_json(json, &at, faults);
        if let (Some(country), Some(floor)) = (country, floor) {
            floors.insert(country, floor);
        }
    }
    Some(floors)
}

/// Reads `weights`.
pub(super) fn weights(json: Option<Json>, at: &Path<'_>, faults: &mut Faults) -> Option<Weights> {
    let default = Weights::default();
    let Some(json) = json else {
        return Some(default);
    };
    let mut fields = Fields::open(json, at, faults)?;
    let mut weight = |name, default: Cents| match fields.take(name) {
        Some(json) => Weights::read_one(json, &at.key(name), faults),
        None => Some(default),
    };
    let missing_min = weight("missing_min_cents", default.missing_min);
    let missing_target = weight("missing_target_cents", default.missing_target);
    let point = weight("point_cents", default.point);
    let below_mean = weight("below_mean_cents", default.below_mean);
    let start = weight("start_cents", default.start);
    fields.finish(faults);
    let weights = Weights {
        missing_min: missing_min?,
        missing_target: missing_target?,
        point: point?,
        below_mean: below_mean?,
        start: start?,
        ..default
    };
    weights.check(at, faults);
    Some(weights)
}
