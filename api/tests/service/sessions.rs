//! Signing in, and what becomes of sessions.

use crate::server::{Answer, Server};

const KIM: &str = r#"{"role":"planner","password":"correct horse battery"}"#;

fn sign_in(server: &Server, password: &str) -> Answer {
    let body = serde_json::json!({"user": "kim", "password": password});
    server.ask("", "POST", "/v1/sessions", &[], &body.to_string())
}

fn with(server: &Server, cookie: &str, method: &str, path: &str, body: &str) -> Answer {
    let value = cookie.split(';').next().unwrap();
    server.ask("", method, path, &[("cookie", value)], body)
}

#[test]
fn a_session_begins_with_a_password_and_ends_for_good() {
    let server = Server::start();
    assert_eq!(server.admin("PUT", "/v1/users/kim", &[], KIM).status, 201);
    assert_eq!(
        sign_in(&server, "wrong horse battery").code(),
        "UNAUTHENTICATED"
    );
    let first = sign_in(&server, "correct horse battery");
    assert_eq!(first.status, 204);
    assert!(
        first.cookie.contains("; HttpOnly; SameSite=Lax"),
        "{}",
        first.cookie
    );
    let me = with(&server, &first.cookie, "GET", "/v1/session", "");
    assert_eq!(
        (me.status, me.body["actor"].as_str()),
        (200, Some("user:kim"))
    );
    let denied = with(&server, &first.cookie, "GET", "/v1/keys", "");
    assert_eq!(denied.code(), "FORBIDDEN", "a planner reads no keys");

    let rotated = with(&server, &first.cookie, "POST", "/v1/session/rotate", "");
    assert_eq!(rotated.status, 204);
    assert_ne!(rotated.cookie, first.cookie);
    assert_eq!(
        with(&server, &first.cookie, "GET", "/v1/session", "").status,
        401
    );
    assert_eq!(
        with(&server, &rotated.cookie, "GET", "/v1/session", "").status,
        200
    );

    let second = sign_in(&server, "correct horse battery");
    let change = r#"{"old":"correct horse battery","new":"staple staple staple"}"#;
    let wrong = change.replace("correct", "wrong");
    let refused = with(
        &server,
        &second.cookie,
        "PUT",
        "/v1/session/password",
        &wrong,
    );
    assert_eq!(refused.status, 401);
    let changed = with(
        &server,
        &second.cookie,
        "PUT",
        "/v1/session/password",
        change,
    );
    assert_eq!(changed.status, 204);
    for over in [&rotated.cookie, &second.cookie] {
        assert_eq!(with(&server, over, "GET", "/v1/session", "").status, 401);
    }
    assert_eq!(
        with(&server, &changed.cookie, "GET", "/v1/session", "").status,
        200
    );
    assert_eq!(sign_in(&server, "correct horse battery").status, 401);

    let out = with(&server, &changed.cookie, "DELETE", "/v1/session", "");
    assert!(out.status == 204 && out.cookie.contains("Max-Age=0"));
    assert_eq!(
        with(&server, &changed.cookie, "GET", "/v1/session", "").status,
        401
    );
    let last = sign_in(&server, "staple staple staple");
    assert_eq!(server.admin("DELETE", "/v1/users/kim", &[], "").status, 204);
    assert_eq!(
        with(&server, &last.cookie, "GET", "/v1/session", "").status,
        401
    );
    assert_eq!(sign_in(&server, "staple staple staple").status, 401);
}

#[test]
fn other_sites_change_nothing_with_a_session() {
    let server = Server::start();
    server.admin("PUT", "/v1/users/kim", &[], KIM);
    let cookie = sign_in(&server, "correct horse battery").cookie;
    let value = cookie.split(';').next().unwrap();
    for (name, from) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let headers = [("cookie", value), (name, from)];
        let foreign = server.ask("", "POST", "/v1/session/rotate", &headers, "");
        assert_eq!(foreign.code(), "FORBIDDEN", "{name}: {from}");
    }
    assert_eq!(with(&server, &cookie, "GET", "/v1/session", "").status, 200);
}

#[test]
fn refused_calls_are_in_the_audit() {
    let server = Server::start();
    let planner = server.key("planner", &[]);
    let auditor = server.key("auditor", &[]);
    assert_eq!(server.ask(&planner, "GET", "/v1/keys", &[], "").status, 403);
    let wrong = format!("{}{}", &planner[..30], "0".repeat(planner.len() - 30));
    assert_eq!(server.ask(&wrong, "GET", "/v1/keys", &[], "").status, 401);
    let audit = server.ask(&auditor, "GET", "/v1/audit", &[], "");
    let refused: Vec<&str> = audit.body["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|row| row["detail"].as_str())
        .filter(|detail| detail.contains("refused"))
        .collect();
    assert_eq!(refused.len(), 2, "{}", audit.text);
    assert!(
        refused[0].contains("does not have keys:read"),
        "{}",
        refused[0]
    );
    assert!(refused[1].contains("a wrong secret"), "{}", refused[1]);
    let verified = server.ask(&auditor, "GET", "/v1/audit/verification", &[], "");
    assert_eq!(verified.body["intact"], true);
    assert_eq!(
        server.admin("GET", "/v1/audit", &[], "").code(),
        "FORBIDDEN"
    );
}
