//! Walls between clients, and roles, around plans.

use serde_json::json;

use crate::desk::{SMALL, TINY, about, demo, key, post_plan, post_problem, until_over};
use crate::server::Server;

#[test]
fn a_client_sees_its_own_stints_and_of_others_that_people_are_busy() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let clients: Vec<&str> = problem["campaigns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["client"].as_str().unwrap())
        .collect();
    let [own, other] = clients[..] else {
        panic!("two campaigns")
    };
    let id = post_problem(&server, &problem);
    let place = post_plan(&server, &about(&id));
    let whole = until_over(&server, &place);
    let planner = key(&server, "planner", &[own]);
    let get = |path: &str| server.ask(&planner, "GET", path, &[("accept", "application/json")], "");
    assert_eq!(
        get(&format!("/v1/problems/{id}")).status,
        404,
        "rates of both are in it"
    );
    assert_eq!(get("/v1/problems").body["items"], json!([]));

    let seen = get(&place);
    assert_eq!(
        (seen.status, &seen.body["status"]),
        (200, &json!("finished"))
    );
    assert!(seen.body["outcome"].is_null(), "totals are of both");
    let is_own = |stint: &&serde_json::Value| stint["role"].as_str().unwrap().contains(own);
    let expected: Vec<_> = whole["plan"]["stints"]
        .as_array()
        .unwrap()
        .iter()
        .filter(is_own)
        .collect();
    assert_eq!(
        seen.body["plan"]["stints"]
            .as_array()
            .unwrap()
            .iter()
            .collect::<Vec<_>>(),
        expected
    );
    let plan_id = whole["id"].as_str().unwrap();
    for path in [
        place.clone(),
        "/v1/plans".to_owned(),
        format!("{place}/assignments?limit=1000"),
        format!("{place}/shortfalls?limit=1000"),
        format!("{place}/alternates?limit=1000"),
        format!("{place}/events"),
        format!("{place}/export?format=csv"),
        format!("{place}/export?format=ical"),
        format!("{place}/export?format=svg"),
        format!("{place}/diff/{plan_id}"),
        format!("{place}/assignments?campaign=c01-{other}"),
    ] {
        let answer = get(&path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.text.contains(other), "{path}: {}", answer.text);
        let total = whole["outcome"]["objective"].to_string();
        assert!(!answer.text.contains(&total), "{path}: {}", answer.text);
    }
    let part = get(&format!("{place}/export?format=json"));
    assert_eq!(
        part.code(),
        "BAD_REQUEST",
        "a plan file is of the whole problem"
    );
    let theirs = get(&format!("{place}/export?format=csv&campaign=c01-{other}"));
    assert_eq!(theirs.status, 404);
    for (method, path) in [
        ("POST", format!("{place}/publish")),
        ("POST", format!("{place}/unpublish")),
        ("POST", format!("{place}/discard")),
        ("POST", format!("{place}/stop")),
        ("DELETE", place.clone()),
    ] {
        assert_eq!(
            server.ask(&planner, method, &path, &[], "").status,
            404,
            "{path}"
        );
    }

    let published = server.admin("POST", &format!("{place}/publish"), &[], "");
    assert_eq!(published.status, 200);
    let theirs = whole["plan"]["stints"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| !is_own(it))
        .unwrap();
    let busy = get(&format!(
        "/v1/bookings?expert={}",
        theirs["expert"].as_str().unwrap()
    ));
    assert!(busy.body["items"][0]["hours"].is_array());
    assert!(
        !busy.text.contains(other) && !busy.text.contains(plan_id),
        "{}",
        busy.text
    );
    let stranger = key(&server, "planner", &["elsewhere"]);
    assert_eq!(server.ask(&stranger, "GET", &place, &[], "").status, 404);
    assert_eq!(
        server.ask(&stranger, "GET", "/v1/plans", &[], "").body["items"],
        json!([])
    );

    let refused = server.ask(&planner, "POST", "/v1/problems", &[], &problem.to_string());
    assert_eq!(
        (
            refused.status,
            refused.body["errors"][0]["pointer"].as_str()
        ),
        (403, Some("/campaigns/1/client"))
    );
}

#[test]
fn problems_that_name_no_client_belong_to_the_one_who_posts() {
    let server = Server::start();
    let mut problem = demo(&server, SMALL);
    for campaign in problem["campaigns"].as_array_mut().unwrap() {
        let campaign = campaign.as_object_mut().unwrap();
        campaign.remove("client");
        campaign.remove("wall");
    }
    let (north, south) = (
        key(&server, "planner", &["north"]),
        key(&server, "planner", &["south"]),
    );
    let ids: Vec<String> = [&north, &south]
        .map(|key| {
            server
                .ask(key, "POST", "/v1/problems", &[], &problem.to_string())
                .body["id"]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .into();
    assert_ne!(ids[0], ids[1]);
    let place = server
        .ask(
            &north,
            "POST",
            "/v1/plans",
            &[],
            &about(&ids[0]).to_string(),
        )
        .location;
    assert_eq!(until_over(&server, &place)["status"], "finished");
    assert_eq!(
        server
            .ask(&north, "POST", &format!("{place}/publish"), &[], "")
            .status,
        200
    );
    for path in [
        place.clone(),
        format!("/v1/problems/{}", ids[0]),
        format!("{place}/assignments"),
    ] {
        assert_eq!(
            server.ask(&north, "GET", &path, &[], "").status,
            200,
            "{path}"
        );
        assert_eq!(
            server.ask(&south, "GET", &path, &[], "").status,
            404,
            "{path}"
        );
    }
    // The same people for another client: busy, and no word of whom for.
    let place = server
        .ask(
            &south,
            "POST",
            "/v1/plans",
            &[],
            &about(&ids[1]).to_string(),
        )
        .location;
    let made = until_over(&server, &place);
    assert_ne!(made["solved_problem"], made["problem"]);
    assert!(
        !server
            .ask(&south, "GET", &place, &[], "")
            .text
            .contains("north")
    );
}

#[test]
fn schedulers_and_recruiters_read_published_plans_only() {
    let server = Server::start();
    let place = post_plan(
        &server,
        &about(&post_problem(&server, &demo(&server, SMALL))),
    );
    until_over(&server, &place);
    let keys = ["scheduler", "recruiter"].map(|role| key(&server, role, &[]));
    let ask = |status: u16| {
        for key in &keys {
            for path in [
                place.clone(),
                format!("{place}/assignments"),
                format!("{place}/events?after=0"),
            ] {
                let answer = server.ask(key, "GET", &path, &[("accept", "application/json")], "");
                assert_eq!(answer.status, status, "{path}");
            }
        }
    };
    ask(404);
    assert_eq!(
        server.ask(&keys[0], "GET", "/v1/plans", &[], "").body["items"],
        json!([])
    );
    server.admin("POST", &format!("{place}/publish"), &[], "");
    ask(200);
    for (method, path) in [
        ("POST", "/v1/plans".to_owned()),
        ("POST", format!("{place}/unpublish")),
    ] {
        assert_eq!(
            server
                .ask(&keys[0], method, &path, &[], "{\"problem\":\"x\"}")
                .status,
            403,
            "{path}"
        );
    }
}

#[test]
fn nobody_replaces_a_plan_that_is_out_of_their_reach() {
    let server = Server::start();
    let mut problem = demo(&server, TINY);
    let mut plan = |client: &str, replaces: &str| {
        for campaign in problem["campaigns"].as_array_mut().unwrap() {
            campaign["client"] = json!(client);
        }
        let mut wanted = about(&post_problem(&server, &problem));
        if !replaces.is_empty() {
            wanted["replaces"] = json!(replaces);
        }
        let place = post_plan(&server, &wanted);
        let id = until_over(&server, &place)["id"].clone();
        (place, id)
    };
    let publish = |key: &str, place: &str| {
        let path = format!("{place}/publish");
        server.ask(key, "POST", &path, &[], "").status
    };
    let (south, id) = plan("south", "");
    assert_eq!(publish(&server.key, &south), 200);
    let (north, _) = plan("north", id.as_str().unwrap());
    let planner = key(&server, "planner", &["north"]);
    assert_eq!(publish(&planner, &north), 404);
    let published = |place: &str| server.admin("GET", place, &[], "").body["published"].clone();
    assert_eq!(published(&south), true);
    assert_eq!(published(&north), false);
    assert_eq!(publish(&server.key, &north), 200);
    assert_eq!(published(&south), false);
}
