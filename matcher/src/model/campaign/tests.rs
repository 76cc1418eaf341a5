//! Campaign files read, whole and spoilt.

use super::*;

const FILE: &str = r#"{
        "currency": "USD", "start": "2027-01-04", "exchange": {"EUR": [108, 100]},
        "requirements": {"python": {"skill": "local:python", "level": 3}},
        "campaigns": [{
            "id": "acme", "client": "acme", "priority": 3,
            "roles": [{
                "id": "ranker", "task_type": "preference_ranking", "heads": 40, "hours": 10,
                "pay": {"target_cents": 4500},
                "requires": {"all": [{"use": "python"}, {"country_not_in": ["KP"]}]},
                "prefers": [{"points": 10, "if": {"skill": "local:python", "level": 5}}]
            }]
        }]
    }"#;

#[test]
fn a_role_is_named_within_its_campaign() {
    let file = CampaignFile::read(FILE.as_bytes()).unwrap();
    let (_, role) = file.roles().next().unwrap();
    assert_eq!(role.id.as_str(), "acme/ranker");
    let level: Vec<u8> = role
        .wanted_skills()
        .values()
        .map(|level| level.get())
        .collect();
    assert_eq!(level, [5]);
}

#[test]
fn other_currencies_convert_upwards_by_exact_fractions() {
    let file = CampaignFile::read(FILE.as_bytes()).unwrap();
    let rate = CentsPerHour::new(101).unwrap();
    let euro = Currency::new("EUR").unwrap();
    assert_eq!(
        file.in_plan_currency(rate, &euro),
        Some(Cents(110)),
        "109.08 rounded up"
    );
    assert_eq!(
        file.in_plan_currency(rate, &Currency::new("GBP").unwrap()),
        None
    );
}

#[test]
fn faults_are_reported_together() {
    let spoilt = FILE
        .replace("\"heads\": 40", "\"heads\": -1")
        .replace("2027-01-04", "2027-01-05")
        .replace("\"use\": \"python\"", "\"use\": \"rust\"");
    let Err(CampaignFileError::Faults(faults)) = CampaignFile::read(spoilt.as_bytes()) else {
        panic!("the file has faults")
    };
    let places: Vec<&str> = faults
        .list()
        .iter()
        .map(|fault| fault.at.as_str())
        .collect();
    assert_eq!(
        places,
        [
            "/start",
            "/campaigns/0/roles/0/heads",
            "/campaigns/0/roles/0/requires/all/0/use"
        ]
    );
}

/// A file over 8 weeks: `campaign` is added to its campaign, `role` replaces the demand of its only role, `top` is
/// added to the file.
fn full(campaign: &str, role: &str, top: &str) -> Result<CampaignFile, Faults> {
    let text = format!(
        r#"{{"currency": "USD", "start": "2027-01-04", "weeks": 8, "campaigns": [{{
            "id": "acme", "client": "acme" {campaign}, "roles": [
                {{"id": "maker", "task_type": "sft_demonstration", "hours": 10, "pay": {{"target_cents": 4500}}, {role}}},
                {{"id": "checker", "task_type": "review", "hours": 5, "heads": 9, "pay": {{"target_cents": 4500}}}}
            ]}}] {top}}}"#
    );
    match CampaignFile::read(text.as_bytes()) {
        Ok(file) => Ok(file),
        Err(CampaignFileError::Faults(faults)) => Err(faults),
        Err(other) => panic!("{other}: {text}"),
    }
}

/// Target and min of the first role.
fn wanted(campaign: &str, role: &str) -> (Vec<u32>, Vec<u32>) {
    let file = full(campaign, role, "").unwrap_or_else(|faults| panic!("{role}: {faults}"));
    let (campaign, role) = file.roles().next().unwrap();
    let wanted = file.wanted(campaign, role);
    let each = |heads: &crate::model::Weekly<crate::model::Heads>| -> Vec<u32> {
        let weeks = Week::all(file.weeks);
        weeks.map(|week| heads.at(week).get()).collect()
    };
    (each(&wanted.target), each(&wanted.min))
}

#[test]
fn heads_follow_the_ramp_within_the_weeks_of_the_campaign() {
    let days = r#", "start": "2027-01-13", "end": "2027-02-14""#;
    for (campaign, role, target) in [
        ("", r#""heads": 4"#, [4; 8]),
        ("", r#""heads": 0"#, [0; 8]),
        // Wednesday of week 1 to Sunday of week 5.
        (days, r#""heads": 4"#, [0, 4, 4, 4, 4, 4, 0, 0]),
        (
            days,
            r#""heads": 4, "onboarding": 2"#,
            [0, 0, 0, 4, 4, 4, 0, 0],
        ),
        (
            "",
            r#""heads": [0, 1, 2, 3, 9, 1, 1, 0]"#,
            [0, 1, 2, 3, 9, 1, 1, 0],
        ),
        // Arrays and percentages are taken as they are, whatever the onboarding.
        (
            "",
            r#""heads": [3, 1, 2, 3, 9, 1, 1, 0], "onboarding": 2"#,
            [3, 1, 2, 3, 9, 1, 1, 0],
        ),
        (
            days,
            r#""heads": 10, "onboarding": 1, "ramp": {"shape": "explicit", "percent": [50, 100, 100, 5, 4]}"#,
            [0, 5, 10, 10, 1, 0, 0, 0],
        ),
        (
            "",
            r#""heads": 100, "onboarding": 1, "ramp": {"shape": "linear", "up_weeks": 3, "down_weeks": 1}"#,
            [0, 25, 50, 75, 100, 100, 100, 50],
        ),
        (
            "",
            r#""heads": 100, "ramp": {"shape": "s_curve", "up_weeks": 3}"#,
            [16, 50, 84, 100, 100, 100, 100, 100],
        ),
        (
            "",
            r#""heads": 100, "ramp": {"shape": "step", "up_weeks": 4, "down_weeks": 2}"#,
            [50, 50, 50, 50, 100, 100, 50, 50],
        ),
    ] {
        assert_eq!(wanted(campaign, role).0, target, "{campaign} {role}");
    }
}

#[test]
fn the_min_is_heads_or_a_share_of_every_week() {
    let ramp = r#""heads": 10, "ramp": {"shape": "linear", "up_weeks": 4}"#;
    for (more, min) in [
        ("", [0; 8]),
        (r#", "min_heads": 5"#, [2, 4, 5, 5, 5, 5, 5, 5]),
        (r#", "min_percent": 50"#, [1, 2, 3, 4, 5, 5, 5, 5]),
        (r#", "min_percent": 100"#, [2, 4, 6, 8, 10, 10, 10, 10]),
    ] {
        assert_eq!(wanted("", &format!("{ramp}{more}")).1, min, "{more}");
    }
}

#[test]
fn heads_cover_the_work_and_one_less_at_the_peak_does_not() {
    // 1,000 items, by 2 people each, 12 minutes, a tenth again: 440 hours. In 8 weeks of 10 hours: 5.5 heads.
    let work = r#""items": 1000, "overlap": 2, "minutes_an_item": 12, "rework_percent": 10"#;
    let heads = |more: &str, ramp: &str| {
        wanted("", &format!(r#""deliverables": {{{work}{more}}} {ramp}"#)).0
    };
    assert_eq!(heads("", ""), [6; 8]);
    // A quarter of the 2,200 answers is reviewed, 12 minutes each: 110 hours more, 6.875 heads.
    assert_eq!(heads(r#", "review_percent": 25"#, ""), [7; 8]);
    // In 6 minutes: 55 hours more, 6.19 heads.
    assert_eq!(
        heads(r#", "review_percent": 25, "review_minutes": 6"#, ""),
        [7; 8]
    );
    // In none: the 440 hours alone.
    assert_eq!(
        heads(r#", "review_percent": 25, "review_minutes": 0"#, ""),
        [6; 8]
    );
    assert_eq!(heads("", r#", "onboarding": 3"#), [0, 0, 0, 9, 9, 9, 9, 9]);
    // 44 seat-weeks: at a peak of 6 the ramp has 2 + 3 + 5 + 5·6 = 40, at 7 it has 2 + 4 + 5 + 5·7 = 46.
    let ramp = r#", "ramp": {"shape": "linear", "up_weeks": 3}"#;
    assert_eq!(heads("", ramp), [2, 4, 5, 7, 7, 7, 7, 7]);
    for (minutes, peak) in [(0, 0), (1, 1), (8 * 600, 1), (8 * 600 + 1, 2)] {
        let work = format!(r#""deliverables": {{"items": {minutes}, "minutes_an_item": 1}}"#);
        assert_eq!(wanted("", &work).0, [peak; 8], "{minutes} minutes");
    }
}

#[test]
fn a_role_that_reviews_another_takes_its_reviews() {
    let text = r#"{"currency": "USD", "start": "2027-01-04", "weeks": 4, "campaigns": [{"id": "a", "client": "c", "roles": [
        {"id": "check", "task_type": "review", "hours": 5, "review_of": "make", "pay": {"target_cents": 1}},
        {"id": "make", "task_type": "review", "hours": 10, "pay": {"target_cents": 1},
         "deliverables": {"items": 600, "minutes_an_item": 10, "review_percent": 50, "review_minutes": 7}}]}]}"#;
    let file = CampaignFile::read(text.as_bytes()).unwrap();
    let campaign = &file.campaigns[0];
    let heads = |idx: usize| {
        file.wanted(campaign, &campaign.roles[idx])
            .target
            .constant()
    };
    // 300 reviews of 7 minutes are 35 hours, 1.75 heads of 20; 100 hours of answers are 2.5 heads of 40.
    assert_eq!(heads(0).map(|heads| heads.get()), Some(2));
    assert_eq!(heads(1).map(|heads| heads.get()), Some(3));
    assert_eq!(file.seats(), 5);
}

#[test]
fn days_stand_for_their_weeks() {
    let pin = r#", "pins": [{"expert": "e", "role": "acme/maker", "from": "2027-01-18", "to": "2027-01-31"},
        {"expert": "e", "role": "acme/maker"}], "vetoes": [{"expert": "f", "role": "acme/maker"}]"#;
    let days = r#", "start": "2027-01-17", "end": "2027-02-22""#;
    let file = full(days, r#""heads": 1"#, pin).unwrap();
    let spans: Vec<_> = file
        .pins
        .iter()
        .map(|pin| file.weeks_of_pin(pin).unwrap())
        .collect();
    let weeks = |(from, to): (Week, Week)| (from.get(), to.get());
    assert_eq!(
        spans.into_iter().map(weeks).collect::<Vec<_>>(),
        [(2, 3), (1, 7)]
    );
    assert_eq!(weeks(file.weeks_of(&file.campaigns[0])), (1, 7));
}

#[test]
fn rules_are_read_and_repeated_roles_count_once() {
    let file = full(
        r#", "budget_cents": 1000000000000000, "mean_score": 700, "wall": "labs""#,
        r#""heads": 3, "min_stint": 2, "onboarding": 1, "max_leave": 3"#,
        r#", "weights": {"below_mean_cents": 7},
        "ratios": [{"of": ["acme/checker", "acme/checker"], "to": ["acme/maker"], "at_least": [1, 8]}],
        "quotas": [{"roles": ["acme/maker"], "tag": "country:IN", "max_percent": 40},
                   {"roles": ["acme/maker"], "tag": "newcomer", "min_percent": 5}],
        "apart": [["acme/maker", "acme/checker", "acme/maker"]]"#,
    )
    .unwrap();
    let id = |text| Id::new(text).unwrap();
    let (maker, checker) = (id("acme/maker"), id("acme/checker"));
    assert_eq!(file.weights.below_mean, Cents(7));
    let campaign = &file.campaigns[0];
    assert_eq!(campaign.budget, Some(Cents(1_000_000_000_000_000)));
    assert_eq!(campaign.mean_score, Points::new(700));
    let role = &campaign.roles[0];
    let counts = [role.min_stint, role.onboarding, role.max_leave].map(Count::get);
    assert_eq!(counts, [2, 1, 3]);
    assert_eq!(*file.ratios[0].of, *std::slice::from_ref(&checker));
    assert_eq!((file.ratios[0].p, file.ratios[0].q), (1, 8));
    let shares: Vec<Share> = file.quotas.iter().map(|quota| quota.share).collect();
    assert_eq!(shares, [Share::AtMost(40), Share::AtLeast(5)]);
    assert_eq!(*file.apart[0], [maker, checker]);
}

/// The only fault of a file, as text.
fn fault(campaign: &str, role: &str, top: &str) -> String {
    match full(campaign, role, top) {
        Ok(_) => "no fault".to_owned(),
        Err(faults) => faults.to_string().trim_end().to_owned(),
    }
}

#[test]
fn every_fault_of_a_demand_is_named_with_its_place() {
    let days = r#", "start": "2027-01-11", "end": "2027-01-31""#;
    for (role, expected) in [
        (
            r#""max_leave": 1"#,
            "heads: found nothing, expected exactly one of heads, deliverables, review_of",
        ),
        (
            r#""heads": 1, "deliverables": {"items": 1, "minutes_an_item": 1}"#,
            "deliverables: found it beside heads, expected exactly one of",
        ),
        (
            r#""heads": [1, 2]"#,
            "heads: found an array of 2, expected one integer, or 8 of them",
        ),
        (
            r#""heads": [0, 1, 1, 1, 2, 0, 0, 0]"#,
            "heads/4: found 2, expected 0: the campaign has the weeks 1 to 3",
        ),
        (
            r#""heads": [0, 1.5, 0, 0, 0, 0, 0, 0]"#,
            "heads/1: found 1.5, expected an integer from 0 to 1000000",
        ),
        (
            r#""heads": [0, 1, 1, 1, 0, 0, 0, 0], "ramp": {"shape": "linear", "up_weeks": 1}"#,
            "ramp: found it, expected no ramp beside heads week by week",
        ),
        (
            r#""heads": 3, "onboarding": 3"#,
            "onboarding: found 3, expected fewer than the 3 weeks of the campaign",
        ),
        (
            r#""heads": 3, "min_heads": 4"#,
            "min_heads: found 4, expected at most `heads`, 3",
        ),
        (
            r#""heads": [0, 3, 1, 1, 0, 0, 0, 0], "min_heads": 4"#,
            "min_heads: found 4, expected at most `heads`, 3",
        ),
        (
            r#""heads": 3, "min_heads": 1, "min_percent": 4"#,
            "min_percent: found 4, expected no min_percent beside",
        ),
        (
            r#""heads": 3, "min_percent": 101"#,
            "min_percent: found 101, expected an integer from 0 to 100",
        ),
        (
            r#""heads": 3, "min_stint": -1"#,
            "min_stint: found -1, expected an integer from 0 to 1000000",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "linear", "up_weeks": 1, "down_weeks": 2}"#,
            "ramp: found up_weeks 1 and down_weeks 2, expected fewer than 3 together",
        ),
        (
            r#""heads": 3, "ramp": {"up_weeks": 1}"#,
            "ramp/shape: found nothing, expected a value",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "cubic"}"#,
            "ramp/shape: found \"cubic\", expected one of linear, step",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "linear", "up": 1}"#,
            "ramp/up: found 1, expected no such field",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "linear", "steps": 2}"#,
            "ramp/steps: found it, expected no steps in a ramp",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "step", "steps": 0}"#,
            "ramp/steps: found 0, expected an integer from 1",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "step", "percent": [1]}"#,
            "ramp/percent: found it, expected no percent",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "explicit"}"#,
            "ramp/percent: found nothing, expected a value",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "explicit", "percent": [100, 0, 0], "up_weeks": 0}"#,
            "ramp/up_weeks: found it, expected no up_weeks",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "explicit", "percent": [10, 99, 0]}"#,
            "ramp/percent: found at most 99, expected 100 in some week",
        ),
        (
            r#""heads": 3, "ramp": {"shape": "explicit", "percent": [100, 0]}"#,
            "ramp/percent: found an array of 2, expected 3 integers, one a week of the campaign",
        ),
        (
            r#""deliverables": {"items": 1}"#,
            "deliverables/minutes_an_item: found nothing, expected a value",
        ),
        (
            r#""deliverables": {"items": 1, "minutes_an_item": 0}"#,
            "deliverables/minutes_an_item: found 0, expected an integer from 1 to 100000",
        ),
        (
            r#""deliverables": {"items": 1, "minutes_an_item": 1, "review": 1}"#,
            "deliverables/review: found 1, expected no such field; known here: items, overlap, minutes_an_item",
        ),
        (
            r#""deliverables": {"items": 1000000000, "minutes_an_item": 1000}"#,
            "deliverables: found 16666666667 hours of work, expected at most what 1000000 heads do",
        ),
        (
            r#""review_of": "checker""#,
            "review_of: found \"acme/checker\", expected a role of this campaign with",
        ),
        (
            r#""review_of": "maker""#,
            "review_of: found \"acme/maker\", expected a role of this campaign with",
        ),
        (
            r#""review_of": "no body""#,
            "review_of: found \"no body\", expected an id",
        ),
    ] {
        let expected = format!("/campaigns/0/roles/0/{expected}");
        let found = fault(days, role, "");
        assert!(found.starts_with(&expected), "{role}:\n{found}");
        assert_eq!(found.lines().count(), 1, "{role}:\n{found}");
    }
    let text = r#"{"currency": "USD", "start": "2027-01-04", "campaigns": [{"id": "a", "client": "c", "roles": [
        {"id": "one", "task_type": "review", "hours": 5, "review_of": "make", "pay": {"target_cents": 1}},
        {"id": "two", "task_type": "review", "hours": 5, "review_of": "make", "pay": {"target_cents": 1}},
        {"id": "make", "task_type": "review", "hours": 0, "pay": {"target_cents": 1},
         "deliverables": {"items": 600, "minutes_an_item": 10, "review_percent": 50}}]}]}"#;
    let Err(CampaignFileError::Faults(faults)) = CampaignFile::read(text.as_bytes()) else {
        panic!("the file has faults")
    };
    assert_eq!(
        faults.to_string().lines().collect::<Vec<_>>(),
        [
            "/campaigns/0/roles/1/review_of: found \"a/make\", expected a role that a/one does not review already",
            "/campaigns/0/roles/2/hours: found 0, expected at least 1: its heads follow from the hours its work takes",
        ]
    );
}

#[test]
fn every_fault_of_a_campaigns_days_and_money_is_named_with_its_place() {
    for (campaign, expected) in [
        (
            r#", "start": "2027-01-03""#,
            "start: found 2027-01-03, expected a day of the file's weeks, 2027-01-04 to 2027-02-28",
        ),
        (
            r#", "end": "2027-03-01""#,
            "end: found 2027-03-01, expected a day of the file's weeks",
        ),
        (
            r#", "end": "2027-13-01""#,
            "end: found \"2027-13-01\", expected a date",
        ),
        (
            r#", "start": "2027-01-12", "end": "2027-01-11""#,
            "start: found 2027-01-12, expected a day up to `end`, 2027-01-11",
        ),
        (
            r#", "budget_cents": -1"#,
            "budget_cents: found -1, expected an integer from 0 to 1000000000000000",
        ),
        (
            r#", "mean_score": 1001"#,
            "mean_score: found 1001, expected an integer from 0 to 1000",
        ),
    ] {
        let found = fault(campaign, r#""heads": 1"#, "");
        let expected = format!("/campaigns/0/{expected}");
        assert!(found.starts_with(&expected), "{campaign}:\n{found}");
        assert_eq!(found.lines().count(), 1, "{campaign}:\n{found}");
    }
}

#[test]
fn every_fault_of_a_rule_is_named_with_its_place() {
    let days = r#", "start": "2027-01-11", "end": "2027-01-31""#;
    for (top, expected) in [
        (
            r#""ratios": {}"#,
            "/ratios: found an object, expected an array",
        ),
        (
            r#""ratios": [{"of": ["acme/maker"], "to": ["maker"], "at_least": [1, 8]}]"#,
            "/ratios/0/to/0: found \"maker\", expected the id of a role of this file, <campaign>/<role>",
        ),
        (
            r#""ratios": [{"of": [], "to": ["acme/maker"], "at_least": [1, 8]}]"#,
            "/ratios/0/of: found 0 roles, expected at least one role",
        ),
        (
            r#""ratios": [{"of": ["acme/maker"], "to": ["acme/maker"], "at_least": [1, 0]}]"#,
            "/ratios/0/at_least/1: found 0, expected an integer from 1 to 1000000",
        ),
        (
            r#""ratios": [{"of": ["acme/maker"], "to": ["acme/maker"], "at_least": 3}]"#,
            "/ratios/0/at_least: found 3, expected two integers [p, q]",
        ),
        (
            r#""quotas": [{"roles": ["acme/maker"], "tag": "newcomer"}]"#,
            "/quotas/0: found neither, expected either max_percent or min_percent",
        ),
        (
            r#""quotas": [{"roles": ["acme/maker"], "tag": "newcomer", "max_percent": 1, "min_percent": 1}]"#,
            "/quotas/0: found both, expected either max_percent or min_percent",
        ),
        (
            r#""quotas": [{"roles": ["acme/maker"], "tag": "newcomer", "max_percent": 101}]"#,
            "/quotas/0/max_percent: found 101, expected an integer from 0 to 100",
        ),
        (
            r#""requirements": {"young": {"any": [{"tag": "age:18-30"}, {"tag": "junior"}]}}"#,
            "/requirements/young/any/0/tag: found \"age:18-30\", expected a job-related tag: rules do not speak of age, gender",
        ),
        (
            r#""quotas": [{"roles": ["acme/maker"], "tag": "gender:f", "min_percent": 50}]"#,
            "/quotas/0/tag: found \"gender:f\", expected a job-related tag: rules do not speak of age, gender",
        ),
        (
            r#""apart": [["acme/maker", "acme/maker"]]"#,
            "/apart/0: found 1 roles, expected at least 2 different roles",
        ),
        (
            r#""apart": [["acme/maker", "acme/nobody"]]"#,
            "/apart/0/1: found \"acme/nobody\", expected the id of a role",
        ),
        (
            r#""pins": [{"expert": "e", "role": "acme/makers"}]"#,
            "/pins/0/role: found \"acme/makers\", expected the id of a role",
        ),
        (
            r#""pins": [{"role": "acme/maker"}]"#,
            "/pins/0/expert: found nothing, expected a value",
        ),
        (
            r#""pins": [{"expert": "e", "role": "acme/maker", "from": "2027-01-10"}]"#,
            "/pins/0/from: found 2027-01-10, in week 0, expected a day of the weeks of \"acme\", 1 to 3",
        ),
        (
            r#""pins": [{"expert": "e", "role": "acme/maker", "to": "2028-01-10"}]"#,
            "/pins/0/to: found 2028-01-10, expected a day of the file's weeks, 2027-01-04 to 2027-02-28",
        ),
        (
            r#""pins": [{"expert": "e", "role": "acme/maker", "from": "2027-01-20", "to": "2027-01-19"}]"#,
            "/pins/0/from: found 2027-01-20, expected a day up to `to`, 2027-01-19",
        ),
        (
            r#""pins": [{"expert": "e", "role": "acme/maker", "from": 3}]"#,
            "/pins/0/from: found 3, expected a date",
        ),
        (
            r#""vetoes": [{"expert": "e", "role": "acme/makers"}]"#,
            "/vetoes/0/role: found \"acme/makers\", expected the id of a role",
        ),
        (r#""vetoes": [3]"#, "/vetoes/0: found 3, expected an object"),
        (
            r#""weights": {"below_mean_cents": -1}"#,
            "/weights/below_mean_cents: found -1, expected an integer",
        ),
    ] {
        let found = fault(days, r#""heads": 1"#, &format!(", {top}"));
        assert!(found.starts_with(expected), "{top}:\n{found}");
        assert_eq!(found.lines().count(), 1, "{top}:\n{found}");
    }
}

#[test]
fn rules_about_a_campaign_that_could_not_be_read_add_no_faults() {
    let veto = r#", "vetoes": [{"expert": "e", "role": "acme/other"}]"#;
    let found = fault("", r#""heads": -1"#, veto);
    assert_eq!(found.lines().count(), 1, "{found}");
}
