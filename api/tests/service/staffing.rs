//! Campaigns of the store from import to published plan and back.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use calamine::Reader as _;
use serde_json::{Value, json};

use crate::desk::{post_plan, until_over};
use crate::server::Server;

/// Generated people, one a line, and campaigns, one a file.
pub(crate) fn generated(experts: u32, campaigns: u32) -> (String, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let (people, count) = (experts.to_string(), campaigns.to_string());
    let done = Command::new(env!("CARGO_BIN_EXE_muster"))
        .args(["generate", "--experts", &people, "--campaigns", &count])
        .args(["--seed", "5", "--family", "plenty", "--out"])
        .arg(folder.path())
        .output()
        .unwrap();
    assert!(done.status.success());
    let read = |name| std::fs::read_to_string(folder.path().join(name)).unwrap();
    let file: Value = serde_json::from_str(&read("campaigns.json")).unwrap();
    let all = file["campaigns"].as_array().unwrap();
    let alone = all.iter().map(|campaign| only(&file, campaign)).collect();
    (read("pool.jsonl"), alone)
}

/// What a campaign file says of one of its campaigns.
fn only(file: &Value, campaign: &Value) -> Value {
    let begins = format!("{}/", campaign["id"].as_str().unwrap());
    let mut one = file.clone();
    one["campaigns"] = json!([campaign]);
    for (list, role) in [
        ("ratios", "/of/0"),
        ("quotas", "/roles/0"),
        ("apart", "/0"),
        ("pins", "/role"),
        ("vetoes", "/role"),
    ] {
        if let Some(entries) = one.get_mut(list).and_then(Value::as_array_mut) {
            let of_it = |entry: &Value| entry.pointer(role).unwrap().as_str().unwrap().to_owned();
            entries.retain(|entry| of_it(entry).starts_with(&begins));
        }
    }
    one
}

/// Imports people and puts campaigns; the campaigns' ids, once the index knows everybody.
pub(crate) fn set_up(server: &Server, people: &str, campaigns: &[Value]) -> Vec<String> {
    let lines = [("content-type", "application/x-ndjson")];
    let imported = server.admin("POST", "/v1/imports/experts", &lines, people);
    assert_eq!(
        imported.body["added"],
        people.lines().count(),
        "{}",
        imported.text
    );
    let events = server.admin("GET", "/v1/events?limit=1000&after=0", &[], "");
    let last = events.body["last"].as_i64().unwrap();
    let ids = campaigns.iter().map(|file| {
        let id = file["campaigns"][0]["id"].as_str().unwrap().to_owned();
        let mut file = file.clone();
        file["status"] = json!("confirmed");
        let put = server.admin(
            "PUT",
            &format!("/v1/campaigns/{id}"),
            &[],
            &file.to_string(),
        );
        assert_eq!(put.status, 201, "{}", put.text);
        id
    });
    let ids = ids.collect();
    server.until(
        |answer| answer.body["position"].as_i64() >= Some(last),
        || server.admin("POST", "/v1/experts/search", &[], r#"{"limit":1}"#),
    );
    ids
}

/// Every entry of a list, page by page.
fn all(server: &Server, path: &str) -> Vec<Value> {
    let sign = if path.contains('?') { '&' } else { '?' };
    let (mut items, mut more) = (Vec::new(), String::new());
    loop {
        let page = server.admin("GET", &format!("{path}{sign}limit=50{more}"), &[], "");
        assert_eq!(page.status, 200, "{}", page.text);
        items.extend(page.body["items"].as_array().unwrap().clone());
        match page.body["next"].as_str() {
            Some(next) => more = format!("&cursor={next}"),
            None => return items,
        }
    }
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap()
}

fn int(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap()
}

fn post(server: &Server, place: &str, what: &str) -> crate::server::Answer {
    let done = server.admin("POST", &format!("{place}/{what}"), &[], "");
    assert_eq!(done.status, 200, "{}", done.text);
    done
}

fn plan_of(server: &Server, campaigns: &[String]) -> (String, Value) {
    let limits = json!({"gap_ppm": 1000, "time_limit_seconds": 60});
    let place = post_plan(server, &json!({"campaigns": campaigns, "limits": limits}));
    let made = until_over(server, &place);
    assert_eq!(made["status"], "finished", "{made}");
    (place, made)
}

#[test]
fn campaigns_are_planned_together_published_planned_again_and_given_back() {
    let server = Server::start();
    let (people, campaigns) = generated(500, 3);
    let ids = set_up(&server, &people, &campaigns);
    let (place, made) = plan_of(&server, &ids);
    let stints = made["plan"]["stints"].as_array().unwrap().len();
    assert!(stints > 5, "{}", made["outcome"]);
    every_view_agrees(&server, &place, &made, &ids);
    every_export_is_there(&server, &place, stints);

    post(&server, &place, "publish");
    let (second_place, second) = plan_of(&server, &ids);
    assert_eq!(second["problem"], made["problem"], "the same was asked");
    assert_ne!(
        second["solved_problem"], made["solved_problem"],
        "people are busy"
    );
    differs_as_its_assignments_do(&server, &place, &second_place);
    post(&server, &second_place, "publish");
    nobody_is_booked_beyond_their_hours(&server, text(&made, "problem"), &[&place, &second_place]);

    post(&server, &second_place, "unpublish");
    post(&server, &place, "unpublish");
    let (_, again) = plan_of(&server, &ids);
    assert_eq!(
        again["solved_problem"], made["problem"],
        "everybody is free again"
    );
    assert_eq!(again["outcome"]["objective"], made["outcome"]["objective"]);
}

/// The lists by campaign, role, person and week are parts of the whole list, and add up to the outcome.
fn every_view_agrees(server: &Server, place: &str, made: &Value, campaigns: &[String]) {
    let path = format!("{place}/assignments");
    let rows = all(server, &path);
    let of = |field: &str| -> BTreeSet<String> {
        rows.iter().map(|row| text(row, field).to_owned()).collect()
    };
    let part = |filter: &str, is_in: &dyn Fn(&Value) -> bool| {
        let wanted: Vec<&Value> = rows.iter().filter(|row| is_in(row)).collect();
        let listed = all(server, &format!("{path}?{filter}"));
        assert!(listed.iter().eq(wanted), "{filter}");
    };
    assert!(of("campaign").is_subset(&campaigns.iter().cloned().collect()));
    for field in ["campaign", "role"] {
        for value in of(field) {
            part(&format!("{field}={value}"), &|row| {
                text(row, field) == value
            });
        }
    }
    for expert in of("expert").iter().take(5) {
        part(&format!("expert={expert}"), &|row| {
            text(row, "expert") == expert
        });
    }
    for week in 0..15 {
        let holds = |row: &Value| int(row, "from") <= week && week <= int(row, "to");
        part(&format!("week={week}"), &holds);
    }
    let outcome = &made["outcome"];
    let pay: i64 = rows.iter().map(|row| int(row, "pay_cents")).sum();
    assert_eq!(
        (int(outcome, "pay_cents"), int(outcome, "stints")),
        (pay, rows.len() as i64)
    );
    let short = all(server, &format!("{place}/shortfalls"));
    let missing: i64 = short
        .iter()
        .map(|row| int(row, "missing_min") + int(row, "missing_target"))
        .sum();
    let filled = int(outcome, "seat_weeks_filled");
    assert_eq!(int(outcome, "seat_weeks_wanted") - filled, missing);
    let holds = |alternate: &Value| {
        let is_it = |field| {
            rows.iter()
                .filter(move |row| row[field] == alternate[field])
        };
        is_it("expert").any(|row| {
            let apart =
                int(row, "to") < int(alternate, "from") || int(alternate, "to") < int(row, "from");
            row["role"] == alternate["role"] && !apart
        })
    };
    let alternates = all(server, &format!("{place}/alternates"));
    assert!(!alternates.is_empty() && !alternates.iter().any(holds));
}

/// Every format is there and says as much as the plan.
fn every_export_is_there(server: &Server, place: &str, stints: usize) {
    let path = |format: &str| format!("{place}/export?format={format}");
    let json = server.admin("GET", &path("json"), &[], "");
    assert_eq!(json.body["stints"].as_array().unwrap().len(), stints);
    let csv = server.admin("GET", &path("csv"), &[], "");
    assert_eq!(csv.text.lines().count(), stints + 1);
    let ical = server.admin("GET", &path("ical"), &[], "");
    let calendar: icalendar::Calendar = ical.text.parse().unwrap();
    assert!(calendar.components.len() >= stints);
    let svg = server.admin("GET", &path("svg"), &[], "");
    assert_eq!(
        roxmltree::Document::parse(&svg.text)
            .unwrap()
            .root_element()
            .tag_name()
            .name(),
        "svg"
    );
    let book = calamine::Xlsx::new(std::io::Cursor::new(server.bytes(&path("xlsx")))).unwrap();
    assert!(book.sheet_names().len() >= 3, "{:?}", book.sheet_names());
}

/// The difference of two plans names exactly those who are in one of them only.
fn differs_as_its_assignments_do(server: &Server, first: &str, second: &str) {
    let people = |place: &str| -> BTreeSet<String> {
        let rows = all(server, &format!("{place}/assignments?fields=expert"));
        rows.iter()
            .map(|row| text(row, "expert").to_owned())
            .collect()
    };
    let (before, after) = (people(first), people(second));
    let id = second.rsplit('/').next().unwrap();
    let diff = server.admin("GET", &format!("{first}/diff/{id}"), &[], "");
    let became = |word: &str| -> BTreeSet<String> {
        let changes = diff.body["people"].as_array().unwrap().iter();
        let of_them = changes.filter(|it| it["became"] == word);
        of_them.map(|it| text(it, "expert").to_owned()).collect()
    };
    assert_eq!(became("added"), &after - &before);
    assert_eq!(became("removed"), &before - &after);
}

/// What is booked of everybody, week by week, is at most what the problem says they have.
fn nobody_is_booked_beyond_their_hours(server: &Server, problem: &str, places: &[&str]) {
    let problem = server.admin(
        "GET",
        &format!("/v1/problems/{problem}?fields=problem"),
        &[],
        "",
    );
    let problem = &problem.body["problem"];
    let start: jiff::civil::Date = text(&problem["horizon"], "start").parse().unwrap();
    let mut booked = BTreeSet::new();
    for place in places {
        for row in all(server, &format!("{place}/assignments?fields=expert")) {
            booked.insert(text(&row, "expert").to_owned());
        }
    }
    for person in problem["experts"].as_array().unwrap() {
        if !booked.contains(text(person, "id")) {
            continue;
        }
        let path = format!("/v1/bookings?expert={}", text(person, "id"));
        let bookings = server.admin("GET", &path, &[], "");
        let mut taken: BTreeMap<i64, i64> = BTreeMap::new();
        for booking in bookings.body["items"].as_array().unwrap() {
            let first: jiff::civil::Date = text(booking, "start").parse().unwrap();
            let first = first.duration_since(start).as_hours() / (7 * 24);
            for (week, hours) in (first..).zip(booking["hours"].as_array().unwrap()) {
                *taken.entry(week).or_default() += hours.as_i64().unwrap();
            }
        }
        assert!(!taken.is_empty());
        for (week, taken) in taken {
            let hours = &person["hours"];
            let free = hours
                .as_i64()
                .or_else(|| hours[usize::try_from(week).unwrap()].as_i64());
            assert!(taken <= free.unwrap(), "{person} in week {week}: {taken}");
        }
    }
}

#[test]
fn skills_may_be_named_by_their_labels_everywhere() {
    let server = Server::start();
    let ana = r#"{"id":"ana","headline":"piano","skills":[{"skill":"Python (computer programming)","level":4}],
        "rate":{"min_cents":4000,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;
    let put = server.admin("PUT", "/v1/experts/ana", &[], ana);
    assert_eq!(put.status, 201, "{}", put.text);
    let id = text(&put.body["skills"][0], "skill").to_owned();
    assert!(id.starts_with("esco:"), "{id}");
    let lines = [("content-type", "application/x-ndjson")];
    let line = ana.replace("ana", "bo").replace('\n', " ");
    let imported = server.admin("POST", "/v1/imports/experts", &lines, &line);
    assert_eq!(imported.body["added"], 1, "{}", imported.text);
    let found = server.until(
        |answer| answer.body["total"] == 2,
        || {
            let wanted = r#"{"where":{"skill":"python (Computer Programming)","level":3}}"#;
            server.admin("POST", "/v1/experts/search", &[], wanted)
        },
    );
    assert_eq!(found.body["items"][0]["profile"]["skills"][0]["skill"], *id);
    let unknown = r#"{"where":{"all":[{"skill":"pythonesque"}]}}"#;
    let refused = server.admin("POST", "/v1/experts/search", &[], unknown);
    assert_eq!(
        (
            refused.status,
            refused.body["errors"][0]["pointer"].as_str()
        ),
        (422, Some("/where/all/0/skill")),
        "{}",
        refused.text
    );
    let campaign = crate::campaigns::campaign("rlhf", "atlas", 5000).replace(
        r#""text":"music""#,
        r#""text":"music","requires":{"skill":"Python (computer programming)"}"#,
    );
    let put = server.admin("PUT", "/v1/campaigns/rlhf", &[], &campaign);
    assert_eq!(put.status, 201, "{}", put.text);
    let role = server.admin("GET", "/v1/campaigns/rlhf/roles/grader", &[], "");
    assert_eq!(role.body["requires"]["skill"], *id);
    let metered = server.admin("POST", "/v1/meter", &[], &campaign);
    assert_eq!(metered.body["roles"][0]["eligible"], 2, "{}", metered.text);
}
