//! Shortlists against plain sorting, by hand and at random.

use std::num::NonZeroUsize;
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::availability::Calendar;
use crate::eligibility::examples::{any_file, any_profile, file, profile};
use crate::eligibility::{Person, Step, Terms, first_failed, pay};
use crate::model::Points;
use crate::model::problem::{CampaignIdx, RoleIdx};
use crate::model::profile::Profile;
use crate::score::score;

fn points(points: u16) -> Points {
    Points::new(points).unwrap()
}

/// The candidates of a pool on a file whose text parts are `text(role, profile)`.
fn candidates(
    profiles: &[Profile],
    file: &CampaignFile,
    k: usize,
    threads: usize,
    text: impl Fn(usize, &Profile) -> Points,
) -> Candidates {
    let of_role = |role| profiles.iter().map(|it| text(role, it)).collect();
    let source = Exhaustive {
        profiles,
        text: (0..file.roles().count()).map(of_role).collect(),
        threads: NonZeroUsize::new(threads).unwrap(),
    };
    source.candidates(file, k).unwrap()
}

/// Some text part that depends on who and what only.
fn some_text(role: usize, profile: &Profile) -> Points {
    let sum: usize = profile.id.as_str().bytes().map(usize::from).sum();
    points(u16::try_from((sum * 37 + role * 101) % 4 * 250).unwrap())
}

fn person(id: &str, stage: &str, hours: u16, rate: u32) -> Profile {
    profile(
        json!({"id": id, "stage": stage, "availability": {"weekly_hours": hours},
        "rate": {"min_cents": rate, "currency": "USD"}}),
    )
}

/// A file of one role whose score is its text part and that pays everybody what they ask.
fn worded() -> CampaignFile {
    file(
        json!({"text": "rank", "score_weights": {"text": 1},
            "pay": {"policy": "individual", "target_cents": 0, "cap_cents": 7000}}),
        json!({}),
    )
}

fn ids<'a>(candidates: &'a Candidates, role: &RoleCandidates) -> Vec<&'a str> {
    let id = |pair: &Candidate| candidates.experts[pair.expert].id.as_str();
    role.pairs.iter().map(id).collect()
}

#[test]
fn the_best_by_weekly_value_are_kept_and_the_next_one_is_told() {
    let pool = [
        person("dora", "active", 20, 1000),
        person("ben", "active", 20, 2000),
        person("cleo", "active", 20, 1000),
        person("ana", "active", 20, 3000),
        person("eve", "paused", 20, 1000),
        person("finn", "active", 9, 1000),
        person("gus", "active", 20, 7001),
    ];
    // Point values of 100 cents less ten hours' pay: dora and cleo 40,000, ben 80,000, ana 70,000.
    let text = |_, it: &Profile| match it.id.as_str() {
        "ben" | "ana" => points(1000),
        _ => points(500),
    };
    let found = candidates(&pool, &worded(), 3, 1, text);
    let role = &found.roles[0];
    assert_eq!(
        ids(&found, role),
        ["ben", "ana", "cleo"],
        "cleo before dora by id"
    );
    assert_eq!(role.best_excluded, Some(Cents(40_000)));
    let everybody: Vec<&str> = found.experts.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(everybody, ["ana", "ben", "cleo"]);
    let funnel = Funnel {
        pool: 7,
        eligible: 6,
        enough_hours: 5,
        affordable: 4,
    };
    assert_eq!(role.funnel, funnel);
    assert_eq!(
        candidates(&pool, &worded(), 4, 1, text).roles[0].best_excluded,
        None
    );
    let none = candidates(&pool, &worded(), 0, 1, text);
    assert_eq!(none.roles[0].best_excluded, Some(Cents(80_000)));
    assert!(none.experts.is_empty());
}

#[test]
fn text_points_must_fit_roles_and_profiles() {
    let pool = [person("ana", "active", 20, 1000)];
    let (file, threads) = (worded(), NonZeroUsize::MIN);
    let mut source = Exhaustive {
        profiles: &pool,
        text: Vec::new(),
        threads,
    };
    let message = source.candidates(&file, 1).unwrap_err().to_string();
    assert_eq!(message, "text points given for 0 roles, expected 1");
    source.text = vec![vec![points(1), points(2)]];
    let message = source.candidates(&file, 1).unwrap_err().to_string();
    assert_eq!(message, "text points given for 2 profiles, expected 1");
}

#[test]
fn candidates_become_a_problem() {
    let role = |id: &str| {
        json!({"id": id, "task_type": "review", "heads": 3, "min_heads": 1, "hours": 10,
        "pay": {"target_cents": 6000}})
    };
    let file = file(
        json!({}),
        json!({"weeks": 2, "weights": {"point_cents": 7}, "campaigns": [
            {"id": "a", "client": "acme", "wall": "labs", "priority": 4, "roles": [role("one"), role("two")]},
            {"id": "b", "client": "beta", "roles": [role("one")]}
        ]}),
    );
    let facts = |id: &str, more: Value| {
        let mut facts = json!({"id": id, "max_roles": 9, "tags": ["new"]});
        facts
            .as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        profile(facts)
    };
    let pool = [
        facts("zoe", json!({})),
        facts("ana", json!({"conflicts": [{"against": "beta"}]})),
    ];
    let found = candidates(&pool, &file, 9, 1, |_, _| points(0));
    let problem = problem(&file, &found).unwrap();
    assert_eq!(problem.warnings(), []);
    let campaign = &problem.campaigns[0];
    assert_eq!(problem.text(campaign.wall.unwrap()), "labs");
    assert_eq!((campaign.priority, problem.weights.point), (4, Cents(7)));
    let role = problem.role(RoleIdx(2));
    assert_eq!(
        (problem.text(role.id), role.campaign),
        ("b/one", CampaignIdx(1))
    );
    let heads = (
        role.min.constant().unwrap().get(),
        role.target.constant().unwrap().get(),
    );
    assert_eq!(heads, (1, 3));
    let pairs: Vec<(&str, &str)> = problem
        .pairs
        .iter()
        .map(|pair| (problem.expert_id(pair.expert), problem.role_id(pair.role)))
        .collect();
    let expected = [
        ("ana", "a/one"),
        ("zoe", "a/one"),
        ("ana", "a/two"),
        ("zoe", "a/two"),
        ("zoe", "b/one"),
    ];
    assert_eq!(pairs, expected);
    assert_eq!(problem.pairs[0].to, problem.last_week());
    assert_eq!(problem.experts[0].max_roles.get(), 4);
}

fn any_pool() -> impl Strategy<Value = Vec<Profile>> {
    (0..14_usize).prop_flat_map(|people| {
        let ids = (0..people).map(|idx| any_profile(format!("p{idx}")));
        ids.collect::<Vec<_>>()
    })
}

/// What the definition says, with nothing but sorting.
fn by_sorting(
    pool: &[Profile],
    file: &CampaignFile,
    k: usize,
) -> Vec<(Vec<String>, Option<Cents>, Funnel)> {
    let calendar = Arc::new(Calendar::of(file));
    let of_role = |(idx, terms): (usize, &Terms<'_>)| {
        let mut allowed = Vec::new();
        let failing = |step| {
            let fails =
                |it: &&Profile| first_failed(&Person::new(it, &calendar), terms) == Some(step);
            pool.iter().filter(fails).count()
        };
        for profile in pool {
            let person = Person::new(profile, &calendar);
            if first_failed(&person, terms).is_none() {
                let score = score(&person, terms, some_text(idx, profile)).total;
                let rate = pay(&person, terms).unwrap();
                let value = weekly_value(terms.role, &file.weights, score, rate);
                allowed.push((-value, profile.id.to_string()));
            }
        }
        allowed.sort();
        let eligible = pool.len() - failing(Step::Eligible);
        let enough_hours = eligible - failing(Step::EnoughHours);
        let funnel = Funnel {
            pool: pool.len(),
            eligible,
            enough_hours,
            affordable: allowed.len(),
        };
        let excluded = allowed.get(k).map(|(value, _)| -*value);
        (
            allowed.into_iter().take(k).map(|(_, id)| id).collect(),
            excluded,
            funnel,
        )
    };
    Terms::of_file(file, &calendar)
        .iter()
        .enumerate()
        .map(of_role)
        .collect()
}

proptest! {
    #[test]
    fn shortlists_are_what_sorting_everybody_gives(pool in any_pool(), file in any_file(), k in 0..6_usize) {
        let found = candidates(&pool, &file, k, 1, some_text);
        let shown: Vec<_> = found.roles.iter().map(|role| {
            let ids = ids(&found, role).into_iter().map(str::to_owned).collect();
            (ids, role.best_excluded, role.funnel)
        }).collect();
        prop_assert_eq!(shown, by_sorting(&pool, &file, k));
        prop_assert!(problem(&file, &found).is_ok());
    }

    #[test]
    fn neither_order_nor_threads_change_the_candidates(
        (pool, shuffled) in any_pool().prop_flat_map(|pool| (Just(pool.clone()), Just(pool).prop_shuffle())),
        file in any_file(), k in 0..6_usize, threads in 1..5_usize,
    ) {
        let found = candidates(&pool, &file, k, 1, some_text);
        prop_assert_eq!(found, candidates(&shuffled, &file, k, threads, some_text));
    }

    #[test]
    fn who_is_not_allowed_need_not_be_offered(pool in any_pool(), file in any_file(), k in 0..6_usize) {
        let mut lists = RoleShortlists::new(&file, k);
        lists.count_pool(pool.len());
        for profile in &pool {
            let person = Person::new(profile, lists.calendar());
            let terms = lists.terms().iter().enumerate();
            let roles: Vec<(usize, Points)> = terms
                .filter(|(_, terms)| first_failed(&person, terms) != Some(Step::Eligible))
                .map(|(role, _)| (role, some_text(role, profile)))
                .collect();
            lists.offer_to(profile, roles);
        }
        prop_assert_eq!(lists.finish(0), candidates(&pool, &file, k, 1, some_text));
    }
}

/// A file of three weeks with two roles, `a/one` and `b/two`, and the rules `top`.
fn ruled(top: Value) -> CampaignFile {
    let role = |id: &str, more: Value| {
        let mut role = json!({"id": id, "task_type": "review", "hours": 10, "text": "rank",
            "score_weights": {"text": 1}, "pay": {"policy": "individual", "target_cents": 0}});
        let fields = role.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        role
    };
    let one = json!({"heads": 4, "ramp": {"shape": "linear", "up_weeks": 1}, "min_percent": 50,
        "min_stint": 2, "max_leave": 1});
    let two = json!({"heads": 2, "onboarding": 1});
    let mut whole = json!({"weeks": 3, "campaigns": [
        {"id": "a", "client": "acme", "budget_cents": 77, "mean_score": 600, "roles": [role("one", one)]},
        {"id": "b", "client": "beta", "start": "2027-01-11", "roles": [role("two", two)]}]});
    let fields = whole.as_object_mut().unwrap();
    fields.extend(top.as_object().unwrap().clone());
    file(json!({}), whole)
}

#[test]
fn weeks_money_and_rules_of_a_campaign_are_in_the_problem() {
    let file = ruled(json!({
        "ratios": [{"of": ["b/two"], "to": ["a/one", "b/two"], "at_least": [1, 8]}],
        "quotas": [{"roles": ["a/one"], "tag": "new", "max_percent": 40}],
        "apart": [["b/two", "a/one"]],
        "pins": [{"expert": "ana", "role": "b/two", "from": "2027-01-20"}],
        "vetoes": [{"expert": "ben", "role": "a/one"}],
    }));
    let pool = [
        person("ana", "active", 20, 1000),
        person("ben", "active", 20, 1000),
    ];
    let found = candidates(&pool, &file, usize::MAX, 1, |_, _| points(0));
    let problem = problem(&file, &found).unwrap();
    assert_eq!(problem.warnings(), []);
    let heads = |weekly: &crate::model::Weekly<crate::model::Heads>| {
        let weeks = problem.all_weeks();
        weeks.map(|week| weekly.at(week).get()).collect::<Vec<_>>()
    };
    let (one, two) = (problem.role(RoleIdx(0)), problem.role(RoleIdx(1)));
    assert_eq!(
        (heads(&one.target), heads(&one.min)),
        (vec![2, 4, 4], vec![1, 2, 2])
    );
    assert_eq!(heads(&two.target), [0, 0, 2]);
    let counts = [
        one.min_stint,
        one.onboarding,
        one.max_leave,
        two.min_stint,
        two.onboarding,
    ];
    assert_eq!(counts.map(|count| count.get()), [2, 0, 1, 1, 1]);
    let campaign = &problem.campaigns[0];
    assert_eq!(
        (campaign.budget, campaign.mean_score),
        (Some(Cents(77)), Points::new(600))
    );
    let spans: Vec<_> = problem
        .pairs
        .iter()
        .map(|pair| (problem.role_id(pair.role), pair.from.get(), pair.to.get()))
        .collect();
    assert_eq!(
        spans,
        [
            ("a/one", 0, 2),
            ("a/one", 0, 2),
            ("b/two", 1, 2),
            ("b/two", 1, 2)
        ]
    );
    let ratio = &problem.ratios[0];
    assert_eq!(
        (&*ratio.of, &*ratio.to),
        (&[RoleIdx(1)][..], &[RoleIdx(0), RoleIdx(1)][..])
    );
    assert_eq!((ratio.p, ratio.q), (1, 8));
    assert_eq!(problem.text(problem.quotas[0].tag), "new");
    assert_eq!(*problem.apart[0], [RoleIdx(1), RoleIdx(0)]);
    let pin = problem.pins[0];
    let named = (problem.expert_id(pin.expert), problem.role_id(pin.role));
    assert_eq!(
        (named, pin.from.get(), pin.to.get()),
        (("ana", "b/two"), 2, 2)
    );
    let veto = problem.vetoes[0];
    assert_eq!(
        (problem.expert_id(veto.expert), veto.role),
        ("ben", RoleIdx(0))
    );
}

#[test]
fn a_pair_is_open_in_the_weeks_in_which_the_person_is_eligible() {
    let licence = |id: &str, expiry: &str| {
        profile(json!({"id": id, "credentials": [
            {"kind": "licence", "status": "verified", "expires_on": expiry}]}))
    };
    let file = file(
        json!({"requires": {"credential": "licence"}}),
        json!({"weeks": 3}),
    );
    let pool = [
        licence("ana", "2027-01-17"),
        licence("ben", "2027-01-09"),
        licence("cleo", "2027-01-24"),
    ];
    let found = candidates(&pool, &file, usize::MAX, 1, |_, _| points(0));
    let problem = problem(&file, &found).unwrap();
    let mut spans: Vec<_> = problem
        .pairs
        .iter()
        .map(|pair| {
            (
                problem.expert_id(pair.expert),
                pair.from.get(),
                pair.to.get(),
            )
        })
        .collect();
    spans.sort_unstable();
    assert_eq!(spans, [("ana", 0, 1), ("cleo", 0, 2)]);
}

#[test]
fn pinned_pairs_stay_whatever_their_rank_and_named_people_without_a_pair_too() {
    let pool = [
        person("ana", "active", 20, 1000),
        person("ben", "active", 20, 2000),
        person("cleo", "active", 20, 9000),
        person("dora", "paused", 20, 1000),
        person("eve", "active", 20, 8000),
    ];
    let file = ruled(json!({
        "pins": [{"expert": "cleo", "role": "a/one"}, {"expert": "dora", "role": "a/one"}],
        "vetoes": [{"expert": "dora", "role": "b/two"}],
    }));
    for threads in 1..4 {
        let found = candidates(&pool, &file, 1, threads, |_, _| points(0));
        assert_eq!(ids(&found, &found.roles[0]), ["ana", "cleo"]);
        assert_eq!(ids(&found, &found.roles[1]), ["ana"], "pinned elsewhere");
        // What ben costs: twenty dollars an hour for ten hours, and his words are worth nothing.
        let excluded = found.roles.iter().map(|role| role.best_excluded);
        assert_eq!(excluded.collect::<Vec<_>>(), [Some(Cents(-20_000)); 2]);
        let everybody: Vec<&str> = found.experts.iter().map(|it| it.id.as_str()).collect();
        assert_eq!(everybody, ["ana", "cleo", "dora"]);
        let problem = problem(&file, &found).unwrap();
        let dora = problem.expert_with_id("dora").unwrap();
        assert!(problem.pair_of(dora, RoleIdx(0)).is_none());
    }
}

#[test]
fn people_who_are_not_in_the_pool_are_faults_of_pins_and_vetoes() {
    let file = ruled(json!({
        "pins": [{"expert": "ana", "role": "a/one"}, {"expert": "nemo", "role": "a/one"}],
        "vetoes": [{"expert": "nobody", "role": "b/two"}],
    }));
    let pool = [person("ana", "active", 20, 1000)];
    let found = candidates(&pool, &file, usize::MAX, 1, |_, _| points(0));
    let faults = problem(&file, &found).unwrap_err().to_string();
    assert_eq!(
        faults.lines().collect::<Vec<_>>(),
        [
            "/pins/1/expert: found \"nemo\", expected the id of somebody in the pool",
            "/vetoes/0/expert: found \"nobody\", expected the id of somebody in the pool",
        ]
    );
}
