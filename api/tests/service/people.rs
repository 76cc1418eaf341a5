//! Export, protected attributes and erasure.

use crate::server::Server;

pub(crate) fn person(id: &str) -> String {
    format!(
        r#"{{"id":"{id}","headline":"music","rate":{{"min_cents":4000,"currency":"EUR"}},"availability":{{"weekly_hours":20}}}}"#
    )
}

#[test]
fn an_export_goes_in_again_and_changes_nothing() {
    let server = Server::start();
    for id in ["ana", "bo", "cy"] {
        server.admin("PUT", &format!("/v1/experts/{id}"), &[], &person(id));
    }
    let exported = server.admin("GET", "/v1/exports/experts", &[], "");
    assert_eq!((exported.status, exported.text.lines().count()), (200, 3));
    let lines = [("content-type", "application/x-ndjson")];
    let again = server.admin("POST", "/v1/imports/experts", &lines, &exported.text);
    assert_eq!(
        (&again.body["unchanged"], &again.body["rejected"]),
        (&3.into(), &0.into())
    );
}

#[test]
fn protected_attributes_are_read_by_the_report_alone() {
    let server = Server::start();
    let auditor = server.key("auditor", &[]);
    for n in 0..7 {
        let path = format!("/v1/experts/e{n}");
        server.admin("PUT", &path, &[], &person(&format!("e{n}")));
        let group = if n < 5 { "xanthic" } else { "yellow" };
        let body = format!(r#"{{"colour":"{group}"}}"#);
        let set = server.admin("PUT", &format!("{path}/protected"), &[], &body);
        assert_eq!(set.status, 204, "{}", set.text);
    }
    let path = "/v1/reports/selection?attribute=colour";
    assert_eq!(
        server.admin("GET", path, &[], "").code(),
        "FORBIDDEN",
        "who writes them does not read them"
    );
    let report = server.ask(&auditor, "GET", path, &[], "");
    let groups = report.body["groups"].as_array().unwrap();
    assert_eq!(
        (&groups[0]["value"], &groups[0]["planned"]),
        (&"xanthic".into(), &5.into()),
        "{}",
        report.text
    );
    assert!(
        groups[1]["pool"].is_null(),
        "two people could be recognised"
    );
    for path in [
        "/v1/experts/e0",
        "/v1/experts",
        "/v1/exports/experts",
        "/v1/events",
    ] {
        assert!(
            !server.admin("GET", path, &[], "").text.contains("xanthic"),
            "{path}"
        );
    }
    assert!(
        !server
            .ask(&auditor, "GET", "/v1/audit", &[], "")
            .text
            .contains("xanthic")
    );
    let bad = server.admin(
        "PUT",
        "/v1/experts/e0/protected",
        &[],
        r#"{"colour":7,"a b":"x"}"#,
    );
    assert_eq!(bad.body["errors"][0]["pointer"], "/colour", "{}", bad.text);
    assert_eq!(
        server
            .admin("PUT", "/v1/experts/none/protected", &[], "{}")
            .status,
        404
    );
}

#[test]
fn an_erased_person_is_nowhere_and_everything_stays_consistent() {
    let server = Server::start();
    let auditor = server.key("auditor", &[]);
    for id in ["wilhelmina", "bo"] {
        server.admin("PUT", &format!("/v1/experts/{id}"), &[], &person(id));
    }
    let both = || server.admin("POST", "/v1/experts/search", &[], "{}");
    server.until(|answer| answer.body["total"] == 2, both);
    server.admin(
        "PUT",
        "/v1/experts/wilhelmina/protected",
        &[],
        r#"{"colour":"red"}"#,
    );
    let pinned = crate::campaigns::campaign("rlhf", "atlas", 5000).replacen(
        '{',
        r#"{"pins":[{"expert":"wilhelmina","role":"rlhf/grader"},{"expert":"bo","role":"rlhf/grader"}],"#,
        1,
    );
    let added = server.admin("PUT", "/v1/campaigns/rlhf", &[], &pinned);
    assert_eq!(added.status, 201, "{}", added.text);
    let before = server.ask(&auditor, "GET", "/v1/audit", &[], "");
    let people = before.body["people"].as_object().unwrap();
    let pseudonym = people
        .iter()
        .find(|(_, id)| *id == "wilhelmina")
        .unwrap()
        .0
        .clone();
    assert!(
        !before.body["items"].to_string().contains("wilhelmina"),
        "{}",
        before.text
    );

    let once = [("idempotency-key", "k")];
    let erased = server.admin("POST", "/v1/experts/wilhelmina/erase", &once, "");
    assert_eq!(
        (erased.status, erased.body["pseudonym"].as_str()),
        (200, Some(pseudonym.as_str())),
        "{}",
        erased.text
    );
    assert_eq!(
        server
            .admin("POST", "/v1/experts/wilhelmina/erase", &once, "")
            .text,
        erased.text
    );
    assert_eq!(
        server
            .admin("POST", "/v1/experts/wilhelmina/erase", &[], "")
            .status,
        404
    );
    for path in [
        "/v1/experts",
        "/v1/events",
        "/v1/campaigns",
        "/v1/exports/experts",
    ] {
        let seen = server.admin("GET", path, &[], "");
        assert!(
            seen.status == 200 && !seen.text.contains("wilhelmina"),
            "{path}: {}",
            seen.text
        );
    }
    let campaign = server.admin("GET", "/v1/campaigns/rlhf", &[], "");
    assert_eq!(campaign.body["pins"][0]["expert"], *pseudonym);
    assert_eq!(campaign.body["pins"][1]["expert"], "bo");
    let after = server.ask(&auditor, "GET", "/v1/audit", &[], "");
    assert!(!after.text.contains("wilhelmina") && after.text.contains(&pseudonym));
    let verified = server.ask(&auditor, "GET", "/v1/audit/verification", &[], "");
    assert_eq!(verified.body["intact"], true);
    server.until(
        |answer| answer.body["total"] == 1,
        || server.admin("POST", "/v1/experts/search", &[], r#"{"text":"music"}"#),
    );
    // Deleted pages of the file may hold what was there: a copy does not.
    let copy = server.data().join("copy.db");
    let done = std::process::Command::new(env!("CARGO_BIN_EXE_muster"))
        .args(["backup", "--data"])
        .arg(server.data())
        .arg("--to")
        .arg(&copy)
        .output()
        .unwrap();
    assert!(done.status.success());
    let bytes = std::fs::read(&copy).unwrap();
    assert!(!bytes.windows(10).any(|bytes| bytes == b"wilhelmina"));
}

#[test]
fn who_is_erased_while_a_plan_is_made_does_not_come_back_with_it() {
    erased_meanwhile(&Server::start());
    if let Some([server, _]) = crate::jobs::nodes() {
        erased_meanwhile(&server);
    }
}

fn erased_meanwhile(server: &Server) {
    use crate::desk::{LARGE, about, demo, post_plan, post_problem, until, until_over};
    let problem = post_problem(server, &demo(server, LARGE));
    let place = post_plan(server, &about(&problem));
    let is_some = |answer: &crate::server::Answer| answer.body["plan"]["stints"][0].is_object();
    let patience = std::time::Duration::from_secs(60);
    let found = until(server, &place, patience, is_some);
    let who = found.body["plan"]["stints"][0]["expert"].as_str().unwrap();
    let body = serde_json::json!({"id": who, "rate": {"min_cents": 4000, "currency": "EUR"},
        "availability": {"weekly_hours": 20}});
    let path = format!("/v1/experts/{who}");
    let put = server.admin("PUT", &path, &[], &body.to_string());
    assert_eq!(put.status, 201, "{}", put.text);
    let lines = [("content-type", "application/x-ndjson")];
    let bad = format!("{{\"id\":\"{who}\",\"name\":3}}\n");
    let bad = server.admin("POST", "/v1/imports/experts", &lines, &bad);
    let rejects = bad.body["rejects"].as_str().unwrap();
    assert!(server.admin("GET", rejects, &[], "").text.contains(who));

    let erased = server.admin("POST", &format!("{path}/erase"), &[], "");
    assert_eq!(erased.status, 200, "{}", erased.text);
    let pseudonym = erased.body["pseudonym"].as_str().unwrap();
    server.admin("POST", &format!("{place}/stop"), &[], "");
    let over = until_over(server, &place);
    assert_eq!(over["status"], "stopped");
    let named = format!("\"{who}\"");
    for path in [
        place.clone(),
        format!("{place}/assignments?limit=1000"),
        format!("{place}/alternates?limit=1000"),
        format!("/v1/problems/{problem}"),
        "/v1/bookings?limit=1000".to_owned(),
    ] {
        let seen = server.admin("GET", &path, &[], "");
        assert_eq!(seen.status, 200, "{path}");
        assert!(!seen.text.contains(&named), "{path}");
    }
    let of_pseudonym = format!("{place}/assignments?expert={pseudonym}");
    let of_pseudonym = server.admin("GET", &of_pseudonym, &[], "");
    let whole = server.admin("GET", &place, &[], "").text;
    let works = of_pseudonym.body["items"].as_array().unwrap().len();
    assert_eq!(works > 0, whole.contains(pseudonym));
    assert_eq!(server.admin("GET", rejects, &[], "").status, 404);
    let again = server.admin("POST", &format!("{path}/erase"), &[], "");
    assert_eq!(again.code(), "NOT_FOUND");
}
