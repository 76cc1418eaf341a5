//! What the report says of short roles.

#![allow(
    clippy::unwrap_used,
    reason = "tests may unwrap, and so may what they share"
)]

use std::num::NonZeroUsize;

use muster_matcher::candidates::Exhaustive;
use muster_matcher::explain::{Cause, RoleOutcome};
use muster_matcher::json::{Faults, FromJson, Path, parse};
use muster_matcher::model::Points;
use muster_matcher::model::campaign::CampaignFile;
use muster_matcher::model::profile::Profile;
use muster_matcher::plan::plan;
use muster_matcher::solve::Options;
use muster_matcher::stop::Unlimited;
use serde_json::{Value, json};

fn profile(value: Value) -> Profile {
    let json = parse(value.to_string().as_bytes()).unwrap();
    Profile::from_json(json, &Path::ROOT, &mut Faults::default()).unwrap()
}

fn person(id: &str, hours: u16, min_cents: u32, max_roles: u32) -> Profile {
    profile(json!({
        "id": id, "rate": { "min_cents": min_cents, "currency": "USD" }, "max_roles": max_roles,
        "availability": { "weekly_hours": hours }, "tags": ["able"],
    }))
}

fn role(id: &str, requires: Value) -> Value {
    json!({ "id": id, "task_type": "review", "heads": 1, "hours": 10, "pay": { "target_cents": 3000 },
            "requires": requires })
}

/// The outcomes of a file with one campaign for each list of roles, the first of most priority.
fn outcomes(people: &[Profile], campaigns: &[Vec<Value>]) -> Vec<RoleOutcome> {
    let campaigns: Vec<Value> = (0..)
        .zip(campaigns)
        .map(|(idx, roles)| json!({ "id": format!("c{idx}"), "client": "acme", "priority": 10 - idx, "roles": roles }))
        .collect();
    let text =
        json!({ "currency": "USD", "start": "2027-01-04", "campaigns": campaigns }).to_string();
    let file = CampaignFile::read(text.as_bytes()).unwrap();
    let text = file
        .roles()
        .map(|_| vec![Points::default(); people.len()])
        .collect();
    let source = Exhaustive {
        profiles: people,
        text,
        threads: NonZeroUsize::MIN,
    };
    plan(&source, &file, &Options::default(), &Unlimited, &mut |_| {})
        .unwrap()
        .outcomes
}

/// One short role over some people: its cause and how many each step left.
fn cause_of(people: &[Profile], requires: Value) -> (Option<Cause>, [usize; 5]) {
    let outcome = outcomes(people, &[vec![role("r", requires)]]).remove(0);
    let funnel = outcome.funnel;
    let steps = [
        funnel.pool,
        funnel.eligible,
        funnel.enough_hours,
        funnel.affordable,
        outcome.not_taken,
    ];
    (outcome.cause, steps)
}

#[test]
fn each_cause_is_the_first_step_that_leaves_too_few() {
    let all = || json!({ "tag": "able" });
    assert_eq!(cause_of(&[], all()), (Some(Cause::TooFewEligible), [0; 5]));
    let unable = json!({ "tag": "unheard-of" });
    assert_eq!(
        cause_of(&[person("a", 10, 0, 1)], unable),
        (Some(Cause::TooFewEligible), [1, 0, 0, 0, 0])
    );
    assert_eq!(
        cause_of(&[person("a", 10, 0, 0)], all()),
        (Some(Cause::TooFewEligible), [1, 0, 0, 0, 0])
    );
    assert_eq!(
        cause_of(&[person("a", 9, 0, 1)], all()),
        (Some(Cause::TooFewHours), [1, 1, 0, 0, 0])
    );
    assert_eq!(
        cause_of(&[person("a", 10, 3001, 1)], all()),
        (Some(Cause::RateTooLow), [1, 1, 1, 0, 0])
    );
    assert_eq!(
        cause_of(&[person("a", 10, 3000, 1)], all()),
        (None, [1, 1, 1, 1, 1])
    );
}

#[test]
fn whoever_has_no_hours_left_beside_another_role_is_taken_by_it() {
    let any = || json!({ "all": [] });
    let campaigns = [vec![role("first", any())], vec![role("second", any())]];
    for (hours, max_roles, is_short) in [(10, 2, true), (20, 1, true), (20, 2, false)] {
        let outcomes = outcomes(&[person("ana", hours, 0, max_roles)], &campaigns);
        assert_eq!(outcomes[0].short(), 0);
        let second = &outcomes[1];
        let expected = if is_short {
            (Some(Cause::BetterUse), 0)
        } else {
            (None, 1)
        };
        assert_eq!(
            (second.cause, second.not_taken),
            expected,
            "{hours} hours, {max_roles} roles"
        );
    }
}
