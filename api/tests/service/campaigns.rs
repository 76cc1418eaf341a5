//! Campaigns and their roles over HTTP.

use crate::server::Server;

/// A campaign with one role that wants graders.
pub(crate) fn campaign(id: &str, client: &str, target_cents: u32) -> String {
    format!(
        r#"{{"currency":"EUR","start":"2026-01-05","weeks":4,"campaigns":[{{"id":"{id}","client":"{client}","roles":[
            {{"id":"grader","task_type":"rubric_grading","text":"music","heads":1,"hours":10,
              "pay":{{"policy":"role_fixed","target_cents":{target_cents}}}}}]}}]}}"#
    )
}

#[test]
fn a_campaign_goes_from_state_to_state_as_the_table_says() {
    let server = Server::start();
    let path = "/v1/campaigns/rlhf";
    let running = campaign("rlhf", "atlas", 5000).replacen('{', r#"{"status":"running","#, 1);
    assert_eq!(
        server.admin("PUT", path, &[], &running).code(),
        "WRONG_STATE"
    );
    let added = server.admin("PUT", path, &[], &campaign("rlhf", "atlas", 5000));
    assert_eq!(
        (added.status, added.body["status"].as_str()),
        (201, Some("draft")),
        "{}",
        added.text
    );
    let mut etag = added.etag;
    for (to, legal) in [
        ("running", false),
        ("tentative", true),
        ("confirmed", true),
        ("paused", false),
        ("running", true),
        ("draft", false),
        ("paused", true),
        ("running", true),
        ("closed", true),
        ("running", false),
        ("closed", true),
    ] {
        let patch = format!(r#"{{"status":"{to}"}}"#);
        let answer = server.admin("PATCH", path, &[("if-match", &etag)], &patch);
        if legal {
            assert_eq!(
                (answer.status, answer.body["status"].as_str()),
                (200, Some(to)),
                "{}",
                answer.text
            );
            etag = answer.etag;
        } else {
            assert_eq!((answer.status, answer.code()), (409, "WRONG_STATE"), "{to}");
        }
    }
    let late = server.admin(
        "PUT",
        path,
        &[("if-match", &etag)],
        &campaign("rlhf", "atlas", 6000),
    );
    assert_eq!(late.code(), "WRONG_STATE", "closed ones do not change");
    assert_eq!(
        server.admin("PATCH", path, &[], r#"{"weeks":5}"#).code(),
        "WRONG_STATE"
    );
}

#[test]
fn faults_of_campaigns_are_told_together() {
    let server = Server::start();
    let bad = campaign("other", "atlas", 5000)
        .replace(r#""weeks":4"#, r#""weeks":0,"status":"done""#)
        .replace(r#""heads":1"#, r#""heads":-1"#);
    let refused = server.admin("PUT", "/v1/campaigns/rlhf", &[], &bad);
    assert_eq!(refused.code(), "INVALID");
    let pointers: Vec<&str> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(
        pointers,
        ["/status", "/weeks", "/campaigns/0/roles/0/heads"],
        "{}",
        refused.text
    );
    let other = server.admin(
        "PUT",
        "/v1/campaigns/rlhf",
        &[],
        &campaign("other", "atlas", 5000),
    );
    assert_eq!(other.body["errors"][0]["pointer"], "/campaigns/0/id");
    assert_eq!(
        server.admin("PUT", "/v1/campaigns/rlhf", &[], "[]").code(),
        "INVALID"
    );
}

#[test]
fn roles_are_parts_of_their_campaign() {
    let server = Server::start();
    let added = server.admin(
        "PUT",
        "/v1/campaigns/rlhf",
        &[],
        &campaign("rlhf", "atlas", 5000),
    );
    let path = "/v1/campaigns/rlhf/roles/reviewer";
    assert_eq!(server.admin("GET", path, &[], "").status, 404);
    let grader = server.admin("GET", "/v1/campaigns/rlhf/roles/grader", &[], "");
    assert_eq!(grader.etag, added.etag);
    let role = grader.text.replace("grader", "reviewer");
    assert_eq!(
        server.admin("PUT", path, &[], &role).code(),
        "REVISION_REQUIRED"
    );
    let seen = [("if-match", added.etag.as_str())];
    let bad = server.admin("PUT", path, &seen, &role.replace("rubric_grading", "sleep"));
    assert_eq!(
        bad.body["errors"][0]["pointer"], "/campaigns/0/roles/1/task_type",
        "{}",
        bad.text
    );
    let put = server.admin("PUT", path, &seen, &role);
    assert_eq!(put.status, 200, "{}", put.text);
    let list = server.admin("GET", "/v1/campaigns/rlhf/roles", &[], "");
    assert_eq!(list.body["items"].as_array().unwrap().len(), 2);
    let seen = [("if-match", put.etag.as_str())];
    assert_eq!(server.admin("DELETE", path, &seen, "").status, 200);
    assert_eq!(server.admin("GET", path, &[], "").status, 404);
}
