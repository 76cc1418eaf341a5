//! Scenarios over HTTP: a change that is kept, planned and compared.

use serde_json::{Value, json};

use crate::desk::{SMALL, about, demo, key, post_plan, post_problem, until_over};
use crate::people::person;
use crate::server::{Answer, Server};
use crate::staffing::{generated, set_up};

fn keep(server: &Server, wanted: &Value) -> Answer {
    server.admin("POST", "/v1/scenarios", &[], &wanted.to_string())
}

fn pointers(answer: &Answer) -> Vec<&str> {
    let errors = answer.body["errors"].as_array().unwrap();
    errors
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect()
}

#[test]
fn a_scenario_of_a_problem_is_kept_planned_and_compared() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let id = post_problem(&server, &problem);
    let mut experts = problem["experts"].clone();
    let first = &mut experts[0];
    first["hours"] = json!(0);
    let wanted = json!({"name": "a dry summer", "note": "what if the first one is away", "problem": id,
        "patch": {"experts": experts, "weights": {"point_cents": 200}}});
    let kept = keep(&server, &wanted);
    assert_eq!(kept.status, 201, "{}", kept.text);
    let read = server.admin("GET", &kept.location, &[], "");
    assert_eq!(read.body, kept.body);
    assert_eq!(read.body["patch"], wanted["patch"]);
    assert!(read.body["owner"].as_str().unwrap().starts_with("key:"));
    let list = server.admin("GET", "/v1/scenarios?fields=name", &[], "");
    assert_eq!(list.body["items"], json!([{"name": "a dry summer"}]));
    assert_eq!(read.body["problem"], json!(id));

    let base = until_over(&server, &post_plan(&server, &about(&id)));
    let scenario = kept.body["id"].clone();
    let asked = json!({"scenario": scenario, "limits": {"gap_ppm": 1000}});
    let made = until_over(&server, &post_plan(&server, &asked));
    assert_eq!(made["scenario"], scenario);
    assert_ne!(made["problem"], base["problem"]);
    let solved = server.admin(
        "GET",
        &format!("/v1/problems/{}", made["problem"].as_str().unwrap()),
        &[],
        "",
    );
    assert_eq!(solved.body["problem"]["weights"]["point_cents"], 200);
    let of_base = server.admin("GET", &format!("/v1/problems/{id}"), &[], "");
    let kept_weights = &of_base.body["problem"]["weights"];
    assert_ne!(kept_weights["point_cents"], 200, "the base stays as it is");
    let (one, other) = (base["id"].as_str().unwrap(), made["id"].as_str().unwrap());
    let diff = server.admin("GET", &format!("/v1/plans/{one}/diff/{other}"), &[], "");
    assert_eq!(diff.status, 200);

    for (both, at) in [("problem", "/scenario"), ("campaigns", "/campaigns")] {
        let mut wanted = asked.clone();
        wanted[both] = match both {
            "problem" => json!(id),
            _ => json!(["x"]),
        };
        let refused = server.admin("POST", "/v1/plans", &[], &wanted.to_string());
        assert_eq!(pointers(&refused), [at], "{}", refused.text);
    }
    assert_eq!(server.admin("DELETE", &kept.location, &[], "").status, 204);
    assert_eq!(server.admin("GET", &kept.location, &[], "").status, 404);
    let gone = server.admin("POST", "/v1/plans", &[], &asked.to_string());
    assert_eq!(gone.code(), "NOT_FOUND");
}

#[test]
fn faults_of_a_scenario_point_into_the_whole_after_the_patch() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let id = post_problem(&server, &problem);
    let patched = |patch: Value| {
        keep(
            &server,
            &json!({"name": "x", "problem": id, "patch": patch}),
        )
    };
    let bad = patched(json!({"horizon": {"weeks": 0}, "weights": {"point_cents": -1}}));
    assert_eq!(bad.code(), "INVALID");
    let at = pointers(&bad);
    assert!(
        at.contains(&"/horizon/weeks") && at.contains(&"/weights/point_cents"),
        "{at:?}"
    );
    // Whatever is refused is not kept.
    let list = server.admin("GET", "/v1/scenarios", &[], "");
    assert_eq!(list.body["items"], json!([]));
    let refused = keep(&server, &json!({"name": "x", "patch": []}));
    assert_eq!(
        pointers(&refused),
        ["/patch", "/problem"],
        "{}",
        refused.text
    );
    let unknown = keep(
        &server,
        &json!({"name": "x", "problem": "none", "patch": {}}),
    );
    assert_eq!(unknown.code(), "NOT_FOUND");

    // Who does not reach every client of the problem finds neither it nor the scenario.
    let kept = patched(json!({}));
    let client = problem["campaigns"][0]["client"].as_str().unwrap();
    let planner = key(&server, "planner", &[client]);
    let seen = server.ask(&planner, "GET", &kept.location, &[], "");
    assert_eq!(seen.status, 404);
    let list = server.ask(&planner, "GET", "/v1/scenarios", &[], "");
    assert_eq!(list.body["items"], json!([]));
}

#[test]
fn campaigns_that_may_come_take_nobody_from_those_that_will() {
    let server = Server::start();
    let (people, campaigns) = generated(300, 2);
    let ids = set_up(&server, &people, &campaigns);
    let place = format!("/v1/campaigns/{}", ids[1]);
    let stands = |to: &str| {
        let etag = server.admin("GET", &place, &[], "").etag;
        let body = json!({"status": to}).to_string();
        let done = server.admin("PATCH", &place, &[("if-match", &etag)], &body);
        assert_eq!(done.status, 200, "{}", done.text);
    };
    stands("tentative");
    let both = json!({"campaigns": ids});
    let refused = server.admin("POST", "/v1/plans", &[], &both.to_string());
    assert_eq!(pointers(&refused), ["/campaigns/1"], "{}", refused.text);

    // Alone it is planned, and books nobody.
    let alone = json!({"campaigns": [ids[1]], "limits": {"gap_ppm": 10_000}});
    let place_of = post_plan(&server, &alone);
    let made = until_over(&server, &place_of);
    assert_eq!(made["status"], "finished", "{made}");
    let refused = server.admin("POST", &format!("{place_of}/publish"), &[], "");
    assert_eq!(refused.code(), "WRONG_STATE");
    assert!(refused.text.contains(&format!("{} is tentative", ids[1])));

    // Both together are a scenario, which may change them, and leave one out or bring one in.
    let wanted = json!({"name": "bid", "campaigns": ids, "patch": {&ids[0]: {"weeks": 0}}});
    let refused = keep(&server, &wanted);
    let at = format!("/{}/weeks", ids[0]);
    assert_eq!(pointers(&refused), [at.as_str()], "{}", refused.text);
    let wanted = json!({"name": "bid", "campaigns": ids,
        "patch": {&ids[0]: {"weights": {"point_cents": 777}}}});
    let refused = keep(&server, &wanted);
    assert_eq!(
        pointers(&refused),
        [format!("/{}", ids[1])],
        "{}",
        refused.text
    );
    let kept = keep(
        &server,
        &json!({"name": "bid", "campaigns": ids, "patch": {}}),
    );
    assert_eq!(kept.status, 201, "{}", kept.text);
    let asked = json!({"scenario": kept.body["id"], "limits": {"gap_ppm": 10_000}});
    let place_of = post_plan(&server, &asked);
    let made = until_over(&server, &place_of);
    assert_eq!(made["status"], "finished", "{made}");
    assert_eq!(made["outcome"]["whole_pool"]["experts_priced"], 300);
    let refused = server.admin("POST", &format!("{place_of}/publish"), &[], "");
    assert_eq!(
        refused.code(),
        "WRONG_STATE",
        "as long as one may only come"
    );
    stands("confirmed");
    let published = server.admin("POST", &format!("{place_of}/publish"), &[], "");
    assert_eq!(published.status, 200, "{}", published.text);
}

#[test]
fn whoever_is_erased_is_in_nothing_that_is_asked_for_then() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let base = post_problem(&server, &problem);
    let id = problem["experts"][0]["id"].as_str().unwrap();
    let stored = server.admin("PUT", &format!("/v1/experts/{id}"), &[], &person(id));
    assert!(matches!(stored.status, 200 | 201), "{}", stored.text);
    // Spelt otherwise, it is the same name.
    let spelt = format!("\"\\u{:04x}{}\"", u32::from(id.as_bytes()[0]), &id[1..]);
    let experts = problem["experts"].to_string();
    let experts = experts.replace(&format!("\"{id}\""), &spelt);
    let patch = format!(r#"{{"experts": {experts}}}"#);
    let wanted = format!(r#"{{"name": "once more", "problem": "{base}", "patch": {patch}}}"#);
    let once = [("idempotency-key", "again")];
    let kept = server.admin("POST", "/v1/scenarios", &once, &wanted);
    assert_eq!(kept.status, 201, "{}", kept.text);

    let plan = json!({ "problem": problem }).to_string();
    let planned = server.admin("POST", "/v1/plans", &[("idempotency-key", "plan")], &plan);
    assert_eq!(planned.status, 202, "{}", planned.text);

    let erased = server.admin("POST", &format!("/v1/experts/{id}/erase"), &[], "");
    assert_eq!(erased.status, 200, "{}", erased.text);
    let read = server.admin("GET", &kept.location, &[], "").text;
    assert!(read.contains(erased.body["pseudonym"].as_str().unwrap()));
    assert!(!read.contains(&format!("\"{id}\"")) && !read.contains(&spelt));
    for (path, body) in [
        ("/v1/problems", problem.to_string()),
        ("/v1/plans", plan.clone()),
    ] {
        let refused = server.admin("POST", path, &[], &body);
        assert_eq!(refused.code(), "CONFLICT", "{path}: {}", refused.text);
    }
    // What was answered is answered again, whatever has changed since.
    let again = server.admin("POST", "/v1/scenarios", &once, &wanted);
    assert_eq!((again.status, again.location), (201, kept.location));
    let again = server.admin("POST", "/v1/plans", &[("idempotency-key", "plan")], &plan);
    assert_eq!((again.status, again.location), (202, planned.location));
}
