//! Requests that are repeated with their key are done once.

use serde_json::json;

use crate::desk::{LARGE, about, demo, post_plan, post_problem};
use crate::jobs::nodes;
use crate::server::Server;

/// POSTs that only answer.
const ANSWERS: [&str; 3] = ["/v1/experts/search", "/v1/meter", "/v1/check"];

#[test]
fn every_post_that_does_something_takes_a_key() {
    let server = Server::start();
    let document = server.ask("", "GET", "/openapi.json", &[], "").body;
    let mut posts = 0;
    for (path, methods) in document["paths"].as_object().unwrap() {
        let Some(post) = methods.get("post") else {
            continue;
        };
        let text = post["parameters"].to_string();
        let takes = text.contains("Idempotency-Key");
        assert_ne!(takes, ANSWERS.contains(&path.as_str()), "{path}");
        posts += u32::from(takes);
    }
    assert!(posts >= 12, "{posts}");
    // What is said is so: a key that is none is refused everywhere.
    for (path, methods) in document["paths"].as_object().unwrap() {
        if methods.get("post").is_none() || ANSWERS.contains(&path.as_str()) {
            continue;
        }
        let path = path.replace("{id}", "x");
        let lines = ("content-type", "application/x-ndjson");
        let headers = [("idempotency-key", ""), lines];
        let headers = match path.contains("imports") {
            true => &headers[..],
            false => &headers[..1],
        };
        // Whoever did not sign in is told that first.
        let refused = server.admin("POST", &path, headers, "{}");
        let expected: &[&str] = match path.contains("/v1/session/") {
            true => &["BAD_REQUEST", "FORBIDDEN"],
            false => &["BAD_REQUEST"],
        };
        assert!(
            expected.contains(&refused.code()),
            "{path}: {}",
            refused.text
        );
    }
}

fn imports(server: &Server) {
    let headers = [
        ("content-type", "application/x-ndjson"),
        ("idempotency-key", "june"),
    ];
    let lines: String = (0..2_500)
        .map(|id| {
            let rate = r#"{"min_cents":4000,"currency":"EUR"}"#;
            format!(r#"{{"id":"e{id}","rate":{rate},"availability":{{"weekly_hours":20}}}}"#) + "\n"
        })
        .collect();
    let import = |lines: &str| server.admin("POST", "/v1/imports/experts", &headers, lines);
    let first = import(&lines);
    assert_eq!(first.body["added"], 2_500, "{}", first.text);
    let again = import(&lines);
    assert_eq!(
        again.text, first.text,
        "as it was answered, not as it would be"
    );
    let other = import(&lines.replace("4000", "5000"));
    assert_eq!(other.code(), "KEY_REUSED");
    let person = server.admin("GET", "/v1/experts/e7", &[], "");
    assert_eq!(person.body["rate"]["min_cents"], 4_000);
    // What is refused as a whole keeps nothing, and may be sent again.
    let headers = [headers[0], ("idempotency-key", "july")];
    let import = |lines: &str| server.admin("POST", "/v1/imports/experts", &headers, lines);
    assert_eq!(import("[1]").code(), "INVALID");
    assert_eq!(import(&lines).body["unchanged"], 2_500);
}

#[test]
fn an_import_with_a_key_is_done_once() {
    imports(&Server::start());
    if let Some([server, _]) = nodes() {
        imports(&server);
    }
}

#[test]
fn a_stop_with_a_key_is_answered_alike() {
    let server = Server::start();
    let problem = post_problem(&server, &demo(&server, LARGE));
    let place = post_plan(&server, &about(&problem));
    let headers = [("idempotency-key", "enough")];
    let stop = |place: &str| server.admin("POST", &format!("{place}/stop"), &headers, "");
    let first = stop(&place);
    assert!([200, 202].contains(&first.status), "{}", first.text);
    crate::desk::until_over(&server, &place);
    let again = stop(&place);
    assert_eq!((again.status, &again.text), (first.status, &first.text));
    let other = post_plan(&server, &about(&problem));
    assert_eq!(stop(&other).code(), "KEY_REUSED");
    assert_eq!(
        server
            .admin("POST", &format!("{other}/stop"), &[], "")
            .status
            / 100,
        2
    );
}

#[test]
fn a_secret_is_answered_once_and_kept_nowhere() {
    let server = Server::start();
    let kim = r#"{"role":"planner","password":"correct horse battery"}"#;
    for user in ["kim", "lee"] {
        let added = server.admin("PUT", &format!("/v1/users/{user}"), &[], kim);
        assert_eq!(added.status, 201);
    }
    let headers = [("idempotency-key", "monday")];
    let sign_in = |user: &str| {
        let body = json!({"user": user, "password": "correct horse battery"});
        server.ask("", "POST", "/v1/sessions", &headers, &body.to_string())
    };
    let first = sign_in("kim");
    assert_eq!(first.status, 204, "{}", first.text);
    let again = sign_in("kim");
    assert_eq!((again.status, again.code()), (409, "DONE_BEFORE"));
    assert!(again.cookie.is_empty());
    let cookie = first.cookie.split(';').next().unwrap();
    let (public, secret) = cookie.split_once('=').unwrap().1.split_once('_').unwrap();
    assert!(again.text.contains(public) && !again.text.contains(secret));
    assert_eq!(sign_in("lee").status, 204, "a key is its caller's own");
    let headers = [("cookie", cookie), ("idempotency-key", "tuesday")];
    let rotated = server.ask("", "POST", "/v1/session/rotate", &headers, "");
    assert_eq!(rotated.status, 204);
    let cookie = rotated.cookie.split(';').next().unwrap();
    let headers = [("cookie", cookie), ("idempotency-key", "tuesday")];
    let again = server.ask("", "POST", "/v1/session/rotate", &headers, "");
    assert_eq!(again.code(), "DONE_BEFORE");
    let still = server.ask("", "GET", "/v1/session", &[("cookie", cookie)], "");
    assert_eq!(still.status, 200, "and it goes on");

    let headers = [("idempotency-key", "key")];
    let wanted = r#"{"name":"x","role":"planner"}"#;
    let made = server.admin("POST", "/v1/keys", &headers, wanted);
    let again = server.admin("POST", "/v1/keys", &headers, wanted);
    assert_eq!((made.status, again.status), (201, 201));
    assert_eq!(made.body["id"], again.body["id"]);
    assert!(made.body["secret"].is_string() && again.body["secret"].is_null());
}
