//! The weeks in which somebody may hold a role: by hand, and against asking in every week.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::examples::{any_file, any_profile, file, profile, terms};
use super::super::weeks::is_eligible_in;
use super::super::*;
use super::judge;

/// The weeks in which a person with `facts` may hold a role that requires `tree`, in a campaign of weeks 1 to 4 of six.
fn weeks_of(facts: Value, tree: Value) -> Option<(u16, u16)> {
    let role = json!({"id": "ranker", "task_type": "preference_ranking", "heads": 2, "hours": 10,
        "pay": {"target_cents": 6000}, "requires": tree});
    let campaign = json!({"id": "acme-1", "client": "acme", "start": "2027-01-11", "end": "2027-02-07",
        "roles": [role]});
    let file = file(json!({}), json!({"weeks": 6, "campaigns": [campaign]}));
    let (profile, terms) = (profile(facts), terms(&file));
    let weeks = weeks(&Person::new(&profile, &terms.calendar), &terms);
    weeks.map(|(from, to)| (from.get(), to.get()))
}

#[test]
fn facts_are_asked_for_in_the_weeks_of_the_campaign() {
    let licence = |expiry: &str| json!({"credentials": [{"kind": "licence", "status": "verified", "expires_on": expiry}]});
    let agreed =
        |until: &str| json!({"consents": [{"topic": "nda", "granted": true, "until": until}]});
    let took = |expiry: &str| {
        json!({"assessments": [{"task_type": "review", "score": 700, "taken_on": "2026-06-01",
            "expires_on": expiry}]})
    };
    let (wants_licence, wants_consent) =
        (json!({"credential": "licence"}), json!({"consent": "nda"}));
    let wants_result = json!({"assessment": "review", "score": 700});
    // The file's weeks go on to 14 February, the campaign's to 7 February.
    for (expiry, weeks) in [
        ("2027-02-14", Some((1, 4))),
        ("2027-02-07", Some((1, 4))),
        ("2027-02-06", Some((1, 3))),
        ("2027-01-17", Some((1, 1))),
        ("2027-01-16", None),
        ("2026-12-01", None),
    ] {
        assert_eq!(
            weeks_of(licence(expiry), wants_licence.clone()),
            weeks,
            "{expiry}"
        );
        assert_eq!(
            weeks_of(agreed(expiry), wants_consent.clone()),
            weeks,
            "{expiry}"
        );
        assert_eq!(
            weeks_of(took(expiry), wants_result.clone()),
            weeks,
            "{expiry}"
        );
    }
}

#[test]
fn who_must_wait_begins_later() {
    let until = |until: &str| json!({"conflicts": [{"against": "acme", "until": until}]});
    let anybody = || json!({"all": []});
    assert_eq!(weeks_of(until("2027-01-10"), anybody()), Some((1, 4)));
    assert_eq!(weeks_of(until("2027-01-11"), anybody()), Some((2, 4)));
    assert_eq!(weeks_of(until("2027-02-01"), anybody()), None);
    let past = json!({"past_clients": [{"client": "zeta", "until": "2027-01-10"}]});
    let cool_off = |weeks: u32| json!({"cool_off": "zeta", "weeks": weeks});
    // The third whole week after 10 January ends on the 31st.
    assert_eq!(weeks_of(past.clone(), cool_off(0)), Some((1, 4)));
    assert_eq!(weeks_of(past.clone(), cool_off(3)), Some((4, 4)));
    assert_eq!(weeks_of(past, cool_off(4)), None);
}

#[test]
fn of_several_runs_of_weeks_the_longest_counts_and_then_the_first() {
    let licence = |kind: &str, expiry: &str| json!({"kind": kind, "status": "verified", "expires_on": expiry});
    // Either the one licence holds, or the other no longer does.
    let tree = json!({"any": [{"credential": "a"}, {"none": [{"credential": "b"}]}]});
    let of = |a: &str, b: &str| {
        weeks_of(
            json!({"credentials": [licence("a", a), licence("b", b)]}),
            tree.clone(),
        )
    };
    assert_eq!(of("2027-01-17", "2027-01-24"), Some((3, 4)));
    assert_eq!(
        of("2027-01-17", "2027-01-31"),
        Some((1, 1)),
        "weeks 1 and 4"
    );
}

#[test]
fn hours_count_in_the_weeks_that_are_allowed() {
    let away = |until: &str| json!({"from": "2027-01-04", "to": until, "hours": 0});
    let judge = |until: &str, end: &str| {
        judge(
            json!({"availability": {"weekly_hours": 20, "exceptions": [away(until)]}}),
            json!({}),
            json!({"weeks": 3, "campaigns": [{"id": "acme-1", "client": "acme", "end": end, "roles": [
                {"id": "ranker", "task_type": "preference_ranking", "heads": 2, "hours": 10,
                    "pay": {"target_cents": 6000}}]}]}),
        )
    };
    assert_eq!(judge("2027-01-10", "2027-01-17"), [""; 0]);
    assert_eq!(
        judge("2027-01-17", "2027-01-17"),
        ["TOO_FEW_HOURS: has at most 0 hours free in a week, the role takes 10"]
    );
}

/// The longest run of weeks, by asking in each of them.
fn weeks_one_by_one(person: &Person<'_>, terms: &Terms<'_>) -> Option<(Week, Week)> {
    let (first, last) = terms.weeks;
    let may = |week: &Week| is_eligible_in(*week, person, terms);
    let runs = Week::span(first, last).filter_map(|from| {
        let to = Week::span(from, last).take_while(may).last()?;
        Some((to.index() - from.index(), std::cmp::Reverse(from), to))
    });
    let is_staffed =
        person.profile.stage.is_planned() && person.profile.max_roles > Count::default();
    let (_, from, to) = runs.max().filter(|_| is_staffed)?;
    Some((from.0, to))
}

proptest! {
    #[test]
    fn weeks_are_those_that_asking_week_by_week_gives(profile in any_profile("ana".into()), file in any_file()) {
        let calendar = Arc::new(Calendar::of(&file));
        for terms in Terms::of_file(&file, &calendar) {
            let person = Person::new(&profile, &calendar);
            prop_assert_eq!(weeks(&person, &terms), weeks_one_by_one(&person, &terms));
            for wish in &terms.role.prefers {
                let (from, to) = terms.weeks;
                let holds = |week| holds(&wish.requirement, &person, &terms, week);
                prop_assert_eq!(
                    holds_throughout(&wish.requirement, &person, &terms, terms.weeks),
                    Week::span(from, to).all(holds)
                );
            }
        }
    }
}
