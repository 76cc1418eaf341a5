//! Problems over HTTP.

use crate::desk::{SMALL, demo, post_problem};
use crate::server::Server;

/// With the tags of people in order, which a problem does not keep.
fn sorted(mut problem: serde_json::Value) -> serde_json::Value {
    for expert in problem["experts"].as_array_mut().unwrap() {
        if let Some(tags) = expert["tags"].as_array_mut() {
            tags.sort_by_key(|tag| tag.as_str().unwrap().to_owned());
        }
    }
    problem
}

#[test]
fn a_problem_is_kept_once_whatever_its_form() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let valid = server.admin(
        "POST",
        "/v1/problems?validate_only=true",
        &[],
        &problem.to_string(),
    );
    assert_eq!(
        (valid.status, valid.body["experts"].as_u64()),
        (200, Some(120))
    );
    assert_eq!(
        server.admin("GET", "/v1/problems", &[], "").body["items"],
        serde_json::json!([])
    );
    let first = server.admin("POST", "/v1/problems", &[], &problem.to_string());
    assert_eq!(first.status, 201);
    let pretty = serde_json::to_string_pretty(&problem).unwrap();
    let again = server.admin("POST", "/v1/problems", &[], &pretty);
    assert_eq!((again.status, &again.body["id"]), (200, &first.body["id"]));
    let found = server.admin("GET", &first.location, &[], "");
    assert!(
        sorted(found.body["problem"].clone()) == sorted(problem.clone()),
        "what comes back is what went in"
    );
    assert_eq!(
        post_problem(&server, &found.body["problem"]),
        first.body["id"],
        "also when it is posted again"
    );
    let known = [("if-none-match", found.etag.as_str())];
    assert_eq!(server.admin("GET", &first.location, &known, "").status, 304);
    let mut other = problem.clone();
    other["experts"][0]["hours"] = 7.into();
    assert_ne!(
        post_problem(&server, &other),
        first.body["id"].as_str().unwrap()
    );
    let page = server.admin("GET", "/v1/problems?limit=1&fields=id", &[], "");
    assert_eq!(page.body["items"].as_array().unwrap().len(), 1);
    assert!(page.body["next"].is_string());
}

#[test]
fn faults_of_a_problem_are_told_together_with_their_pointers() {
    let server = Server::start();
    let bad = r#"{"horizon": {"start": "2027-01-05", "weeks": 2}, "campaigns": [{"id": "c"}], "roles":
        [{"id": "r", "campaign": "x", "hours": 200, "target": 1}], "experts": [], "pairs": [], "nope": 1}"#;
    let refused = server.admin("POST", "/v1/problems", &[], bad);
    assert_eq!((refused.status, refused.code()), (422, "INVALID"));
    let pointers = |answer: &crate::server::Answer| -> Vec<String> {
        let errors = answer.body["errors"].as_array().unwrap();
        errors
            .iter()
            .map(|it| it["pointer"].as_str().unwrap().to_owned())
            .collect()
    };
    for expected in ["/horizon/start", "/roles/0/hours", "/nope"] {
        assert!(
            pointers(&refused).contains(&expected.to_owned()),
            "{}",
            refused.text
        );
    }
    let inline = format!(r#"{{"problem": {bad}}}"#);
    let refused = server.admin("POST", "/v1/plans", &[], &inline);
    assert!(pointers(&refused).contains(&"/problem/roles/0/hours".to_owned()));
    for (text, code) in [
        ("", "BROKEN_JSON"),
        ("{", "BROKEN_JSON"),
        ("\u{feff}{}", "BROKEN_JSON"),
        ("[]", "INVALID"),
        ("null", "INVALID"),
    ] {
        assert_eq!(
            server.admin("POST", "/v1/problems", &[], text).code(),
            code,
            "{text}"
        );
        assert_eq!(
            server.admin("POST", "/v1/plans", &[], text).code(),
            code,
            "{text}"
        );
        assert_eq!(
            server.admin("POST", "/v1/check", &[], text).code(),
            code,
            "{text}"
        );
    }
}

#[test]
fn anybodys_plan_is_checked() {
    let server = Server::start();
    let problem = demo(&server, SMALL);
    let id = post_problem(&server, &problem);
    let pair = &problem["pairs"][0];
    let stint =
        serde_json::json!({"expert": pair["expert"], "role": pair["role"], "from": 0, "to": 0});
    for asked in [serde_json::json!(id), problem.clone()] {
        let wanted =
            serde_json::json!({"problem": asked, "plan": {"status": "unknown", "stints": [stint]}});
        let checked = server.admin("POST", "/v1/check", &[], &wanted.to_string());
        assert_eq!(checked.status, 200, "{}", checked.text);
        assert_eq!(
            checked.body["report"]["rules"].as_array().unwrap().len(),
            11
        );
    }
    let wanted = serde_json::json!({"problem": id, "plan": {"status": "splendid", "stints": [{"expert": 1}]}});
    let refused = server.admin("POST", "/v1/check", &[], &wanted.to_string());
    assert_eq!(
        (
            refused.status,
            refused.body["errors"][0]["pointer"].as_str()
        ),
        (422, Some("/plan/status"))
    );
    let missing = server.admin(
        "POST",
        "/v1/check",
        &[],
        r#"{"problem": "none", "plan": {"status": "unknown"}}"#,
    );
    assert_eq!(missing.status, 404);
}
