//! Keys and roles over HTTP.

use crate::server::Server;

#[test]
fn a_key_is_made_once_shown_once_rotated_and_revoked() {
    let server = Server::start();
    let wanted = r#"{"name":"robin","role":"auditor"}"#;
    let once = [("idempotency-key", "k1")];
    let made = server.admin("POST", "/v1/keys", &once, wanted);
    assert_eq!(made.status, 201);
    let secret = made.body["secret"].as_str().unwrap();
    let again = server.admin("POST", "/v1/keys", &once, wanted);
    assert_eq!((again.status, &again.body["id"]), (201, &made.body["id"]));
    assert!(again.body["secret"].is_null(), "a secret is shown once");
    let other = server.admin(
        "POST",
        "/v1/keys",
        &once,
        r#"{"name":"x","role":"planner"}"#,
    );
    assert_eq!((other.status, other.code()), (422, "KEY_REUSED"));

    assert_eq!(server.ask(secret, "GET", "/v1/keys", &[], "").status, 200);
    let denied = server.ask(secret, "POST", "/v1/keys", &[], wanted);
    assert_eq!((denied.status, denied.code()), (403, "FORBIDDEN"));
    let rotate = format!("{}/rotate", made.location);
    let rotated = server.admin("POST", &rotate, &[("idempotency-key", "k2")], "");
    assert_eq!(rotated.status, 201);
    let again = server.admin("POST", &rotate, &[("idempotency-key", "k2")], "");
    assert_eq!(
        (again.status, &again.body["id"]),
        (201, &rotated.body["id"])
    );
    assert_eq!(server.admin("POST", &rotate, &[], "").code(), "CONFLICT");
    assert_eq!(
        server.ask(secret, "GET", "/v1/keys", &[], "").code(),
        "UNAUTHENTICATED"
    );
    let fresh = rotated.body["secret"].as_str().unwrap();
    assert_eq!(server.ask(fresh, "GET", "/v1/keys", &[], "").status, 200);
    assert_eq!(
        server.admin("DELETE", &rotated.location, &[], "").status,
        204
    );
    assert_eq!(server.ask(fresh, "GET", "/v1/keys", &[], "").status, 401);
}

#[test]
fn a_limited_key_makes_no_key_that_reaches_further() {
    let server = Server::start();
    let limited =
        r#"{"name":"a","role":"administrator","actions":["keys:write"],"clients":["atlas"]}"#;
    let made = server.admin("POST", "/v1/keys", &[], limited);
    let secret = made.body["secret"].as_str().unwrap();
    for wider in [
        r#"{"name":"b","role":"administrator"}"#,
        r#"{"name":"b","role":"administrator","actions":["keys:write"],"clients":["borealis"]}"#,
        r#"{"name":"b","role":"administrator","actions":["keys:write","keys:read"],"clients":["atlas"]}"#,
    ] {
        assert_eq!(
            server.ask(secret, "POST", "/v1/keys", &[], wider).code(),
            "FORBIDDEN"
        );
    }
    assert_eq!(
        server.ask(secret, "POST", "/v1/keys", &[], limited).status,
        201
    );
    assert_eq!(
        server.ask(secret, "GET", "/v1/keys", &[], "").code(),
        "FORBIDDEN"
    );
}

#[test]
fn many_wrong_keys_are_slowed_down() {
    let server = Server::start();
    let codes: Vec<u16> = (0..80)
        .map(|_| server.ask("muster_x", "GET", "/v1/keys", &[], "").status)
        .collect();
    assert!(codes.starts_with(&[401, 401]));
    assert_eq!(codes.last(), Some(&429));
}
