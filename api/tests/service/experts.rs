//! People over HTTP.

use crate::server::Server;

const ANA: &str =
    r#"{"id":"ana","rate":{"min_cents":9000,"currency":"EUR"},"availability":{"weekly_hours":20}}"#;

#[test]
fn a_person_is_added_changed_by_revision_and_deleted() {
    let server = Server::start();
    let added = server.admin("PUT", "/v1/experts/ana", &[], ANA);
    assert_eq!(
        (added.status, added.location.as_str()),
        (201, "/v1/experts/ana")
    );
    assert_eq!(added.body["stage"], "qualified", "defaults are filled in");
    let blind = server.admin("PUT", "/v1/experts/ana", &[], ANA);
    assert_eq!((blind.status, blind.code()), (428, "REVISION_REQUIRED"));
    let seen = [("if-match", added.etag.as_str())];
    let changed = server.admin("PATCH", "/v1/experts/ana", &seen, r#"{"country":"DE"}"#);
    assert_eq!(
        (changed.status, changed.body["country"].as_str()),
        (200, Some("DE"))
    );
    let late = server.admin("PATCH", "/v1/experts/ana", &seen, r#"{"country":"FR"}"#);
    assert_eq!((late.status, late.code()), (412, "REVISION_MISMATCH"));
    let known = server.admin(
        "GET",
        "/v1/experts/ana",
        &[("if-none-match", changed.etag.as_str())],
        "",
    );
    assert_eq!(known.status, 304);
    let gone = server.admin(
        "DELETE",
        "/v1/experts/ana",
        &[("if-match", changed.etag.as_str())],
        "",
    );
    assert_eq!(gone.status, 204);
    let none = server.admin("GET", "/v1/experts/ana", &[], "");
    assert_eq!((none.status, none.code()), (404, "NOT_FOUND"));
}

#[test]
fn faults_are_told_together_with_their_pointers() {
    let server = Server::start();
    let bad =
        r#"{"id":"ana","rate":{"min_cents":-1,"currency":"EUR"},"tenant":"x","availability":{}}"#;
    let refused = server.admin("PUT", "/v1/experts/ana", &[], bad);
    assert_eq!((refused.status, refused.code()), (422, "INVALID"));
    let pointers: Vec<_> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        ["/rate/min_cents", "/availability/weekly_hours", "/tenant"]
    );
    assert_eq!(
        server.admin("PUT", "/v1/experts/ana", &[], "{").code(),
        "BROKEN_JSON"
    );
    assert_eq!(
        server.admin("PUT", "/v1/experts/bo", &[], ANA).code(),
        "INVALID"
    );
    assert_eq!(
        server.admin("GET", "/v1/experts?nope=1", &[], "").code(),
        "BAD_REQUEST"
    );
    let typed = server.admin(
        "PUT",
        "/v1/experts/ana",
        &[("content-type", "text/plain")],
        ANA,
    );
    assert_eq!((typed.status, typed.code()), (415, "MEDIA_TYPE"));
}

#[test]
fn an_import_takes_the_good_rows_and_hands_back_the_bad_ones() {
    let server = Server::start();
    let csv = [("content-type", "text/csv")];
    let rows = "id,min_rate_cents,currency,weekly_hours\nana,9000,EUR,20\nbo,45.00,USD,10\ncy,4500,USD,10\nana,1,EUR,1\n";
    let first = server.admin("POST", "/v1/imports/experts", &csv, rows);
    let counts = |answer: &crate::server::Answer| {
        ["rows", "added", "changed", "unchanged", "rejected"]
            .map(|name| answer.body[name].as_u64().unwrap())
    };
    assert_eq!(counts(&first), [4, 2, 0, 0, 2]);
    assert_eq!(first.body["faults"][0]["column"], "min_rate_cents");
    let rejects = first.body["rejects"].as_str().unwrap();
    assert_eq!(server.admin("GET", rejects, &[], "").status, 200);
    let again = server.admin("POST", "/v1/imports/experts", &csv, rows);
    assert_eq!(
        counts(&again),
        [4, 0, 0, 2, 2],
        "a file imported again changes nothing"
    );
    let page = server.admin("GET", "/v1/experts?fields=id&limit=1", &[], "");
    assert_eq!(page.body["items"], serde_json::json!([{"id": "ana"}]));
    let next = format!(
        "/v1/experts?fields=id&limit=1&cursor={}",
        page.body["next"].as_str().unwrap()
    );
    assert_eq!(
        server.admin("GET", &next, &[], "").body,
        serde_json::json!({"items": [{"id": "cy"}], "next": null})
    );
    let other = next.replace("/experts?", "/experts?stage=active&");
    assert_eq!(server.admin("GET", &other, &[], "").code(), "BAD_CURSOR");
}
