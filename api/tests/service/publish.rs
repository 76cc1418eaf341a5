//! Publishing over HTTP: what is booked is booked for everybody.

use serde_json::{Value, json};

use crate::desk::{
    LARGE, SMALL, TINY, about, demo, post_plan, post_problem, until_over, until_running,
};
use crate::jobs::nodes;
use crate::server::Server;

fn post(server: &Server, place: &str, what: &str) -> crate::server::Answer {
    server.admin("POST", &format!("{place}/{what}"), &[], "")
}

fn booked(server: &Server, expert: &Value) -> Value {
    of_kind(server, expert, "hard")
}

fn of_kind(server: &Server, expert: &Value, kind: &str) -> Value {
    let expert = expert.as_str().unwrap();
    let path = format!("/v1/bookings?expert={expert}&kind={kind}");
    server.admin("GET", &path, &[], "").body["items"].clone()
}

#[test]
fn published_hours_are_taken_for_everybody_until_they_are_given_back() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let id = post_problem(&server, &problem);
    let places: Vec<String> = (0..2).map(|_| post_plan(&server, &about(&id))).collect();
    let plans: Vec<Value> = places
        .iter()
        .map(|place| until_over(&server, place))
        .collect();
    let published = post(&server, &places[0], "publish");
    assert_eq!(
        (published.status, &published.body["published"]),
        (200, &json!(true))
    );
    assert_eq!(
        post(&server, &places[0], "publish").status,
        200,
        "again changes nothing"
    );
    let stint = &plans[0]["plan"]["stints"][0];
    let taken = booked(&server, &stint["expert"]);
    let of_stint = taken
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["role"] == stint["role"])
        .unwrap();
    let weeks = stint["to"].as_u64().unwrap() - stint["from"].as_u64().unwrap() + 1;
    assert_eq!(of_stint["hours"].as_array().unwrap().len() as u64, weeks);
    assert_eq!(of_stint["plan"], plans[0]["id"]);

    let refused = post(&server, &places[1], "publish");
    assert_eq!((refused.status, refused.code()), (409, "BOOKED"));
    let first = &refused.body["errors"][0];
    assert!(
        first["pointer"]
            .as_str()
            .unwrap()
            .starts_with("/plan/stints/")
    );
    assert!(
        first["value"]
            .as_str()
            .unwrap()
            .contains(plans[0]["id"].as_str().unwrap()),
        "{first}"
    );
    assert_eq!(
        server.admin("GET", &places[1], &[], "").body["published"],
        false
    );

    // What is asked now is solved beside what is booked, and fits.
    let beside = post_plan(&server, &about(&id));
    let made = until_over(&server, &beside);
    assert_ne!(made["solved_problem"], made["problem"]);
    let derived = server.admin(
        "GET",
        &format!("/v1/problems/{}", made["solved_problem"].as_str().unwrap()),
        &[],
        "",
    );
    assert_eq!(derived.body["without_bookings_of"], json!(id));
    let published = post(&server, &beside, "publish");
    assert_eq!(published.status, 200, "{}", published.text);

    // A plan that takes the place of another has its people.
    let instead = post_plan(
        &server,
        &json!({"problem": id, "replaces": plans[0]["id"], "limits": {"gap_ppm": 1000}}),
    );
    assert_eq!(until_over(&server, &instead)["status"], "finished");
    let published = post(&server, &instead, "publish");
    assert_eq!(published.status, 200, "{}", published.text);
    assert_eq!(
        server.admin("GET", &places[0], &[], "").body["published"],
        false
    );
    let list = server.admin("GET", "/v1/plans?published=true&fields=id", &[], "");
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);

    for place in [&beside, &instead] {
        assert_eq!(post(&server, place, "unpublish").body["published"], false);
    }
    assert_eq!(booked(&server, &stint["expert"]), json!([]));
    assert_eq!(post(&server, &places[1], "publish").status, 200);
}

/// Every booking, page by page.
fn all_booked(server: &Server, key: &str) -> Vec<Value> {
    let (mut items, mut more) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/bookings?limit=7{more}");
        let page = server.ask(key, "GET", &path, &[], "");
        assert_eq!(page.status, 200, "{}", page.text);
        items.extend(page.body["items"].as_array().unwrap().clone());
        match page.body["next"].as_str() {
            Some(next) => more = format!("&cursor={next}"),
            None => return items,
        }
    }
}

#[test]
fn a_draft_books_softly_and_counts_nowhere() {
    drafts(&Server::start());
    if let Some([first, _]) = nodes() {
        drafts(&first);
    }
}

fn drafts(server: &Server) {
    let id = post_problem(server, &demo(server, SMALL));
    let places: Vec<String> = (0..2).map(|_| post_plan(server, &about(&id))).collect();
    let plans: Vec<Value> = places.iter().map(|it| until_over(server, it)).collect();
    let stints = |plan: &Value| plan["plan"]["stints"].as_array().unwrap().len();
    // Both are there, and neither took anything from the other.
    assert_eq!(plans[1]["solved_problem"], plans[1]["problem"]);
    let soft = all_booked(server, &server.key);
    assert_eq!(soft.len(), stints(&plans[0]) + stints(&plans[1]));
    assert!(soft.iter().all(|it| it["kind"] == "soft"));
    let expert = &plans[0]["plan"]["stints"][0]["expert"];
    let before = of_kind(server, expert, "soft");

    // Publishing makes one hard as it was soft; the other stays.
    assert_eq!(post(server, &places[0], "publish").status, 200);
    let hard = booked(server, expert);
    let as_soft = |mut all: Value| {
        for it in all.as_array_mut().unwrap() {
            it["kind"] = json!("soft");
        }
        all
    };
    let own: Vec<&Value> = before
        .as_array()
        .unwrap()
        .iter()
        .filter(|it| it["plan"] == plans[0]["id"])
        .collect();
    assert_eq!(json!(own), as_soft(hard));
    let all = all_booked(server, &server.key);
    let hard = all.iter().filter(|it| it["kind"] == "hard").count();
    assert_eq!((all.len(), hard), (soft.len(), stints(&plans[0])));

    // Whoever reads published plans only sees no draft; who is behind a wall, that people are busy.
    let scheduler = server.key("scheduler", &[]);
    let seen = all_booked(server, &scheduler);
    assert_eq!(seen.len(), hard);
    let walled = all_booked(server, &server.key("planner", &["nobody"]));
    assert_eq!(walled.len(), all.len());
    let is_bare =
        |it: &Value| it["plan"].is_null() && it["role"].is_null() && it["hours"].is_array();
    assert!(walled.iter().all(is_bare));

    assert_eq!(post(server, &places[0], "unpublish").status, 200);
    assert_eq!(of_kind(server, expert, "soft"), before);
    assert_eq!(booked(server, expert), json!([]));
}

#[test]
fn a_draft_is_discarded_with_all_that_belongs_to_it_and_nothing_else() {
    let server = Server::start();
    let id = post_problem(&server, &demo(&server, TINY));
    let place = post_plan(&server, &about(&id));
    let plan = until_over(&server, &place);
    let expert = &plan["plan"]["stints"][0]["expert"];
    assert_eq!(post(&server, &place, "publish").status, 200);
    let refused = post(&server, &place, "discard");
    assert_eq!((refused.status, refused.code()), (409, "WRONG_STATE"));
    let mut wanted = about(&id);
    wanted["replaces"] = plan["id"].clone();
    let instead = post_plan(&server, &wanted);
    until_over(&server, &instead);
    assert_eq!(post(&server, &place, "unpublish").status, 200);
    assert_ne!(of_kind(&server, expert, "soft"), json!([]));

    let key = [("idempotency-key", "away")];
    let discard = || server.admin("POST", &format!("{place}/discard"), &key, "");
    assert_eq!(discard().status, 200);
    assert_eq!(discard().status, 200, "repeated, it is answered alike");
    assert_eq!(post(&server, &place, "discard").status, 404);
    for path in ["", "/assignments", "/events", "/export?format=json"] {
        let gone = server.admin("GET", &format!("{place}{path}"), &[], "");
        assert_eq!(gone.status, 404, "{path}");
    }
    let soft = of_kind(&server, expert, "soft");
    let of_plan = |it: &&Value| it["plan"] == plan["id"];
    assert_eq!(soft.as_array().unwrap().iter().find(of_plan), None);
    let problem = format!("/v1/problems/{id}");
    assert_eq!(server.admin("GET", &problem, &[], "").status, 200);
    // Whoever was to be replaced is gone: there is nothing to take back.
    assert_eq!(post(&server, &instead, "publish").status, 200);
}

/// Whoever was to begin from it begins from nothing.
#[test]
fn a_draft_may_be_discarded_before_a_plan_begins_from_it() {
    let server = Server::start();
    let id = post_problem(&server, &demo(&server, TINY));
    let place = post_plan(&server, &about(&id));
    let first = until_over(&server, &place)["id"].clone();
    let large = post_problem(&server, &demo(&server, LARGE));
    let long = post_plan(&server, &json!({"problem": large}));
    until_running(&server, &long);
    let mut wanted = about(&id);
    wanted["from"] = first;
    let queued = post_plan(&server, &wanted);
    assert_eq!(post(&server, &place, "discard").status, 200);
    assert_eq!(server.admin("DELETE", &long, &[], "").status, 202);
    let made = until_over(&server, &queued);
    assert_eq!(
        (&made["status"], &made["attempts"]),
        (&json!("finished"), &json!(1))
    );
}

#[test]
fn two_who_publish_at_once_do_not_book_the_same_hours() {
    one_of_several(&[&Server::start()]);
    if let Some([first, second]) = nodes() {
        one_of_several(&[&first, &second]);
    }
}

/// Several plans with the same people are published at once, on several nodes: one is.
fn one_of_several(servers: &[&Server]) {
    let server = servers[0];
    let id = post_problem(server, &demo(server, SMALL));
    let places: Vec<String> = (0..4).map(|_| post_plan(server, &about(&id))).collect();
    for place in &places {
        until_over(server, place);
    }
    let statuses: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = places
            .iter()
            .zip(servers.iter().cycle())
            .map(|(place, server)| scope.spawn(|| post(server, place, "publish").status))
            .collect();
        all.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(
        statuses.iter().filter(|it| **it == 200).count(),
        1,
        "{statuses:?}"
    );
}

#[test]
fn what_is_not_there_is_not_published() {
    let server = Server::start();
    assert_eq!(post(&server, "/v1/plans/none", "publish").status, 404);
    let mut problem = demo(&server, SMALL);
    let pair = problem["pairs"][0].clone();
    problem["pins"] = json!([{"expert": pair["expert"], "role": pair["role"], "from": 0, "to": 0}]);
    problem["vetoes"] = json!([{"expert": pair["expert"], "role": pair["role"]}]);
    let place = post_plan(&server, &json!({ "problem": problem }));
    let made = until_over(&server, &place);
    assert_eq!(
        (&made["status"], &made["outcome"]["status"]),
        (&json!("finished"), &json!("infeasible"))
    );
    assert!(made["plan"]["conflict"].is_object());
    assert_eq!(post(&server, &place, "publish").code(), "WRONG_STATE");
}
