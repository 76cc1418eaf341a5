//! Every leaf and every step by hand, and the law that holds the two paths together.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::examples::{any_file, any_profile, file, profile, terms};
use super::*;

mod weeks;

/// The sentences why a person with `facts` may not hold a role that requires `tree`.
fn reasons(facts: Value, tree: Value) -> Vec<String> {
    judge(facts, json!({"requires": tree}), json!({}))
}

/// The sentences why a person with `facts` may not hold `role` of a file, each with its code.
fn judge(facts: Value, role: Value, other: Value) -> Vec<String> {
    let (profile, file) = (profile(facts), file(role, other));
    let terms = terms(&file);
    let person = Person::new(&profile, &terms.calendar);
    let reasons = why_not(&person, &terms);
    let first = reasons.iter().map(Reason::step).min();
    assert_eq!(first_failed(&person, &terms), first, "{reasons:?}");
    let sentence = |reason: &Reason| format!("{}: {reason}", reason.code());
    reasons.iter().map(sentence).collect()
}

/// `facts` satisfy `tree`, and `lacking` do not, for the reason `because`.
fn check(tree: Value, facts: Value, lacking: Value, because: &str) {
    assert_eq!(reasons(facts, tree.clone()), [""; 0]);
    assert_eq!(reasons(lacking, tree), [because]);
}

#[test]
fn a_skill_must_reach_its_level() {
    let skill = |level: u8| json!({"skills": [{"skill": "local:ecg", "level": level}]});
    let tree = json!({"skill": "local:ecg", "level": 3});
    check(
        tree.clone(),
        skill(3),
        skill(2),
        "SKILL_TOO_LOW: has skill local:ecg at level 2, wanted at 3",
    );
    check(
        tree,
        skill(5),
        json!({}),
        "SKILL_MISSING: lacks skill local:ecg, wanted at level 3",
    );
}

#[test]
fn a_credential_must_be_verified_where_asked_and_through_the_last_day() {
    let licence = |status: &str, place: &str, expiry: &str| json!({"credentials": [{"kind": "licence", "jurisdiction": place, "status": status, "expires_on": expiry}]});
    let good = licence("verified", "DE", "2027-01-10");
    let tree = json!({"credential": "licence", "jurisdiction": "DE"});
    let cases = [
        (
            licence("verified", "DE", "2027-01-09"),
            "CREDENTIAL_EXPIRING: licence expires on 2027-01-09, needed until 2027-01-10",
        ),
        (
            licence("verified", "DE", "2027-01-03"),
            "CREDENTIAL_MISSING: has no licence in DE",
        ),
        (
            licence("pending", "DE", "2028-01-01"),
            "CREDENTIAL_NOT_VERIFIED: licence is pending, not verified",
        ),
        (
            licence("verified", "AT", "2028-01-01"),
            "CREDENTIAL_MISSING: has no licence in DE",
        ),
    ];
    for (lacking, because) in cases {
        check(tree.clone(), good.clone(), lacking, because);
    }
    assert_eq!(reasons(good, json!({"credential": "licence"})), [""; 0]);
}

#[test]
fn a_language_with_a_region_satisfies_its_language() {
    let speaks = |tag: &str, cefr: &str| json!({"languages": [{"tag": tag, "cefr": cefr}]});
    let tree = json!({"language": "pt", "cefr": "C1"});
    check(
        tree.clone(),
        speaks("pt-BR", "native"),
        speaks("pt", "B2"),
        "LANGUAGE_TOO_LOW: speaks pt at B2, wanted at C1",
    );
    check(
        tree,
        speaks("pt", "C1"),
        speaks("de", "C1"),
        "LANGUAGE_MISSING: does not speak pt, wanted at C1",
    );
}

#[test]
fn an_assessment_must_be_good_enough_and_last() {
    let took = |score: u16, skill: &str, expiry: &str| {
        json!({"assessments": [{"task_type": "review", "score": score, "skill": skill,
            "taken_on": "2026-06-01", "expires_on": expiry}]})
    };
    let good = took(700, "local:ecg", "2027-01-10");
    let tree = json!({"assessment": "review", "score": 700});
    let about = json!({"assessment": "review", "score": 700, "skill": "local:ecg"});
    let cases = [
        (
            took(699, "local:ecg", "2028-01-01"),
            "ASSESSMENT_TOO_LOW: scored 699 points in the review assessment, wanted 700",
        ),
        (
            took(700, "local:ecg", "2027-01-09"),
            "ASSESSMENT_EXPIRING: review assessment expires on 2027-01-09, needed until 2027-01-10",
        ),
        (
            took(700, "local:ecg", "2027-01-03"),
            "ASSESSMENT_MISSING: has no valid review assessment",
        ),
    ];
    for (lacking, because) in cases {
        check(tree.clone(), good.clone(), lacking, because);
    }
    check(
        about,
        good,
        took(900, "local:mri", "2028-01-01"),
        "ASSESSMENT_MISSING: has no valid review assessment about local:ecg",
    );
}

#[test]
fn an_unknown_country_satisfies_neither_list() {
    let unknown = "LEGAL_GEO: country is unknown, and the role takes only some";
    let (germany, korea) = (json!({"country": "DE"}), json!({"country": "KP"}));
    let elsewhere = "LEGAL_GEO: works in KP, where the role takes nobody";
    for tree in [
        json!({"country_in": ["DE"]}),
        json!({"country_not_in": ["KP"]}),
    ] {
        check(tree.clone(), germany.clone(), json!({}), unknown);
        check(tree, germany.clone(), korea.clone(), elsewhere);
    }
}

#[test]
fn who_lives_there_may_work_there() {
    let tree = json!({"work_authorisation": "US"});
    let because = "LEGAL_GEO: may not work for US";
    check(tree.clone(), json!({"country": "US"}), json!({}), because);
    let authorised = json!({"country": "DE", "work_authorisations": ["US"]});
    check(tree, authorised, json!({"country": "DE"}), because);
}

#[test]
fn a_minimum_is_compared_in_the_plans_currency() {
    let asks =
        |cents: u32, currency: &str| json!({"rate": {"min_cents": cents, "currency": currency}});
    let role = json!({"requires": {"rate_at_most_cents": 5400}});
    let exchange = json!({"exchange": {"EUR": [108, 100]}});
    let judge = |facts| judge(facts, role.clone(), exchange.clone());
    assert_eq!(judge(asks(5000, "EUR")), [""; 0]);
    assert_eq!(
        judge(asks(5001, "EUR")),
        ["RATE_TOO_HIGH: asks for 5402 cents an hour, at most 5400 are allowed"],
        "rounded up"
    );
    let no_rate = "CURRENCY_UNKNOWN: asks for pay in GBP, for which there is no exchange rate";
    assert_eq!(
        judge(asks(1, "GBP")),
        [no_rate, no_rate],
        "for the requirement and for the pay"
    );
}

#[test]
fn hours_at_least_holds_in_every_week_and_a_role_needs_one_week() {
    let away = json!({"availability": {"weekly_hours": 20,
        "exceptions": [{"from": "2027-01-11", "to": "2027-01-17", "hours": 6}]}});
    let weeks = json!({"weeks": 2});
    let required = json!({"requires": {"hours_at_least": 10}});
    assert_eq!(
        judge(away.clone(), required, weeks.clone()),
        ["TOO_FEW_HOURS: has 6 hours free in some week, 10 are required in every one"]
    );
    assert_eq!(judge(away.clone(), json!({}), weeks.clone()), [""; 0]);
    assert_eq!(
        judge(away, json!({"hours": 21}), weeks),
        ["TOO_FEW_HOURS: has at most 20 hours free in a week, the role takes 21"]
    );
}

#[test]
fn unknown_experience_is_too_little() {
    let tree = json!({"years_at_least": 5});
    check(
        tree.clone(),
        json!({"years": 5}),
        json!({"years": 4}),
        "TOO_FEW_YEARS: has 4 years of experience, wanted 5",
    );
    check(
        tree,
        json!({"years": 9}),
        json!({}),
        "TOO_FEW_YEARS: years of experience are unknown, wanted 5",
    );
}

#[test]
fn sensitive_work_stays_within_a_cap() {
    let facts = |cap: u32| {
        json!({"max_sensitive_hours": cap, "commitments": [
        {"label": "other", "from": "2027-01-04", "to": "2027-01-10", "hours": 4, "sensitive": true}]})
    };
    let because = "SENSITIVE_HOURS: does at most 9 hours of sensitive content in a week beside what they are bound to, 10 are asked";
    check(
        json!({"sensitive_hours_at_least": 10}),
        facts(14),
        facts(13),
        because,
    );
    // A role of ten hours asks the same, whatever else it asks.
    for tree in [json!({"all": []}), json!({"any": [{"all": []}]})] {
        let role = json!({"sensitive": true, "requires": tree});
        assert_eq!(judge(facts(14), role.clone(), json!({})), [""; 0]);
        assert_eq!(judge(facts(13), role.clone(), json!({})), [because]);
        assert_eq!(judge(json!({}), role, json!({})), [""; 0]);
    }
    assert_eq!(judge(facts(0), json!({}), json!({})), [""; 0]);
}

#[test]
fn a_consent_must_be_granted_through_the_last_day() {
    let consent = |granted: bool, until: &str| json!({"consents": [{"topic": "nda", "granted": granted, "until": until}]});
    let good = consent(true, "2027-01-10");
    let missing = "CONSENT_MISSING: has not agreed to nda";
    let tree = json!({"consent": "nda"});
    let expiring = "CONSENT_EXPIRING: agreed to nda until 2027-01-09, needed until 2027-01-10";
    check(
        tree.clone(),
        good.clone(),
        consent(false, "2028-01-01"),
        missing,
    );
    check(
        tree.clone(),
        good.clone(),
        consent(true, "2027-01-03"),
        missing,
    );
    check(tree.clone(), good.clone(), json!({}), missing);
    check(tree, good, consent(true, "2027-01-09"), expiring);
}

#[test]
fn tags_and_employers_are_looked_up() {
    let (tagged, tree) = (json!({"tags": ["newcomer"]}), json!({"tag": "newcomer"}));
    check(
        tree,
        tagged,
        json!({}),
        "TAG_MISSING: does not have tag newcomer",
    );
    let tree = json!({"not_employed_by": "acme"});
    let employed = json!({"employers": ["acme", "zeta"]});
    check(
        tree,
        json!({"employers": ["zeta"]}),
        employed,
        "EMPLOYER: is employed by acme",
    );
}

#[test]
fn cool_off_wants_whole_weeks_since_the_last_day() {
    let past = |until: &str| json!({"past_clients": [{"client": "acme", "until": until}]});
    let tree = json!({"cool_off": "acme", "weeks": 2});
    let because = "COOL_OFF: worked for acme until 2026-12-21, less than 2 weeks before the start";
    check(
        tree.clone(),
        past("2026-12-20"),
        past("2026-12-21"),
        because,
    );
    assert_eq!(reasons(json!({}), tree), [""; 0]);
}

#[test]
fn an_overlap_is_needed_in_every_week() {
    let window = |end: &str| {
        json!({"time_zone": "Europe/Berlin", "availability": {"weekly_hours": 20,
        "windows": [{"weekday": "wed", "start": "08:00", "end": end}]}})
    };
    let tree =
        json!({"overlap": {"time_zone": "UTC", "start": "09:00", "end": "12:00"}, "hours": 2});
    let role = |end| {
        judge(
            window(end),
            json!({"hours": 1, "requires": tree}),
            json!({}),
        )
    };
    assert_eq!(role("12:00"), [""; 0]);
    assert_eq!(
        role("11:59"),
        [
            "OVERLAP_TOO_SHORT: shares at most 119 minutes a day with the team's window, wanted 2 hours"
        ]
    );
    assert_eq!(
        reasons(json!({"time_zone": "Asia/Kolkata"}), tree.clone()),
        [""; 0],
        "office hours"
    );
    assert_eq!(
        reasons(json!({}), tree),
        [
            "OVERLAP_TOO_SHORT: shares at most 0 minutes a day with the team's window, wanted 2 hours"
        ]
    );
}

#[test]
fn failed_trees_name_the_leaves_that_fail() {
    let tree = json!({"all": [
        {"tag": "a"}, {"tag": "b"},
        {"any": [{"tag": "c"}, {"all": [{"tag": "d"}, {"tag": "e"}, {"tag": "x"}]}]},
        {"at_least": 2, "of": [{"tag": "x"}, {"tag": "f"}, {"tag": "g"}]},
        {"none": [{"tag": "x"}, {"tag": "y"}, {"any": [{"tag": "x"}, {"tag": "h"}]}]}
    ]});
    let expected = [
        "TAG_MISSING: does not have tag a",
        "TAG_MISSING: does not have tag b",
        "TOO_FEW_OF: none of several alternatives holds: does not have tag c; \
         does not have tag d and does not have tag e",
        "TOO_FEW_OF: 1 of several alternatives hold, 2 are wanted: does not have tag f; does not have tag g",
        "EXCLUDED: is excluded: tag x",
        "EXCLUDED: is excluded: one of (tag x, tag h)",
    ];
    assert_eq!(reasons(json!({"tags": ["x"]}), tree), expected);
}

#[test]
fn empty_lists_hold_except_any() {
    for tree in [
        json!({"all": []}),
        json!({"none": []}),
        json!({"at_least": 0, "of": []}),
    ] {
        assert_eq!(reasons(json!({}), tree), [""; 0]);
    }
    let nothing = "TOO_FEW_OF: none of several alternatives holds";
    assert_eq!(reasons(json!({}), json!({"any": []})), [nothing]);
}

#[test]
fn only_vetted_people_without_conflicts_are_planned() {
    let judge = |facts| judge(facts, json!({}), json!({}));
    let stage = "STAGE_NOT_PLANNED: stage is assessed; only qualified, onboarded and active people are planned";
    assert_eq!(judge(json!({"stage": "assessed"})), [stage]);
    let until = |until: &str| json!({"conflicts": [{"against": "acme-1", "until": until}]});
    assert_eq!(
        judge(until("2027-01-03")),
        [""; 0],
        "over before the first day"
    );
    assert_eq!(
        judge(until("2027-01-04")),
        ["CONFLICT: must not work for acme-1 until 2027-01-04"]
    );
    assert_eq!(
        judge(json!({"conflicts": [{"against": "acme"}, {"against": "zeta"}]})),
        ["CONFLICT: must not work for acme"]
    );
}

#[test]
fn a_late_start_is_told_from_too_few_hours() {
    let start = |hours: u16| json!({"availability": {"weekly_hours": hours, "earliest_start": "2027-01-08"}});
    let judge = |facts| judge(facts, json!({}), json!({}));
    assert_eq!(
        judge(start(20)),
        ["NOT_READY_IN_TIME: starts on 2027-01-08, too late for work until 2027-01-10"]
    );
    assert_eq!(
        judge(start(9)),
        ["TOO_FEW_HOURS: has at most 3 hours free in a week, the role takes 10"]
    );
    assert_eq!(
        judge(start(24)),
        [""; 0],
        "three sevenths of 24 hours are 10"
    );
}

#[test]
fn fixed_pay_is_the_target_or_none() {
    let asks =
        |cents: u32| json!({"country": "DE", "rate": {"min_cents": cents, "currency": "USD"}});
    let floors = |cents: u32| json!({"pay_floors": {"DE": cents}});
    assert_eq!(judge(asks(6000), json!({}), floors(6000)), [""; 0]);
    assert_eq!(
        judge(asks(6001), json!({}), floors(6002)),
        [
            "RATE_TOO_LOW: asks for 6001 cents an hour, the role pays at most 6000",
            "BELOW_PAY_FLOOR: work in DE must pay 6002 cents an hour, the role pays at most 6000"
        ]
    );
}

#[test]
fn individual_pay_is_the_largest_of_target_minimum_and_floor_up_to_the_cap() {
    let paid = |minimum: u32, floor: u32| {
        let facts = json!({"country": "DE", "rate": {"min_cents": minimum, "currency": "USD"}});
        let pay_policy = json!({"policy": "individual", "target_cents": 6000, "cap_cents": 7000});
        let (profile, file) = (
            profile(facts),
            file(
                json!({"pay": pay_policy}),
                json!({"pay_floors": {"DE": floor}}),
            ),
        );
        let terms = terms(&file);
        pay(&Person::new(&profile, &terms.calendar), &terms).map(CentsPerHour::get)
    };
    assert_eq!(paid(5000, 5500), Some(6000));
    assert_eq!(paid(6500, 5500), Some(6500));
    assert_eq!(paid(6500, 6800), Some(6800));
    assert_eq!(paid(7000, 0), Some(7000));
    assert_eq!(paid(7001, 0), None);
    assert_eq!(paid(0, 7001), None);
}

proptest! {
    #[test]
    fn reasons_and_the_fast_path_agree(profile in any_profile("ana".into()), file in any_file()) {
        let calendar = Arc::new(Calendar::of(&file));
        for terms in Terms::of_file(&file, &calendar) {
            let person = Person::new(&profile, &calendar);
            let reasons = why_not(&person, &terms);
            prop_assert_eq!(is_eligible(&person, &terms), reasons.is_empty());
            prop_assert_eq!(first_failed(&person, &terms), reasons.iter().map(Reason::step).min());
            prop_assert!(reasons.iter().all(|reason| !reason.to_string().is_empty()));
            prop_assert!(reasons.is_sorted_by_key(Reason::step));
        }
    }
}
