//! Calendars, read back by a parser.

use std::collections::{BTreeMap, BTreeSet};

use icalendar::{Calendar, Component as _, DatePerhapsTime, Event, EventLike as _};
use muster_matcher::model::plan::{Plan, Stint};
use muster_matcher::model::problem::Problem;

use super::super::testing::{case, exported};
use super::super::text::clean;
use super::super::{Format, PlanView};

fn calendar(problem: &Problem, plan: &Plan) -> (String, Calendar) {
    let text = String::from_utf8(exported(problem, plan, &[], Format::Ical)).unwrap();
    let calendar = text
        .parse()
        .unwrap_or_else(|error| panic!("{error}\n{text}"));
    (text, calendar)
}

fn day(date: Option<DatePerhapsTime>) -> String {
    match date {
        Some(DatePerhapsTime::Date(date)) => date.to_string(),
        other => panic!("{other:?} is no date"),
    }
}

#[test]
fn every_stint_is_an_event_of_its_days() {
    for seed in 0..300 {
        let (problem, plan) = case(seed);
        let (_, calendar) = calendar(&problem, &plan);
        let events: Vec<&Event> = calendar.events().collect();
        let view = PlanView::new(&problem, &plan).unwrap();
        assert_eq!(events.len(), view.rows().len(), "seed {seed}");
        let mut uids = BTreeSet::new();
        for (event, row) in events.iter().zip(view.rows()) {
            assert_eq!(
                day(event.get_start()),
                view.monday(row.from).to_string(),
                "seed {seed}"
            );
            let last = view.sunday(row.to);
            assert_eq!(
                day(event.get_end()),
                last.tomorrow().unwrap().to_string(),
                "seed {seed}"
            );
            let (expert, role) = (problem.expert_id(row.expert), problem.role_id(row.role));
            assert_eq!(
                event.get_summary(),
                Some(clean(&format!("{expert}: {role}")).as_str()),
                "seed {seed}"
            );
            assert_eq!(
                event.get_categories(),
                Some(vec![clean(view.campaign_id(row.campaign))]),
                "seed {seed}"
            );
            assert!(
                uids.insert(event.get_uid().unwrap().to_owned()),
                "seed {seed}: one UID twice"
            );
        }
    }
}

#[test]
fn lines_are_folded_by_octets_and_end_with_crlf() {
    for seed in 0..100 {
        let (problem, plan) = case(seed);
        let (text, _) = calendar(&problem, &plan);
        for line in text.split_inclusive('\n') {
            let line = line
                .strip_suffix("\r\n")
                .unwrap_or_else(|| panic!("seed {seed}: {line:?}"));
            assert!(
                line.len() <= 75,
                "seed {seed}: {} octets in {line:?}",
                line.len()
            );
            assert!(
                !line.contains(|it: char| it.is_control()),
                "seed {seed}: {line:?}"
            );
        }
    }
}

/// By person and role: the UIDs, first day by first day.
fn uids(problem: &Problem, plan: &Plan) -> BTreeMap<(String, String), String> {
    let (_, calendar) = calendar(problem, plan);
    let uid = |event: &Event| {
        let key = (
            event.get_summary().unwrap().to_owned(),
            day(event.get_start()),
        );
        (key, event.get_uid().unwrap().to_owned())
    };
    calendar.events().map(uid).collect()
}

#[test]
fn a_plan_made_anew_keeps_the_uids_of_stints_that_begin_when_they_did() {
    let many = |(_, plan): &(Problem, Plan)| plan.stints.iter().flatten().count() > 9;
    let (problem, plan) = (0..).map(case).find(many).unwrap();
    let mut longer = plan.clone();
    let stints: &mut Vec<Stint> = longer.stints.as_mut().unwrap();
    stints.reverse();
    stints.pop();
    for stint in stints.iter_mut() {
        stint.to = stint.from;
    }
    let (before, after) = (uids(&problem, &plan), uids(&problem, &longer));
    assert_eq!(after.len(), before.len() - 1);
    for (stint, uid) in after {
        assert_eq!(before.get(&stint), Some(&uid), "{stint:?}");
    }
}
